/**
 * The report model: what a digest says about one topic on one day, as numbers and borrowed text,
 * before any language or layout. It is filled from committed state only: one snapshot of the
 * analysis store, and the log for titles, addresses and texts. The same state gives the same model.
 *
 * Only what was known about the day at its end counts: replies and links that came later do not
 * change the digest of a past day.
 *
 * Threads: pure functions on the caller's snapshot and arena.
 */
#ifndef NABIZ_DIGEST_REPORT_H
#define NABIZ_DIGEST_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/analysis.h>
#include <nabiz/influence.h>
#include <nabiz/log.h>
#include <nabiz/zone.h>

#include "analyzer/events/summary.h"
#include "analyzer/rising.h"

#define NB_REPORT_HISTORY_DAYS 28 /* that a period is compared with, at most */
#define NB_REPORT_SLOTS_MAX 25    /* hours of the longest day */
#define NB_REPORT_REPLY_MIN 30    /* a complaint should be answered within this */
#define NB_REPORT_INFLUENCE_DAYS 30
#define NB_REPORT_RISING_MAX                                                                       \
    200000 /* documents before, newest first, that terms are held against */
#define NB_REPORT_INFLUENCE_MAX 50000 /* documents that influence is asked of, newest first */
#define NB_REPORT_EVENT_DAYS                                                                       \
    28                         /* life events are counted over, and compared with as many before   \
                                */
#define NB_REPORT_LIST_MAX 100 /* rows of a list that are read with their texts */

struct nb_report_counts {
    uint64_t documents_n;
    uint64_t negative_n;
    uint64_t neutral_n;
    uint64_t positive_n;
    int64_t score_sum_milli;
};

/** A day before the one reported, whether anything was said or not. */
struct nb_report_day {
    int64_t day_ms;
    struct nb_report_counts counts;
};

/** An hour of a day or a day of a week, and what is usual then. */
struct nb_report_slot {
    int64_t from_ms, to_ms;
    struct nb_report_counts counts;
    /* documents, in thousandths; NB_UNKNOWN_MILLI when fewer than three values are known */
    int64_t usual_milli, low_milli, high_milli;
};

/**
 * What a period is compared with: medians over like periods before it. Of a day these are the same
 * weekdays of the last four weeks when three are known, else the last seven days; of a week the
 * last four weeks.
 */
struct nb_report_usual {
    size_t n;      /* periods; 0: there is nothing to compare with */
    bool weekdays; /* they are the same weekdays */
    int64_t documents_milli, negative_milli, neutral_milli, positive_milli;
    int64_t low_milli, high_milli; /* least and most documents of them */
    int32_t score_milli;           /* mean over all their documents */
    bool has_score;
};

/** A document of the day. Text is one line of clean UTF-8: no controls, no direction overrides. */
struct nb_report_document {
    uint64_t number;
    int64_t at_ms;
    Nb__Kind kind;
    Nb__Label label;
    int32_t score_milli;
    struct nb_slice author; /* site/handle */
    struct nb_slice site;
    struct nb_slice name; /* of the author, as displayed; else the handle */
    struct nb_slice url;  /* http or https; empty when there is none to show */
    struct nb_slice title;
    struct nb_slice excerpt;
    uint64_t comments_n;
    uint64_t links_n; /* links and quotes by others until the end of the day */
    bool doubtful;    /* irony, or nobody wrote it as an utterance: not for sharing */
};

struct nb_report_story {
    struct nb_report_document best; /* most commented and linked, then earliest */
    uint64_t documents_n;
    uint64_t authors_n;
    uint64_t negative_n;
    uint64_t positive_n;
    uint64_t comments_n;
    uint64_t links_n;
};

/** A complaint or a question that nobody else answered or quoted until the end of the day. */
struct nb_report_waiting {
    struct nb_report_document document;
    int64_t age_min; /* at the end of the day */
    bool overdue;    /* over NB_REPORT_REPLY_MIN */
};

struct nb_report_author {
    struct nb_slice author;
    struct nb_slice site;
    struct nb_slice name;
    uint64_t documents_n;
    uint64_t negative_n;
    uint64_t positive_n;
    uint64_t comments_n;
    int32_t score_milli; /* mean of the day */
};

struct nb_report_share {
    struct nb_slice topic;
    uint64_t documents_n;
    int32_t share_milli;
};

/* The command that counts a section again. */
struct nb_report_commands {
    const char *counts;
    const char *history;
    const char *hours;
    const char *stories;
    const char *terms;
    const char *silence;
    const char *waiting;
    const char *questions;
    const char *praise;
    const char *loudest;
    const char *influencers;
    const char *alerts;
    const char *share;
    const char *events;
};

struct nb_scan;

struct nb_report {
    struct nb_txn
        *analysis; /* the snapshot and the log it is made from, for nb_report_document() */
    struct nb_log *log;
    const struct nb_scan *scan; /* every document, without texts */

    struct nb_slice topic;
    int64_t day_ms; /* start of the period */
    int64_t end_ms;
    const struct nb_zone *zone;
    uint64_t behind_n; /* documents in the log that are not analysed yet */

    size_t days_n;                                        /* of the period: 1 or 7 */
    struct nb_report_counts day;                          /* of the period */
    struct nb_report_day history[NB_REPORT_HISTORY_DAYS]; /* before it, oldest first */
    size_t history_n; /* fewer when the topic is younger: then it starts at its first document */
    struct nb_report_usual usual;
    struct nb_report_slot slots[NB_REPORT_SLOTS_MAX]; /* its hours, or its days */
    size_t slots_n;

    /*
     * Lists: X_n rows in all, of which the first X_list_n are here with their texts. No two
     * documents of a list are near-duplicates; X_n counts them all.
     */
    const struct nb_report_story *stories; /* most documents, comments and links first */
    size_t stories_n, stories_list_n;
    const struct nb_report_waiting *waiting; /* complaints, most commented and linked first */
    size_t waiting_n, waiting_list_n;
    size_t overdue_n;
    const struct nb_report_waiting *questions; /* the same */
    size_t questions_n, questions_list_n;
    const struct nb_report_document *praise; /* the same */
    size_t praise_n, praise_list_n;
    const struct nb_report_author *loudest; /* most documents first */
    size_t loudest_n, loudest_list_n;
    size_t list_n;                           /* what a list has at most */
    struct nb_rising rising;                 /* names are folded text of people: clean */
    int64_t rising_from_ms;                  /* it is held against what was said from then on */
    const struct nb_influencer *influencers; /* who spoke in the period; highest score first */
    size_t influencers_n, influencers_list_n;
    const struct nb_incident *const *alerts; /* oldest first */
    size_t alerts_n;
    const struct nb_report_share *share; /* most documents first, topics of the day */
    size_t share_n;
    uint64_t share_sum_n; /* of documents over all topics */
    /* Of everything that was read, most people first; without rows that are hidden. */
    const struct nb_event_row *events;
    size_t events_n;

    struct nb_report_commands commands;
};

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

/** Minutes east of UTC at a moment of the report. */
static inline int32_t nb_report_offset(const struct nb_report *report, int64_t at_ms)
{
    return nb_zone_offset_min(report->zone, at_ms);
}

/** True when there is nothing to say about the day. */
static inline bool nb_report_empty(const struct nb_report *report)
{
    return report->day.documents_n == 0 && report->alerts_n == 0;
}

/** Mean score of a count, thousandths; 0 when there are no documents. */
static inline int32_t nb_report_score(const struct nb_report_counts *counts)
{
    return counts->documents_n == 0
               ? 0
               : (int32_t)(counts->score_sum_milli / (int64_t)counts->documents_n);
}

struct nb_report_options {
    struct nb_slice topic;
    int64_t day_ms;                         /* any moment of the first day */
    size_t days_n;                          /* 1 or 7 */
    const struct nb_zone *zone;             /* of days and times; kept */
    const char *zone_name;                  /* for the commands; NULL: that of the configuration */
    size_t list_n;                          /* rows of a list; 0: NB_REPORT_LIST_MAX */
    bool all_people;                        /* but all influencers */
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
