/*
 * Any bytes as a query: refused with a place and without output, or parsed into a tree within the
 * limits, whose printed form parses into an equal tree and prints the same.
 */
#include <assert.h>
#include <stdint.h>

#include <nabiz/query.h>
#include <nabiz/text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char words[] = "operator AND VE\noperator OR VEYA\nfield site alan\n"
                            "value sentiment negative olumsuz\nform ek olumsuz Polarity=Neg\n"
                            "form ki\xC5\x9Fi ben Number=Sing|Person=1\n";

static size_t count(const struct nb_query *query, size_t depth)
{
    assert(depth <= NB_QUERY_DEPTH_MAX);
    size_t n = query->children_n ? 0 : 1;
    for (size_t i = 0; i < query->children_n; i++) {
        n += count(query->children[i], depth + 1);
    }
    return n;
}

static void check_printed(const struct nb_query_language *language, const struct nb_query *query,
                          struct nb_arena *arena)
{
    struct nb_buf first, second;
    struct nb_slice text, other;
    const struct nb_query *again = NULL;
    nb_buf_init(&first, 1 << 20);
    nb_buf_init(&second, 1 << 20);
    nb_query_print(query, &first);
    assert(nb_buf_finish(&first, &text) == NB_OK);
    if (text.len <= NB_QUERY_BYTES_MAX) {
        enum nb_err err = nb_query_parse(language, NULL, text, false, arena, &again, NULL);
        assert(err == NB_OK && nb_query_equal(query, again));
        nb_query_print(again, &second);
        assert(nb_buf_finish(&second, &other) == NB_OK && nb_slice_eq(text, other));
    }
    nb_buf_fini(&first);
    nb_buf_fini(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    const struct nb_query_language *language;
    const struct nb_query *query = NULL;
    struct nb_error error = {0};
    if (size == 0 || nb_query_language_read(NB_LIT(words), arena, NULL, NULL, &language) != NB_OK) {
        nb_arena_free(arena);
        return 0;
    }
    bool lines = data[0] & 1; /* the first byte says how the rest is read */
    enum nb_err err = nb_query_parse(language, "fuzz", nb_slice(data + 1, size - 1), lines, arena,
                                     &query, &error);
    if (err != NB_OK) {
        assert(query == NULL && error.code == err && error.text[0]);
        assert(nb_utf8_valid(nb_slice_str(error.text)));
    } else {
        size_t n = count(query, 0);
        assert(n >= 1 && n <= NB_QUERY_TERMS_MAX);
        (void)nb_query_is_negative(query, NULL);
        check_printed(language, query, arena);
    }
    nb_arena_free(arena);
    return 0;
}
