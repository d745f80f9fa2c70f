#include "analyzer/index/vocabulary.h"

static bool is_before(const struct nb_vocabulary *v, size_t a, size_t b)
{
    int order = nb_slice_cmp(nb_term_text(&v->cursors[a]), nb_term_text(&v->cursors[b]));
    return order < 0 || (order == 0 && a < b);
}

static void push(struct nb_vocabulary *v, size_t segment)
{
    size_t at = v->heap_n++;
    while (at > 0 && is_before(v, segment, v->heap[(at - 1) / 2])) {
        v->heap[at] = v->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    v->heap[at] = segment;
}

static size_t pop(struct nb_vocabulary *v)
{
    size_t top = v->heap[0], last = v->heap[--v->heap_n], at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < v->heap_n && is_before(v, v->heap[child + 1], v->heap[child])) {
            child++;
        }
        if (child >= v->heap_n || !is_before(v, v->heap[child], last)) {
            break;
        }
        v->heap[at] = v->heap[child];
        at = child;
    }
    if (v->heap_n) {
        v->heap[at] = last;
    }
    return top;
}

/* Take a segment in again whose cursor stands at a term, if that is one of ours. */
static enum nb_err offer(struct nb_vocabulary *v, size_t segment, enum nb_err err)
{
    if (err == NB_OK && nb_slice_starts(nb_term_text(&v->cursors[segment]), v->prefix)) {
        push(v, segment);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_vocabulary_open(const struct nb_index *index, struct nb_slice prefix,
                               struct nb_arena *arena, struct nb_vocabulary *out)
{
    size_t n = index->segments_n;
    *out = (struct nb_vocabulary){.index = index, .prefix = prefix};
    out->cursors = nb_arena_alloc(arena, n * sizeof(*out->cursors));
    out->heap = nb_arena_alloc(arena, n * sizeof(*out->heap));
    out->at = nb_arena_alloc(arena, n * sizeof(*out->at));
    enum nb_err err = out->cursors && out->heap && out->at ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = offer(out, i, nb_term_seek(&out->cursors[i], &index->segments[i], prefix));
    }
    return err;
}

enum nb_err nb_vocabulary_next(struct nb_vocabulary *v)
{
    for (size_t i = 0; i < v->at_n; i++) {
        size_t segment = v->at[i].segment;
        enum nb_err err = offer(v, segment, nb_term_next(&v->cursors[segment]));
        if (err != NB_OK) {
            return err;
        }
    }
    v->at_n = 0;
    if (!v->heap_n) {
        return NB_ENOTFOUND;
    }
    const struct nb_term_cursor *first = &v->cursors[v->heap[0]];
    memcpy(v->bytes, first->text, first->text_len);
    v->text = nb_slice(v->bytes, first->text_len);
    while (v->heap_n && nb_slice_eq(nb_term_text(&v->cursors[v->heap[0]]), v->text)) {
        size_t segment = pop(v);
        v->at[v->at_n++] = (struct nb_term_at){segment, v->cursors[segment].term};
    }
    return NB_OK;
}
