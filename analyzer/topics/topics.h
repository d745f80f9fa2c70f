/**
 * Standing queries: all topics compiled together, matched against a document in one pass.
 *
 * Threads: a sealed nb_topics is immutable.
 */
#ifndef NABIZ_TOPICS_H
#define NABIZ_TOPICS_H

#include <nabiz/arena.h>
#include <nabiz/topic.h>

#include "analyzer/turkish/lexicon.h"
#include "analyzer/turkish/terms.h"

struct nb_topics {
    struct tr_lexicon *lexicon;
    struct nb_arena *arena;
    struct tr_terms terms; /* payload: topic */
    const char **names;
    size_t n, cap;
};

void nb_topics_init(struct nb_topics *topics, struct tr_lexicon *lexicon, struct nb_arena *arena);

/**
 * Compile one more query. The lexicon is compiled but not yet sealed: words it does not know
 * become roots, so that their inflected forms are found. Names are added in ascending order.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_topics_add(struct nb_topics *topics, struct nb_slice name,
                          const struct nb_topic_query *query, struct nb_arena *scratch) NB_MUSTUSE;

/** After the lexicon was sealed. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_topics_seal(struct nb_topics *topics) NB_MUSTUSE;

struct nb_topic_find {
    uint32_t topic;
    uint32_t begin, end; /* tokens */
    const struct tr_term *term;
};

/**
 * Everything that matches, by topic and then by place; each place once per topic and term.
 * @param out  [out] in arena.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_topics_find(const struct nb_topics *topics, const struct tr_reading *readings,
                           size_t readings_n, struct nb_arena *arena, struct nb_topic_find **out,
                           size_t *out_n) NB_MUSTUSE;

#endif
