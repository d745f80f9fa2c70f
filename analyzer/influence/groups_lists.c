/*
 * Authors who support nearly the same others are found by a sketch: each author supported has a
 * number drawn for it, and the least ones of a list are likely to be shared by a list like it
 * (Broder 1997). Two lists that share two of their three least are compared whole.
 *
 * That two support the same says something where it is unlikely: everybody links to the great
 * newspapers. Supporting one whom a share p of all support carries log2(1 / p) bits; what is shared
 * is to carry as many as all pairs of authors do, 2 log2(n), for then less than one pair would meet
 * by chance. Those whose lists are being compared are not counted in p: copies do not make what is
 * copied usual.
 */
#include "analyzer/influence/groups_private.h"

#include <nabiz/mem.h>
#include <nabiz/series.h>

enum { LEAST = 3, LIST_LEAST = 3, LIST_MOST = 4096, MARKS = 3, OVERLAP_MILLI = 800, BIT = 16 };

static const uint32_t *row_of(const struct nb_graph *graph, uint32_t author, uint32_t *n)
{
    *n = graph->out.begin[author + 1] - graph->out.begin[author];
    return graph->out.other + graph->out.begin[author];
}

static uint64_t draw(uint32_t author)
{
    uint64_t state = author;
    return nb_series_next(&state);
}

/* The least numbers of a list, in order. @return how many different authors are in it. */
static uint32_t sketch(const uint32_t *list, uint32_t n, uint64_t least[LEAST])
{
    uint32_t different = 0;
    for (int i = 0; i < LEAST; i++) {
        least[i] = UINT64_MAX;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && list[i] == list[i - 1]) {
            continue;
        }
        uint64_t number = draw(list[i]);
        different++;
        for (int k = 0; k < LEAST; k++) {
            if (number < least[k]) {
                uint64_t swap = least[k];
                least[k] = number;
                number = swap;
            }
        }
    }
    return different;
}

static size_t mark_lists(const struct nb_graph *graph, struct nb_groups_mark *marks)
{
    size_t marks_n = 0;
    for (uint32_t i = 0; i < graph->authors_n; i++) {
        uint64_t least[LEAST];
        uint32_t n;
        const uint32_t *list = row_of(graph, i, &n);
        if (n < LIST_LEAST || n > LIST_MOST) {
            continue;
        }
        uint32_t different = sketch(list, n, least);
        for (int k = 0; different >= LIST_LEAST && k < MARKS; k++) {
            uint64_t state = least[k] ^ (least[(k + 1) % LEAST] << 1);
            marks[marks_n++] = (struct nb_groups_mark){nb_series_next(&state) >> 32, i, different};
        }
    }
    return marks_n;
}

/* log2(n / of) in sixteenths of a bit, rounded down. */
static uint64_t bits(uint64_t n, uint64_t of)
{
    uint64_t ratio = (n << 16) / (of ? of : 1), whole = 0;
    while (ratio >> (whole + 1)) {
        whole++;
    }
    uint64_t fraction = whole >= 4 ? (ratio >> (whole - 4)) - BIT : 0;
    return whole >= 16 ? (whole - 16) * BIT + fraction : 0;
}

/* @param compared_n  authors whose lists are being compared. */
static bool alike(const struct nb_graph *graph, const struct nb_groups_mark *x,
                  const struct nb_groups_mark *y, uint64_t compared_n)
{
    uint32_t a_n, b_n, shared = 0;
    const uint32_t *a = row_of(graph, x->author, &a_n);
    const uint32_t *b = row_of(graph, y->author, &b_n);
    uint64_t said = 0;
    for (uint32_t i = 0, k = 0; i < a_n && k < b_n;) {
        uint32_t one = a[i], other = b[k];
        if (one == other) {
            shared++;
            uint64_t supporters_n = graph->in.begin[one + 1] - graph->in.begin[one];
            said +=
                bits(graph->authors_n, supporters_n > compared_n ? supporters_n - compared_n : 1);
        }
        while (one <= other && i < a_n && a[i] == one) {
            i++;
        }
        while (other <= one && k < b_n && b[k] == other) {
            k++;
        }
    }
    uint64_t all = (uint64_t)x->rest + y->rest - shared;
    return UINT64_C(1000) * shared >= OVERLAP_MILLI * all && said >= 2 * bits(graph->authors_n, 1);
}

enum nb_err nb_groups_by_lists(const struct nb_graph *graph, uint32_t *group)
{
    struct nb_groups_mark *marks =
        nb_malloc(((size_t)graph->authors_n * MARKS + 1) * sizeof(*marks));
    if (!marks) {
        return NB_ENOMEM;
    }
    size_t n = mark_lists(graph, marks);
    enum nb_err err = nb_groups_sort(marks, n);
    for (size_t i = 0, end; err == NB_OK && i < n; i = end) {
        for (end = i + 1; end < n && marks[end].mark == marks[i].mark; end++) {
        }
        for (size_t k = i + 1; k < end; k++) {
            if (alike(graph, &marks[k - 1], &marks[k], end - i)) {
                nb_groups_join(group, marks[k - 1].author, marks[k].author);
            }
        }
    }
    nb_free(marks);
    return err;
}
