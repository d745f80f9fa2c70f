/*
 * Steps without suffix are closed over here: a node has the edges of every state its own leads to
 * for free, each with a step that says what was passed on the way and what the suffix says.
 */
#include "analyzer/turkish/graph.h"

#include <stdlib.h>
#include <string.h>

enum { EDGES_MAX = 400000, CLOSURE_MAX = 64, NODE_EDGES_MAX = 2000 };

struct passed {
    uint16_t state;
    struct tr_step step;
};

struct build {
    const struct tr_rules *rules;
    const uint8_t *codes;
    struct tr_graph *out;
    uint64_t drop_of[TR_FEATURES_MAX]; /* by bit: the bits of the same name that it replaces */
    uint64_t watched;                  /* features whose line is kept */
    size_t edges_cap, groups_cap, ends_cap, steps_cap;
    struct tr_table step_ids; /* steps by their bytes */
    struct passed closure[CLOSURE_MAX];
    size_t closure_n;
};

/* Moods and voices add up. */
static bool adds_up(struct nb_slice name)
{
    return nb_slice_starts(name, NB_LIT("Mood=")) || nb_slice_starts(name, NB_LIT("Voice="));
}

static struct nb_slice key_of(struct nb_slice feature)
{
    return nb_slice_sub(feature, 0, nb_slice_find_byte(feature, '=', 0));
}

int tr_feature_cmp(struct nb_slice a, struct nb_slice b)
{
    struct nb_slice x = key_of(a), y = key_of(b);
    for (size_t i = 0; i < x.len && i < y.len; i++) {
        char c = nb_ascii_lower(x.p[i]), d = nb_ascii_lower(y.p[i]);
        if (c != d) {
            return (unsigned char)c < (unsigned char)d ? -1 : 1;
        }
    }
    if (x.len != y.len) {
        return x.len < y.len ? -1 : 1;
    }
    return nb_slice_cmp(a, b);
}

static void sort_features(struct build *b)
{
    struct tr_graph *out = b->out;
    const struct tr_table *table = &b->rules->features;
    out->features_n = table->n;
    for (size_t id = 0; id < table->n; id++) {
        size_t bit = 0;
        for (size_t other = 0; other < table->n; other++) {
            bit += tr_feature_cmp(table->texts[other], table->texts[id]) < 0;
        }
        out->bit_of[id] = (uint8_t)bit;
        out->names[bit] = table->texts[id];
    }
    for (size_t bit = 0; bit < out->features_n; bit++) {
        for (size_t other = 0; other < out->features_n && !adds_up(out->names[bit]); other++) {
            bool same = nb_slice_eq(key_of(out->names[bit]), key_of(out->names[other]));
            b->drop_of[bit] |= (uint64_t)same << other;
        }
        if (nb_slice_eq(out->names[bit], NB_LIT("Polarity=Neg"))) {
            b->watched |= (uint64_t)1 << bit;
        }
    }
}

uint64_t tr_graph_features(const struct tr_graph *graph, const uint8_t *ids, size_t n)
{
    uint64_t set = 0;
    for (size_t i = 0; i < n; i++) {
        set |= (uint64_t)1 << graph->bit_of[ids[i]];
    }
    return set;
}

/* What a rule says behind what was passed before it. */
static struct tr_step step_behind(const struct build *b, const struct tr_step *before,
                                  const struct tr_rule *rule)
{
    struct tr_step step = *before;
    uint64_t add = tr_graph_features(b->out, rule->features, rule->features_n), drop = 0;
    for (uint64_t left = add; left; left &= left - 1) {
        drop |= b->drop_of[__builtin_ctzll(left)];
    }
    step.add = (step.add & ~drop) | add;
    step.drop |= drop;
    step.upos = rule->upos < TR_UPOS_N ? rule->upos : step.upos;
    step.path = rule->pattern.len ? rule->path : step.path;
    step.line = add & b->watched ? rule->line : step.line;
    step.flags |=
        (uint8_t)((rule->lemma ? TR_STEP_LEMMA : 0) | (rule->derived ? TR_STEP_DERIVED : 0) |
                  (rule->privative ? TR_STEP_PRIVATIVE : 0) | (rule->tail ? TR_STEP_TAIL : 0));
    return step;
}

static bool same_step(const struct tr_step *a, const struct tr_step *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* Every state that is reached without a suffix, once for each thing that is said on the way. */
static bool close_over(struct build *b, uint16_t state)
{
    b->closure[0] = (struct passed){.state = state, .step = {.upos = TR_UPOS_N}};
    b->closure_n = 1;
    for (size_t at = 0; at < b->closure_n; at++) {
        for (size_t i = 0; i < b->rules->n; i++) {
            const struct tr_rule *rule = &b->rules->all[i];
            if (rule->pattern.len || rule->from != b->closure[at].state) {
                continue;
            }
            struct passed next = {.state = rule->to,
                                  .step = step_behind(b, &b->closure[at].step, rule)};
            size_t same = 0;
            while (same < b->closure_n && !(b->closure[same].state == next.state &&
                                            same_step(&b->closure[same].step, &next.step))) {
                same++;
            }
            if (same == CLOSURE_MAX) {
                return false;
            }
            if (same == b->closure_n) {
                b->closure[b->closure_n++] = next;
            }
        }
    }
    return true;
}

static void *room(struct nb_arena *arena, void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return array;
    }
    size_t wider = *cap ? *cap * 2 : 1024;
    void *grown = nb_arena_grow(arena, array, *cap * size, wider * size);
    *cap = grown ? wider : *cap;
    return grown;
}

/* Id of a step, added when it is new; TR_NONE when there is no room. */
static uint32_t step_id(struct build *b, const struct tr_step *step)
{
    struct tr_graph *out = b->out;
    size_t before = b->step_ids.n;
    uint32_t id = tr_table_add(&b->step_ids, nb_slice(step, sizeof(*step)));
    if (id == TR_NONE || id > UINT16_MAX || id < before) {
        return id > UINT16_MAX ? TR_NONE : id;
    }
    struct tr_step *steps = room(out->arena, out->steps, id, &b->steps_cap, sizeof(*steps));
    if (!steps) {
        return TR_NONE;
    }
    out->steps = steps;
    steps[id] = *step;
    out->steps_n = id + 1;
    return id;
}

static enum nb_err add_edge(struct build *b, const struct tr_rule *rule,
                            const struct tr_step *before, const struct tr_written *shape, bool soft)
{
    struct tr_graph *out = b->out;
    struct tr_step step = step_behind(b, before, rule);
    uint32_t id = step_id(b, &step);
    struct tr_edge *edges =
        room(out->arena, out->edges, out->edges_n, &b->edges_cap, sizeof(*edges));
    if (id == TR_NONE || !edges || out->edges_n == EDGES_MAX) {
        return nb_arena_failed(out->arena) ? NB_ENOMEM : NB_ETOOBIG;
    }
    out->edges = edges;
    struct tr_edge *edge = &edges[out->edges_n++];
    *edge = (struct tr_edge){.node = (uint16_t)(rule->to * TR_CONTEXTS + shape->context),
                             .step = (uint16_t)id,
                             .n = shape->n,
                             .soft = soft};
    for (size_t i = 0; i < shape->n; i++) {
        edge->text |= (uint64_t)b->codes[shape->letters[i]] << (8 * i);
    }
    return NB_OK;
}

static int by_first_code(const void *a, const void *b)
{
    const struct tr_edge *x = a, *y = b;
    if ((x->text & 0xff) != (y->text & 0xff)) {
        return (x->text & 0xff) < (y->text & 0xff) ? -1 : 1;
    }
    if (x->text != y->text) {
        return x->text < y->text ? -1 : 1;
    }
    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    return (x->step > y->step) - (x->step < y->step);
}

/* Where the edges of each first code begin. */
static enum nb_err add_groups(struct build *b, struct tr_node *node)
{
    struct tr_graph *out = b->out;
    const struct tr_edge *edges = out->edges ? out->edges + node->edges : NULL; /* none at all */
    node->groups = (uint32_t)out->groups_n;
    for (size_t i = 0; i <= node->edges_n; i++) {
        bool begins =
            i == node->edges_n || i == 0 || (edges[i].text & 0xff) != (edges[i - 1].text & 0xff);
        if (!begins) {
            continue;
        }
        uint16_t *groups =
            room(out->arena, out->groups, out->groups_n, &b->groups_cap, sizeof(*groups));
        if (!groups) {
            return NB_ENOMEM;
        }
        out->groups = groups;
        groups[out->groups_n++] = (uint16_t)i;
        if (i < node->edges_n) {
            node->firsts |= (uint64_t)1 << (edges[i].text & 63);
        }
    }
    return NB_OK;
}

static enum nb_err add_ends(struct build *b, struct tr_node *node)
{
    struct tr_graph *out = b->out;
    node->ends = (uint32_t)out->ends_n;
    for (size_t i = 0; i < b->closure_n; i++) {
        if (!b->rules->final[b->closure[i].state]) {
            continue;
        }
        uint32_t id = step_id(b, &b->closure[i].step);
        uint16_t *ends = room(out->arena, out->ends, out->ends_n, &b->ends_cap, sizeof(*ends));
        if (!ends || id == TR_NONE) {
            return nb_arena_failed(out->arena) ? NB_ENOMEM : NB_ETOOBIG;
        }
        out->ends = ends;
        bool there = false;
        for (size_t e = node->ends; e < out->ends_n; e++) {
            there |= ends[e] == id;
        }
        if (!there) {
            ends[out->ends_n++] = (uint16_t)id;
            node->ends_n++;
        }
    }
    return NB_OK;
}

static enum nb_err build_node(struct build *b, struct tr_node *node, unsigned context)
{
    struct tr_graph *out = b->out;
    enum nb_err err = NB_OK;
    *node = (struct tr_node){.edges = (uint32_t)out->edges_n};
    for (size_t i = 0; i < b->closure_n; i++) {
        for (size_t r = 0; r < b->rules->n; r++) {
            const struct tr_rule *rule = &b->rules->all[r];
            if (!rule->pattern.len || rule->from != b->closure[i].state) {
                continue;
            }
            bool has_k = rule->pattern.p[rule->pattern.len - 1] == 'K';
            for (int soft = 0; soft <= has_k; soft++) {
                struct tr_written shape;
                if (err == NB_OK && tr_shape_suffix(rule->pattern, context, soft, &shape)) {
                    err = add_edge(b, rule, &b->closure[i].step, &shape, soft);
                }
            }
        }
    }
    size_t n = out->edges_n - node->edges;
    if (err != NB_OK || n > NODE_EDGES_MAX) {
        return err != NB_OK ? err : NB_ETOOBIG;
    }
    node->edges_n = (uint16_t)n;
    if (n > 1) {
        qsort(out->edges + node->edges, n, sizeof(*out->edges), by_first_code);
    }
    err = add_groups(b, node);
    return err == NB_OK && context / 4 != TR_END_SOFT ? add_ends(b, node) : err;
}

/* Contexts that differ in nothing that matters to this state share their edges. */
static void share_edges(struct tr_graph *out, size_t first, size_t node)
{
    struct tr_node *last = &out->nodes[node];
    for (size_t i = first; i < node; i++) {
        const struct tr_node *other = &out->nodes[i];
        if (other->edges_n == last->edges_n && other->firsts == last->firsts && last->edges_n &&
            memcmp(out->edges + other->edges, out->edges + last->edges,
                   last->edges_n * sizeof(*out->edges)) == 0) {
            out->edges_n = last->edges;
            out->groups_n = last->groups;
            last->edges = other->edges;
            last->groups = other->groups;
            return;
        }
    }
}

enum nb_err tr_graph_build(const struct tr_rules *rules, const uint8_t *codes,
                           struct nb_arena *arena, struct tr_graph *out)
{
    struct build b = {.rules = rules, .codes = codes, .out = out};
    *out = (struct tr_graph){.arena = arena, .nodes_n = rules->states.n * TR_CONTEXTS};
    tr_table_init(&b.step_ids, arena);
    sort_features(&b);
    struct tr_step nothing = {.upos = TR_UPOS_N};
    out->nodes = nb_arena_calloc(arena, out->nodes_n, sizeof(*out->nodes));
    out->edges = room(arena, NULL, 0, &b.edges_cap, sizeof(*out->edges));
    out->groups = room(arena, NULL, 0, &b.groups_cap, sizeof(*out->groups));
    out->ends = room(arena, NULL, 0, &b.ends_cap, sizeof(*out->ends));
    if (!out->nodes || !out->edges || !out->groups || !out->ends ||
        step_id(&b, &nothing) == TR_NONE) {
        return NB_ENOMEM;
    }
    for (size_t state = 0; state < rules->states.n; state++) {
        size_t first = state * TR_CONTEXTS;
        if (!close_over(&b, (uint16_t)state)) {
            return NB_ETOOBIG;
        }
        for (unsigned context = 0; context < TR_CONTEXTS; context++) {
            enum nb_err err = build_node(&b, &out->nodes[first + context], context);
            if (err != NB_OK) {
                return err;
            }
            share_edges(out, first, first + context);
        }
    }
    return NB_OK;
}
