/**
 * `nabiz lexicon coverage`: which words of a text no lexicon explains.
 *
 * Threads: main's only.
 */
#ifndef NABIZ_SERVICE_COVERAGE_H
#define NABIZ_SERVICE_COVERAGE_H

#include <nabiz/cli.h>

/**
 * Print how many of the words of a file have an analysis, without guessing, and those that have
 * none, most frequent first, with their share of all words.
 * @param path  NULL or "-": stdin.
 * @return exit code.
 */
int nb_lexicon_coverage(struct nb_args *args, const char *path);

#endif
