/**
 * The crawler: polls sources that are due, appends documents to the log.
 *
 * Threads inside: a scheduler, fetch loops, parsers, one writer; see docs/architecture.md. The
 * functions here are called from one thread, main's.
 */
#ifndef NABIZ_CRAWL_H
#define NABIZ_CRAWL_H

#include <stdbool.h>

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/err.h>

struct nb_crawl;

struct nb_crawl_options {
    bool once; /* stop when nothing is due any more */
};

/**
 * Open the crawl store for writing and start the threads.
 * @param config, clock  borrowed until nb_crawl_stop().
 * @return NB_OK, or what opening the store, the sources or the lexicons returned.
 */
enum nb_err nb_crawl_start(const struct nb_config *config, struct nb_clock *clock,
                           const struct nb_crawl_options *options, struct nb_crawl **out,
                           struct nb_error *error) NB_MUSTUSE;

/** Readable when the crawler ended by itself (once, or a failure that it cannot live with). */
int nb_crawl_done_fd(const struct nb_crawl *crawl);

/**
 * Read the sources file again, and take store.max over from config, which is borrowed for the call.
 * On failure the old list stays.
 */
enum nb_err nb_crawl_reload(struct nb_crawl *crawl, const struct nb_config *config,
                            struct nb_error *error) NB_MUSTUSE;

/**
 * Stop: transfers under way are dropped (they are still due), what was parsed is stored, threads
 * are joined, the store is closed. @return NB_OK or the failure that ended it, with its detail.
 */
enum nb_err nb_crawl_stop(struct nb_crawl *crawl, struct nb_error *error);

#endif
