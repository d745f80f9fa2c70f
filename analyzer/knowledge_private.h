/**
 * What a loaded nb_knowledge is made of; for knowledge.c and annotate*.c only.
 *
 * Threads: immutable once loaded.
 */
#ifndef NABIZ_KNOWLEDGE_PRIVATE_H
#define NABIZ_KNOWLEDGE_PRIVATE_H

#include <nabiz/knowledge.h>

#include "analyzer/events/details.h"
#include "analyzer/events/events.h"
#include "analyzer/sentiment/affect.h"
#include "analyzer/sentiment/local.h"
#include "analyzer/sentiment/opinion.h"
#include "analyzer/sentiment/phrases.h"
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
    struct nb_target_words targets;
    struct nb_local local; /* a user's; may be none */
    struct nb_slice local_file;
    const struct nb_query_language *language;
    struct nb_topics *topics;
    struct nb_id id, reading_id;
};

/** Edges of a document and its mentions; called by nb_annotate(). @return NB_OK, NB_ENOMEM. */
enum nb_err nb_annotate_edges(const struct nb_document *document, const struct tr_token *tokens,
                              size_t tokens_n, struct nb_arena *arena,
                              struct nb_annotation *out) NB_MUSTUSE;

#endif
