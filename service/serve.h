/**
 * The serving process: answers people over HTTP, keeps DATA/out/alerts.atom and .json up to date,
 * and sends alerts and digests to the recipients.
 *
 * Writes only the desk store. Analysis and crawl are opened read-only when they are first there;
 * when one of them was replaced on disk the process ends by itself, so that whoever supervises it
 * starts it again on the new one.
 *
 * Threads inside: one that answers, one that waits for alerts, one that sends. The functions here
 * are called from one thread, main's.
 */
#ifndef NABIZ_SERVICE_SERVE_H
#define NABIZ_SERVICE_SERVE_H

#include <stdint.h>

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/err.h>

struct nb_serve;

/**
 * Open the desk, listen and start the threads.
 * @param config, clock  borrowed until nb_serve_stop().
 * @return NB_OK, NB_EINVAL (serve.listen is no address), NB_EBUSY (the port or the desk is taken),
 *         or what opening the desk returned.
 */
enum nb_err nb_serve_start(const struct nb_config *config, struct nb_clock *clock,
                           struct nb_serve **out, struct nb_error *error) NB_MUSTUSE;

/** Readable when serving ended by itself. */
int nb_serve_done_fd(const struct nb_serve *serve);

/** The port that was bound, 0 when not listening. */
uint16_t nb_serve_port(const struct nb_serve *serve);

/** Read the recipients again. @return NB_OK, or what is wrong: then the old ones stay. */
enum nb_err nb_serve_reload(struct nb_serve *serve, const struct nb_config *config,
                            struct nb_error *error) NB_MUSTUSE;

/** Stop answering, join the threads, close the stores. @return NB_OK or the failure that ended it.
 */
enum nb_err nb_serve_stop(struct nb_serve *serve, struct nb_error *error);

#endif
