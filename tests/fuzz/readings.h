/**
 * What fuzz targets over readings share: a small morphology of their own, and texts read with it.
 */
#ifndef NABIZ_FUZZ_READINGS_H
#define NABIZ_FUZZ_READINGS_H

#include <assert.h>

#include "analyzer/reading.h"
#include "analyzer/turkish/compile.h"
#include "analyzer/turkish/lexicon.h"

static inline void fuzz_count(void *context, uint32_t line, const char *message)
{
    assert(line >= 1 && message && message[0]);
    *(size_t *)context += 1;
}

/** A core of these suffixes and roots, compiled at the first call, copied at each. */
static inline struct tr_core *fuzz_core(const char *suffixes, const char *roots)
{
    static struct tr_compiler *c;
    static struct nb_slice image;
    struct tr_core *core = NULL;
    size_t bad_n = 0;
    if (!c) {
        c = tr_compiler_new(1);
        enum nb_err made = tr_compiler_suffixes(c, nb_slice_str(suffixes), fuzz_count, &bad_n);
        assert(made == NB_OK);
        made = tr_compiler_roots(c, nb_slice_str(roots), fuzz_count, &bad_n);
        assert(made == NB_OK && bad_n == 0);
        made = tr_compiler_finish(c, &image);
        assert(made == NB_OK);
    }
    enum nb_err err = tr_core_copy(image, &core, NULL);
    assert(err == NB_OK);
    return core;
}

/** @return false when the arena is full. */
static inline bool fuzz_read(const struct tr_lexicon *lexicon, struct nb_slice text,
                             struct nb_arena *arena, struct nb_reading_text *out)
{
    struct tr_token *tokens;
    struct tr_sentence *sentences;
    *out = (struct nb_reading_text){.text = text};
    if (tr_tokenise(text, arena, &tokens, &out->tokens_n) != NB_OK ||
        tr_sentences(text, tokens, out->tokens_n, NULL, arena, &sentences, &out->sentences_n) !=
            NB_OK) {
        return false;
    }
    struct tr_reading *readings = nb_arena_alloc(arena, out->tokens_n * sizeof(*readings));
    for (size_t i = 0; readings && i < out->tokens_n; i++) {
        tr_read(lexicon, &tokens[i], arena, &readings[i]);
    }
    out->tokens = tokens;
    out->readings = readings;
    out->sentences = sentences;
    return readings != NULL;
}

#endif
