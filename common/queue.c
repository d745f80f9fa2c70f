#include <nabiz/queue.h>

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>

#include <nabiz/clock.h>
#include <nabiz/mem.h>

struct nb_queue {
    pthread_mutex_t mu;
    pthread_cond_t not_empty; /* waits on the monotonic clock */
    pthread_cond_t not_full;
    size_t capacity;
    size_t head;   /* guarded by mu */
    size_t len;    /* guarded by mu */
    size_t wanted; /* guarded by mu: a reader is woken when there are as many */
    bool closed;   /* guarded by mu */
    void *items[];
};

struct nb_queue *nb_queue_new(size_t capacity)
{
    assert(capacity > 0);
    struct nb_queue *queue = nb_calloc(1, sizeof(*queue) + capacity * sizeof(queue->items[0]));
    if (!queue) {
        return NULL;
    }
    queue->capacity = capacity;
    queue->wanted = 1;
    pthread_mutex_init(&queue->mu, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&queue->not_empty, &attr);
    pthread_cond_init(&queue->not_full, &attr);
    pthread_condattr_destroy(&attr);
    return queue;
}

void nb_queue_free(struct nb_queue *queue)
{
    if (queue) {
        pthread_cond_destroy(&queue->not_empty);
        pthread_cond_destroy(&queue->not_full);
        pthread_mutex_destroy(&queue->mu);
        nb_free(queue);
    }
}

static void put_locked(struct nb_queue *queue, void *item)
{
    queue->items[(queue->head + queue->len) % queue->capacity] = item;
    queue->len++;
    if (queue->len >= queue->wanted) {
        pthread_cond_signal(&queue->not_empty);
    }
}

enum nb_err nb_queue_push(struct nb_queue *queue, void *item)
{
    pthread_mutex_lock(&queue->mu);
    while (!queue->closed && queue->len == queue->capacity) {
        pthread_cond_wait(&queue->not_full, &queue->mu);
    }
    bool closed = queue->closed;
    if (!closed) {
        put_locked(queue, item);
    }
    pthread_mutex_unlock(&queue->mu);
    return closed ? NB_ECLOSED : NB_OK;
}

enum nb_err nb_queue_try_push(struct nb_queue *queue, void *item)
{
    enum nb_err err = NB_OK;
    pthread_mutex_lock(&queue->mu);
    if (queue->closed) {
        err = NB_ECLOSED;
    } else if (queue->len == queue->capacity) {
        err = NB_EFULL;
    } else {
        put_locked(queue, item);
    }
    pthread_mutex_unlock(&queue->mu);
    return err;
}

/* Wait for items. @return NB_OK when there is at least one, NB_ETIMEOUT, NB_ECLOSED. */
static enum nb_err wait_locked(struct nb_queue *queue, size_t min_n, int64_t wait_ms)
{
    struct timespec until = {0};
    if (wait_ms > 0) {
        until = nb_mono_after(wait_ms);
    }
    queue->wanted = min_n;
    bool is_late = false;
    while (queue->len < min_n && !queue->closed && !is_late) {
        if (wait_ms < 0) {
            pthread_cond_wait(&queue->not_empty, &queue->mu);
        } else {
            is_late =
                wait_ms == 0 || pthread_cond_timedwait(&queue->not_empty, &queue->mu, &until) != 0;
        }
    }
    queue->wanted = 1;
    if (queue->len > 0) {
        return NB_OK;
    }
    return queue->closed ? NB_ECLOSED : NB_ETIMEOUT;
}

static void *take_locked(struct nb_queue *queue)
{
    void *item = queue->items[queue->head];
    queue->head = (queue->head + 1) % queue->capacity;
    queue->len--;
    return item;
}

enum nb_err nb_queue_pop(struct nb_queue *queue, int64_t wait_ms, void **item)
{
    pthread_mutex_lock(&queue->mu);
    enum nb_err err = wait_locked(queue, 1, wait_ms);
    if (err == NB_OK) {
        *item = take_locked(queue);
        pthread_cond_signal(&queue->not_full);
    }
    pthread_mutex_unlock(&queue->mu);
    return err;
}

enum nb_err nb_queue_pop_many(struct nb_queue *queue, size_t min_n, int64_t wait_ms, void **out,
                              size_t max_n, size_t *out_n)
{
    assert(min_n > 0 && min_n <= queue->capacity && max_n > 0);
    size_t n = 0;
    pthread_mutex_lock(&queue->mu);
    enum nb_err err = wait_locked(queue, min_n, wait_ms);
    while (err == NB_OK && n < max_n && queue->len > 0) {
        out[n++] = take_locked(queue);
    }
    if (n > 0) {
        pthread_cond_broadcast(&queue->not_full);
    }
    pthread_mutex_unlock(&queue->mu);
    *out_n = n;
    return err;
}

void nb_queue_close(struct nb_queue *queue)
{
    pthread_mutex_lock(&queue->mu);
    queue->closed = true;
    pthread_cond_broadcast(&queue->not_empty);
    pthread_cond_broadcast(&queue->not_full);
    pthread_mutex_unlock(&queue->mu);
}

size_t nb_queue_len(struct nb_queue *queue)
{
    pthread_mutex_lock(&queue->mu);
    size_t len = queue->len;
    pthread_mutex_unlock(&queue->mu);
    return len;
}
