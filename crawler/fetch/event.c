/*
 * What a loop waits for: sockets of curl's, by epoll; the next time curl wants to be called; and
 * other threads, by an eventfd. curl is told of the sockets that are ready and looks at no others,
 * so a transfer that waits costs nothing while others move.
 */
#include "crawler/fetch/loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <nabiz/clock.h>

enum { EVENTS_MAX = 128 };

/* curl: watch a socket, or watch it no more. `known` is what we told curl to remember of it. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
    struct nb_fetch_loop *loop = data;
    struct epoll_event event = {.data.fd = fd};
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, &event); /* it may be closed already */
        return 0;
    }
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    int op = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(loop->epoll_fd, op, fd, &event) != 0) {
        /* the number was another socket's before, which was closed without a word, or still is */
        op = errno == ENOENT ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
        if (epoll_ctl(loop->epoll_fd, op, fd, &event) != 0) {
            return -1; /* curl ends the transfers of this loop with an error */
        }
    }
    if (!known) {
        (void)curl_multi_assign(loop->multi, fd, loop);
    }
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *data)
{
    struct nb_fetch_loop *loop = data;
    (void)multi;
    loop->curl_mono_ms = timeout_ms < 0 ? -1 : nb_mono_ms() + timeout_ms;
    return 0;
}

enum nb_err nb_fetch_events_init(struct nb_fetch_loop *loop)
{
    struct epoll_event event = {.events = EPOLLIN};
    loop->curl_mono_ms = -1;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    event.data.fd = loop->wake_fd;
    if (loop->epoll_fd < 0 || loop->wake_fd < 0 ||
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &event) != 0) {
        return NB_ESYS;
    }
    (void)curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
    (void)curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
    return NB_OK;
}

void nb_fetch_events_fini(struct nb_fetch_loop *loop)
{
    if (loop->epoll_fd >= 0) {
        (void)close(loop->epoll_fd);
    }
    if (loop->wake_fd >= 0) {
        (void)close(loop->wake_fd);
    }
}

void nb_fetch_wake(struct nb_fetch_loop *loop)
{
    uint64_t one = 1;
    (void)!write(loop->wake_fd, &one, sizeof(one));
}

void nb_fetch_events_due(struct nb_fetch_loop *loop)
{
    int running = 0;
    if (loop->curl_mono_ms >= 0 && nb_mono_ms() >= loop->curl_mono_ms) {
        loop->curl_mono_ms = -1;
        (void)curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

static int ready_of(uint32_t events)
{
    return (events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
           (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) | (events & EPOLLERR ? CURL_CSELECT_ERR : 0);
}

void nb_fetch_events_wait(struct nb_fetch_loop *loop, int64_t most_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int64_t wait_ms = most_ms;
    int running = 0;
    if (loop->curl_mono_ms >= 0) {
        int64_t curl_ms = loop->curl_mono_ms - nb_mono_ms();
        wait_ms = curl_ms < wait_ms ? curl_ms : wait_ms;
    }
    int n = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, wait_ms > 0 ? (int)wait_ms : 0);
    for (int i = 0; i < n; i++) {
        if (events[i].data.fd == loop->wake_fd) {
            uint64_t count;
            (void)!read(loop->wake_fd, &count, sizeof(count));
        } else {
            (void)curl_multi_socket_action(loop->multi, events[i].data.fd,
                                           ready_of(events[i].events), &running);
        }
    }
}
