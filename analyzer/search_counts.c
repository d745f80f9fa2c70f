/*
 * Counts. Those over time go through the times of what was found; those by facet through the terms
 * of the facet, however many documents were found.
 */
#include "analyzer/search_private.h"

#include <math.h>

#include "analyzer/index/entry.h"
#include "analyzer/index/vocabulary.h"
#include "analyzer/knowledge_private.h"

enum {
    SPANS_MAX = 4 << 20,
    WORD_MIN_N = 3 /* fewer may be chance, whatever the ratio says */
};

struct range {
    int64_t first, last; /* spans since 1970 */
    bool any;
};

static int64_t span_of(uint64_t time_s, int64_t length_ms, int64_t offset_ms)
{
    int64_t ms = (int64_t)time_s * 1000 + offset_ms;
    return ms < 0 ? 0 : ms / length_ms;
}

/* One pass over what was found: counts == NULL learns the range. */
static enum nb_err pass(struct nb_search *s, int64_t length_ms, int64_t offset_ms,
                        struct range *range, uint64_t *counts)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < s->index.segments_n; i++) {
        const struct nb_segment *segment = &s->index.segments[i];
        size_t n;
        nb_arena_reset(s->scratch);
        const uint32_t *places = nb_bits_list(s->found[i], s->scratch, &n);
        for (size_t k = 0; places && k < n; k++) {
            int64_t span = span_of(nb_segment_time_s(segment, places[k]), length_ms, offset_ms);
            if (counts) {
                counts[span - range->first]++;
                continue;
            }
            range->first = !range->any || span < range->first ? span : range->first;
            range->last = !range->any || span > range->last ? span : range->last;
            range->any = true;
        }
        err = places ? NB_OK : NB_ENOMEM;
    }
    return err;
}

enum nb_err nb_search_spans(struct nb_search *s, int64_t length_ms, int64_t offset_ms,
                            struct nb_arena *arena, const struct nb_search_span **out,
                            size_t *out_n)
{
    struct range range = {.any = false};
    enum nb_err err = nb_search_find(s);
    if (err == NB_OK) {
        err = pass(s, length_ms, offset_ms, &range, NULL);
    }
    *out = NULL;
    *out_n = 0;
    if (err != NB_OK || !range.any) {
        return err;
    }
    if (range.last - range.first >= SPANS_MAX) {
        return NB_ETOOBIG;
    }
    size_t all_n = (size_t)(range.last - range.first) + 1, n = 0;
    uint64_t *counts = nb_arena_calloc(arena, all_n, sizeof(*counts));
    err = counts ? pass(s, length_ms, offset_ms, &range, counts) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < all_n; i++) {
        n += counts[i] > 0;
    }
    struct nb_search_span *spans = err ? NULL : nb_arena_alloc(arena, n * sizeof(*spans));
    if (!spans) {
        return err ? err : NB_ENOMEM;
    }
    n = 0;
    for (size_t i = 0; i < all_n; i++) {
        if (counts[i]) {
            spans[n++] = (struct nb_search_span){(range.first + (int64_t)i) * length_ms - offset_ms,
                                                 counts[i]};
        }
    }
    *out = spans;
    *out_n = n;
    return NB_OK;
}

/* How many of what was found have a term of one segment. */
static enum nb_err common(struct nb_search *s, const struct nb_term_at *at, uint64_t *n)
{
    const struct nb_segment *segment = &s->index.segments[at->segment];
    const struct nb_bits *found = s->found[at->segment];
    if (at->term.n <= NB_GAPS_MAX_N) {
        uint32_t list[NB_GAPS_MAX_N];
        enum nb_err err = nb_term_list(segment, &at->term, list);
        for (uint32_t i = 0; err == NB_OK && i < at->term.n; i++) {
            *n += nb_bits_has(found, list[i]);
        }
        return err;
    }
    struct nb_bits *theirs;
    enum nb_err err = nb_term_bits(segment, &at->term, &theirs);
    if (err == NB_OK) {
        *n += nb_bits_and_count(found, theirs);
        nb_bits_free(theirs);
    }
    return err;
}

/* The values with the highest score so far, best first. */
struct top {
    struct nb_search_value *all;
    size_t n, limit;
    struct nb_arena *arena;
};

static enum nb_err offer(struct top *top, const struct nb_search_value *value)
{
    size_t at = top->n;
    while (at > 0 && top->all[at - 1].score_milli < value->score_milli) {
        at--;
    }
    if (at == top->limit) {
        return NB_OK;
    }
    struct nb_search_value kept = *value;
    kept.text = nb_arena_copy(top->arena, value->text);
    if (!kept.text.p) {
        return NB_ENOMEM;
    }
    top->n += top->n < top->limit;
    memmove(&top->all[at + 1], &top->all[at], (top->n - at - 1) * sizeof(kept));
    top->all[at] = kept;
    return NB_OK;
}

struct walk {
    struct nb_search *search;
    struct nb_vocabulary vocabulary;
    struct top top;
};

static enum nb_err begin(struct walk *w, struct nb_search *s, const char *kind, size_t limit,
                         struct nb_arena *arena)
{
    limit = limit < NB_SEARCH_LIMIT_MAX ? limit : NB_SEARCH_LIMIT_MAX;
    *w = (struct walk){.search = s, .top = {.limit = limit, .arena = arena}};
    w->top.all = nb_arena_alloc(arena, (limit + 1) * sizeof(*w->top.all));
    enum nb_err err = w->top.all ? nb_search_find(s) : NB_ENOMEM;
    nb_arena_reset(s->scratch);
    return err ? err : nb_vocabulary_open(&s->index, nb_slice(kind, 1), s->scratch, &w->vocabulary);
}

/* @param n  [out] documents found that have the term, of all_n. */
static enum nb_err count_term(const struct walk *w, uint64_t *n, uint64_t *all_n)
{
    enum nb_err err = NB_OK;
    *n = 0;
    *all_n = 0;
    for (size_t i = 0; err == NB_OK && i < w->vocabulary.at_n; i++) {
        *all_n += w->vocabulary.at[i].term.n;
        err = common(w->search, &w->vocabulary.at[i], n);
    }
    return err;
}

/* Of life events only those whose posts may be listed are told. */
static bool is_private(const struct nb_search *s, enum nb_search_facet facet, struct nb_slice value)
{
    enum nb_event_type type;
    return facet == NB_SEARCH_BY_EVENT &&
           (!nb_event_type_parse(value, &type) || !s->knowledge->event_classes.ordinary[type]);
}

enum nb_err nb_search_values(struct nb_search *s, enum nb_search_facet facet, size_t limit,
                             struct nb_arena *arena, const struct nb_search_value **out,
                             size_t *out_n)
{
    static const char kinds[] = {
        [NB_SEARCH_BY_SITE] = NB_TERM_SITE,           [NB_SEARCH_BY_AUTHOR] = NB_TERM_AUTHOR,
        [NB_SEARCH_BY_KIND] = NB_TERM_KIND,           [NB_SEARCH_BY_LANG] = NB_TERM_LANG,
        [NB_SEARCH_BY_SENTIMENT] = NB_TERM_SENTIMENT, [NB_SEARCH_BY_INTENT] = NB_TERM_INTENT,
        [NB_SEARCH_BY_EMOTION] = NB_TERM_EMOTION,     [NB_SEARCH_BY_EVENT] = NB_TERM_EVENT,
        [NB_SEARCH_BY_TOPIC] = NB_TERM_TOPIC,         [NB_SEARCH_BY_HASHTAG] = NB_TERM_HASHTAG};
    struct walk w;
    enum nb_err err = begin(&w, s, &kinds[facet], limit, arena);
    while (err == NB_OK && (err = nb_vocabulary_next(&w.vocabulary)) == NB_OK) {
        struct nb_search_value value = {
            .text = nb_slice_sub(w.vocabulary.text, 1, w.vocabulary.text.len)};
        if (is_private(s, facet, value.text)) {
            continue;
        }
        err = count_term(&w, &value.n, &value.all_n);
        value.score_milli = (int64_t)value.n;
        if (err == NB_OK && value.n) {
            err = offer(&w.top, &value);
        }
    }
    *out = w.top.all;
    *out_n = w.top.n;
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* Documents of the whole index. */
static enum nb_err total(const struct nb_search *s, uint64_t *out)
{
    static const char all[] = {NB_TERM_ALL};
    enum nb_err err = NB_OK;
    *out = 0;
    for (size_t i = 0; err == NB_OK && i < s->index.segments_n; i++) {
        struct nb_term term = {.n = 0};
        err = nb_segment_find(&s->index.segments[i], nb_slice(all, 1), &term);
        *out += term.n;
        err = err == NB_ENOTFOUND ? NB_OK : err;
    }
    return err;
}

/* k log(k / expected), 0 for 0. */
static double surprise(double k, double expected)
{
    return k > 0 ? k * log(k / expected) : 0;
}

/* Dunning's -2 log lambda of k of n here and all_k of all_n altogether, in thousandths. */
static int64_t ratio_milli(uint64_t k, uint64_t n, uint64_t all_k, uint64_t all_n)
{
    double a = (double)k, b = (double)(all_k - k), c = (double)(n - k);
    double d = (double)(all_n - all_k) - c;
    double whole = (double)all_n, share = (double)all_k / whole, here = (double)n;
    if (d < 0 || a <= here * share) {
        return 0;
    }
    double sum = surprise(a, here * share) + surprise(b, (whole - here) * share) +
                 surprise(c, here * (1 - share)) + surprise(d, (whole - here) * (1 - share));
    return (int64_t)(2000 * sum);
}

static bool is_named(const struct nb_plan *plan, struct nb_slice term)
{
    for (size_t i = 0; i < plan->terms_n; i++) {
        if (nb_slice_eq(plan->terms[i], term)) {
            return true;
        }
    }
    for (size_t i = 0; i < plan->children_n; i++) {
        if (is_named(plan->children[i], term)) {
            return true;
        }
    }
    return false;
}

enum nb_err nb_search_words(struct nb_search *s, size_t limit, struct nb_arena *arena,
                            const struct nb_search_value **out, size_t *out_n)
{
    static const char kind[] = {NB_TERM_LEMMA};
    struct walk w;
    uint64_t all_n = 0;
    enum nb_err err = begin(&w, s, kind, limit, arena);
    if (err == NB_OK) {
        err = total(s, &all_n);
    }
    while (err == NB_OK && (err = nb_vocabulary_next(&w.vocabulary)) == NB_OK) {
        struct nb_search_value value = {
            .text = nb_slice_sub(w.vocabulary.text, 1, w.vocabulary.text.len)};
        err = count_term(&w, &value.n, &value.all_n);
        if (err == NB_OK && value.n >= WORD_MIN_N && !is_named(s->plan, w.vocabulary.text)) {
            value.score_milli = ratio_milli(value.n, s->found_n, value.all_n, all_n);
            err = value.score_milli ? offer(&w.top, &value) : NB_OK;
        }
    }
    *out = w.top.all;
    *out_n = w.top.n;
    return err == NB_ENOTFOUND ? NB_OK : err;
}
