#include "tests/bench/crawl/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nabiz/buf.h>

#include "tests/bench/crawl/feeds.h"

enum { CONNECTIONS_MAX = 16384, REQUEST_MAX = 4096, EVENTS = 64, FEED_MAX = 256 << 10 };

#define ROBOTS "User-agent: *\nDisallow: /admin/\nDisallow: /ara?\n"

/* A connection, by its descriptor. */
struct connection {
    bool closes; /* after the answer */
    size_t got;
    char request[REQUEST_MAX];
    struct nb_slice head, body; /* still to be sent */
    char head_bytes[256];
};

struct server {
    const struct bench_web *web;
    struct nb_buf *feeds;
    struct bench_asked *asked;
    struct connection *connections[CONNECTIONS_MAX];
    int listener, epoll;
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_crawl: the server: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void hang_up(struct server *server, int fd)
{
    (void)close(fd);
    free(server->connections[fd]);
    server->connections[fd] = NULL;
}

/* Send what is left of the answer. @return false when the connection is over. */
static bool send_rest(struct connection *connection, int fd)
{
    struct nb_slice *const parts[] = {&connection->head, &connection->body};
    for (size_t i = 0; i < 2; i++) {
        while (parts[i]->len > 0) {
            int more = i == 0 && connection->body.len > 0 ? MSG_MORE : 0;
            ssize_t n = send(fd, parts[i]->p, parts[i]->len, MSG_NOSIGNAL | MSG_DONTWAIT | more);
            if (n < 0) {
                return errno == EAGAIN;
            }
            *parts[i] = nb_slice_sub(*parts[i], (size_t)n, parts[i]->len);
        }
    }
    return !connection->closes;
}

static void answer(struct server *server, struct connection *connection)
{
    char *request = connection->request;
    unsigned long number = 0;
    char etag[32];
    int n;
    connection->body = (struct nb_slice){NULL, 0};
    if (strncmp(request, "GET /robots.txt ", 16) == 0) {
        atomic_fetch_add(&server->asked->robots, 1);
        connection->body = NB_LIT(ROBOTS);
        n = snprintf(connection->head_bytes, sizeof(connection->head_bytes),
                     "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n",
                     connection->body.len);
    } else if (sscanf(request, "GET /f/%lu ", &number) == 1) {
        (void)snprintf(etag, sizeof(etag), "\"feed-%lu\"", number);
        atomic_fetch_add(&server->asked->feeds, 1);
        if (strstr(request, etag)) {
            atomic_fetch_add(&server->asked->unchanged, 1);
            n = snprintf(connection->head_bytes, sizeof(connection->head_bytes),
                         "HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n", etag);
        } else {
            connection->body = nb_buf_slice(&server->feeds[number % server->web->feeds_n]);
            n = snprintf(connection->head_bytes, sizeof(connection->head_bytes),
                         "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nETag: %s\r\n"
                         "Last-Modified: Tue, 03 Mar 2026 10:00:00 GMT\r\n"
                         "Content-Length: %zu\r\n\r\n",
                         number % 2 ? "application/atom+xml" : "application/rss+xml; charset=UTF-8",
                         etag, connection->body.len);
        }
    } else {
        n = snprintf(connection->head_bytes, sizeof(connection->head_bytes),
                     "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    }
    connection->head = nb_slice(connection->head_bytes, (size_t)n);
}

/* @return false when the connection is over */
static bool read_requests(struct server *server, struct connection *connection, int fd)
{
    ssize_t n = recv(fd, connection->request + connection->got, REQUEST_MAX - 1 - connection->got,
                     MSG_DONTWAIT);
    if (n <= 0) {
        return n < 0 && errno == EAGAIN;
    }
    connection->got += (size_t)n;
    connection->request[connection->got] = '\0';
    if (!strstr(connection->request, "\r\n\r\n")) {
        return connection->got < REQUEST_MAX - 1;
    }
    answer(server, connection);
    connection->got = 0; /* nobody here sends the next request before the answer */
    connection->closes = strstr(connection->request, "Connection: close") != NULL;
    return send_rest(connection, fd);
}

static void accept_all(struct server *server)
{
    int fd;
    while ((fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = fd};
        if (fd >= CONNECTIONS_MAX ||
            !(server->connections[fd] = calloc(1, sizeof(struct connection))) ||
            epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
            fail("too many connections");
        }
    }
}

static void serve(struct server *server)
{
    struct epoll_event events[EVENTS];
    for (;;) {
        int n = epoll_wait(server->epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == server->listener) {
                accept_all(server);
                continue;
            }
            struct connection *connection = server->connections[fd];
            bool goes_on = send_rest(connection, fd);
            if (goes_on && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
                goes_on = read_requests(server, connection, fd);
            }
            if (!goes_on) {
                hang_up(server, fd);
            }
        }
    }
}

static void run(struct server *server, int ready)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    server->feeds = calloc(server->web->feeds_n, sizeof(*server->feeds));
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = server->listener};
    if (!server->feeds || server->epoll < 0 ||
        epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->listener, &event) != 0) {
        fail("cannot start");
    }
    for (size_t i = 0; i < server->web->feeds_n; i++) {
        nb_buf_init(&server->feeds[i], FEED_MAX);
        bench_feed_write(i, server->web->feed_bytes, &server->feeds[i]);
    }
    (void)!write(ready, "", 1);
    (void)close(ready);
    serve(server);
}

void bench_server_start(const struct bench_web *web, struct bench_server *out)
{
    static struct server server;
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t at_bytes = sizeof(at);
    int ready[2];
    char byte;
    out->asked =
        mmap(NULL, sizeof(*out->asked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    at.sin_addr.s_addr = htonl(INADDR_ANY); /* of loopback: 127/8 is many hosts */
    server = (struct server){.web = web, .asked = out->asked};
    server.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (out->asked == MAP_FAILED || server.listener < 0 || pipe(ready) != 0 ||
        setsockopt(server.listener, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof("lo")) != 0 ||
        bind(server.listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(server.listener, 4096) != 0 ||
        getsockname(server.listener, (struct sockaddr *)&at, &at_bytes) != 0) {
        fail("cannot listen");
    }
    out->port = ntohs(at.sin_port);
    out->pid = fork();
    if (out->pid == 0) {
        (void)close(ready[0]);
        run(&server, ready[1]);
    }
    (void)close(ready[1]);
    (void)close(server.listener);
    if (out->pid < 0 || read(ready[0], &byte, 1) != 1) {
        fail("did not start");
    }
    (void)close(ready[0]);
}

void bench_server_stop(struct bench_server *server)
{
    (void)kill(server->pid, SIGKILL);
    (void)waitpid(server->pid, NULL, 0);
    (void)munmap(server->asked, sizeof(*server->asked));
}

void bench_feed_url(const struct bench_server *server, size_t number, size_t hosts_n, char *out)
{
    size_t host = number % hosts_n;
    (void)snprintf(out, 64, "http://127.%zu.%zu.%zu:%d/f/%zu", 1 + host / 40000, host / 200 % 200,
                   1 + host % 200, server->port, number);
}
