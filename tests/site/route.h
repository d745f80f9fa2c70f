/**
 * From a request to an answer: the story's hosts, and the hostile ones.
 *
 * Threads: as the server.
 */
#ifndef SITE_ROUTE_H
#define SITE_ROUTE_H

#include "tests/site/hostile.h"
#include "tests/site/http.h"
#include "tests/site/story.h"

struct route {
    struct story story;
    struct hostile hostile;
};

/** An http_handler over a struct route. */
void route_answer(void *context, const struct http_request *request, struct http_reply *reply);

#endif
