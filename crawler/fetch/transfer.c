/*
 * One transfer: what is asked. Redirects are not followed by curl: they go back to the loop, which
 * knows whose host is whose.
 *
 * An easy handle is set up once; a transfer sets what differs from the one before. The headers sent
 * are nodes in the poll's arena, which curl only reads.
 *
 * Texts of failures are ours or curl's fixed ones, without ports or durations: they are stored, and
 * the same run must store the same.
 */
#include "crawler/fetch/loop.h"
#include "crawler/schedule/lease.h"

#include <string.h>
#include <sys/socket.h>

#include <nabiz/clock.h>
#include <nabiz/mem.h>
#include <nabiz/url.h>
#include <nabiz/url_guard.h>

enum {
    REDIRECTS_MAX = 5,
    IDLE_MAX = 256,
    STALL_BYTES_S = 64,
    DNS_KEPT_S = 60,
    DNS_PRUNED_MS = 1000,
};

#define ACCEPT_FEEDS                                                                               \
    "Accept: application/atom+xml, application/rss+xml, application/rdf+xml, "                     \
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
#define ACCEPT_ROBOTS "Accept: text/plain, */*;q=0.5"

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* A source's headers, cookie and permission are for where it is, not for where it is led. */
static bool is_home(const struct nb_poll *poll)
{
    struct nb_slice home = poll->request->origin;
    if (nb_slice_eq(poll->origin, home)) {
        return true;
    }
    return nb_slice_starts(home, NB_LIT("http://")) &&
           nb_slice_starts(poll->origin, NB_LIT("https://")) &&
           nb_slice_eq(nb_slice_sub(home, 7, home.len),
                       nb_slice_sub(poll->origin, 8, poll->origin.len));
}

static bool may_be_private(const struct nb_fetch_transfer *transfer)
{
    const struct nb_poll *poll = transfer->poll;
    return transfer->loop->fetch->settings.allow_private ||
           (poll->request && poll->request->is_private && is_home(poll));
}

/* The proxy in use; "" for none. */
static const char *proxy_of(const struct nb_fetch_loop *loop, const struct nb_poll *poll)
{
    const char *own = poll->request ? poll->request->proxy : NULL;
    return own ? own : loop->fetch->settings.proxy;
}

static void leave_address(struct nb_fetch_transfer *transfer)
{
    if (transfer->has_address) {
        nb_addresses_leave(transfer->loop->fetch->addresses, transfer->address, nb_mono_ms());
        transfer->has_address = false;
    }
}

/* @return false when the address is too busy: the transfer ends, to be made again later */
static bool enter_address(struct nb_fetch_transfer *transfer, const struct sockaddr *to)
{
    struct nb_fetch *fetch = transfer->loop->fetch;
    if (transfer->is_proxied || !fetch->settings.paces_addresses) {
        return true;
    }
    bool is_second = transfer->has_address; /* of several that are tried */
    struct nb_address address = nb_address_of(to);
    leave_address(transfer);
    if (transfer->wait_mono_ms == 0) {
        bool has_slot = transfer->host->has_slot || is_second;
        transfer->wait_mono_ms =
            nb_addresses_enter(fetch->addresses, address, has_slot, nb_mono_ms());
    }
    transfer->address = address;
    transfer->has_address = transfer->wait_mono_ms == 0;
    return transfer->has_address;
}

static curl_socket_t on_open(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct nb_fetch_transfer *transfer = data;
    (void)purpose;
    /* a proxy's address is the operator's choice; what is behind it, see check_target() */
    if (!transfer->is_proxied && !may_be_private(transfer) &&
        nb_address_is_private(&address->addr)) {
        transfer->poll->refused = true;
        return CURL_SOCKET_BAD;
    }
    if (!enter_address(transfer, &address->addr)) {
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static CURLcode on_tls(CURL *easy, void *ssl_ctx, void *data)
{
    struct nb_fetch_transfer *transfer = data;
    const struct nb_poll *poll = transfer->poll;
    char key[NB_URL_MAX_BYTES];
    (void)easy;
    int n =
        snprintf(key, sizeof(key), "%.*s %s", NB_ARG(poll->origin), proxy_of(transfer->loop, poll));
    if (n > 0 && (size_t)n < sizeof(key) &&
        nb_sessions_attach(transfer->loop->sessions, ssl_ctx, nb_slice(key, (size_t)n)) != NB_OK) {
        return CURLE_OUT_OF_MEMORY;
    }
    return CURLE_OK;
}

/* ---- what is sent ---- */

/* line: lives as long as the poll */
static bool add_header(struct nb_fetch_transfer *transfer, const char *line)
{
    struct curl_slist *node = line ? nb_arena_alloc(transfer->poll->arena, sizeof(*node)) : NULL;
    if (node) {
        union {
            const char *text;
            char *data; /* curl does not write to it */
        } own = {line};
        *node = (struct curl_slist){own.data, transfer->headers};
        transfer->headers = node;
    }
    return node != NULL;
}

static bool add_value(struct nb_fetch_transfer *transfer, const char *name, const char *value)
{
    return add_header(transfer, nb_arena_printf(transfer->poll->arena, "%s: %s", name, value));
}

/* A validator goes back byte for byte, but never a line break that would start another header. */
static bool is_sendable(const char *value)
{
    return value && value[0] && !strpbrk(value, "\r\n");
}

/* Validators go back to the address they came from: another one might call its body unchanged. */
static bool has_validators_for(const struct nb_poll *poll)
{
    const char *from = poll->page ? NULL : poll->state->validated_url;
    return from ? strcmp(from, poll->url) == 0 : poll->redirects_n == 0;
}

static bool add_own_headers(struct nb_fetch_transfer *transfer)
{
    const struct nb_source_request *request = transfer->poll->request;
    bool ok = true;
    if (!request || !is_home(transfer->poll)) {
        return true;
    }
    for (size_t i = 0; ok && i < request->headers_n; i++) {
        ok = add_header(transfer, request->headers[i]);
    }
    return ok && request->cookie ? add_value(transfer, "Cookie", request->cookie) : ok;
}

static bool add_headers(struct nb_fetch_transfer *transfer)
{
    const struct nb_poll *poll = transfer->poll;
    const struct nb_source *state = poll->state;
    transfer->headers = NULL;
    const char *accept = poll->accept ? poll->accept : ACCEPT_FEEDS;
    bool ok =
        add_header(transfer, poll->rules ? ACCEPT_ROBOTS : accept) && add_own_headers(transfer);
    if (!has_validators_for(poll)) {
        return ok;
    }
    const char *etag = poll->page ? poll->page->etag : state->etag;
    const char *modified = poll->page ? poll->page->last_modified : state->last_modified;
    if (ok && is_sendable(etag)) {
        ok = add_value(transfer, "If-None-Match", etag);
    }
    if (ok && is_sendable(modified)) {
        ok = add_value(transfer, "If-Modified-Since", modified);
    }
    return ok;
}

/* What is the same for every transfer. */
static void set_up(struct nb_fetch_transfer *transfer)
{
    const struct nb_fetch_settings *settings = &transfer->loop->fetch->settings;
    CURL *easy = transfer->easy;
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy); /* not that of the environment */
    (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    (void)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, settings->user_agent);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, settings->timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, settings->timeout_ms);
    (void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_S);
    (void)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, settings->stall_s);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, nb_fetch_on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, nb_fetch_on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, nb_fetch_on_progress);
    (void)curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECT_TO, settings->connect_to);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a stop does not wait for DNS */
    if (settings->ca_file) {
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file);
        (void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    (void)curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L); /* ours holds more */
    (void)curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, transfer);
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
        transfer->loop = loop;
        transfer->easy = curl_easy_init();
    }
    if (transfer && !transfer->easy) {
        nb_free(transfer);
        return NULL;
    }
    if (transfer) {
        set_up(transfer);
    }
    return transfer;
}

/* What an earlier answer, a redirect, left behind. */
static void forget_answer(struct nb_fetch_transfer *transfer)
{
    struct nb_poll *poll = transfer->poll;
    transfer->unread_bytes = 0;
    transfer->headers_n = 0;
    transfer->answers_n = 0;
    nb_poll_drop_body(poll); /* of a redirect, which is empty */
    poll->header_bytes = 0;
    poll->status = 0;
    poll->refused = false;
    poll->failure = NULL;
    nb_fetch_forget_headers(poll);
}

static void set_proxy(struct nb_fetch_transfer *transfer)
{
    const char *proxy = proxy_of(transfer->loop, transfer->poll);
    bool is_own = proxy != transfer->loop->fetch->settings.proxy;
    if (is_own || transfer->has_own_proxy) {
        (void)curl_easy_setopt(transfer->easy, CURLOPT_PROXY, proxy);
    }
    transfer->has_own_proxy = is_own;
    transfer->is_proxied = proxy[0] != '\0';
}

/*
 * curl looks through all addresses that it keeps when a transfer ends, for those that are too old.
 * One transfer a second does; the others take addresses as they are, at most a second older.
 */
static void set_dns(struct nb_fetch_transfer *transfer)
{
    transfer->is_pruning = nb_mono_ms() - transfer->loop->pruned_mono_ms >= DNS_PRUNED_MS;
    (void)curl_easy_setopt(transfer->easy, CURLOPT_DNS_CACHE_TIMEOUT,
                           transfer->is_pruning ? (long)DNS_KEPT_S : -1L);
}

/* @return NB_OK, NB_EREFUSED (said in the poll), NB_ENOMEM */
static enum nb_err prepare(struct nb_fetch_transfer *transfer)
{
    struct nb_poll *poll = transfer->poll;
    forget_answer(transfer);
    transfer->wait_mono_ms = 0;
    set_proxy(transfer);
    set_dns(transfer);
    if (transfer->is_proxied && !may_be_private(transfer) && nb_host_is_private(poll->host)) {
        poll->failure = NB_FETCH_REFUSED; /* behind a proxy the address is not checked */
        poll->refused = true;
        return NB_EREFUSED;
    }
    if (!add_headers(transfer) ||
        curl_easy_setopt(transfer->easy, CURLOPT_URL, poll->url) != CURLE_OK) {
        return NB_ENOMEM;
    }
    (void)curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
    if (poll->form) {
        (void)curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(poll->form));
        (void)curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, poll->form);
        transfer->is_post = true;
    }
    return NB_OK;
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
    enum nb_err err = prepare(transfer);
    if (err == NB_OK && poll->lease) {
        nb_lease_mark(poll->lease, nb_clock_now_ms(loop->fetch->clock));
    }
    if (err == NB_OK && curl_multi_add_handle(loop->multi, transfer->easy) != CURLM_OK) {
        err = NB_ENOMEM;
    }
    if (err != NB_OK) {
        nb_fetch_transfer_keep(loop, transfer);
        return err;
    }
    poll->requests_n++;
    transfer->prev = NULL;
    transfer->next = loop->active;
    if (loop->active) {
        loop->active->prev = transfer;
    }
    loop->active = transfer;
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
    if (poll->form && poll->status != 307 && poll->status != 308) {
        poll->failure = "the hub leads elsewhere without the request";
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
    return nb_fetch_read_status(transfer, code) && is_redirect(transfer->poll->status) &&
           redirect(transfer);
}

void nb_fetch_transfer_keep(struct nb_fetch_loop *loop, struct nb_fetch_transfer *transfer)
{
    if (transfer->is_post) {
        transfer->is_post = false;
        (void)curl_easy_setopt(transfer->easy, CURLOPT_HTTPGET, 1L);
        (void)curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, NULL);
        (void)curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE, -1L);
    }
    leave_address(transfer);
    loop->paused_n -= transfer->is_paused;
    transfer->is_paused = false;
    transfer->poll = NULL;
    transfer->host = NULL;
    transfer->headers = NULL;
    if (loop->idle_n == IDLE_MAX) {
        curl_easy_cleanup(transfer->easy);
        nb_free(transfer);
        return;
    }
    (void)curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL); /* it goes with the poll */
    transfer->next = loop->idle;
    loop->idle = transfer;
    loop->idle_n++;
}

void nb_fetch_transfer_end(struct nb_fetch_loop *loop, struct nb_fetch_transfer *transfer)
{
    (void)curl_multi_remove_handle(loop->multi, transfer->easy);
    if (transfer->is_pruning) {
        transfer->is_pruning = false;
        loop->pruned_mono_ms = nb_mono_ms();
    }
    if (transfer->prev) {
        transfer->prev->next = transfer->next;
    } else {
        loop->active = transfer->next;
    }
    if (transfer->next) {
        transfer->next->prev = transfer->prev;
    }
    nb_fetch_transfer_keep(loop, transfer);
}

void nb_fetch_transfers_resume(struct nb_fetch_loop *loop)
{
    struct nb_fetch_transfer *next;
    for (struct nb_fetch_transfer *at = loop->active; at && loop->paused_n > 0; at = next) {
        next = at->next;
        if (at->is_paused) {
            at->is_paused = false;
            loop->paused_n--;
            (void)curl_easy_pause(at->easy, CURLPAUSE_CONT); /* it may pause again right away */
        }
    }
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
