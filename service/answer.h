/**
 * Answer: what a command needs that reads the analysis store and prints: configuration, a
 * snapshot, an arena, a buffer for stdout.
 *
 * Threads: main only.
 */
#ifndef NABIZ_SERVICE_ANSWER_H
#define NABIZ_SERVICE_ANSWER_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/cli.h>
#include <nabiz/store.h>

struct nb_answer {
    struct nb_args *args;
    struct nb_config *config;
    struct nb_store *store;
    struct nb_arena *arena;
    struct nb_buf out;
    struct nb_error error; /* the failure, for nb_answer_close() */
};

/** @return NB_OK, or a failure that is kept in answer->error; close either way. */
enum nb_err nb_answer_open(struct nb_answer *answer, struct nb_args *args) NB_MUSTUSE;

/** Write what is in the buffer to stdout and empty it. @return NB_OK, NB_EIO, the buffer's error.
 */
enum nb_err nb_answer_flush(struct nb_answer *answer) NB_MUSTUSE;

/**
 * Flush when err is NB_OK, report when it is not, free everything.
 * @return NB_EXIT_OK, or the code that fits the failure.
 */
int nb_answer_close(struct nb_answer *answer, enum nb_err err);

/**
 * Value of an option as a span of time: "30d", "12h", "all". "all" and beyond give the longest
 * span.
 * @return true, or false after telling the user on stderr.
 */
bool nb_answer_window(const struct nb_args *args, const char *option, int64_t fallback_ms,
                      int64_t *out_ms);

/**
 * Value of --budget, false alarms a week, as "2" or "0.5".
 * @param out_milli  [in, out] in thousandths; kept when the option was not given.
 * @return false after telling the user on stderr.
 */
bool nb_answer_budget(const struct nb_args *args, int64_t *out_milli);

#endif
