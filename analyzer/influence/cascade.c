/*
 * A tree is measured from its leaves: a node is done when all its children are, so the order in
 * which nodes become done puts children before parents, and read backwards parents before children.
 * Nodes of a circle never become done, which is how one is noticed.
 */
#include "analyzer/influence/cascade.h"

#include <string.h>

/* Children before parents. @return how many came out: fewer than n when there is a circle. */
static uint32_t order_from_leaves(const uint32_t *parent, uint32_t n, uint32_t *open,
                                  uint32_t *order)
{
    uint32_t done = 0, out_n = 0;
    memset(open, 0, n * sizeof(*open));
    for (uint32_t i = 0; i < n; i++) {
        if (parent[i] != NB_CASCADE_ROOT) {
            open[parent[i]]++;
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!open[i]) {
            order[out_n++] = i;
        }
    }
    for (; done < out_n; done++) {
        uint32_t up = parent[order[done]];
        if (up != NB_CASCADE_ROOT && --open[up] == 0) {
            order[out_n++] = up;
        }
    }
    return out_n;
}

static enum nb_err check(const uint32_t *parent, uint32_t n)
{
    uint32_t roots_n = 0;
    if (n > NB_CASCADE_MAX) {
        return NB_ETOOBIG;
    }
    for (uint32_t i = 0; i < n; i++) {
        roots_n += parent[i] == NB_CASCADE_ROOT;
        if (parent[i] != NB_CASCADE_ROOT && parent[i] >= n) {
            return NB_EINVAL;
        }
    }
    return roots_n == 1 ? NB_OK : NB_EINVAL;
}

/* Sizes of subtrees, less the node itself, and the sum of distances. */
static void sum_up(const uint32_t *parent, const uint32_t *order, uint32_t n, uint32_t *below,
                   struct nb_cascade *out)
{
    memset(below, 0, n * sizeof(*below));
    for (uint32_t i = 0; i + 1 < n; i++) { /* the root is last */
        uint32_t size = below[order[i]] + 1;
        below[parent[order[i]]] += size;
        out->distances += (uint64_t)size * (n - size);
    }
}

static void go_down(const uint32_t *parent, const uint32_t *order, uint32_t n, uint32_t *depth,
                    uint32_t *at_depth, struct nb_cascade *out)
{
    memset(at_depth, 0, n * sizeof(*at_depth));
    for (uint32_t i = n; i-- > 0;) {
        uint32_t node = order[i];
        depth[node] = parent[node] == NB_CASCADE_ROOT ? 0 : depth[parent[node]] + 1;
        uint32_t here = ++at_depth[depth[node]];
        out->breadth = here > out->breadth ? here : out->breadth;
        out->depth = depth[node] > out->depth ? depth[node] : out->depth;
    }
}

enum nb_err nb_cascade_measure(const uint32_t *parent, uint32_t n, uint32_t *below,
                               struct nb_arena *arena, struct nb_cascade *out)
{
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct nb_cascade figures = {.nodes_n = n};
    enum nb_err err = check(parent, n);
    if (err != NB_OK) {
        return err;
    }
    uint32_t *order = nb_arena_alloc(arena, n * sizeof(*order));
    uint32_t *numbers = nb_arena_alloc(arena, n * sizeof(*numbers));
    uint32_t *sizes = below ? below : nb_arena_alloc(arena, n * sizeof(*sizes));
    uint32_t *depth = nb_arena_alloc(arena, n * sizeof(*depth));
    if (!order || !numbers || !sizes || !depth) {
        err = NB_ENOMEM;
    } else if (order_from_leaves(parent, n, numbers, order) < n) {
        err = NB_EINVAL;
    } else {
        sum_up(parent, order, n, sizes, &figures);
        go_down(parent, order, n, depth, numbers, &figures);
        uint64_t pairs = (uint64_t)n * (n - 1) / 2;
        figures.virality_milli =
            pairs ? (int32_t)(figures.distances / pairs * 1000 +
                              (figures.distances % pairs * 1000 + pairs / 2) / pairs)
                  : 0;
        *out = figures;
    }
    nb_arena_rewind(arena, mark);
    return err;
}

/* ---- a tree of rows ---- */

/* Whether a row tells better than the chosen one whom its child took it from. */
static bool better(const struct nb_cascade_row *row, const struct nb_cascade_row *chosen)
{
    bool before = row->parent_at <= row->child_at;
    bool chosen_before = chosen->parent_at <= chosen->child_at;
    if (before != chosen_before) {
        return before;
    }
    return before ? row->parent_at > chosen->parent_at : row->parent_at < chosen->parent_at;
}

/* chosen: of each node 1 + index of the row that counts; 0: none. */
static enum nb_err choose(const struct nb_cascade_row *rows, size_t rows_n, uint32_t nodes_n,
                          uint32_t root, uint32_t *chosen, struct nb_cascade_repairs *repairs)
{
    for (size_t i = 0; i < rows_n; i++) {
        const struct nb_cascade_row *row = &rows[i];
        if (row->parent >= nodes_n || row->child >= nodes_n) {
            return NB_EINVAL;
        }
        uint32_t *mine = &chosen[row->child];
        if (row->parent == row->child) {
            repairs->selves_n++;
        } else if (row->child == root) {
            repairs->roots_n++;
        } else if (!*mine) {
            *mine = (uint32_t)i + 1;
        } else if (rows[*mine - 1].parent == row->parent) {
            repairs->repeats_n++;
        } else {
            repairs->rivals_n++;
            *mine = better(row, &rows[*mine - 1]) ? (uint32_t)i + 1 : *mine;
        }
    }
    return NB_OK;
}

/* Nodes of circles hang from the root where the circle is earliest. walked: 0 not seen, else by
 * which walk. */
static void cut_circles(const struct nb_cascade_row *rows, const uint32_t *chosen, uint32_t nodes_n,
                        uint32_t root, uint32_t *walked, uint32_t *parent,
                        struct nb_cascade_repairs *repairs)
{
    walked[root] = UINT32_MAX;
    for (uint32_t i = 0; i < nodes_n; i++) {
        uint32_t node = i, walk = i + 1;
        while (!walked[node]) {
            walked[node] = walk;
            node = parent[node];
        }
        if (walked[node] != walk) {
            continue;
        }
        uint32_t first = node;
        for (uint32_t at = parent[node]; at != node; at = parent[at]) {
            int64_t mine = rows[chosen[at] - 1].child_at, best = rows[chosen[first] - 1].child_at;
            first = mine < best || (mine == best && at < first) ? at : first;
        }
        parent[first] = root;
        repairs->circles_n++;
    }
}

enum nb_err nb_cascade_grow(const struct nb_cascade_row *rows, size_t rows_n, uint32_t nodes_n,
                            uint32_t root, struct nb_arena *arena, uint32_t *parent,
                            struct nb_cascade_repairs *out)
{
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct nb_cascade_repairs repairs = {0};
    if (nodes_n > NB_CASCADE_MAX || rows_n >= UINT32_MAX) {
        return NB_ETOOBIG;
    }
    uint32_t *chosen = nb_arena_calloc(arena, nodes_n, sizeof(*chosen));
    uint32_t *walked = nb_arena_calloc(arena, nodes_n, sizeof(*walked));
    enum nb_err err = !chosen || !walked ? NB_ENOMEM
                      : root >= nodes_n  ? NB_EINVAL
                                         : choose(rows, rows_n, nodes_n, root, chosen, &repairs);
    for (uint32_t i = 0; err == NB_OK && i < nodes_n; i++) {
        const struct nb_cascade_row *row = chosen[i] ? &rows[chosen[i] - 1] : NULL;
        parent[i] = row ? row->parent : root;
        repairs.orphans_n += !row && i != root;
        repairs.reversed_n += row && row->parent_at > row->child_at;
    }
    if (err == NB_OK) {
        parent[root] = root;
        cut_circles(rows, chosen, nodes_n, root, walked, parent, &repairs);
        parent[root] = NB_CASCADE_ROOT;
        *out = repairs;
    }
    nb_arena_rewind(arena, mark);
    return err;
}
