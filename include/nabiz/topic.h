/**
 * Topics: standing queries (query.h), one NAME.topic file each, matched against every document.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TOPIC_H
#define NABIZ_TOPIC_H

#include <stdbool.h>

#include <nabiz/slice.h>

/** A valid topic name: a-z 0-9 - _, 1 to 64 bytes. */
bool nb_topic_name_valid(struct nb_slice name);

#endif
