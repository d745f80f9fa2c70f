/*
 * A working day in a minute: soak SOURCES HOURS. A crawl of so many sources on a settable clock
 * against a server that publishes as time goes by. Afterwards memory and the data file have not
 * grown beyond what was published, the polls are what the budget allows, and every source is due
 * within the longest pause.
 */
#include "tests/lib/test.h"

#include <time.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/counters.h>
#include <nabiz/crawl.h>
#include <nabiz/date.h>
#include <nabiz/store.h>
#include <nabiz/text.h>

#include "tests/lib/web.h"

#define BEGIN INT64_C(1767571200000) /* a Monday */
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)

enum { ITEMS = 5, FEED_BYTES = 8192, SETTLE_MS = 300000, INTERVAL_S = 1800 };

static struct nb_error error;

static void must(enum nb_err err, const char *what)
{
    if (err != NB_OK) {
        fprintf(stderr, "soak: %s: %s %s\n", what, nb_strerror(err), nb_error_text(&error));
        exit(1);
    }
}

static bool check(bool holds, const char *what)
{
    printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
    return holds;
}

/* ---- the web: a process of its own ---- */

/* Source n publishes every so many minutes, from a quarter of an hour to half a day. */
static int64_t period_ms(int64_t n)
{
    return (15 + n % 48 * 15) * MINUTE;
}

static void write_feed(int64_t n, int64_t newest, struct nb_buf *out)
{
    nb_buf_addf(out, "<rss version=\"2.0\"><channel><title>S%lld</title>", (long long)n);
    for (int64_t k = newest; k > newest - ITEMS; k--) {
        char when[NB_RFC3339_BYTES];
        nb_date_rfc3339(k * period_ms(n), when);
        nb_buf_addf(out,
                    "<item><title>Haber %lld</title><link>http://s%lld.example/%lld</link>"
                    "<guid>http://s%lld.example/%lld</guid><pubDate>%s</pubDate>"
                    "<description>Yeni bir haber: %llx</description></item>",
                    (long long)k, (long long)n, (long long)k, (long long)n, (long long)k, when,
                    (unsigned long long)(k * 2654435761 + n));
    }
    nb_buf_add_str(out, "</channel></rss>");
    nb_buf_add_byte(out, '\0');
}

static bool answer(void *arg, int fd, const struct nbt_request *request)
{
    const struct nb_clock *clock = arg;
    int64_t n = 0;
    char head[128];
    struct nb_buf body;
    struct nb_slice path = nb_slice_str(request->path);
    if (path.len < 4 || !nb_slice_to_i64(nb_slice_sub(path, 3, path.len), &n)) {
        nbt_web_send_page(fd, "404 Not Found\r\n", "");
        return false;
    }
    int64_t newest = nb_clock_now_ms(clock) / period_ms(n);
    (void)snprintf(head, sizeof(head), "\"%lld\"", (long long)newest);
    if (strstr(request->text, head)) {
        nbt_web_send_page(fd, "304 Not Modified\r\n", "");
        return false;
    }
    (void)snprintf(head, sizeof(head), "200 OK\r\nETag: \"%lld\"\r\n", (long long)newest);
    nb_buf_init(&body, FEED_BYTES);
    write_feed(n, newest, &body);
    nbt_web_send_page(fd, head, body.p);
    nb_buf_fini(&body);
    return false;
}

/* @return the port; the process ends when this end of the pipe is closed. */
static int start_web(const char *clock_path, int *stop_fd)
{
    int ports[2];
    int stops[2];
    int port = 0;
    if (pipe(ports) != 0 || pipe(stops) != 0) {
        perror("soak: pipe");
        exit(1);
    }
    fflush(NULL);
    if (fork() == 0) {
        struct nb_clock *clock = NULL;
        char byte;
        (void)close(stops[1]);
        must(nb_clock_open(clock_path, &clock, &error), "clock");
        struct nbt_web *web = nbt_web_start(2, answer, clock);
        port = nbt_web_port(web);
        (void)!write(ports[1], &port, sizeof(port));
        (void)!read(stops[0], &byte, 1);
        nbt_web_stop(web);
        _exit(0);
    }
    (void)close(stops[0]);
    (void)close(ports[1]);
    if (read(ports[0], &port, sizeof(port)) != sizeof(port)) {
        fprintf(stderr, "soak: the server did not start\n");
        exit(1);
    }
    *stop_fd = stops[1];
    return port;
}

/* ---- the crawl ---- */

struct sample {
    int64_t resident_bytes;
    int64_t used_bytes;
    int64_t documents_n;
    int64_t polls_n;
    int64_t latest_due_ms;
    int64_t due_n;
};

/* Without the pages of the mapped store, which the kernel takes back when it likes. */
static int64_t resident_bytes(void)
{
    char line[256];
    long long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof(line), file) && sscanf(line, "RssAnon: %lld kB", &kib) != 1) {
    }
    if (file) {
        (void)fclose(file);
    }
    return kib * 1024;
}

static void read_store(const char *dir, struct sample *out)
{
    struct nb_store_options options = {.read_only = true};
    struct nb_store *store = NULL;
    struct nb_store_stat stat;
    struct nb_txn *txn;
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    must(nb_store_open(dir, NB_STORE_CRAWL, &options, &store, &error), "store");
    must(nb_store_stat(store, &stat), "stat");
    must(nb_read_begin(store, &txn, &error), "read");
    out->used_bytes = (int64_t)stat.used_bytes;
    out->due_n = (int64_t)nb_table_count(txn, NB_TBL_DUE);
    must(nb_cursor_open(txn, NB_TBL_DUE, &cursor), "cursor");
    if (nb_cursor_last(cursor, &key, &value) == NB_OK) {
        out->latest_due_ms = (int64_t)nb_key_to_u64((const uint8_t *)key.p);
    }
    nb_cursor_close(cursor);
    nb_read_end(txn);
    nb_store_close(store);
}

/* Let time pass up to a moment, minute by minute. */
static void pass(struct nb_clock *clock, int64_t *now_ms, int64_t until_ms)
{
    while (*now_ms < until_ms) {
        *now_ms += MINUTE;
        nb_clock_set(clock, *now_ms);
        int64_t limit_ms = nb_mono_ms() + SETTLE_MS;
        while (nb_counter_get(NB_CTR_SETTLED_MS) < *now_ms) {
            if (nb_mono_ms() > limit_ms) {
                fprintf(stderr, "soak: the crawl does not settle\n");
                exit(1);
            }
            (void)usleep(500);
        }
    }
}

static struct sample take_sample(const char *data_dir, int64_t now_ms)
{
    struct sample sample = {.documents_n = nb_counter_get(NB_CTR_DOCS_STORED),
                            .polls_n = nb_counter_get(NB_CTR_POLLS)};
    sample.resident_bytes = resident_bytes();
    read_store(data_dir, &sample);
    printf("  %5.1f h  %8lld polls  %8lld documents  %7.1f MiB resident  %7.1f MiB stored\n",
           (double)(now_ms - BEGIN) / (double)HOUR, (long long)sample.polls_n,
           (long long)sample.documents_n, (double)sample.resident_bytes / 1048576,
           (double)sample.used_bytes / 1048576);
    (void)fflush(stdout);
    return sample;
}

static bool judge(const struct sample *early, const struct sample *late, int64_t sources_n,
                  int64_t hours, int64_t now_ms)
{
    int64_t documents_n = late->documents_n - early->documents_n;
    int64_t grown_bytes = late->used_bytes - early->used_bytes;
    int64_t allowed = sources_n * 3600 * (hours - hours / 4) / INTERVAL_S;
    int64_t polls_n = late->polls_n - early->polls_n;
    bool good = check(late->resident_bytes <= early->resident_bytes * 11 / 10 + (4 << 20),
                      "memory has not grown");
    good &= check(grown_bytes <= documents_n * 1024 + (4 << 20),
                  "the data file has not grown beyond what was published");
    good &= check(polls_n >= allowed / 2 && polls_n <= allowed * 3 / 2,
                  "polls are what the budget allows");
    int64_t first = sources_n + sources_n * 3600 * (hours / 4) / INTERVAL_S; /* and a first look */
    good &= check(early->polls_n <= first * 3 / 2, "from the start, when all sources are new");
    good &= check(late->due_n == sources_n, "every source is due");
    good &=
        check(late->latest_due_ms <= now_ms + INTERVAL_S * 12000, "and within the longest pause");
    good &= check(nb_counter_get(NB_CTR_POLLS_FAILED) == 0, "no poll failed");
    return good;
}

static struct nb_config *configure(const char *dir, int port)
{
    char sets[8][512];
    const char *list[8];
    struct nb_config *config = NULL;
    (void)snprintf(sets[0], sizeof(sets[0]), "data.dir=%s/data", dir);
    (void)snprintf(sets[1], sizeof(sets[1]), "data.sources=%s/sources.list", dir);
    (void)snprintf(sets[2], sizeof(sets[2]), "clock.file=%s/clock", dir);
    (void)snprintf(sets[3], sizeof(sets[3]), "crawl.connect_to=127.0.0.1:%d", port);
    (void)snprintf(sets[4], sizeof(sets[4]), "crawl.allow_private=on");
    (void)snprintf(sets[5], sizeof(sets[5]), "crawl.host_gap=0ms");
    (void)snprintf(sets[6], sizeof(sets[6]), "data.lexicons=lexicons");
    (void)snprintf(sets[7], sizeof(sets[7]), "crawl.interval=%ds", INTERVAL_S);
    for (size_t i = 0; i < 8; i++) {
        list[i] = sets[i];
    }
    must(nb_config_load(NULL, list, 8, &config, &error), "configuration");
    return config;
}

static void write_sources(const char *dir, int64_t sources_n)
{
    struct nb_buf text;
    char *path = nbt_path(dir, "sources.list");
    nb_buf_init(&text, (size_t)sources_n * 64 + 64);
    for (int64_t i = 0; i < sources_n; i++) {
        nb_buf_addf(&text, "http://s%lld.example/f/%lld\n", (long long)i, (long long)i);
    }
    nbt_write_file(path, nb_buf_slice(&text));
    nb_buf_fini(&text);
    free(path);
}

static bool soak(const char *dir, int64_t sources_n, int64_t hours)
{
    char *clock_path = nbt_path(dir, "clock");
    char *data_dir = nbt_path(dir, "data");
    struct nb_clock *clock = NULL;
    struct nb_crawl *crawl = NULL;
    struct nb_crawl_options options = {0};
    int stop_fd = -1;
    int64_t now_ms = BEGIN - MINUTE;
    int port = start_web(clock_path, &stop_fd);
    struct nb_config *config = configure(dir, port);
    write_sources(dir, sources_n);
    must(nb_clock_open(clock_path, &clock, &error), "clock");
    must(nb_crawl_start(config, clock, &options, &crawl, &error), "crawl");
    pass(clock, &now_ms, BEGIN + hours * HOUR / 4);
    struct sample early = take_sample(data_dir, now_ms);
    pass(clock, &now_ms, BEGIN + hours * HOUR / 2);
    (void)take_sample(data_dir, now_ms);
    pass(clock, &now_ms, BEGIN + hours * HOUR);
    struct sample late = take_sample(data_dir, now_ms);
    must(nb_crawl_stop(crawl, &error), "stop");
    bool good = judge(&early, &late, sources_n, hours, now_ms);
    nb_clock_close(clock);
    nb_config_free(config);
    (void)close(stop_fd);
    free(clock_path);
    free(data_dir);
    return good;
}

int main(int argc, char **argv)
{
    int64_t sources_n = 10000;
    int64_t hours = 8;
    if (argc > 3 || (argc > 1 && !nb_slice_to_i64(nb_slice_str(argv[1]), &sources_n)) ||
        (argc > 2 && !nb_slice_to_i64(nb_slice_str(argv[2]), &hours)) || sources_n < 1 ||
        hours < 4) {
        fprintf(stderr, "usage: soak [SOURCES [HOURS]], at least 4 hours\n");
        return 2;
    }
    printf("soak: %lld sources, %lld hours\n", (long long)sources_n, (long long)hours);
    char *dir = nbt_tmpdir();
    bool good = soak(dir, sources_n, hours);
    nbt_rmdir(dir);
    return good ? 0 : 1;
}
