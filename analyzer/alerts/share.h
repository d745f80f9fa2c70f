/**
 * Share: are more of a topic's documents negative than usual, given how many there are? Ten
 * complaints among ten documents mean something else than ten among a thousand.
 *
 * What is usual fades with the documents that come: the last NB_SHARE_MEMORY or so count. The
 * deviation is k - n p over sqrt(n p (1 - p) f), where f = 2 stands for opinions that follow each
 * other (overdispersion; a binomial has 1). The rarity is a detector's, -log10 of how many such
 * alarms there are a week: that of a normal tail, 0.217 z^2 + 0.4, in a hundred windows a week.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_SHARE_H
#define NABIZ_ANALYZER_SHARE_H

#include <stdint.h>

#include <nabiz/record.h>

enum {
    NB_SHARE_MEMORY = 500,    /* documents */
    NB_SHARE_LEARNT_MIN = 30, /* with fewer there is no usual */
    NB_SHARE_COUNT_MIN = 8    /* of fewer documents nothing is said */
};

struct nb_share {
    int32_t usual_milli; /* -1: not known */
    int32_t share_milli;
    int32_t rarity_milli; /* far below 0 when it is no more than usual */
    int32_t deviation_milli;
    int64_t limit_milli; /* documents that would be negative at a rarity of 0.7 */
};

/** Fade what is usual by n documents and add them, k of them negative. k <= n. */
void nb_share_learn(struct nb_topic_watch *row, uint64_t n, uint64_t k);

/** Judge k negative ones of n. */
struct nb_share nb_share_judge(const struct nb_topic_watch *row, uint64_t n, uint64_t k);

#endif
