/**
 * Inside of the subscriber: what its files share.
 *
 * Threads: fields belong to the thread that decides unless they say otherwise. `mu` is not held
 * while something is handed to the writer, whose queue may be full and who takes it to say what is
 * stored.
 */
#ifndef NABIZ_WEBSUB_WEBSUB_IMPL_H
#define NABIZ_WEBSUB_WEBSUB_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include <nabiz/thread.h>

#include "crawler/crawl_impl.h"
#include "crawler/websub/inbox.h"
#include "crawler/websub/table.h"
#include "crawler/websub/websub.h"

enum { NB_WEBSUB_NOTE_BYTES = 64 << 10 };

/* A poll was stored. */
struct event {
    struct event *next;
    struct nb_id source;
    bool has_news;
    int64_t polled_ms;
    char *hub, *topic; /* NULL: the feed has none; in the same block */
};

struct nb_websub {
    struct nb_crawl *crawl;
    struct nb_slice callback;
    int64_t lease_s;
    struct nb_inbox *inbox;
    struct nb_arena *scratch;
    struct nb_thread thread;
    atomic_bool stopping;
    struct nb_sources *sources;
    int64_t counted_mono_ms;

    pthread_mutex_t mu;
    struct nb_sub_table subs;     /* guarded by mu */
    struct event *first, *last;   /* guarded by mu */
    struct nb_poll_list answered; /* guarded by mu */
    struct nb_poll_list stored;   /* guarded by mu */
    struct nb_sources *fresh;     /* guarded by mu */
};

/* notes.c: what is stored */

/** Something to be stored: nb_websub_send() or nb_poll_free() is to follow. */
enum nb_err nb_websub_note(const struct nb_websub *websub, struct nb_id source, size_t arena_bytes,
                           struct nb_poll **out) NB_MUSTUSE;
enum nb_err nb_websub_put(struct nb_poll *note, const struct nb_sub *sub) NB_MUSTUSE;
enum nb_err nb_websub_put_removal(struct nb_poll *note, const struct nb_sub *sub) NB_MUSTUSE;
enum nb_err nb_websub_put_cursor(struct nb_poll *note, uint64_t number) NB_MUSTUSE;

/** Hand it to the writer, or, after an error, free it. Not under mu. @return err. */
enum nb_err nb_websub_send(const struct nb_websub *websub, struct nb_poll *note,
                           enum nb_err err) NB_MUSTUSE;

/* load.c */

/** What the crawl store knows: subscriptions, hubs of feeds, the cursor of the inbox. */
enum nb_err nb_websub_load(struct nb_websub *websub, uint64_t *cursor,
                           struct nb_error *error) NB_MUSTUSE;

/* push.c */

/** Take what waits in the inbox, so much at once. @param more  [out] there may be more. */
enum nb_err nb_websub_read_inbox(struct nb_websub *websub, bool *more) NB_MUSTUSE;

/* websub.c; under mu */

struct nb_sub *nb_websub_find(struct nb_websub *websub, struct nb_id source, const char *token);
bool nb_websub_is_listed(const struct nb_websub *websub, struct nb_id source);

/**
 * A feed names a hub: subscribe, unless that is done. Another hub or topic is another one.
 * @param note  [out] a removal to be stored, or NULL.
 */
enum nb_err nb_websub_offer(struct nb_websub *websub, struct nb_id source, const char *hub,
                            const char *topic, int64_t now_ms, struct nb_poll **note) NB_MUSTUSE;

#endif
