/*
 * Mass walks in parts of 2^30. What is less than 2^17 is not passed on to anybody, so a walk makes
 * at most 2^13 moves in a step, whatever the graph. What walks bring is counted by powers of two,
 * NB octaves for each author; the sum of a lower part is read from these counts.
 */
#include "analyzer/influence/seeds.h"

#include <nabiz/fixed.h>
#include <nabiz/mem.h>
#include <nabiz/series.h>

#include "analyzer/influence/sorting.h"

enum {
    STARTS_MAX = 1024,
    STEPS = 4,
    WHOLE_LOG = 30,
    LEAST_LOG = 17,
    OCTAVES = 14,    /* from LEAST_LOG on */
    PASSED_ON = 218, /* of 256 */
    AUTHORS_PER_SEED = 20,
    SEEDS_LEAST = 3,
    CHOSEN_MAX = 51,
    HALVINGS = 6,
    MONTH_S = 30 * 86400
};

struct octaves {
    uint16_t n[OCTAVES];
};

/* Mass of one walk, and who has any. */
struct mass {
    uint32_t *of; /* each author */
    uint32_t *list;
    uint32_t n;
};

struct finder {
    const struct nb_graph *graph;
    struct octaves *brought; /* to each author, by all walks */
    struct mass here, there, all;
    uint32_t *starts;
    size_t starts_n;
};

/* ---- who starts ---- */

/* How many different authors it acts towards. */
static uint32_t reach_of(const struct nb_graph *graph, uint32_t author)
{
    uint32_t n = 0;
    for (uint32_t i = graph->out.begin[author]; i < graph->out.begin[author + 1]; i++) {
        n += i == graph->out.begin[author] || graph->out.other[i] != graph->out.other[i - 1];
    }
    return n;
}

/* The first time known of what an author did; UINT32_MAX: none. */
static uint32_t first_act(const struct nb_graph *graph, uint32_t author)
{
    uint32_t first = UINT32_MAX;
    for (uint32_t i = graph->out.begin[author]; i < graph->out.begin[author + 1]; i++) {
        uint32_t at_s = graph->out.at_s[i];
        first = at_s && at_s < first ? at_s : first;
    }
    return first;
}

/* Put the elder half first. @return how many those are; all when times do not tell. */
static size_t elder_half(const struct nb_graph *graph, uint64_t *keys, size_t n)
{
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t first = first_act(graph, (uint32_t)keys[i]);
        known += first != UINT32_MAX;
        keys[i] |= (uint64_t)first << 32;
    }
    nb_sort_numbers(keys, n);
    if (known < n - n / 10 || known < 2) {
        return n;
    }
    uint32_t elders_last = (uint32_t)(keys[(n - 1) / 2] >> 32);
    if (elders_last - (uint32_t)(keys[0] >> 32) < MONTH_S) {
        return n;
    }
    size_t half = n;
    while (half > 0 && keys[half - 1] >> 32 > elders_last) {
        half--;
    }
    return half;
}

/* A number drawn for each author decides who of the many starts: no name or order helps. */
static enum nb_err choose_starts(struct finder *f)
{
    const struct nb_graph *graph = f->graph;
    uint64_t *keys = nb_malloc(((size_t)graph->authors_n + 1) * sizeof(*keys));
    size_t n = 0;
    if (!keys) {
        return NB_ENOMEM;
    }
    for (uint32_t i = 0; i < graph->authors_n; i++) {
        if (graph->out.begin[i + 1] > graph->out.begin[i]) {
            keys[n++] = i;
        }
    }
    n = elder_half(graph, keys, n);
    for (size_t i = 0; i < n; i++) {
        uint64_t state = (uint32_t)keys[i];
        keys[i] = (nb_series_next(&state) & ~(uint64_t)UINT32_MAX) | (uint32_t)keys[i];
    }
    nb_sort_numbers(keys, n);
    f->starts_n = n < STARTS_MAX ? n : STARTS_MAX;
    for (size_t i = 0; i < f->starts_n; i++) {
        f->starts[i] = (uint32_t)keys[i];
    }
    nb_free(keys);
    return NB_OK;
}

/* ---- walks ---- */

static void give(struct mass *mass, uint32_t author, uint32_t value)
{
    if (mass->of[author] == 0) {
        mass->list[mass->n++] = author;
    }
    mass->of[author] += value;
}

static void clear(struct mass *mass)
{
    for (uint32_t i = 0; i < mass->n; i++) {
        mass->of[mass->list[i]] = 0;
    }
    mass->n = 0;
}

static void pass_on(struct finder *f, uint32_t author)
{
    const struct nb_acts_by *out = &f->graph->out;
    uint32_t has = (uint32_t)((uint64_t)f->here.of[author] * PASSED_ON >> 8);
    uint32_t most = has >> LEAST_LOG;
    if (most == 0) {
        return;
    }
    /* acts are not fewer than authors acted towards: a long row need not be read whole */
    uint32_t acts_n = out->begin[author + 1] - out->begin[author];
    uint32_t reach = acts_n > 64 * most ? acts_n : reach_of(f->graph, author);
    if (reach == 0 || reach > most) {
        return;
    }
    for (uint32_t i = out->begin[author]; i < out->begin[author + 1]; i++) {
        if (i == out->begin[author] || out->other[i] != out->other[i - 1]) {
            give(&f->there, out->other[i], has / reach);
        }
    }
}

static void walk_from(struct finder *f, uint32_t start)
{
    give(&f->here, start, UINT32_C(1) << WHOLE_LOG);
    for (int step = 0; step < STEPS; step++) {
        for (uint32_t i = 0; i < f->here.n; i++) {
            pass_on(f, f->here.list[i]);
        }
        clear(&f->here);
        struct mass swap = f->here;
        f->here = f->there;
        f->there = swap;
        for (uint32_t i = 0; i < f->here.n; i++) {
            give(&f->all, f->here.list[i], f->here.of[f->here.list[i]]);
        }
    }
    clear(&f->here);
    for (uint32_t i = 0; i < f->all.n; i++) {
        uint32_t author = f->all.list[i];
        uint32_t log = 31u - (uint32_t)__builtin_clz(f->all.of[author]);
        uint32_t octave = log - LEAST_LOG < OCTAVES ? log - LEAST_LOG : OCTAVES - 1;
        if (author != start) {
            f->brought[author].n[octave]++;
        }
    }
    clear(&f->all);
}

/* ---- who stands high ---- */

/* The sum of what the least_n walks bring that bring least; walks that bring nothing come first. */
static uint64_t lower_sum(const struct octaves *brought, size_t starts_n, size_t least_n)
{
    uint64_t sum = 0;
    size_t some = 0;
    for (int i = 0; i < OCTAVES; i++) {
        some += brought->n[i];
    }
    size_t left = least_n + some > starts_n ? least_n + some - starts_n : 0;
    for (int i = 0; i < OCTAVES && left > 0; i++) {
        size_t n = brought->n[i] < left ? brought->n[i] : left;
        sum += (uint64_t)n << i;
        left -= n;
    }
    return sum;
}

struct standing {
    uint64_t sum;
    uint32_t author;
};

/* The best want of those who act, or of all, in order. @return how many there are. */
static size_t best_of(const struct finder *f, size_t least_n, bool who_act, size_t want,
                      struct standing *best)
{
    const uint32_t *begin = f->graph->out.begin;
    size_t n = 0;
    for (uint32_t i = 0; i < f->graph->authors_n; i++) {
        if (who_act && begin[i] == begin[i + 1]) {
            continue;
        }
        uint64_t sum = lower_sum(&f->brought[i], f->starts_n, least_n);
        if (sum == 0 || (n == want && sum <= best[n - 1].sum)) {
            continue;
        }
        size_t at = n < want ? n++ : n - 1;
        for (; at > 0 && best[at - 1].sum < sum; at--) {
            best[at] = best[at - 1];
        }
        best[at] = (struct standing){sum, i};
    }
    return n;
}

/* Name each as often as it stands above the least, by powers, as a part of what all do. @return how
 * many names. */
static size_t name_by_standing(const struct standing *best, size_t n, uint64_t least,
                               uint32_t *seeds)
{
    int64_t least_milli = nb_log2_milli(least + 1), all = 0;
    size_t named_n = 0;
    for (size_t i = 0; i < n; i++) {
        all += nb_log2_milli(best[i].sum + 1) - least_milli;
    }
    for (size_t i = 0; i < n; i++) {
        int64_t above = nb_log2_milli(best[i].sum + 1) - least_milli;
        int64_t times = 1 + above * (NB_SEEDS_MAX - 2 * CHOSEN_MAX) / (all + 1);
        for (; times > 0; times--) {
            seeds[named_n++] = best[i].author;
        }
    }
    return named_n;
}

/* Those who act, and beside them the others who stand as high. The last of either is not taken: it
 * says from where on the others stand out. */
static size_t choose_seeds(const struct finder *f, uint32_t *seeds, int32_t *share_milli)
{
    struct standing best[2 * CHOSEN_MAX], all[CHOSEN_MAX];
    const uint32_t *begin = f->graph->out.begin;
    size_t want = f->graph->authors_n / AUTHORS_PER_SEED;
    want = want < SEEDS_LEAST ? SEEDS_LEAST : want >= CHOSEN_MAX ? CHOSEN_MAX - 1 : want;
    size_t n = 0, above_n = f->starts_n / 2, least_n = 0;
    *share_milli = 0;
    for (int i = 0; i <= HALVINGS && n < SEEDS_LEAST; i++) {
        above_n = i == HALVINGS ? 0 : above_n;
        *share_milli = f->starts_n ? (int32_t)(1000 * above_n / f->starts_n) : 0;
        least_n = f->starts_n - above_n;
        n = best_of(f, least_n, true, want + 1, best);
        above_n /= 2;
    }
    uint64_t least = n > want ? best[--n].sum : 0;
    size_t all_n = best_of(f, least_n, false, want, all);
    for (size_t i = 0; i < all_n; i++) {
        if (begin[all[i].author] == begin[all[i].author + 1] && all[i].sum >= least) {
            best[n++] = all[i];
        }
    }
    return name_by_standing(best, n, least, seeds);
}

static bool new_mass(struct mass *mass, size_t n)
{
    mass->of = nb_calloc(n + 1, sizeof(mass->of[0]));
    mass->list = nb_malloc((n + 1) * sizeof(mass->list[0]));
    return mass->of && mass->list;
}

enum nb_err nb_seeds_find(const struct nb_graph *graph, uint32_t seeds[NB_SEEDS_MAX],
                          size_t *seeds_n, int32_t *share_milli)
{
    size_t n = graph->authors_n;
    struct finder f = {
        .graph = graph,
        .brought = nb_calloc(n + 1, sizeof(f.brought[0])),
        .starts = nb_malloc(STARTS_MAX * sizeof(f.starts[0])),
    };
    bool done = new_mass(&f.here, n) && new_mass(&f.there, n) && new_mass(&f.all, n);
    enum nb_err err = done && f.brought && f.starts ? choose_starts(&f) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < f.starts_n; i++) {
        walk_from(&f, f.starts[i]);
    }
    if (err == NB_OK) {
        *seeds_n = choose_seeds(&f, seeds, share_milli);
    }
    struct mass *masses[] = {&f.here, &f.there, &f.all};
    for (int i = 0; i < 3; i++) {
        nb_free(masses[i]->of);
        nb_free(masses[i]->list);
    }
    nb_free(f.brought);
    nb_free(f.starts);
    return err;
}
