/*
 * From bytes to a parsed URL: clean the input, let the grammar read it, finish the href. Scratch is
 * on the stack, bounded by NB_URL_MAX_BYTES; the arena gets one allocation, the href, of which
 * every part is a slice.
 */
#include <nabiz/url.h>

#include <stdio.h>
#include <string.h>

#include <nabiz/text.h>

#include "common/url_grammar.h"

/* Without a host a path that begins with "//" would be read as one: "/." goes in front. */
static void end_path(struct nb_url_parser *s)
{
    s->path_to = s->out.len;
    struct nb_slice path = nb_url_written(s, (struct nb_url_span){s->path.from, s->path_to});
    if (s->parsed.has_host || s->parsed.opaque_path || !nb_slice_starts(path, NB_LIT("//"))) {
        return;
    }
    nb_url_out_add(&s->out, NB_LIT("/."));
    if (!s->out.full) {
        char *p = s->out.p + s->path.from;
        memmove(p + 2, p, path.len);
        p[1] = '.';
        s->path.from += 2;
        s->path_to += 2;
    }
}

static enum nb_err finish(struct nb_url_parser *s, struct nb_arena *arena, struct nb_url *out)
{
    end_path(s);
    struct nb_url_span query = {0, 0};
    struct nb_url_span fragment = {0, 0};
    if (s->query.p) {
        nb_url_out_byte(&s->out, '?');
        query.from = s->out.len;
        nb_url_out_encoded(&s->out, s->query,
                           s->path.special ? NB_URL_SET_SPECIAL_QUERY : NB_URL_SET_QUERY);
        query.to = s->out.len;
    }
    if (s->fragment.p) {
        nb_url_out_byte(&s->out, '#');
        fragment.from = s->out.len;
        nb_url_out_encoded(&s->out, s->fragment, NB_URL_SET_FRAGMENT);
        fragment.to = s->out.len;
    }
    if (s->out.full) {
        return NB_ETOOBIG;
    }
    struct nb_slice href = nb_arena_copy(arena, nb_slice(s->out.p, s->out.len));
    if (!href.p) {
        return NB_ENOMEM;
    }
    struct nb_url url = s->parsed;
    url.href = href;
    url.scheme = nb_slice_sub(href, s->scheme.from, s->scheme.to);
    url.username = nb_slice_sub(href, s->username.from, s->username.to);
    url.password = nb_slice_sub(href, s->password.from, s->password.to);
    url.host = nb_slice_sub(href, s->host.from, s->host.to);
    url.path = nb_slice_sub(href, s->path.from, s->path_to);
    if (s->query.p) {
        url.query = nb_slice_sub(href, query.from, query.to);
    }
    if (s->fragment.p) {
        url.fragment = nb_slice_sub(href, fragment.from, fragment.to);
    }
    *out = url;
    return NB_OK;
}

/* Strip controls and spaces at both ends, tabs and newlines everywhere. */
static enum nb_err clean(struct nb_slice input, char text[NB_URL_MAX_BYTES], struct nb_slice *out)
{
    while (input.len > 0 && (unsigned char)input.p[0] <= ' ') {
        input = nb_slice_sub(input, 1, input.len);
    }
    while (input.len > 0 && (unsigned char)input.p[input.len - 1] <= ' ') {
        input.len--;
    }
    size_t n = 0;
    for (size_t i = 0; i < input.len; i++) {
        char c = input.p[i];
        if (c == '\t' || c == '\n' || c == '\r') {
            continue;
        }
        if (n == NB_URL_MAX_BYTES) {
            return NB_ETOOBIG;
        }
        text[n++] = c;
    }
    if (!nb_utf8_valid(input)) {
        return NB_EUTF8;
    }
    *out = nb_slice(text, n);
    return NB_OK;
}

enum nb_err nb_url_parse(struct nb_slice input, const struct nb_url *base, struct nb_arena *arena,
                         struct nb_url *out)
{
    char text[NB_URL_MAX_BYTES];
    char href[NB_URL_MAX_BYTES];
    struct nb_slice cleaned;
    enum nb_err err = clean(input, text, &cleaned);
    if (err != NB_OK) {
        return err;
    }
    struct nb_url_parser s = {.base = base,
                              .out = {.p = href, .cap = sizeof(href)},
                              .standard_port = -1,
                              .parsed = {.port = -1}};
    s.path.out = &s.out;
    err = nb_url_read(&s, cleaned);
    return err == NB_OK ? finish(&s, arena, out) : err;
}

bool nb_url_is_http(const struct nb_url *url)
{
    return nb_slice_eq(url->scheme, NB_LIT("http")) || nb_slice_eq(url->scheme, NB_LIT("https"));
}

int32_t nb_url_port(const struct nb_url *url)
{
    int32_t port = -1;
    (void)nb_url_find_special(url->scheme, &port);
    return url->port >= 0 ? url->port : port;
}

struct nb_slice nb_url_origin(const struct nb_url *url, struct nb_arena *arena)
{
    char port[16] = "";
    int port_n = url->port >= 0 ? snprintf(port, sizeof(port), ":%d", url->port) : 0;
    size_t len = url->scheme.len + 3 + url->host.len + (size_t)port_n;
    char *p = nb_arena_alloc(arena, len + 1);
    if (!p) {
        return (struct nb_slice){NULL, 0};
    }
    memcpy(p, url->scheme.p, url->scheme.len);
    memcpy(p + url->scheme.len, "://", 3);
    memcpy(p + url->scheme.len + 3, url->host.p, url->host.len);
    memcpy(p + len - (size_t)port_n, port, (size_t)port_n + 1);
    return nb_slice(p, len);
}
