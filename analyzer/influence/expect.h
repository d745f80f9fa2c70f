/**
 * Spread to be expected of an author, from what earlier acts brought.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_EXPECT_H
#define NABIZ_ANALYZER_INFLUENCE_EXPECT_H

#include <stddef.h>
#include <stdint.h>

enum {
    NB_EXPECT_HALF_LIFE_S = 730 * 86400,   /* of an act's weight */
    NB_EXPECT_PROMPT_S = 3600,             /* an adoption so late counts half */
    NB_EXPECT_OCCASION_S = 3 * 86400,      /* acts no further apart are of one occasion */
    NB_EXPECT_SHRINKAGE_MILLI = 8000,      /* where every act is known */
    NB_EXPECT_BURST_SHRINKAGE_MILLI = 2000 /* where acts are known by their bursts only */
};

/* What one act brought: the sum of nb_expect_prompt_milli() over those who took it up straight from
 * it. */
struct nb_expect_act {
    int64_t at_s;
    uint32_t taken_milli;
};

/**
 * What an adoption counts that came so long after the act: 1000 / (1 + delay / NB_EXPECT_PROMPT_S).
 * Who follows an author takes an act up at once: half of all retweets come within an hour (Kwak et
 * al. 2010, What is Twitter). What comes late came by way of others and says less of the next act.
 */
uint32_t nb_expect_prompt_milli(int64_t delay_s);

/**
 * Adoptions to be expected of an author, in thousandths and up to a factor that is the same for
 * all: how often the author acts, times what an act usually brings,
 *     W * (sum of w * sqrt(taken) / (W + s))^2,   W: sum of w.
 * w halves every NB_EXPECT_HALF_LIFE_S before now, and k acts of one occasion weigh as much as
 * sqrt(k): five posts on one affair say less of the next year than five affairs, as draws from
 * one cluster do (Kish 1965, design effect). The power mean of order 1/2 lies between the
 * geometric and the arithmetic one: a lucky act counts, but not as a habit. The shrinkage s is as
 * many more acts that brought nothing: it draws down those seen once or twice, of whom most never
 * come back. tests/eval/eval_cascades.c measures how well it predicts.
 * @param acts  oldest first; n below 2^18.
 */
int64_t nb_expect_spread(const struct nb_expect_act *acts, size_t n, uint32_t shrinkage_milli,
                         int64_t now_s);

/* Scratch of nb_expect_acts() for each group of adopters; begins as zeroes and is kept from one
 * author to the next. */
struct nb_expect_met {
    uint32_t act, burst;
};

/**
 * Guess an author's acts from when others adopted. What is new finds its public at once, while an
 * old success trickles on for months: after a day of silence an adoption begins an act if in the
 * next six hours at least a tenth as many groups adopt as in the liveliest such hours so far.
 * Without silence one looks every six hours, and asks for three tenths. All else goes on with the
 * act before.
 * @param adoptions  n of them, ascending: second << 32 | group.
 * @param met        of each group.
 * @param stamp      begins as 0 and is kept like met; goes up by less than 2 n.
 * @param acts       [out] room for n; each group counts once in an act.
 * @return how many acts; 0 only of no adoptions. Linear.
 */
size_t nb_expect_acts(const uint64_t *adoptions, size_t n, struct nb_expect_met *met,
                      uint32_t *stamp, struct nb_expect_act *acts);

/** 0..1000, by its logarithm, so that large ones stay apart: 1000 for a million. */
int32_t nb_expect_score(int64_t expected_milli);

#endif
