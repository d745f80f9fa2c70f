#include "analyzer/influence/crowd.h"

#include <stdlib.h>

#include "analyzer/influence/coordination_read.h"

enum { SAMPLE_N = 64, SCRATCH_BYTES = 256 << 20, READ_BYTES = 1 << 30 };

/* Documents to judge, the oldest first. */
static enum nb_err numbers_of(const struct nb_scope *scope, struct nb_arena *arena, uint64_t **out,
                              size_t *out_n)
{
    uint64_t last = 0;
    size_t n = scope->posts_n;
    enum nb_err err = scope->topic.len ? NB_OK : nb_analysis_cursor(scope->txn, &last);
    if (!scope->topic.len) {
        n = last < NB_COORDINATION_ROWS_MAX ? (size_t)last : NB_COORDINATION_ROWS_MAX;
    }
    uint64_t *numbers = nb_arena_calloc(arena, n, sizeof(*numbers));
    if (err || !numbers) {
        return err ? err : NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        numbers[i] = scope->topic.len ? scope->posts[i].number : last - n + 1 + i;
    }
    *out = numbers;
    *out_n = n;
    return NB_OK;
}

/* Whoever is part of a group that acts as one is at risk by all of its evidence. */
static void take_groups(const struct nb_coordination_set *set, struct nb_coordination_risk *risks)
{
    for (size_t g = 0; g < set->judged.groups_n; g++) {
        const struct nb_coordination_group *group = &set->judged.groups[g];
        if (group->verdict != NB_COORDINATION_COORDINATED) {
            continue;
        }
        int64_t mbits = nb_coordination_mbits(group);
        int32_t risk = (int32_t)(1000 * mbits / (mbits + 20000));
        for (uint32_t i = 0; i < group->acts_n; i++) {
            const struct nb_coordination_act *act = &set->acts[group->acts[i]];
            struct nb_coordination_risk *of = &risks[act->author];
            if (!act->publisher && of->risk_milli < risk) {
                bool nonsense = group->kind == NB_COORDINATION_NONSENSE;
                *of = (struct nb_coordination_risk){
                    .risk_milli = risk,
                    .mbits = mbits < INT32_MAX ? (int32_t)mbits : INT32_MAX,
                    .number = act->number,
                    .sign = nonsense ? NB_SIGN_CROWD : NB_SIGN_TEXT};
            }
        }
    }
}

/* What outlives the scratch memory: the risks, and the names they are found by. */
static enum nb_err keep(const struct nb_coordination_set *set, struct nb_arena *scratch,
                        struct nb_arena *arena, struct nb_crowd *out)
{
    struct nb_coordination_act *acts = nb_arena_calloc(scratch, set->acts_n, sizeof(*acts));
    struct nb_coordination_risk *risks = nb_arena_calloc(arena, set->authors_n, sizeof(*risks));
    struct nb_slice *names = nb_arena_calloc(arena, set->authors_n, sizeof(*names));
    if (!acts || !risks || !names) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < set->acts_n; i++) {
        acts[i] = set->acts[i];
        acts[i].shingles = NULL; /* of authors it is asked without them */
        acts[i].shingles_n = 0;
    }
    for (uint32_t i = 0; i < set->authors_n; i++) {
        names[i] = nb_arena_copy(arena, set->authors[i]);
        if (!names[i].p) {
            return NB_ENOMEM;
        }
    }
    enum nb_err err = nb_coordination_risks(acts, set->acts_n, set->authors_n, risks);
    if (err == NB_OK) {
        take_groups(set, risks);
        *out = (struct nb_crowd){names, risks, set->authors_n};
    }
    return err;
}

enum nb_err nb_crowd_read(const struct nb_scope *scope, struct nb_arena *arena,
                          struct nb_crowd *out)
{
    struct nb_coordination_set set;
    uint64_t *numbers;
    size_t n;
    struct nb_arena *scratch = nb_arena_new(READ_BYTES);
    *out = (struct nb_crowd){.n = 0};
    enum nb_err err = scratch ? numbers_of(scope, scratch, &numbers, &n) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_coordination_of_documents(scope->txn, scope->topic, numbers, n, scratch, &set);
    }
    if (err == NB_OK) {
        err = keep(&set, scratch, arena, out);
    }
    nb_arena_free(scratch);
    return err;
}

static int by_name(const void *a, const void *b)
{
    return nb_slice_cmp(*(const struct nb_slice *)a, *(const struct nb_slice *)b);
}

const struct nb_coordination_risk *nb_crowd_risk(const struct nb_crowd *crowd,
                                                 struct nb_slice author)
{
    const struct nb_slice *found =
        crowd->n ? bsearch(&author, crowd->names, crowd->n, sizeof(author), by_name) : NULL;
    return found ? &crowd->risks[found - crowd->names] : NULL;
}

/* Groups that take up an author, each once. */
static uint64_t taken_up(const struct nb_evidence *e)
{
    uint64_t n = 0;
    for (size_t i = 0; i < e->n; i++) {
        if (e->rows[i].kind == NB_ROW_ACT && nb_act_spreads(e->rows[i].edge)) {
            n += e->per_group[e->rows[i].group]++ == 0;
        }
    }
    return n;
}

enum nb_err nb_crowd_usual(const struct nb_scope *scope, const struct nb_slice *authors, size_t n,
                           uint64_t *out_micro)
{
    size_t sample_n = n < SAMPLE_N ? n : SAMPLE_N;
    uint64_t sum = 0;
    struct nb_arena *arena = nb_arena_new(SCRATCH_BYTES);
    enum nb_err err = arena ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < sample_n; i++) {
        struct nb_evidence evidence;
        nb_arena_reset(arena);
        err = nb_evidence_read(scope, authors[i * n / sample_n], arena, &evidence);
        if (err == NB_OK) {
            sum += taken_up(&evidence);
        }
    }
    nb_arena_free(arena);
    if (err == NB_OK) {
        *out_micro = sample_n ? sum * 1000000 / sample_n : 0;
    }
    return err;
}
