/*
 * Positions. Documents are asked for in ascending order, so every term is a stream that is read
 * once from its start to its end, whatever is skipped.
 */
#include "analyzer/index/plan.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/index/positions.h"

enum {
    NEAR_DOCUMENTS = 8,
    SPANS_MAX = 1 << 16,
    SPAN_WORDS = 8192 /* no NEAR of NEARs is longer, see NB_QUERY_DEPTH_MAX */
};

/* One term's documents and positions, and where reading stands. */
struct stream {
    const uint32_t *list;
    uint32_t n, next;
    struct nb_slice positions;
    size_t at; /* of the next document */
};

/* Words from begin to end, both included. */
struct span {
    uint32_t begin, end;
};

struct spans {
    struct span *all;
    size_t n, cap;
};

struct nb_places {
    const struct nb_plan *plan;
    struct nb_arena *arena;
    struct stream *streams; /* of TERMS and PREFIX */
    size_t streams_n, streams_cap;
    struct nb_places **children;
    struct spans spans; /* in the document that was asked for last; the room is used again */
    bool one;           /* only whether there is a span matters: of NEAR the first is enough */
};

static enum nb_err add_stream(struct nb_places *p, const struct nb_segment *segment,
                              const struct nb_term *term, struct nb_arena *arena)
{
    if (p->streams_n == p->streams_cap) {
        size_t cap = p->streams_cap ? p->streams_cap * 2 : 4;
        struct stream *grown =
            nb_arena_grow(arena, p->streams, p->streams_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        p->streams = grown;
        p->streams_cap = cap;
    }
    uint32_t *list = nb_arena_alloc(arena, term->n * sizeof(*list));
    enum nb_err err = list ? nb_term_list(segment, term, list) : NB_ENOMEM;
    if (err == NB_OK) {
        p->streams[p->streams_n++] =
            (struct stream){.list = list, .n = term->n, .positions = term->positions};
    }
    return err;
}

static enum nb_err open_terms(struct nb_places *p, const struct nb_segment *segment,
                              struct nb_arena *arena)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < p->plan->terms_n; i++) {
        struct nb_term term;
        err = nb_segment_find(segment, p->plan->terms[i], &term);
        if (err == NB_OK) {
            err = add_stream(p, segment, &term, arena);
        } else if (err == NB_ENOTFOUND) {
            err = NB_OK;
        }
    }
    return err;
}

static enum nb_err open_prefix(struct nb_places *p, const struct nb_segment *segment,
                               struct nb_arena *arena)
{
    struct nb_term_cursor cursor;
    struct nb_slice prefix = p->plan->terms[0];
    enum nb_err err = nb_term_seek(&cursor, segment, prefix);
    while (err == NB_OK && nb_slice_starts(nb_term_text(&cursor), prefix)) {
        err = p->streams_n < NB_PLAN_TERMS_MAX ? add_stream(p, segment, &cursor.term, arena)
                                               : NB_ETOOBIG;
        if (err == NB_OK) {
            err = nb_term_next(&cursor);
        }
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_places_open(const struct nb_plan *plan, const struct nb_segment *segment,
                           struct nb_arena *arena, struct nb_places **out)
{
    struct nb_places *p = nb_arena_calloc(arena, 1, sizeof(*p));
    if (!p) {
        return NB_ENOMEM;
    }
    p->plan = plan;
    p->arena = arena;
    p->children = nb_arena_calloc(arena, plan->children_n, sizeof(struct nb_places *));
    enum nb_err err = p->children ? NB_OK : NB_ENOMEM;
    if (err == NB_OK && plan->kind == NB_PLAN_TERMS) {
        err = open_terms(p, segment, arena);
    } else if (err == NB_OK && plan->kind == NB_PLAN_PREFIX) {
        err = open_prefix(p, segment, arena);
    }
    for (size_t i = 0; err == NB_OK && i < plan->children_n; i++) {
        err = nb_places_open(plan->children[i], segment, arena, &p->children[i]);
    }
    *out = p;
    return err;
}

static enum nb_err add_span(struct spans *spans, uint32_t begin, uint32_t end,
                            struct nb_arena *arena)
{
    if (spans->n == spans->cap) {
        size_t cap = spans->cap ? spans->cap * 2 : 8;
        struct span *grown =
            nb_arena_grow(arena, spans->all, spans->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        spans->all = grown;
        spans->cap = cap;
    }
    spans->all[spans->n++] = (struct span){begin, end};
    return NB_OK;
}

/* The first of a list at or behind a place, from `next` on: it is often near. */
static uint32_t seek(const struct stream *s, uint32_t place)
{
    uint32_t low = s->next, step = 1;
    for (; low < s->n && low - s->next < NEAR_DOCUMENTS; low++) {
        if (s->list[low] >= place) {
            return low;
        }
    }
    while (s->n - low > step && s->list[low + step] < place) {
        low += step;
        step *= 2;
    }
    uint32_t high = s->n - low <= step ? s->n : low + step;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->list[middle] < place) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool skip_to(struct stream *s, uint32_t place)
{
    uint32_t next = seek(s, place), over = next - s->next;
    s->next = next;
    return !over || nb_positions_skip(s->positions, &s->at, over);
}

static enum nb_err read_stream(struct stream *s, uint32_t place, struct nb_arena *arena,
                               struct spans *out)
{
    if (!skip_to(s, place)) {
        return NB_ECORRUPT;
    }
    if (s->next == s->n || s->list[s->next] != place) {
        return NB_OK;
    }
    uint64_t position = 0;
    bool more = true;
    size_t at = s->at; /* stays: the document may be asked for again */
    while (more) {
        uint32_t gap;
        if (!nb_position_read(s->positions, &at, &gap, &more)) {
            return NB_ECORRUPT;
        }
        position += gap;
        if (position > UINT32_MAX / 2) {
            return NB_ECORRUPT;
        }
        enum nb_err err = add_span(out, (uint32_t)position, (uint32_t)position, arena);
        if (err != NB_OK) {
            return err;
        }
    }
    return NB_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    return (x->end > y->end) - (x->end < y->end);
}

/* In order, and each once. */
static void sort(struct spans *spans)
{
    size_t n = 0;
    bool ascends = true;
    for (size_t i = 1; i < spans->n; i++) {
        ascends = ascends && by_place(&spans->all[i - 1], &spans->all[i]) < 0;
    }
    if (ascends) {
        return;
    }
    qsort(spans->all, spans->n, sizeof(*spans->all), by_place);
    for (size_t i = 0; i < spans->n; i++) {
        if (i == 0 || by_place(&spans->all[n - 1], &spans->all[i]) != 0) {
            spans->all[n++] = spans->all[i];
        }
    }
    spans->n = n;
}

/* The first span that begins at or behind a position. */
static size_t first_from(const struct spans *spans, uint32_t position)
{
    size_t low = 0, high = spans->n;
    while (high - low > 4) {
        size_t middle = low + (high - low) / 2;
        if (spans->all[middle].begin < position) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    while (low < high && spans->all[low].begin < position) {
        low++;
    }
    return low;
}

static bool has_at(const struct spans *spans, uint32_t position)
{
    size_t i = first_from(spans, position);
    return i < spans->n && spans->all[i].begin == position;
}

static enum nb_err run_spans(struct nb_places *p)
{
    const struct spans *first = &p->children[0]->spans;
    size_t parts_n = p->plan->children_n;
    for (size_t i = 0; i < first->n; i++) {
        uint32_t begin = first->all[i].begin;
        bool whole = i == 0 || first->all[i - 1].begin != begin;
        for (size_t k = 1; whole && k < parts_n; k++) {
            whole = has_at(&p->children[k]->spans, begin + (uint32_t)k);
        }
        enum nb_err err =
            whole ? add_span(&p->spans, begin, begin + (uint32_t)parts_n - 1, p->arena) : NB_OK;
        if (err != NB_OK) {
            return err;
        }
    }
    return NB_OK;
}

/*
 * Every pair that is near enough: which of them counts may depend on what stands around them. Of
 * those that begin alike each end is added once, and there is a limit that only a document reaches
 * that repeats a word without end: what begins behind it is left out.
 */
static enum nb_err near_spans(struct nb_places *p, const struct spans *first,
                              const struct spans *then)
{
    enum nb_err err = NB_OK;
    uint64_t lengths[SPAN_WORDS / 64]; /* set of those that were added with this begin */
    size_t joined = 0;                 /* spans before it are joined with this begin */
    size_t most = p->one ? 1 : SPANS_MAX;
    for (size_t i = 0; err == NB_OK && i < first->n && p->spans.n < most; i++) {
        const struct span *a = &first->all[i];
        size_t k = first_from(then, a->end + 1);
        if (i == 0 || first->all[i - 1].begin != a->begin) {
            memset(lengths, 0, sizeof(lengths));
        } else if (joined > k) {
            k = joined;
        }
        for (; k < then->n && then->all[k].begin - a->end - 1 <= p->plan->between; k++) {
            uint32_t length = (then->all[k].end - a->begin) % SPAN_WORDS;
            if (lengths[length / 64] >> length % 64 & 1) {
                continue;
            }
            lengths[length / 64] |= UINT64_C(1) << length % 64;
            err = add_span(&p->spans, a->begin, then->all[k].end, p->arena);
            if (err != NB_OK || p->one) {
                break;
            }
        }
        joined = k;
    }
    return err;
}

static enum nb_err add_spans(const struct spans *from, struct spans *to, struct nb_arena *arena)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < from->n; i++) {
        err = add_span(to, from->all[i].begin, from->all[i].end, arena);
    }
    return err;
}

static enum nb_err read_spans(struct nb_places *p, uint32_t place)
{
    const struct nb_plan *plan = p->plan;
    enum nb_err err = NB_OK;
    p->spans.n = 0;
    for (size_t i = 0; err == NB_OK && i < p->streams_n; i++) {
        err = read_stream(&p->streams[i], place, p->arena, &p->spans);
    }
    for (size_t i = 0; err == NB_OK && i < plan->children_n; i++) {
        err = read_spans(p->children[i], place);
        if (err == NB_OK && plan->kind == NB_PLAN_OR) {
            err = add_spans(&p->children[i]->spans, &p->spans, p->arena);
        }
    }
    if (err == NB_OK && plan->kind == NB_PLAN_RUN) {
        err = run_spans(p);
    }
    if (err == NB_OK && plan->kind == NB_PLAN_NEAR) {
        const struct spans *a = &p->children[0]->spans, *b = &p->children[1]->spans;
        err = near_spans(p, a, b);
        if (err == NB_OK && !plan->ordered) {
            err = near_spans(p, b, a);
        }
    }
    if (p->streams_n != 1 && p->spans.n > 1) {
        sort(&p->spans);
    }
    return err;
}

enum nb_err nb_places_hold(struct nb_places *places, uint32_t place, bool *out)
{
    places->one = true;
    enum nb_err err = read_spans(places, place);
    *out = places->spans.n > 0;
    return err;
}
