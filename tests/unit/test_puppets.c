/* Made-up accounts do not lift an author of a made-up graph: what eval_sockpuppets measures on a
 * real one. */
#include "tests/lib/puppets.h"
#include "tests/lib/test.h"

#include <nabiz/mem.h>
#include <nabiz/series.h>

#include "analyzer/influence/rank.h"

enum { AUTHORS = 1200, LINKS = 12, TARGETS = 6 };

/* Some are linked to far more often, and half of the links stay within one of two camps. */
static struct nbt_acts honest_acts(void)
{
    uint64_t series = 42;
    struct nbt_acts acts = {.authors_n = AUTHORS};
    for (uint32_t i = 0; i < AUTHORS; i++) {
        for (int k = 0; k < LINKS; k++) {
            uint64_t draw = nb_series_next(&series);
            uint64_t u = draw % AUTHORS, v = (draw >> 32) % AUTHORS;
            uint32_t to = (uint32_t)(u * v / AUTHORS * v / AUTHORS);
            bool own_camp = draw >> 60 & 1;
            to = own_camp && (to ^ i) & 1 ? to ^ 1 : to;
            nbt_acts_add(&acts, i, to % AUTHORS, 0);
        }
    }
    return acts;
}

static struct nb_rank_row *rank(const struct nbt_acts *acts, struct nb_graph **graph)
{
    struct nb_graph_builder *builder = nbt_acts_builder(acts);
    struct nb_rank_row *rows;
    uint32_t seeds[NB_SEEDS_MAX];
    size_t seeds_n;
    int32_t share_milli;
    assert_int_equal(nb_graph_build(builder, graph), NB_OK);
    assert_int_equal(nb_seeds_find(*graph, seeds, &seeds_n, &share_milli), NB_OK);
    assert_int_equal(nb_rank(*graph, nb_graph_builder_names(builder), seeds, seeds_n, &rows),
                     NB_OK);
    nb_graph_builder_free(builder);
    return rows;
}

/* Among the honest. */
static uint32_t place_of(const struct nb_rank_row *rows, uint32_t n, uint32_t author)
{
    uint32_t place = 0;
    for (uint32_t i = 0; i < n && rows[i].author != author; i++) {
        place += rows[i].author < AUTHORS;
    }
    return place;
}

static void attack(enum nbt_attack kind, uint32_t links, uint32_t allowed)
{
    struct nb_graph *clean_graph, *graph;
    struct nbt_acts honest = honest_acts();
    struct nb_rank_row *clean = rank(&honest, &clean_graph);
    for (uint32_t i = 0; i < TARGETS; i++) {
        uint32_t old = AUTHORS / 4 + i * AUTHORS / 25, author = clean[old].author;
        struct nbt_acts acts = honest_acts();
        nbt_attack(&acts, clean_graph, kind, author, links, 0, i + 1);
        struct nb_rank_row *rows = rank(&acts, &graph);
        uint32_t now = place_of(rows, graph->authors_n, author);
        uint32_t moved = now > old ? now - old : old - now;
        if (moved > AUTHORS * allowed / 100) {
            fail_msg("%s, %u honest links: from %u to %u", nbt_attack_words(kind), links, old, now);
        }
        nb_free(rows);
        nb_graph_free(graph);
        free(acts.acts);
    }
    nb_free(clean);
    nb_graph_free(clean_graph);
    free(honest.acts);
}

static void accounts_nobody_links_to_move_nobody(void **state)
{
    (void)state;
    for (int kind = 0; kind < NBT_ATTACKS_N; kind++) {
        attack((enum nbt_attack)kind, 0, 5);
    }
}

static void a_few_honest_links_into_them_move_an_author_little(void **state)
{
    (void)state;
    attack(NBT_RING, 10, 20);
    attack(NBT_RING, 25, 20);
    attack(NBT_CAMOUFLAGE, 10, 20);
    attack(NBT_CAMOUFLAGE, 25, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_nobody_links_to_move_nobody),
        cmocka_unit_test(a_few_honest_links_into_them_move_an_author_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
