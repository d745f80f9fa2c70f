/*
 * Steps without suffix are closed over here: a node has the edges of every state its own leads to
 * for free, each with a step that says what was passed on the way and what the suffix says.
 *
 * Nodes have most of their edges in common, so what is written out is shared twice: edges with one
 * text, which lie side by side, and the trie that leads to them.
 */
#include "analyzer/turkish/graph.h"

#include <stdlib.h>
#include <string.h>

enum { EDGES_MAX = 400000, CLOSURE_MAX = 64, NODE_EDGES_MAX = 2000 };

/* An edge before it is laid out. */
struct written {
    uint64_t text; /* codes, the first in the highest byte */
    uint16_t node, step;
    uint8_t n, soft;
};

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
    size_t edges_cap, ends_cap, steps_cap;
    struct tr_table step_ids; /* steps by their bytes */
    struct tr_table runs;     /* edges with one text, by their bytes */
    uint32_t *run_at;         /* by id of run: its first edge */
    size_t run_at_cap;
    struct written written[NODE_EDGES_MAX]; /* of the node that is being built */
    size_t written_n;
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

static enum nb_err write_edge(struct build *b, const struct tr_rule *rule,
                              const struct tr_step *before, const struct tr_written *shape,
                              bool soft)
{
    struct tr_step step = step_behind(b, before, rule);
    uint32_t id = step_id(b, &step);
    if (id == TR_NONE || b->written_n == NODE_EDGES_MAX) {
        return nb_arena_failed(b->out->arena) ? NB_ENOMEM : NB_ETOOBIG;
    }
    struct written *edge = &b->written[b->written_n++];
    *edge = (struct written){.node = (uint16_t)(rule->to * TR_CONTEXTS + shape->context),
                             .step = (uint16_t)id,
                             .n = shape->n,
                             .soft = soft};
    for (size_t i = 0; i < shape->n; i++) {
        edge->text |= (uint64_t)b->codes[shape->letters[i]] << (8 * (7 - i));
    }
    return NB_OK;
}

static int by_text(const void *a, const void *b)
{
    const struct written *x = a, *y = b;
    if (x->text != y->text) {
        return x->text < y->text ? -1 : 1;
    }
    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    return (x->step > y->step) - (x->step < y->step);
}

/* Edges with one text. @return NB_OK with the number of the first. */
static enum nb_err put_run(struct build *b, const struct written *run, size_t n, uint32_t *first)
{
    struct tr_graph *out = b->out;
    struct tr_edge edges[NODE_EDGES_MAX];
    for (size_t i = 0; i < n; i++) {
        edges[i] = (struct tr_edge){run[i].node, run[i].step, run[i].soft, i + 1 == n};
    }
    size_t before = b->runs.n;
    uint32_t id = tr_table_add(&b->runs, nb_slice((const char *)edges, n * sizeof(*edges)));
    if (id != TR_NONE && id < before) {
        *first = b->run_at[id];
        return NB_OK;
    }
    uint32_t *run_at = room(out->arena, b->run_at, id, &b->run_at_cap, sizeof(*run_at));
    b->run_at = run_at ? run_at : b->run_at;
    if (id == TR_NONE || !run_at || out->edges_n + n > EDGES_MAX) {
        return nb_arena_failed(out->arena) ? NB_ENOMEM : NB_ETOOBIG;
    }
    run_at[id] = *first = (uint32_t)out->edges_n;
    for (size_t i = 0; i < n; i++) {
        struct tr_edge *all =
            room(out->arena, out->edges, out->edges_n, &b->edges_cap, sizeof(*all));
        if (!all) {
            return NB_ENOMEM;
        }
        out->edges = all;
        all[out->edges_n++] = edges[i];
    }
    return NB_OK;
}

/* What was written for a node: runs of edges, and the trie that leads to them. */
static enum nb_err lay_edges(struct build *b, struct tr_node *node)
{
    char texts[NODE_EDGES_MAX][TR_SUFFIX_LETTERS];
    struct nb_slice keys[NODE_EDGES_MAX];
    uint32_t values[NODE_EDGES_MAX];
    size_t keys_n = 0;
    enum nb_err err = NB_OK;
    qsort(b->written, b->written_n, sizeof(b->written[0]), by_text);
    for (size_t i = 0, end; err == NB_OK && i < b->written_n; i = end) {
        const struct written *run = &b->written[i];
        for (end = i + 1; end < b->written_n && b->written[end].text == run->text;) {
            end++;
        }
        for (size_t k = 0; k < run->n; k++) {
            texts[keys_n][k] = (char)(run->text >> (8 * (7 - k)) & 0xff);
        }
        node->firsts |= (uint64_t)1 << (texts[keys_n][0] & 63);
        keys[keys_n] = nb_slice(texts[keys_n], run->n);
        err = put_run(b, run, end - i, &values[keys_n++]);
    }
    return err == NB_OK ? tr_trie_add(&b->out->ways, keys, values, keys_n, &node->ways) : err;
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
            node->firsts |= 1;
            node->seconds |= 1; /* what follows an end is an end */
        }
    }
    return NB_OK;
}

static enum nb_err build_node(struct build *b, struct tr_node *node, unsigned context)
{
    enum nb_err err = NB_OK;
    b->written_n = 0;
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
                    err = write_edge(b, rule, &b->closure[i].step, &shape, soft);
                }
            }
        }
    }
    if (err == NB_OK) {
        err = lay_edges(b, node);
    }
    return err == NB_OK && context / 4 != TR_END_SOFT ? add_ends(b, node) : err;
}

/* What the second letter behind a node may be, once every node knows what the first may be. */
static void find_seconds(const struct tr_graph *graph, struct tr_node *node)
{
    const uint32_t *ways = graph->ways.cells;
    for (uint8_t first = 1; first < TR_CODE_OTHER; first++) {
        uint32_t cell = tr_trie_child(ways, node->ways, first);
        for (uint8_t second = 1; cell && second < TR_CODE_OTHER; second++) {
            uint64_t there = tr_trie_child(ways, cell, second) != TR_TRIE_FREE;
            node->seconds |= there << (second & 63);
        }
        const struct tr_edge *edge =
            cell & TR_TRIE_ENDS ? &graph->edges[tr_trie_value(ways, cell)] : NULL;
        for (; edge; edge = edge->last ? NULL : edge + 1) {
            node->seconds |= graph->nodes[edge->node].firsts;
        }
    }
}

static enum nb_err build(struct build *b)
{
    struct tr_graph *out = b->out;
    struct tr_step nothing = {.upos = TR_UPOS_N};
    out->nodes = nb_arena_calloc(out->arena, out->nodes_n, sizeof(*out->nodes));
    out->edges = room(out->arena, NULL, 0, &b->edges_cap, sizeof(*out->edges));
    out->ends = room(out->arena, NULL, 0, &b->ends_cap, sizeof(*out->ends));
    if (!out->nodes || !out->edges || !out->ends || step_id(b, &nothing) == TR_NONE) {
        return NB_ENOMEM;
    }
    enum nb_err err = tr_trie_init(&out->ways, out->arena);
    for (size_t state = 0; err == NB_OK && state < b->rules->states.n; state++) {
        if (!close_over(b, (uint16_t)state)) {
            return NB_ETOOBIG;
        }
        for (unsigned context = 0; err == NB_OK && context < TR_CONTEXTS; context++) {
            err = build_node(b, &out->nodes[state * TR_CONTEXTS + context], context);
        }
    }
    for (size_t i = 0; err == NB_OK && i < out->nodes_n; i++) {
        find_seconds(out, &out->nodes[i]);
    }
    return err;
}

enum nb_err tr_graph_build(const struct tr_rules *rules, const uint8_t *codes,
                           struct nb_arena *arena, struct tr_graph *out)
{
    *out = (struct tr_graph){.arena = arena, .nodes_n = rules->states.n * TR_CONTEXTS};
    struct build *b = nb_arena_calloc(arena, 1, sizeof(*b));
    if (!b) {
        return NB_ENOMEM;
    }
    b->rules = rules;
    b->codes = codes;
    b->out = out;
    tr_table_init(&b->step_ids, arena);
    tr_table_init(&b->runs, arena);
    sort_features(b);
    return build(b);
}
