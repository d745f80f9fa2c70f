/*
 * Any bytes as lexicons. The first byte says which: suffixes, roots, or one of the opinion files.
 * Loading never fails for what it reads, and a lexicon made of anything reads words within bounds.
 */
#include <assert.h>
#include <stdint.h>

#include <nabiz/arena.h>

#include "analyzer/sentiment/opinion.h"
#include "analyzer/turkish/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *context, uint32_t line, const char *message)
{
    assert(line >= 1 && message && message[0]);
    *(size_t *)context += 1;
}

static const char good_suffixes[] = "start noun N\nstart verb-Ar N\nstart verb-drop N\nfinal N\n"
                                    "N lAr N Number=Plur\nN mA N Polarity=Neg\nN (y)I N Case=Acc\n";

static void read_words(struct tr_lexicon *lexicon, struct nb_slice text, struct nb_arena *arena)
{
    struct tr_token *tokens;
    size_t n;
    if (tr_tokenise(text, arena, &tokens, &n) != NB_OK) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct tr_reading reading;
        tr_read(lexicon, &tokens[i], arena, &reading);
        assert(reading.analyses_n <= TR_ANALYSES_MAX && reading.surfaces_n <= TR_SURFACES_MAX);
        assert(reading.known == (reading.analyses_n > 0));
        for (size_t k = 0; k < reading.analyses_n; k++) {
            assert(reading.analyses[k].upos < TR_UPOS_N);
        }
    }
}

/* @return NULL when the texts ask for more than an image can hold. */
static struct tr_core *compile(unsigned which, struct nb_slice text, size_t *bad_n)
{
    struct tr_compiler *c = tr_compiler_new(1);
    struct tr_core *core = NULL;
    struct nb_slice image;
    enum nb_err err =
        tr_compiler_suffixes(c, which == 0 ? text : NB_LIT(good_suffixes), count, bad_n);
    assert(err == NB_OK);
    err = tr_compiler_roots(c, which == 1 ? text : NB_LIT("noun: a ev kitap\nverb: ara"), count,
                            bad_n);
    assert(err == NB_OK);
    err = tr_compiler_exceptions(c, which == 1 ? text : NB_LIT("bana ben PRON Case=Dat"), count,
                                 bad_n);
    assert(err == NB_OK);
    err = tr_compiler_finish(c, &image);
    assert(err == NB_OK || err == NB_ETOOBIG);
    if (err == NB_OK) {
        err = tr_core_copy(image, &core, NULL);
        assert(err == NB_OK); /* what is compiled is whole */
    }
    tr_compiler_free(c);
    return core;
}

static void read_with(struct tr_core *core, unsigned which, struct nb_slice text,
                      struct nb_arena *arena, struct nb_arena *scratch)
{
    struct tr_lexicon *lexicon = tr_lexicon_new(core);
    struct nb_opinion opinion;
    size_t bad_n = 0;
    nb_opinion_init(&opinion, lexicon, arena);
    if (which >= 2) {
        enum nb_err err = nb_opinion_add(&opinion, (enum nb_opinion_file)(which - 2), text, scratch,
                                         count, &bad_n);
        assert(err == NB_OK);
    }
    enum nb_err err = nb_opinion_seal(&opinion);
    assert(err == NB_OK);
    nb_arena_reset(scratch);
    read_words(lexicon, text, scratch);
    read_words(lexicon, NB_LIT("evlerimi aramadan kitabı evleri aaaaaaaaaaaaaaaaaaaaaaaa"),
               scratch);
    tr_lexicon_free(lexicon);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 20000) {
        return 0;
    }
    struct nb_slice text = nb_slice(data + 1, size - 1);
    unsigned which = data[0] % (2u + NB_OPINION_FILES_N);
    size_t bad_n = 0;
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    struct nb_arena *scratch = nb_arena_new((size_t)64 << 20);
    struct tr_core *core = compile(which, text, &bad_n);
    if (core) {
        read_with(core, which, text, arena, scratch);
    }
    nb_arena_free(scratch);
    nb_arena_free(arena);
    return 0;
}
