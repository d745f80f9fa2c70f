/*
 * While a batch is worked on, its lines and pieces are changed by the thread alone that took the
 * piece. Who is done with one says so under the lock; when all are done, the caller writes them.
 */
#include "service/line_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#include <nabiz/mem.h>
#include <nabiz/thread.h>

enum {
    BATCH_LINES = 2048,
    BATCH_BYTES = 256 << 10,
    PIECE_LINES = 16,
    PIECES = BATCH_LINES / PIECE_LINES,
    ALONE_LINES = 64, /* so few are no work for two */
    KEEP_BYTES = 1 << 20
};

struct line {
    size_t at, len; /* in the bytes of the batch */
    size_t number;
    size_t out_end; /* of the answers of its piece, behind this line's */
    bool too_long, bad;
    char *problem; /* of a bad one; NULL when there was no memory to say it */
};

struct pool {
    const struct nb_line_work *work;
    const char *name;
    bool strict;
    struct nb_buf bytes;
    struct line lines[BATCH_LINES];
    size_t lines_n;
    struct nb_buf answers[PIECES];
    void *workers[NB_LINE_POOL_THREADS_MAX]; /* the first is the caller's */
    struct nb_thread threads[NB_LINE_POOL_THREADS_MAX];
    size_t threads_n, threads_max;
    pthread_mutex_t mu;
    pthread_cond_t begun, done;
    size_t next_piece;  /* guarded by mu; pieces_n when none is left to take */
    size_t pieces_n;    /* guarded by mu */
    size_t pieces_left; /* guarded by mu: not done yet */
    size_t next_worker; /* guarded by mu */
    bool stops;         /* guarded by mu */
};

size_t nb_line_pool_processors(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : n > NB_LINE_POOL_THREADS_MAX ? NB_LINE_POOL_THREADS_MAX : (size_t)n;
}

/* ---- answering ---- */

static void answer_line(const struct pool *p, void *worker, struct line *line, struct nb_buf *out)
{
    struct nb_error error = {0};
    struct nb_slice text = nb_slice_sub(nb_buf_slice(&p->bytes), line->at, line->at + line->len);
    size_t before = out->len;
    out->max = before + NB_LINE_POOL_ANSWER_BYTES_MAX;
    enum nb_err err = line->too_long ? nb_error_set(&error, NB_ETOOBIG, "over %zu bytes; cut it",
                                                    NB_LINE_BYTES_MAX)
                                     : p->work->answer(worker, text, line->number, out, &error);
    if (err == NB_OK && (err = nb_buf_finish(out, NULL)) != NB_OK) {
        (void)nb_error_set(&error, err, "%s", nb_strerror(err));
    }
    line->bad = err != NB_OK;
    line->problem = line->bad ? nb_strdup(nb_error_text(&error)) : NULL;
    if (line->bad) {
        nb_buf_reset(out);
        out->len = before;
    }
    line->out_end = out->len;
}

static void answer_piece(struct pool *p, void *worker, size_t piece)
{
    struct nb_buf *out = &p->answers[piece];
    size_t end = (piece + 1) * PIECE_LINES;
    nb_buf_reset(out);
    for (size_t i = piece * PIECE_LINES; i < end && i < p->lines_n; i++) {
        answer_line(p, worker, &p->lines[i], out);
    }
}

/* Take pieces until none is left. Called and left with the lock held. */
static void answer_some(struct pool *p, void *worker)
{
    while (p->next_piece < p->pieces_n) {
        size_t piece = p->next_piece++;
        pthread_mutex_unlock(&p->mu);
        answer_piece(p, worker, piece);
        pthread_mutex_lock(&p->mu);
        if (--p->pieces_left == 0) {
            pthread_cond_signal(&p->done);
        }
    }
}

static void run_thread(void *arg)
{
    struct pool *p = arg;
    pthread_mutex_lock(&p->mu);
    void *worker = p->workers[p->next_worker++];
    while (!p->stops) {
        answer_some(p, worker);
        if (!p->stops) {
            pthread_cond_wait(&p->begun, &p->mu);
        }
    }
    pthread_mutex_unlock(&p->mu);
}

/* As many as there is memory for; the caller is one of them. */
static void start_threads(struct pool *p)
{
    while (p->threads_n < p->threads_max) {
        size_t i = p->threads_n;
        p->workers[i] = p->work->worker_new(p->work->context);
        if (!p->workers[i] || nb_thread_start(&p->threads[i], "answer", run_thread, p) != NB_OK) {
            p->threads_max = p->threads_n;
            return;
        }
        p->threads_n++;
    }
}

static void answer_batch(struct pool *p)
{
    size_t pieces_n = (p->lines_n + PIECE_LINES - 1) / PIECE_LINES;
    if (p->lines_n > ALONE_LINES) {
        start_threads(p);
    }
    pthread_mutex_lock(&p->mu);
    p->next_piece = 0;
    p->pieces_n = p->pieces_left = pieces_n;
    if (p->lines_n > ALONE_LINES) {
        pthread_cond_broadcast(&p->begun);
    }
    answer_some(p, p->workers[0]);
    while (p->pieces_left) {
        pthread_cond_wait(&p->done, &p->mu);
    }
    pthread_mutex_unlock(&p->mu);
}

/* ---- reading and writing ---- */

/* At least one line, and what more is there. @return NB_OK also where lines come before the end. */
static enum nb_err read_batch(struct pool *p, struct nb_lines *lines)
{
    enum nb_err err = NB_OK;
    nb_buf_reset(&p->bytes);
    p->lines_n = 0;
    while (p->lines_n < BATCH_LINES && p->bytes.len < BATCH_BYTES) {
        struct line line = {.at = p->bytes.len};
        struct nb_slice text;
        err = p->lines_n ? nb_lines_next_there(lines, &text, &line.too_long)
                         : nb_lines_next(lines, &text, &line.too_long);
        if (err != NB_OK) {
            break;
        }
        line.len = line.too_long ? 0 : text.len;
        line.number = lines->number;
        nb_buf_add(&p->bytes, nb_slice_sub(text, 0, line.len));
        p->lines[p->lines_n++] = line;
        if ((err = nb_buf_finish(&p->bytes, NULL)) != NB_OK) {
            return err;
        }
    }
    return p->lines_n ? NB_OK : err; /* an error comes again */
}

static enum nb_err write_bytes(const struct nb_buf *out, size_t from, size_t end)
{
    return fwrite(out->p + from, 1, end - from, stdout) == end - from ? NB_OK : NB_EIO;
}

static enum nb_err write_piece(struct pool *p, size_t piece)
{
    const struct nb_buf *out = &p->answers[piece];
    size_t from = 0, i = piece * PIECE_LINES, end = i + PIECE_LINES;
    enum nb_err err = NB_OK;
    for (; err == NB_OK && i < end && i < p->lines_n; i++) {
        const struct line *line = &p->lines[i];
        if (line->bad) {
            err = out->p ? write_bytes(out, from, line->out_end) : NB_OK;
            from = line->out_end;
            fprintf(stderr, "nabiz %s: line %zu: %s\n", p->name, line->number,
                    line->problem ? line->problem : nb_strerror(NB_ENOMEM));
            err = err == NB_OK && p->strict ? NB_EINVAL : err;
        }
    }
    return err == NB_OK && out->p ? write_bytes(out, from, out->len) : err;
}

static enum nb_err write_batch(struct pool *p)
{
    enum nb_err err = NB_OK;
    for (size_t piece = 0; piece * PIECE_LINES < p->lines_n; piece++) {
        err = err == NB_OK ? write_piece(p, piece) : err;
        if (p->answers[piece].cap > KEEP_BYTES) {
            nb_buf_fini(&p->answers[piece]);
        }
    }
    for (size_t i = 0; i < p->lines_n; i++) {
        nb_free(p->lines[i].problem);
    }
    return err;
}

static enum nb_err answer_all(struct pool *p, int fd, struct nb_error *error)
{
    struct nb_lines lines;
    enum nb_err err;
    nb_lines_init(&lines, fd);
    while ((err = read_batch(p, &lines)) == NB_OK) {
        answer_batch(p);
        if ((err = write_batch(p)) != NB_OK) {
            nb_lines_fini(&lines);
            return err == NB_EINVAL ? err : nb_error_set(error, err, "standard output");
        }
    }
    nb_lines_fini(&lines);
    return err == NB_ECLOSED ? NB_OK
                             : nb_error_set(error, err, "standard input: %s", nb_strerror(err));
}

/* ---- the whole ---- */

static void stop_threads(struct pool *p)
{
    pthread_mutex_lock(&p->mu);
    p->stops = true;
    pthread_cond_broadcast(&p->begun);
    pthread_mutex_unlock(&p->mu);
    for (size_t i = 0; i < NB_LINE_POOL_THREADS_MAX; i++) {
        nb_thread_join(&p->threads[i]);
        p->work->worker_free(p->workers[i]);
    }
}

enum nb_err nb_line_pool_run(int fd, const struct nb_line_work *work, const char *name,
                             size_t threads_n, bool strict, struct nb_error *error)
{
    struct pool *p = nb_calloc(1, sizeof(*p));
    if (!p) {
        return nb_error_set(error, NB_ENOMEM, "out of memory");
    }
    p->work = work;
    p->name = name;
    p->strict = strict;
    p->threads_max = threads_n < NB_LINE_POOL_THREADS_MAX ? threads_n : NB_LINE_POOL_THREADS_MAX;
    p->threads_n = p->next_worker = 1;
    pthread_mutex_init(&p->mu, NULL);
    pthread_cond_init(&p->begun, NULL);
    pthread_cond_init(&p->done, NULL);
    nb_buf_init(&p->bytes, BATCH_BYTES + NB_LINE_BYTES_MAX);
    for (size_t i = 0; i < PIECES; i++) {
        nb_buf_init(&p->answers[i], NB_LINE_POOL_ANSWER_BYTES_MAX);
    }
    p->workers[0] = work->worker_new(work->context);
    enum nb_err err =
        p->workers[0] ? answer_all(p, fd, error) : nb_error_set(error, NB_ENOMEM, "out of memory");
    stop_threads(p);
    for (size_t i = 0; i < PIECES; i++) {
        nb_buf_fini(&p->answers[i]);
    }
    nb_buf_fini(&p->bytes);
    pthread_cond_destroy(&p->done);
    pthread_cond_destroy(&p->begun);
    pthread_mutex_destroy(&p->mu);
    nb_free(p);
    return err;
}
