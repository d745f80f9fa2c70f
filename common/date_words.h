/*
 * The vocabulary of dates: what lexicons/dates.txt says, and the English names that RFC 822 and its
 * relatives prescribe. Internal to the date files.
 */
#ifndef COMMON_DATE_WORDS_H
#define COMMON_DATE_WORDS_H

#include <nabiz/date.h>

enum date_word_kind {
    DATE_MONTH,
    DATE_WEEKDAY,
    DATE_UNIT, /* value: enum date_unit */
    DATE_AGO,
    DATE_SINCE, /* the same, before the amount */
    DATE_OF,    /* between day, month and year */
    DATE_DAY,
    DATE_NOW,
    DATE_NUMBER,
    DATE_HALF,
    DATE_AM,
    DATE_PM,
    DATE_ZONE, /* value: minutes east of UTC */
    DATE_WORD_KINDS,
};

enum date_unit {
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_YEAR,
    UNIT_N,
};

struct date_word {
    enum date_word_kind kind;
    int32_t value;
};

enum { DATE_PHRASE_WORDS = 3, DATE_PHRASE_BYTES = 96 };

/*
 * Fold for comparison: Latin letters to their ASCII relatives, all four i to one, Cyrillic ones to
 * lower case, combining marks dropped. Never longer than the input; in and out may be the same
 * memory. @return bytes written.
 */
size_t nb_date_fold(struct nb_slice in, char *out);

/* What a folded phrase means; words may be NULL. */
bool nb_date_word_find(const struct nb_date_words *words, struct nb_slice folded,
                       struct date_word *out);

#endif
