#include "crawler/schedule/next.h"

#include <string.h>

#define HOUR_MS INT64_C(3600000)
#define WEEK_HOURS 168

static void at_least(struct nb_next *next, int64_t due_ms, Nb__Source__Why why)
{
    if (due_ms > next->due_ms) {
        next->due_ms = due_ms;
        next->why = why;
    }
}

static int64_t asked_ms(int64_t seconds)
{
    return (seconds < NB_NEXT_ASKED_MAX_S ? seconds : NB_NEXT_ASKED_MAX_S) * 1000;
}

/* A number from 0 to 1023 that is the source's own for this attempt, and the same in every run. */
static int64_t jitter(const struct nb_id *id, uint32_t attempt)
{
    uint64_t bits;
    memcpy(&bits, id->b, sizeof(bits));
    bits = (bits ^ attempt) * UINT64_C(0x9e3779b97f4a7c15);
    return (int64_t)(bits >> 54);
}

/*
 * The usual pause after the first failure in a row, twice as long for each that follows, at most a
 * day unless the usual one is longer; less up to an eighth, but never less than the usual pause, so
 * that sources that failed together do not come back together.
 */
static int64_t backoff_ms(const struct nb_next_input *input)
{
    int64_t usual_s = input->every_s > 0 ? input->every_s : input->usual_s;
    int64_t most_s = usual_s > NB_NEXT_ASKED_MAX_S ? usual_s : NB_NEXT_ASKED_MAX_S;
    int64_t wait_s = usual_s;
    for (uint32_t i = 1; i < input->failures_n && wait_s < most_s; i++) {
        wait_s *= 2;
    }
    int64_t wait_ms = (wait_s < most_s ? wait_s : most_s) * 1000;
    wait_ms -= wait_ms / 8 * jitter(&input->id, input->failures_n) / 1024;
    return wait_ms > usual_s * 1000 ? wait_ms : usual_s * 1000;
}

static bool is_skipped(const struct nb_next_input *input, int64_t hour)
{
    int64_t day = (hour / 24 + 3) % 7; /* 1970 began on a Thursday */
    return (input->skip_hours >> hour % 24 & 1) || (input->skip_days >> day & 1);
}

/* To the beginning of the first hour that is not to be skipped; a publisher may skip all in vain.
 */
static void skip(const struct nb_next_input *input, struct nb_next *next)
{
    int64_t hour = next->due_ms / HOUR_MS;
    int64_t last = hour + WEEK_HOURS;
    if ((!input->skip_hours && !input->skip_days) || next->due_ms < 0) {
        return;
    }
    while (hour < last && is_skipped(input, hour)) {
        hour++;
    }
    if (hour < last && hour * HOUR_MS > next->due_ms) {
        at_least(next, hour * HOUR_MS, NB__SOURCE__WHY__SKIPPED);
    }
}

struct nb_next nb_next(const struct nb_next_input *input)
{
    int64_t from_ms = input->answered_ms;
    struct nb_next next = {from_ms + input->rhythm_ms, NB__SOURCE__WHY__RHYTHM};
    if (input->every_s > 0) {
        next = (struct nb_next){from_ms + input->every_s * 1000, NB__SOURCE__WHY__EVERY};
    }
    if (input->failures_n > 0) {
        next = (struct nb_next){from_ms + backoff_ms(input), NB__SOURCE__WHY__FAILED};
        at_least(&next, from_ms + asked_ms(input->retry_after_s), NB__SOURCE__WHY__RETRY_AFTER);
        at_least(&next, input->not_before_ms, NB__SOURCE__WHY__ROBOTS);
    } else {
        if (input->is_pushed) {
            at_least(&next, from_ms + input->safety_s * 1000, NB__SOURCE__WHY__PUSHED);
        }
        at_least(&next, from_ms + asked_ms(input->ttl_s), NB__SOURCE__WHY__TTL);
        at_least(&next, from_ms + asked_ms(input->max_age_s), NB__SOURCE__WHY__MAX_AGE);
    }
    skip(input, &next);
    return next;
}
