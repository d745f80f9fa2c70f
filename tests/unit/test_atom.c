#include "tests/lib/test.h"

#include <nabiz/date.h>
#include <nabiz/feed.h>

#include "analyzer/alerts/incident.h"
#include "service/deliver/atom.h"
#include "service/deliver/jsonfeed.h"

#define AT_MS (20778 * NB_DAY_MS + 9 * NB_HOUR_MS)

static struct nb_incident *alert(struct nb_arena *arena, const char *topic, int64_t at_ms,
                                 const char *why)
{
    struct nb_incident *a = nb_incident_new(arena);
    a->topic = nb_arena_strdup(arena, nb_slice_str(topic));
    a->has_at_ms = 1;
    a->at_ms = at_ms;
    a->has_form = 1;
    a->form = NB__INCIDENT__FORM__SPIKE;
    a->has_severity = 1;
    a->severity = 7;
    a->has_documents_n = 1;
    a->documents_n = 34;
    a->has_state = 1;
    a->state = NB__INCIDENT__STATE__OPEN;
    a->has_id = 1;
    a->id = nb_incident_id(nb_slice_str(topic), a->form, at_ms);
    a->n_why = 2;
    a->why = nb_arena_calloc(arena, 2, sizeof(char *));
    a->why[0] = nb_arena_strdup(arena, nb_slice_str(why));
    a->why[1] = nb_arena_strdup(arena, NB_LIT("second line"));
    return a;
}

static struct nb_slice feed_of(const struct nb_incident *const *alerts, size_t n,
                               struct nb_arena *arena)
{
    struct nb_buf out;
    const struct nb_atom_options options = {.self_url = "https://desk.example/alerts.atom"};
    nb_buf_init(&out, NB_ATOM_MAX_BYTES);
    assert_int_equal(nb_atom_alerts(&out, alerts, n, &options), NB_OK);
    struct nb_slice copy = nb_arena_copy(arena, nb_buf_slice(&out));
    nb_buf_fini(&out);
    return copy;
}

static struct nb_feed parse(struct nb_slice bytes, struct nb_arena *arena)
{
    struct nb_feed feed;
    struct nb_error error = {0};
    const struct nb_date_context dates = {.now_ms = AT_MS};
    if (nb_feed_parse(bytes, NB_LIT("https://desk.example/alerts.atom"),
                      NB_LIT("application/atom+xml"), &dates, arena, &feed, &error) != NB_OK) {
        fail_msg("%s\n%.*s", nb_error_text(&error), NB_ARG(bytes));
    }
    return feed;
}

static void a_feed_of_alerts_reads_back_newest_first(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(16u << 20);
    const struct nb_incident *const alerts[] = {
        alert(arena, "acme", AT_MS, "34 documents, <usual> is 4 & \"less\" \x01"),
        alert(arena, "beta", AT_MS + 1500, "again"),
    };
    struct nb_slice bytes = feed_of(alerts, 2, arena);
    struct nb_feed feed = parse(bytes, arena);
    assert_null(feed.bozo);
    assert_string_equal(feed.format, "atom");
    assert_int_equal(feed.entries_n, 2);
    char id[NB_ATOM_TEXT_BYTES];
    nb_atom_id(alerts[1], id);
    assert_slice_equal(feed.entries[0].id, id);
    assert_non_null(strstr(id, "tag:nabiz,2026:incident/"));
    assert_int_equal(feed.entries[0].updated_ms, AT_MS + 1500);
    assert_slice_equal(feed.entries[1].title, "acme: spike, severity 7/10, 34 documents, open");
    assert_int_equal(feed.entries[1].published_ms, AT_MS);
    assert_true(nb_slice_find(feed.entries[1].content, NB_LIT("<usual> is 4 & \"less\""), 0) !=
                NB_NPOS);
    assert_int_equal(feed.entries[1].categories_n, 4);
    assert_slice_equal(feed.entries[1].categories[0], "7");
    nb_arena_free(arena);
}

static void an_alert_that_was_raised_is_updated(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(16u << 20);
    struct nb_incident *raised = alert(arena, "acme", AT_MS, "34 documents");
    raised->has_raised_ms = 1;
    raised->raised_ms = AT_MS + NB_HOUR_MS;
    const struct nb_incident *const alerts[] = {raised,
                                                alert(arena, "beta", AT_MS + 1500, "later")};
    struct nb_slice bytes = feed_of(alerts, 2, arena);
    struct nb_feed feed = parse(bytes, arena);
    assert_int_equal(feed.entries[1].published_ms, AT_MS);
    assert_int_equal(feed.entries[1].updated_ms, AT_MS + NB_HOUR_MS);
    struct nb_slice first = nb_slice_sub(bytes, 0, nb_slice_find(bytes, NB_LIT("<entry>"), 0));
    assert_true(nb_slice_find(first, NB_LIT("<updated>2026-11-21T10:00:00Z"), 0) != NB_NPOS);
    nb_arena_free(arena);
}

static void a_json_feed_has_the_same_items(void **state)
{
    (void)state;
    struct nb_feed feed;
    struct nb_buf out;
    struct nb_error error = {0};
    struct nb_arena *arena = nb_arena_new(16u << 20);
    const struct nb_date_context dates = {.now_ms = AT_MS};
    const struct nb_incident *const alerts[] = {
        alert(arena, "acme", AT_MS, "34 documents, <usual> is 4 & \"less\" \x01"),
        alert(arena, "beta", AT_MS + 1500, "again"),
    };
    const struct nb_atom_options options = {.self_url = "https://desk.example/alerts.json"};
    nb_buf_init(&out, NB_ATOM_MAX_BYTES);
    assert_int_equal(nb_jsonfeed_alerts(&out, alerts, 2, &options), NB_OK);
    assert_int_equal(nb_feed_parse(nb_buf_slice(&out), NB_LIT("https://desk.example/alerts.json"),
                                   NB_LIT("application/feed+json"), &dates, arena, &feed, &error),
                     NB_OK);
    char id[NB_ATOM_TEXT_BYTES];
    nb_atom_id(alerts[1], id);
    assert_null(feed.bozo);
    assert_string_equal(feed.format, "json");
    assert_int_equal(feed.entries_n, 2);
    assert_slice_equal(feed.entries[0].id, id);
    assert_int_equal(feed.entries[1].published_ms, AT_MS);
    assert_slice_equal(feed.entries[1].title, "acme: spike, severity 7/10, 34 documents, open");
    nb_buf_fini(&out);
    nb_arena_free(arena);
}

static void a_feed_with_no_alerts_is_still_a_feed(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1u << 20);
    struct nb_slice bytes = feed_of(NULL, 0, arena);
    assert_true(nb_slice_find(bytes, NB_LIT("<updated>1970-01-01T00:00:00Z</updated>"), 0) !=
                NB_NPOS);
    assert_int_equal(parse(bytes, arena).entries_n, 0);
    nb_arena_free(arena);
}

static void a_feed_carries_the_newest_hundred(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(16u << 20);
    enum { N = NB_ATOM_ALERTS_MAX + 20 };
    const struct nb_incident *alerts[N];
    for (size_t i = 0; i < N; i++) {
        alerts[i] = alert(arena, "acme", AT_MS + (int64_t)i * NB_HOUR_MS, "x");
    }
    struct nb_feed feed = parse(feed_of(alerts, N, arena), arena);
    assert_int_equal(feed.entries_n, NB_ATOM_ALERTS_MAX);
    assert_int_equal(feed.entries[0].updated_ms, AT_MS + (N - 1) * NB_HOUR_MS);
    assert_int_equal(feed.entries[NB_ATOM_ALERTS_MAX - 1].updated_ms, AT_MS + 20 * NB_HOUR_MS);
    nb_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_feed_of_alerts_reads_back_newest_first),
        cmocka_unit_test(an_alert_that_was_raised_is_updated),
        cmocka_unit_test(a_json_feed_has_the_same_items),
        cmocka_unit_test(a_feed_with_no_alerts_is_still_a_feed),
        cmocka_unit_test(a_feed_carries_the_newest_hundred),
    };
    nb_feed_init();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    nb_feed_fini();
    return failed;
}
