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
    size_t head; /* guarded by mu */
    size_t len;  /* guarded by mu */
    bool closed; /* guarded by mu */
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
    pthread_cond_signal(&queue->not_empty);
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

enum nb_err nb_queue_pop(struct nb_queue *queue, int64_t wait_ms, void **item)
{
    struct timespec until = {0};
    if (wait_ms > 0) {
        until = nb_mono_after(wait_ms);
    }
    enum nb_err err = NB_OK;
    pthread_mutex_lock(&queue->mu);
    while (queue->len == 0 && !queue->closed && err == NB_OK) {
        if (wait_ms < 0) {
            pthread_cond_wait(&queue->not_empty, &queue->mu);
        } else if (wait_ms == 0 ||
                   pthread_cond_timedwait(&queue->not_empty, &queue->mu, &until) != 0) {
            err = NB_ETIMEOUT;
        }
    }
    if (queue->len > 0) {
        *item = queue->items[queue->head];
        queue->head = (queue->head + 1) % queue->capacity;
        queue->len--;
        pthread_cond_signal(&queue->not_full);
        err = NB_OK;
    } else if (queue->closed) {
        err = NB_ECLOSED;
    }
    pthread_mutex_unlock(&queue->mu);
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
