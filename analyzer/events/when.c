#include "analyzer/events/when.h"

#include "analyzer/events/when_private.h"

/* Tokens between two ranges; 0 when they meet. */
static uint32_t distance(const struct nb_said *said, const struct nb_when_place *place)
{
    if (said->begin >= place->event_end) {
        return said->begin - place->event_end;
    }
    return said->end <= place->event_begin ? place->event_begin - said->end : 0;
}

bool nb_when_in_tense(const struct nb_when_place *place, const struct nb_days *days)
{
    return place->tense == NB_TENSE_PAST     ? days->from <= place->day
           : place->tense == NB_TENSE_FUTURE ? days->to >= place->day
                                             : true;
}

bool nb_when_find(const struct nb_when *when, const struct nb_when_place *place,
                  struct nb_days *out)
{
    bool found = false;
    uint32_t nearest = 0;
    for (uint32_t at = place->begin; at < place->end;) {
        struct nb_said said = {.end = at + 1};
        bool time = nb_when_read(when, place, at, &said);
        at = said.end;
        if (!time) {
            continue;
        }
        uint32_t far = distance(&said, place);
        if (nb_when_in_tense(place, &said.days) && (!found || far < nearest)) {
            *out = said.days;
            nearest = far;
            found = true;
        }
    }
    return found;
}
