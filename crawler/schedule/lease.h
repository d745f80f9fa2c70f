/**
 * Who was asked and what has not been stored yet, in a small file that outlives the process: a
 * source whose answer died with it is not asked again before its pause is over.
 *
 * The file is mapped and written with plain stores when a request is sent, which costs no system
 * call and no flush. What a killed process wrote is in the page cache and there for the next one.
 * After a power cut the file may be half a minute old or older, and what was under way then may be
 * asked once more after the machine came up.
 *
 * Threads: a lease may be marked by the thread that sends its request; the rest is the scheduler's.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_LEASE_H
#define NABIZ_CRAWLER_SCHEDULE_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/hash.h>

struct nb_lease;
struct nb_leases;

/**
 * Open or make the file.
 * @param live_max  leases that are held at once, beside those that are found.
 * @return NB_OK, NB_EIO, NB_EFULL (the disk), NB_ENOMEM.
 */
enum nb_err nb_leases_open(const char *path, size_t live_max, struct nb_leases **out,
                           struct nb_error *error) NB_MUSTUSE;

/** What is held stays in the file. NULL is allowed. */
void nb_leases_close(struct nb_leases *leases);

/** A lease for the poll of a source at a time; NULL when there is no room, or no leases. O(1). */
struct nb_lease *nb_lease_take(struct nb_leases *leases, const struct nb_id *source,
                               int64_t polled_ms);

/** The request is sent now. NULL is allowed. */
void nb_lease_mark(struct nb_lease *lease, int64_t now_ms);

/** The host asked for a pause until then, which is not stored yet. NULL is allowed. */
void nb_lease_close(struct nb_lease *lease, int64_t closed_ms);

/** The answer is stored, or the request was not sent. NULL is allowed. */
void nb_lease_drop(struct nb_leases *leases, struct nb_lease *lease);

/** A lease that a process before left behind. */
struct nb_lease_found {
    struct nb_id source;
    int64_t polled_ms; /* as in nb_lease_take() */
    int64_t asked_ms;
    int64_t closed_ms; /* of nb_lease_close(); 0: never */
    int64_t until_ms;  /* the caller's: when it may be asked again; 0: at once */
    struct nb_lease *lease;
};

/** All of them, sorted by source; the array belongs to leases. */
struct nb_lease_found *nb_leases_found(struct nb_leases *leases, size_t *n);

/** The one of a source, or NULL; NULL without leases. O(log n). */
struct nb_lease_found *nb_lease_find(struct nb_leases *leases, const struct nb_id *source);

/** One that was found is over. */
void nb_lease_settle(struct nb_leases *leases, struct nb_lease_found *found);

/**
 * For people, without opening the leases: when a poll of a source was sent, if it was dispatched
 * after a time.
 * @return 0 when there is none.
 */
int64_t nb_lease_peek(const char *path, const struct nb_id *source, int64_t after_ms);

#endif
