/**
 * Filling a report, and what is read of its scan later. See report.h.
 *
 * Threads: as the snapshot, which is the caller's, and so is the arena.
 */
#ifndef NABIZ_DIGEST_COLLECT_H
#define NABIZ_DIGEST_COLLECT_H

#include "service/digest/report.h"

/**
 * One clean line of at most max_bytes (up to NB_REPORT_LINE_BYTES): no controls, no direction
 * overrides, white space as single spaces; a longer text ends at a word with an ellipsis.
 * @param in   UTF-8.
 * @param out  [out] in arena.
 * @return NB_OK, NB_ENOMEM.
 */
#define NB_REPORT_LINE_BYTES 280
enum nb_err nb_report_line(struct nb_slice in, size_t max_bytes, struct nb_arena *arena,
                           struct nb_slice *out) NB_MUSTUSE;

struct nb_report_options {
    struct nb_slice topic;
    int64_t day_ms;                         /* any moment of the first day */
    size_t days_n;                          /* 1 or 7 */
    const struct nb_zone *zone;             /* of days and times; kept */
    const char *zone_name;                  /* for the commands; NULL: that of the configuration */
    size_t list_n;                          /* rows of a list; 0: NB_REPORT_LIST_MAX */
    bool all_people;                        /* but all influencers */
    uint32_t sections;                      /* that are shown; 0: all */
    const struct nb_event_classes *classes; /* NULL: all types are sensitive */
};

/**
 * Fill the model.
 * @param analysis  a snapshot of the analysis store, kept for nb_report_document().
 * @param log       for titles, addresses and texts, kept too; NULL: it goes without them.
 * @param arena     owns everything in the report.
 * @return NB_OK, NB_ENOMEM (the arena's limit), NB_ECORRUPT, NB_EIO.
 */
enum nb_err nb_report_collect(struct nb_txn *analysis, struct nb_log *log,
                              const struct nb_report_options *options, struct nb_arena *arena,
                              struct nb_report *out, struct nb_error *error) NB_MUSTUSE;

/** What the lists of documents are picked by. */
enum nb_report_pick { NB_PICK_ALL, NB_PICK_WAITING, NB_PICK_QUESTIONS, NB_PICK_PRAISE };

/** Rows of the scan, all of them, in the order of their list. */
enum nb_err nb_report_order(const struct nb_report *report, enum nb_report_pick pick,
                            struct nb_arena *arena, const uint32_t **out, size_t *out_n) NB_MUSTUSE;

/**
 * One document of the scan with its texts, while snapshot and log are open.
 * @param arena  owns the texts.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, NB_EIO.
 */
enum nb_err nb_report_document(const struct nb_report *report, uint32_t row, struct nb_arena *arena,
                               struct nb_report_document *out, struct nb_error *error) NB_MUSTUSE;

/**
 * Authors of the scan, most documents first; names are handles.
 * @param limit  of the list; 0: all.
 */
enum nb_err nb_report_authors(const struct nb_report *report, size_t limit, struct nb_arena *arena,
                              struct nb_report_author **out, size_t *out_n) NB_MUSTUSE;

/** For each row of the scan the place of its story in the list of stories, from 0. */
enum nb_err nb_report_story_places(const struct nb_report *report, struct nb_arena *arena,
                                   size_t **out) NB_MUSTUSE;

/** A topic that was ever matched, with the newest hour anything was said about it. */
struct nb_report_topic {
    struct nb_slice name;
    int64_t last_hour_ms;
};

/** All of them, by name. Cost: two seeks a topic. */
enum nb_err nb_report_topics(struct nb_txn *analysis, struct nb_arena *arena,
                             const struct nb_report_topic **out, size_t *out_n) NB_MUSTUSE;

/**
 * The newest complete day that the analysis covers: yesterday, or the day of the newest document
 * when nothing at all was analysed since. A clock that stands before the newest document (a
 * settable one that nobody set) is taken to stand at it.
 * @param watermark_ms  nb_analysis_watermark(); -1 when nothing was analysed: then yesterday.
 * @return the start of the day.
 */
int64_t nb_report_newest_day(int64_t watermark_ms, int64_t now_ms, const struct nb_zone *zone);

#endif
