/*
 * Only tokens are looked at: whether they make sense together is for the reader to say. The comma
 * is held back until the next value, which is how one in front of a bracket goes away.
 */
#include "crawler/feed/json_repair.h"

#include <stdbool.h>

#include "crawler/feed/reader.h"

enum { VALUES_MAX = 200000, ESCAPE_DIGITS = 4 };

/* Past the string that begins at the quote at i; the length of the text when it has no end. */
static size_t string_end(struct nb_slice s, size_t i)
{
    for (i++; i < s.len; i++) {
        if (s.p[i] == '"') {
            return i + 1;
        }
        i += s.p[i] == '\\';
    }
    return s.len;
}

enum nb_err nb_feed_json_weigh(struct nb_slice text)
{
    size_t depth = 0, values = 0;
    for (size_t i = 0; i < text.len;) {
        switch (text.p[i]) {
        case '"':
            i = string_end(text, i);
            continue;
        case '{':
        case '[':
            values++;
            depth++;
            break;
        case '}':
        case ']':
            depth -= depth > 0;
            break;
        case ',':
            values++;
            break;
        default:
            break;
        }
        if (depth >= NB_FEED_DEPTH || values > VALUES_MAX) {
            return NB_ETOOBIG;
        }
        i++;
    }
    return NB_OK;
}

struct mender {
    struct nb_slice s;
    size_t at;
    struct nb_buf *out;
    char open[NB_FEED_DEPTH]; /* the brackets that will close */
    size_t open_n;
    bool comma;     /* held back */
    bool key;       /* the last string was the name of a member */
    bool has_colon; /* and its colon was written */
    bool in_name;   /* the next string is a name */
};

/* The four digits of \uXXXX at i, or -1. */
static int32_t hex4(struct nb_slice s, size_t i)
{
    int32_t value = 0;
    for (size_t k = i; k < i + ESCAPE_DIGITS; k++) {
        char c = k < s.len ? nb_ascii_lower(s.p[k]) : ' ';
        if (!nb_ascii_is_digit(c) && !(c >= 'a' && c <= 'f')) {
            return -1;
        }
        value = value * 16 + (nb_ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    return value;
}

/* At the backslash. @return the bytes read. */
static size_t mend_escape(struct nb_slice s, size_t i, struct nb_buf *out)
{
    char c = i + 1 < s.len ? s.p[i + 1] : '\0';
    if (c != '\0' && strchr("\"\\/bfnrt", c)) {
        nb_buf_add(out, nb_slice_sub(s, i, i + 2));
        return 2;
    }
    int32_t unit = c == 'u' ? hex4(s, i + 2) : -1;
    if (unit < 0) {
        return 1; /* the backslash goes, what follows stays */
    }
    size_t one = 2 + ESCAPE_DIGITS;
    if (unit < 0xd800 || unit > 0xdfff) {
        nb_buf_add(out, nb_slice_sub(s, i, i + one));
        return one;
    }
    bool paired = i + one + 1 < s.len && s.p[i + one] == '\\' && s.p[i + one + 1] == 'u';
    int32_t low = paired ? hex4(s, i + one + 2) : -1;
    if (unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
        nb_buf_add(out, nb_slice_sub(s, i, i + 2 * one));
        return 2 * one;
    }
    nb_buf_add_str(out, "\\ufffd");
    return one;
}

static void mend_string(struct mender *m)
{
    struct nb_slice s = m->s;
    size_t i = m->at + 1;
    nb_buf_add_byte(m->out, '"');
    while (i < s.len && s.p[i] != '"') {
        size_t run = i;
        while (run < s.len && s.p[run] != '"' && s.p[run] != '\\' &&
               (unsigned char)s.p[run] >= 0x20) {
            run++;
        }
        nb_buf_add(m->out, nb_slice_sub(s, i, run));
        i = run;
        if (i < s.len && s.p[i] == '\\') {
            i += mend_escape(s, i, m->out);
        } else if (i < s.len && s.p[i] != '"') {
            nb_buf_addf(m->out, "\\u%04x", (unsigned)(unsigned char)s.p[i]);
            i++;
        }
    }
    nb_buf_add_byte(m->out, '"');
    m->at = i < s.len ? i + 1 : s.len;
}

static void write_comma(struct mender *m)
{
    if (m->comma) {
        nb_buf_add_byte(m->out, ',');
        m->comma = false;
    }
}

/* A name whose value never came. */
static void finish_member(struct mender *m)
{
    if (m->key) {
        nb_buf_add_str(m->out, m->has_colon ? "null" : ":null");
        m->key = false;
    }
}

static void close_top(struct mender *m)
{
    finish_member(m);
    m->comma = false;
    nb_buf_add_byte(m->out, m->open[--m->open_n]);
    m->in_name = false;
}

/* After a value inside an object comes a name again, once there was a comma. */
static void on_value(struct mender *m)
{
    write_comma(m);
    m->key = m->in_name;
    m->has_colon = false;
    m->in_name = false;
}

/* A number that the reader would refuse, and all of the feed with it: "1e999", 20 digits. */
static bool is_too_big(struct nb_slice literal)
{
    enum { PLAIN_MAX = 30 };
    int64_t number;
    if (!nb_ascii_is_digit(literal.p[0]) && literal.p[0] != '-') {
        return false;
    }
    bool has_point = nb_slice_find_byte(literal, '.', 0) != NB_NPOS;
    bool has_power = nb_slice_find_byte(literal, 'e', 0) != NB_NPOS ||
                     nb_slice_find_byte(literal, 'E', 0) != NB_NPOS;
    return has_power || (has_point ? literal.len > PLAIN_MAX : !nb_slice_to_i64(literal, &number));
}

/* What is no string, no bracket and no sign between them. */
static void mend_literal(struct mender *m)
{
    size_t from = m->at - 1;
    while (m->at < m->s.len && !nb_ascii_is_space(m->s.p[m->at]) &&
           !strchr(",:{}[]\"", m->s.p[m->at])) {
        m->at++;
    }
    struct nb_slice literal = nb_slice_sub(m->s, from, m->at);
    bool is_cut = m->at == m->s.len;
    on_value(m);
    m->key = false;
    nb_buf_add(m->out, is_cut || is_too_big(literal) ? NB_LIT("null") : literal);
}

static void mend_token(struct mender *m)
{
    char c = m->s.p[m->at];
    if (c == '"') {
        on_value(m);
        mend_string(m);
        return;
    }
    m->at++;
    if (c == '{' || c == '[') {
        on_value(m);
        m->key = false;
        nb_buf_add_byte(m->out, c);
        m->open[m->open_n++] = c == '{' ? '}' : ']';
        m->in_name = c == '{';
    } else if (c == '}' || c == ']') {
        if (m->open_n > 0) {
            close_top(m);
        }
    } else if (c == ',') {
        finish_member(m);
        m->comma = true;
        m->in_name = m->open_n > 0 && m->open[m->open_n - 1] == '}';
    } else if (c == ':') {
        nb_buf_add_byte(m->out, c);
        m->has_colon = true;
    } else if (!nb_ascii_is_space(c)) {
        mend_literal(m);
    }
}

enum nb_err nb_feed_json_repair(struct nb_slice text, struct nb_buf *out)
{
    struct mender m = {.s = nb_slice_trim(text), .out = out};
    while (m.at < m.s.len && m.open_n < NB_FEED_DEPTH && out->err == NB_OK) {
        mend_token(&m);
        if (m.open_n == 0) {
            break; /* what follows the feed is no part of it */
        }
    }
    while (m.open_n > 0) {
        close_top(&m);
    }
    return nb_buf_finish(out, NULL);
}
