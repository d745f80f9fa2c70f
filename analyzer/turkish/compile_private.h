/**
 * What reading lexicons (compile.c) and laying out the image (compile_image.c) share.
 *
 * Threads: a compiler belongs to one thread.
 */
#ifndef NABIZ_TURKISH_COMPILE_PRIVATE_H
#define NABIZ_TURKISH_COMPILE_PRIVATE_H

#include "analyzer/turkish/compile.h"
#include "analyzer/turkish/rules.h"
#include "analyzer/turkish/table.h"

#define TR_ROOT_FEATURES_MAX 16

struct tr_compiled_root {
    uint32_t lemma, key; /* ids of words */
    uint8_t upos, features_n;
    uint8_t features[TR_ROOT_FEATURES_MAX];
};

/* One way a root begins a word; those of one form are chained in the order they came. */
struct tr_compiled_stem {
    uint32_t root, next;
    uint8_t start, context;
    bool whole;
};

struct tr_compiler {
    struct nb_arena *arena;
    struct tr_rules *rules;
    struct tr_table words; /* id = key */
    struct tr_table forms;
    uint32_t *first, *last; /* stems, by id of form */
    struct tr_compiled_stem *stems;
    struct tr_compiled_root *roots;
    size_t forms_cap, stems_n, stems_cap, roots_n, roots_cap;
    uint64_t texts;
    uint8_t letters[26];
    uint32_t root; /* whose stems are coming in */
    struct nb_slice image;
};

#endif
