/**
 * Wake-up across processes: a counter in a small shared file and a futex on it.
 *
 * The writer bumps the counter after each commit; readers sleep until it moves. No polling, no
 * lock, nothing to clean up when either side is killed.
 *
 * Threads: any number of waiters and wakers, in any process.
 */
#ifndef NABIZ_WAKE_H
#define NABIZ_WAKE_H

#include <stdint.h>

#include <nabiz/err.h>

struct nb_wake;

/** Open or make the file. @return NB_OK, NB_EIO, NB_ENOMEM. */
enum nb_err nb_wake_open(const char *path, struct nb_wake **out, struct nb_error *error) NB_MUSTUSE;
void nb_wake_close(struct nb_wake *wake);

/** The counter now; take it before looking at the condition that is waited for. */
uint32_t nb_wake_seen(const struct nb_wake *wake);

/**
 * Sleep until the counter differs from seen or wait_ms pass (-1: for ever). Returns early on a
 * spurious wake-up: callers loop on their condition.
 */
void nb_wake_wait(struct nb_wake *wake, uint32_t seen, int64_t wait_ms);

/** Move the counter and wake all waiters in all processes. Async-signal-safe. */
void nb_wake_all(struct nb_wake *wake);

#endif
