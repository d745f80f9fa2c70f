/**
 * Texts with what is known of them: the material that opinions are learnt from.
 *
 * Threads: one caller.
 */
#ifndef NABIZ_TOOLS_OPINION_ROWS_H
#define NABIZ_TOOLS_OPINION_ROWS_H

#include <stdint.h>

#include <nabiz/slice.h>

#include "analyzer/sentiment/model.h"

enum opinion_source {
    OPINION_DRAWN,   /* posts that were drawn and read as those held out were */
    OPINION_STREAM,  /* other posts, read for this project */
    OPINION_OWN,     /* posts that were written for this project */
    OPINION_EXAMPLE, /* examples of the lexicons */
    OPINION_ENTRY,   /* what the lexicons say of a word by itself */
    OPINION_REVIEW,  /* for or against by its stars */
    OPINION_SOURCES_N
};

struct opinion_row {
    struct nb_slice text;
    uint64_t group; /* rows of a group are related: they are held out together */
    enum opinion_source source;
    bool known[NB_MODEL_CLASSES]; /* what it says something about */
    bool is[NB_MODEL_CLASSES];
};

typedef void opinion_row_fn(void *context, const struct opinion_row *row);

/**
 * Give every row in a fixed order: $data/posts/train.tsv, those of $data/posts/unlabelled.tsv that
 * `labels` has (id, sentiment, emotion, intents, irony, ...), the posts in the files of `own`, the
 * examples in `lexicons` and their entries of polarity, and $data/reviews/train.tsv.gz.
 * @return a hash of all that was given; 0 when something is not there, after saying what.
 */
uint64_t opinion_rows_read(const char *data, const char *labels, const char *own,
                           const char *lexicons, opinion_row_fn *fn, void *context);

#endif
