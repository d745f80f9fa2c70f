/*
 * What is read of an answer, and what is not: every header and body passes here, and whatever goes
 * on too long ends here.
 */
#include "crawler/fetch/loop.h"

#include <nabiz/counters.h>

enum {
    ROOM_STEP_BYTES = 16 << 10,
    HEADER_MAX_BYTES = 65536, /* of all headers together, interim answers included */
    HEADERS_MAX = 500,
    INTERIM_MAX = 16,           /* answers like "103 Early Hints" before the real one */
    VALUE_MAX_BYTES = 2048,     /* of a header that is kept */
    LINKS_MAX_BYTES = 4096,     /* of all Link headers */
    UNREAD_MAX_BYTES = 1 << 20, /* of a page that nobody reads: it is drained to keep the
                                   connection, but not for ever */
};

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

/* Room for n more bytes of a body, and for as many again. @return false when it has to wait. */
static bool take_room(struct nb_fetch_transfer *transfer, size_t n)
{
    struct nb_poll *poll = transfer->poll;
    struct nb_bytes *bytes = transfer->loop->fetch->bytes;
    size_t want = poll->body.len + n;
    if (want <= poll->hold.n) {
        return true;
    }
    want = (2 * want + ROOM_STEP_BYTES - 1) / ROOM_STEP_BYTES * ROOM_STEP_BYTES;
    if (nb_bytes_take(bytes, &poll->hold, want < poll->body.max ? want : poll->body.max)) {
        return true;
    }
    transfer->is_paused = true;
    transfer->loop->paused_n++;
    return false;
}

size_t nb_fetch_on_body(char *bytes, size_t one, size_t n, void *data)
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
    if (!take_room(transfer, n)) {
        return CURL_WRITEFUNC_PAUSE;
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

void nb_fetch_forget_headers(struct nb_poll *poll)
{
    poll->etag = poll->last_modified = poll->content_type = poll->retry_after =
        poll->cache_control = poll->expires = poll->date = poll->age = poll->links =
            (struct nb_slice){NULL, 0};
}

/* @return where a header is kept, NULL when it is not */
static struct nb_slice *place_of(struct nb_poll *poll, struct nb_slice name)
{
    switch (name.len) { /* most headers are told apart by their length */
    case 3:
        return nb_slice_eq_ascii_case(name, NB_LIT("age")) ? &poll->age : NULL;
    case 4:
        return nb_slice_eq_ascii_case(name, NB_LIT("etag"))   ? &poll->etag
               : nb_slice_eq_ascii_case(name, NB_LIT("date")) ? &poll->date
               : nb_slice_eq_ascii_case(name, NB_LIT("link")) ? &poll->links
                                                              : NULL;
    case 7:
        return nb_slice_eq_ascii_case(name, NB_LIT("expires")) ? &poll->expires : NULL;
    case 11:
        return nb_slice_eq_ascii_case(name, NB_LIT("retry-after")) ? &poll->retry_after : NULL;
    case 12:
        return nb_slice_eq_ascii_case(name, NB_LIT("content-type")) ? &poll->content_type : NULL;
    case 13:
        return nb_slice_eq_ascii_case(name, NB_LIT("last-modified"))   ? &poll->last_modified
               : nb_slice_eq_ascii_case(name, NB_LIT("cache-control")) ? &poll->cache_control
                                                                       : NULL;
    default:
        return NULL;
    }
}

/* The headers of one name are one list (RFC 9110, 5.3); those of Link come in several. */
static void keep_link(struct nb_poll *poll, struct nb_slice value)
{
    struct nb_slice before = poll->links;
    if (value.len == 0 || before.len + value.len + 2 > LINKS_MAX_BYTES) {
        return;
    }
    char *all = nb_arena_printf(poll->arena, "%.*s%s%.*s", NB_ARG(before), before.len ? ", " : "",
                                NB_ARG(value));
    poll->links = all ? nb_slice_str(all) : before;
}

static void keep(struct nb_poll *poll, struct nb_slice value, struct nb_slice *to)
{
    if (to == &poll->links) {
        keep_link(poll, value);
    } else {
        *to = value.len <= VALUE_MAX_BYTES ? nb_arena_copy(poll->arena, value)
                                           : (struct nb_slice){NULL, 0};
    }
}

size_t nb_fetch_on_header(char *bytes, size_t one, size_t n, void *data)
{
    struct nb_fetch_transfer *transfer = data;
    struct nb_poll *poll = transfer->poll;
    struct nb_slice line = nb_slice(bytes, n);
    (void)one;
    poll->header_bytes += n;
    transfer->headers_n++;
    if (poll->header_bytes > HEADER_MAX_BYTES) {
        poll->failure = "the headers are over 64 KiB";
        return 0;
    }
    if (transfer->headers_n > HEADERS_MAX) {
        poll->failure = "more than 500 headers";
        return 0;
    }
    if (nb_slice_starts(line, NB_LIT("HTTP/"))) {
        nb_fetch_forget_headers(poll); /* those before belong to an interim answer */
        if (++transfer->answers_n > INTERIM_MAX) {
            poll->failure = "interim answers without end";
            return 0;
        }
        return n;
    }
    size_t colon = nb_slice_find_byte(line, ':', 0);
    struct nb_slice *to = colon == NB_NPOS ? NULL : place_of(poll, nb_slice_sub(line, 0, colon));
    if (to) {
        keep(poll, nb_slice_trim(nb_slice_sub(line, colon + 1, n)), to);
    }
    return n;
}

/* An encoding may take for ever to say nothing: what comes over the wire is bounded as well. */
int nb_fetch_on_progress(void *data, curl_off_t total, curl_off_t now, curl_off_t up_total,
                         curl_off_t up)
{
    struct nb_fetch_transfer *transfer = data;
    (void)total, (void)up_total, (void)up;
    size_t most = transfer->loop->fetch->settings.body_bytes;
    long status = 0;
    if (now <= UNREAD_MAX_BYTES && (size_t)now <= most) {
        return 0;
    }
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    most = is_success(status) ? most : UNREAD_MAX_BYTES;
    if (now <= (curl_off_t)(most + HEADER_MAX_BYTES)) {
        return 0;
    }
    transfer->poll->failure = is_success(status) ? "the body is over crawl.body_max" : NULL;
    return 1;
}

/* Why a certificate is not believed. The numbers are OpenSSL's, X509_V_ERR_*. */
static const char *distrust_of(const struct nb_fetch_transfer *transfer)
{
    static const struct {
        long result;
        const char *text;
    } reasons[] = {
        {9, "TLS: the certificate is not valid yet"},
        {10, "TLS: the certificate has expired"},
        {18, "TLS: the certificate is signed by itself"},
        {19, "TLS: the certificate is signed by an authority that is not known"},
        {20, "TLS: the certificate's issuer is not known, or missing in what the host sends"},
        {21, "TLS: the certificate's issuer is not known, or missing in what the host sends"},
        {62, "TLS: the certificate is for another name"},
    };
    long result = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].result == result) {
            return reasons[i].text;
        }
    }
    return result == 0 ? "TLS: the certificate is for another name"
                       : "TLS: the certificate is not believed";
}

/* A text for people, the same in every run; NULL when it was no failure. */
static const char *failure_of(const struct nb_fetch_transfer *transfer, CURLcode code)
{
    const struct nb_poll *poll = transfer->poll;
    bool is_enough =
        is_success(poll->status) ? poll->rules && poll->body.len == poll->body.max : true;
    bool cut_by_us = code == CURLE_WRITE_ERROR || code == CURLE_ABORTED_BY_CALLBACK;
    if (code == CURLE_OK || (cut_by_us && is_enough)) {
        return NULL;
    }
    if (poll->refused) { /* with several addresses one may be refused and another one answer */
        return NB_FETCH_REFUSED;
    }
    if (code == CURLE_OUT_OF_MEMORY && transfer->answers_n > 0 && poll->body.len == 0) {
        return "the headers are over 64 KiB"; /* curl's limit on a single line */
    }
    return code == CURLE_PEER_FAILED_VERIFICATION ? distrust_of(transfer)
                                                  : curl_easy_strerror(code);
}

bool nb_fetch_read_status(struct nb_fetch_transfer *transfer, CURLcode code)
{
    struct nb_poll *poll = transfer->poll;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &poll->status);
    if (!poll->failure) { /* a limit of ours */
        poll->failure = failure_of(transfer, code);
    }
    return !poll->failure;
}
