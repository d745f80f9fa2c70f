/**
 * The pace of addresses: many hosts may share one, as blogs do, and what each of them would bear
 * one machine may not. Requests to an address begin at least a gap apart, and only so many are
 * under way at once. Of IPv6 the first 64 bits count, which is what one customer gets.
 *
 * Threads: any.
 */
#ifndef NABIZ_CRAWLER_FETCH_ADDRESS_H
#define NABIZ_CRAWLER_FETCH_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nb_addresses;
struct sockaddr;

struct nb_address {
    uint8_t b[9]; /* 4 or 6, then as much as counts */
};

/** @return NULL when out of memory. */
struct nb_addresses *nb_addresses_new(int64_t gap_ms, unsigned at_once);
void nb_addresses_free(struct nb_addresses *addresses);

/** What counts of a socket's address. */
struct nb_address nb_address_of(const struct sockaddr *from);

/**
 * Begin a request now?
 * @param has_slot  an earlier call said when to come, and that time has come.
 * @return 0: yes, and nb_addresses_leave() is to follow; else the monotonic time to come back at,
 *         which is kept free for the caller.
 */
int64_t nb_addresses_enter(struct nb_addresses *addresses, struct nb_address address, bool has_slot,
                           int64_t mono_ms);
void nb_addresses_leave(struct nb_addresses *addresses, struct nb_address address, int64_t mono_ms);

/** How many are remembered. */
size_t nb_addresses_n(struct nb_addresses *addresses);

#endif
