#include "analyzer/influence/reach.h"

#include <stdlib.h>

#include <nabiz/fixed.h>

enum {
    RULE_MILLI = 10,    /* of 1,000 who see something act */
    RULE_VIEWS = 1000,  /* that the rule counts for against the site's own */
    DOUBT_MILLI = 3000, /* factor of doubt in the rule */
    SURE_MILLI = 1000,
    Z_MILLI = 1645,       /* 90 % of a normal distribution lie within so many deviations */
    FOLLOWERS_WEIGHT = 3, /* documents that they count as much as */
    SITE_WEIGHT = 1
};

static const uint64_t COUNT_MAX = 1000000000000; /* products of it and the above fit */

const char *nb_reach_basis_name(enum nb_reach_basis basis)
{
    static const char *const names[] = {[NB_REACH_VIEWS] = "views",
                                        [NB_REACH_REACTIONS] = "reactions",
                                        [NB_REACH_THREADS] = "views of threads",
                                        [NB_REACH_FOLLOWERS] = "followers",
                                        [NB_REACH_SITE] = "the site's other documents"};
    return names[basis];
}

static uint64_t capped(uint64_t n)
{
    return n < COUNT_MAX ? n : COUNT_MAX;
}

/* What share of those who see something act, as a fraction. */
static void find_share(const struct nb_reach_site *site, uint64_t *acts, uint64_t *views)
{
    *acts = RULE_MILLI;
    *views = RULE_VIEWS;
    if (site) {
        uint64_t site_views = capped(site->views_n), site_acts = capped(site->acts_n);
        while (site_views >
               1000000) { /* the share stays, and the rule counts for next to nothing */
            site_views /= 2;
            site_acts /= 2;
        }
        *acts += site_acts < site_views ? site_acts : site_views;
        *views += site_views;
    }
}

static struct nb_reach_people from_acts(uint64_t acts_n, const struct nb_reach_site *site)
{
    uint64_t acts, views;
    find_share(site, &acts, &views);
    uint64_t n = acts_n < 1000000000 ? acts_n : 1000000000;
    uint64_t spread = nb_isqrt((n + 1) * 1000000) * (uint64_t)Z_MILLI / 1000; /* in thousandths */
    uint64_t low = n * 1000 > spread ? n * 1000 - spread : 0, high = n * 1000 + spread;
    uint32_t docs_n = site ? site->docs_n : 0;
    uint64_t doubt = SURE_MILLI + (DOUBT_MILLI - SURE_MILLI) / nb_isqrt((uint64_t)docs_n + 1);
    struct nb_reach_people out = {(n ? 2 * n : 1) * views / acts / 2, low * views / acts / doubt,
                                  high / 1000 * views / acts * doubt / 1000};
    out.low_n = out.low_n > n ? out.low_n : n; /* they did see it */
    out.high_n = out.high_n > out.n ? out.high_n : out.n;
    return out;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* In order; the lower of two where it lies between them. */
static uint64_t quantile(uint64_t *values, size_t n, size_t of_ten)
{
    qsort(values, n, sizeof(*values), by_value);
    return values[(n - 1) * of_ten / 10];
}

static struct nb_reach_people from_followers(uint64_t followers_n)
{
    uint64_t n = capped(followers_n);
    return (struct nb_reach_people){n / 10, n / 50, n / 2};
}

struct nb_reach_doc nb_reach_doc_of(const struct nb_author_doc *doc)
{
    struct nb_reach_doc out = {0};
    for (size_t i = 0; i < doc->n_engagement; i++) {
        const Nb__Engagement *count = doc->engagement[i];
        bool views = nb_slice_eq(nb_field(count->kind), NB_LIT("views"));
        struct nb_reach_count *to = views ? &out.views : &out.acts;
        if (count->has_count && nb_field(count->kind).len) {
            to->known = true;
            to->n = capped(to->n + capped(count->count));
        }
    }
    return out;
}

/* ---- of one document ---- */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* @return false when it says nothing. */
static bool people_of(const struct nb_reach_doc *doc, const struct nb_reach_site *site,
                      struct nb_reach_people *people, enum nb_reach_basis *basis)
{
    uint64_t reported = doc->acts.known ? doc->acts.n : 0;
    uint64_t acts_n = reported > doc->seen_n ? reported : doc->seen_n;
    uint64_t thread_n = capped(doc->thread_views.n);
    if (doc->views.known) {
        uint64_t views = capped(doc->views.n);
        *people = (struct nb_reach_people){views, views, views};
        *basis = NB_REACH_VIEWS;
    } else if (doc->acts.known || acts_n) {
        *people = from_acts(acts_n, site);
        *basis = NB_REACH_REACTIONS;
        if (doc->thread_views.known) {
            thread_n = thread_n > acts_n ? thread_n : acts_n; /* read before they acted */
            *people =
                (struct nb_reach_people){least(people->n, thread_n), least(people->low_n, thread_n),
                                         least(people->high_n, thread_n)};
        }
    } else if (doc->thread_views.known) {
        *people = (struct nb_reach_people){thread_n / 2, thread_n / 10, thread_n};
        *basis = NB_REACH_THREADS;
    } else {
        return false;
    }
    return true;
}

/* ---- of several ---- */

struct seen {
    uint64_t *people, *low, *high;
    size_t n;
    size_t by[NB_REACH_SITE + 1]; /* how many rest on what */
};

static enum nb_err look_at_each(const struct nb_reach_doc *docs, size_t n,
                                const struct nb_reach_site *site, struct nb_arena *arena,
                                struct seen *out)
{
    *out = (struct seen){.people = nb_arena_calloc(arena, n, sizeof(uint64_t)),
                         .low = nb_arena_calloc(arena, n, sizeof(uint64_t)),
                         .high = nb_arena_calloc(arena, n, sizeof(uint64_t))};
    if (!out->people || !out->low || !out->high) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        struct nb_reach_people people;
        enum nb_reach_basis basis;
        if (people_of(&docs[i], site, &people, &basis)) {
            out->people[out->n] = people.n;
            out->low[out->n] = people.low_n;
            out->high[out->n++] = people.high_n;
            out->by[basis]++;
        }
    }
    return NB_OK;
}

/* The mean by logarithms, each as often as it weighs. */
static uint64_t mean_of(uint64_t a, uint64_t a_weight, uint64_t b, uint64_t b_weight)
{
    int64_t a_log = nb_log2_milli(a), b_log = nb_log2_milli(b);
    int64_t sum = a_log * (int64_t)a_weight + b_log * (int64_t)b_weight;
    return a == b ? a : nb_exp2_milli((int32_t)(sum / (int64_t)(a_weight + b_weight)));
}

/* Draw what documents say to what else is known. */
static void draw_to(struct nb_reach *reach, const struct nb_reach_people *to, uint32_t weight,
                    enum nb_reach_basis basis)
{
    struct nb_reach_people own = {reach->people_n, reach->low_n, reach->high_n};
    if (!reach->known) {
        own = *to;
    }
    reach->people_n = mean_of(own.n, reach->docs_n, to->n, weight);
    reach->low_n = least(mean_of(own.low_n, reach->docs_n, to->low_n, weight), reach->people_n);
    reach->high_n = mean_of(own.high_n, reach->docs_n, to->high_n, weight);
    reach->high_n = reach->high_n > reach->people_n ? reach->high_n : reach->people_n;
    reach->basis = reach->docs_n < weight ? basis : reach->basis;
    reach->known = true;
}

enum nb_err nb_reach_estimate(const struct nb_reach_doc *docs, size_t n,
                              const struct nb_reach_site *site, struct nb_reach_count followers,
                              struct nb_arena *arena, struct nb_reach *out)
{
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct nb_reach reach = {0};
    struct seen seen;
    enum nb_err err = look_at_each(docs, n, site, arena, &seen);
    if (err != NB_OK) {
        return err;
    }
    if (seen.n) {
        bool measured = seen.by[NB_REACH_VIEWS] * 2 >= seen.n;
        bool threads = seen.by[NB_REACH_THREADS] > seen.by[NB_REACH_REACTIONS];
        reach = (struct nb_reach){.known = true,
                                  .measured = measured,
                                  .basis = measured  ? NB_REACH_VIEWS
                                           : threads ? NB_REACH_THREADS
                                                     : NB_REACH_REACTIONS,
                                  .people_n = quantile(seen.people, seen.n, 5),
                                  .low_n = quantile(seen.low, seen.n, 5),
                                  .high_n = quantile(seen.high, seen.n, 5),
                                  .docs_n = (uint32_t)seen.n};
    }
    if (!reach.measured && followers.known) {
        struct nb_reach_people people = from_followers(followers.n);
        draw_to(&reach, &people, FOLLOWERS_WEIGHT, NB_REACH_FOLLOWERS);
    } else if (!reach.measured && site && site->usual_docs_n) {
        draw_to(&reach, &site->usual, SITE_WEIGHT, NB_REACH_SITE);
    }
    nb_arena_rewind(arena, mark);
    *out = reach;
    return NB_OK;
}

enum nb_err nb_reach_usual(const struct nb_reach_doc *docs, size_t n, struct nb_arena *arena,
                           struct nb_reach_site *out)
{
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct seen seen;
    enum nb_err err = look_at_each(docs, n, out->docs_n ? out : NULL, arena, &seen);
    if (err != NB_OK) {
        return err;
    }
    out->usual_docs_n = 0;
    if (seen.n >= NB_REACH_SITE_LEAST) {
        out->usual_docs_n = (uint32_t)seen.n;
        out->usual =
            (struct nb_reach_people){quantile(seen.people, seen.n, 5),
                                     quantile(seen.low, seen.n, 1), quantile(seen.high, seen.n, 9)};
    }
    nb_arena_rewind(arena, mark);
    return NB_OK;
}
