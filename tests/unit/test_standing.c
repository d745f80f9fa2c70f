#include "tests/unit/world.h"

#include <nabiz/seeds.h>

#include "analyzer/influence/standing.h"

enum { MAP_BYTES = 32 << 20, NEAR_N = 24, FAR_N = 2 * NB_STANDING_SHARES_MAX, VOICES = 3 };

/* Post number i of an author, who links to another; nobody acts at the same pace as others do. */
static struct post link_of(struct world *w, size_t i, const char *from, const char *to)
{
    return (struct post){.at_ms = WORLD_DAY_MS + (int64_t)(i * (NB_HOUR_MS + 7 * i * 1000)),
                         .author = from,
                         .url = nb_arena_printf(w->arena, "https://w.example/%zu", i),
                         .comments_n = -1,
                         .acts = {{NB__EDGE__ACT__LINK, to, NULL}}};
}

static const char *far_name(struct world *w, size_t i)
{
    return nb_arena_printf(w->arena, "m%03zu.example/m", i);
}

static const char *near_name(struct world *w, size_t i)
{
    return nb_arena_printf(w->arena, "s%02zu.example/s", i);
}

/* Seeds stand behind many, who all link to one, and the seeds do so themselves, after them. */
static void of_many_supporters_the_strongest_are_kept(void **state)
{
    (void)state;
    struct world w;
    struct nb_seed_names seeds = {.n = 0};
    size_t n = 0;
    world_open(&w, MAP_BYTES);
    struct post *posts = nb_arena_calloc(w.arena, (VOICES + 1) * FAR_N + NEAR_N, sizeof(posts[0]));
    for (size_t i = 0; i < FAR_N; i++) {
        for (size_t k = 0; k < VOICES; k++, n++) {
            size_t near = (i * (k + 1) + k * 7 + i / NEAR_N * k) % NEAR_N;
            posts[n] = link_of(&w, n, near_name(&w, near), far_name(&w, i));
        }
    }
    for (size_t i = 0; i < FAR_N; i++, n++) {
        posts[n] = link_of(&w, n, far_name(&w, i), "a.example/a");
    }
    for (size_t i = 0; i < NEAR_N; i++, n++) {
        posts[n] = link_of(&w, n, near_name(&w, i), "a.example/a");
        seeds.len += (size_t)snprintf(seeds.text + seeds.len, sizeof(seeds.text) - seeds.len,
                                      "%s\n", near_name(&w, i));
        seeds.n++;
    }
    w.seeds = &seeds;
    world_commit(&w, posts, n, 100);
    struct nb_txn *txn = world_read(&w);
    struct nb_standing_view *view;
    struct nb_standing *row;
    assert_int_equal(nb_standing_open(txn, &view), NB_OK);
    assert_int_equal(nb_standing_get(view, NB_LIT("a.example/a"), w.arena, &row), NB_OK);
    assert_non_null(row);
    assert_true(row->groups_n > NB_STANDING_SHARES_MAX);
    assert_int_equal(row->n_shares, NB_STANDING_SHARES_MAX);
    for (size_t i = 0; i < NEAR_N; i++) {
        assert_true(row->shares[i]->from[0] == 's');
    }
    for (size_t i = 1; i < row->n_shares; i++) {
        assert_true(row->shares[i]->points <= row->shares[i - 1]->points);
    }
    nb_standing_close(view);
    nb_read_end(txn);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_many_supporters_the_strongest_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
