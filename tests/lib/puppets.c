#include "tests/lib/puppets.h"

#include <stdio.h>
#include <stdlib.h>

#include <nabiz/series.h>

enum { POPULAR = 100, MANY_LINKS = 40, DAY_S = 86400, FIRST_S = 1100000000 };

struct plot {
    struct nbt_acts *acts;
    const struct nb_graph *honest;
    uint32_t author, first, n; /* accounts are [first, first + n) */
    uint32_t *active;          /* honest authors who act, in an order drawn by chance */
    uint32_t active_n;
    uint32_t popular[POPULAR];
    uint64_t series;
};

const char *nbt_attack_words(enum nbt_attack attack)
{
    static const char *const words[] = {
#define X(id, n, text) text,
        NBT_ATTACKS(X)
#undef X
    };
    return words[attack];
}

void nbt_acts_add(struct nbt_acts *acts, uint32_t from, uint32_t to, uint32_t at_s)
{
    if (acts->n == acts->cap) {
        acts->cap = acts->cap ? 2 * acts->cap : 1024;
        acts->acts = realloc(acts->acts, acts->cap * sizeof(acts->acts[0]));
        if (!acts->acts) {
            abort();
        }
    }
    acts->acts[acts->n++] = (struct nb_support_act){from, to, NB_ACT_LINK, at_s};
}

struct nb_graph_builder *nbt_acts_builder(const struct nbt_acts *acts)
{
    struct nb_graph_builder *builder;
    char name[32];
    uint32_t number;
    enum nb_err err = nb_graph_builder_new(&builder);
    for (uint32_t i = 0; err == NB_OK && i < acts->authors_n; i++) {
        int len = snprintf(name, sizeof(name), "a%u.example", i);
        err = nb_names_add(nb_graph_builder_names(builder), nb_slice(name, (size_t)len), &number);
    }
    for (size_t i = 0; err == NB_OK && i < acts->n; i++) {
        const struct nb_support_act *act = &acts->acts[i];
        err = nb_graph_builder_add(builder, act->from, act->to, act->kind, act->at_s);
    }
    if (err != NB_OK) {
        abort();
    }
    return builder;
}

static uint32_t below(struct plot *p, uint32_t n)
{
    return (uint32_t)(nb_series_next(&p->series) % n);
}

static uint32_t in_n(const struct nb_graph *graph, uint32_t author)
{
    return graph->in.begin[author + 1] - graph->in.begin[author];
}

static void find_popular(struct plot *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->honest->authors_n; i++) {
        if (n == POPULAR && in_n(p->honest, i) <= in_n(p->honest, p->popular[n - 1])) {
            continue;
        }
        uint32_t at = n < POPULAR ? n++ : n - 1;
        for (; at > 0 && in_n(p->honest, p->popular[at - 1]) < in_n(p->honest, i); at--) {
            p->popular[at] = p->popular[at - 1];
        }
        p->popular[at] = i;
    }
}

static void link_to(struct plot *p, uint32_t from, uint32_t to)
{
    nbt_acts_add(p->acts, from, to, 0);
}

/* Each account plays an honest author: what that one links to and is played links as there, of the
 * others half become links to popular authors. */
static void camouflage(struct plot *p)
{
    const struct nb_acts_by *out = &p->honest->out;
    uint32_t *player = calloc(p->honest->authors_n + 1u, sizeof(*player));
    if (!player) {
        abort();
    }
    for (uint32_t i = 0; i < p->n; i++) {
        player[p->active[i % p->active_n]] = p->first + i;
    }
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t played = p->active[i % p->active_n];
        for (uint32_t k = out->begin[played]; k < out->begin[played + 1]; k++) {
            uint32_t to = out->other[k];
            link_to(p, p->first + i,
                    player[to]    ? player[to]
                    : below(p, 2) ? p->popular[below(p, POPULAR)]
                                  : to);
        }
    }
    free(player);
}

static void copy_links(struct plot *p, uint32_t from, uint32_t of)
{
    const struct nb_acts_by *out = &p->honest->out;
    for (uint32_t k = out->begin[of]; k < out->begin[of + 1]; k++) {
        link_to(p, from, out->other[k]);
    }
}

static void ring(struct plot *p, uint32_t apart_s, uint32_t author_at_s)
{
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t at_s = apart_s ? author_at_s + i * apart_s : 0;
        nbt_acts_add(p->acts, p->first + i, p->first + (i + 1) % p->n, at_s);
        nbt_acts_add(p->acts, p->first + i, p->author, at_s ? at_s + 1 : 0);
    }
}

static void weave(struct plot *p, enum nbt_attack attack)
{
    uint32_t model = p->active[below(p, p->active_n)];
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t who = p->first + i;
        switch (attack) {
        case NBT_CHAIN:
            link_to(p, who, i + 1 < p->n ? who + 1 : p->author);
            break;
        case NBT_CLIQUE:
            for (uint32_t k = 0; k < p->n; k++) {
                link_to(p, who, p->first + k);
            }
            break;
        case NBT_COPYCATS:
            copy_links(p, who, p->active[below(p, p->active_n)]);
            break;
        case NBT_CHORUS:
            copy_links(p, who, model);
            break;
        case NBT_MANY:
            for (uint32_t k = 0; k < MANY_LINKS; k++) {
                link_to(p, who, p->active[below(p, p->active_n)]);
            }
            break;
        default:
            break;
        }
        link_to(p, who, p->author);
    }
}

static void stage(struct plot *p, enum nbt_attack attack)
{
    if (attack == NBT_RING) {
        ring(p, 0, 0);
    } else if (attack == NBT_DRIP) {
        ring(p, DAY_S, FIRST_S);
    } else if (attack == NBT_BURST) {
        for (uint32_t i = 0; i < 2 * p->n; i++) {
            nbt_acts_add(p->acts, p->first + i % p->n, p->author,
                         FIRST_S + i / p->n * 40 * DAY_S + below(p, 9));
        }
        ring(p, 1, FIRST_S + DAY_S);
    } else {
        if (attack == NBT_CAMOUFLAGE) {
            camouflage(p);
        }
        weave(p, attack);
    }
}

void nbt_attack(struct nbt_acts *acts, const struct nb_graph *honest, enum nbt_attack attack,
                uint32_t author, uint32_t honest_links, uint32_t into, uint64_t seed)
{
    static const uint32_t sizes[] = {
#define X(id, n, words) n,
        NBT_ATTACKS(X)
#undef X
    };
    struct plot p = {.acts = acts, .honest = honest, .author = author, .series = seed};
    p.first = acts->authors_n;
    p.n = sizes[attack];
    p.active = calloc(honest->authors_n + 1u, sizeof(p.active[0]));
    if (!p.active) {
        abort();
    }
    for (uint32_t i = 0; i < honest->authors_n; i++) {
        if (honest->out.begin[i + 1] > honest->out.begin[i]) {
            p.active[p.active_n++] = i;
        }
    }
    nb_series_shuffle(p.active, p.active_n, &p.series);
    find_popular(&p);
    acts->authors_n += p.n;
    stage(&p, attack);
    for (uint32_t i = 0; i < honest_links; i++) {
        nbt_acts_add(acts, p.active[below(&p, p.active_n)],
                     p.first + (into ? i % into : below(&p, p.n)), 0);
    }
    free(p.active);
}
