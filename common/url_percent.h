/**
 * Percent-encoding: the sets of bytes that each part of a URL must encode, and a bounded writer
 * that the URL parser serialises into.
 *
 * Internal to the url files. Threads: a writer belongs to one thread.
 */
#ifndef NABIZ_URL_PERCENT_H
#define NABIZ_URL_PERCENT_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/slice.h>

/** Which bytes are encoded; every set holds the C0 controls, DEL and all non-ASCII bytes. */
enum nb_url_set {
    NB_URL_SET_CONTROL = 0, /* nothing else */
    NB_URL_SET_FRAGMENT = 1,
    NB_URL_SET_QUERY = 2,
    NB_URL_SET_SPECIAL_QUERY = 4,
    NB_URL_SET_PATH = 8,
    NB_URL_SET_USERINFO = 16,
};

/** Writes into memory of the caller; what does not fit is dropped and remembered. */
struct nb_url_out {
    char *p;
    size_t len;
    size_t cap;
    bool full; /* sticky */
};

void nb_url_out_byte(struct nb_url_out *out, char byte);
void nb_url_out_add(struct nb_url_out *out, struct nb_slice s);
void nb_url_out_number(struct nb_url_out *out, uint32_t value);

/** Append one byte as %XX. */
void nb_url_out_escape(struct nb_url_out *out, unsigned char byte);

/** Append s with the bytes of the set as %XX; a '%' that is there already stays. */
void nb_url_out_encoded(struct nb_url_out *out, struct nb_slice s, enum nb_url_set set);

/** @return 0 to 15, or -1 when c is not a hexadecimal digit. */
int nb_url_hex(char c);

/**
 * Take one byte off s at *pos, decoding a well-formed %XX; anything else stands for itself.
 * *pos < s.len is required.
 */
unsigned char nb_url_decode_next(struct nb_slice s, size_t *pos);

#endif
