#include "tests/unit/forum_world.h"

#include <signal.h>
#include <sys/wait.h>

#include <nabiz/discover.h>

#include "service/source_add.h"

/* A child of a process with threads may not start any under ThreadSanitizer. */
#if defined(__SANITIZE_THREAD__)
#define THREADS_AFTER_FORK 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREADS_AFTER_FORK 0
#endif
#endif
#ifndef THREADS_AFTER_FORK
#define THREADS_AFTER_FORK 1
#endif

#define SITE "http://forum.example/"
#define SOURCE SITE " walk=forum\n"

static int start_site(void **state)
{
    (void)state;
    nb_diag_set_level(NB_ERROR);
    start_forum();
    return 0;
}

static int stop_site(void **state)
{
    (void)state;
    nbt_web_stop(server.web);
    return 0;
}

static char texts[THREADS_MAX * POSTS_MAX][48];
static size_t texts_n;

static const char *text_of(int topic, size_t post)
{
    char *text = texts[texts_n++ % (THREADS_MAX * POSTS_MAX)];
    (void)snprintf(text, sizeof(texts[0]), "Konu %d i\xc3\xa7in mesaj numara %zu.", topic, post);
    return text;
}

/* Two boards: one of three pages, and threads of one to five pages; the newest is a day old. */
static int fill_forum(void **state)
{
    static const char *const names[] = {"ayse", "mehmet", "deniz"};
    (void)state;
    memset(&forum, 0, sizeof(forum));
    texts_n = 0;
    for (int i = 1; i <= 14; i++) {
        struct topic *topic = add_topic(i <= 12 ? 1 : 2, i);
        for (size_t k = 0; k < (size_t)(i % 5) * PAGE_POSTS + 1; k++) {
            (void)add_post(topic, names[k % 3], text_of(i, k),
                           T0 - 40 * DAY + i * DAY + (int64_t)k * HOUR);
        }
    }
    forget();
    return 0;
}

static size_t posts_in_forum(void)
{
    size_t n = 0;
    for (size_t i = 0; i < forum.topics_n; i++) {
        n += posts_of(&forum.topics[i]);
    }
    return n;
}

static struct world world_with(const char *more)
{
    const char *const settings[2] = {more, NULL};
    return make_world(SOURCE, settings);
}

static void expect_all_once(size_t n)
{
    assert_int_equal(n, posts_in_forum());
    for (size_t i = 0; i < forum.topics_n; i++) {
        for (size_t k = 0; k < forum.topics[i].posts_n; k++) {
            const struct post *post = &forum.topics[i].posts[k];
            const struct nb_document *document = document_with(n, post->text);
            assert_int_equal(document->published_ms, post->at_ms);
            assert_string_equal(document->author_name, post->author);
            assert_int_equal(document->kind, NB__KIND__POST);
        }
    }
}

/* No trap, nothing that robots.txt denies, and no page of a visit twice. */
static void expect_polite(void)
{
    static const char *const never[] = {"/login", "/members",  "/search", "/takvim",
                                        "/gizli", "/etkinlik", "print",   "latest",
                                        "order=", "/post-",    "sid=",    "kural/kural"};
    for (size_t i = 0; i < server.hits_n; i++) {
        const struct hit *hit = &server.hits[i];
        assert_string_equal(hit->host, "forum.example");
        for (size_t k = 0; k < sizeof(never) / sizeof(never[0]); k++) {
            if (strstr(hit->path, never[k])) {
                fail_msg("asked for %s", hit->path);
            }
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(server.hits[k].path, hit->path) == 0) {
                fail_msg("asked twice for %s", hit->path);
            }
        }
    }
}

static void everything_posted_arrives_once(void **state)
{
    struct world world = world_with("crawl.site_pages=1000");
    (void)state;
    crawl_at(&world, T0);
    expect_polite();
    expect_all_once(read_documents(&world));
    const struct nb_document *document = document_with(read_documents(&world), texts[0]);
    assert_string_equal(document->title, "Konu 1");
    assert_string_equal(document->thread, "http://forum.example/threads/konu.1/");
    assert_null(document->reply_to);
    assert_string_equal(document->site, "forum.example");
    assert_string_equal(document->author, "forum.example/ayse");
    document = document_with(read_documents(&world), texts[1]);
    assert_null(document->title);
    assert_string_equal(document->reply_to, "http://forum.example/threads/konu.1/");
    end_world(&world);
}

static void it_is_seen_that_it_is_a_forum(void **state)
{
    struct world world = world_with(NULL);
    struct nb_discovery found;
    struct nb_discover_options options = {.declared_only = false};
    struct nb_add_choice choice = {.pick = 0};
    (void)state;
    assert_int_equal(
        nb_discover(world.config, world.clock, SITE, &options, world.arena, &found, &error), NB_OK);
    assert_int_equal(found.walk, NB_WALK_FORUM);
    assert_int_equal(found.links_n, 4);
    assert_in_range(server.hits_n, 1, 2); /* no guesses */
    assert_int_equal(nb_add_walk(&found, &choice, NULL), NB_WALK_FORUM);
    assert_int_equal(nb_add_walk(&found, &choice, "none"), NB_WALK_NONE);
    end_world(&world);
}

static void a_visit_has_a_budget(void **state)
{
    struct world world =
        make_world(SOURCE, (const char *const[2]){"crawl.site_pages=10", "crawl.adaptive=on"});
    (void)state;
    for (int i = 0; i < 8; i++) {
        forget();
        crawl_at(&world, T0 + i * DAY / 4);
        assert_in_range(server.hits_n, 1, 12); /* with robots.txt */
        if (i == 0) { /* there is more, so it comes again as soon as any source */
            const struct nb_source *now = state_of(&world, SITE);
            assert_true(now->due_ms <=
                        T0 + (int64_t)nb_config_int(world.config, NB_CFG_INTERVAL) * 1000);
        }
    }
    expect_all_once(read_documents(&world));
    end_world(&world);
}

static void what_is_new_comes_soon_and_old_pages_are_left_alone(void **state)
{
    struct world world = world_with("crawl.site_pages=1000");
    (void)state;
    crawl_at(&world, T0);
    size_t before = read_documents(&world);
    forget();
    struct topic *topic = &forum.topics[3]; /* 17 posts on 5 pages */
    (void)add_post(topic, "zeynep", "Yeni bir cevap geldi.", T0 + HOUR / 2);
    struct topic *fresh = add_topic(2, 99);
    (void)add_post(fresh, "can", "Yepyeni bir konu bu.", T0 + HOUR / 2);
    crawl_at(&world, T0 + HOUR);
    expect_polite();
    size_t n = read_documents(&world);
    assert_int_equal(n, before + 2);
    (void)document_with(n, "Yeni bir cevap geldi.");
    (void)document_with(n, "Yepyeni bir konu bu.");
    assert_int_equal(asked(NULL, "/threads/konu.4/page-5"), 1);
    assert_int_equal(asked(NULL, "/threads/konu.4/"), 0);
    assert_in_range(server.hits_n, 1, 8); /* root, boards, two threads, a listing */
    forget();
    crawl_at(&world, T0 + 2 * HOUR);
    assert_in_range(server.hits_n, 1, 6); /* the root, boards, and the two threads once more */
    assert_int_equal(read_documents(&world), n);
    end_world(&world);
}

/* Daily visits until something holds, at most so many. */
static void visit_daily(const struct world *world, int *day, int days)
{
    for (int i = 0; i < days; i++) {
        crawl_at(world, T0 + ++*day * DAY);
    }
}

static void an_edit_is_a_revision(void **state)
{
    struct world world = world_with("crawl.site_pages=1000");
    int day = 0;
    (void)state;
    crawl_at(&world, T0);
    size_t before = read_documents(&world);
    forum.topics[13].posts[2].text = "D\xc3\xbczeltilmi\xc5\x9f bir mesaj.";
    visit_daily(&world, &day, 40);
    size_t n = read_documents(&world);
    assert_int_equal(n, before + 1);
    const struct nb_document *edited = document_with(n, forum.topics[13].posts[2].text);
    assert_int_equal(edited->revision, 1);
    assert_false(edited->deleted);
    end_world(&world);
}

static size_t deleted_in(size_t n, const struct nb_document **last)
{
    size_t deleted_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (documents[i]->deleted) {
            *last = documents[i];
            deleted_n++;
        }
    }
    return deleted_n;
}

static void a_deletion_is_a_revision_without_text(void **state)
{
    static const struct {
        size_t topic, post;
    } cases[] = {{3, 6}, {3, 4}, {3, 16}, {12, 5}, {8, 1}, {3, 15}}; /* 3: 17 posts, 5 pages */
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct nb_document *last = NULL;
        int day = 0;
        (void)fill_forum(NULL);
        struct world world = world_with("crawl.site_pages=1000");
        crawl_at(&world, T0);
        size_t before = read_documents(&world);
        struct post *post = &forum.topics[cases[i].topic].posts[cases[i].post];
        post->is_deleted = true;
        visit_daily(&world, &day, 60);
        size_t n = read_documents(&world);
        if (deleted_in(n, &last) != 1 || n != before + 1) {
            fail_msg("case %zu: %zu deleted, %zu documents more", i, deleted_in(n, &last),
                     n - before);
        }
        const struct nb_document *was = document_with(n, post->text);
        assert_non_null(last);
        assert_int_equal(last->supersedes, was->number);
        assert_null(last->text);
        assert_string_equal(last->guid, was->guid);
        end_world(&world);
    }
}

static void a_thread_that_is_gone_is_deleted(void **state)
{
    const struct nb_document *last = NULL;
    struct world world = world_with("crawl.site_pages=1000");
    int day = 0;
    (void)state;
    crawl_at(&world, T0);
    forum.topics[12].is_gone = true; /* 13 posts on 4 pages */
    visit_daily(&world, &day, 120);
    size_t n = read_documents(&world);
    assert_int_equal(state_of(&world, SITE)->status, 200);
    assert_int_equal(deleted_in(n, &last), posts_of(&forum.topics[12]));
    end_world(&world);
}

static void a_site_in_trouble_is_left_alone_and_loses_nothing(void **state)
{
    struct world world = world_with("crawl.site_pages=10");
    (void)state;
    crawl_at(&world, T0);
    size_t before = read_documents(&world);
    forum.is_down = true;
    forget();
    crawl_at(&world, T0 + DAY);
    assert_int_equal(server.hits_n - (size_t)asked(NULL, "/robots.txt"), 1);
    assert_int_equal(state_of(&world, SITE)->failures_n, 1);
    forum.is_down = false;
    for (int i = 2; i < 12; i++) {
        crawl_at(&world, T0 + i * DAY);
    }
    assert_true(read_documents(&world) > before);
    assert_int_equal(state_of(&world, SITE)->failures_n, 0);
    expect_all_once(read_documents(&world));
    end_world(&world);
}

static void pages_are_forgotten_when_there_are_too_many(void **state)
{
    struct world world =
        make_world(SOURCE, (const char *const[2]){"crawl.site_pages=1000", "crawl.site_known=100"});
    int day = 0;
    (void)state;
    for (int i = 20; i < 40; i++) {
        struct topic *topic = add_topic(2, i);
        for (size_t k = 0; k < 30; k++) {
            (void)add_post(topic, "ayse", text_of(i, k), T0 - 30 * DAY + i * HOUR + (int64_t)k);
        }
    }
    crawl_at(&world, T0);
    visit_daily(&world, &day, 5);
    assert_in_range(state_of(&world, SITE)->pages_n, 50, 170);
    expect_all_once(read_documents(&world));
    end_world(&world);
}

/* A crawl of its own process, killed when so many requests have come. */
static void crawl_until(const struct world *world, int64_t now_ms, size_t hits_n)
{
    nb_clock_set(world->clock, now_ms);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        crawl_once(world);
        _exit(0);
    }
    size_t n = 0;
    int64_t limit_ms = nb_mono_ms() + 60000;
    while (n < hits_n && waitpid(pid, NULL, WNOHANG) == 0 && nb_mono_ms() < limit_ms) {
        pthread_mutex_lock(&server.mu);
        n = server.hits_n;
        pthread_mutex_unlock(&server.mu);
        (void)usleep(200);
    }
    assert_true(n >= hits_n);
    assert_int_equal(kill(pid, SIGKILL), 0);
    (void)waitpid(pid, NULL, 0);
}

static void killed_in_the_midst_it_goes_on_where_it_was(void **state)
{
    enum { KILLS = 6 };
    size_t twice_n = 0;
    (void)state;
    if (!THREADS_AFTER_FORK) {
        skip();
    }
    struct world world = world_with("crawl.site_pages=1000");
    for (size_t i = 1; i <= KILLS; i++) {
        crawl_until(&world, T0, i * 6);
    }
    crawl_at(&world, T0);
    expect_all_once(read_documents(&world));
    for (size_t i = 0; i < server.hits_n; i++) {
        bool is_robots = strcmp(server.hits[i].path, "/robots.txt") == 0;
        for (size_t k = 0; k < i && !is_robots; k++) {
            twice_n += strcmp(server.hits[k].path, server.hits[i].path) == 0;
        }
    }
    assert_in_range(twice_n, 0, KILLS); /* what was under way when it was killed */
    end_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(everything_posted_arrives_once, fill_forum),
        cmocka_unit_test_setup(it_is_seen_that_it_is_a_forum, fill_forum),
        cmocka_unit_test_setup(a_visit_has_a_budget, fill_forum),
        cmocka_unit_test_setup(what_is_new_comes_soon_and_old_pages_are_left_alone, fill_forum),
        cmocka_unit_test_setup(an_edit_is_a_revision, fill_forum),
        cmocka_unit_test_setup(a_deletion_is_a_revision_without_text, fill_forum),
        cmocka_unit_test_setup(a_thread_that_is_gone_is_deleted, fill_forum),
        cmocka_unit_test_setup(a_site_in_trouble_is_left_alone_and_loses_nothing, fill_forum),
        cmocka_unit_test_setup(killed_in_the_midst_it_goes_on_where_it_was, fill_forum),
        cmocka_unit_test_setup(pages_are_forgotten_when_there_are_too_many, fill_forum),
    };
    return cmocka_run_group_tests(tests, start_site, stop_site);
}
