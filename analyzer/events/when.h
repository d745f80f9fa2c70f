/**
 * When: the days that a text speaks of, seen from the day it was written.
 *
 * Words of time are in lexicons/events/when.txt, by lemma, so that every inflected form and casual
 * spelling counts; days are days in Istanbul. What a text leaves open (the year of "mayısta") is
 * decided by whether what it tells is past or to come.
 *
 * Threads: filled and sealed it is immutable; functions are pure.
 */
#ifndef NABIZ_EVENTS_WHEN_H
#define NABIZ_EVENTS_WHEN_H

#include "analyzer/events/days.h"
#include "analyzer/turkish/report.h"
#include "analyzer/turkish/terms.h"

enum { NB_FEASTS_MAX = 8, NB_FEAST_DATES_MAX = 64 };

/* A feast that moves through the calendar: its first days, in order. */
struct nb_feast {
    int32_t length; /* days */
    int32_t dates[NB_FEAST_DATES_MAX];
    size_t dates_n;
};

struct nb_when {
    struct tr_lexicon *lexicon;
    struct tr_terms terms;
    struct nb_feast feasts[NB_FEASTS_MAX];
    size_t feasts_n;
    uint64_t dative, locative, genitive, ordinal, since; /* features */
};

void nb_when_init(struct nb_when *when, struct tr_lexicon *lexicon, struct nb_arena *arena);

/**
 * Add the lines of when.txt.
 * @param report  told of each line that cannot be read, which is left out.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_when_add(struct nb_when *when, struct nb_slice text, struct nb_arena *scratch,
                        tr_report_fn *report, void *context) NB_MUSTUSE;

/** To be called when the lexicon is complete. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_when_seal(struct nb_when *when) NB_MUSTUSE;

enum nb_tense { NB_TENSE_ANY, NB_TENSE_PAST, NB_TENSE_FUTURE };

/* Where to look, and for what. */
struct nb_when_place {
    const struct tr_token *tokens;
    const struct tr_reading *readings;
    uint32_t begin, end;             /* tokens that may tell it, of one sentence as a rule */
    uint32_t event_begin, event_end; /* tokens of what it is asked for */
    int32_t day;                     /* the text was written on */
    enum nb_tense tense;
    bool progress; /* it takes its time: "in the 12th week" says when it began */
};

/**
 * The days said nearest to the event. What lies on the wrong side of today for its tense is passed
 * over; so are days outside of NB_YEAR_FIRST .. NB_YEAR_LAST.
 * @param out  [out] written only when something was found.
 * Cost: linear in the tokens.
 */
bool nb_when_find(const struct nb_when *when, const struct nb_when_place *place,
                  struct nb_days *out);

#endif
