/*
 * The lists of a report, all made from the documents of the day: stories, complaints that wait,
 * praise, and who was loudest.
 *
 * Documents with an equal title, address or thread are one story, and that is transitive: a
 * union-find whose roots are the smallest index, so that the numbering does not depend on the order
 * in which equal keys are met.
 */
#include "service/digest/report_impl.h"

#include <stdlib.h>

#include <nabiz/date.h>
#include <nabiz/mem.h>

struct key_row {
    struct nb_slice key;
    size_t row;
};

static int by_key(const void *a, const void *b)
{
    const struct key_row *x = a;
    const struct key_row *y = b;
    int order = nb_slice_cmp(x->key, y->key);
    return order != 0 ? order : (x->row < y->row ? -1 : x->row > y->row);
}

static size_t find_root(struct nb_report_scan *rows, size_t i)
{
    while (rows[i].parent != i) {
        rows[i].parent = rows[rows[i].parent].parent;
        i = rows[i].parent;
    }
    return i;
}

static void join_equal(struct nb_report_scan *rows, struct key_row *keys, size_t keys_n)
{
    qsort(keys, keys_n, sizeof(*keys), by_key);
    for (size_t i = 1; i < keys_n; i++) {
        if (nb_slice_eq(keys[i - 1].key, keys[i].key)) {
            size_t a = find_root(rows, keys[i - 1].row);
            size_t b = find_root(rows, keys[i].row);
            rows[a > b ? a : b].parent = a > b ? b : a;
        }
    }
}

enum nb_err nb_report_group(struct nb_report_scan *rows, size_t n, struct nb_arena *arena)
{
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct key_row *keys = nb_arena_calloc(arena, n, 2 * sizeof(*keys));
    if (!keys) {
        return NB_ENOMEM;
    }
    size_t titles_n = 0;
    for (size_t i = 0; i < n; i++) {
        rows[i].parent = i;
        if (rows[i].shown.title.len > 0) {
            keys[titles_n++] = (struct key_row){rows[i].shown.title, i};
        }
    }
    join_equal(rows, keys, titles_n);
    size_t addresses_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].address.len > 0) {
            keys[addresses_n++] = (struct key_row){rows[i].address, i};
        }
        if (rows[i].thread.len > 0) {
            keys[addresses_n++] = (struct key_row){rows[i].thread, i};
        }
    }
    join_equal(rows, keys, addresses_n);
    for (size_t i = 0; i < n; i++) {
        rows[i].shown.story = find_root(rows, i);
    }
    nb_arena_rewind(arena, mark);
    return NB_OK;
}

static uint64_t attention(const struct nb_report_document *document)
{
    return document->comments_n + document->links_n;
}

/* More attention first, then the stronger feeling, then the older. */
static int by_attention(const struct nb_report_document *x, const struct nb_report_document *y)
{
    if (attention(x) != attention(y)) {
        return attention(x) > attention(y) ? -1 : 1;
    }
    int32_t a = x->score_milli < 0 ? -x->score_milli : x->score_milli;
    int32_t b = y->score_milli < 0 ? -y->score_milli : y->score_milli;
    if (a != b) {
        return a > b ? -1 : 1;
    }
    if (x->at_ms != y->at_ms) {
        return x->at_ms < y->at_ms ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}

static int by_story(const void *a, const void *b)
{
    const struct nb_report_document *const *x = a;
    const struct nb_report_document *const *y = b;
    if ((*x)->story != (*y)->story) {
        return (*x)->story < (*y)->story ? -1 : 1;
    }
    return nb_slice_cmp((*x)->author, (*y)->author);
}

static int by_weight(const void *a, const void *b)
{
    const struct nb_report_story *x = a;
    const struct nb_report_story *y = b;
    uint64_t left = x->comments_n + x->links_n;
    uint64_t right = y->comments_n + y->links_n;
    if (left != right) {
        return left > right ? -1 : 1;
    }
    if (x->documents_n != y->documents_n) {
        return x->documents_n > y->documents_n ? -1 : 1;
    }
    return x->best->number < y->best->number ? -1 : x->best->number > y->best->number;
}

/* The face of a story: most attention, then the first to tell it; one with a title if there is. */
static bool is_better(const struct nb_report_document *x, const struct nb_report_document *than)
{
    if ((x->title.len > 0) != (than->title.len > 0)) {
        return x->title.len > 0;
    }
    if (attention(x) != attention(than)) {
        return attention(x) > attention(than);
    }
    return x->at_ms != than->at_ms ? x->at_ms < than->at_ms : x->number < than->number;
}

static enum nb_err list_stories(struct nb_arena *arena, struct nb_report *out,
                                const struct nb_report_document **order)
{
    size_t n = out->documents_n;
    struct nb_report_story *stories = nb_arena_calloc(arena, n, sizeof(*stories));
    if (!stories) {
        return NB_ENOMEM;
    }
    qsort(order, n, sizeof(*order), by_story);
    size_t stories_n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct nb_report_document *document = order[i];
        bool first = i == 0 || order[i - 1]->story != document->story;
        struct nb_report_story *story = &stories[first ? stories_n++ : stories_n - 1];
        if (!story->best || is_better(document, story->best)) {
            story->best = document;
        }
        story->documents_n++;
        story->authors_n += first || !nb_slice_eq(order[i - 1]->author, document->author);
        story->negative_n += document->label == NB__LABEL__NEGATIVE;
        story->positive_n += document->label == NB__LABEL__POSITIVE;
        story->comments_n += document->comments_n;
        story->links_n += document->links_n;
    }
    qsort(stories, stories_n, sizeof(*stories), by_weight);
    out->stories = stories;
    out->stories_n = stories_n;
    return NB_OK;
}

static int waiting_order(const void *a, const void *b)
{
    const struct nb_report_waiting *x = a;
    const struct nb_report_waiting *y = b;
    return by_attention(x->document, y->document);
}

/* A complaint waits for an answer; a news article does not. */
static enum nb_err list_waiting(struct nb_arena *arena, struct nb_report *out)
{
    struct nb_report_waiting *rows = nb_arena_calloc(arena, out->documents_n, sizeof(*rows));
    if (!rows) {
        return NB_ENOMEM;
    }
    size_t n = 0;
    for (size_t i = 0; i < out->documents_n; i++) {
        const struct nb_report_document *document = &out->documents[i];
        if (document->label == NB__LABEL__NEGATIVE && document->kind != NB__KIND__ARTICLE &&
            !document->replied) {
            int64_t age_min = (out->end_ms - document->at_ms) / NB_MINUTE_MS;
            bool overdue = age_min > NB_REPORT_REPLY_MIN;
            rows[n++] = (struct nb_report_waiting){document, age_min, overdue};
            out->overdue_n += overdue;
        }
    }
    qsort(rows, n, sizeof(*rows), waiting_order);
    out->waiting = rows;
    out->waiting_n = n;
    return NB_OK;
}

static int praise_order(const void *a, const void *b)
{
    const struct nb_report_document *const *x = a;
    const struct nb_report_document *const *y = b;
    return by_attention(*x, *y);
}

static enum nb_err list_praise(struct nb_arena *arena, struct nb_report *out)
{
    const struct nb_report_document **rows =
        nb_arena_calloc(arena, out->documents_n, sizeof(*rows));
    if (!rows) {
        return NB_ENOMEM;
    }
    size_t n = 0;
    for (size_t i = 0; i < out->documents_n; i++) {
        if (out->documents[i].label == NB__LABEL__POSITIVE && !out->documents[i].doubtful) {
            rows[n++] = &out->documents[i];
        }
    }
    qsort(rows, n, sizeof(*rows), praise_order);
    out->praise = rows;
    out->praise_n = n;
    return NB_OK;
}

static int by_writer(const void *a, const void *b)
{
    const struct nb_report_document *const *x = a;
    const struct nb_report_document *const *y = b;
    int order = nb_slice_cmp((*x)->author, (*y)->author);
    return order != 0 ? order : ((*x)->number < (*y)->number ? -1 : (*x)->number > (*y)->number);
}

static int by_loudness(const void *a, const void *b)
{
    const struct nb_report_author *x = a;
    const struct nb_report_author *y = b;
    if (x->documents_n != y->documents_n) {
        return x->documents_n > y->documents_n ? -1 : 1;
    }
    if (x->comments_n != y->comments_n) {
        return x->comments_n > y->comments_n ? -1 : 1;
    }
    return nb_slice_cmp(x->author, y->author);
}

static enum nb_err list_loudest(struct nb_arena *arena, struct nb_report *out,
                                const struct nb_report_document **order)
{
    struct nb_report_author *rows = nb_arena_calloc(arena, out->documents_n, sizeof(*rows));
    if (!rows) {
        return NB_ENOMEM;
    }
    qsort(order, out->documents_n, sizeof(*order), by_writer);
    size_t n = 0;
    for (size_t begin = 0, end; begin < out->documents_n; begin = end) {
        struct nb_report_author row = {.author = order[begin]->author};
        int64_t score_sum_milli = 0;
        for (end = begin; end < out->documents_n && nb_slice_eq(order[end]->author, row.author);
             end++) {
            row.site = order[end]->site;
            row.name = order[end]->name;
            row.documents_n++;
            row.negative_n += order[end]->label == NB__LABEL__NEGATIVE;
            row.positive_n += order[end]->label == NB__LABEL__POSITIVE;
            row.comments_n += order[end]->comments_n;
            score_sum_milli += order[end]->score_milli;
        }
        row.score_milli = (int32_t)(score_sum_milli / (int64_t)row.documents_n);
        if (row.author.len > 0) {
            rows[n++] = row;
        }
    }
    qsort(rows, n, sizeof(*rows), by_loudness);
    out->loudest = rows;
    out->loudest_n = n;
    return NB_OK;
}

enum nb_err nb_report_lists(struct nb_arena *arena, struct nb_report *out)
{
    const struct nb_report_document **order = nb_malloc((out->documents_n + 1) * sizeof(*order));
    if (!order) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < out->documents_n; i++) {
        order[i] = &out->documents[i];
    }
    enum nb_err err = list_stories(arena, out, order);
    if (err == NB_OK) {
        err = list_waiting(arena, out);
    }
    if (err == NB_OK) {
        err = list_praise(arena, out);
    }
    if (err == NB_OK) {
        err = list_loudest(arena, out, order);
    }
    nb_free(order);
    return err;
}
