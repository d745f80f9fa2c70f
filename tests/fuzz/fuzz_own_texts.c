/*
 * Any bytes as a file of texts that were sent out: what is taken has a text in it, and each has
 * hashes to be told by, ascending; what is refused says why.
 */
#include <assert.h>
#include <stdint.h>

#include "analyzer/influence/own_texts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_arena *arena = nb_arena_new((size_t)256 << 20);
    struct nb_own_texts texts = {NULL, 0};
    struct nb_error error = {0};
    assert(arena);
    enum nb_err err = nb_own_texts_read(nb_slice(data, size), arena, &texts, &error);
    assert(err == NB_OK ? texts.n > 0 && texts.n <= NB_OWN_TEXTS_MAX : error.text[0] && !texts.n);
    for (size_t i = 0; i < texts.n; i++) {
        const struct nb_shingles *text = &texts.all[i];
        assert(text->n > 0 && text->n <= NB_SHINGLES_MAX && text->keys_n > 0);
        for (size_t k = 1; k < text->n; k++) {
            assert(text->all[k - 1] < text->all[k]);
        }
    }
    nb_arena_free(arena);
    return 0;
}
