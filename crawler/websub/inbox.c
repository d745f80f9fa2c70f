#include "crawler/websub/inbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/store.h>
#include <nabiz/thread.h>
#include <nabiz/wake.h>

enum { LOOK_AGAIN_MS = 1000, PATH_BYTES = 4200 };

struct nb_inbox {
    char dir[PATH_BYTES];
    struct nb_clock *clock;
    uint64_t cursor; /* the reader's */
    struct nb_thread thread;
    atomic_bool stopping;
    pthread_mutex_t mu;
    pthread_cond_t changed;
    struct nb_store *store; /* guarded by mu until it is there; then it stays */
};

static struct nb_store *store_of(struct nb_inbox *inbox)
{
    pthread_mutex_lock(&inbox->mu);
    struct nb_store *store = inbox->store;
    pthread_mutex_unlock(&inbox->mu);
    return store;
}

/* Look for it, now and then. @return false when it is time to stop */
static bool find_store(struct nb_inbox *inbox)
{
    const struct nb_store_options options = {.read_only = true};
    struct nb_store *store = NULL;
    bool found = nb_store_open(inbox->dir, NB_STORE_INBOX, &options, &store, NULL) == NB_OK;
    struct timespec until = nb_mono_after(LOOK_AGAIN_MS);
    pthread_mutex_lock(&inbox->mu);
    inbox->store = store;
    while (!found && !atomic_load(&inbox->stopping) &&
           pthread_cond_timedwait(&inbox->changed, &inbox->mu, &until) != ETIMEDOUT) {
    }
    pthread_mutex_unlock(&inbox->mu);
    return !atomic_load(&inbox->stopping);
}

static void watch(void *arg)
{
    struct nb_inbox *inbox = arg;
    while (!store_of(inbox) && find_store(inbox)) {
    }
    struct nb_store *store = store_of(inbox);
    while (store && !atomic_load(&inbox->stopping)) {
        uint32_t seen = nb_wake_seen(nb_store_wake(store));
        nb_clock_wake(inbox->clock);
        if (!atomic_load(&inbox->stopping)) {
            nb_wake_wait(nb_store_wake(store), seen, -1);
        }
    }
}

enum nb_err nb_inbox_open(const char *dir, uint64_t cursor, struct nb_clock *clock,
                          struct nb_inbox **out, struct nb_error *error)
{
    struct nb_inbox *inbox = nb_calloc(1, sizeof(*inbox));
    *out = NULL;
    if (!inbox) {
        return nb_error_set(error, NB_ENOMEM, "out of memory");
    }
    (void)snprintf(inbox->dir, sizeof(inbox->dir), "%s", dir);
    inbox->cursor = cursor;
    inbox->clock = clock;
    (void)pthread_mutex_init(&inbox->mu, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&inbox->changed, &attr);
    pthread_condattr_destroy(&attr);
    enum nb_err err = nb_thread_start(&inbox->thread, "inbox", watch, inbox);
    if (err != NB_OK) {
        nb_inbox_close(inbox);
        return nb_error_set(error, err, "cannot start a thread");
    }
    *out = inbox;
    return NB_OK;
}

static enum nb_err decode(struct nb_slice value, struct nb_arena *arena, struct nb_push **out)
{
    struct nb_slice bytes;
    enum nb_err err = nb_unpack(value, arena, &bytes);
    err = err == NB_OK ? nb_push_decode(bytes, arena, out) : err;
    if (err == NB_ECORRUPT || err == NB_ETOOBIG) {
        *out = nb_push_new(arena);
        err = *out ? NB_OK : NB_ENOMEM;
    }
    return err;
}

enum nb_err nb_inbox_next(struct nb_inbox *inbox, struct nb_arena *arena, struct nb_push **out,
                          uint64_t *number)
{
    struct nb_store *store = store_of(inbox);
    struct nb_txn *txn;
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    uint8_t from[8];
    enum nb_err err = store ? nb_read_begin(store, &txn, NULL) : NB_ENOTFOUND;
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_open(txn, NB_TBL_PUSH, &cursor);
    if (err == NB_OK) {
        nb_key_u64(inbox->cursor + 1, from);
        err = nb_cursor_seek(cursor, nb_slice(from, sizeof(from)), &key, &value);
        if (err == NB_OK) {
            err = decode(value, arena, out);
        }
        if (err == NB_OK) {
            *number = inbox->cursor = nb_key_to_u64((const uint8_t *)key.p);
        }
        nb_cursor_close(cursor);
    }
    nb_read_end(txn);
    return err;
}

void nb_inbox_stop(struct nb_inbox *inbox)
{
    if (!inbox) {
        return;
    }
    pthread_mutex_lock(&inbox->mu);
    atomic_store(&inbox->stopping, true);
    pthread_cond_broadcast(&inbox->changed);
    struct nb_store *store = inbox->store;
    pthread_mutex_unlock(&inbox->mu);
    if (store) {
        nb_wake_all(nb_store_wake(store));
    }
    nb_thread_join(&inbox->thread);
}

void nb_inbox_close(struct nb_inbox *inbox)
{
    if (inbox) {
        if (inbox->store) {
            nb_store_close(inbox->store);
        }
        pthread_cond_destroy(&inbox->changed);
        pthread_mutex_destroy(&inbox->mu);
        nb_free(inbox);
    }
}
