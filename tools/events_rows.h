/**
 * What the second opinion on life events learns from: rows of features of posts and of the hits of
 * rules in them, read from labelled posts and own sentences.
 *
 * Rows are counted by feature: who trains leaves out rare ones, so that no text can be read off the
 * weights.
 *
 * Threads: one caller.
 */
#ifndef NABIZ_TOOLS_EVENTS_ROWS_H
#define NABIZ_TOOLS_EVENTS_ROWS_H

#include <nabiz/arena.h>
#include <nabiz/slice.h>

#include "tools/events_fit.h"

enum events_source { EVENTS_OWN, EVENTS_POSTS, EVENTS_LABELS, EVENTS_SOURCES_N };

struct events_reader;

/** Ends the program with a message. */
void events_die(const char *what);

/** @param lexicons  their directory. Dies when they cannot be read. */
struct events_reader *events_reader_new(const char *lexicons);

void events_reader_free(struct events_reader *reader);

/** Posts with labels of their own (posts/train.tsv). */
void events_read_posts(struct events_reader *reader, const char *path);

/**
 * Posts that came without (posts/unlabelled.tsv), and what readers say of them: id, chance in
 * percent, type, subject, stage, part; what is kept for the evaluation is left out.
 */
void events_read_labels(struct events_reader *reader, const char *labels, const char *texts);

/** Own sentences: chance, type, subject, stage, text; without the chance they are certain. */
void events_read_sentences(struct events_reader *reader, const char *path);

/** The examples behind the rules, for and against. @param lexicons  their directory. */
void events_read_examples(struct events_reader *reader, const char *lexicons);

/** All that was read; the rows may be changed. */
struct events_rows events_rows_of(struct events_reader *reader);

/** Features are numbered below this. */
size_t events_features_n(void);

/** @return no bytes: there is no such feature. */
struct nb_slice events_feature_name(const struct events_reader *reader, uint32_t feature);

/** Rows of posts, or of hits, that have the feature. @param real  only of real posts. */
uint32_t events_feature_rows(const struct events_reader *reader, uint32_t feature, bool real);

/** A weight that takes up how frequent events are in a source, and is not written. */
bool events_is_source(struct nb_slice name);

#endif
