/**
 * Copies: near-duplicates as clusters in the analysis store, with their order of publication.
 *
 * Every document is in one cluster, whose id is the number of the document that founded it. A
 * cluster is looked up by the shingles of one of its documents, its representative: the founder,
 * or when that is gone the earliest that is left. A document joins the cluster of the
 * representative it is most alike, so that clusters do not drift from copy to copy.
 *
 * COPY holds a row a document, in the order of publication: the first one is the first publisher
 * as far as the log went, which need not be the founder. SHINGLE leads from a key of a
 * representative to its number; a key that many share keeps the newest of them.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_COPIES_H
#define NABIZ_COPIES_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

/**
 * Find the cluster of a document, enter it there and set kept->cluster. When somebody else
 * published the text before, an edge from the author to the first publisher is added to
 * kept->edges.
 * @param kept    number, at_ms and shingles are set.
 * @param author  as nb_author_id().
 * @param arena   owns what kept is given.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_copies_add(struct nb_txn *txn, const struct nb_document *document,
                          struct nb_annotation *kept, struct nb_slice author,
                          struct nb_arena *arena) NB_MUSTUSE;

/** Take a document out of its cluster. The others keep its id. @return as nb_copies_add(). */
enum nb_err nb_copies_remove(struct nb_txn *txn, const struct nb_annotation *kept,
                             struct nb_arena *arena) NB_MUSTUSE;

/* Clusters that a text is compared with. */
enum { NB_COPIES_ALIKE_MAX = 16 };

struct nb_shingles;

/**
 * Clusters that hold a text, or a part or an extension of it, which need not be in the store.
 * @param shingles  of the text.
 * @param arena     scratch.
 * @param clusters  [out] n of them, each once.
 * @return NB_OK (maybe none), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_copies_alike(struct nb_txn *txn, const struct nb_shingles *shingles,
                            struct nb_arena *arena, uint64_t clusters[NB_COPIES_ALIKE_MAX],
                            size_t *n) NB_MUSTUSE;

struct nb_copy_row {
    int64_t at_ms;
    uint64_t number;
    const struct nb_copy *copy;
};

/**
 * The documents of a cluster, first published first, at most max_n of them.
 * @param out  [out] array in the arena.
 * @return NB_OK (maybe 0 rows), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_copies_list(struct nb_txn *txn, uint64_t cluster, size_t max_n,
                           struct nb_arena *arena, const struct nb_copy_row **out,
                           size_t *out_n) NB_MUSTUSE;

#endif
