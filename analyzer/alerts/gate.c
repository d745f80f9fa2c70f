#include "analyzer/alerts/gate.h"

#include <nabiz/fixed.h>
#include <nabiz/slice.h>

enum { LOG10_OF_2_MILLI = 301, MINUTES_A_DAY = 24 * 60, PAST_WEEKS = 4, PAST_MAX = 64 };

typedef const struct nb_incident_change change;

/* -log10(k / (topics * streams)) in thousandths. */
static int32_t asked(const struct nb_gate_rule *rule)
{
    uint64_t topics_n = rule->topics_n > 0 ? rule->topics_n : 1;
    uint64_t k_milli = rule->budget_milli > 0 ? (uint64_t)rule->budget_milli : 1;
    int32_t log2 = nb_log2_milli(topics_n * NB_GATE_STREAMS * 1000) - nb_log2_milli(k_milli);
    return log2 * LOG10_OF_2_MILLI / 1000;
}

static bool is_alarm(change *c)
{
    return c->what == NB__INCIDENT_CHANGE__WHAT__OPENED ||
           c->what == NB__INCIDENT_CHANGE__WHAT__ESCALATED;
}

/* What became of an incident from one of its changes on, as far as the judgement has come. */
struct course {
    bool closed;
    uint32_t severity;
    int32_t rarity_milli; /* of its rarest alarm */
};

/* The changes before the one that is judged, each with what came of it. */
struct past {
    struct course from[NB_GATE_CHANGES_MAX];
    size_t n;
};

/* The next change becomes one of the past. */
static void pass(struct past *past, change *const *changes)
{
    change *c = changes[past->n];
    past->from[past->n++] = (struct course){.rarity_milli = INT32_MIN};
    for (size_t i = 0; i < past->n; i++) {
        struct course *from = &past->from[i];
        if (changes[i]->incident != c->incident) {
            continue;
        }
        from->closed = from->closed || c->what == NB__INCIDENT_CHANGE__WHAT__CLOSED;
        from->severity = c->severity > from->severity ? c->severity : from->severity;
        if (is_alarm(c) && c->rarity_milli > from->rarity_milli) {
            from->rarity_milli = c->rarity_milli;
        }
    }
}

/* The incident that the i-th change opened closed without ever having been severe. */
static bool was_false(const struct past *past, change *const *changes, size_t i)
{
    return changes[i]->what == NB__INCIDENT_CHANGE__WHAT__OPENED && past->from[i].closed &&
           past->from[i].severity < NB_GATE_SEVERE;
}

/* The rarity that the budget asks for at the first change that is not past. */
static int32_t rarity_asked(const struct nb_gate_rule *rule, change *const *changes,
                            const struct past *past)
{
    if (rule->budget_milli < 0) {
        return INT32_MIN;
    }
    change *now = changes[past->n];
    int32_t least = asked(rule);
    int32_t rarest[PAST_MAX]; /* of false alarms that pass, rarest first */
    size_t borne = (size_t)(rule->budget_milli * PAST_WEEKS / 1000);
    size_t n = 0;
    for (size_t i = 0; i < past->n && borne < PAST_MAX; i++) {
        int32_t rarity = past->from[i].rarity_milli;
        if (!was_false(past, changes, i) || changes[i]->incident == now->incident ||
            changes[i]->at_ms < now->at_ms - NB_GATE_PAST_MS || rarity < least ||
            (n > borne && rarity <= rarest[borne])) {
            continue;
        }
        size_t place = n > borne ? borne : n++;
        for (; place > 0 && rarest[place - 1] < rarity; place--) {
            rarest[place] = rarest[place - 1];
        }
        rarest[place] = rarity;
    }
    return n > borne ? rarest[borne] + 1 : least;
}

/* The first change that a judgement of the at-th looks at. */
static size_t earliest(size_t at)
{
    return at >= NB_GATE_CHANGES_MAX ? at - NB_GATE_CHANGES_MAX + 1 : 0;
}

int32_t nb_gate_rarity(const struct nb_gate_rule *rule, change *const *changes, size_t at)
{
    struct past past = {.n = 0};
    size_t from = earliest(at);
    while (past.n < at - from) {
        pass(&past, changes + from);
    }
    return rarity_asked(rule, changes + from, &past);
}

/* Several changes at one moment: only the last says what is. */
static bool is_superseded(change *const *changes, size_t n, size_t at)
{
    for (size_t i = at + 1; i < n && changes[i]->at_ms == changes[at]->at_ms; i++) {
        if (changes[i]->incident == changes[at]->incident) {
            return true;
        }
    }
    return false;
}

static bool same_topic(change *a, change *b)
{
    return nb_slice_eq(nb_field(a->topic), nb_field(b->topic));
}

/* The rarest that the incident was so far. */
static int32_t rarity_of(change *const *changes, size_t at)
{
    int32_t rarity_milli = INT32_MIN;
    for (size_t i = 0; i <= at; i++) {
        if (changes[i]->incident == changes[at]->incident && is_alarm(changes[i]) &&
            changes[i]->rarity_milli > rarity_milli) {
            rarity_milli = changes[i]->rarity_milli;
        }
    }
    return rarity_milli;
}

/* What is against an alarm when quiet hours and the pause are left aside; NULL: nothing. */
static const char *is_too_little(const struct nb_gate_rule *rule, change *const *changes,
                                 const struct past *past)
{
    if (changes[past->n]->severity < rule->min_severity) {
        return "less severe than is asked for";
    }
    return rarity_of(changes, past->n) < rarity_asked(rule, changes, past)
               ? "not rare enough for the budget"
               : NULL;
}

/* The pause: another incident of the topic was told of a moment ago, and it was as severe. */
static bool is_too_soon(const struct nb_gate_rule *rule, change *const *changes, size_t at,
                        const bool *told)
{
    for (size_t i = rule->cooldown_ms > 0 ? at : 0; i > 0; i--) {
        change *before = changes[i - 1];
        if (before->at_ms <= changes[at]->at_ms - rule->cooldown_ms) {
            return false;
        }
        if (told[i - 1] && is_alarm(before) && before->incident != changes[at]->incident &&
            same_topic(before, changes[at]) && before->severity >= changes[at]->severity) {
            return true;
        }
    }
    return false;
}

static bool was_told(change *const *changes, size_t at, const bool *told)
{
    for (size_t i = 0; i < at; i++) {
        if (told[i] && changes[i]->incident == changes[at]->incident) {
            return true;
        }
    }
    return false;
}

/* The end of the quiet hours that the moment lies in; 0 when it lies in none. */
static int64_t quiet_until(const struct nb_gate_rule *rule, int64_t at_ms)
{
    int32_t from = rule->quiet_from_min, to = rule->quiet_to_min;
    if (from < 0 || to < 0 || from == to) {
        return 0;
    }
    int64_t local_min = at_ms / NB_MINUTE_MS + rule->utc_offset_min;
    int32_t minute = (int32_t)(local_min % MINUTES_A_DAY);
    bool quiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
    if (!quiet) {
        return 0;
    }
    int32_t left = to > minute ? to - minute : to + MINUTES_A_DAY - minute;
    return (at_ms / NB_MINUTE_MS + left) * NB_MINUTE_MS;
}

/* What is against the first change that is not past; NULL: nothing. */
static const char *judge_one(const struct nb_gate_rule *rule, change *const *changes, size_t n,
                             const struct past *past, const bool *told)
{
    size_t at = past->n;
    if (is_superseded(changes, n, at)) {
        return "more happened at the same moment";
    }
    if (!is_alarm(changes[at])) { /* who was told of it is told that it is over */
        return was_told(changes, at, told) ? NULL : "was not told of before";
    }
    const char *why = is_too_little(rule, changes, past);
    if (why) {
        return why;
    }
    return !was_told(changes, at, told) && is_too_soon(rule, changes, at, told)
               ? "another incident of the topic was told of within the pause"
               : NULL;
}

struct nb_gate_answer nb_gate_judge(const struct nb_gate_rule *rule, change *const *changes,
                                    size_t n, size_t at)
{
    bool told[NB_GATE_CHANGES_MAX] = {false};
    struct past past = {.n = 0};
    size_t from = earliest(at);
    changes += from;
    n -= from;
    at -= from;
    const char *why = judge_one(rule, changes, n, &past, told);
    told[0] = !why;
    while (past.n < at) {
        pass(&past, changes);
        why = judge_one(rule, changes, n, &past, told);
        told[past.n] = !why;
    }
    struct nb_gate_answer out = {.verdict = NB_GATE_DROP, .what = changes[at]->what, .why = why};
    if (why) {
        return out;
    }
    if (is_alarm(changes[at]) && !was_told(changes, at, told)) {
        out.what = NB__INCIDENT_CHANGE__WHAT__OPENED;
    }
    out.verdict = NB_GATE_SEND;
    out.until_ms = quiet_until(rule, changes[at]->at_ms);
    if (out.until_ms && changes[at]->severity < rule->quiet_severity) {
        out.verdict = NB_GATE_HOLD;
        out.why = "quiet hours";
    }
    return out;
}
