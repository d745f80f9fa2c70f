/**
 * What the crawl store keeps of hosts and origins, and for how long: pauses that hosts ask for, and
 * their robots.txt. Both are kept a month after they last meant anything, for sources come and go
 * and redirects lead anywhere.
 *
 * Threads: a sweep belongs to one thread.
 */
#ifndef NABIZ_CRAWLER_HOSTS_H
#define NABIZ_CRAWLER_HOSTS_H

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/store.h>

#define NB_HOST_KEPT_MS (30 * NB_DAY_MS)

struct nb_hosts_sweep;

/** @return NULL when out of memory. */
struct nb_hosts_sweep *nb_hosts_sweep_new(void);
void nb_hosts_sweep_free(struct nb_hosts_sweep *sweep);

/** Given the key of a stale record. */
typedef enum nb_err nb_hosts_stale_fn(void *arg, enum nb_table_id table, struct nb_slice key);

/**
 * Once an hour, look at the next few records of the HOST and ROBOTS tables.
 * @param stale  is called for each that is stale; the keys live until the next call.
 * @return NB_OK, NB_ENOMEM, NB_EIO, or the first error of stale.
 */
enum nb_err nb_hosts_sweep_next(struct nb_hosts_sweep *sweep, struct nb_store *store,
                                int64_t now_ms, nb_hosts_stale_fn *stale, void *arg) NB_MUSTUSE;

#endif
