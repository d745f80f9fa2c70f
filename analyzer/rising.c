#include "analyzer/rising.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/date.h>
#include <nabiz/fixed.h>

#include "analyzer/index/entry.h"
#include "analyzer/index/vocabulary.h"

enum {
    PRIOR_N = 100,
    SAME_N = 4000,     /* places of a term that are compared with another's */
    SAME_PERCENT = 80, /* of both, that make two words go together */
    STEM_BYTES = 3,    /* words with such a begin in common are readings of one */
    SITES_MAX = 100,
    SITE_EXPECTED = 3
};

#define SCRATCH_MAX_BYTES ((size_t)1 << 30)

struct candidate {
    struct nb_rising_term term;
    uint64_t *numbers; /* the first SAME_N of its documents in the time */
    size_t numbers_n;
};

struct rise {
    const struct nb_rising_query *query;
    struct nb_index index;
    struct nb_bits **now, **before; /* by segment; NULL: none */
    struct nb_arena *arena, *scratch;
    uint64_t now_n, before_n;
    struct candidate *best; /* by deviation */
    size_t best_n;
    struct nb_silent_site *silent;
    size_t silent_n;
};

/* Documents of the topic in a segment, by the time they are of. */
static enum nb_err split(struct rise *r, size_t i, struct nb_slice term_text)
{
    const struct nb_segment *segment = &r->index.segments[i];
    struct nb_term term;
    enum nb_err err = nb_segment_find(segment, term_text, &term);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    uint32_t *places = nb_arena_alloc(r->scratch, term.n * sizeof(*places));
    r->now[i] = nb_bits_new();
    r->before[i] = nb_bits_new();
    if (!places || !r->now[i] || !r->before[i]) {
        return NB_ENOMEM;
    }
    err = nb_term_list(segment, &term, places);
    for (uint32_t k = 0; err == NB_OK && k < term.n; k++) {
        int64_t at_ms = (int64_t)nb_segment_time_s(segment, places[k]) * 1000;
        if (at_ms >= r->query->from_ms && at_ms < r->query->to_ms) {
            nb_bits_add(r->now[i], places[k]);
        } else if (at_ms >= r->query->before_ms && at_ms < r->query->from_ms) {
            nb_bits_add(r->before[i], places[k]);
        }
    }
    return err;
}

static enum nb_err leave_out(struct rise *r, size_t i)
{
    const struct nb_segment *segment = &r->index.segments[i];
    const struct nb_rising_query *query = r->query;
    struct nb_bits *repeated = nb_bits_new();
    if (!repeated) {
        return NB_ENOMEM;
    }
    size_t low = 0, high = query->without_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (query->without[mid] < segment->first) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    for (; low < query->without_n && query->without[low] - segment->first < segment->places_n;
         low++) {
        nb_bits_add(repeated, (uint32_t)(query->without[low] - segment->first));
    }
    nb_bits_without(r->now[i], repeated);
    nb_bits_free(repeated);
    if (r->index.dead[i]) {
        nb_bits_without(r->now[i], r->index.dead[i]);
        nb_bits_without(r->before[i], r->index.dead[i]);
    }
    r->now_n += nb_bits_count(r->now[i]);
    r->before_n += nb_bits_count(r->before[i]);
    return NB_OK;
}

static enum nb_err find_documents(struct rise *r)
{
    char text[NB_TERM_BYTES_MAX];
    size_t n = r->index.segments_n;
    r->now = nb_arena_calloc(r->arena, n, sizeof(struct nb_bits *));
    r->before = nb_arena_calloc(r->arena, n, sizeof(struct nb_bits *));
    if (!r->now || !r->before) {
        return NB_ENOMEM;
    }
    if (r->query->topic.len + 1 > sizeof(text)) {
        return NB_OK;
    }
    text[0] = NB_TERM_TOPIC;
    memcpy(text + 1, r->query->topic.p, r->query->topic.len);
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        nb_arena_reset(r->scratch);
        err = split(r, i, nb_slice(text, r->query->topic.len + 1));
        if (err == NB_OK && r->now[i]) {
            err = leave_out(r, i);
        }
    }
    return err;
}

static enum nb_err count_in(const struct nb_segment *segment, const struct nb_term *term,
                            const struct nb_bits *set, uint64_t *n)
{
    if (term->n <= NB_GAPS_MAX_N) {
        uint32_t list[NB_GAPS_MAX_N];
        enum nb_err err = nb_term_list(segment, term, list);
        for (uint32_t i = 0; err == NB_OK && i < term->n; i++) {
            *n += nb_bits_has(set, list[i]);
        }
        return err;
    }
    struct nb_bits *theirs;
    enum nb_err err = nb_term_bits(segment, term, &theirs);
    if (err == NB_OK) {
        *n += nb_bits_and_count(set, theirs);
        nb_bits_free(theirs);
    }
    return err;
}

static enum nb_err count_term(const struct rise *r, const struct nb_vocabulary *v,
                              struct nb_bits *const *sets, uint64_t *n)
{
    enum nb_err err = NB_OK;
    *n = 0;
    for (size_t k = 0; err == NB_OK && k < v->at_n; k++) {
        size_t i = v->at[k].segment;
        if (sets[i]) {
            err = count_in(&r->index.segments[i], &v->at[k].term, sets[i], n);
        }
    }
    return err;
}

/* a b / (a + b), also of large ones. */
static uint64_t harmonic(uint64_t a, uint64_t b)
{
    unsigned shift = 0;
    for (; a >> 31 || b >> 31; shift++) {
        a >>= 1;
        b >>= 1;
    }
    return (a * b / (a + b)) << shift;
}

/* Thousandths of a deviation by which the odds of y of n are above those of y0 of n0. */
static int32_t deviation_milli(uint64_t y, uint64_t n, uint64_t y0, uint64_t n0)
{
    uint64_t prior = 1000 * (uint64_t)PRIOR_N * (y + y0) / (n + n0);
    uint64_t a = 1000 * y + prior, b = 1000 * y0 + prior; /* in thousandths */
    uint64_t rest_a = 1000 * (n + PRIOR_N) - a, rest_b = 1000 * (n0 + PRIOR_N) - b;
    int64_t log2_milli = (int64_t)nb_log2_milli(a) - nb_log2_milli(rest_a) - nb_log2_milli(b) +
                         nb_log2_milli(rest_b);
    if (log2_milli <= 0 || b == 0) {
        return 0;
    }
    /* over the deviation sqrt(1/a + 1/b), by natural logarithms */
    int64_t z = log2_milli * 693 / 1000 * nb_isqrt(1000 * harmonic(a, b)) / 1000;
    return z < INT32_MAX ? (int32_t)z : INT32_MAX;
}

static enum nb_err offer(struct rise *r, const struct nb_rising_term *term)
{
    size_t at = r->best_n;
    while (at > 0 && r->best[at - 1].term.deviation_milli < term->deviation_milli) {
        at--;
    }
    if (at == NB_RISING_TERMS_MAX) {
        return NB_OK;
    }
    struct candidate kept = {.term = *term};
    kept.term.root = nb_arena_copy(r->arena, term->root);
    r->best_n += r->best_n < NB_RISING_TERMS_MAX;
    memmove(&r->best[at + 1], &r->best[at], (r->best_n - at - 1) * sizeof(kept));
    r->best[at] = kept;
    return kept.term.root.p ? NB_OK : NB_ENOMEM;
}

static enum nb_err weigh_roots(struct rise *r)
{
    static const char kind[] = {NB_TERM_LEMMA};
    struct nb_vocabulary v;
    nb_arena_reset(r->scratch);
    enum nb_err err = nb_vocabulary_open(&r->index, nb_slice(kind, 1), r->scratch, &v);
    while (err == NB_OK && (err = nb_vocabulary_next(&v)) == NB_OK) {
        struct nb_rising_term term = {.root = nb_slice_sub(v.text, 1, v.text.len)};
        err = count_term(r, &v, r->now, &term.n);
        if (err != NB_OK || term.n < NB_RISING_MIN_N) {
            continue;
        }
        err = count_term(r, &v, r->before, &term.before_n);
        term.deviation_milli = deviation_milli(term.n, r->now_n, term.before_n, r->before_n);
        bool usual = 2 * term.before_n > r->before_n; /* its name, or nearly */
        if (err == NB_OK && term.deviation_milli >= NB_RISING_MIN_Z && term.root.len > 2 &&
            !usual) {
            err = offer(r, &term);
        }
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* The first documents of a term in the time. */
static enum nb_err list_numbers(struct rise *r, struct candidate *c)
{
    char text[NB_TERM_BYTES_MAX];
    text[0] = NB_TERM_LEMMA;
    memcpy(text + 1, c->term.root.p, c->term.root.len);
    c->numbers = nb_arena_alloc(r->arena, SAME_N * sizeof(*c->numbers));
    enum nb_err err = c->numbers ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < r->index.segments_n && c->numbers_n < SAME_N; i++) {
        struct nb_term term;
        const struct nb_segment *segment = &r->index.segments[i];
        err = r->now[i] ? nb_segment_find(segment, nb_slice(text, c->term.root.len + 1), &term)
                        : NB_ENOTFOUND;
        if (err != NB_OK) {
            err = err == NB_ENOTFOUND ? NB_OK : err;
            continue;
        }
        nb_arena_reset(r->scratch);
        uint32_t *places = nb_arena_alloc(r->scratch, term.n * sizeof(*places));
        err = places ? nb_term_list(segment, &term, places) : NB_ENOMEM;
        for (uint32_t k = 0; err == NB_OK && k < term.n && c->numbers_n < SAME_N; k++) {
            if (nb_bits_has(r->now[i], places[k])) {
                c->numbers[c->numbers_n++] = segment->first + places[k];
            }
        }
    }
    return err;
}

/* Nearly the same documents, as far as both are listed. */
static bool go_together(const struct candidate *a, const struct candidate *b)
{
    size_t i = 0, k = 0, both = 0;
    while (i < a->numbers_n && k < b->numbers_n) {
        both += a->numbers[i] == b->numbers[k];
        bool left = a->numbers[i] <= b->numbers[k], right = b->numbers[k] <= a->numbers[i];
        i += left;
        k += right;
    }
    size_t most = i > k ? i : k;
    bool whole = i == a->numbers_n && k == b->numbers_n;
    most = whole ? (a->numbers_n > b->numbers_n ? a->numbers_n : b->numbers_n) : most;
    return both * 100 >= most * SAME_PERCENT;
}

/* The written form that most documents of the time have, of those that begin as the root. */
static enum nb_err find_form(struct rise *r, struct nb_rising_term *term)
{
    char prefix[NB_TERM_BYTES_MAX];
    struct nb_vocabulary v;
    uint64_t most = 0;
    prefix[0] = NB_TERM_FORM;
    memcpy(prefix + 1, term->root.p, term->root.len);
    term->text = term->root;
    nb_arena_reset(r->scratch);
    enum nb_err err =
        nb_vocabulary_open(&r->index, nb_slice(prefix, term->root.len + 1), r->scratch, &v);
    while (err == NB_OK && (err = nb_vocabulary_next(&v)) == NB_OK) {
        uint64_t n = 0;
        err = count_term(r, &v, r->now, &n);
        if (err == NB_OK && n > most) {
            most = n;
            term->text = nb_arena_copy(r->arena, nb_slice_sub(v.text, 1, v.text.len));
            err = term->text.p ? NB_OK : NB_ENOMEM;
        }
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static bool same_stem(struct nb_slice a, struct nb_slice b)
{
    return a.len >= STEM_BYTES && b.len >= STEM_BYTES && memcmp(a.p, b.p, STEM_BYTES) == 0;
}

/* Another root may be read in the same word. */
static bool is_told(const struct nb_rising_term *terms, size_t n, struct nb_slice text)
{
    bool told = false;
    for (size_t i = 0; i < n; i++) {
        told |= nb_slice_eq(terms[i].text, text) || nb_slice_eq(terms[i].with, text);
    }
    return told;
}

/* Readings of one word become one term, and words that go together are told together. */
static enum nb_err settle_terms(struct rise *r, struct nb_rising *out)
{
    enum nb_err err = NB_OK;
    size_t n = 0;
    struct nb_rising_term *terms = nb_arena_alloc(r->arena, (r->best_n + 1) * sizeof(*terms));
    size_t *places = nb_arena_alloc(r->arena, (r->best_n + 1) * sizeof(*places));
    if (!terms || !places) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; err == NB_OK && i < r->best_n; i++) {
        err = list_numbers(r, &r->best[i]);
        bool joined = false;
        for (size_t k = 0; err == NB_OK && !joined && k < n; k++) {
            struct nb_rising_term *first = &terms[k];
            joined = go_together(&r->best[places[k]], &r->best[i]);
            if (joined && !first->with.len && !same_stem(first->root, r->best[i].term.root)) {
                err = find_form(r, &r->best[i].term);
                first->with = r->best[i].term.text;
            }
        }
        if (err == NB_OK && !joined) {
            err = find_form(r, &r->best[i].term);
        }
        if (err == NB_OK && !joined && !is_told(terms, n, r->best[i].term.text)) {
            places[n] = i;
            terms[n++] = r->best[i].term;
        }
    }
    out->terms = terms;
    out->terms_n = n;
    return err;
}

static int by_before(const void *a, const void *b)
{
    const struct nb_silent_site *x = a, *y = b;
    if (x->before_n != y->before_n) {
        return x->before_n > y->before_n ? -1 : 1;
    }
    return nb_slice_cmp(x->site, y->site);
}

static enum nb_err find_silent(struct rise *r)
{
    static const char kind[] = {NB_TERM_SITE};
    const struct nb_rising_query *q = r->query;
    struct nb_vocabulary v;
    int64_t before_h = (q->from_ms - q->before_ms) / NB_HOUR_MS;
    int64_t now_h = (q->to_ms - q->from_ms) / NB_HOUR_MS;
    nb_arena_reset(r->scratch);
    enum nb_err err = nb_vocabulary_open(&r->index, nb_slice(kind, 1), r->scratch, &v);
    while (err == NB_OK && (err = nb_vocabulary_next(&v)) == NB_OK) {
        uint64_t n = 0, before_n = 0;
        err = count_term(r, &v, r->now, &n);
        if (err == NB_OK && n == 0) {
            err = count_term(r, &v, r->before, &before_n);
        }
        if (err == NB_OK && n == 0 && r->silent_n < SITES_MAX &&
            (int64_t)before_n * now_h >= SITE_EXPECTED * before_h && before_n > 0) {
            struct nb_slice site = nb_arena_copy(r->arena, nb_slice_sub(v.text, 1, v.text.len));
            r->silent[r->silent_n++] = (struct nb_silent_site){site, before_n};
            err = site.p ? NB_OK : NB_ENOMEM;
        }
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err find(struct rise *r, struct nb_rising *out)
{
    r->best = nb_arena_calloc(r->arena, NB_RISING_TERMS_MAX + 1, sizeof(*r->best));
    r->silent = nb_arena_calloc(r->arena, SITES_MAX, sizeof(*r->silent));
    enum nb_err err = r->best && r->silent ? find_documents(r) : NB_ENOMEM;
    if (err == NB_OK && r->now_n > 0 && r->before_n > 0) {
        err = weigh_roots(r);
        if (err == NB_OK) {
            err = settle_terms(r, out);
        }
    }
    if (err == NB_OK && r->before_n > 0) {
        err = find_silent(r);
    }
    if (err == NB_OK) {
        qsort(r->silent, r->silent_n, sizeof(*r->silent), by_before);
        out->silent = r->silent;
        out->silent_n = r->silent_n;
        out->documents_n = r->now_n;
        out->before_n = r->before_n;
    }
    return err;
}

enum nb_err nb_rising_find(struct nb_txn *txn, const struct nb_rising_query *query,
                           struct nb_arena *arena, struct nb_rising *out)
{
    struct rise r = {.query = query, .arena = arena, .scratch = nb_arena_new(SCRATCH_MAX_BYTES)};
    *out = (struct nb_rising){.terms_n = 0};
    enum nb_err err = r.scratch ? nb_index_open(txn, arena, &r.index) : NB_ENOMEM;
    if (err == NB_OK) {
        err = find(&r, out);
    }
    for (size_t i = 0; r.now && r.before && i < r.index.segments_n; i++) {
        nb_bits_free(r.now[i]);
        nb_bits_free(r.before[i]);
    }
    nb_index_close(&r.index);
    nb_arena_free(r.scratch);
    return err;
}
