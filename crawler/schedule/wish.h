/**
 * Sources that people want polled now: an empty file for each in DATA/run/poll, named by its id in
 * hex, which the command makes and the scheduler takes away.
 *
 * Threads: the scheduler's.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_WISH_H
#define NABIZ_CRAWLER_SCHEDULE_WISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>

enum {
    NB_WISHES_MAX = 4096,     /* more have to wait for the next time */
    NB_WISH_AGAIN_MS = 20000, /* nobody is asked sooner after a poll, however often it is wished */
};

/** Starts as {0}. */
struct nb_wishes {
    struct nb_id *ids; /* sorted */
    size_t n;
};

void nb_wishes_fini(struct nb_wishes *wishes);

/** Add those that came, and remove their files. @return NB_OK, NB_ENOMEM; no directory is none. */
enum nb_err nb_wishes_take(struct nb_wishes *wishes, const char *data_dir) NB_MUSTUSE;

bool nb_wishes_have(const struct nb_wishes *wishes, const struct nb_id *source);

/** It was polled. */
void nb_wishes_drop(struct nb_wishes *wishes, const struct nb_id *source);

/**
 * When a source that is wished for may be polled: its own pace, and what its feed says of its
 * pauses, are put aside; a Retry-After is not. (Its host's pauses and robots.txt hold anyway.)
 */
int64_t nb_wish_due_ms(const struct nb_source *state, int64_t due_ms);

#endif
