/**
 * Diagnostics: one structured line per thing worth telling, `level module message key=value ...`.
 *
 * Values are quoted where they need it, control characters are escaped, so a hostile title cannot
 * forge a line. Lines go to stderr (a service manager keeps them) in one write each.
 *
 *     nb_diag(NB_WARN, "fetch", "poll failed", nb_kv_str("source", url), nb_kv_int("status", 404));
 *
 * Threads: any.
 */
#ifndef NABIZ_DIAG_H
#define NABIZ_DIAG_H

#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

enum nb_level { NB_DEBUG, NB_INFO, NB_WARN, NB_ERROR };

struct nb_kv {
    const char *key; /* NULL ends a list */
    struct nb_slice text;
    int64_t number;
    int is_number;
};

static inline struct nb_kv nb_kv_slice(const char *key, struct nb_slice value)
{
    return (struct nb_kv){key, value, 0, 0};
}

static inline struct nb_kv nb_kv_str(const char *key, const char *value)
{
    return (struct nb_kv){key, nb_slice_str(value), 0, 0};
}

static inline struct nb_kv nb_kv_int(const char *key, int64_t value)
{
    return (struct nb_kv){key, {NULL, 0}, value, 1};
}

/** err=..., with the detail where there is one. */
static inline struct nb_kv nb_kv_err(const struct nb_error *error)
{
    return nb_kv_str("err", nb_error_text(error));
}

/** One line with at least one pair; nb_diag_list(level, module, message, NULL) for none. */
#define nb_diag(level, module, message, ...)                                                       \
    nb_diag_list(level, module, message,                                                           \
                 (const struct nb_kv[]){__VA_ARGS__, {NULL, {NULL, 0}, 0, 0}})

/** As nb_diag, with a list that ends in a NULL key; list may be NULL. */
void nb_diag_list(enum nb_level level, const char *module, const char *message,
                  const struct nb_kv *list);

/** Lines below this level are dropped; starts at NB_INFO. */
void nb_diag_set_level(enum nb_level level);

/** "debug", "info", "warn", "error". @return NB_OK, NB_EINVAL. */
enum nb_err nb_level_parse(struct nb_slice name, enum nb_level *out) NB_MUSTUSE;

/** Name the process in each line ("crawl", "analyze"); a static string or NULL. */
void nb_diag_set_process(const char *name);

/** Where lines go: a file descriptor, 2 at first. Not owned. */
void nb_diag_set_fd(int fd);

#endif
