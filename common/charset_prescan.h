/*
 * What a document says about its own encoding. Internal to the charset files.
 */
#ifndef COMMON_CHARSET_PRESCAN_H
#define COMMON_CHARSET_PRESCAN_H

#include <nabiz/slice.h>

#include "common/charset_labels.h"

/* The value of the charset parameter of a Content-Type; empty when there is none. */
struct nb_slice nb_charset_parameter(struct nb_slice content_type);

/* The encoding an XML declaration or a meta element in the first 1024 bytes names, or NULL. */
const struct charset_set *nb_charset_prescan(struct nb_slice body);

#endif
