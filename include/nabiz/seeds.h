/**
 * Seeds: authors a team trusts, as lexicons/seeds.txt names them, from whom trust walks. The
 * analyzer keeps those in force in its store. Without any, seeds are found by the graph alone.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_SEEDS_H
#define NABIZ_SEEDS_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/slice.h>

#define NB_SEEDS_FILE "seeds.txt"
#define NB_META_SEEDS "seeds" /* key of ANALYSIS_META: the names, one a line */

enum { NB_SEEDS_TEXT_BYTES = 8000, NB_SEEDS_NAMED_MAX = 50 };

/** Copied as it is. */
struct nb_seed_names {
    size_t n;
    size_t len;
    char text[NB_SEEDS_TEXT_BYTES]; /* names in the order of the file, each with '\n' behind */
};

/** @param problem  what is wrong with a line, for people. */
typedef void nb_seeds_report_fn(void *context, uint32_t line, const char *problem);

/**
 * Read lines of "site/handle", or "site" for what a site publishes without a byline; '#' begins a
 * comment. A line that cannot be used is reported and passed over.
 * @return false when anything was reported.
 */
bool nb_seeds_read(struct nb_slice text, struct nb_seed_names *out, nb_seeds_report_fn *report,
                   void *context);

#endif
