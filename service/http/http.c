#include "service/http/http.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include <nabiz/clock.h>
#include <nabiz/counters.h>
#include <nabiz/mem.h>

#define CONNECTIONS_MAX 64
#define CONNECTION_BYTES (16u << 10)
#define SILENCE_S 10
#define ADDRESS_BYTES 256
#define UPLOAD_MAX_MS 60000
#define UPLOADS_MAX_BYTES ((size_t)64 << 20) /* of all that are under way */
#define LATER_S 300

struct nb_http {
    struct MHD_Daemon *daemon;
    nb_http_page_fn *page;
    void *arg;
    struct nb_http_upload upload; /* prefix NULL: none */
    size_t uploads_bytes;         /* the answering thread's */
    uint16_t port;
    bool loopback;
};

/* A body that comes in; the state of its request. */
struct upload {
    int64_t started_mono_ms;
    struct nb_buf body;
};

static const char *const security_headers[][2] = {
    {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                                "form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "no-cache"},
};

/* "host:port" or "[v6]:port" into its parts. */
static bool split_address(const char *listen, char host[ADDRESS_BYTES], const char **port)
{
    const char *colon = strrchr(listen, ':');
    size_t len = colon ? (size_t)(colon - listen) : 0;
    if (len == 0 || len >= ADDRESS_BYTES || !colon[1]) {
        return false;
    }
    bool bracketed = listen[0] == '[' && listen[len - 1] == ']';
    (void)snprintf(host, ADDRESS_BYTES, "%.*s", (int)(bracketed ? len - 2 : len),
                   bracketed ? listen + 1 : listen);
    *port = colon + 1;
    int64_t number; /* getaddrinfo() takes 99999 for 34463 */
    return nb_slice_to_i64(nb_slice_str(*port), &number) && number >= 0 && number <= 65535;
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof(in));
        return ntohl(in.sin_addr.s_addr) >> 24 == 127;
    }
    struct sockaddr_in6 in6;
    memcpy(&in6, address, sizeof(in6));
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
}

static int bind_to(const struct addrinfo *address)
{
    int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, CONNECTIONS_MAX) != 0) {
        int kept = errno;
        (void)close(fd);
        errno = kept;
        return -1;
    }
    return fd;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage bound;
    socklen_t len = sizeof(bound);
    char port[NI_MAXSERV];
    int64_t number = 0;
    if (getsockname(fd, (struct sockaddr *)&bound, &len) != 0 ||
        getnameinfo((struct sockaddr *)&bound, len, NULL, 0, port, sizeof(port), NI_NUMERICSERV) !=
            0 ||
        !nb_slice_to_i64(nb_slice_str(port), &number)) {
        return 0;
    }
    return (uint16_t)number;
}

/* @return a listening socket, or -1 with the error set. */
static int open_listener(const char *listen, struct nb_http *http, struct nb_error *error)
{
    char host[ADDRESS_BYTES];
    const char *port = NULL;
    struct addrinfo *address = NULL;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    if (!split_address(listen, host, &port) || getaddrinfo(host, port, &hints, &address) != 0) {
        (void)nb_error_set(error, NB_EINVAL,
                           "serve.listen: \"%s\" is no address and port; write 127.0.0.1:8420 or "
                           "[::1]:8420",
                           listen);
        return -1;
    }
    int fd = bind_to(address);
    if (fd < 0) {
        (void)nb_error_set(error, errno == EADDRINUSE ? NB_EBUSY : NB_EIO,
                           "cannot listen on %s: %s; set serve.listen to another address", listen,
                           strerror(errno));
    } else {
        http->loopback = is_loopback(address->ai_addr);
        http->port = bound_port(fd);
    }
    freeaddrinfo(address);
    return fd;
}

/* The Host without its port names this machine's loopback. */
static bool is_own_host(const char *host)
{
    struct nb_slice name = nb_slice_str(host);
    size_t colon = name.len;
    while (colon > 0 && nb_ascii_is_digit(name.p[colon - 1])) {
        colon--;
    }
    if (colon > 0 && name.p[colon - 1] == ':') {
        name = nb_slice_sub(name, 0, colon - 1);
    }
    return nb_slice_eq_ascii_case(name, NB_LIT("localhost")) ||
           nb_slice_eq(name, NB_LIT("127.0.0.1")) || nb_slice_eq(name, NB_LIT("[::1]"));
}

static void plain(struct nb_http_answer *answer, unsigned status, const char *text)
{
    answer->status = status;
    answer->content_type = "text/plain; charset=utf-8";
    nb_buf_reset(&answer->body);
    nb_buf_add_str(&answer->body, text);
    nb_buf_add_byte(&answer->body, '\n');
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct nb_http_answer *answer)
{
    struct nb_slice body;
    if (nb_buf_finish(&answer->body, &body) != NB_OK) {
        plain(answer, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
        body = nb_buf_slice(&answer->body);
    }
    void *bytes = NULL;
    memcpy(&bytes, &body.p, sizeof(bytes)); /* MHD copies it, and only forgot to say const */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.len, bytes, MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return MHD_NO;
    }
    enum MHD_Result ok = MHD_add_response_header(response, "Content-Type", answer->content_type);
    for (size_t i = 0; i < sizeof(security_headers) / sizeof(security_headers[0]); i++) {
        ok &= MHD_add_response_header(response, security_headers[i][0], security_headers[i][1]);
    }
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        ok &= MHD_add_response_header(response, "Allow", "GET, HEAD");
    }
    if (answer->retry_after_s > 0) {
        char seconds[24];
        (void)snprintf(seconds, sizeof(seconds), "%lld", (long long)answer->retry_after_s);
        ok &= MHD_add_response_header(response, "Retry-After", seconds);
    }
    if (ok == MHD_YES) {
        ok = MHD_queue_response(connection, answer->status, response);
    }
    MHD_destroy_response(response);
    return ok;
}

const char *nb_http_query(const struct nb_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *nb_http_header(const struct nb_http_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static bool is_below(const struct nb_http *http, const char *path)
{
    return http->upload.prefix &&
           nb_slice_starts(nb_slice_str(path), nb_slice_str(http->upload.prefix));
}

static void fill_answer(const struct nb_http *http, struct MHD_Connection *connection,
                        const char *path, const char *method, struct nb_http_answer *answer)
{
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        plain(answer, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD");
        return;
    }
    if (http->loopback && !is_below(http, path) && (!host || !is_own_host(host))) {
        plain(answer, MHD_HTTP_MISDIRECTED_REQUEST, "this address is called localhost");
        return;
    }
    const struct nb_http_request request = {
        path, MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "lang"), connection};
    http->page(http->arg, &request, answer);
    if (answer->body.err == NB_OK && answer->body.len == 0) {
        plain(answer, answer->status, MHD_get_reason_phrase_for(answer->status));
    }
}

/* ---- uploads ---- */

/* @return whether it may come at all; says why not */
static bool may_upload(const struct nb_http *http, const struct nb_http_request *request,
                       struct nb_http_answer *answer)
{
    const char *length = nb_http_header(request, "Content-Length");
    int64_t bytes = 0;
    if (length && nb_slice_to_i64(nb_slice_str(length), &bytes) &&
        (uint64_t)bytes > http->upload.max_bytes) {
        plain(answer, MHD_HTTP_CONTENT_TOO_LARGE, "too large");
        return false;
    }
    if (http->uploads_bytes + (size_t)bytes > UPLOADS_MAX_BYTES) {
        answer->retry_after_s = LATER_S;
        plain(answer, MHD_HTTP_SERVICE_UNAVAILABLE, "come again later");
        return false;
    }
    return http->upload.begin(http->upload.arg, request, answer);
}

static struct upload *start_upload(const struct nb_http *http)
{
    struct upload *upload = nb_calloc(1, sizeof(*upload));
    if (upload) {
        upload->started_mono_ms = nb_mono_ms();
        nb_buf_init(&upload->body, http->upload.max_bytes);
    }
    return upload;
}

/* @return false: it is too much, or takes too long */
static bool add_bytes(struct nb_http *http, struct upload *upload, struct nb_slice bytes)
{
    if (http->uploads_bytes + bytes.len > UPLOADS_MAX_BYTES ||
        nb_mono_ms() > upload->started_mono_ms + UPLOAD_MAX_MS) {
        return false;
    }
    size_t before = upload->body.len;
    nb_buf_add(&upload->body, bytes);
    http->uploads_bytes += upload->body.len - before;
    return upload->body.err == NB_OK;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode how)
{
    struct nb_http *http = arg;
    (void)connection;
    (void)how;
    if (*state && *state != http) {
        struct upload *upload = *state;
        http->uploads_bytes -= upload->body.len;
        nb_buf_fini(&upload->body);
        nb_free(upload);
    }
    *state = NULL;
}

/* ---- requests ---- */

/* With an upload, take it; without, ask whether it may come: then *comes is set, no answer sent. */
static enum MHD_Result answer_upload(struct nb_http *http, struct MHD_Connection *connection,
                                     const char *path, struct upload *upload, bool *comes)
{
    const struct nb_http_request request = {path, NULL, connection};
    struct nb_http_answer answer = {.status = MHD_HTTP_OK,
                                    .content_type = "text/plain; charset=utf-8"};
    enum MHD_Result result = MHD_YES;
    nb_buf_init(&answer.body, NB_HTTP_ANSWER_MAX_BYTES);
    if (upload) {
        http->upload.take(http->upload.arg, &request, nb_buf_slice(&upload->body), &answer);
    } else {
        *comes = may_upload(http, &request, &answer);
    }
    if (upload || !*comes) {
        nb_counter_add(NB_CTR_REQUESTS, 1);
        result = send_answer(connection, &answer);
    }
    nb_buf_fini(&answer.body);
    return result;
}

static enum MHD_Result on_upload(struct nb_http *http, struct MHD_Connection *connection,
                                 const char *path, struct nb_slice bytes, size_t *upload_bytes,
                                 void **state)
{
    bool comes = false;
    if (!*state) {
        enum MHD_Result result = answer_upload(http, connection, path, NULL, &comes);
        if (comes) {
            *state = start_upload(http);
            result = *state ? MHD_YES : MHD_NO;
        }
        return result;
    }
    if (bytes.len > 0) {
        *upload_bytes = 0;
        return add_bytes(http, *state, bytes) ? MHD_YES : MHD_NO;
    }
    return answer_upload(http, connection, path, *state, &comes);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_bytes, void **state)
{
    struct nb_http *http = arg;
    (void)version;
    if (strcmp(method, "POST") == 0 && is_below(http, path)) {
        return on_upload(http, connection, path, nb_slice(upload, *upload_bytes), upload_bytes,
                         state);
    }
    if (*upload_bytes > 0) {
        return MHD_NO; /* a body nobody asked for: close */
    }
    bool get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    if (!*state && get) {
        *state = http; /* first call: the request may still bring a body */
        return MHD_YES;
    }
    struct nb_http_answer answer = {.status = MHD_HTTP_OK,
                                    .content_type = "text/plain; charset=utf-8"};
    nb_buf_init(&answer.body, NB_HTTP_ANSWER_MAX_BYTES);
    fill_answer(http, connection, path, method, &answer);
    nb_counter_add(NB_CTR_REQUESTS, 1);
    enum MHD_Result result = send_answer(connection, &answer);
    nb_buf_fini(&answer.body);
    return result;
}

enum nb_err nb_http_start(const char *listen, nb_http_page_fn *page, void *arg,
                          const struct nb_http_upload *upload, struct nb_http **out,
                          struct nb_error *error)
{
    *out = NULL;
    struct nb_http *http = nb_calloc(1, sizeof(*http));
    if (!http) {
        return NB_ENOMEM;
    }
    http->page = page;
    http->arg = arg;
    if (upload) {
        http->upload = *upload;
    }
    struct nb_error detail = {0};
    int fd = open_listener(listen, http, &detail);
    if (fd < 0) {
        nb_free(http);
        return nb_error_set(error, detail.code, "%s", detail.text);
    }
    http->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC, 0, NULL, NULL, on_request,
        http, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SILENCE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, http, MHD_OPTION_END);
    if (!http->daemon) {
        (void)close(fd);
        nb_free(http);
        return nb_error_set(error, NB_ESYS, "the HTTP server does not start");
    }
    *out = http;
    return NB_OK;
}

void nb_http_stop(struct nb_http *http)
{
    if (http) {
        MHD_stop_daemon(http->daemon);
        nb_free(http);
    }
}

uint16_t nb_http_port(const struct nb_http *http)
{
    return http ? http->port : 0;
}
