/*
 * The tree a stylesheet sees; docs/digest.md describes it. Numbers are there twice: as they are,
 * and as the language writes them (attributes ending in -text), because XSLT's own formatting knows
 * neither Turkish percent signs nor Turkish dates.
 */
#include "service/digest/render.h"

#define HOUR_BAR_MAX 48 /* pixels of the tallest hour */

struct view {
    const struct nb_report *report;
    const struct nb_labels *labels;
    struct nb_arena *arena;
    struct nb_xml *xml;
};

static void attr_str(struct view *v, const char *name, const char *text)
{
    nb_xml_attr(v->xml, name, nb_slice_str(text));
}

/* name="1234" name-text="1.234" */
static void attr_count(struct view *v, const char *name, const char *name_text, uint64_t n)
{
    nb_xml_attr_int(v->xml, name, (int64_t)n);
    nb_xml_attr(v->xml, name_text, nb_label_count(v->labels, v->arena, (int64_t)n));
}

static void attr_milli(struct view *v, const char *name, const char *name_text, int64_t value_milli,
                       int decimals)
{
    if (value_milli == NB_UNKNOWN_MILLI) {
        nb_xml_attr(v->xml, name_text, nb_label(v->labels, "unknown"));
        return;
    }
    nb_xml_attr_int(v->xml, name, value_milli);
    nb_xml_attr(v->xml, name_text, nb_label_milli(v->labels, v->arena, value_milli, decimals));
}

static void write_labels(struct view *v)
{
    nb_xml_open(v->xml, "labels");
    for (size_t i = 0; i < nb_labels_n(v->labels); i++) {
        struct nb_slice id;
        struct nb_slice text;
        nb_labels_at(v->labels, i, &id, &text);
        nb_xml_open(v->xml, "l");
        nb_xml_attr(v->xml, "id", id);
        nb_xml_text(v->xml, text);
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_headline(struct view *v)
{
    static const char *const tones[] = {"neutral", "good", "bad"};
    struct nb_headline lines[NB_HEADLINES_MAX];
    size_t n = nb_digest_headline(v->report, v->labels, v->arena, lines);
    nb_xml_open(v->xml, "headline");
    for (size_t i = 0; i < n; i++) {
        nb_xml_open(v->xml, "line");
        attr_str(v, "tone", tones[lines[i].tone]);
        nb_xml_text(v->xml, lines[i].text);
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_count(struct view *v, const char *id, uint64_t n, int64_t usual_milli)
{
    int64_t percent = 0;
    nb_xml_open(v->xml, "count");
    attr_str(v, "id", id);
    attr_count(v, "n", "n-text", n);
    if (v->report->usual.n > 0) {
        attr_milli(v, "usual-milli", "usual-text", usual_milli, usual_milli % 1000 ? 1 : 0);
    }
    if (nb_digest_change(n, usual_milli, &percent)) {
        nb_xml_attr_int(v->xml, "change", percent);
        nb_xml_attr(v->xml, "change-text",
                    nb_label_percent(v->labels, v->arena, percent < 0 ? -percent : percent));
    }
    nb_xml_close(v->xml);
}

static void write_counts(struct view *v)
{
    const struct nb_report_counts *day = &v->report->day;
    const struct nb_report_usual *usual = &v->report->usual;
    nb_xml_open(v->xml, "counts");
    attr_str(v, "command", v->report->commands.counts);
    attr_str(v, "history-command", v->report->commands.history);
    nb_xml_attr_int(v->xml, "compared", (int64_t)usual->n);
    if (usual->n > 0) {
        nb_xml_attr(v->xml, "basis", nb_digest_basis(v->report, v->labels, v->arena));
    }
    write_count(v, "documents", day->documents_n, usual->documents_milli);
    write_count(v, "negative", day->negative_n, usual->negative_milli);
    write_count(v, "neutral", day->neutral_n, usual->neutral_milli);
    write_count(v, "positive", day->positive_n, usual->positive_milli);
    nb_xml_open(v->xml, "score");
    attr_milli(v, "milli", "text", nb_report_score(day), 2);
    attr_milli(v, "usual-milli", "usual-text",
               usual->has_score ? usual->score_milli : NB_UNKNOWN_MILLI, 2);
    nb_xml_close(v->xml);
    nb_xml_close(v->xml);
}

static void write_slot(struct view *v, size_t i, uint64_t most)
{
    const struct nb_report_slot *slot = &v->report->slots[i];
    const struct nb_report_counts *counts = &slot->counts;
    uint64_t bar = (counts->documents_n * HOUR_BAR_MAX + most - 1) / most;
    uint64_t negative = (counts->negative_n * HOUR_BAR_MAX + most - 1) / most;
    negative = negative < bar ? negative : bar;
    nb_xml_open(v->xml, "slot");
    nb_xml_attr(v->xml, "name", nb_digest_slot(v->report, i, v->labels, v->arena));
    attr_count(v, "n", "n-text", counts->documents_n);
    nb_xml_attr_int(v->xml, "negative", (int64_t)counts->negative_n);
    nb_xml_attr_int(v->xml, "bar", (int64_t)(bar - negative));
    nb_xml_attr_int(v->xml, "bar-negative", (int64_t)negative);
    attr_milli(v, "usual-milli", "usual-text", slot->usual_milli, 1);
    attr_milli(v, "low-milli", "low-text", slot->low_milli, 1);
    attr_milli(v, "high-milli", "high-text", slot->high_milli, 1);
    nb_xml_close(v->xml);
}

static void write_slots(struct view *v)
{
    uint64_t most = 1;
    for (size_t i = 0; i < v->report->slots_n; i++) {
        uint64_t n = v->report->slots[i].counts.documents_n;
        most = n > most ? n : most;
    }
    nb_xml_open(v->xml, "slots");
    attr_str(v, "unit", v->report->days_n == 7 ? "day" : "hour");
    attr_str(v, "command", v->report->commands.hours);
    attr_count(v, "most", "most-text", most);
    for (size_t i = 0; i < v->report->slots_n; i++) {
        write_slot(v, i, most);
    }
    nb_xml_close(v->xml);
}

/* Opens a list with its command, and how many of how many it shows. */
static size_t open_list(struct view *v, const char *element, const char *command, size_t n,
                        size_t list_n)
{
    size_t shown = list_n < NB_DIGEST_SHOWN ? list_n : NB_DIGEST_SHOWN;
    nb_xml_open(v->xml, element);
    attr_str(v, "command", command);
    attr_count(v, "n", "n-text", n);
    if (n > shown) {
        attr_count(v, "more", "more-text", n - shown);
    }
    return shown;
}

static void write_document(struct view *v, const struct nb_report_document *document)
{
    nb_xml_attr_int(v->xml, "number", (int64_t)document->number);
    attr_str(v, "kind", nb_kind_name(document->kind));
    attr_str(v, "label", nb_label_name(document->label));
    nb_xml_attr(v->xml, "time", nb_digest_time(v->report, document->at_ms, v->labels, v->arena));
    attr_milli(v, "score-milli", "score-text", document->score_milli, 2);
    attr_count(v, "comments", "comments-text", document->comments_n);
    attr_count(v, "links", "links-text", document->links_n);
    nb_xml_leaf(v->xml, "title", document->title);
    nb_xml_leaf(v->xml, "excerpt", document->excerpt);
    nb_xml_leaf(v->xml, "url", document->url);
    nb_xml_leaf(v->xml, "author", document->author);
    nb_xml_leaf(v->xml, "name", document->name);
    nb_xml_leaf(v->xml, "site", document->site);
}

static void write_stories(struct view *v)
{
    const struct nb_report *report = v->report;
    size_t n = open_list(v, "stories", report->commands.stories, report->stories_n,
                         report->stories_list_n);
    for (size_t i = 0; i < n; i++) {
        const struct nb_report_story *story = &report->stories[i];
        nb_xml_open(v->xml, "story");
        attr_count(v, "documents", "documents-text", story->documents_n);
        attr_count(v, "authors", "authors-text", story->authors_n);
        attr_count(v, "negative", "negative-text", story->negative_n);
        attr_count(v, "positive", "positive-text", story->positive_n);
        attr_count(v, "all-comments", "all-comments-text", story->comments_n);
        attr_count(v, "all-links", "all-links-text", story->links_n);
        write_document(v, &story->best);
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

/* "34 of 1.000, before 2 of 5.000" */
static void write_terms(struct view *v)
{
    const struct nb_rising *rising = &v->report->rising;
    size_t n = rising->terms_n < NB_DIGEST_TERMS ? rising->terms_n : NB_DIGEST_TERMS;
    nb_xml_open(v->xml, "terms");
    attr_str(v, "command", v->report->commands.terms);
    attr_count(v, "of", "of-text", rising->documents_n);
    attr_count(v, "before-of", "before-of-text", rising->before_n);
    for (size_t i = 0; i < n; i++) {
        const struct nb_rising_term *term = &rising->terms[i];
        nb_xml_open(v->xml, "term");
        nb_xml_attr(v->xml, "text", nb_digest_term(term, v->arena));
        attr_count(v, "n", "n-text", term->n);
        attr_count(v, "before", "before-text", term->before_n);
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_silence(struct view *v)
{
    const struct nb_rising *rising = &v->report->rising;
    size_t n =
        open_list(v, "silence", v->report->commands.silence, rising->silent_n, rising->silent_n);
    for (size_t i = 0; i < n; i++) {
        nb_xml_open(v->xml, "silent");
        nb_xml_attr(v->xml, "site", rising->silent[i].site);
        nb_xml_attr(v->xml, "text", nb_digest_silence(v->report, i, v->labels, v->arena));
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_waiting_rows(struct view *v, const char *element,
                               const struct nb_report_waiting *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        nb_xml_open(v->xml, element);
        nb_xml_attr_int(v->xml, "age-min", rows[i].age_min);
        nb_xml_attr(v->xml, "age-text", nb_label_age(v->labels, v->arena, rows[i].age_min));
        attr_str(v, "overdue", rows[i].overdue ? "yes" : "no");
        write_document(v, &rows[i].document);
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_waiting(struct view *v)
{
    const struct nb_report *report = v->report;
    size_t n = open_list(v, "waiting", report->commands.waiting, report->waiting_n,
                         report->waiting_list_n);
    attr_count(v, "overdue", "overdue-text", report->overdue_n);
    write_waiting_rows(v, "complaint", report->waiting, n);
}

static void write_questions(struct view *v)
{
    const struct nb_report *report = v->report;
    size_t n = open_list(v, "questions", report->commands.questions, report->questions_n,
                         report->questions_list_n);
    write_waiting_rows(v, "question", report->questions, n);
}

static void write_praise(struct view *v)
{
    const struct nb_report *report = v->report;
    size_t n =
        open_list(v, "praises", report->commands.praise, report->praise_n, report->praise_list_n);
    for (size_t i = 0; i < n; i++) {
        nb_xml_open(v->xml, "praise");
        write_document(v, &report->praise[i]);
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_loudest(struct view *v)
{
    const struct nb_report *report = v->report;
    size_t n = open_list(v, "loudest", report->commands.loudest, report->loudest_n,
                         report->loudest_list_n);
    for (size_t i = 0; i < n; i++) {
        const struct nb_report_author *row = &report->loudest[i];
        nb_xml_open(v->xml, "person");
        attr_count(v, "documents", "documents-text", row->documents_n);
        attr_count(v, "negative", "negative-text", row->negative_n);
        attr_count(v, "positive", "positive-text", row->positive_n);
        attr_count(v, "comments", "comments-text", row->comments_n);
        attr_milli(v, "score-milli", "score-text", row->score_milli, 2);
        nb_xml_leaf(v->xml, "name", row->name);
        nb_xml_leaf(v->xml, "author", row->author);
        nb_xml_leaf(v->xml, "site", row->site);
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_influencers(struct view *v)
{
    const struct nb_report *report = v->report;
    size_t n = open_list(v, "influencers", report->commands.influencers, report->influencers_n,
                         report->influencers_list_n);
    for (size_t i = 0; i < n; i++) {
        const struct nb_influencer *row = &report->influencers[i];
        nb_xml_open(v->xml, "person");
        attr_count(v, "documents", "documents-text", row->posts_n);
        attr_milli(v, "influence-milli", "influence-text", row->score_milli, 2);
        attr_milli(v, "score-milli", "score-text", row->sentiment_milli, 2);
        nb_xml_leaf(v->xml, "name", row->name.len > 0 ? row->name : row->author);
        nb_xml_leaf(v->xml, "author", row->author);
        nb_xml_leaf(v->xml, "site", row->site);
        nb_xml_leaf(v->xml, "evidence", nb_digest_evidence(report, i, v->labels, v->arena));
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_alerts(struct view *v)
{
    const struct nb_report *report = v->report;
    size_t n = open_list(v, "alerts", report->commands.alerts, report->alerts_n, report->alerts_n);
    for (size_t i = 0; i < n; i++) {
        const struct nb_incident *alert = report->alerts[i];
        const char *form = nb_arena_printf(v->arena, "alert.%s", nb_form_name(alert->form));
        nb_xml_open(v->xml, "alert");
        nb_xml_attr(v->xml, "form", nb_label(v->labels, form ? form : ""));
        nb_xml_attr(v->xml, "time", nb_digest_time(report, alert->at_ms, v->labels, v->arena));
        attr_count(v, "severity", "severity-text", alert->severity);
        attr_count(v, "value", "value-text", alert->value);
        attr_count(v, "negative", "negative-text", alert->negative_n);
        attr_milli(v, "expected-milli", "expected-text", alert->expected_milli, 1);
        struct nb_slice reasons[NB_REASONS_MAX];
        size_t reasons_n = nb_digest_reasons(report, alert, v->labels, v->arena, reasons);
        for (size_t j = 0; j < reasons_n; j++) {
            nb_xml_leaf(v->xml, "why", reasons[j]);
        }
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_share(struct view *v)
{
    const struct nb_report *report = v->report;
    size_t n = open_list(v, "share", report->commands.share, report->share_n, report->share_n);
    for (size_t i = 0; i < n; i++) {
        const struct nb_report_share *row = &report->share[i];
        nb_xml_open(v->xml, "topic");
        nb_xml_attr(v->xml, "name", row->topic);
        attr_str(v, "own", nb_slice_eq(row->topic, report->topic) ? "yes" : "no");
        attr_count(v, "documents", "documents-text", row->documents_n);
        nb_xml_attr_int(v->xml, "percent", (row->share_milli + 5) / 10);
        nb_xml_attr(v->xml, "percent-text",
                    nb_label_percent(v->labels, v->arena, (row->share_milli + 5) / 10));
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_events(struct view *v)
{
    const struct nb_report *report = v->report;
    size_t n = open_list(v, "events", report->commands.events, report->events_n, report->events_n);
    for (size_t i = 0; i < n; i++) {
        const struct nb_event_row *row = &report->events[i];
        nb_xml_open(v->xml, "event");
        nb_xml_attr(v->xml, "name", nb_digest_event(row, v->labels, v->arena));
        nb_xml_attr(v->xml, "people", nb_digest_people(row, row->people, v->labels, v->arena));
        nb_xml_attr(v->xml, "before", nb_digest_people(row, row->before, v->labels, v->arena));
        nb_xml_close(v->xml);
    }
    nb_xml_close(v->xml);
}

static void write_charts(struct view *v, const struct nb_page *page)
{
    for (size_t i = 0; i < page->charts_n; i++) {
        const struct nb_chart *chart = &page->charts[i];
        nb_xml_open(v->xml, "chart");
        attr_str(v, "id", chart->id);
        nb_xml_attr(v->xml, "src", chart->src);
        nb_xml_attr_int(v->xml, "width", chart->width);
        nb_xml_attr_int(v->xml, "height", chart->height);
        nb_xml_attr(v->xml, "alt", chart->alt);
        nb_xml_close(v->xml);
    }
}

static void (*const sections[NB_SECTIONS_N])(struct view *v) = {
    [NB_SECTION_ALERTS] = write_alerts,       [NB_SECTION_FIGURES] = write_counts,
    [NB_SECTION_HOURS] = write_slots,         [NB_SECTION_STORIES] = write_stories,
    [NB_SECTION_TERMS] = write_terms,         [NB_SECTION_WAITING] = write_waiting,
    [NB_SECTION_QUESTIONS] = write_questions, [NB_SECTION_PRAISE] = write_praise,
    [NB_SECTION_AUTHORS] = write_loudest,     [NB_SECTION_INFLUENCERS] = write_influencers,
    [NB_SECTION_SILENCE] = write_silence,     [NB_SECTION_SHARE] = write_share,
    [NB_SECTION_EVENTS] = write_events};

void nb_digest_xml(const struct nb_page *page, struct nb_arena *arena, struct nb_xml *xml)
{
    const struct nb_report *report = page->report;
    struct view v = {report, page->labels, arena, xml};
    nb_xml_open(xml, "digest");
    nb_xml_attr(xml, "topic", report->topic);
    attr_str(&v, "lang", nb_labels_lang(page->labels));
    nb_xml_attr(xml, "date", nb_digest_date(report, page->labels, arena));
    attr_str(&v, "period", report->days_n == 7 ? "week" : "day");
    attr_str(&v, "empty", nb_report_empty(report) ? "yes" : "no");
    write_labels(&v);
    write_charts(&v, page);
    write_headline(&v);
    for (enum nb_section i = 0; !nb_report_empty(report) && i < NB_SECTIONS_N; i++) {
        if (nb_report_shows(report, i)) {
            sections[i](&v);
        }
    }
    nb_xml_close(xml);
}

enum nb_err nb_digest_html(const struct nb_page *page, const struct nb_xslt *xslt,
                           struct nb_arena *arena, struct nb_buf *out, struct nb_error *error)
{
    struct nb_xml *xml = nb_xml_new();
    if (!xml) {
        return NB_ENOMEM;
    }
    nb_digest_xml(page, arena, xml);
    struct _xmlDoc *tree = nb_arena_failed(arena) ? NULL : nb_xml_tree(xml);
    enum nb_err err = tree ? nb_xslt_apply(xslt, tree, out, error) : NB_ENOMEM;
    nb_xml_free(xml);
    return err;
}
