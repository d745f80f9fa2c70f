/**
 * TLS sessions by host, kept between polls: a resumed handshake checks no certificates and costs a
 * fraction of a fresh one (RFC 8446, 2.2; RFC 5077). curl keeps a handful of sessions, which is
 * none when thousands of hosts take turns.
 *
 * Everything that decides whether a session may be used is in its key: the origin, with its port,
 * and the proxy it was reached through. What certificates are checked against is the same for a
 * whole cache. Only sessions of handshakes that were completed, certificates included, are kept,
 * and curl checks the name in the certificate again when one is resumed.
 *
 * Threads: a cache and the contexts attached to it belong to one thread at a time.
 */
#ifndef NABIZ_CRAWLER_FETCH_SESSION_H
#define NABIZ_CRAWLER_FETCH_SESSION_H

#include <stddef.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_sessions;

/**
 * @param max_bytes  of sessions with their keys, beyond which those used longest ago are dropped;
 *                   0 keeps none.
 * @return NULL when out of memory.
 */
struct nb_sessions *nb_sessions_new(size_t max_bytes);

/** Contexts that are attached must have been freed. NULL is allowed. */
void nb_sessions_free(struct nb_sessions *sessions);

/**
 * Let the one connection of a fresh client context take up the session kept under key, and keep
 * its newest one there when the context is freed. A session of TLS 1.3 is offered once.
 * @param ssl_ctx  OpenSSL's SSL_CTX, as curl hands it out.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_sessions_attach(struct nb_sessions *sessions, void *ssl_ctx,
                               struct nb_slice key) NB_MUSTUSE;

#endif
