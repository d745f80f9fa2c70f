#include "crawler/websub/subscription.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>

enum { TOKEN_BYTES = NB_WEBSUB_TOKEN_CHARS / 2, SECRET_BYTES = 32 };

static char *copy_string(struct nb_slice text)
{
    char *copy = nb_malloc(text.len + 1);
    if (copy) {
        memcpy(copy, text.p ? text.p : "", text.len);
        copy[text.len] = '\0';
    }
    return copy;
}

void nb_sub_free(struct nb_sub *sub)
{
    if (sub) {
        nb_free(sub->hub);
        nb_free(sub->topic);
        nb_free(sub);
    }
}

static struct nb_sub *make(struct nb_id source, struct nb_slice hub, struct nb_slice topic)
{
    struct nb_sub *sub = nb_calloc(1, sizeof(*sub));
    if (!sub) {
        return NULL;
    }
    sub->source = source;
    sub->hub = copy_string(hub);
    sub->topic = copy_string(topic);
    if (!sub->hub || !sub->topic) {
        nb_sub_free(sub);
        return NULL;
    }
    return sub;
}

struct nb_sub *nb_sub_new(struct nb_id source, struct nb_slice hub, struct nb_slice topic,
                          int64_t now_ms)
{
    uint8_t token[TOKEN_BYTES];
    uint8_t secret[SECRET_BYTES];
    struct nb_sub *sub = make(source, hub, topic);
    if (!sub || nb_random(token, sizeof(token)) != NB_OK ||
        nb_random(secret, sizeof(secret)) != NB_OK) {
        nb_sub_free(sub);
        return NULL;
    }
    nb_hex(nb_slice(token, sizeof(token)), sub->token);
    nb_hex(nb_slice(secret, sizeof(secret)), sub->secret);
    sub->state = NB__SUBSCRIPTION__STATE__WANTED;
    sub->next_ms = now_ms;
    sub->is_listed = true;
    return sub;
}

struct nb_sub *nb_sub_of(struct nb_id source, const struct nb_subscription *record)
{
    struct nb_slice token = nb_field(record->token);
    struct nb_slice secret = nb_field(record->secret);
    if (!nb_websub_is_token(token) || secret.len != 2 * SECRET_BYTES || !record->hub ||
        !record->topic) {
        return NULL;
    }
    struct nb_sub *sub = make(source, nb_field(record->hub), nb_field(record->topic));
    if (!sub) {
        return NULL;
    }
    memcpy(sub->token, token.p, token.len);
    memcpy(sub->secret, secret.p, secret.len);
    (void)snprintf(sub->failure, sizeof(sub->failure), "%s",
                   record->failure ? record->failure : "");
    sub->state = record->state;
    sub->asked_ms = record->asked_ms;
    sub->verified_ms = record->verified_ms;
    sub->lease_ms = record->lease_ms;
    sub->next_ms = record->next_ms;
    sub->pushed_ms = record->pushed_ms;
    sub->pushes_n = record->pushes_n;
    sub->failures_n = record->failures_n;
    sub->missed_n = record->missed_n;
    return sub;
}

enum nb_err nb_sub_encode(const struct nb_sub *sub, struct nb_arena *arena, struct nb_slice *out)
{
    struct nb_subscription *record = nb_subscription_new(arena);
    char *failure = nb_arena_strdup(arena, nb_slice_str(sub->failure));
    char *token = nb_arena_strdup(arena, nb_slice_str(sub->token));
    char *secret = nb_arena_strdup(arena, nb_slice_str(sub->secret));
    if (!record || !failure || !token || !secret) {
        return NB_ENOMEM;
    }
    record->has_state = 1;
    record->state = sub->state;
    record->hub = sub->hub;
    record->topic = sub->topic;
    record->token = token;
    record->secret = secret;
    record->failure = failure[0] ? failure : NULL;
    record->has_asked_ms = sub->asked_ms > 0;
    record->asked_ms = sub->asked_ms;
    record->has_verified_ms = sub->verified_ms > 0;
    record->verified_ms = sub->verified_ms;
    record->has_lease_ms = sub->lease_ms > 0;
    record->lease_ms = sub->lease_ms;
    record->has_next_ms = 1;
    record->next_ms = sub->next_ms;
    record->has_pushed_ms = sub->pushed_ms > 0;
    record->pushed_ms = sub->pushed_ms;
    record->has_pushes_n = 1;
    record->pushes_n = sub->pushes_n;
    record->has_failures_n = 1;
    record->failures_n = sub->failures_n;
    record->has_missed_n = 1;
    record->missed_n = sub->missed_n;
    return nb_subscription_encode(record, arena, out);
}

/* ---- what is due ---- */

static void fail(struct nb_sub *sub, const char *why, int64_t least_s, int64_t now_ms)
{
    int64_t wait_s = NB_SUB_RETRY_MIN_S;
    for (uint32_t i = 0; i < sub->failures_n && wait_s < NB_SUB_RETRY_MAX_S; i++) {
        wait_s *= 2;
    }
    wait_s = wait_s < NB_SUB_RETRY_MAX_S ? wait_s : NB_SUB_RETRY_MAX_S;
    wait_s = wait_s > least_s ? wait_s : least_s;
    sub->failures_n++;
    struct nb_slice cut = nb_utf8_cut(nb_slice_str(why), sizeof(sub->failure) - 1);
    (void)snprintf(sub->failure, sizeof(sub->failure), "%.*s", NB_ARG(cut));
    sub->next_ms = now_ms + wait_s * 1000;
    if (sub->state == NB__SUBSCRIPTION__STATE__ASKED) {
        sub->state = NB__SUBSCRIPTION__STATE__WANTED;
    }
}

/* A request was sent, and the hub had its time to ask back. */
static bool is_unanswered(const struct nb_sub *sub)
{
    return sub->state == NB__SUBSCRIPTION__STATE__ASKED ||
           (sub->state == NB__SUBSCRIPTION__STATE__ACTIVE && sub->asked_ms > sub->verified_ms &&
            sub->next_ms == sub->asked_ms + NB_SUB_VERIFY_S * 1000LL);
}

enum nb_sub_action nb_sub_due(struct nb_sub *sub, int64_t now_ms)
{
    if (sub->is_asking || now_ms < sub->next_ms) {
        return NB_SUB_WAIT;
    }
    if (sub->state == NB__SUBSCRIPTION__STATE__ENDING && sub->failures_n >= NB_SUB_ENDINGS_MAX) {
        return NB_SUB_FORGET;
    }
    if (is_unanswered(sub)) {
        fail(sub, "the hub took the request and never asked back", 0, now_ms);
        return NB_SUB_WAIT;
    }
    if (sub->state == NB__SUBSCRIPTION__STATE__WANTED ||
        sub->state == NB__SUBSCRIPTION__STATE__DENIED ||
        (sub->state == NB__SUBSCRIPTION__STATE__ACTIVE && now_ms >= sub->lease_ms)) {
        sub->state = NB__SUBSCRIPTION__STATE__ASKED;
    }
    if (sub->state == NB__SUBSCRIPTION__STATE__ENDING) {
        sub->failures_n++; /* counts the requests; forgotten when there were enough */
    }
    sub->asked_ms = now_ms;
    sub->next_ms = now_ms + NB_SUB_VERIFY_S * 1000LL;
    sub->is_asking = true;
    return NB_SUB_ASK;
}

/* application/x-www-form-urlencoded */
static void add_value(struct nb_buf *buf, const char *name, struct nb_slice value)
{
    nb_buf_addf(buf, "%s%s=", buf->len ? "&" : "", name);
    for (size_t i = 0; i < value.len; i++) {
        char c = value.p[i];
        if (nb_ascii_is_alpha(c) || nb_ascii_is_digit(c) || strchr("-._~", c)) {
            nb_buf_add_byte(buf, c);
        } else {
            nb_buf_addf(buf, "%%%02X", (unsigned)(unsigned char)c);
        }
    }
}

char *nb_sub_form(const struct nb_sub *sub, struct nb_slice callback, int64_t lease_s,
                  struct nb_arena *arena)
{
    struct nb_buf buf;
    struct nb_slice text;
    char number[24];
    char *out = NULL;
    bool ends = sub->state == NB__SUBSCRIPTION__STATE__ENDING;
    char *full = nb_arena_printf(arena, "%.*s/%s", NB_ARG(callback), sub->token);
    (void)snprintf(number, sizeof(number), "%lld", (long long)lease_s);
    nb_buf_init(&buf, 64 << 10);
    add_value(&buf, "hub.mode", ends ? NB_LIT("unsubscribe") : NB_LIT("subscribe"));
    add_value(&buf, "hub.topic", nb_slice_str(sub->topic));
    add_value(&buf, "hub.callback", nb_slice_str(full));
    if (!ends) {
        add_value(&buf, "hub.lease_seconds", nb_slice_str(number));
        add_value(&buf, "hub.secret", nb_slice_str(sub->secret));
    }
    if (full && nb_buf_finish(&buf, &text) == NB_OK) {
        out = nb_arena_strdup(arena, text);
    }
    nb_buf_fini(&buf);
    return out;
}

/* ---- what happens ---- */

void nb_sub_resume(struct nb_sub *sub, int64_t now_ms)
{
    if (sub->next_ms == sub->asked_ms + NB_SUB_VERIFY_S * 1000LL) {
        sub->next_ms = now_ms;
        if (sub->state == NB__SUBSCRIPTION__STATE__ASKED) {
            sub->state = NB__SUBSCRIPTION__STATE__WANTED;
        }
    }
}

void nb_sub_list(struct nb_sub *sub, bool is_listed, int64_t now_ms)
{
    if (is_listed == sub->is_listed) {
        return;
    }
    sub->is_listed = is_listed;
    sub->failures_n = 0;
    sub->next_ms = now_ms;
    sub->state = is_listed ? NB__SUBSCRIPTION__STATE__WANTED : NB__SUBSCRIPTION__STATE__ENDING;
}

void nb_sub_answered(struct nb_sub *sub, const char *why, int64_t retry_after_s, int64_t now_ms)
{
    sub->is_asking = false;
    if (why && sub->state != NB__SUBSCRIPTION__STATE__ENDING &&
        sub->verified_ms < sub->asked_ms) { /* it may have asked back all the same */
        fail(sub, why, retry_after_s, now_ms);
    }
}

void nb_sub_verified(struct nb_sub *sub, int64_t lease_s, int64_t at_ms)
{
    int64_t renew_s = lease_s - lease_s / 5;
    renew_s = renew_s > NB_SUB_RENEW_MIN_S ? renew_s : NB_SUB_RENEW_MIN_S;
    sub->state = NB__SUBSCRIPTION__STATE__ACTIVE;
    sub->verified_ms = at_ms > sub->asked_ms ? at_ms : sub->asked_ms;
    sub->lease_ms = at_ms + lease_s * 1000;
    sub->next_ms = at_ms + renew_s * 1000;
    sub->failures_n = 0;
    sub->failure[0] = '\0';
}

void nb_sub_denied(struct nb_sub *sub, struct nb_slice reason, int64_t at_ms)
{
    sub->state = NB__SUBSCRIPTION__STATE__DENIED;
    sub->lease_ms = 0;
    sub->next_ms = at_ms + NB_SUB_DENIED_S * 1000LL;
    reason = nb_utf8_cut(reason, 100);
    (void)snprintf(sub->failure, sizeof(sub->failure), "the hub said no%s%.*s",
                   reason.len ? ": " : "", NB_ARG(reason));
}

void nb_sub_pushed(struct nb_sub *sub, int64_t at_ms)
{
    sub->pushes_n++;
    sub->missed_n = 0;
    sub->pushed_ms = at_ms > sub->pushed_ms ? at_ms : sub->pushed_ms;
}

void nb_sub_polled(struct nb_sub *sub, bool has_news, int64_t since_ms)
{
    if (has_news && sub->state == NB__SUBSCRIPTION__STATE__ACTIVE && sub->verified_ms < since_ms &&
        sub->missed_n < UINT32_MAX) {
        sub->missed_n++;
    }
}

bool nb_sub_is_relied_on(const struct nb_sub *sub, int64_t now_ms)
{
    return sub->state == NB__SUBSCRIPTION__STATE__ACTIVE && now_ms < sub->lease_ms &&
           sub->missed_n < NB_SUB_MISSED_MAX;
}
