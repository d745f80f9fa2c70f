#include <nabiz/json.h>

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <nabiz/date.h>
#include <nabiz/text.h>

void nb_json_init(struct nb_json *json, struct nb_buf *buf, bool pretty)
{
    *json = (struct nb_json){.buf = buf, .pretty = pretty};
}

static void new_line(struct nb_json *json)
{
    if (json->pretty) {
        nb_buf_add_byte(json->buf, '\n');
        for (int i = 0; i < json->depth; i++) {
            nb_buf_add_str(json->buf, "  ");
        }
    }
}

static void separate(struct nb_json *json)
{
    const struct nb_buf *buf = json->buf;
    if (json->depth > 0) {
        if (json->filled[json->depth]) {
            nb_buf_add_byte(json->buf, ',');
        }
        new_line(json);
    } else if (json->filled[0] && buf->len > 0 && buf->p[buf->len - 1] != '\n') {
        nb_buf_add_byte(json->buf, '\n');
    }
    json->filled[json->depth] = true;
}

/* What stands in front of a value. */
static void begin_value(struct nb_json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    assert(json->depth == 0 || json->close[json->depth - 1] == ']');
    separate(json);
}

static void open_level(struct nb_json *json, char open, char close)
{
    begin_value(json);
    assert(json->depth < NB_JSON_DEPTH);
    nb_buf_add_byte(json->buf, open);
    json->close[json->depth++] = close;
    json->filled[json->depth] = false;
}

void nb_json_object(struct nb_json *json)
{
    open_level(json, '{', '}');
}

void nb_json_array(struct nb_json *json)
{
    open_level(json, '[', ']');
}

void nb_json_end(struct nb_json *json)
{
    assert(json->depth > 0 && !json->after_key);
    bool filled = json->filled[json->depth];
    json->depth--;
    if (filled) {
        new_line(json);
    }
    nb_buf_add_byte(json->buf, json->close[json->depth]);
}

static void add_escape(struct nb_buf *buf, unsigned char c)
{
    switch (c) {
    case '"':
    case '\\':
        nb_buf_add_byte(buf, '\\');
        nb_buf_add_byte(buf, (char)c);
        break;
    case '\n':
        nb_buf_add_str(buf, "\\n");
        break;
    case '\r':
        nb_buf_add_str(buf, "\\r");
        break;
    case '\t':
        nb_buf_add_str(buf, "\\t");
        break;
    default:
        nb_buf_addf(buf, "\\u%04x", (unsigned)c);
    }
}

/* How many bytes from here on are written as they are, eight at a time where they are ASCII. */
static size_t plain_bytes(struct nb_slice s, size_t from)
{
    static const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    size_t at = from;
    for (uint64_t eight; at + sizeof(eight) <= s.len; at += sizeof(eight)) {
        memcpy(&eight, s.p + at, sizeof(eight));
        uint64_t quote = eight ^ '"' * ones, back = eight ^ '\\' * ones;
        uint64_t other = (eight - 0x20 * ones) | (eight + ones) | eight;
        if (((quote - ones) | (back - ones) | other) & tops) {
            break;
        }
    }
    while (at < s.len && s.p[at] >= 0x20 && s.p[at] < 0x7F && s.p[at] != '"' && s.p[at] != '\\') {
        at++;
    }
    return at - from;
}

/* As nearly all strings are: without anything to escape. */
static void add_plain_string(struct nb_buf *buf, struct nb_slice s)
{
    char *to = nb_buf_reserve(buf, s.len + 2);
    if (to) {
        *to = '"';
        memcpy(to + 1, s.len ? s.p : "", s.len);
        to[s.len + 1] = '"';
        buf->len += s.len + 2;
    }
}

static void add_string(struct nb_buf *buf, struct nb_slice s)
{
    size_t plain = 0; /* start of what can be copied as it is */
    size_t pos = plain_bytes(s, 0);
    if (pos == s.len) {
        add_plain_string(buf, s);
        return;
    }
    nb_buf_add_byte(buf, '"');
    for (; pos < s.len; pos += plain_bytes(s, pos)) {
        size_t from = pos;
        unsigned char c = (unsigned char)s.p[pos];
        if (c >= 0x80) {
            uint32_t code_point = nb_utf8_next(s, &pos);
            if (code_point != NB_REPLACEMENT) {
                continue;
            }
            nb_buf_add(buf, nb_slice_sub(s, plain, from));
            nb_buf_add_str(buf, "\xEF\xBF\xBD");
        } else {
            pos++;
            nb_buf_add(buf, nb_slice_sub(s, plain, from));
            add_escape(buf, c);
        }
        plain = pos;
    }
    nb_buf_add(buf, nb_slice_sub(s, plain, s.len));
    nb_buf_add_byte(buf, '"');
}

void nb_json_key(struct nb_json *json, const char *key)
{
    assert(json->depth > 0 && json->close[json->depth - 1] == '}' && !json->after_key);
    separate(json);
    add_string(json->buf, nb_slice_str(key));
    if (json->pretty) {
        nb_buf_add_str(json->buf, ": ");
    } else {
        nb_buf_add_byte(json->buf, ':');
    }
    json->after_key = true;
}

void nb_json_str(struct nb_json *json, struct nb_slice value)
{
    begin_value(json);
    add_string(json->buf, value);
}

void nb_json_cstr(struct nb_json *json, const char *value)
{
    if (value) {
        nb_json_str(json, nb_slice_str(value));
    } else {
        nb_json_null(json);
    }
}

void nb_json_int(struct nb_json *json, int64_t value)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value < 0) {
        digits[--at] = '-';
    }
    begin_value(json);
    nb_buf_add(json->buf, nb_slice(digits + at, sizeof(digits) - at));
}

void nb_json_bool(struct nb_json *json, bool value)
{
    begin_value(json);
    nb_buf_add_str(json->buf, value ? "true" : "false");
}

void nb_json_null(struct nb_json *json)
{
    begin_value(json);
    nb_buf_add_str(json->buf, "null");
}

void nb_json_time(struct nb_json *json, int64_t at_ms)
{
    if (at_ms < 0) {
        nb_json_null(json);
        return;
    }
    char text[NB_RFC3339_BYTES];
    nb_date_rfc3339(at_ms, text);
    nb_json_cstr(json, text);
}

void nb_json_kstr(struct nb_json *json, const char *key, struct nb_slice value)
{
    nb_json_key(json, key);
    nb_json_str(json, value);
}

void nb_json_kcstr(struct nb_json *json, const char *key, const char *value)
{
    nb_json_key(json, key);
    nb_json_cstr(json, value);
}

void nb_json_kint(struct nb_json *json, const char *key, int64_t value)
{
    nb_json_key(json, key);
    nb_json_int(json, value);
}

void nb_json_kmilli(struct nb_json *json, const char *key, int64_t value_milli)
{
    uint64_t size = value_milli < 0 ? 0 - (uint64_t)value_milli : (uint64_t)value_milli;
    char text[32];
    int n = snprintf(text, sizeof(text), "%s%" PRIu64, value_milli < 0 ? "-" : "", size / 1000);
    if (size % 1000) {
        n += snprintf(text + n, sizeof(text) - (size_t)n, ".%03u", (unsigned)(size % 1000));
        while (text[n - 1] == '0') {
            n--;
        }
    }
    nb_json_key(json, key);
    begin_value(json);
    nb_buf_add(json->buf, nb_slice(text, (size_t)n));
}

void nb_json_kbool(struct nb_json *json, const char *key, bool value)
{
    nb_json_key(json, key);
    nb_json_bool(json, value);
}

void nb_json_ktime(struct nb_json *json, const char *key, int64_t at_ms)
{
    nb_json_key(json, key);
    nb_json_time(json, at_ms);
}
