#include "tests/unit/dump.h"
#include "tests/unit/world.h"

#include "service/digest/collect.h"

enum { MAP_BYTES = 16 << 20, PEOPLE = 40 };

static int32_t world_week(void)
{
    return nb_week_of(nb_day_of(WORLD_DAY_MS));
}

/* n people, from the first-th on, who tell of an event on one day. */
static void tell(struct world *w, const char *event, const char *city, size_t first, size_t n,
                 int64_t at_ms)
{
    for (size_t i = first; i < first + n; i++) {
        struct post post = {.at_ms = at_ms, .event = event, .city = city, .comments_n = -1};
        post.author = nb_arena_printf(w->arena, "a.example/k%zu", i);
        post.url = nb_arena_printf(w->arena, "https://a.example/%s/%s/%zu/%lld", event,
                                   city ? city : "-", i, (long long)at_ms);
        world_commit(w, &post, 1, 1);
    }
}

struct answer {
    struct nb_event_row *rows;
    size_t n;
};

static struct answer ask(struct world *w, const char *type, const char *city, enum nb_event_by by)
{
    struct nb_event_classes classes;
    struct nb_error error = {0};
    struct nb_event_filter filter = {.type = nb_slice_str(type),
                                     .city = nb_slice_str(city),
                                     .from = nb_week_day(world_week()),
                                     .to = nb_week_day(world_week()) + 6,
                                     .by = by};
    struct answer answer;
    struct nb_txn *txn = world_read(w);
    assert_int_equal(nb_event_classes_load("lexicons", &classes, &error), NB_OK);
    assert_int_equal(nb_event_summary(txn, &filter, &classes, w->arena, &answer.rows, &answer.n),
                     NB_OK);
    nb_read_end(txn);
    return answer;
}

static void weeks_begin_on_monday_in_istanbul(void **state)
{
    (void)state;
    int32_t monday = nb_day_of(WORLD_DAY_MS + NB_DAY_MS); /* 2026-11-02 */
    assert_int_equal(nb_day_weekday(monday), 0);
    assert_int_equal(nb_week_of(monday), nb_week_of(monday - 1) + 1);
    assert_int_equal(nb_week_of(monday), nb_week_of(monday + 6));
    assert_int_equal(nb_week_day(nb_week_of(monday)), monday);
    assert_int_equal(nb_day_of(WORLD_DAY_MS - 1), nb_day_of(WORLD_DAY_MS));
    assert_int_equal(nb_day_of(WORLD_DAY_MS + 21 * NB_HOUR_MS), nb_day_of(WORLD_DAY_MS) + 1);
}

static void people_are_counted_once_and_compared_with_the_weeks_before(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    tell(&w, "moving", "Bursa", 0, 3, WORLD_DAY_MS);
    tell(&w, "moving", NULL, 0, 2, WORLD_DAY_MS);
    tell(&w, "moving", NULL, 7, 5, WORLD_DAY_MS - 7 * NB_DAY_MS);
    struct answer all = ask(&w, "moving", NULL, NB_EVENT_BY_TYPE);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.rows[0].people, 3);
    assert_int_equal(all.rows[0].documents_n, 5);
    assert_int_equal(all.rows[0].before, 5);
    assert_false(all.rows[0].sensitive);
    struct answer cities = ask(&w, "moving", NULL, NB_EVENT_BY_CITY);
    assert_int_equal(cities.n, 2);
    assert_true(nb_slice_eq(cities.rows[0].group, NB_LIT("Bursa")));
    assert_int_equal(cities.rows[0].people, 3);
    assert_int_equal(cities.rows[1].people, 2);
    assert_int_equal(ask(&w, "moving", "Bursa", NB_EVENT_BY_TYPE).rows[0].people, 3);
    assert_int_equal(ask(&w, "marriage", NULL, NB_EVENT_BY_TYPE).n, 0);
    world_close(&w);
}

static void a_revision_takes_its_event_back_and_leaves_no_trace(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    struct post post = {.at_ms = WORLD_DAY_MS,
                        .author = "a.example/ayla",
                        .url = "https://a.example/1",
                        .event = "illness",
                        .city = "Bursa",
                        .comments_n = -1};
    world_commit(&w, &post, 1, 1);
    assert_int_equal(world_count(&w, NB_TBL_LIFE_EVENT), 1);
    post.event = "moving";
    world_commit(&w, &post, 1, 1);
    assert_int_equal(world_count(&w, NB_TBL_LIFE_EVENT), 1);
    assert_int_equal(ask(&w, "moving", NULL, NB_EVENT_BY_TYPE).rows[0].people, 1);
    post.event = NULL;
    world_commit(&w, &post, 1, 1);
    assert_int_equal(world_count(&w, NB_TBL_LIFE_EVENT), 0);
    world_close(&w);
}

static void no_author_stands_in_the_table(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    tell(&w, "illness", "Bursa", 0, 1, WORLD_DAY_MS);
    struct nb_buf dump = dump_store(w.store);
    char hex[64];
    nb_hex(NB_LIT("example/k0"), hex);
    const char *line = strstr(dump.p, "life_event ");
    assert_non_null(line);
    assert_null(memmem(line, (size_t)(strchr(line, '\n') - line), hex, strlen(hex)));
    nb_buf_fini(&dump);
    world_close(&w);
}

static void of_a_sensitive_type_less_than_ten_people_are_never_shown(void **state)
{
    (void)state;
    for (size_t n = 1; n <= PEOPLE; n++) {
        struct world w;
        world_open(&w, MAP_BYTES);
        tell(&w, "illness", NULL, 0, n, WORLD_DAY_MS);
        struct answer all = ask(&w, "illness", NULL, NB_EVENT_BY_TYPE);
        assert_int_equal(all.n, 1);
        assert_true(all.rows[0].sensitive);
        assert_int_equal(all.rows[0].hidden, n < NB_EVENT_PEOPLE_MIN);
        assert_int_equal(all.rows[0].people, n / 10 * 10);
        assert_int_equal(all.rows[0].documents_n, 0);
        world_close(&w);
        n += n > 12 ? 9 : 0;
    }
}

static void what_would_give_a_small_cell_away_is_hidden_with_it(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, MAP_BYTES);
    tell(&w, "illness", "Bursa", 0, 25, WORLD_DAY_MS);
    tell(&w, "illness", "Konya", 100, 14, WORLD_DAY_MS);
    tell(&w, "illness", "Sivas", 200, 2, WORLD_DAY_MS);
    struct answer cities = ask(&w, "illness", NULL, NB_EVENT_BY_CITY);
    assert_int_equal(cities.n, 2); /* Konya went with Sivas */
    assert_true(nb_slice_eq(cities.rows[0].group, NB_LIT("Bursa")));
    assert_int_equal(cities.rows[0].people, 20);
    assert_true(cities.rows[1].hidden);
    assert_true(nb_slice_eq(cities.rows[1].group, NB_LIT("other")));
    assert_int_equal(cities.rows[1].people, 0);
    assert_true(ask(&w, "illness", "Sivas", NB_EVENT_BY_TYPE).rows[0].hidden);
    tell(&w, "illness", "Van", 300, 9, WORLD_DAY_MS);
    cities = ask(&w, "illness", NULL, NB_EVENT_BY_CITY);
    assert_int_equal(cities.n, 3); /* Sivas and Van hide each other */
    assert_int_equal(cities.rows[1].people, 10);
    assert_true(cities.rows[2].hidden);
    world_close(&w);
}

static void a_digest_counts_the_28_days_up_to_its_own(void **state)
{
    (void)state;
    struct world w;
    struct nb_report report;
    struct nb_error error = {0};
    struct nb_event_classes classes;
    world_open(&w, MAP_BYTES);
    tell(&w, "illness", "Bursa", 0, 12, WORLD_DAY_MS);
    tell(&w, "illness", NULL, 20, 31, WORLD_DAY_MS - 28 * NB_DAY_MS);
    tell(&w, "moving", NULL, 0, 3, WORLD_DAY_MS - 27 * NB_DAY_MS);
    tell(&w, "moving", NULL, 5, 9, WORLD_DAY_MS + 2 * NB_DAY_MS);
    tell(&w, "divorce", NULL, 0, 9, WORLD_DAY_MS);
    struct nb_zone *zone;
    assert_int_equal(nb_zone_fixed(180, &zone), NB_OK);
    assert_int_equal(nb_event_classes_load("lexicons", &classes, &error), NB_OK);
    struct nb_report_options options = {.topic = NB_LIT("acme"),
                                        .day_ms = WORLD_DAY_MS - 3 * NB_HOUR_MS,
                                        .zone = zone,
                                        .classes = &classes};
    struct nb_txn *txn = world_read(&w);
    assert_int_equal(nb_report_collect(txn, NULL, &options, w.arena, &report, &error), NB_OK);
    assert_int_equal(report.events_n, 2); /* nothing of nine divorces */
    assert_int_equal(report.events[0].type, NB_EVENT_ILLNESS);
    assert_int_equal(report.events[0].people, 10);
    assert_int_equal(report.events[0].before, 30);
    assert_int_equal(report.events[1].people, 3);
    options.classes = NULL; /* then nothing is ordinary */
    assert_int_equal(nb_report_collect(txn, NULL, &options, w.arena, &report, &error), NB_OK);
    assert_int_equal(report.events_n, 1);
    nb_read_end(txn);
    nb_zone_close(zone);
    world_close(&w);
}

static void told(void *context, uint32_t line, const char *message)
{
    (void)line;
    (void)message;
    ++*(size_t *)context;
}

static void a_type_without_a_class_is_sensitive(void **state)
{
    (void)state;
    struct nb_event_classes classes;
    size_t bad_n = 0;
    nb_event_classes_read(NB_LIT("# no class\n\nmoving ordinary  told to all\nillness ordinary\n"
                                 "wedding ordinary  no such type\nbirth open  no such class\n"),
                          told, &bad_n, &classes);
    assert_int_equal(bad_n, 3);
    for (int i = 0; i < NB_EVENT_TYPES_N; i++) {
        assert_int_equal(classes.ordinary[i], i == NB_EVENT_MOVING);
    }
    struct nb_error error = {0};
    classes.ordinary[NB_EVENT_ILLNESS] = true;
    assert_int_equal(nb_event_classes_load("/nowhere", &classes, &error), NB_ENOTFOUND);
    assert_false(classes.ordinary[NB_EVENT_ILLNESS]);
}

static void health_grief_religion_and_children_are_sensitive(void **state)
{
    (void)state;
    static const enum nb_event_type sensitive[] = {
        NB_EVENT_DIVORCE,  NB_EVENT_PREGNANCY,   NB_EVENT_BIRTH,   NB_EVENT_CIRCUMCISION,
        NB_EVENT_JOB_LOSS, NB_EVENT_BEREAVEMENT, NB_EVENT_ILLNESS, NB_EVENT_PILGRIMAGE};
    struct nb_event_classes classes;
    struct nb_error error = {0};
    assert_int_equal(nb_event_classes_load("lexicons", &classes, &error), NB_OK);
    for (size_t i = 0; i < sizeof(sensitive) / sizeof(sensitive[0]); i++) {
        assert_false(classes.ordinary[sensitive[i]]);
    }
    assert_true(classes.ordinary[NB_EVENT_MOVING]);
}

static void no_query_lists_who_told_of_a_sensitive_event(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        enum nb_err want;
    } rows[] = {
        {"event:moving", NB_OK},
        {"event:marriage OR event:new_job", NB_OK},
        {"fatura", NB_OK},
        {"event:illness", NB_ESYNTAX},
        {"fatura event:(moving OR illness)", NB_ESYNTAX},
        {"fatura NOT event:pregnancy", NB_ESYNTAX},
        {"(site:a.example (kargo OR event:bereavement))", NB_ESYNTAX},
    };
    struct nb_arena *arena = nb_arena_new((size_t)1 << 20);
    struct nb_event_classes classes;
    struct nb_error error = {0};
    const struct nb_query_language *language;
    assert_int_equal(nb_event_classes_load("lexicons", &classes, &error), NB_OK);
    assert_int_equal(nb_query_language_read(NB_LIT(""), arena, NULL, NULL, &language), NB_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct nb_query *query;
        assert_int_equal(nb_query_parse(language, NULL, nb_slice_str(rows[i].query), false, arena,
                                        &query, &error),
                         NB_OK);
        if (nb_event_classes_permit(&classes, query, &error) != rows[i].want) {
            fail_msg("%s", rows[i].query);
        }
    }
    assert_non_null(strstr(error.text, "nabiz events --type bereavement"));
    nb_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weeks_begin_on_monday_in_istanbul),
        cmocka_unit_test(people_are_counted_once_and_compared_with_the_weeks_before),
        cmocka_unit_test(a_revision_takes_its_event_back_and_leaves_no_trace),
        cmocka_unit_test(no_author_stands_in_the_table),
        cmocka_unit_test(of_a_sensitive_type_less_than_ten_people_are_never_shown),
        cmocka_unit_test(what_would_give_a_small_cell_away_is_hidden_with_it),
        cmocka_unit_test(a_digest_counts_the_28_days_up_to_its_own),
        cmocka_unit_test(a_type_without_a_class_is_sensitive),
        cmocka_unit_test(health_grief_religion_and_children_are_sensitive),
        cmocka_unit_test(no_query_lists_who_told_of_a_sensitive_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
