/**
 * The crawler: polls sources that are due, appends documents to the log.
 *
 * Threads inside: a scheduler, fetch loops, parsers, one writer; see docs/architecture.md. The
 * functions here are called from one thread, main's.
 */
#ifndef NABIZ_CRAWL_H
#define NABIZ_CRAWL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* A host that took long to answer lately. */
struct nb_crawl_slow {
    char name[64]; /* cut if longer */
    int64_t took_ms;
};

enum { NB_CRAWL_SLOW_N = 3 };

/* Where a crawl stands, beside its counters. */
struct nb_crawl_status {
    size_t in_flight_n;                         /* polls under way, at most crawl.in_flight */
    size_t to_parse_n;                          /* waiting for a parser */
    size_t to_write_n;                          /* waiting for the writer */
    struct nb_crawl_slow slow[NB_CRAWL_SLOW_N]; /* slowest first */
    size_t slow_n;
};

/** Read where a crawl stands; costs its threads nothing. */
void nb_crawl_status(struct nb_crawl *crawl, struct nb_crawl_status *out);

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
