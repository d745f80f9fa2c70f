/*
 * Any bytes: folding is idempotent and its map never goes back; tokens are in order, do not
 * overlap, and end between code points; sentences cover the tokens.
 */
#include <assert.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/text.h>

#include "analyzer/turkish/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_fold(struct nb_slice in, struct nb_arena *arena)
{
    struct nb_slice once, twice;
    const uint32_t *map;
    enum nb_err err = tr_fold(in, arena, &once, &map);
    assert(err == NB_OK);
    assert(once.len <= 2 * in.len && map[once.len] == in.len);
    for (size_t i = 0; i < once.len; i++) {
        assert(map[i] <= map[i + 1] && map[i] < in.len);
    }
    if (!nb_utf8_valid(in)) {
        return; /* what was ill-formed may join with what follows when something is dropped */
    }
    assert(nb_utf8_valid(once));
    err = tr_fold(once, arena, &twice, NULL);
    assert(err == NB_OK && nb_slice_eq(once, twice));
}

static void check_tokens(struct nb_slice in, struct nb_arena *arena)
{
    struct tr_token *tokens;
    struct tr_sentence *sentences;
    size_t n, sentences_n, at = 0;
    bool valid = nb_utf8_valid(in);
    enum nb_err err = tr_tokenise(in, arena, &tokens, &n);
    assert(err == NB_OK);
    for (size_t i = 0; i < n; i++) {
        const struct tr_token *t = &tokens[i];
        assert(t->begin >= at && t->end > t->begin && t->end <= in.len);
        assert(t->folded.len <= 2 * (size_t)(t->end - t->begin) + 8);
        assert(t->stem_len <= t->folded.len);
        assert(!valid || ((unsigned char)in.p[t->begin] & 0xC0) != 0x80);
        assert(!valid || t->end == in.len || ((unsigned char)in.p[t->end] & 0xC0) != 0x80);
        at = t->end;
    }
    err = tr_sentences(in, tokens, n, NULL, arena, &sentences, &sentences_n);
    assert(err == NB_OK);
    size_t covered = 0;
    for (size_t i = 0; i < sentences_n; i++) {
        assert(sentences[i].begin == covered && sentences[i].end > covered);
        covered = sentences[i].end;
    }
    assert(covered == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_arena *arena = nb_arena_new((size_t)256 << 20);
    if (arena) {
        check_fold(nb_slice(data, size), arena);
        check_tokens(nb_slice(data, size), arena);
    }
    nb_arena_free(arena);
    return 0;
}
