/*
 * Reasons in the words of the labels: why an alert, what a score rests on, how many people. Names
 * come from the web and are cleaned as everything that is shown.
 */
#include "service/digest/render.h"

#include <nabiz/date.h>

#include "analyzer/alerts/incident.h"

#define NAME_MAX_BYTES 120

static struct nb_slice shown_name(const struct nb_labels *labels, struct nb_arena *arena,
                                  const char *name)
{
    struct nb_slice line = {NULL, 0};
    if (nb_report_line(nb_field(name), NAME_MAX_BYTES, arena, &line) != NB_OK) {
        return line; /* the arena remembers */
    }
    return line.len > 0 ? line : nb_label(labels, "unknown");
}

/* "a (4), b (3) and 2 more" */
static struct nb_slice name_list(Nb__NameCount *const *rows, size_t n, uint64_t names_n,
                                 const struct nb_labels *labels, struct nb_arena *arena)
{
    struct nb_slice list = {NULL, 0};
    for (size_t i = 0; i < n; i++) {
        const struct nb_label_value values[] = {
            {"name", shown_name(labels, arena, rows[i]->name)},
            {"n", nb_label_count(labels, arena, (int64_t)rows[i]->count)},
            {NULL, {NULL, 0}}};
        struct nb_slice item = nb_label_fill(labels, arena, "list.name", values);
        list = nb_slice_str(
            nb_arena_printf(arena, "%.*s%s%.*s", NB_ARG(list), i > 0 ? ", " : "", NB_ARG(item)));
    }
    if (names_n > n) {
        const struct nb_label_value values[] = {
            {"n", nb_label_count(labels, arena, (int64_t)(names_n - n))}, {NULL, {NULL, 0}}};
        struct nb_slice more = nb_label_fill(labels, arena, "more", values);
        list = nb_slice_str(nb_arena_printf(arena, "%.*s %.*s", NB_ARG(list), NB_ARG(more)));
    }
    return list;
}

/* How it stood at the end of the period, as far as alarms until then say. */
static struct nb_slice state_of(const struct nb_report *report, const struct nb_incident *alert,
                                const struct nb_labels *labels, struct nb_arena *arena)
{
    int64_t quiet_ms = report->end_ms - alert->alarm_ms;
    const char *id = quiet_ms >= NB_INCIDENT_CLOSE_MS  ? "alert.state.closed"
                     : quiet_ms >= NB_INCIDENT_CALM_MS ? "alert.state.calm"
                                                       : "alert.state.open";
    const struct nb_label_value values[] = {
        {"last", nb_digest_time(report, alert->alarm_ms, labels, arena)}, {NULL, {NULL, 0}}};
    return nb_label_fill(labels, arena, id, values);
}

static struct nb_slice chain_of(const struct nb_report *report, const struct nb_incident *alert,
                                const struct nb_labels *labels, struct nb_arena *arena)
{
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)alert->chain_n)},
        {"author", shown_name(labels, arena, alert->chain[0]->author)},
        {"time", nb_digest_time(report, alert->chain[0]->at_ms, labels, arena)},
        {NULL, {NULL, 0}}};
    return nb_label_fill(labels, arena, "alert.why.chain", values);
}

/* What only some incidents have. @return how many of them. */
static size_t more_reasons(const struct nb_report *report, const struct nb_incident *alert,
                           const struct nb_labels *labels, struct nb_arena *arena,
                           struct nb_slice *out)
{
    size_t n = 0;
    if (alert->n_terms > 0) {
        const struct nb_label_value values[] = {
            {"terms", name_list(alert->terms, alert->n_terms, alert->n_terms, labels, arena)},
            {NULL, {NULL, 0}}};
        out[n++] = nb_label_fill(labels, arena, "alert.why.terms", values);
    }
    if (alert->n_chain > 0 && alert->chain_n > 1) {
        out[n++] = chain_of(report, alert, labels, arena);
    }
    if (nb_slice_eq(nb_field(alert->coordination), NB_LIT("coordinated"))) {
        out[n++] = nb_label(labels, "alert.why.coordinated");
    }
    return n;
}

size_t nb_digest_reasons(const struct nb_report *report, const struct nb_incident *alert,
                         const struct nb_labels *labels, struct nb_arena *arena,
                         struct nb_slice out[NB_REASONS_MAX])
{
    size_t n = 0;
    if (alert->has_alarm_ms) {
        out[n++] = state_of(report, alert, labels, arena);
    }
    if (!alert->has_limit_milli) {
        return n; /* nothing but the figures of the alert's own line */
    }
    const struct nb_label_value values[] = {
        {"hour", nb_digest_time(report, alert->hour_ms, labels, arena)},
        {"limit", nb_label_milli(labels, arena, alert->limit_milli, 1)},
        {"hours", nb_label_milli(labels, arena, (int64_t)(alert->span_ms / 3600), 1)},
        {"value", nb_label_count(labels, arena, (int64_t)alert->read_n)},
        {"negative", nb_label_count(labels, arena, (int64_t)alert->negative_n)},
        {"sites", name_list(alert->sites, alert->n_sites, alert->sites_n, labels, arena)},
        {"authors", name_list(alert->authors, alert->n_authors, alert->authors_n, labels, arena)},
        {"time", nb_digest_time(report, alert->first_ms, labels, arena)},
        {"first", shown_name(labels, arena, alert->first_author)},
        {NULL, {NULL, 0}}};
    static const char *const ids[] = {"alert.why.usual", "alert.why.negative", "alert.why.sites",
                                      "alert.why.authors", "alert.why.first"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        out[n++] = nb_label_fill(labels, arena, ids[i], values);
    }
    return n + more_reasons(report, alert, labels, arena, out + n);
}

struct nb_slice nb_digest_evidence(const struct nb_report *report, size_t i,
                                   const struct nb_labels *labels, struct nb_arena *arena)
{
    static const char *const ids[] = {
        [NB_FINDING_COORDINATED] = "finding.coordinated",
        [NB_FINDING_CONTRADICTED] = "finding.contradicted",
        [NB_FINDING_SHOUTING] = "finding.shouting",
        [NB_FINDING_TRUSTED] = "finding.trusted",
        [NB_FINDING_HALF_TRUSTED] = "finding.half-trusted",
        [NB_FINDING_DISBELIEVED] = "finding.disbelieved",
        [NB_FINDING_QUIET] = "finding.quiet",
        [NB_FINDING_ORDINARY] = NULL,
    };
    const struct nb_influencer *who = &report->influencers[i];
    const struct nb_mark *mark = &report->influencer_marks[i];
    const struct nb_label_value values[] = {
        {"sites", nb_label_count(labels, arena, (int64_t)who->sites_n)},
        {"authors", nb_label_count(labels, arena, (int64_t)who->answering_n)},
        {"documents", nb_label_count(labels, arena, (int64_t)who->posts_n)},
        {"shouting", nb_label_count(labels, arena, (int64_t)who->shouting_n)},
        {NULL, {NULL, 0}}};
    struct nb_slice why = nb_label_fill(labels, arena, "influencer.why", values);
    if (!mark->mark || !ids[mark->finding]) {
        return why;
    }
    struct nb_slice found = nb_label_fill(labels, arena, ids[mark->finding], values);
    return nb_slice_str(nb_arena_printf(arena, "%.*s | %.*s", NB_ARG(found), NB_ARG(why)));
}

struct nb_slice nb_digest_people(const struct nb_event_row *row, uint64_t people,
                                 const struct nb_labels *labels, struct nb_arena *arena)
{
    struct nb_slice number = nb_label_count(labels, arena, (int64_t)people);
    if (!row->sensitive) {
        return number;
    }
    return people ? nb_slice_str(nb_arena_printf(arena, "%.*s+", NB_ARG(number))) : NB_LIT("-");
}

struct nb_slice nb_digest_event(const struct nb_event_row *row, const struct nb_labels *labels,
                                struct nb_arena *arena)
{
    const char *id = nb_arena_printf(arena, "event.%s", nb_event_type_name(row->type));
    return nb_label(labels, id ? id : "");
}

struct nb_slice nb_digest_term(const struct nb_rising_term *term, struct nb_arena *arena)
{
    struct nb_slice first = {NULL, 0}, second = {NULL, 0};
    if (nb_report_line(term->text, NAME_MAX_BYTES, arena, &first) != NB_OK || !term->with.len ||
        nb_report_line(term->with, NAME_MAX_BYTES, arena, &second) != NB_OK) {
        return first;
    }
    return nb_slice_str(nb_arena_printf(arena, "%.*s + %.*s", NB_ARG(first), NB_ARG(second)));
}

struct nb_slice nb_digest_silence(const struct nb_report *report, size_t silent,
                                  const struct nb_labels *labels, struct nb_arena *arena)
{
    int64_t days = (report->day_ms - report->rising_from_ms + NB_DAY_MS - 1) / NB_DAY_MS;
    const struct nb_label_value values[] = {
        {"n", nb_label_count(labels, arena, (int64_t)report->rising.silent[silent].before_n)},
        {"d", nb_label_count(labels, arena, days)},
        {NULL, {NULL, 0}}};
    return nb_label_fill(labels, arena, "silence.usual", values);
}
