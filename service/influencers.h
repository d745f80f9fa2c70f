/**
 * What the pages of `nabiz influencers` share: the query, the columns of scores, and the printers
 * of the list (influencers_list.c) and of one author's ledger (influencers_ledger.c).
 *
 * Threads: main only.
 */
#ifndef NABIZ_SERVICE_INFLUENCERS_H
#define NABIZ_SERVICE_INFLUENCERS_H

#include <nabiz/influence.h>
#include <nabiz/json.h>

#include "service/answer.h"

enum nb_influencers_format { NB_AS_TABLE, NB_AS_JSON, NB_AS_CSV };

struct nb_influencers_query {
    struct nb_influence_query asked;
    struct nb_weights weights; /* asked.weights */
    int64_t limit;
    int64_t min_trust;
    int64_t portfolio_n; /* 0: a list is wanted */
    int64_t budget;      /* of the portfolio, in ordinary authors; 0: no limit */
    bool has_min_trust;
    const char *sort;
    const char *own; /* sites of one's own, with commas between them; may be NULL */
    enum nb_influencers_format format;
    int32_t offset_min;
};

/* Columns of scores in the order they are printed: those before the interval, the one between it
 * and the evidence, and those behind. */
enum { NB_SCORES_N = 8, NB_SCORES_BEFORE_INTERVAL = 6, NB_SCORES_BEFORE_EVIDENCE = 7 };

const char *nb_score_name(size_t i);
int32_t nb_score_at(const struct nb_influencer *row, size_t i);

/** Members of an object: who it is and the scores. */
void nb_json_influencer(struct nb_json *json, const struct nb_influencer *row);
/** Members of an object: what was asked for. */
void nb_json_influencers_query(struct nb_json *json, const struct nb_influencers_query *query);

/** A number of thousandths, or null. */
void nb_json_known(struct nb_json *json, const char *key, int32_t value);

/** @param shown_n  [out] rows printed. */
enum nb_err nb_influencers_list(struct nb_txn *txn, const struct nb_influencers_query *query,
                                struct nb_answer *answer, size_t *shown_n) NB_MUSTUSE;

/** Authors who together reach most. @param shown_n  [out] authors printed. */
enum nb_err nb_influencers_portfolio(struct nb_txn *txn, const struct nb_influencers_query *query,
                                     struct nb_answer *answer, size_t *shown_n) NB_MUSTUSE;

/** @return also NB_ENOTFOUND. */
enum nb_err nb_influencers_ledger(struct nb_txn *txn, struct nb_slice author,
                                  const struct nb_influencers_query *query,
                                  struct nb_answer *answer) NB_MUSTUSE;

#endif
