#include "service/source_problem.h"

#include <nabiz/date.h>
#include <nabiz/failure.h>

enum {
    SILENT_DAYS = 90,
    EMPTY_POLLS = 5,
    MISSED_MAX = 3, /* see crawler/websub/subscription.h */
    HUB_FAILURES_MAX = 3,
    LASTING_FAILURES = 3, /* in a row: it does not pass by itself */
};

#define FIND "look for it: `nabiz source add SITE --dry-run`; else remove it"

static const struct kind {
    const char *kind;
    int severity; /* when it lasts */
    const char *to_do;
} kinds[NB_FAILURE_COUNT] = {
    [NB_FAILURE_DNS] =
        {"dns", 8, "the name does not exist (any more): check it, look for the site's new one"},
    [NB_FAILURE_PROXY] = {"proxy", 8, "check crawl.proxy and the source's proxy"},
    [NB_FAILURE_CONNECT] = {"no answer", 6, "the host is down; it is tried ever more rarely"},
    [NB_FAILURE_TLS] = {"tls", 7,
                        "tell the site's owner; a certificate is not believed on request"},
    [NB_FAILURE_CA] = {"tls", 7, "check crawl.ca_file"},
    [NB_FAILURE_TIMEOUT] = {"timeout", 6, "the host is slow or mute; it is tried ever more rarely"},
    [NB_FAILURE_NETWORK] = {"network", 5, "it is tried again, ever more rarely"},
    [NB_FAILURE_ROBOTS] = {"robots", 6,
                           "nothing may be asked until robots.txt can be had; it is tried again"},
    [NB_FAILURE_NO_FEED] = {"no feed", 8, FIND},
    [NB_FAILURE_UNREADABLE] = {"unreadable", 7,
                               "look at it with `nabiz feed --url URL`; tell the site's owner"},
    [NB_FAILURE_PRIVATE] = {"private", 7,
                            "if it is yours, put the word private on its line; else remove it"},
    [NB_FAILURE_ADDRESS] = {"address", 9, "mend the address in the sources file"},
    [NB_FAILURE_REDIRECT] = {"redirect", 7, FIND},
    [NB_FAILURE_TOO_LARGE] = {"too large", 6, "raise crawl.body_max if it is worth it"},
    [NB_FAILURE_MISSING] = {"missing", 8, FIND},
    [NB_FAILURE_GONE] = {"gone", 9, FIND},
    [NB_FAILURE_LOGIN] = {"forbidden", 7, "it needs a login: give its line a header or cookie"},
    [NB_FAILURE_FORBIDDEN] = {"forbidden", 7,
                              "the site refuses nabiz: use its feed or API, or ask its owner"},
    [NB_FAILURE_WALL] = {"wall", 8,
                         "nabiz climbs no walls: use the site's feed or API, or ask its owner"},
    [NB_FAILURE_BUSY] = {"busy", 4, "the site asks for patience: nothing; or set a longer every="},
    [NB_FAILURE_REFUSED] = {"refused", 6, FIND},
    [NB_FAILURE_BROKEN] = {"broken", 6, "the site is broken: tell its owner if it lasts"},
};

static void set_failing(const struct nb_source *state, struct nb_arena *arena,
                        struct nb_problem *out)
{
    const struct kind *kind = &kinds[nb_failure_of(state->status, nb_field(state->failure))];
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
