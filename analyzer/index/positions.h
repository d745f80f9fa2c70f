/**
 * Positions of a term, document after document, as bytes that can be passed over quickly.
 *
 * A position is kept as its gap from the one before, the first from 0, low bits first: seven bits
 * in each byte that has 0x80, six in the last one, whose 0x40 says that the document has another
 * position. So the bytes with neither are as many as the documents.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_INDEX_POSITIONS_H
#define NABIZ_INDEX_POSITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/slice.h>

static inline void nb_position_write(struct nb_buf *out, uint32_t gap, bool more)
{
    for (; gap >= 0x40; gap >>= 7) {
        nb_buf_add_byte(out, (char)(gap | 0x80));
    }
    nb_buf_add_byte(out, (char)(gap | (more ? 0x40u : 0)));
}

/** Read a gap at *at, which moves on. @return false at the end or over 32 bits. */
static inline bool nb_position_read(struct nb_slice in, size_t *at, uint32_t *gap, bool *more)
{
    uint64_t value = 0;
    for (unsigned shift = 0; *at < in.len && shift < 32; shift += 7) {
        uint8_t byte = (uint8_t)in.p[(*at)++];
        if (byte < 0x80) {
            value |= (uint64_t)(byte & 0x3F) << shift;
            *gap = (uint32_t)value;
            *more = byte & 0x40;
            return value <= UINT32_MAX;
        }
        value |= (uint64_t)(byte & 0x7F) << shift;
    }
    return false;
}

/** Pass over n documents, eight bytes at a time. @return false when there are not so many. */
static inline bool nb_positions_skip(struct nb_slice in, size_t *at, uint32_t n)
{
    const uint64_t low = 0x0101010101010101u;
    size_t i = *at;
    while (n && in.len - i >= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, in.p + i, sizeof(word));
        uint64_t ends = ~(word >> 7 | word >> 6) & low; /* bytes that end a document */
        uint32_t ends_n = (uint32_t)(ends * low >> 56);
        if (ends_n > n) {
            break;
        }
        n -= ends_n;
        i += sizeof(word);
        if (!n) { /* back to behind the last one */
            i -= (size_t)__builtin_clzll(ends) / 8;
        }
    }
    while (n && i < in.len) {
        n -= !((uint8_t)in.p[i++] & 0xC0);
    }
    *at = i;
    return n == 0;
}

#endif
