/**
 * Search: what a query finds in the index of the analysis store, as documents, counts over time,
 * counts by facet, and words that stand beside it. Answered from the index alone.
 *
 * Threads: a search belongs to one thread and to its transaction.
 */
#ifndef NABIZ_SEARCH_H
#define NABIZ_SEARCH_H

#include <nabiz/knowledge.h>
#include <nabiz/query.h>
#include <nabiz/store.h>

enum { NB_SEARCH_LIMIT_MAX = 10000 }; /* rows of any answer but counts over time */

struct nb_search;

/**
 * Look at what a query means in this index.
 * @param txn        read transaction of the analysis store, which has to outlive the search.
 * @param knowledge  loaded without topics; words it does not know are added to it, so it is for
 *                   searches of this thread alone from now on: nb_annotate() may not use it.
 * @param query      borrowed until the search is closed.
 * @return NB_OK, NB_ESYNTAX (it asks for posts of a sensitive type of life event; the detail says
 *         what to ask instead), NB_ETOOBIG (the detail says of which word and what to do),
 *         NB_ENOMEM, NB_ECORRUPT. Free with nb_search_close().
 */
enum nb_err nb_search_open(struct nb_txn *txn, struct nb_knowledge *knowledge,
                           const struct nb_query *query, struct nb_search **out,
                           struct nb_error *error) NB_MUSTUSE;
void nb_search_close(struct nb_search *search);

/**
 * Whether the index was made with these lexicons.
 * @param out_from  [out] number of the first document that was; 1: all of them were, 0: none.
 * @return NB_OK, NB_ECORRUPT.
 */
enum nb_err nb_search_check(struct nb_txn *txn, const struct nb_knowledge *knowledge,
                            uint64_t *out_from) NB_MUSTUSE;

/** How many documents it finds. @return NB_OK, NB_ETOOBIG, NB_ENOMEM, NB_ECORRUPT; so below. */
enum nb_err nb_search_count(struct nb_search *search, uint64_t *out) NB_MUSTUSE;

enum nb_search_sort { NB_SEARCH_TIME, NB_SEARCH_REACH, NB_SEARCH_INFLUENCE };

/** A document that was found. What comes later in an order has a smaller (key, number). */
struct nb_search_hit {
    int64_t key; /* seconds, reach, or influence of the author in thousandths */
    uint64_t number;
};

/**
 * Documents in descending order of (key, number).
 * @param after  only what comes later than this one, the last of an earlier answer: so an answer
 *               goes on where it ended, also when there are new documents. NULL: from the start.
 * @param out    [out] in arena, at most limit.
 */
enum nb_err nb_search_hits(struct nb_search *search, enum nb_search_sort sort,
                           const struct nb_search_hit *after, size_t limit, struct nb_arena *arena,
                           const struct nb_search_hit **out, size_t *out_n) NB_MUSTUSE;

struct nb_search_span {
    int64_t from_ms;
    uint64_t n;
};

/**
 * How many were written when: spans of length_ms with at least one, oldest first.
 * @param offset_ms  of the zone whose days are meant.
 * @return as above, NB_ETOOBIG when there would be more than four million spans.
 */
enum nb_err nb_search_spans(struct nb_search *search, int64_t length_ms, int64_t offset_ms,
                            struct nb_arena *arena, const struct nb_search_span **out,
                            size_t *out_n) NB_MUSTUSE;

enum nb_search_facet {
    NB_SEARCH_BY_SITE,
    NB_SEARCH_BY_AUTHOR,
    NB_SEARCH_BY_KIND,
    NB_SEARCH_BY_LANG,
    NB_SEARCH_BY_SENTIMENT,
    NB_SEARCH_BY_INTENT,
    NB_SEARCH_BY_EMOTION,
    NB_SEARCH_BY_EVENT,
    NB_SEARCH_BY_TOPIC,
    NB_SEARCH_BY_HASHTAG
};

struct nb_search_value {
    struct nb_slice text;
    uint64_t n;     /* documents found that have it */
    uint64_t all_n; /* documents that have it, superseded ones included */
    int64_t score_milli;
};

/**
 * Values of a facet, most frequent first, ties by text. Sensitive types of life events are never
 * among them: with a query for a person they would tell of that person.
 */
enum nb_err nb_search_values(struct nb_search *search, enum nb_search_facet facet, size_t limit,
                             struct nb_arena *arena, const struct nb_search_value **out,
                             size_t *out_n) NB_MUSTUSE;

/**
 * Roots that stand in what was found far more often than elsewhere, the most telling first: by the
 * likelihood ratio of T. Dunning, "Accurate methods for the statistics of surprise and
 * coincidence", 1993. Words of the query itself are left out.
 */
enum nb_err nb_search_words(struct nb_search *search, size_t limit, struct nb_arena *arena,
                            const struct nb_search_value **out, size_t *out_n) NB_MUSTUSE;

/** Bytes of a text that the query means. */
struct nb_search_mark {
    uint32_t begin, end;
};

/** Words of title and text that the query names, ascending. */
enum nb_err nb_search_marks(const struct nb_search *search, const struct nb_document *document,
                            struct nb_arena *arena, const struct nb_search_mark **title,
                            size_t *title_n, const struct nb_search_mark **text,
                            size_t *text_n) NB_MUSTUSE;

#endif
