/* nabiz backup DIR: consistent copies of the stores while they are written. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <nabiz/store.h>

#include "service/commands.h"

enum { PATH_BYTES = 4096 };

static enum nb_err backup_store(const struct nb_config *config, enum nb_store_kind kind,
                                const char *dir, struct nb_error *error)
{
    struct nb_store *store = NULL;
    char to[PATH_BYTES];
    int n = snprintf(to, sizeof(to), "%s/%s", dir, nb_store_name(kind));
    if (n < 0 || (size_t)n >= sizeof(to)) {
        return nb_error_set(error, NB_ETOOBIG, "the path is too long");
    }
    enum nb_err err = nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), kind,
                                    &(struct nb_store_options){.read_only = true}, &store, error);
    if (err == NB_ENOTFOUND) {
        printf("%-9s nothing there yet\n", nb_store_name(kind));
        return NB_OK;
    }
    if (err == NB_OK) {
        err = nb_store_backup(store, to, error);
    }
    if (err == NB_OK) {
        printf("%-9s %s\n", nb_store_name(kind), to);
    }
    nb_store_close(store);
    return err;
}

static int run_backup(struct nb_args *args)
{
    const char *dir = nb_args_word(args, 0);
    struct nb_config *config = NULL;
    struct nb_error error = {0};
    enum nb_err err = nb_args_load_config(args, &config, &error);
    if (err == NB_OK && mkdir(dir, 0750) != 0 && errno != EEXIST) {
        err = nb_error_set(&error, NB_EIO, "cannot make %s: %s", dir, strerror(errno));
    }
    if (err == NB_OK) {
        err = backup_store(config, NB_STORE_DESK, dir, &error);
    }
    if (err == NB_OK) {
        err = backup_store(config, NB_STORE_CRAWL, dir, &error);
    }
    if (err == NB_OK && nb_args_has(args, "all")) {
        err = backup_store(config, NB_STORE_ANALYSIS, dir, &error);
    }
    nb_config_free(config);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

const struct nb_command nb_cmd_backup = {
    .name = "backup",
    .line = "copy the stores to a directory while they are in use",
    .usage = "DIR",
    .about = "Copies desk and crawl, each as of one moment, compacted. To restore, stop nabiz and "
             "put the directories in data.dir. Analysis is built again from the log, so it is left "
             "out unless asked for. Sources, topics and configuration are plain files: copy them.",
    .options = (const struct nb_option[]){{"all", NULL, NULL, "the analysis store too"},
                                          {NULL, NULL, NULL, NULL}},
    .examples =
        (const struct nb_example[]){{"nabiz backup /var/backups/nabiz-2026-11-22", "once a day"},
                                    {NULL, NULL}},
    .min_words = 1,
    .max_words = 1,
    .run = run_backup,
};
