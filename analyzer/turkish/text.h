/**
 * Turkish text: folding, tokens, sentences. Nothing here needs a lexicon.
 *
 * Input is UTF-8; ill-formed bytes are treated as punctuation and never looked into. Offsets are
 * bytes into the caller's text, always between two code points.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TURKISH_TEXT_H
#define NABIZ_TURKISH_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/* Text that is longer is refused with NB_ETOOBIG, so that offsets fit. */
#define TR_TEXT_MAX ((size_t)1 << 30)

/**
 * Lower case by Turkish rules ('I' -> dotless i, dotted capital I -> 'i'), decomposed letters of
 * the alphabet put together (other scripts are left to NFC at the door), circumflexes taken off,
 * the marks that are invisible in Turkish dropped (U+0307 and U+0302 left over from decomposition,
 * soft hyphen, zero-width characters), every kind of apostrophe made "'". Idempotent.
 * @param map  [out] may be NULL; map[i] is the offset in `in` of the code point that byte i of the
 *             result comes from, map[out->len] = in.len. Never decreases.
 * @param out  [out] in arena, at most 2 * in.len bytes ('I' takes two when folded).
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG.
 */
enum nb_err tr_fold(struct nb_slice in, struct nb_arena *arena, struct nb_slice *out,
                    const uint32_t **map) NB_MUSTUSE;

/** The same into a buffer that has at least 2 * in.len bytes. @return bytes written. */
size_t tr_fold_into(struct nb_slice in, char *out);

/** How many bytes come before the first that is no ASCII. */
size_t tr_ascii_prefix(struct nb_slice text);

/**
 * Folded text with the diacritics of Turkish taken off, as typed on an English keyboard. In place.
 * @return the new length.
 */
size_t tr_plain(char *text, size_t len);

/**
 * The second way to read a word that is typed with 'I' and by whose other letters it may be of no
 * Turkish keyboard (WIFI, Instagram): every dotless i of the folded form dotted, with an apostrophe
 * only those before it, if there are any: its suffixes are Turkish. The lexicon has to decide
 * between the two. In place. @return the new length.
 */
size_t tr_dotted(char *text, size_t len);

enum tr_kind {
    TR_WORD,     /* letters, also with digits; with a suffix behind an apostrophe; A.B. */
    TR_NUMBER,   /* 12, 1.250,50, 14:30, with its sign and a suffix behind an apostrophe */
    TR_URL,      /* http://, https://, www., hosts with a path, and mail addresses */
    TR_MENTION,  /* @handle, @handle@host */
    TR_HASHTAG,  /* #tag */
    TR_EMOJI,    /* one picture, however many code points */
    TR_EMOTICON, /* :) */
    TR_PUNCT     /* one code point, or a run of the same */
};

enum tr_number {
    TR_NUMBER_PLAIN,
    TR_NUMBER_ORDINAL, /* 3. with more behind it; the dot is a token of its own */
    TR_NUMBER_PERCENT,
    TR_NUMBER_MONEY, /* with a sign of currency; a word behind it (TL) is a token of its own */
    TR_NUMBER_DATE,
    TR_NUMBER_TIME
};

struct tr_token {
    uint32_t begin, end; /* bytes of the text */
    /*
     * Folded bytes, in the arena. A mention or hashtag without its sign; a picture without
     * variation selectors, skin tones and gender; an emoticon without its nose and with one mouth.
     */
    struct nb_slice folded;
    uint16_t stem_len; /* folded bytes before the apostrophe, else all (cut at 65535) */
    uint8_t kind;      /* enum tr_kind */
    uint8_t number;    /* enum tr_number, of a number */
    bool capital;      /* begins with one */
    bool capitals;     /* two letters or more, all of them capitals */
    bool elongated;    /* a letter three times or more in a row */
    bool either_i;     /* has an 'I' and no letter that tells which: see tr_dotted() */
    bool ascii;        /* no letters but those of ASCII: diacritics may have been left out */
    bool restored;     /* folded has diacritics that the text lacks */
    bool after_break;  /* the first token of a line */
};

/**
 * Cut text into tokens, in order and without overlap; white space is in none. Linear in the text.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG.
 */
enum nb_err tr_tokenise(struct nb_slice text, struct nb_arena *arena, struct tr_token **out,
                        size_t *out_n) NB_MUSTUSE;

/** Tokens [begin, end) of one sentence. */
struct tr_sentence {
    uint32_t begin, end;
};

struct tr_informal;

/**
 * Group tokens into sentences: they end at . ! ? and the ellipsis unless a small letter follows,
 * and at line breaks; not at the full stop of an ordinal, an initial or an abbreviation. Every
 * token is in exactly one.
 * @param informal  knows the abbreviations; may be NULL.
 * @param out  [out] in arena.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err tr_sentences(struct nb_slice text, const struct tr_token *tokens, size_t tokens_n,
                         const struct tr_informal *informal, struct nb_arena *arena,
                         struct tr_sentence **out, size_t *out_n) NB_MUSTUSE;

#endif
