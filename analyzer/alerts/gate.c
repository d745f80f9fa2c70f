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

/* The rarest that an incident was and whether it closed without ever having been severe. */
static bool was_false(change *const *changes, size_t at, size_t first, int32_t *rarity_milli)
{
    bool closed = false;
    uint32_t severity = 0;
    *rarity_milli = INT32_MIN;
    for (size_t i = first; i < at; i++) {
        if (changes[i]->incident != changes[first]->incident) {
            continue;
        }
        closed = closed || changes[i]->what == NB__INCIDENT_CHANGE__WHAT__CLOSED;
        severity = changes[i]->severity > severity ? changes[i]->severity : severity;
        if (is_alarm(changes[i]) && changes[i]->rarity_milli > *rarity_milli) {
            *rarity_milli = changes[i]->rarity_milli;
        }
    }
    return closed && severity < NB_GATE_SEVERE;
}

int32_t nb_gate_rarity(const struct nb_gate_rule *rule, change *const *changes, size_t at)
{
    if (rule->budget_milli < 0) {
        return INT32_MIN;
    }
    int32_t least = asked(rule);
    int32_t rarest[PAST_MAX]; /* of false alarms that pass, rarest first */
    size_t n = 0;
    for (size_t i = 0; i < at; i++) {
        int32_t rarity;
        if (changes[i]->what != NB__INCIDENT_CHANGE__WHAT__OPENED ||
            changes[i]->incident == changes[at]->incident ||
            changes[i]->at_ms < changes[at]->at_ms - NB_GATE_PAST_MS ||
            !was_false(changes, at, i, &rarity) || rarity < least) {
            continue;
        }
        size_t place = n < PAST_MAX ? n++ : PAST_MAX - 1;
        for (; place > 0 && rarest[place - 1] < rarity; place--) {
            rarest[place] = rarest[place - 1];
        }
        rarest[place] = rarity;
    }
    size_t borne = (size_t)(rule->budget_milli * PAST_WEEKS / 1000);
    return borne < n ? rarest[borne] + 1 : least;
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
static const char *is_too_little(const struct nb_gate_rule *rule, change *const *changes, size_t at)
{
    if (changes[at]->severity < rule->min_severity) {
        return "less severe than is asked for";
    }
    return rarity_of(changes, at) < nb_gate_rarity(rule, changes, at)
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

static const char *judge_one(const struct nb_gate_rule *rule, change *const *changes, size_t n,
                             size_t at, const bool *told)
{
    if (is_superseded(changes, n, at)) {
        return "more happened at the same moment";
    }
    if (!is_alarm(changes[at])) { /* who was told of it is told that it is over */
        return was_told(changes, at, told) ? NULL : "was not told of before";
    }
    const char *why = is_too_little(rule, changes, at);
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
    size_t from = at >= NB_GATE_CHANGES_MAX ? at - NB_GATE_CHANGES_MAX + 1 : 0;
    changes += from;
    n -= from;
    at -= from;
    const char *why = NULL;
    for (size_t i = 0; i <= at; i++) {
        why = judge_one(rule, changes, n, i, told);
        told[i] = !why;
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
