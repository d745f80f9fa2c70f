/**
 * Plain: what others wrote, as one line that does nothing but be read. Line breaks and control
 * characters become a space, marks that turn the direction of what follows go.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_DELIVER_PLAIN_H
#define NABIZ_DELIVER_PLAIN_H

#include <nabiz/slice.h>

/**
 * @param text  any bytes; those that are no UTF-8 become U+FFFD.
 * @param out   of out_bytes; what does not fit is cut between two characters.
 */
struct nb_slice nb_plain(struct nb_slice text, char *out, size_t out_bytes);

#endif
