/**
 * Character sets: which one a page or feed is in, and its text in UTF-8.
 *
 * Labels are those of the WHATWG Encoding Standard, so "iso-8859-9" and "latin5" mean windows-1254
 * and "iso-8859-1" means windows-1252, as on the web. Decoding is ICU's, detection without a label
 * is libuchardet's.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_CHARSET_H
#define NABIZ_CHARSET_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/** Where a decision about the encoding came from, strongest first. */
enum nb_charset_source {
    NB_CHARSET_BOM,
    NB_CHARSET_HEADER,   /* Content-Type: ...; charset= */
    NB_CHARSET_MARKUP,   /* XML prolog or HTML meta */
    NB_CHARSET_UTF8,     /* no label, and the bytes are valid UTF-8 with non-ASCII characters */
    NB_CHARSET_DETECTED, /* libuchardet */
    NB_CHARSET_FALLBACK, /* utf-8 when all ASCII, else windows-1254: the Turkish web's default */
};

struct nb_charset {
    const char *name; /* static WHATWG name in lower case: "utf-8", "windows-1254" */
    enum nb_charset_source source;
    size_t bom_bytes; /* to skip at the start */
};

/**
 * @return the static name for a label (white space and ASCII case ignored), or NULL. Two sets of
 * the Turkish past that the standard leaves out are known as well: "x-mac-turkish" and "ibm857".
 */
const char *nb_charset_by_label(struct nb_slice label);

/**
 * Decide the encoding of a body.
 *
 * A byte-order mark wins; then the header; then the prolog (an XML declaration in the first 1024
 * bytes) or `<meta>` (in the first 1024 bytes); then what the bytes look like. A label that the
 * bytes disprove loses: a body labelled with an 8-bit set that is valid UTF-8 with at least one
 * multi-byte character is UTF-8, and one labelled utf-8 with ill-formed bytes is decoded by
 * detection when more than 1 in 1000 bytes are ill-formed, and no fewer than there are well-formed
 * multi-byte characters: a few broken bytes do not make the rest another encoding.
 * @param content_type  the header's value, may be empty.
 * @param body          the first bytes or all of it.
 */
struct nb_charset nb_charset_decide(struct nb_slice content_type, struct nb_slice body);

/**
 * Decode to valid UTF-8 without a byte-order mark; bytes that mean nothing become U+FFFD and
 * control characters become spaces, as nb_utf8_repair() does.
 * @param out  [out] borrows `body` when nothing had to change, else lives in arena.
 * @return NB_OK, NB_ENOMEM (arena limit), NB_EINVAL (unknown name), NB_ESYS (ICU).
 */
enum nb_err nb_charset_decode(struct nb_charset charset, struct nb_slice body,
                              struct nb_arena *arena, struct nb_slice *out) NB_MUSTUSE;

#endif
