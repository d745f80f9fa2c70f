/**
 * What the readers of when.txt, next.txt and cities.txt and the reader of texts share.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_EVENTS_WHEN_PRIVATE_H
#define NABIZ_EVENTS_WHEN_PRIVATE_H

#include "analyzer/events/when.h"

/* Kinds of words; in brackets what stands behind the name in when.txt: value, payload. */
#define NB_WHEN_KINDS(X)                                                                           \
    X(NONE, "")                                                                                    \
    X(MONTH, "month")     /* 1..12 */                                                              \
    X(WEEKDAY, "weekday") /* 0..6 */                                                               \
    X(UNIT, "unit")       /* unit; 1: its dative alone is the next one */                          \
    X(SHIFT, "shift")     /* steps; unit */                                                        \
    X(ABOUT, "about")     /* days from today; days up to */                                        \
    X(SEASON, "season")   /* first month; last month, over 12 in the next year */                  \
    X(DURING, "during")   /* the same, as adverbs: sure without a case */                          \
    X(FEAST, "feast")     /* its number, from 0, or -1 for any */                                  \
    X(WEEKEND, "weekend")                                                                          \
    X(NUMBER, "number") /* halves, from; halves, to */                                             \
    X(HALF, "half")     /* on top of a number */                                                   \
    X(WHICH, "which")   /* -1 the last one, 0 this one, 1 the next one, 2 the one after */         \
    X(AGO, "ago")                                                                                  \
    X(LATER, "later")                                                                              \
    X(WITHIN, "within")                                                                            \
    X(LEFT, "left")                                                                                \
    X(PART, "part") /* 0 begin, 1 middle, 2 end */                                                 \
    X(AGED, "aged") /* unit */                                                                     \
    X(COUNTDOWN, "countdown")

enum nb_when_kind {
#define X(id, name) NB_WHEN_##id,
    NB_WHEN_KINDS(X)
#undef X
        NB_WHEN_KINDS_N
};

enum { NB_WHEN_HEAD_MAX = 8 }; /* words in front of a colon */

/* Told apart by address: no problem of a line, but the end of loading. */
extern const char nb_when_no_memory[];

/** A line without a comment, trimmed. @return NULL, what is wrong with it, or nb_when_no_memory. */
typedef const char *nb_when_line_fn(void *object, struct nb_slice line, uint32_t number,
                                    struct nb_arena *scratch);

/** Read every line of a text; one with a problem is reported. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_when_lines(struct nb_slice text, nb_when_line_fn *read, void *object,
                          struct nb_arena *scratch, tr_report_fn *report, void *context) NB_MUSTUSE;

/** The words between blanks. @return how many, NB_WHEN_HEAD_MAX + 1 when there are more. */
size_t nb_when_split(struct nb_slice text, struct nb_slice words[NB_WHEN_HEAD_MAX]);

/** "day", "week", "month", "year" as an enum nb_unit. @return false for another name. */
bool nb_when_unit(struct nb_slice name, int32_t *out);

/** Set the words of a term, by lemma. @return as a reader of lines does. */
const char *nb_when_phrase(struct tr_lexicon *lexicon, struct nb_slice phrase,
                           struct nb_arena *scratch, struct tr_term *term);

/** Days that do not lie on the wrong side of today. */
bool nb_when_in_tense(const struct nb_when_place *place, const struct nb_days *days);

/* Days that one expression means, and the tokens [begin, end) that say so. */
struct nb_said {
    struct nb_days days;
    uint32_t begin, end;
};

/**
 * The expression that begins at a token, as long as it gets.
 * @param out  [out] without one, only end: where to look on.
 * @return false when none does, or there is no such day.
 */
bool nb_when_read(const struct nb_when *when, const struct nb_when_place *place, uint32_t at,
                  struct nb_said *out);

/* Which of the days that recur is meant: NB_PICK_THIS goes with the tense too. */
enum nb_pick { NB_PICK_BY_TENSE, NB_PICK_LAST, NB_PICK_THIS, NB_PICK_NEXT };

/**
 * A date of the first month, or without one (0) the months from first to last, of the years around.
 * @param part  -1: the whole; else 0 begin, 1 middle, 2 end.
 * @return false when no year has it, or none on the right side of today.
 */
bool nb_when_in_years(const struct nb_when_place *place, enum nb_pick pick, int32_t first_month,
                      int32_t last_month, int32_t date, int32_t part, struct nb_days *out);

/** As many days from a weekday on, in the weeks around; a date in the months around; a feast. */
bool nb_when_in_weeks(const struct nb_when_place *place, enum nb_pick pick, int32_t weekday,
                      int32_t days_n, struct nb_days *out);
bool nb_when_in_months(const struct nb_when_place *place, int32_t date, struct nb_days *out);
bool nb_when_at_feast(const struct nb_when *when, const struct nb_when_place *place,
                      enum nb_pick pick, int32_t which, struct nb_days *out);

/** The first, middle or last third. */
void nb_when_part(struct nb_days *days, int32_t part);

#endif
