/**
 * Weights: the plain numbers that turn evidence into influence, as lexicons/weights.txt has them.
 * The analyzer keeps those in force in its store, so that every list is made with the same ones.
 *
 * Threads: pure functions; those with a transaction as that.
 */
#ifndef NABIZ_WEIGHTS_H
#define NABIZ_WEIGHTS_H

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>
#include <nabiz/store.h>

/* X(name, number unless the file says otherwise, least, most). What each is: lexicons/weights.txt.
 * The first five are the parts' shares in the score and add up to 1000. */
#define NB_WEIGHTS(X)                                                                              \
    X(reach, 200, 0, 1000)                                                                         \
    X(expertise, 150, 0, 1000)                                                                     \
    X(trust, 300, 0, 1000)                                                                         \
    X(spread, 250, 0, 1000)                                                                        \
    X(reception, 100, 0, 1000)                                                                     \
    X(version, 2, 1, 1000000)                                                                      \
    X(reach_half, 5000, 1, 1000000000)                                                             \
    X(expertise_least, 3, 1, 1000)                                                                 \
    X(expertise_half, 3000, 1, 1000000)                                                            \
    X(expertise_copied, 100, 0, 1000)                                                              \
    X(expertise_depth_bytes, 600, 1, 1000000)                                                      \
    X(trust_least, 2, 1, 1000)                                                                     \
    X(trust_half_days, 730, 0, 100000)                                                             \
    X(spread_least, 3, 1, 1000)                                                                    \
    X(spread_half, 5, 1, 1000000)                                                                  \
    X(reception_least, 3, 1, 1000)                                                                 \
    X(reception_doubt, 2, 0, 1000)                                                                 \
    X(interval_least, 3, 2, 1000)                                                                  \
    X(interval_draws, 200, 10, 10000)                                                              \
    X(coordination_from, 500, 0, 1000)                                                             \
    X(credibility_least, 5, 1, 1000)                                                               \
    X(credibility_cited, 500, 0, 100000)                                                           \
    X(credibility_first, 2000, 0, 100000)                                                          \
    X(credibility_copied, 250, 0, 100000)                                                          \
    X(credibility_hearsay, 500, 0, 100000)                                                         \
    X(credibility_sensation, 500, 0, 100000)                                                       \
    X(credibility_deleted, 2000, 0, 100000)                                                        \
    X(credibility_refuted, 5000, 0, 100000)                                                        \
    X(credibility_denied, 5000, 0, 100000)                                                         \
    X(portfolio_fixed, 1000, 1, 1000000000)                                                        \
    X(portfolio_price, 1, 0, 1000000)                                                              \
    X(verdict_low, 200, 0, 1000)                                                                   \
    X(verdict_high, 450, 0, 1000)                                                                  \
    X(verdict_shouting, 500, 1, 1000)

struct nb_weights {
#define X(name, usual, least, most) int32_t name;
    NB_WEIGHTS(X)
#undef X
};

#define NB_WEIGHTS_FILE "weights.txt"
#define NB_META_WEIGHTS "weights" /* key of ANALYSIS_META: as nb_weights_write() */
enum { NB_WEIGHTS_BYTES_MAX = 64 << 10 };

void nb_weights_usual(struct nb_weights *out);

/** @param problem  what is wrong with a line, for people. */
typedef void nb_weights_report_fn(void *context, uint32_t line, const char *problem);

/**
 * Read "name number" lines; '#' begins a comment. A line that cannot be used is reported and the
 * usual number stays; shares that do not add up to 1000 are reported and the usual ones stay.
 * @return false when anything was reported.
 */
bool nb_weights_read(struct nb_slice text, struct nb_weights *out, nb_weights_report_fn *report,
                     void *context);

/** As lines that nb_weights_read() reads; the same weights give the same bytes. */
void nb_weights_write(const struct nb_weights *weights, struct nb_buf *out);

/** Those the analyzer used last; the usual ones when it has not said. @return NB_OK, ... */
enum nb_err nb_weights_in_force(struct nb_txn *txn, struct nb_weights *out) NB_MUSTUSE;

#endif
