/**
 * Sets of documents within a segment of the index: CRoaring bitmaps, in and out of bytes. Owns
 * CRoaring (S. Chambi, D. Lemire, O. Kaser, R. Godin, "Better bitmap performance with Roaring
 * bitmaps", 2016).
 *
 * A document is its place in the segment. A set that is kept is either a list of gaps, when it is
 * short, or a bitmap in Roaring's portable form.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_INDEX_BITS_H
#define NABIZ_INDEX_BITS_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/** Sets up to this size are kept as gaps. */
enum { NB_GAPS_MAX_N = 256 };

struct nb_bits;

/* Each gives NULL when out of memory; free with nb_bits_free(). */
struct nb_bits *nb_bits_new(void);
struct nb_bits *nb_bits_of(const uint32_t *ascending, size_t n);
struct nb_bits *nb_bits_copy(const struct nb_bits *bits);
void nb_bits_free(struct nb_bits *bits);

/* The first becomes what the two have in common, the first has alone, or either has. */
void nb_bits_and(struct nb_bits *bits, const struct nb_bits *other);
void nb_bits_without(struct nb_bits *bits, const struct nb_bits *other);
void nb_bits_or(struct nb_bits *bits, const struct nb_bits *other);

void nb_bits_add(struct nb_bits *bits, uint32_t place);
void nb_bits_add_list(struct nb_bits *bits, const uint32_t *places, size_t n);
bool nb_bits_has(const struct nb_bits *bits, uint32_t place);

uint64_t nb_bits_count(const struct nb_bits *bits);
uint64_t nb_bits_and_count(const struct nb_bits *bits, const struct nb_bits *other);

/** All places, ascending. @return NULL when out of memory (of the arena). */
const uint32_t *nb_bits_list(const struct nb_bits *bits, struct nb_arena *arena, size_t *out_n);

/** Append the kept form; the number of places is not part of it. Errors stay in the buffer. */
void nb_bits_write(const uint32_t *ascending, size_t n, struct nb_buf *out);

/**
 * Read a kept set of n places below end. What is damaged is found out here: what is returned is a
 * set as it should be.
 * @return NB_OK, NB_ECORRUPT, NB_ENOMEM.
 */
enum nb_err nb_bits_read(struct nb_slice kept, uint32_t n, uint32_t end,
                         struct nb_bits **out) NB_MUSTUSE;

/** The same as a list; out has room for n. */
enum nb_err nb_bits_read_list(struct nb_slice kept, uint32_t n, uint32_t end,
                              uint32_t *out) NB_MUSTUSE;

/** Unsigned number in groups of seven bits, the low ones first (LEB128). */
void nb_leb_write(struct nb_buf *out, uint64_t value);

/** Read one at *at, which moves on. @return false at the end or over 64 bits. */
static inline bool nb_leb_read(struct nb_slice in, size_t *at, uint64_t *out)
{
    uint64_t value = 0;
    for (unsigned shift = 0; *at < in.len && shift < 64; shift += 7) {
        uint8_t byte = (uint8_t)in.p[(*at)++];
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

#endif
