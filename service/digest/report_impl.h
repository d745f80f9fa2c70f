/**
 * Between the files that fill a report only: the steps, and what they share.
 */
#ifndef NABIZ_DIGEST_REPORT_IMPL_H
#define NABIZ_DIGEST_REPORT_IMPL_H

#include "service/digest/collect.h"
#include "service/digest/scan.h"

/** Fill day, history, usual and slots from the hourly counters. */
enum nb_err nb_report_usual(struct nb_arena *arena, struct nb_report *out) NB_MUSTUSE;

/** Number the stories of a scan: equal cluster, address, thread or title is one, transitively. */
enum nb_err nb_report_group(struct nb_scan *scan, struct nb_arena *arena) NB_MUSTUSE;

/** The story of a row, by its root; halves the way to it. */
uint32_t nb_report_root(struct nb_scan *scan, uint32_t row);

/** A story before its texts are read. */
struct nb_story_count {
    uint32_t root, best; /* rows */
    uint32_t authors_n;
    uint64_t documents_n, negative_n, positive_n, comments_n, links_n;
};

/** All stories of a grouped scan, heaviest first; without authors, theirs are not counted. */
enum nb_err nb_report_count_stories(struct nb_scan *scan, bool authors, struct nb_arena *arena,
                                    struct nb_story_count **out, size_t *out_n) NB_MUSTUSE;

/** Join those of the heaviest stories that tell the same in other words: alike.c. */
enum nb_err nb_report_join_alike(const struct nb_report *report, struct nb_scan *scan,
                                 const struct nb_story_count *stories, size_t n,
                                 struct nb_arena *arena, struct nb_error *error) NB_MUSTUSE;

/**
 * How far back from end_ms to go: some days, or as many hours as have at most so many documents,
 * and not before the topic's first.
 */
enum nb_err nb_report_back(const struct nb_report *report, int64_t end_ms, int64_t days,
                           uint64_t most, struct nb_arena *scratch, int64_t *out_ms) NB_MUSTUSE;

/** Fill rising from the index; the scan is grouped. */
enum nb_err nb_report_rising(struct nb_arena *arena, struct nb_report *out) NB_MUSTUSE;

/** Fill influencers from the scan. */
enum nb_err nb_report_influencers(size_t limit, struct nb_arena *arena,
                                  struct nb_report *out) NB_MUSTUSE;

/** "site/handle" -> "handle"; what has no byline is signed by its site. Borrows. */
struct nb_slice nb_report_handle(struct nb_slice author);

/** Fill stories, waiting, questions, praise and loudest. */
enum nb_err nb_report_lists(struct nb_scan *scan, struct nb_arena *arena, struct nb_report *out,
                            struct nb_error *error) NB_MUSTUSE;

#endif
