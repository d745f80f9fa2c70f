/**
 * Addresses that are nobody's on the Internet: those of one's own machine and network, of services
 * beside it, of documentation. What others tell us to connect to must not lead there.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_URL_GUARD_H
#define NABIZ_URL_GUARD_H

#include <stdbool.h>

#include <nabiz/slice.h>

struct sockaddr;

/**
 * True for addresses that only mean something inside a machine or a network, or to many (RFC 6890
 * and its registries). To be asked of the address that is about to be connected to.
 */
bool nb_address_is_private(const struct sockaddr *address);

/** True for host names that mean such an address whoever looks them up: literals, localhost. */
bool nb_host_is_private(struct nb_slice host);

#endif
