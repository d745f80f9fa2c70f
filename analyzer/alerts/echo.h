/**
 * Echo: a text that several publishers carry within two days, more of them than is usual for the
 * topic. Near-duplicates are one text (copies.h), a publisher is an author.
 *
 * How often texts of this topic reach so many publishers is counted, of long and of short ones;
 * where none ever did, it is taken from the largest that did, one with k publishers being (k / j)^3
 * times as rare as one with j. Rarities are a detector's: -log10 of how many there are a week.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_ECHO_H
#define NABIZ_ANALYZER_ECHO_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

#define NB_ECHO_WINDOW_MS (2 * NB_DAY_MS)

enum {
    NB_ECHO_PUBLISHERS_MIN = 4,  /* fewer are no alarm */
    NB_ECHO_PUBLISHERS_MAX = 64, /* more are as good as these */
    NB_ECHO_COPIES_MAX = 256,    /* read of a text */
    NB_ECHO_LONG_SHINGLES = 40   /* texts with more are long: short ones are alike by chance */
};

struct nb_echo {
    uint64_t cluster;
    uint32_t publishers_n; /* in the window that ends with the document */
    int64_t first_ms;      /* first publication in the window */
    bool rings;            /* enough publishers to say something: */
    int32_t rarity_milli;
};

/**
 * What the document's text has become with it; counts it in row->echos.
 * @param kept  entered among the copies.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, or the transaction's first error.
 */
enum nb_err nb_echo_look(struct nb_txn *txn, struct nb_topic_watch *row,
                         const struct nb_annotation *kept, int64_t clock_ms, struct nb_arena *arena,
                         struct nb_echo *out) NB_MUSTUSE;

/**
 * Rarity of a text with k publishers, itself counted among the sizes. Pure. k >= 2.
 * @param sizes       texts that reached 2, 3, 4 ... publishers.
 * @param watched_ms  how long that was counted.
 */
int32_t nb_echo_rarity(const uint32_t *sizes, size_t sizes_n, uint32_t k, int64_t watched_ms);

#endif
