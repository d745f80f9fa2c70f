/*
 * The lists of a report: stories, complaints and questions that wait, praise, and who was loudest.
 * The rows of a list are the best of a scan, kept in a short sorted array while the scan goes by;
 * a near-duplicate of a row that is in it takes its place or is passed over.
 */
#include "service/digest/report_impl.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/date.h>

#include "analyzer/sentiment/opinion.h"

enum { ALIKE_N = 100 }; /* stories that are compared by their words */

static bool has_intent(const struct nb_scan_row *row, enum nb_intent intent)
{
    return (row->intents >> intent & 1) != 0;
}

/* A complaint waits for an answer; a news article does not. */
static bool is_complaint(const struct nb_scan_row *row)
{
    return row->kind != NB__KIND__ARTICLE &&
           (row->label == NB__LABEL__NEGATIVE || has_intent(row, NB_INTENT_COMPLAINT));
}

static bool is_picked(const struct nb_scan_row *row, enum nb_report_pick pick)
{
    switch (pick) {
    case NB_PICK_WAITING:
        return is_complaint(row) && !row->replied;
    case NB_PICK_QUESTIONS:
        return row->kind != NB__KIND__ARTICLE && !row->replied && !is_complaint(row) &&
               (has_intent(row, NB_INTENT_QUESTION) || has_intent(row, NB_INTENT_ADVICE));
    case NB_PICK_PRAISE:
        return row->label == NB__LABEL__POSITIVE && !row->doubtful &&
               !has_intent(row, NB_INTENT_AD);
    case NB_PICK_ALL:
        return true;
    }
    return false;
}

struct top {
    const struct nb_scan *scan;
    uint32_t *rows;
    size_t n, limit;
};

static bool same_text(const struct nb_scan_row *x, const struct nb_scan_row *y)
{
    return x->cluster != 0 && x->cluster == y->cluster;
}

static void offer(struct top *top, uint32_t i)
{
    const struct nb_scan_row *all = top->scan->rows;
    if (top->n == top->limit && nb_scan_order(&all[top->rows[top->n - 1]], &all[i]) < 0) {
        return;
    }
    for (size_t k = 0; k < top->n; k++) {
        if (same_text(&all[top->rows[k]], &all[i])) {
            if (nb_scan_order(&all[top->rows[k]], &all[i]) < 0) {
                return;
            }
            memmove(&top->rows[k], &top->rows[k + 1], (top->n - k - 1) * sizeof(*top->rows));
            top->n--;
            break;
        }
    }
    size_t at = top->n < top->limit ? top->n++ : top->n - 1;
    for (; at > 0 && nb_scan_order(&all[i], &all[top->rows[at - 1]]) < 0; at--) {
        top->rows[at] = top->rows[at - 1];
    }
    top->rows[at] = i;
}

/* @param all_n  [out] how many rows are picked, near-duplicates and all. */
static enum nb_err pick_top(const struct nb_report *report, enum nb_report_pick pick,
                            struct nb_arena *arena, struct top *top, size_t *all_n)
{
    const struct nb_scan *scan = report->scan;
    *top = (struct top){.scan = scan, .limit = report->list_n};
    top->rows = nb_arena_alloc(arena, (report->list_n + 1) * sizeof(*top->rows));
    *all_n = 0;
    for (uint32_t i = 0; top->rows && i < scan->rows_n; i++) {
        if (is_picked(&scan->rows[i], pick)) {
            ++*all_n;
            offer(top, i);
        }
    }
    return top->rows ? NB_OK : NB_ENOMEM;
}

static bool is_overdue(const struct nb_report *report, const struct nb_scan_row *row)
{
    return (report->end_ms - row->at_ms) / NB_MINUTE_MS > NB_REPORT_REPLY_MIN;
}

static enum nb_err list_waiting(struct nb_arena *arena, struct nb_report *out,
                                enum nb_report_pick pick, const struct nb_report_waiting **list,
                                size_t *list_n, size_t *all_n, struct nb_error *error)
{
    struct top top;
    enum nb_err err = pick_top(out, pick, arena, &top, all_n);
    struct nb_report_waiting *rows =
        err == NB_OK ? nb_arena_calloc(arena, top.n, sizeof(*rows)) : NULL;
    for (size_t i = 0; rows && err == NB_OK && i < top.n; i++) {
        const struct nb_scan_row *row = &out->scan->rows[top.rows[i]];
        rows[i].age_min = (out->end_ms - row->at_ms) / NB_MINUTE_MS;
        rows[i].overdue = is_overdue(out, row);
        err = nb_report_document(out, top.rows[i], arena, &rows[i].document, error);
    }
    *list = rows;
    *list_n = top.n;
    return err == NB_OK && !rows ? NB_ENOMEM : err;
}

static enum nb_err list_praise(struct nb_arena *arena, struct nb_report *out,
                               struct nb_error *error)
{
    struct top top;
    enum nb_err err = pick_top(out, NB_PICK_PRAISE, arena, &top, &out->praise_n);
    struct nb_report_document *rows =
        err == NB_OK ? nb_arena_calloc(arena, top.n, sizeof(*rows)) : NULL;
    for (size_t i = 0; rows && err == NB_OK && i < top.n; i++) {
        err = nb_report_document(out, top.rows[i], arena, &rows[i], error);
    }
    out->praise = rows;
    out->praise_list_n = top.n;
    return err == NB_OK && !rows ? NB_ENOMEM : err;
}

static enum nb_err list_stories(struct nb_scan *scan, struct nb_arena *arena, struct nb_report *out,
                                struct nb_error *error)
{
    struct nb_story_count *counts = NULL;
    enum nb_err err = nb_report_count_stories(scan, false, arena, &counts, &out->stories_n);
    if (err == NB_OK) {
        size_t n = out->stories_n < ALIKE_N ? out->stories_n : ALIKE_N;
        err = nb_report_join_alike(out, scan, counts, n, arena, error);
    }
    if (err == NB_OK) {
        err = nb_report_count_stories(scan, true, arena, &counts, &out->stories_n);
    }
    size_t n = out->stories_n < out->list_n ? out->stories_n : out->list_n;
    struct nb_report_story *stories = nb_arena_calloc(arena, n, sizeof(*stories));
    if (err == NB_OK && !stories) {
        err = NB_ENOMEM;
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        stories[i] = (struct nb_report_story){.documents_n = counts[i].documents_n,
                                              .authors_n = counts[i].authors_n,
                                              .negative_n = counts[i].negative_n,
                                              .positive_n = counts[i].positive_n,
                                              .comments_n = counts[i].comments_n,
                                              .links_n = counts[i].links_n};
        err = nb_report_document(out, counts[i].best, arena, &stories[i].best, error);
    }
    out->stories = stories;
    out->stories_list_n = n;
    return err;
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

/* The best `limit` of them in order at the front, by insertion; what is behind has no order. */
static void loudest_first(struct nb_report_author *rows, size_t n, size_t limit)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == limit && by_loudness(&rows[kept - 1], &rows[i]) < 0) {
            continue;
        }
        struct nb_report_author row = rows[i];
        size_t at = kept < limit ? kept++ : kept - 1;
        rows[i] = rows[at];
        for (; at > 0 && by_loudness(&row, &rows[at - 1]) < 0; at--) {
            rows[at] = rows[at - 1];
        }
        rows[at] = row;
    }
}

enum nb_err nb_report_authors(const struct nb_report *report, size_t limit, struct nb_arena *arena,
                              struct nb_report_author **out, size_t *out_n)
{
    const struct nb_scan *scan = report->scan;
    struct nb_report_author *rows = nb_arena_alloc(arena, scan->authors_n * sizeof(*rows));
    size_t n = 0;
    for (uint32_t i = 0; rows && i < scan->authors_n; i++) {
        const struct nb_scan_author *from = &scan->authors[i];
        if (from->id.len == 0) {
            continue; /* of nobody */
        }
        rows[n++] = (struct nb_report_author){
            .author = from->id,
            .site = nb_scan_site(from->id),
            .name = nb_report_handle(from->id),
            .documents_n = from->documents_n,
            .negative_n = from->negative_n,
            .positive_n = from->positive_n,
            .comments_n = from->comments_n,
            .score_milli = (int32_t)(from->score_sum_milli / from->documents_n)};
    }
    if (!rows) {
        return NB_ENOMEM;
    }
    if (limit == 0) {
        qsort(rows, n, sizeof(*rows), by_loudness);
    } else {
        loudest_first(rows, n, limit);
    }
    *out = rows;
    *out_n = n;
    return NB_OK;
}

/* Names as the author shows them; the handle where none is known. */
static enum nb_err name_author(const struct nb_report *report, struct nb_arena *arena,
                               struct nb_report_author *row)
{
    struct nb_author *known = NULL;
    struct nb_slice name = row->name;
    enum nb_err err = nb_analysis_author(report->analysis, row->author, arena, &known);
    if (err == NB_OK && known->name && *known->name) {
        name = nb_field(known->name);
    }
    if (err == NB_OK || err == NB_ENOTFOUND) {
        err = nb_report_line(name, NB_REPORT_LINE_BYTES, arena, &row->name);
    }
    if (err == NB_OK) {
        err = nb_report_line(row->author, NB_REPORT_LINE_BYTES, arena, &row->author);
    }
    row->site = nb_scan_site(row->author);
    return err;
}

static enum nb_err list_loudest(struct nb_arena *arena, struct nb_report *out)
{
    struct nb_report_author *rows = NULL;
    enum nb_err err = nb_report_authors(out, out->list_n, arena, &rows, &out->loudest_n);
    if (err == NB_OK) {
        out->loudest_list_n = out->loudest_n < out->list_n ? out->loudest_n : out->list_n;
    }
    for (size_t i = 0; err == NB_OK && i < out->loudest_list_n; i++) {
        err = name_author(out, arena, &rows[i]);
    }
    out->loudest = rows;
    return err;
}

static int by_order(const void *a, const void *b, void *arg)
{
    const struct nb_scan *scan = arg;
    return nb_scan_order(&scan->rows[*(const uint32_t *)a], &scan->rows[*(const uint32_t *)b]);
}

enum nb_err nb_report_order(const struct nb_report *report, enum nb_report_pick pick,
                            struct nb_arena *arena, const uint32_t **out, size_t *out_n)
{
    struct nb_scan scan = *report->scan;
    uint32_t *order = nb_arena_alloc(arena, scan.rows_n * sizeof(*order));
    size_t n = 0;
    for (uint32_t i = 0; order && i < scan.rows_n; i++) {
        if (is_picked(&scan.rows[i], pick)) {
            order[n++] = i;
        }
    }
    if (!order) {
        return NB_ENOMEM;
    }
    if (pick != NB_PICK_ALL) {
        qsort_r(order, n, sizeof(*order), by_order, &scan);
    }
    *out = order;
    *out_n = n;
    return NB_OK;
}

enum nb_err nb_report_lists(struct nb_scan *scan, struct nb_arena *arena, struct nb_report *out,
                            struct nb_error *error)
{
    enum nb_err err = nb_report_group(scan, arena);
    if (err == NB_OK) {
        err = list_stories(scan, arena, out, error);
    }
    if (err == NB_OK) {
        err = list_waiting(arena, out, NB_PICK_WAITING, &out->waiting, &out->waiting_list_n,
                           &out->waiting_n, error);
    }
    for (uint32_t i = 0; err == NB_OK && i < scan->rows_n; i++) {
        out->overdue_n +=
            is_picked(&scan->rows[i], NB_PICK_WAITING) && is_overdue(out, &scan->rows[i]);
    }
    if (err == NB_OK) {
        err = list_waiting(arena, out, NB_PICK_QUESTIONS, &out->questions, &out->questions_list_n,
                           &out->questions_n, error);
    }
    if (err == NB_OK) {
        err = list_praise(arena, out, error);
    }
    return err == NB_OK ? list_loudest(arena, out) : err;
}
