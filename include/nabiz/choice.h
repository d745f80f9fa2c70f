/**
 * Choice: authors who together reach the most independent groups, for so many or so much money, and
 * whether one star is worth what many ordinary authors cost. docs/influence.md has the model.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_CHOICE_H
#define NABIZ_CHOICE_H

#include <nabiz/influence.h>

enum { NB_CHOICE_MAX = 1000 };

struct nb_chosen {
    struct nb_slice author;
    int32_t score_milli;
    int64_t cost_milli;  /* an ordinary author costs 1000 */
    int64_t alone_milli; /* groups reached alone, in thousandths */
    int64_t gain_milli;  /* groups that those before do not reach */
};

struct nb_choice {
    const struct nb_chosen *chosen; /* in the order chosen */
    size_t n;
    uint32_t groups_n;     /* there are to reach */
    int64_t reached_milli; /* by all together */
    int64_t cost_milli;
    bool sure; /* within 1 - 1/e - 1/10 of the best possible, 999 times in 1,000 */
    bool has_star;
    struct nb_chosen star;      /* who reaches most alone */
    size_t many_n;              /* others for no more than the star costs, ... */
    int64_t many_reached_milli; /* ... and what they reach together */
    int64_t many_cost_milli;
};

/**
 * Choose among the authors that nb_influence_list() gives, but for those who act in coordination.
 * @param picks_n       1..NB_CHOICE_MAX.
 * @param budget_milli  what all may cost; 0: no limit.
 * @return NB_OK (maybe nobody), NB_EINVAL, NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT. Reads all acts that
 *         are stored.
 */
enum nb_err nb_influence_choose(struct nb_txn *txn, const struct nb_influence_query *query,
                                size_t picks_n, int64_t budget_milli, struct nb_arena *arena,
                                struct nb_choice *out) NB_MUSTUSE;

#endif
