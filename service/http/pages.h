/**
 * The pages: / (names the others), /health, /metrics, /alerts.atom, /alerts.json,
 * /digest/TOPIC/DAY.
 *
 * Threads: called by the one that answers.
 */
#ifndef NABIZ_HTTP_PAGES_H
#define NABIZ_HTTP_PAGES_H

#include <nabiz/clock.h>

#include "service/http/http.h"
#include "service/http/reading.h"

struct nb_push_door;

struct nb_pages {
    const struct nb_config *config;
    const struct nb_clock *clock;
    struct nb_reading *reading;
    struct nb_push_door *door; /* NULL: WebSub is off */
};

/** nb_http_page_fn; arg is a const struct nb_pages. */
void nb_pages_answer(void *arg, const struct nb_http_request *request,
                     struct nb_http_answer *answer);

enum nb_pages_feed { NB_PAGES_ATOM, NB_PAGES_JSON };

/**
 * The feed of the newest alerts, as it is served and written to DATA/out/alerts.atom and
 * alerts.json.
 * @return NB_OK, NB_ENOTFOUND (no analysis yet), NB_ENOMEM, NB_ETOOBIG, NB_EIO, NB_ECORRUPT.
 */
enum nb_err nb_pages_alerts(struct nb_reading *reading, enum nb_pages_feed format,
                            struct nb_buf *out, struct nb_error *error) NB_MUSTUSE;

#endif
