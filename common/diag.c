/*
 * A line is put together on the stack and written with one write(2), so that lines of several
 * threads and processes on one descriptor do not mix. It never grows past LINE_BYTES: what does
 * not fit is cut between two characters, an open quote is closed, and cut=1 says so. TAIL_BYTES
 * are kept back for that end.
 */
#include <nabiz/diag.h>

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <nabiz/counters.h>
#include <nabiz/date.h>
#include <nabiz/text.h>

#include "common/unsafe.h"

enum { LINE_BYTES = 8192, TAIL_BYTES = 16 };

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static _Atomic int min_level = NB_INFO;
static _Atomic int out_fd = STDERR_FILENO;
static const char *_Atomic process_name;

struct line {
    char p[LINE_BYTES];
    size_t len;
    bool cut;
};

/* All of s or nothing: after the first piece that does not fit, nothing more is taken. */
static void add(struct line *line, struct nb_slice s)
{
    if (line->cut || s.len > LINE_BYTES - TAIL_BYTES - line->len) {
        line->cut = true;
        return;
    }
    if (s.len) {
        memcpy(line->p + line->len, s.p, s.len);
        line->len += s.len;
    }
}

/* Past the limit of add(), into the tail. */
static void add_tail(struct line *line, struct nb_slice s)
{
    memcpy(line->p + line->len, s.p, s.len);
    line->len += s.len;
}

static void add_escaped(struct line *line, struct nb_slice s, bool quoted)
{
    for (size_t pos = 0; pos < s.len && !line->cut;) {
        size_t from = pos;
        uint32_t c = nb_utf8_next(s, &pos);
        struct nb_slice bytes = nb_slice_sub(s, from, pos);
        bool ill_formed = c == NB_REPLACEMENT && !nb_slice_eq(bytes, NB_LIT("\xEF\xBF\xBD"));
        if (ill_formed || nb_code_point_is_unsafe(c)) {
            for (size_t i = 0; i < bytes.len; i++) {
                char hex[8];
                int n = snprintf(hex, sizeof(hex), "\\x%02x", (unsigned)(unsigned char)bytes.p[i]);
                add(line, nb_slice(hex, (size_t)n));
            }
        } else if (quoted && (c == '"' || c == '\\')) {
            char pair[2] = {'\\', (char)c};
            add(line, nb_slice(pair, 2));
        } else {
            add(line, bytes);
        }
    }
}

/* A bare value has no character that would need a thought when the line is taken apart again. */
static bool needs_quotes(struct nb_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c == '"' || c == '\\' || c == '=' || c >= 0x7F) {
            return true;
        }
    }
    return s.len == 0;
}

/* A pair whose value has no room at all is left out. */
static void add_pair(struct line *line, const struct nb_kv *kv)
{
    char digits[24];
    size_t from = line->len;
    struct nb_slice text = kv->text;
    bool quoted = !kv->is_number && needs_quotes(text);
    if (kv->is_number) {
        int n = snprintf(digits, sizeof(digits), "%" PRId64, kv->number);
        text = nb_slice(digits, (size_t)n);
    }
    add(line, NB_LIT(" "));
    add(line, nb_slice_str(kv->key));
    add(line, quoted ? NB_LIT("=\"") : NB_LIT("="));
    size_t value = line->len;
    if (kv->is_number) {
        add(line, text);
    } else {
        add_escaped(line, text, quoted);
    }
    if (line->cut && line->len == value) {
        line->len = from;
    } else if (quoted) {
        add_tail(line, NB_LIT("\""));
    }
}

/*
 * systemd.exec(5): JOURNAL_STREAM holds device and inode of the journal's end; only when they are
 * ours does the line go there, and then the journal keeps the time itself.
 */
static bool goes_to_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    if (!stream || fstat(fd, &st) != 0) {
        return false;
    }
    char own[64];
    (void)snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return nb_slice_eq(nb_slice_str(stream), nb_slice_str(own));
}

static void add_time(struct line *line)
{
    struct timespec now;
    char text[NB_RFC3339_BYTES];
    (void)clock_gettime(CLOCK_REALTIME, &now);
    nb_date_rfc3339((int64_t)now.tv_sec * 1000, text);
    add(line, nb_slice_str(text));
    add(line, NB_LIT(" "));
}

static void write_line(int fd, const struct line *line)
{
    size_t done = 0;
    while (done < line->len) {
        ssize_t n = write(fd, line->p + done, line->len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return; /* nowhere left to say it */
        }
        done += (size_t)n;
    }
}

void nb_diag_list(enum nb_level level, const char *module, const char *message,
                  const struct nb_kv *list)
{
    if ((int)level < atomic_load_explicit(&min_level, memory_order_relaxed)) {
        return;
    }
    int saved_errno = errno;
    int fd = atomic_load_explicit(&out_fd, memory_order_relaxed);
    const char *process = atomic_load_explicit(&process_name, memory_order_relaxed);
    struct line line = {.len = 0};
    if (!goes_to_journal(fd)) {
        add_time(&line);
    }
    add(&line, nb_slice_str(level_names[level]));
    add(&line, NB_LIT(" "));
    add(&line, nb_slice_str(module));
    add(&line, NB_LIT(" "));
    add_escaped(&line, nb_slice_str(message), false);
    if (process) {
        struct nb_kv kv = nb_kv_str("process", process);
        add_pair(&line, &kv);
    }
    for (; list && list->key; list++) {
        add_pair(&line, list);
    }
    if (line.cut) {
        add_tail(&line, NB_LIT(" cut=1"));
    }
    add_tail(&line, NB_LIT("\n"));
    write_line(fd, &line);
    if (level >= NB_WARN) {
        nb_counter_add(level == NB_WARN ? NB_CTR_DIAG_WARN : NB_CTR_DIAG_ERROR, 1);
    }
    errno = saved_errno;
}

void nb_diag_set_level(enum nb_level level)
{
    atomic_store_explicit(&min_level, (int)level, memory_order_relaxed);
}

enum nb_err nb_level_parse(struct nb_slice name, enum nb_level *out)
{
    for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
        if (nb_slice_eq(name, nb_slice_str(level_names[i]))) {
            *out = (enum nb_level)i;
            return NB_OK;
        }
    }
    return NB_EINVAL;
}

void nb_diag_set_process(const char *name)
{
    atomic_store_explicit(&process_name, name, memory_order_relaxed);
}

void nb_diag_set_fd(int fd)
{
    atomic_store_explicit(&out_fd, fd, memory_order_relaxed);
}
