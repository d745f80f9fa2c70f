#include "tests/unit/world.h"

#include <nabiz/influence.h>
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
    assert_int_equal(nb_standing_open(txn, &(struct nb_standing_query){.to_ms = INT64_MAX}, &view),
                     NB_OK);
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

struct problems {
    uint32_t n, line;
};

static void note_problem(void *context, uint32_t line, const char *problem)
{
    struct problems *problems = context;
    assert_true(strlen(problem) > 0);
    problems->n++;
    problems->line = line;
}

static struct nb_seed_names names_of(const char *text)
{
    struct nb_seed_names names;
    struct problems problems = {.n = 0};
    assert_true(nb_seeds_read(nb_slice_str(text), &names, note_problem, &problems));
    return names;
}

/* The seeds that count for a topic, with spaces between them. */
static const char *seeds_for(struct nb_arena *arena, const struct nb_seed_names *names,
                             const char *topic)
{
    const char *all = "";
    struct nb_slice name, rest = nb_slice(names->text, names->len);
    while (nb_seeds_next(&rest, nb_slice_str(topic), &name)) {
        all = nb_arena_printf(arena, "%s%s%.*s", all, *all ? " " : "", NB_ARG(name));
    }
    return all;
}

static void a_seed_may_be_one_of_a_topic_only(void **state)
{
    (void)state;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    struct nb_seed_names names =
        names_of("a.example/ayla\tacme # knows acme\nb.example\n c.example \t other\n\n");
    assert_slice_equal(nb_slice(names.text, names.len),
                       "a.example/ayla\tacme\nb.example/\nc.example/\tother\n");
    assert_int_equal(names.n, 3);
    assert_string_equal(seeds_for(arena, &names, ""), "b.example/");
    assert_string_equal(seeds_for(arena, &names, "acme"), "a.example/ayla b.example/");
    assert_string_equal(seeds_for(arena, &names, "other"), "b.example/ c.example/");
    assert_string_equal(seeds_for(arena, &names, "acm"), "b.example/");
    nb_arena_free(arena);
}

static void a_topic_that_cannot_be_is_told(void **state)
{
    (void)state;
    static const char *const bad[] = {"a.example/a\tAcme", "a.example/a\tacme\tother",
                                      "a.example/a\tac me", "/a\tacme"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct nb_seed_names names;
        struct problems problems = {.n = 0};
        assert_false(nb_seeds_read(nb_slice_str(bad[i]), &names, note_problem, &problems));
        assert_int_equal(problems.n, 1);
        assert_int_equal(names.n, 0);
    }
}

/* One topic's seeds leave room for those of another, and for those without. */
static void each_topic_has_its_own_number_of_seeds(void **state)
{
    (void)state;
    struct nb_seed_names names;
    struct problems problems = {.n = 0};
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    for (int i = 0; i < NB_SEEDS_NAMED_MAX + 1; i++) {
        nb_buf_addf(&text, "s%d.example\tacme\n", i);
    }
    nb_buf_addf(&text, "s.example\tother\ns.example\n");
    assert_false(nb_seeds_read(nb_buf_slice(&text), &names, note_problem, &problems));
    assert_int_equal(problems.n, 1);
    assert_int_equal(problems.line, NB_SEEDS_NAMED_MAX + 1);
    assert_int_equal(names.n, NB_SEEDS_NAMED_MAX + 2);
    nb_buf_fini(&text);
}

/* Circles around p and q, each with three who link there and one who links to those three; the
 * first two of a circle write on two topics. */
static void commit_circles(struct world *w)
{
    static const char *const acts[][2] = {
        {"x.example/x", "p.example/p"}, {"y.example/y", "p.example/p"},
        {"z.example/z", "p.example/p"}, {"u.example/u", "q.example/q"},
        {"v.example/v", "q.example/q"}, {"w.example/w", "q.example/q"},
        {"s.example/s", "x.example/x"}, {"s.example/s", "y.example/y"},
        {"s.example/s", "z.example/z"}, {"t.example/t", "u.example/u"},
        {"t.example/t", "v.example/v"}, {"t.example/t", "w.example/w"},
        {"p.example/p", "q.example/q"}, {"q.example/q", "p.example/p"},
        {"p.example/p", "t.example/t"}, {"q.example/q", "s.example/s"},
    };
    static const char *const topics[] = {"acme", "other"};
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        struct post post = link_of(w, i, acts[i][0], acts[i][1]);
        post.topic = i < 12 ? NULL : topics[i / 14];
        world_commit(w, &post, 1, 1);
    }
}

/* The trust of p and q as `nabiz influencers` lists it for a topic; empty: over everything. */
static const char *trust_on(struct nb_txn *txn, struct nb_arena *arena, const char *topic)
{
    const struct nb_influence_query query = {.topic = nb_slice_str(topic), .to_ms = INT64_MAX};
    const struct nb_influencer *rows;
    int32_t p = NB_UNKNOWN_MILLI, q = NB_UNKNOWN_MILLI;
    size_t n;
    assert_int_equal(nb_influence_list(txn, &query, arena, &rows, &n), NB_OK);
    for (size_t i = 0; i < n; i++) {
        p = nb_slice_eq(rows[i].author, NB_LIT("p.example/p")) ? rows[i].trust_milli : p;
        q = nb_slice_eq(rows[i].author, NB_LIT("q.example/q")) ? rows[i].trust_milli : q;
    }
    return nb_arena_printf(arena, "%d %d", p, q);
}

/* Copied out of the world: what a file of seeds makes of everything, acme and other. */
static void trusts_by(const char *file, char out[3][32])
{
    static const char *const topics[] = {"", "acme", "other"};
    struct world w;
    struct nb_seed_names names = names_of(file);
    world_open(&w, MAP_BYTES);
    w.seeds = &names;
    commit_circles(&w);
    struct nb_txn *txn = world_read(&w);
    for (int i = 0; i < 3; i++) {
        (void)snprintf(out[i], sizeof(out[i]), "%s", trust_on(txn, w.arena, topics[i]));
    }
    nb_read_end(txn);
    world_close(&w);
}

#define LEFT(end) "x.example/x" end "\ny.example/y" end "\nz.example/z" end "\n"
#define RIGHT(end) "u.example/u" end "\nv.example/v" end "\nw.example/w" end "\n"

/* Of the circle by one's seeds nearly everything stays inside. */
static void assert_first_is_trusted(const char *trust, bool p_is_first)
{
    int p, q;
    assert_int_equal(sscanf(trust, "%d %d", &p, &q), 2);
    assert_true(p_is_first ? p > 50 * q : q > 50 * p);
}

static void trust_on_a_topic_walks_from_its_seeds(void **state)
{
    (void)state;
    char none[3][32], left[3][32], right[3][32], both[3][32], mixed[3][32], split[3][32];
    trusts_by("", none);
    trusts_by(LEFT(""), left);
    trusts_by(RIGHT(""), right);
    trusts_by(LEFT("") RIGHT(""), both);
    for (int i = 0; i < 3; i++) {
        assert_first_is_trusted(left[i], true);
        assert_first_is_trusted(right[i], false);
        assert_string_not_equal(left[i], both[i]);
    }
    /* seeds without a topic count for every one, those of a topic for it alone */
    trusts_by(LEFT("") RIGHT("\tother"), mixed);
    assert_string_equal(mixed[0], left[0]);
    assert_string_equal(mixed[1], left[1]);
    assert_string_equal(mixed[2], both[2]);
    trusts_by(LEFT("\tacme") RIGHT("\tother"), split);
    assert_string_equal(split[0], none[0]);
    assert_string_equal(split[1], left[1]);
    assert_string_equal(split[2], right[2]);
}

/* Who is asked about the second half of all acts is told of what that brings. */
static void a_window_of_trust_leaves_out_what_was_before(void **state)
{
    (void)state;
    struct world w;
    struct nb_seed_names names = names_of(LEFT(""));
    struct nb_influence_query query = {.to_ms = INT64_MAX};
    const struct nb_influencer *rows;
    size_t n;
    world_open(&w, MAP_BYTES);
    w.seeds = &names;
    commit_circles(&w);
    struct nb_txn *txn = world_read(&w);
    const int64_t begins_ms[] = {0, WORLD_DAY_MS + 2 * NB_HOUR_MS, WORLD_DAY_MS + 30 * NB_DAY_MS};
    int32_t trust[3] = {NB_UNKNOWN_MILLI, NB_UNKNOWN_MILLI, NB_UNKNOWN_MILLI};
    for (int i = 0; i < 3; i++) {
        query.trust_from_ms = begins_ms[i];
        assert_int_equal(nb_influence_list(txn, &query, w.arena, &rows, &n), NB_OK);
        for (size_t k = 0; k < n; k++) {
            assert_int_equal(rows[k].trust_of, i ? NB_TRUST_OF_WINDOW : NB_TRUST_OF_ACTS);
            if (nb_slice_eq(rows[k].author, NB_LIT("p.example/p"))) {
                trust[i] = rows[k].trust_milli;
            }
        }
    }
    assert_true(trust[0] > trust[1]); /* of the three who stand behind it two are left */
    assert_int_equal(trust[2], NB_UNKNOWN_MILLI);
    nb_read_end(txn);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_many_supporters_the_strongest_are_kept),
        cmocka_unit_test(a_seed_may_be_one_of_a_topic_only),
        cmocka_unit_test(a_topic_that_cannot_be_is_told),
        cmocka_unit_test(each_topic_has_its_own_number_of_seeds),
        cmocka_unit_test(trust_on_a_topic_walks_from_its_seeds),
        cmocka_unit_test(a_window_of_trust_leaves_out_what_was_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
