#include "analyzer/influence/standing_changes.h"

#include <stdlib.h>

#include "analyzer/influence/resize.h"
#include "analyzer/influence/store_graph.h"

enum { LEAST = 1024 };

enum nb_err nb_standing_acts_add(struct nb_standing_acts *acts, const struct nb_support_act *act)
{
    if (acts->n == acts->cap) {
        size_t cap = acts->cap ? 2 * acts->cap : LEAST;
        if (!nb_resize(&acts->p, cap, sizeof(acts->p[0]))) {
            return NB_ENOMEM;
        }
        acts->cap = cap;
    }
    acts->p[acts->n++] = *act;
    return NB_OK;
}

struct nb_support_act nb_standing_act(const struct nb_edge *edge)
{
    int64_t at_s = edge->at_ms / 1000;
    return (struct nb_support_act){.kind = nb_edge_kind(edge),
                                   .at_s = at_s > 0 && at_s <= UINT32_MAX ? (uint32_t)at_s : 0};
}

enum nb_err nb_standing_changes_add(struct nb_standing_changes *changes, struct nb_names *names,
                                    const struct nb_edge *edge, int sign)
{
    struct nb_standing_change change = {nb_standing_act(edge), sign};
    enum nb_err err = nb_names_add(names, nb_field(edge->from), &change.act.from);
    if (err == NB_OK) {
        err = nb_names_add(names, nb_field(edge->to), &change.act.to);
    }
    if (err == NB_OK && changes->n == changes->cap) {
        size_t cap = changes->cap ? 2 * changes->cap : LEAST;
        if (!nb_resize(&changes->p, cap, sizeof(changes->p[0]))) {
            return NB_ENOMEM;
        }
        changes->cap = cap;
    }
    if (err == NB_OK) {
        changes->p[changes->n++] = change;
    }
    return err;
}

static int by_pair(const struct nb_support_act *x, const struct nb_support_act *y)
{
    if (x->to != y->to) {
        return x->to < y->to ? -1 : 1;
    }
    return (x->from > y->from) - (x->from < y->from);
}

static int by_act(const void *a, const void *b)
{
    const struct nb_support_act *x = &((const struct nb_standing_change *)a)->act;
    const struct nb_support_act *y = &((const struct nb_standing_change *)b)->act;
    int order = by_pair(x, y);
    if (order) {
        return order;
    }
    if (x->at_s != y->at_s) {
        return x->at_s < y->at_s ? -1 : 1;
    }
    return (x->kind > y->kind) - (x->kind < y->kind);
}

enum nb_err nb_standing_changes_sum(struct nb_standing_changes *changes,
                                    struct nb_standing_acts *came, struct nb_standing_acts *gone)
{
    const struct nb_standing_change *all = changes->p;
    enum nb_err err = NB_OK;
    if (changes->n) {
        qsort(changes->p, changes->n, sizeof(changes->p[0]), by_act);
    }
    for (size_t i = 0; err == NB_OK && i < changes->n;) {
        size_t begin = i;
        int sum = 0;
        for (; i < changes->n && by_act(&all[i], &all[begin]) == 0; i++) {
            sum += all[i].sign;
        }
        bool is_known = gone->n && by_pair(&gone->p[gone->n - 1], &all[begin].act) == 0;
        if (sum > 0) {
            err = nb_standing_acts_add(came, &all[begin].act);
        } else if (sum < 0 && !is_known) {
            err = nb_standing_acts_add(gone, &all[begin].act);
        }
    }
    changes->n = 0;
    return err;
}
