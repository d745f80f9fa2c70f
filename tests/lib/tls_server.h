/**
 * A web server with TLS on loopback, for tests and benches: its own authority, made when it starts,
 * and one certificate for tls.example and every name directly below it.
 *
 * Threads: its own; the functions may be called from any thread.
 */
#ifndef NABIZ_TEST_TLS_SERVER_H
#define NABIZ_TEST_TLS_SERVER_H

#include <stdbool.h>

struct nbt_tls;

struct nbt_tls_options {
    const char *ca_path; /* where the authority's certificate is written to */
    const char *body;    /* of every answer, as application/xml; borrowed */
    bool is_rsa;         /* RSA of 2,048 bits instead of P-256, for all certificates */
    bool only_tls12;
    bool with_h2; /* offer HTTP/2 and, when it is taken, close: the offer is what is seen */
    int threads;  /* 0: 1 */
};

/** Start; fails the program if it cannot. Each answer closes its connection. */
struct nbt_tls *nbt_tls_start(const struct nbt_tls_options *options);
void nbt_tls_stop(struct nbt_tls *server);

int nbt_tls_port(const struct nbt_tls *server);

/** Handshakes that were completed so far, and how many of them were resumed. */
long nbt_tls_handshakes(const struct nbt_tls *server);
long nbt_tls_resumed(const struct nbt_tls *server);

/** Requests so far whose ClientHello offered "h2". */
long nbt_tls_offered_h2(const struct nbt_tls *server);

/** CPU its threads took so far, in microseconds. */
long long nbt_tls_cpu_us(const struct nbt_tls *server);

/** The last request, in a static buffer. */
const char *nbt_tls_request(struct nbt_tls *server);

#endif
