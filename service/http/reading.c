#include "service/http/reading.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

#include <nabiz/mem.h>

#define PATH_BYTES 4200

struct place {
    struct nb_store *store;
    dev_t device; /* of its directory when it was opened */
    ino_t inode;
};

struct nb_reading {
    const struct nb_config *config;
    pthread_mutex_t mu;
    struct place analysis; /* guarded by mu */
    struct place crawl;    /* guarded by mu */
    struct nb_log *log;    /* guarded by mu; of crawl */
};

enum nb_err nb_reading_new(const struct nb_config *config, struct nb_reading **out)
{
    *out = nb_calloc(1, sizeof(**out));
    if (!*out) {
        return NB_ENOMEM;
    }
    (*out)->config = config;
    (void)pthread_mutex_init(&(*out)->mu, NULL);
    return NB_OK;
}

void nb_reading_free(struct nb_reading *reading)
{
    if (!reading) {
        return;
    }
    nb_log_close(reading->log);
    nb_store_close(reading->crawl.store);
    nb_store_close(reading->analysis.store);
    (void)pthread_mutex_destroy(&reading->mu);
    nb_free(reading);
}

static bool stat_place(const struct nb_reading *reading, enum nb_store_kind kind, struct stat *st)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/%s", nb_config_str(reading->config, NB_CFG_DATA_DIR),
                   nb_store_name(kind));
    return stat(path, st) == 0;
}

/* With mu held. The directory is looked at first: a replacement in between is then noticed. */
static enum nb_err open_place(struct nb_reading *reading, enum nb_store_kind kind,
                              struct place *place, struct nb_error *error)
{
    struct stat st;
    if (place->store) {
        return NB_OK;
    }
    if (!stat_place(reading, kind, &st)) {
        return nb_error_set(error, NB_ENOTFOUND, "there is no %s yet", nb_store_name(kind));
    }
    const struct nb_store_options options = {
        .read_only = true,
        .map_bytes = (uint64_t)nb_config_int(reading->config, NB_CFG_STORE_MAP),
        .max_bytes = (uint64_t)nb_config_int(reading->config, NB_CFG_STORE_MAX)};
    enum nb_err err = nb_store_open(nb_config_str(reading->config, NB_CFG_DATA_DIR), kind, &options,
                                    &place->store, error);
    place->device = st.st_dev;
    place->inode = st.st_ino;
    return err;
}

enum nb_err nb_reading_analysis(struct nb_reading *reading, struct nb_store **out,
                                struct nb_error *error)
{
    *out = NULL;
    (void)pthread_mutex_lock(&reading->mu);
    enum nb_err err = open_place(reading, NB_STORE_ANALYSIS, &reading->analysis, error);
    if (err == NB_OK) {
        *out = reading->analysis.store;
    }
    (void)pthread_mutex_unlock(&reading->mu);
    return err;
}

enum nb_err nb_reading_crawl(struct nb_reading *reading, struct nb_store **out,
                             struct nb_error *error)
{
    *out = NULL;
    (void)pthread_mutex_lock(&reading->mu);
    enum nb_err err = open_place(reading, NB_STORE_CRAWL, &reading->crawl, error);
    if (err == NB_OK) {
        *out = reading->crawl.store;
    }
    (void)pthread_mutex_unlock(&reading->mu);
    return err;
}

enum nb_err nb_reading_log(struct nb_reading *reading, struct nb_log **out, struct nb_error *error)
{
    *out = NULL;
    (void)pthread_mutex_lock(&reading->mu);
    enum nb_err err = open_place(reading, NB_STORE_CRAWL, &reading->crawl, error);
    if (err == NB_OK && !reading->log) {
        err = nb_log_open_local(reading->crawl.store, &reading->log, error);
    }
    if (err == NB_OK) {
        *out = reading->log;
    }
    (void)pthread_mutex_unlock(&reading->mu);
    return err;
}

static bool is_replaced(const struct nb_reading *reading, enum nb_store_kind kind,
                        const struct place *place)
{
    struct stat st;
    return place->store && (!stat_place(reading, kind, &st) || st.st_dev != place->device ||
                            st.st_ino != place->inode);
}

bool nb_reading_replaced(struct nb_reading *reading)
{
    (void)pthread_mutex_lock(&reading->mu);
    bool replaced = is_replaced(reading, NB_STORE_ANALYSIS, &reading->analysis) ||
                    is_replaced(reading, NB_STORE_CRAWL, &reading->crawl);
    (void)pthread_mutex_unlock(&reading->mu);
    return replaced;
}

struct nb_store *nb_reading_peek(struct nb_reading *reading)
{
    (void)pthread_mutex_lock(&reading->mu);
    struct nb_store *store = reading->analysis.store;
    (void)pthread_mutex_unlock(&reading->mu);
    return store;
}
