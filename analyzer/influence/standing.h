/**
 * Standing: the trust that everybody stands in, over all acts the analysis store knows of, and who
 * gives it. What it is made of: graph.h, groups.h, seeds.h, trust.h.
 *
 * A small store's is made when it is asked for. In a large one that would take seconds, so the
 * analyzer writes it to STANDING from time to time, at places in the log that follow from the log
 * alone: the store is the same whatever the batches were and however often it was begun anew.
 *
 * Threads: a standing does not change; functions with a transaction are as that.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_STANDING_H
#define NABIZ_ANALYZER_INFLUENCE_STANDING_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

/* Acts up to which it is made when it is asked for; supporters that are stored of an author. */
enum { NB_STANDING_DIRECT_N = 200000, NB_STANDING_SHARES_MAX = 256 };

struct nb_standing_view;

/**
 * Open what answers best: made now, or as stored.
 * @param topic  what is made now walks from its seeds too (nabiz/seeds.h); empty: from those
 *               without a topic, as what is stored does.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (2^32 - 2 authors or acts), NB_ECORRUPT. Free with
 *         nb_standing_close().
 */
enum nb_err nb_standing_open(struct nb_txn *txn, struct nb_slice topic,
                             struct nb_standing_view **out) NB_MUSTUSE;
void nb_standing_close(struct nb_standing_view *view);

/**
 * One author's: trust_milli, and groups that give it, the strongest of each with its points.
 * @param out  [out] in the arena; NULL when nobody is known to act towards the author.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_standing_get(const struct nb_standing_view *view, struct nb_slice author,
                            struct nb_arena *arena, struct nb_standing **out) NB_MUSTUSE;

/** Whether the standing is to be written after the document of this number: in steps that grow with
 * the log, a thirty-second to a sixty-fourth of it, so that all of them together cost a constant
 * share of analysing the log. */
bool nb_standing_is_due(uint64_t number);

/** Make it from EDGE and write it to STANDING. @return as nb_standing_open(), or the transaction's
 * first error. */
enum nb_err nb_standing_write(struct nb_txn *txn) NB_MUSTUSE;

#endif
