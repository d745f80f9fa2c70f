/**
 * Verdict: the parts of an author's influence as answers to what a campaign team asks, in plain
 * words, and what to do about the author. Nothing is added: each answer names the numbers it is
 * made from.
 *
 * Threads: pure functions; those with a transaction as that.
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

/* X(id, what a list says of it, what to do). A list says more of some: how many shout. */
#define NB_FINDINGS(X)                                                                             \
    X(COORDINATED, "coordinated", "do not count on them: they act as one with other accounts")     \
    X(CONTRADICTED, "loud: readers contradict",                                                    \
      "a loud voice that its own readers contradict: watch what they spread, and answer with "     \
      "facts")                                                                                     \
    X(SHOUTING, "loud",                                                                            \
      "a loud voice that shouts more than it tells: watch what they spread, and answer with "      \
      "facts")                                                                                     \
    X(TRUSTED, "trusted", "take them seriously: others follow what they say")                      \
    X(HALF_TRUSTED, "somewhat trusted", "take them seriously: others follow what they say")        \
    X(DISBELIEVED, "loud: not believed",                                                           \
      "a loud voice that is not believed: watch what they spread, and answer facts")               \
    X(QUIET, "trusted: few follow", "a trusted voice with few followers: worth knowing early")     \
    X(SOME_WEIGHT, "", "some weight: answer them well, and look again in a month")                 \
    X(ORDINARY, "", "serve them like any customer: nothing shows that others follow them")

enum nb_finding {
#define X(id, mark, advice) NB_FINDING_##id,
    NB_FINDINGS(X)
#undef X
};

struct nb_verdict_text {
    struct nb_verdict_line lines[NB_VERDICT_LINES];
    const char *advice; /* take them seriously, or serve them like any customer, and why */
    const char *mark; /* the same in a word or two: "loud: 9 of 11 shout"; "": nothing stands out */
    enum nb_finding finding;
};

/**
 * @param own_n  acts of the author that take up one's own messages; UINT64_MAX: not asked for.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_verdict_of(const struct nb_influencer *who, const struct nb_credibility *credibility,
                          uint64_t own_n, const struct nb_weights *weights, struct nb_arena *arena,
                          struct nb_verdict_text *out) NB_MUSTUSE;

/**
 * The record of an author up to the end of the window, and the verdict.
 * @param query  who was found with it; weights may be NULL: those in force.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT. Cost: nb_credibility().
 */
enum nb_err nb_verdict_ask(struct nb_txn *txn, const struct nb_influencer *who,
                           const struct nb_influence_query *query, uint64_t own_n,
                           struct nb_arena *arena, struct nb_credibility *out_credibility,
                           struct nb_verdict_text *out) NB_MUSTUSE;

/* How far a list is looked at: so many rows, and no further row once the documents and acts of
 * those before took so much memory, each on its own, to read. */
enum { NB_MARKS_MAX = 1000, NB_MARKS_READ_BYTES = 256 << 20 };

/* Of one row of a list. NULL: it was not looked at. */
struct nb_mark {
    const char *mark, *advice; /* as in nb_verdict_text */
    enum nb_finding finding;   /* only where mark is not NULL */
};

/**
 * What nb_verdict_ask() says of each row, within the bounds above.
 * @param out_unread_n  [out] rows that were not looked at; may be NULL.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_verdict_marks(struct nb_txn *txn, const struct nb_influencer *const *rows, size_t n,
                             const struct nb_influence_query *query, struct nb_arena *arena,
                             const struct nb_mark **out, size_t *out_unread_n) NB_MUSTUSE;

#endif
