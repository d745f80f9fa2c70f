/*
 * The list is in the order of trust, unrounded: it is the one part that acts alone can tell and
 * that whoever wants to be in front cannot make himself. Spread is shown beside it. Adoptions are
 * acts that take something up: links, quotes, copies, boosts; a group counts once for each act of
 * the author's, which are guessed from the times of adoptions: what nobody took up leaves no edge.
 */
#include "analyzer/influence/rank.h"

#include <stdlib.h>

#include <nabiz/mem.h>
#include <nabiz/weights.h>

#include "analyzer/influence/expect.h"
#include "analyzer/influence/groups.h"
#include "analyzer/influence/sorting.h"

enum { LEAST_GROUPS = 3, LEAST_ACTS = 3, RISK_HALF = 2 };

struct ranking {
    const struct nb_graph *graph;
    uint32_t *group;      /* who is one voice */
    uint32_t *together;   /* who acts together: owners left out */
    uint32_t *together_n; /* how many there are, by the least of them */
    struct nb_trust *trust;
    uint64_t mean; /* nb_trust_mean() */
    /* room for the longest row */
    struct nb_trust_share *shares;
    uint64_t *adoptions;
    struct nb_expect_act *acts;
    struct nb_expect_met *met; /* by group */
    uint32_t *adopted;         /* by group: whom it adopted last, plus one */
    uint32_t stamp;
    int64_t now_s;
};

static int32_t spread_of(struct ranking *r, uint32_t author)
{
    const struct nb_acts_by *in = &r->graph->in;
    size_t n = 0;
    uint32_t groups_n = 0;
    for (uint32_t i = in->begin[author]; i < in->begin[author + 1]; i++) {
        uint32_t group = r->group[in->other[i]];
        if (nb_act_carries(in->kind[i]) && group != r->group[author]) {
            groups_n += r->adopted[group] != author + 1;
            r->adopted[group] = author + 1;
            r->adoptions[n++] = (uint64_t)in->at_s[i] << 32 | group;
        }
    }
    if (groups_n < LEAST_GROUPS) {
        return NB_UNKNOWN_MILLI;
    }
    nb_sort_numbers(r->adoptions, n);
    size_t acts_n = nb_expect_acts(r->adoptions, n, r->met, &r->stamp, r->acts);
    return nb_expect_score(
        nb_expect_spread(r->acts, acts_n, NB_EXPECT_BURST_SHRINKAGE_MILLI, r->now_s));
}

static int32_t coordination_of(const struct ranking *r, uint32_t author)
{
    uint32_t others_n = r->together_n[r->together[author]] - 1;
    uint32_t acts_n = r->graph->out.begin[author + 1] - r->graph->out.begin[author];
    if (others_n == 0 && acts_n < LEAST_ACTS) {
        return NB_UNKNOWN_MILLI;
    }
    return (int32_t)(UINT64_C(1000) * others_n / (others_n + RISK_HALF));
}

static void fill_row(struct ranking *r, uint32_t author, struct nb_rank_row *row)
{
    uint32_t groups_n = nb_trust_shares(r->trust, NULL, author, r->shares);
    uint64_t low, high;
    *row = (struct nb_rank_row){
        .author = author,
        .acts_n = r->graph->in.begin[author + 1] - r->graph->in.begin[author],
        .trust = nb_trust_scores(r->trust)[author],
        .spread_milli = spread_of(r, author),
        .coordination_milli = coordination_of(r, author),
        .low_milli = NB_UNKNOWN_MILLI,
        .high_milli = NB_UNKNOWN_MILLI,
    };
    row->score_milli = row->trust_milli = nb_trust_milli(row->trust, r->mean);
    if (groups_n >= LEAST_GROUPS && row->trust > 0) {
        nb_trust_interval(r->shares, groups_n, author, &low, &high);
        int32_t low_milli = nb_trust_milli(low, r->mean),
                high_milli = nb_trust_milli(high, r->mean);
        row->low_milli = low_milli < row->score_milli ? low_milli : row->score_milli;
        row->high_milli = high_milli > row->score_milli ? high_milli : row->score_milli;
    }
}

/* ---- all ---- */

static enum nb_err make_room(struct ranking *r)
{
    const struct nb_graph *graph = r->graph;
    size_t authors_n = graph->authors_n, longest = 0;
    for (uint32_t i = 0; i < authors_n; i++) {
        size_t n = graph->in.begin[i + 1] - graph->in.begin[i];
        longest = n > longest ? n : longest;
    }
    r->group = nb_malloc((authors_n + 1) * sizeof(r->group[0]));
    r->together = nb_malloc((authors_n + 1) * sizeof(r->together[0]));
    r->together_n = nb_calloc(authors_n + 1, sizeof(r->together_n[0]));
    r->shares = nb_malloc((longest + 1) * sizeof(r->shares[0]));
    r->adoptions = nb_malloc((longest + 1) * sizeof(r->adoptions[0]));
    r->acts = nb_malloc((longest + 1) * sizeof(r->acts[0]));
    r->met = nb_calloc(authors_n + 1, sizeof(r->met[0]));
    r->adopted = nb_calloc(authors_n + 1, sizeof(r->adopted[0]));
    return r->group && r->together && r->together_n && r->shares && r->adoptions && r->acts &&
                   r->met && r->adopted
               ? NB_OK
               : NB_ENOMEM;
}

static enum nb_err find_groups(struct ranking *r, const struct nb_names *names)
{
    uint32_t n = r->graph->authors_n;
    enum nb_err err = nb_groups_find(r->graph, NULL, NULL, 0, r->together);
    if (err != NB_OK) {
        return err;
    }
    for (uint32_t i = 0; i < n; i++) {
        r->together_n[r->together[i]]++;
    }
    memcpy(r->group, r->together, n * sizeof(r->group[0]));
    return nb_groups_join_sites(names, n, r->group);
}

/* qsort has no argument: the places of the names in order stand in for them. */
struct sortable {
    uint64_t trust;
    uint32_t place, row;
};

static int by_trust(const void *a, const void *b)
{
    const struct sortable *x = a;
    const struct sortable *y = b;
    if (x->trust != y->trust) {
        return x->trust > y->trust ? -1 : 1;
    }
    return (x->place > y->place) - (x->place < y->place);
}

static enum nb_err sort_rows(const struct nb_names *names, struct nb_rank_row *rows, uint32_t n)
{
    uint32_t *by_name = nb_malloc(((size_t)n + 1) * sizeof(*by_name));
    struct sortable *order = nb_malloc(((size_t)n + 1) * sizeof(*order));
    struct nb_rank_row *copy = nb_malloc(((size_t)n + 1) * sizeof(*copy));
    enum nb_err err = by_name && order && copy ? nb_names_order(names, n, by_name) : NB_ENOMEM;
    if (err == NB_OK && n > 0) {
        for (uint32_t i = 0; i < n; i++) {
            order[i] = (struct sortable){rows[by_name[i]].trust, i, by_name[i]};
        }
        qsort(order, n, sizeof(order[0]), by_trust);
        memcpy(copy, rows, n * sizeof(rows[0]));
        for (uint32_t i = 0; i < n; i++) {
            rows[i] = copy[order[i].row];
        }
    }
    nb_free(by_name);
    nb_free(order);
    nb_free(copy);
    return err;
}

enum nb_err nb_rank(const struct nb_graph *graph, const struct nb_names *names,
                    const uint32_t *seeds, size_t seeds_n, struct nb_rank_row **out)
{
    struct ranking r = {.graph = graph, .now_s = nb_graph_last_s(graph)};
    struct nb_rank_row *rows = nb_malloc(((size_t)graph->authors_n + 1) * sizeof(*rows));
    *out = NULL;
    enum nb_err err = rows ? make_room(&r) : NB_ENOMEM;
    if (err == NB_OK) {
        err = find_groups(&r, names);
    }
    if (err == NB_OK) {
        struct nb_weights weights;
        nb_weights_usual(&weights);
        const struct nb_trust_input input = {
            .group = r.group,
            .seeds = seeds,
            .seeds_n = seeds_n,
            .age = {(uint32_t)r.now_s, (uint32_t)weights.trust_half_days}};
        err = nb_trust_new(graph, &input, &r.trust);
    }
    r.mean = err == NB_OK ? nb_trust_mean(r.trust) : 1;
    for (uint32_t i = 0; err == NB_OK && i < graph->authors_n; i++) {
        fill_row(&r, i, &rows[i]);
    }
    if (err == NB_OK) {
        err = sort_rows(names, rows, graph->authors_n);
    }
    nb_trust_free(r.trust);
    nb_free(r.group);
    nb_free(r.together);
    nb_free(r.together_n);
    nb_free(r.shares);
    nb_free(r.adoptions);
    nb_free(r.acts);
    nb_free(r.met);
    nb_free(r.adopted);
    if (err != NB_OK) {
        nb_free(rows);
        return err;
    }
    *out = rows;
    return NB_OK;
}
