/**
 * Character references of HTML: what may stand between '&' and ';' in feeds and pages.
 *
 * Threads: pure functions; nb_entity_init() once before any thread.
 */
#ifndef NABIZ_FEED_ENTITY_H
#define NABIZ_FEED_ENTITY_H

#include <stdint.h>

#include <nabiz/slice.h>

/** Build the table of names; without it look-ups are right but slower. */
void nb_entity_init(void);

/** @return the code point of a name as between '&' and ';', or 0 when there is no such name. */
uint32_t nb_entity_find(struct nb_slice name);

/**
 * What a browser makes of a code point that a reference or a careless encoder wrote: the C1
 * controls are windows-1252, what is no character is U+FFFD.
 */
uint32_t nb_entity_repair(uint32_t code_point);

/**
 * Read a reference at s.p[at] == '&'.
 * @param code_point  [out] never NUL, never a surrogate; a reference to one of the C1 controls is
 *                    read as windows-1252, as browsers do.
 * @return the bytes it takes, the ';' included where there is one; 0 when it is no reference.
 */
size_t nb_entity_read(struct nb_slice s, size_t at, uint32_t *code_point);

#endif
