#include "tests/lib/web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <nabiz/clock.h>

enum { THREADS_MAX = 16, REQUEST_BYTES = 16384, HEAD_BYTES = 4096 };

struct nbt_web {
    int fd;
    int port;
    nbt_web_fn *answer;
    void *arg;
    pthread_t threads[THREADS_MAX];
    int threads_n;
    atomic_bool stop;
};

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "web: %s failed\n", what);
        exit(1);
    }
}

bool nbt_web_send(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

bool nbt_web_send_text(int fd, const char *text)
{
    return nbt_web_send(fd, text, strlen(text));
}

void nbt_web_send_page(int fd, const char *head, const char *body)
{
    char top[HEAD_BYTES];
    (void)snprintf(top, sizeof(top), "HTTP/1.1 %sContent-Length: %zu\r\nConnection: close\r\n\r\n",
                   head, strlen(body));
    if (nbt_web_send_text(fd, top)) {
        (void)nbt_web_send_text(fd, body);
    }
}

void nbt_web_close(int fd)
{
    (void)shutdown(fd, SHUT_WR);
    (void)close(fd);
}

static void serve(struct nbt_web *web, int fd)
{
    char text[REQUEST_BYTES] = "";
    struct nbt_request request = {.text = text};
    struct timeval most = {10, 0};
    size_t len = 0;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
    while (len + 1 < sizeof(text) && !strstr(text, "\r\n\r\n")) {
        ssize_t n = recv(fd, text + len, sizeof(text) - 1 - len, 0);
        if (n <= 0) {
            break;
        }
        len += (size_t)n;
        text[len] = '\0';
    }
    const char *host = strstr(text, "\r\nHost: ");
    (void)sscanf(text, "%*s %255s", request.path);
    (void)sscanf(host ? host : "", "\r\nHost: %127[^\r]", request.host);
    request.mono_ms = nb_mono_ms();
    if (len == 0 || !web->answer(web->arg, fd, &request)) {
        nbt_web_close(fd);
    }
}

static void *run(void *arg)
{
    struct nbt_web *web = arg;
    while (!atomic_load(&web->stop)) {
        struct pollfd ready = {web->fd, POLLIN, 0};
        int fd = poll(&ready, 1, 20) == 1 ? accept(web->fd, NULL, NULL) : -1;
        if (fd >= 0) {
            serve(web, fd);
        }
    }
    return NULL;
}

struct nbt_web *nbt_web_start(int threads, nbt_web_fn *answer, void *arg)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    struct nbt_web *web = calloc(1, sizeof(*web));
    check(web && threads <= THREADS_MAX, "that many threads");
    web->answer = answer;
    web->arg = arg;
    web->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    check(bind(web->fd, (struct sockaddr *)&address, len) == 0 && listen(web->fd, 256) == 0 &&
              getsockname(web->fd, (struct sockaddr *)&address, &len) == 0,
          "listening");
    web->port = ntohs(address.sin_port);
    for (; web->threads_n < threads; web->threads_n++) {
        check(pthread_create(&web->threads[web->threads_n], NULL, run, web) == 0, "a thread");
    }
    return web;
}

void nbt_web_stop(struct nbt_web *web)
{
    atomic_store(&web->stop, true);
    for (int i = 0; i < web->threads_n; i++) {
        (void)pthread_join(web->threads[i], NULL);
    }
    (void)close(web->fd);
    free(web);
}

int nbt_web_port(const struct nbt_web *web)
{
    return web->port;
}

bool nbt_web_is_stopping(const struct nbt_web *web)
{
    return atomic_load(&web->stop);
}
