/**
 * How readers of lexicons tell of lines they cannot read.
 *
 * Threads: called on the reader's thread.
 */
#ifndef NABIZ_TURKISH_REPORT_H
#define NABIZ_TURKISH_REPORT_H

#include <stdint.h>

/** A bad line costs only that line; it is told here. line is 0 for the file as a whole. */
typedef void tr_report_fn(void *context, uint32_t line, const char *message);

#endif
