/**
 * Retweet trees of the material for trials (twitter15): read, mended and measured.
 *
 * Threads: none.
 */
#ifndef NABIZ_TESTS_RETWEETS_H
#define NABIZ_TESTS_RETWEETS_H

#include "analyzer/influence/cascade.h"
#include "analyzer/influence/names.h"

/* One user's taking part in a tree. */
struct nbt_take {
    uint32_t user;
    uint32_t from;             /* index in the tree; NB_CASCADE_ROOT */
    uint32_t taken_n, below_n; /* children; all descendants */
    int64_t at_s;
};

struct nbt_tree {
    uint64_t id;
    int64_t at_ms; /* of its first tweet, from the id */
    struct nbt_take *takes;
    uint32_t n;
    struct nb_cascade figures;
};

struct nbt_trees {
    struct nb_names *users;
    struct nbt_tree *trees; /* by time */
    uint32_t n;
    uint64_t rows_n;
    struct nb_cascade_repairs repairs;
};

/**
 * Read a file of lines: tree, label, parent or ROOT, child, delays of both in minutes. A tree's
 * root is the child of its first ROOT line. Fails the test on a malformed file. In arena, but for
 * users: free with nb_names_free().
 */
void nbt_read_trees(const char *path, struct nb_arena *arena, struct nbt_trees *out);

#endif
