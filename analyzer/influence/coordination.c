/*
 * All rows are put in the order of time; an author counts once in a group and once in the set, by
 * the first document there. Where times of the whole group are full minutes or seconds, nothing
 * shorter can be seen, and a window is taken to be that much longer.
 */
#include "analyzer/influence/coordination.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analyzer/influence/chance.h"
#include "analyzer/influence/coordination_private.h"

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    HOUR_MS = 60 * MINUTE_MS,
    AUTHORS_LEAST = 5,
    OTHERS_LEAST = 10, /* authors that ages are compared with */
    /* One text in a hundred that somebody wrote is taken for nonsense: twice what is measured. */
    MISTAKEN_N = 1,
    MISTAKEN_OF = 100
};

/* Bits that a verdict needs, in thousandths: ten are one in a thousand, twenty one in a million. */
enum {
    NONSENSE_MBITS = 20000,
    EACH_MBITS = 10000,  /* of timing and of accounts */
    BOTH_MBITS = 30000,  /* together */
    ALONE_MBITS = 40000, /* timing, of ALONE_LEAST authors or more */
    DOUBT_MBITS = 20000  /* from here on nothing is called organic */
};

/* And how much is needed of each: among thousands a small difference is certain, and says little.
 */
enum {
    ALONE_LEAST = 10,
    ALONE_SHINGLES = 8, /* nine words or so: wishes and chants are shorter, and everybody's */
    ALONE_MS = 6 * MINUTE_MS,
    WINDOW_MS = 20 * MINUTE_MS,
    ODD_ACCOUNTS_OF = 4 /* one in four is new or deletes */
};

struct judge {
    const struct nb_coordination_act *acts;
    const struct nb_coordination_usual *usual;
    uint32_t *order;       /* rows, oldest first */
    uint32_t *first;       /* by author: row of the first document of the set, or nobody */
    uint32_t *seen;        /* by author: number of the group that counted it last */
    int64_t *times;        /* of the authors' first documents, ascending */
    uint32_t *new_before;  /* how many of the authors before each of those are new */
    uint32_t *gone_before; /* and deleted; one more than times */
    uint32_t *members;     /* rows by group, oldest first */
    int64_t *member_times; /* room for one group */
    size_t n;
    uint32_t authors_n; /* in the set */
    uint32_t round;
};

static const uint32_t nobody = UINT32_MAX;

const char *nb_coordination_name(enum nb_coordination_verdict verdict)
{
    static const char *const names[] = {"unknown", "organic", "coordinated"};
    return names[verdict];
}

int64_t nb_coordination_mbits(const struct nb_coordination_group *group)
{
    return (int64_t)group->text_mbits + group->timing_mbits + group->accounts_mbits;
}

struct row {
    int64_t at_ms;
    uint64_t number;
    uint32_t index;
};

static int by_time(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
    order = order ? order : (x->number > y->number) - (x->number < y->number);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

static enum nb_err prepare(struct judge *j, uint32_t authors_n, struct nb_arena *arena)
{
    struct row *rows = nb_arena_alloc(arena, (j->n + 1) * sizeof(*rows));
    j->order = nb_arena_alloc(arena, (j->n + 1) * sizeof(j->order[0]));
    j->members = nb_arena_alloc(arena, (j->n + 1) * sizeof(j->members[0]));
    j->times = nb_arena_alloc(arena, (j->n + 1) * sizeof(j->times[0]));
    j->member_times = nb_arena_alloc(arena, (j->n + 1) * sizeof(j->member_times[0]));
    j->new_before = nb_arena_calloc(arena, j->n + 1, sizeof(j->new_before[0]));
    j->gone_before = nb_arena_calloc(arena, j->n + 1, sizeof(j->gone_before[0]));
    j->first = nb_arena_alloc(arena, ((size_t)authors_n + 1) * sizeof(j->first[0]));
    j->seen = nb_arena_calloc(arena, (size_t)authors_n + 1, sizeof(j->seen[0]));
    if (!j->new_before || !j->gone_before) {
        return NB_ENOMEM;
    }
    if (!rows || !j->order || !j->members || !j->times || !j->member_times || !j->first ||
        !j->seen) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < j->n; i++) {
        rows[i] = (struct row){j->acts[i].at_ms, j->acts[i].number, (uint32_t)i};
    }
    qsort(rows, j->n, sizeof(*rows), by_time);
    for (uint32_t i = 0; i < authors_n; i++) {
        j->first[i] = nobody;
    }
    for (size_t i = 0; i < j->n; i++) {
        const struct nb_coordination_act *act = &j->acts[rows[i].index];
        j->order[i] = rows[i].index;
        if (j->first[act->author] == nobody) {
            j->first[act->author] = rows[i].index;
            uint32_t at = j->authors_n++;
            j->times[at] = act->at_ms;
            j->new_before[at + 1] = j->new_before[at] + nb_coordination_is_new(act);
            j->gone_before[at + 1] = j->gone_before[at] + act->deleted;
        }
    }
    return NB_OK;
}

/* Which of the set's authors had their first document in from..to: begin <= i < end. */
static void authors_between(const struct judge *j, int64_t from_ms, int64_t to_ms, uint32_t *begin,
                            uint32_t *end)
{
    uint32_t bounds[2];
    for (int side = 0; side < 2; side++) {
        uint32_t low = 0, high = j->authors_n;
        while (low < high) {
            uint32_t mid = low + (high - low) / 2;
            bool below = side ? j->times[mid] <= to_ms : j->times[mid] < from_ms;
            low = below ? mid + 1 : low;
            high = below ? high : mid;
        }
        bounds[side] = low;
    }
    *begin = bounds[0];
    *end = bounds[1];
}

static uint32_t authors_within(const struct judge *j, int64_t from_ms, int64_t to_ms)
{
    uint32_t begin, end;
    authors_between(j, from_ms, to_ms, &begin, &end);
    return end - begin;
}

/* The shortest time in which four fifths of the group acted, and who lies within. */
static void find_window(struct judge *j, struct nb_coordination_group *g)
{
    uint32_t need = (4 * g->authors_n + 4) / 5, best = 0;
    for (uint32_t i = 0; i + need <= g->authors_n; i++) {
        int64_t span = j->member_times[i + need - 1] - j->member_times[i];
        if (span < j->member_times[best + need - 1] - j->member_times[best]) {
            best = i;
        }
    }
    g->window_from_ms = j->member_times[best];
    g->window_to_ms = j->member_times[best + need - 1];
    g->window_n = need;
    while (best + g->window_n < g->authors_n &&
           j->member_times[best + g->window_n] == g->window_to_ms) {
        g->window_n++;
    }
}

static int64_t resolution(const struct judge *j, uint32_t n)
{
    int64_t out = MINUTE_MS;
    for (uint32_t i = 0; i < n && out > SECOND_MS; i++) {
        out = j->member_times[i] % MINUTE_MS ? SECOND_MS : out;
    }
    return out;
}

/* The price of having looked for it at every author of the group. */
static int32_t less_places(int32_t mbits, uint32_t places_n)
{
    int64_t left = mbits - (nb_log2_q30(places_n) * 125 >> 27);
    return left > 0 ? (int32_t)left : 0;
}

/* The null that makes it likelier: at any time of an hour, or when the others of the set acted. */
static void weigh_timing(struct judge *j, struct nb_coordination_group *g)
{
    uint64_t span = (uint64_t)(g->window_to_ms - g->window_from_ms + resolution(j, g->authors_n));
    uint32_t there = authors_within(j, g->window_from_ms, g->window_to_ms);
    uint64_t others = j->authors_n - g->authors_n;
    uint64_t others_there = there > g->window_n ? there - g->window_n : 0;
    others_there = others_there < others ? others_there : others;
    int32_t of_hour = nb_chance_mbits(g->window_n, g->authors_n, span, HOUR_MS);
    int32_t of_others =
        others_there ? nb_chance_mbits(g->window_n, g->authors_n, others_there, others) : of_hour;
    g->timing_mbits = less_places(of_hour < of_others ? of_hour : of_others, g->authors_n);
}

/* Authors that a group is compared with, and how many of them are new or delete. */
struct others {
    uint64_t n, new_n, deleted_n;
};

/* Add one and two: what was never seen is not impossible (Laplace's rule of succession). */
static int32_t weigh_ages(const struct nb_coordination_group *g, const struct others *o)
{
    return nb_chance_mbits(g->new_n, g->authors_n, o->new_n + 1, o->n + 2) +
           nb_chance_mbits(g->deleted_n, g->authors_n, o->deleted_n + 1, o->n + 2);
}

static struct others without(uint64_t n, uint64_t new_n, uint64_t deleted_n,
                             const struct nb_coordination_group *g)
{
    return (struct others){n > g->authors_n ? n - g->authors_n : 0,
                           new_n > g->new_n ? new_n - g->new_n : 0,
                           deleted_n > g->deleted_n ? deleted_n - g->deleted_n : 0};
}

/*
 * Against everybody of the set and what was usual; and against who wrote within half an hour of the
 * group, for an event may bring people who were never heard of before. The weaker one counts.
 */
static void weigh_accounts(const struct judge *j, struct nb_coordination_group *g)
{
    uint32_t begin, end;
    struct others all =
        without(j->authors_n, j->new_before[j->authors_n], j->gone_before[j->authors_n], g);
    if (j->usual) {
        all.n += j->usual->authors_n;
        all.new_n += j->usual->new_n;
        all.deleted_n += j->usual->deleted_n;
    }
    authors_between(j, g->window_from_ms - HOUR_MS / 2, g->window_to_ms + HOUR_MS / 2, &begin,
                    &end);
    struct others near = without(end - begin, j->new_before[end] - j->new_before[begin],
                                 j->gone_before[end] - j->gone_before[begin], g);
    g->accounts_known = all.n >= OTHERS_LEAST;
    if (g->accounts_known) {
        int32_t of_all = weigh_ages(g, &all);
        int32_t of_near = near.n >= OTHERS_LEAST ? weigh_ages(g, &near) : of_all;
        g->accounts_mbits = of_near < of_all ? of_near : of_all;
    }
}

/* As many authors of nonsense in the set, or in the window where they are densest. */
static void weigh_nonsense(const struct judge *j, struct nb_coordination_group *g)
{
    uint32_t there = authors_within(j, g->window_from_ms, g->window_to_ms);
    int32_t all = nb_chance_mbits(g->authors_n, j->authors_n, MISTAKEN_N, MISTAKEN_OF);
    there = there > g->window_n ? there : g->window_n;
    int32_t dense =
        less_places(nb_chance_mbits(g->window_n, there, MISTAKEN_N, MISTAKEN_OF), g->authors_n);
    g->text_mbits = all > dense ? all : dense;
}

/* What the texts of a group have on average; unknown is none. */
static uint64_t shingles_of(const struct judge *j, const struct nb_coordination_group *g)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < g->acts_n; i++) {
        const struct nb_coordination_act *act = &j->acts[g->acts[i]];
        sum += act->shingles ? act->shingles_n : 0;
    }
    return sum / g->acts_n;
}

static enum nb_coordination_verdict decide(const struct judge *j,
                                           const struct nb_coordination_group *g)
{
    if (g->kind == NB_COORDINATION_NONSENSE) {
        return g->text_mbits >= NONSENSE_MBITS ? NB_COORDINATION_COORDINATED
                                               : NB_COORDINATION_ORGANIC;
    }
    int64_t window_ms = g->window_to_ms - g->window_from_ms;
    bool tight = window_ms <= WINDOW_MS && g->timing_mbits >= EACH_MBITS;
    bool odd = (uint64_t)(g->new_n + g->deleted_n) * ODD_ACCOUNTS_OF >= g->authors_n &&
               g->accounts_mbits >= EACH_MBITS;
    bool each = tight && odd;
    bool alone = window_ms <= ALONE_MS && g->timing_mbits >= ALONE_MBITS &&
                 g->authors_n >= ALONE_LEAST && shingles_of(j, g) >= ALONE_SHINGLES;
    int64_t both = (int64_t)(tight ? g->timing_mbits : 0) + (odd ? g->accounts_mbits : 0);
    if ((each && both >= BOTH_MBITS) || alone) {
        return NB_COORDINATION_COORDINATED;
    }
    return both >= DOUBT_MBITS ? NB_COORDINATION_UNKNOWN : NB_COORDINATION_ORGANIC;
}

/* Weigh the rows members[0..n), oldest first. @return false where they are too few authors. */
static bool weigh(struct judge *j, enum nb_coordination_kind kind, const uint32_t *members,
                  uint32_t n, struct nb_coordination_group *g)
{
    *g = (struct nb_coordination_group){.kind = kind, .acts = members, .acts_n = n};
    j->round++;
    for (uint32_t i = 0; i < n; i++) {
        const struct nb_coordination_act *act = &j->acts[members[i]];
        if (j->seen[act->author] == j->round || nb_coordination_is_established(act)) {
            continue;
        }
        j->seen[act->author] = j->round;
        j->member_times[g->authors_n++] = act->at_ms;
        g->new_n += nb_coordination_is_new(&j->acts[j->first[act->author]]);
        g->deleted_n += j->acts[j->first[act->author]].deleted;
    }
    if (g->authors_n < AUTHORS_LEAST) {
        return false;
    }
    find_window(j, g);
    weigh_timing(j, g);
    weigh_accounts(j, g);
    if (kind == NB_COORDINATION_NONSENSE) {
        weigh_nonsense(j, g);
    }
    g->verdict = decide(j, g);
    return true;
}

/* Rows by group: begin[g]..begin[g + 1) of j->members; nonsense is the last one. */
static enum nb_err gather(struct judge *j, struct nb_arena *arena, uint32_t **out_begin,
                          uint32_t *out_n)
{
    uint32_t texts_n;
    uint32_t *groups = nb_arena_alloc(arena, (j->n + 1) * sizeof(*groups));
    enum nb_err err = groups
                          ? nb_coordination_share(j->acts, j->order, j->n, arena, groups, &texts_n)
                          : NB_ENOMEM;
    uint32_t *begin =
        err == NB_OK ? nb_arena_calloc(arena, (size_t)texts_n + 3, sizeof(*begin)) : NULL;
    if (!begin) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < j->n; i++) {
        groups[i] = nb_coordination_is_nonsense(&j->acts[i]) ? texts_n : groups[i];
        begin[groups[i] + 2]++;
    }
    for (uint32_t g = 2; g < texts_n + 3; g++) {
        begin[g] += begin[g - 1];
    }
    for (size_t i = 0; i < j->n; i++) {
        j->members[begin[groups[j->order[i]] + 1]++] = j->order[i];
    }
    *out_begin = begin;
    *out_n = texts_n + 1;
    return NB_OK;
}

static int by_strength(const void *a, const void *b)
{
    const struct nb_coordination_group *x = a, *y = b;
    if (x->verdict != y->verdict) {
        return x->verdict == NB_COORDINATION_COORDINATED ? -1 : 1;
    }
    int64_t more = nb_coordination_mbits(y) - nb_coordination_mbits(x);
    return more ? (more > 0) - (more < 0)
                : (x->window_from_ms > y->window_from_ms) - (x->window_from_ms < y->window_from_ms);
}

/* Authors of coordinated groups, each once. */
static uint32_t count_coordinated(struct judge *j, const struct nb_coordination_group *groups,
                                  size_t n)
{
    uint32_t out = 0;
    j->round++;
    for (size_t g = 0; g < n; g++) {
        for (uint32_t i = 0;
             groups[g].verdict == NB_COORDINATION_COORDINATED && i < groups[g].acts_n; i++) {
            const struct nb_coordination_act *act = &j->acts[groups[g].acts[i]];
            out += j->seen[act->author] != j->round && !nb_coordination_is_established(act);
            j->seen[act->author] = j->round;
        }
    }
    return out;
}

static void conclude(struct judge *j, struct nb_coordination_group *groups, size_t n,
                     struct nb_coordination *out)
{
    if (n) {
        qsort(groups, n, sizeof(groups[0]), by_strength);
    }
    out->verdict = j->authors_n < AUTHORS_LEAST ? NB_COORDINATION_UNKNOWN
                   : n                          ? groups[0].verdict
                                                : NB_COORDINATION_ORGANIC;
    out->authors_n = j->authors_n;
    out->coordinated_n = count_coordinated(j, groups, n);
    out->groups = groups;
    out->groups_n = n;
}

enum nb_err nb_coordination_judge(const struct nb_coordination_act *acts, size_t n,
                                  uint32_t authors_n, const struct nb_coordination_usual *usual,
                                  struct nb_arena *arena, struct nb_coordination *out)
{
    struct judge j = {.acts = acts, .n = n, .usual = usual};
    uint32_t *begin, groups_n;
    if (n > NB_CHANCE_TRIALS_MAX) {
        return NB_ETOOBIG;
    }
    enum nb_err err = prepare(&j, authors_n, arena);
    if (err == NB_OK) {
        err = gather(&j, arena, &begin, &groups_n);
    }
    if (err) {
        return err;
    }
    size_t found_n = 0;
    struct nb_coordination_group *found =
        nb_arena_alloc(arena, (n / AUTHORS_LEAST + 2) * sizeof(*found));
    if (!found) {
        return NB_ENOMEM;
    }
    for (uint32_t g = 0; g < groups_n; g++) {
        bool last = g + 1 == groups_n;
        found_n += weigh(&j, last ? NB_COORDINATION_NONSENSE : NB_COORDINATION_SHARED_TEXT,
                         j.members + begin[g], begin[g + 1] - begin[g], &found[found_n]) &&
                   found[found_n].verdict != NB_COORDINATION_ORGANIC;
    }
    conclude(&j, found, found_n, out);
    return NB_OK;
}

/* "(chance 2^-12)" */
static const char *chance(struct nb_arena *arena, int32_t mbits)
{
    return nb_arena_printf(arena, " (chance 2^-%" PRId32 ")", mbits / 1000);
}

const char *nb_coordination_line(const struct nb_coordination_group *g, struct nb_arena *arena)
{
    int64_t seconds = (g->window_to_ms - g->window_from_ms + SECOND_MS - 1) / SECOND_MS;
    bool nonsense = g->kind == NB_COORDINATION_NONSENSE;
    const char *text = nonsense ? chance(arena, g->text_mbits) : "";
    const char *timing = chance(arena, g->timing_mbits);
    const char *accounts =
        g->accounts_known
            ? nb_arena_printf(arena,
                              "%" PRIu32 " new, %" PRIu32 " deleted since (chance 2^-%" PRId32 ")",
                              g->new_n, g->deleted_n, g->accounts_mbits / 1000)
            : "how old such accounts are is not known";
    if (!text || !timing || !accounts) {
        return NULL;
    }
    return nb_arena_printf(
        arena, "%s: %" PRIu32 " accounts %s%s, %" PRIu32 " of them within %" PRId64 " s%s, %s",
        nb_coordination_name(g->verdict), g->authors_n,
        nonsense ? "posted words of a dictionary" : "shared a text", text, g->window_n, seconds,
        timing, accounts);
}
