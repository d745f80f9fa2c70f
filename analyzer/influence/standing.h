/**
 * Standing: the trust that everybody stands in, over acts the analysis store knows of, and who
 * gives it. What it is made of: graph.h, groups.h, seeds.h, trust.h.
 *
 * A small store's is made when it is asked for. In a large one that would take long, so the
 * analyzer keeps that over all acts in STANDING (standing_keep.h), and what is asked about a window
 * or a topic with seeds of its own is made of as many acts as can be read.
 *
 * Threads: a standing does not change; functions with a transaction are as that.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_STANDING_H
#define NABIZ_ANALYZER_INFLUENCE_STANDING_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/influence.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

/* Acts of a store up to which nothing is stored; acts that are read for one question in a larger
 * one; documents whose acts are; supporters that are told of an author. */
enum {
    NB_STANDING_DIRECT_N = 200000,
    NB_STANDING_READ_N = 2000000,
    NB_STANDING_DOCUMENTS_N = 100000,
    NB_STANDING_SHARES_MAX = 256
};

#define NB_META_STANDING "standing" /* key of ANALYSIS_META: a StandingPlace, when it is kept */

struct nb_standing_query {
    struct nb_slice topic;   /* its seeds count too (nabiz/seeds.h); empty: none has any */
    int64_t from_ms, to_ms;  /* acts of [from, to) */
    const uint64_t *numbers; /* documents on the topic, ascending: their acts stand in for all, */
    size_t numbers_n;        /* where those are too many */
    size_t read_n;           /* 0: NB_STANDING_READ_N; tests have fewer */
};

struct nb_standing_view;

/**
 * Open what answers best: made now, or as stored.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (2^32 - 2 authors or acts), NB_ECORRUPT. Free with
 *         nb_standing_close().
 */
enum nb_err nb_standing_open(struct nb_txn *txn, const struct nb_standing_query *query,
                             struct nb_standing_view **out) NB_MUSTUSE;
void nb_standing_close(struct nb_standing_view *view);

enum nb_trust_basis nb_standing_basis(const struct nb_standing_view *view);

/**
 * One author's: trust_milli, and groups that give it, the strongest of each with its points.
 * @param out  [out] in the arena; NULL when nobody is known to act towards the author.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_standing_get(const struct nb_standing_view *view, struct nb_slice author,
                            struct nb_arena *arena, struct nb_standing **out) NB_MUSTUSE;

#endif
