/*
 * A process that ends, for whatever reason, is started again after a pause that doubles from
 * run.backoff_min to run.backoff_max; one that lived longer than the longest pause starts over with
 * the shortest. Children get SIGTERM from the kernel when the supervisor dies, even by SIGKILL, so
 * that a new supervisor finds the stores free.
 */
#include "service/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/mem.h>

#include "service/process.h"

enum { CHILDREN_N = 3, PATH_BYTES = 4096 };

static const char *const child_names[CHILDREN_N] = {"crawl", "analyze", "serve"};

struct child {
    const char *name;
    pid_t pid; /* 0 while it waits to be started again */
    int64_t started_mono_ms;
    int64_t start_at_mono_ms;
    int64_t backoff_ms;
};

struct supervisor {
    const struct nb_config *config;
    char **argv; /* of a child; [1] is its name */
    int signals;
    int lock_fd;
    struct child children[CHILDREN_N];
};

/* nabiz NAME [--config FILE] [--set ...]..., as an argument vector. */
static char **child_argv(struct nb_args *args)
{
    size_t sets_n;
    const char *const *sets = nb_args_sets(args, &sets_n);
    const char *config = nb_args_config(args);
    char **argv = nb_calloc(2 + 2 + 2 * sets_n + 1, sizeof(*argv));
    if (!argv) {
        return NULL;
    }
    size_t n = 0;
    bool ok = (argv[n++] = nb_strdup("nabiz")) != NULL;
    n++; /* the name, set at each start */
    if (config) {
        ok = ok && (argv[n++] = nb_strdup("--config")) && (argv[n++] = nb_strdup(config));
    }
    for (size_t i = 0; ok && i < sets_n; i++) {
        ok = (argv[n++] = nb_strdup("--set")) && (argv[n++] = nb_strdup(sets[i]));
    }
    if (!ok) {
        for (size_t i = 0; i < n; i++) {
            nb_free(argv[i]);
        }
        nb_free(argv);
        return NULL;
    }
    return argv;
}

static void free_argv(char **argv)
{
    for (size_t i = 0; argv && (i < 2 || argv[i]); i++) {
        if (i != 1) {
            nb_free(argv[i]);
        }
    }
    nb_free(argv);
}

/*
 * In the child, between fork and exec. Never returns. Signals stay blocked: one that comes before
 * the child reads its own waits for it, where unblocked a SIGHUP would end a process that starts.
 */
static void become(struct supervisor *sup, const struct child *child, pid_t parent)
{
    union {
        const char *in;
        char *out;
    } name = {child->name};
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent) {
        _exit(NB_EXIT_FAILED);
    }
    sup->argv[1] = name.out;
    execv("/proc/self/exe", sup->argv);
    _exit(NB_EXIT_FAILED);
}

static void start_child(struct supervisor *sup, struct child *child)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        become(sup, child, parent);
    }
    child->started_mono_ms = nb_mono_ms();
    if (pid < 0) {
        nb_diag(NB_ERROR, "run", "cannot start", nb_kv_str("child", child->name),
                nb_kv_str("err", strerror(errno)));
        child->start_at_mono_ms = child->started_mono_ms + child->backoff_ms;
        return;
    }
    child->pid = pid;
    nb_diag(NB_INFO, "run", "started", nb_kv_str("child", child->name), nb_kv_int("pid", pid));
}

static void child_ended(struct supervisor *sup, struct child *child, int status)
{
    int64_t now = nb_mono_ms();
    int64_t min_ms = nb_config_int(sup->config, NB_CFG_BACKOFF_MIN);
    int64_t max_ms = nb_config_int(sup->config, NB_CFG_BACKOFF_MAX);
    bool lived = now - child->started_mono_ms > max_ms;
    child->pid = 0;
    child->backoff_ms = lived || child->backoff_ms == 0 ? min_ms : child->backoff_ms * 2;
    if (child->backoff_ms > max_ms) {
        child->backoff_ms = max_ms;
    }
    child->start_at_mono_ms = now + child->backoff_ms;
    nb_counter_add(NB_CTR_RESTARTS, 1);
    nb_diag(NB_WARN, "run", "a process ended and is started again", nb_kv_str("child", child->name),
            nb_kv_int(WIFSIGNALED(status) ? "signal" : "exit",
                      WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)),
            nb_kv_int("pause_ms", child->backoff_ms));
}

static struct child *find_child(struct supervisor *sup, pid_t pid)
{
    for (size_t i = 0; i < CHILDREN_N; i++) {
        if (sup->children[i].pid == pid) {
            return &sup->children[i];
        }
    }
    return NULL;
}

static void signal_children(struct supervisor *sup, int sig)
{
    for (size_t i = 0; i < CHILDREN_N; i++) {
        if (sup->children[i].pid > 0) {
            kill(sup->children[i].pid, sig);
        }
    }
}

/* Start what is due. @return milliseconds to the next start, or -1. */
static int start_due(struct supervisor *sup)
{
    int64_t now = nb_mono_ms();
    int64_t next_ms = -1;
    for (size_t i = 0; i < CHILDREN_N; i++) {
        struct child *child = &sup->children[i];
        if (child->pid == 0 && child->start_at_mono_ms <= now) {
            start_child(sup, child);
        }
        if (child->pid == 0) {
            int64_t wait_ms = child->start_at_mono_ms - now;
            next_ms = next_ms < 0 || wait_ms < next_ms ? wait_ms : next_ms;
        }
    }
    return next_ms > 60000 ? 60000 : (int)next_ms;
}

static void reap(struct supervisor *sup, bool restart)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        struct child *child = find_child(sup, pid);
        if (child && restart) {
            child_ended(sup, child, status);
        } else if (child) {
            child->pid = 0;
        }
    }
}

static void wait_signal(struct supervisor *sup, int64_t wait_ms)
{
    struct pollfd fd = {.fd = sup->signals, .events = POLLIN};
    (void)poll(&fd, 1, (int)wait_ms);
}

static void watch(struct supervisor *sup)
{
    for (;;) {
        for (int sig; (sig = nb_signals_next(sup->signals)) != 0;) {
            if (sig == SIGTERM || sig == SIGINT) {
                return;
            }
            if (sig == SIGHUP) {
                signal_children(sup, SIGHUP);
            }
        }
        reap(sup, true);
        wait_signal(sup, start_due(sup));
    }
}

/* Ask all to stop, wait, then insist. */
static void stop_all(struct supervisor *sup)
{
    int64_t until = nb_mono_ms() + nb_config_int(sup->config, NB_CFG_STOP_WAIT);
    signal_children(sup, SIGTERM);
    for (;;) {
        reap(sup, false);
        bool left = false;
        for (size_t i = 0; i < CHILDREN_N; i++) {
            left = left || sup->children[i].pid > 0;
        }
        if (!left) {
            return;
        }
        int64_t wait_ms = until - nb_mono_ms();
        if (wait_ms <= 0) {
            nb_diag_list(NB_WARN, "run", "a process did not stop in run.stop_wait and is killed",
                         NULL);
            signal_children(sup, SIGKILL);
            until = INT64_MAX / 2;
            continue;
        }
        wait_signal(sup, wait_ms > 1000 ? 1000 : wait_ms);
        while (nb_signals_next(sup->signals) != 0) {
        }
    }
}

/*
 * Held as long as the supervisor lives; the kernel gives it back when it dies. It is a lock of the
 * process: with one of the open file (flock) a child that has been forked and not yet become its
 * program would hold it on, and the next supervisor would find it taken.
 */
static enum nb_err take_lock(struct supervisor *sup, struct nb_error *error)
{
    char path[PATH_BYTES];
    const char *dir = nb_config_str(sup->config, NB_CFG_DATA_DIR);
    enum nb_err err = nb_process_run_dir(sup->config, error);
    if (err != NB_OK) {
        return err;
    }
    (void)snprintf(path, sizeof(path), "%s/run/lock", dir);
    sup->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (sup->lock_fd < 0) {
        return nb_error_set(error, NB_EIO, "cannot open %s: %s", path, strerror(errno));
    }
    char pid[32] = "";
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(sup->lock_fd, F_SETLK, &whole) != 0) {
        ssize_t n = pread(sup->lock_fd, pid, sizeof(pid) - 1, 0);
        pid[n > 0 ? n : 0] = '\0';
        return nb_error_set(error, NB_EBUSY,
                            "nabiz run is already at work on %s as process %s; stop it first, or "
                            "give another data.dir",
                            dir, pid[0] ? pid : "(unknown)");
    }
    int n = snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    if (ftruncate(sup->lock_fd, 0) != 0 || pwrite(sup->lock_fd, pid, (size_t)n, 0) != n) {
        return nb_error_set(error, NB_EIO, "cannot write %s: %s", path, strerror(errno));
    }
    return NB_OK;
}

enum nb_err nb_supervise(struct nb_args *args, const struct nb_config *config,
                         struct nb_error *error)
{
    struct supervisor sup = {.config = config, .signals = -1, .lock_fd = -1};
    for (size_t i = 0; i < CHILDREN_N; i++) {
        sup.children[i].name = child_names[i];
    }
    struct nb_clock *clock = NULL;
    sup.argv = child_argv(args);
    enum nb_err err = sup.argv ? NB_OK : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_signals_open(&sup.signals, error);
    }
    if (err == NB_OK) {
        err = take_lock(&sup, error);
    }
    if (err == NB_OK) {
        err = nb_process_counters(config, "run", error);
    }
    if (err == NB_OK) {
        err = nb_clock_open(nb_config_str(config, NB_CFG_CLOCK_FILE), &clock, error);
    }
    if (err == NB_OK) {
        nb_counter_set(NB_CTR_STARTED_MS, nb_clock_now_ms(clock));
        watch(&sup);
        stop_all(&sup);
        nb_counter_set(NB_CTR_PID, 0);
        nb_diag_list(NB_INFO, "run", "stopped", NULL);
    }
    if (sup.lock_fd >= 0) {
        close(sup.lock_fd);
    }
    if (sup.signals >= 0) {
        close(sup.signals);
    }
    nb_clock_close(clock);
    free_argv(sup.argv);
    return err;
}
