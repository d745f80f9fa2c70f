/**
 * The stems of a root: every shape it takes before suffixes (kitap, kitab-; git, gid-; de, d-,
 * di-).
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TURKISH_STEMS_H
#define NABIZ_TURKISH_STEMS_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/slice.h>

#include "analyzer/turkish/rules.h"

#define TR_ROOT_BYTES_MAX 48

/* Marks behind a root: what is irregular about it. */
enum tr_mark {
    TR_MARK_SOFT = 1,      /* ~ */
    TR_MARK_DROP = 2,      /* - */
    TR_MARK_DOUBLE = 4,    /* + */
    TR_MARK_FRONT = 8,     /* ^ */
    TR_MARK_NARROW = 16,   /* ! */
    TR_MARK_HARD = 32,     /* = */
    TR_MARK_AORIST = 64,   /* * */
    TR_MARK_COMPOUND = 128 /* & */
};

#define TR_CAUSATIVE_REGULAR 255

struct tr_root_word {
    struct nb_slice text; /* folded, without apostrophe, 1 to TR_ROOT_BYTES_MAX bytes */
    uint8_t upos;
    bool abbreviation;
    uint8_t causative; /* number of the kind, or TR_CAUSATIVE_REGULAR */
    unsigned marks;
};

struct tr_stem {
    struct nb_slice text;
    uint8_t start; /* enum tr_start */
    uint8_t context;
    bool whole; /* the root itself */
};

/** @return false to stop. */
typedef bool tr_stem_fn(void *context, const struct tr_stem *stem);

/**
 * @param letters  contexts that names of the letters a to z end in.
 * @return false when emit did.
 */
bool tr_stems(const struct tr_root_word *root, const uint8_t *letters, tr_stem_fn *emit,
              void *context);

/** Take the marks off the end of a word. @return the marks. */
unsigned tr_marks_take(struct nb_slice *word);

#endif
