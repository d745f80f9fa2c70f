/*
 * First cut where the writer cut: before a capital behind a small letter, at underlines, between
 * letters and digits. What is left in one piece is cut by the cheapest way through it, a frequent
 * word costing little and a short one more; a longer word that is rare but grammatical costs as
 * much as the rarest, so that no suffix of it is taken for a word. When there is no way it stays
 * whole.
 */
#include "analyzer/turkish/hashtag.h"

#include <string.h>

#include <nabiz/text.h>

#include "analyzer/turkish/letters.h"

enum {
    LETTERS_MAX = 40,
    WORD_LETTERS_MAX = 20,
    FREQUENCY_MIN = 4,
    RARE_LETTERS_MIN = 5,
    RARE_COST = 20,
    IMPOSSIBLE = 1 << 20
};

/* A piece of the tag that is cut no further by the way it is written. */
struct piece {
    const struct tr_normaliser *of;
    struct nb_slice text;         /* all of it */
    uint32_t at[LETTERS_MAX + 1]; /* where each letter begins in it */
    size_t n;
    bool ascii;
};

static void put(struct tr_hashtag *out, uint32_t begin, uint32_t end, struct nb_slice folded)
{
    size_t blank = out->n > 0;
    if (out->n == TR_HASHTAG_WORDS_MAX || out->len + blank + folded.len > sizeof(out->folded)) {
        struct tr_hashtag_word *last = out->n ? &out->words[out->n - 1] : NULL;
        if (last) { /* what does not fit belongs to the last */
            last->end = end;
        }
        return;
    }
    if (blank) {
        out->folded[out->len++] = ' ';
    }
    out->words[out->n++] =
        (struct tr_hashtag_word){begin, end, (uint16_t)out->len, (uint16_t)folded.len};
    memcpy(out->folded + out->len, folded.p, folded.len);
    out->len += folded.len;
}

static size_t fold_part(const struct piece *p, size_t from, size_t to, char *out)
{
    struct nb_slice raw = nb_slice_sub(p->text, p->at[from], p->at[to]);
    return tr_fold_into(raw, out);
}

/* The form of letters [from, to) in out, and how frequent it is; restored where marks may lack. */
static unsigned form_of(const struct piece *p, size_t from, size_t to, struct tr_restored *out)
{
    char folded[8 * WORD_LETTERS_MAX];
    size_t len = fold_part(p, from, to, folded);
    unsigned frequency = 0;
    out->len = 0;
    if (len <= sizeof(out->text)) {
        memcpy(out->text, folded, len);
        out->len = (uint8_t)len;
        frequency = tr_speller_frequency(&p->of->speller, nb_slice(folded, len));
    }
    struct tr_restored restored;
    struct tr_plain_word in = {.word = nb_slice(folded, p->ascii ? tr_plain(folded, len) : 0)};
    if (in.word.len && tr_restore(&p->of->restorer, &in, &restored)) {
        unsigned other =
            tr_speller_frequency(&p->of->speller, nb_slice(restored.text, restored.len));
        if (other > frequency) {
            *out = restored;
            frequency = other;
        }
    }
    return frequency;
}

static bool is_grammatical(const struct piece *p, const struct tr_restored *form)
{
    struct tr_analysis analysis;
    return tr_analyse(p->of->core, nb_slice(form->text, form->len), &analysis, 1) > 0;
}

static int32_t cost_of(const struct piece *p, size_t from, size_t to)
{
    static const int32_t short_costs[] = {0, IMPOSSIBLE, 9, 3};
    struct tr_restored form;
    size_t letters = to - from;
    unsigned frequency = form_of(p, from, to, &form);
    if (frequency < FREQUENCY_MIN) {
        return letters >= RARE_LETTERS_MIN && is_grammatical(p, &form) ? RARE_COST : IMPOSSIBLE;
    }
    return RARE_COST - (int32_t)frequency + (letters < 4 ? short_costs[letters] : 0);
}

static void cut_piece(const struct piece *p, uint32_t begin, struct tr_hashtag *out)
{
    int32_t cost[LETTERS_MAX + 1] = {0};
    size_t from[LETTERS_MAX + 1] = {0}, ends[LETTERS_MAX + 1], ends_n = 0;
    struct tr_restored form;
    for (size_t to = 1; to <= p->n; to++) {
        cost[to] = IMPOSSIBLE;
        for (size_t f = to > WORD_LETTERS_MAX ? to - WORD_LETTERS_MAX : 0; f < to; f++) {
            int32_t one = cost[f] < IMPOSSIBLE ? cost_of(p, f, to) : IMPOSSIBLE;
            if (one < IMPOSSIBLE && cost[f] + one < cost[to]) {
                cost[to] = cost[f] + one;
                from[to] = f;
            }
        }
    }
    if (cost[p->n] >= IMPOSSIBLE) {
        char folded[8 * LETTERS_MAX];
        size_t len = fold_part(p, 0, p->n, folded);
        put(out, begin, begin + p->at[p->n], nb_slice(folded, len));
        return;
    }
    for (size_t to = p->n; to > 0; to = from[to]) {
        ends[ends_n++] = to;
    }
    for (size_t f = 0; ends_n > 0; f = ends[ends_n]) {
        size_t to = ends[--ends_n];
        (void)form_of(p, f, to, &form);
        put(out, begin + p->at[f], begin + p->at[to], nb_slice(form.text, form.len));
    }
}

/* A piece by itself; one that is too long, or a number, stays whole. */
static void put_piece(const struct tr_normaliser *of, struct nb_slice text, uint32_t begin,
                      struct tr_hashtag *out)
{
    struct piece p = {.of = of, .text = text, .ascii = true};
    size_t at = 0;
    bool letters = false;
    while (at < text.len && p.n < LETTERS_MAX) {
        p.at[p.n++] = (uint32_t)at;
        uint32_t c = nb_utf8_next(text, &at);
        p.ascii &= c < 0x80;
        letters |= c >= 0x80 || nb_ascii_is_alpha((char)c);
    }
    p.at[p.n] = (uint32_t)at;
    if (at == text.len && letters) {
        cut_piece(&p, begin, out);
        return;
    }
    char folded[2 * TR_HASHTAG_BYTES_MAX];
    put(out, begin, begin + (uint32_t)text.len, nb_slice(folded, tr_fold_into(text, folded)));
}

static bool cuts(uint32_t before, uint32_t c)
{
    bool digit = c < 0x80 && nb_ascii_is_digit((char)c);
    bool digit_before = before < 0x80 && nb_ascii_is_digit((char)before);
    return digit != digit_before || (tr_is_capital(c) && !tr_is_capital(before));
}

void tr_hashtag_split(const struct tr_normaliser *normaliser, struct nb_slice text,
                      const struct tr_token *token, struct tr_hashtag *out)
{
    struct nb_slice tag = nb_slice_sub(text, token->begin + 1, token->end);
    uint32_t base = token->begin + 1, before = 0;
    size_t begin = 0;
    *out = (struct tr_hashtag){.n = 0};
    if (tag.len > TR_HASHTAG_BYTES_MAX) {
        tag = nb_utf8_cut(tag, TR_HASHTAG_BYTES_MAX);
    }
    for (size_t at = 0; at < tag.len;) {
        size_t here = at;
        uint32_t c = nb_utf8_next(tag, &at);
        bool underline = c == '_';
        if (here > begin && (underline || cuts(before, c))) {
            put_piece(normaliser, nb_slice_sub(tag, begin, here), base + (uint32_t)begin, out);
            begin = here;
        }
        begin = underline ? at : begin;
        before = c;
    }
    if (begin < tag.len) {
        put_piece(normaliser, nb_slice_sub(tag, begin, tag.len), base + (uint32_t)begin, out);
    }
    if (!out->n) {
        put(out, base, base + (uint32_t)tag.len, nb_slice(tag.p, 0));
    }
}
