/**
 * Rendering a report: XML (what the stylesheet sees), HTML by the stylesheet, text for a terminal
 * of 80 columns, JSON for programs, CSV rows to recount from.
 *
 * HTML goes through XSLT because teams change pages. Text is laid out in C from the same model:
 * wrapping by display columns, bars and right-aligned figures are what XSLT 1.0 cannot say.
 *
 * The same report and labels give the same bytes.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_DIGEST_RENDER_H
#define NABIZ_DIGEST_RENDER_H

#include <nabiz/buf.h>

#include "service/digest/charts.h"
#include "service/digest/labels.h"
#include "service/digest/collect.h"
#include "service/digest/xml.h"
#include "service/digest/xslt.h"

#define NB_DIGEST_MAX_BYTES (8u << 20)

/* Rows shown of each list; what is not shown is counted. */
#define NB_DIGEST_SHOWN 5
#define NB_DIGEST_TERMS 8

/** One sentence of the headline: how it is meant, and finished text. */
enum nb_tone { NB_TONE_NEUTRAL, NB_TONE_GOOD, NB_TONE_BAD };

struct nb_headline {
    enum nb_tone tone;
    struct nb_slice text;
};

#define NB_HEADLINES_MAX 7

/** What changed, most important first. @return how many; results live in the arena. */
size_t nb_digest_headline(const struct nb_report *report, const struct nb_labels *labels,
                          struct nb_arena *arena, struct nb_headline out[NB_HEADLINES_MAX]);

/** How far a figure is from what is usual, in percent. @return false when usually there is none. */
bool nb_digest_change(uint64_t of, int64_t usual_milli, int64_t *percent);

/** What it is compared with, in words: "the last 4 Saturdays". In the arena. */
struct nb_slice nb_digest_basis(const struct nb_report *report, const struct nb_labels *labels,
                                struct nb_arena *arena);

/** "14:30" in the report's zone. In the arena. */
struct nb_slice nb_digest_time(const struct nb_report *report, int64_t at_ms,
                               const struct nb_labels *labels, struct nb_arena *arena);

/** Name of a slot: "09" of an hour, "Sat" of a day. In the arena. */
struct nb_slice nb_digest_slot(const struct nb_report *report, size_t slot,
                               const struct nb_labels *labels, struct nb_arena *arena);

/** The day, or "16 - 22 November 2026" of a week. In the arena. */
struct nb_slice nb_digest_date(const struct nb_report *report, const struct nb_labels *labels,
                               struct nb_arena *arena);

/** A term as shown, with its companion: "depo + kutu". In the arena. */
struct nb_slice nb_digest_term(const struct nb_rising_term *term, struct nb_arena *arena);

/** How much a silent site usually says, in words. In the arena. */
struct nb_slice nb_digest_silence(const struct nb_report *report, size_t silent,
                                  const struct nb_labels *labels, struct nb_arena *arena);

#define NB_REASONS_MAX 9

/** Why an alert, one sentence each. @return how many; results live in the arena. */
size_t nb_digest_reasons(const struct nb_report *report, const struct nb_incident *alert,
                         const struct nb_labels *labels, struct nb_arena *arena,
                         struct nb_slice out[NB_REASONS_MAX]);

/** What the score of the i-th influencer rests on, after what stands out of it, in one line in the
 * arena. */
struct nb_slice nb_digest_evidence(const struct nb_report *report, size_t i,
                                   const struct nb_labels *labels, struct nb_arena *arena);

/** People of a life event: "23"; of a sensitive type "20+", or "-" when there are too few. */
struct nb_slice nb_digest_people(const struct nb_event_row *row, uint64_t people,
                                 const struct nb_labels *labels, struct nb_arena *arena);

/** Label of its type. */
struct nb_slice nb_digest_event(const struct nb_event_row *row, const struct nb_labels *labels,
                                struct nb_arena *arena);

/** What a page is made of: the charts are there by their src only. */
struct nb_page {
    const struct nb_report *report;
    const struct nb_labels *labels;
    const struct nb_chart *charts;
    size_t charts_n;
};

/** The model as a tree with the labels in it. Errors stay in xml. */
void nb_digest_xml(const struct nb_page *page, struct nb_arena *arena, struct nb_xml *xml);

/** @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_EREFUSED (the stylesheet: see nb_xslt_apply). */
enum nb_err nb_digest_html(const struct nb_page *page, const struct nb_xslt *xslt,
                           struct nb_arena *arena, struct nb_buf *out,
                           struct nb_error *error) NB_MUSTUSE;

/** For a terminal of NB_DIGEST_COLUMNS. @return NB_OK, NB_ENOMEM, NB_ETOOBIG. */
#define NB_DIGEST_COLUMNS 80
enum nb_err nb_digest_text(const struct nb_report *report, const struct nb_labels *labels,
                           struct nb_arena *arena, struct nb_buf *out) NB_MUSTUSE;

/** Every number of the model, all rows of every list. @return NB_OK, NB_ENOMEM, NB_ETOOBIG. */
enum nb_err nb_digest_json(const struct nb_report *report, struct nb_buf *out) NB_MUSTUSE;

/** Takes what fills a buffer on the way. @return NB_OK, or what stops the writing. */
struct nb_digest_sink {
    enum nb_err (*write)(void *arg, struct nb_slice bytes);
    void *arg;
};

/**
 * Names of row sets, "a|b|c", and one of them as CSV, while the report's snapshot is open.
 * @param sink  gets all but the last of it; NULL: everything stays in out.
 * @return NB_OK, NB_EINVAL (no such set), NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT, NB_EIO.
 */
#define NB_DIGEST_ROW_SETS                                                                         \
    "mentions|days|hours|stories|terms|waiting|questions|praise|authors|influencers|alerts|"       \
    "silence|share|events"
enum nb_err nb_digest_rows(const struct nb_report *report, const char *set,
                           const struct nb_digest_sink *sink, struct nb_arena *arena,
                           struct nb_buf *out, struct nb_error *error) NB_MUSTUSE;

#endif
