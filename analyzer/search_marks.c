/*
 * The words of one document as the index gets them, compared with those that the plan names.
 */
#include "analyzer/search_private.h"

#include <stdlib.h>

#include "analyzer/index/entry.h"

/* True when a plan is about a term; what a query excludes is not marked. */
static bool names(const struct nb_plan *plan, struct nb_slice term)
{
    if (plan->kind == NB_PLAN_NOT) {
        return false;
    }
    for (size_t i = 0; i < plan->terms_n; i++) {
        if (plan->kind == NB_PLAN_PREFIX ? nb_slice_starts(term, plan->terms[i])
                                         : nb_slice_eq(term, plan->terms[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < plan->children_n; i++) {
        if (names(plan->children[i], term)) {
            return true;
        }
    }
    return false;
}

/* Tokens that have positions; first is the position of the first one. */
struct side {
    struct tr_token *tokens;
    size_t n;
    uint64_t first;
    struct nb_search_mark *marks;
    size_t marks_n;
};

static enum nb_err open_side(struct side *side, struct nb_slice text, uint64_t first,
                             struct nb_arena *arena)
{
    size_t n;
    *side = (struct side){.first = first};
    enum nb_err err = tr_tokenise(text, arena, &side->tokens, &n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (nb_entry_counts(&side->tokens[i])) {
            side->tokens[side->n++] = side->tokens[i];
        }
    }
    side->marks = nb_arena_alloc(arena, (side->n + 1) * sizeof(*side->marks));
    return err == NB_OK && side->marks ? NB_OK : NB_ENOMEM;
}

static void mark(struct side *side, uint64_t position)
{
    if (position < side->first || position - side->first >= side->n) {
        return;
    }
    const struct tr_token *token = &side->tokens[position - side->first];
    struct nb_search_mark *last = side->marks_n ? &side->marks[side->marks_n - 1] : NULL;
    if (!last || last->begin < token->begin) {
        side->marks[side->marks_n++] = (struct nb_search_mark){token->begin, token->end};
    }
}

enum nb_err nb_search_marks(const struct nb_search *search, const struct nb_document *document,
                            struct nb_arena *arena, const struct nb_search_mark **title,
                            size_t *title_n, const struct nb_search_mark **text, size_t *text_n)
{
    struct nb_slice words;
    struct side in_title, in_text;
    enum nb_err err = nb_annotate_words(document, search->knowledge, arena, &words);
    if (err == NB_OK) {
        err = open_side(&in_title, nb_field(document->title), 0, arena);
    }
    if (err == NB_OK) {
        err = open_side(&in_text, nb_field(document->text),
                        in_title.n ? in_title.n + NB_TITLE_GAP : 0, arena);
    }
    if (err != NB_OK) {
        return err;
    }
    size_t at = 0;
    uint64_t len, steps, position = 0;
    while (at < words.len && nb_leb_read(words, &at, &len)) {
        if (len == 0) {
            position += nb_leb_read(words, &at, &steps) ? steps : 0;
        } else {
            struct nb_slice term = nb_slice_sub(words, at, at + (size_t)len);
            bool pair = words.p[at] == NB_TERM_PAIR || words.p[at] == NB_TERM_PAIR_ROOT;
            if (names(search->plan, term)) {
                for (uint64_t i = position - pair; i <= position; i++) { /* pairs come first */
                    mark(&in_title, i);
                    mark(&in_text, i);
                }
            }
            at += (size_t)len;
        }
    }
    *title = in_title.marks;
    *title_n = in_title.marks_n;
    *text = in_text.marks;
    *text_n = in_text.marks_n;
    return NB_OK;
}
