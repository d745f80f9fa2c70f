/**
 * What is wrong with a source, and what to do about it.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_SERVICE_SOURCE_PROBLEM_H
#define NABIZ_SERVICE_SOURCE_PROBLEM_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/sources.h>

struct nb_problem {
    const char *kind;  /* one word: "gone", "dns", ... NULL: nothing is wrong */
    int severity;      /* 9: it will never work again ... 1: it may pass by itself */
    const char *what;  /* in the arena or static */
    const char *to_do; /* static */
};

/**
 * @param state         NULL: never polled.
 * @param subscription  NULL: it has none.
 * @param arena         owns the text.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_source_problem(const struct nb_source_row *row, const struct nb_source *state,
                              const struct nb_subscription *subscription, int64_t now_ms,
                              struct nb_arena *arena, struct nb_problem *out) NB_MUSTUSE;

#endif
