/*
 * What it costs to poll feeds: nabiz's real crawler, with everything on, against a bare loop over
 * the same server (tests/bench/crawl/bare.h says what it does), newsboat and Python's feedparser.
 *
 * Each contender runs in a process of its own; its CPU is what the kernel says of that process and
 * its children, the server's is not in it. The machine is shared, so contenders take turns and the
 * best round of each counts; the ratios of the single rounds say how far that can be trusted. The
 * pauses between requests to a host are set to zero, because waiting costs nothing; robots.txt is
 * asked for and obeyed, the store is synced.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/counters.h>
#include <nabiz/crawl.h>
#include <nabiz/diag.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "service/confine.h"
#include "tests/bench/crawl/bare.h"
#include "tests/bench/crawl/server.h"
#include "tests/lib/test.h"

enum {
    FEEDS = 2000,
    FEED_BYTES = 22000,
    HOSTS = 2000, /* a host for each feed, as it mostly is: each is connected to once, and asked for
                     its robots.txt */
    FEW_HOSTS = 100, /* connections are used again */
    ROUNDS = 5,
    CONTENDERS_MAX = 4,
    AGAIN =
        10000, /* feeds whose second poll is measured: what a start costs is not what is asked */
    FEW = 300, /* feeds that one is given whose cost grows with their number alone */
    MANY = 100000,
    MANY_BYTES = 2000,
    MANY_HOSTS = 2000,
    WAIT_MS = 600000,
};

static const int64_t first_ms = 1772600000000; /* 2026-03-04 */

/* All feeds are due again after that (LONGEST), and robots.txt is not in all rounds. */
static const int64_t later_ms = 2 * 3600 * 1000 + 1000;
#define LONGEST "crawl.interval_max=2h"

struct run {
    double cpu_s, kernel_s, wall_s;
    size_t peak_kib;
    bool ok;
};

/* One poll of all feeds by one of the contenders. */
struct job {
    const struct bench_server *server;
    size_t feeds_n, hosts_n;
    const char *dir;
    int64_t now_ms;    /* nabiz: what its clock shows */
    const char *agent; /* for messages */
    size_t (*poll)(const struct job *job);
};

/* What a child reports. */
static struct {
    size_t result;
    size_t rest_kib; /* memory it had when it was done */
} * shared;

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench_crawl: %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
}

/* Run in a process of its own. */
static struct run measure(const struct job *job)
{
    struct rusage used;
    int status = 0;
    (void)fflush(NULL);
    shared->result = 0;
    int64_t began_us = nb_mono_us();
    pid_t pid = fork();
    if (pid == 0) {
        shared->result = job->poll(job);
        _exit(shared->result > 0 ? 0 : 1);
    }
    check(pid > 0 && wait4(pid, &status, 0, &used) == pid, "starting a process");
    return (struct run){
        .cpu_s = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
        .kernel_s = (double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec / 1e6,
        .wall_s = (double)(nb_mono_us() - began_us) / 1e6,
        .peak_kib = (size_t)used.ru_maxrss,
        .ok = WIFEXITED(status) && WEXITSTATUS(status) == 0,
    };
}

/* ---- nabiz ---- */

static void write_sources(const struct job *job)
{
    char url[64];
    char *path = nbt_path(job->dir, "sources.list");
    FILE *file = fopen(path, "w");
    check(file != NULL, "writing the sources");
    for (size_t i = 0; i < job->feeds_n; i++) {
        bench_feed_url(job->server, i, job->hosts_n, url);
        fprintf(file, "%s\n", url);
    }
    check(fclose(file) == 0, "writing the sources");
    free(path);
}

/* Resident memory that is not a file's, in KiB. */
static size_t own_memory_kib(void)
{
    char line[128];
    size_t kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    check(file != NULL, "reading /proc/self/status");
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "RssAnon: %zu", &kib) == 1) {
            break;
        }
    }
    (void)fclose(file);
    return kib;
}

static size_t poll_nabiz(const struct job *job)
{
    char settings[5][4096];
    const char *overrides[] = {settings[0],        settings[1],
                               settings[2],        settings[3],
                               "crawl.host_gap=0", "crawl.allow_private=on",
                               "log.level=error",  LONGEST};
    struct nb_config *config;
    struct nb_clock *clock;
    struct nb_crawl *crawl;
    struct nb_error error = {0};
    (void)snprintf(settings[0], sizeof(settings[0]), "data.dir=%s/data", job->dir);
    (void)snprintf(settings[1], sizeof(settings[1]), "data.sources=%s/sources.list", job->dir);
    (void)snprintf(settings[2], sizeof(settings[2]), "clock.file=%s/clock", job->dir);
    (void)snprintf(settings[3], sizeof(settings[3]), "data.lexicons=lexicons");
    nb_diag_set_level(NB_ERROR);
    nb_feed_init();
    check(nb_text_init(NULL) == NB_OK && nb_url_init(NULL) == NB_OK, "starting nabiz");
    enum nb_err err =
        nb_config_load(NULL, overrides, sizeof(overrides) / sizeof(overrides[0]), &config, &error);
    if (err == NB_OK) {
        err = nb_clock_open(nb_config_str(config, NB_CFG_CLOCK_FILE), &clock, &error);
    }
    if (err == NB_OK && !nb_confine_obstacle()) {
        err = nb_confine(&error);
    }
    if (err == NB_OK) {
        nb_clock_set(clock, job->now_ms);
        err =
            nb_crawl_start(config, clock, &(struct nb_crawl_options){.once = true}, &crawl, &error);
    }
    if (err == NB_OK) {
        struct pollfd done = {nb_crawl_done_fd(crawl), POLLIN, 0};
        int ready = poll(&done, 1, WAIT_MS);
        shared->rest_kib = own_memory_kib();
        err = nb_crawl_stop(crawl, &error);
        err = ready == 1 ? err : NB_ETIMEOUT;
    }
    if (err != NB_OK || nb_counter_get(NB_CTR_POLLS_FAILED) > 0) {
        fprintf(stderr, "bench_crawl: nabiz: %s\n", err ? nb_error_text(&error) : "polls failed");
        return 0;
    }
    size_t polls_n = (size_t)nb_counter_get(NB_CTR_POLLS);
    return polls_n == job->feeds_n ? polls_n : 0;
}

/* ---- the bare loop ---- */

static size_t poll_bare(const struct job *job)
{
    return bench_bare_poll(&(struct bench_bare){
        .server = job->server, .feeds_n = job->feeds_n, .hosts_n = job->hosts_n, .dir = job->dir});
}

static size_t poll_lean(const struct job *job)
{
    return bench_bare_poll(&(struct bench_bare){.server = job->server,
                                                .feeds_n = job->feeds_n,
                                                .hosts_n = job->hosts_n,
                                                .dir = job->dir,
                                                .lean = true});
}

static size_t fetch_bare(const struct job *job)
{
    (void)bench_bare_poll(&(struct bench_bare){
        .server = job->server, .feeds_n = job->feeds_n, .hosts_n = job->hosts_n});
    return job->feeds_n;
}

static size_t poll_bare_again(const struct job *job)
{
    return bench_bare_poll(&(struct bench_bare){.server = job->server,
                                                .feeds_n = job->feeds_n,
                                                .hosts_n = job->hosts_n,
                                                .dir = job->dir,
                                                .conditional = true});
}

/* ---- what people use ---- */

static void run_program(const char *dir, char *const *argv)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    check(null >= 0 && chdir(dir) == 0 && setenv("HOME", dir, 1) == 0 && dup2(null, 0) >= 0 &&
              dup2(null, 1) >= 0 && dup2(null, 2) >= 0,
          "starting a program");
    (void)execvp(argv[0], argv);
    _exit(127);
}

static size_t poll_newsboat(const struct job *job)
{
    char argv[9][32] = {"newsboat", "-q", "-x", "reload", "-u", "sources.list", "-c", "cache.db"};
    char *const list[] = {argv[0], argv[1], argv[4], argv[5], argv[6],
                          argv[7], argv[2], argv[3], NULL};
    run_program(job->dir, list);
    return 0;
}

static char feedparser_script[] =
    "import feedparser, sqlite3, urllib.request\n"
    "db = sqlite3.connect('cache.db')\n"
    "db.execute('create table items (id text primary key, title, link, date, author, text)')\n"
    "for url in open('sources.list').read().split():\n"
    "    answer = urllib.request.urlopen(url)\n"
    "    feed = feedparser.parse(answer.read(), response_headers=dict(answer.headers))\n"
    "    assert len(feed.entries) > 10\n"
    "    for e in feed.entries:\n"
    "        text = e.content[0].value if 'content' in e else e.get('summary')\n"
    "        db.execute('insert or replace into items values (?,?,?,?,?,?)', (e.id, e.title,\n"
    "            e.link, e.get('published'), e.get('author'), text))\n"
    "    db.commit()\n";

static size_t poll_feedparser(const struct job *job)
{
    char argv[2][20] = {"/usr/bin/python3", "-c"}; /* who has Debian's packages */
    char *const list[] = {argv[0], argv[1], feedparser_script, NULL};
    run_program(job->dir, list);
    return 0;
}

static bool is_there(const char *command)
{
    return system(command) == 0; /* NOLINT: a constant */
}

/* ---- figures ---- */

/* Poll in a fresh directory. */
static struct run poll_fresh(const struct job *in)
{
    struct job job = *in;
    char *dir = nbt_tmpdir();
    job.dir = dir;
    write_sources(&job);
    struct run run = measure(&job);
    nbt_rmdir(dir);
    return run;
}

/* What the rounds of one contender came to. */
struct best {
    struct run run;        /* the one that took the least CPU, with the highest peak of all */
    double ratios[ROUNDS]; /* of each round, to the bare loop in the same round */
    size_t rounds_n;
};

static void keep_best(struct best *best, struct run run, const char *agent)
{
    if (!run.ok) {
        fprintf(stderr, "bench_crawl: %s did not poll all feeds\n", agent);
        exit(1);
    }
    size_t peak = best->run.peak_kib > run.peak_kib ? best->run.peak_kib : run.peak_kib;
    if (!best->run.ok || run.cpu_s < best->run.cpu_s) {
        best->run = run;
    }
    best->run.peak_kib = peak;
}

static void print(const char *agent, const struct best *best, size_t feeds_n, double bare_s)
{
    double least = 0;
    double most = 0;
    double per_1000 = 1000 / (double)feeds_n;
    for (size_t i = 0; i < best->rounds_n; i++) {
        least = i == 0 || best->ratios[i] < least ? best->ratios[i] : least;
        most = best->ratios[i] > most ? best->ratios[i] : most;
    }
    printf("crawl %-24s %6.0f feeds/s, %7.3f CPU-s per 1000 feeds (%.3f of it the kernel's)", agent,
           (double)feeds_n / best->run.wall_s, best->run.cpu_s * per_1000,
           best->run.kernel_s * per_1000);
    if (bare_s > 0) {
        printf(", %6.2f times the bare loop", best->run.cpu_s * per_1000 / bare_s);
    }
    if (most > 0) {
        printf(" (%.2f to %.2f by round)", least, most);
    }
    printf(", peak %zu MiB\n", best->run.peak_kib >> 10);
}

typedef struct run turn_fn(const struct job *job);

/* Rounds in which the contenders take turns, each round in the other order, so that none of them
 * has the quieter machine. jobs[1] is the bare loop. `advance` is how far nabiz's clock goes on
 * after a round. @return CPU-s of the bare loop per 1,000 feeds. */
static double take_turns(struct job *jobs, size_t jobs_n, turn_fn *turn, int64_t advance_ms)
{
    struct best best[CONTENDERS_MAX] = {0};
    size_t feeds_n = jobs[0].feeds_n;
    for (size_t round = 0; round < ROUNDS; round++) {
        struct run runs[CONTENDERS_MAX];
        for (size_t k = 0; k < jobs_n; k++) {
            size_t i = round % 2 ? jobs_n - 1 - k : k;
            runs[i] = turn(&jobs[i]);
            keep_best(&best[i], runs[i], jobs[i].agent);
        }
        for (size_t i = 0; i < jobs_n; i++) {
            best[i].ratios[best[i].rounds_n++] = runs[i].cpu_s / runs[1].cpu_s;
        }
        jobs[0].now_ms += advance_ms;
    }
    double bare_s = best[1].run.cpu_s * 1000 / (double)feeds_n;
    for (size_t i = 0; i < jobs_n; i++) {
        print(jobs[i].agent, &best[i], feeds_n, bare_s);
    }
    return bare_s;
}

/* Polls that bring everything. @return CPU-s of the bare loop per 1,000 feeds. */
static double polls(const struct bench_server *server, size_t hosts_n)
{
    struct job jobs[] = {
        {server, FEEDS, hosts_n, NULL, first_ms, "nabiz", poll_nabiz},
        {server, FEEDS, hosts_n, NULL, 0, "bare", poll_bare},
        {server, FEEDS, hosts_n, NULL, 0, "bare, 64 feeds a commit", poll_lean},
        {server, FEEDS, hosts_n, NULL, 0, "bare, fetch only", fetch_bare},
    };
    printf("crawl: %d feeds of %d bytes on %zu hosts; at most 1.30, goal 0.80\n", FEEDS, FEED_BYTES,
           hosts_n);
    return take_turns(jobs, 4, poll_fresh, 0);
}

static void others(const struct bench_server *server, double bare_s)
{
    const struct {
        struct job job;
        const char *test, *package;
    } rows[] = {
        {{server, FEEDS, HOSTS, NULL, 0, "newsboat", poll_newsboat},
         "command -v newsboat >/dev/null",
         "newsboat"},
        {{server, FEW, HOSTS, NULL, 0, "python3-feedparser", poll_feedparser},
         "/usr/bin/python3 -c 'import feedparser' 2>/dev/null",
         "python3-feedparser"},
    };
    for (size_t i = 0; i < 2; i++) {
        if (!is_there(rows[i].test)) {
            printf("crawl %s: skipped, install the package %s\n", rows[i].job.agent,
                   rows[i].package);
            continue;
        }
        struct best best = {0};
        unsigned long before = atomic_load(&server->asked->feeds);
        keep_best(&best, poll_fresh(&rows[i].job), rows[i].job.agent);
        check(atomic_load(&server->asked->feeds) - before == rows[i].job.feeds_n,
              "another one's poll");
        print(rows[i].job.agent, &best, rows[i].job.feeds_n, bare_s);
    }
}

/* A poll of what was polled before; every answer is 304. */
static struct run poll_again(const struct job *job)
{
    unsigned long before = atomic_load(&job->server->asked->unchanged);
    struct run run = measure(job);
    check(!run.ok || atomic_load(&job->server->asked->unchanged) - before == job->feeds_n,
          "a conditional poll");
    return run;
}

/* Polls that bring nothing. */
static void again(const struct bench_server *server, size_t hosts_n)
{
    struct job jobs[] = {
        {server, AGAIN, hosts_n, nbt_tmpdir(), first_ms, "nabiz", poll_nabiz},
        {server, AGAIN, hosts_n, nbt_tmpdir(), 0, "bare", poll_bare},
    };
    jobs[1].poll = poll_lean; /* sooner done */
    for (size_t i = 0; i < 2; i++) {
        write_sources(&jobs[i]);
        check(measure(&jobs[i]).ok, "the first poll");
    }
    jobs[0].now_ms += later_ms;
    jobs[1].poll = poll_bare_again;
    printf("crawl: %d feeds on %zu hosts, all answers 304; at most 1.30\n", AGAIN, hosts_n);
    (void)take_turns(jobs, 2, poll_again, later_ms);
    for (size_t i = 0; i < 2; i++) {
        nbt_rmdir((char *)(uintptr_t)jobs[i].dir);
    }
}

static void many(void)
{
    static const struct bench_web web = {FEEDS, MANY_BYTES};
    struct bench_server server;
    bench_server_start(&web, &server);
    struct job job = {&server, MANY, MANY_HOSTS, NULL, first_ms, "nabiz", poll_nabiz};
    struct run run = poll_fresh(&job);
    check(run.ok, "polling many");
    printf("crawl: peak memory %zu MiB with %d sources of %d bytes on %d hosts, each polled once, "
           "%.0f feeds/s; under 400; %zu MiB of its own when it is done\n",
           run.peak_kib >> 10, MANY, MANY_BYTES, MANY_HOSTS, MANY / run.wall_s,
           shared->rest_kib >> 10);
    bench_server_stop(&server);
}

int main(int argc, char **argv)
{
    static const struct bench_web web = {FEEDS, FEED_BYTES};
    struct bench_server server;
    const char *only = argc > 1 ? argv[1] : "";
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(shared != MAP_FAILED, "memory");
    bench_server_start(&web, &server);
    double bare_s = 0;                /* not measured */
    if (strcmp(only, "nabiz") == 0) { /* for a profiler */
        struct job job = {&server, FEEDS, HOSTS, NULL, first_ms, "nabiz", poll_nabiz};
        struct best best = {.run = poll_fresh(&job)};
        print(job.agent, &best, FEEDS, bare_s);
    }
    if (!only[0] || strcmp(only, "polls") == 0) {
        bare_s = polls(&server, HOSTS);
    }
    if (!only[0] || strcmp(only, "few-hosts") == 0) {
        (void)polls(&server, FEW_HOSTS);
    }
    if (!only[0] || strcmp(only, "others") == 0) {
        others(&server, bare_s);
    }
    if (!only[0] || strcmp(only, "again") == 0) {
        again(&server, HOSTS);
        again(&server, FEW_HOSTS);
    }
    bench_server_stop(&server);
    if (!only[0] || strcmp(only, "many") == 0) {
        many();
    }
    return 0;
}
