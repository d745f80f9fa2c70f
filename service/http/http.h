/**
 * HTTP: one listener, answers made by a function. Owns libmicrohttpd.
 *
 * Only GET and HEAD, no bodies, but for POST below one path, where uploads are asked about before
 * they are read. Bounded: 64 connections, 16 KiB of request head, 10 seconds of
 * silence, and for an upload its size, 60 seconds, and 64 MiB of all that are under way. Every
 * answer carries headers that let a page run and load nothing. On a loopback address the Host must
 * name loopback too: a page elsewhere whose name is pointed at this machine (DNS rebinding) gets
 * 421.
 *
 * Threads: one answers; the page function is called from it.
 */
#ifndef NABIZ_HTTP_HTTP_H
#define NABIZ_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/buf.h>
#include <nabiz/err.h>

#define NB_HTTP_ANSWER_MAX_BYTES (16u << 20)

struct nb_http_request {
    const char *path; /* decoded, starts with '/' */
    const char *lang; /* the query's lang, or NULL */
    void *connection; /* for the functions below */
};

/** A value of the query, or a header; NULL when there is none. For the time of the call. */
const char *nb_http_query(const struct nb_http_request *request, const char *name);
const char *nb_http_header(const struct nb_http_request *request, const char *name);

struct nb_http_answer {
    unsigned status;          /* 200 at first */
    const char *content_type; /* static; text/plain at first */
    int64_t retry_after_s;    /* 0: none */
    struct nb_buf body;
};

/** Fill the answer; what it leaves out of the body is answered with the status's name. */
typedef void nb_http_page_fn(void *arg, const struct nb_http_request *request,
                             struct nb_http_answer *answer);

/** What may be posted, and where; any Host will do there, for the address is the secret. */
struct nb_http_upload {
    const char *prefix; /* "/websub/" */
    size_t max_bytes;
    /** May it come? Called before the body is read; fills the answer when not. */
    bool (*begin)(void *arg, const struct nb_http_request *request, struct nb_http_answer *answer);
    void (*take)(void *arg, const struct nb_http_request *request, struct nb_slice body,
                 struct nb_http_answer *answer);
    void *arg;
};

struct nb_http;

/**
 * @param upload  copied; NULL: nothing may be posted.
 * @param listen  "127.0.0.1:8420", "[::1]:8420", "0.0.0.0:80"; port 0 takes a free one.
 * @return NB_OK, NB_EINVAL (no address), NB_EBUSY (taken), NB_EIO, NB_ENOMEM.
 */
enum nb_err nb_http_start(const char *listen, nb_http_page_fn *page, void *arg,
                          const struct nb_http_upload *upload, struct nb_http **out,
                          struct nb_error *error) NB_MUSTUSE;

/** Close all connections and join. NULL is allowed. */
void nb_http_stop(struct nb_http *http);

uint16_t nb_http_port(const struct nb_http *http);

#endif
