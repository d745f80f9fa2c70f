#include "tests/lib/test.h"

#include <nabiz/date.h>

#include "service/source_problem.h"

#define NOW 1767225600000LL
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static struct nb_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = nb_arena_new(1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_arena_free(arena);
    return 0;
}

static struct nb_problem judge(const struct nb_source *source, const struct nb_subscription *sub)
{
    struct nb_problem problem;
    const struct nb_source_row row = {.url = "https://a.example/", .group = "", .title = ""};
    assert_int_equal(nb_source_problem(&row, source, sub, NOW, arena, &problem), NB_OK);
    return problem;
}

static void a_failure_has_a_kind_and_something_to_do(void **state)
{
    (void)state;
    static const struct {
        uint32_t status, failures_n;
        const char *failure, *kind;
        int severity;
    } rows[] = {
        {0, 3, "Couldn't resolve host name", "dns", 8},
        {0, 1, "Couldn't resolve host name", "dns", 1},
        {0, 9, "TLS: the certificate has expired", "tls", 7},
        {0, 9, "SSL peer certificate or SSH remote key was not OK", "tls", 7},
        {0, 9, "Timeout was reached", "timeout", 6},
        {0, 9, "Couldn't connect to server", "no answer", 6},
        {200, 9, "not a feed: it is a web page", "no feed", 8},
        {200, 9, "feed: nested too deep, or too many namespaces or entities", "unreadable", 7},
        {200, 9, "the body is over crawl.body_max", "too large", 6},
        {0, 9, "the address is private; see crawl.allow_private", "private", 7},
        {0, 9, "robots.txt of a.example cannot be had: HTTP status 500", "robots", 6},
        {302, 9, "more than 5 redirects", "redirect", 7},
        {404, 9, "HTTP status 404", "missing", 8},
        {410, 9, "HTTP status 410", "gone", 9},
        {403, 9, "HTTP status 403", "forbidden", 7},
        {401, 9, "HTTP status 401", "forbidden", 7},
        {429, 9, "HTTP status 429", "busy", 4},
        {503, 9, "HTTP status 503", "busy", 4},
        {500, 9, "HTTP status 500", "broken", 6},
        {418, 9, "HTTP status 418", "refused", 6},
        {0, 9, "Failure when receiving data from the peer", "network", 5},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_source *source = nb_source_new(arena);
        source->status = rows[i].status;
        source->failures_n = rows[i].failures_n;
        source->failure = nb_arena_strdup(arena, nb_slice_str(rows[i].failure));
        struct nb_problem problem = judge(source, NULL);
        assert_string_equal(problem.kind, rows[i].kind);
        assert_int_equal(problem.severity, rows[i].severity);
        assert_non_null(strstr(problem.what, rows[i].failure));
        assert_true(strlen(problem.to_do) > 5);
    }
}

static void a_source_that_does_not_fail_may_still_have_a_problem(void **state)
{
    (void)state;
    static const struct {
        bool retired, denied;
        uint64_t polls_n, documents_n;
        int64_t changed_days;
        const char *moved_to, *kind;
    } rows[] = {
        {true, false, 9, 9, 1, NULL, "gone"},
        {false, true, 9, 9, 1, NULL, "denied"},
        {false, false, 9, 0, 1, NULL, "empty"},
        {false, false, 2, 0, 1, NULL, NULL},
        {false, false, 9, 9, 100, NULL, "silent"},
        {false, false, 9, 9, 89, NULL, NULL},
        {false, false, 9, 9, 1, "https://b.example/", "moved"},
        {false, false, 9, 9, 1, NULL, NULL},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_source *source = nb_source_new(arena);
        source->retired = rows[i].retired;
        source->denied = rows[i].denied;
        source->polls_n = rows[i].polls_n;
        source->documents_n = rows[i].documents_n;
        source->has_changed_ms = 1;
        source->changed_ms = NOW - rows[i].changed_days * NB_DAY_MS;
        source->moved_to =
            rows[i].moved_to ? nb_arena_strdup(arena, nb_slice_str(rows[i].moved_to)) : NULL;
        struct nb_problem problem = judge(source, NULL);
        if (rows[i].kind) {
            assert_string_equal(problem.kind, rows[i].kind);
        } else {
            assert_null(problem.kind);
        }
    }
}

static void a_hub_that_does_not_work_is_a_small_problem(void **state)
{
    (void)state;
    struct nb_source *source = nb_source_new(arena);
    struct nb_subscription *sub = nb_subscription_new(arena);
    sub->hub = nb_arena_strdup(arena, NB_LIT("https://hub.example/"));
    sub->state = NB__SUBSCRIPTION__STATE__ACTIVE;
    source->documents_n = 1;
    assert_null(judge(source, sub).kind);
    sub->missed_n = 3;
    assert_string_equal(judge(source, sub).kind, "hub");
    sub->missed_n = 0;
    sub->failures_n = 3;
    sub->failure = nb_arena_strdup(arena, NB_LIT("the hub answered HTTP status 500"));
    assert_non_null(strstr(judge(source, sub).what, "status 500"));
    assert_int_equal(judge(source, sub).severity, 2);
}

static void what_is_paused_or_new_has_none(void **state)
{
    (void)state;
    struct nb_problem problem;
    struct nb_source *source = nb_source_new(arena);
    struct nb_source_row row = {.url = "https://a.example/", .group = "", .paused = true};
    source->retired = true;
    assert_int_equal(nb_source_problem(&row, source, NULL, NOW, arena, &problem), NB_OK);
    assert_null(problem.kind);
    assert_null(judge(NULL, NULL).kind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_has_a_kind_and_something_to_do),
        cmocka_unit_test(a_source_that_does_not_fail_may_still_have_a_problem),
        cmocka_unit_test(a_hub_that_does_not_work_is_a_small_problem),
        cmocka_unit_test(what_is_paused_or_new_has_none),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
