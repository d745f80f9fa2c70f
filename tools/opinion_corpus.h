/**
 * The material as rows of features.
 *
 * Threads: one caller.
 */
#ifndef NABIZ_TOOLS_OPINION_CORPUS_H
#define NABIZ_TOOLS_OPINION_CORPUS_H

#include "analyzer/knowledge_private.h"
#include "tools/opinion_fit.h"

/* What the verdict looks at, of a row. */
struct corpus_found {
    struct nb_opinion_sum sum;
    struct nb_feature_marks marks;
};

struct corpus {
    struct fit_rows rows;
    uint64_t *group; /* of a row */
    struct corpus_found *found;
    uint64_t *hash_of;  /* of a column; ascending */
    uint8_t *group_of;  /* enum nb_feature_group of a column */
    uint32_t *count_of; /* rows it is in */
    uint64_t data_hash;
    struct vectors *vectors;
};

/** Read all. Ends the program with a message when something is not there. */
void corpus_read(const struct nb_knowledge *knowledge, const char *data, const char *labels,
                 const char *own, const char *lexicons, struct corpus *out);

#endif
