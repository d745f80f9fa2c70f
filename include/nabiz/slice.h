/**
 * Slices: bytes borrowed from somewhere else, with a length; never NUL-terminated by promise.
 *
 * Comparison and search are on bytes. Nothing here knows about letters: case is a matter of
 * language and lives in analyzer/turkish.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_SLICE_H
#define NABIZ_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct nb_slice {
    const char *p; /* may be NULL only when len is 0 */
    size_t len;
};

/* A slice over a string literal. */
#define NB_LIT(text) ((struct nb_slice){(text), sizeof(text) - 1})

/* For printf: "%.*s", NB_ARG(slice); cuts at INT_MAX. */
#define NB_ARG(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), (s).p ? (s).p : ""

static inline struct nb_slice nb_slice(const void *p, size_t len)
{
    return (struct nb_slice){(const char *)p, len};
}

/** Over a NUL-terminated string; NULL gives the empty slice. */
static inline struct nb_slice nb_slice_str(const char *text)
{
    return (struct nb_slice){text, text ? strlen(text) : 0};
}

/** The bytes [from, to) of s; both are clamped to s. */
static inline struct nb_slice nb_slice_sub(struct nb_slice s, size_t from, size_t to)
{
    if (to > s.len) {
        to = s.len;
    }
    if (from > to) {
        from = to;
    }
    return (struct nb_slice){s.p ? s.p + from : NULL, to - from};
}

bool nb_slice_eq(struct nb_slice a, struct nb_slice b);

/** Equal but for the case of the letters A-Z: for protocol words, never for text. */
bool nb_slice_eq_ascii_case(struct nb_slice a, struct nb_slice b);

/** Byte order, shorter first on a tie. @return <0, 0, >0. */
int nb_slice_cmp(struct nb_slice a, struct nb_slice b);

bool nb_slice_starts(struct nb_slice s, struct nb_slice prefix);
bool nb_slice_ends(struct nb_slice s, struct nb_slice suffix);

#define NB_NPOS ((size_t)-1)

/** @return the offset of the first occurrence at or after from, or NB_NPOS. */
size_t nb_slice_find(struct nb_slice s, struct nb_slice needle, size_t from);
size_t nb_slice_find_byte(struct nb_slice s, char byte, size_t from);

/** Without the ASCII white space (space, \t, \n, \v, \f, \r) at both ends. */
struct nb_slice nb_slice_trim(struct nb_slice s);

/**
 * Take the part up to the next separator byte off the front of *rest.
 * @return false when *rest is spent; a trailing separator gives a last empty part.
 *         Start with *rest = the whole slice; *rest.p becomes NULL at the end.
 */
bool nb_slice_split(struct nb_slice *rest, char separator, struct nb_slice *part);

/** Decimal digits with optional '-', nothing else around them. @return false if not, or overflow.
 */
bool nb_slice_to_i64(struct nb_slice s, int64_t *out);

/** 0x20 set on A-Z, everything else unchanged. */
static inline char nb_ascii_lower(char c)
{
    return (c >= 'A' && c <= 'Z') ? (char)(c | 0x20) : c;
}

static inline bool nb_ascii_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool nb_ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool nb_ascii_is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

#endif
