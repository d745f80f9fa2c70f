#include "service/deliver/backoff.h"

#include <stdio.h>

#include <nabiz/date.h>

enum { GONE = 410, TOO_MANY = 429, BAD_GATEWAY = 502, UNAVAILABLE = 503, GATEWAY_TIMEOUT = 504 };

#define JITTER_MILLI 200
#define SECOND_MS 1000LL

int64_t nb_backoff_wait_ms(unsigned attempts_n, const struct nb_id *id)
{
    static const int64_t waits_ms[NB_BACKOFF_ATTEMPTS - 1] = {
        5 * SECOND_MS,   5 * NB_MINUTE_MS, 30 * NB_MINUTE_MS, 2 * NB_HOUR_MS, 5 * NB_HOUR_MS,
        10 * NB_HOUR_MS, 14 * NB_HOUR_MS,  20 * NB_HOUR_MS,   24 * NB_HOUR_MS};
    if (attempts_n == 0 || attempts_n >= NB_BACKOFF_ATTEMPTS) {
        return attempts_n == 0 ? 0 : -1;
    }
    uint8_t seed[NB_ID_BYTES + 1];
    memcpy(seed, id->b, NB_ID_BYTES);
    seed[NB_ID_BYTES] = (uint8_t)attempts_n;
    int64_t wait_ms = waits_ms[attempts_n - 1];
    int64_t milli = (int64_t)(nb_hash64(nb_slice(seed, sizeof(seed))) >> 32) % (JITTER_MILLI + 1);
    return wait_ms + wait_ms * milli / 1000;
}

static bool is_sent(Nb__Delivery__Form form, const struct nb_answer *answer)
{
    if (answer->is_refused || answer->status < 200 || answer->status > 299) {
        return false;
    }
    /* HTTP has answered; whether the rest of the answer came does not matter. Of SMTP a 2yz may
     * belong to an earlier command. */
    return form != NB__DELIVERY__FORM__MAIL || !answer->is_broken;
}

/* It would be answered the same way for ever. */
static bool is_final(Nb__Delivery__Form form, const struct nb_answer *answer)
{
    uint32_t status = answer->status;
    return form == NB__DELIVERY__FORM__MAIL ? status >= 500 && (status < 530 || status > 538)
                                            : status == GONE;
}

static void describe(const struct nb_answer *answer, struct nb_judgement *out)
{
    const char *gone = out->is_gone ? ": the recipient wants nothing more" : "";
    if (answer->is_refused) {
        (void)snprintf(out->failure, sizeof(out->failure),
                       "its address is a private one; see `private` in docs/delivery.md");
    } else if (answer->status) {
        (void)snprintf(out->failure, sizeof(out->failure), "answered %u%s%s",
                       (unsigned)answer->status, answer->failure ? ": " : gone,
                       answer->failure ? answer->failure : "");
    } else {
        (void)snprintf(out->failure, sizeof(out->failure), "%s",
                       answer->failure ? answer->failure : "no answer");
    }
}

void nb_backoff_judge(Nb__Delivery__Form form, const struct nb_answer *answer, unsigned attempts_n,
                      const struct nb_id *id, int64_t now_ms, struct nb_judgement *out)
{
    *out = (struct nb_judgement){.state = NB__DELIVERY__STATE__SENT};
    if (is_sent(form, answer)) {
        return;
    }
    int64_t wait_ms = nb_backoff_wait_ms(attempts_n, id);
    uint32_t status = form == NB__DELIVERY__FORM__MAIL ? 0 : answer->status;
    out->is_gone = status == GONE;
    out->state = is_final(form, answer) || wait_ms < 0 ? NB__DELIVERY__STATE__DEAD
                                                       : NB__DELIVERY__STATE__WAITING;
    describe(answer, out);
    int64_t asked_ms = answer->retry_after_s * SECOND_MS;
    if (status == TOO_MANY || status == UNAVAILABLE || status == BAD_GATEWAY ||
        status == GATEWAY_TIMEOUT) {
        bool is_asked = asked_ms > 0 && (status == TOO_MANY || status == UNAVAILABLE);
        out->rest_ms = now_ms + (is_asked ? asked_ms : NB_MINUTE_MS);
    }
    if (out->state == NB__DELIVERY__STATE__WAITING) {
        out->next_ms = now_ms + (wait_ms > asked_ms ? wait_ms : asked_ms);
    }
}
