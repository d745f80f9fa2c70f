#include "tests/lib/test.h"

#include "analyzer/alerts/gate.h"

/* A Monday at noon, UTC. */
#define AT_MS (20781 * NB_DAY_MS + 12 * NB_HOUR_MS)

enum { OPENED = 1, ESCALATED = 2, CALMED = 3, CLOSED = 4 };

struct row {
    const char *topic;
    uint64_t incident;
    int what;
    int64_t at_min; /* after AT_MS */
    uint32_t severity;
    int32_t rarity_milli;
};

struct story {
    struct nb_incident_change changes[64];
    const struct nb_incident_change *list[64];
    size_t n;
};

static void tell(struct story *s, const struct row *row)
{
    struct nb_incident_change *c = &s->changes[s->n];
    nb__incident_change__init(c);
    c->topic = (char *)(uintptr_t)row->topic;
    c->incident = row->incident;
    c->what = (Nb__IncidentChange__What)row->what;
    c->at_ms = AT_MS + row->at_min * NB_MINUTE_MS;
    c->severity = row->severity;
    c->rarity_milli = row->rarity_milli;
    s->list[s->n++] = c;
}

static const struct nb_gate_rule OPEN_TO_ALL = {
    .min_severity = 1, .budget_milli = -1, .quiet_from_min = -1, .quiet_to_min = -1};

static struct nb_gate_answer ask(const struct nb_gate_rule *rule, const struct row *rows, size_t n,
                                 size_t at)
{
    struct story s = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        tell(&s, &rows[i]);
    }
    return nb_gate_judge(rule, s.list, s.n, at);
}

/* Each change is judged so, and told as what it is. */
static void expect_verdicts(const struct nb_gate_rule *rule, const struct row *rows, size_t n,
                            const enum nb_gate_verdict *want)
{
    for (size_t i = 0; i < n; i++) {
        struct nb_gate_answer a = ask(rule, rows, n, i);
        if (a.verdict != want[i] || (int)a.what != rows[i].what) {
            fail_msg("change %zu: %d %s", i, (int)a.verdict, a.why ? a.why : "");
        }
    }
}

static void who_bears_everything_is_told_everything_once(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"acme", 7, OPENED, 0, 3, 900},   {"acme", 7, ESCALATED, 0, 6, 2000},
        {"acme", 7, ESCALATED, 60, 8, 0}, {"acme", 7, CALMED, 200, 8, 0},
        {"acme", 7, CLOSED, 500, 8, 0},
    };
    static const struct {
        enum nb_gate_verdict verdict;
        int what;
    } want[] = {{NB_GATE_DROP, OPENED},
                {NB_GATE_SEND, OPENED},
                {NB_GATE_SEND, ESCALATED},
                {NB_GATE_SEND, CALMED},
                {NB_GATE_SEND, CLOSED}};
    for (size_t i = 0; i < 5; i++) {
        struct nb_gate_answer a = ask(&OPEN_TO_ALL, rows, 5, i);
        if (a.verdict != want[i].verdict || (int)a.what != want[i].what) {
            fail_msg("change %zu: verdict %d what %d", i, (int)a.verdict, (int)a.what);
        }
    }
}

static void a_least_severity_holds_back_what_is_milder_and_its_end(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"acme", 7, OPENED, 0, 3, 900},
        {"acme", 7, CALMED, 120, 3, 0},
        {"acme", 7, ESCALATED, 130, 6, 900},
        {"acme", 7, CLOSED, 500, 6, 0},
    };
    struct nb_gate_rule rule = OPEN_TO_ALL;
    rule.min_severity = 5;
    assert_int_equal(ask(&rule, rows, 4, 0).verdict, NB_GATE_DROP);
    assert_int_equal(ask(&rule, rows, 4, 1).verdict, NB_GATE_DROP);
    assert_int_equal(ask(&rule, rows, 4, 2).verdict, NB_GATE_SEND);
    assert_int_equal(ask(&rule, rows, 4, 2).what, OPENED); /* the first word on it */
    assert_int_equal(ask(&rule, rows, 4, 3).verdict, NB_GATE_SEND);
}

/* An alarm that comes just when the incident falls calm: it is not calm. */
static void of_several_changes_at_one_moment_only_the_last_is_told(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"acme", 7, OPENED, 0, 5, 900},      {"rakip", 8, OPENED, 0, 5, 900},
        {"acme", 7, CALMED, 120, 5, 0},      {"rakip", 8, CALMED, 120, 5, 0},
        {"acme", 7, ESCALATED, 120, 5, 900}, {"acme", 7, CALMED, 240, 5, 0},
        {"acme", 7, CLOSED, 240, 5, 0},
    };
    static const enum nb_gate_verdict want[] = {
        NB_GATE_SEND, NB_GATE_SEND, NB_GATE_DROP, NB_GATE_SEND,
        NB_GATE_SEND, NB_GATE_DROP, NB_GATE_SEND,
    };
    expect_verdicts(&OPEN_TO_ALL, rows, sizeof(rows) / sizeof(rows[0]), want);
}

static void quiet_hours_wait_until_morning_but_not_with_the_worst(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t at_min; /* after noon UTC, which is 15:00 */
        uint32_t severity;
        enum nb_gate_verdict verdict;
        int64_t until_min;
    } rows[] = {
        {"in the afternoon", 0, 5, NB_GATE_SEND, 0},
        {"a minute before", 8 * 60 - 1, 5, NB_GATE_SEND, 0},
        {"as it begins", 8 * 60, 5, NB_GATE_HOLD, 16 * 60},
        {"after midnight", 10 * 60 + 30, 5, NB_GATE_HOLD, 16 * 60},
        {"the worst", 10 * 60 + 30, 8, NB_GATE_SEND, 0},
        {"as it ends", 16 * 60, 5, NB_GATE_SEND, 0},
    };
    struct nb_gate_rule rule = OPEN_TO_ALL;
    rule.quiet_from_min = 23 * 60;
    rule.quiet_to_min = 7 * 60;
    rule.quiet_severity = 8;
    rule.utc_offset_min = 180;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row row = {"acme", 7, OPENED, rows[i].at_min, rows[i].severity, 900};
        struct nb_gate_answer a = ask(&rule, &row, 1, 0);
        if (a.verdict != rows[i].verdict ||
            (a.verdict == NB_GATE_HOLD && a.until_ms != AT_MS + rows[i].until_min * NB_MINUTE_MS)) {
            fail_msg("%s: %d until %lld", rows[i].what, (int)a.verdict, (long long)a.until_ms);
        }
    }
}

static void a_pause_is_kept_between_incidents_of_a_topic(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"acme", 7, OPENED, 0, 5, 900},    {"rakip", 8, OPENED, 10, 5, 900},
        {"acme", 9, OPENED, 20, 5, 900},   {"acme", 9, CALMED, 25, 5, 0},
        {"acme", 10, OPENED, 30, 6, 900},  {"acme", 7, ESCALATED, 40, 7, 900},
        {"acme", 11, OPENED, 101, 5, 900},
    };
    static const enum nb_gate_verdict want[] = {
        NB_GATE_SEND, NB_GATE_SEND, NB_GATE_DROP, NB_GATE_DROP,
        NB_GATE_SEND, NB_GATE_SEND, NB_GATE_SEND,
    };
    struct nb_gate_rule rule = OPEN_TO_ALL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) { /* no pause is asked for */
        assert_int_equal(ask(&rule, rows, sizeof(rows) / sizeof(rows[0]), i).verdict, NB_GATE_SEND);
    }
    rule.cooldown_ms = 60 * NB_MINUTE_MS;
    expect_verdicts(&rule, rows, sizeof(rows) / sizeof(rows[0]), want);
}

static void a_budget_asks_for_rarity_and_more_of_it_after_false_alarms(void **state)
{
    (void)state;
    struct nb_gate_rule rule = OPEN_TO_ALL;
    struct story s = {.n = 0};
    rule.budget_milli = 1000; /* one a week; three streams: log10(3) */
    tell(&s, &(struct row){"acme", 1, OPENED, 0, 2, 400});
    assert_int_equal(nb_gate_judge(&rule, s.list, 1, 0).verdict, NB_GATE_DROP);
    assert_true(nb_gate_rarity(&rule, s.list, 0) > 450 && nb_gate_rarity(&rule, s.list, 0) < 500);
    rule.budget_milli = 100;
    assert_true(nb_gate_rarity(&rule, s.list, 0) > 1450);
    rule.topics_n = 10;
    assert_true(nb_gate_rarity(&rule, s.list, 0) > 2450);
    rule.topics_n = 1;
    rule.budget_milli = 1000;

    /* Six mild ones that came and went: four weeks bear four of them. */
    for (uint64_t i = 2; i < 8; i++) {
        tell(&s, &(struct row){"acme", i, OPENED, (int64_t)i * 1440, 2, 1000 + (int32_t)i});
        tell(&s, &(struct row){"acme", i, CLOSED, (int64_t)i * 1440 + 480, 2, 0});
    }
    tell(&s, &(struct row){"acme", 50, OPENED, 9 * 1440, 2, 1003});
    assert_int_equal(nb_gate_rarity(&rule, s.list, s.n - 1), 1004);
    assert_int_equal(nb_gate_judge(&rule, s.list, s.n, s.n - 1).verdict, NB_GATE_DROP);
    tell(&s, &(struct row){"acme", 51, OPENED, 9 * 1440 + 1, 2, 1004});
    assert_int_equal(nb_gate_judge(&rule, s.list, s.n, s.n - 1).verdict, NB_GATE_SEND);

    /* A severe one is no false alarm, and four weeks later all is forgotten. */
    tell(&s, &(struct row){"acme", 60, OPENED, 10 * 1440, 9, 9000});
    tell(&s, &(struct row){"acme", 60, CLOSED, 11 * 1440, 9, 0});
    tell(&s, &(struct row){"acme", 61, OPENED, 12 * 1440, 2, 1004});
    assert_int_equal(nb_gate_rarity(&rule, s.list, s.n - 1), 1004);
    tell(&s, &(struct row){"acme", 62, OPENED, 40 * 1440, 2, 500});
    assert_int_equal(nb_gate_judge(&rule, s.list, s.n, s.n - 1).verdict, NB_GATE_SEND);
}

/* Of the incident that the k-th change opened, at the at-th: INT32_MIN when it is no false alarm,
 * else the rarest that it was. */
static int32_t false_alarm(const struct story *s, size_t k, size_t at)
{
    bool closed = false;
    uint32_t severity = 0;
    int32_t rarity_milli = INT32_MIN;
    if ((int)s->list[k]->what != OPENED || s->list[k]->incident == s->list[at]->incident ||
        s->list[k]->at_ms < s->list[at]->at_ms - NB_GATE_PAST_MS) {
        return INT32_MIN;
    }
    for (size_t i = k; i < at; i++) {
        const struct nb_incident_change *c = s->list[i];
        if (c->incident == s->list[k]->incident) {
            closed = closed || (int)c->what == CLOSED;
            severity = c->severity > severity ? c->severity : severity;
            rarity_milli = (int)c->what <= ESCALATED && c->rarity_milli > rarity_milli
                               ? c->rarity_milli
                               : rarity_milli;
        }
    }
    return closed && severity < NB_GATE_SEVERE ? rarity_milli : INT32_MIN;
}

/* The budget as gate.h states it: the rarest of which four weeks bear no more, counted out. */
static int32_t rarity_counted_out(const struct story *s, size_t at, int32_t least, size_t borne)
{
    int32_t rarities[64];
    for (size_t i = 0; i < at; i++) {
        rarities[i] = false_alarm(s, i, at);
    }
    for (size_t i = 0; i < at; i++) {
        size_t before = 0;
        for (size_t k = 0; k < at; k++) {
            before += rarities[k] > rarities[i] || (rarities[k] == rarities[i] && k < i);
        }
        if (before == borne && rarities[i] >= least) {
            return rarities[i] + 1;
        }
    }
    return least;
}

static void a_budget_counts_the_same_in_any_order_of_changes(void **state)
{
    (void)state;
    uint32_t seed = 7;
    size_t raised_n = 0;
    for (int round = 0; round < 200; round++) {
        struct story s = {.n = 0};
        struct nb_gate_rule rule = OPEN_TO_ALL;
        int64_t at_min = 0;
        rule.budget_milli = 250 * (round % 8);
        while (s.n < 64) {
            uint32_t drawn[5];
            for (size_t i = 0; i < 5; i++) {
                seed = seed * 1664525 + 1013904223;
                drawn[i] = seed >> 16;
            }
            at_min += drawn[0] % 3 ? drawn[0] % 2000 : 0;
            tell(&s, &(struct row){"acme", drawn[1] % 40,
                                   drawn[2] % 2 ? OPENED : (int)(drawn[2] % 8) / 2 + 1, at_min,
                                   drawn[3] % 64 ? drawn[3] % 3 + 1 : 6,
                                   (int32_t)(drawn[4] % 300 * 20)});
        }
        int32_t least = nb_gate_rarity(&rule, s.list, 0); /* nothing was before */
        for (size_t at = 0; at < s.n; at++) {
            int32_t want = rarity_counted_out(&s, at, least, (size_t)(round % 8));
            assert_int_equal(nb_gate_rarity(&rule, s.list, at), want);
            raised_n += want > least;
        }
    }
    assert_true(raised_n > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_bears_everything_is_told_everything_once),
        cmocka_unit_test(a_least_severity_holds_back_what_is_milder_and_its_end),
        cmocka_unit_test(of_several_changes_at_one_moment_only_the_last_is_told),
        cmocka_unit_test(quiet_hours_wait_until_morning_but_not_with_the_worst),
        cmocka_unit_test(a_pause_is_kept_between_incidents_of_a_topic),
        cmocka_unit_test(a_budget_asks_for_rarity_and_more_of_it_after_false_alarms),
        cmocka_unit_test(a_budget_counts_the_same_in_any_order_of_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
