/**
 * Why a source is polled when it is, for people, and their wish that it is polled now.
 *
 * Threads: any; reads the store.
 */
#ifndef NABIZ_SCHEDULE_H
#define NABIZ_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/config.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>
#include <nabiz/sources.h>

enum { NB_SCHEDULE_BUSY_N = 3 };

struct nb_schedule_view {
    /* of all sources */
    bool adaptive;
    int64_t price_milli; /* of a request, in thousandths of a second that an item waits */
    int64_t average_s, shortest_s, longest_s;
    /* of this one, as of its last poll */
    int64_t per_day_milli; /* items in the long run; -1: not known yet */
    int64_t lately_milli;  /* items that still count in the fastest six hours */
    int64_t rhythm_ms;     /* the pause that its rhythm asks for; 0: not known yet */
    int64_t share_milli;   /* average pause over this one */
    struct {
        int hour;               /* of the week, UTC, from Monday */
        int64_t factor_milli;   /* against an hour as any other */
    } busy[NB_SCHEDULE_BUSY_N]; /* the busiest first */
    size_t busy_n;
    int64_t asked_ms; /* a poll that was sent then is not stored; 0: none */
};

/**
 * @param state  of the source; NULL: it was never polled.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or what opening the store returned; without a store there
 *         is nothing to say of the source.
 */
enum nb_err nb_schedule_explain(const struct nb_config *config, const struct nb_sources *sources,
                                const struct nb_source_row *row, const struct nb_source *state,
                                struct nb_schedule_view *out, struct nb_error *error) NB_MUSTUSE;

/**
 * Let a source be polled as soon as politeness allows: by the crawler that runs, once it is told
 * (SIGHUP), or by the next one.
 * @return NB_OK, NB_EIO, NB_ETOOBIG.
 */
enum nb_err nb_schedule_wish(const char *data_dir, const struct nb_id *source,
                             struct nb_error *error) NB_MUSTUSE;

/** What a due time follows from, in a few words: "its rhythm". */
const char *nb_schedule_why(Nb__Source__Why why);

#endif
