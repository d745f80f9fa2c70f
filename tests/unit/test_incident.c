#include "tests/unit/world.h"

#include "analyzer/alerts/incident.h"

enum { MAP_BYTES = 16 << 20 };

#define AT_MS (WORLD_DAY_MS + 10 * NB_DAY_MS)

static void an_incident_opens_escalates_calms_and_closes(void **state)
{
    (void)state;
    enum { NOTHING = 0 };
    static const struct {
        const char *what;
        int64_t at_ms;     /* after the first alarm */
        uint32_t severity; /* of an alarm; 0: only time passes */
        int told;
        int state;
    } rows[] = {
        {"the first alarm", 0, 3, NB__INCIDENT_CHANGE__WHAT__OPENED, NB__INCIDENT__STATE__OPEN},
        {"as severe", 60000, 3, NOTHING, NB__INCIDENT__STATE__OPEN},
        {"a little worse, at once", 120000, 4, NOTHING, NB__INCIDENT__STATE__OPEN},
        {"much worse, at once", 180000, 5, NB__INCIDENT_CHANGE__WHAT__ESCALATED,
         NB__INCIDENT__STATE__OPEN},
        {"a little worse, much later", 60 * 60000, 6, NB__INCIDENT_CHANGE__WHAT__ESCALATED,
         NB__INCIDENT__STATE__OPEN},
        {"milder", 70 * 60000, 2, NOTHING, NB__INCIDENT__STATE__OPEN},
        {"not yet calm", 189 * 60000, 0, NOTHING, NB__INCIDENT__STATE__OPEN},
        {"calm", 190 * 60000, 0, NB__INCIDENT_CHANGE__WHAT__CALMED, NB__INCIDENT__STATE__CALM},
        {"still calm", 191 * 60000, 0, NOTHING, NB__INCIDENT__STATE__CALM},
        {"back, and mild", 200 * 60000, 1, NB__INCIDENT_CHANGE__WHAT__ESCALATED,
         NB__INCIDENT__STATE__OPEN},
        {"calm again", 320 * 60000, 0, NB__INCIDENT_CHANGE__WHAT__CALMED,
         NB__INCIDENT__STATE__CALM},
        {"not yet closed", 559 * 60000, 0, NOTHING, NB__INCIDENT__STATE__CALM},
        {"closed", 560 * 60000, 0, NB__INCIDENT_CHANGE__WHAT__CLOSED, NB__INCIDENT__STATE__CLOSED},
        {"for good", 9999 * 60000LL, 0, NOTHING, NB__INCIDENT__STATE__CLOSED},
    };
    struct nb_incident incident = NB__INCIDENT__INIT;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        Nb__IncidentChange__What what = NB__INCIDENT_CHANGE__WHAT__OPENED;
        int64_t clock_ms = AT_MS + rows[i].at_ms;
        bool told = rows[i].severity
                        ? nb_incident_alarm(&incident, rows[i].severity, clock_ms, &what)
                        : nb_incident_pass(&incident, clock_ms, &what);
        if (told != (rows[i].told != NOTHING) || (told && (int)what != rows[i].told) ||
            (int)incident.state != rows[i].state) {
            fail_msg("%s: told %d what %d state %d", rows[i].what, told, (int)what,
                     (int)incident.state);
        }
        if (told) { /* as nb_incident_tell() keeps it */
            incident.told_severity = incident.severity;
            incident.told_ms = clock_ms;
        }
    }
    assert_int_equal(incident.severity, 6);
}

static void an_id_orders_by_time_and_tells_topics_and_forms_apart(void **state)
{
    (void)state;
    char text[NB_INCIDENT_ID_BYTES];
    uint64_t back;
    uint64_t id = nb_incident_id(NB_LIT("acme"), NB__INCIDENT__FORM__SPIKE, AT_MS);
    assert_int_equal(id, nb_incident_id(NB_LIT("acme"), NB__INCIDENT__FORM__SPIKE, AT_MS));
    assert_int_not_equal(id, nb_incident_id(NB_LIT("rakip"), NB__INCIDENT__FORM__SPIKE, AT_MS));
    assert_int_not_equal(id, nb_incident_id(NB_LIT("acme"), NB__INCIDENT__FORM__DROP, AT_MS));
    assert_true(id <
                nb_incident_id(NB_LIT("acme"), NB__INCIDENT__FORM__SPIKE, AT_MS + NB_MINUTE_MS));
    assert_int_equal(nb_incident_id_ms(id), AT_MS);
    nb_incident_id_text(id, text);
    assert_true(nb_incident_id_parse(nb_slice_str(text), &back));
    assert_int_equal(back, id);
    assert_false(nb_incident_id_parse(NB_LIT("acme"), &back));
    assert_false(nb_incident_id_parse(NB_LIT("0123456789abcdefg"), &back));
    assert_false(nb_incident_id_parse(NB_LIT(""), &back));
}

/* A year of nothing, then much at once, then something after every pause that is long enough. */
static void live_through_it(struct world *w, size_t batch_n)
{
    enum { DAYS = 10, LOUD = 30, LATER = 4, N = DAYS + LOUD + LATER };
    struct post posts[N];
    for (size_t i = 0; i < N; i++) {
        posts[i] = (struct post){.author = "b.example/veli",
                                 .url = nb_arena_printf(w->arena, "https://b.example/%zu", i),
                                 .topic = "acme",
                                 .score_milli = -500,
                                 .comments_n = -1};
        posts[i].at_ms = i < DAYS ? WORLD_DAY_MS + (int64_t)i * NB_DAY_MS
                         : i < DAYS + LOUD
                             ? AT_MS + (int64_t)(i - DAYS) * NB_MINUTE_MS
                             : AT_MS + (int64_t)(i - DAYS - LOUD + 1) * 3 * NB_HOUR_MS;
    }
    world_commit(w, posts, N, batch_n);
}

static void changes_are_numbered_and_the_same_whatever_the_batches(void **state)
{
    (void)state;
    static const size_t batches[] = {1, 7, 100};
    static const Nb__IncidentChange__What ends[] = {NB__INCIDENT_CHANGE__WHAT__CALMED,
                                                    NB__INCIDENT_CHANGE__WHAT__CLOSED};
    uint64_t first_id = 0;
    for (size_t b = 0; b < sizeof(batches) / sizeof(batches[0]); b++) {
        const struct nb_change_row *rows;
        size_t n;
        uint64_t last;
        struct world w;
        world_open(&w, MAP_BYTES);
        live_through_it(&w, batches[b]);
        struct nb_txn *txn = world_read(&w);
        assert_int_equal(nb_incident_changes(txn, 0, 100, w.arena, &rows, &n), NB_OK);
        assert_true(n >= 3);
        assert_int_equal(rows[0].change->what, NB__INCIDENT_CHANGE__WHAT__OPENED);
        for (size_t i = 0; i < n; i++) {
            const struct nb_incident_change *c = rows[i].change;
            assert_int_equal(rows[i].number, i + 1);
            assert_int_equal(c->ordinal, i + 1);
            assert_int_equal(c->incident, rows[0].change->incident);
            assert_string_equal(c->topic, "acme");
            assert_true(i == 0 || c->at_ms >= rows[i - 1].change->at_ms);
            assert_int_equal(c->severity_before, i ? rows[i - 1].change->severity : 0);
        }
        assert_int_equal(rows[n - 2].change->what, ends[0]);
        assert_int_equal(rows[n - 1].change->what, ends[1]);
        assert_int_equal(nb_incident_last_change(txn, &last), NB_OK);
        assert_int_equal(last, n);
        const struct nb_change_row *rest;
        size_t rest_n;
        assert_int_equal(nb_incident_changes(txn, n - 1, 100, w.arena, &rest, &rest_n), NB_OK);
        assert_int_equal(rest_n, 1);
        assert_int_equal(nb_incident_changes(txn, 0, 2, w.arena, &rest, &rest_n), NB_OK);
        assert_int_equal(rest_n, 2);
        struct nb_incident *incident;
        assert_int_equal(nb_incident_get(txn, rows[0].change->incident, w.arena, &incident), NB_OK);
        assert_int_equal(incident->state, NB__INCIDENT__STATE__CLOSED);
        nb_read_end(txn);
        assert_int_equal(world_count(&w, NB_TBL_INCIDENT_DUE), 0);
        assert_int_equal(world_count(&w, NB_TBL_INCIDENT_OPEN), 0);
        assert_true(b == 0 || rows[0].change->incident == first_id);
        first_id = rows[0].change->incident;
        world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_incident_opens_escalates_calms_and_closes),
        cmocka_unit_test(an_id_orders_by_time_and_tells_topics_and_forms_apart),
        cmocka_unit_test(changes_are_numbered_and_the_same_whatever_the_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
