/*
 * One transfer: what is asked, what is kept of the answer, and the limits. Redirects are not
 * followed by curl: they go back to the loop, which knows whose host is whose.
 *
 * Texts of failures are ours or curl's fixed ones, without ports or durations: they are stored, and
 * the same run must store the same.
 */
#include "crawler/fetch/loop.h"

#include <string.h>

#include <nabiz/clock.h>
#include <nabiz/counters.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

enum {
    HEADER_MAX_BYTES = 65536,
    VALUE_MAX_BYTES = 2048, /* of a header that is kept */
    REDIRECTS_MAX = 5,
    UNREAD_MAX_BYTES = 1 << 20, /* of a page that nobody reads: it is drained to keep the
                                   connection, but not for ever */
    IDLE_MAX = 64,
};

#define ACCEPT_FEEDS                                                                               \
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, "      \
    "text/xml;q=0.9, */*;q=0.5"

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool is_success(long status)
{
    return status >= 200 && status <= 299;
}

/* The end of a robots.txt that is too long is not read (RFC 9309, 2.5). */
static size_t on_robots_body(struct nb_poll *poll, struct nb_slice bytes)
{
    size_t room = poll->body.max - poll->body.len;
    nb_buf_add(&poll->body, nb_slice_sub(bytes, 0, room));
    if (poll->body.err != NB_OK) {
        poll->failure = "out of memory";
    }
    return poll->body.err == NB_OK && bytes.len <= room ? bytes.len : 0;
}

static size_t on_body(char *bytes, size_t one, size_t n, void *data)
{
    struct nb_fetch_transfer *transfer = data;
    struct nb_poll *poll = transfer->poll;
    long status = 0;
    (void)one;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (!is_success(status)) {
        transfer->unread_bytes += n;
        return transfer->unread_bytes <= UNREAD_MAX_BYTES ? n : 0;
    }
    if (poll->rules) {
        return on_robots_body(poll, nb_slice(bytes, n));
    }
    nb_buf_add(&poll->body, nb_slice(bytes, n));
    if (poll->body.err != NB_OK) {
        poll->failure =
            poll->body.err == NB_ETOOBIG ? "the body is over crawl.body_max" : "out of memory";
        return 0;
    }
    nb_counter_add(NB_CTR_BYTES_IN, (int64_t)n);
    return n;
}

static void keep(struct nb_poll *poll, struct nb_slice value, struct nb_slice *to)
{
    *to = value.len <= VALUE_MAX_BYTES ? nb_arena_copy(poll->arena, value)
                                       : (struct nb_slice){NULL, 0};
}

static size_t on_header(char *bytes, size_t one, size_t n, void *data)
{
    struct nb_fetch_transfer *transfer = data;
    struct nb_poll *poll = transfer->poll;
    struct nb_slice line = nb_slice(bytes, n);
    (void)one;
    poll->header_bytes += n;
    if (poll->header_bytes > HEADER_MAX_BYTES) {
        poll->failure = "the headers are over 64 KiB";
        return 0;
    }
    size_t colon = nb_slice_find_byte(line, ':', 0);
    if (colon == NB_NPOS) {
        return n;
    }
    struct nb_slice name = nb_slice_sub(line, 0, colon);
    struct nb_slice value = nb_slice_trim(nb_slice_sub(line, colon + 1, n));
    if (nb_slice_eq_ascii_case(name, NB_LIT("etag"))) {
        keep(poll, value, &poll->etag);
    } else if (nb_slice_eq_ascii_case(name, NB_LIT("last-modified"))) {
        keep(poll, value, &poll->last_modified);
    } else if (nb_slice_eq_ascii_case(name, NB_LIT("content-type"))) {
        keep(poll, value, &poll->content_type);
    } else if (nb_slice_eq_ascii_case(name, NB_LIT("retry-after"))) {
        keep(poll, value, &poll->retry_after);
    } else if (nb_slice_eq_ascii_case(name, NB_LIT("cache-control"))) {
        keep(poll, value, &poll->cache_control);
    }
    return n;
}

static curl_socket_t on_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct nb_fetch_transfer *transfer = data;
    (void)purpose;
    if (!transfer->settings->allow_private && nb_fetch_is_private(&address->addr)) {
        transfer->poll->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* "Name: value" exactly as the server gave the value. @return false when out of memory. */
static bool add_header(struct nb_fetch_transfer *transfer, const char *name, const char *value)
{
    char *line = nb_arena_printf(transfer->poll->arena, "%s: %s", name, value);
    struct curl_slist *list = line ? curl_slist_append(transfer->headers, line) : NULL;
    if (list) {
        transfer->headers = list;
    }
    return list != NULL;
}

/* A validator goes back byte for byte, but never a line break that would start another header. */
static bool is_sendable(const char *value)
{
    return value && value[0] && !strpbrk(value, "\r\n");
}

/* Validators go back to the address they came from: another one might call its body unchanged. */
static bool has_validators_for(const struct nb_poll *poll)
{
    const char *from = poll->state->validated_url;
    return from ? strcmp(from, poll->url) == 0 : poll->redirects_n == 0;
}

static bool add_headers(struct nb_fetch_transfer *transfer)
{
    const struct nb_poll *poll = transfer->poll;
    const struct nb_source *state = poll->state;
    bool ok = add_header(transfer, "Accept", poll->rules ? "text/plain, */*;q=0.5" : ACCEPT_FEEDS);
    if (!has_validators_for(poll)) {
        return ok;
    }
    if (ok && is_sendable(state->etag)) {
        ok = add_header(transfer, "If-None-Match", state->etag);
    }
    if (ok && is_sendable(state->last_modified)) {
        ok = add_header(transfer, "If-Modified-Since", state->last_modified);
    }
    return ok;
}

static void set_options(struct nb_fetch_loop *loop, struct nb_fetch_transfer *transfer)
{
    const struct nb_fetch_settings *settings = transfer->settings;
    CURL *easy = transfer->easy;
    (void)curl_easy_setopt(easy, CURLOPT_URL, transfer->poll->url);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* one would see past the address check */
    (void)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, settings->user_agent);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, settings->timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, settings->timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECT_TO, settings->connect_to);
    (void)curl_easy_setopt(easy, CURLOPT_SHARE, loop->share);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a stop does not wait for DNS */
}

static struct nb_fetch_transfer *take_transfer(struct nb_fetch_loop *loop)
{
    struct nb_fetch_transfer *transfer = loop->idle;
    if (transfer) {
        loop->idle = transfer->next;
        loop->idle_n--;
        return transfer;
    }
    transfer = nb_calloc(1, sizeof(*transfer));
    if (transfer) {
        transfer->easy = curl_easy_init();
    }
    if (transfer && !transfer->easy) {
        nb_free(transfer);
        transfer = NULL;
    }
    return transfer;
}

/* What an earlier answer, a redirect, left behind. */
static void forget_answer(struct nb_poll *poll)
{
    nb_buf_reset(&poll->body);
    poll->header_bytes = 0;
    poll->status = 0;
    poll->refused = false;
    poll->failure = NULL;
    poll->etag = poll->last_modified = poll->content_type = poll->retry_after =
        poll->cache_control = (struct nb_slice){NULL, 0};
}

enum nb_err nb_fetch_transfer_start(struct nb_fetch_loop *loop, struct nb_fetch_host *host,
                                    struct nb_poll *poll)
{
    struct nb_fetch_transfer *transfer = take_transfer(loop);
    if (!transfer) {
        return NB_ENOMEM;
    }
    transfer->poll = poll;
    transfer->host = host;
    transfer->settings = &loop->fetch->settings;
    transfer->unread_bytes = 0;
    forget_answer(poll);
    poll->requests_n++;
    transfer->prev = NULL;
    transfer->next = loop->active;
    if (loop->active) {
        loop->active->prev = transfer;
    }
    loop->active = transfer;
    if (!add_headers(transfer)) {
        nb_fetch_transfer_end(loop, transfer);
        return NB_ENOMEM;
    }
    set_options(loop, transfer);
    if (curl_multi_add_handle(loop->multi, transfer->easy) != CURLM_OK) {
        nb_fetch_transfer_end(loop, transfer);
        return NB_ESYS;
    }
    return NB_OK;
}

/* @return true when the poll goes on at another URL */
static bool redirect(struct nb_fetch_transfer *transfer)
{
    struct nb_poll *poll = transfer->poll;
    char *to = NULL;
    struct nb_url url;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &to);
    if (!to) {
        poll->failure = "a redirect that leads nowhere";
        return false;
    }
    if (++poll->redirects_n > REDIRECTS_MAX) {
        poll->failure = "more than 5 redirects";
        return false;
    }
    if (nb_url_parse(nb_slice_str(to), NULL, poll->arena, &url) != NB_OK || !nb_url_is_http(&url)) {
        poll->failure = "a redirect to what is not http or https";
        return false;
    }
    char *kept = nb_arena_strdup(poll->arena, url.href);
    if (!kept) {
        poll->failure = "out of memory";
        return false;
    }
    poll->permanent = poll->permanent && (poll->status == 301 || poll->status == 308);
    if (poll->permanent) {
        poll->moved_to = kept;
    }
    poll->url = kept;
    return true;
}

bool nb_fetch_transfer_finish(struct nb_fetch_transfer *transfer, CURLcode code)
{
    struct nb_poll *poll = transfer->poll;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &poll->status);
    if (poll->failure) {
        return false; /* a limit of ours */
    }
    bool is_enough =
        is_success(poll->status) ? poll->rules && poll->body.len == poll->body.max : true;
    bool cut_by_us = code == CURLE_WRITE_ERROR && is_enough;
    if (code != CURLE_OK && !cut_by_us) {
        /* with several addresses one may be refused and another one answer */
        poll->failure = poll->refused ? "the address is private; see crawl.allow_private"
                                      : curl_easy_strerror(code);
        return false;
    }
    return is_redirect(poll->status) && redirect(transfer);
}

void nb_fetch_transfer_end(struct nb_fetch_loop *loop, struct nb_fetch_transfer *transfer)
{
    (void)curl_multi_remove_handle(loop->multi, transfer->easy);
    if (transfer->prev) {
        transfer->prev->next = transfer->next;
    } else {
        loop->active = transfer->next;
    }
    if (transfer->next) {
        transfer->next->prev = transfer->prev;
    }
    curl_easy_reset(transfer->easy);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    transfer->poll = NULL;
    if (loop->idle_n == IDLE_MAX) {
        curl_easy_cleanup(transfer->easy);
        nb_free(transfer);
        return;
    }
    transfer->next = loop->idle;
    loop->idle = transfer;
    loop->idle_n++;
}

void nb_fetch_transfers_free(struct nb_fetch_loop *loop)
{
    while (loop->active) {
        nb_poll_free(loop->active->poll);
        nb_fetch_transfer_end(loop, loop->active);
    }
    while (loop->idle) {
        struct nb_fetch_transfer *next = loop->idle->next;
        curl_easy_cleanup(loop->idle->easy);
        nb_free(loop->idle);
        loop->idle = next;
    }
}
