/**
 * Hosts of URLs: domains by UTS #46, IPv4 and IPv6 addresses, and the opaque hosts of schemes that
 * are not special.
 *
 * Internal to the url files; url_host.c owns libidn2. Threads: pure functions.
 */
#ifndef NABIZ_URL_HOST_H
#define NABIZ_URL_HOST_H

#include <stdbool.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "common/url_percent.h"

/**
 * The host parser and serialiser of the URL standard.
 * @param text     valid UTF-8, without port; at most NB_URL_MAX_BYTES.
 * @param special  the scheme is special: a domain or an address, never empty.
 * @param out      the serialised host is appended; it has its own error.
 * @return NB_OK, NB_ESYNTAX, NB_ENOMEM.
 */
enum nb_err nb_url_host_write(struct nb_slice text, bool special,
                              struct nb_url_out *out) NB_MUSTUSE;

/** True when the host is, or can only be meant as, an IPv4 address: its last label is a number. */
bool nb_url_host_ends_in_number(struct nb_slice host);

#endif
