#include "analyzer/events/details.h"

static size_t sentence_of(const struct nb_reading_text *text, uint32_t token)
{
    size_t s = 0;
    while (s + 1 < text->sentences_n && text->sentences[s].end <= token) {
        s++;
    }
    return s;
}

/* What happened lies behind the post, what is wished or planned before it. */
static enum nb_tense tense_of(const struct nb_event *event)
{
    switch (event->stage) {
    case NB_STAGE_HAPPENED:
        return NB_TENSE_PAST;
    case NB_STAGE_WISHED:
    case NB_STAGE_PLANNED:
        return NB_TENSE_FUTURE;
    default:
        return NB_TENSE_ANY;
    }
}

/* In the sentence of the event; of a plan also in the next one: "we marry! On the 14th of June" */
static bool find_when(const struct nb_details *d, const struct nb_reading_text *text,
                      const struct nb_event *event, int32_t day, struct nb_days *out)
{
    size_t s = sentence_of(text, event->begin);
    struct nb_when_place place = {.tokens = text->tokens,
                                  .readings = text->readings,
                                  .event_begin = event->begin,
                                  .event_end = event->end,
                                  .day = day,
                                  .tense = tense_of(event),
                                  .progress = d->progress[event->type]};
    size_t sentences = event->stage == NB_STAGE_PLANNED ? 2 : 1;
    for (size_t i = s; i < s + sentences && i < text->sentences_n; i++) {
        place.begin = text->sentences[i].begin;
        place.end = text->sentences[i].end;
        if (nb_when_find(&d->when, &place, out)) {
            return true;
        }
    }
    return false;
}

static bool is_asked_for(const struct nb_details *d, const struct nb_reading_text *text,
                         size_t which)
{
    for (size_t i = 0; i < text->tokens_n; i++) {
        struct tr_cursor cursor = {0};
        struct tr_match match;
        while (tr_terms_next(&d->asked, text->readings, text->tokens_n, i, TR_BEST_READING, &cursor,
                             &match)) {
            if (match.term->payload == which) {
                return true;
            }
        }
    }
    return false;
}

static void find_next(const struct nb_details *d, const struct nb_reading_text *text,
                      const struct nb_event *event, int32_t day, struct nb_event_details *out)
{
    if (event->stage == NB_STAGE_WISHED || event->stage == NB_STAGE_NEGATED) {
        return;
    }
    for (size_t i = 0; i < d->next_n; i++) {
        const struct nb_event_next *next = &d->next[i];
        if (next->type != event->type || next->open == out->has_when ||
            (next->with && !is_asked_for(d, text, i))) {
            continue;
        }
        struct nb_days from = next->open ? (struct nb_days){day, day} : out->when, days;
        if (nb_day_add(from.from, (enum nb_unit)next->unit, next->from, &days.from) &&
            nb_day_add(from.to, (enum nb_unit)next->unit, next->to, &days.to) &&
            days.from <= days.to) {
            out->next = days;
            out->next_kind = next->kind;
        }
        return;
    }
}

/* The city named nearest to the event in its sentence, else the first one of the text. */
static const char *find_city(const struct nb_details *d, const struct nb_reading_text *text,
                             const struct nb_event *event)
{
    const char *best = NULL;
    size_t s = sentence_of(text, event->begin), best_far = SIZE_MAX;
    for (size_t i = 0; i < text->tokens_n; i++) {
        struct tr_cursor cursor = {0};
        struct tr_match match;
        if (!tr_terms_next(&d->city_words, text->readings, text->tokens_n, i, TR_BEST_READING,
                           &cursor, &match)) {
            continue;
        }
        const struct nb_event_city *city = &d->cities[match.term->payload];
        bool inside = i >= text->sentences[s].begin && i < text->sentences[s].end;
        size_t far = i < event->begin ? event->begin - i : i - event->begin;
        far = inside ? far : far + text->tokens_n;
        bool counts = !city->capital || match.term->kind != NB_CITY_NAME || text->tokens[i].capital;
        if (counts && far < best_far) {
            best_far = far;
            best = city->name;
        }
    }
    return best;
}

void nb_event_details_of(const struct nb_details *details, const struct nb_reading_text *text,
                         const struct nb_event *event, const int32_t *day,
                         struct nb_event_details *out)
{
    *out = (struct nb_event_details){.city = find_city(details, text, event)};
    if (day) {
        out->has_when = find_when(details, text, event, *day, &out->when);
        find_next(details, text, event, *day, out);
    }
}
