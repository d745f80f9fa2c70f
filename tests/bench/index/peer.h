/**
 * What the benchmark asks of every index alike.
 */
#ifndef NABIZ_BENCH_INDEX_PEER_H
#define NABIZ_BENCH_INDEX_PEER_H

#include "tests/bench/index/corpus.h"

enum ask { ASK_COUNT, ASK_AND, ASK_OR, ASK_PHRASE, ASK_NEAR, ASK_FACETS, ASKS_N };

enum { TERMS_MAX = 5, NEAR_WORDS = 5 };

/** How many documents have the term, both, any, the two in a row, the two near each other; and how
 * many that have the term are of each label and each site. */
struct question {
    enum ask ask;
    struct nb_slice terms[TERMS_MAX];
    size_t n;
};

struct peer {
    const char *name;
    void *state;
    bool (*add)(void *state, uint64_t number, const struct bench_document *document);
    bool (*finish)(void *state);
    /* @param us [out] CPU time it took. */
    bool (*ask)(void *state, const struct question *question, uint64_t *count, int64_t *us);
    int64_t (*build_us)(void *state); /* CPU time of all adds and finish */
    uint64_t (*bytes)(void *state);
    void (*close)(void *state);
};

/** CPU time of this process. */
int64_t bench_cpu_us(void);

/* Each is made in an empty directory of its own. @return false when it cannot be. */
bool peer_nabiz(const char *dir, const struct tr_speller *speller, struct peer *out);
bool peer_fts5(const char *dir, struct peer *out);
bool peer_xapian(const char *dir, struct peer *out);

#endif
