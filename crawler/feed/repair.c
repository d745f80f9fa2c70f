/*
 * From tag soup to well-formed XML, in one pass with a stack of open elements. An end tag closes
 * up to its element and is dropped when that is not open; an item inside an item closes the first.
 *
 * Linear time, as in html_text.c: a search that found nothing in the rest is not made again.
 */
#include "crawler/feed/reader.h"

#include <nabiz/text.h>

#include "crawler/feed/entity.h"

enum { ATTRS_MAX = 32 };

struct soup {
    struct nb_slice s;
    size_t at;
    struct nb_buf *out;
    struct nb_slice open[NB_FEED_DEPTH];
    size_t open_n;
    bool no_quote[2];
};

static bool starts_name(char c)
{
    return nb_ascii_is_alpha(c) || c == '_' || (unsigned char)c >= 0xc3;
}

static bool in_name(char c)
{
    return nb_ascii_is_alpha(c) || nb_ascii_is_digit(c) || c == '_' || c == '-' || c == '.' ||
           c == ':';
}

static size_t name_end(struct nb_slice s, size_t from)
{
    while (from < s.len && in_name(s.p[from])) {
        from++;
    }
    return from;
}

static void add_code_point(struct nb_buf *out, uint32_t c)
{
    char bytes[4];
    if (c == '<' || c == '&' || c == '"') {
        nb_buf_add_str(out, c == '<' ? "&lt;" : c == '&' ? "&amp;" : "&quot;");
    } else if (c < 0x20 && c != '\n' && c != '\t') {
        nb_buf_add_byte(out, ' ');
    } else if (c != 0xfffe && c != 0xffff) {
        nb_buf_add(out, nb_slice(bytes, nb_utf8_put(c, bytes)));
    }
}

/* Text or the value of an attribute: what is markup gets escaped, references are resolved. */
static void add_text(struct nb_buf *out, struct nb_slice s)
{
    size_t from = 0;
    size_t i = 0;
    while (i < s.len) {
        char c = s.p[i];
        if (c != '&' && c != '<' && c != '"' && c != '>' && (unsigned char)c != 0xef) {
            i++;
            continue;
        }
        nb_buf_add(out, nb_slice_sub(s, from, i));
        uint32_t code_point = 0;
        size_t n = c == '&' ? nb_entity_read(s, i, &code_point) : 0;
        if (n) {
            i += n;
        } else {
            code_point = nb_utf8_next(s, &i);
        }
        if (code_point == '>') {
            nb_buf_add_str(out, "&gt;"); /* "]]>" must not stand in text */
        } else {
            add_code_point(out, code_point);
        }
        from = i;
    }
    nb_buf_add(out, nb_slice_sub(s, from, s.len));
}

static void close_top(struct soup *soup)
{
    struct nb_slice name = soup->open[--soup->open_n];
    nb_buf_add_str(soup->out, "</");
    nb_buf_add(soup->out, name);
    nb_buf_add_byte(soup->out, '>');
}

/* Close elements down to the newest one with this name, if there is one. */
static void close_to(struct soup *soup, struct nb_slice name)
{
    size_t i = soup->open_n;
    while (i > 0 && !nb_slice_eq_ascii_case(soup->open[i - 1], name)) {
        i--;
    }
    while (i > 0 && soup->open_n >= i) {
        close_top(soup);
    }
}

static void skip_past(struct soup *soup, struct nb_slice mark, size_t from)
{
    size_t end = nb_slice_find(soup->s, mark, from);
    soup->at = end == NB_NPOS ? soup->s.len : end + mark.len;
}

static void read_cdata(struct soup *soup)
{
    size_t from = soup->at + sizeof("<![CDATA[") - 1;
    size_t end = nb_slice_find(soup->s, NB_LIT("]]>"), from);
    struct nb_slice body = nb_slice_sub(soup->s, from, end == NB_NPOS ? soup->s.len : end);
    /* as text, since there may be characters in it that XML does not have */
    for (size_t i = 0; i < body.len;) {
        size_t run = i;
        while (run < body.len && body.p[run] != '<' && body.p[run] != '&' && body.p[run] != '>' &&
               (unsigned char)body.p[run] != 0xef) {
            run++;
        }
        nb_buf_add(soup->out, nb_slice_sub(body, i, run));
        i = run;
        if (i < body.len) {
            uint32_t c = nb_utf8_next(body, &i);
            if (c == '>') {
                nb_buf_add_str(soup->out, "&gt;");
            } else {
                add_code_point(soup->out, c);
            }
        }
    }
    soup->at = end == NB_NPOS ? soup->s.len : end + 3;
}

static struct nb_slice read_value(struct soup *soup, size_t *at)
{
    size_t i = *at;
    while (i < soup->s.len && nb_ascii_is_space(soup->s.p[i])) {
        i++;
    }
    char quote = i < soup->s.len ? soup->s.p[i] : ' ';
    if (quote == '"' || quote == '\'') {
        bool *none = &soup->no_quote[quote == '\''];
        size_t end = *none ? NB_NPOS : nb_slice_find_byte(soup->s, quote, i + 1);
        *none = end == NB_NPOS;
        if (end != NB_NPOS) {
            *at = end + 1;
            return nb_slice_sub(soup->s, i + 1, end);
        }
        i++;
    }
    size_t from = i;
    while (i < soup->s.len && !nb_ascii_is_space(soup->s.p[i]) && soup->s.p[i] != '>') {
        i++;
    }
    *at = i;
    return nb_slice_sub(soup->s, from, i);
}

static bool is_new(const struct nb_slice *seen, size_t n, struct nb_slice name)
{
    for (size_t i = 0; i < n; i++) {
        if (nb_slice_eq(seen[i], name)) {
            return false;
        }
    }
    return n < ATTRS_MAX;
}

static void add_attribute(struct nb_buf *out, struct nb_slice name, struct nb_slice value)
{
    nb_buf_add_byte(out, ' ');
    nb_buf_add(out, name);
    nb_buf_add_str(out, "=\"");
    add_text(out, value);
    nb_buf_add_byte(out, '"');
}

/* Attributes from *at to the '>'. @return true when the tag closes itself. */
static bool read_attributes(struct soup *soup, size_t *at)
{
    struct nb_slice seen[ATTRS_MAX];
    size_t seen_n = 0;
    size_t i = *at;
    bool slash = false;
    while (i < soup->s.len && soup->s.p[i] != '>') {
        size_t end = starts_name(soup->s.p[i]) ? name_end(soup->s, i) : i;
        if (end == i) {
            slash = soup->s.p[i] == '/' || (slash && nb_ascii_is_space(soup->s.p[i]));
            i++;
            continue;
        }
        slash = false;
        struct nb_slice name = nb_slice_sub(soup->s, i, end);
        struct nb_slice value = {"", 0};
        i = end;
        while (i < soup->s.len && nb_ascii_is_space(soup->s.p[i])) {
            i++;
        }
        if (i < soup->s.len && soup->s.p[i] == '=') {
            i++;
            value = read_value(soup, &i);
        }
        if (name.p[name.len - 1] != ':' && is_new(seen, seen_n, name)) {
            seen[seen_n++] = name;
            add_attribute(soup->out, name, value);
        }
    }
    *at = i < soup->s.len ? i + 1 : i;
    return slash;
}

static bool is_one_of(struct nb_slice name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (nb_slice_eq_ascii_case(name, nb_slice_str(names[i]))) {
            return true;
        }
    }
    return false;
}

/* A title inside which a link starts was not closed: elements of an item hold no others. */
static bool ends_the_open_one(const struct soup *soup, struct nb_slice name)
{
    static const char *const leaves[] = {"title",   "link",        "guid",     "id",
                                         "pubdate", "category",    "comments", "published",
                                         "updated", "description", "summary",  "content"};
    size_t leaves_n = sizeof(leaves) / sizeof(leaves[0]);
    size_t plain_n = leaves_n - 3; /* the last three may hold markup of their own */
    return soup->open_n > 0 && is_one_of(soup->open[soup->open_n - 1], leaves, plain_n) &&
           is_one_of(name, leaves, leaves_n);
}

static enum nb_err read_start(struct soup *soup)
{
    size_t from = soup->at + 1;
    size_t end = name_end(soup->s, from);
    if (end < soup->s.len && !nb_ascii_is_space(soup->s.p[end]) && soup->s.p[end] != '>' &&
        soup->s.p[end] != '/') {
        nb_buf_add_str(soup->out, "&lt;"); /* "<3", "<-", "<me@mail>": text */
        soup->at = from;
        return NB_OK;
    }
    struct nb_slice name = nb_slice_sub(soup->s, from, end);
    if (nb_slice_eq_ascii_case(name, NB_LIT("item")) ||
        nb_slice_eq_ascii_case(name, NB_LIT("entry"))) {
        close_to(soup, name);
    }
    if (ends_the_open_one(soup, name)) {
        close_top(soup);
    }
    if (soup->open_n == NB_FEED_DEPTH) {
        return NB_ETOOBIG;
    }
    nb_buf_add_byte(soup->out, '<');
    nb_buf_add(soup->out, name);
    bool closed = read_attributes(soup, &end);
    nb_buf_add_str(soup->out, closed ? "/>" : ">");
    if (!closed) {
        soup->open[soup->open_n++] = name;
    }
    soup->at = end;
    return NB_OK;
}

static void read_end(struct soup *soup)
{
    size_t from = soup->at + 2;
    size_t end = name_end(soup->s, from);
    close_to(soup, nb_slice_sub(soup->s, from, end));
    /* a '<' before the '>' starts the next tag */
    while (end < soup->s.len && soup->s.p[end] != '>' && soup->s.p[end] != '<') {
        end++;
    }
    soup->at = end < soup->s.len && soup->s.p[end] == '>' ? end + 1 : end;
}

static enum nb_err read_markup(struct soup *soup)
{
    struct nb_slice rest = nb_slice_sub(soup->s, soup->at, soup->s.len);
    char next = rest.len > 1 ? rest.p[1] : ' ';
    if (nb_slice_starts(rest, NB_LIT("<![CDATA["))) {
        read_cdata(soup);
    } else if (nb_slice_starts(rest, NB_LIT("<!--"))) {
        skip_past(soup, NB_LIT("-->"), soup->at + 4);
    } else if (next == '?' || next == '!') {
        skip_past(soup, NB_LIT(">"), soup->at);
    } else if (next == '/') {
        read_end(soup);
    } else if (starts_name(next)) {
        return read_start(soup);
    } else {
        nb_buf_add_str(soup->out, "&lt;");
        soup->at++;
    }
    return NB_OK;
}

enum nb_err nb_feed_repair(struct nb_slice text, struct nb_buf *out)
{
    struct soup soup = {.s = text, .out = out};
    enum nb_err err = NB_OK;
    bool rooted = false;
    while (err == NB_OK && soup.at < text.len && out->err == NB_OK) {
        size_t lt = nb_slice_find_byte(text, '<', soup.at);
        lt = lt == NB_NPOS ? text.len : lt;
        if (soup.open_n > 0) {
            add_text(out, nb_slice_sub(text, soup.at, lt));
        }
        soup.at = lt;
        if (lt < text.len) {
            err = read_markup(&soup);
        }
        if (rooted && soup.open_n == 0) {
            break; /* the root is closed: what follows is no part of the feed */
        }
        rooted = soup.open_n > 0;
    }
    while (soup.open_n > 0) {
        close_top(&soup);
    }
    return err == NB_OK ? nb_buf_finish(out, NULL) : err;
}
