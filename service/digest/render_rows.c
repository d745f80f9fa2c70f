/*
 * Rows to count again from, one set per section of the digest, for a spreadsheet set to Turkish or
 * for `wc`, `grep` and `sort`. Nothing is left out of a set.
 */
#include "service/digest/render.h"

#include <stdio.h>

#include <nabiz/csv.h>
#include <nabiz/date.h>

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
    nb_csv_time(csv, document->at_ms, report->offset_min);
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

static void count_cells(struct nb_csv *csv, const struct nb_report_counts *counts)
{
    nb_csv_int(csv, (int64_t)counts->documents_n);
    nb_csv_int(csv, (int64_t)counts->negative_n);
    nb_csv_int(csv, (int64_t)counts->neutral_n);
    nb_csv_int(csv, (int64_t)counts->positive_n);
    nb_csv_milli(csv, nb_report_score(counts));
    nb_csv_end_row(csv);
}

static void mention_rows(const struct nb_report *report, struct nb_csv *csv)
{
    titles(csv, DOCUMENT_TITLES);
    for (size_t i = 0; i < report->documents_n; i++) {
        document_cells(csv, report, &report->documents[i]);
    }
}

static void day_rows(const struct nb_report *report, struct nb_csv *csv)
{
    titles(csv, "day documents negative neutral positive score");
    for (size_t i = 0; i <= report->history_n; i++) {
        bool before = i < report->history_n;
        nb_csv_time(csv, before ? report->history[i].day_ms : report->day_ms, report->offset_min);
        count_cells(csv, before ? &report->history[i].counts : &report->day);
    }
}

static void hour_rows(const struct nb_report *report, struct nb_csv *csv)
{
    titles(csv, "hour documents negative neutral positive score");
    for (size_t i = 0; i < 24; i++) {
        nb_csv_int(csv, (int64_t)i);
        count_cells(csv, &report->hours[i]);
    }
}

/* A story is named by its place in the digest: rows of one story share it. */
static void story_rows(const struct nb_report *report, struct nb_csv *csv)
{
    titles(csv, "story " DOCUMENT_TITLES);
    for (size_t i = 0; i < report->stories_n; i++) {
        for (size_t k = 0; k < report->documents_n; k++) {
            if (report->documents[k].story == report->stories[i].best->story) {
                nb_csv_int(csv, (int64_t)i + 1);
                document_cells(csv, report, &report->documents[k]);
            }
        }
    }
}

static void waiting_rows(const struct nb_report *report, struct nb_csv *csv)
{
    titles(csv, "age_min overdue " DOCUMENT_TITLES);
    for (size_t i = 0; i < report->waiting_n; i++) {
        nb_csv_int(csv, report->waiting[i].age_min);
        nb_csv_int(csv, report->waiting[i].overdue);
        document_cells(csv, report, report->waiting[i].document);
    }
}

static void praise_rows(const struct nb_report *report, struct nb_csv *csv)
{
    titles(csv, DOCUMENT_TITLES);
    for (size_t i = 0; i < report->praise_n; i++) {
        document_cells(csv, report, report->praise[i]);
    }
}

static void author_rows(const struct nb_report *report, struct nb_csv *csv)
{
    titles(csv, "author documents negative positive comments score");
    for (size_t i = 0; i < report->loudest_n; i++) {
        const struct nb_report_author *row = &report->loudest[i];
        nb_csv_str(csv, row->author);
        nb_csv_int(csv, (int64_t)row->documents_n);
        nb_csv_int(csv, (int64_t)row->negative_n);
        nb_csv_int(csv, (int64_t)row->positive_n);
        nb_csv_int(csv, (int64_t)row->comments_n);
        nb_csv_milli(csv, row->score_milli);
        nb_csv_end_row(csv);
    }
}

static void milli_cell(struct nb_csv *csv, int32_t value_milli)
{
    if (value_milli == NB_UNKNOWN_MILLI) {
        nb_csv_str(csv, NB_LIT("-"));
    } else {
        nb_csv_milli(csv, value_milli);
    }
}

static void influencer_rows(const struct nb_report *report, struct nb_csv *csv)
{
    titles(csv, "author posts score sentiment evidence");
    for (size_t i = 0; i < report->influencers_n; i++) {
        const struct nb_influencer *row = &report->influencers[i];
        nb_csv_str(csv, row->author);
        nb_csv_int(csv, (int64_t)row->posts_n);
        milli_cell(csv, row->score_milli);
        milli_cell(csv, row->sentiment_milli);
        nb_csv_str(csv, nb_slice_str(row->evidence));
        nb_csv_end_row(csv);
    }
}

static void alert_rows(const struct nb_report *report, struct nb_csv *csv)
{
    titles(csv, "time kind severity value expected negative");
    for (size_t i = 0; i < report->alerts_n; i++) {
        const struct nb_incident *alert = report->alerts[i];
        nb_csv_time(csv, alert->at_ms, report->offset_min);
        nb_csv_str(csv, nb_slice_str(nb_form_name(alert->form)));
        nb_csv_int(csv, alert->severity);
        nb_csv_int(csv, (int64_t)alert->value);
        nb_csv_milli(csv, alert->expected_milli);
        nb_csv_int(csv, (int64_t)alert->negative_n);
        nb_csv_end_row(csv);
    }
}

static void share_rows(const struct nb_report *report, struct nb_csv *csv)
{
    titles(csv, "topic documents share");
    for (size_t i = 0; i < report->share_n; i++) {
        nb_csv_str(csv, report->share[i].topic);
        nb_csv_int(csv, (int64_t)report->share[i].documents_n);
        nb_csv_milli(csv, report->share[i].share_milli);
        nb_csv_end_row(csv);
    }
}

static void event_rows(const struct nb_report *report, struct nb_csv *csv)
{
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
}

/* in the order of NB_DIGEST_ROW_SETS */
static const struct {
    const char *name;
    void (*write)(const struct nb_report *report, struct nb_csv *csv);
} sets[] = {
    {"mentions", mention_rows}, {"days", day_rows},
    {"hours", hour_rows},       {"stories", story_rows},
    {"waiting", waiting_rows},  {"praise", praise_rows},
    {"authors", author_rows},   {"influencers", influencer_rows},
    {"alerts", alert_rows},     {"share", share_rows},
    {"events", event_rows},
};

enum nb_err nb_digest_rows(const struct nb_report *report, const char *set, struct nb_buf *out)
{
    struct nb_csv csv;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        if (strcmp(sets[i].name, set) == 0) {
            nb_csv_init(&csv, out);
            sets[i].write(report, &csv);
            return nb_buf_finish(out, NULL);
        }
    }
    return NB_EINVAL;
}
