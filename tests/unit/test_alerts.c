#include "tests/unit/world.h"

#include "analyzer/alerts/explain.h"
#include "service/alerts_print.h"

enum { MAP_BYTES = 16 << 20 };

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

static const Nb__Alarm *alarm_of(const struct nb_incident *incident, Nb__Alarm__Stream stream)
{
    for (size_t i = 0; i < incident->n_alarms; i++) {
        if (incident->alarms[i]->stream == stream) {
            return incident->alarms[i];
        }
    }
    return NULL;
}

static void a_burst_opens_one_incident_that_says_why_and_grows_with_it(void **state)
{
    (void)state;
    const struct nb_incident *const *alerts;
    struct world w;
    world_open(&w, MAP_BYTES);
    quiet_days(&w);
    burst(&w, 4, CRISIS_MS, &LOUD);
    assert_int_equal(alerts_of(&w, "acme", &alerts), 0);
    burst(&w, 8, CRISIS_MS + 10 * NB_MINUTE_MS, &LOUD);
    assert_int_equal(alerts_of(&w, "acme", &alerts), 1);
    assert_int_equal(w.alerts_n, 1);
    const struct nb_incident *in = alerts[0];
    uint32_t severity = in->severity;
    assert_int_equal(in->state, NB__INCIDENT__STATE__OPEN);
    assert_true(in->at_ms > CRISIS_MS && in->at_ms < CRISIS_MS + 20 * NB_MINUTE_MS);
    assert_int_equal(in->start_ms, CRISIS_MS);
    assert_int_equal(in->documents_n, 12);
    assert_int_equal(in->negative_n, 12);
    assert_int_equal(in->first_ms, CRISIS_MS);
    assert_string_equal(in->first_author, "b.example/veli");
    assert_string_equal(in->topic, "acme");
    assert_int_equal(in->samples[0], in->first);
    assert_int_equal(in->n_sites, 1);
    assert_int_equal(in->sites_n, 1);
    assert_string_equal(in->sites[0]->name, "b.example");
    assert_int_equal(in->sites[0]->count, 12);
    assert_string_equal(in->authors[0]->name, "b.example/veli");
    const Nb__Alarm *all = alarm_of(in, NB__ALARM__STREAM__ALL);
    assert_true(all && all->value_milli > all->limit_milli &&
                all->value_milli > all->expected_milli);
    assert_null(alarm_of(in, NB__ALARM__STREAM__VOICES)); /* it is all one author */
    assert_non_null(strstr(in->why[0], "documents in "));
    uint64_t points = 0;
    for (size_t i = 0; i < in->n_points; i++) {
        points += in->points[i]->count;
    }
    assert_int_equal(points, in->severity);

    burst(&w, 60, CRISIS_MS + 30 * NB_MINUTE_MS, &LOUD);
    assert_int_equal(alerts_of(&w, "acme", &alerts), 1);
    assert_true(alerts[0]->severity > severity);
    assert_true(alerts[0]->raised_ms > alerts[0]->at_ms);
    assert_true(alerts[0]->documents_n > 60);
    assert_int_equal(alerts[0]->n_samples, 10);
    world_close(&w);
}

/* n documents a minute apart, each by another author of another site. */
static void crowd(struct world *w, size_t n, int64_t first_ms, const struct post *like)
{
    for (size_t i = 0; i < n; i++) {
        struct post post = *like;
        post.at_ms = first_ms + (int64_t)i * NB_MINUTE_MS;
        post.author = nb_arena_printf(w->arena, "s%zu.example/a%zu", i % 4, i);
        post.url = nb_arena_printf(w->arena, "https://c.example/%lld/%zu", (long long)first_ms, i);
        world_commit(w, &post, 1, 1);
    }
}

static void many_voices_weigh_more_than_one_that_repeats_itself(void **state)
{
    (void)state;
    const struct nb_incident *const *alerts;
    uint32_t severity = 0;
    for (int many = 0; many < 2; many++) {
        struct world w;
        world_open(&w, MAP_BYTES);
        quiet_days(&w);
        if (many) {
            crowd(&w, 14, CRISIS_MS, &LOUD);
        } else {
            burst(&w, 14, CRISIS_MS, &LOUD);
        }
        assert_int_equal(alerts_of(&w, "acme", &alerts), 1);
        assert_true((alarm_of(alerts[0], NB__ALARM__STREAM__VOICES) != NULL) == (many == 1));
        assert_int_equal(alerts[0]->authors_n, many ? 14 : 1);
        assert_true(!many || alerts[0]->severity > severity);
        severity = alerts[0]->severity;
        world_close(&w);
    }
}

static void a_deleted_document_does_not_take_an_incident_back(void **state)
{
    (void)state;
    const struct nb_incident *const *alerts;
    struct world w;
    world_open(&w, MAP_BYTES);
    quiet_days(&w);
    burst(&w, 12, CRISIS_MS, &LOUD);
    assert_int_equal(alerts_of(&w, "acme", &alerts), 1);
    assert_int_equal(alerts[0]->retracted_n, 0);
    uint32_t severity = alerts[0]->severity;
    struct post gone = LOUD;
    gone.at_ms = CRISIS_MS + 30 * NB_MINUTE_MS;
    gone.url = nb_arena_printf(w.arena, "https://b.example/%lld/3", (long long)CRISIS_MS);
    gone.skipped = true;
    world_commit(&w, &gone, 1, 1);
    assert_int_equal(alerts_of(&w, "acme", &alerts), 1);
    assert_int_equal(alerts[0]->retracted_n, 1);
    assert_int_equal(alerts[0]->severity, severity);
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
        {"fetched hours later", {.topic = "acme", .late_ms = 4 * NB_HOUR_MS}, false, 1},
        {"an archive that is read late", {.topic = "acme", .late_ms = 7 * NB_HOUR_MS}, false, 0},
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

/* Accounts that act as one publish a text in seconds: its alarm spans no whole minute. */
static void a_text_that_everybody_has_within_seconds_is_explained(void **state)
{
    (void)state;
    char topic[] = "acme";
    struct world w;
    uint32_t severity = 0;
    Nb__Alarm alarm;
    Nb__Alarm *alarms[] = {&alarm};
    world_open(&w, MAP_BYTES);
    quiet_days(&w);
    burst(&w, 4, CRISIS_MS, &LOUD);
    nb__alarm__init(&alarm);
    alarm.has_stream = alarm.has_at_ms = alarm.has_span_ms = alarm.has_value_milli = 1;
    alarm.stream = NB__ALARM__STREAM__CLAIM;
    alarm.at_ms = CRISIS_MS;
    alarm.span_ms = 30000;
    alarm.value_milli = 4000;
    struct nb_incident *incident = nb_incident_new(w.arena);
    struct nb_topic_watch *row = nb_topic_watch_new(w.arena);
    incident->topic = topic;
    incident->start_ms = CRISIS_MS;
    incident->alarms = alarms;
    incident->n_alarms = 1;
    struct nb_txn *txn = world_read(&w);
    assert_int_equal(
        nb_explain(txn, row, CRISIS_MS + 4 * NB_MINUTE_MS, w.arena, incident, &severity), NB_OK);
    assert_int_equal(incident->documents_n, 4);
    assert_true(severity >= 1 && incident->n_why > 0);
    nb_read_end(txn);
    world_close(&w);
}

/* Escapes of a terminal, C1 among them, and letters that turn a line round. */
static void what_others_wrote_does_nothing_to_a_terminal(void **state)
{
    (void)state;
    char hostile[] = "\x1b]0;x\x07 \xc2\x9b"
                     "31m \xe2\x80\xae"
                     "acme";
    char topic[] = "none";
    char *why[] = {hostile};
    struct world w;
    struct nb_buf out;
    Nb__ClaimStep step;
    Nb__ClaimStep *chain[] = {&step};
    world_open(&w, MAP_BYTES);
    nb__claim_step__init(&step);
    step.author = step.url = hostile;
    struct nb_incident *incident = nb_incident_new(w.arena);
    incident->topic = topic;
    incident->why = why;
    incident->chain = chain;
    incident->n_why = incident->n_chain = 1;
    struct nb_txn *txn = world_read(&w);
    const struct nb_alert_explain x = {
        .incident = incident, .txn = txn, .documents_max = 5, .arena = w.arena};
    nb_buf_init(&out, 65536);
    assert_int_equal(nb_alerts_explain(&x, &out), NB_OK);
    struct nb_slice text = nb_buf_slice(&out);
    assert_true(nb_slice_find(text, NB_LIT("31m acme"), 0) != NB_NPOS);
    assert_true(nb_slice_find_byte(text, '\x1b', 0) == NB_NPOS);
    assert_true(nb_slice_find(text, NB_LIT("\xc2\x9b"), 0) == NB_NPOS);
    assert_true(nb_slice_find(text, NB_LIT("\xe2\x80\xae"), 0) == NB_NPOS);
    nb_buf_fini(&out);
    nb_read_end(txn);
    world_close(&w);
}

static void the_way_of_a_text_is_told_with_its_shape(void **state)
{
    (void)state;
    char topic[] = "none";
    struct world w;
    struct nb_buf out;
    Nb__ClaimStep step;
    Nb__ClaimStep *chain[] = {&step};
    Nb__ClaimShape shape;
    world_open(&w, MAP_BYTES);
    nb__claim_step__init(&step);
    nb__claim_shape__init(&shape);
    shape.depth = 3;
    shape.breadth = 7;
    shape.virality_milli = 2074;
    struct nb_incident *incident = nb_incident_new(w.arena);
    incident->topic = topic;
    incident->chain = chain;
    incident->n_chain = 1;
    incident->chain_n = 12;
    incident->chain_shape = &shape;
    struct nb_txn *txn = world_read(&w);
    const struct nb_alert_explain x = {
        .incident = incident, .txn = txn, .documents_max = 5, .arena = w.arena};
    nb_buf_init(&out, 65536);
    assert_int_equal(nb_alerts_explain(&x, &out), NB_OK);
    assert_true(nb_slice_find(nb_buf_slice(&out),
                              NB_LIT("at most 3 steps from the first, 7 documents at one step; two "
                                     "of them lie 2.07 steps apart"),
                              0) != NB_NPOS);
    nb_buf_reset(&out);
    shape.depth = shape.breadth = 1;
    assert_int_equal(nb_alerts_explain(&x, &out), NB_OK);
    assert_true(nb_slice_find(nb_buf_slice(&out),
                              NB_LIT("at most 1 step from the first, 1 document at one step; two"),
                              0) != NB_NPOS);
    shape.depth = 3;
    shape.breadth = 7;
    nb_buf_reset(&out);
    assert_int_equal(nb_alerts_explain_json(&x, &out), NB_OK);
    assert_true(nb_slice_find(nb_buf_slice(&out),
                              NB_LIT("\"chain_shape\":{\"documents\":12,\"depth\":3,\"breadth\":7,"
                                     "\"virality_milli\":2074}"),
                              0) != NB_NPOS);
    nb_buf_fini(&out);
    nb_read_end(txn);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_opens_one_incident_that_says_why_and_grows_with_it),
        cmocka_unit_test(many_voices_weigh_more_than_one_that_repeats_itself),
        cmocka_unit_test(a_deleted_document_does_not_take_an_incident_back),
        cmocka_unit_test(what_is_no_news_opens_no_alert),
        cmocka_unit_test(a_revision_is_not_counted_as_one_more),
        cmocka_unit_test(an_unrelated_topic_keeps_its_own_alert),
        cmocka_unit_test(a_text_that_everybody_has_within_seconds_is_explained),
        cmocka_unit_test(what_others_wrote_does_nothing_to_a_terminal),
        cmocka_unit_test(the_way_of_a_text_is_told_with_its_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
