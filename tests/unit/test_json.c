#include "tests/lib/test.h"

#include <jansson.h>

#include <nabiz/json.h>

static void objects_and_arrays_nest_with_commas_where_they_belong(void **state)
{
    (void)state;
    struct nb_buf buf;
    struct nb_json j;
    nb_buf_init(&buf, 4096);
    nb_json_init(&j, &buf, false);
    nb_json_object(&j);
    nb_json_kstr(&j, "id", NB_LIT("1"));
    nb_json_key(&j, "list");
    nb_json_array(&j);
    nb_json_int(&j, INT64_MIN);
    nb_json_null(&j);
    nb_json_object(&j);
    nb_json_end(&j);
    nb_json_array(&j);
    nb_json_end(&j);
    nb_json_bool(&j, true);
    nb_json_end(&j);
    nb_json_kcstr(&j, "none", NULL);
    nb_json_kint(&j, "n", -812);
    nb_json_kmilli(&j, "m", -1250);
    nb_json_kbool(&j, "flag", false);
    nb_json_ktime(&j, "at", 1795310640000);
    nb_json_ktime(&j, "unknown", -1);
    nb_json_end(&j);
    assert_slice_equal(nb_buf_slice(&buf),
                       "{\"id\":\"1\",\"list\":[-9223372036854775808,null,{},[],true],"
                       "\"none\":null,\"n\":-812,\"m\":-1.25,\"flag\":false,"
                       "\"at\":\"2026-11-22T01:24:00Z\",\"unknown\":null}");
    nb_buf_fini(&buf);
}

static void pretty_output_is_indented_and_keeps_empty_ones_short(void **state)
{
    (void)state;
    struct nb_buf buf;
    struct nb_json j;
    nb_buf_init(&buf, 4096);
    nb_json_init(&j, &buf, true);
    nb_json_object(&j);
    nb_json_key(&j, "a");
    nb_json_array(&j);
    nb_json_int(&j, 1);
    nb_json_int(&j, 2);
    nb_json_end(&j);
    nb_json_key(&j, "b");
    nb_json_object(&j);
    nb_json_end(&j);
    nb_json_end(&j);
    assert_slice_equal(nb_buf_slice(&buf), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
    nb_buf_fini(&buf);
}

static void values_one_after_another_are_json_lines(void **state)
{
    (void)state;
    struct nb_buf buf;
    struct nb_json j;
    nb_buf_init(&buf, 4096);
    nb_json_init(&j, &buf, false);
    nb_json_int(&j, 1);
    nb_json_array(&j);
    nb_json_end(&j);
    nb_buf_add_byte(&buf, '\n');
    nb_json_int(&j, 2);
    assert_slice_equal(nb_buf_slice(&buf), "1\n[]\n2");
    nb_buf_fini(&buf);
}

static void strings_are_escaped_and_what_is_not_text_is_replaced(void **state)
{
    (void)state;
    static const struct {
        struct nb_slice in;
        const char *want;
    } rows[] = {
        {{"", 0}, "\"\""},
        {{NULL, 0}, "\"\""},
        {{"a\"b\\c/", 6}, "\"a\\\"b\\\\c/\""},
        {{"\n\r\t\b\x1f\x7f", 6}, "\"\\n\\r\\t\\u0008\\u001f\\u007f\""},
        {{"a\0b", 3}, "\"a\\u0000b\""},
        {{"\xC4\xB1\xC5\x9F\xF0\x9F\x98\x80", 8}, "\"\xC4\xB1\xC5\x9F\xF0\x9F\x98\x80\""},
        {{"a\xFF\xC4", 3}, "\"a\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {{"\xED\xA0\x80x", 4}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx\""},
        {{"\xEF\xBF\xBD", 3}, "\"\xEF\xBF\xBD\""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct nb_buf buf;
        struct nb_json j;
        nb_buf_init(&buf, 4096);
        nb_json_init(&j, &buf, false);
        nb_json_str(&j, rows[i].in);
        assert_slice_equal(nb_buf_slice(&buf), rows[i].want);
        nb_buf_fini(&buf);
    }
}

static void what_needs_care_is_found_anywhere_in_a_string(void **state)
{
    (void)state;
    static const struct {
        char byte;
        const char *want;
    } rows[] = {{'"', "\\\""},     {'\\', "\\\\"},    {'\n', "\\n"},
                {'\0', "\\u0000"}, {0x1F, "\\u001f"}, {' ', " "},
                {'~', "~"},        {0x7F, "\\u007f"}, {(char)0xFF, "\xEF\xBF\xBD"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t len = 1; len < 40; len++) {
            for (size_t at = 0; at < len; at++) {
                static const char plain[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
                char text[40], want[128];
                struct nb_buf buf;
                struct nb_json j;
                memset(text, 'a', len);
                text[at] = rows[i].byte;
                (void)snprintf(want, sizeof(want), "\"%.*s%s%.*s\"", (int)at, plain, rows[i].want,
                               (int)(len - at - 1), plain);
                nb_buf_init(&buf, 256);
                nb_json_init(&j, &buf, false);
                nb_json_str(&j, nb_slice(text, len));
                assert_slice_equal(nb_buf_slice(&buf), want);
                nb_buf_fini(&buf);
            }
        }
    }
}

/* Every byte and every pair of bytes, read back by another implementation. */
static void any_bytes_become_a_string_that_jansson_reads(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 65536; pair += pair < 512 ? 1 : 7) {
        char bytes[3] = {(char)(pair & 0xFF), (char)(pair >> 8), 'x'};
        struct nb_buf buf;
        struct nb_json j;
        json_error_t error;
        nb_buf_init(&buf, 256);
        nb_json_init(&j, &buf, pair & 1);
        nb_json_array(&j);
        nb_json_str(&j, nb_slice(bytes, 3));
        nb_json_end(&j);
        json_t *root = json_loadb(buf.p, buf.len, JSON_ALLOW_NUL, &error);
        assert_non_null(root);
        const char *text = json_string_value(json_array_get(root, 0));
        size_t len = json_string_length(json_array_get(root, 0));
        assert_int_equal(text[len - 1], 'x');
        if (bytes[0] > 0 && bytes[1] > 0) {
            assert_memory_equal(text, bytes, 3);
        }
        json_decref(root);
        nb_buf_fini(&buf);
    }
}

static void a_full_buffer_is_reported_once_at_the_end(void **state)
{
    (void)state;
    struct nb_buf buf;
    struct nb_json j;
    nb_buf_init(&buf, 10);
    nb_json_init(&j, &buf, false);
    nb_json_array(&j);
    nb_json_str(&j, NB_LIT("0123456789"));
    nb_json_end(&j);
    assert_int_equal(nb_buf_finish(&buf, NULL), NB_ETOOBIG);
    nb_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_and_arrays_nest_with_commas_where_they_belong),
        cmocka_unit_test(pretty_output_is_indented_and_keeps_empty_ones_short),
        cmocka_unit_test(values_one_after_another_are_json_lines),
        cmocka_unit_test(strings_are_escaped_and_what_is_not_text_is_replaced),
        cmocka_unit_test(what_needs_care_is_found_anywhere_in_a_string),
        cmocka_unit_test(any_bytes_become_a_string_that_jansson_reads),
        cmocka_unit_test(a_full_buffer_is_reported_once_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
