#include "tests/lib/shuffle.h"

#include <stdio.h>

#include <nabiz/series.h>

#include "tests/lib/endings.h"

enum { TRIES = 10000, WORD_BYTES = 128 };

size_t nbt_below(uint64_t *state, size_t n)
{
    return (size_t)(nb_series_next(state) % n);
}

/* Not names, nor what has marks of its own; a single letter is no entry. */
static bool is_entry(struct nb_slice lemma)
{
    for (size_t i = 0; i < lemma.len; i++) {
        if (lemma.p[i] == ' ' || lemma.p[i] == '.' || lemma.p[i] == '\'') {
            return false;
        }
    }
    return lemma.len > 2;
}

/* A third of what is listed of a verb is its infinitive, the rest are names of the deed. */
static void draw(struct nbt_shuffler *s, char out[WORD_BYTES])
{
    static const char *const endings[] = {"mAk", "mAk", "mA", "mA", "(y)AbilmA", "(y)AbilmAk"};
    char stem[WORD_BYTES] = "";
    for (int i = 0; i < TRIES; i++) {
        struct nb_slice lemma =
            tr_core_root_lemma(s->core, (uint32_t)nbt_below(&s->state, tr_core_roots_n(s->core)));
        if (!is_entry(lemma) || lemma.len >= WORD_BYTES / 2) {
            continue;
        }
        (void)snprintf(stem, sizeof(stem), "%.*s", NB_ARG(lemma));
        if (tr_core_has_root(s->core, lemma, TR_UPOS_VERB)) {
            nbt_attach(stem, endings[nbt_below(&s->state, 6)], out, WORD_BYTES);
            return;
        }
        if (tr_core_has_root(s->core, lemma, TR_UPOS_NOUN) ||
            tr_core_has_root(s->core, lemma, TR_UPOS_ADJ) ||
            tr_core_has_root(s->core, lemma, TR_UPOS_ADV)) {
            break;
        }
    }
    (void)snprintf(out, WORD_BYTES, "%s", stem);
}

void nbt_shuffle(struct nbt_shuffler *shuffler, size_t words_n, const char *slogan,
                 struct nb_buf *out)
{
    size_t at = slogan ? nbt_below(&shuffler->state, words_n + 1) : words_n + 1;
    for (size_t i = 0; i <= words_n; i++) {
        char word[WORD_BYTES];
        if (i == at) {
            nb_buf_addf(out, "%s%s", i ? " " : "", slogan);
        }
        if (i < words_n) {
            draw(shuffler, word);
            nb_buf_addf(out, "%s%s", i || at == 0 ? " " : "", word);
        }
    }
}
