/*
 * When to ask: update times of real publishers over two years are replayed against rules for
 * choosing the next poll, all with the same number of requests. What counts is how long a new item
 * waits until it is seen: the mean and the 95th percentile, over all items.
 *
 * fixed      every source at one interval.
 * CommaFeed  FeedRefreshIntervalCalculator, interval-empirical (its default): newest item a month
 *            old or none: max-interval (4 h); two weeks: half; one week: a quarter; else half the
 *            average time between the feed's entries (20 here), from interval (5 min) to a quarter
 *            of max-interval.
 * Miniflux   entry_frequency: a week over the items that a week would have at the average distance
 *            of those of the last week; from 5 min to 24 h; with fewer than two of them 24 h.
 * Miniflux-n the same as it was up to 2.0.45: a week over the number of items of the last week.
 * nabiz      crawler/schedule as the crawler runs it: what a poll shows is all it learns from.
 *
 * All times of a rule, its bounds too, are multiplied by one factor until the requests come out;
 * ours is given a budget, which is corrected until they do. Each publisher's two years begin in the
 * same week; nobody knows anything of it then. The constants of crawler/schedule were fitted on the
 * "tuned" half of the publishers.
 */
#include "tests/lib/test.h"

#include <math.h>
#include <time.h>

#include <nabiz/mem.h>
#include <nabiz/text.h>

#include "crawler/schedule/budget.h"
#include "crawler/schedule/heap.h"
#include "crawler/schedule/pause.h"
#include "crawler/schedule/rhythm.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define BEGIN (INT64_C(1609718400000)) /* a Monday */
#define END (BEGIN + 105 * WEEK)

enum { FEEDS_MAX = 1024, WINDOW = 20, ARENA_BYTES = 256 << 20 };

struct feed {
    struct nb_slice name;
    int64_t *items; /* ascending */
    size_t n;
    size_t seen_n;
    struct nb_rhythm rhythm; /* ours */
};

struct world {
    struct feed *feeds[FEEDS_MAX];
    size_t n;
    size_t items_n;
    double scale; /* of a rule's times */
    double *delays_s;
    size_t delays_n;
    /* ours */
    struct nb_pause_table table;
    struct nb_allowance allowance;
    struct nb_budget budget;
    struct nb_profile shared;
    int64_t faded_ms;
};

struct result {
    double requests;
    double mean_min;
    double p95_min;
};

typedef int64_t policy_fn(struct world *world, struct feed *feed, size_t before_n, int64_t now_ms);

/* ---- the rules ---- */

static int64_t scaled(const struct world *world, double pause_ms)
{
    return (int64_t)(pause_ms * world->scale);
}

static double clamped(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

static int64_t fixed(struct world *world, struct feed *feed, size_t before_n, int64_t now_ms)
{
    (void)feed;
    (void)before_n;
    (void)now_ms;
    return scaled(world, (double)HOUR);
}

static int64_t commafeed(struct world *world, struct feed *feed, size_t before_n, int64_t now_ms)
{
    (void)before_n;
    const double least = 5 * (double)MINUTE;
    const double most = 4 * (double)HOUR;
    const int64_t *items = feed->items;
    size_t n = feed->seen_n;
    size_t window = n < WINDOW ? n : WINDOW;
    double pause = most;
    if (n > 0) {
        int64_t days = (now_ms - items[n - 1]) / DAY;
        if (days >= 14 && days < 30) {
            pause = most / 2;
        } else if (days >= 7 && days < 14) {
            pause = most / 4;
        } else if (days < 7 && window > 1) {
            double average = (double)(items[n - 1] - items[n - window]) / (double)(window - 1);
            pause = clamped(average / 2, least, most / 4);
        }
    }
    return scaled(world, pause);
}

/* Items of the last week: how many, and the time from first to last. */
static size_t last_week(const struct feed *feed, int64_t now_ms, int64_t *span_ms)
{
    size_t n = 0;
    while (n < feed->seen_n && feed->items[feed->seen_n - 1 - n] >= now_ms - WEEK) {
        n++;
    }
    *span_ms = n > 1 ? feed->items[feed->seen_n - 1] - feed->items[feed->seen_n - n] : 0;
    return n;
}

static int64_t by_week(const struct world *world, double weekly)
{
    double most = (double)DAY;
    double pause = weekly > 0 ? clamped((double)WEEK / weekly, 5 * (double)MINUTE, most) : most;
    return scaled(world, pause);
}

static int64_t miniflux(struct world *world, struct feed *feed, size_t before_n, int64_t now_ms)
{
    (void)before_n;
    int64_t span_ms;
    size_t n = last_week(feed, now_ms, &span_ms);
    return by_week(world,
                   span_ms > 0 ? ceil((double)WEEK / ((double)span_ms / (double)(n - 1))) : 0);
}

static int64_t miniflux_n(struct world *world, struct feed *feed, size_t before_n, int64_t now_ms)
{
    (void)before_n;
    int64_t span_ms;
    return by_week(world, (double)last_week(feed, now_ms, &span_ms));
}

static int64_t nabiz(struct world *world, struct feed *feed, size_t before_n, int64_t now_ms)
{
    bool is_first = feed->rhythm.read_ms == 0;
    nb_budget_spend(&world->budget, &world->allowance, now_ms);
    nb_profile_fade(&world->shared, &world->faded_ms, now_ms);
    nb_rhythm_read(&feed->rhythm, feed->items + before_n, feed->seen_n - before_n, now_ms,
                   &world->shared);
    if (is_first) {
        double counts[NB_RATE_N];
        nb_rate_counts(&feed->rhythm.rate, now_ms, counts);
        nb_budget_meet(&world->budget, &world->allowance,
                       nb_rate_long_run(&feed->rhythm.rate, counts, now_ms));
    }
    const struct nb_pause_input input = {
        .rate = &feed->rhythm.rate,
        .own = &feed->rhythm.profile,
        .shared = &world->shared,
        .now_ms = now_ms,
        .price_s = nb_budget_price_s(&world->budget, &world->allowance),
    };
    return nb_pause_ms(&world->table, &input);
}

static const struct policy {
    const char *name;
    policy_fn *next;
} policies[] = {
    {"fixed", fixed},           {"CommaFeed", commafeed}, {"Miniflux", miniflux},
    {"Miniflux-n", miniflux_n}, {"nabiz", nabiz},
};
enum { POLICIES = sizeof(policies) / sizeof(policies[0]), OURS = POLICIES - 1 };

/* ---- the replay ---- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct result summary(struct world *world, double requests)
{
    double sum = 0;
    size_t n = world->delays_n;
    qsort(world->delays_s, n, sizeof(double), compare_doubles);
    for (size_t i = 0; i < n; i++) {
        sum += world->delays_s[i];
    }
    return (struct result){requests, sum / (double)n / 60,
                           world->delays_s[(size_t)((double)n * 0.95)] / 60};
}

static void push(struct nb_heap *heap, int64_t at_ms, struct feed *feed)
{
    struct nb_heap_item item = {.key = at_ms, .value = feed};
    assert_int_equal(nb_heap_push(heap, &item), NB_OK);
}

static void begin(struct world *world, double budget_per_day)
{
    int64_t average_s = (int64_t)(86400 / budget_per_day + 0.5);
    world->delays_n = 0;
    world->budget = (struct nb_budget){0};
    world->shared = (struct nb_profile){0};
    world->faded_ms = 0;
    world->allowance = (struct nb_allowance){.per_ms = budget_per_day * world->scale *
                                                       (double)world->n / (double)DAY,
                                             .average_s = (double)average_s};
    /* as nb_plan_begin() has it when nothing is set */
    nb_pause_table_init(&world->table, average_s / 20 > 20 ? average_s / 20 : 20, average_s,
                        average_s * 12);
    for (size_t i = 0; i < world->n; i++) {
        world->feeds[i]->seen_n = 0;
        world->feeds[i]->rhythm = (struct nb_rhythm){0};
    }
}

static struct result replay(struct world *world, const struct policy *policy, double budget_per_day)
{
    struct nb_heap due = {0};
    double requests = 0;
    begin(world, budget_per_day);
    for (size_t i = 0; i < world->n; i++) {
        push(&due, BEGIN + (int64_t)i * 1000, world->feeds[i]);
    }
    while (due.n > 0) {
        struct nb_heap_item item = nb_heap_pop(&due);
        struct feed *feed = item.value;
        size_t before_n = feed->seen_n;
        if (item.key >= END) {
            continue;
        }
        requests++;
        while (feed->seen_n < feed->n && feed->items[feed->seen_n] <= item.key) {
            double delay_s = (double)(item.key - feed->items[feed->seen_n]) / 1000;
            world->delays_s[world->delays_n++] = delay_s;
            feed->seen_n++;
        }
        int64_t pause_ms = policy->next(world, feed, before_n, item.key);
        push(&due, item.key + (pause_ms > 1000 ? pause_ms : 1000), feed);
    }
    nb_heap_fini(&due);
    return summary(world, requests);
}

/* With the factor that makes as many requests as the budget has, within half a percent. */
static struct result fit(struct world *world, const struct policy *policy, double budget_per_day)
{
    double wanted = budget_per_day * (double)world->n * (double)((END - BEGIN) / DAY);
    double power = policy == &policies[OURS] ? 1 : -1;
    struct result result = {0};
    world->scale = policy == &policies[OURS] ? 1 : 0.3 * 24 / budget_per_day;
    for (int i = 0; i < 12; i++) {
        result = replay(world, policy, budget_per_day);
        if (fabs(result.requests / wanted - 1) < 0.005) {
            break;
        }
        world->scale *= pow(wanted / result.requests, power);
    }
    return result;
}

/* ---- the traces ---- */

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static struct feed *feed_of(struct world *all, struct nb_slice name, size_t lines_n,
                            struct nb_arena *arena)
{
    for (size_t i = all->n; i > 0; i--) {
        if (nb_slice_eq(all->feeds[i - 1]->name, name)) {
            return all->feeds[i - 1];
        }
    }
    assert_true(all->n < FEEDS_MAX);
    struct feed *feed = nb_arena_calloc(arena, 1, sizeof(*feed));
    feed->name = name;
    feed->items = nb_arena_calloc(arena, lines_n, sizeof(*feed->items));
    all->feeds[all->n++] = feed;
    return feed;
}

static void load(struct world *all, struct nb_slice text, struct nb_arena *arena)
{
    struct nb_slice line;
    size_t lines_n = 0;
    for (size_t i = 0; i < text.len; i++) {
        lines_n += text.p[i] == '\n';
    }
    while (nb_slice_split(&text, '\n', &line)) {
        size_t tab = nb_slice_find_byte(line, '\t', 0);
        int64_t at_s = 0;
        if (tab != NB_NPOS && nb_slice_to_i64(nb_slice_sub(line, tab + 1, line.len), &at_s)) {
            struct feed *feed = feed_of(all, nb_slice_sub(line, 0, tab), lines_n, arena);
            feed->items[feed->n++] = at_s * 1000;
            all->items_n++;
        }
    }
    for (size_t i = 0; i < all->n; i++) {
        struct feed *feed = all->feeds[i];
        qsort(feed->items, feed->n, sizeof(int64_t), compare_times);
        int64_t weeks = (feed->items[0] - BEGIN - (feed->items[0] < BEGIN ? WEEK - 1 : 0)) / WEEK;
        for (size_t k = 0; k < feed->n; k++) {
            feed->items[k] -= weeks * WEEK;
        }
    }
    all->delays_s = nb_arena_calloc(arena, lines_n + 1, sizeof(double));
}

static bool is_tuned(struct nb_slice name)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ (uint8_t)name.p[i]) * 16777619u;
    }
    return ((hash ^ hash >> 15) & 1) == 0;
}

/* ---- the report ---- */

static void measure(struct world *world, const char *which, double budget_per_day)
{
    struct result results[POLICIES];
    double best_mean = HUGE_VAL;
    double best_p95 = HUGE_VAL;
    for (size_t i = 0; i < POLICIES; i++) {
        results[i] = fit(world, &policies[i], budget_per_day);
        if (i != OURS) {
            best_mean = fmin(best_mean, results[i].mean_min);
            best_p95 = fmin(best_p95, results[i].p95_min);
        }
    }
    for (size_t i = 0; i < POLICIES; i++) {
        printf("  %-6s %3.0f a day  %-10s  %10.0f requests  mean %6.2f min  p95 %6.2f min\n", which,
               budget_per_day, policies[i].name, results[i].requests, results[i].mean_min,
               results[i].p95_min);
    }
    printf("  %-6s %3.0f a day  mean / best of the others %.3f (goal 0.5)  p95 / best p95 %.3f "
           "(goal 1)\n",
           which, budget_per_day, results[OURS].mean_min / best_mean,
           results[OURS].p95_min / best_p95);
    (void)fflush(stdout);
}

int main(void)
{
    static const double budgets[] = {24, 72, 288};
    static struct world all, tuned, other;
    const char *path = nbt_data("traces/updates.tsv");
    if (!path) {
        return 0;
    }
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    load(&all, nbt_read_file(path, arena), arena);
    tuned.delays_s = other.delays_s = all.delays_s;
    for (size_t i = 0; i < all.n; i++) {
        struct world *half = is_tuned(all.feeds[i]->name) ? &tuned : &other;
        half->feeds[half->n++] = all.feeds[i];
        half->items_n += all.feeds[i]->n;
    }
    printf("schedule: %zu publishers with %zu items (tuned on %zu with %zu)\n", all.n, all.items_n,
           tuned.n, tuned.items_n);
    for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
        measure(&all, "all", budgets[i]);
        measure(&tuned, "tuned", budgets[i]);
        measure(&other, "other", budgets[i]);
    }
    nb_arena_free(arena);
    return 0;
}
