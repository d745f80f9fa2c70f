/*
 * credibility = 1000 * (1000 + good) / (2000 + good + bad): half where nothing is known (Laplace's
 * rule of succession), moved by what speaks for and against. good and bad are sums of weights over
 * documents; putting right what one published oneself is listed, and counts neither way: to punish
 * it would reward silence.
 */
#include <nabiz/credibility.h>

#include <stdlib.h>

#include <nabiz/date.h>
#include <nabiz/influence.h>

#include "analyzer/influence/denial.h"
#include "analyzer/keys.h"
#include "analyzer/sentiment/opinion.h"
#include "analyzer/topics/copies.h"

enum { COPIES_MAX = 64 };

static const char *const names[] = {
#define X(id, name, what) name,
    NB_CREDITS(X)
#undef X
};

static const char *const texts[] = {
#define X(id, name, what) what,
    NB_CREDITS(X)
#undef X
};

const char *nb_credit_name(enum nb_credit credit)
{
    return names[credit];
}

const char *nb_credit_text(enum nb_credit credit)
{
    return texts[credit];
}

/* Rows come oldest first: the last samples are the newest. */
static void count(struct nb_credibility *c, enum nb_credit credit, uint64_t number)
{
    struct nb_credit_count *count = &c->credits[credit];
    count->n++;
    if (count->samples_n < NB_CREDIT_SAMPLES) {
        count->samples[count->samples_n++] = number;
        return;
    }
    for (size_t i = 1; i < NB_CREDIT_SAMPLES; i++) {
        count->samples[i - 1] = count->samples[i];
    }
    count->samples[NB_CREDIT_SAMPLES - 1] = number;
}

/* Whether a copy was put right by who published it: its revision says so. */
static enum nb_err is_withdrawn(struct nb_txn *txn, const struct nb_copy_row *copy,
                                struct nb_arena *arena, bool *out)
{
    struct nb_key key;
    struct nb_slice value;
    struct nb_author_doc *doc;
    nb_key_text(&key, nb_field(copy->copy->author));
    nb_key_add_u64(&key, nb_key_time(copy->at_ms));
    nb_key_add_u64(&key, copy->number);
    enum nb_err err = nb_get(txn, NB_TBL_AUTHOR_DOC, nb_key_slice(&key), &value);
    if (err == NB_OK) {
        err = nb_author_doc_decode(value, arena, &doc);
    }
    *out = err == NB_OK && doc->revised && (doc->signs >> NB_SIGN_CORRECTION & 1);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* What others did with the same text: published it later, or took it back. */
static enum nb_err look_at_copies(struct nb_txn *txn, const struct nb_author_doc_row *row,
                                  struct nb_slice author, struct nb_arena *arena, bool *first,
                                  bool *refuted)
{
    const struct nb_copy_row *copies;
    size_t n;
    *first = *refuted = false;
    if (!row->doc->has_cluster) {
        return NB_OK;
    }
    bool corrects = row->doc->signs >> NB_SIGN_CORRECTION & 1;
    enum nb_err err = nb_copies_list(txn, row->doc->cluster, COPIES_MAX, arena, &copies, &n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        struct nb_slice other = nb_field(copies[i].copy->author);
        bool withdrawn = false;
        if (!other.len || nb_slice_eq(nb_author_site(other), nb_author_site(author))) {
            continue;
        }
        *first |= copies[0].number == row->number && !row->doc->copied;
        err = corrects ? NB_OK : is_withdrawn(txn, &copies[i], arena, &withdrawn);
        *refuted |= withdrawn;
    }
    return err;
}

static enum nb_err count_document(struct nb_txn *txn, const struct nb_author_doc_row *row,
                                  struct nb_slice author, struct nb_arena *arena,
                                  struct nb_credibility *out)
{
    const struct nb_author_doc *doc = row->doc;
    if (doc->deleted) {
        count(out, NB_CREDIT_DELETED, row->number);
        return NB_OK;
    }
    int64_t week = row->at_ms / (7 * NB_DAY_MS);
    if (out->documents_n == 0) {
        out->first_ms = row->at_ms;
    }
    out->active_weeks_n += out->documents_n == 0 || week != out->last_ms / (7 * NB_DAY_MS);
    out->last_ms = row->at_ms;
    out->documents_n++;
    const struct {
        enum nb_credit credit;
        bool is;
    } said[] = {{NB_CREDIT_CITED, doc->links_n > 0},
                {NB_CREDIT_CORRECTED, doc->signs >> NB_SIGN_CORRECTION & 1},
                {NB_CREDIT_PAID, doc->signs >> NB_SIGN_PAID & 1},
                {NB_CREDIT_COPIED, doc->copied},
                {NB_CREDIT_HEARSAY, doc->signs >> NB_SIGN_HEARSAY & 1},
                {NB_CREDIT_SENSATION, doc->signs >> NB_SIGN_SENSATION & 1}};
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        if (said[i].is) {
            count(out, said[i].credit, row->number);
        }
    }
    struct nb_arena_mark mark = nb_arena_mark(arena);
    bool first, refuted;
    enum nb_err err = look_at_copies(txn, row, author, arena, &first, &refuted);
    if (err == NB_OK && first && !nb_shouts(doc->signs)) { /* a rumour is no scoop */
        count(out, NB_CREDIT_FIRST, row->number);
    }
    if (err == NB_OK && refuted) {
        count(out, NB_CREDIT_REFUTED, row->number);
    }
    nb_arena_rewind(arena, mark);
    return err;
}

/* A document that was denied, and the first document that denies it. */
struct denied {
    uint64_t target, by;
};

static int by_target(const void *a, const void *b)
{
    const struct denied *x = a;
    const struct denied *y = b;
    if (x->target != y->target) {
        return x->target < y->target ? -1 : 1;
    }
    return (x->by > y->by) - (x->by < y->by);
}

/* Documents count, not those who deny them: many may repeat one denial. */
static enum nb_err count_denied(struct nb_txn *txn, struct nb_slice author, int64_t to_ms,
                                const struct nb_answerable *targets, struct nb_arena *arena,
                                struct nb_credibility *out)
{
    const struct nb_edge *const *edges;
    size_t n, all_n = 0;
    enum nb_err err = nb_analysis_edges_to(txn, author, arena, &edges, &n);
    struct denied *all = err == NB_OK ? nb_arena_calloc(arena, n, sizeof(*all)) : NULL;
    if (!all) {
        return err ? err : NB_ENOMEM;
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        const struct nb_answered *target = NULL;
        if (edges[i]->at_ms < to_ms && !nb_slice_eq(nb_field(edges[i]->from), author)) {
            err = nb_edge_target(txn, edges[i], targets, &target);
        }
        if (err == NB_OK && nb_edge_denies(edges[i], target)) {
            all[all_n++] = (struct denied){target->number, edges[i]->number};
        }
    }
    if (all_n) {
        qsort(all, all_n, sizeof(*all), by_target);
    }
    for (size_t i = 0; i < all_n; i++) {
        if (i == 0 || all[i].target != all[i - 1].target) {
            count(out, NB_CREDIT_DENIED, all[i].by);
        }
    }
    return err;
}

static int32_t judge(const struct nb_credibility *c, const struct nb_weights *w)
{
    uint64_t all = c->documents_n + c->credits[NB_CREDIT_DELETED].n;
    if (all < (uint64_t)w->credibility_least) {
        return NB_UNKNOWN_MILLI;
    }
    const int32_t weights[NB_CREDITS_N] = {[NB_CREDIT_CITED] = w->credibility_cited,
                                           [NB_CREDIT_FIRST] = w->credibility_first,
                                           [NB_CREDIT_COPIED] = -w->credibility_copied,
                                           [NB_CREDIT_HEARSAY] = -w->credibility_hearsay,
                                           [NB_CREDIT_SENSATION] = -w->credibility_sensation,
                                           [NB_CREDIT_DELETED] = -w->credibility_deleted,
                                           [NB_CREDIT_REFUTED] = -w->credibility_refuted,
                                           [NB_CREDIT_DENIED] = -w->credibility_denied};
    const uint64_t most = UINT64_C(1) << 32;
    int64_t good = 1000, bad = 1000;
    for (size_t i = 0; i < NB_CREDITS_N; i++) {
        uint64_t n = c->credits[i].n < most ? c->credits[i].n : most;
        int64_t worth = (int64_t)n * weights[i];
        good += worth > 0 ? worth : 0;
        bad += worth < 0 ? -worth : 0;
    }
    return (int32_t)(1000 * good / (good + bad));
}

enum nb_err nb_credibility(struct nb_txn *txn, struct nb_slice author, int64_t to_ms,
                           const struct nb_weights *weights, struct nb_arena *arena,
                           struct nb_credibility *out)
{
    const struct nb_author_doc_row *rows = NULL;
    struct nb_weights in_force;
    struct nb_answerable targets;
    size_t n = 0;
    *out = (struct nb_credibility){.credibility_milli = NB_UNKNOWN_MILLI};
    enum nb_err err = weights ? NB_OK : nb_weights_in_force(txn, &in_force);
    if (err == NB_OK) {
        err = nb_analysis_author_docs(txn, author, 0, to_ms, arena, &rows, &n);
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = count_document(txn, &rows[i], author, arena, out);
    }
    if (err == NB_OK) {
        err = nb_answerable_of(rows, n, arena, &targets);
    }
    if (err == NB_OK) {
        err = count_denied(txn, author, to_ms, &targets, arena, out);
    }
    if (err == NB_OK) {
        int64_t week_ms = 7 * NB_DAY_MS;
        out->weeks_n =
            out->documents_n ? (uint64_t)(out->last_ms / week_ms - out->first_ms / week_ms + 1) : 0;
        out->credibility_milli = judge(out, weights ? weights : &in_force);
    }
    return err;
}
