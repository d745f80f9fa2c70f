/**
 * Documents for the benchmark of the index: sentences of real posts, read once, put together anew
 * by a seeded generator. So words are as frequent as they are in posts, however many documents are
 * asked for.
 */
#ifndef NABIZ_BENCH_INDEX_CORPUS_H
#define NABIZ_BENCH_INDEX_CORPUS_H

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/knowledge.h>

#include "analyzer/turkish/spell.h"

/* A sentence: the words the index gets, and the same as text: terms of one position joined by '|',
 * positions by ' '. */
struct sentence {
    struct nb_slice words, text;
    uint32_t positions;
};

struct corpus {
    struct nb_arena *arena;
    struct sentence *sentences;
    size_t n;
    struct nb_knowledge *knowledge;
    const struct tr_speller *speller;
};

enum { SENTENCES_MAX = 4, SITES_N = 200, LABELS_N = 3 };

struct bench_document {
    const struct sentence *sentences[SENTENCES_MAX];
    size_t n;
    unsigned site, label;
    uint64_t time_s;
};

struct random {
    uint64_t state;
};

uint32_t random_below(struct random *random, uint32_t n);

/** @return false when the material is not there or cannot be read. */
bool corpus_open(struct corpus *corpus);
void corpus_close(struct corpus *corpus);

/** The next document; the same ones for the same seed. */
void corpus_next(const struct corpus *corpus, struct random *random, struct bench_document *out);

/** Its entry in the index, and its text for others. */
void corpus_entry(const struct bench_document *document, struct nb_buf *out);
void corpus_text(const struct bench_document *document, struct nb_buf *out);

/** One term of a position of a sentence that has this kind; p == NULL when there is none. */
struct nb_slice corpus_term(const struct sentence *sentence, uint32_t position, char kind);

#endif
