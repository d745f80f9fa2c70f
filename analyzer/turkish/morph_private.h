/**
 * What the files of morphology share: an opened core, and the walk over a word.
 *
 * Threads: as in morph.h.
 */
#ifndef NABIZ_TURKISH_MORPH_PRIVATE_H
#define NABIZ_TURKISH_MORPH_PRIVATE_H

#include "analyzer/turkish/image.h"
#include "analyzer/turkish/morph.h"
#include "analyzer/turkish/stems.h"
#include "analyzer/turkish/table.h"

/* A root that was added to a core that is in use; chained by form. */
struct tr_extra_entry {
    uint32_t root; /* of the core, or number of extra root + roots of the core */
    uint32_t next; /* entry of the same form, or TR_NONE */
    uint16_t node;
    bool whole;
};

struct tr_extra_root {
    struct nb_slice lemma;
    uint32_t key;
    uint8_t upos;
};

/* Roots beside the image: words of opinion lexicons and topics. */
struct tr_extra {
    struct tr_table forms;
    uint32_t *first; /* entries, by id of form */
    struct tr_extra_entry *entries;
    struct tr_extra_root *roots;
    size_t entries_n, roots_n;
    size_t longest; /* bytes of a form */
};

struct tr_core {
    const struct tr_image *image;
    const uint8_t *letters, *variants;
    const uint32_t *cells, *ways;
    const struct tr_entry *entries;
    const struct tr_root_kind *kinds;
    const struct tr_image_root *roots;
    const struct tr_node *nodes;
    const uint16_t *ends;
    const struct tr_edge *edges;
    const struct tr_step *steps;
    const uint32_t *words, *slots, *feature_names;
    const char *strings;
    size_t roots_n, keys_n, slots_n, features_n;
    const struct tr_extra *extra; /* may be NULL */
    void *mapped, *copied;        /* what has to be given back */
    size_t mapped_bytes;
};

enum { TR_WORD_LETTERS_MAX = TR_ANALYSE_BYTES_MAX, TR_LEMMAS_MAX = 4, TR_STEPS_MAX = 3000 };

/* How a lemma that is formed from the word ends. */
enum { TR_TAIL_NONE, TR_TAIL_K, TR_TAIL_A, TR_TAIL_E };

/* A word as codes, its apostrophe taken out. */
struct tr_coded {
    uint8_t codes[TR_WORD_LETTERS_MAX + TR_SUFFIX_LETTERS];
    uint8_t at[TR_WORD_LETTERS_MAX + 1]; /* bytes of the folded word before each letter */
    uint8_t n;
    uint8_t border; /* letters before the apostrophe, n without one */
    bool bordered;
};

/* An analysis being built. Candidate 0 is the root, the others are words derived from it. */
struct tr_frame {
    uint64_t features[1 + TR_LEMMAS_MAX];
    uint32_t root, path;
    uint16_t line;
    uint8_t lemma_at[1 + TR_LEMMAS_MAX]; /* letters */
    uint8_t tail[1 + TR_LEMMAS_MAX];
    uint8_t lemmas_n; /* candidates beside the root */
    uint8_t derived;  /* set of candidates that a suffix made another word of */
    uint8_t upos, root_upos, stem, steps, flags;
};

struct tr_walk {
    const struct tr_core *core;
    struct nb_slice folded;
    const struct tr_coded *word;
    bool plain, any_border;
    unsigned steps_left;
    struct tr_analysis *out;
    size_t n, cap;
};

/** @return false when the word is empty, too long or has no letters of ours to begin with. */
bool tr_code(const struct tr_core *core, struct nb_slice folded, struct tr_coded *out);

/** Go on from a node at a letter, recording every analysis that ends with the word. */
void tr_walk_from(struct tr_walk *walk, const struct tr_frame *frame, unsigned node, size_t at);

/** Node of a start in a context. */
static inline unsigned tr_start_node(const struct tr_core *core, unsigned start, unsigned context)
{
    return core->image->start[start] * TR_CONTEXTS + context;
}

/** Analyses of a number in digits with suffixes; none when the word is none. */
void tr_walk_number(struct tr_walk *walk);

#endif
