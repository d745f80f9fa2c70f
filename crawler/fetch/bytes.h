/**
 * The memory that bodies under way take together: what is being received, and what waits for a
 * parser. A transfer takes more as its body grows; when there is none it pauses until somebody
 * gives some back. One transfer at a time may go on beyond, up to the largest body there may be, so
 * that pauses always end.
 *
 * Threads: any.
 */
#ifndef NABIZ_CRAWLER_FETCH_BYTES_H
#define NABIZ_CRAWLER_FETCH_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct nb_bytes;

/** What one body has taken. Starts as {0}. */
struct nb_bytes_hold {
    struct nb_bytes *bytes; /* NULL: it has nothing */
    size_t n;
    bool is_beyond;
};

typedef void nb_bytes_room_fn(void *arg);

/**
 * @param most  of all bodies, the largest one included; at least `one`.
 * @param one   of the largest body.
 * @param room  is called from any thread when there is room again after there was none.
 * @return NULL when out of memory.
 */
struct nb_bytes *nb_bytes_new(size_t most, size_t one, nb_bytes_room_fn *room, void *arg);

/** No room is told of any more; freed when the last body gave back what it had. NULL is allowed. */
void nb_bytes_close(struct nb_bytes *bytes);

/** Let a body have n bytes in all. @return false when there is no room: wait to be told. */
bool nb_bytes_take(struct nb_bytes *bytes, struct nb_bytes_hold *hold, size_t n);

/** Give all back that a body has. */
void nb_bytes_give(struct nb_bytes_hold *hold);

/** True when nothing new should be begun; room is told when that is over. */
bool nb_bytes_is_short(struct nb_bytes *bytes);

#endif
