/*
 * What TLS costs when thousands of hosts take turns: all of them polled once, which are full
 * handshakes, and then again with the sessions kept from the first time. nabiz's CPU only: that of
 * the process less that of the server's threads. Certificates are checked both times by the names
 * in them, against an authority made for the run; the server closes each connection, as servers
 * have done long before the next poll.
 */
#include <stdlib.h>
#include <sys/resource.h>

#include <curl/curl.h>

#include <nabiz/config.h>

#include "crawler/fetch/fetch.h"
#include "tests/lib/test.h"
#include "tests/lib/tls_server.h"

enum { HOSTS = 600, ROUNDS = 4, UNDER_WAY = 64, BODY_BYTES = 4000 };

static char body[BODY_BYTES + 1];

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench_tls: %s failed\n", what);
        exit(1);
    }
}

static long long cpu_us(void)
{
    struct rusage use;
    check(getrusage(RUSAGE_SELF, &use) == 0, "getrusage");
    return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000LL + use.ru_utime.tv_usec +
           use.ru_stime.tv_usec;
}

static void submit(struct nb_fetch *fetch, size_t i)
{
    struct nb_poll *poll = nb_poll_new(1 << 20, 1 << 20);
    check(poll != NULL, "memory");
    poll->url = nb_arena_printf(poll->arena, "https://h%zu.tls.example/feed", i);
    poll->state = nb_source_new(poll->arena);
    check(poll->url && poll->state, "memory");
    nb_fetch_prepare(poll);
    nb_fetch_submit(fetch, poll);
}

static void take(struct nb_queue *queue)
{
    void *item = NULL;
    check(nb_queue_pop(queue, 60000, &item) == NB_OK, "waiting for an answer");
    struct nb_poll *poll = item;
    if (poll->failure || poll->status != 200 || poll->body.len != BODY_BYTES) {
        fprintf(stderr, "bench_tls: %s: %s\n", poll->url, poll->failure ? poll->failure : "status");
        exit(1);
    }
    nb_poll_free(poll);
}

/* @return CPU of one poll of all hosts, in microseconds a host */
static double poll_all(struct nb_fetch *fetch, struct nb_queue *queue, struct nbt_tls *server)
{
    long long before = cpu_us() - nbt_tls_cpu_us(server);
    for (size_t i = 0; i < HOSTS + UNDER_WAY; i++) {
        if (i < HOSTS) {
            submit(fetch, i);
        }
        if (i >= UNDER_WAY) {
            take(queue);
            nb_fetch_room(fetch);
        }
    }
    return (double)(cpu_us() - nbt_tls_cpu_us(server) - before) / HOSTS;
}

static void measure(const char *dir, bool is_rsa, bool only_tls12)
{
    char *ca = nbt_path(dir, "ca.pem");
    struct nbt_tls_options options = {
        .ca_path = ca, .body = body, .is_rsa = is_rsa, .only_tls12 = only_tls12, .threads = 2};
    struct nbt_tls *server = nbt_tls_start(&options);
    char sets[5][300];
    const char *list[5];
    struct nb_config *config;
    struct nb_error error = {0};
    (void)snprintf(sets[0], sizeof(sets[0]), "crawl.ca_file=%s", ca);
    (void)snprintf(sets[1], sizeof(sets[1]), "crawl.connect_to=127.0.0.1:%d", nbt_tls_port(server));
    (void)snprintf(sets[2], sizeof(sets[2]), "crawl.allow_private=on");
    (void)snprintf(sets[3], sizeof(sets[3]), "crawl.host_gap=0ms");
    (void)snprintf(sets[4], sizeof(sets[4]), "crawl.robots=off");
    for (int i = 0; i < 5; i++) {
        list[i] = sets[i];
    }
    check(nb_config_load(NULL, list, 5, &config, &error) == NB_OK, "the configuration");
    struct nb_queue *queue = nb_queue_new(HOSTS);
    struct nb_clock *clock;
    struct nb_fetch *fetch;
    double best = 9;
    double first_us = 0;
    double again_us = 0;
    check(nb_clock_open(NULL, &clock, &error) == NB_OK, "the clock");
    for (int round = 0; round < ROUNDS; round++) {
        check(nb_fetch_start(config, clock, NULL, queue, &fetch, &error) == NB_OK, "fetching");
        double first = poll_all(fetch, queue, server);
        long resumed = nbt_tls_resumed(server);
        double again = poll_all(fetch, queue, server);
        check(nbt_tls_resumed(server) - resumed == HOSTS, "resuming every session");
        nb_fetch_free(fetch);
        if (again / first < best) {
            best = again / first;
            first_us = first;
            again_us = again;
        }
    }
    printf("bench_tls: %s, %s: %.0f us a host at first, %.0f us with a kept session, ratio %.2f "
           "(goal 0.50)\n",
           only_tls12 ? "TLS 1.2" : "TLS 1.3", is_rsa ? "RSA" : "P-256", first_us, again_us, best);
    nb_queue_free(queue);
    nb_clock_close(clock);
    nb_config_free(config);
    nbt_tls_stop(server);
    free(ca);
}

int main(void)
{
    char *dir = nbt_tmpdir();
    memset(body, 'x', BODY_BYTES);
    check(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "curl");
    printf("bench_tls: %d hosts, %d under way, CPU of the crawler alone\n", HOSTS, UNDER_WAY);
    measure(dir, true, false);
    measure(dir, false, false);
    measure(dir, false, true);
    nbt_rmdir(dir);
    curl_global_cleanup();
    return 0;
}
