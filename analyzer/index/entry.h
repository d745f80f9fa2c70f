/**
 * Entries: what a document is found by, as it waits to become part of a segment.
 *
 * An entry is its time in seconds and its reach, then terms in the order of their positions: the
 * length of a term and its bytes, or 0 and how many positions to go on. Numbers are LEB128.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_INDEX_ENTRY_H
#define NABIZ_INDEX_ENTRY_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>

#include "analyzer/index/segment.h"
#include "analyzer/turkish/lexicon.h"
#include "analyzer/turkish/spell.h"

/**
 * First byte of a term. Words have positions, the rest is of the document as a whole. TITLE stands
 * in front of the kind of a word that is in the title; such words are there without it too.
 */
enum nb_term_kind {
    NB_TERM_LEMMA = 'L',   /* root of any reading of a word */
    NB_TERM_FORM = 'W',    /* a word as written */
    NB_TERM_PART = 'V',    /* without suffixes behind an apostrophe; and how it is spelt */
    NB_TERM_HASHTAG = 'H', /* without # */
    NB_TERM_HANDLE = 'M',  /* without @ */
    NB_TERM_TITLE = 'T',
    NB_TERM_PAIR = 'b',      /* two frequent words in a row, both as written */
    NB_TERM_PAIR_ROOT = 'g', /* the second by its root */
    NB_TERM_ALL = '*',       /* every document; no text */
    NB_TERM_SITE = 's',
    NB_TERM_AUTHOR = 'a', /* site/handle */
    NB_TERM_NAME = 'n',   /* handle */
    NB_TERM_SOURCE = 'o', /* id, in hexadecimal */
    NB_TERM_KIND = 'k',
    NB_TERM_LANG = 'l',
    NB_TERM_SENTIMENT = 'p',
    NB_TERM_INTENT = 'i',
    NB_TERM_EMOTION = 'e',
    NB_TERM_EVENT = 'v',
    NB_TERM_TOPIC = 't',
    NB_TERM_CLUSTER = 'c'
};

enum {
    NB_ENTRY_BYTES_MAX = 256 << 10, /* the rest of a longer document is not found */
    NB_TITLE_GAP = 128              /* positions between title and text: more than NEAR reaches */
};

/** Add a term at the current position; text that does not fit a term is cut. */
void nb_entry_term(struct nb_buf *entry, enum nb_term_kind kind, struct nb_slice text);

/** Go on by so many positions. */
void nb_entry_step(struct nb_buf *entry, uint64_t positions);

/** Tokens that count as words: punctuation has no position. */
static inline bool nb_entry_counts(const struct tr_token *token)
{
    return token->kind != TR_PUNCT;
}

/**
 * The term of two words in a row. Phrases of frequent words are most of what looking at positions
 * costs, so they are terms of their own ("common grams").
 * @param speller  says what is frequent.
 * @param out      room for a term.
 * @return false when there is no such term: one of the two is not frequent.
 */
bool nb_entry_pair(const struct tr_speller *speller, enum nb_term_kind kind, struct nb_slice first,
                   struct nb_slice second, char out[NB_TERM_BYTES_MAX], struct nb_slice *term);

/** A text of a document, read. */
struct nb_entry_text {
    const struct tr_token *tokens;
    const struct tr_reading *readings;
    size_t n;
};

/**
 * The words of title and text.
 * @param speller  as above; part of what the index was read with.
 * @param out  [out] in arena; goes to nb_entry_make().
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_entry_words(const struct tr_lexicon *lexicon, const struct tr_speller *speller,
                           const struct nb_entry_text *title, const struct nb_entry_text *text,
                           struct nb_arena *arena, struct nb_slice *out) NB_MUSTUSE;

/**
 * A whole entry.
 * @param author  id, see nb_author_id(); may be empty.
 * @param words   as above; may be empty.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_entry_make(const struct nb_document *document,
                          const struct nb_annotation *annotation, struct nb_slice author,
                          struct nb_slice words, struct nb_buf *out) NB_MUSTUSE;

struct nb_numbered_entry {
    uint64_t number;
    struct nb_slice bytes;
};

/**
 * A segment of level 0 of entries in ascending order, at least one.
 * @param out  [out] borrowed from the writer.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT.
 */
enum nb_err nb_entries_index(const struct nb_numbered_entry *entries, size_t n,
                             struct nb_segment_writer *writer, struct nb_slice *out) NB_MUSTUSE;

#endif
