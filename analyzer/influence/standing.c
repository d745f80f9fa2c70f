#include "analyzer/influence/standing.h"

#include <nabiz/analysis.h>
#include <nabiz/mem.h>

#include "analyzer/influence/standing_made.h"
#include "analyzer/influence/store_graph.h"

enum { SCRATCH_BYTES = 64 << 20 };

struct nb_standing_view {
    struct nb_txn *txn;
    enum nb_trust_basis basis;
    struct nb_standing_made made; /* trust NULL: as stored */
    uint64_t mean;
};

static const struct {
    const char *name, *text;
} bases[] = {
#define X(id, name, text) {name, text},
    NB_TRUST_BASES(X)
#undef X
};

const char *nb_trust_basis_name(enum nb_trust_basis basis)
{
    return bases[basis].name;
}

const char *nb_trust_basis_text(enum nb_trust_basis basis)
{
    return bases[basis].text;
}

enum nb_trust_basis nb_standing_basis(const struct nb_standing_view *view)
{
    return view->basis;
}

/* ---- made now ---- */

/* The acts of the newest documents on a topic. */
static enum nb_err read_documents(struct nb_txn *txn, const struct nb_standing_query *query,
                                  const struct nb_store_graph_query *wanted,
                                  struct nb_graph_builder *builder)
{
    size_t acts_n = 0;
    size_t least =
        query->numbers_n > NB_STANDING_DOCUMENTS_N ? query->numbers_n - NB_STANDING_DOCUMENTS_N : 0;
    struct nb_arena *arena = nb_arena_new(SCRATCH_BYTES);
    enum nb_err err = arena ? NB_OK : NB_ENOMEM;
    for (size_t i = query->numbers_n; err == NB_OK && i > least && acts_n < wanted->most_n; i--) {
        struct nb_annotation *document;
        nb_arena_reset(arena);
        err = nb_analysis_annotation(txn, query->numbers[i - 1], arena, &document);
        for (size_t k = 0; err == NB_OK && k < document->n_edges; k++, acts_n++) {
            err = nb_store_graph_add(wanted, document->edges[k], builder);
        }
        err = err == NB_ENOTFOUND ? NB_OK : err;
    }
    nb_arena_free(arena);
    return err;
}

typedef enum nb_err read_fn(struct nb_txn *txn, const struct nb_standing_query *query,
                            const struct nb_store_graph_query *wanted,
                            struct nb_graph_builder *builder);

static enum nb_err read_acts(struct nb_txn *txn, const struct nb_standing_query *query,
                             const struct nb_store_graph_query *wanted,
                             struct nb_graph_builder *builder)
{
    (void)query;
    return nb_store_graph(txn, wanted, builder);
}

static enum nb_err make(struct nb_standing_view *view, const struct nb_standing_query *query,
                        read_fn *read, size_t most_n)
{
    struct nb_graph_builder *builder;
    const struct nb_store_graph_query wanted = {.wanted = nb_standing_supports,
                                                .from_ms = query->from_ms,
                                                .to_ms = query->to_ms,
                                                .most_n = most_n};
    enum nb_err err = nb_graph_builder_new(&builder);
    if (err != NB_OK) {
        return err;
    }
    err = read(view->txn, query, &wanted, builder);
    if (err != NB_OK) {
        nb_graph_builder_free(builder);
        return err;
    }
    err = nb_standing_make(view->txn, query->topic, builder, &view->made);
    if (err == NB_OK) {
        view->mean = nb_trust_mean(view->made.trust);
    }
    return err;
}

/* ---- as stored ---- */

/* @return NB_OK, NB_ENOTFOUND (nothing is kept), NB_ECORRUPT, NB_ENOMEM. */
static enum nb_err read_place(struct nb_standing_view *view)
{
    struct nb_slice value;
    struct nb_standing_place *place;
    enum nb_err err = nb_get(view->txn, NB_TBL_ANALYSIS_META, NB_LIT(NB_META_STANDING), &value);
    struct nb_arena *arena = err == NB_OK ? nb_arena_new(SCRATCH_BYTES) : NULL;
    if (err == NB_OK) {
        err = arena ? nb_standing_place_decode(value, arena, &place) : NB_ENOMEM;
    }
    if (err == NB_OK) {
        view->mean = place->mean;
    }
    nb_arena_free(arena);
    return err;
}

/* ---- what answers best ---- */

/* Whether all acts there are lie in the window, and whether the seeds are those of every topic. */
static enum nb_err is_general(struct nb_txn *txn, const struct nb_standing_query *query, bool *out)
{
    struct nb_slice named;
    int64_t watermark_ms;
    enum nb_err err = nb_standing_named(txn, &named);
    if (err == NB_OK) {
        *out = query->from_ms <= 0 && !nb_standing_has_own(named, query->topic);
        err = nb_analysis_watermark(txn, &watermark_ms);
    }
    if (err == NB_OK) {
        *out = *out && query->to_ms > watermark_ms;
    }
    return err;
}

static enum nb_err open_large(struct nb_standing_view *view, const struct nb_standing_query *query)
{
    bool general = false;
    uint64_t mean = view->mean;
    size_t read_n = query->read_n ? query->read_n : NB_STANDING_READ_N;
    enum nb_err err = is_general(view->txn, query, &general);
    view->basis = NB_TRUST_OF_STORED;
    if (err != NB_OK || general) {
        return err;
    }
    view->basis = query->from_ms > 0 ? NB_TRUST_OF_WINDOW : NB_TRUST_OF_ACTS;
    err = make(view, query, read_acts, read_n);
    if (err == NB_ETOOBIG && query->numbers_n) {
        view->basis = NB_TRUST_OF_TOPIC;
        err = make(view, query, read_documents, read_n);
    }
    if (err == NB_ETOOBIG) {
        view->basis = NB_TRUST_OF_GENERAL;
        view->mean = mean;
        err = NB_OK;
    }
    return err;
}

enum nb_err nb_standing_open(struct nb_txn *txn, const struct nb_standing_query *query,
                             struct nb_standing_view **out)
{
    struct nb_standing_view *view = nb_calloc(1, sizeof(*view));
    *out = NULL;
    if (!view) {
        return NB_ENOMEM;
    }
    view->txn = txn;
    enum nb_err err = read_place(view);
    if (err == NB_OK) {
        err = open_large(view, query);
    } else if (err == NB_ENOTFOUND) {
        view->basis = query->from_ms > 0 ? NB_TRUST_OF_WINDOW : NB_TRUST_OF_ACTS;
        err = make(view, query, read_acts, 0);
    }
    if (err != NB_OK) {
        nb_standing_close(view);
        return err;
    }
    *out = view;
    return NB_OK;
}

void nb_standing_close(struct nb_standing_view *view)
{
    if (view) {
        nb_standing_made_fini(&view->made);
        nb_free(view);
    }
}

enum nb_err nb_standing_get(const struct nb_standing_view *view, struct nb_slice author,
                            struct nb_arena *arena, struct nb_standing **out)
{
    struct nb_standing *row = NULL;
    enum nb_err err;
    *out = NULL;
    if (view->made.trust) {
        uint32_t number = nb_names_find(view->made.names, author);
        if (number == NB_NO_NODE) {
            return NB_OK;
        }
        err = nb_standing_row(&view->made, number, arena, &row);
    } else {
        struct nb_slice value;
        err = nb_get(view->txn, NB_TBL_STANDING, author, &value);
        if (err == NB_OK) {
            err = nb_standing_decode(value, arena, &row);
        }
    }
    if (err != NB_OK || !row->groups_n) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    row->has_trust_milli = 1;
    row->trust_milli = nb_trust_milli(row->score, view->mean);
    *out = row;
    return NB_OK;
}
