/*
 * Influence over 1,000,000 authors and 10,000,000 acts, made up: circles of a thousand, activity
 * and fame by powers, seven of ten acts within the circle, times over two years. `bench_influence
 * 10` makes a tenth of both.
 *
 * Everything is CPU time of one thread, as a ratio to the limit in the same run: PageRank as a
 * plain pull loop over rows, 20 rounds (tests/lib/pagerank.c). The peer is igraph's PageRank
 * (PRPACK), its graph made beforehand. The whole is what a recompute takes: groups, seeds, support,
 * trust and core numbers; the goal of all five parts together is 5.
 *
 * Then acts are added, 100 and 10,000 of them, a tenth of the authors new; the scores are compared
 * with those of all acts at once.
 */
#include "tests/lib/pagerank.h"
#include "tests/lib/posts.h"
#include "tests/lib/puppets.h"
#include "tests/lib/test.h"

#include <inttypes.h>

#include <igraph.h>

#include <nabiz/mem.h>
#include <nabiz/series.h>

#include "analyzer/influence/core.h"
#include "analyzer/influence/groups.h"
#include "analyzer/influence/portfolio.h"
#include "analyzer/influence/rank.h"
#include "analyzer/influence/seeds.h"
#include "analyzer/influence/sorting.h"
#include "analyzer/influence/spread.h"
#include "analyzer/influence/trust.h"

enum {
    AUTHORS = 1000000,
    ACTS_PER_AUTHOR = 10,
    CIRCLE = 1000,
    ROUNDS = 20,
    MORE_MOST = 10000,
    FIRST_S = 1600000000,
    SPAN_S = 2 * 365 * 86400
};

struct bench {
    struct nbt_acts acts;
    struct nb_graph_builder *builder;
    struct nb_graph *graph;
    uint32_t *group;
    uint32_t seeds[NB_SEEDS_MAX];
    size_t seeds_n;
    struct nb_trust *trust;
    double limit_s;
    uint64_t series;
};

/* ---- the world ---- */

/* Below n, the small ones more often: n * u^3. */
static uint32_t famous(uint64_t draw, uint32_t n)
{
    uint64_t u = draw & 0xffff;
    uint64_t cube = u * u / 0x10000 * u / 0x10000;
    uint64_t fine = draw >> 16 & 0xffff;
    return (uint32_t)((cube * 0x10000 + fine) % UINT32_MAX * n >> 32);
}

static void draw_acts(struct bench *b, size_t n, uint32_t authors_n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t a = nb_series_next(&b->series), c = nb_series_next(&b->series);
        uint32_t from = (uint32_t)((uint64_t)famous(a, authors_n) * 7919 % authors_n);
        uint32_t circle = from / CIRCLE * CIRCLE;
        uint32_t size = authors_n - circle < CIRCLE ? authors_n - circle : CIRCLE;
        uint32_t to = (a >> 40) % 10 < 7
                          ? circle + famous(c, size)
                          : (uint32_t)((uint64_t)famous(c, authors_n) * 104729 % authors_n);
        uint32_t at_s = FIRST_S + (uint32_t)((c >> 32) % SPAN_S);
        nbt_acts_add(&b->acts, from, to, at_s);
        b->acts.acts[b->acts.n - 1].kind = (uint8_t)((a >> 50) % NB_ACTS_N);
    }
    b->acts.authors_n = authors_n;
}

/* ---- measuring ---- */

static double since(int64_t begin_us)
{
    return (double)(nbt_cpu_us() - begin_us) / 1e6;
}

static void report(const struct bench *b, const char *what, double seconds)
{
    printf("  %-44s %7.3f CPU-s, %6.2f times the limit\n", what, seconds, seconds / b->limit_s);
}

static void must(enum nb_err err)
{
    if (err != NB_OK) {
        fprintf(stderr, "%s\n", nb_strerror(err));
        exit(1);
    }
}

static void measure_limit(struct bench *b)
{
    double *rank = nb_calloc(b->graph->authors_n + 1u, sizeof(*rank));
    int64_t begin = nbt_cpu_us();
    nbt_pagerank(b->graph, NULL, 0, ROUNDS, rank);
    b->limit_s = since(begin);
    report(b, "plain PageRank, the limit", b->limit_s);
    nb_free(rank);
}

static void measure_igraph(const struct bench *b)
{
    igraph_t graph;
    igraph_vector_int_t edges;
    igraph_vector_t rank;
    igraph_real_t value;
    igraph_vector_int_init(&edges, (igraph_integer_t)(2 * b->acts.n));
    for (size_t i = 0; i < b->acts.n; i++) {
        VECTOR(edges)[2 * i] = b->acts.acts[i].from;
        VECTOR(edges)[2 * i + 1] = b->acts.acts[i].to;
    }
    int64_t begin = nbt_cpu_us();
    igraph_create(&graph, &edges, b->acts.authors_n, true);
    double made_s = since(begin);
    igraph_vector_init(&rank, 0);
    begin = nbt_cpu_us();
    igraph_pagerank(&graph, IGRAPH_PAGERANK_ALGO_PRPACK, &rank, &value, igraph_vss_all(), true,
                    0.85, NULL, NULL);
    report(b, "igraph's PageRank", since(begin));
    report(b, "igraph's graph, made from the same acts", made_s);
    igraph_vector_destroy(&rank);
    igraph_vector_int_destroy(&edges);
    igraph_destroy(&graph);
}

static double measure_parts(struct bench *b)
{
    int32_t share_milli;
    double whole = 0;
    uint32_t *core = nb_calloc(b->graph->authors_n + 1u, sizeof(*core));
    b->group = nb_calloc(b->graph->authors_n + 1u, sizeof(*b->group));
    const char *const names[] = {"independence groups", "seeds", "trust", "core numbers"};
    for (int part = 0; part < 4; part++) {
        int64_t begin = nbt_cpu_us();
        switch (part) {
        case 0:
            must(nb_groups_find(b->graph, NULL, NULL, 0, b->group));
            break;
        case 1:
            must(nb_seeds_find(b->graph, b->seeds, &b->seeds_n, &share_milli));
            break;
        case 2:
            must(nb_trust_new(b->graph,
                              &(struct nb_trust_input){
                                  b->group, b->seeds, b->seeds_n, {FIRST_S + SPAN_S, 730}, NULL},
                              &b->trust));
            break;
        default:
            must(nb_core_numbers(b->graph, NULL, core));
        }
        double part_s = since(begin);
        report(b, names[part], part_s);
        whole += part < 3 ? part_s : 0;
    }
    nb_free(core);
    return whole;
}

static void measure_list(const struct bench *b)
{
    struct nb_rank_row *rows;
    int64_t begin = nbt_cpu_us();
    must(nb_rank(b->graph, nb_graph_builder_names(b->builder), b->seeds, b->seeds_n, &rows));
    report(b, "the list of all", since(begin));
    nb_free(rows);
}

/* What each author's acts caused, of all acts towards the author. */
static void measure_spread(const struct bench *b)
{
    const struct nb_acts_by *in = &b->graph->in, *out = &b->graph->out;
    struct nb_arena *arena = nb_arena_new((size_t)4 << 30);
    int64_t begin = nbt_cpu_us(), caused_milli = 0;
    for (uint32_t v = 0; v < b->graph->authors_n; v++) {
        size_t acts_n = out->begin[v + 1] - out->begin[v], n = in->begin[v + 1] - in->begin[v];
        const uint32_t *adopted_s = in->at_s + in->begin[v], *other = in->other + in->begin[v];
        uint64_t *sorted_s = nb_arena_alloc(arena, (acts_n + 1) * sizeof(*sorted_s));
        int64_t *acts_s = nb_arena_alloc(arena, (acts_n + 1) * sizeof(*acts_s));
        struct nb_adoption *adoptions = nb_arena_alloc(arena, (n + 1) * sizeof(*adoptions));
        struct nb_spread spread;
        for (size_t i = 0; i < acts_n; i++) {
            sorted_s[i] = out->at_s[out->begin[v] + i];
        }
        nb_sort_numbers(sorted_s, acts_n);
        for (size_t i = 0; i < acts_n; i++) {
            acts_s[i] = (int64_t)sorted_s[i];
        }
        for (size_t i = 0; i < n; i++) {
            adoptions[i] = (struct nb_adoption){adopted_s[i], b->group[other[i]], 1000};
        }
        const struct nb_spread_input input = {.acts_s = acts_s,
                                              .acts_n = acts_n,
                                              .adoptions = adoptions,
                                              .adoptions_n = n,
                                              .from_s = FIRST_S,
                                              .to_s = FIRST_S + SPAN_S,
                                              .usual_micro = ACTS_PER_AUTHOR * 1000000};
        must(nb_spread_estimate(&input, arena, NULL, &spread));
        caused_milli += spread.caused_milli;
        nb_arena_reset(arena);
    }
    report(b, "spread caused, of all", since(begin));
    printf("    caused: %.1f of 100 acts, which were made up at random\n",
           (double)caused_milli / 10.0 / b->graph->acts_n);
    nb_arena_free(arena);
}

static void measure_portfolio(const struct bench *b)
{
    struct nb_arena *arena = nb_arena_new((size_t)4 << 30);
    const struct nb_portfolio_options options = {.group = b->group, .picks_n = 10, .seed = 1};
    struct nb_portfolio portfolio;
    int64_t begin = nbt_cpu_us();
    must(nb_portfolio_pick(b->graph, &options, arena, &portfolio));
    report(b, "a portfolio of ten", since(begin));
    printf("    %" PRIu32 " samples, within 1 - 1/e - 1/10: %s\n", portfolio.samples_n,
           portfolio.sure ? "yes" : "no");
    nb_arena_free(arena);
}

static uint32_t trusted_n(const struct bench *b)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < nb_trust_authors_n(b->trust); i++) {
        n += nb_trust_scores(b->trust)[i] > 0;
    }
    return n;
}

/* Add acts to what there is, and compare with all of them at once. */
static void measure_adding(struct bench *b, size_t more_n)
{
    static struct nb_support_act more[MORE_MOST];
    char what[64];
    struct nb_trust *all;
    size_t old_n = b->acts.n;
    draw_acts(b, more_n, b->acts.authors_n + (uint32_t)more_n / 10);
    memcpy(more, b->acts.acts + old_n, more_n * sizeof(more[0]));
    int64_t begin = nbt_cpu_us();
    must(nb_trust_change(b->trust, NULL, 0, more, more_n, b->acts.authors_n));
    snprintf(what, sizeof(what), "%zu more acts", more_n);
    report(b, what, since(begin));
    nb_graph_builder_free(b->builder);
    nb_graph_free(b->graph);
    b->builder = nbt_acts_builder(&b->acts);
    must(nb_graph_build(b->builder, &b->graph));
    uint32_t *group = nb_calloc(b->graph->authors_n + 1u, sizeof(*group));
    memcpy(group, b->group, (b->graph->authors_n - more_n / 10) * sizeof(*group));
    for (uint32_t i = b->graph->authors_n - (uint32_t)more_n / 10; i < b->graph->authors_n; i++) {
        group[i] = i;
    }
    nb_free(b->group);
    b->group = group;
    const struct nb_trust_input input = {.group = group,
                                         .seeds = b->seeds,
                                         .seeds_n = b->seeds_n,
                                         .age = {FIRST_S + SPAN_S, 730},
                                         .voice = nb_trust_voices(b->trust)};
    must(nb_trust_new(b->graph, &input, &all));
    bool same = memcmp(nb_trust_scores(all), nb_trust_scores(b->trust),
                       b->graph->authors_n * sizeof(uint64_t)) == 0;
    printf("    the same as all at once: %s\n", same ? "yes" : "NO");
    nb_trust_free(all);
}

int main(int argc, char **argv)
{
    int64_t parts = 1;
    struct bench b = {.series = 1};
    if (argc > 1 &&
        (!nb_slice_to_i64(nb_slice_str(argv[1]), &parts) || parts < 1 || parts > 1000)) {
        fprintf(stderr, "usage: bench_influence [PARTS]\n");
        return 2;
    }
    uint32_t authors_n = (uint32_t)(AUTHORS / parts);
    draw_acts(&b, (size_t)authors_n * ACTS_PER_AUTHOR, authors_n);
    b.builder = nbt_acts_builder(&b.acts);
    int64_t begin = nbt_cpu_us();
    must(nb_graph_build(b.builder, &b.graph));
    double built_s = since(begin);
    printf("influence, %" PRIu32 " authors, %" PRIu32 " acts:\n", b.graph->authors_n,
           b.graph->acts_n);
    measure_limit(&b);
    measure_igraph(&b);
    report(&b, "the graph, made from acts", built_s);
    double whole_s = measure_parts(&b);
    report(&b, "trust and what it needs, the graph given", whole_s);
    measure_list(&b);
    measure_spread(&b);
    measure_portfolio(&b);
    printf("  %" PRIu32 " authors have trust; bytes per act: %.1f the graph, %.1f trust\n",
           trusted_n(&b), (double)nb_graph_bytes(b.graph) / b.graph->acts_n,
           (double)nb_trust_bytes(b.trust) / b.graph->acts_n);
    measure_adding(&b, 100);
    measure_adding(&b, MORE_MOST);
    nb_trust_free(b.trust);
    nb_free(b.group);
    nb_graph_free(b.graph);
    nb_graph_builder_free(b.builder);
    free(b.acts.acts);
    return 0;
}
