/**
 * Seeds: authors a team trusts, on everything or on one topic, as lexicons/seeds.txt names them,
 * from whom trust walks. The analyzer keeps those in force in its store. Without any, seeds are
 * found by the graph alone.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_SEEDS_H
#define NABIZ_SEEDS_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/slice.h>

#define NB_SEEDS_FILE "seeds.txt"
#define NB_META_SEEDS "seeds" /* key of ANALYSIS_META: the text of nb_seed_names */

/* Of one topic, and as many without a topic. */
enum { NB_SEEDS_TEXT_BYTES = 8000, NB_SEEDS_NAMED_MAX = 50 };

/** Copied as it is. */
struct nb_seed_names {
    size_t n;
    size_t len;
    char text[NB_SEEDS_TEXT_BYTES]; /* in the order of the file: a name, if it is a seed of one
                                     * topic only '\t' and the topic, '\n' */
};

/** @param problem  what is wrong with a line, for people. */
typedef void nb_seeds_report_fn(void *context, uint32_t line, const char *problem);

/**
 * Read lines of "site/handle", or "site" for what a site publishes without a byline, with a topic
 * behind a tab where it is a seed of that topic only; '#' begins a comment. A line that cannot be
 * used is reported and passed over.
 * @return false when anything was reported.
 */
bool nb_seeds_read(struct nb_slice text, struct nb_seed_names *out, nb_seeds_report_fn *report,
                   void *context);

/**
 * Take the next seed that counts for a topic off the front of *rest.
 * @param rest   begins as the text of nb_seed_names, and is spent as by nb_slice_split().
 * @param topic  seeds of it count, and those without a topic; when empty those alone.
 * @param name   [out] borrows from the text.
 * @return false when there is none any more.
 */
bool nb_seeds_next(struct nb_slice *rest, struct nb_slice topic, struct nb_slice *name);

#endif
