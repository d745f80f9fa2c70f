#include "tests/lib/test.h"

#include "analyzer/alerts/echo.h"
#include "analyzer/alerts/share.h"
#include "analyzer/alerts/streams.h"

enum { FIRST = 1971000, ALL = 0, VOICES = 1, ARTICLES = 2 };

static void open_streams(struct nb_streams *s, struct nb_arena *arena)
{
    *s = (struct nb_streams){.row = nb_topic_watch_new(arena), .arena = arena};
}

static Nb__TopicBin *see(struct nb_streams *s, uint64_t bin, Nb__Kind kind, bool is_voice)
{
    Nb__TopicBin *out;
    const struct nb_sighting sighting = {
        .bin = bin, .kind = kind, .is_voice = is_voice, .is_negative = true};
    assert_int_equal(nb_streams_add(s, &sighting, &out), NB_OK);
    return out;
}

static void documents_are_counted_where_they_were_published(void **state)
{
    (void)state;
    struct nb_streams s;
    struct nb_arena *arena = nb_arena_new(1u << 20);
    open_streams(&s, arena);
    assert_non_null(see(&s, FIRST + 5, NB__KIND__ARTICLE, true));
    assert_null(see(&s, FIRST + 2, NB__KIND__POST, true)); /* before the first: not watched */
    (void)see(&s, FIRST + 9, NB__KIND__ARTICLE, true);
    (void)see(&s, FIRST + 7, NB__KIND__POST, false);
    (void)see(&s, FIRST + 9, 0, true);
    assert_int_equal(s.row->n_bins, 3);
    for (size_t i = 1; i < s.row->n_bins; i++) {
        assert_true(s.row->bins[i - 1]->bin < s.row->bins[i]->bin);
    }
    assert_int_equal(nb_streams_sum(s.row, ALL, FIRST + 9, 5), 4);
    assert_int_equal(nb_streams_sum(s.row, ALL, FIRST + 9, 4), 3);
    assert_int_equal(nb_streams_sum(s.row, VOICES, FIRST + 9, 5), 3);
    assert_int_equal(nb_streams_sum(s.row, ARTICLES, FIRST + 9, 5), 2);
    assert_int_equal(nb_streams_close(&s, FIRST + 8), NB_OK);
    assert_int_equal(s.row->n_bins, 1);
    assert_int_equal(s.row->open_bin, FIRST + 8);
    assert_null(see(&s, FIRST + 7, NB__KIND__POST, true)); /* closed */
    assert_non_null(s.detectors[ALL]);
    assert_non_null(s.detectors[ARTICLES]);
    assert_null(s.detectors[ARTICLES + 2]); /* no comment so far */
    nb_streams_fini(&s);
    nb_arena_free(arena);
}

/* Two documents an hour for three weeks, whatever steps they are closed in. */
static void live(struct nb_streams *s, uint64_t step)
{
    for (uint64_t bin = FIRST; bin < FIRST + 3 * 7 * 96; bin++) {
        if (bin % 2 == 0) {
            (void)see(s, bin, NB__KIND__POST, bin % 4 == 0);
        }
        if ((bin - FIRST) % step == step - 1) {
            assert_int_equal(nb_streams_close(s, bin > 24 ? bin - 24 : 0), NB_OK);
        }
    }
    assert_int_equal(nb_streams_close(s, FIRST + 3 * 7 * 96), NB_OK);
}

static void what_is_learned_does_not_depend_on_when_bins_are_closed(void **state)
{
    (void)state;
    static const uint64_t steps[] = {1, 7, 500};
    struct nb_slice first = {0};
    struct nb_arena *arena = nb_arena_new(64u << 20);
    for (size_t i = 0; i < 3; i++) {
        struct nb_streams s;
        struct nb_slice bytes;
        open_streams(&s, arena);
        live(&s, steps[i]);
        assert_int_equal(nb_detector_encode(s.detectors[ALL], arena, &bytes), NB_OK);
        assert_true(i == 0 || nb_slice_eq(bytes, first));
        first = bytes;
        nb_streams_fini(&s);
    }
    nb_arena_free(arena);
}

static void a_loud_bin_is_rare_before_it_is_full(void **state)
{
    (void)state;
    struct nb_streams s;
    struct nb_detection detection;
    struct nb_arena *arena = nb_arena_new(64u << 20);
    open_streams(&s, arena);
    live(&s, 96);
    uint64_t bin = FIRST + 3 * 7 * 96 + 4;
    int32_t before = INT32_MIN;
    for (int n = 1; n <= 64; n *= 2) {
        struct nb_slice bytes;
        struct nb_detector *copy;
        while (nb_streams_sum(s.row, ALL, bin, 1) < (uint64_t)n) {
            (void)see(&s, bin, NB__KIND__POST, true);
        }
        assert_int_equal(nb_detector_encode(s.detectors[ALL], arena, &bytes), NB_OK);
        assert_int_equal(nb_detector_decode(bytes, &copy), NB_OK);
        nb_streams_judge(&s, copy, ALL, bin, NB_DETECTOR_RARITY_MILLI, &detection);
        nb_detector_free(copy);
        assert_true(detection.rarity_milli >= before);
        before = detection.rarity_milli;
    }
    assert_int_equal(detection.kind, NB_DETECTOR_SPIKE);
    nb_streams_fini(&s);
    nb_arena_free(arena);
}

static void a_share_is_judged_by_how_many_there_are(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint64_t n, k;
        bool rare;
    } rows[] = {
        {"as usual", 100, 20, false},
        {"twice as many of few", 10, 4, false},
        {"twice as many of many", 200, 80, true},
        {"nearly all of a dozen", 12, 11, true},
        {"all of seven", 7, 7, false},
        {"fewer than usual", 200, 5, false},
        {"far more than can be", UINT64_MAX, UINT64_MAX, true},
    };
    struct nb_arena *arena = nb_arena_new(1u << 20);
    struct nb_topic_watch *row = nb_topic_watch_new(arena);
    assert_int_equal(nb_share_judge(row, 100, 90).usual_milli, -1); /* nothing is usual yet */
    for (int i = 0; i < 40; i++) {
        nb_share_learn(row, 50, 10);
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_share share = nb_share_judge(row, rows[i].n, rows[i].k);
        if ((share.rarity_milli >= NB_DETECTOR_RARITY_MILLI) != rows[i].rare ||
            share.usual_milli < 195 || share.usual_milli > 205) {
            fail_msg("%s: rarity %d usual %d", rows[i].what, share.rarity_milli, share.usual_milli);
        }
    }
    nb_share_learn(row, UINT64_MAX, UINT64_MAX); /* what is usual is that now, and no overflow */
    assert_true(nb_share_judge(row, 100, 99).rarity_milli < NB_DETECTOR_RARITY_MILLI);
    nb_arena_free(arena);
}

static void a_text_is_rare_by_what_others_reached(void **state)
{
    (void)state;
    const int64_t weeks_ms = 10 * 7 * NB_DAY_MS;
    const uint32_t nobody[] = {1, 1, 1};
    const uint32_t often[] = {101, 31, 11};
    const uint32_t once[] = {2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    int32_t alone = nb_echo_rarity(nobody, 3, 4, weeks_ms);
    int32_t common = nb_echo_rarity(often, 3, 4, weeks_ms);
    assert_true(alone > NB_DETECTOR_RARITY_MILLI);
    assert_true(common < 100 && common > -100); /* ten others in ten weeks: once a week */
    assert_true(nb_echo_rarity(once, 15, 16, weeks_ms) > nb_echo_rarity(once, 15, 7, weeks_ms));
    assert_true(nb_echo_rarity(nobody, 3, 4, 0) > 0); /* the first week counts whole */
    assert_true(nb_echo_rarity(NULL, 0, NB_ECHO_PUBLISHERS_MAX, weeks_ms) > alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_counted_where_they_were_published),
        cmocka_unit_test(what_is_learned_does_not_depend_on_when_bins_are_closed),
        cmocka_unit_test(a_loud_bin_is_rare_before_it_is_full),
        cmocka_unit_test(a_share_is_judged_by_how_many_there_are),
        cmocka_unit_test(a_text_is_rare_by_what_others_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
