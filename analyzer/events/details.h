/**
 * What else a text says of a life event it tells of: when, where, and what is to be expected next.
 *
 * Threads: filled and sealed it is immutable; nb_event_details_of() is pure.
 */
#ifndef NABIZ_EVENTS_DETAILS_H
#define NABIZ_EVENTS_DETAILS_H

#include "analyzer/events/events.h"
#include "analyzer/events/when.h"

/* What follows an event of a type: from a distance of its days, or of today's. */
struct nb_event_next {
    const char *kind;
    int32_t from, to; /* halves of the unit, as nb_day_add() has them */
    uint8_t type;     /* enum nb_event_type */
    uint8_t unit;     /* enum nb_unit */
    bool open;        /* counted from the day of the post */
    bool with;        /* only where a word of it is there */
};

enum nb_city_word { NB_CITY_NAME, NB_CITY_DISTRICT };

struct nb_event_city {
    const char *name;
    bool capital; /* an everyday word: only when written so */
};

struct nb_details {
    struct nb_when when;
    struct nb_arena *arena;
    struct tr_terms asked;      /* words that a next one asks for; payload: which */
    struct tr_terms city_words; /* payload: the city; kind: enum nb_city_word */
    struct nb_event_next *next;
    struct nb_event_city *cities;
    size_t next_n, next_cap, cities_n, cities_cap;
    bool progress[NB_EVENT_TYPES_N];
};

enum nb_details_file { NB_DETAILS_WHEN, NB_DETAILS_NEXT, NB_DETAILS_CITIES, NB_DETAILS_FILES_N };

/** Names below the directory of the lexicons. */
extern const char *const nb_details_files[NB_DETAILS_FILES_N];

void nb_details_init(struct nb_details *details, struct tr_lexicon *lexicon,
                     struct nb_arena *arena);

/**
 * Read one of the files; a bad line costs only that line.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_details_add(struct nb_details *details, enum nb_details_file file,
                           struct nb_slice text, struct nb_arena *scratch, tr_report_fn *report,
                           void *context) NB_MUSTUSE;

/** To be called when the lexicon is complete. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_details_seal(struct nb_details *details) NB_MUSTUSE;

struct nb_event_details {
    struct nb_days when, next; /* only if has_when, next_kind */
    const char *next_kind;     /* borrowed from the details; NULL: nothing follows */
    const char *city;          /* the same; NULL: none is named */
    bool has_when;
};

/**
 * @param day  the text was written on; NULL: not known, and no days are found.
 * Cost: linear in the sentence of the event and, where words of the whole text count, in the text.
 */
void nb_event_details_of(const struct nb_details *details, const struct nb_reading_text *text,
                         const struct nb_event *event, const int32_t *day,
                         struct nb_event_details *out);

#endif
