#include "crawler/fetch/bytes.h"

#include <pthread.h>

#include <nabiz/mem.h>

struct nb_bytes {
    pthread_mutex_t mu;
    size_t most;                        /* for all but the one that may go beyond */
    size_t used;                        /* guarded by mu, like all that follows */
    const struct nb_bytes_hold *beyond; /* who may; NULL: nobody does */
    size_t holds_n;
    bool is_missed; /* somebody waits for room */
    bool is_closed;
    nb_bytes_room_fn *room;
    void *arg;
};

struct nb_bytes *nb_bytes_new(size_t most, size_t one, nb_bytes_room_fn *room, void *arg)
{
    struct nb_bytes *bytes = nb_calloc(1, sizeof(*bytes));
    if (bytes) {
        (void)pthread_mutex_init(&bytes->mu, NULL);
        bytes->most = most > one ? most - one : 0;
        bytes->room = room;
        bytes->arg = arg;
    }
    return bytes;
}

static void destroy(struct nb_bytes *bytes)
{
    pthread_mutex_destroy(&bytes->mu);
    nb_free(bytes);
}

void nb_bytes_close(struct nb_bytes *bytes)
{
    if (!bytes) {
        return;
    }
    pthread_mutex_lock(&bytes->mu);
    bytes->is_closed = true;
    bool is_last = bytes->holds_n == 0;
    pthread_mutex_unlock(&bytes->mu);
    if (is_last) {
        destroy(bytes);
    }
}

bool nb_bytes_take(struct nb_bytes *bytes, struct nb_bytes_hold *hold, size_t n)
{
    if (n <= hold->n) {
        return true;
    }
    pthread_mutex_lock(&bytes->mu);
    size_t more = n - hold->n;
    bool fits = bytes->used + more <= bytes->most;
    bool may = fits || !bytes->beyond || bytes->beyond == hold;
    if (may && !fits) {
        bytes->beyond = hold;
        hold->is_beyond = true;
    }
    if (may) {
        bytes->used += more;
        bytes->holds_n += hold->bytes == NULL;
        hold->bytes = bytes;
        hold->n = n;
    } else {
        bytes->is_missed = true;
    }
    pthread_mutex_unlock(&bytes->mu);
    return may;
}

void nb_bytes_give(struct nb_bytes_hold *hold)
{
    struct nb_bytes *bytes = hold->bytes;
    if (!bytes) {
        return;
    }
    pthread_mutex_lock(&bytes->mu);
    bytes->used -= hold->n;
    bytes->holds_n--;
    if (hold->is_beyond) {
        bytes->beyond = NULL;
    }
    bool is_last = bytes->is_closed && bytes->holds_n == 0;
    if (bytes->is_missed && !bytes->is_closed) {
        bytes->is_missed = false;
        bytes->room(bytes->arg); /* under the lock: whom it tells is there until nb_bytes_close() */
    }
    pthread_mutex_unlock(&bytes->mu);
    *hold = (struct nb_bytes_hold){0};
    if (is_last) {
        destroy(bytes);
    }
}

bool nb_bytes_is_short(struct nb_bytes *bytes)
{
    pthread_mutex_lock(&bytes->mu);
    bool is_short = bytes->used > bytes->most;
    bytes->is_missed = bytes->is_missed || is_short;
    pthread_mutex_unlock(&bytes->mu);
    return is_short;
}
