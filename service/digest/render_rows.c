/*
 * Rows to count again from, one set per section of the digest, for a spreadsheet set to Turkish or
 * for `wc`, `grep` and `sort`. Nothing is left out of a set.
 */
#include "service/digest/render.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/csv.h>
#include <nabiz/date.h>

#include "service/digest/scan.h"

enum { DRAIN_BYTES = 1 << 20, SCRATCH_BYTES = 64 << 20 };

struct output {
    const struct nb_report *report;
    const struct nb_digest_sink *sink;
    struct nb_csv csv;
    struct nb_arena *arena, *scratch; /* scratch is empty between rows */
    struct nb_error *error;
};

/* A busy day has more rows than a buffer: what is written goes out on the way. */
static enum nb_err drain(struct output *o)
{
    struct nb_buf *buf = o->csv.buf;
    if (!o->sink || buf->len < DRAIN_BYTES) {
        return NB_OK;
    }
    enum nb_err err = nb_buf_finish(buf, NULL);
    if (err == NB_OK) {
        err = o->sink->write(o->sink->arg, nb_buf_slice(buf));
        nb_buf_reset(buf);
    }
    return err;
}

static void titles(struct nb_csv *csv, const char *names)
{
    struct nb_slice rest = nb_slice_str(names);
    struct nb_slice name;
    while (nb_slice_split(&rest, ' ', &name)) {
        nb_csv_str(csv, name);
    }
    nb_csv_end_row(csv);
}

static void document_cells(struct nb_csv *csv, const struct nb_report *report,
                           const struct nb_report_document *document)
{
    nb_csv_int(csv, (int64_t)document->number);
    nb_csv_time(csv, document->at_ms, nb_report_offset(report, document->at_ms));
    nb_csv_str(csv, nb_slice_str(nb_kind_name(document->kind)));
    nb_csv_str(csv, nb_slice_str(nb_label_name(document->label)));
    nb_csv_milli(csv, document->score_milli);
    nb_csv_str(csv, document->author);
    nb_csv_int(csv, (int64_t)document->comments_n);
    nb_csv_int(csv, (int64_t)document->links_n);
    nb_csv_str(csv, document->url);
    nb_csv_str(csv, document->title.len > 0 ? document->title : document->excerpt);
    nb_csv_end_row(csv);
}

#define DOCUMENT_TITLES "number time kind label score author comments links url text"

static void counts(struct nb_csv *csv, const struct nb_report_counts *counted)
{
    nb_csv_int(csv, (int64_t)counted->documents_n);
    nb_csv_int(csv, (int64_t)counted->negative_n);
    nb_csv_int(csv, (int64_t)counted->neutral_n);
    nb_csv_int(csv, (int64_t)counted->positive_n);
    nb_csv_milli(csv, nb_report_score(counted));
}

/* What is not known is an empty cell, as everywhere in CSV. */
static void milli_cell(struct nb_csv *csv, int64_t value_milli)
{
    if (value_milli == NB_UNKNOWN_MILLI) {
        nb_csv_str(csv, NB_LIT(""));
    } else {
        nb_csv_milli(csv, value_milli);
    }
}

/* One document of the scan; its texts are read for this row only. */
static enum nb_err scan_cells(struct output *o, uint32_t row)
{
    struct nb_report_document document;
    enum nb_err err = nb_report_document(o->report, row, o->scratch, &document, o->error);
    if (err == NB_OK) {
        document_cells(&o->csv, o->report, &document);
        err = drain(o);
    }
    nb_arena_reset(o->scratch);
    return err;
}

static enum nb_err mention_rows(struct output *o)
{
    enum nb_err err = NB_OK;
    titles(&o->csv, DOCUMENT_TITLES);
    for (uint32_t i = 0; err == NB_OK && i < o->report->scan->rows_n; i++) {
        err = scan_cells(o, i);
    }
    return err;
}

static enum nb_err picked_rows(struct output *o, enum nb_report_pick pick, const char *columns)
{
    const uint32_t *order = NULL;
    size_t n = 0;
    enum nb_err err = nb_report_order(o->report, pick, o->arena, &order, &n);
    titles(&o->csv, columns);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (pick != NB_PICK_PRAISE) {
            int64_t age_ms = o->report->end_ms - o->report->scan->rows[order[i]].at_ms;
            nb_csv_int(&o->csv, age_ms / NB_MINUTE_MS);
            nb_csv_int(&o->csv, age_ms / NB_MINUTE_MS > NB_REPORT_REPLY_MIN);
        }
        err = scan_cells(o, order[i]);
    }
    return err;
}

static enum nb_err waiting_rows(struct output *o)
{
    return picked_rows(o, NB_PICK_WAITING, "age_min overdue " DOCUMENT_TITLES);
}

static enum nb_err question_rows(struct output *o)
{
    return picked_rows(o, NB_PICK_QUESTIONS, "age_min overdue " DOCUMENT_TITLES);
}

static enum nb_err praise_rows(struct output *o)
{
    return picked_rows(o, NB_PICK_PRAISE, DOCUMENT_TITLES);
}

struct story_row {
    size_t place; /* of its story in the digest */
    uint32_t row;
};

static int by_place(const void *a, const void *b)
{
    const struct story_row *x = a, *y = b;
    if (x->place != y->place) {
        return x->place < y->place ? -1 : 1;
    }
    return x->row < y->row ? -1 : x->row > y->row;
}

/* A story is named by its place in the digest: rows of one story share it. */
static enum nb_err story_rows(struct output *o)
{
    const struct nb_scan *scan = o->report->scan;
    size_t *places = NULL;
    struct story_row *rows = nb_arena_alloc(o->arena, scan->rows_n * sizeof(*rows));
    enum nb_err err = rows ? nb_report_story_places(o->report, o->arena, &places) : NB_ENOMEM;
    for (uint32_t i = 0; err == NB_OK && i < scan->rows_n; i++) {
        rows[i] = (struct story_row){places[i], i};
    }
    if (err == NB_OK) {
        qsort(rows, scan->rows_n, sizeof(*rows), by_place);
        titles(&o->csv, "story " DOCUMENT_TITLES);
    }
    for (size_t i = 0; err == NB_OK && i < scan->rows_n; i++) {
        nb_csv_int(&o->csv, (int64_t)rows[i].place + 1);
        err = scan_cells(o, rows[i].row);
    }
    return err;
}

static enum nb_err author_rows(struct output *o)
{
    struct nb_report_author *rows = NULL;
    size_t n = 0;
    enum nb_err err = nb_report_authors(o->report, 0, o->arena, &rows, &n);
    titles(&o->csv, "author documents negative positive comments score");
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        struct nb_slice name = {NULL, 0};
        err = nb_report_line(rows[i].author, NB_REPORT_LINE_BYTES, o->scratch, &name);
        nb_csv_str(&o->csv, name);
        nb_csv_int(&o->csv, (int64_t)rows[i].documents_n);
        nb_csv_int(&o->csv, (int64_t)rows[i].negative_n);
        nb_csv_int(&o->csv, (int64_t)rows[i].positive_n);
        nb_csv_int(&o->csv, (int64_t)rows[i].comments_n);
        nb_csv_milli(&o->csv, rows[i].score_milli);
        nb_csv_end_row(&o->csv);
        nb_arena_reset(o->scratch);
        err = err == NB_OK ? drain(o) : err;
    }
    return err;
}

static void day_cells(struct nb_csv *csv, const struct nb_report *report, int64_t day_ms,
                      const struct nb_report_counts *counted)
{
    nb_csv_time(csv, day_ms, nb_report_offset(report, day_ms));
    counts(csv, counted);
    nb_csv_end_row(csv);
}

static enum nb_err day_rows(struct output *o)
{
    const struct nb_report *report = o->report;
    struct nb_csv *csv = &o->csv;
    titles(csv, "day documents negative neutral positive score");
    for (size_t i = 0; i < report->history_n; i++) {
        day_cells(csv, report, report->history[i].day_ms, &report->history[i].counts);
    }
    if (report->days_n == 1) {
        day_cells(csv, report, report->day_ms, &report->day);
        return NB_OK;
    }
    for (size_t i = 0; i < report->slots_n; i++) {
        day_cells(csv, report, report->slots[i].from_ms, &report->slots[i].counts);
    }
    return NB_OK;
}

static enum nb_err hour_rows(struct output *o)
{
    const struct nb_report *report = o->report;
    struct nb_csv *csv = &o->csv;
    titles(csv, "from documents negative neutral positive score usual low high");
    for (size_t i = 0; i < report->slots_n; i++) {
        const struct nb_report_slot *slot = &report->slots[i];
        nb_csv_time(csv, slot->from_ms, nb_report_offset(report, slot->from_ms));
        counts(csv, &slot->counts);
        milli_cell(csv, slot->usual_milli);
        milli_cell(csv, slot->low_milli);
        milli_cell(csv, slot->high_milli);
        nb_csv_end_row(csv);
    }
    return NB_OK;
}

static enum nb_err influencer_rows(struct output *o)
{
    const struct nb_report *report = o->report;
    struct nb_csv *csv = &o->csv;
    titles(csv, "author posts score sentiment evidence");
    for (size_t i = 0; i < report->influencers_list_n; i++) {
        const struct nb_influencer *row = &report->influencers[i];
        nb_csv_str(csv, row->author);
        nb_csv_int(csv, (int64_t)row->posts_n);
        milli_cell(csv, row->score_milli);
        milli_cell(csv, row->sentiment_milli);
        const char *mark = report->influencer_marks[i].mark;
        nb_csv_str(csv, nb_slice_str(mark && mark[0]
                                         ? nb_arena_printf(o->arena, "%s | %s", mark, row->evidence)
                                         : row->evidence));
        nb_csv_end_row(csv);
    }
    return NB_OK;
}

static enum nb_err alert_rows(struct output *o)
{
    const struct nb_report *report = o->report;
    struct nb_csv *csv = &o->csv;
    titles(csv, "time kind severity value expected negative");
    for (size_t i = 0; i < report->alerts_n; i++) {
        const struct nb_incident *alert = report->alerts[i];
        nb_csv_time(csv, alert->at_ms, nb_report_offset(report, alert->at_ms));
        nb_csv_str(csv, nb_slice_str(nb_form_name(alert->form)));
        nb_csv_int(csv, alert->severity);
        nb_csv_int(csv, (int64_t)alert->value);
        nb_csv_milli(csv, alert->expected_milli);
        nb_csv_int(csv, (int64_t)alert->negative_n);
        nb_csv_end_row(csv);
    }
    return NB_OK;
}

static enum nb_err share_rows(struct output *o)
{
    const struct nb_report *report = o->report;
    struct nb_csv *csv = &o->csv;
    titles(csv, "topic documents share");
    for (size_t i = 0; i < report->share_n; i++) {
        nb_csv_str(csv, report->share[i].topic);
        nb_csv_int(csv, (int64_t)report->share[i].documents_n);
        nb_csv_milli(csv, report->share[i].share_milli);
        nb_csv_end_row(csv);
    }
    return NB_OK;
}

static enum nb_err term_rows(struct output *o)
{
    const struct nb_rising *rising = &o->report->rising;
    titles(&o->csv, "term with root documents of before of deviation");
    for (size_t i = 0; i < rising->terms_n; i++) {
        const struct nb_rising_term *term = &rising->terms[i];
        nb_csv_str(&o->csv, term->text);
        nb_csv_str(&o->csv, term->with);
        nb_csv_str(&o->csv, term->root);
        nb_csv_int(&o->csv, (int64_t)term->n);
        nb_csv_int(&o->csv, (int64_t)rising->documents_n);
        nb_csv_int(&o->csv, (int64_t)term->before_n);
        nb_csv_int(&o->csv, (int64_t)rising->before_n);
        nb_csv_milli(&o->csv, term->deviation_milli);
        nb_csv_end_row(&o->csv);
    }
    return NB_OK;
}

static enum nb_err silence_rows(struct output *o)
{
    const struct nb_rising *rising = &o->report->rising;
    int64_t from_ms = o->report->rising_from_ms;
    titles(&o->csv, "site before since");
    for (size_t i = 0; i < rising->silent_n; i++) {
        nb_csv_str(&o->csv, rising->silent[i].site);
        nb_csv_int(&o->csv, (int64_t)rising->silent[i].before_n);
        nb_csv_time(&o->csv, from_ms, nb_report_offset(o->report, from_ms));
        nb_csv_end_row(&o->csv);
    }
    return NB_OK;
}

static enum nb_err event_rows(struct output *o)
{
    const struct nb_report *report = o->report;
    struct nb_csv *csv = &o->csv;
    titles(csv, "type people before class");
    for (size_t i = 0; i < report->events_n; i++) {
        const struct nb_event_row *row = &report->events[i];
        nb_csv_str(csv, nb_slice_str(nb_event_type_name(row->type)));
        nb_csv_int(csv, (int64_t)row->people);
        if (row->sensitive && !row->before) {
            nb_csv_str(csv, NB_LIT(""));
        } else {
            nb_csv_int(csv, (int64_t)row->before);
        }
        nb_csv_str(csv, row->sensitive ? NB_LIT("sensitive") : NB_LIT("ordinary"));
        nb_csv_end_row(csv);
    }
    return NB_OK;
}

/* in the order of NB_DIGEST_ROW_SETS */
static const struct {
    const char *name;
    enum nb_err (*write)(struct output *o);
} sets[] = {
    {"mentions", mention_rows}, {"days", day_rows},        {"hours", hour_rows},
    {"stories", story_rows},    {"waiting", waiting_rows}, {"questions", question_rows},
    {"praise", praise_rows},    {"authors", author_rows},  {"influencers", influencer_rows},
    {"alerts", alert_rows},     {"terms", term_rows},      {"silence", silence_rows},
    {"share", share_rows},      {"events", event_rows},
};

enum nb_err nb_digest_rows(const struct nb_report *report, const char *set,
                           const struct nb_digest_sink *sink, struct nb_arena *arena,
                           struct nb_buf *out, struct nb_error *error)
{
    struct output o = {.report = report, .sink = sink, .arena = arena, .error = error};
    enum nb_err err = NB_EINVAL;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        if (strcmp(sets[i].name, set) == 0) {
            o.scratch = nb_arena_new(SCRATCH_BYTES);
            nb_csv_init(&o.csv, out);
            err = o.scratch ? sets[i].write(&o) : NB_ENOMEM;
            nb_arena_free(o.scratch);
            return err == NB_OK ? nb_buf_finish(out, NULL) : err;
        }
    }
    return err;
}
