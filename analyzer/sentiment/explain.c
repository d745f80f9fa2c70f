/*
 * A find as a line for people: the words, the line of the lexicon, what changed it in plain words,
 * and what it is worth.
 */
#include "analyzer/sentiment/opinion_private.h"

#include <stdio.h>

static const char *file_of(const struct nb_shift_step *step)
{
    return step->file == NB_STEP_SUFFIXES ? "suffixes.txt" : nb_opinion_files[step->file];
}

static void put_steps(const struct nb_find *find, char *out, size_t cap)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < find->steps_n && n < cap; i++) {
        const struct nb_shift_step *step = &find->steps[i];
        const char *comma = i ? "," : "";
        const char *words = nb_shift_words((enum nb_shift)step->kind);
        int put = step->line ? snprintf(out + n, cap - n, "%s %s (%s:%u)", comma, words,
                                        file_of(step), (unsigned)step->line)
                             : snprintf(out + n, cap - n, "%s %s", comma, words);
        n += put > 0 ? (size_t)put : 0;
    }
}

static const char *line_of(struct nb_reader *r, const struct nb_find *find)
{
    char steps[NB_STEPS_MAX * 96];
    const struct tr_token *tokens = r->text->tokens;
    const struct tr_term *term = find->term;
    struct nb_slice words =
        nb_slice_sub(r->text->text, tokens[find->begin].begin, tokens[find->end - 1].end);
    put_steps(find, steps, sizeof(steps));
    if (!term) {
        return nb_arena_printf(r->arena, "\"%.*s\" %s %+d%s -> %+d", NB_ARG(words),
                               nb_construct_words((enum nb_construct)find->construct),
                               (int)find->base, steps, (int)find->milli);
    }
    struct nb_slice key = tr_lexicon_key_text(r->opinion->lexicon, term->keys[0]);
    return nb_arena_printf(r->arena, "\"%.*s\" %.*s%s %+d (%s:%u)%s -> %+d", NB_ARG(words),
                           NB_ARG(key), term->words_n > 1 ? " ..." : "", (int)term->value,
                           nb_opinion_files[term->file], (unsigned)term->line, steps,
                           (int)find->milli);
}

bool nb_finds_explain(struct nb_reader *r)
{
    for (size_t i = r->finds_from; i < r->sum->finds_n; i++) {
        if (!nb_opinion_explain(r, line_of(r, &r->sum->finds[i]))) {
            return false;
        }
    }
    return true;
}
