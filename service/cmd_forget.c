/*
 * Whoever writes a store is asked to be away, by its lock: what they have in memory would come
 * back, and who reads would go on with the old files.
 */
#include <inttypes.h>
#include <stdio.h>

#include <nabiz/forget.h>

#include "analyzer/turkish/text.h"
#include "service/commands.h"

enum { CRAWL, ANALYSIS, INBOX, DESK, STORES_N };

static enum nb_err open_alone(const struct nb_config *config, enum nb_store_kind kind,
                              struct nb_store **out, struct nb_error *error)
{
    bool discarded = kind == NB_STORE_ANALYSIS || kind == NB_STORE_INBOX;
    const struct nb_store_options options = {
        .sync = true,
        .lock_only = discarded,
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

/* 1: the same but for case, as Turkish has it; 2: but for case and diacritics. */
static unsigned distance(struct nb_slice asked, struct nb_slice stored)
{
    char a[2 * NB_AUTHOR_BYTES], b[2 * NB_AUTHOR_BYTES];
    if (asked.len >= NB_AUTHOR_BYTES) {
        return 0;
    }
    size_t a_n = tr_fold_into(asked, a), b_n = tr_fold_into(stored, b);
    if (nb_slice_eq(nb_slice(a, a_n), nb_slice(b, b_n))) {
        return 1;
    }
    a_n = tr_plain(a, a_n);
    b_n = tr_plain(b, b_n);
    return nb_slice_eq(nb_slice(a, a_n), nb_slice(b, b_n)) ? 2 : 0;
}

/* All of them, before any of them goes. */
static enum nb_err find_all(const struct nb_args *args, struct nb_store *crawl,
                            struct nb_error *error)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < nb_args_words_n(args); i++) {
        const char *author = nb_args_word(args, i);
        char nearest[NB_AUTHOR_BYTES];
        err = nb_log_find_author(crawl, nb_slice_str(author), distance, nearest, error);
        if (err == NB_ENOTFOUND) {
            (void)nb_error_set(error, err,
                               "nobody in the log is called %s; nothing was changed%s%s%s", author,
                               nearest[0] ? "; did you mean " : "", nearest, nearest[0] ? "?" : "");
        }
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

/* The files that held the texts go, or are written anew. */
static enum nb_err clear_files(struct nb_store *const *stores, struct nb_error *error)
{
    enum nb_err err = nb_store_discard(stores[ANALYSIS], error);
    if (err == NB_OK) {
        err = nb_store_discard(stores[INBOX], error);
    }
    return err ? err : nb_store_compact(stores[CRAWL], error);
}

static int run_forget(struct nb_args *args)
{
    static const enum nb_store_kind kinds[STORES_N] = {
        [CRAWL] = NB_STORE_CRAWL,
        [ANALYSIS] = NB_STORE_ANALYSIS,
        [INBOX] = NB_STORE_INBOX,
        [DESK] = NB_STORE_DESK,
    };
    struct nb_store *stores[STORES_N] = {NULL};
    struct nb_config *config = NULL;
    struct nb_error error = {0};
    bool nobody = false;
    for (size_t i = 0; i < nb_args_words_n(args); i++) {
        struct nb_slice author = nb_slice_str(nb_args_word(args, i));
        size_t slash = nb_slice_find_byte(author, '/', 0);
        if (slash == NB_NPOS || slash == 0 || slash + 1 == author.len) {
            return nb_usage(args, "an author is SITE/HANDLE, as `nabiz search` prints it");
        }
    }
    enum nb_err err = nb_args_load_config(args, &config, &error);
    for (size_t i = 0; err == NB_OK && i < STORES_N; i++) {
        err = open_alone(config, kinds[i], &stores[i], &error);
    }
    if (err == NB_OK) {
        err = find_all(args, stores[CRAWL], &error);
        nobody = err == NB_ENOTFOUND;
    }
    if (err == NB_OK) {
        err = forget_all(args, stores[CRAWL], &error);
    }
    if (err == NB_OK) {
        err = clear_files(stores, &error);
    }
    if (err == NB_OK) {
        printf("The analysis is built anew, without them, when nabiz starts. End every nabiz that "
               "still reads:\nit goes on with the old files.\n");
    }
    for (size_t i = 0; i < STORES_N; i++) {
        nb_store_close(stores[i]);
    }
    nb_config_free(config);
    int code = err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
    return nobody ? NB_EXIT_NOTHING : code;
}

const struct nb_command nb_cmd_forget = {
    .name = "forget",
    .line = "take an author's documents out for good",
    .usage = "SITE/HANDLE ...",
    .about =
        "Removes everything that an author wrote from the log, revisions and quotes by others "
        "included, and sees to it that nothing of theirs gets into it again. The name is compared "
        "letter by letter; when nobody in the log has it, nothing is changed and the exit code "
        "is 4. nabiz has to be stopped, and what still reads has to be ended: it goes on with the "
        "old files. The log is written anew, so that the texts are not in free pages either; the "
        "analysis is deleted and built again from the log; the inbox is deleted, and what hubs "
        "had pushed and nobody had read yet comes in again when the feeds are polled. What others "
        "wrote about the author stays, and so do quotes that are not marked with the name; that it "
        "was about the author is no longer noted, so no list has the name. A "
        "command that was interrupted is given again. Backups made before still hold the texts.",
    .examples =
        (const struct nb_example[]){{"nabiz forget forum.example/ayla", "a person asked for it"},
                                    {NULL, NULL}},
    .min_words = 1,
    .max_words = -1,
    .run = run_forget,
};
