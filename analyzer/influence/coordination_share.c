/*
 * Each row, oldest first, votes with its shingles for the groups that had them before, and joins
 * the one with most votes when they are enough; else it founds one. Near-duplicates share a cluster
 * and need no votes. A group owns the shingles of its first members, so that the slots of a
 * template are learnt, but no group drifts on without end.
 *
 * Keys (clusters and shingles) get dense numbers by sorting: nothing hostile can make it slow.
 */
#include "analyzer/influence/coordination_private.h"

#include <stdlib.h>

enum { TEACHERS = 16, VOTES_LEAST = 3, VOTES_MILLI = 350 };

static const uint32_t nobody = UINT32_MAX;

struct key {
    uint64_t value; /* a shingle, or a cluster above all shingles */
    uint32_t act;
};

struct share {
    const struct nb_coordination_act *acts;
    size_t n;
    uint32_t *begin; /* of a row's keys, n + 1 */
    uint32_t *keys;  /* dense numbers */
    uint32_t *owner; /* of a key: its group */
    uint32_t *votes; /* of a group, all 0 between rows */
    uint32_t *size;  /* of a group */
};

static int by_value(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static uint32_t keys_of(const struct nb_coordination_act *act)
{
    bool none = nb_coordination_is_nonsense(act);
    return none ? 0 : (act->shingles ? act->shingles_n : 0) + (act->cluster != 0);
}

static void fill(const struct share *s, struct key *all)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct nb_coordination_act *act = &s->acts[i];
        uint32_t at = s->begin[i], shingles_n = s->begin[i + 1] - at;
        if (shingles_n && act->cluster) {
            all[at++] = (struct key){act->cluster | (uint64_t)1 << 63, (uint32_t)i};
            shingles_n--;
        }
        for (uint32_t k = 0; k < shingles_n; k++) {
            all[at++] = (struct key){act->shingles[k], (uint32_t)i};
        }
    }
}

/* Number keys densely and hand them back to their rows. @return false when memory is short. */
static bool number(struct share *s, struct nb_arena *arena)
{
    size_t total = 0;
    s->begin = nb_arena_alloc(arena, (s->n + 1) * sizeof(s->begin[0]));
    for (size_t i = 0; s->begin && i < s->n; i++) {
        s->begin[i] = (uint32_t)total;
        total += keys_of(&s->acts[i]);
        if (total > UINT32_MAX) {
            return false;
        }
    }
    struct key *all = nb_arena_alloc(arena, (total + 1) * sizeof(*all));
    uint32_t *at = nb_arena_alloc(arena, (s->n + 1) * sizeof(*at));
    s->keys = nb_arena_alloc(arena, (total + 1) * sizeof(s->keys[0]));
    s->owner = nb_arena_alloc(arena, (total + 1) * sizeof(s->owner[0]));
    s->votes = nb_arena_calloc(arena, s->n + 1, sizeof(s->votes[0]));
    s->size = nb_arena_calloc(arena, s->n + 1, sizeof(s->size[0]));
    if (!s->begin || !all || !at || !s->keys || !s->owner || !s->votes || !s->size) {
        return false;
    }
    s->begin[s->n] = (uint32_t)total;
    fill(s, all);
    qsort(all, total, sizeof(*all), by_value);
    memcpy(at, s->begin, s->n * sizeof(*at));
    uint32_t next = 0;
    for (size_t i = 0; i < total; i++) {
        next += i > 0 && all[i].value != all[i - 1].value;
        s->keys[at[all[i].act]++] = next;
        s->owner[i] = nobody;
    }
    return true;
}

/* Shingles sort below clusters, so that a row's cluster is its last key. */
static uint32_t vote(struct share *s, uint32_t row)
{
    const struct nb_coordination_act *act = &s->acts[row];
    uint32_t begin = s->begin[row], end = s->begin[row + 1], best = nobody;
    if (end > begin && act->cluster && s->owner[s->keys[end - 1]] != nobody) {
        return s->owner[s->keys[end - 1]];
    }
    uint32_t shingles_n = end - begin - (end > begin && act->cluster);
    for (uint32_t k = 0; k < shingles_n; k++) {
        uint32_t group = s->owner[s->keys[begin + k]];
        if (group != nobody) {
            s->votes[group]++;
            bool more = best == nobody || s->votes[group] > s->votes[best] ||
                        (s->votes[group] == s->votes[best] && group < best);
            best = more ? group : best;
        }
    }
    uint32_t most = best == nobody ? 0 : s->votes[best];
    for (uint32_t k = 0; k < shingles_n; k++) {
        uint32_t group = s->owner[s->keys[begin + k]];
        if (group != nobody) {
            s->votes[group] = 0;
        }
    }
    bool enough =
        most >= VOTES_LEAST && (uint64_t)most * 1000 >= (uint64_t)shingles_n * VOTES_MILLI;
    return enough ? best : nobody;
}

enum nb_err nb_coordination_share(const struct nb_coordination_act *acts, const uint32_t *order,
                                  size_t n, struct nb_arena *arena, uint32_t *groups,
                                  uint32_t *groups_n)
{
    struct share s = {.acts = acts, .n = n};
    if (!number(&s, arena)) {
        return NB_ENOMEM;
    }
    *groups_n = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t row = order[i], group = vote(&s, row);
        if (group == nobody) {
            group = (*groups_n)++;
        }
        groups[row] = group;
        if (s.size[group]++ >= TEACHERS) {
            continue;
        }
        for (uint32_t k = s.begin[row]; k < s.begin[row + 1]; k++) {
            if (s.owner[s.keys[k]] == nobody) {
                s.owner[s.keys[k]] = group;
            }
        }
    }
    return NB_OK;
}
