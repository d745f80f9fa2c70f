/**
 * The inbox as the crawler sees it: what `serve` took from hubs, in its order.
 *
 * It belongs to `serve`, which makes it when the first of them starts; until then it is looked for
 * once a second. Afterwards its commits wake this process's clock.
 *
 * Threads: one that sleeps; nb_inbox_next() from one thread.
 */
#ifndef NABIZ_WEBSUB_INBOX_H
#define NABIZ_WEBSUB_INBOX_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/clock.h>
#include <nabiz/err.h>
#include <nabiz/record.h>

struct nb_inbox;

/**
 * @param cursor  number of the last item that was read.
 * @param clock   woken when there may be more.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_inbox_open(const char *dir, uint64_t cursor, struct nb_clock *clock,
                          struct nb_inbox **out, struct nb_error *error) NB_MUSTUSE;

/**
 * The next item.
 * @param arena  owns it.
 * @return NB_OK, NB_ENOTFOUND (none now), NB_ENOMEM, NB_EIO. One that is damaged comes as an empty
 *         record: it is to be passed over.
 */
enum nb_err nb_inbox_next(struct nb_inbox *inbox, struct nb_arena *arena, struct nb_push **out,
                          uint64_t *number) NB_MUSTUSE;

/** Join the thread. NULL is allowed. */
void nb_inbox_stop(struct nb_inbox *inbox);

/** After nb_inbox_stop(). NULL is allowed. */
void nb_inbox_close(struct nb_inbox *inbox);

#endif
