#include "tests/unit/world.h"

#include "analyzer/alerts/spike.h"

enum { MAP_BYTES = 16 << 20 };

static void a_spike_is_a_count_far_above_what_is_usual(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint32_t hours_n; /* of history ... */
        uint64_t each;    /* ... with this many documents each ... */
        uint64_t one;     /* ... but for one hour with this many */
        uint64_t count;
        uint64_t negative_n;
        bool is_spike;
        int64_t expected_milli;
        int64_t limit_milli;
        uint32_t severity;
    } rows[] = {
        /* limit = mean + 4 * sqrt(variance + mean + 1), worked out by hand */
        {"silence, then four", 168, 0, 0, 4, 4, false, 0, 4000, 0},
        {"silence, then five", 168, 0, 0, 5, 0, true, 0, 4000, 1},
        {"too little history", 47, 0, 0, 500, 0, false, 0, 0, 0},
        {"just enough history", 48, 0, 0, 500, 0, true, 0, 4000, 7},
        {"three an hour, eleven", 168, 3, 3, 11, 0, false, 3000, 11000, 0},
        {"three an hour, twelve", 168, 3, 3, 12, 0, true, 3000, 11000, 1},
        {"all of it negative", 168, 3, 3, 12, 12, true, 3000, 11000, 4},
        {"half of it negative", 168, 3, 3, 12, 6, true, 3000, 11000, 3},
        {"far above and negative", 168, 0, 0, 5000, 5000, true, 0, 4000, 10},
        {"one loud hour before", 100, 0, 100, 40, 0, false, 1000, 41196, 0},
        {"louder than the loud hour", 100, 0, 100, 42, 0, true, 1000, 41196, 1},
        {"more than can be counted", 168, 0, 0, UINT64_MAX, UINT64_MAX, true, 0, 4000, 10},
        {"a history of such hours", 168, UINT64_MAX, UINT64_MAX, 5, 0, false, 1000000000,
         1004000000, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_spike_history history = {.hours_n = rows[i].hours_n};
        for (uint32_t h = 0; h < rows[i].hours_n; h++) {
            nb_spike_add(&history, h ? rows[i].each : rows[i].one);
        }
        struct nb_spike spike;
        nb_spike_judge(&history, rows[i].count, rows[i].negative_n, &spike);
        if (spike.is_spike != rows[i].is_spike || spike.severity != rows[i].severity ||
            spike.expected_milli != rows[i].expected_milli ||
            spike.limit_milli != rows[i].limit_milli) {
            fail_msg("%s: spike %d severity %u expected %lld limit %lld", rows[i].what,
                     spike.is_spike, spike.severity, (long long)spike.expected_milli,
                     (long long)spike.limit_milli);
        }
    }
}

/* Ten days with one document a day, then the posts of the test begin. */
#define CRISIS_MS (WORLD_DAY_MS + 10 * NB_DAY_MS)

static void quiet_days(struct world *w)
{
    for (int day = 0; day < 10; day++) {
        const struct post post = {.at_ms = WORLD_DAY_MS + day * NB_DAY_MS,
                                  .author = "a.example/ayla",
                                  .url = nb_arena_printf(w->arena, "https://a.example/%d", day),
                                  .topic = "acme",
                                  .comments_n = -1};
        world_commit(w, &post, 1, 1);
    }
}

/* n documents from `first_ms` on, a minute apart. */
static void burst(struct world *w, size_t n, int64_t first_ms, const struct post *like)
{
    for (size_t i = 0; i < n; i++) {
        struct post post = *like;
        post.at_ms = first_ms + (int64_t)i * NB_MINUTE_MS;
        post.url = nb_arena_printf(w->arena, "https://b.example/%lld/%zu", (long long)first_ms, i);
        world_commit(w, &post, 1, 1);
    }
}

static size_t alerts_of(struct world *w, const char *topic,
                        const struct nb_incident *const **alerts)
{
    size_t n;
    struct nb_txn *txn = world_read(w);
    assert_int_equal(nb_incident_list(txn, nb_slice_str(topic), 0, INT64_MAX, w->arena, alerts, &n),
                     NB_OK);
    nb_read_end(txn);
    return n;
}

static const struct post LOUD = {
    .author = "b.example/veli", .topic = "acme", .score_milli = -500, .comments_n = -1};

static void a_burst_opens_one_alert_that_says_why_and_grows_with_it(void **state)
{
    (void)state;
    const struct nb_incident *const *alerts;
    struct world w;
    world_open(&w, MAP_BYTES);
    quiet_days(&w);
    burst(&w, 4, CRISIS_MS, &LOUD);
    assert_int_equal(alerts_of(&w, "acme", &alerts), 0);
    burst(&w, 1, CRISIS_MS + 10 * NB_MINUTE_MS, &LOUD);
    assert_int_equal(alerts_of(&w, "acme", &alerts), 1);
    assert_int_equal(w.alerts_n, 1);
    uint32_t severity = alerts[0]->severity;
    assert_int_equal(alerts[0]->at_ms, CRISIS_MS + 10 * NB_MINUTE_MS);
    assert_int_equal(alerts[0]->value, 5);
    assert_int_equal(alerts[0]->negative_n, 5);
    assert_int_equal(alerts[0]->form, NB__INCIDENT__FORM__SPIKE);
    assert_string_equal(alerts[0]->topic, "acme");
    assert_int_equal(alerts[0]->n_samples, 5);
    assert_int_equal(alerts[0]->samples[0], w.last);
    assert_int_equal(alerts[0]->samples[4], w.last - 4);
    assert_non_null(strstr(alerts[0]->why[0], "5 documents in the hour from 2026-11-11T00:00:00Z"));
    assert_string_equal(alerts[0]->why[1], "negative: 5 of 5");
    assert_string_equal(alerts[0]->why[2], "sites: b.example (5)");
    assert_string_equal(alerts[0]->why[3], "authors: b.example/veli (5)");
    assert_int_equal(alerts[0]->hour_ms, CRISIS_MS);
    assert_true(alerts[0]->limit_milli > alerts[0]->expected_milli);
    assert_true(alerts[0]->limit_milli < 5000);
    assert_true(alerts[0]->hours_n >= 48 && alerts[0]->hours_n <= 168);
    assert_int_equal(alerts[0]->n_sites, 1);
    assert_int_equal(alerts[0]->sites_n, 1);
    assert_string_equal(alerts[0]->sites[0]->name, "b.example");
    assert_int_equal(alerts[0]->sites[0]->count, 5);
    assert_string_equal(alerts[0]->authors[0]->name, "b.example/veli");
    assert_int_equal(alerts[0]->first, w.last - 4);
    assert_false(alerts[0]->has_raised_ms);
    assert_string_equal(alerts[0]->first_author, "b.example/veli");

    burst(&w, 30, CRISIS_MS + 15 * NB_MINUTE_MS, &LOUD);
    burst(&w, 30, CRISIS_MS + 5 * NB_HOUR_MS, &LOUD);
    assert_int_equal(alerts_of(&w, "acme", &alerts), 1);
    assert_true(alerts[0]->severity > severity);
    assert_true(alerts[0]->raised_ms > alerts[0]->at_ms);
    assert_true(alerts[0]->value >= 28);
    assert_int_equal(alerts[0]->n_samples, 10);
    assert_int_equal(alerts[0]->at_ms, CRISIS_MS + 10 * NB_MINUTE_MS);

    burst(&w, 40, CRISIS_MS + 12 * NB_HOUR_MS, &LOUD);
    assert_int_equal(alerts_of(&w, "acme", &alerts), 2);
    assert_int_equal(w.alerts_n, 2);
    world_close(&w);
}

static void what_is_no_news_opens_no_alert(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct post like;
        bool without_history;
        size_t alerts_n;
    } rows[] = {
        {"fresh documents", {.topic = "acme"}, false, 1},
        {"fetched just within a day", {.topic = "acme", .late_ms = NB_DAY_MS}, false, 1},
        {"an archive that is read late", {.topic = "acme", .late_ms = NB_DAY_MS + 1}, false, 0},
        {"documents without a date", {.topic = "acme", .undated = true}, false, 0},
        {"a topic without history", {.topic = "rakip"}, false, 0},
        {"no history at all", {.topic = "acme"}, true, 0},
        {"no topic", {.topic = NULL}, false, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nb_incident *const *alerts;
        struct world w;
        world_open(&w, MAP_BYTES);
        if (!rows[i].without_history) {
            quiet_days(&w);
        }
        struct post like = rows[i].like;
        like.author = "b.example/veli";
        like.comments_n = -1;
        burst(&w, 20, CRISIS_MS, &like);
        size_t n = alerts_of(&w, NULL, &alerts);
        if (n != rows[i].alerts_n) {
            fail_msg("%s: %zu alerts", rows[i].what, n);
        }
        world_close(&w);
    }
}

static void a_revision_is_not_counted_as_one_more(void **state)
{
    (void)state;
    const struct nb_incident *const *alerts;
    struct world w;
    world_open(&w, MAP_BYTES);
    quiet_days(&w);
    for (int i = 0; i < 5; i++) { /* the same four documents again and again */
        burst(&w, 4, CRISIS_MS, &LOUD);
    }
    assert_int_equal(alerts_of(&w, "acme", &alerts), 0);
    world_close(&w);
}

static void an_unrelated_topic_keeps_its_own_alert(void **state)
{
    (void)state;
    const struct nb_incident *const *alerts;
    struct world w;
    world_open(&w, MAP_BYTES);
    quiet_days(&w);
    const struct post first = {.at_ms = WORLD_DAY_MS,
                               .author = "a.example/ayla",
                               .url = "https://a.example/rakip",
                               .topic = "rakip",
                               .comments_n = -1};
    world_commit(&w, &first, 1, 1);
    burst(&w, 10, CRISIS_MS, &LOUD);
    struct post other = LOUD;
    other.topic = "rakip";
    burst(&w, 10, CRISIS_MS + 20 * NB_MINUTE_MS, &other);
    assert_int_equal(alerts_of(&w, NULL, &alerts), 2);
    assert_int_equal(alerts_of(&w, "rakip", &alerts), 1);
    assert_string_equal(alerts[0]->topic, "rakip");
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spike_is_a_count_far_above_what_is_usual),
        cmocka_unit_test(a_burst_opens_one_alert_that_says_why_and_grows_with_it),
        cmocka_unit_test(what_is_no_news_opens_no_alert),
        cmocka_unit_test(a_revision_is_not_counted_as_one_more),
        cmocka_unit_test(an_unrelated_topic_keeps_its_own_alert),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
