/**
 * The stores that serving reads, opened when they are first there and then kept.
 *
 * Threads: any.
 */
#ifndef NABIZ_HTTP_READING_H
#define NABIZ_HTTP_READING_H

#include <stdbool.h>

#include <nabiz/config.h>
#include <nabiz/log.h>
#include <nabiz/store.h>

struct nb_reading;

enum nb_err nb_reading_new(const struct nb_config *config, struct nb_reading **out) NB_MUSTUSE;

/** Nobody may be using what was borrowed. */
void nb_reading_free(struct nb_reading *reading);

/**
 * Borrow the analysis store, the crawl store, or its log, until nb_reading_free().
 * @return NB_OK, NB_ENOTFOUND (not there yet; trying again later is right), or why not.
 */
enum nb_err nb_reading_analysis(struct nb_reading *reading, struct nb_store **out,
                                struct nb_error *error) NB_MUSTUSE;
enum nb_err nb_reading_crawl(struct nb_reading *reading, struct nb_store **out,
                             struct nb_error *error) NB_MUSTUSE;
enum nb_err nb_reading_log(struct nb_reading *reading, struct nb_log **out,
                           struct nb_error *error) NB_MUSTUSE;

/** True when a store that is open is no longer the one on disk: it was deleted or rebuilt. */
bool nb_reading_replaced(struct nb_reading *reading);

/** The analysis store if it is open already, else NULL. */
struct nb_store *nb_reading_peek(struct nb_reading *reading);

#endif
