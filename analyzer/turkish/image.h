/**
 * The compiled core as it lies in a file: a header, then arrays that are used where they are. All
 * references are indices, and every one is checked when the image is opened, so that reading words
 * with it needs no checks.
 *
 * Numbers are little-endian; elsewhere the file is refused, and the texts are compiled in memory.
 *
 * Threads: pure functions; an image is immutable.
 */
#ifndef NABIZ_TURKISH_IMAGE_H
#define NABIZ_TURKISH_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/turkish/morph.h"
#include "analyzer/turkish/rules.h"
#include "analyzer/turkish/sounds.h"

#define TR_IMAGE_VERSION 3u
#define TR_IMAGE_BYTES_MAX ((size_t)64 << 20)
#define TR_LETTERS_N 384 /* code points that have codes: Latin, Latin-1, Extended-A */
#define TR_CODES_MAX 127 /* the last one is every other letter */
#define TR_CODE_OTHER 127

/*
 * Trie of stems. A cell has its base in the low 23 bits and the code that leads to it in seven
 * others; the child by code c is cell base + c if that cell has code c. Two cells share a base only
 * if all that is behind them is the same. ENDS says that a stem ends here: then the child by code 0
 * holds, instead of a base, the first entry of that stem. ALONE says that it has no other child,
 * and that the cell holds the entry itself. A free cell is 0, which no code leads to; no letter of
 * a stem has TR_CODE_OTHER.
 *
 * Ways, the trie of suffixes, is the same with a tree for every list of edges and the first edge of
 * a text as value; lists have much in common, so that little of it is written out.
 */
#define TR_TRIE_BASE(cell) ((cell)&0x7fffffu)
#define TR_TRIE_CODE(cell) ((cell) >> 24 & 0x7fu)
#define TR_TRIE_FREE 0u
#define TR_TRIE_ALONE 0x00800000u
#define TR_TRIE_ENDS 0x80000000u

/** The value of a cell with TR_TRIE_ENDS. */
static inline uint32_t tr_trie_value(const uint32_t *cells, uint32_t cell)
{
    const uint32_t *held = cell & TR_TRIE_ALONE ? &cell : &cells[TR_TRIE_BASE(cell)];
    return TR_TRIE_BASE(*held);
}

/** The child of a cell by a code, 0 when it has none. */
static inline uint32_t tr_trie_child(const uint32_t *cells, uint32_t cell, uint8_t code)
{
    uint32_t child = cell & TR_TRIE_ALONE ? TR_TRIE_FREE : cells[TR_TRIE_BASE(cell) + code];
    return TR_TRIE_CODE(child) == code ? child : TR_TRIE_FREE;
}

/* One way a root begins a word. */
struct tr_entry {
    uint32_t root;
    uint16_t node;
    uint16_t kind; /* what the root is, times TR_ENTRY_KINDS, and flags */
};

enum {
    TR_ENTRY_LAST = 1,
    TR_ENTRY_STEM = 2, /* the root as the lexicon has it */
    TR_ENTRY_FORM = 4, /* a whole form, with its analysis */
    TR_ENTRY_KINDS = 8
};

/* What many roots are. Beside the entries, so that a word that ends otherwise asks for no root. */
struct tr_root_kind {
    uint64_t features;
    uint8_t upos;
    uint8_t unused[7];
};

struct tr_image_root {
    uint32_t lemma; /* key, as written, with its circumflex */
    uint32_t key;   /* key of the folded lemma */
    uint32_t kind;
};

/* A state in a context. */
struct tr_node {
    /*
     * Sets of codes mod 64: of the first letter that may follow, on any edge, and of the second, on
     * the same or on one behind it. 0 stands for the end of the word.
     */
    uint64_t firsts, seconds;
    uint32_t ways; /* base in ways of its edges */
    uint32_t ends; /* first step taken when the word ends here */
    uint16_t ends_n;
    uint8_t unused[6];
};

/* One of the edges with the same text from the same node, which lie side by side. */
struct tr_edge {
    uint16_t node; /* behind it */
    uint16_t step;
    uint8_t soft; /* the last letter has softened: a lemma that ends here ends in k */
    uint8_t last; /* no more of them */
};

/* What a suffix says, and the steps without suffix before it. */
struct tr_step {
    uint64_t add, drop; /* features */
    uint32_t path;
    uint16_t line; /* of the suffix */
    uint8_t upos;  /* TR_UPOS_N: stays */
    uint8_t flags;
};

enum { TR_STEP_LEMMA = 1, TR_STEP_DERIVED = 2, TR_STEP_PRIVATIVE = 4, TR_STEP_TAIL = 8 };

enum tr_part {
    TR_PART_LETTERS,  /* uint8_t by code point: its code */
    TR_PART_VARIANTS, /* uint8_t by code: the code of the letter it may be typed for, or 0 */
    TR_PART_TRIE,
    TR_PART_ENTRIES,
    TR_PART_KINDS,
    TR_PART_ROOTS,
    TR_PART_NODES,
    TR_PART_WAYS,
    TR_PART_EDGES,
    TR_PART_ENDS, /* uint16_t: steps */
    TR_PART_STEPS,
    TR_PART_WORDS,    /* uint32_t: where each string of the vocabulary begins, and the end */
    TR_PART_SLOTS,    /* uint32_t: keys by hash, 0 free; a power of two */
    TR_PART_FEATURES, /* uint32_t: where each feature's name begins, and the end */
    TR_PART_STRINGS,
    TR_PART_N
};

struct tr_image {
    char magic[8];
    uint32_t version;
    uint32_t order;    /* TR_IMAGE_ORDER, as this machine writes it */
    uint64_t bytes;    /* of the file */
    uint64_t texts;    /* hash of the texts it was made from */
    uint64_t checksum; /* of everything behind this field */
    struct {
        uint32_t at; /* bytes from the beginning, a multiple of 8 */
        uint32_t n;  /* items */
    } parts[TR_PART_N];
    uint16_t start[TR_STARTS_N]; /* states */
    uint16_t states_n;
    uint8_t digits[10];  /* contexts: what a number is read as that ends so */
    uint8_t tens[10];    /* ... in this digit and a zero */
    uint8_t powers[5];   /* ... in two zeros, three, six, nine and twelve */
    uint8_t letters[26]; /* contexts of names of letters */
};

#define TR_IMAGE_MAGIC "NBTRCORE"
#define TR_IMAGE_ORDER 0x01020304u

/** Bytes of one item. */
size_t tr_part_item_bytes(enum tr_part part);

/** Write the checksum, once everything else is there. */
void tr_image_seal(struct tr_image *image);

/**
 * Check all of it.
 * @param bytes  aligned to 8.
 * @return NB_OK, NB_ENEWER (another version), NB_ECORRUPT; error says what.
 */
enum nb_err tr_image_check(struct nb_slice bytes, struct nb_error *error) NB_MUSTUSE;

static inline const void *tr_image_part(const struct tr_image *image, enum tr_part part)
{
    return (const char *)image + image->parts[part].at;
}

#endif
