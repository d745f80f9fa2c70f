/**
 * The door for hubs (WebSub): their questions are answered by what the crawl store says, and what
 * they push is written into the inbox before it is acknowledged.
 *
 * The inbox is this process's own store. It is bounded in bytes and in age; what the crawler has
 * consumed is removed when something new comes. A push with a wrong signature is acknowledged and
 * dropped, as the standard wants it, so that nobody learns from the answer.
 *
 * Threads: the one that answers.
 */
#ifndef NABIZ_HTTP_PUSH_H
#define NABIZ_HTTP_PUSH_H

#include <nabiz/clock.h>
#include <nabiz/config.h>

#include "service/http/http.h"
#include "service/http/reading.h"

struct nb_push_door;

/**
 * Open the inbox for writing.
 * @return NB_OK, NB_EBUSY (another process writes it), NB_ENOMEM, NB_EIO, ...; *out is NULL and
 *         NB_OK when websub.callback is empty.
 */
enum nb_err nb_push_open(const struct nb_config *config, const struct nb_clock *clock,
                         struct nb_reading *reading, struct nb_push_door **out,
                         struct nb_error *error) NB_MUSTUSE;
void nb_push_close(struct nb_push_door *door);

/** A GET below /websub/: a hub asks whether something was meant. */
void nb_push_ask(struct nb_push_door *door, const struct nb_http_request *request,
                 struct nb_http_answer *answer);

/** struct nb_http_upload: may this be pushed at all? Before the body is read. */
bool nb_push_begin(void *door, const struct nb_http_request *request,
                   struct nb_http_answer *answer);

/** struct nb_http_upload: the body is there. */
void nb_push_take(void *door, const struct nb_http_request *request, struct nb_slice body,
                  struct nb_http_answer *answer);

#endif
