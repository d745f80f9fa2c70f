/*
 * Each case runs in a process of its own, for what is taken away stays away.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/confine.h"

static void *do_nothing(void *arg)
{
    return arg;
}

static bool is_refused(long result)
{
    return result == -1 && errno == EPERM;
}

static bool no_program(void)
{
    char name[] = "/bin/true";
    char *const args[] = {name, NULL};
    return is_refused(execv("/bin/true", args));
}

static bool no_process(void)
{
    return is_refused(fork());
}

static bool no_process_by_clone(void)
{
    return is_refused(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static bool no_looking_into_others(void)
{
    return is_refused(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL)) &&
           is_refused(kill(getppid(), 0));
}

static bool no_listening(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd >= 0 && is_refused(listen(fd, 1));
}

static bool no_rare_sockets(void)
{
    return is_refused(socket(AF_PACKET, SOCK_RAW, 0)) && is_refused(socket(AF_ALG, SOCK_STREAM, 0));
}

static bool no_other_files(void)
{
    return is_refused(syscall(SYS_unshare, CLONE_NEWUSER)) && is_refused(chroot("/"));
}

static bool no_way_back(void)
{
    struct nb_error error = {0};
    bool again = nb_confine(&error) == NB_OK; /* a second time adds to the first */
    return again && is_refused(fork());
}

static bool threads(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, do_nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

static bool names_and_sockets(void)
{
    struct addrinfo *found = NULL;
    int pair[2];
    bool ok = getaddrinfo("localhost", "80", NULL, &found) == 0 && found &&
              socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0;
    if (found) {
        freeaddrinfo(found);
    }
    return ok && socket(AF_INET6, SOCK_STREAM, 0) >= 0;
}

static bool memory(void)
{
    void *block = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return block != MAP_FAILED && mprotect(block, 4096, PROT_READ) == 0;
}

/* A thread that was there before is confined as well. */
static pthread_barrier_t barrier;

static void *fork_late(void *arg)
{
    (void)pthread_barrier_wait(&barrier);
    *(bool *)arg = is_refused(fork());
    return NULL;
}

static bool is_confined_and(bool (*holds)(void))
{
    struct nb_error error = {0};
    pthread_t thread;
    bool late = false;
    if (pthread_barrier_init(&barrier, NULL, 2) != 0 ||
        pthread_create(&thread, NULL, fork_late, &late) != 0) {
        return false;
    }
    bool ok = nb_confine(&error) == NB_OK;
    (void)pthread_barrier_wait(&barrier);
    return pthread_join(thread, NULL) == 0 && ok && late && holds();
}

static void what_a_parser_has_no_use_for_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool (*holds)(void);
    } rows[] = {
        {"no program", no_program},
        {"no process", no_process},
        {"no process by clone", no_process_by_clone},
        {"no looking into others", no_looking_into_others},
        {"no listening", no_listening},
        {"no rare sockets", no_rare_sockets},
        {"no other files", no_other_files},
        {"no way back", no_way_back},
        {"threads", threads},
        {"names and sockets", names_and_sockets},
        {"memory", memory},
    };
    const char *obstacle = nb_confine_obstacle();
    struct nb_error error = {0};
    if (obstacle) { /* and then it says so, and takes nothing away */
        assert_int_equal(nb_confine(&error), NB_ESYS);
        assert_string_equal(error.text, obstacle);
        return;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int status = 0;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            _exit(is_confined_and(rows[i].holds) ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fail_msg("%s: status %x", rows[i].name, (unsigned)status);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_parser_has_no_use_for_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
