/*
 * A connection is in one of two states: reading a request head (reply.out empty) or sending. A
 * request with a body is not something crawlers send: it is refused.
 */
#include "tests/site/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nabiz/date.h>
#include <nabiz/mem.h>

#define CONNECTIONS_MAX 1024
#define HEAD_MAX 16384
#define OUT_MAX (64u << 20)
#define IDLE_MS 60000
#define SEND_MAX 65536

struct connection {
    int fd;
    size_t in_n;
    char *in;
    bool sending;
    int64_t wake_ms; /* paused until; 0: not paused */
    int64_t seen_ms;
    char host[64]; /* of the request that is being answered */
    struct http_reply reply;
};

struct loop {
    const struct http_server *server;
    struct connection *connections;
    struct pollfd *fds;
    size_t n;
};

static const char *reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 301:
        return "Moved Permanently";
    case 304:
        return "Not Modified";
    case 404:
        return "Not Found";
    case 410:
        return "Gone";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
    default:
        return "Other";
    }
}

void http_start(struct http_reply *reply, const struct http_request *request, int status)
{
    char date[NB_HTTP_DATE_BYTES];
    nb_date_http(request->now_ms, date);
    reply->status = status;
    nb_buf_addf(&reply->out, "HTTP/1.1 %d %s\r\nServer: site\r\nDate: %s\r\n", status,
                reason(status), date);
}

void http_header(struct http_reply *reply, const char *name, const char *format, ...)
{
    char value[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(value, sizeof(value), format, args);
    va_end(args);
    nb_buf_addf(&reply->out, "%s: %s\r\n", name, value);
}

void http_finish(struct http_reply *reply, const struct http_request *request, const char *type,
                 struct nb_slice body)
{
    if (reply->status != 304) {
        nb_buf_addf(&reply->out, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, body.len);
    }
    nb_buf_add_str(&reply->out, "\r\n");
    if (reply->status != 304 && !nb_slice_eq(request->method, NB_LIT("HEAD"))) {
        nb_buf_add(&reply->out, body);
    }
}

static bool take_token(struct nb_slice *line, char end, struct nb_slice *token)
{
    size_t at = nb_slice_find_byte(*line, end, 0);
    if (at == NB_NPOS) {
        return false;
    }
    *token = nb_slice_sub(*line, 0, at);
    *line = nb_slice_sub(*line, at + 1, line->len);
    return token->len > 0;
}

static void read_header(struct nb_slice line, struct http_request *out)
{
    struct nb_slice name;
    const struct {
        struct nb_slice name;
        struct nb_slice *value;
    } known[] = {
        {NB_LIT("host"), &out->host},
        {NB_LIT("if-none-match"), &out->if_none_match},
        {NB_LIT("if-modified-since"), &out->if_modified_since},
        {NB_LIT("accept-encoding"), &out->accept_encoding},
        {NB_LIT("user-agent"), &out->user_agent},
    };
    if (!take_token(&line, ':', &name)) {
        return;
    }
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (nb_slice_eq_ascii_case(name, known[i].name)) {
            *known[i].value = nb_slice_trim(line);
        }
    }
}

long http_parse(struct nb_slice in, struct http_request *out)
{
    size_t end = nb_slice_find(in, NB_LIT("\r\n\r\n"), 0);
    if (end == NB_NPOS) {
        return in.len >= HEAD_MAX ? -1 : 0;
    }
    struct nb_slice rest = nb_slice_sub(in, 0, end), line;
    *out = (struct http_request){0};
    if (!nb_slice_split(&rest, '\n', &line) || !take_token(&line, ' ', &out->method) ||
        !take_token(&line, ' ', &out->path) || out->path.p[0] != '/' ||
        !nb_slice_starts(line, NB_LIT("HTTP/1."))) {
        return -1;
    }
    while (rest.p && nb_slice_split(&rest, '\n', &line)) {
        read_header(line, out);
    }
    size_t colon = nb_slice_find_byte(out->host, ':', 0);
    out->host = nb_slice_sub(out->host, 0, colon == NB_NPOS ? out->host.len : colon);
    return (long)(end + 4);
}

enum nb_err http_listen(const char *address, int *out_fd, int *out_port, struct nb_error *error)
{
    struct nb_slice text = nb_slice_str(address);
    size_t colon = nb_slice_find_byte(text, ':', 0);
    struct sockaddr_in at = {.sin_family = AF_INET};
    char host[32] = "";
    int64_t port = -1;
    if (colon < sizeof(host)) {
        memcpy(host, address, colon);
        (void)nb_slice_to_i64(nb_slice_sub(text, colon + 1, text.len), &port);
    }
    if (port < 0 || port > 65535 || inet_pton(AF_INET, host, &at.sin_addr) != 1 ||
        ntohl(at.sin_addr.s_addr) >> 24 != 127) {
        return nb_error_set(error, NB_EINVAL, "%s: want a loopback address, like 127.0.0.1:0",
                            address);
    }
    at.sin_port = htons((uint16_t)port);
    int on = 1;
    socklen_t n = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        bind(fd, (struct sockaddr *)&at, n) == 0 && listen(fd, 512) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &n) == 0) {
        *out_fd = fd;
        *out_port = ntohs(at.sin_port);
        return NB_OK;
    }
    enum nb_err err = nb_error_set(error, NB_ESYS, "%s: %s", address, strerror(errno));
    if (fd >= 0) {
        close(fd);
    }
    return err;
}

static void drop(struct loop *loop, size_t i)
{
    struct connection *connection = &loop->connections[i];
    if (connection->reply.end == HTTP_RESET) {
        struct linger now = {1, 0};
        (void)setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    }
    close(connection->fd);
    nb_free(connection->in);
    nb_buf_fini(&connection->reply.out);
    loop->connections[i] = loop->connections[--loop->n];
}

static void welcome(struct loop *loop)
{
    while (loop->n < CONNECTIONS_MAX) {
        int fd = accept4(loop->server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            return;
        }
        int on = 1;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        struct connection connection = {
            .fd = fd, .in = nb_malloc(HEAD_MAX), .seen_ms = nb_mono_ms()};
        if (!connection.in) {
            close(fd);
            return;
        }
        nb_buf_init(&connection.reply.out, OUT_MAX);
        loop->connections[loop->n++] = connection;
    }
}

/* Has whoever asked gone away already? */
static bool is_gone(const struct connection *connection)
{
    char byte;
    ssize_t n = recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/* Requests of a host that are being answered, this one included. */
static size_t under_way(const struct loop *loop, const struct connection *own)
{
    size_t n = 1;
    for (size_t i = 0; i < loop->n; i++) {
        const struct connection *connection = &loop->connections[i];
        n += connection != own && connection->sending && strcmp(connection->host, own->host) == 0 &&
             !is_gone(connection);
    }
    return n;
}

static void log_line(const struct loop *loop, struct connection *connection,
                     const struct http_request *request, int status)
{
    (void)snprintf(connection->host, sizeof(connection->host), "%.*s", NB_ARG(request->host));
    bool conditional = request->if_none_match.len > 0 || request->if_modified_since.len > 0;
    if (loop->server->log) {
        fprintf(loop->server->log, "%lld\t%lld\t%.*s\t%.*s\t%d\t%s\t%.*s\t%zu\n",
                (long long)nb_mono_ms(), (long long)request->now_ms, NB_ARG(request->host),
                NB_ARG(request->path), status, conditional ? "conditional" : "-",
                NB_ARG(request->user_agent), under_way(loop, connection));
        fflush(loop->server->log);
    }
}

/* Answer the next request in the buffer, if it is all there. @return false: drop. */
static bool answer(struct loop *loop, struct connection *connection)
{
    struct http_request request;
    long used = http_parse(nb_slice(connection->in, connection->in_n), &request);
    if (used <= 0) {
        return used == 0;
    }
    struct http_reply *reply = &connection->reply;
    nb_buf_reset(&reply->out);
    *reply = (struct http_reply){.out = reply->out};
    request.now_ms = nb_clock_now_ms(loop->server->clock);
    if (nb_slice_eq(request.method, NB_LIT("GET")) || nb_slice_eq(request.method, NB_LIT("HEAD"))) {
        loop->server->handler(loop->server->context, &request, reply);
    } else {
        http_start(reply, &request, 405);
        http_finish(reply, &request, "text/plain", NB_LIT("only GET and HEAD\n"));
        reply->end = HTTP_CLOSE;
    }
    log_line(loop, connection, &request, reply->status);
    connection->sending = true;
    connection->wake_ms = 0;
    connection->in_n -= (size_t)used;
    memmove(connection->in, connection->in + used, connection->in_n);
    return reply->out.err == NB_OK;
}

static bool receive(struct loop *loop, struct connection *connection)
{
    ssize_t n =
        recv(connection->fd, connection->in + connection->in_n, HEAD_MAX - connection->in_n, 0);
    if (n <= 0) {
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    }
    connection->in_n += (size_t)n;
    connection->seen_ms = nb_mono_ms();
    return answer(loop, connection);
}

/* All was sent. @return false: drop. */
static bool finish(struct loop *loop, struct connection *connection)
{
    switch (connection->reply.end) {
    case HTTP_KEEP:
        connection->sending = false;
        return answer(loop, connection); /* the next may be in the buffer already */
    case HTTP_SILENT:
        connection->wake_ms = INT64_MAX;
        return true;
    case HTTP_CLOSE:
    case HTTP_RESET:
        break;
    }
    return false;
}

static bool transmit(struct loop *loop, struct connection *connection)
{
    struct http_reply *reply = &connection->reply;
    if (reply->sent == reply->out.len && reply->more && reply->more_n < reply->more_max) {
        nb_buf_reset(&reply->out);
        reply->sent = 0;
        if (!reply->more(reply)) {
            reply->more = NULL;
        }
        reply->more_n++;
    }
    size_t left = reply->out.len - reply->sent;
    size_t piece = reply->piece_bytes > 0 ? reply->piece_bytes : SEND_MAX;
    if (left > 0) {
        ssize_t n = send(connection->fd, reply->out.p + reply->sent, left < piece ? left : piece,
                         MSG_NOSIGNAL);
        if (n < 0) {
            return errno == EAGAIN || errno == EINTR;
        }
        reply->sent += (size_t)n;
        connection->seen_ms = nb_mono_ms();
        connection->wake_ms = reply->pause_ms > 0 ? connection->seen_ms + reply->pause_ms : 0;
    }
    bool more = reply->more && reply->more_n < reply->more_max;
    return reply->sent < reply->out.len || more || finish(loop, connection);
}

/* @return how long poll may sleep. */
static int prepare(struct loop *loop)
{
    int64_t now = nb_mono_ms(), until = now + 1000;
    loop->fds[0] = (struct pollfd){loop->server->stop_fd, POLLIN, 0};
    loop->fds[1] = (struct pollfd){loop->server->listen_fd, POLLIN, 0};
    if (loop->n == CONNECTIONS_MAX) {
        loop->fds[1].events = 0;
    }
    for (size_t i = 0; i < loop->n; i++) {
        const struct connection *connection = &loop->connections[i];
        bool paused = connection->sending && connection->wake_ms > now;
        /* a paused one is only watched for being hung up */
        short events = paused ? POLLRDHUP : connection->sending ? POLLOUT : POLLIN;
        loop->fds[2 + i] = (struct pollfd){connection->fd, events, 0};
        if (paused && connection->wake_ms < until) {
            until = connection->wake_ms;
        }
    }
    return (int)(until - now);
}

static void serve_one(struct loop *loop, size_t i, short events)
{
    struct connection *connection = &loop->connections[i];
    int64_t now = nb_mono_ms();
    bool keep = true;
    if (events & (POLLERR | POLLHUP | POLLNVAL | POLLRDHUP)) {
        keep = false;
    } else if (events & POLLIN) {
        keep = receive(loop, connection);
    } else if (events & POLLOUT) {
        keep = transmit(loop, connection);
    } else if (now - connection->seen_ms > IDLE_MS) {
        keep = false;
    }
    if (!keep) {
        drop(loop, i);
    }
}

enum nb_err http_serve(const struct http_server *server, struct nb_error *error)
{
    struct loop loop = {
        .server = server,
        .connections = nb_calloc(CONNECTIONS_MAX, sizeof(struct connection)),
        .fds = nb_calloc(CONNECTIONS_MAX + 2, sizeof(struct pollfd)),
    };
    enum nb_err err = NB_OK;
    if (!loop.connections || !loop.fds) {
        err = nb_error_set(error, NB_ENOMEM, "connections");
    }
    while (!err) {
        int wait_ms = prepare(&loop);
        if (poll(loop.fds, 2 + loop.n, wait_ms) < 0 && errno != EINTR) {
            err = nb_error_set(error, NB_ESYS, "poll: %s", strerror(errno));
        }
        if (err || loop.fds[0].revents) {
            break;
        }
        /* from the end: dropping moves the last one into the gap, which was served already */
        for (size_t i = loop.n; i-- > 0;) {
            serve_one(&loop, i, loop.fds[2 + i].revents);
        }
        if (loop.fds[1].revents) {
            welcome(&loop);
        }
    }
    while (loop.n > 0) {
        drop(&loop, loop.n - 1);
    }
    nb_free(loop.connections);
    nb_free(loop.fds);
    return err;
}
