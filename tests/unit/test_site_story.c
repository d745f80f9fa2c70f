#include "tests/lib/test.h"

#include <nabiz/text.h>

#include "tests/site/story.h"

#define STORY_DIR "tests/demo/story"
#define POLL_MS (2 * NB_HOUR_MS) /* of tests/demo/nabiz.conf */

static struct nb_arena *arena;
static struct story story;
#define STORY (&story)

static int build(void **state)
{
    (void)state;
    struct nb_error error = {0};
    arena = nb_arena_new(64u << 20);
    if (!arena || story_build(STORY_DIR, arena, STORY, &error)) {
        fail_msg("%s", nb_error_text(&error));
    }
    return 0;
}

static int drop(void **state)
{
    (void)state;
    nb_arena_free(arena);
    return 0;
}

static void sentences_are_filled_the_same_way_within_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *sentence, *want; /* NULL: refused */
    } rows[] = {
        {"düz", "Düz"},
        {"{me} geldi", "Ayşe geldi"},
        {"ılık {x|x}", "Ilık x"},
        {"iyi", "İyi"},
        {"{{me}|{me}}'den", "Ayşe'den"},
        {"{yok}", NULL},
        {"{il.yok}", NULL},
        {"{il", NULL},
    };
    const struct text_var vars[] = {{NB_LIT("me"), NB_LIT("Ayşe")}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rng rng = {i};
        struct nb_error error = {0};
        struct nb_buf out;
        struct text_voice voice = {.text = &STORY->text, .rng = &rng, .vars = vars, .vars_n = 1};
        nb_buf_init(&out, 1000);
        enum nb_err err = text_say(&voice, nb_slice_str(rows[i].sentence), &out, &error);
        if (rows[i].want) {
            assert_int_equal(err, NB_OK);
            assert_slice_equal(nb_buf_slice(&out), rows[i].want);
        } else {
            assert_int_equal(err, NB_ESYNTAX);
        }
        nb_buf_fini(&out);
    }
}

static void the_same_name_draws_the_same_row_and_a_number_another(void **state)
{
    (void)state;
    struct nb_buf out;
    nb_buf_init(&out, 1000);
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct rng rng = {seed};
        struct text_voice voice = {.text = &STORY->text, .rng = &rng};
        nb_buf_reset(&out);
        assert_int_equal(text_say(&voice, NB_LIT("{il}|{il}|{il.de}"), &out, NULL), NB_OK);
        struct nb_slice all = nb_buf_slice(&out);
        struct nb_slice first = text_cell(all, 0);
        assert_true(nb_slice_eq(first, text_cell(all, 1)));
        assert_true(nb_slice_starts(text_cell(all, 2), first));
    }
    nb_buf_fini(&out);
}

static void case_keyboards_and_addresses_follow_turkish_letters(void **state)
{
    (void)state;
    static const struct {
        const char *in, *lower, *ascii, *slug;
    } rows[] = {
        {"IŞIK İçin", "ışık için", "ISIK Icin", "isik-icin"},
        {"ÇĞÖŞÜ çğıöşü", "çğöşü çğıöşü", "CGOSU cgiosu", "cgosu-cgiosu"},
        {"Turna Kargo'nun  20. günü!", "turna kargo'nun  20. günü!", "Turna Kargo'nun  20. gunu!",
         "turna-kargonun-20-gunu"},
        {"", "", "", ""},
    };
    struct nb_buf out;
    nb_buf_init(&out, 1000);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_slice in = nb_slice_str(rows[i].in);
        nb_buf_reset(&out);
        text_lower(in, &out);
        assert_slice_equal(nb_buf_slice(&out), rows[i].lower);
        nb_buf_reset(&out);
        text_ascii(in, &out);
        assert_slice_equal(nb_buf_slice(&out), rows[i].ascii);
        nb_buf_reset(&out);
        text_slug(in, 60, &out);
        assert_slice_equal(nb_buf_slice(&out), rows[i].slug);
    }
    nb_buf_fini(&out);
}

static void the_story_is_told_the_same_way_twice(void **state)
{
    (void)state;
    struct nb_arena *other = nb_arena_new(64u << 20);
    struct story again;
    assert_int_equal(story_build(STORY_DIR, other, &again, NULL), NB_OK);
    assert_int_equal(again.items_n, STORY->items_n);
    for (size_t i = 0; i < again.items_n; i++) {
        const struct item *a = &again.items[i], *b = &STORY->items[i];
        assert_int_equal(a->at_ms, b->at_ms);
        assert_true(nb_slice_eq(a->url, b->url));
        assert_true(nb_slice_eq(a->body, b->body));
        assert_true(nb_slice_eq(a->author->handle, b->author->handle));
    }
    nb_arena_free(other);
}

static void every_item_is_in_the_weeks_in_order_and_answers_the_past(void **state)
{
    (void)state;
    int64_t last = STORY_START_MS;
    assert_in_range(STORY->items_n, 2000, 4000);
    for (size_t i = 0; i < STORY->items_n; i++) {
        const struct item *item = &STORY->items[i];
        assert_true(item->at_ms >= last && item->at_ms < STORY_END_MS);
        assert_int_equal(item->id, STORY_FIRST_ID + i);
        assert_true(item->thread == item || item->thread->at_ms < item->at_ms);
        assert_int_equal(item->thread->site, item->site);
        if (item->parent) {
            assert_true(item->parent->at_ms < item->at_ms);
            assert_ptr_equal(item->parent->thread, item->thread);
            assert_ptr_not_equal(item->parent->author, item->author);
        }
        last = item->at_ms;
    }
}

static void every_text_is_filled_and_in_form(void **state)
{
    (void)state;
    struct nb_arena *scratch = nb_arena_new(1 << 20);
    struct nb_slice nfc;
    for (size_t i = 0; i < STORY->items_n; i++) {
        const struct item *item = &STORY->items[i];
        nb_arena_reset(scratch);
        assert_true(item->body.len >= 10 && item->title.len >= 3);
        assert_int_equal(nb_slice_find_byte(item->body, '{', 0), NB_NPOS);
        assert_int_equal(nb_slice_find(item->body, NB_LIT("]]>"), 0), NB_NPOS);
        assert_true(nb_utf8_valid(item->body) && nb_utf8_valid(item->title));
        assert_int_equal(nb_text_nfc(item->body, scratch, &nfc), NB_OK);
        assert_ptr_equal(nfc.p, item->body.p); /* it was NFC already */
    }
    nb_arena_free(scratch);
}

static void no_feed_drops_an_item_between_two_polls(void **state)
{
    (void)state;
    for (size_t f = 0; f < FEEDS_N; f++) {
        size_t window = feeds[f].window;
        for (size_t i = window; i < STORY->by_feed_n[f]; i++) {
            int64_t stays = STORY->by_feed[f][i]->at_ms - STORY->by_feed[f][i - window]->at_ms;
            bool down = feeds[f].site == DOWN_SITE &&
                        STORY->by_feed[f][i - window]->at_ms < STORY_DOWN_TO_MS &&
                        STORY->by_feed[f][i]->at_ms > STORY_DOWN_FROM_MS;
            int64_t gap = down ? STORY_DOWN_TO_MS - STORY_DOWN_FROM_MS + POLL_MS : POLL_MS;
            const struct item *item = STORY->by_feed[f][i - window];
            if (item->edit_ms != STORY_NEVER_MS) {
                gap += item->edit_ms - item->at_ms; /* and it is seen edited */
            }
            if (stays <= gap) {
                fail_msg("%s: %.*s stays %lld minutes", feeds[f].path, NB_ARG(item->url),
                         (long long)(stays / NB_MINUTE_MS));
            }
        }
    }
}

static size_t family_n(enum family family, int64_t from_ms, int64_t to_ms)
{
    size_t n = 0;
    for (size_t i = 0; i < STORY->items_n; i++) {
        const struct item *item = &STORY->items[i];
        n += item->at_ms >= from_ms && item->at_ms < to_ms &&
             topic_infos[item->topic].family == family;
    }
    return n;
}

static void the_crisis_stands_out_and_begins_when_it_is_said_to(void **state)
{
    (void)state;
    size_t everyday = family_n(FAM_TURNA, STORY_START_MS, STORY_AT(7, 0, 0)); /* of 7 days */
    size_t day = family_n(FAM_CRISIS, STORY_CRISIS_MS, STORY_CRISIS_MS + NB_DAY_MS);
    assert_int_equal(family_n(FAM_CRISIS, STORY_START_MS, STORY_CRISIS_MS), 0);
    assert_true(everyday > 30);
    assert_true(7 * day > 5 * everyday);
}

/* Words of a that are also in b, in thousandths. */
static size_t overlap_milli(struct nb_slice a, struct nb_slice b)
{
    size_t n = 0, found = 0;
    struct nb_slice word;
    while (nb_slice_split(&a, ' ', &word)) {
        n++;
        found += nb_slice_find(b, word, 0) != NB_NPOS;
    }
    return found * 1000 / n;
}

static void the_claim_is_copied_nearly_word_for_word_within_hours(void **state)
{
    (void)state;
    const struct item *first = STORY->items; /* the claim, once it was met */
    size_t claims = 0, copies = 0;
    for (size_t i = 0; i < STORY->items_n; i++) {
        const struct item *item = &STORY->items[i];
        if (item->tag == TAG_CLAIM) {
            assert_int_equal(claims++, 0);
            assert_int_equal(item->at_ms, STORY_CLAIM_MS);
            first = item;
        } else if (item->tag == TAG_COPY) {
            assert_int_equal(claims, 1);
            assert_true(item->at_ms - first->at_ms < 6 * NB_HOUR_MS);
            assert_true(overlap_milli(item->body, first->body) > 700);
            copies++;
        }
    }
    assert_int_equal(copies, 6);
    assert_true(first->edit_ms > STORY_CORRECTION_MS && first->edit_ms < STORY_END_MS);
    assert_true(nb_slice_starts(first->edited, first->body));
}

static void a_dozen_kinds_of_life_events_happen(void **state)
{
    (void)state;
    bool seen[TOPICS_N] = {false};
    size_t kinds = 0;
    for (size_t i = 0; i < STORY->items_n; i++) {
        const struct item *item = &STORY->items[i];
        if (item->tag == TAG_LIFE && !seen[item->topic]) {
            seen[item->topic] = true;
            kinds++;
        }
    }
    assert_true(kinds >= 12);
}

/* The address of the f-th source, and its kind: feeds, then accounts of the network. */
static const char *source_of(size_t f, struct nb_arena *scratch)
{
    if (f < FEEDS_N) {
        const struct feed *feed = &feeds[f];
        return nb_arena_printf(scratch, "http://%s%s kind=%s ", STORY->cast.sites[feed->site].host,
                               feed->moved_from ? feed->moved_from : feed->path, feed->kind);
    }
    struct nb_buf address;
    nb_buf_init(&address, 256);
    social_address(f - FEEDS_N, &address);
    char *out = nb_arena_printf(scratch, "%.*s kind=toot ", NB_ARG(nb_buf_slice(&address)));
    nb_buf_fini(&address);
    return out;
}

static void the_sources_of_the_demo_are_the_feeds_of_the_story(void **state)
{
    (void)state;
    struct nb_arena *scratch = nb_arena_new(1 << 20);
    struct nb_slice rest = nbt_read_file("tests/demo/sources.list", scratch), line;
    size_t f = 0;
    while (rest.p && nb_slice_split(&rest, '\n', &line)) {
        if (nb_slice_starts(line, NB_LIT("http"))) {
            assert_true(nb_slice_starts(line, nb_slice_str(source_of(f++, scratch))));
        }
    }
    assert_int_equal(f, FEEDS_N + STORY->social.accounts_n);
    nb_arena_free(scratch);
}

int main(void)
{
    if (nb_text_init(NULL)) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_are_filled_the_same_way_within_a_text),
        cmocka_unit_test(the_same_name_draws_the_same_row_and_a_number_another),
        cmocka_unit_test(case_keyboards_and_addresses_follow_turkish_letters),
        cmocka_unit_test(the_story_is_told_the_same_way_twice),
        cmocka_unit_test(every_item_is_in_the_weeks_in_order_and_answers_the_past),
        cmocka_unit_test(every_text_is_filled_and_in_form),
        cmocka_unit_test(no_feed_drops_an_item_between_two_polls),
        cmocka_unit_test(the_crisis_stands_out_and_begins_when_it_is_said_to),
        cmocka_unit_test(the_claim_is_copied_nearly_word_for_word_within_hours),
        cmocka_unit_test(a_dozen_kinds_of_life_events_happen),
        cmocka_unit_test(the_sources_of_the_demo_are_the_feeds_of_the_story),
    };
    return cmocka_run_group_tests(tests, build, drop);
}
