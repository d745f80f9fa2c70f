/*
 * A plan is answered segment by segment. `within` is what is still of interest, NULL for all: an
 * answer has to be right for those documents only, and whoever asked cuts it down to them. So the
 * dear parts of a conjunction, positions and times, are looked at last and for few documents.
 */
#include "analyzer/index/plan.h"

#include "analyzer/index/entry.h"

struct find {
    const struct nb_segment *segment;
    struct nb_arena *arena;
};

static enum nb_err find(const struct find *f, const struct nb_plan *plan,
                        const struct nb_bits *within, struct nb_bits **out);

static enum nb_err check(struct nb_bits *bits, struct nb_bits **out)
{
    *out = bits;
    return bits ? NB_OK : NB_ENOMEM;
}

/* Put the documents of a term into a set. */
static enum nb_err add_term(const struct find *f, const struct nb_term *term, struct nb_bits *into)
{
    if (term->n <= NB_GAPS_MAX_N) {
        uint32_t list[NB_GAPS_MAX_N];
        enum nb_err err = nb_term_list(f->segment, term, list);
        if (err == NB_OK) {
            nb_bits_add_list(into, list, term->n);
        }
        return err;
    }
    struct nb_bits *bits;
    enum nb_err err = nb_term_bits(f->segment, term, &bits);
    if (err == NB_OK) {
        nb_bits_or(into, bits);
        nb_bits_free(bits);
    }
    return err;
}

static enum nb_err find_term(const struct find *f, struct nb_slice text, struct nb_bits **out)
{
    struct nb_term term;
    enum nb_err err = nb_segment_find(f->segment, text, &term);
    if (err == NB_ENOTFOUND) {
        return check(nb_bits_new(), out);
    }
    return err ? err : nb_term_bits(f->segment, &term, out);
}

static enum nb_err find_terms(const struct find *f, const struct nb_plan *plan,
                              struct nb_bits **out)
{
    if (plan->terms_n == 1) {
        return find_term(f, plan->terms[0], out);
    }
    enum nb_err err = check(nb_bits_new(), out);
    for (size_t i = 0; err == NB_OK && i < plan->terms_n; i++) {
        struct nb_term term;
        err = nb_segment_find(f->segment, plan->terms[i], &term);
        if (err == NB_OK) {
            err = add_term(f, &term, *out);
        } else if (err == NB_ENOTFOUND) {
            err = NB_OK;
        }
    }
    return err;
}

static enum nb_err find_prefix(const struct find *f, const struct nb_plan *plan,
                               struct nb_bits **out)
{
    struct nb_term_cursor cursor;
    size_t n = 0;
    enum nb_err err = check(nb_bits_new(), out);
    if (err == NB_OK) {
        err = nb_term_seek(&cursor, f->segment, plan->terms[0]);
    }
    while (err == NB_OK && nb_slice_starts(nb_term_text(&cursor), plan->terms[0])) {
        err = n++ < NB_PLAN_TERMS_MAX ? add_term(f, &cursor.term, *out) : NB_ETOOBIG;
        if (err == NB_OK) {
            err = nb_term_next(&cursor);
        }
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err find_or(const struct find *f, const struct nb_plan *plan,
                           const struct nb_bits *within, struct nb_bits **out)
{
    enum nb_err err = find(f, plan->children[0], within, out);
    for (size_t i = 1; err == NB_OK && i < plan->children_n; i++) {
        struct nb_bits *more = NULL;
        err = find(f, plan->children[i], within, &more);
        if (err == NB_OK) {
            nb_bits_or(*out, more);
        }
        nb_bits_free(more);
    }
    return err;
}

static enum nb_err find_and(const struct find *f, const struct nb_plan *plan,
                            const struct nb_bits *within, struct nb_bits **out)
{
    enum nb_err err = find(f, plan->children[0], within, out);
    if (err == NB_OK && within) {
        nb_bits_and(*out, within);
    }
    for (size_t i = 1; err == NB_OK && i < plan->children_n && nb_bits_count(*out); i++) {
        struct nb_bits *more = NULL;
        err = find(f, plan->children[i], *out, &more);
        if (err == NB_OK) {
            nb_bits_and(*out, more);
        }
        nb_bits_free(more);
    }
    return err;
}

static enum nb_err find_all(const struct find *f, const struct nb_bits *within,
                            struct nb_bits **out)
{
    static const char all[] = {NB_TERM_ALL};
    return within ? check(nb_bits_copy(within), out) : find_term(f, nb_slice(all, 1), out);
}

static enum nb_err find_not(const struct find *f, const struct nb_plan *plan,
                            const struct nb_bits *within, struct nb_bits **out)
{
    struct nb_bits *those = NULL;
    enum nb_err err = find_all(f, within, out);
    if (err == NB_OK) {
        err = find(f, plan->children[0], *out, &those);
    }
    if (err == NB_OK) {
        nb_bits_without(*out, those);
    }
    nb_bits_free(those);
    return err;
}

/* Documents of which a number in a column is right. */
static enum nb_err filter(const struct find *f, const struct nb_plan *plan,
                          const struct nb_bits *within, struct nb_bits **out)
{
    const struct nb_segment *s = f->segment;
    bool reach = plan->kind == NB_PLAN_REACH, since = plan->kind == NB_PLAN_SINCE;
    bool none = reach   ? plan->number >= UINT32_MAX || !s->reach_bytes
                : since ? s->latest_s < plan->number
                        : s->earliest_s >= plan->number;
    bool all = !reach && (since ? s->earliest_s >= plan->number : s->latest_s < plan->number);
    if (none) {
        return check(nb_bits_new(), out);
    }
    enum nb_err err = find_all(f, within, out);
    if (all || err != NB_OK) {
        return err;
    }
    size_t n, kept_n = 0;
    struct nb_arena_mark mark = nb_arena_mark(f->arena);
    const uint32_t *list = nb_bits_list(*out, f->arena, &n);
    uint32_t *kept = nb_arena_alloc(f->arena, n * sizeof(*kept));
    nb_bits_free(*out);
    *out = NULL;
    for (size_t i = 0; list && kept && i < n; i++) {
        uint64_t value = reach ? nb_segment_reach(s, list[i]) : nb_segment_time_s(s, list[i]);
        bool right = reach   ? value > plan->number
                     : since ? value >= plan->number
                             : value < plan->number;
        kept[kept_n] = list[i];
        kept_n += right;
    }
    err = list && kept ? check(nb_bits_of(kept, kept_n), out) : NB_ENOMEM;
    nb_arena_rewind(f->arena, mark);
    return err;
}

/* Documents that have every part are looked into. */
static enum nb_err find_places(const struct find *f, const struct nb_plan *plan,
                               const struct nb_bits *within, struct nb_bits **out)
{
    struct nb_bits *candidates = NULL;
    struct nb_places *places = NULL;
    size_t n = 0, kept_n = 0;
    enum nb_err err = find_and(f, plan, within, &candidates);
    if (err != NB_OK || !nb_bits_count(candidates)) {
        *out = candidates;
        return err;
    }
    struct nb_arena_mark mark = nb_arena_mark(f->arena);
    const uint32_t *list = nb_bits_list(candidates, f->arena, &n);
    uint32_t *kept = nb_arena_alloc(f->arena, n * sizeof(*kept));
    err = list && kept ? nb_places_open(plan, f->segment, f->arena, &places) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        bool holds;
        err = nb_places_hold(places, list[i], &holds);
        if (err == NB_OK && holds) {
            kept[kept_n++] = list[i];
        }
    }
    if (err == NB_OK) {
        err = check(nb_bits_of(kept, kept_n), out);
    }
    nb_bits_free(candidates);
    nb_arena_rewind(f->arena, mark);
    return err;
}

static enum nb_err find(const struct find *f, const struct nb_plan *plan,
                        const struct nb_bits *within, struct nb_bits **out)
{
    *out = NULL;
    enum nb_err err = NB_OK;
    switch (plan->kind) {
    case NB_PLAN_TERMS:
        err = find_terms(f, plan, out);
        break;
    case NB_PLAN_PREFIX:
        err = find_prefix(f, plan, out);
        break;
    case NB_PLAN_AND:
        err = find_and(f, plan, within, out);
        break;
    case NB_PLAN_OR:
        err = find_or(f, plan, within, out);
        break;
    case NB_PLAN_NOT:
        err = find_not(f, plan, within, out);
        break;
    case NB_PLAN_RUN:
    case NB_PLAN_NEAR:
        err = find_places(f, plan, within, out);
        break;
    case NB_PLAN_REACH:
    case NB_PLAN_SINCE:
    case NB_PLAN_UNTIL:
        err = filter(f, plan, within, out);
        break;
    }
    if (err != NB_OK) {
        nb_bits_free(*out);
        *out = NULL;
    }
    return err;
}

enum nb_err nb_plan_find(const struct nb_plan *plan, const struct nb_index *index, size_t segment,
                         struct nb_arena *arena, struct nb_bits **out)
{
    const struct find f = {&index->segments[segment], arena};
    nb_arena_reset(arena);
    enum nb_err err = find(&f, plan, NULL, out);
    if (err == NB_OK && index->dead[segment]) {
        nb_bits_without(*out, index->dead[segment]);
    }
    return err;
}

enum nb_err nb_plan_count(const struct nb_plan *plan, const struct nb_index *index, size_t segment,
                          struct nb_arena *arena, uint64_t *out)
{
    if (plan->kind == NB_PLAN_TERMS && plan->terms_n == 1 && !index->dead[segment]) {
        struct nb_term term = {.n = 0};
        enum nb_err err = nb_segment_find(&index->segments[segment], plan->terms[0], &term);
        *out = term.n;
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    struct nb_bits *bits;
    enum nb_err err = nb_plan_find(plan, index, segment, arena, &bits);
    if (err == NB_OK) {
        *out = nb_bits_count(bits);
        nb_bits_free(bits);
    }
    return err;
}
