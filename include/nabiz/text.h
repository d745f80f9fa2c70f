/**
 * Text at the door: UTF-8 validation, code points, and NFC.
 *
 * Text is validated and normalised once, when it enters the crawler; after that it is trusted.
 *
 * Threads: pure functions; nb_text_init() once in main before any thread.
 */
#ifndef NABIZ_TEXT_H
#define NABIZ_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

#define NB_REPLACEMENT 0xFFFDu

/** What a text is made of, as far as that decides what has to be done with it. */
struct nb_utf8_looks {
    bool multi_byte; /* a character of more than one byte */
    bool nul;
    bool controls;  /* C0 characters but \t \n \r, NUL among them */
    bool unsettled; /* there is a code point that NFC may change, alone or beside another */
};

/**
 * Look at every byte once, sixteen at a time where the machine can.
 * @param looks  [out] of the valid prefix.
 * @return the length of the longest valid prefix of s.
 */
size_t nb_utf8_scan(struct nb_slice s, struct nb_utf8_looks *looks);

/** Well-formed UTF-8 by Unicode 15 table 3-7 (no surrogates, no overlong forms). */
bool nb_utf8_valid(struct nb_slice s);

/** @return the length of the longest valid prefix of s. */
size_t nb_utf8_valid_prefix(struct nb_slice s);

/**
 * Decode the code point at *pos and move *pos past it. For ill-formed input it returns
 * NB_REPLACEMENT and moves past the maximal ill-formed part (W3C practice), at least one byte.
 * *pos < s.len is required.
 */
uint32_t nb_utf8_next(struct nb_slice s, size_t *pos);

/** Encode one code point (an invalid one as U+FFFD). @return bytes written, 1 to 4. */
size_t nb_utf8_put(uint32_t code_point, char out[4]);

/** Code points in valid UTF-8. */
size_t nb_utf8_count(struct nb_slice s);

/** The largest prefix of at most max_bytes that ends between two code points. */
struct nb_slice nb_utf8_cut(struct nb_slice s, size_t max_bytes);

/**
 * Make any bytes well-formed: each maximal ill-formed part becomes U+FFFD; NUL and other C0 control
 * characters except \t \n \r become spaces.
 * @param out  [out] borrows `in` when nothing had to change, else lives in arena.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_utf8_repair(struct nb_slice in, struct nb_arena *arena,
                           struct nb_slice *out) NB_MUSTUSE;

/**
 * Unicode normalization form C (UAX #15), by ICU.
 * @param in   valid UTF-8.
 * @param out  [out] borrows `in` when it already is NFC (the usual case), else lives in arena.
 * @return NB_OK, NB_ENOMEM, NB_EUTF8.
 */
enum nb_err nb_text_nfc(struct nb_slice in, struct nb_arena *arena,
                        struct nb_slice *out) NB_MUSTUSE;

/**
 * Columns that valid UTF-8 takes on a terminal: wide East Asian and emoji count 2, combining marks
 * and controls 0.
 */
size_t nb_text_columns(struct nb_slice s);

/** The largest prefix that fits in max_columns. */
struct nb_slice nb_text_cut_columns(struct nb_slice s, size_t max_columns);

/** Load ICU's data; call once before threads. @return NB_OK, NB_ESYS. */
enum nb_err nb_text_init(struct nb_error *error) NB_MUSTUSE;

#endif
