/**
 * A process on a terminal: what it does, redrawn in place once a second, with its log above.
 *
 * Log lines come through a pipe, so that they do not run into what is drawn. All numbers are
 * counters and a few that are read without asking anybody; watching slows nothing down.
 *
 * Threads: main's.
 */
#ifndef NABIZ_SERVICE_WATCH_H
#define NABIZ_SERVICE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/buf.h>
#include <nabiz/counters.h>
#include <nabiz/crawl.h>

enum { NB_WATCH_EVERY_MS = 1000, NB_WATCH_WIDTH_MAX = 80 };

/* A moment of a crawl. */
struct nb_watch_now {
    int64_t mono_ms;
    int64_t counters[NB_CTR_COUNT];
    struct nb_crawl_status status;
    int64_t memory_bytes; /* resident */
};

/**
 * A moment in at most 6 lines of at most `width` columns, 20 at least and 80 at most.
 * @param before  an earlier moment, for rates; may be the same.
 * @param first   when watching began, for totals.
 */
void nb_watch_render(const struct nb_watch_now *now, const struct nb_watch_now *before,
                     const struct nb_watch_now *first, size_t width, struct nb_buf *out);

struct nb_watch;

/**
 * @return NULL when there is no terminal to draw on, when the process is one of `nabiz run`, or
 *         when out of memory: then nothing is drawn and the log goes where it went.
 */
struct nb_watch *nb_watch_new(void);

/** Draw anew if it is time. @return milliseconds until the next time. */
int nb_watch_draw(struct nb_watch *watch, void (*status)(void *role, struct nb_crawl_status *out),
                  void *role);

/** Readable when there are log lines to be shown by nb_watch_log(). */
int nb_watch_fd(const struct nb_watch *watch);
void nb_watch_log(struct nb_watch *watch);

/** The log goes where it went; what was drawn last stays. NULL is allowed. */
void nb_watch_free(struct nb_watch *watch);

#endif
