/*
 * Four signs, the strongest of which counts; they are not added up, for they are seen on the same
 * documents. Two authors are together when they copy the same text within ten seconds of each
 * other; by chance, where each copies at any time of an hour, that is one time in 180. Once is
 * nothing; each pair is looked at only among the next few of a cluster, so that a great cluster
 * costs no more.
 */
#include "analyzer/influence/coordination_risk.h"

#include <stdlib.h>

#include <nabiz/mem.h>

#include "analyzer/influence/chance.h"
#include "analyzer/influence/coordination_private.h"

enum {
    HOUR_MS = 3600000,
    TOGETHER_MS = 10000,
    TOGETHER_LEAST = 2,
    TOGETHER_OF = HOUR_MS / (2 * TOGETHER_MS),
    NEIGHBOURS = 4,
    CROWD_LEAST = 5,
    CROWD_MBITS = 20000,
    OWN_MBITS = 12000, /* two of two */
    HALF_MBITS = 20000,
    DOUBTED_MBITS = 8000, /* most of a group whose verdict is unknown */
    ROW_BYTES = 400,      /* limit of what judging takes for a row with its shingles */
    MISTAKEN_N = 1,
    MISTAKEN_OF = 100
};

struct pair {
    uint64_t authors; /* the lower number above the higher one */
    uint64_t cluster;
    uint64_t number; /* of the earlier document */
};

struct row {
    uint64_t cluster;
    int64_t at_ms;
    uint32_t index;
};

struct risks {
    const struct nb_coordination_act *acts;
    size_t n;
    uint32_t authors_n;
    struct nb_coordination_risk *out;
    struct row *rows;
    struct pair *pairs;
    size_t pairs_n, pairs_cap;
    uint32_t *seen; /* by author: number of the hour's round */
};

const char *nb_coordination_sign_name(enum nb_coordination_sign sign)
{
    static const char *const names[] = {
        "", "writes words of a dictionary", "one of many who write words of a dictionary at a time",
        "shares a text with a group of accounts", "copies within seconds of the same account"};
    return names[sign];
}

static void note(struct nb_coordination_risk *risk, enum nb_coordination_sign sign, int32_t mbits,
                 uint64_t number)
{
    if (mbits > risk->mbits) {
        risk->sign = sign;
        risk->mbits = mbits;
        risk->number = number;
        risk->risk_milli = (int32_t)((int64_t)1000 * mbits / ((int64_t)mbits + HALF_MBITS));
    }
}

static int by_time(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int by_cluster(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = (x->cluster > y->cluster) - (x->cluster < y->cluster);
    return order ? order : by_time(a, b);
}

static int by_authors(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int order = (x->authors > y->authors) - (x->authors < y->authors);
    order = order ? order : (x->cluster > y->cluster) - (x->cluster < y->cluster);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* One hour, rows[0..n): how many authors there are, and how many of them write nonsense. */
static void weigh_hour(struct risks *r, const struct row *rows, size_t n, uint32_t round)
{
    uint64_t all = 0, nonsense = 0;
    for (size_t i = 0; i < n; i++) {
        const struct nb_coordination_act *act = &r->acts[rows[i].index];
        uint32_t *seen = &r->seen[act->author];
        all += *seen < round;
        *seen = *seen < round ? round : *seen;
        if (nb_coordination_is_nonsense(act) && *seen == round) {
            *seen = round + 1;
            nonsense++;
        }
    }
    int32_t mbits = nonsense >= CROWD_LEAST && all <= NB_CHANCE_TRIALS_MAX
                        ? nb_chance_mbits(nonsense, all, MISTAKEN_N, MISTAKEN_OF)
                        : 0;
    for (size_t i = 0; mbits >= CROWD_MBITS && i < n; i++) {
        const struct nb_coordination_act *act = &r->acts[rows[i].index];
        if (nb_coordination_is_nonsense(act)) {
            note(&r->out[act->author], NB_SIGN_CROWD, mbits, act->number);
        }
    }
}

static void weigh_hours(struct risks *r)
{
    qsort(r->rows, r->n, sizeof(r->rows[0]), by_time);
    uint32_t round = 1;
    for (size_t i = 0, end; i < r->n; i = end) {
        int64_t hour = r->rows[i].at_ms / HOUR_MS;
        for (end = i + 1; end < r->n && r->rows[end].at_ms / HOUR_MS == hour;) {
            end++;
        }
        weigh_hour(r, r->rows + i, end - i, round);
        round += 2;
    }
}

/* What an author writes of nonsense by itself. Rows are in the order of time. */
static enum nb_err weigh_own(struct risks *r)
{
    uint32_t *all = nb_calloc((size_t)r->authors_n + 1, sizeof(*all));
    uint32_t *nonsense = nb_calloc((size_t)r->authors_n + 1, sizeof(*nonsense));
    enum nb_err err = all && nonsense ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < r->n; i++) {
        all[r->acts[i].author]++;
        nonsense[r->acts[i].author] += nb_coordination_is_nonsense(&r->acts[i]);
    }
    for (size_t i = 0; err == NB_OK && i < r->n; i++) {
        const struct nb_coordination_act *act = &r->acts[r->rows[i].index];
        uint32_t k = nonsense[act->author];
        if (k && nb_coordination_is_nonsense(act)) {
            int32_t mbits = nb_chance_mbits(k, all[act->author], MISTAKEN_N, MISTAKEN_OF);
            note(&r->out[act->author], NB_SIGN_NONSENSE, mbits >= OWN_MBITS ? mbits : 0,
                 act->number);
            nonsense[act->author] = 0; /* by the first one */
        }
    }
    nb_free(all);
    nb_free(nonsense);
    return err;
}

static enum nb_err add_pair(struct risks *r, const struct nb_coordination_act *a,
                            const struct nb_coordination_act *b)
{
    if (r->pairs_n == r->pairs_cap) {
        size_t cap = r->pairs_cap ? r->pairs_cap * 2 : 1024;
        struct pair *grown = nb_realloc(r->pairs, cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        r->pairs = grown;
        r->pairs_cap = cap;
    }
    uint32_t low = a->author < b->author ? a->author : b->author;
    uint32_t high = a->author < b->author ? b->author : a->author;
    r->pairs[r->pairs_n++] = (struct pair){(uint64_t)low << 32 | high, a->cluster, a->number};
    return NB_OK;
}

static void weigh_pairs(struct risks *r)
{
    if (r->pairs_n) {
        qsort(r->pairs, r->pairs_n, sizeof(r->pairs[0]), by_authors);
    }
    for (size_t i = 0, end; i < r->pairs_n; i = end) {
        uint64_t times = 1;
        for (end = i + 1; end < r->pairs_n && r->pairs[end].authors == r->pairs[i].authors; end++) {
            times += r->pairs[end].cluster != r->pairs[end - 1].cluster;
        }
        int32_t mbits = times >= TOGETHER_LEAST ? nb_chance_mbits(times, times, 1, TOGETHER_OF) : 0;
        note(&r->out[r->pairs[i].authors >> 32], NB_SIGN_TOGETHER, mbits, r->pairs[i].number);
        note(&r->out[r->pairs[i].authors & UINT32_MAX], NB_SIGN_TOGETHER, mbits,
             r->pairs[i].number);
    }
}

static enum nb_err weigh_together(struct risks *r)
{
    enum nb_err err = NB_OK;
    qsort(r->rows, r->n, sizeof(r->rows[0]), by_cluster);
    for (size_t i = 0; err == NB_OK && i < r->n; i++) {
        const struct nb_coordination_act *a = &r->acts[r->rows[i].index];
        for (size_t k = i + 1; err == NB_OK && a->cluster && k < r->n && k <= i + NEIGHBOURS; k++) {
            const struct nb_coordination_act *b = &r->acts[r->rows[k].index];
            if (b->cluster != a->cluster || b->at_ms - a->at_ms > TOGETHER_MS) {
                break;
            }
            bool known = nb_coordination_is_established(a) && nb_coordination_is_established(b);
            if (a->author != b->author && !known) {
                err = add_pair(r, a, b);
            }
        }
    }
    if (err == NB_OK) {
        weigh_pairs(r);
    }
    return err;
}

static enum nb_err weigh_texts(struct risks *r)
{
    struct nb_arena *arena = nb_arena_new((size_t)ROW_BYTES * (r->n + r->authors_n) + (1 << 20));
    struct nb_coordination found = {0};
    enum nb_err err =
        arena ? nb_coordination_judge(r->acts, r->n, r->authors_n, NULL, arena, &found) : NB_ENOMEM;
    for (size_t g = 0; err == NB_OK && g < found.groups_n; g++) {
        const struct nb_coordination_group *group = &found.groups[g];
        int64_t mbits = nb_coordination_mbits(group);
        bool sure = group->verdict == NB_COORDINATION_COORDINATED;
        mbits = sure || mbits < DOUBTED_MBITS ? mbits : DOUBTED_MBITS;
        mbits = group->kind == NB_COORDINATION_SHARED_TEXT ? mbits : 0; /* crowds are by the hour */
        for (uint32_t i = 0; i < group->acts_n; i++) {
            const struct nb_coordination_act *act = &r->acts[group->acts[i]];
            note(&r->out[act->author], NB_SIGN_TEXT,
                 nb_coordination_is_established(act)
                     ? 0
                     : (int32_t)(mbits < INT32_MAX ? mbits : INT32_MAX),
                 r->acts[group->acts[0]].number);
        }
    }
    nb_arena_free(arena);
    return err;
}

enum nb_err nb_coordination_risks(const struct nb_coordination_act *acts, size_t n,
                                  uint32_t authors_n, struct nb_coordination_risk *out)
{
    struct risks r = {.acts = acts, .n = n, .authors_n = authors_n, .out = out};
    if (n > NB_CHANCE_TRIALS_MAX) {
        return NB_ETOOBIG;
    }
    memset(out, 0, authors_n * sizeof(out[0]));
    r.rows = nb_calloc(n + 1, sizeof(r.rows[0]));
    r.seen = nb_calloc((size_t)authors_n + 1, sizeof(r.seen[0]));
    enum nb_err err = r.rows && r.seen ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        r.rows[i] = (struct row){acts[i].cluster, acts[i].at_ms, (uint32_t)i};
    }
    if (err == NB_OK) {
        weigh_hours(&r);
        err = weigh_own(&r);
    }
    if (err == NB_OK) {
        err = weigh_together(&r);
    }
    if (err == NB_OK) {
        err = weigh_texts(&r);
    }
    nb_free(r.rows);
    nb_free(r.seen);
    nb_free(r.pairs);
    return err;
}
