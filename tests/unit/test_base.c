#include "tests/lib/test.h"

#include <nabiz/buf.h>
#include <nabiz/mem.h>

static void an_arena_stops_at_its_limit_and_serves_again_after_reset(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1000);
    assert_non_null(nb_arena_alloc(arena, 900));
    assert_null(nb_arena_alloc(arena, 200));
    assert_true(nb_arena_failed(arena));
    nb_arena_reset(arena);
    assert_false(nb_arena_failed(arena));
    assert_non_null(nb_arena_alloc(arena, 990));
    nb_arena_free(arena);
}

static void an_arena_hands_out_aligned_memory_that_does_not_overlap(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    char *before = NULL;
    for (size_t n = 0; n < 300; n++) {
        char *p = nb_arena_alloc(arena, n);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        memset(p, (int)n, n);
        if (before && n > 1) {
            assert_int_equal((unsigned char)before[0], (unsigned char)(n - 1));
        }
        before = p;
    }
    nb_arena_free(arena);
}

static void an_array_grows_in_place_when_it_is_the_newest(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    char *p = nb_arena_alloc(arena, 100);
    memset(p, 'x', 100);
    assert_ptr_equal(nb_arena_grow(arena, p, 100, 200), p);
    (void)nb_arena_alloc(arena, 1);
    char *moved = nb_arena_grow(arena, p, 200, 400);
    assert_ptr_not_equal(moved, p);
    assert_memory_equal(moved, p, 100);
    nb_arena_free(arena);
}

static size_t used_by_growth(struct nb_arena *arena)
{
    size_t bytes = 16;
    char *p = nb_arena_alloc(arena, bytes);
    for (; p && bytes < 256 * 1024; bytes *= 2) {
        p = nb_arena_grow(arena, p, bytes, 2 * bytes);
    }
    assert_non_null(p);
    return nb_arena_used(arena);
}

static void what_counts_does_not_depend_on_what_came_before_a_reset(void **state)
{
    (void)state;
    struct nb_arena *fresh = nb_arena_new(4 << 20);
    struct nb_arena *warm = nb_arena_new(4 << 20);
    (void)nb_arena_alloc(warm, 1 << 20); /* a chunk of this size is kept */
    nb_arena_reset(warm);
    assert_int_equal(used_by_growth(warm), used_by_growth(fresh));
    nb_arena_free(warm);
    nb_arena_free(fresh);
}

static void rewinding_an_arena_hands_back_what_came_after_the_mark(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    (void)nb_arena_alloc(arena, 10);
    struct nb_arena_mark mark = nb_arena_mark(arena);
    for (int i = 0; i < 100; i++) {
        assert_non_null(nb_arena_alloc(arena, 1000));
    }
    nb_arena_rewind(arena, mark);
    assert_int_equal(nb_arena_used(arena), mark.total);
    assert_non_null(nb_arena_alloc(arena, (1 << 20) - mark.total));
    nb_arena_free(arena);
}

static void an_arena_survives_the_loss_of_any_allocation(void **state)
{
    (void)state;
    for (long n = 1; n < 6; n++) {
        nb_mem_fail_from(n);
        struct nb_arena *arena = nb_arena_new(1 << 20);
        for (size_t i = 1; arena && i <= 4; i++) {
            char *p = nb_arena_alloc(arena, i * 20000);
            if (p) {
                memset(p, 1, i * 20000);
            } else {
                assert_true(nb_arena_failed(arena));
            }
        }
        nb_mem_fail_from(0);
        nb_arena_free(arena);
    }
}

static void a_buffer_never_passes_its_maximum_and_keeps_its_first_error(void **state)
{
    (void)state;
    struct nb_buf buf;
    nb_buf_init(&buf, 10);
    nb_buf_add_str(&buf, "12345");
    nb_buf_add_str(&buf, "678901");
    assert_int_equal(buf.err, NB_ETOOBIG);
    nb_buf_add_str(&buf, "x");
    assert_int_equal(nb_buf_finish(&buf, NULL), NB_ETOOBIG);
    assert_slice_equal(nb_buf_slice(&buf), "12345");
    nb_buf_reset(&buf);
    nb_buf_addf(&buf, "%d-%s", 12, "abc");
    assert_int_equal(nb_buf_finish(&buf, NULL), NB_OK);
    assert_slice_equal(nb_buf_slice(&buf), "12-abc");
    nb_buf_fini(&buf);
}

static void slices_split_trim_and_find(void **state)
{
    (void)state;
    struct nb_slice rest = NB_LIT("a,,b,");
    struct nb_slice part;
    const char *want[] = {"a", "", "b", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(nb_slice_split(&rest, ',', &part));
        assert_slice_equal(part, want[i]);
    }
    assert_false(nb_slice_split(&rest, ',', &part));
    assert_slice_equal(nb_slice_trim(NB_LIT(" \t x y \n")), "x y");
    assert_int_equal(nb_slice_find(NB_LIT("aababc"), NB_LIT("abc"), 0), 3);
    assert_true(nb_slice_find(NB_LIT("ab"), NB_LIT("abc"), 0) == NB_NPOS);
    assert_true(nb_slice_find(NB_LIT("ab"), NB_LIT("b"), 2) == NB_NPOS);
    assert_true(nb_slice_cmp(NB_LIT("ab"), NB_LIT("abc")) < 0);
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-12", true, -12},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"1x", false, 0},
        {" 1", false, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t value = 0;
        assert_int_equal(nb_slice_to_i64(nb_slice_str(rows[i].text), &value), rows[i].ok);
        assert_int_equal(value, rows[i].value);
    }
}

static void an_error_keeps_its_detail_and_takes_a_prefix(void **state)
{
    (void)state;
    struct nb_error error = {0};
    assert_int_equal(nb_error_set(&error, NB_EINVAL, "found %d", 3), NB_EINVAL);
    nb_error_prefix(&error, "%s:%d: ", "a.conf", 7);
    assert_string_equal(nb_error_text(&error), "a.conf:7: found 3");
    assert_int_equal(nb_error_set(NULL, NB_EIO, "x"), NB_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_stops_at_its_limit_and_serves_again_after_reset),
        cmocka_unit_test(an_arena_hands_out_aligned_memory_that_does_not_overlap),
        cmocka_unit_test(an_array_grows_in_place_when_it_is_the_newest),
        cmocka_unit_test(what_counts_does_not_depend_on_what_came_before_a_reset),
        cmocka_unit_test(rewinding_an_arena_hands_back_what_came_after_the_mark),
        cmocka_unit_test(an_arena_survives_the_loss_of_any_allocation),
        cmocka_unit_test(a_buffer_never_passes_its_maximum_and_keeps_its_first_error),
        cmocka_unit_test(slices_split_trim_and_find),
        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(an_error_keeps_its_detail_and_takes_a_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
