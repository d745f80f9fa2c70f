/**
 * A document on its way through nb_annotate(): what its steps share, and the steps that have files
 * of their own.
 *
 * Threads: all state is in one struct annotate, which one thread works on.
 */
#ifndef NABIZ_ANNOTATE_PRIVATE_H
#define NABIZ_ANNOTATE_PRIVATE_H

#include "analyzer/knowledge_private.h"

struct annotate {
    const struct nb_document *document;
    const struct nb_knowledge *knowledge;
    struct tr_cache *readings, *languages, *restored, *weights; /* may be NULL */
    struct nb_arena *arena;
    struct nb_annotation *out;
    struct nb_reading_text title, text;
    struct tr_language_sum language;
    struct nb_opinion_sum sum;
    struct nb_local_row *row;          /* asked for: no local model is used; else NULL */
    struct nb_opinion_result *shipped; /* set with it */
    bool by_lexicons;                  /* the learnt model is not asked */
};

/** Begin and end in bytes of the text. */
void nb_annotate_span(Nb__Span *span, uint32_t begin, uint32_t end);

/** Keep one reason, which is in the arena. @return false when line is NULL or memory is short. */
bool nb_annotate_why(struct annotate *a, const char *line);

/* Steps, in the order they are done; each fills its part of a->out. @return NB_OK, NB_ENOMEM. */

/** Sentences and tokens of the text, for output. */
enum nb_err nb_annotate_tokens(struct annotate *a) NB_MUSTUSE;

/** Sentiment, emotions and intents. */
enum nb_err nb_annotate_opinion(struct annotate *a) NB_MUSTUSE;

/** Correct a result by the local model, if there is one. */
enum nb_err nb_annotate_local(struct annotate *a, struct nb_opinion_result *result) NB_MUSTUSE;

/** Topics that the title or the text matches. */
enum nb_err nb_annotate_topics(struct annotate *a) NB_MUSTUSE;

/** Life events of the text. */
enum nb_err nb_annotate_events(struct annotate *a) NB_MUSTUSE;

/** What opinions of the text are about, and what they say of each topic. After both. */
enum nb_err nb_annotate_targets(struct annotate *a) NB_MUSTUSE;

/** Whether anybody wrote the text as an utterance. */
enum nb_err nb_annotate_synthetic(struct annotate *a) NB_MUSTUSE;

/** The opinions and weights behind the sentiment, and one line that tells them. After opinions. */
enum nb_err nb_annotate_reasons(struct annotate *a) NB_MUSTUSE;

#endif
