/*
 * Xapian has no interface for C: it is asked through the program index_xapian beside this one.
 */
#include "tests/bench/index/peer.h"

#include "tests/lib/test.h"

#include <inttypes.h>
#include <sys/wait.h>
#include <unistd.h>

struct xapian {
    pid_t pid;
    FILE *to, *from;
    struct nb_buf text;
    int64_t build_us;
    uint64_t bytes;
};

static bool add(void *state, uint64_t number, const struct bench_document *document)
{
    struct xapian *x = state;
    (void)number;
    corpus_text(document, &x->text);
    return fprintf(x->to, "D %u %u ", document->site, document->label) > 0 &&
           fwrite(x->text.p, 1, x->text.len, x->to) == x->text.len && fputc('\n', x->to) != EOF;
}

static bool finish(void *state)
{
    struct xapian *x = state;
    return fputs("E\n", x->to) != EOF && fflush(x->to) == 0 &&
           fscanf(x->from, "%" SCNd64 " %" SCNu64, &x->build_us, &x->bytes) == 2;
}

static bool ask(void *state, const struct question *q, uint64_t *count, int64_t *us)
{
    struct xapian *x = state;
    (void)fprintf(x->to, "Q %d", (int)q->ask);
    for (size_t i = 0; i < q->n; i++) {
        (void)fprintf(x->to, " %.*s", NB_ARG(q->terms[i]));
    }
    return fputc('\n', x->to) != EOF && fflush(x->to) == 0 &&
           fscanf(x->from, "%" SCNu64 " %" SCNd64, count, us) == 2;
}

static int64_t build_us(void *state)
{
    return ((struct xapian *)state)->build_us;
}

static uint64_t bytes(void *state)
{
    return ((struct xapian *)state)->bytes;
}

static void close_xapian(void *state)
{
    struct xapian *x = state;
    if (x->to) {
        (void)fclose(x->to);
    }
    if (x->from) {
        (void)fclose(x->from);
    }
    if (x->pid > 0) {
        (void)waitpid(x->pid, NULL, 0);
    }
    nb_buf_fini(&x->text);
    free(x);
}

/* Beside this program. */
static bool path_of_program(char out[4096])
{
    ssize_t n = readlink("/proc/self/exe", out, 4000);
    if (n <= 0) {
        return false;
    }
    out[n] = '\0';
    char *slash = strrchr(out, '/');
    (void)snprintf(slash + 1, 64, "index_xapian");
    return true;
}

static void run_program(const int to[2], const int from[2], const char *dir)
{
    char path[4096];
    char *database = nbt_path(dir, "xapian");
    if (path_of_program(path) && dup2(to[0], STDIN_FILENO) >= 0 &&
        dup2(from[1], STDOUT_FILENO) >= 0) {
        close(to[0]);
        close(to[1]);
        close(from[0]);
        close(from[1]);
        (void)setenv("XAPIAN_FLUSH_THRESHOLD", "100000", 1);
        (void)execl(path, path, database, (char *)NULL);
    }
    _exit(1);
}

bool peer_xapian(const char *dir, struct peer *out)
{
    int to[2], from[2];
    struct xapian *x = calloc(1, sizeof(*x));
    if (!x || pipe(to) != 0 || pipe(from) != 0) {
        free(x);
        return false;
    }
    nb_buf_init(&x->text, 1 << 20);
    *out = (struct peer){"Xapian", x, add, finish, ask, build_us, bytes, close_xapian};
    x->pid = fork();
    if (x->pid == 0) {
        run_program(to, from, dir);
    }
    close(to[0]);
    close(from[1]);
    x->to = fdopen(to[1], "w");
    x->from = fdopen(from[0], "r");
    return x->pid > 0 && x->to && x->from;
}
