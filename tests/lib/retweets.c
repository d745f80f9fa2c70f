#include "tests/lib/retweets.h"

#include <math.h>

#include "tests/lib/gz.h"
#include "tests/lib/test.h"

/* A tweet's id holds its time from bit 22 on, in milliseconds since this one. */
#define ID_TIME_BITS 22
#define ID_BEGIN_MS INT64_C(1288834974657)

struct line {
    uint64_t tree;
    uint32_t parent, child; /* users; parent NB_CASCADE_ROOT: the child began */
    int64_t parent_at, child_at;
    size_t index;
};

static int by_tree(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->tree != y->tree) {
        return x->tree < y->tree ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static double number(struct nb_slice field)
{
    char text[32], *end;
    (void)snprintf(text, sizeof(text), "%.*s", NB_ARG(field));
    double out = strtod(text, &end);
    assert_true(end != text && !*end);
    return out;
}

static uint32_t user_of(struct nbt_trees *all, struct nb_slice name)
{
    uint32_t out;
    assert_int_equal(nb_names_add(all->users, name, &out), NB_OK);
    return out;
}

static struct line read_line(struct nbt_trees *all, struct nb_slice text)
{
    struct nb_slice field[6];
    struct line out = {0};
    int64_t tree;
    for (size_t i = 0; i < 6; i++) {
        assert_true(nb_slice_split(&text, '\t', &field[i]));
    }
    assert_true(nb_slice_to_i64(field[0], &tree));
    out.tree = (uint64_t)tree;
    bool began = nb_slice_eq(field[2], NB_LIT("ROOT"));
    out.parent = began ? NB_CASCADE_ROOT : user_of(all, field[2]);
    out.child = user_of(all, field[3]);
    out.parent_at = llround(number(field[4]) * 100); /* delays have two decimals */
    out.child_at = llround(number(field[5]) * 100);
    return out;
}

/* Users of a tree in order of appearance; the root is the first. seat: of all users, 0 or more. */
static void seat(struct nbt_tree *tree, uint32_t *seats, uint32_t user)
{
    if (!seats[user]) {
        tree->takes[tree->n].user = user;
        seats[user] = ++tree->n;
    }
}

static void build(struct nbt_trees *all, struct nbt_tree *tree, const struct line *lines, size_t n,
                  uint32_t *seats, struct nb_arena *arena)
{
    struct nb_cascade_repairs repairs;
    size_t first = 0, rows_n = 0;
    tree->id = lines[0].tree;
    tree->at_ms = (int64_t)(tree->id >> ID_TIME_BITS) + ID_BEGIN_MS;
    tree->takes = nb_arena_calloc(arena, 2 * n, sizeof(*tree->takes));
    assert_non_null(tree->takes);
    while (first < n && lines[first].parent != NB_CASCADE_ROOT) {
        first++;
    }
    assert_true(first < n);
    seat(tree, seats, lines[first].child);
    tree->takes[0].at_s = tree->at_ms / 1000;
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct nb_cascade_row *rows = nb_arena_calloc(arena, n, sizeof(*rows));
    for (size_t i = 0; i < n; i++) {
        if (lines[i].parent == NB_CASCADE_ROOT) {
            continue;
        }
        seat(tree, seats, lines[i].parent);
        seat(tree, seats, lines[i].child);
        /* in hundredths of a minute */
        tree->takes[seats[lines[i].child] - 1].at_s =
            tree->at_ms / 1000 + lines[i].child_at * 6 / 10;
        rows[rows_n++] =
            (struct nb_cascade_row){seats[lines[i].parent] - 1, seats[lines[i].child] - 1,
                                    lines[i].parent_at, lines[i].child_at};
    }
    uint32_t *parent = nb_arena_alloc(arena, tree->n * sizeof(*parent));
    uint32_t *below = nb_arena_alloc(arena, tree->n * sizeof(*below));
    assert_int_equal(nb_cascade_grow(rows, rows_n, tree->n, 0, arena, parent, &repairs), NB_OK);
    assert_int_equal(nb_cascade_measure(parent, tree->n, below, arena, &tree->figures), NB_OK);
    for (uint32_t i = 0; i < tree->n; i++) {
        tree->takes[i].from = parent[i];
        tree->takes[i].below_n = below[i];
        seats[tree->takes[i].user] = 0;
        if (parent[i] != NB_CASCADE_ROOT) {
            tree->takes[parent[i]].taken_n++;
        }
    }
    nb_arena_rewind(arena, mark);
    all->repairs.selves_n += repairs.selves_n;
    all->repairs.roots_n += repairs.roots_n;
    all->repairs.repeats_n += repairs.repeats_n;
    all->repairs.rivals_n += repairs.rivals_n;
    all->repairs.circles_n += repairs.circles_n;
    all->repairs.orphans_n += repairs.orphans_n;
    all->repairs.reversed_n += repairs.reversed_n;
}

void nbt_read_trees(const char *path, struct nb_arena *arena, struct nbt_trees *out)
{
    struct nb_slice rest = nbt_read_gz(path, arena), text;
    size_t n = 0, trees_n = 0, lines_max = 0;
    *out = (struct nbt_trees){0};
    assert_int_equal(nb_names_new(&out->users), NB_OK);
    for (size_t i = 0; i < rest.len; i++) {
        lines_max += rest.p[i] == '\n';
    }
    struct line *lines = nb_arena_calloc(arena, lines_max + 1, sizeof(*lines));
    assert_non_null(lines);
    while (nb_slice_split(&rest, '\n', &text) && text.len) {
        lines[n] = read_line(out, text);
        lines[n].index = n;
        n++;
    }
    assert_true(n > 0);
    qsort(lines, n, sizeof(*lines), by_tree);
    for (size_t i = 0; i < n; i++) {
        trees_n += i == 0 || lines[i].tree != lines[i - 1].tree;
    }
    out->trees = nb_arena_calloc(arena, trees_n, sizeof(*out->trees));
    uint32_t *seats = nb_arena_calloc(arena, nb_names_n(out->users), sizeof(*seats));
    assert_true(out->trees && seats);
    out->rows_n = n;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && lines[end].tree == lines[i].tree; end++) {
        }
        build(out, &out->trees[out->n++], lines + i, end - i, seats, arena);
    }
}
