/*
 * Texts that are the same word for word are one variant, and a step is compared with variants
 * only: a claim that ten thousand repeat has few of them. Whoever repeats a variant took it from
 * its earliest bearer, for want of better evidence.
 */
#include "analyzer/influence/claims.h"

#include <inttypes.h>
#include <string.h>

#include <nabiz/date.h>

#include "analyzer/keys.h"
#include "analyzer/topics/copies.h"
#include "analyzer/topics/shingles.h"
#include "analyzer/turkish/table.h"

char *nb_claim_why_text(const struct nb_claim_step *step, struct nb_arena *arena)
{
    static const char *const texts[] = {
#define X(id, text) text,
        NB_CLAIM_WHYS(X)
#undef X
    };
    return step->returns ? nb_arena_printf(arena, "back after %" PRId64 " days: %s",
                                           (int64_t)(step->silent_ms / NB_DAY_MS), texts[step->why])
                         : nb_arena_strdup(arena, nb_slice_str(texts[step->why]));
}

struct variant {
    struct nb_shingles shingles;
    uint32_t bearer; /* the first step that has it */
};

struct tracing {
    struct nb_txn *txn;
    struct nb_arena *arena;
    const struct nb_copy_row *rows;
    struct nb_claim_step *steps;
    struct variant *variants;
    size_t variants_n;
    struct tr_table numbers; /* of documents: by step */
    struct tr_table authors, urls;
    uint32_t *first_of, *first_at; /* the first step of an author, at a URL */
};

/* ---- whom it names ---- */

static uint32_t find(const struct tr_table *table, struct nb_slice text)
{
    return text.len ? tr_table_find(table, text, tr_hash(text)) : TR_NONE;
}

/* The step that an act names, if it is an earlier one. */
static uint32_t named_by(const struct tracing *t, const struct nb_edge *edge,
                         enum nb_claim_why *why)
{
    uint8_t number[8];
    uint32_t found;
    if (edge->act == NB__EDGE__ACT__COPY) {
        return NB_CLAIM_NONE; /* the analyzer's own finding, and always towards the first */
    }
    *why = NB_CLAIM_LINK;
    if (edge->has_target) {
        nb_key_u64(edge->target, number);
        found = find(&t->numbers, nb_slice(number, sizeof(number)));
        if (found != TR_NONE) {
            return found;
        }
    }
    /* Not known then, or revised since, which gave it another number. */
    found = find(&t->urls, nb_field(edge->url));
    if (found != TR_NONE) {
        return t->first_at[found];
    }
    *why = NB_CLAIM_NAMED;
    if (edge->act == NB__EDGE__ACT__LINK || edge->act == NB__EDGE__ACT__REPLY) {
        return NB_CLAIM_NONE; /* something else of the same author */
    }
    found = find(&t->authors, nb_field(edge->to));
    return found != TR_NONE ? t->first_of[found] : NB_CLAIM_NONE;
}

/* The earliest step that the document names: one it links before one whose author it mentions. */
static bool named(const struct tracing *t, const struct nb_annotation *document, uint32_t i)
{
    struct nb_claim_step *step = &t->steps[i];
    for (size_t k = 0; k < document->n_edges; k++) {
        enum nb_claim_why why;
        uint32_t j = named_by(t, document->edges[k], &why);
        if (j >= i) {
            continue; /* none, or itself */
        }
        if (step->from == NB_CLAIM_NONE || why < step->why ||
            (why == step->why && j < step->from)) {
            step->why = why;
            step->from = j;
        }
    }
    return step->from != NB_CLAIM_NONE;
}

/* ---- whose words it has ---- */

static bool same_words(const struct nb_shingles *a, const struct nb_shingles *b)
{
    return a->n == b->n && a->cut == b->cut &&
           memcmp(a->all, b->all, a->n * sizeof(a->all[0])) == 0;
}

static void take_most_alike(struct tracing *t, const struct nb_shingles *mine, uint32_t i)
{
    struct nb_claim_step *step = &t->steps[i];
    uint32_t most = 0;
    bool known = false;
    for (size_t v = 0; v < t->variants_n && !known; v++) {
        struct variant *variant = &t->variants[v];
        known = same_words(mine, &variant->shingles);
        struct nb_likeness likeness = nb_shingles_compare(mine, &variant->shingles);
        uint32_t worth = likeness.containment_milli + likeness.resemblance_milli;
        if (known || step->from == NB_CLAIM_NONE || worth > most) {
            most = worth;
            step->from = variant->bearer;
            step->why = known ? NB_CLAIM_SAME : NB_CLAIM_ALIKE;
        }
    }
}

/* A text that none has had so far, while there is room. */
static void add_variant(struct tracing *t, const struct nb_shingles *mine, uint32_t i)
{
    for (size_t v = 0; v < t->variants_n; v++) {
        if (same_words(mine, &t->variants[v].shingles)) {
            return;
        }
    }
    if (t->variants_n < NB_CLAIM_VARIANTS) {
        t->variants[t->variants_n++] = (struct variant){*mine, i};
    }
}

static enum nb_err read_shingles(struct tracing *t, uint64_t number,
                                 struct nb_annotation **document, struct nb_shingles *out)
{
    enum nb_err err = nb_analysis_annotation(t->txn, number, t->arena, document);
    err = err == NB_OK ? nb_shingles_noted(*document, out) : err;
    return err == NB_ENOTFOUND ? NB_ECORRUPT : err; /* a document leaves its cluster when it goes */
}

/* ---- step by step ---- */

/* Note a step, so that later ones are found to name it. again: its author was there before. */
static enum nb_err meet(struct tracing *t, uint32_t i, bool *again)
{
    struct nb_claim_step *step = &t->steps[i];
    size_t authors_n = t->authors.n, urls_n = t->urls.n;
    uint8_t number[8];
    nb_key_u64(step->number, number);
    uint32_t author = 0, url = 0;
    bool failed = tr_table_add(&t->numbers, nb_slice(number, sizeof(number))) == TR_NONE;
    *again = false;
    if (step->url.len) {
        failed |= (url = tr_table_add(&t->urls, step->url)) == TR_NONE;
    }
    if (step->author.len) {
        failed |= (author = tr_table_add(&t->authors, step->author)) == TR_NONE;
    }
    if (failed) {
        return NB_ENOMEM;
    }
    if (t->urls.n > urls_n) {
        t->first_at[url] = i;
    }
    if (t->authors.n > authors_n) {
        t->first_of[author] = i;
    } else if (step->author.len) {
        *again = true;
        step->from = t->first_of[author];
        step->why = NB_CLAIM_AGAIN;
    }
    return NB_OK;
}

static enum nb_err trace(struct tracing *t, uint32_t i)
{
    struct nb_claim_step *step = &t->steps[i];
    struct nb_annotation *document;
    struct nb_shingles mine;
    bool again;
    enum nb_err err = meet(t, i, &again);
    struct nb_arena_mark mark = nb_arena_mark(t->arena);
    err = err == NB_OK ? read_shingles(t, step->number, &document, &mine) : err;
    if (err == NB_OK && i > 0 && !again && !named(t, document, i)) {
        take_most_alike(t, &mine, i);
    }
    if (err == NB_OK) {
        add_variant(t, &mine, i);
    }
    nb_arena_rewind(t->arena, mark);
    return err;
}

static enum nb_err measure_shape(struct tracing *t, size_t n, struct nb_cascade *out)
{
    struct nb_arena_mark mark = nb_arena_mark(t->arena);
    uint32_t *parent = nb_arena_alloc(t->arena, n * sizeof(*parent));
    if (!parent) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        parent[i] = i ? t->steps[i].from : NB_CASCADE_ROOT;
    }
    enum nb_err err = nb_cascade_measure(parent, (uint32_t)n, NULL, t->arena, out);
    nb_arena_rewind(t->arena, mark);
    return err;
}

static enum nb_err prepare(struct tracing *t, size_t n)
{
    t->steps = nb_arena_calloc(t->arena, n, sizeof(t->steps[0]));
    t->variants = nb_arena_alloc(t->arena, NB_CLAIM_VARIANTS * sizeof(t->variants[0]));
    t->first_of = nb_arena_alloc(t->arena, n * sizeof(t->first_of[0]));
    t->first_at = nb_arena_alloc(t->arena, n * sizeof(t->first_at[0]));
    tr_table_init(&t->numbers, t->arena);
    tr_table_init(&t->urls, t->arena);
    tr_table_init(&t->authors, t->arena);
    if (!t->steps || !t->variants || !t->first_of || !t->first_at) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct nb_copy_row *row = &t->rows[i];
        int64_t silent_ms = i ? row->at_ms - t->rows[i - 1].at_ms : 0;
        t->steps[i] = (struct nb_claim_step){.at_ms = row->at_ms,
                                             .number = row->number,
                                             .author = nb_field(row->copy->author),
                                             .url = nb_field(row->copy->url),
                                             .from = NB_CLAIM_NONE,
                                             .silent_ms = silent_ms,
                                             .returns = i && silent_ms >= NB_CLAIM_SILENCE_MS};
    }
    return NB_OK;
}

enum nb_err nb_claim_chain(struct nb_txn *txn, uint64_t cluster, size_t max_n,
                           struct nb_arena *arena, struct nb_claim_chain *out)
{
    struct tracing t = {.txn = txn, .arena = arena};
    struct nb_claim_chain chain = {0};
    size_t n;
    max_n = max_n ? max_n : NB_CLAIM_STEPS;
    max_n = max_n < NB_CASCADE_MAX ? max_n : NB_CASCADE_MAX;
    enum nb_err err = nb_copies_list(txn, cluster, max_n, arena, &t.rows, &n);
    if (err == NB_OK && !n) {
        err = NB_ENOTFOUND;
    }
    if (err != NB_OK) {
        return err;
    }
    chain.n = n;
    err = prepare(&t, n);
    for (uint32_t i = 0; err == NB_OK && i < chain.n; i++) {
        err = trace(&t, i);
    }
    err = err == NB_OK ? measure_shape(&t, chain.n, &chain.shape) : err;
    if (err == NB_OK) {
        chain.steps = t.steps;
        *out = chain;
    }
    return err;
}
