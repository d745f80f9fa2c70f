/*
 * Authors lie in bins by how many neighbours they have left; the fewest are taken out first, which
 * moves each neighbour with more one bin down. Moving is a swap with the first of its bin.
 */
#include "analyzer/influence/core.h"

#include <nabiz/mem.h>

struct bins {
    uint32_t *order; /* authors, by bin */
    uint32_t *place; /* of each author in order */
    uint32_t *begin; /* of each bin in order, by degree */
};

/* Each neighbour once: both rows are sorted. */
struct neighbours {
    const struct nb_graph *graph;
    uint32_t in, in_end, out, out_end;
};

static struct neighbours neighbours_of(const struct nb_graph *graph, uint32_t author)
{
    return (struct neighbours){graph, graph->in.begin[author], graph->in.begin[author + 1],
                               graph->out.begin[author], graph->out.begin[author + 1]};
}

static bool next_neighbour(struct neighbours *it, uint32_t *out)
{
    const uint32_t *in = it->graph->in.other;
    const uint32_t *outward = it->graph->out.other;
    if (it->in == it->in_end && it->out == it->out_end) {
        return false;
    }
    uint32_t a = it->in < it->in_end ? in[it->in] : NB_NO_NODE;
    uint32_t b = it->out < it->out_end ? outward[it->out] : NB_NO_NODE;
    *out = a < b ? a : b;
    while (it->in < it->in_end && in[it->in] == *out) {
        it->in++;
    }
    while (it->out < it->out_end && outward[it->out] == *out) {
        it->out++;
    }
    return true;
}

static uint32_t count_degrees(const struct nb_graph *graph, const bool *member, uint32_t *degree)
{
    uint32_t most = 0, other;
    for (uint32_t i = 0; i < graph->authors_n; i++) {
        degree[i] = 0;
        struct neighbours it = neighbours_of(graph, i);
        while ((!member || member[i]) && next_neighbour(&it, &other)) {
            degree[i] += !member || member[other];
        }
        most = degree[i] > most ? degree[i] : most;
    }
    return most;
}

/* begin has most + 2 entries, cleared. */
static void fill_bins(struct bins *bins, const uint32_t *degree, uint32_t n, uint32_t most)
{
    for (uint32_t i = 0; i < n; i++) {
        bins->begin[degree[i] + 1]++;
    }
    for (uint32_t d = 0; d <= most; d++) {
        bins->begin[d + 1] += bins->begin[d];
    }
    for (uint32_t i = 0; i < n; i++) {
        bins->place[i] = bins->begin[degree[i]]++;
        bins->order[bins->place[i]] = i;
    }
    for (uint32_t d = most + 1; d > 0; d--) {
        bins->begin[d] = bins->begin[d - 1];
    }
    bins->begin[0] = 0;
}

static void move_down(struct bins *bins, uint32_t *degree, uint32_t author)
{
    uint32_t first_place = bins->begin[degree[author]]++;
    uint32_t first = bins->order[first_place];
    uint32_t place = bins->place[author];
    bins->order[place] = first;
    bins->place[first] = place;
    bins->order[first_place] = author;
    bins->place[author] = first_place;
    degree[author]--;
}

static void peel(const struct nb_graph *graph, const bool *member, struct bins *bins,
                 uint32_t *degree)
{
    uint32_t other;
    for (uint32_t i = 0; i < graph->authors_n; i++) {
        uint32_t author = bins->order[i];
        struct neighbours it = neighbours_of(graph, author);
        while ((!member || member[author]) && next_neighbour(&it, &other)) {
            if ((!member || member[other]) && degree[other] > degree[author]) {
                move_down(bins, degree, other);
            }
        }
    }
}

enum nb_err nb_core_numbers(const struct nb_graph *graph, const bool *member, uint32_t *core)
{
    size_t n = graph->authors_n;
    uint32_t most = count_degrees(graph, member, core);
    struct bins bins = {
        .order = nb_malloc((n + 1) * sizeof(bins.order[0])),
        .place = nb_malloc((n + 1) * sizeof(bins.place[0])),
        .begin = nb_calloc((size_t)most + 2, sizeof(bins.begin[0])),
    };
    enum nb_err err = bins.order && bins.place && bins.begin ? NB_OK : NB_ENOMEM;
    if (err == NB_OK) {
        fill_bins(&bins, core, graph->authors_n, most);
        peel(graph, member, &bins, core);
    }
    nb_free(bins.order);
    nb_free(bins.place);
    nb_free(bins.begin);
    return err;
}
