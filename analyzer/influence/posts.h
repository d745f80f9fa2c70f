/**
 * What authors published on a topic within a window.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_POSTS_H
#define NABIZ_ANALYZER_INFLUENCE_POSTS_H

#include <stdbool.h>

#include <nabiz/analysis.h>

struct nb_post {
    struct nb_slice author; /* id as counted, see nb_author_id(); never empty */
    int64_t at_ms;
    uint64_t number;
    int32_t score_milli; /* NB_UNKNOWN_MILLI when there is none */
    bool has_comments_n;
    uint64_t comments_n;
};

/**
 * Posts in [from_ms, to_ms), by author, then oldest first. Posts without any author are left out.
 * @param topic   empty: on anything. This reads every annotation: O(documents stored).
 * @param author  empty: of everyone.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_posts(struct nb_txn *txn, struct nb_slice topic, struct nb_slice author,
                     int64_t from_ms, int64_t to_ms, struct nb_arena *arena, struct nb_post **out,
                     size_t *out_n) NB_MUSTUSE;

#endif
