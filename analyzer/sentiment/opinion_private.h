/* What the files of the opinion reader share: the text as it is marked, and its finds. */
#ifndef NABIZ_OPINION_PRIVATE_H
#define NABIZ_OPINION_PRIVATE_H

#include "analyzer/sentiment/opinion.h"

/* What begins at a token. Of several shifts the longest count. */
struct nb_mark {
    const struct tr_term *opinion, *sense; /* sense: only in a text about what it asks for */
    const struct tr_analysis *analysis;    /* of the opinion's last word; NULL: as written */
    const struct tr_analysis *sense_analysis;
    const struct tr_term *turner; /* a negator, what is absent, a contrast or concession */
    const struct tr_term *degree; /* what strengthens or weakens */
    const struct tr_term *due;    /* what should happen */
    uint64_t cues;                /* set of the kinds of shifts, by enum nb_cue */
    uint32_t clause;              /* index into the sum's clauses */
    uint8_t shift_words_n;        /* of the longest */
    bool quoted;
    bool covered; /* by a find */
    bool thanks;  /* ironic next to bad news wherever it stands, not only on its own */
};

struct nb_reader {
    const struct nb_opinion *opinion;
    const struct nb_opinion_features *bits;
    const struct nb_reading_text *text;
    struct nb_arena *arena;
    struct nb_opinion_sum *sum;
    struct nb_mark *marks;
    uint64_t contexts;  /* cues of what the text is about */
    size_t finds_from;  /* where those of this text begin */
    size_t begin, end;  /* of the sentence */
    uint64_t asks;      /* cues of the sentence when it ends in a question mark, else 0 */
    int32_t loud_milli; /* what an exclamation adds */
};

static inline bool nb_is_cue(const struct nb_reader *r, size_t at, enum nb_cue cue)
{
    return at < r->end && (r->marks[at].cues >> cue & 1);
}

/** A token of the sentence that parts two clauses. */
bool nb_clause_border(const struct nb_reader *r, size_t at);

/** The clause of a token. */
struct nb_clause *nb_clause_of(const struct nb_reader *r, size_t at);

/** Cues between two tokens of the sentence. */
uint64_t nb_cues_within(const struct nb_reader *r, size_t from, size_t to);

/** The first token of the clause that `at` is in. */
size_t nb_clause_begin(const struct nb_reader *r, size_t at);

/** Cut the sentence into clauses and mark what is quoted. @return false when out of memory. */
bool nb_clauses_cut(struct nb_reader *r) NB_MUSTUSE;

/** The best reading, if its root is a verb. */
const struct tr_analysis *nb_verb_of(const struct nb_reader *r, size_t at);

/** Negated by its own suffixes. */
bool nb_negated(const struct nb_reader *r, size_t at, const struct tr_analysis *analysis);

/** A new find. @return NULL when out of memory. */
struct nb_find *nb_find_new(struct nb_reader *r, size_t begin, size_t end, int32_t base);

/** Note a shift; term or line may be missing. */
void nb_find_shift(struct nb_find *find, enum nb_shift kind, uint8_t file, uint32_t line);
void nb_find_shift_term(struct nb_find *find, enum nb_shift kind, const struct tr_term *term);

/** value * milli / 1000, within what one opinion can weigh. */
int32_t nb_scale(int32_t value, int32_t milli);

/** Turn and weigh the opinion that begins at a token. @return false when out of memory. */
bool nb_shift_weigh(struct nb_reader *r, size_t at) NB_MUSTUSE;

/** What stands around [find->begin, find->end). */
void nb_shift_around(const struct nb_reader *r, struct nb_find *find,
                     const struct tr_analysis *analysis);

/** Opinions of the sentence that no single word holds. @return false when out of memory. */
bool nb_constructs_find(struct nb_reader *r) NB_MUSTUSE;

/** What only the text as a whole tells: irony, and pictures that follow the words. */
void nb_irony_settle(struct nb_reader *r);

/** One line for each find of this text. @return false when out of memory. */
bool nb_finds_explain(struct nb_reader *r) NB_MUSTUSE;

/** Add a line of explanation; NULL is out of memory. */
bool nb_opinion_explain(struct nb_reader *r, const char *line) NB_MUSTUSE;

#endif
