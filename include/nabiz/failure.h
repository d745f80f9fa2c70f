/**
 * What kind of failure a poll met. It is stored as the text that was logged; the kind follows from
 * the status of the answer and from how the text begins: the texts are ours and curl's, both fixed.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_FAILURE_H
#define NABIZ_FAILURE_H

#include <stdint.h>

#include <nabiz/slice.h>

enum nb_failure {
    NB_FAILURE_DNS,
    NB_FAILURE_PROXY,
    NB_FAILURE_CONNECT,
    NB_FAILURE_TLS,
    NB_FAILURE_CA,
    NB_FAILURE_TIMEOUT,
    NB_FAILURE_NETWORK, /* any other trouble on the way */
    NB_FAILURE_ROBOTS,  /* robots.txt cannot be had */
    NB_FAILURE_NO_FEED,
    NB_FAILURE_UNREADABLE,
    NB_FAILURE_PRIVATE,
    NB_FAILURE_ADDRESS,
    NB_FAILURE_REDIRECT,
    NB_FAILURE_TOO_LARGE,
    NB_FAILURE_MISSING, /* 404 */
    NB_FAILURE_GONE,    /* 410 */
    NB_FAILURE_LOGIN,   /* 401 */
    NB_FAILURE_FORBIDDEN,
    NB_FAILURE_BUSY,    /* 429, 503 */
    NB_FAILURE_REFUSED, /* other 4xx */
    NB_FAILURE_BROKEN,  /* other 5xx */
    NB_FAILURE_WALL,    /* a page that keeps robots out */
    NB_FAILURE_COUNT
};

/**
 * @param status  of the last answer, 0 when there was none.
 * @param text    Source.failure.
 */
enum nb_failure nb_failure_of(uint32_t status, struct nb_slice text);

#endif
