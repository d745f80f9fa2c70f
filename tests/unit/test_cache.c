#include "tests/lib/test.h"

#include <nabiz/mem.h>

#include "analyzer/turkish/cache.h"

enum { BYTES = 1 << 16, WORDS = 20000 };

static struct nb_slice word_of(size_t i, char *room, size_t room_bytes)
{
    (void)snprintf(room, room_bytes, "kelime%zu%s", i, i % 3 ? "" : "lerimizdekilerden");
    return nb_slice_str(room);
}

/* As long as the word says, made of its number. */
static size_t answer_of(size_t i, unsigned char *room)
{
    size_t n = i * 37 % (TR_ANSWER_BYTES_MAX + 1);
    for (size_t k = 0; k < n; k++) {
        room[k] = (unsigned char)(i + k);
    }
    return n;
}

static void assert_answer(const struct tr_cache *cache, size_t i, bool must)
{
    char room[64];
    unsigned char want[TR_ANSWER_BYTES_MAX];
    const void *got = tr_cache_find(cache, word_of(i, room, sizeof(room)), (uint8_t)(i % 7));
    assert_true(got || !must);
    if (got) {
        assert_memory_equal(got, want, answer_of(i, want));
    }
}

/* A word that is not held yet. */
static void keep_new(struct tr_cache *cache, size_t i)
{
    char room[64];
    unsigned char answer[TR_ANSWER_BYTES_MAX];
    size_t n = answer_of(i, answer);
    struct nb_slice word = word_of(i, room, sizeof(room));
    assert_null(tr_cache_find(cache, word, (uint8_t)(i % 7)));
    tr_cache_keep(cache, word, (uint8_t)(i % 7), answer, n);
    assert_answer(cache, i, true);
}

static void what_is_held_is_what_was_kept_however_full_it_is(void **state)
{
    (void)state;
    struct tr_cache *cache = tr_cache_new(BYTES);
    assert_non_null(cache);
    for (size_t i = 0; i < WORDS; i++) {
        keep_new(cache, i);
        for (size_t back = 1; back <= i && back < 200; back += 13) {
            assert_answer(cache, i - back, back < 10);
        }
    }
    tr_cache_clear(cache);
    for (size_t i = 0; i < WORDS; i++) {
        char room[64];
        assert_null(tr_cache_find(cache, word_of(i, room, sizeof(room)), (uint8_t)(i % 7)));
    }
    tr_cache_free(cache);
}

static void words_of_other_kinds_are_other_words(void **state)
{
    (void)state;
    struct tr_cache *cache = tr_cache_new(1);
    for (unsigned kind = 0; kind < 256; kind++) {
        tr_cache_keep(cache, NB_LIT("kar"), (uint8_t)kind, &kind, sizeof(kind));
    }
    size_t held_n = 0;
    for (unsigned kind = 0; kind < 256; kind++) {
        const unsigned *held = tr_cache_find(cache, NB_LIT("kar"), (uint8_t)kind);
        assert_true(!held || *held == kind);
        held_n += held != NULL;
    }
    assert_true(held_n > 200);
    tr_cache_free(cache);
}

static void what_is_too_long_is_not_kept(void **state)
{
    (void)state;
    struct tr_cache *cache = tr_cache_new(BYTES);
    char word[TR_CACHED_BYTES_MAX + 1], answer[TR_ANSWER_BYTES_MAX + 1];
    memset(word, 'a', sizeof(word));
    memset(answer, 'b', sizeof(answer));
    tr_cache_keep(cache, nb_slice(word, sizeof(word)), 0, answer, 1);
    tr_cache_keep(cache, nb_slice(word, 8), 0, answer, sizeof(answer));
    tr_cache_keep(cache, nb_slice(word, 0), 0, answer, 1);
    tr_cache_keep(cache, nb_slice(word, sizeof(word) - 1), 0, answer, sizeof(answer) - 1);
    assert_null(tr_cache_find(cache, nb_slice(word, sizeof(word)), 0));
    assert_null(tr_cache_find(cache, nb_slice(word, 8), 0));
    assert_null(tr_cache_find(cache, nb_slice(word, 0), 0));
    const char *held = tr_cache_find(cache, nb_slice(word, sizeof(word) - 1), 0);
    assert_non_null(held);
    assert_memory_equal(held, answer, sizeof(answer) - 1);
    tr_cache_free(cache);
}

static void words_that_differ_in_their_ends_alone_have_room_beside_each_other(void **state)
{
    (void)state;
    enum { ENDS = 200 };
    struct tr_cache *cache = tr_cache_new(BYTES);
    size_t held_n = 0;
    for (int again = 0; again < 2; again++) {
        for (unsigned i = 0; i < ENDS; i++) {
            char word[32];
            (void)snprintf(word, sizeof(word), "gelmek%03u", i);
            held_n += again && tr_cache_find(cache, nb_slice_str(word), 0) != NULL;
            if (!again) {
                tr_cache_keep(cache, nb_slice_str(word), 0, &i, sizeof(i));
            }
        }
    }
    assert_true(held_n > ENDS - ENDS / 20);
    tr_cache_free(cache);
}

static void who_says_ahead_what_will_be_asked_gets_the_same(void **state)
{
    (void)state;
    enum { ASKED = 40 };
    struct tr_cache *cache = tr_cache_new(BYTES);
    struct tr_asked asked[ASKED];
    char room[ASKED][64], long_word[TR_CACHED_BYTES_MAX + 1] = {'a'};
    for (size_t i = 0; i < ASKED; i++) {
        asked[i] = tr_ask(word_of(i, room[i], sizeof(room[i])), (uint8_t)(i % 3));
        if (i % 2) {
            tr_cache_keep_asked(cache, &asked[i], &i, sizeof(i));
        }
    }
    asked[0] = tr_ask(nb_slice(NULL, 0), 0);
    asked[2] = tr_ask(nb_slice(long_word, sizeof(long_word)), 0);
    tr_cache_prefetch(cache, asked, ASKED, sizeof(size_t));
    tr_cache_prefetch(cache, asked, 0, sizeof(size_t));
    for (size_t i = 0; i < ASKED; i++) {
        const size_t *held = tr_cache_find_asked(cache, &asked[i]);
        assert_ptr_equal(held, tr_cache_find(cache, asked[i].word, asked[i].kind));
        assert_int_equal(held != NULL, i % 2);
        assert_true(!held || *held == i);
    }
    tr_cache_free(cache);
}

/* Of a size that is given back in whole pages, with parts of others at both ends. */
static void what_is_cleared_is_all_zero_and_nothing_beside_it(void **state)
{
    (void)state;
    enum { BLOCK = 3 << 20 };
    char *block = nb_malloc(BLOCK);
    assert_non_null(block);
    for (size_t from = 0; from < 3; from++) {
        for (size_t n = 1; n < BLOCK - 4; n = n * 5 + 4095) {
            memset(block, 'a', BLOCK);
            nb_mem_zero(block + from, n);
            for (size_t i = 0; i < BLOCK; i++) {
                if (block[i] != (i >= from && i < from + n ? 0 : 'a')) {
                    fail_msg("byte %zu of %zu from %zu", i, n, from);
                }
            }
        }
    }
    nb_free(block);
}

static void a_large_cache_that_was_cleared_is_as_new(void **state)
{
    (void)state;
    struct tr_cache *cache = tr_cache_new(4 << 20);
    assert_non_null(cache);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < WORDS; i++) {
            keep_new(cache, i);
        }
        tr_cache_clear(cache);
    }
    tr_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_held_is_what_was_kept_however_full_it_is),
        cmocka_unit_test(words_of_other_kinds_are_other_words),
        cmocka_unit_test(what_is_too_long_is_not_kept),
        cmocka_unit_test(words_that_differ_in_their_ends_alone_have_room_beside_each_other),
        cmocka_unit_test(who_says_ahead_what_will_be_asked_gets_the_same),
        cmocka_unit_test(what_is_cleared_is_all_zero_and_nothing_beside_it),
        cmocka_unit_test(a_large_cache_that_was_cleared_is_as_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
