/**
 * The standing of a large store, kept beside the log: made anew in steps that grow with it, and in
 * between told what every step of a smaller size changed, so that what is stored is never far
 * behind.
 *
 * Made anew means groups, seeds and communities are found again. In between they stay, acts are
 * added and taken away exactly (nb_trust_change()), and only rows that changed are written. All of
 * this happens at documents that follow from the log alone, and what is in memory can be had from
 * the store: groups, voices and seeds from STANDING, acts from EDGE. So the store is the same to
 * the byte whatever the batches were, and whenever the analyzer was killed and begun again.
 *
 * In memory are support (18 bytes for each pair of authors), trust and names (some 100 for each
 * author), and the acts since the last step. Nothing is kept of a store that is small enough to be
 * asked directly.
 *
 * Threads: one committer.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_STANDING_KEEP_H
#define NABIZ_ANALYZER_INFLUENCE_STANDING_KEEP_H

#include <nabiz/record.h>
#include <nabiz/store.h>

/* Where it is kept: what tests make smaller. */
struct nb_standing_places {
    uint64_t acts_least; /* in a store of no more nothing is kept */
    unsigned anew_bits;  /* it is made anew every 2^this documents, in a large log every 32nd to
                            64th part of it */
    unsigned step_bits;  /* and brought up to date every 2^this, or 1024th to 2048th part */
};

struct nb_standing_keep;

/** @param places  NULL: the usual ones. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_standing_keep_new(const struct nb_standing_places *places,
                                 struct nb_standing_keep **out) NB_MUSTUSE;
void nb_standing_keep_free(struct nb_standing_keep *keep);

/* All that follows may be called with NULL: nothing is kept then. */

/**
 * A transaction begins, in a store that covers documents up to cursor. What was told in one that
 * came to nothing is noticed by that, and what is in memory thrown away.
 */
void nb_standing_keep_begin(struct nb_standing_keep *keep, uint64_t cursor);

/** The acts of a document came into EDGE, or (sign -1) went. @return NB_OK, NB_ENOMEM, NB_ETOOBIG.
 */
enum nb_err nb_standing_keep_note(struct nb_standing_keep *keep,
                                  const struct nb_annotation *document, int sign) NB_MUSTUSE;

/**
 * A document and all before it are in the store: write STANDING if it is time.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT, or the transaction's first error. Cost: linear
 *         in what changed; anew, and the first time, in all of EDGE and STANDING.
 */
enum nb_err nb_standing_keep_step(struct nb_standing_keep *keep, struct nb_txn *txn,
                                  uint64_t number) NB_MUSTUSE;

/** The transaction ends, covering documents up to cursor. */
void nb_standing_keep_end(struct nb_standing_keep *keep, uint64_t cursor);

#endif
