#include "service/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/config.h>

#include "service/deliver/recipients.h"

/* The file of the recipients, when there is one. */
static int check_recipients(struct nb_args *args, const struct nb_config *config)
{
    struct nb_error error = {0};
    struct nb_recipients *recipients = NULL;
    const char *path = nb_config_str(config, NB_CFG_RECIPIENTS);
    bool allow_private = nb_config_int(config, NB_CFG_DELIVER_PRIVATE) != 0;
    if (access(path, F_OK) != 0) {
        return NB_EXIT_OK;
    }
    enum nb_err err = nb_recipients_load(path, allow_private, &recipients, &error);
    if (err == NB_OK) {
        printf("%s: no errors, %zu recipients\n", path, nb_recipients_n(recipients));
        err = nb_recipients_check(recipients, config, &error);
    }
    nb_recipients_free(recipients);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

static int check(struct nb_args *args)
{
    struct nb_error error = {0};
    struct nb_config *config;
    if (nb_args_load_config(args, &config, &error) != NB_OK) {
        return nb_fail(args, &error);
    }
    const char *path = nb_config_path(config);
    printf("%s: no errors\n", path ? path : "defaults, no file");
    int code = check_recipients(args, config);
    nb_config_free(config);
    return code;
}

static int dump(struct nb_args *args, bool sample)
{
    struct nb_error error = {0};
    struct nb_config *config = NULL;
    if (!sample && nb_args_load_config(args, &config, &error) != NB_OK) {
        return nb_fail(args, &error);
    }
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    nb_config_dump(config, sample, &text);
    error.code = nb_buf_finish(&text, NULL);
    if (error.code == NB_OK) {
        (void)fwrite(text.p, 1, text.len, stdout);
    }
    nb_buf_fini(&text);
    nb_config_free(config);
    return error.code == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

static int run(struct nb_args *args)
{
    const char *what = nb_args_word(args, 0);
    bool sample = nb_args_has(args, "sample");
    if (strcmp(what, "check") == 0 && !sample) {
        return check(args);
    }
    if (strcmp(what, "dump") == 0) {
        return dump(args, sample);
    }
    if (sample) {
        return nb_usage(args, "--sample goes with dump");
    }
    return nb_usage(args, "\"%s\" is neither check nor dump", what);
}

const struct nb_command nb_cmd_config = {
    .name = "config",
    .line = "check the settings, or show them all",
    .usage = "check | dump [--sample]",
    .about = "check reads the settings and the recipients file, and says what is wrong, with file, "
             "line and what to do. "
             "dump writes the settings in force as a file that loads to the same values; with "
             "--sample, the defaults with their explanations, all commented out.",
    .options =
        (const struct nb_option[]){
            {"sample", NULL, NULL, "write the commented sample instead"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz config dump --sample > nabiz.conf", "a file to start from"},
            {"nabiz config check --config nabiz.conf", "is it right?"},
            {"nabiz config dump --set crawl.interval=5min", "what would be in force"},
            {NULL, NULL},
        },
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
