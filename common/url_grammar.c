/*
 * Not the state machine of the URL standard but the grammar that its states spell out. Two
 * observations make that possible. In every state but those of the fragment and the query
 * themselves, the first '#' ends everything and the first '?' before it ends all but the query, so
 * both are cut off first and what is left is the "head". And the parts are found in the order in
 * which they are serialised, so each is written straight behind the one before it: the path is kept
 * in its serialised form, "/a/b", and ".." cuts it at its last '/'.
 */
#include "common/url_grammar.h"

#include "common/url_host.h"

static const struct {
    struct nb_slice name;
    int32_t port; /* -1: none */
} special_schemes[] = {
    {{"http", 4}, 80}, {{"https", 5}, 443}, {{"ws", 2}, 80},
    {{"wss", 3}, 443}, {{"ftp", 3}, 21},    {{"file", 4}, -1},
};

bool nb_url_find_special(struct nb_slice scheme, int32_t *port)
{
    for (size_t i = 0; i < sizeof(special_schemes) / sizeof(special_schemes[0]); i++) {
        if (nb_slice_eq(scheme, special_schemes[i].name)) {
            *port = special_schemes[i].port;
            return true;
        }
    }
    return false;
}

static struct nb_url_span span_in(struct nb_slice whole, struct nb_slice part)
{
    size_t from = (size_t)(part.p - whole.p);
    return (struct nb_url_span){from, from + part.len};
}

struct nb_slice nb_url_written(const struct nb_url_parser *s, struct nb_url_span span)
{
    return nb_slice_sub(nb_slice(s->out.p, s->out.len), span.from, span.to);
}

static void begin_path(struct nb_url_parser *s)
{
    s->path.from = s->out.len;
}

/* The path start state: rest is empty or begins with a slash. */
static void add_path_after_host(struct nb_url_parser *s, struct nb_slice rest)
{
    begin_path(s);
    if (rest.len > 0 || s->path.special) {
        nb_url_path_add(&s->path, nb_slice_sub(rest, 1, rest.len));
    }
}

static enum nb_err add_port(struct nb_url_parser *s, struct nb_slice digits)
{
    int32_t port = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (!nb_ascii_is_digit(digits.p[i])) {
            return NB_ESYNTAX;
        }
        port = port * 10 + (digits.p[i] - '0');
        if (port > UINT16_MAX) {
            return NB_ESYNTAX;
        }
    }
    if (digits.len > 0 && port != s->standard_port) {
        s->parsed.port = port;
        nb_url_out_byte(&s->out, ':');
        nb_url_out_number(&s->out, (uint32_t)port);
    }
    return NB_OK;
}

static void add_credentials(struct nb_url_parser *s, struct nb_slice userinfo)
{
    size_t colon = nb_slice_find_byte(userinfo, ':', 0);
    struct nb_slice username = nb_slice_sub(userinfo, 0, colon);
    struct nb_slice password =
        colon == NB_NPOS ? NB_LIT("") : nb_slice_sub(userinfo, colon + 1, userinfo.len);
    if (username.len == 0 && password.len == 0) {
        return;
    }
    s->username.from = s->out.len;
    nb_url_out_encoded(&s->out, username, NB_URL_SET_USERINFO);
    s->username.to = s->out.len;
    if (password.len > 0) {
        nb_url_out_byte(&s->out, ':');
        s->password.from = s->out.len;
        nb_url_out_encoded(&s->out, password, NB_URL_SET_USERINFO);
        s->password.to = s->out.len;
    }
    nb_url_out_byte(&s->out, '@');
}

static void begin_host(struct nb_url_parser *s)
{
    s->parsed.has_host = true;
    nb_url_out_add(&s->out, NB_LIT("//"));
    s->host = (struct nb_url_span){s->out.len, s->out.len};
}

/* The colon in front of the port: the first one outside brackets. */
static size_t find_port_colon(struct nb_slice text)
{
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == ':' && !inside) {
            return i;
        }
        inside = text.p[i] == '[' || (inside && text.p[i] != ']');
    }
    return NB_NPOS;
}

/* head is "user:password@host:port/path" without the slashes in front. */
static enum nb_err parse_authority(struct nb_url_parser *s, struct nb_slice head)
{
    size_t end = nb_url_find_slash(head, s->path.special);
    struct nb_slice host = nb_slice_sub(head, 0, end);
    begin_host(s);
    size_t at = end;
    while (at > 0 && head.p[at - 1] != '@') {
        at--;
    }
    if (at > 0) {
        add_credentials(s, nb_slice_sub(head, 0, at - 1));
        host = nb_slice_sub(head, at, end);
    }
    size_t colon = find_port_colon(host);
    struct nb_slice port = NB_LIT("");
    if (colon != NB_NPOS) {
        port = nb_slice_sub(host, colon + 1, host.len);
        host = nb_slice_sub(host, 0, colon);
    }
    if (host.len == 0 && (s->path.special || at > 0 || colon != NB_NPOS)) {
        return NB_ESYNTAX;
    }
    s->host.from = s->out.len;
    enum nb_err err = nb_url_host_write(host, s->path.special, &s->out);
    s->host.to = s->out.len;
    if (err == NB_OK) {
        err = add_port(s, port);
    }
    if (err == NB_OK) {
        add_path_after_host(s, nb_slice_sub(head, end, head.len));
    }
    return err;
}

/* Everything between scheme and path as the base has it. */
static void copy_authority(struct nb_url_parser *s)
{
    const struct nb_url *base = s->base;
    if (base->has_host) {
        /* the scheme is the same, so every part keeps its place */
        size_t path_from = (size_t)(base->path.p - base->href.p);
        nb_url_out_add(&s->out, nb_slice_sub(base->href, s->out.len, path_from));
        s->username = span_in(base->href, base->username);
        s->password = span_in(base->href, base->password);
        s->host = span_in(base->href, base->host);
        s->parsed.port = base->port;
        s->parsed.has_host = true;
    }
    begin_path(s);
}

/* head is relative to the directory of the base; an empty one is the base itself. */
static void resolve_path(struct nb_url_parser *s, struct nb_slice head)
{
    nb_url_out_add(&s->out, s->base->path);
    if (head.len > 0) {
        nb_url_path_shorten(&s->path);
        nb_url_path_add(&s->path, head);
    } else if (!s->query.p) {
        s->query = s->base->query;
    }
}

static enum nb_err parse_relative(struct nb_url_parser *s, struct nb_slice head)
{
    size_t slashes = nb_url_count_slashes(head, s->path.special);
    if (slashes >= 2) {
        return parse_authority(s, nb_slice_sub(head, s->path.special ? slashes : 2, head.len));
    }
    copy_authority(s);
    if (slashes == 1) {
        nb_url_path_add(&s->path, nb_slice_sub(head, 1, head.len));
    } else {
        resolve_path(s, head);
    }
    return NB_OK;
}

/* head is what follows "file://" */
static enum nb_err parse_file_host(struct nb_url_parser *s, struct nb_slice head)
{
    begin_host(s);
    if (nb_url_starts_with_drive(head)) {
        begin_path(s);
        nb_url_path_add(&s->path, head);
        return NB_OK;
    }
    size_t end = nb_url_find_slash(head, s->path.special);
    if (end > 0) {
        enum nb_err err = nb_url_host_write(nb_slice_sub(head, 0, end), true, &s->out);
        if (err != NB_OK) {
            return err;
        }
        s->host.to = s->out.len;
        if (nb_slice_eq(nb_url_written(s, s->host), NB_LIT("localhost"))) {
            s->host.to = s->out.len = s->host.from;
        }
    }
    add_path_after_host(s, nb_slice_sub(head, end, head.len));
    return NB_OK;
}

static enum nb_err parse_file(struct nb_url_parser *s, struct nb_slice head)
{
    size_t slashes = nb_url_count_slashes(head, s->path.special);
    if (slashes >= 2) {
        return parse_file_host(s, nb_slice_sub(head, 2, head.len));
    }
    bool based = s->base && nb_slice_eq(s->base->scheme, NB_LIT("file"));
    if (!based) {
        begin_host(s);
        begin_path(s);
        nb_url_path_add(&s->path, nb_slice_sub(head, slashes, head.len));
        return NB_OK;
    }
    copy_authority(s);
    if (slashes == 1) {
        struct nb_slice rest = nb_slice_sub(head, 1, head.len);
        struct nb_slice drive =
            nb_slice_sub(s->base->path, 0, nb_slice_find_byte(s->base->path, '/', 1));
        if (!nb_url_starts_with_drive(rest) && nb_url_is_drive_path(drive)) {
            nb_url_out_add(&s->out, drive);
        }
        nb_url_path_add(&s->path, rest);
    } else if (nb_url_starts_with_drive(head)) {
        nb_url_path_add(&s->path, head);
    } else {
        resolve_path(s, head);
    }
    return NB_OK;
}

static void add_opaque_path(struct nb_url_parser *s, struct nb_slice head)
{
    s->parsed.opaque_path = true;
    begin_path(s);
    /* a space at the very end is spelled out, or it would be lost when the href is read again */
    bool space = head.len > 0 && head.p[head.len - 1] == ' ';
    nb_url_out_encoded(&s->out, nb_slice_sub(head, 0, head.len - space), NB_URL_SET_CONTROL);
    if (space) {
        nb_url_out_add(&s->out, NB_LIT("%20"));
    }
}

/* "name:" at the start. @return the length of the name, 0 when there is none. */
static size_t scheme_length(struct nb_slice text)
{
    if (text.len == 0 || !nb_ascii_is_alpha(text.p[0])) {
        return 0;
    }
    for (size_t i = 1; i < text.len; i++) {
        char c = text.p[i];
        if (c == ':') {
            return i;
        }
        if (!nb_ascii_is_alpha(c) && !nb_ascii_is_digit(c) && c != '+' && c != '-' && c != '.') {
            return 0;
        }
    }
    return 0;
}

static void add_scheme(struct nb_url_parser *s, struct nb_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        nb_url_out_byte(&s->out, nb_ascii_lower(name.p[i]));
    }
    s->scheme = (struct nb_url_span){0, s->out.len};
    s->path.special = nb_url_find_special(nb_url_written(s, s->scheme), &s->standard_port);
    s->path.file = nb_slice_eq(nb_url_written(s, s->scheme), NB_LIT("file"));
    nb_url_out_byte(&s->out, ':');
}

/* head is what follows the scheme. */
static enum nb_err parse_absolute(struct nb_url_parser *s, struct nb_slice head)
{
    size_t slashes = nb_url_count_slashes(head, s->path.special);
    if (s->path.file) {
        return parse_file(s, head);
    }
    if (s->path.special) {
        bool relative = s->base && nb_slice_eq(s->base->scheme, nb_url_written(s, s->scheme)) &&
                        !nb_slice_starts(head, NB_LIT("//"));
        return relative ? parse_relative(s, head)
                        : parse_authority(s, nb_slice_sub(head, slashes, head.len));
    }
    if (slashes >= 2) {
        return parse_authority(s, nb_slice_sub(head, 2, head.len));
    }
    if (slashes == 1) {
        begin_path(s);
        nb_url_path_add(&s->path, nb_slice_sub(head, 1, head.len));
    } else {
        add_opaque_path(s, head);
    }
    return NB_OK;
}

/* Cut off the fragment, then the query. */
static struct nb_slice cut_tail(struct nb_url_parser *s, struct nb_slice text)
{
    size_t hash = nb_slice_find_byte(text, '#', 0);
    if (hash != NB_NPOS) {
        s->fragment = nb_slice_sub(text, hash + 1, text.len);
        text = nb_slice_sub(text, 0, hash);
    }
    size_t mark = nb_slice_find_byte(text, '?', 0);
    if (mark != NB_NPOS) {
        s->query = nb_slice_sub(text, mark + 1, text.len);
        text = nb_slice_sub(text, 0, mark);
    }
    return text;
}

enum nb_err nb_url_read(struct nb_url_parser *s, struct nb_slice text)
{
    size_t name_len = scheme_length(text);
    if (name_len > 0) {
        struct nb_slice head = cut_tail(s, nb_slice_sub(text, name_len + 1, text.len));
        add_scheme(s, nb_slice_sub(text, 0, name_len));
        return parse_absolute(s, head);
    }
    if (!s->base) {
        return NB_ESYNTAX;
    }
    struct nb_slice head = cut_tail(s, text);
    add_scheme(s, s->base->scheme);
    if (s->base->opaque_path) {
        if (head.len > 0 || s->query.p || !s->fragment.p) {
            return NB_ESYNTAX;
        }
        s->parsed.opaque_path = true;
        begin_path(s);
        resolve_path(s, head);
        return NB_OK;
    }
    return s->path.file ? parse_file(s, head) : parse_relative(s, head);
}
