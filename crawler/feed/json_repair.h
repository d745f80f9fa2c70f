/**
 * JSON as it is served: weighed before it is read, mended when it cannot be.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_FEED_JSON_REPAIR_H
#define NABIZ_FEED_JSON_REPAIR_H

#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/**
 * Bound what reading will cost: depth by NB_FEED_DEPTH, and the number of values, since a value of
 * two bytes takes a few hundred in memory.
 * @return NB_OK, NB_ETOOBIG.
 */
enum nb_err nb_feed_json_weigh(struct nb_slice text) NB_MUSTUSE;

/**
 * Rewrite JSON so that it reads: line breaks and tabs in strings and lone surrogates escaped,
 * escapes that are none taken literally, numbers that are too big null, commas before a closing
 * bracket dropped; what a cut transfer left open is closed, and a member without its value gets
 * null.
 * @param text  valid UTF-8, no deeper than NB_FEED_DEPTH.
 * @param out   its maximum bounds the result; 6 * text.len + 256 is always enough.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_feed_json_repair(struct nb_slice text, struct nb_buf *out) NB_MUSTUSE;

#endif
