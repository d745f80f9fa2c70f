/**
 * Standing queries: all topics compiled together, matched against a document in one pass.
 *
 * Every query names atoms: a lemma, a form, a prefix, a tag, a value of a field. For each query
 * some of its atoms are chosen without one of which it cannot match; only queries one of whose
 * triggers the document has are evaluated, so the cost grows with the document and what is found
 * in it, not with the number of topics.
 *
 * Threads: sealed nb_topics are immutable.
 */
#ifndef NABIZ_TOPICS_H
#define NABIZ_TOPICS_H

#include <nabiz/arena.h>
#include <nabiz/query.h>
#include <nabiz/record.h>
#include <nabiz/topic.h>

#include "analyzer/turkish/lexicon.h"
#include "analyzer/turkish/spell.h"

struct nb_topics;

/**
 * @param lexicon  compiled but not yet sealed: words it does not know become roots, so that their
 *                 inflected forms are found. Borrowed.
 * @param speller  says how frequent words are; NULL: all alike. Borrowed until nb_topics_seal().
 * @param arena    owns the topics.
 * @return NULL when out of memory.
 */
struct nb_topics *nb_topics_new(struct tr_lexicon *lexicon, const struct tr_speller *speller,
                                struct nb_arena *arena);

/**
 * Compile one more query, which is borrowed for the call. Names are added in ascending order.
 * @return NB_OK, NB_EINVAL (it only denies, or asks for what is not known yet when a document
 *         comes: reach and cluster; the detail says where), NB_ENOMEM.
 */
enum nb_err nb_topics_add(struct nb_topics *topics, struct nb_slice name,
                          const struct nb_query *query, struct nb_arena *scratch,
                          struct nb_error *error) NB_MUSTUSE;

/** After the lexicon was sealed. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_topics_seal(struct nb_topics *topics) NB_MUSTUSE;

size_t nb_topics_n(const struct nb_topics *topics);
const char *nb_topics_name(const struct nb_topics *topics, size_t i);

/** A text of a document as topics look at it. */
struct nb_topic_text {
    const struct tr_token *tokens;
    const struct tr_reading *readings;
    size_t n;
};

struct nb_topic_document {
    struct nb_topic_text title, text;
    const struct nb_annotation *facts; /* all fields but source come from it; absent ones fail */
    struct nb_slice source;            /* id of the source, may be empty */
};

/* More places of one topic in a document are not told: it would not be clearer by them. */
#define NB_TOPIC_FINDS_MAX 1000

/** One place where a term of a topic was found. */
struct nb_topic_find {
    uint32_t topic;
    uint32_t begin, end; /* tokens of the title or of the text */
    bool in_title;
    int8_t analysis; /* which of the reading's has the lemma; -1: the word as written */
    uint32_t node;   /* the term, for nb_topics_print_term() */
};

struct nb_topic_match {
    uint32_t topic;
    const struct nb_topic_find *finds; /* of the title before those of the text, by place */
    size_t finds_n;                    /* 0 when only fields were asked for */
};

/**
 * The topics that match, in ascending order.
 * @param out  [out] in arena.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_topics_match(const struct nb_topics *topics,
                            const struct nb_topic_document *document, struct nb_arena *arena,
                            const struct nb_topic_match **out, size_t *out_n) NB_MUSTUSE;

/** The term of a find as a query has it. @return the line of the topic's file. */
uint32_t nb_topics_print_term(const struct nb_topics *topics, const struct nb_topic_find *find,
                              struct nb_buf *out);

#endif
