/**
 * Time: the wall clock, which tests can set, and the monotonic clock, which nobody can.
 *
 * Wall time is int64_t milliseconds since 1970 UTC and names end in _ms; it decides what is due
 * and what is recorded. Monotonic time ends in mono_ms and is for waiting and measuring only.
 *
 * A settable clock is a small file shared by every process of one data directory: whoever plays
 * time writes it with nb_clock_set(), waiters in all processes are woken at once.
 *
 * Threads: all functions may be called from any thread.
 */
#ifndef NABIZ_CLOCK_H
#define NABIZ_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <nabiz/err.h>

struct nb_clock;

/**
 * @param path  NULL for the system's clock; else the file of a settable clock, made if missing.
 * @return NB_OK, NB_ENOMEM, NB_EIO.
 */
enum nb_err nb_clock_open(const char *path, struct nb_clock **out,
                          struct nb_error *error) NB_MUSTUSE;
void nb_clock_close(struct nb_clock *clock);

/** Wall time now. A settable clock that was never set reads 0. */
int64_t nb_clock_now_ms(const struct nb_clock *clock);

/** True for a settable clock. */
bool nb_clock_is_settable(const struct nb_clock *clock);

/** Set and wake every waiter. Only for a settable clock; going backwards is allowed. */
void nb_clock_set(struct nb_clock *clock, int64_t now_ms);

/** Number of wake-ups so far; take it before looking at the condition that is waited for. */
uint32_t nb_clock_seen(struct nb_clock *clock);

/**
 * Wait until the wall clock reaches until_ms, somebody has called nb_clock_wake() since `seen` was
 * taken, or max_wait_ms of monotonic time pass. May return early: callers loop on their condition.
 */
void nb_clock_wait(struct nb_clock *clock, uint32_t seen, int64_t until_ms, int64_t max_wait_ms);

/** Wake this process's (and, for a settable clock, every) waiter. Safe from any thread. */
void nb_clock_wake(struct nb_clock *clock);

/** Milliseconds on a clock that never goes back. */
int64_t nb_mono_ms(void);

/** The same clock that many milliseconds from now, for waits on a condition. */
struct timespec nb_mono_after(int64_t wait_ms);

/** Microseconds of the same, for measuring. */
int64_t nb_mono_us(void);

#endif
