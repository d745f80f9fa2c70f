#include "analyzer/influence/reach.h"

#include <stdlib.h>

#include <nabiz/fixed.h>

enum {
    RULE_MILLI = 10,    /* of 1,000 who see something act */
    RULE_VIEWS = 1000,  /* that the rule counts for against the site's own */
    DOUBT_MILLI = 3000, /* factor of doubt in the rule */
    SURE_MILLI = 1000,
    Z_MILLI = 1645 /* 90 % of a normal distribution lie within so many deviations */
};

static const uint64_t COUNT_MAX = 1000000000000; /* products of it and the above fit */

struct estimate {
    uint64_t people_n, low_n, high_n;
};

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

static struct estimate from_acts(uint64_t acts_n, const struct nb_reach_site *site)
{
    uint64_t acts, views;
    find_share(site, &acts, &views);
    uint64_t n = acts_n < 1000000000 ? acts_n : 1000000000;
    uint64_t spread = nb_isqrt((n + 1) * 1000000) * (uint64_t)Z_MILLI / 1000; /* in thousandths */
    uint64_t low = n * 1000 > spread ? n * 1000 - spread : 0, high = n * 1000 + spread;
    uint32_t docs_n = site ? site->docs_n : 0;
    uint64_t doubt = SURE_MILLI + (DOUBT_MILLI - SURE_MILLI) / nb_isqrt((uint64_t)docs_n + 1);
    struct estimate out = {(n ? 2 * n : 1) * views / acts / 2, low * views / acts / doubt,
                           high / 1000 * views / acts * doubt / 1000};
    out.low_n = out.low_n > n ? out.low_n : n; /* they did see it */
    out.high_n = out.high_n > out.people_n ? out.high_n : out.people_n;
    return out;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The lower of two in the middle. */
static uint64_t median(uint64_t *values, size_t n)
{
    qsort(values, n, sizeof(*values), by_value);
    return values[(n - 1) / 2];
}

static struct nb_reach from_followers(uint64_t followers_n)
{
    uint64_t n = capped(followers_n);
    return (struct nb_reach){.known = true, .people_n = n / 10, .low_n = n / 50, .high_n = n / 2};
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

enum nb_err nb_reach_estimate(const struct nb_reach_doc *docs, size_t n,
                              const struct nb_reach_site *site, struct nb_reach_count followers,
                              struct nb_arena *arena, struct nb_reach *out)
{
    struct nb_arena_mark mark = nb_arena_mark(arena);
    uint64_t *people = nb_arena_calloc(arena, n, sizeof(*people));
    uint64_t *low = nb_arena_calloc(arena, n, sizeof(*low));
    uint64_t *high = nb_arena_calloc(arena, n, sizeof(*high));
    size_t known_n = 0, views_n = 0;
    if (!people || !low || !high) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t reported = docs[i].acts.known ? docs[i].acts.n : 0;
        uint64_t acts_n = reported > docs[i].seen_n ? reported : docs[i].seen_n;
        if (!docs[i].views.known && !docs[i].acts.known && !acts_n) {
            continue;
        }
        uint64_t views = capped(docs[i].views.n);
        struct estimate seen =
            docs[i].views.known ? (struct estimate){views, views, views} : from_acts(acts_n, site);
        views_n += docs[i].views.known;
        people[known_n] = seen.people_n;
        low[known_n] = seen.low_n;
        high[known_n++] = seen.high_n;
    }
    struct nb_reach reach = {0};
    if (known_n) {
        reach = (struct nb_reach){.known = true,
                                  .measured = views_n * 2 >= known_n,
                                  .people_n = median(people, known_n),
                                  .low_n = median(low, known_n),
                                  .high_n = median(high, known_n),
                                  .docs_n = (uint32_t)known_n};
    } else if (followers.known) {
        reach = from_followers(followers.n);
    }
    nb_arena_rewind(arena, mark);
    *out = reach;
    return NB_OK;
}
