/* Counts of threads: as people write them, as engines show them, as pages tell programs. */
#include "tests/lib/test.h"

#include <nabiz/page.h>

#include "crawler/page/counts.h"

static void numbers_are_read_as_people_write_them(void **state)
{
    static const struct {
        const char *text;
        int64_t n;
    } rows[] = {
        {"Viewed 12,345 times", 12345},
        {"12.345 g\xc3\xb6r\xc3\xbcnt\xc3\xbcleme", 12345},
        {"1 234 567", 1234567},
        {"3.4k", 3400},
        {"1,2 M views", 1200000},
        {"2 k\xc3\xb6y", 2},
        {"2 kedi", 2},
        {"7", 7},
        {"0 yan\xc4\xb1t", 0},
        {"1.25", 1},
        {"This topic has 3 replies, 2 voices", 3},
        {"", -1},
        {"none", -1},
        {"1234567890123456789", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t n = nb_page_count(nb_slice_str(rows[i].text));
        if (n != rows[i].n) {
            fail_msg("\"%s\": %lld, not %lld", rows[i].text, (long long)n, (long long)rows[i].n);
        }
    }
}

static struct nb_page read_page(const char *html, struct nb_arena *arena)
{
    static const struct nb_date_context dates = {.now_ms = 1767225600000, .offset_min = 180};
    struct nb_page_profiles *profiles;
    struct nb_page page;
    assert_int_equal(nb_page_profiles_load("config/forums", &profiles, NULL), NB_OK);
    struct nb_page_options options = {profiles, &dates, NB_PAGE_KIND_THREAD};
    assert_int_equal(nb_page_read(nb_slice_str(html), NB_LIT("https://forum.example/konu/1"),
                                  NB_LIT("text/html"), &options, arena, &page, NULL),
                     NB_OK);
    nb_page_profiles_free(profiles);
    return page;
}

#define POST(id, name, text)                                                                       \
    "<article class='message--post' id='js-post-" id "' data-author='" name                        \
    "'><div class='message-content'><div class='bbWrapper'>" text "</div></div></article>"
#define POSTS POST("1", "Ada", "The lift is broken again.") POST("2", "Can", "Since Monday?")

static void a_thread_says_how_often_it_was_seen(void **state)
{
    static const struct {
        const char *html;
        int64_t views, replies;
    } rows[] = {
        {POSTS, -1, -1},
        {"<script type='application/ld+json'>{\"@type\":\"DiscussionForumPosting\","
         "\"interactionStatistic\":[{\"interactionType\":\"https://schema.org/ReplyAction\","
         "\"userInteractionCount\":28},{\"interactionType\":{\"@type\":\"ViewAction\"},"
         "\"userInteractionCount\":\"1,204\"}]}</script>" POSTS,
         1204, 28},
        {"<script type='application/ld+json'>{\"@graph\":[{\"@type\":\"QAPage\",\"mainEntity\":"
         "{\"@type\":\"Question\",\"answerCount\":0}}]}</script>" POSTS,
         -1, 0},
        {"<script type='application/ld+json'>{\"@type\":\"Product\",\"commentCount\":9}</script>"
         "<script type='application/ld+json'>{\"@type\":\"Question\",\"commentCount\":-4}</script>"
         "<script type='application/ld+json'>{\"@type\":</script>" POSTS,
         -1, -1},
        {"<div id='question' data-questionid='1'><div class='s-prose'>Why?</div></div>"
         "<div title='Viewed 5,012 times'>5k</div><h2 data-answercount='1'>1 Answer</h2>"
         "<div class='answer' data-answerid='2'><div class='s-prose'>Because.</div></div>",
         5012, 1},
    };
    (void)state;
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_page page = read_page(rows[i].html, arena);
        assert_int_equal(page.kind, NB_PAGE_KIND_THREAD);
        assert_int_equal(page.posts_n, 2);
        if (page.views != rows[i].views || page.replies != rows[i].replies) {
            fail_msg("row %zu: %lld views, %lld replies", i, (long long)page.views,
                     (long long)page.replies);
        }
        nb_arena_reset(arena);
    }
    nb_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_as_people_write_them),
        cmocka_unit_test(a_thread_says_how_often_it_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
