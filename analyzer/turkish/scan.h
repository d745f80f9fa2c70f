/**
 * What the scanners of tokens share: where they stand, what they look at, how they put a token.
 *
 * Every scanner begins at scan.at and either puts one token, which moves scan.at to its end, or
 * finds that what is there is none of its kind.
 *
 * Threads: a scan belongs to one thread.
 */
#ifndef NABIZ_TURKISH_SCAN_H
#define NABIZ_TURKISH_SCAN_H

#include "analyzer/turkish/letters.h"
#include "analyzer/turkish/text.h"

struct scan {
    struct nb_slice text;
    size_t at;
    char *folded; /* where the next folded byte goes */
    struct tr_token *tokens;
    size_t n, cap;
    struct nb_arena *arena;
    bool line_start;
};

/** The code point at `at`, 0 at the end; *next is behind it. */
uint32_t tr_scan_peek(const struct scan *s, size_t at, size_t *next);

/** The byte at `at`, 0 at the end. */
static inline char tr_scan_byte(const struct scan *s, size_t at)
{
    return at < s->text.len ? s->text.p[at] : '\0';
}

bool tr_is_letter(uint32_t c);
bool tr_is_space(uint32_t c);
bool tr_is_picture(uint32_t c);

static inline bool tr_is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool tr_is_wordish(uint32_t c)
{
    return tr_is_letter(c) || tr_is_digit(c) || c == '_';
}

/** A new token of [scan.at, end). @return NULL when out of memory. */
struct tr_token *tr_scan_put(struct scan *s, enum tr_kind kind, size_t end);

/** A new token whose folded form is the fold of its bytes behind its sign. @return false: memory.
 */
bool tr_scan_put_folded(struct scan *s, enum tr_kind kind, size_t end, size_t sign_bytes);

/** Take the len bytes written at scan.folded as the folded form of the token. */
void tr_scan_set_folded(struct scan *s, struct tr_token *token, size_t len);

/**
 * Put a word that is all letters of the alphabet and digits, where nothing else can begin here.
 * @param put  [out] false: out of memory.
 * @return false when there may be more to it: nothing is put.
 */
bool tr_scan_plain_word(struct scan *s, bool *put);

/*
 * The length in bytes of what begins at scan.at, 0 when it is none.
 */

/** http://, https://, www., a mail address, a host with a path. */
size_t tr_scan_url(const struct scan *s);

/** @handle, @handle@host, #tag. */
size_t tr_scan_signed(const struct scan *s);

/** A number with all that is written onto it; *value gets its enum tr_number. */
size_t tr_scan_number(const struct scan *s, uint8_t *value);

/** One picture; the name of it goes to scan.folded, its length to *name_len. */
size_t tr_scan_picture(const struct scan *s, size_t *name_len);

/** One emoticon; likewise. */
size_t tr_scan_emoticon(const struct scan *s, bool after_word, size_t *name_len);

#endif
