#include "service/watch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/diag.h>
#include <nabiz/mem.h>
#include <nabiz/table.h>
#include <nabiz/text.h>

enum {
    WIDTH_MIN = 20,
    SCREEN_BYTES = 16 << 10,
    LOG_BYTES = 64 << 10,
    MOMENTS = 10,
    LINE_BYTES = 512
};

/* ---- a moment in lines ---- */

/* Fields of a line; what does not fit any more is left out, so that a narrow terminal has less. */
struct line {
    struct nb_buf *out;
    size_t width;
    size_t used;
};

static void begin(struct line *line, const char *title)
{
    nb_buf_addf(line->out, "%-10s", title);
    line->used = 10;
}

static void field(struct line *line, const char *format, ...) NB_PRINTF(2, 3);

static void field(struct line *line, const char *format, ...)
{
    char text[LINE_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    size_t gap = line->used > 10 ? 3 : 0;
    size_t columns = nb_text_columns(nb_slice_str(text));
    if (line->used + gap + columns <= line->width) {
        nb_buf_addf(line->out, "%*s%s", (int)gap, "", text);
        line->used += gap + columns;
    } else if (line->used == 10 && line->width > 10) { /* a part is better than nothing */
        struct nb_slice cut = nb_text_cut_columns(nb_slice_str(text), line->width - 10);
        nb_buf_add(line->out, cut);
        line->used = line->width;
    }
}

static void end(struct line *line)
{
    nb_buf_add_byte(line->out, '\n');
}

/* "12.3" a second */
static void rate(char out[48], int64_t n, int64_t ms)
{
    int64_t tenths = ms > 0 ? n * 10000 / ms : 0;
    (void)snprintf(out, 48, "%lld.%lld/s", (long long)(tenths / 10), (long long)(tenths % 10));
}

static void bytes_text(char out[48], int64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    int64_t tenths = bytes * 10;
    for (; tenths >= 10240 && unit < 4; unit++) {
        tenths /= 1024;
    }
    if (unit == 0) {
        (void)snprintf(out, 48, "%lld B", (long long)bytes);
    } else {
        (void)snprintf(out, 48, "%lld.%lld %s", (long long)(tenths / 10), (long long)(tenths % 10),
                       units[unit]);
    }
}

static void failures_line(const struct nb_watch_now *now, const struct nb_watch_now *first,
                          struct line *line)
{
    static const struct {
        enum nb_counter counter;
        const char *name;
    } kinds[] = {{NB_CTR_FAILED_TIMEOUT, "timeout"}, {NB_CTR_FAILED_CONNECT, "connection"},
                 {NB_CTR_FAILED_DNS, "name"},        {NB_CTR_FAILED_HTTP, "status"},
                 {NB_CTR_FAILED_FEED, "no feed"},    {NB_CTR_FAILED_TLS, "tls"},
                 {NB_CTR_FAILED_OTHER, "other"}};
    begin(line, "failed");
    field(line, "%lld",
          (long long)(now->counters[NB_CTR_POLLS_FAILED] - first->counters[NB_CTR_POLLS_FAILED]));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int64_t n = now->counters[kinds[i].counter] - first->counters[kinds[i].counter];
        if (n > 0) {
            field(line, "%s %lld", kinds[i].name, (long long)n);
        }
    }
    end(line);
}

static void slow_line(const struct nb_watch_now *now, struct line *line)
{
    begin(line, "slowest");
    if (now->status.slow_n == 0) {
        field(line, "-");
    }
    for (size_t i = 0; i < now->status.slow_n; i++) {
        const struct nb_crawl_slow *slow = &now->status.slow[i];
        field(line, "%s %lld.%lld s", slow->name, (long long)(slow->took_ms / 1000),
              (long long)(slow->took_ms / 100 % 10));
    }
    end(line);
}

void nb_watch_render(const struct nb_watch_now *now, const struct nb_watch_now *before,
                     const struct nb_watch_now *first, size_t width, struct nb_buf *out)
{
    char polls[48];
    char documents[48];
    char bytes[48];
    char memory[48];
    int64_t ms = now->mono_ms - before->mono_ms;
    int64_t up_s = (now->mono_ms - first->mono_ms) / 1000;
    width = width < WIDTH_MIN ? WIDTH_MIN : width > NB_WATCH_WIDTH_MAX ? NB_WATCH_WIDTH_MAX : width;
    struct line line = {.out = out, .width = width};
#define SINCE(from, id) (now->counters[NB_CTR_##id] - (from)->counters[NB_CTR_##id])
    rate(polls, SINCE(before, POLLS), ms);
    rate(documents, SINCE(before, DOCS_STORED), ms);
    bytes_text(bytes, ms > 0 ? SINCE(before, BYTES_IN) * 1000 / ms : 0);
    bytes_text(memory, now->memory_bytes);
    begin(&line, "polls");
    field(&line, "%lld", (long long)SINCE(first, POLLS));
    field(&line, "%s", polls);
    field(&line, "unchanged %lld", (long long)SINCE(first, POLLS_UNCHANGED));
    field(&line, "denied %lld", (long long)SINCE(first, ROBOTS_DENIED));
    field(&line, "pushes %lld", (long long)SINCE(first, PUSHES));
    end(&line);
    begin(&line, "documents");
    field(&line, "%lld", (long long)SINCE(first, DOCS_STORED));
    field(&line, "%s", documents);
    field(&line, "revised %lld", (long long)SINCE(first, DOCS_REVISED));
    field(&line, "known %lld", (long long)SINCE(first, DOCS_KNOWN));
    end(&line);
    failures_line(now, first, &line);
    begin(&line, "under way");
    field(&line, "%zu", now->status.in_flight_n);
    field(&line, "to parse %zu", now->status.to_parse_n);
    field(&line, "to store %zu", now->status.to_write_n);
    field(&line, "%s/s", bytes);
    end(&line);
    slow_line(now, &line);
    begin(&line, "running");
    field(&line, "%lld:%02lld:%02lld", (long long)(up_s / 3600), (long long)(up_s / 60 % 60),
          (long long)(up_s % 60));
    field(&line, "memory %s", memory);
    field(&line, "commits %lld", (long long)SINCE(first, COMMITS));
    end(&line);
#undef SINCE
}

/* ---- the terminal ---- */

struct nb_watch {
    int pipe_fd;  /* log lines come out */
    int log_fd;   /* and went in here */
    size_t lines; /* drawn last */
    int64_t drawn_mono_ms;
    size_t moments_n;                     /* so far */
    struct nb_watch_now moments[MOMENTS]; /* the last ones, in turn: rates are over ten seconds */
    struct nb_watch_now first;
    struct nb_buf log; /* lines that wait for the next drawing */
    struct nb_buf screen;
};

static bool is_supervised(void)
{
    int signal = 0;
    return prctl(PR_GET_PDEATHSIG, &signal) == 0 && signal == SIGTERM; /* see supervise.c */
}

static bool is_terminal(void)
{
    const char *name = getenv("TERM");
    return isatty(STDOUT_FILENO) && name && strcmp(name, "dumb") != 0 && !is_supervised();
}

struct nb_watch *nb_watch_new(void)
{
    int fds[2];
    struct nb_watch *watch = is_terminal() ? nb_calloc(1, sizeof(*watch)) : NULL;
    if (!watch) {
        return NULL;
    }
    nb_buf_init(&watch->log, LOG_BYTES);
    nb_buf_init(&watch->screen, LOG_BYTES + SCREEN_BYTES);
    watch->pipe_fd = watch->log_fd = -1;
    /* a log that goes elsewhere stays there */
    if (isatty(STDERR_FILENO) && pipe2(fds, O_CLOEXEC) == 0) {
        watch->pipe_fd = fds[0];
        watch->log_fd = fds[1];
        (void)fcntl(watch->pipe_fd, F_SETFL, O_NONBLOCK);
        nb_diag_set_fd(watch->log_fd);
    }
    return watch;
}

static int64_t memory_bytes(void)
{
    long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file) {
        if (fscanf(file, "%*s %lld", &pages) != 1) {
            pages = 0;
        }
        (void)fclose(file);
    }
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void write_screen(struct nb_watch *watch)
{
    struct nb_slice all;
    if (nb_buf_finish(&watch->screen, &all) == NB_OK) {
        while (all.len > 0) {
            ssize_t n = write(STDOUT_FILENO, all.p, all.len);
            if (n <= 0) {
                break;
            }
            all = nb_slice_sub(all, (size_t)n, all.len);
        }
    }
    nb_buf_reset(&watch->screen);
}

/* Up to where the last drawing began, and everything below gone. */
static void wipe(struct nb_watch *watch)
{
    if (watch->lines > 0) {
        nb_buf_addf(&watch->screen, "\033[%zuA", watch->lines);
    }
    nb_buf_add_str(&watch->screen, "\r\033[J");
    watch->lines = 0;
}

/* In the place of what was drawn. */
static void show_log(struct nb_watch *watch)
{
    wipe(watch);
    nb_buf_add(&watch->screen, nb_buf_slice(&watch->log));
    nb_buf_reset(&watch->log);
}

static void add_moment(struct nb_watch *watch)
{
    const struct nb_watch_now *now = &watch->moments[(watch->moments_n - 1) % MOMENTS];
    size_t oldest = watch->moments_n > MOMENTS ? watch->moments_n % MOMENTS : 0;
    size_t from = watch->screen.len;
    nb_watch_render(now, &watch->moments[oldest], &watch->first, nb_terminal_width(STDOUT_FILENO),
                    &watch->screen);
    for (size_t i = from; i < watch->screen.len; i++) {
        watch->lines += watch->screen.p[i] == '\n';
    }
}

int nb_watch_draw(struct nb_watch *watch, void (*status)(void *role, struct nb_crawl_status *out),
                  void *role)
{
    int64_t mono_ms = nb_mono_ms();
    int64_t next_ms = watch->drawn_mono_ms + NB_WATCH_EVERY_MS;
    if (watch->moments_n > 0 && mono_ms < next_ms) {
        return (int)(next_ms - mono_ms);
    }
    struct nb_watch_now *now = &watch->moments[watch->moments_n++ % MOMENTS];
    now->mono_ms = mono_ms;
    now->memory_bytes = memory_bytes();
    for (size_t i = 0; i < NB_CTR_COUNT; i++) {
        now->counters[i] = nb_counter_get((enum nb_counter)i);
    }
    status(role, &now->status);
    if (watch->moments_n == 1) {
        watch->first = *now;
    }
    watch->drawn_mono_ms = mono_ms;
    show_log(watch);
    add_moment(watch);
    write_screen(watch);
    return NB_WATCH_EVERY_MS;
}

int nb_watch_fd(const struct nb_watch *watch)
{
    return watch->pipe_fd;
}

void nb_watch_log(struct nb_watch *watch)
{
    char text[4096];
    ssize_t n = watch->pipe_fd >= 0 ? read(watch->pipe_fd, text, sizeof(text)) : 0;
    if (n <= 0) {
        return;
    }
    nb_buf_add(&watch->log, nb_slice(text, (size_t)n));
    if (watch->log.len > LOG_BYTES / 2) { /* there is no time to be tidy */
        show_log(watch);
        write_screen(watch);
    }
}

void nb_watch_free(struct nb_watch *watch)
{
    if (!watch) {
        return;
    }
    if (watch->pipe_fd >= 0) {
        nb_diag_set_fd(STDERR_FILENO);
        nb_watch_log(watch);
    }
    if (watch->log.len > 0) {
        show_log(watch);
        if (watch->moments_n > 0) {
            add_moment(watch);
        }
        write_screen(watch);
    }
    if (watch->pipe_fd >= 0) {
        (void)close(watch->pipe_fd);
        (void)close(watch->log_fd);
    }
    nb_buf_fini(&watch->log);
    nb_buf_fini(&watch->screen);
    nb_free(watch);
}
