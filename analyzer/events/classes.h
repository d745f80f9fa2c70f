/**
 * Classes of privacy of the types of life events: lexicons/events/classes.txt.
 *
 * Threads: plain data.
 */
#ifndef NABIZ_EVENTS_CLASSES_H
#define NABIZ_EVENTS_CLASSES_H

#include <nabiz/query.h>

#include "analyzer/events/events.h"

#define NB_EVENT_CLASSES_FILE "events/classes.txt" /* below the lexicons */

/* All of them, where the table does not say otherwise. */
struct nb_event_classes {
    bool ordinary[NB_EVENT_TYPES_N];
};

/**
 * Read the table; a bad line costs only that line.
 * @param report  told of each such line; may be NULL.
 */
void nb_event_classes_read(struct nb_slice text, tr_report_fn *report, void *context,
                           struct nb_event_classes *out);

/**
 * The table of a directory of lexicons.
 * @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_ETOOBIG, NB_ENOMEM; then every type is sensitive.
 */
enum nb_err nb_event_classes_load(const char *lexicons, struct nb_event_classes *out,
                                  struct nb_error *error) NB_MUSTUSE;

/**
 * A query may not ask for the posts of a sensitive type: they would be a list of people.
 * @return NB_OK, or NB_ESYNTAX with the place and what to ask instead.
 */
enum nb_err nb_event_classes_permit(const struct nb_event_classes *classes,
                                    const struct nb_query *query,
                                    struct nb_error *error) NB_MUSTUSE;

#endif
