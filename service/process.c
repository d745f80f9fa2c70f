#include "service/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>

#include "service/watch.h"

enum { PATH_BYTES = 4096 };

static void handled(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGCHLD);
}

void nb_signals_hold(void)
{
    sigset_t set;
    handled(&set);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

enum nb_err nb_signals_open(int *fd, struct nb_error *error)
{
    sigset_t set;
    handled(&set);
    /* A file over the process's size limit is an error of the write, see store.c. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0 ||
        (*fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0) {
        return nb_error_set(error, NB_ESYS, "cannot read signals: %s", strerror(errno));
    }
    return NB_OK;
}

bool nb_signals_ask_stop(void)
{
    sigset_t set;
    return sigpending(&set) == 0 &&
           (sigismember(&set, SIGTERM) == 1 || sigismember(&set, SIGINT) == 1);
}

int nb_signals_next(int fd)
{
    struct signalfd_siginfo info;
    return read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info) ? (int)info.ssi_signo : 0;
}

void nb_process_page(const struct nb_config *config, const char *name, char *out, size_t out_bytes)
{
    (void)snprintf(out, out_bytes, "%s/run/%s.counters", nb_config_str(config, NB_CFG_DATA_DIR),
                   name);
}

enum nb_err nb_process_run_dir(const struct nb_config *config, struct nb_error *error)
{
    char path[PATH_BYTES];
    const char *dir = nb_config_str(config, NB_CFG_DATA_DIR);
    int n = snprintf(path, sizeof(path), "%s/run", dir);
    if (n < 0 || (size_t)n + 64 > sizeof(path)) {
        return nb_error_set(error, NB_ETOOBIG, "the path of data.dir is too long");
    }
    if ((mkdir(dir, 0750) != 0 && errno != EEXIST) || (mkdir(path, 0750) != 0 && errno != EEXIST)) {
        return nb_error_set(error, NB_EIO, "cannot make %s: %s; check data.dir", path,
                            strerror(errno));
    }
    return NB_OK;
}

enum nb_err nb_process_counters(const struct nb_config *config, const char *name,
                                struct nb_error *error)
{
    char path[PATH_BYTES];
    enum nb_err err = nb_process_run_dir(config, error);
    if (err == NB_OK) {
        nb_process_page(config, name, path, sizeof(path));
        err = nb_counters_map(path, error);
    }
    if (err == NB_OK) {
        nb_counter_set(NB_CTR_PID, getpid());
    }
    return err;
}

/* Does the role read the setting when it starts, and only then? */
static bool is_kept(const struct nb_role *role, enum nb_config_id id)
{
    static const enum nb_config_id taken_over[] = {
        NB_CFG_LOG_LEVEL, NB_CFG_STORE_MAX, NB_CFG_SOURCES,    NB_CFG_TOPICS,
        NB_CFG_LEXICONS,  NB_CFG_TEMPLATES, NB_CFG_RECIPIENTS, NB_CFG_TEAMS};
    static const struct {
        const char *section, *role;
    } of_roles[] = {{"crawl", "crawl"}, {"analyze", "analyze"}, {"serve", "serve"},
                    {"run", "run"},     {"deliver", "serve"},   {"mail", "serve"}};
    struct nb_slice name = nb_slice_str(nb_config_row(id)->name);
    struct nb_slice section = nb_slice_sub(name, 0, nb_slice_find_byte(name, '.', 0));
    for (size_t i = 0; i < sizeof(taken_over) / sizeof(taken_over[0]); i++) {
        if (taken_over[i] == id) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(of_roles) / sizeof(of_roles[0]); i++) {
        if (nb_slice_eq(section, nb_slice_str(of_roles[i].section))) {
            return strcmp(of_roles[i].role, role->name) == 0;
        }
    }
    return true;
}

/* Who edits a setting and reloads should not have to find out that nothing changed. */
static void warn_kept(const struct nb_role *role, const struct nb_config *old,
                      const struct nb_config *fresh)
{
    for (size_t i = 0; i < NB_CFG_COUNT; i++) {
        enum nb_config_id id = (enum nb_config_id)i;
        if (is_kept(role, id) && !nb_config_same(old, fresh, id)) {
            nb_diag(NB_WARN, role->name, "a changed setting is taken over by a restart only",
                    nb_kv_str("setting", nb_config_row(id)->name));
        }
    }
}

/* Read the configuration again and hand it to the role, which takes over what it can. */
static void reload(struct nb_args *args, const struct nb_role *role, const struct nb_config *old,
                   void *running)
{
    struct nb_config *config = NULL;
    struct nb_error error = {0};
    enum nb_err err = nb_args_load_config(args, &config, &error);
    if (err == NB_OK) {
        nb_diag_set_level((enum nb_level)nb_config_int(config, NB_CFG_LOG_LEVEL));
        err = role->reload(running, config, &error);
    }
    if (err == NB_OK) {
        warn_kept(role, old, config);
        nb_diag_list(NB_INFO, role->name, "reloaded", NULL);
    } else {
        nb_diag(NB_ERROR, role->name, "reload failed, the old settings stay", nb_kv_err(&error));
    }
    nb_config_free(config);
}

/* Wait for a signal to stop or for the role to end; reload on SIGHUP. */
static void wait_for_end(struct nb_args *args, const struct nb_role *role,
                         const struct nb_config *config, void *running, int signals,
                         struct nb_watch *watch)
{
    struct pollfd fds[3] = {{.fd = signals, .events = POLLIN},
                            {.fd = role->done_fd(running), .events = POLLIN},
                            {.fd = watch ? nb_watch_fd(watch) : -1, .events = POLLIN}};
    for (;;) {
        int wait_ms = watch ? nb_watch_draw(watch, role->status, running) : -1;
        if (poll(fds, 3, wait_ms) < 0 && errno != EINTR) {
            return;
        }
        if (fds[2].revents) {
            nb_watch_log(watch);
        }
        for (int sig; (sig = nb_signals_next(signals)) != 0;) {
            if (sig == SIGHUP) {
                reload(args, role, config, running);
            } else if (sig == SIGTERM || sig == SIGINT) {
                return;
            }
        }
        if (fds[1].revents) {
            return;
        }
    }
}

/* In ps and top: the supervisor starts /proc/self/exe, and they would show "exe". */
static void name_process(const char *role)
{
    char name[16]; /* the kernel's limit */
    (void)snprintf(name, sizeof(name), "nabiz-%s", role);
    (void)prctl(PR_SET_NAME, name);
}

int nb_role_run(struct nb_args *args, const struct nb_role *role, bool once)
{
    struct nb_error error = {0};
    struct nb_config *config = NULL;
    struct nb_clock *clock = NULL;
    void *running = NULL;
    int signals = -1;
    name_process(role->name);
    enum nb_err err = nb_args_load_config(args, &config, &error);
    if (err == NB_OK) {
        nb_diag_set_level((enum nb_level)nb_config_int(config, NB_CFG_LOG_LEVEL));
        nb_diag_set_process(role->name);
        err = nb_signals_open(&signals, &error);
    }
    if (err == NB_OK) {
        err = nb_process_counters(config, role->name, &error);
    }
    if (err == NB_OK) {
        err = nb_clock_open(nb_config_str(config, NB_CFG_CLOCK_FILE), &clock, &error);
    }
    struct nb_watch *watch = err == NB_OK && role->status ? nb_watch_new() : NULL;
    if (err == NB_OK) {
        nb_counter_set(NB_CTR_STARTED_MS, nb_clock_now_ms(clock));
        if (!nb_signals_ask_stop()) { /* or there is nothing to start, and to stop */
            err = role->start(config, clock, once, &running, &error);
        }
    }
    if (err == NB_OK && running) {
        wait_for_end(args, role, config, running, signals, watch);
        nb_watch_free(watch); /* while it stops, nobody reads what it logs */
        watch = NULL;
        err = role->stop(running, &error);
    }
    nb_watch_free(watch);
    int code = err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
    nb_counter_set(NB_CTR_PID, 0);
    nb_clock_close(clock);
    nb_config_free(config);
    if (signals >= 0) {
        close(signals);
    }
    return code;
}
