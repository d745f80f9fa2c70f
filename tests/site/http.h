/**
 * A small HTTP/1.1 server that is able to lie: answers may be slow, cut off, endless or no HTTP.
 *
 * One thread, one poll loop, loopback only, bounded in connections and in memory: an endless answer
 * is made piece by piece while the other side reads.
 *
 * Threads: a server belongs to the thread that runs it.
 */
#ifndef SITE_HTTP_H
#define SITE_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <nabiz/buf.h>
#include <nabiz/clock.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

struct http_request {
    struct nb_slice method;
    struct nb_slice host; /* without port */
    struct nb_slice path; /* with query */
    struct nb_slice if_none_match;
    struct nb_slice if_modified_since;
    struct nb_slice accept_encoding;
    struct nb_slice user_agent;
    int64_t now_ms; /* the story's clock */
};

enum http_end {
    HTTP_KEEP,  /* the connection serves the next request */
    HTTP_CLOSE, /* orderly */
    HTTP_RESET, /* RST in the middle */
    HTTP_SILENT /* says nothing more and does not close either */
};

struct http_reply;

/** Append the next piece to reply->out. @return false when there is no more. */
typedef bool http_more_fn(struct http_reply *reply);

struct http_reply {
    int status;        /* for the log; 0 when what was sent is no HTTP */
    struct nb_buf out; /* bytes to send */
    size_t sent;
    http_more_fn *more; /* NULL: out is all */
    uint64_t more_n;    /* for `more`: how often it was called */
    uint64_t more_max;  /* and how often it may be */
    size_t piece_bytes; /* send at most this much at a time, then ... */
    int64_t pause_ms;   /* ... wait; 0: no pauses */
    enum http_end end;
};

/** Fill *reply, which is empty. Everything it needs must be in reply->out before it returns. */
typedef void http_handler(void *context, const struct http_request *request,
                          struct http_reply *reply);

/** Status line and the headers every answer has, without the blank line. */
void http_start(struct http_reply *reply, const struct http_request *request, int status);

/** One more header line. */
void http_header(struct http_reply *reply, const char *name, const char *format, ...)
    NB_PRINTF(3, 4);

/** Content-Type, Content-Length, blank line, body; no body for HEAD. Ends the answer. */
void http_finish(struct http_reply *reply, const struct http_request *request, const char *type,
                 struct nb_slice body);

/**
 * Bind to host:port of loopback (port 0: any). @return NB_OK, NB_EINVAL (not loopback), NB_ESYS.
 * *out_fd is a listening socket, *out_port the port it got.
 */
enum nb_err http_listen(const char *address, int *out_fd, int *out_port,
                        struct nb_error *error) NB_MUSTUSE;

struct http_server {
    int listen_fd;
    int stop_fd; /* readable: stop */
    FILE *log;   /* or NULL */
    const struct nb_clock *clock;
    http_handler *handler;
    void *context;
};

/** Serve until stop_fd is readable. @return NB_OK, NB_ENOMEM, NB_ESYS. */
enum nb_err http_serve(const struct http_server *server, struct nb_error *error) NB_MUSTUSE;

/** Read a request's head. @return bytes it took, 0 when it is not complete, or -1 (malformed). */
long http_parse(struct nb_slice in, struct http_request *out);

#endif
