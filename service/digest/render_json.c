/*
 * JSON for programs: every number of the model and all rows of every list, free of language.
 */
#include "service/digest/render.h"

#include <stdio.h>

#include <nabiz/date.h>
#include <nabiz/json.h>

static void day_text(const struct nb_report *report, int64_t at_ms, char out[NB_RFC3339_BYTES])
{
    struct nb_civil day = nb_civil_of(at_ms, nb_report_offset(report, at_ms));
    (void)snprintf(out, NB_RFC3339_BYTES, "%04d-%02d-%02d", day.year, day.month, day.day);
}

static void json_milli(struct nb_json *j, const char *key, int32_t value_milli)
{
    nb_json_key(j, key);
    if (value_milli == NB_UNKNOWN_MILLI) {
        nb_json_null(j);
    } else {
        nb_json_int(j, value_milli);
    }
}

static void json_counts(struct nb_json *j, const struct nb_report_counts *counts)
{
    nb_json_kint(j, "documents", (int64_t)counts->documents_n);
    nb_json_kint(j, "negative", (int64_t)counts->negative_n);
    nb_json_kint(j, "neutral", (int64_t)counts->neutral_n);
    nb_json_kint(j, "positive", (int64_t)counts->positive_n);
    json_milli(j, "score_milli",
               counts->documents_n == 0 ? NB_UNKNOWN_MILLI : nb_report_score(counts));
}

/* n: of all rows, which may be more than are in the list; --rows has them */
static void open_list(struct nb_json *j, const char *name, const char *command, size_t n)
{
    nb_json_key(j, name);
    nb_json_object(j);
    nb_json_kcstr(j, "command", command);
    nb_json_kint(j, "n", (int64_t)n);
    nb_json_key(j, "rows");
    nb_json_array(j);
}

static void close_list(struct nb_json *j)
{
    nb_json_end(j);
    nb_json_end(j);
}

static void json_document(struct nb_json *j, const struct nb_report_document *document)
{
    nb_json_kint(j, "number", (int64_t)document->number);
    nb_json_ktime(j, "at", document->at_ms);
    nb_json_kcstr(j, "kind", nb_kind_name(document->kind));
    nb_json_kcstr(j, "label", nb_label_name(document->label));
    nb_json_kint(j, "score_milli", document->score_milli);
    nb_json_kstr(j, "author", document->author);
    nb_json_kstr(j, "site", document->site);
    nb_json_kstr(j, "name", document->name);
    nb_json_kstr(j, "url", document->url);
    nb_json_kstr(j, "title", document->title);
    nb_json_kstr(j, "excerpt", document->excerpt);
    nb_json_kint(j, "comments", (int64_t)document->comments_n);
    nb_json_kint(j, "links", (int64_t)document->links_n);
}

static void json_long_milli(struct nb_json *j, const char *key, int64_t value_milli)
{
    nb_json_key(j, key);
    if (value_milli == NB_UNKNOWN_MILLI) {
        nb_json_null(j);
    } else {
        nb_json_int(j, value_milli);
    }
}

static void json_usual(struct nb_json *j, const struct nb_report *report)
{
    const struct nb_report_usual *usual = &report->usual;
    nb_json_key(j, "usual");
    if (usual->n == 0) {
        nb_json_null(j);
        return;
    }
    nb_json_object(j);
    nb_json_kcstr(j, "of", report->days_n == 7 ? "weeks" : (usual->weekdays ? "weekdays" : "days"));
    nb_json_kint(j, "n", (int64_t)usual->n);
    nb_json_kint(j, "documents_milli", usual->documents_milli);
    nb_json_kint(j, "negative_milli", usual->negative_milli);
    nb_json_kint(j, "neutral_milli", usual->neutral_milli);
    nb_json_kint(j, "positive_milli", usual->positive_milli);
    nb_json_kint(j, "low_milli", usual->low_milli);
    nb_json_kint(j, "high_milli", usual->high_milli);
    json_milli(j, "score_milli", usual->has_score ? usual->score_milli : NB_UNKNOWN_MILLI);
    nb_json_end(j);
}

static void json_figures(struct nb_json *j, const struct nb_report *report)
{
    char day[NB_RFC3339_BYTES];
    nb_json_key(j, "counts");
    nb_json_object(j);
    nb_json_kcstr(j, "command", report->commands.counts);
    json_counts(j, &report->day);
    nb_json_end(j);
    open_list(j, "history", report->commands.history, report->history_n);
    for (size_t i = 0; i < report->history_n; i++) {
        day_text(report, report->history[i].day_ms, day);
        nb_json_object(j);
        nb_json_kcstr(j, "day", day);
        json_counts(j, &report->history[i].counts);
        nb_json_end(j);
    }
    close_list(j);
    json_usual(j, report);
    open_list(j, report->days_n == 7 ? "days" : "hours", report->commands.hours, report->slots_n);
    for (size_t i = 0; i < report->slots_n; i++) {
        const struct nb_report_slot *slot = &report->slots[i];
        nb_json_object(j);
        nb_json_ktime(j, "from", slot->from_ms);
        json_counts(j, &slot->counts);
        json_long_milli(j, "usual_milli", slot->usual_milli);
        json_long_milli(j, "low_milli", slot->low_milli);
        json_long_milli(j, "high_milli", slot->high_milli);
        nb_json_end(j);
    }
    close_list(j);
}

static void json_waiting(struct nb_json *j, const struct nb_report_waiting *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        nb_json_object(j);
        nb_json_kint(j, "age_min", rows[i].age_min);
        nb_json_kbool(j, "overdue", rows[i].overdue);
        json_document(j, &rows[i].document);
        nb_json_end(j);
    }
    close_list(j);
}

static void json_rising(struct nb_json *j, const struct nb_report *report)
{
    const struct nb_rising *rising = &report->rising;
    open_list(j, "terms", report->commands.terms, rising->terms_n);
    for (size_t i = 0; i < rising->terms_n; i++) {
        const struct nb_rising_term *term = &rising->terms[i];
        nb_json_object(j);
        nb_json_kstr(j, "term", term->text);
        nb_json_kstr(j, "with", term->with);
        nb_json_kstr(j, "root", term->root);
        nb_json_kint(j, "documents", (int64_t)term->n);
        nb_json_kint(j, "of", (int64_t)rising->documents_n);
        nb_json_kint(j, "before", (int64_t)term->before_n);
        nb_json_kint(j, "before_of", (int64_t)rising->before_n);
        nb_json_kint(j, "deviation_milli", term->deviation_milli);
        nb_json_end(j);
    }
    close_list(j);
    open_list(j, "silence", report->commands.silence, rising->silent_n);
    for (size_t i = 0; i < rising->silent_n; i++) {
        nb_json_object(j);
        nb_json_kstr(j, "site", rising->silent[i].site);
        nb_json_kint(j, "before", (int64_t)rising->silent[i].before_n);
        nb_json_ktime(j, "since", report->rising_from_ms);
        nb_json_end(j);
    }
    close_list(j);
}

static void json_documents(struct nb_json *j, const struct nb_report *report)
{
    open_list(j, "stories", report->commands.stories, report->stories_n);
    for (size_t i = 0; i < report->stories_list_n; i++) {
        const struct nb_report_story *story = &report->stories[i];
        nb_json_object(j);
        nb_json_kint(j, "documents", (int64_t)story->documents_n);
        nb_json_kint(j, "authors", (int64_t)story->authors_n);
        nb_json_kint(j, "negative", (int64_t)story->negative_n);
        nb_json_kint(j, "positive", (int64_t)story->positive_n);
        nb_json_kint(j, "all_comments", (int64_t)story->comments_n);
        nb_json_kint(j, "all_links", (int64_t)story->links_n);
        nb_json_key(j, "best");
        nb_json_object(j);
        json_document(j, &story->best);
        nb_json_end(j);
        nb_json_end(j);
    }
    close_list(j);
    json_rising(j, report);
    open_list(j, "waiting", report->commands.waiting, report->waiting_n);
    json_waiting(j, report->waiting, report->waiting_list_n);
    open_list(j, "questions", report->commands.questions, report->questions_n);
    json_waiting(j, report->questions, report->questions_list_n);
    open_list(j, "praise", report->commands.praise, report->praise_n);
    for (size_t i = 0; i < report->praise_list_n; i++) {
        nb_json_object(j);
        json_document(j, &report->praise[i]);
        nb_json_end(j);
    }
    close_list(j);
}

static void json_people(struct nb_json *j, const struct nb_report *report)
{
    open_list(j, "loudest", report->commands.loudest, report->loudest_n);
    for (size_t i = 0; i < report->loudest_list_n; i++) {
        const struct nb_report_author *row = &report->loudest[i];
        nb_json_object(j);
        nb_json_kstr(j, "author", row->author);
        nb_json_kstr(j, "site", row->site);
        nb_json_kstr(j, "name", row->name);
        nb_json_kint(j, "documents", (int64_t)row->documents_n);
        nb_json_kint(j, "negative", (int64_t)row->negative_n);
        nb_json_kint(j, "positive", (int64_t)row->positive_n);
        nb_json_kint(j, "comments", (int64_t)row->comments_n);
        nb_json_kint(j, "score_milli", row->score_milli);
        nb_json_end(j);
    }
    close_list(j);
    open_list(j, "influencers", report->commands.influencers, report->influencers_n);
    for (size_t i = 0; i < report->influencers_list_n; i++) {
        const struct nb_influencer *row = &report->influencers[i];
        nb_json_object(j);
        nb_json_kstr(j, "author", row->author);
        nb_json_kstr(j, "site", row->site);
        nb_json_kstr(j, "name", row->name);
        nb_json_kint(j, "posts", (int64_t)row->posts_n);
        json_milli(j, "score_milli", row->score_milli);
        json_milli(j, "sentiment_milli", row->sentiment_milli);
        nb_json_kcstr(j, "evidence", row->evidence);
        nb_json_kcstr(j, "mark", report->influencer_marks[i].mark);
        nb_json_end(j);
    }
    close_list(j);
}

static void json_alerts(struct nb_json *j, const struct nb_report *report)
{
    open_list(j, "alerts", report->commands.alerts, report->alerts_n);
    for (size_t i = 0; i < report->alerts_n; i++) {
        const struct nb_incident *alert = report->alerts[i];
        nb_json_object(j);
        nb_json_ktime(j, "at", alert->at_ms);
        nb_json_kcstr(j, "kind", nb_form_name(alert->form));
        nb_json_kint(j, "severity", alert->severity);
        nb_json_kint(j, "value", (int64_t)alert->value);
        nb_json_kint(j, "expected_milli", alert->expected_milli);
        nb_json_kint(j, "negative", (int64_t)alert->negative_n);
        nb_json_key(j, "why");
        nb_json_array(j);
        for (size_t k = 0; k < alert->n_why; k++) {
            nb_json_cstr(j, alert->why[k]);
        }
        nb_json_end(j);
        nb_json_end(j);
    }
    close_list(j);
    open_list(j, "share", report->commands.share, report->share_n);
    for (size_t i = 0; i < report->share_n; i++) {
        nb_json_object(j);
        nb_json_kstr(j, "topic", report->share[i].topic);
        nb_json_kint(j, "documents", (int64_t)report->share[i].documents_n);
        nb_json_kint(j, "share_milli", report->share[i].share_milli);
        nb_json_end(j);
    }
    close_list(j);
}

static void json_events(struct nb_json *j, const struct nb_report *report)
{
    open_list(j, "events", report->commands.events, report->events_n);
    for (size_t i = 0; i < report->events_n; i++) {
        const struct nb_event_row *row = &report->events[i];
        nb_json_object(j);
        nb_json_kcstr(j, "type", nb_event_type_name(row->type));
        nb_json_kint(j, "people", (int64_t)row->people);
        nb_json_key(j, "before");
        if (row->sensitive && !row->before) {
            nb_json_null(j);
        } else {
            nb_json_int(j, (int64_t)row->before);
        }
        nb_json_kcstr(j, "class", row->sensitive ? "sensitive" : "ordinary");
        nb_json_end(j);
    }
    close_list(j);
}

enum nb_err nb_digest_json(const struct nb_report *report, struct nb_buf *out)
{
    char day[NB_RFC3339_BYTES];
    struct nb_json j;
    day_text(report, report->day_ms, day);
    nb_json_init(&j, out, true);
    nb_json_object(&j);
    nb_json_kstr(&j, "topic", report->topic);
    nb_json_kcstr(&j, "day", day);
    nb_json_kint(&j, "days", (int64_t)report->days_n);
    nb_json_ktime(&j, "from", report->day_ms);
    nb_json_ktime(&j, "to", report->end_ms);
    nb_json_kbool(&j, "empty", nb_report_empty(report));
    nb_json_kint(&j, "not_analysed", (int64_t)report->behind_n);
    json_figures(&j, report);
    json_documents(&j, report);
    json_people(&j, report);
    json_alerts(&j, report);
    json_events(&j, report);
    nb_json_end(&j);
    nb_buf_add_byte(out, '\n');
    return nb_buf_finish(out, NULL);
}
