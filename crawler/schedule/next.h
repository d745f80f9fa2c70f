/**
 * When a source is asked again, and why then.
 *
 * What the rhythm of a source makes desirable, or what the sources file says, is bounded below by
 * what the publisher asks for (ttl, max-age, Retry-After, hours to skip), and a failing source
 * waits longer each time, up to a day or its own pause.
 *
 * Threads: a pure function.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_NEXT_H
#define NABIZ_CRAWLER_SCHEDULE_NEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/hash.h>
#include <nabiz/record.h>

/* No pause that a publisher asks for is kept to for longer, and no back-off without a longer every.
 */
enum { NB_NEXT_ASKED_MAX_S = 86400 };

struct nb_next_input {
    struct nb_id id;     /* of the source, for its jitter */
    int64_t answered_ms; /* pauses count from there */
    int64_t every_s;     /* as the sources file says; 0: by its rhythm */
    int64_t rhythm_ms;   /* pause by its rhythm; of no effect with every_s */
    int64_t usual_s;     /* crawl.interval: what a back-off starts from without every_s */
    int64_t safety_s;    /* pause while a hub reports what is new */
    uint32_t failures_n; /* in a row, this one included; 0: it went well */
    int64_t retry_after_s;
    int64_t not_before_ms; /* robots.txt is asked for again then; 0: no matter */
    int64_t ttl_s;         /* the feed's; 0: none */
    int64_t max_age_s;     /* the answer's; 0: none */
    uint32_t skip_hours;   /* bit 0: 00:00 to 01:00 UTC */
    uint32_t skip_days;    /* bit 0: Monday */
    bool is_pushed;        /* a hub reports what is new */
};

struct nb_next {
    int64_t due_ms;
    Nb__Source__Why why;
};

struct nb_next nb_next(const struct nb_next_input *input);

#endif
