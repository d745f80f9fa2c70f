#include "tests/lib/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <nabiz/diag.h>
#include <nabiz/text.h>

#include "service/watch.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static struct nb_watch_now first;
static struct nb_watch_now now;

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(nb_text_init(NULL), NB_OK);
    first.mono_ms = 1000;
    first.counters[NB_CTR_POLLS] = 1000000; /* of an earlier life of the process */
    now = first;
    now.mono_ms = 1000 + 3723000;
    now.counters[NB_CTR_POLLS] += 12345;
    now.counters[NB_CTR_POLLS_UNCHANGED] = 11000;
    now.counters[NB_CTR_POLLS_FAILED] = 45;
    now.counters[NB_CTR_FAILED_TIMEOUT] = 40;
    now.counters[NB_CTR_FAILED_DNS] = 5;
    now.counters[NB_CTR_DOCS_STORED] = 678;
    now.counters[NB_CTR_BYTES_IN] = 123456789;
    now.memory_bytes = 45 << 20;
    now.status.in_flight_n = 34;
    now.status.slow_n = 2;
    now.status.slow[0] = (struct nb_crawl_slow){"yavas.example", 12345};
    now.status.slow[1] = (struct nb_crawl_slow){"b.example", 600};
    return 0;
}

static struct nb_slice render(const struct nb_watch_now *before, size_t width, struct nb_buf *buf)
{
    nb_buf_init(buf, 16 << 10);
    nb_watch_render(&now, before, &first, width, buf);
    return nb_buf_slice(buf);
}

static void a_moment_is_drawn_in_six_lines(void **state)
{
    (void)state;
    struct nb_buf buf;
    struct nb_watch_now before = now;
    before.mono_ms -= 10000;
    before.counters[NB_CTR_POLLS] -= 123;
    before.counters[NB_CTR_BYTES_IN] -= 10 << 20;
    assert_slice_equal(render(&before, 80, &buf),
                       "polls     12345   12.3/s   unchanged 11000   denied 0   pushes 0\n"
                       "documents 678   0.0/s   revised 0   known 0\n"
                       "failed    45   timeout 40   name 5\n"
                       "under way 34   to parse 0   to store 0   1.0 MiB/s\n"
                       "slowest   yavas.example 12.3 s   b.example 0.6 s\n"
                       "running   1:02:03   memory 45.0 MiB   commits 0\n");
    nb_buf_fini(&buf);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    for (size_t width = 0; width < 200; width++) {
        struct nb_buf buf;
        struct nb_slice rest = render(&first, width, &buf);
        struct nb_slice line;
        size_t most = width < 20 ? 20 : width > 80 ? 80 : width;
        size_t lines = 0;
        while (nb_slice_split(&rest, '\n', &line)) {
            assert_true(nb_text_columns(line) <= most);
            lines++;
        }
        assert_int_equal(lines, 7); /* the last one is what follows the last break */
        nb_buf_fini(&buf);
    }
}

static void without_a_terminal_nothing_is_drawn(void **state)
{
    (void)state;
    int kept = dup(STDOUT_FILENO);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(dup2(null, STDOUT_FILENO) >= 0);
    struct nb_watch *watch = nb_watch_new();
    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    (void)close(kept);
    (void)close(null);
    assert_null(watch);
}

static void fake_status(void *role, struct nb_crawl_status *out)
{
    (void)role;
    *out = (struct nb_crawl_status){.in_flight_n = 7};
}

/* On a terminal of its own: two log lines, drawn twice at most though asked for often. */
static void watch_a_little(const char *terminal)
{
    int fd = open(terminal, O_RDWR);
    if (setsid() < 0 || fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0 ||
        setenv("TERM", "xterm", 1) != 0 || unsetenv("COLUMNS") != 0) {
        _exit(9);
    }
    struct nb_watch *watch = nb_watch_new();
    if (!watch || nb_watch_fd(watch) < 0) {
        _exit(8);
    }
    for (int i = 0; i < 100; i++) {
        (void)nb_watch_draw(watch, fake_status, NULL);
    }
    nb_diag_list(NB_INFO, "test", "first line", NULL);
    nb_diag_list(NB_INFO, "test", "second line", NULL);
    nb_watch_log(watch);
    for (int i = 0; i < 100; i++) {
        (void)nb_watch_draw(watch, fake_status, NULL);
    }
    nb_watch_free(watch);
    nb_diag_list(NB_INFO, "test", "third line", NULL);
    (void)tcdrain(STDOUT_FILENO);
    _exit(0);
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        n++;
    }
    return n;
}

static void on_a_terminal_the_log_runs_above_what_is_drawn(void **state)
{
    (void)state;
    static char text[65536];
    size_t len = 0;
    int status = 0;
    struct winsize size = {.ws_row = 24, .ws_col = 40};
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
    const char *name = ptsname(master);
    int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC); /* or reading fails at its end */
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        watch_a_little(name);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 0);
    (void)fcntl(master, F_SETFL, O_NONBLOCK);
    for (ssize_t n; (n = read(master, text + len, sizeof(text) - 1 - len)) > 0;) {
        len += (size_t)n;
    }
    (void)close(slave);
    (void)close(master);
    text[len] = '\0';
    assert_int_equal(count(text, "first line"), 1);
    assert_int_equal(count(text, "third line"), 1);
    assert_true(count(text, "under way 7") >= 1 && count(text, "under way 7") <= 3);
    /* what was drawn before the log goes, and is drawn below it */
    const char *log = strstr(text, "first line");
    const char *wiped = strstr(text, "\033[6A\r\033[J");
    assert_non_null(wiped);
    assert_true(wiped < log);
    assert_non_null(strstr(log, "under way 7"));
    assert_null(strstr(text, "pushes")); /* does not fit into 40 columns */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moment_is_drawn_in_six_lines),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(without_a_terminal_nothing_is_drawn),
        cmocka_unit_test(on_a_terminal_the_log_runs_above_what_is_drawn),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
