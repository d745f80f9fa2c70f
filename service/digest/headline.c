/*
 * What changed, in sentences. Small wobbles are not news: a volume within a tenth of what is usual,
 * or a mean score within 0.05, is told as unchanged.
 */
#include "service/digest/render.h"

#include <stdio.h>

#include <nabiz/date.h>

#define SAME_PERCENT 10
#define SAME_MILLI 50
#define TERMS_N 4
#define TITLE_BYTES 120

bool nb_digest_change(uint64_t of, int64_t usual_milli, int64_t *percent)
{
    if (usual_milli <= 0 || of > INT64_MAX / 200000) {
        return false;
    }
    int64_t scaled = ((int64_t)of * 1000 - usual_milli) * 100;
    *percent = (scaled + (scaled < 0 ? -usual_milli / 2 : usual_milli / 2)) / usual_milli;
    return true;
}

struct nb_slice nb_digest_basis(const struct nb_report *report, const struct nb_labels *labels,
                                struct nb_arena *arena)
{
    struct nb_civil day = nb_civil_of(report->day_ms, nb_report_offset(report, report->day_ms));
    char weekday[24];
    (void)snprintf(weekday, sizeof(weekday), "weekday.%d", day.weekday + 1);
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)report->usual.n)},
        {"weekday", nb_label(labels, weekday)},
        {NULL, {NULL, 0}}};
    const char *id = report->days_n == 7      ? "basis.weeks"
                     : report->usual.weekdays ? "basis.weekdays"
                                              : "basis.days";
    return nb_label_fill(labels, arena, id, values);
}

struct nb_slice nb_digest_time(const struct nb_report *report, int64_t at_ms,
                               const struct nb_labels *labels, struct nb_arena *arena)
{
    return nb_label_time(labels, arena, at_ms, nb_report_offset(report, at_ms));
}

struct nb_slice nb_digest_slot(const struct nb_report *report, size_t slot,
                               const struct nb_labels *labels, struct nb_arena *arena)
{
    int64_t at_ms = report->slots[slot].from_ms;
    struct nb_civil civil = nb_civil_of(at_ms, nb_report_offset(report, at_ms));
    if (report->days_n == 1) {
        return nb_slice_str(nb_arena_printf(arena, "%02d", civil.hour));
    }
    char id[32];
    (void)snprintf(id, sizeof(id), "weekday.short.%d", civil.weekday + 1);
    return nb_label(labels, id);
}

struct nb_slice nb_digest_date(const struct nb_report *report, const struct nb_labels *labels,
                               struct nb_arena *arena)
{
    int64_t last_ms = report->end_ms - 1;
    int32_t offset = nb_report_offset(report, report->day_ms);
    if (report->days_n == 1) {
        return nb_label_date(labels, arena, report->day_ms, offset);
    }
    const struct nb_label_value values[] = {
        {"from", nb_label_day(labels, arena, report->day_ms, offset)},
        {"to", nb_label_day(labels, arena, last_ms, nb_report_offset(report, last_ms))},
        {NULL, {NULL, 0}}};
    return nb_label_fill(labels, arena, "format.week", values);
}

static struct nb_headline volume(const struct nb_report *report, const struct nb_labels *labels,
                                 struct nb_arena *arena)
{
    int64_t percent = 0;
    int64_t usual_milli = report->usual.documents_milli;
    bool compared = nb_digest_change(report->day.documents_n, usual_milli, &percent);
    const char *id = "headline.volume.same";
    if (report->day.documents_n == 0) {
        id = report->days_n == 7 ? "headline.volume.none.week" : "headline.volume.none";
    } else if (report->usual.n == 0) {
        id = "headline.volume.first";
    } else if (!compared) {
        id = "headline.volume.new";
    } else if (percent >= SAME_PERCENT) {
        id = "headline.volume.up";
    } else if (percent <= -SAME_PERCENT) {
        id = "headline.volume.down";
    }
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)report->day.documents_n)},
        {"usual", nb_label_milli(labels, arena, usual_milli, usual_milli % 1000 ? 1 : 0)},
        {"basis", nb_digest_basis(report, labels, arena)},
        {"p", nb_label_percent(labels, arena, percent < 0 ? -percent : percent)},
        {NULL, {NULL, 0}}};
    return (struct nb_headline){NB_TONE_NEUTRAL, nb_label_fill(labels, arena, id, values)};
}

static struct nb_headline sentiment(const struct nb_report *report, const struct nb_labels *labels,
                                    struct nb_arena *arena)
{
    int32_t now = nb_report_score(&report->day);
    int32_t before = report->usual.score_milli;
    enum nb_tone tone = NB_TONE_NEUTRAL;
    const char *id = "headline.sentiment.same";
    if (!report->usual.has_score) {
        id = "headline.sentiment.first";
    } else if (now - before >= SAME_MILLI) {
        id = "headline.sentiment.better";
        tone = NB_TONE_GOOD;
    } else if (before - now >= SAME_MILLI) {
        id = "headline.sentiment.worse";
        tone = NB_TONE_BAD;
    }
    const struct nb_label_value values[] = {{"s", nb_label_milli(labels, arena, now, 2)},
                                            {"b", nb_label_milli(labels, arena, before, 2)},
                                            {NULL, {NULL, 0}}};
    return (struct nb_headline){tone, nb_label_fill(labels, arena, id, values)};
}

/* When it was, of a week with its day. */
static struct nb_slice moment(const struct nb_report *report, int64_t at_ms,
                              const struct nb_labels *labels, struct nb_arena *arena)
{
    struct nb_slice time = nb_digest_time(report, at_ms, labels, arena);
    if (report->days_n == 1) {
        return time;
    }
    char id[32];
    struct nb_civil civil = nb_civil_of(at_ms, nb_report_offset(report, at_ms));
    (void)snprintf(id, sizeof(id), "weekday.%d", civil.weekday + 1);
    return nb_slice_str(
        nb_arena_printf(arena, "%.*s %.*s", NB_ARG(nb_label(labels, id)), NB_ARG(time)));
}

/* The gravest, and how many there are. */
static struct nb_headline alerts(const struct nb_report *report, const struct nb_labels *labels,
                                 struct nb_arena *arena)
{
    const struct nb_incident *worst = report->alerts[0];
    for (size_t i = 1; i < report->alerts_n; i++) {
        worst = report->alerts[i]->severity > worst->severity ? report->alerts[i] : worst;
    }
    const char *form = nb_arena_printf(arena, "alert.%s", nb_form_name(worst->form));
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)report->alerts_n)},
        {"time", moment(report, worst->at_ms, labels, arena)},
        {"form", nb_label(labels, form ? form : "")},
        {"severity", nb_label_count(labels, arena, worst->severity)},
        {"value", nb_label_count(labels, arena, (int64_t)worst->value)},
        {"expected", nb_label_milli(labels, arena, worst->expected_milli, 1)},
        {NULL, {NULL, 0}}};
    const char *id = report->alerts_n > 1 ? "headline.alerts" : "headline.alert";
    return (struct nb_headline){NB_TONE_BAD, nb_label_fill(labels, arena, id, values)};
}

static struct nb_headline waiting(const struct nb_report *report, const struct nb_labels *labels,
                                  struct nb_arena *arena)
{
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)report->waiting_n)},
        {"o", nb_label_count(labels, arena, (int64_t)report->overdue_n)},
        {"m", nb_label_count(labels, arena, NB_REPORT_REPLY_MIN)},
        {NULL, {NULL, 0}}};
    return (struct nb_headline){report->overdue_n > 0 ? NB_TONE_BAD : NB_TONE_NEUTRAL,
                                nb_label_fill(labels, arena, "headline.waiting", values)};
}

/* The first few that rose. */
static struct nb_headline terms(const struct nb_report *report, const struct nb_labels *labels,
                                struct nb_arena *arena)
{
    struct nb_slice list = {NULL, 0};
    for (size_t i = 0; i < report->rising.terms_n && i < TERMS_N; i++) {
        const struct nb_rising_term *term = &report->rising.terms[i];
        const struct nb_label_value values[] = {
            {"name", nb_digest_term(term, arena)},
            {"n", nb_label_count(labels, arena, (int64_t)term->n)},
            {NULL, {NULL, 0}}};
        struct nb_slice item = nb_label_fill(labels, arena, "list.name", values);
        list = nb_slice_str(
            nb_arena_printf(arena, "%.*s%s%.*s", NB_ARG(list), i > 0 ? ", " : "", NB_ARG(item)));
    }
    const struct nb_label_value values[] = {{"terms", list}, {NULL, {NULL, 0}}};
    return (struct nb_headline){NB_TONE_NEUTRAL,
                                nb_label_fill(labels, arena, "headline.terms", values)};
}

static struct nb_headline story(const struct nb_report *report, const struct nb_labels *labels,
                                struct nb_arena *arena)
{
    const struct nb_report_story *first = &report->stories[0];
    struct nb_slice title = {NULL, 0};
    struct nb_slice text = first->best.title.len > 0 ? first->best.title : first->best.excerpt;
    (void)!nb_report_line(text, TITLE_BYTES, arena, &title); /* the arena remembers */
    const struct nb_label_value values[] = {
        {"title", title.len > 0 ? title : nb_label(labels, "no_text")},
        {"n", nb_label_count(labels, arena, (int64_t)first->documents_n)},
        {"authors", nb_label_count(labels, arena, (int64_t)first->authors_n)},
        {"response", nb_label_count(labels, arena, (int64_t)(first->comments_n + first->links_n))},
        {NULL, {NULL, 0}}};
    bool bad = first->negative_n * 2 > first->documents_n;
    return (struct nb_headline){bad ? NB_TONE_BAD : NB_TONE_NEUTRAL,
                                nb_label_fill(labels, arena, "headline.story", values)};
}

static struct nb_headline behind(const struct nb_report *report, const struct nb_labels *labels,
                                 struct nb_arena *arena)
{
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)report->behind_n)}, {NULL, {NULL, 0}}};
    return (struct nb_headline){NB_TONE_NEUTRAL,
                                nb_label_fill(labels, arena, "headline.behind", values)};
}

size_t nb_digest_headline(const struct nb_report *report, const struct nb_labels *labels,
                          struct nb_arena *arena, struct nb_headline out[NB_HEADLINES_MAX])
{
    size_t n = 0;
    if (report->alerts_n > 0) {
        out[n++] = alerts(report, labels, arena);
    }
    out[n++] = volume(report, labels, arena);
    if (report->day.documents_n > 0) {
        out[n++] = sentiment(report, labels, arena);
    }
    if (report->stories_list_n > 0) {
        out[n++] = story(report, labels, arena);
    }
    if (report->rising.terms_n > 0) {
        out[n++] = terms(report, labels, arena);
    }
    if (report->waiting_n > 0) {
        out[n++] = waiting(report, labels, arena);
    }
    if (report->behind_n > 0) {
        out[n++] = behind(report, labels, arena);
    }
    return n;
}
