/**
 * Commands that turn bytes on stdin into one JSON object on stdout: one stage of the crawler, used
 * alone.
 *
 * Threads: a filter belongs to one thread.
 */
#ifndef NABIZ_SERVICE_FILTER_H
#define NABIZ_SERVICE_FILTER_H

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/cli.h>
#include <nabiz/config.h>
#include <nabiz/date.h>
#include <nabiz/json.h>

/** What the stage works with. */
struct nb_filter {
    const struct nb_args *args;
    struct nb_slice bytes;        /* of stdin, at most crawl.body_max */
    struct nb_slice url;          /* --url */
    struct nb_slice content_type; /* --content-type, may be empty */
    struct nb_date_context dates;
    struct nb_arena *arena; /* several times crawl.body_max */
    struct nb_json *json;   /* what is written here is printed when all went well */
};

typedef enum nb_err nb_filter_fn(struct nb_filter *filter, struct nb_error *error);

/** Read stdin, run the stage, print. --url must be given. @return an exit code. */
int nb_filter_run(struct nb_args *args, nb_filter_fn *stage);

#endif
