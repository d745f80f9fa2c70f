/**
 * Which code points must not reach a terminal or a log line as they are.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_COMMON_UNSAFE_H
#define NABIZ_COMMON_UNSAFE_H

#include <stdbool.h>
#include <stdint.h>

/** Controls (C0, DEL, C1), line and paragraph separators, and what reorders text (UAX #9). */
static inline bool nb_code_point_is_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

#endif
