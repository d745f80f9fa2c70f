/**
 * Bounded queue of pointers between threads: when it is full the producer waits, so a slow
 * consumer slows its producers and memory does not grow.
 *
 * Closing wakes everybody: producers get NB_ECLOSED at once, consumers after the queue is empty.
 *
 * Threads: any number on both sides.
 */
#ifndef NABIZ_QUEUE_H
#define NABIZ_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include <nabiz/err.h>

struct nb_queue;

/** @return NULL when out of memory. capacity > 0. */
struct nb_queue *nb_queue_new(size_t capacity);

/** The queue must be empty or its items owned elsewhere; nobody may be waiting. */
void nb_queue_free(struct nb_queue *queue);

/** Wait for room and add at the end. @return NB_OK, NB_ECLOSED (item not taken). */
enum nb_err nb_queue_push(struct nb_queue *queue, void *item) NB_MUSTUSE;

/** Add if there is room now. @return NB_OK, NB_EFULL, NB_ECLOSED. */
enum nb_err nb_queue_try_push(struct nb_queue *queue, void *item) NB_MUSTUSE;

/**
 * Take from the front, waiting at most wait_ms (-1: for ever, 0: not at all).
 * @return NB_OK, NB_ETIMEOUT, NB_ECLOSED (closed and empty).
 */
enum nb_err nb_queue_pop(struct nb_queue *queue, int64_t wait_ms, void **item) NB_MUSTUSE;

/**
 * Take several at once. Whoever can do with a delay sleeps until there are min_n and is woken once
 * for all of them; only for a queue with one reader.
 * @param min_n  at most the capacity; fewer are taken when wait_ms are over or the queue is closed.
 * @param out    [out] room for max_n.
 * @return NB_OK (at least one), NB_ETIMEOUT, NB_ECLOSED (closed and empty).
 */
enum nb_err nb_queue_pop_many(struct nb_queue *queue, size_t min_n, int64_t wait_ms, void **out,
                              size_t max_n, size_t *out_n) NB_MUSTUSE;

void nb_queue_close(struct nb_queue *queue);

/** Items waiting now; a hint only. */
size_t nb_queue_len(struct nb_queue *queue);

#endif
