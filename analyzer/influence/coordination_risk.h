/**
 * Coordination as a risk of each author, over everything that was published or over a topic.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_COORDINATION_RISK_H
#define NABIZ_ANALYZER_INFLUENCE_COORDINATION_RISK_H

#include "analyzer/influence/coordination.h"

enum nb_coordination_sign {
    NB_SIGN_NONE,
    NB_SIGN_NONSENSE, /* writes nonsense, more of it than mistakes make */
    NB_SIGN_CROWD,    /* one of many who write nonsense within an hour */
    NB_SIGN_TEXT,     /* one of a group that shares a text: see coordination.h */
    NB_SIGN_TOGETHER  /* copies, again and again, within seconds of the same other author */
};

/** What speaks most against an author. */
struct nb_coordination_risk {
    int32_t risk_milli; /* 1000 b / (b + 20), b: bits of the evidence; 500: one in a million */
    int32_t mbits;
    uint64_t number; /* the first document that is part of it; 0: none */
    enum nb_coordination_sign sign;
};

/** "shares a text with others within minutes" and the like; "" for none. */
const char *nb_coordination_sign_name(enum nb_coordination_sign sign);

/**
 * @param acts  of all authors, in any order; best without shingles where there are many. At most
 * 2^26.
 * @param out   [out] authors_n of them, by author; all 0 for whom nothing speaks against.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG. Cost: n log n; some 150 bytes a row while it runs.
 */
enum nb_err nb_coordination_risks(const struct nb_coordination_act *acts, size_t n,
                                  uint32_t authors_n, struct nb_coordination_risk *out) NB_MUSTUSE;

#endif
