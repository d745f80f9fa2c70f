/**
 * Lines in, answers out in the same order, worked on by several threads.
 *
 * What is there of the input is read in batches; a batch is cut into pieces of some lines, which
 * threads take one after another, and is written when all are done. A batch is never waited for:
 * where the input pauses, what was read is answered first. Threads are started when there is enough
 * for them to do, so that a few lines cost nothing more than they did with one.
 *
 * Threads: of one thread; answers are made by several, each with its own worker.
 */
#ifndef NABIZ_SERVICE_LINE_POOL_H
#define NABIZ_SERVICE_LINE_POOL_H

#include "service/lang.h"

#define NB_LINE_POOL_THREADS_MAX 64
#define NB_LINE_POOL_ANSWER_BYTES_MAX ((size_t)256 << 20)

struct nb_line_work {
    /** What one thread needs; made in the thread that calls nb_line_pool_run(). NULL: no memory. */
    void *(*worker_new)(void *context);
    void (*worker_free)(void *worker); /* NULL is allowed */
    /**
     * Answer one line.
     * @param number  of the line, from 1.
     * @param out     append here; what is there stays. On an error nothing of it is written.
     */
    enum nb_err (*answer)(void *worker, struct nb_slice line, size_t number, struct nb_buf *out,
                          struct nb_error *error);
    void *context;
};

/** Processors that this process may use, from 1 to NB_LINE_POOL_THREADS_MAX. */
size_t nb_line_pool_processors(void);

/**
 * Answer every line of a file descriptor on stdout. A line that has no answer is reported on
 * stderr with its number, in its place among the others.
 * @param name       of the command, before what is reported.
 * @param threads_n  at most so many, 1 or more; fewer when they cannot be had.
 * @param strict     stop behind the first line without an answer.
 * @param error      [out] when it is not NB_OK.
 * @return NB_OK, NB_EINVAL (strict, and a line had no answer: it was reported), NB_EIO, NB_ENOMEM.
 */
enum nb_err nb_line_pool_run(int fd, const struct nb_line_work *work, const char *name,
                             size_t threads_n, bool strict, struct nb_error *error) NB_MUSTUSE;

#endif
