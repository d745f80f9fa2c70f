/*
 * The lock of the crawl store says who stores a spool. A crawler that has it also watches the
 * directory; when nobody has it, it is taken here for as long as it takes.
 */
#include <nabiz/import.h>

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <nabiz/log.h>
#include <nabiz/store.h>

#include "crawler/social/spool.h"

enum { PART_N = 500, PART_BYTES = 64 << 20, NAMES_BYTES = 16 << 20, LOOK_MS = 50, TRY_EVERY = 20 };

static enum nb_err store_part(struct nb_log *log, const struct nb_log_record *records, size_t n,
                              struct nb_import_counts *counts, struct nb_error *error)
{
    struct nb_log_batch *batch = nb_log_batch_new();
    enum nb_err err = batch ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = nb_log_batch_add(batch, &records[i]);
    }
    err = err == NB_OK ? nb_log_append(log, batch, error) : err;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        enum nb_log_outcome outcome = nb_log_batch_outcome(batch, i);
        counts->new_n += outcome == NB_LOG_NEW;
        counts->revised_n += outcome == NB_LOG_REVISED;
        counts->known_n += outcome == NB_LOG_KNOWN;
    }
    nb_log_batch_free(batch);
    return err;
}

static enum nb_err store_spool(struct nb_log *log, const char *path, struct nb_arena *arena,
                               struct nb_error *error)
{
    struct nb_import_counts counts = {0};
    struct nb_spool_reader *reader = NULL;
    size_t n = 1;
    enum nb_err err = nb_spool_open(path, &reader, error);
    while (err == NB_OK && n > 0) {
        nb_arena_reset(arena);
        struct nb_log_record *records = nb_arena_calloc(arena, PART_N, sizeof(*records));
        err = records ? nb_spool_read(reader, PART_N, arena, records, &n, error) : NB_ENOMEM;
        err = err == NB_OK ? store_part(log, records, n, &counts, error) : err;
    }
    nb_spool_close(reader);
    return err == NB_OK ? nb_spool_settle(path, &counts, error) : err;
}

/* All that lie there: others may have been left behind. */
static enum nb_err store_spools(struct nb_log *log, const char *data_dir, struct nb_error *error)
{
    char dir[NB_SPOOL_PATH_BYTES - 300];
    const char *const *names = NULL;
    size_t n = 0;
    struct nb_arena *list = nb_arena_new(NAMES_BYTES);
    struct nb_arena *arena = nb_arena_new(PART_BYTES);
    nb_spool_dir(data_dir, dir, sizeof(dir));
    enum nb_err err = list && arena ? nb_spool_list(dir, list, &names, &n, error) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        char path[NB_SPOOL_PATH_BYTES];
        (void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        err = store_spool(log, path, arena, error);
    }
    nb_arena_free(list);
    nb_arena_free(arena);
    return err;
}

/* @return NB_OK, NB_EBUSY (a crawler runs), or what failed. */
static enum nb_err store_here(const struct nb_config *config, struct nb_error *error)
{
    const char *data_dir = nb_config_str(config, NB_CFG_DATA_DIR);
    const struct nb_store_options options = {
        .sync = nb_config_int(config, NB_CFG_STORE_SYNC) == 0,
        .map_bytes = (uint64_t)nb_config_int(config, NB_CFG_STORE_MAP),
        .max_bytes = (uint64_t)nb_config_int(config, NB_CFG_STORE_MAX)};
    struct nb_store *store = NULL;
    struct nb_log *log = NULL;
    enum nb_err err = nb_store_open(data_dir, NB_STORE_CRAWL, &options, &store, error);
    if (err == NB_OK) {
        err = nb_log_open_local(store, &log, error);
        err = err == NB_OK ? store_spools(log, data_dir, error) : err;
        if (log) {
            nb_log_close(log);
        }
        nb_store_close(store);
    }
    return err;
}

static void pause_ms(long ms)
{
    (void)nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Neither waiting nor settled: it could not be read. */
static bool is_put_aside(const char *path, struct nb_import_counts *out)
{
    return access(path, F_OK) != 0 && !nb_spool_result(path, out);
}

/* One look. @return NB_OK (it is settled), NB_EBUSY (not yet), or what failed */
static enum nb_err look(const char *path, const struct nb_config *config, bool tries,
                        struct nb_import_counts *out, struct nb_error *error)
{
    struct nb_error detail = {0};
    if (nb_spool_result(path, out)) {
        return NB_OK;
    }
    enum nb_err err = tries ? store_here(config, &detail) : NB_EBUSY;
    if (err != NB_OK && err != NB_EBUSY) {
        return nb_error_set(error, err,
                            "%s; what was read stays in %s, and is stored when the crawler starts",
                            nb_error_text(&detail), path);
    }
    if (err == NB_EBUSY && is_put_aside(path, out)) {
        return nb_error_set(error, NB_ECORRUPT, "%s: the crawler could not read it; see its log",
                            path);
    }
    return err == NB_OK && !nb_spool_result(path, out) ? NB_EBUSY : err;
}

enum nb_err nb_import_hand_over(struct nb_spool *spool, const struct nb_config *config,
                                struct nb_import_counts *out, struct nb_error *error)
{
    char path[NB_SPOOL_PATH_BYTES];
    enum nb_err err = nb_spool_finish(spool, path, error);
    for (size_t i = 0; err == NB_OK; i++) {
        err = look(path, config, i % TRY_EVERY == 0, out, error);
        if (err != NB_EBUSY) {
            return err;
        }
        err = NB_OK;
        pause_ms(LOOK_MS);
    }
    return err;
}
