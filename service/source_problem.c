/*
 * A failure is stored as the text that was logged. What kind it is follows from the status of the
 * answer and from how the text begins: the texts are ours and curl's, both fixed.
 */
#include "service/source_problem.h"

#include <nabiz/date.h>

enum {
    SILENT_DAYS = 90,
    EMPTY_POLLS = 5,
    MISSED_MAX = 3, /* see crawler/websub/subscription.h */
    HUB_FAILURES_MAX = 3,
    LASTING_FAILURES = 3, /* in a row: it does not pass by itself */
};

struct kind {
    const char *start; /* of the text */
    const char *kind;
    int severity; /* when it lasts */
    const char *to_do;
};

#define FIND "look for it: `nabiz source add SITE --dry-run`; else remove it"

static const struct kind kinds[] = {
    {"Couldn't resolve host", "dns", 8,
     "the name does not exist (any more): check the address, look for the site's new one"},
    {"Could not resolve host", "dns", 8,
     "the name does not exist (any more): check the address, look for the site's new one"},
    {"Couldn't resolve proxy", "proxy", 8, "check crawl.proxy and the source's proxy"},
    {"Could not resolve proxy", "proxy", 8, "check crawl.proxy and the source's proxy"},
    {"not a feed", "no feed", 8, FIND},
    {"feed:", "unreadable", 7, "look at it with `nabiz feed --url URL`; tell the site's owner"},
    {"TLS: ", "tls", 7, "tell the site's owner; a certificate is not believed on request"},
    {"SSL ", "tls", 7, "tell the site's owner; a certificate is not believed on request"},
    {"Problem with the", "tls", 7, "check crawl.ca_file"},
    {"the address is private", "private", 7,
     "if it is yours, put the word private on its line; else remove it"},
    {"the URL cannot be asked", "address", 9, "mend the address in the sources file"},
    {"a redirect", "redirect", 7, FIND},
    {"more than 5 redirects", "redirect", 7, FIND},
    {"the body is over", "too large", 6, "raise crawl.body_max if it is worth it"},
    {"the headers are over", "too large", 5, "tell the site's owner"},
    {"Timeout", "timeout", 6, "the host is slow or does not answer; it is tried ever more rarely"},
    {"Couldn't connect", "no answer", 6, "the host is down; it is tried ever more rarely"},
    {"Could not connect", "no answer", 6, "the host is down; it is tried ever more rarely"},
    {"robots.txt", "robots", 6,
     "nothing may be asked while robots.txt cannot be had; it is tried again by itself"},
    {"memory limit", "too large", 6, "raise crawl.body_max if it is worth it"},
};

static const struct kind other = {"", "network", 5, "it is tried again, ever more rarely"};

static const struct {
    uint32_t from, to;
    struct kind kind;
} statuses[] = {
    {404, 404, {"", "missing", 8, FIND}},
    {410, 410, {"", "gone", 9, FIND}},
    {401, 401, {"", "forbidden", 7, "it needs a login: give its line a header or cookie"}},
    {403, 403, {"", "forbidden", 7, "the site refuses nabiz: ask its owner, or remove it"}},
    {429, 429, {"", "busy", 4, "the site asks for patience: nothing; or set a longer every="}},
    {503, 503, {"", "busy", 4, "the site is overloaded: nothing"}},
    {400, 499, {"", "refused", 6, FIND}},
    {500, 599, {"", "broken", 6, "the site is broken: nothing; tell its owner if it lasts"}},
};

static const struct kind *kind_of(const struct nb_source *state)
{
    struct nb_slice text = nb_field(state->failure);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (nb_slice_starts(text, nb_slice_str(kinds[i].start))) {
            return &kinds[i];
        }
    }
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (state->status >= statuses[i].from && state->status <= statuses[i].to) {
            return &statuses[i].kind;
        }
    }
    return &other;
}

static void set_failing(const struct nb_source *state, struct nb_arena *arena,
                        struct nb_problem *out)
{
    const struct kind *kind = kind_of(state);
    const char *why = state->failure ? state->failure : "it failed";
    char next[NB_RFC3339_BYTES] = "";
    if (state->has_due_ms) {
        nb_date_rfc3339(state->due_ms, next);
    }
    out->kind = kind->kind;
    out->severity = state->failures_n < LASTING_FAILURES ? 1 : kind->severity;
    out->to_do = kind->to_do;
    out->what =
        nb_arena_printf(arena, "%s%s; %u %s in a row, asked again %s",
                        state->moved_to ? "at its new address: " : "", why, state->failures_n,
                        state->failures_n == 1 ? "failure" : "failures", next);
}

static int64_t days_since(int64_t at_ms, int64_t now_ms)
{
    return (now_ms - at_ms) / NB_DAY_MS;
}

/* Nothing fails, and yet it is not as it should be. */
static void set_quiet(const struct nb_source_row *row, const struct nb_source *state,
                      int64_t now_ms, struct nb_arena *arena, struct nb_problem *out)
{
    if (state->polls_n >= EMPTY_POLLS && state->documents_n == 0) {
        *out = (struct nb_problem){"empty", 5,
                                   nb_arena_printf(arena, "%llu polls brought nothing",
                                                   (unsigned long long)state->polls_n),
                                   FIND};
    } else if (state->has_changed_ms && days_since(state->changed_ms, now_ms) >= SILENT_DAYS) {
        *out = (struct nb_problem){
            "silent", 3,
            nb_arena_printf(arena, "nothing new for %lld days",
                            (long long)days_since(state->changed_ms, now_ms)),
            "look whether the site lives elsewhere now; it costs little, it is polled rarely"};
    } else if (state->moved_to) {
        *out = (struct nb_problem){
            "moved", 2, nb_arena_printf(arena, "it moved for good to %s", state->moved_to),
            "nothing; or put the new address into the sources file"};
    }
    (void)row;
}

static void set_hub(const struct nb_subscription *subscription, struct nb_arena *arena,
                    struct nb_problem *out)
{
    bool mute = subscription->missed_n >= MISSED_MAX;
    bool denied = subscription->state == NB__SUBSCRIPTION__STATE__DENIED;
    if (!mute && !denied && subscription->failures_n < HUB_FAILURES_MAX) {
        return;
    }
    const char *why = mute                    ? "it does not push what is new"
                      : subscription->failure ? subscription->failure
                                              : "it does not answer";
    *out = (struct nb_problem){"hub", 2,
                               nb_arena_printf(arena, "the hub %s: %s", subscription->hub, why),
                               "nothing: the source is polled as if it had no hub"};
}

enum nb_err nb_source_problem(const struct nb_source_row *row, const struct nb_source *state,
                              const struct nb_subscription *subscription, int64_t now_ms,
                              struct nb_arena *arena, struct nb_problem *out)
{
    *out = (struct nb_problem){.kind = NULL};
    if (row->paused || !state) {
        return NB_OK;
    }
    if (state->retired) {
        *out = (struct nb_problem){"gone", 9, "410 Gone: it asked not to be polled any more", FIND};
    } else if (state->denied) {
        *out = (struct nb_problem){"denied", 8, state->failure ? state->failure : "robots.txt",
                                   "ask the site's owner to let nabiz in, or remove it"};
    } else if (state->failures_n > 0) {
        set_failing(state, arena, out);
    } else {
        set_quiet(row, state, now_ms, arena, out);
        if (!out->kind && subscription) {
            set_hub(subscription, arena, out);
        }
    }
    return out->kind && !out->what ? NB_ENOMEM : NB_OK;
}
