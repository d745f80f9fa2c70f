/**
 * The analyzer: reads the log, annotates in parallel, commits in log order together with its
 * cursor.
 *
 * The functions here are called from one thread, main's.
 */
#ifndef NABIZ_ANALYZE_H
#define NABIZ_ANALYZE_H

#include <stdbool.h>

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/err.h>

struct nb_analyze;

struct nb_analyze_options {
    bool once; /* stop at the end of the log */
};

/** As nb_crawl_start, for the analysis store. The crawl store is opened read-only. */
enum nb_err nb_analyze_start(const struct nb_config *config, struct nb_clock *clock,
                             const struct nb_analyze_options *options, struct nb_analyze **out,
                             struct nb_error *error) NB_MUSTUSE;

/** Readable when the analyzer ended by itself. */
int nb_analyze_done_fd(const struct nb_analyze *analyze);

/**
 * Read lexicons and topics again, and take store.max over from config, which is borrowed for the
 * call. Documents after the current batch are read with the new knowledge.
 */
enum nb_err nb_analyze_reload(struct nb_analyze *analyze, const struct nb_config *config,
                              struct nb_error *error) NB_MUSTUSE;

/** Stop after the current batch. @return NB_OK or the failure that ended it. */
enum nb_err nb_analyze_stop(struct nb_analyze *analyze, struct nb_error *error);

#endif
