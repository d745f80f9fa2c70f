#include "crawler/schedule/plan.h"
#include "crawler/seek.h"

#include <string.h>

#include "crawler/schedule/next.h"

#define KEY NB_LIT("all")
#define MS_PER_DAY 86400000.0

enum {
    SHARED_ARENA_BYTES = 16 << 10,
    /* Without settings: the shortest and the longest pause, as parts and multiples of the usual. */
    SHORTEST_PART = 20,
    SHORTEST_S = 20,
    LONGEST_TIMES = 12,
    LONGEST_S = 30 * 86400,
};

void nb_plan_init(struct nb_plan *plan, const struct nb_config *config)
{
    *plan = (struct nb_plan){
        .adaptive = nb_config_int(config, NB_CFG_ADAPTIVE) != 0,
        .usual_s = nb_config_int(config, NB_CFG_INTERVAL),
        .budget_per_day = nb_config_int(config, NB_CFG_BUDGET),
        .shortest_s = nb_config_int(config, NB_CFG_INTERVAL_MIN),
        .longest_s = nb_config_int(config, NB_CFG_INTERVAL_MAX),
    };
}

enum nb_err nb_plan_load(struct nb_plan *plan, struct nb_txn *txn)
{
    struct nb_slice value;
    struct nb_schedule *record = NULL;
    enum nb_err err = nb_get(txn, NB_TBL_SCHEDULE, KEY, &value);
    if (err == NB_ENOTFOUND) {
        return NB_OK;
    }
    struct nb_arena *arena = nb_arena_new(SHARED_ARENA_BYTES);
    if (!arena) {
        return NB_ENOMEM;
    }
    err = err == NB_OK ? nb_schedule_decode(value, arena, &record) : err;
    if (err == NB_OK) {
        plan->stored.budget = (struct nb_budget){record->price,  record->at_ms, record->since_ms,
                                                 record->recent, record->met_n, record->met_sum};
        plan->stored.faded_ms = record->faded_ms;
        err = nb_profile_decode(nb_slice(record->hours.data, record->hours.len),
                                &plan->stored.profile);
    }
    nb_arena_free(arena);
    return err;
}

static int64_t between(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

static void set_allowance(struct nb_plan *plan, size_t sources_n)
{
    double n = sources_n > 0 ? (double)sources_n : 1;
    double per_day =
        plan->budget_per_day > 0 ? (double)plan->budget_per_day : n * 86400 / (double)plan->usual_s;
    plan->allowance.per_ms = per_day / MS_PER_DAY;
    plan->allowance.average_s = n / per_day * 86400;
}

static void set_table(struct nb_plan *plan)
{
    int64_t average_s = between((int64_t)(plan->allowance.average_s + 0.5), 1, LONGEST_S);
    int64_t shortest_s = plan->shortest_s > 0
                             ? plan->shortest_s
                             : between(average_s / SHORTEST_PART, SHORTEST_S, LONGEST_S);
    int64_t longest_s = plan->longest_s > 0 ? plan->longest_s : average_s * LONGEST_TIMES;
    longest_s = between(longest_s, shortest_s, LONGEST_S);
    shortest_s = between(shortest_s, 1, longest_s);
    if ((double)shortest_s != plan->table.shortest_s ||
        (double)average_s != plan->table.average_s || (double)longest_s != plan->table.longest_s) {
        nb_pause_table_init(&plan->table, shortest_s, average_s, longest_s);
    }
}

void nb_plan_begin(struct nb_plan *plan, size_t sources_n)
{
    plan->now = plan->stored;
    set_allowance(plan, sources_n);
    set_table(plan);
}

int64_t nb_plan_rhythm_ms(const struct nb_plan *plan, const struct nb_rhythm *rhythm,
                          int64_t now_ms)
{
    const struct nb_pause_input input = {
        .rate = &rhythm->rate,
        .own = &rhythm->profile,
        .shared = &plan->now.profile,
        .now_ms = now_ms,
        .price_s = nb_budget_price_s(&plan->now.budget, &plan->allowance),
    };
    return nb_pause_ms(&plan->table, &input);
}

/* ---- rhythm, as it is stored ---- */

enum nb_err nb_plan_rhythm_get(const Nb__Rhythm *record, struct nb_rhythm *out)
{
    struct nb_rhythm rhythm = {0};
    if (record) {
        rhythm.rate.since_ms = record->since_ms;
        rhythm.rate.at_ms = record->newest_ms;
        rhythm.read_ms = record->read_ms;
        for (size_t i = 0; i < record->n_counts && i < NB_RATE_N; i++) {
            rhythm.rate.counts[i] = record->counts[i];
        }
        struct nb_slice hours = nb_slice(record->hours.data, record->hours.len);
        enum nb_err err = nb_profile_decode(hours, &rhythm.profile);
        if (err != NB_OK) {
            return err;
        }
    }
    *out = rhythm;
    return NB_OK;
}

static enum nb_err set_rhythm(struct nb_poll *poll, const struct nb_rhythm *rhythm)
{
    struct nb_arena *arena = poll->arena;
    Nb__Rhythm *record = nb_arena_alloc(arena, sizeof(*record));
    uint32_t *counts = nb_arena_alloc(arena, sizeof(rhythm->rate.counts));
    uint8_t hours[NB_PROFILE_BYTES];
    size_t hours_n = nb_profile_encode(&rhythm->profile, hours);
    struct nb_slice copy = nb_arena_copy(arena, nb_slice(hours, hours_n));
    if (!record || !counts || !copy.p) {
        return NB_ENOMEM;
    }
    nb__rhythm__init(record);
    record->has_since_ms = rhythm->rate.since_ms > 0;
    record->since_ms = rhythm->rate.since_ms;
    record->has_newest_ms = rhythm->rate.at_ms > 0;
    record->newest_ms = rhythm->rate.at_ms;
    record->has_read_ms = 1;
    record->read_ms = rhythm->read_ms;
    memcpy(counts, rhythm->rate.counts, sizeof(rhythm->rate.counts));
    record->counts = counts;
    record->n_counts = rhythm->rate.at_ms > 0 ? NB_RATE_N : 0;
    record->has_hours = hours_n > 0;
    record->hours = (ProtobufCBinaryData){hours_n, (uint8_t *)(uintptr_t)copy.p};
    poll->state->rhythm = record;
    return NB_OK;
}

/* ---- one poll ---- */

static bool is_answered(const struct nb_poll *poll)
{
    return poll->outcome == NB_POLL_ASKED && !poll->failed;
}

static void set_due(struct nb_poll *poll, struct nb_next next)
{
    poll->state->has_due_ms = 1;
    poll->state->due_ms = next.due_ms;
    poll->state->has_why = 1;
    poll->state->why = next.why;
}

static struct nb_next_input input_of(const struct nb_plan *plan, const struct nb_poll *poll)
{
    const struct nb_source *state = poll->state;
    return (struct nb_next_input){
        .id = poll->source,
        .answered_ms = poll->answered_ms,
        .every_s = poll->every_s,
        .rhythm_ms = plan->usual_s * 1000,
        .usual_s = plan->usual_s,
        .safety_s = (int64_t)plan->table.longest_s,
        .failures_n = is_answered(poll) ? 0 : state->failures_n,
        .retry_after_s = nb_poll_retry_after_s(poll, poll->answered_ms),
        .not_before_ms = poll->outcome == NB_POLL_UNREACHABLE ? poll->retry_ms : 0,
        .ttl_s = state->has_ttl_s ? state->ttl_s : 0,
        .max_age_s = state->has_max_age_s ? state->max_age_s : 0,
        .skip_hours = state->skip_hours,
        .skip_days = state->skip_days,
        .is_pushed = poll->is_pushed,
    };
}

/* Of the source when it was dispatched: plans may be made anew. */
static enum nb_err rhythm_before(struct nb_poll *poll, struct nb_rhythm *out)
{
    if (!poll->has_rhythm) {
        poll->rhythm = poll->state->rhythm;
        poll->has_rhythm = true;
    }
    return nb_plan_rhythm_get(poll->rhythm, out);
}

static void meet(struct nb_plan *plan, const struct nb_rhythm *rhythm, int64_t now_ms)
{
    double counts[NB_RATE_N];
    nb_rate_counts(&rhythm->rate, now_ms, counts);
    nb_budget_meet(&plan->now.budget, &plan->allowance,
                   nb_rate_long_run(&rhythm->rate, counts, now_ms));
}

/* In the midst of the visit of a site: its next page comes at once, as its host allows. */
static enum nb_err visit_goes_on(struct nb_plan *plan, struct nb_poll *poll,
                                 struct nb_rhythm *rhythm, const int64_t *item_ms, size_t items_n)
{
    nb_rhythm_visit(rhythm, item_ms, items_n, poll->now_ms, &plan->now.profile);
    set_due(poll, (struct nb_next){poll->answered_ms, NB__SOURCE__WHY__VISIT});
    return set_rhythm(poll, rhythm);
}

enum nb_err nb_plan_poll(struct nb_plan *plan, struct nb_poll *poll, const int64_t *item_ms,
                         size_t items_n)
{
    struct nb_rhythm rhythm;
    enum nb_err err = rhythm_before(poll, &rhythm);
    if (err == NB_ECORRUPT) { /* what is known is begun anew */
        rhythm = (struct nb_rhythm){0};
        err = NB_OK;
    }
    if (poll->goes_on) {
        return visit_goes_on(plan, poll, &rhythm, item_ms, items_n);
    }
    bool shares = poll->every_s == 0;
    bool is_first = rhythm.read_ms == 0;
    if (shares && poll->requests_n > 0) {
        nb_budget_spend(&plan->now.budget, &plan->allowance, poll->answered_ms);
    }
    if (poll->state->retired && !nb_seek_url(poll->state)) {
        poll->state->has_due_ms = poll->state->has_why = 0;
        return NB_OK;
    }
    if (poll->outcome == NB_POLL_DENIED) {
        set_due(poll, (struct nb_next){poll->retry_ms, NB__SOURCE__WHY__ROBOTS});
        return NB_OK;
    }
    struct nb_next_input input = input_of(plan, poll);
    poll->state->has_retry_ms = input.retry_after_s > 0;
    poll->state->retry_ms = poll->answered_ms + input.retry_after_s * 1000;
    if (is_answered(poll)) {
        nb_profile_fade(&plan->now.profile, &plan->now.faded_ms, poll->now_ms);
        if (poll->page) {
            nb_rhythm_visit(&rhythm, item_ms, items_n, poll->now_ms, &plan->now.profile);
            items_n = 0; /* they are counted */
        }
        nb_rhythm_read(&rhythm, item_ms, items_n, poll->now_ms, &plan->now.profile);
        err = set_rhythm(poll, &rhythm);
        if (shares && is_first) {
            meet(plan, &rhythm, poll->now_ms);
        }
        if (plan->adaptive) {
            input.rhythm_ms = nb_plan_rhythm_ms(plan, &rhythm, poll->answered_ms);
        }
    }
    if (poll->has_more && input.rhythm_ms > plan->usual_s * 1000) {
        input.rhythm_ms = plan->usual_s * 1000;
    }
    set_due(poll, nb_next(&input));
    return err;
}

/* ---- what all share in, as it is stored ---- */

enum nb_err nb_plan_note(struct nb_plan *plan, struct nb_log_batch *batch, struct nb_arena *arena)
{
    struct nb_slice value;
    struct nb_schedule *record = nb_schedule_new(arena);
    if (!record) {
        return NB_ENOMEM;
    }
    record->has_price = record->has_at_ms = record->has_since_ms = plan->now.budget.price > 0;
    record->has_recent = record->has_met_n = record->has_met_sum = record->has_price;
    record->met_n = plan->now.budget.met_n;
    record->met_sum = plan->now.budget.met_sum;
    record->price = plan->now.budget.price;
    record->recent = plan->now.budget.recent;
    record->at_ms = plan->now.budget.at_ms;
    record->since_ms = plan->now.budget.since_ms;
    record->has_faded_ms = plan->now.faded_ms > 0;
    record->faded_ms = plan->now.faded_ms;
    size_t n = nb_profile_encode(&plan->now.profile, plan->profile_bytes);
    record->has_hours = n > 0;
    record->hours = (ProtobufCBinaryData){n, plan->profile_bytes};
    enum nb_err err = nb_schedule_encode(record, arena, &value);
    return err == NB_OK ? nb_log_batch_note(batch, NB_TBL_SCHEDULE, KEY, value) : err;
}

void nb_plan_stored(struct nb_plan *plan)
{
    plan->stored = plan->now;
}
