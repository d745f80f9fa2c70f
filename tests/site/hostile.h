/**
 * Hosts that misbehave in every way a crawler has to survive. One path, one fault; the table in
 * hostile.c says what each does, and `site --list-hostile` prints it.
 *
 * Threads: as the server.
 */
#ifndef SITE_HOSTILE_H
#define SITE_HOSTILE_H

#include "tests/site/http.h"

struct hostile {
    uint64_t requests_n; /* makes what changes every time differ */
    bool served_429;     /* /429-once has said it */
    uint64_t busy_n;     /* requests for feeds of busy.example */
};

/** Answer if the host is one of the hostile ones. @return false when it is not. */
bool hostile_answer(struct hostile *hostile, const struct http_request *request,
                    struct http_reply *reply);

/** One line per host and path: URL, tab, what it does. */
void hostile_list(struct nb_buf *out);

#endif
