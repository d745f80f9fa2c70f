/**
 * Spike: are there more documents in this hour than is usual? First form; docs/alerts.md tells why.
 *
 * Integer arithmetic only: the same answer on every machine.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_SPIKE_H
#define NABIZ_ANALYZER_SPIKE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    NB_SPIKE_HISTORY_H = 7 * 24, /* hours looked back */
    NB_SPIKE_HISTORY_MIN_H = 48, /* with less, there is no answer */
    NB_SPIKE_COUNT_MIN = 5,      /* fewer documents are never a spike */
    NB_SPIKE_SIGMAS = 4
};

/** What came before: documents in each of hours_n hours, added up. */
struct nb_spike_history {
    uint64_t sum;
    uint64_t squares; /* sum of the squares */
    uint32_t hours_n; /* hours without documents are among them */
};

/** Add an hour's count to sum and squares. Counts over a million count as a million. */
void nb_spike_add(struct nb_spike_history *history, uint64_t count);

struct nb_spike {
    bool is_spike;
    int64_t expected_milli;  /* mean of the hours before */
    int64_t limit_milli;     /* mean + 4 * sqrt(variance + mean + 1): above it is a spike */
    int64_t deviation_milli; /* (count - mean) / sqrt(variance + mean + 1) */
    uint32_t severity;       /* 1..10; 0 when no spike */
};

/**
 * variance + mean + 1: what the hours varied by, never less than counting at random would (the
 * variance of a Poisson count is its mean), and 1 so that a silent topic is not alarmed by a few.
 */
void nb_spike_judge(const struct nb_spike_history *history, uint64_t count, uint64_t negative_n,
                    struct nb_spike *out);

#endif
