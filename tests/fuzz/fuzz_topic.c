/*
 * Any bytes as a query: refused with a place and without output, or parsed into terms within the
 * limits.
 */
#include <assert.h>
#include <stdint.h>

#include <nabiz/text.h>
#include <nabiz/topic.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    struct nb_topic_query query = {NULL, 0};
    struct nb_error error = {0};
    enum nb_err err = nb_topic_parse("fuzz", nb_slice(data, size), arena, &query, &error);
    if (err != NB_OK) {
        assert(query.terms == NULL && error.code == err && error.text[0]);
        assert(nb_utf8_valid(nb_slice_str(error.text)));
    } else {
        assert(query.terms_n >= 1 && query.terms_n <= 1000);
        for (size_t i = 0; i < query.terms_n; i++) {
            assert(query.terms[i].words_n >= 1 && query.terms[i].words_n <= 8);
            assert(query.terms[i].exact || query.terms[i].words_n == 1);
            assert(query.terms[i].line >= 1 && query.terms[i].column >= 1);
        }
    }
    nb_arena_free(arena);
    return 0;
}
