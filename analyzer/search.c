/*
 * Documents of an answer are kept in a heap with the last one on top, as many as are wanted, so
 * that sorting costs little however many were found.
 */
#include "analyzer/search_private.h"

#include <stdlib.h>

#include <nabiz/influence.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>

#include "analyzer/commit.h"
#include "analyzer/index/entry.h"
#include "analyzer/knowledge_private.h"

enum { ARENA_BYTES = 1 << 30 };

enum nb_err nb_search_open(struct nb_txn *txn, struct nb_knowledge *knowledge,
                           const struct nb_query *query, struct nb_search **out,
                           struct nb_error *error)
{
    *out = NULL;
    struct nb_search *s = nb_calloc(1, sizeof(*s));
    if (!s) {
        return nb_error_set(error, NB_ENOMEM, "out of memory");
    }
    s->txn = txn;
    s->knowledge = knowledge;
    s->arena = nb_arena_new(ARENA_BYTES);
    s->scratch = nb_arena_new(ARENA_BYTES);
    struct nb_error detail = {0};
    uint64_t from = 0;
    enum nb_err err = s->arena && s->scratch ? NB_OK : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_event_classes_permit(&knowledge->event_classes, query, &detail);
    }
    if (err == NB_OK) {
        err = nb_index_open(txn, s->arena, &s->index);
    }
    if (err == NB_OK) {
        err = nb_search_check(txn, knowledge, &from);
    }
    if (err == NB_OK) {
        err = nb_plan_make(&s->index, knowledge->lexicon,
                           from == 1 ? &knowledge->words.normaliser.turkish.speller : NULL, query,
                           s->arena, &s->plan, &detail);
    }
    if (err != NB_OK) {
        nb_search_close(s);
        return nb_error_set(error, err, "%s",
                            detail.code ? nb_error_text(&detail) : nb_strerror(err));
    }
    *out = s;
    return NB_OK;
}

void nb_search_close(struct nb_search *s)
{
    if (s) {
        for (size_t i = 0; s->found && i < s->index.segments_n; i++) {
            nb_bits_free(s->found[i]);
        }
        nb_index_close(&s->index);
        nb_arena_free(s->arena);
        nb_arena_free(s->scratch);
        nb_free(s);
    }
}

enum nb_err nb_search_check(struct nb_txn *txn, const struct nb_knowledge *knowledge,
                            uint64_t *out_from)
{
    struct nb_slice value, hex;
    char ours[NB_ID_HEX];
    int64_t from;
    nb_hex(nb_slice(knowledge->reading_id.b, NB_ID_BYTES), ours);
    enum nb_err err = nb_get(txn, NB_TBL_ANALYSIS_META, NB_LIT(NB_META_READING), &value);
    if (err == NB_ENOTFOUND) { /* nothing was indexed, with anything */
        *out_from = 1;
        return NB_OK;
    }
    if (err != NB_OK || !nb_slice_split(&value, ' ', &hex) || !nb_slice_to_i64(value, &from) ||
        from < 1) {
        return err ? err : NB_ECORRUPT;
    }
    *out_from = nb_slice_eq(hex, nb_slice_str(ours)) ? (uint64_t)from : 0;
    return NB_OK;
}

enum nb_err nb_search_find(struct nb_search *s)
{
    if (s->found) {
        return NB_OK;
    }
    struct nb_bits **found =
        nb_arena_calloc(s->arena, s->index.segments_n, sizeof(struct nb_bits *));
    enum nb_err err = found ? NB_OK : NB_ENOMEM;
    uint64_t n = 0;
    for (size_t i = 0; err == NB_OK && i < s->index.segments_n; i++) {
        err = nb_plan_find(s->plan, &s->index, i, s->scratch, &found[i]);
        n += err == NB_OK ? nb_bits_count(found[i]) : 0;
    }
    if (err != NB_OK) {
        for (size_t i = 0; found && i < s->index.segments_n; i++) {
            nb_bits_free(found[i]);
        }
        return err;
    }
    s->found = found;
    s->found_n = n;
    return NB_OK;
}

enum nb_err nb_search_count(struct nb_search *s, uint64_t *out)
{
    uint64_t n = s->found_n, more;
    enum nb_err err = NB_OK;
    for (size_t i = 0; !s->found && err == NB_OK && i < s->index.segments_n; i++) {
        err = nb_plan_count(s->plan, &s->index, i, s->scratch, &more);
        n += err == NB_OK ? more : 0;
    }
    if (err == NB_OK) {
        *out = n;
    }
    return err;
}

/* The hits that come first so far; the last of them on top. */
struct best {
    struct nb_search_hit *heap;
    size_t n, limit;
    const struct nb_search_hit *after;
};

static bool comes_later(const struct nb_search_hit *a, const struct nb_search_hit *b)
{
    return a->key != b->key ? a->key < b->key : a->number < b->number;
}

static void sink(struct best *best, struct nb_search_hit hit)
{
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < best->n && comes_later(&best->heap[child + 1], &best->heap[child])) {
            child++;
        }
        if (child >= best->n || !comes_later(&best->heap[child], &hit)) {
            break;
        }
        best->heap[at] = best->heap[child];
        at = child;
    }
    best->heap[at] = hit;
}

static void offer(struct best *best, struct nb_search_hit hit)
{
    if (best->after && !comes_later(&hit, best->after)) {
        return;
    }
    if (best->n < best->limit) {
        size_t at = best->n++;
        while (at > 0 && comes_later(&hit, &best->heap[(at - 1) / 2])) {
            best->heap[at] = best->heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        best->heap[at] = hit;
    } else if (comes_later(&best->heap[0], &hit)) {
        sink(best, hit);
    }
}

static int in_order(const void *a, const void *b)
{
    return comes_later(a, b) ? 1 : -1;
}

static enum nb_err offer_segment(struct nb_search *s, size_t segment, bool by_reach,
                                 struct best *best)
{
    const struct nb_segment *from = &s->index.segments[segment];
    size_t n;
    nb_arena_reset(s->scratch);
    const uint32_t *places = nb_bits_list(s->found[segment], s->scratch, &n);
    for (size_t i = n; places && i > 0; i--) { /* the newest first: most later ones are refused */
        uint32_t place = places[i - 1];
        uint64_t key = by_reach ? nb_segment_reach(from, place) : nb_segment_time_s(from, place);
        offer(best, (struct nb_search_hit){(int64_t)key, from->first + place});
    }
    return places ? NB_OK : NB_ENOMEM;
}

/* Documents of one author among those that were found and not offered yet. */
static enum nb_err offer_author(struct nb_search *s, const struct nb_influencer *author,
                                struct nb_bits **left, struct best *best)
{
    char text[NB_TERM_BYTES_MAX];
    struct nb_slice name = nb_utf8_cut(author->author, NB_TERM_BYTES_MAX - 2); /* as indexed */
    struct nb_slice wanted = nb_slice(text, name.len + 1);
    text[0] = NB_TERM_AUTHOR;
    memcpy(text + 1, name.p, name.len);
    for (size_t i = 0; i < s->index.segments_n; i++) {
        struct nb_term term;
        struct nb_bits *theirs = NULL;
        size_t n = 0;
        enum nb_err err = nb_segment_find(&s->index.segments[i], wanted, &term);
        if (err == NB_ENOTFOUND) {
            continue;
        }
        err = err ? err : nb_term_bits(&s->index.segments[i], &term, &theirs);
        if (err != NB_OK) {
            return err;
        }
        nb_bits_and(theirs, left[i]);
        nb_bits_without(left[i], theirs);
        nb_arena_reset(s->scratch);
        const uint32_t *places = nb_bits_list(theirs, s->scratch, &n);
        for (size_t k = 0; places && k < n; k++) {
            offer(best, (struct nb_search_hit){author->score_milli,
                                               s->index.segments[i].first + places[k]});
        }
        nb_bits_free(theirs);
        if (!places) {
            return NB_ENOMEM;
        }
    }
    return NB_OK;
}

static enum nb_err offer_rest(struct nb_search *s, struct nb_bits *const *left, struct best *best)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < s->index.segments_n; i++) {
        size_t n;
        nb_arena_reset(s->scratch);
        const uint32_t *places = nb_bits_list(left[i], s->scratch, &n);
        for (size_t k = n; places && k > 0; k--) {
            offer(best, (struct nb_search_hit){0, s->index.segments[i].first + places[k - 1]});
        }
        err = places ? NB_OK : NB_ENOMEM;
    }
    return err;
}

/* Author by author, the most influential first, until there is enough. */
static enum nb_err offer_by_influence(struct nb_search *s, struct nb_arena *arena,
                                      struct best *best)
{
    const struct nb_influencer *authors = NULL;
    size_t n = 0;
    struct nb_bits **left = nb_arena_calloc(arena, s->index.segments_n, sizeof(struct nb_bits *));
    const struct nb_influence_query everything = {.to_ms = INT64_MAX};
    enum nb_err err =
        left ? nb_influence_list(s->txn, &everything, arena, &authors, &n) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < s->index.segments_n; i++) {
        left[i] = nb_bits_copy(s->found[i]);
        err = left[i] ? NB_OK : NB_ENOMEM;
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        bool enough = best->n == best->limit && authors[i].score_milli < best->heap[0].key;
        if (enough) {
            break;
        }
        err = offer_author(s, &authors[i], left, best);
    }
    if (err == NB_OK) {
        err = offer_rest(s, left, best);
    }
    for (size_t i = 0; left && i < s->index.segments_n; i++) {
        nb_bits_free(left[i]);
    }
    return err;
}

enum nb_err nb_search_hits(struct nb_search *s, enum nb_search_sort sort,
                           const struct nb_search_hit *after, size_t limit, struct nb_arena *arena,
                           const struct nb_search_hit **out, size_t *out_n)
{
    struct best best = {.limit = limit < NB_SEARCH_LIMIT_MAX ? limit : NB_SEARCH_LIMIT_MAX,
                        .after = after};
    best.heap = nb_arena_alloc(arena, (best.limit + 1) * sizeof(*best.heap));
    enum nb_err err = best.heap ? nb_search_find(s) : NB_ENOMEM;
    if (err == NB_OK && best.limit && sort == NB_SEARCH_INFLUENCE) {
        err = offer_by_influence(s, arena, &best);
    }
    for (size_t i = s->index.segments_n;
         err == NB_OK && best.limit && sort != NB_SEARCH_INFLUENCE && i > 0; i--) {
        const struct nb_segment *segment = &s->index.segments[i - 1];
        bool too_old = sort == NB_SEARCH_TIME && best.n == best.limit &&
                       (int64_t)segment->latest_s < best.heap[0].key;
        if (!too_old) {
            err = offer_segment(s, i - 1, sort == NB_SEARCH_REACH, &best);
        }
    }
    if (err == NB_OK) {
        if (best.n) {
            qsort(best.heap, best.n, sizeof(*best.heap), in_order);
        }
        *out = best.heap;
        *out_n = best.n;
    }
    return err;
}
