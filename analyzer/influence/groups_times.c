/*
 * Acts towards one author in the ten seconds from the first of them are a burst, if two authors or
 * more are in it. Authors who share two bursts act together, unless they are a small part of both:
 * two goals of a match bring many of the same people within seconds, and most of the others not.
 */
#include "analyzer/influence/groups_private.h"

#include <stdlib.h>

#include <nabiz/mem.h>

#include "analyzer/influence/sorting.h"

enum { BURST_S = 10, MINUTE_S = 60, SAMPLE = 1024, AHEAD = 2 };

struct member {
    uint32_t author, burst;
};

struct bursts {
    struct member *members;
    size_t n, cap;
    uint32_t *sizes; /* authors of each burst */
    size_t sizes_n, sizes_cap;
    uint32_t default_s; /* a time that more than half of all acts have; 0: none */
};

/* Do the times tell seconds? A default, which most acts have, is no time. */
static bool times_tell(const struct nb_graph *graph, uint32_t *default_s)
{
    uint64_t times[SAMPLE];
    uint32_t n = graph->acts_n < SAMPLE ? graph->acts_n : SAMPLE;
    size_t known = 0, round = 0;
    for (uint32_t i = 0; i < n; i++) {
        times[i] = graph->in.at_s[(uint64_t)graph->acts_n * i / n];
    }
    nb_sort_numbers(times, n);
    *default_s = n && times[n / 4] == times[n / 4 + n / 2] ? (uint32_t)times[n / 2] : 0;
    for (uint32_t i = 0; i < n; i++) {
        bool is_time = times[i] && times[i] != *default_s;
        known += is_time;
        round += is_time && times[i] % MINUTE_S == 0;
    }
    return known > 0 && round <= known / 2;
}

static enum nb_err add_member(struct bursts *bursts, uint32_t author, uint32_t burst)
{
    if (bursts->n == bursts->cap) {
        size_t cap = bursts->cap ? 2 * bursts->cap : SAMPLE;
        struct member *members = nb_realloc(bursts->members, cap * sizeof(*members));
        if (!members) {
            return NB_ENOMEM;
        }
        bursts->members = members;
        bursts->cap = cap;
    }
    bursts->members[bursts->n++] = (struct member){author, burst};
    return NB_OK;
}

/* Acts in time order, time << 32 | author, all of one burst: authors once. */
static enum nb_err add_burst(struct bursts *bursts, uint64_t *acts, size_t n)
{
    size_t begin = bursts->n;
    enum nb_err err = NB_OK;
    for (size_t i = 0; i < n; i++) {
        acts[i] &= UINT32_MAX;
    }
    nb_sort_numbers(acts, n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (i == 0 || acts[i] != acts[i - 1]) {
            err = add_member(bursts, (uint32_t)acts[i], (uint32_t)bursts->sizes_n);
        }
    }
    uint32_t size = (uint32_t)(bursts->n - begin);
    if (err != NB_OK || size < 2) {
        bursts->n = begin;
        return err;
    }
    if (bursts->sizes_n == bursts->sizes_cap) {
        size_t cap = bursts->sizes_cap ? 2 * bursts->sizes_cap : SAMPLE;
        uint32_t *sizes = nb_realloc(bursts->sizes, cap * sizeof(*sizes));
        if (!sizes) {
            return NB_ENOMEM;
        }
        bursts->sizes = sizes;
        bursts->sizes_cap = cap;
    }
    bursts->sizes[bursts->sizes_n++] = size;
    return NB_OK;
}

/* @param acts  room for the longest row. */
static enum nb_err find_bursts(const struct nb_graph *graph, uint64_t *acts, struct bursts *bursts)
{
    enum nb_err err = NB_OK;
    for (uint32_t v = 0; err == NB_OK && v < graph->authors_n; v++) {
        size_t n = 0;
        for (uint32_t i = graph->in.begin[v]; i < graph->in.begin[v + 1]; i++) {
            uint32_t at_s = graph->in.at_s[i];
            if (at_s && at_s != bursts->default_s) {
                acts[n++] = (uint64_t)at_s << 32 | graph->in.other[i];
            }
        }
        if (n > 1) {
            nb_sort_numbers(acts, n);
        }
        for (size_t i = 0, end; err == NB_OK && i < n; i = end) {
            uint64_t first_s = acts[i] >> 32;
            for (end = i + 1; end < n && (acts[end] >> 32) - first_s <= BURST_S; end++) {
            }
            err = end - i > 1 ? add_burst(bursts, acts + i, end - i) : NB_OK;
        }
    }
    return err;
}

static int by_author(const void *a, const void *b)
{
    const struct member *x = a;
    const struct member *y = b;
    if (x->author != y->author) {
        return x->author < y->author ? -1 : 1;
    }
    return (x->burst > y->burst) - (x->burst < y->burst);
}

/* Two bursts of one author are a mark, each with the next few. */
static size_t mark_pairs(struct bursts *bursts, struct nb_groups_mark *marks)
{
    size_t n = 0;
    qsort(bursts->members, bursts->n, sizeof(bursts->members[0]), by_author);
    for (size_t i = 0; i < bursts->n; i++) {
        const struct member *one = &bursts->members[i];
        for (size_t k = i + 1; k < bursts->n && k <= i + AHEAD; k++) {
            const struct member *other = &bursts->members[k];
            if (other->author != one->author) {
                break;
            }
            uint32_t a = bursts->sizes[one->burst], b = bursts->sizes[other->burst];
            marks[n++] = (struct nb_groups_mark){(uint64_t)one->burst << 32 | other->burst,
                                                 one->author, a < b ? a : b};
        }
    }
    return n;
}

static enum nb_err join_marked(struct nb_groups_mark *marks, size_t n, uint32_t *group)
{
    enum nb_err err = nb_groups_sort(marks, n);
    if (err != NB_OK) {
        return err;
    }
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && marks[end].mark == marks[i].mark; end++) {
        }
        if (2 * (end - i) >= marks[i].rest) {
            for (size_t k = i + 1; k < end; k++) {
                nb_groups_join(group, marks[i].author, marks[k].author);
            }
        }
    }
    return NB_OK;
}

enum nb_err nb_groups_by_times(const struct nb_graph *graph, uint32_t *group)
{
    struct bursts bursts = {0};
    size_t longest = 0;
    if (!times_tell(graph, &bursts.default_s)) {
        return NB_OK;
    }
    for (uint32_t i = 0; i < graph->authors_n; i++) {
        size_t n = graph->in.begin[i + 1] - graph->in.begin[i];
        longest = n > longest ? n : longest;
    }
    uint64_t *acts = nb_malloc((longest + 1) * sizeof(*acts));
    enum nb_err err = acts ? find_bursts(graph, acts, &bursts) : NB_ENOMEM;
    if (err == NB_OK && bursts.n > 0) {
        struct nb_groups_mark *marks = nb_malloc(AHEAD * bursts.n * sizeof(*marks));
        err = marks ? join_marked(marks, mark_pairs(&bursts, marks), group) : NB_ENOMEM;
        nb_free(marks);
    }
    nb_free(acts);
    nb_free(bursts.members);
    nb_free(bursts.sizes);
    return err;
}
