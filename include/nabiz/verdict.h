/**
 * Verdict: the parts of an author's influence as answers to what a campaign team asks, in plain
 * words, and what to do about the author. Nothing is added: each answer names the numbers it is
 * made from.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_VERDICT_H
#define NABIZ_VERDICT_H

#include <nabiz/credibility.h>
#include <nabiz/influence.h>

enum nb_answer_kind { NB_ANSWER_UNKNOWN, NB_ANSWER_NO, NB_ANSWER_PARTLY, NB_ANSWER_YES };

/** "not enough data", "no", "somewhat", "yes" */
const char *nb_answer_text(enum nb_answer_kind answer);

struct nb_verdict_line {
    const char *question; /* "do they mean something to their readers?" */
    enum nb_answer_kind answer;
    const char *because; /* in the arena */
};

enum { NB_VERDICT_LINES = 4 };

struct nb_verdict_text {
    struct nb_verdict_line lines[NB_VERDICT_LINES];
    const char *advice; /* take them seriously, or serve them like any customer, and why */
};

/**
 * @param own_n  acts of the author that take up one's own messages; UINT64_MAX: not asked for.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_verdict_of(const struct nb_influencer *who, const struct nb_credibility *credibility,
                          uint64_t own_n, const struct nb_weights *weights, struct nb_arena *arena,
                          struct nb_verdict_text *out) NB_MUSTUSE;

#endif
