#include <nabiz/robots.h>

enum {
    MINUTE_S = 60,
    HOUR_S = 60 * MINUTE_S,
    DAY_S = 24 * HOUR_S,
    STATUS_NOT_MODIFIED = 304,
    STATUS_TOO_MANY = 429,
};

#define UNREACHABLE_MAX_MS ((int64_t)30 * DAY_S * 1000)

static int64_t clamp(int64_t value, int64_t min, int64_t max)
{
    return value < min ? min : value > max ? max : value;
}

/* An hour at least: many servers say max-age=0 of everything, and rules rarely change. */
static struct nb_robots_verdict reached(const struct nb_robots_answer *answer,
                                        enum nb_robots_action action)
{
    int64_t age_s = answer->max_age_s < 0 ? DAY_S : clamp(answer->max_age_s, HOUR_S, DAY_S);
    return (struct nb_robots_verdict){action, answer->now_ms + age_s * 1000, -1};
}

/*
 * Waiting as long again as it has lasted doubles the interval each time, without a count to keep.
 * A clock that was set back makes the time it has lasted none, not negative.
 */
static struct nb_robots_verdict unreachable(const struct nb_robots_answer *answer)
{
    int64_t since_ms = answer->unreachable_since_ms;
    if (since_ms < 0 || since_ms > answer->now_ms) {
        since_ms = answer->now_ms;
    }
    int64_t lasted_ms = answer->now_ms - since_ms;
    int64_t wait_s = clamp(lasted_ms / 1000, 5 * MINUTE_S, 6 * HOUR_S);
    if (answer->retry_after_s > wait_s) {
        wait_s = clamp(answer->retry_after_s, wait_s, DAY_S);
    }
    enum nb_robots_action action = NB_ROBOTS_DENY;
    if (answer->copy_expires_ms > answer->now_ms) {
        action = NB_ROBOTS_KEEP; /* asked before it had to be */
    } else if (lasted_ms >= UNREACHABLE_MAX_MS) {
        action = answer->copy_expires_ms >= 0 ? NB_ROBOTS_KEEP : NB_ROBOTS_ALLOW;
    }
    int64_t expires_ms = answer->now_ms + wait_s * 1000;
    if (answer->copy_expires_ms > answer->now_ms && expires_ms > answer->copy_expires_ms) {
        expires_ms = answer->copy_expires_ms;
    }
    return (struct nb_robots_verdict){action, expires_ms, since_ms};
}

struct nb_robots_verdict nb_robots_judge(const struct nb_robots_answer *answer)
{
    int status = answer->status;
    if (status >= 200 && status <= 299) {
        return reached(answer, NB_ROBOTS_PARSE);
    }
    if (status == STATUS_NOT_MODIFIED && answer->copy_expires_ms >= 0) {
        return reached(answer, NB_ROBOTS_KEEP);
    }
    if (status >= 300 && status <= 399 && status != STATUS_NOT_MODIFIED) {
        if (answer->redirects_n < NB_ROBOTS_MAX_REDIRECTS) {
            return (struct nb_robots_verdict){NB_ROBOTS_FOLLOW, answer->now_ms,
                                              answer->unreachable_since_ms};
        }
        return reached(answer, NB_ROBOTS_ALLOW);
    }
    if (status >= 400 && status <= 499 && status != STATUS_TOO_MANY) {
        return reached(answer, NB_ROBOTS_ALLOW);
    }
    return unreachable(answer);
}
