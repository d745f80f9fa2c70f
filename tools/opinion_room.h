/**
 * How the parts of train_opinion take memory, and how they give up.
 *
 * Threads: any.
 */
#ifndef NABIZ_TOOLS_OPINION_ROOM_H
#define NABIZ_TOOLS_OPINION_ROOM_H

#include <stddef.h>

/** End the program with a message. */
_Noreturn void opinion_die(const char *what);

/** n * each bytes, cleared, for the caller to free(); ends the program where there are none. */
void *opinion_room(size_t n, size_t each);

#endif
