/**
 * Delivery: alerts, and what else is in the outbox, to the recipients. Part of the serving process,
 * which alone writes the desk.
 *
 * Changes of incidents are taken from the analysis store with a cursor that moves in the
 * transaction that adds their messages. A thread of its own sends what is in the outbox, to many
 * recipients at once, and notes what came of it; it also does the errands of commands.
 *
 * Threads: the functions may be called from any thread, but nb_deliver_stop() from one, last.
 */
#ifndef NABIZ_DELIVER_DELIVER_H
#define NABIZ_DELIVER_DELIVER_H

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/err.h>
#include <nabiz/log.h>
#include <nabiz/store.h>

struct nb_deliver;

/**
 * Read the recipients and start sending.
 * @param config, clock, desk  borrowed until nb_deliver_stop(); desk is open for writing.
 * @return NB_OK, NB_ENOMEM, NB_ESYS, or why the recipients file cannot be used; that there is none
 *         is fine.
 */
enum nb_err nb_deliver_start(const struct nb_config *config, const struct nb_clock *clock,
                             struct nb_store *desk, struct nb_deliver **out,
                             struct nb_error *error) NB_MUSTUSE;

/**
 * Add messages for the changes of incidents that are new. To be called when the analysis store has
 * changed; looks at what is new only.
 * @param log  that posts are quoted from; NULL: none are.
 */
enum nb_err nb_deliver_follow(struct nb_deliver *deliver, struct nb_store *analysis,
                              struct nb_log *log, struct nb_error *error) NB_MUSTUSE;

/** Something was added to the outbox by others. */
void nb_deliver_wake(struct nb_deliver *deliver);

/**
 * Read the recipients again; with a mistake in the file the old ones stay.
 * @param config  only for the path; not kept.
 */
enum nb_err nb_deliver_reload(struct nb_deliver *deliver, const struct nb_config *config,
                              struct nb_error *error) NB_MUSTUSE;

/** Stop sending; what is under way has a second to end, or is sent again later. NULL is fine. */
void nb_deliver_stop(struct nb_deliver *deliver);

#endif
