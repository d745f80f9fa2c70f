/*
 * What an author passes on, to each it supports, is kept for every step as a number of 6 bits and
 * an exponent, in two bytes: a step reads them by chance, and these fit into a cache where the
 * numbers would not. A step is a pass over the rows by the one supported.
 *
 * Adding keeps a list per step of those whose number may differ: those with new pairs, those who
 * support more authors than before, and those whom somebody supports whose number in the step
 * before did differ. Each is worked out again from its row, so nothing is ever subtracted.
 */
#include "analyzer/influence/trust.h"

#include <nabiz/mem.h>

#include "analyzer/influence/communities.h"
#include "analyzer/influence/resize.h"

enum {
    PASSED_ON = 218, /* of 256: 0.85 */
    LEAST_PARTS = 16,
    EXCESS_SHIFT = 4, /* a sixteenth */
    ALONE_SHIFT = 8,
    OWN_SHIFT = 2, /* a quarter */
    BITS = 6,
    SMALL = 1 << BITS
};

struct dirty {
    uint8_t *is; /* of each author */
    uint32_t *list;
    uint32_t n;
};

struct nb_trust {
    struct nb_support support;
    uint64_t *given;                   /* to each author as a seed */
    uint16_t *passed[NB_TRUST_LEVELS]; /* by each author to each it supports */
    uint64_t *scores;
    uint32_t *voice; /* of each author: the circle it speaks for (communities.h) */
    uint32_t authors_cap;
    struct nb_trust_share *room; /* for the longest row */
    size_t room_n;
    struct dirty dirty, next, always;
    uint32_t changed_n; /* of dirty.list, in the last step */
};

/* ---- numbers of two bytes ---- */

static uint16_t pack(uint64_t value)
{
    if (value < SMALL) {
        return (uint16_t)value;
    }
    unsigned shift = 63u - (unsigned)__builtin_clzll(value) - (BITS - 1);
    return (uint16_t)((shift + 1) << (BITS - 1) | ((value >> shift) & (SMALL / 2 - 1)));
}

static inline uint64_t unpack(uint16_t packed)
{
    if (packed < SMALL) {
        return packed;
    }
    return (uint64_t)((packed & (SMALL / 2 - 1)) | (SMALL / 2)) << ((packed >> (BITS - 1)) - 1);
}

/* ---- one author ---- */

/* What comes in, by groups: everything, and the three strongest. */
struct income {
    uint64_t all, first, second, third;
};

static inline void take_in(struct income *in, uint64_t value)
{
    in->all += value;
    if (value > in->third) {
        bool over_second = value > in->second;
        bool over_first = value > in->first;
        in->third = over_second ? in->second : value;
        in->second = over_first ? in->first : over_second ? value : in->second;
        in->first = over_first ? value : in->first;
    }
}

static struct income income_of(const struct nb_support *support, const uint16_t *passed,
                               uint32_t author)
{
    struct nb_support_row row = support->in[author];
    const uint32_t *from = support->from + row.begin;
    const uint8_t *weight = support->weight + row.begin;
    struct income in = {0};
    uint64_t strongest = 0;
    for (uint32_t i = 0; i < row.n; i++) {
        uint64_t value = unpack(passed[from[i]]) * (weight[i] & NB_SUPPORT_WEIGHT);
        if (weight[i] & NB_SUPPORT_SAME) {
            strongest = value > strongest ? value : strongest;
        } else {
            take_in(&in, strongest);
            strongest = value;
        }
    }
    take_in(&in, strongest);
    return in;
}

/* What of a group's income counts beside the third strongest. */
static uint64_t points_of(uint64_t value, uint64_t third)
{
    uint64_t whole = value < third ? value : third;
    return (whole + ((value - whole) >> EXCESS_SHIFT)) / NB_SUPPORT_WHOLE;
}

/* What an author has without anybody's support: as a seed. */
static uint64_t own_points(const struct nb_trust *trust, uint32_t author)
{
    return trust->given[author] >> OWN_SHIFT;
}

/* Whether one of a group stands for it rather than another who gives as much. */
static bool goes_first(const struct nb_names *names, uint32_t a, uint32_t b)
{
    return names && nb_slice_cmp(nb_names_at(names, a), nb_names_at(names, b)) < 0;
}

/* What each group gives, and what of it counts: where several give as much, the least voice speaks,
 * so that the order of their numbers says nothing. @return how many there are. */
static uint32_t shares_of(const struct nb_trust *trust, const struct nb_names *names,
                          uint32_t author, struct nb_trust_share *out)
{
    const struct nb_support *support = &trust->support;
    const uint16_t *passed = trust->passed[NB_TRUST_LEVELS - 1];
    struct nb_support_row row = support->in[author];
    struct income in = income_of(support, passed, author);
    uint32_t n = 0;
    for (uint32_t i = row.begin; i < row.begin + row.n; i++) {
        uint32_t from = support->from[i];
        uint64_t value = unpack(passed[from]) * (support->weight[i] & NB_SUPPORT_WEIGHT);
        bool opens = !(support->weight[i] & NB_SUPPORT_SAME);
        if (opens) {
            out[n++] = (struct nb_trust_share){.from = from};
        }
        struct nb_trust_share *share = &out[n - 1];
        uint32_t voice = trust->voice[from];
        if (opens || value > share->given) {
            share->from = from;
            share->given = value;
            share->voice = voice;
        } else if (value == share->given) {
            share->from = goes_first(names, from, share->from) ? from : share->from;
            share->voice = voice < share->voice ? voice : share->voice;
        }
        share->group_n++;
    }
    for (uint32_t i = 0; i < n; i++) {
        out[i].points = points_of(out[i].given, in.third);
        out[i].given /= NB_SUPPORT_WHOLE;
    }
    if (in.all > 0) {
        nb_communities_hold_back(names, out, n);
    }
    return n;
}

/* Points are rounded group by group, so that shares add up. */
static uint64_t score_of(struct nb_trust *trust, uint32_t author)
{
    uint64_t score = own_points(trust, author);
    uint32_t n = trust->support.in[author].n ? shares_of(trust, NULL, author, trust->room) : 0;
    for (uint32_t i = 0; i < n; i++) {
        score += trust->room[i].points;
    }
    return score;
}

static uint16_t parts_of(const struct nb_trust *trust, uint32_t author, uint64_t has)
{
    uint32_t n = trust->support.out[author].n;
    return pack(has * PASSED_ON / 256 / (n > LEAST_PARTS ? n : LEAST_PARTS));
}

/* What an author passes on in a step: of the seed's own in the first, and of both in the others. */
static uint16_t pass_of(const struct nb_trust *trust, unsigned level, uint32_t author)
{
    uint64_t has = trust->given[author];
    if (trust->support.out[author].n == 0) {
        return 0;
    }
    if (level > 0) {
        struct income in = income_of(&trust->support, trust->passed[level - 1], author);
        uint64_t beyond = in.first - in.second;
        has += (in.all - beyond + (beyond >> ALONE_SHIFT)) / NB_SUPPORT_WHOLE;
    }
    return parts_of(trust, author, has);
}

/* ---- everything ---- */

static void walk(struct nb_trust *trust)
{
    uint32_t n = trust->support.authors_n;
    for (unsigned level = 0; level < NB_TRUST_LEVELS; level++) {
        for (uint32_t i = 0; i < n; i++) {
            trust->passed[level][i] = pass_of(trust, level, i);
        }
    }
}

static void score_all(struct nb_trust *trust)
{
    for (uint32_t i = 0; i < trust->support.authors_n; i++) {
        trust->scores[i] = score_of(trust, i);
    }
}

/* What each gives at the end decides what is a circle and which of them count; it lies in the
 * scores until those are made. */
static enum nb_err find_voices(struct nb_trust *trust, const uint32_t *voice)
{
    const struct nb_support *s = &trust->support;
    if (voice) {
        for (uint32_t i = 0; i < s->authors_n; i++) {
            trust->voice[i] = voice[i];
        }
        return NB_OK;
    }
    for (uint32_t i = 0; i < s->authors_n; i++) {
        trust->scores[i] = s->out[i].n * unpack(trust->passed[NB_TRUST_LEVELS - 1][i]);
    }
    return nb_communities_voices(s, trust->scores, trust->voice);
}

static bool resize_dirty(struct dirty *dirty, size_t n)
{
    return nb_resize(&dirty->is, n, 1) && nb_resize(&dirty->list, n, sizeof(dirty->list[0]));
}

/* Room for authors [from, to), who have nothing. */
static enum nb_err grow(struct nb_trust *trust, uint32_t from, uint32_t to)
{
    if (to > trust->authors_cap || !trust->scores) {
        size_t cap = (size_t)to + from / 8;
        bool done = nb_resize(&trust->given, cap, sizeof(uint64_t)) &&
                    nb_resize(&trust->scores, cap, sizeof(uint64_t)) &&
                    nb_resize(&trust->voice, cap, sizeof(uint32_t)) &&
                    resize_dirty(&trust->dirty, cap) && resize_dirty(&trust->next, cap) &&
                    resize_dirty(&trust->always, cap);
        for (unsigned i = 0; done && i < NB_TRUST_LEVELS; i++) {
            done = nb_resize(&trust->passed[i], cap, sizeof(uint16_t));
        }
        if (!done) {
            return NB_ENOMEM;
        }
        trust->authors_cap = cap < UINT32_MAX ? (uint32_t)cap : UINT32_MAX;
    }
    for (uint32_t i = from; i < to; i++) {
        trust->given[i] = trust->scores[i] = trust->voice[i] = 0;
        trust->dirty.is[i] = trust->next.is[i] = trust->always.is[i] = 0;
        for (unsigned level = 0; level < NB_TRUST_LEVELS; level++) {
            trust->passed[level][i] = 0;
        }
    }
    return NB_OK;
}

static enum nb_err make_room(struct nb_trust *trust, uint32_t author)
{
    size_t n = trust->support.in[author].n;
    if (n > trust->room_n) {
        n += n / 4;
        if (!nb_resize(&trust->room, n, sizeof(trust->room[0]))) {
            return NB_ENOMEM;
        }
        trust->room_n = n;
    }
    return NB_OK;
}

enum nb_err nb_trust_new(const struct nb_graph *graph, const struct nb_trust_input *input,
                         struct nb_trust **out)
{
    *out = NULL;
    struct nb_trust *trust = nb_calloc(1, sizeof(*trust));
    enum nb_err err =
        trust ? nb_support_init(&trust->support, graph, input->group, &input->age) : NB_ENOMEM;
    if (err == NB_OK) {
        err = grow(trust, 0, graph->authors_n);
    }
    for (size_t i = 0; err == NB_OK && i < input->seeds_n; i++) {
        uint32_t seed = input->seeds[i];
        if (seed >= graph->authors_n) {
            err = NB_EINVAL;
            break;
        }
        trust->given[seed] += NB_TRUST_MASS / input->seeds_n * (256 - PASSED_ON) / 256;
    }
    for (uint32_t i = 0; err == NB_OK && i < graph->authors_n; i++) {
        err = make_room(trust, i);
    }
    if (err == NB_OK) {
        walk(trust);
        err = find_voices(trust, input->voice);
    }
    if (err != NB_OK) {
        nb_trust_free(trust);
        return err;
    }
    score_all(trust);
    *out = trust;
    return NB_OK;
}

void nb_trust_free(struct nb_trust *trust)
{
    if (!trust) {
        return;
    }
    nb_support_fini(&trust->support);
    nb_free(trust->given);
    nb_free(trust->scores);
    nb_free(trust->voice);
    nb_free(trust->room);
    for (unsigned i = 0; i < NB_TRUST_LEVELS; i++) {
        nb_free(trust->passed[i]);
    }
    struct dirty *dirty[] = {&trust->dirty, &trust->next, &trust->always};
    for (int i = 0; i < 3; i++) {
        nb_free(dirty[i]->is);
        nb_free(dirty[i]->list);
    }
    nb_free(trust);
}

/* ---- more acts ---- */

static void mark(struct dirty *dirty, uint32_t author)
{
    if (!dirty->is[author]) {
        dirty->is[author] = 1;
        dirty->list[dirty->n++] = author;
    }
}

static void unmark_all(struct dirty *dirty)
{
    for (uint32_t i = 0; i < dirty->n; i++) {
        dirty->is[dirty->list[i]] = 0;
    }
    dirty->n = 0;
}

/* Work out again who is dirty in a step; next: who may be in the one after. */
static void step(struct nb_trust *trust, unsigned level)
{
    const struct nb_support *support = &trust->support;
    for (uint32_t i = 0; i < trust->dirty.n; i++) {
        uint32_t author = trust->dirty.list[i];
        uint16_t pass = pass_of(trust, level, author);
        if (pass != trust->passed[level][author]) {
            trust->passed[level][author] = pass;
            struct nb_support_row row = support->out[author];
            for (uint32_t k = 0; k < row.n; k++) {
                mark(&trust->next, support->to[row.begin + k]);
            }
        }
    }
    for (uint32_t i = 0; i < trust->always.n; i++) {
        mark(&trust->next, trust->always.list[i]);
    }
    unmark_all(&trust->dirty);
    struct dirty swap = trust->dirty;
    trust->dirty = trust->next;
    trust->next = swap;
}

static void walk_again(struct nb_trust *trust)
{
    for (uint32_t i = 0; i < trust->always.n; i++) {
        mark(&trust->dirty, trust->always.list[i]);
    }
    for (unsigned level = 0; level < NB_TRUST_LEVELS; level++) {
        step(trust, level);
    }
    for (uint32_t i = 0; i < trust->dirty.n; i++) {
        uint32_t author = trust->dirty.list[i];
        trust->scores[author] = score_of(trust, author);
    }
    trust->changed_n = trust->dirty.n;
    unmark_all(&trust->dirty);
    unmark_all(&trust->always);
}

static bool are_known(const struct nb_support_act *acts, size_t n, uint32_t authors_n)
{
    for (size_t i = 0; i < n; i++) {
        if (acts[i].from >= authors_n || acts[i].to >= authors_n ||
            (acts[i].kind & ~NB_ACT_LATE) >= NB_ACTS_N) {
            return false;
        }
    }
    return true;
}

static void mark_acts(struct nb_trust *trust, const struct nb_support_act *acts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (acts[i].from != acts[i].to) {
            mark(&trust->always, acts[i].from);
            mark(&trust->always, acts[i].to);
        }
    }
}

enum nb_err nb_trust_change(struct nb_trust *trust, struct nb_support_act *gone, size_t gone_n,
                            struct nb_support_act *acts, size_t acts_n, uint32_t authors_n)
{
    uint32_t old_n = trust->support.authors_n;
    authors_n = authors_n > old_n ? authors_n : old_n;
    if (!are_known(gone, gone_n, old_n) || !are_known(acts, acts_n, authors_n)) {
        return NB_EINVAL;
    }
    enum nb_err err = nb_support_grow(&trust->support, authors_n);
    if (err == NB_OK) {
        err = grow(trust, old_n, authors_n);
    }
    if (err == NB_OK) {
        err = nb_support_drop(&trust->support, gone, gone_n);
    }
    if (err == NB_OK) {
        err = nb_support_add(&trust->support, acts, acts_n);
    }
    for (size_t i = 0; err == NB_OK && i < acts_n; i++) {
        err = make_room(trust, acts[i].to);
    }
    if (err != NB_OK) {
        return err;
    }
    mark_acts(trust, gone, gone_n);
    mark_acts(trust, acts, acts_n);
    walk_again(trust);
    return NB_OK;
}

/* ---- answers ---- */

const uint32_t *nb_trust_changed(const struct nb_trust *trust, uint32_t *n)
{
    *n = trust->changed_n;
    return trust->dirty.list;
}

const uint32_t *nb_trust_voices(const struct nb_trust *trust)
{
    return trust->voice;
}

const uint64_t *nb_trust_scores(const struct nb_trust *trust)
{
    return trust->scores;
}

uint32_t nb_trust_authors_n(const struct nb_trust *trust)
{
    return trust->support.authors_n;
}

size_t nb_trust_bytes(const struct nb_trust *trust)
{
    size_t per_author = 2 * sizeof(uint64_t) + sizeof(uint32_t) +
                        NB_TRUST_LEVELS * sizeof(uint16_t) + 3 * (1 + sizeof(uint32_t));
    return sizeof(*trust) + nb_support_bytes(&trust->support) + trust->authors_cap * per_author +
           trust->room_n * sizeof(trust->room[0]);
}

uint32_t nb_trust_supporters_n(const struct nb_trust *trust, uint32_t author)
{
    return trust->support.in[author].n + (trust->given[author] > 0);
}

uint32_t nb_trust_shares(const struct nb_trust *trust, const struct nb_names *names,
                         uint32_t author, struct nb_trust_share *out)
{
    uint32_t n = shares_of(trust, names, author, out);
    if (trust->given[author] > 0) {
        out[n++] = (struct nb_trust_share){.from = author,
                                           .group_n = 1,
                                           .given = trust->given[author],
                                           .points = own_points(trust, author)};
    }
    return n;
}
