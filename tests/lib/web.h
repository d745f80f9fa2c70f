/**
 * A small web server on loopback for tests: it reads requests, one a connection, and leaves the
 * answer, good manners or bad, to a function of the test.
 *
 * Threads: the function is called from the server's threads, with several at once.
 */
#ifndef NABIZ_TEST_WEB_H
#define NABIZ_TEST_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nbt_web;

struct nbt_request {
    char host[128]; /* as sent, with the port if there was one */
    char path[256];
    const char *text; /* the head, NUL-terminated */
    int64_t mono_ms;  /* when it was read */
};

/**
 * Answer on the connection.
 * @return false when the connection is to be closed now; true when the function keeps it.
 */
typedef bool nbt_web_fn(void *arg, int fd, const struct nbt_request *request);

/** Start with so many threads; fails the program if it cannot. */
struct nbt_web *nbt_web_start(int threads, nbt_web_fn *answer, void *arg);
void nbt_web_stop(struct nbt_web *web);

int nbt_web_port(const struct nbt_web *web);

/** True from the moment nbt_web_stop() was called: answers without end should end. */
bool nbt_web_is_stopping(const struct nbt_web *web);

/** @return false when nobody listens any more */
bool nbt_web_send(int fd, const char *bytes, size_t len);
bool nbt_web_send_text(int fd, const char *text);

/** A whole answer: head is "200 OK\r\nName: value\r\n", each line ended. */
void nbt_web_send_page(int fd, const char *head, const char *body);

/** Close politely, so that what was sent arrives. */
void nbt_web_close(int fd);

#endif
