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
#include <nabiz/verdict.h>
#include <nabiz/zone.h>

#include "analyzer/events/summary.h"
#include "analyzer/rising.h"
#include "service/digest/counts.h"
#include "service/digest/sections.h"

#define NB_REPORT_REPLY_MIN 30 /* a complaint should be answered within this */
#define NB_REPORT_INFLUENCE_DAYS 30
#define NB_REPORT_RISING_MAX                                                                       \
    200000 /* documents before, newest first, that terms are held against */
#define NB_REPORT_INFLUENCE_MAX 50000 /* documents that influence is asked of, newest first */
#define NB_REPORT_EVENT_DAYS                                                                       \
    28                         /* life events are counted over, and compared with as many before   \
                                */
#define NB_REPORT_LIST_MAX 100 /* rows of a list that are read with their texts */

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

    uint32_t sections;                                    /* that are shown: sections.h */
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
    const struct nb_mark *influencer_marks;  /* of those of the list: loud or trusted */
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

static inline bool nb_report_shows(const struct nb_report *report, enum nb_section section)
{
    return (report->sections >> section & 1) != 0;
}

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

#endif
