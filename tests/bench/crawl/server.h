/**
 * The web that bench_crawl polls: a process of its own, so that its time is not counted, which
 * serves bench_feed_write()'s feeds from memory at /f/NUMBER on every address of 127/8, with an
 * ETag and 304, and a short robots.txt.
 */
#ifndef BENCH_CRAWL_SERVER_H
#define BENCH_CRAWL_SERVER_H

#include <stdatomic.h>
#include <stddef.h>
#include <sys/types.h>

/* What it was asked, in memory that both processes see. */
struct bench_asked {
    atomic_ulong feeds, unchanged, robots;
};

struct bench_server {
    pid_t pid;
    int port;
    struct bench_asked *asked;
};

struct bench_web {
    size_t feeds_n;    /* different ones; higher numbers begin again, with another number inside */
    size_t feed_bytes; /* of each */
};

/** Start it; ends the program when that is impossible. Stop it with bench_server_stop(). */
void bench_server_start(const struct bench_web *web, struct bench_server *out);
void bench_server_stop(struct bench_server *server);

/** The address of a feed when they are spread over hosts_n hosts; at least 64 bytes. */
void bench_feed_url(const struct bench_server *server, size_t number, size_t hosts_n, char *out);

#endif
