/**
 * nabiz topic backfill: hand it to the analyzer that runs, or do it where none does; either way
 * tell how far it is.
 */
#ifndef NABIZ_SERVICE_TOPIC_BACKFILL_H
#define NABIZ_SERVICE_TOPIC_BACKFILL_H

#include <nabiz/cli.h>

/** @return an exit code. */
int nb_topic_backfill(struct nb_args *args, const char *topic);

#endif
