/*
 * Stories. A document is at home in one of its thread, its cluster of near-duplicates and those of
 * its title, in that with most documents of the period. So one that is copied into many threads
 * does not make one story of them all: nothing is joined by what two documents share with a third.
 */
#include "service/digest/report_impl.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/mem.h>

uint32_t nb_report_root(struct nb_scan *scan, uint32_t i)
{
    struct nb_scan_row *rows = scan->rows;
    while (rows[i].story != i) {
        rows[i].story = rows[rows[i].story].story;
        i = rows[i].story;
    }
    return i;
}

static void join(struct nb_scan *scan, uint32_t a, uint32_t b)
{
    a = nb_report_root(scan, a);
    b = nb_report_root(scan, b);
    scan->rows[a > b ? a : b].story = a > b ? b : a;
}

/* For each row the first one that has its key, and for that one how many do. */
struct kinship {
    uint32_t *first; /* NB_SCAN_NONE: the row has no key */
    uint32_t *n;     /* by first row */
    uint32_t *home;  /* by first row: the first that is at home with it */
};

static uint64_t cluster_of(const struct nb_scan_row *row)
{
    return row->cluster;
}

static uint64_t title_of(const struct nb_scan_row *row)
{
    return row->title_key;
}

/* What opens a thread is named by the address that its answers give as theirs. */
static uint64_t thread_of(const struct nb_scan_row *row)
{
    return row->thread_key ? row->thread_key : row->address_key;
}

static enum nb_err find_kin(const struct nb_scan *scan,
                            uint64_t (*key_of)(const struct nb_scan_row *), struct nb_arena *arena,
                            struct kinship *out)
{
    size_t bytes = scan->rows_n * sizeof(uint32_t);
    struct nb_key_table table;
    out->first = nb_arena_alloc(arena, bytes);
    out->home = nb_arena_alloc(arena, bytes);
    out->n = nb_arena_calloc(arena, scan->rows_n, sizeof(uint32_t));
    if (!out->first || !out->home || !out->n) {
        return NB_ENOMEM;
    }
    memset(out->home, 0xff, bytes);
    struct nb_arena_mark mark = nb_arena_mark(arena);
    enum nb_err err = nb_key_table_init(&table, scan->rows_n, arena);
    for (uint32_t i = 0; err == NB_OK && i < scan->rows_n; i++) {
        uint64_t key = key_of(&scan->rows[i]);
        if (i + NB_SCAN_AHEAD < scan->rows_n) {
            nb_key_table_hint(&table, key_of(&scan->rows[i + NB_SCAN_AHEAD]));
        }
        out->first[i] = key ? nb_key_table_add(&table, key, i) : NB_SCAN_NONE;
        if (key) {
            out->n[out->first[i]]++;
        }
    }
    nb_arena_rewind(arena, mark);
    return err;
}

static uint32_t kin_n(const struct kinship *kin, uint32_t row)
{
    return kin->first[row] == NB_SCAN_NONE ? 0 : kin->n[kin->first[row]];
}

static void come_home(struct nb_scan *scan, struct kinship *kin, uint32_t row)
{
    uint32_t *home = &kin->home[kin->first[row]];
    if (*home == NB_SCAN_NONE) {
        *home = row;
    } else {
        join(scan, *home, row);
    }
}

enum nb_err nb_report_group(struct nb_scan *scan, struct nb_arena *arena)
{
    enum { THREAD, CLUSTER, TITLE, KINDS };
    static uint64_t (*const keys[KINDS])(const struct nb_scan_row *) = {thread_of, cluster_of,
                                                                        title_of};
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct kinship kin[KINDS];
    enum nb_err err = NB_OK;
    for (int kind = 0; err == NB_OK && kind < KINDS; kind++) {
        err = find_kin(scan, keys[kind], arena, &kin[kind]);
    }
    for (uint32_t i = 0; err == NB_OK && i < scan->rows_n; i++) {
        uint32_t original = kin[CLUSTER].first[i];
        scan->rows[i].story = i;
        scan->rows[i].copy = original != NB_SCAN_NONE && original != i;
    }
    for (uint32_t i = 0; err == NB_OK && i < scan->rows_n; i++) {
        int best = THREAD;
        for (int kind = CLUSTER; kind < KINDS; kind++) {
            best = kin_n(&kin[kind], i) > kin_n(&kin[best], i) ? kind : best;
        }
        if (kin_n(&kin[best], i) > 1) {
            come_home(scan, &kin[best], i);
        }
    }
    nb_arena_rewind(arena, mark);
    return err;
}

/* The face of a story: one with a title if there is, most attention, then the first to tell it. */
static bool is_better(const struct nb_scan_row *x, const struct nb_scan_row *than)
{
    if ((x->title_key != 0) != (than->title_key != 0)) {
        return x->title_key != 0;
    }
    uint64_t a = (uint64_t)x->comments_n + x->links_n;
    uint64_t b = (uint64_t)than->comments_n + than->links_n;
    return a > b; /* rows come by time */
}

static uint64_t weight_of(const struct nb_story_count *story)
{
    return story->documents_n + story->comments_n + story->links_n;
}

static int by_weight(const void *a, const void *b)
{
    const struct nb_story_count *x = a;
    const struct nb_story_count *y = b;
    if (weight_of(x) != weight_of(y)) {
        return weight_of(x) > weight_of(y) ? -1 : 1;
    }
    return x->root < y->root ? -1 : x->root > y->root;
}

static void count_row(struct nb_scan *scan, uint32_t i, struct nb_story_count *story)
{
    const struct nb_scan_row *row = &scan->rows[i];
    if (story->documents_n == 0 || is_better(row, &scan->rows[story->best])) {
        story->best = i;
    }
    story->documents_n++;
    story->negative_n += row->label == NB__LABEL__NEGATIVE;
    story->positive_n += row->label == NB__LABEL__POSITIVE;
    story->comments_n += row->comments_n;
    story->links_n += row->links_n;
}

enum nb_err nb_report_count_stories(struct nb_scan *scan, bool authors, struct nb_arena *arena,
                                    struct nb_story_count **out, size_t *out_n)
{
    struct nb_key_table writers; /* story and author */
    size_t n = 0;
    for (uint32_t i = 0; i < scan->rows_n; i++) {
        n += nb_report_root(scan, i) == i;
    }
    struct nb_story_count *stories = nb_arena_calloc(arena, n, sizeof(*stories));
    struct nb_arena_mark mark = nb_arena_mark(arena);
    uint32_t *places = nb_arena_alloc(arena, scan->rows_n * sizeof(*places)); /* by root */
    enum nb_err err = stories && places
                          ? nb_key_table_init(&writers, authors ? scan->rows_n : 0, arena)
                          : NB_ENOMEM;
    size_t at = 0;
    for (uint32_t i = 0; err == NB_OK && i < scan->rows_n; i++) {
        uint32_t root = nb_report_root(scan, i);
        if (root == i) { /* met before every other row of its story */
            stories[at].root = i;
            places[i] = (uint32_t)at++;
        }
        struct nb_story_count *story = &stories[places[root]];
        count_row(scan, i, story);
        if (authors) {
            uint64_t pair = (uint64_t)root << 32 | scan->rows[i].author;
            story->authors_n += nb_key_table_add(&writers, pair, i) == i;
        }
    }
    nb_arena_rewind(arena, mark);
    if (err == NB_OK) {
        qsort(stories, n, sizeof(*stories), by_weight);
        *out = stories;
        *out_n = n;
    }
    return err;
}

enum nb_err nb_report_story_places(const struct nb_report *report, struct nb_arena *arena,
                                   size_t **out)
{
    struct nb_scan scan = *report->scan; /* roots are found already: nothing is changed */
    struct nb_story_count *stories = NULL;
    size_t n = 0;
    size_t *places = nb_arena_alloc(arena, scan.rows_n * sizeof(*places));
    enum nb_err err =
        places ? nb_report_count_stories(&scan, false, arena, &stories, &n) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        places[stories[i].root] = i;
    }
    for (uint32_t i = 0; err == NB_OK && i < scan.rows_n; i++) {
        places[i] = places[nb_report_root(&scan, i)];
    }
    *out = places;
    return err;
}
