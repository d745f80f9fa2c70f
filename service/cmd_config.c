#include "service/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/config.h>
#include <nabiz/topic.h>

#include "service/digest/send.h"
#include "service/digest/teams.h"

/* A recipient or a team, for what is wrong with it. */
struct place {
    const char *path;
    unsigned line;
    const char *kind, *name;
};

/* Has each topic its file? Of one that has none nothing would ever be sent. */
static enum nb_err check_topics(const struct nb_config *config, const struct place *at,
                                const char *const *topics, size_t n, struct nb_error *error)
{
    char path[4200];
    const char *dir = nb_config_str(config, NB_CFG_TOPICS);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s.topic", dir, topics[i]);
        if (!nb_topic_name_valid(nb_slice_str(topics[i])) || access(path, F_OK) != 0) {
            return nb_error_set(error, NB_EINVAL,
                                "%s:%u: %s %s, topics: there is no \"%s\" in %s; see: "
                                "nabiz topic list",
                                at->path, at->line, at->kind, at->name, topics[i], dir);
        }
    }
    return NB_OK;
}

/* The file of the recipients, when there is one; *out stays NULL when there is none. */
static enum nb_err check_recipients(const struct nb_config *config, struct nb_recipients **out,
                                    struct nb_error *error)
{
    const char *path = nb_config_str(config, NB_CFG_RECIPIENTS);
    bool allow_private = nb_config_int(config, NB_CFG_DELIVER_PRIVATE) != 0;
    if (access(path, F_OK) != 0) {
        return NB_OK;
    }
    enum nb_err err = nb_recipients_load(path, allow_private, out, error);
    for (size_t i = 0; err == NB_OK && i < nb_recipients_n(*out); i++) {
        const struct nb_recipient *row = nb_recipients_get(*out, i);
        const struct place at = {path, row->line, "recipient", row->name};
        err = check_topics(config, &at, row->topics, row->topics_n, error);
    }
    if (err == NB_OK) {
        printf("%s: no errors, %zu recipients\n", path, nb_recipients_n(*out));
        err = nb_recipients_check(*out, config, error);
    }
    return err;
}

/* Is there what a team's digest is about, and does everybody to whom it goes take mail? */
static enum nb_err check_team(const struct nb_config *config, const char *path,
                              const struct nb_team *team, const struct nb_recipients *recipients,
                              struct nb_error *error)
{
    const struct place at = {path, team->line, "team", team->name};
    enum nb_err err = check_topics(config, &at, team->topics, team->topics_n, error);
    for (size_t i = 0; err == NB_OK && i < team->to_n; i++) {
        const struct nb_recipient *to;
        struct nb_error why = {0};
        err = recipients ? nb_digest_recipient(recipients, nb_slice_str(team->to[i]), &to, &why)
                         : nb_error_set(&why, NB_ENOTFOUND, "there is no recipients file");
        if (err != NB_OK) {
            err = nb_error_set(error, NB_EINVAL, "%s:%u: team %s, to \"%s\": %s", path, team->line,
                               team->name, team->to[i], why.text);
        }
    }
    return err;
}

/* The file of the teams, when there is one. */
static enum nb_err check_teams(const struct nb_config *config,
                               const struct nb_recipients *recipients, struct nb_error *error)
{
    struct nb_teams *teams = NULL;
    const char *path = nb_config_str(config, NB_CFG_TEAMS);
    enum nb_err err = nb_teams_load(path, &teams, error);
    if (err == NB_ENOTFOUND) {
        return NB_OK;
    }
    for (size_t i = 0; err == NB_OK && i < nb_teams_n(teams); i++) {
        err = check_team(config, path, nb_teams_get(teams, i), recipients, error);
    }
    if (err == NB_OK) {
        printf("%s: no errors, %zu teams\n", path, nb_teams_n(teams));
    }
    nb_teams_free(teams);
    return err;
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
    struct nb_recipients *recipients = NULL;
    enum nb_err err = check_recipients(config, &recipients, &error);
    if (err == NB_OK) {
        err = check_teams(config, recipients, &error);
    }
    nb_recipients_free(recipients);
    nb_config_free(config);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
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
    .about = "check reads the settings, the recipients file and the teams file, and says what is "
             "wrong, with file, line and what to do; also a topic they name that is not there. "
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
