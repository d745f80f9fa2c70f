#include "tests/lib/hub.h"

#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/crawl.h>
#include <nabiz/log.h>
#include <nabiz/store.h>

#include "service/serve.h"

enum { DEADLINE_MS = 30000, TEXT_BYTES = 256 << 10 };

struct nbt_hub nbt_hub;

/* ---- the children ---- */

static struct nb_config *load_config(void)
{
    struct nb_error error = {0};
    struct nb_config *config = NULL;
    char sets[3][512];
    const char *list[] = {sets[0],
                          sets[1],
                          sets[2],
                          "crawl.host_gap=0ms",
                          "data.lexicons=lexicons",
                          "crawl.allow_private=on",
                          "data.templates=config/templates",
                          "serve.listen=127.0.0.1:0",
                          "websub.callback=http://n.example/websub/",
                          "crawl.body_max=128k",
                          "store.map=1m"};
    (void)snprintf(sets[0], sizeof(sets[0]), "data.dir=%s/data", nbt_hub.dir);
    (void)snprintf(sets[1], sizeof(sets[1]), "data.sources=%s/sources.list", nbt_hub.dir);
    (void)snprintf(sets[2], sizeof(sets[2]), "crawl.connect_to=127.0.0.1:%d", nbt_hub.port);
    if (nb_config_load(NULL, list, sizeof(list) / sizeof(list[0]), &config, &error) != NB_OK) {
        fprintf(stderr, "%s\n", nb_error_text(&error));
        _exit(9);
    }
    return config;
}

static void run_crawl(const struct nb_config *config, struct nb_clock *clock, int commands)
{
    struct nb_error error = {0};
    struct nb_crawl *crawl = NULL;
    const struct nb_crawl_options options = {.once = false};
    char command;
    if (nb_crawl_start(config, clock, &options, &crawl, &error) != NB_OK) {
        fprintf(stderr, "%s\n", nb_error_text(&error));
        _exit(8);
    }
    while (read(commands, &command, 1) == 1) {
        if (nb_crawl_reload(crawl, config, &error) != NB_OK) {
            _exit(7);
        }
    }
    _exit(nb_crawl_stop(crawl, &error) == NB_OK ? 0 : 6);
}

static void run_serve(const struct nb_config *config, struct nb_clock *clock, int commands,
                      int ready)
{
    struct nb_error error = {0};
    struct nb_serve *serve = NULL;
    char command;
    if (nb_serve_start(config, clock, &serve, &error) != NB_OK) {
        fprintf(stderr, "%s\n", nb_error_text(&error));
        _exit(8);
    }
    int port = nb_serve_port(serve);
    if (write(ready, &port, sizeof(port)) != (ssize_t)sizeof(port)) {
        _exit(7);
    }
    while (read(commands, &command, 1) == 1) {
    }
    _exit(nb_serve_stop(serve, &error) == NB_OK ? 0 : 6);
}

struct nbt_hub_child nbt_hub_start_child(bool is_serve)
{
    struct nbt_hub_child child = {0};
    int commands[2];
    int ready[2];
    assert_int_equal(pipe2(commands, O_CLOEXEC), 0);
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    child.pid = fork();
    assert_true(child.pid >= 0);
    if (child.pid == 0) {
        struct nb_clock *clock = NULL;
        (void)close(commands[1]);
        (void)close(nbt_hub.crawl.commands);
        (void)close(nbt_hub.serve.commands);
        (void)close(nbt_hub.fd);
        struct nb_config *config = load_config();
        if (nb_clock_open(NULL, &clock, NULL) != NB_OK) {
            _exit(9);
        }
        if (is_serve) {
            run_serve(config, clock, commands[0], ready[1]);
        }
        run_crawl(config, clock, commands[0]);
    }
    (void)close(commands[0]);
    (void)close(ready[1]);
    child.commands = commands[1];
    if (is_serve) {
        assert_int_equal(read(ready[0], &child.port, sizeof(child.port)), sizeof(child.port));
    }
    (void)close(ready[0]);
    return child;
}

void nbt_hub_end_child(struct nbt_hub_child *child, bool kill_it)
{
    int status = 0;
    if (kill_it) {
        assert_int_equal(kill(child->pid, SIGKILL), 0);
    }
    (void)close(child->commands);
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    if (!kill_it) {
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    *child = (struct nbt_hub_child){.commands = -1};
}

/* ---- the hub and its feed ---- */

static void send_text(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n <= 0) {
            return;
        }
        text += n;
        len -= (size_t)n;
    }
}

/* A whole request: head, and a body of the length that it says. */
static void receive(int fd, char *text, size_t bytes)
{
    size_t len = 0;
    size_t wanted = bytes - 1;
    while (len < wanted) {
        ssize_t n = recv(fd, text + len, wanted - len, 0);
        if (n <= 0) {
            break;
        }
        len += (size_t)n;
        text[len] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        const char *length = strstr(text, "Content-Length: ");
        if (end) {
            wanted = (size_t)(end + 4 - text) + (length ? (size_t)atoi(length + 16) : 0);
        }
    }
    text[len] = '\0';
}

static void answer_feed(int fd)
{
    static const char body[] = "<rss><channel><title>B</title><item><guid>first</guid>"
                               "<title>ilk</title></item></channel></rss>";
    char head[400];
    nbt_hub.polls_n++;
    (void)snprintf(head, sizeof(head),
                   "HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\nConnection: close\r\n\r\n",
                   nbt_hub.has_hub ? "Link: <http://hub.example/hub>; rel=\"hub\"\r\n"
                                     "Link: <" NBT_HUB_TOPIC ">; rel=\"self\"\r\n"
                                   : "",
                   sizeof(body) - 1);
    send_text(fd, head, strlen(head));
    send_text(fd, body, sizeof(body) - 1);
}

static void answer(int fd)
{
    static char request[TEXT_BYTES];
    char head[100];
    receive(fd, request, sizeof(request));
    if (strncmp(request, "GET /feed ", 10) == 0) {
        answer_feed(fd);
        return;
    }
    int status = 404;
    if (strncmp(request, "POST /hub ", 10) == 0) {
        const char *body = strstr(request, "\r\n\r\n");
        assert_non_null(body);
        assert_non_null(strstr(request, "Content-Type: application/x-www-form-urlencoded"));
        (void)snprintf(nbt_hub.form, sizeof(nbt_hub.form), "%s&", body + 4);
        nbt_hub.requests_n++;
        status = nbt_hub.status;
    }
    (void)snprintf(head, sizeof(head),
                   "HTTP/1.1 %d X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);
    send_text(fd, head, strlen(head));
}

/* Serve what comes until a condition holds. */
void nbt_hub_serve_until(bool (*condition)(uint64_t n), uint64_t n)
{
    int64_t end_ms = nb_mono_ms() + DEADLINE_MS;
    while (!condition(n)) {
        struct pollfd ready = {nbt_hub.fd, POLLIN, 0};
        if (nb_mono_ms() > end_ms) {
            fail_msg("waited too long for %llu", (unsigned long long)n);
        }
        if (poll(&ready, 1, 20) == 1) {
            int fd = accept(nbt_hub.fd, NULL, NULL);
            if (fd >= 0) {
                answer(fd);
                (void)close(fd);
            }
        }
    }
}

bool nbt_hub_was_asked(uint64_t n)
{
    return nbt_hub.requests_n >= n;
}

/* A value of the last request, decoded. */
char *nbt_hub_form_value(const char *name)
{
    char *key = nb_arena_printf(nbt_hub.arena, "hub.%s=", name);
    const char *at = strstr(nbt_hub.form, key);
    assert_non_null(at);
    at += strlen(key);
    char *out = nb_arena_strdup(nbt_hub.arena, nb_slice_str(at));
    size_t n = 0;
    for (; *at && *at != '&'; at++) {
        uint8_t byte = (uint8_t)*at;
        if (*at == '%') {
            assert_int_equal(nb_unhex(nb_slice(at + 1, 2), &byte, 1), NB_OK);
            at += 2;
        }
        out[n++] = (char)byte;
    }
    out[n] = '\0';
    return out;
}

/* ---- talking to serve ---- */

static int talk(const char *head, struct nb_slice body, char *answered, size_t bytes)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)nbt_hub.serve.port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    size_t len = 0;
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
    send_text(fd, head, strlen(head));
    send_text(fd, body.p, body.len);
    for (ssize_t n; len + 1 < bytes && (n = recv(fd, answered + len, bytes - 1 - len, 0)) > 0;) {
        len += (size_t)n;
    }
    answered[len] = '\0';
    (void)close(fd);
    return len > 12 ? atoi(answered + 9) : 0;
}

/* The hub asks back. @return the status; *echo is what was answered */
int nbt_hub_ask_back(const char *token, const char *query, const char **echo)
{
    static char answered[8192];
    char *head = nb_arena_printf(nbt_hub.arena,
                                 "GET /websub/%s?%s HTTP/1.1\r\nHost: n.example\r\n"
                                 "Connection: close\r\n\r\n",
                                 token, query);
    int status = talk(head, NB_LIT(""), answered, sizeof(answered));
    const char *body = strstr(answered, "\r\n\r\n");
    *echo = body ? body + 4 : "";
    return status;
}

int nbt_hub_push(const char *token, struct nb_slice body, const char *signature)
{
    static char answered[8192];
    char *head = nb_arena_printf(nbt_hub.arena,
                                 "POST /websub/%s HTTP/1.1\r\nHost: n.example\r\n"
                                 "Content-Type: application/rss+xml\r\n%s%s%s"
                                 "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                                 token, signature ? "X-Hub-Signature: " : "",
                                 signature ? signature : "", signature ? "\r\n" : "", body.len);
    return talk(head, body, answered, sizeof(answered));
}

char *nbt_hub_sign(enum nb_mac mac, const char *secret, struct nb_slice body)
{
    static const char *const names[] = {"sha1", "sha256", "sha384", "sha512"};
    uint8_t bytes[NB_MAC_MAX_BYTES];
    char hex[2 * NB_MAC_MAX_BYTES + 1];
    size_t n = nb_hmac(mac, nb_slice_str(secret), body, bytes);
    nb_hex(nb_slice(bytes, n), hex);
    return nb_arena_printf(nbt_hub.arena, "%s=%s", names[mac], hex);
}

struct nb_slice nbt_hub_item(int number)
{
    return nb_slice_str(nb_arena_printf(nbt_hub.arena,
                                        "<rss><channel><item><guid>p%d</guid><title>haber %d"
                                        "</title></item></channel></rss>",
                                        number, number));
}

int nbt_hub_push_item(const char *token, const char *secret, int number, enum nb_mac mac)
{
    struct nb_slice body = nbt_hub_item(number);
    return nbt_hub_push(token, body, nbt_hub_sign(mac, secret, body));
}

/* ---- the stores, from outside ---- */

static struct nb_store *open_store(void)
{
    char *data = nbt_path(nbt_hub.dir, "data");
    struct nb_store *store = NULL;
    const struct nb_store_options options = {
        .read_only = true, .map_bytes = 1 << 20, .max_bytes = 1 << 30};
    if (nb_store_open(data, NB_STORE_CRAWL, &options, &store, NULL) != NB_OK) {
        store = NULL;
    }
    free(data);
    return store;
}

uint64_t nbt_hub_documents_n(void)
{
    uint64_t n = 0;
    struct nb_log *log = NULL;
    struct nb_store *store = open_store();
    if (store && nb_log_open_local(store, &log, NULL) == NB_OK) {
        assert_int_equal(nb_log_last(log, &n, NULL), NB_OK);
        nb_log_close(log);
    }
    if (store) {
        nb_store_close(store);
    }
    return n;
}

bool nbt_hub_has_documents(uint64_t n)
{
    return nbt_hub_documents_n() >= n;
}

bool nbt_hub_has_state(uint64_t state)
{
    struct nb_txn *txn = NULL;
    struct nb_cursor *cursor = NULL;
    struct nb_slice key;
    struct nb_slice value;
    struct nb_subscription *record = NULL;
    uint64_t found = 0; /* 0: there is none */
    struct nb_store *store = open_store();
    if (!store) {
        return false;
    }
    assert_int_equal(nb_read_begin(store, &txn, NULL), NB_OK);
    assert_int_equal(nb_cursor_open(txn, NB_TBL_SUBSCRIPTION, &cursor), NB_OK);
    if (nb_cursor_seek(cursor, NB_LIT(""), &key, &value) == NB_OK) {
        assert_int_equal(nb_subscription_decode(value, nbt_hub.arena, &record), NB_OK);
        found = record->state;
    }
    nb_cursor_close(cursor);
    nb_read_end(txn);
    nb_store_close(store);
    return found == state;
}

/* ---- the world ---- */

void nbt_hub_set_sources(const char *text)
{
    char *path = nbt_path(nbt_hub.dir, "sources.list");
    nbt_write_file(path, nb_slice_str(text));
    free(path);
}

int nbt_hub_open(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    (void)state;
    nbt_hub.dir = nbt_tmpdir();
    nbt_hub.arena = nb_arena_new((size_t)64 << 20);
    nbt_hub.crawl.commands = nbt_hub.serve.commands = -1;
    nbt_hub.polls_n = nbt_hub.requests_n = 0;
    nbt_hub.status = 202;
    nbt_hub.has_hub = true;
    nbt_hub.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(nbt_hub.fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(nbt_hub.fd, 64), 0);
    assert_int_equal(getsockname(nbt_hub.fd, (struct sockaddr *)&address, &len), 0);
    nbt_hub.port = ntohs(address.sin_port);
    nbt_hub_set_sources(NBT_HUB_TOPIC " every=30d\n");
    return 0;
}

int nbt_hub_close(void **state)
{
    (void)state;
    if (nbt_hub.crawl.pid) {
        nbt_hub_end_child(&nbt_hub.crawl, false);
    }
    if (nbt_hub.serve.pid) {
        nbt_hub_end_child(&nbt_hub.serve, false);
    }
    (void)close(nbt_hub.fd);
    nb_arena_free(nbt_hub.arena);
    nbt_rmdir(nbt_hub.dir);
    return 0;
}

/* Both run and the subscription is active; its token and secret. */
void nbt_hub_subscribe(const char **token, const char **secret)
{
    const char *echo;
    nbt_hub.crawl = nbt_hub_start_child(false);
    nbt_hub.serve = nbt_hub_start_child(true);
    nbt_hub_serve_until(nbt_hub_was_asked, 1);
    const char *callback = nbt_hub_form_value("callback");
    *token = strrchr(callback, '/') + 1;
    *secret = nbt_hub_form_value("secret");
    assert_string_equal(nbt_hub_form_value("mode"), "subscribe");
    assert_string_equal(nbt_hub_form_value("topic"), NBT_HUB_TOPIC);
    assert_string_equal(nbt_hub_form_value("lease_seconds"), "864000");
    assert_int_equal(strncmp(callback, "http://n.example/websub/", 24), 0);
    assert_int_equal(nbt_hub_ask_back(*token,
                                      "hub.mode=subscribe&hub.topic=" NBT_HUB_TOPIC_QUERY
                                      "&hub.challenge=a%2Bb&hub.lease_seconds=86400",
                                      &echo),
                     200);
    assert_string_equal(echo, "a+b");
    nbt_hub_serve_until(nbt_hub_has_state, NB__SUBSCRIPTION__STATE__ACTIVE);
}
