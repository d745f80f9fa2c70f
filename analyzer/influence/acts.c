#include "analyzer/influence/acts.h"

#include <stdbool.h>
#include <stdlib.h>

#include "analyzer/keys.h"

/* Whether the act carries the author's words or address to other readers. */
static bool spreads(const struct nb_edge *edge)
{
    return edge->act == NB__EDGE__ACT__LINK || edge->act == NB__EDGE__ACT__QUOTE ||
           edge->act == NB__EDGE__ACT__COPY;
}

/* Who did something, and as the how-manieth act. */
struct doer {
    struct nb_slice name;
    size_t act;
};

static int by_name(const void *a, const void *b)
{
    const struct doer *x = a;
    const struct doer *y = b;
    int order = nb_slice_cmp(x->name, y->name);
    return order ? order : (x->act > y->act) - (x->act < y->act);
}

/* Different names; the first act of each is given points. Reorders doers. */
static uint64_t award(struct doer *doers, size_t n, int32_t points_milli, struct nb_acts *acts)
{
    uint64_t names_n = 0;
    if (n) {
        qsort(doers, n, sizeof(doers[0]), by_name);
    }
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !nb_slice_eq(doers[i - 1].name, doers[i].name)) {
            names_n++;
            acts->acts[doers[i].act].points_milli += points_milli;
            acts->points_milli += points_milli;
        }
    }
    return names_n;
}

static enum nb_err count(struct nb_acts *acts, struct nb_slice author, int64_t since_ms,
                         struct nb_arena *arena)
{
    struct nb_slice own_site = nb_author_site(author);
    struct doer *sites = nb_arena_calloc(arena, acts->n, sizeof(*sites));
    struct doer *authors = nb_arena_calloc(arena, acts->n, sizeof(*authors));
    struct doer *spreaders = nb_arena_calloc(arena, acts->n, sizeof(*spreaders));
    if (!sites || !authors || !spreaders) {
        return NB_ENOMEM;
    }
    size_t sites_n = 0;
    size_t authors_n = 0;
    size_t spreaders_n = 0;
    for (size_t i = 0; i < acts->n; i++) {
        const struct nb_edge *edge = acts->acts[i].edge;
        struct nb_slice from = nb_field(edge->from);
        struct nb_slice site = nb_author_site(from);
        if (!spreads(edge)) {
            authors[authors_n++] = (struct doer){from, i};
            continue;
        }
        if (!nb_slice_eq(site, own_site)) {
            sites[sites_n++] = (struct doer){site, i};
        }
        if (edge->at_ms >= since_ms) {
            spreaders[spreaders_n++] = (struct doer){from, i};
        }
    }
    acts->sites_n = award(sites, sites_n, NB_POINTS_SITE, acts);
    acts->authors_n = award(authors, authors_n, NB_POINTS_AUTHOR, acts);
    acts->spreaders_n = award(spreaders, spreaders_n, 0, acts);
    return NB_OK;
}

enum nb_err nb_acts_towards(struct nb_txn *txn, struct nb_slice author, int64_t from_ms,
                            int64_t to_ms, int64_t since_ms, struct nb_arena *arena,
                            struct nb_acts *out)
{
    const struct nb_edge *const *edges;
    size_t n;
    *out = (struct nb_acts){0};
    enum nb_err err = nb_analysis_edges_to(txn, author, arena, &edges, &n);
    if (err) {
        return err;
    }
    out->acts = nb_arena_calloc(arena, n, sizeof(out->acts[0]));
    if (!out->acts) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (edges[i]->at_ms >= from_ms && edges[i]->at_ms < to_ms &&
            !nb_slice_eq(nb_field(edges[i]->from), author)) {
            out->acts[out->n++].edge = edges[i];
        }
    }
    return count(out, author, since_ms, arena);
}
