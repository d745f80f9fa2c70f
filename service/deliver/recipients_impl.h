/* Inside of the recipients file: the keys whose value is a number, a switch or a list. */
#ifndef NABIZ_DELIVER_RECIPIENTS_IMPL_H
#define NABIZ_DELIVER_RECIPIENTS_IMPL_H

#include <nabiz/arena.h>

#include "service/deliver/recipients.h"

enum { NB_SEVERITY_MAX = 10 };

/**
 * Set a key of a recipient.
 * @param arena     owns what it points to.
 * @param is_known  [out] set to false when it is none of these keys, else left alone.
 * @return NULL, or what is wrong with the value, for people.
 */
const char *nb_recipient_set(struct nb_recipient *r, struct nb_slice key, struct nb_slice value,
                             struct nb_arena *arena, bool *is_known);

#endif
