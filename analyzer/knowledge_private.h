/**
 * What a loaded nb_knowledge is made of; for knowledge.c and annotate*.c only.
 *
 * Threads: immutable once loaded.
 */
#ifndef NABIZ_KNOWLEDGE_PRIVATE_H
#define NABIZ_KNOWLEDGE_PRIVATE_H

#include <nabiz/knowledge.h>

#include "analyzer/alerts/calendar.h"
#include "analyzer/events/classes.h"
#include "analyzer/events/details.h"
#include "analyzer/events/events.h"
#include "analyzer/sentiment/affect.h"
#include "analyzer/sentiment/local.h"
#include "analyzer/sentiment/model.h"
#include "analyzer/sentiment/opinion.h"
#include "analyzer/sentiment/phrases.h"
#include "analyzer/synthetic.h"
#include "analyzer/topics/topics.h"
#include "analyzer/turkish/lexicon.h"
#include "analyzer/words.h"

struct nb_knowledge {
    struct nb_arena *arena;
    struct tr_lexicon *lexicon;
    struct nb_words words;
    struct nb_opinion opinion;
    struct nb_affect affect;
    struct nb_events *events; /* in the arena */
    struct nb_details event_details;
    struct nb_event_classes event_classes;
    struct nb_target_words targets;
    struct nb_synthetic synthetic;
    struct nb_local local; /* a user's; may be none */
    struct nb_slice local_file;
    const struct nb_query_language *language;
    struct nb_topics *topics;
    struct nb_weights weights;
    struct nb_seed_names seeds;
    struct nb_calendar *calendar; /* NULL: without one */
    struct nb_feature_reader features;
    struct nb_model model; /* of opinions; without one the lexicons judge alone */
    struct nb_slice model_file;
    struct nb_id lexicons_id; /* of all that is read before the model of opinions */
    struct nb_id id, reading_id;
};

/**
 * nb_annotate() as if there were no model of opinions: what examples of the lexicons are checked
 * by, since they say what an entry does.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_annotate_by_lexicons(const struct nb_document *document,
                                    const struct nb_knowledge *knowledge, struct nb_arena *arena,
                                    struct nb_annotation **out) NB_MUSTUSE;

/* A document as the model of opinions sees it. */
struct nb_opinion_reading {
    struct nb_reading_text title, text;
    struct nb_opinion_sum sum;
};

/**
 * Read a document for what it says, and no more: to train the model of opinions.
 * @param words  as for nb_annotate_with(), may be NULL.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_annotate_reading(const struct nb_document *document,
                                const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                                struct nb_arena *arena, struct nb_opinion_reading *out) NB_MUSTUSE;

/** Edges of a document and its mentions; called by nb_annotate(). @return NB_OK, NB_ENOMEM. */
enum nb_err nb_annotate_edges(const struct nb_document *document, const struct tr_token *tokens,
                              size_t tokens_n, struct nb_arena *arena,
                              struct nb_annotation *out) NB_MUSTUSE;

#endif
