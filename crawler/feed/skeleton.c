/*
 * Most of a feed is text, and libxml2 reads text character by character as soon as there is a
 * letter beyond ASCII in it. But text that is known to be well-formed UTF-8 needs no parser: it
 * ends at the next '<'. So libxml2 gets the tags alone, and each text is told about when the parser
 * passes the place it was taken from.
 *
 * A text is only taken out when libxml2 would have given it on just as we do. Where it would have
 * changed or refused it (line ends with CR, characters that XML does not have, "]]>"), it stays;
 * and where our own reading of the markup comes to anything unexpected, there is no skeleton.
 * Whoever finds an error in a skeleton has to read the whole: its message and its line are about
 * that.
 */
#include "crawler/feed/reader.h"

#include <nabiz/text.h>

enum {
    TEXT_MAX = 8 << 20, /* texts longer than libxml2 takes are left to it */
    DIGITS_MAX = 7,
};

struct builder {
    struct nb_slice s;
    size_t at;
    size_t depth; /* open elements */
    struct nb_feed_skeleton *out;
};

static bool has_byte(struct nb_slice s, char byte)
{
    return nb_slice_find_byte(s, byte, 0) != NB_NPOS;
}

/* libxml2 would not give this on as it is: CR, or perhaps U+FFFE or U+FFFF. */
static bool is_special(struct nb_slice s)
{
    return has_byte(s, '\r') || has_byte(s, '\xef') || s.len > TEXT_MAX;
}

static void keep(struct builder *b, struct nb_slice part)
{
    nb_buf_add(&b->out->markup, part);
}

static void take_out(struct builder *b, struct nb_slice text)
{
    struct nb_feed_gap gap = {b->out->markup.len, text};
    if (text.len) {
        nb_buf_add(&b->out->gaps, nb_slice(&gap, sizeof(gap)));
    }
}

/* "&#8217;" or "&#x2019;" at the start. */
static size_t read_number(struct nb_slice s, uint32_t *out)
{
    bool is_hex = s.len > 2 && s.p[2] == 'x';
    size_t from = is_hex ? 3 : 2;
    size_t i = from;
    uint32_t c = 0;
    if (s.len < 4 || s.p[1] != '#') {
        return 0;
    }
    for (; i < s.len && i < from + DIGITS_MAX; i++) {
        char lower = nb_ascii_lower(s.p[i]);
        if (nb_ascii_is_digit(lower)) {
            c = c * (is_hex ? 16 : 10) + (uint32_t)(lower - '0');
        } else if (is_hex && lower >= 'a' && lower <= 'f') {
            c = c * 16 + (uint32_t)(lower - 'a') + 10;
        } else {
            break;
        }
    }
    bool is_char = c == '\t' || c == '\n' || (c >= 0x20 && c < 0xd800) ||
                   (c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c <= 0x10ffff);
    *out = c;
    return i > from && i < s.len && s.p[i] == ';' && is_char ? i + 1 : 0;
}

/* A reference as XML has it without declarations, at '&'. @return its length; 0 for any other. */
static size_t read_reference(struct nb_slice s, size_t at, uint32_t *out)
{
    static const struct {
        struct nb_slice name;
        char c;
    } names[] = {{{"&lt;", 4}, '<'},
                 {{"&gt;", 4}, '>'},
                 {{"&amp;", 5}, '&'},
                 {{"&quot;", 6}, '"'},
                 {{"&apos;", 6}, '\''}};
    struct nb_slice rest = nb_slice_sub(s, at, at + 12);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (rest.len > 1 && rest.p[1] == names[i].name.p[1] &&
            nb_slice_starts(rest, names[i].name)) {
            *out = (unsigned char)names[i].c;
            return names[i].name.len;
        }
    }
    return read_number(rest, out);
}

/* Text with references. @return false when one is not XML's. */
static bool take_out_resolved(struct builder *b, struct nb_slice text)
{
    struct nb_buf *resolved = &b->out->resolved;
    size_t from = resolved->len;
    size_t at = 0;
    while (at < text.len) {
        size_t next = nb_slice_find_byte(text, '&', at);
        nb_buf_add(resolved, nb_slice_sub(text, at, next));
        if (next == NB_NPOS) {
            break;
        }
        uint32_t c;
        char bytes[4];
        size_t n = read_reference(text, next, &c);
        if (n == 0) {
            return false;
        }
        nb_buf_add(resolved, nb_slice(bytes, nb_utf8_put(c, bytes)));
        at = next + n;
    }
    take_out(b, nb_slice_sub(nb_buf_slice(resolved), from, resolved->len));
    return true;
}

/* Text up to the next '<'. */
static bool read_text(struct builder *b, size_t end)
{
    struct nb_slice text = nb_slice_sub(b->s, b->at, end);
    b->at = end;
    if (b->depth == 0 || is_special(text) || nb_slice_find(text, NB_LIT("]]>"), 0) != NB_NPOS) {
        keep(b, text);
    } else if (has_byte(text, '&')) {
        return take_out_resolved(b, text);
    } else {
        take_out(b, text);
    }
    return true;
}

static bool read_cdata(struct builder *b)
{
    size_t from = b->at + sizeof("<![CDATA[") - 1;
    size_t end = nb_slice_find(b->s, NB_LIT("]]>"), from);
    if (end == NB_NPOS || b->depth == 0) {
        return false;
    }
    struct nb_slice text = nb_slice_sub(b->s, from, end);
    if (is_special(text)) {
        keep(b, nb_slice_sub(b->s, b->at, end + 3));
    } else {
        take_out(b, text);
    }
    b->at = end + 3;
    return true;
}

/* A comment or an instruction: libxml2 says whether it is a good one. */
static bool read_aside(struct builder *b, struct nb_slice mark, size_t from)
{
    size_t end = nb_slice_find(b->s, mark, from);
    if (end == NB_NPOS) {
        return false;
    }
    keep(b, nb_slice_sub(b->s, b->at, end + mark.len));
    b->at = end + mark.len;
    return true;
}

/* The '>' that ends the tag at `from`; NB_NPOS when a '<', the end or very many attributes come
 * first. */
static size_t tag_end(struct nb_slice s, size_t from)
{
    size_t attributes_n = 0;
    char quote = '\0';
    for (size_t i = from + 1; i < s.len && s.p[i] != '<'; i++) {
        char c = s.p[i];
        if (quote) {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            return i;
        } else if (c == '=' && ++attributes_n > NB_FEED_ATTRIBUTES_MAX) {
            break;
        }
    }
    return NB_NPOS;
}

static bool read_tag(struct builder *b)
{
    size_t end = tag_end(b->s, b->at);
    if (end == NB_NPOS) {
        return false;
    }
    bool closes = b->s.p[b->at + 1] == '/';
    bool is_empty = b->s.p[end - 1] == '/';
    if (closes && b->depth == 0) {
        return false;
    }
    if (closes) {
        b->depth--;
    } else if (!is_empty) {
        b->depth++;
    }
    keep(b, nb_slice_sub(b->s, b->at, end + 1));
    b->at = end + 1;
    return true;
}

static bool read_markup(struct builder *b)
{
    struct nb_slice rest = nb_slice_sub(b->s, b->at, b->s.len);
    if (rest.len < 2) {
        return false;
    }
    if (rest.p[1] == '?') {
        return read_aside(b, NB_LIT("?>"), b->at + 2);
    }
    if (rest.p[1] != '!') {
        return read_tag(b);
    }
    if (nb_slice_starts(rest, NB_LIT("<![CDATA["))) {
        return read_cdata(b);
    }
    return nb_slice_starts(rest, NB_LIT("<!--")) && read_aside(b, NB_LIT("-->"), b->at + 4);
}

bool nb_feed_skeleton_make(struct nb_slice text, struct nb_feed_skeleton *out)
{
    struct builder b = {.s = text, .out = out};
    nb_buf_init(&out->markup, text.len);
    nb_buf_init(&out->resolved, text.len);
    nb_buf_init(&out->gaps, text.len * sizeof(struct nb_feed_gap));
    /* what gaps point at must not move */
    bool ok = nb_buf_reserve(&out->markup, text.len) && nb_buf_reserve(&out->resolved, text.len);
    while (ok && b.at < text.len) {
        size_t lt = nb_slice_find_byte(text, '<', b.at);
        ok = read_text(&b, lt == NB_NPOS ? text.len : lt) && (lt == NB_NPOS || read_markup(&b));
    }
    ok = ok && out->markup.err == NB_OK && out->resolved.err == NB_OK && out->gaps.err == NB_OK;
    if (!ok) {
        nb_feed_skeleton_free(out);
    }
    return ok;
}

void nb_feed_skeleton_free(struct nb_feed_skeleton *skeleton)
{
    nb_buf_fini(&skeleton->markup);
    nb_buf_fini(&skeleton->resolved);
    nb_buf_fini(&skeleton->gaps);
}
