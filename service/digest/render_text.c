/*
 * Text for a terminal of 80 columns, also the plain part of a mail. Every line is built in a
 * buffer, padded by display columns, not bytes; texts wrap at spaces and a word that is wider than
 * the line is cut into pieces.
 */
#include "service/digest/render.h"

#include <nabiz/text.h>

#define CHART_ROWS 4
#define INDENT 2

struct page {
    const struct nb_report *report;
    const struct nb_labels *labels;
    struct nb_arena *arena;
    struct nb_buf *out;
};

static struct nb_slice label(const struct page *p, const char *id)
{
    return nb_label(p->labels, id);
}

static struct nb_slice count(const struct page *p, uint64_t n)
{
    return nb_label_count(p->labels, p->arena, (int64_t)n);
}

static void spaces(const struct page *p, size_t n)
{
    for (; n > 0; n--) {
        nb_buf_add_byte(p->out, ' ');
    }
}

/* Padding at the end of a line is taken back. */
static void line_end(const struct page *p)
{
    while (p->out->len > 0 && p->out->p[p->out->len - 1] == ' ') {
        p->out->len--;
    }
    nb_buf_add_byte(p->out, '\n');
}

static void pad_left(const struct page *p, struct nb_slice text, size_t columns)
{
    size_t width = nb_text_columns(text);
    spaces(p, width < columns ? columns - width : 0);
    nb_buf_add(p->out, text);
}

static void pad_right(const struct page *p, struct nb_slice text, size_t columns)
{
    struct nb_slice fit = nb_text_cut_columns(text, columns);
    nb_buf_add(p->out, fit);
    spaces(p, columns - nb_text_columns(fit));
}

static void rule(const struct page *p, char c, size_t columns)
{
    for (; columns > 0; columns--) {
        nb_buf_add_byte(p->out, c);
    }
    line_end(p);
}

/* The longest start of text that fits, cut at a space where there is one. */
static struct nb_slice wrap_piece(struct nb_slice text, size_t columns)
{
    struct nb_slice fit = nb_text_cut_columns(text, columns);
    if (fit.len == text.len) {
        return fit;
    }
    if (fit.len == 0) { /* one character wider than the room: it goes out alone */
        size_t pos = 0;
        (void)nb_utf8_next(text, &pos);
        return nb_slice_sub(text, 0, pos);
    }
    for (size_t i = fit.len; i > 0; i--) {
        if (text.p[i] == ' ') {
            return nb_slice_sub(text, 0, i);
        }
    }
    return fit;
}

/* text from column `hang` on; the first line begins where the cursor is, `hang` columns in. */
static void wrap(const struct page *p, struct nb_slice text, size_t hang)
{
    bool first = true;
    for (struct nb_slice rest = nb_slice_trim(text); rest.len > 0;) {
        struct nb_slice piece = wrap_piece(rest, NB_DIGEST_COLUMNS - hang);
        if (!first) {
            spaces(p, hang);
        }
        nb_buf_add(p->out, nb_slice_trim(piece));
        line_end(p);
        rest = nb_slice_trim(nb_slice_sub(rest, piece.len, rest.len));
        first = false;
    }
    if (first) {
        line_end(p);
    }
}

static void wrap_in(const struct page *p, struct nb_slice text, size_t hang)
{
    if (text.len > 0) {
        spaces(p, hang);
        wrap(p, text, hang);
    }
}

static void section(const struct page *p, const char *id)
{
    struct nb_slice title = label(p, id);
    line_end(p);
    nb_buf_add(p->out, title);
    line_end(p);
    rule(p, '-', nb_text_columns(title));
}

/* Never wrapped: it is there to be copied. */
static void command(const struct page *p, const char *text)
{
    nb_buf_addf(p->out, "  $ %s\n", text);
}

static void more(const struct page *p, size_t n, size_t list_n)
{
    size_t shown_n = list_n < NB_DIGEST_SHOWN ? list_n : NB_DIGEST_SHOWN;
    if (n > shown_n) {
        const struct nb_label_value values[] = {{"n", count(p, n - shown_n)}, {NULL, {NULL, 0}}};
        wrap_in(p, nb_label_fill(p->labels, p->arena, "more", values), INDENT);
    }
}

static size_t shown(size_t n)
{
    return n < NB_DIGEST_SHOWN ? n : NB_DIGEST_SHOWN;
}

static void write_head(const struct page *p)
{
    static const char *const marks[] = {"  - ", "  + ", "  ! "};
    const struct nb_report *report = p->report;
    struct nb_headline lines[NB_HEADLINES_MAX];
    const struct nb_label_value values[] = {{"topic", report->topic}, {NULL, {NULL, 0}}};
    const char *title = report->days_n == 7 ? "title.week" : "title";
    wrap(p, nb_label_fill(p->labels, p->arena, title, values), 0);
    wrap(p, nb_digest_date(report, p->labels, p->arena), 0);
    rule(p, '=', NB_DIGEST_COLUMNS);
    size_t n = nb_digest_headline(report, p->labels, p->arena, lines);
    for (size_t i = 0; i < n; i++) {
        nb_buf_add_str(p->out, marks[lines[i].tone]);
        wrap(p, lines[i].text, 4);
    }
}

static void count_row(const struct page *p, const char *id, uint64_t n, int64_t usual_milli)
{
    int64_t percent = 0;
    bool compared = nb_digest_change(n, usual_milli, &percent);
    spaces(p, INDENT);
    pad_right(p, label(p, id), 22);
    pad_left(p, count(p, n), 12);
    if (p->report->usual.n > 0) {
        int decimals = usual_milli % 1000 ? 1 : 0;
        pad_left(p, nb_label_milli(p->labels, p->arena, usual_milli, decimals), 20);
    }
    if (compared) {
        struct nb_slice text =
            nb_label_percent(p->labels, p->arena, percent < 0 ? -percent : percent);
        pad_left(p, text, 18);
        nb_buf_add_str(p->out, percent > 0 ? " ↑" : (percent < 0 ? " ↓" : " ="));
    }
    line_end(p);
}

static void write_counts(const struct page *p)
{
    const struct nb_report *report = p->report;
    const struct nb_report_usual *usual = &report->usual;
    section(p, "section.counts");
    if (usual->n > 0) {
        spaces(p, INDENT + 22);
        pad_left(p, label(p, report->days_n == 7 ? "counts.week" : "counts.day"), 12);
        pad_left(p, label(p, "counts.mean"), 20);
        pad_left(p, label(p, "counts.change"), 18);
        line_end(p);
    }
    count_row(p, "count.documents", report->day.documents_n, usual->documents_milli);
    count_row(p, "count.negative", report->day.negative_n, usual->negative_milli);
    count_row(p, "count.neutral", report->day.neutral_n, usual->neutral_milli);
    count_row(p, "count.positive", report->day.positive_n, usual->positive_milli);
    command(p, report->commands.counts);
    if (usual->n > 0) {
        command(p, report->commands.history);
    }
}

/* One slot is some columns; a row of the chart is eight eighths. */
static void chart_cell(const struct page *p, uint64_t n, uint64_t most, uint64_t row,
                       size_t columns)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    uint64_t eighths = (n * 8 * CHART_ROWS + most - 1) / most;
    uint64_t below = row * 8;
    uint64_t here = eighths > below ? eighths - below : 0;
    for (size_t i = 1; i < columns; i++) {
        nb_buf_add_str(p->out, blocks[here > 8 ? 8 : here]);
    }
    nb_buf_add_byte(p->out, ' ');
}

static void write_slots(const struct page *p)
{
    const struct nb_report *report = p->report;
    bool week = report->days_n == 7;
    size_t columns = week ? 9 : 3;
    uint64_t most = 1;
    for (size_t i = 0; i < report->slots_n; i++) {
        uint64_t n = report->slots[i].counts.documents_n;
        most = n > most ? n : most;
    }
    section(p, week ? "section.days" : "section.hours");
    for (uint64_t row = CHART_ROWS; row > 0; row--) {
        spaces(p, INDENT);
        for (size_t i = 0; i < report->slots_n; i++) {
            chart_cell(p, report->slots[i].counts.documents_n, most, row - 1, columns);
        }
        if (row == CHART_ROWS && report->slots_n < NB_REPORT_SLOTS_MAX) {
            nb_buf_add(p->out, count(p, most));
        }
        line_end(p);
    }
    spaces(p, INDENT);
    for (size_t i = 0; i < report->slots_n; i++) {
        bool shown_here = week || i % 3 == 0;
        struct nb_slice name = nb_digest_slot(report, i, p->labels, p->arena);
        pad_right(p, shown_here ? name : nb_slice(NULL, 0), columns);
    }
    line_end(p);
    command(p, report->commands.hours);
}

static void write_alerts(const struct page *p)
{
    const struct nb_report *report = p->report;
    if (report->alerts_n == 0) {
        return;
    }
    section(p, "section.alerts");
    for (size_t i = 0; i < shown(report->alerts_n); i++) {
        const struct nb_incident *alert = report->alerts[i];
        const char *form = nb_arena_printf(p->arena, "alert.%s", nb_form_name(alert->form));
        const struct nb_label_value values[] = {
            {"time", nb_digest_time(report, alert->at_ms, p->labels, p->arena)},
            {"form", label(p, form ? form : "")},
            {"severity", count(p, alert->severity)},
            {"value", count(p, alert->value)},
            {"expected", nb_label_milli(p->labels, p->arena, alert->expected_milli, 1)},
            {NULL, {NULL, 0}}};
        wrap_in(p, nb_label_fill(p->labels, p->arena, "alert.line", values), INDENT);
        struct nb_slice reasons[NB_REASONS_MAX];
        size_t n = nb_digest_reasons(report, alert, p->labels, p->arena, reasons);
        for (size_t j = 0; j < n; j++) {
            wrap_in(p, reasons[j], 5);
        }
    }
    more(p, report->alerts_n, report->alerts_n);
    command(p, report->commands.alerts);
}

static void document_lines(const struct page *p, const struct nb_report_document *document)
{
    struct nb_slice text = document->title.len > 0 ? document->title : document->excerpt;
    wrap(p, text.len > 0 ? text : label(p, "no_text"), 5);
}

static void address_line(const struct page *p, const struct nb_report_document *document)
{
    if (document->url.len > 0) { /* not wrapped: it is there to be followed */
        spaces(p, 5);
        nb_buf_add(p->out, document->url);
        line_end(p);
    }
}

static void number_mark(const struct page *p, size_t i)
{
    nb_buf_addf(p->out, "  %zu. ", i + 1);
}

static void write_stories(const struct page *p)
{
    const struct nb_report *report = p->report;
    section(p, "section.stories");
    for (size_t i = 0; i < shown(report->stories_list_n); i++) {
        const struct nb_report_story *story = &report->stories[i];
        const struct nb_label_value values[] = {{"documents", count(p, story->documents_n)},
                                                {"authors", count(p, story->authors_n)},
                                                {"comments", count(p, story->comments_n)},
                                                {"links", count(p, story->links_n)},
                                                {"negative", count(p, story->negative_n)},
                                                {"positive", count(p, story->positive_n)},
                                                {"site", story->best.site},
                                                {NULL, {NULL, 0}}};
        number_mark(p, i);
        document_lines(p, &story->best);
        wrap_in(p, nb_label_fill(p->labels, p->arena, "story.line", values), 5);
        address_line(p, &story->best);
    }
    more(p, report->stories_n, report->stories_list_n);
    command(p, report->commands.stories);
}

static void write_terms(const struct page *p)
{
    const struct nb_rising *rising = &p->report->rising;
    if (rising->terms_n == 0) {
        return;
    }
    section(p, "section.terms");
    for (size_t i = 0; i < rising->terms_n && i < NB_DIGEST_TERMS; i++) {
        const struct nb_rising_term *term = &rising->terms[i];
        const struct nb_label_value values[] = {{"n", count(p, term->n)},
                                                {"of", count(p, rising->documents_n)},
                                                {"before", count(p, term->before_n)},
                                                {"all", count(p, rising->before_n)},
                                                {NULL, {NULL, 0}}};
        spaces(p, INDENT);
        pad_right(p, nb_digest_term(term, p->arena), 27);
        nb_buf_add_byte(p->out, ' ');
        wrap(p, nb_label_fill(p->labels, p->arena, "term.line", values), INDENT + 28);
    }
    command(p, p->report->commands.terms);
}

static void write_silence(const struct page *p)
{
    const struct nb_rising *rising = &p->report->rising;
    if (rising->silent_n == 0) {
        return;
    }
    section(p, "section.silence");
    for (size_t i = 0; i < shown(rising->silent_n); i++) {
        spaces(p, INDENT);
        pad_right(p, rising->silent[i].site, 37);
        nb_buf_add_byte(p->out, ' ');
        wrap(p, nb_digest_silence(p->report, i, p->labels, p->arena), INDENT + 38);
    }
    more(p, rising->silent_n, rising->silent_n);
    command(p, p->report->commands.silence);
}

static void waiting_rows(const struct page *p, const struct nb_report_waiting *rows, size_t n)
{
    for (size_t i = 0; i < shown(n); i++) {
        const struct nb_report_waiting *row = &rows[i];
        const struct nb_label_value values[] = {
            {"age", nb_label_age(p->labels, p->arena, row->age_min)},
            {"name", row->document.name},
            {"site", row->document.site},
            {NULL, {NULL, 0}}};
        number_mark(p, i);
        document_lines(p, &row->document);
        wrap_in(p,
                nb_label_fill(p->labels, p->arena, row->overdue ? "waiting.late" : "waiting.line",
                              values),
                5);
        address_line(p, &row->document);
    }
}

static void write_waiting(const struct page *p)
{
    const struct nb_report *report = p->report;
    section(p, "section.waiting");
    if (report->waiting_n == 0) {
        wrap_in(p, label(p, "waiting.none"), INDENT);
    }
    waiting_rows(p, report->waiting, report->waiting_list_n);
    more(p, report->waiting_n, report->waiting_list_n);
    command(p, report->commands.waiting);
}

static void write_questions(const struct page *p)
{
    const struct nb_report *report = p->report;
    if (report->questions_n == 0) {
        return;
    }
    section(p, "section.questions");
    waiting_rows(p, report->questions, report->questions_list_n);
    more(p, report->questions_n, report->questions_list_n);
    command(p, report->commands.questions);
}

static void write_praise(const struct page *p)
{
    const struct nb_report *report = p->report;
    if (report->praise_n == 0) {
        return;
    }
    section(p, "section.praise");
    for (size_t i = 0; i < shown(report->praise_list_n); i++) {
        const struct nb_report_document *document = &report->praise[i];
        const struct nb_label_value values[] = {
            {"name", document->name},
            {"site", document->site},
            {"score", nb_label_milli(p->labels, p->arena, document->score_milli, 2)},
            {NULL, {NULL, 0}}};
        number_mark(p, i);
        document_lines(p, document);
        wrap_in(p, nb_label_fill(p->labels, p->arena, "praise.line", values), 5);
        address_line(p, document);
    }
    more(p, report->praise_n, report->praise_list_n);
    command(p, report->commands.praise);
}

static struct nb_slice milli(const struct page *p, int32_t value_milli)
{
    return value_milli == NB_UNKNOWN_MILLI ? label(p, "unknown")
                                           : nb_label_milli(p->labels, p->arena, value_milli, 2);
}

static void people_head(const struct page *p, const char *fourth)
{
    spaces(p, INDENT + 44);
    pad_left(p, label(p, "people.documents"), 10);
    pad_left(p, label(p, fourth), 12);
    pad_left(p, label(p, "people.score"), 10);
    line_end(p);
}

static void person(const struct page *p, struct nb_slice author, uint64_t documents_n,
                   struct nb_slice fourth, int32_t score_milli)
{
    spaces(p, INDENT);
    pad_right(p, author, 43);
    nb_buf_add_byte(p->out, ' ');
    pad_left(p, count(p, documents_n), 10);
    pad_left(p, fourth, 12);
    pad_left(p, milli(p, score_milli), 10);
    line_end(p);
}

static void write_loudest(const struct page *p)
{
    const struct nb_report *report = p->report;
    if (report->loudest_n == 0) {
        return;
    }
    section(p, "section.loudest");
    people_head(p, "people.comments");
    for (size_t i = 0; i < shown(report->loudest_list_n); i++) {
        const struct nb_report_author *row = &report->loudest[i];
        person(p, row->author, row->documents_n, count(p, row->comments_n), row->score_milli);
    }
    more(p, report->loudest_n, report->loudest_list_n);
    command(p, report->commands.loudest);
}

static void write_influencers(const struct page *p)
{
    const struct nb_report *report = p->report;
    if (report->influencers_n == 0) {
        return;
    }
    section(p, "section.influencers");
    people_head(p, "people.influence");
    for (size_t i = 0; i < shown(report->influencers_list_n); i++) {
        const struct nb_influencer *row = &report->influencers[i];
        person(p, row->author, row->posts_n, milli(p, row->score_milli), row->sentiment_milli);
        wrap_in(p, nb_digest_evidence(report, i, p->labels, p->arena), 5);
    }
    more(p, report->influencers_n, report->influencers_list_n);
    command(p, report->commands.influencers);
}

static void write_share(const struct page *p)
{
    const struct nb_report *report = p->report;
    if (report->share_n < 2) {
        return;
    }
    section(p, "section.share");
    for (size_t i = 0; i < shown(report->share_n); i++) {
        const struct nb_report_share *row = &report->share[i];
        int32_t percent = (row->share_milli + 5) / 10;
        nb_buf_add_str(p->out, nb_slice_eq(row->topic, report->topic) ? "> " : "  ");
        pad_right(p, row->topic, 24);
        pad_left(p, count(p, row->documents_n), 9);
        pad_left(p, nb_label_percent(p->labels, p->arena, percent), 7);
        nb_buf_add_byte(p->out, ' ');
        for (int32_t bar = 0; bar < (row->share_milli * 36 + 999) / 1000; bar++) {
            nb_buf_add_str(p->out, "█");
        }
        line_end(p);
    }
    more(p, report->share_n, report->share_n);
    command(p, report->commands.share);
}

static void write_events(const struct page *p)
{
    const struct nb_report *report = p->report;
    if (report->events_n == 0) {
        return;
    }
    section(p, "section.events");
    spaces(p, INDENT + 44);
    pad_left(p, label(p, "events.people"), 10);
    pad_left(p, label(p, "events.before"), 20);
    line_end(p);
    for (size_t i = 0; i < shown(report->events_n); i++) {
        const struct nb_event_row *row = &report->events[i];
        spaces(p, INDENT);
        pad_right(p, nb_digest_event(row, p->labels, p->arena), 43);
        nb_buf_add_byte(p->out, ' ');
        pad_left(p, nb_digest_people(row, row->people, p->labels, p->arena), 10);
        pad_left(p, nb_digest_people(row, row->before, p->labels, p->arena), 20);
        line_end(p);
    }
    more(p, report->events_n, report->events_n);
    command(p, report->commands.events);
}

static void (*const sections[NB_SECTIONS_N])(const struct page *p) = {
    [NB_SECTION_ALERTS] = write_alerts,       [NB_SECTION_FIGURES] = write_counts,
    [NB_SECTION_HOURS] = write_slots,         [NB_SECTION_STORIES] = write_stories,
    [NB_SECTION_TERMS] = write_terms,         [NB_SECTION_WAITING] = write_waiting,
    [NB_SECTION_QUESTIONS] = write_questions, [NB_SECTION_PRAISE] = write_praise,
    [NB_SECTION_AUTHORS] = write_loudest,     [NB_SECTION_INFLUENCERS] = write_influencers,
    [NB_SECTION_SILENCE] = write_silence,     [NB_SECTION_SHARE] = write_share,
    [NB_SECTION_EVENTS] = write_events};

enum nb_err nb_digest_text(const struct nb_report *report, const struct nb_labels *labels,
                           struct nb_arena *arena, struct nb_buf *out)
{
    struct page page = {report, labels, arena, out};
    write_head(&page);
    for (enum nb_section i = 0; !nb_report_empty(report) && i < NB_SECTIONS_N; i++) {
        if (nb_report_shows(report, i)) {
            sections[i](&page);
        }
    }
    enum nb_err err = nb_buf_finish(out, NULL);
    return err == NB_OK && nb_arena_failed(arena) ? NB_ENOMEM : err;
}
