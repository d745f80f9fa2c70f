/**
 * Named threads that are always joined.
 *
 * Threads start with every signal blocked: signals are read in one place, by nb_signals in main.
 */
#ifndef NABIZ_THREAD_H
#define NABIZ_THREAD_H

#include <pthread.h>
#include <stdbool.h>

#include <nabiz/err.h>

struct nb_thread {
    pthread_t id;
    bool started;
};

typedef void nb_thread_fn(void *arg);

/**
 * Start fn(arg) in a thread named `name` (cut to 15 bytes).
 * @return NB_OK, NB_ENOMEM, NB_ESYS (the limit on threads). Join with nb_thread_join().
 */
enum nb_err nb_thread_start(struct nb_thread *thread, const char *name, nb_thread_fn *fn,
                            void *arg) NB_MUSTUSE;

/** Wait for the thread to end; does nothing when it was never started or was already joined. */
void nb_thread_join(struct nb_thread *thread);

#endif
