/**
 * Lines of the files that a team edits: an entry a line, '#' begins a comment.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_ENTRY_LINES_H
#define NABIZ_ANALYZER_INFLUENCE_ENTRY_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/slice.h>

/**
 * Take lines off the front of *rest up to the next that says something.
 * @param rest    begins as the whole text, and is spent as by nb_slice_split().
 * @param number  [in, out] of the line, from 1; begins as 0.
 * @param line    [out] without comment and white space around it, never empty.
 * @return false when there is none any more.
 */
bool nb_entry_line(struct nb_slice *rest, uint32_t *number, struct nb_slice *line);

#endif
