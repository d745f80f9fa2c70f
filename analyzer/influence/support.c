/*
 * A row that gets more pairs is written anew at the end of the arrays; when more than half of an
 * array is rows that were replaced, all rows are moved together again. What a pair weighs follows
 * from the acts between the two only, so the order in which acts come makes no difference:
 *
 *   weight = of the weightiest kind of act, in sixteenths * (4 if the acts lie a week or more
 * apart, or one leads to what had been there for a week, else 3), halved with each half-life of its
 * newest act
 *
 * A link or a passing on says that something is worth reading; quoting and copying nearly so;
 * answering somebody and naming somebody say little about belief, for one answers whom one doubts.
 */
#include "analyzer/influence/support.h"

#include <stdlib.h>

#include <nabiz/mem.h>

#include "analyzer/influence/resize.h"
#include "analyzer/influence/sorting.h"

enum { DAY_S = 86400, LASTING_S = 7 * DAY_S, LASTING = 4, ONCE = 3, ROOM_LEAST = 4096 };

/* Of a half-life: 1000 * 2^(-i / 8). A weight is below 2^7. */
enum { EIGHTHS = 8, NEXT_TO_NOTHING = 7 * EIGHTHS };
static const uint32_t eighth_milli[EIGHTHS] = {1000, 917, 841, 771, 707, 648, 595, 545};

static const uint8_t kind_weights[NB_ACTS_N] = {
    [NB_ACT_LINK] = 16,  [NB_ACT_REPLY] = 4, [NB_ACT_MENTION] = 4,
    [NB_ACT_QUOTE] = 12, [NB_ACT_COPY] = 12, [NB_ACT_BOOST] = 16,
};

/* A pair outside of the arrays. */
struct pair {
    uint32_t from;
    uint32_t first_s, last_s; /* 0: not known */
    uint8_t kind;             /* NB_ACT_LATE if any act was late */
};

/* What is left of a weight; at least 1, for what was said was said. */
static uint32_t aged(uint32_t weight, uint32_t last_s, const struct nb_support_age *age)
{
    uint32_t age_s = age->now_s > last_s ? age->now_s - last_s : 0;
    if (!age->half_days || !last_s || age_s < DAY_S) {
        return weight;
    }
    uint64_t eighths = (uint64_t)age_s * EIGHTHS / ((uint64_t)age->half_days * DAY_S);
    if (eighths >= NEXT_TO_NOTHING) {
        return 1;
    }
    weight = weight * eighth_milli[eighths % EIGHTHS] / 1000 >> eighths / EIGHTHS;
    return weight > 1 ? weight : 1;
}

static uint8_t weight_of(const struct nb_support *s, const struct pair *pair)
{
    bool lasting =
        (pair->kind & NB_ACT_LATE) || (pair->first_s && pair->last_s - pair->first_s >= LASTING_S);
    uint32_t weight =
        kind_weights[pair->kind & ~NB_ACT_LATE] * (uint32_t)(lasting ? LASTING : ONCE);
    return (uint8_t)aged(weight, pair->last_s, &s->age);
}

static void join(struct pair *pair, uint32_t first_s, uint32_t last_s, uint8_t kind)
{
    if (first_s && (!pair->first_s || first_s < pair->first_s)) {
        pair->first_s = first_s;
    }
    pair->last_s = last_s > pair->last_s ? last_s : pair->last_s;
    /* of two kinds that weigh the same, the lesser number */
    uint8_t late = (uint8_t)((pair->kind | kind) & NB_ACT_LATE);
    uint8_t had = pair->kind & (uint8_t)~NB_ACT_LATE;
    kind &= (uint8_t)~NB_ACT_LATE;
    int more = kind_weights[kind] - kind_weights[had];
    pair->kind = (uint8_t)((more > 0 || (more == 0 && kind < had) ? kind : had) | late);
}

/* ---- room ---- */

static enum nb_err room_in(struct nb_support *s, size_t more)
{
    if (s->in_n + more > UINT32_MAX - 1) {
        return NB_ETOOBIG;
    }
    if (s->in_n + more > s->in_cap) {
        size_t cap = s->in_n + more + s->in_n / 4 + ROOM_LEAST;
        if (!nb_resize(&s->from, cap, sizeof(s->from[0])) || !nb_resize(&s->weight, cap, 1) ||
            !nb_resize(&s->kind, cap, 1) || !nb_resize(&s->first_s, cap, sizeof(s->first_s[0])) ||
            !nb_resize(&s->last_s, cap, sizeof(s->last_s[0]))) {
            return NB_ENOMEM;
        }
        s->in_cap = cap;
    }
    return NB_OK;
}

static enum nb_err room_out(struct nb_support *s, size_t more)
{
    if (s->out_n + more > UINT32_MAX - 1) {
        return NB_ETOOBIG;
    }
    if (s->out_n + more > s->out_cap) {
        size_t cap = s->out_n + more + s->out_n / 4 + ROOM_LEAST;
        if (!nb_resize(&s->to, cap, sizeof(s->to[0]))) {
            return NB_ENOMEM;
        }
        s->out_cap = cap;
    }
    return NB_OK;
}

enum nb_err nb_support_grow(struct nb_support *s, uint32_t authors_n)
{
    if (authors_n > s->authors_cap) {
        size_t cap = (size_t)authors_n + (s->authors_n ? authors_n / 8 : 0);
        cap = cap < UINT32_MAX ? cap : UINT32_MAX;
        if (!nb_resize(&s->group, cap, sizeof(s->group[0])) ||
            !nb_resize(&s->in, cap, sizeof(s->in[0])) ||
            !nb_resize(&s->out, cap, sizeof(s->out[0]))) {
            return NB_ENOMEM;
        }
        s->authors_cap = (uint32_t)cap;
    }
    for (; s->authors_n < authors_n; s->authors_n++) {
        s->group[s->authors_n] = s->authors_n;
        s->in[s->authors_n] = (struct nb_support_row){0, 0};
        s->out[s->authors_n] = (struct nb_support_row){0, 0};
    }
    return NB_OK;
}

void nb_support_fini(struct nb_support *s)
{
    nb_free(s->group);
    nb_free(s->in);
    nb_free(s->from);
    nb_free(s->weight);
    nb_free(s->kind);
    nb_free(s->first_s);
    nb_free(s->last_s);
    nb_free(s->out);
    nb_free(s->to);
    *s = (struct nb_support){0};
}

size_t nb_support_bytes(const struct nb_support *s)
{
    return s->in_cap * (3 * sizeof(uint32_t) + 2) + s->out_cap * sizeof(uint32_t) +
           s->authors_cap * (2 * sizeof(struct nb_support_row) + sizeof(uint32_t));
}

/* ---- rows ---- */

static bool before(const struct nb_support *s, uint32_t a, uint32_t b)
{
    return s->group[a] != s->group[b] ? s->group[a] < s->group[b] : a < b;
}

/* Behind the row that is being written, whose pairs come in order; there is room. */
static void put(struct nb_support *s, struct nb_support_row *row, const struct pair *pair)
{
    size_t at = s->in_n++;
    bool same = row->n > 0 && s->group[s->from[at - 1]] == s->group[pair->from];
    s->from[at] = pair->from;
    s->weight[at] = (uint8_t)(weight_of(s, pair) | (same ? NB_SUPPORT_SAME : 0));
    s->kind[at] = pair->kind;
    s->first_s[at] = pair->first_s;
    s->last_s[at] = pair->last_s;
    row->n++;
}

static struct pair pair_at(const struct nb_support *s, size_t at)
{
    return (struct pair){s->from[at], s->first_s[at], s->last_s[at], s->kind[at]};
}

/* Authors sorted by group; order has authors_n entries, place the groups' counts. */
static enum nb_err order_by_group(const struct nb_support *s, uint32_t **out)
{
    uint32_t n = s->authors_n;
    uint32_t *order = nb_malloc(((size_t)n + 1) * sizeof(*order));
    uint32_t *place = nb_calloc((size_t)n + 1, sizeof(*place));
    *out = order;
    if (!order || !place) {
        nb_free(place);
        return NB_ENOMEM;
    }
    for (uint32_t i = 0; i < n; i++) {
        place[s->group[i] + 1]++;
    }
    for (uint32_t i = 0; i < n; i++) {
        place[i + 1] += place[i];
    }
    for (uint32_t i = 0; i < n; i++) {
        order[place[s->group[i]]++] = i;
    }
    nb_free(place);
    return NB_OK;
}

/* How many pairs each author is in, from both sides, and where the rows begin. */
static void lay_out(struct nb_support *s, const struct nb_graph *graph)
{
    uint32_t pairs_n = 0;
    for (uint32_t v = 0; v < graph->authors_n; v++) {
        s->in[v].begin = pairs_n;
        for (uint32_t i = graph->in.begin[v], other = NB_NO_NODE; i < graph->in.begin[v + 1]; i++) {
            pairs_n += graph->in.other[i] != other;
            other = graph->in.other[i];
        }
    }
    s->in_n = s->pairs_n = pairs_n;
}

/* The acts of one author towards others, as pairs at the end of the others' rows. */
static void spread(struct nb_support *s, const struct nb_graph *graph, uint32_t who)
{
    const struct nb_acts_by *acts = &graph->out;
    for (uint32_t i = acts->begin[who], end = acts->begin[who + 1]; i < end;) {
        uint32_t to = acts->other[i];
        struct pair pair = {who, acts->at_s[i], acts->at_s[i], acts->kind[i]};
        for (i++; i < end && acts->other[i] == to; i++) {
            join(&pair, acts->at_s[i], acts->at_s[i], acts->kind[i]);
        }
        size_t at = s->in_n;
        s->in_n = (size_t)s->in[to].begin + s->in[to].n;
        put(s, &s->in[to], &pair);
        s->in_n = at;
        s->to[s->out_n++] = to;
        s->out[who].n++;
    }
}

enum nb_err nb_support_init(struct nb_support *s, const struct nb_graph *graph,
                            const uint32_t *group, const struct nb_support_age *age)
{
    uint32_t *order = NULL;
    *s = (struct nb_support){.age = age ? *age : (struct nb_support_age){0}};
    enum nb_err err = nb_support_grow(s, graph->authors_n);
    if (err != NB_OK) {
        return err;
    }
    if (group && graph->authors_n > 0) {
        memcpy(s->group, group, graph->authors_n * sizeof(group[0]));
    }
    lay_out(s, graph);
    size_t pairs_n = s->in_n;
    s->in_n = 0;
    err = room_in(s, pairs_n + 1); /* rows point somewhere, also if there is none */
    if (err == NB_OK) {
        err = room_out(s, pairs_n + 1);
    }
    if (err == NB_OK) {
        err = order_by_group(s, &order);
    }
    s->in_n = pairs_n;
    for (uint32_t i = 0; err == NB_OK && i < graph->authors_n; i++) {
        s->out[order[i]].begin = (uint32_t)s->out_n;
        spread(s, graph, order[i]);
    }
    nb_free(order);
    return err;
}

/* ---- more pairs ---- */

/* All rows in the order of the authors, without what lies between them. */
static enum nb_err tidy(struct nb_support *s)
{
    struct nb_support fresh = {.age = s->age, .group = s->group, .authors_n = s->authors_n};
    enum nb_err err = room_in(&fresh, s->pairs_n);
    if (err == NB_OK) {
        err = room_out(&fresh, s->pairs_n);
    }
    for (uint32_t v = 0; err == NB_OK && v < s->authors_n; v++) {
        struct nb_support_row in = s->in[v], out = s->out[v];
        s->in[v] = (struct nb_support_row){(uint32_t)fresh.in_n, 0};
        s->out[v].begin = (uint32_t)fresh.out_n;
        for (uint32_t i = 0; i < in.n; i++) {
            struct pair pair = pair_at(s, (size_t)in.begin + i);
            put(&fresh, &s->in[v], &pair);
        }
        memcpy(fresh.to + fresh.out_n, s->to + out.begin, out.n * sizeof(s->to[0]));
        fresh.out_n += out.n;
    }
    struct nb_support old = *s;
    if (err == NB_OK) {
        fresh.in = s->in, fresh.out = s->out;
        fresh.authors_cap = s->authors_cap, fresh.pairs_n = s->pairs_n;
        *s = fresh;
        fresh = old;
    }
    fresh.group = NULL, fresh.in = NULL, fresh.out = NULL;
    nb_support_fini(&fresh);
    return err;
}

/* New pairs of one supporter, as pair_key() has them, behind its others: its row moves once. */
static enum nb_err append_out(struct nb_support *s, const uint64_t *fresh, size_t n)
{
    struct nb_support_row *row = &s->out[fresh[0] >> 32];
    enum nb_err err = room_out(s, (size_t)row->n + n);
    if (err != NB_OK) {
        return err;
    }
    if ((size_t)row->begin + row->n != s->out_n) { /* not the last row: it becomes so */
        memmove(s->to + s->out_n, s->to + row->begin, row->n * sizeof(s->to[0]));
        row->begin = (uint32_t)s->out_n;
        s->out_n += row->n;
    }
    for (size_t i = 0; i < n; i++) {
        s->to[s->out_n++] = (uint32_t)fresh[i];
    }
    row->n += (uint32_t)n;
    return NB_OK;
}

static uint64_t pair_key(uint32_t from, uint32_t to)
{
    return (uint64_t)from << 32 | to;
}

static enum nb_err append_all(struct nb_support *s, uint64_t *fresh, size_t n)
{
    enum nb_err err = NB_OK;
    nb_sort_numbers(fresh, n);
    for (size_t i = 0; err == NB_OK && i < n;) {
        size_t begin = i;
        while (i < n && fresh[i] >> 32 == fresh[begin] >> 32) {
            i++;
        }
        err = append_out(s, fresh + begin, i - begin);
    }
    return err;
}

/* Acts of one supporter, in order, become a pair. */
static struct pair take_pair(const struct nb_support_act *acts, size_t n, size_t *at)
{
    const struct nb_support_act *act = &acts[(*at)++];
    struct pair pair = {act->from, act->at_s, act->at_s, act->kind};
    for (; *at < n && acts[*at].from == act->from; (*at)++) {
        join(&pair, acts[*at].at_s, acts[*at].at_s, acts[*at].kind);
    }
    return pair;
}

/* Acts towards one author, sorted as its row is: both are merged into a new row. @param fresh gets
 * new pairs, of which there are *fresh_n. */
static enum nb_err merge_row(struct nb_support *s, uint32_t to, const struct nb_support_act *acts,
                             size_t n, uint64_t *fresh, size_t *fresh_n)
{
    struct nb_support_row old = s->in[to];
    enum nb_err err = room_in(s, old.n + n);
    struct nb_support_row row = {(uint32_t)s->in_n, 0};
    size_t i = 0, at = 0;
    while (err == NB_OK && (i < old.n || at < n)) {
        size_t place = old.begin + i;
        bool is_new = i == old.n || (at < n && before(s, acts[at].from, s->from[place]));
        struct pair pair;
        if (is_new) {
            pair = take_pair(acts, n, &at);
            s->pairs_n++;
            fresh[(*fresh_n)++] = pair_key(pair.from, to);
        } else {
            pair = pair_at(s, place);
            i++;
            if (at < n && acts[at].from == pair.from) {
                struct pair more = take_pair(acts, n, &at);
                join(&pair, more.first_s, more.last_s, more.kind);
            }
        }
        put(s, &row, &pair);
    }
    s->in[to] = row;
    return err;
}

/* qsort has no argument: groups are looked up before. */
struct sortable {
    struct nb_support_act act;
    uint32_t group;
};

static int by_place(const void *a, const void *b)
{
    const struct sortable *x = a;
    const struct sortable *y = b;
    if (x->act.to != y->act.to) {
        return x->act.to < y->act.to ? -1 : 1;
    }
    if (x->group != y->group) {
        return x->group < y->group ? -1 : 1;
    }
    return (x->act.from > y->act.from) - (x->act.from < y->act.from);
}

static enum nb_err sort_acts(const struct nb_support *s, struct nb_support_act *acts, size_t *n)
{
    struct sortable *sortable = nb_malloc((*n + 1) * sizeof(*sortable));
    size_t kept = 0;
    if (!sortable) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < *n; i++) {
        if (acts[i].from != acts[i].to) {
            sortable[kept++] = (struct sortable){acts[i], s->group[acts[i].from]};
        }
    }
    qsort(sortable, kept, sizeof(sortable[0]), by_place);
    for (size_t i = 0; i < kept; i++) {
        acts[i] = sortable[i].act;
    }
    *n = kept;
    nb_free(sortable);
    return NB_OK;
}

enum nb_err nb_support_add(struct nb_support *s, struct nb_support_act *acts, size_t acts_n)
{
    size_t fresh_n = 0;
    uint64_t *fresh = nb_malloc((acts_n + 1) * sizeof(*fresh));
    enum nb_err err = fresh ? sort_acts(s, acts, &acts_n) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < acts_n;) {
        size_t begin = i;
        while (i < acts_n && acts[i].to == acts[begin].to) {
            i++;
        }
        err = merge_row(s, acts[begin].to, acts + begin, i - begin, fresh, &fresh_n);
    }
    if (err == NB_OK) {
        err = append_all(s, fresh, fresh_n);
    }
    nb_free(fresh);
    bool untidy = s->in_n > 2 * s->pairs_n + ROOM_LEAST || s->out_n > 2 * s->pairs_n + ROOM_LEAST;
    return err == NB_OK && untidy ? tidy(s) : err;
}

/* ---- fewer pairs ---- */

static void drop_out(struct nb_support *s, uint32_t from, uint32_t to)
{
    struct nb_support_row *row = &s->out[from];
    for (uint32_t i = row->begin; i < row->begin + row->n; i++) {
        if (s->to[i] == to) {
            s->to[i] = s->to[row->begin + --row->n];
            return;
        }
    }
}

/* Pairs with one author, sorted as its row is, which is written anew in its place. */
static void drop_from_row(struct nb_support *s, uint32_t to, const struct nb_support_act *acts,
                          size_t n)
{
    struct nb_support_row old = s->in[to], row = {old.begin, 0};
    size_t end = s->in_n, at = 0;
    s->in_n = old.begin;
    for (uint32_t i = 0; i < old.n; i++) {
        struct pair pair = pair_at(s, (size_t)old.begin + i);
        while (at < n && before(s, acts[at].from, pair.from)) {
            at++;
        }
        if (at < n && acts[at].from == pair.from) {
            drop_out(s, pair.from, to);
            s->pairs_n--;
        } else {
            put(s, &row, &pair);
        }
    }
    s->in_n = end;
    s->in[to] = row;
}

enum nb_err nb_support_drop(struct nb_support *s, struct nb_support_act *acts, size_t acts_n)
{
    enum nb_err err = sort_acts(s, acts, &acts_n);
    for (size_t i = 0; err == NB_OK && i < acts_n;) {
        size_t begin = i;
        while (i < acts_n && acts[i].to == acts[begin].to) {
            i++;
        }
        drop_from_row(s, acts[begin].to, acts + begin, i - begin);
    }
    return err;
}
