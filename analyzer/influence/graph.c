/*
 * Building sorts without comparing: acts are laid into rows by who acts, from there into rows by
 * the one acted upon, author by author, so that each of these rows comes out sorted by who acted;
 * and back the same way. Only acts between the same two authors are then compared. A builder keeps
 * acts as they came, so a graph costs no more than its own size beside it.
 */
#include "analyzer/influence/graph.h"

#include <nabiz/mem.h>

#include "analyzer/influence/sorting.h"

enum { ACTS_LEAST = 1024 };

struct act {
    uint32_t from, to, at_s;
    uint32_t kind;
};

struct nb_graph_builder {
    struct nb_names *names;
    struct act *acts;
    size_t n, cap;
    uint64_t selves_n;
};

/* Rows while they are filled. */
struct rows {
    uint32_t *begin, *other, *at_s;
    uint8_t *kind;
};

/* The graph that is given out, and what it points to. */
struct owned {
    struct nb_graph graph; /* first */
    struct rows in, out;
};

static const char *const act_names[] = {
#define X(id, name) name,
    NB_ACTS(X)
#undef X
};

bool nb_act_kind_read(struct nb_slice name, enum nb_act_kind *out)
{
    for (int i = 0; i < NB_ACTS_N; i++) {
        if (nb_slice_eq(name, nb_slice_str(act_names[i]))) {
            *out = (enum nb_act_kind)i;
            return true;
        }
    }
    return false;
}

bool nb_act_carries(uint8_t kind)
{
    switch (kind & ~NB_ACT_LATE) {
    case NB_ACT_LINK:
    case NB_ACT_QUOTE:
    case NB_ACT_COPY:
    case NB_ACT_BOOST:
        return true;
    default:
        return false;
    }
}

enum nb_err nb_graph_builder_new(struct nb_graph_builder **out)
{
    *out = NULL;
    struct nb_graph_builder *builder = nb_calloc(1, sizeof(*builder));
    if (!builder) {
        return NB_ENOMEM;
    }
    enum nb_err err = nb_names_new(&builder->names);
    if (err != NB_OK) {
        nb_free(builder);
        return err;
    }
    *out = builder;
    return NB_OK;
}

void nb_graph_builder_free(struct nb_graph_builder *builder)
{
    if (builder) {
        nb_names_free(builder->names);
        nb_free(builder->acts);
        nb_free(builder);
    }
}

struct nb_names *nb_graph_builder_names(struct nb_graph_builder *builder)
{
    return builder->names;
}

enum nb_err nb_graph_builder_order_names(struct nb_graph_builder *builder)
{
    struct nb_names *names;
    uint32_t n = nb_names_n(builder->names);
    uint32_t *order = nb_malloc(((size_t)n + 1) * sizeof(*order));
    uint32_t *place = nb_malloc(((size_t)n + 1) * sizeof(*place));
    enum nb_err err = nb_names_new(&names);
    if (err == NB_OK) {
        err = order && place ? nb_names_order(builder->names, n, order) : NB_ENOMEM;
    }
    for (uint32_t i = 0; err == NB_OK && i < n; i++) {
        err = nb_names_add(names, nb_names_at(builder->names, order[i]), &place[order[i]]);
    }
    if (err == NB_OK) {
        for (size_t i = 0; i < builder->n; i++) {
            builder->acts[i].from = place[builder->acts[i].from];
            builder->acts[i].to = place[builder->acts[i].to];
        }
        struct nb_names *old = builder->names;
        builder->names = names;
        names = old;
    }
    nb_names_free(names);
    nb_free(order);
    nb_free(place);
    return err;
}

struct nb_names *nb_graph_builder_take_names(struct nb_graph_builder *builder)
{
    struct nb_names *names = builder->names;
    builder->names = NULL;
    return names;
}

uint64_t nb_graph_builder_selves_n(const struct nb_graph_builder *builder)
{
    return builder->selves_n;
}

enum nb_err nb_graph_builder_add(struct nb_graph_builder *builder, uint32_t from, uint32_t to,
                                 uint32_t kind, int64_t at_s)
{
    uint32_t authors_n = nb_names_n(builder->names);
    if (from >= authors_n || to >= authors_n) {
        return NB_EINVAL;
    }
    if (from == to) {
        builder->selves_n++;
        return NB_OK;
    }
    if (builder->n == UINT32_MAX - 1) {
        return NB_ETOOBIG;
    }
    if (builder->n == builder->cap) {
        size_t cap = builder->cap ? builder->cap + builder->cap / 2 : ACTS_LEAST;
        struct act *acts = nb_realloc(builder->acts, cap * sizeof(*acts));
        if (!acts) {
            return NB_ENOMEM;
        }
        builder->acts = acts;
        builder->cap = cap;
    }
    bool known = at_s > 0 && at_s <= UINT32_MAX;
    builder->acts[builder->n++] = (struct act){from, to, known ? (uint32_t)at_s : 0, kind};
    return NB_OK;
}

enum nb_err nb_graph_builder_add_named(struct nb_graph_builder *builder, struct nb_slice from,
                                       struct nb_slice to, uint32_t kind, int64_t at_s)
{
    uint32_t from_number, to_number;
    enum nb_err err = nb_names_add(builder->names, from, &from_number);
    if (err == NB_OK) {
        err = nb_names_add(builder->names, to, &to_number);
    }
    return err == NB_OK ? nb_graph_builder_add(builder, from_number, to_number, kind, at_s) : err;
}

/* ---- rows ---- */

static enum nb_err rows_new(struct rows *rows, uint32_t authors_n, size_t acts_n)
{
    rows->begin = nb_calloc((size_t)authors_n + 1, sizeof(rows->begin[0]));
    rows->other = nb_malloc((acts_n + 1) * sizeof(rows->other[0]));
    rows->at_s = nb_malloc((acts_n + 1) * sizeof(rows->at_s[0]));
    rows->kind = nb_malloc(acts_n + 1);
    return rows->begin && rows->other && rows->at_s && rows->kind ? NB_OK : NB_ENOMEM;
}

static void rows_free(struct rows *rows)
{
    nb_free(rows->begin);
    nb_free(rows->other);
    nb_free(rows->at_s);
    nb_free(rows->kind);
}

/* From how many acts each author has to where its row begins. */
static void begin_rows(uint32_t *begin, uint32_t authors_n)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i <= authors_n; i++) {
        uint32_t n = begin[i];
        begin[i] = sum;
        sum += n;
    }
}

/* Filling moves each begin to the next row's; this moves them back. */
static void end_filling(uint32_t *begin, uint32_t authors_n)
{
    for (uint32_t i = authors_n; i > 0; i--) {
        begin[i] = begin[i - 1];
    }
    begin[0] = 0;
}

static void fill_from_acts(struct rows *out, const struct nb_graph_builder *builder,
                           uint32_t authors_n)
{
    for (size_t i = 0; i < builder->n; i++) {
        out->begin[builder->acts[i].from]++;
    }
    begin_rows(out->begin, authors_n);
    for (size_t i = 0; i < builder->n; i++) {
        const struct act *act = &builder->acts[i];
        uint32_t at = out->begin[act->from]++;
        out->other[at] = act->to;
        out->at_s[at] = act->at_s;
        out->kind[at] = (uint8_t)act->kind;
    }
    end_filling(out->begin, authors_n);
}

/* The same acts by the other side; to->begin is cleared. */
static void turn(const struct rows *from, struct rows *to, uint32_t authors_n)
{
    uint32_t acts_n = from->begin[authors_n];
    for (uint32_t i = 0; i < acts_n; i++) {
        to->begin[from->other[i]]++;
    }
    begin_rows(to->begin, authors_n);
    for (uint32_t who = 0; who < authors_n; who++) {
        for (uint32_t i = from->begin[who]; i < from->begin[who + 1]; i++) {
            uint32_t at = to->begin[from->other[i]]++;
            to->other[at] = who;
            to->at_s[at] = from->at_s[i];
            to->kind[at] = from->kind[i];
        }
    }
    end_filling(to->begin, authors_n);
}

/* ---- acts between two ---- */

/*
 * Sort the acts between the same two by time and kind and leave out the doubles, which moves all
 * behind them.
 * @param keys  room for as many as two authors have between them, at most the longest row.
 */
static void sort_between(struct rows *rows, uint32_t authors_n, uint64_t *keys)
{
    uint32_t to = 0;
    for (uint32_t who = 0, begin = 0; who < authors_n; who++) {
        uint32_t end = rows->begin[who + 1];
        for (uint32_t i = begin; i < end;) {
            uint32_t other = rows->other[i];
            size_t n = 0;
            for (; i < end && rows->other[i] == other; i++) {
                keys[n++] = (uint64_t)rows->at_s[i] << 8 | rows->kind[i];
            }
            nb_sort_numbers(keys, n);
            for (size_t k = 0; k < n; k++) {
                if (k == 0 || keys[k] != keys[k - 1]) {
                    rows->other[to] = other;
                    rows->at_s[to] = (uint32_t)(keys[k] >> 8);
                    rows->kind[to++] = (uint8_t)keys[k];
                }
            }
        }
        begin = end;
        rows->begin[who + 1] = to;
    }
}

static size_t longest_row(const struct rows *rows, uint32_t authors_n)
{
    size_t longest = 0;
    for (uint32_t i = 0; i < authors_n; i++) {
        size_t n = rows->begin[i + 1] - rows->begin[i];
        longest = n > longest ? n : longest;
    }
    return longest;
}

static struct nb_acts_by as_read(const struct rows *rows)
{
    return (struct nb_acts_by){rows->begin, rows->other, rows->at_s, rows->kind};
}

enum nb_err nb_graph_build(const struct nb_graph_builder *builder, struct nb_graph **out)
{
    uint32_t authors_n = nb_names_n(builder->names);
    uint64_t *keys = NULL;
    *out = NULL;
    struct owned *owned = nb_calloc(1, sizeof(*owned));
    if (!owned) {
        return NB_ENOMEM;
    }
    enum nb_err err = rows_new(&owned->out, authors_n, builder->n);
    if (err == NB_OK) {
        err = rows_new(&owned->in, authors_n, builder->n);
    }
    if (err == NB_OK) {
        fill_from_acts(&owned->out, builder, authors_n);
        turn(&owned->out, &owned->in, authors_n);
        keys = nb_malloc((longest_row(&owned->in, authors_n) + 1) * sizeof(keys[0]));
        err = keys ? NB_OK : NB_ENOMEM;
    }
    if (err != NB_OK) {
        nb_graph_free(&owned->graph);
        return err;
    }
    sort_between(&owned->in, authors_n, keys);
    nb_free(keys);
    memset(owned->out.begin, 0, ((size_t)authors_n + 1) * sizeof(owned->out.begin[0]));
    turn(&owned->in, &owned->out, authors_n);
    owned->graph.authors_n = authors_n;
    owned->graph.acts_n = owned->in.begin[authors_n];
    owned->graph.in = as_read(&owned->in);
    owned->graph.out = as_read(&owned->out);
    *out = &owned->graph;
    return NB_OK;
}

void nb_graph_free(struct nb_graph *graph)
{
    if (graph) {
        struct owned *owned = (struct owned *)(void *)graph;
        rows_free(&owned->in);
        rows_free(&owned->out);
        nb_free(owned);
    }
}

uint32_t nb_graph_last_s(const struct nb_graph *graph)
{
    uint32_t last_s = 0;
    for (uint32_t i = 0; i < graph->acts_n; i++) {
        last_s = graph->in.at_s[i] > last_s ? graph->in.at_s[i] : last_s;
    }
    return last_s;
}

size_t nb_graph_bytes(const struct nb_graph *graph)
{
    size_t per_act = 2 * sizeof(uint32_t) + 1;
    return sizeof(struct owned) +
           2 * (((size_t)graph->authors_n + 1) * sizeof(uint32_t) + graph->acts_n * per_act);
}
