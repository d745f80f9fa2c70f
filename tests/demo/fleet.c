#include "tests/demo/fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <nabiz/clock.h>

enum { PATH_BYTES = 4096, START_WAIT_MS = 20000, STOP_WAIT_MS = 20000, WORDS_MAX = 32 };

void fleet_sleep_us(long us)
{
    nanosleep(&(struct timespec){us / 1000000, us % 1000000 * 1000}, NULL);
}

/* In the child: output to a file where one is named, end with the parent, become the program. */
static void become(const char *program, char *const *argv, const char *out_path, bool errors_too)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (out_path) {
        int fd = open(out_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || (errors_too && dup2(fd, STDERR_FILENO) < 0)) {
            _exit(127);
        }
    }
    execv(program, argv);
    _exit(127);
}

/*
 * The program is begun with SIGTERM blocked: a stop that comes before its main() waits for it to
 * read its signals, as that of the site and of `nabiz run` do. Others end by themselves.
 */
static pid_t spawn(const char *program, const char *const *words, const char *out_path,
                   bool errors_too)
{
    union {
        const char *const *in;
        char *const *out;
    } argv = {words};
    fflush(NULL);
    sigset_t stop;
    sigset_t before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &stop, &before);
    pid_t pid = fork();
    if (pid == 0) {
        become(program, argv.out, out_path, errors_too);
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pid;
}

bool fleet_start_site(struct fleet *fleet)
{
    char port_file[PATH_BYTES];
    char clock[PATH_BYTES];
    char log[PATH_BYTES];
    (void)snprintf(port_file, sizeof(port_file), "%s/site.port", fleet->dir);
    (void)snprintf(clock, sizeof(clock), "%s/clock", fleet->dir);
    (void)snprintf(log, sizeof(log), "%s/site.log", fleet->dir);
    (void)unlink(port_file);
    const char *words[] = {"site",    "--listen", "127.0.0.1:0", "--port-file", port_file,
                           "--clock", clock,      "--log",       log,           NULL};
    fleet->site_pid = spawn(fleet->site, words, NULL, false);
    int64_t until = nb_mono_ms() + START_WAIT_MS;
    while (nb_mono_ms() < until && waitpid(fleet->site_pid, NULL, WNOHANG) == 0) {
        FILE *file = fopen(port_file, "r");
        int n = file ? fscanf(file, "%d", &fleet->port) : 0;
        if (file) {
            fclose(file);
        }
        if (n == 1) {
            return true;
        }
        fleet_sleep_us(2000);
    }
    fprintf(stderr, "play: %s did not start\n", fleet->site);
    return false;
}

/* nabiz NAME --config C --set ... : the settings every command of the play shares. */
static size_t shared_words(const struct fleet *fleet, const char **words, size_t n,
                           char texts[3][PATH_BYTES])
{
    (void)snprintf(texts[0], PATH_BYTES, "data.dir=%s/data", fleet->dir);
    (void)snprintf(texts[1], PATH_BYTES, "clock.file=%s/clock", fleet->dir);
    (void)snprintf(texts[2], PATH_BYTES, "crawl.connect_to=127.0.0.1:%d", fleet->port);
    words[n++] = "--config";
    words[n++] = fleet->config;
    for (size_t i = 0; i < 3; i++) {
        words[n++] = "--set";
        words[n++] = texts[i];
    }
    for (size_t i = 0; i < FLEET_SETS_MAX && fleet->sets[i]; i++) {
        words[n++] = "--set";
        words[n++] = fleet->sets[i];
    }
    return n;
}

bool fleet_start_run(struct fleet *fleet)
{
    char texts[3][PATH_BYTES];
    char log[PATH_BYTES];
    const char *words[WORDS_MAX + 2 * FLEET_SETS_MAX] = {"nabiz", "run"};
    (void)shared_words(fleet, words, 2, texts);
    (void)snprintf(log, sizeof(log), "%s/nabiz.log", fleet->dir);
    fleet->run_pid = spawn(fleet->nabiz, words, log, true);
    return fleet->run_pid > 0;
}

int fleet_command(const struct fleet *fleet, const char *out_path, const char *const *command)
{
    char texts[3][PATH_BYTES];
    const char *words[WORDS_MAX + 2 * FLEET_SETS_MAX] = {"nabiz"};
    size_t n = 1;
    for (; command[n - 1]; n++) {
        words[n] = command[n - 1];
    }
    n = shared_words(fleet, words, n, texts);
    words[n] = NULL;
    int status = 0;
    pid_t pid = spawn(fleet->nabiz, words, out_path, false);
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        return 127;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool fleet_counters(const struct fleet *fleet, const char *name, int64_t out[NB_CTR_COUNT])
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/data/run/%s.counters", fleet->dir, name);
    return nb_counters_read(path, out) == NB_OK;
}

bool fleet_kill(struct fleet *fleet, const char *name)
{
    if (strcmp(name, "run") == 0) {
        kill(fleet->run_pid, SIGKILL);
        return waitpid(fleet->run_pid, NULL, 0) == fleet->run_pid && fleet_start_run(fleet);
    }
    int64_t counters[NB_CTR_COUNT];
    return fleet_counters(fleet, name, counters) && counters[NB_CTR_PID] > 0 &&
           kill((pid_t)counters[NB_CTR_PID], SIGKILL) == 0;
}

bool fleet_run_ended(struct fleet *fleet)
{
    if (fleet->run_pid > 0 && waitpid(fleet->run_pid, NULL, WNOHANG) != 0) {
        fleet->run_pid = 0;
    }
    return fleet->run_pid == 0;
}

static bool stop(pid_t *pid)
{
    if (*pid <= 0) {
        return true;
    }
    int status = 0;
    int64_t until = nb_mono_ms() + STOP_WAIT_MS;
    kill(*pid, SIGTERM);
    while (waitpid(*pid, &status, WNOHANG) == 0) {
        if (nb_mono_ms() > until) {
            kill(*pid, SIGKILL);
            (void)waitpid(*pid, NULL, 0);
            *pid = 0;
            return false;
        }
        fleet_sleep_us(1000);
    }
    *pid = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool fleet_stop_run(struct fleet *fleet)
{
    return stop(&fleet->run_pid);
}

bool fleet_stop_site(struct fleet *fleet)
{
    return stop(&fleet->site_pid);
}
