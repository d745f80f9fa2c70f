#include <nabiz/schedule.h>

#include <stdio.h>

#include <nabiz/store.h>

#include "crawler/schedule/lease.h"
#include "crawler/schedule/plan.h"

enum { HALF_DAY_RATE = 2 /* of the counts: six hours */ };

const char *nb_schedule_why(Nb__Source__Why why)
{
    switch (why) {
    case NB__SOURCE__WHY__RHYTHM:
        return "its rhythm";
    case NB__SOURCE__WHY__EVERY:
        return "every, in the sources file";
    case NB__SOURCE__WHY__TTL:
        return "the pause that the feed asks for";
    case NB__SOURCE__WHY__MAX_AGE:
        return "the time that the last answer holds";
    case NB__SOURCE__WHY__SKIPPED:
        return "the hours or days that the feed wants skipped";
    case NB__SOURCE__WHY__RETRY_AFTER:
        return "Retry-After of the last answer";
    case NB__SOURCE__WHY__FAILED:
        return "its failures, ever longer the more there are";
    case NB__SOURCE__WHY__ROBOTS:
        return "robots.txt, which is asked for again then";
    case NB__SOURCE__WHY__PUSHED:
        return "a hub that reports what is new: this one is for safety";
    case NB__SOURCE__WHY__VISIT:
        return "the visit under way: the site is asked page by page";
    default:
        return "an older version of this program";
    }
}

static enum nb_err load_plan(const struct nb_config *config, struct nb_plan *plan,
                             struct nb_error *error)
{
    struct nb_store *store = NULL;
    struct nb_txn *txn;
    struct nb_store_options options = {.read_only = true};
    enum nb_err err = nb_store_open(nb_config_str(config, NB_CFG_DATA_DIR), NB_STORE_CRAWL,
                                    &options, &store, error);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    err = nb_read_begin(store, &txn, error);
    if (err == NB_OK) {
        err = nb_plan_load(plan, txn);
        nb_read_end(txn);
    }
    nb_store_close(store);
    return err;
}

/* Insert an hour among the busiest. */
static void add_busy(struct nb_schedule_view *view, int hour, int64_t factor_milli)
{
    size_t at = view->busy_n;
    while (at > 0 && view->busy[at - 1].factor_milli < factor_milli) {
        at--;
    }
    if (at == NB_SCHEDULE_BUSY_N) {
        return;
    }
    view->busy_n += view->busy_n < NB_SCHEDULE_BUSY_N;
    for (size_t i = view->busy_n - 1; i > at; i--) {
        view->busy[i] = view->busy[i - 1];
    }
    view->busy[at].hour = hour;
    view->busy[at].factor_milli = factor_milli;
}

static int64_t milli(double value)
{
    return (int64_t)(value * 1000 + 0.5);
}

static void explain_rhythm(const struct nb_plan *plan, const struct nb_source_row *row,
                           const struct nb_source *state, const struct nb_rhythm *rhythm,
                           struct nb_schedule_view *view)
{
    double counts[NB_RATE_N];
    nb_rate_counts(&rhythm->rate, rhythm->read_ms, counts);
    view->per_day_milli = milli(nb_rate_long_run(&rhythm->rate, counts, rhythm->read_ms) * 86400);
    view->lately_milli = milli(counts[HALF_DAY_RATE]);
    view->rhythm_ms = nb_plan_rhythm_ms(plan, rhythm, rhythm->read_ms);
    int64_t pause_ms = state->has_due_ms ? state->due_ms - state->polled_ms : 0;
    if (pause_ms > 0 && row->every_s == 0) {
        view->share_milli = view->average_s * 1000 * 1000 / pause_ms;
    }
    for (int hour = 0; hour < NB_PROFILE_HOURS; hour++) {
        double factor = nb_profile_factor(&rhythm->profile, &plan->now.profile, hour);
        add_busy(view, hour, milli(factor));
    }
}

enum nb_err nb_schedule_explain(const struct nb_config *config, const struct nb_sources *sources,
                                const struct nb_source_row *row, const struct nb_source *state,
                                struct nb_schedule_view *out, struct nb_error *error)
{
    struct nb_plan plan;
    struct nb_rhythm rhythm;
    char path[4200];
    size_t sharing_n = 0;
    nb_plan_init(&plan, config);
    enum nb_err err = load_plan(config, &plan, error);
    err = err == NB_OK ? nb_plan_rhythm_get(state ? state->rhythm : NULL, &rhythm) : err;
    if (err != NB_OK) {
        return err;
    }
    for (size_t i = 0; i < nb_sources_n(sources); i++) {
        const struct nb_source_row *other = nb_sources_at(sources, i);
        sharing_n += !other->paused && other->every_s == 0;
    }
    nb_plan_begin(&plan, sharing_n);
    *out = (struct nb_schedule_view){
        .adaptive = plan.adaptive,
        .price_milli = milli(nb_budget_price_s(&plan.now.budget, &plan.allowance)),
        .average_s = (int64_t)plan.table.average_s,
        .shortest_s = (int64_t)plan.table.shortest_s,
        .longest_s = (int64_t)plan.table.longest_s,
        .per_day_milli = -1,
    };
    if (state && rhythm.read_ms > 0) {
        explain_rhythm(&plan, row, state, &rhythm, out);
    }
    (void)snprintf(path, sizeof(path), "%s/crawl/leases", nb_config_str(config, NB_CFG_DATA_DIR));
    int64_t polled_ms = state && state->has_polled_ms ? state->polled_ms : INT64_MIN;
    out->asked_ms = nb_lease_peek(path, &row->id, polled_ms);
    return NB_OK;
}
