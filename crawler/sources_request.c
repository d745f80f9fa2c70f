/*
 * How a source is asked: its proxy, headers, cookie and permission. What is sent is checked here,
 * byte by byte, so that no line of the file can forge a second header, name another host, or speak
 * for the crawler where it has to speak for itself.
 */
#include "crawler/sources_line.h"

#include <string.h>

#include <nabiz/text.h>
#include <nabiz/url.h>

enum { VALUE_MAX_BYTES = 4096, NAME_MAX_BYTES = 64, PROXY_MAX_BYTES = 1024 };

/* What nabiz or curl sends by itself, or what would change how the answer is framed. */
static const char *const reserved[] = {
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "http2-settings",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
};

static bool is_token_byte(char c)
{
    return nb_ascii_is_alpha(c) || nb_ascii_is_digit(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* Bytes over 127 may be sent, control characters may not. */
static bool is_value_byte(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 32 && u != 127;
}

static bool is_reserved(struct nb_slice name)
{
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (nb_slice_eq_ascii_case(name, nb_slice_str(reserved[i]))) {
            return true;
        }
    }
    return name.len >= 6 && nb_slice_eq_ascii_case(nb_slice_sub(name, 0, 6), NB_LIT("proxy-"));
}

const char *nb_source_header_check(struct nb_slice header)
{
    size_t colon = nb_slice_find_byte(header, ':', 0);
    if (colon == NB_NPOS || colon == 0 || colon > NAME_MAX_BYTES) {
        return "header must be \"Name: value\"";
    }
    struct nb_slice name = nb_slice_sub(header, 0, colon);
    struct nb_slice value = nb_slice_trim(nb_slice_sub(header, colon + 1, header.len));
    for (size_t i = 0; i < name.len; i++) {
        if (!is_token_byte(name.p[i])) {
            return "a header's name is made of letters, digits and hyphens";
        }
    }
    if (is_reserved(name)) {
        return "this header is nabiz's own to send; for a cookie write cookie=";
    }
    if (value.len == 0) {
        return "the header has no value";
    }
    if (value.len > VALUE_MAX_BYTES) {
        return "the header is over 4 KiB";
    }
    for (size_t i = 0; i < value.len; i++) {
        if (!is_value_byte(value.p[i])) {
            return "a control character in the header";
        }
    }
    return NULL;
}

const char *nb_source_cookie_check(struct nb_slice cookie)
{
    if (cookie.len > VALUE_MAX_BYTES) {
        return "the cookie is over 4 KiB";
    }
    if (nb_slice_find_byte(cookie, '=', 0) == NB_NPOS) {
        return "cookie must be \"name=value; name=value\"";
    }
    for (size_t i = 0; i < cookie.len; i++) {
        if (!is_value_byte(cookie.p[i])) {
            return "a control character in the cookie";
        }
    }
    return NULL;
}

const char *nb_source_proxy_check(struct nb_slice proxy)
{
    static const char *const schemes[] = {"http://", "socks5://", "socks5h://"};
    size_t at = 0;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (nb_slice_starts(proxy, nb_slice_str(schemes[i]))) {
            at = strlen(schemes[i]);
        }
    }
    if (at == 0 || proxy.len == at) {
        return "a proxy begins with http://, socks5:// or socks5h://, and names a host";
    }
    if (proxy.len > PROXY_MAX_BYTES) {
        return "the proxy is over 1 KiB";
    }
    for (size_t i = at; i < proxy.len; i++) {
        if (!is_value_byte(proxy.p[i]) || strchr(" /?#\"<>\\", proxy.p[i])) {
            return "a proxy is SCHEME://[USER:PASSWORD@]HOST:PORT and nothing behind it";
        }
    }
    return NULL;
}

bool nb_source_line_has_request(const struct nb_source_line *line)
{
    return line->is_private || line->has_proxy || line->cookie.len || line->headers_n;
}

const struct nb_source_request *nb_source_request_new(const struct nb_source_line *line,
                                                      struct nb_arena *scratch,
                                                      struct nb_arena *strings)
{
    struct nb_url url;
    struct nb_source_request *request = nb_arena_calloc(strings, 1, sizeof(*request));
    const char **headers = nb_arena_calloc(strings, line->headers_n + 1, sizeof(*headers));
    if (!request || !headers || nb_url_parse(line->url, NULL, scratch, &url) != NB_OK) {
        return NULL;
    }
    for (size_t i = 0; i < line->headers_n; i++) {
        headers[i] = nb_arena_strdup(strings, line->headers[i]);
    }
    request->headers = headers;
    request->headers_n = line->headers_n;
    request->is_private = line->is_private;
    request->proxy = line->has_proxy ? nb_arena_strdup(strings, line->proxy) : NULL;
    request->cookie = line->cookie.len ? nb_arena_strdup(strings, line->cookie) : NULL;
    request->origin = nb_url_origin(&url, strings);
    return request->origin.p && !nb_arena_failed(strings) ? request : NULL;
}
