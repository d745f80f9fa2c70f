/*
 * A full stop is the doubtful one: after a number ("3. gün") and before a small letter it does
 * not end a sentence. Marks that follow the end (quotes, brackets, pictures) still belong to it.
 */
#include "analyzer/turkish/text.h"

#include "analyzer/turkish/informal.h"
#include "analyzer/turkish/letters.h"

#include <nabiz/text.h>

struct cut {
    struct nb_slice text;
    const struct tr_token *tokens;
    size_t n;
    const struct tr_informal *informal;
};

/*
 * An ordinal (3.), the initial of a name (M.) or an abbreviation (Dr.), which a capital may follow
 * in the sentence.
 */
static bool hangs_on_dot(const struct cut *cut, size_t dot)
{
    struct nb_slice text = cut->text;
    const struct tr_token *tokens = cut->tokens;
    const struct tr_token *before = dot ? &tokens[dot - 1] : NULL;
    if (!before || before->end != tokens[dot].begin) {
        return false;
    }
    size_t at = before->begin;
    bool initial =
        before->kind == TR_WORD && tr_is_capital(nb_utf8_next(text, &at)) && at == before->end;
    bool abbreviation = cut->informal && before->kind == TR_WORD &&
                        tr_informal_dotted(cut->informal, before->folded) == TR_DOTTED_GOES_ON;
    return initial || abbreviation ||
           (before->kind == TR_NUMBER && before->number == TR_NUMBER_ORDINAL);
}

static bool ends_here(const struct cut *cut, size_t i)
{
    struct nb_slice text = cut->text;
    const struct tr_token *tokens = cut->tokens;
    size_t n = cut->n;
    const struct tr_token *token = &tokens[i];
    if (token->kind != TR_PUNCT) {
        return false;
    }
    struct nb_slice mark = token->folded;
    bool strong = nb_slice_eq(mark, NB_LIT("!")) || nb_slice_eq(mark, NB_LIT("?"));
    bool stop = nb_slice_eq(mark, NB_LIT(".")) || nb_slice_eq(mark, NB_LIT("\u2026"));
    if (strong || !stop || i + 1 == n) {
        return strong || stop;
    }
    const struct tr_token *next = &tokens[i + 1];
    size_t at = next->begin;
    bool capital = tr_is_capital(nb_utf8_next(text, &at));
    bool several = token->end - token->begin > 1;
    if (next->begin == token->end && next->kind == TR_WORD && i > 0 && tokens[i - 1].ascii &&
        !several && !capital) {
        return false; /* a dot inside a name: example.com */
    }
    if (next->kind == TR_NUMBER) {
        return next->begin != token->end && !hangs_on_dot(cut, i);
    }
    if (next->kind != TR_WORD) {
        return true;
    }
    return several || (capital && !hangs_on_dot(cut, i));
}

static bool hangs_on(const struct tr_token *token)
{
    static const char *const marks[] = {"!", "?", ".", "\u2026", ")", "]", "\"", "\u201D", "'"};
    if (token->after_break) {
        return false;
    }
    if (token->kind == TR_EMOJI || token->kind == TR_EMOTICON) {
        return true;
    }
    for (size_t i = 0; token->kind == TR_PUNCT && i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (nb_slice_eq(token->folded, nb_slice_str(marks[i]))) {
            return true;
        }
    }
    return false;
}

enum nb_err tr_sentences(struct nb_slice text, const struct tr_token *tokens, size_t tokens_n,
                         const struct tr_informal *informal, struct nb_arena *arena,
                         struct tr_sentence **out, size_t *out_n)
{
    const struct cut cut = {text, tokens, tokens_n, informal};
    size_t cap = tokens_n / 8 + 4, n = 0;
    struct tr_sentence *all = nb_arena_alloc(arena, cap * sizeof(*all));
    if (!all) {
        return NB_ENOMEM;
    }
    for (size_t begin = 0; begin < tokens_n;) {
        size_t end = begin;
        while (end + 1 < tokens_n && !ends_here(&cut, end) && !tokens[end + 1].after_break) {
            end++;
        }
        end++;
        while (end < tokens_n && hangs_on(&tokens[end])) {
            end++;
        }
        if (n == cap) {
            struct tr_sentence *grown =
                nb_arena_grow(arena, all, cap * sizeof(*all), 2 * cap * sizeof(*all));
            if (!grown) {
                return NB_ENOMEM;
            }
            all = grown;
            cap *= 2;
        }
        all[n++] = (struct tr_sentence){(uint32_t)begin, (uint32_t)end};
        begin = end;
    }
    *out = all;
    *out_n = n;
    return NB_OK;
}
