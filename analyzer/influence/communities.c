#include "analyzer/influence/communities.h"

#include <nabiz/mem.h>

#include "analyzer/influence/sorting.h"

enum {
    ROUNDS = 3,
    RESOLUTION = 3,
    UNHELD_SHIFT = 10,   /* of all trust, what those hold who are in no circle */
    OTHERS_FACTOR = 4,   /* of a circle's points, how often what the others give counts */
    BEYOND_SHIFT = 2,    /* of those beyond it, a quarter */
    REST_FACTOR = 4,     /* of points from no circle, how often what circles give counts */
    ALONE_SHIFT = 24,    /* of the strongest group's, where nobody speaks for a circle */
    FACTOR_BITS = 13,    /* of points held back: with 50 bits of points it fits */
    PLACES_MOST_LOG = 10 /* for circles that speak for one author, a quarter of them empty */
};

/* Products of two counts of ties may take more than 64 bits. */
__extension__ typedef __int128 wide;

/* ---- circles ---- */

struct mover {
    const struct nb_support *support;
    const uint8_t *holds; /* each author, whether it is in a circle at all */
    uint32_t *circle;
    uint64_t *size; /* ties of each circle */
    uint32_t *ties; /* of the author at hand to each circle */
    uint32_t *met;  /* circles it has ties to */
    uint32_t met_n;
    uint64_t all; /* ties of all circles */
};

static inline void meet(struct mover *m, uint32_t other)
{
    uint32_t circle = m->circle[other];
    m->met[m->met_n] = circle;
    m->met_n += m->ties[circle] == 0;
    m->ties[circle]++;
}

/* Ties to each circle; a group of supporters is one. @return how many there are. */
static uint64_t meet_all(struct mover *m, uint32_t author)
{
    const struct nb_support *s = m->support;
    struct nb_support_row in = s->in[author], out = s->out[author];
    uint64_t n = 0;
    for (uint32_t i = in.begin; i < in.begin + in.n; i++) {
        if (!(s->weight[i] & NB_SUPPORT_SAME) && m->holds[s->from[i]]) {
            meet(m, s->from[i]);
            n++;
        }
    }
    for (uint32_t i = out.begin; i < out.begin + out.n; i++) {
        if (m->holds[s->to[i]]) {
            meet(m, s->to[i]);
            n++;
        }
    }
    return n;
}

static void forget_met(struct mover *m)
{
    for (uint32_t i = 0; i < m->met_n; i++) {
        m->ties[m->met[i]] = 0;
    }
    m->met_n = 0;
}

/* To the circle that gains most; of two that gain as much the one it is in, or the least. */
static void move(struct mover *m, uint32_t author)
{
    uint64_t own = meet_all(m, author);
    uint32_t from = m->circle[author], best = from;
    m->size[from] -= own;
    wide most = (wide)m->ties[from] * m->all - (wide)own * RESOLUTION * m->size[from];
    for (uint32_t i = 0; i < m->met_n; i++) {
        uint32_t circle = m->met[i];
        wide gain = (wide)m->ties[circle] * m->all - (wide)own * RESOLUTION * m->size[circle];
        if (gain > most || (gain == most && circle < best && best != from)) {
            best = circle;
            most = gain;
        }
    }
    forget_met(m);
    m->size[best] += own;
    m->circle[author] = best;
}

static void move_all(struct mover *m)
{
    uint32_t n = m->support->authors_n;
    for (uint32_t i = 0; i < n; i++) {
        if (m->holds[i]) {
            m->size[i] = meet_all(m, i);
            m->all += m->size[i];
            forget_met(m);
        }
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < n; i++) {
            if (m->holds[i]) {
                move(m, i);
            }
        }
    }
}

enum nb_err nb_communities_find(const struct nb_support *support, const uint8_t *holds,
                                uint32_t *circle)
{
    size_t n = (size_t)support->authors_n + 1;
    struct mover m = {.support = support,
                      .holds = holds,
                      .circle = circle,
                      .size = nb_calloc(n, sizeof(m.size[0])),
                      .ties = nb_calloc(n, sizeof(m.ties[0])),
                      .met = nb_malloc(n * sizeof(m.met[0]))};
    enum nb_err err = m.size && m.ties && m.met ? NB_OK : NB_ENOMEM;
    for (uint32_t i = 0; err == NB_OK && i < support->authors_n; i++) {
        circle[i] = i;
    }
    if (err == NB_OK) {
        move_all(&m);
        /* a group is where the least of it is, which comes before all others */
        for (uint32_t i = 0; i < support->authors_n; i++) {
            circle[i] = circle[support->group[i]];
        }
    }
    nb_free(m.size);
    nb_free(m.ties);
    nb_free(m.met);
    return err;
}

/* ---- who speaks ---- */

/* Who, with all who have as much or more, has all but a part of the trust there is. */
static enum nb_err find_holders(const uint64_t *trust, uint32_t n, uint8_t *holds)
{
    uint64_t all = 0, sum = 0;
    size_t sorted_n = 0;
    uint64_t *sorted = nb_malloc(((size_t)n + 1) * sizeof(*sorted));
    if (!sorted) {
        return NB_ENOMEM;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (trust[i] > 0) {
            sorted[sorted_n++] = trust[i];
            all += trust[i];
        }
    }
    nb_sort_numbers(sorted, sorted_n);
    while (sorted_n > 0 && sum < all - (all >> UNHELD_SHIFT)) {
        sum += sorted[--sorted_n];
    }
    uint64_t least = sum > 0 ? sorted[sorted_n] : UINT64_MAX;
    for (uint32_t i = 0; i < n; i++) {
        holds[i] = trust[i] >= least;
    }
    nb_free(sorted);
    return NB_OK;
}

enum nb_err nb_communities_voices(const struct nb_support *support, const uint64_t *trust,
                                  uint32_t *voice)
{
    uint32_t n = support->authors_n;
    uint8_t *holds = nb_calloc((size_t)n + 1, 1);
    enum nb_err err = holds ? find_holders(trust, n, holds) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_communities_find(support, holds, voice);
    }
    /* a group has one voice */
    for (uint32_t i = 0; err == NB_OK && i < n; i++) {
        holds[support->group[i]] |= holds[i];
    }
    for (uint32_t i = 0; err == NB_OK && i < n; i++) {
        voice[i] = holds[support->group[i]] ? voice[i] + 1 : 0;
    }
    nb_free(holds);
    return err;
}

/* ---- what counts ---- */

/* What the circles of one author's supporters give: a table of places by circle. */
struct circles {
    uint32_t voice[1 << PLACES_MOST_LOG];
    uint64_t sum[1 << PLACES_MOST_LOG];
    uint32_t mask, n;
};

/* @return the place of a circle, which there is room for; that of none is 0. */
static uint32_t place_of(struct circles *c, uint32_t voice)
{
    uint32_t place = voice & c->mask;
    if (voice == 0) {
        return 0;
    }
    while (place == 0 || (c->voice[place] != 0 && c->voice[place] != voice)) {
        place = (place + 1) & c->mask;
    }
    c->n += c->voice[place] == 0;
    c->voice[place] = voice;
    return place;
}

/* @return false when there are too many circles. */
static bool add_all(struct circles *c, const struct nb_trust_share *shares, uint32_t n)
{
    c->mask = 7;
    c->n = 0;
    while (c->mask + 1 < 1 << PLACES_MOST_LOG && c->mask / 4 * 3 <= n) {
        c->mask = 2 * c->mask + 1;
    }
    memset(c->voice, 0, (c->mask + 1) * sizeof(c->voice[0]));
    memset(c->sum, 0, (c->mask + 1) * sizeof(c->sum[0]));
    for (uint32_t i = 0; i < n; i++) {
        c->sum[place_of(c, shares[i].voice)] += shares[i].points;
        if (c->n > c->mask / 4 * 3) {
            return false;
        }
    }
    return true;
}

static bool is_before(const struct nb_names *names, const struct nb_trust_share *a,
                      const struct nb_trust_share *b)
{
    if (a->points != b->points || !names) {
        return a->points > b->points;
    }
    return nb_slice_cmp(nb_names_at(names, a->from), nb_names_at(names, b->from)) < 0;
}

static void alone(const struct nb_names *names, struct nb_trust_share *shares, uint32_t n)
{
    uint32_t strongest = 0;
    for (uint32_t i = 1; i < n; i++) {
        strongest = is_before(names, &shares[i], &shares[strongest]) ? i : strongest;
    }
    for (uint32_t i = 0; i < n; i++) {
        shares[i].points = i == strongest ? shares[i].points >> ALONE_SHIFT : 0;
    }
}

static uint64_t factor(uint64_t counts, uint64_t of)
{
    return of > counts ? (counts << FACTOR_BITS) / of : UINT64_C(1) << FACTOR_BITS;
}

void nb_communities_hold_back(const struct nb_names *names, struct nb_trust_share *shares,
                              uint32_t n)
{
    struct circles c;
    uint64_t spoken = 0, counts = 0;
    if (!add_all(&c, shares, n)) {
        return;
    }
    for (uint32_t i = 1; i <= c.mask; i++) {
        spoken += c.sum[i];
    }
    if (spoken == 0) {
        alone(names, shares, n);
        return;
    }
    for (uint32_t i = 1; i <= c.mask; i++) {
        uint64_t others = (spoken - c.sum[i]) * OTHERS_FACTOR;
        uint64_t whole = c.sum[i] < others ? c.sum[i] : others;
        uint64_t here = whole + ((c.sum[i] - whole) >> BEYOND_SHIFT);
        counts += here;
        c.sum[i] = factor(here, c.sum[i]);
    }
    c.sum[0] = factor(REST_FACTOR * counts, c.sum[0]);
    for (uint32_t i = 0; i < n; i++) {
        shares[i].points = shares[i].points * c.sum[place_of(&c, shares[i].voice)] >> FACTOR_BITS;
    }
}
