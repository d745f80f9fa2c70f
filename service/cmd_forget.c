/*
 * Whoever writes a store is asked to be away, by its lock: what they have in memory would come
 * back, and who reads would go on with the old files.
 */
#include <inttypes.h>
#include <stdio.h>

#include <nabiz/forget.h>

#include "service/commands.h"

static enum nb_err open_alone(const struct nb_config *config, enum nb_store_kind kind,
                              struct nb_store **out, struct nb_error *error)
{
    const struct nb_store_options options = {
        .sync = true,
        .map_bytes = (uint64_t)nb_config_int(config, NB_CFG_STORE_MAP),
        .max_bytes = (uint64_t)nb_config_int(config, NB_CFG_STORE_MAX),
    };
    enum nb_err err =
        nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), kind, &options, out, error);
    if (err == NB_EBUSY) {
        nb_error_prefix(error, "stop nabiz first: ");
    }
    return err;
}

static enum nb_err forget_all(struct nb_args *args, struct nb_store *crawl, struct nb_error *error)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < nb_args_words_n(args); i++) {
        struct nb_slice author = nb_slice_str(nb_args_word(args, i));
        struct nb_forgot forgot;
        err = nb_log_forget(crawl, author, &forgot, error);
        if (err == NB_OK) {
            printf("%.*s: %" PRIu64 " documents and %" PRIu64 " quotes forgotten\n", NB_ARG(author),
                   forgot.documents_n, forgot.quotes_n);
        }
    }
    return err;
}

static int run_forget(struct nb_args *args)
{
    static const enum nb_store_kind kinds[] = {NB_STORE_CRAWL, NB_STORE_ANALYSIS, NB_STORE_DESK};
    struct nb_store *stores[3] = {NULL, NULL, NULL};
    struct nb_config *config = NULL;
    struct nb_error error = {0};
    for (size_t i = 0; i < nb_args_words_n(args); i++) {
        struct nb_slice author = nb_slice_str(nb_args_word(args, i));
        size_t slash = nb_slice_find_byte(author, '/', 0);
        if (slash == NB_NPOS || slash == 0 || slash + 1 == author.len) {
            return nb_usage(args, "an author is SITE/HANDLE, as `nabiz search` prints it");
        }
    }
    enum nb_err err = nb_args_load_config(args, &config, &error);
    for (size_t i = 0; err == NB_OK && i < 3; i++) {
        err = open_alone(config, kinds[i], &stores[i], &error);
    }
    if (err == NB_OK) {
        err = forget_all(args, stores[0], &error);
    }
    if (err == NB_OK) {
        err = nb_store_discard(stores[1], &error);
    }
    if (err == NB_OK) {
        err = nb_store_compact(stores[0], &error);
    }
    if (err == NB_OK) {
        printf("The analysis is built anew, without them, when nabiz starts.\n");
    }
    for (size_t i = 0; i < 3; i++) {
        nb_store_close(stores[i]);
    }
    nb_config_free(config);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

const struct nb_command nb_cmd_forget = {
    .name = "forget",
    .line = "take an author's documents out for good",
    .usage = "SITE/HANDLE ...",
    .about =
        "Removes everything that an author wrote from the log, revisions and quotes by others "
        "included, and sees to it that nothing of theirs is stored again. nabiz has to be stopped. "
        "The files are written anew, so that the texts are not in free pages either, and the "
        "analysis is deleted: it is built again from the log. What others wrote about the author "
        "stays. A command that was interrupted is given again. Backups made before still hold the "
        "texts.",
    .examples =
        (const struct nb_example[]){{"nabiz forget forum.example/ayla", "a person asked for it"},
                                    {NULL, NULL}},
    .min_words = 1,
    .max_words = -1,
    .run = run_forget,
};
