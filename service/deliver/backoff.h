/**
 * What becomes of a message after an attempt to send it: sent, later, or given up.
 *
 * Waits follow the schedule that Standard Webhooks suggests: 5 s, 5 min, 30 min, 2, 5, 10, 14, 20
 * and 24 hours between ten attempts, more than three days. A fifth of each is added at the most, by
 * a hash of the message, so that many that failed together do not come back together.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_DELIVER_BACKOFF_H
#define NABIZ_DELIVER_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/hash.h>
#include <nabiz/record.h>

enum { NB_BACKOFF_ATTEMPTS = 10 };

/* How an attempt ended. */
struct nb_answer {
    uint32_t status;       /* of HTTP or SMTP; 0: there was none */
    bool is_broken;        /* the connection failed before all was said and answered */
    bool is_refused;       /* we refused: a private address */
    int64_t retry_after_s; /* 0: not said */
    const char *failure;   /* of the connection, for people; NULL: none */
};

struct nb_judgement {
    Nb__Delivery__State state;
    int64_t next_ms;   /* of WAITING */
    int64_t rest_ms;   /* until then nothing is sent to the recipient at all; 0: it need not rest */
    bool is_gone;      /* the recipient wants nothing more */
    char failure[160]; /* "" when it was sent */
};

/** Wait after so many attempts (1: the first failed), in milliseconds; -1 when there are no more.
 */
int64_t nb_backoff_wait_ms(unsigned attempts_n, const struct nb_id *id);

/**
 * Judge an answer.
 * - 2xx (of SMTP 250): sent. 410: given up, and the recipient is gone. SMTP 5yz, but for those
 * about signing in (530 to 538): given up. Everything else is tried again by the schedule.
 * - Retry-After puts off this message and, with 429 and 503, all to the recipient; so do 429, 502,
 *   503 and 504 without one, for a minute.
 * @param attempts_n  with this one.
 */
void nb_backoff_judge(Nb__Delivery__Form form, const struct nb_answer *answer, unsigned attempts_n,
                      const struct nb_id *id, int64_t now_ms, struct nb_judgement *out);

#endif
