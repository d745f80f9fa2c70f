#include "tests/lib/test.h"

#include <fcntl.h>
#include <unistd.h>

#include <nabiz/file.h>

static struct nb_error error;

static void a_file_is_read_up_to_the_last_byte_that_fits(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        size_t max;
        enum nb_err want;
    } rows[] = {{0, 0, NB_OK},
                {0, 10, NB_OK},
                {1, 0, NB_ETOOBIG},
                {10, 10, NB_OK},
                {11, 10, NB_ETOOBIG},
                {65536, 65536, NB_OK},
                {65537, 65536, NB_ETOOBIG},
                {200000, 200001, NB_OK},
                {200000, 199999, NB_ETOOBIG}};
    char *dir = nbt_tmpdir();
    char *path = nbt_path(dir, "file");
    char *bytes = calloc(1, 200000);
    for (size_t i = 0; i < 200000; i++) {
        bytes[i] = (char)(i * 7);
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_buf out;
        nbt_write_file(path, nb_slice(bytes, rows[i].len));
        nb_buf_init(&out, rows[i].max);
        assert_int_equal(nb_file_read(path, &out, &error), rows[i].want);
        if (rows[i].want == NB_OK) {
            assert_true(nb_slice_eq(nb_buf_slice(&out), nb_slice(bytes, rows[i].len)));
        }
        nb_buf_fini(&out);
    }
    free(bytes);
    free(path);
    nbt_rmdir(dir);
}

static void what_is_read_comes_behind_what_is_there(void **state)
{
    (void)state;
    int ends[2];
    struct nb_buf out;
    nb_buf_init(&out, 100);
    nb_buf_add_str(&out, "bir ");
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "iki", 3), 3);
    (void)close(ends[1]);
    assert_int_equal(nb_file_read_fd(ends[0], "pipe", &out, &error), NB_OK);
    (void)close(ends[0]);
    assert_true(nb_slice_eq(nb_buf_slice(&out), NB_LIT("bir iki")));
    nb_buf_fini(&out);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    struct nb_buf out;
    nb_buf_init(&out, 100);
    assert_int_equal(nb_file_read("/nowhere/at/all", &out, &error), NB_ENOTFOUND);
    assert_non_null(strstr(nb_error_text(&error), "/nowhere/at/all"));
    assert_int_equal(nb_file_read("/", &out, &error), NB_EIO);
    nb_buf_fini(&out);
}

static void the_names_of_a_directory_are_sorted_and_chosen_by_their_end(void **state)
{
    (void)state;
    char *dir = nbt_tmpdir();
    const char *const *names;
    size_t n;
    struct nb_arena *arena = nb_arena_new(1 << 16);
    static const char *const files[] = {"b.txt", "a.txt", ".hidden.txt", "c.conf", "B.txt"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char *path = nbt_path(dir, files[i]);
        nbt_write_file(path, NB_LIT("x"));
        free(path);
    }
    assert_int_equal(nb_file_names(dir, ".txt", arena, &names, &n, &error), NB_OK);
    assert_int_equal(n, 3);
    assert_string_equal(names[0], "B.txt");
    assert_string_equal(names[1], "a.txt");
    assert_string_equal(names[2], "b.txt");
    assert_int_equal(nb_file_names(dir, ".none", arena, &names, &n, &error), NB_OK);
    assert_int_equal(n, 0);
    assert_int_equal(nb_file_names("/nowhere/at/all", "", arena, &names, &n, &error), NB_ENOTFOUND);
    assert_non_null(strstr(nb_error_text(&error), "/nowhere/at/all"));
    nb_arena_free(arena);
    nbt_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_up_to_the_last_byte_that_fits),
        cmocka_unit_test(what_is_read_comes_behind_what_is_there),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(the_names_of_a_directory_are_sorted_and_chosen_by_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
