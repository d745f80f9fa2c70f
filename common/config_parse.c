/*
 * One pass over the text, a statement at a time:
 *
 *     statement = name "{" statement* "}"  |  name ( "=" | ":" ) value ( ";" | newline | before "}"
 * )
 *
 * A statement that cannot be read is reported and skipped to its ";" or the end of its line, with
 * the block it opens if it opens one, so that one slip gives one message. Every loop moves pos
 * forward, and sections are a counter and not recursion: time is linear and the stack is flat.
 */
#include "common/config_parse.h"

#include <stdarg.h>
#include <stdio.h>

#include <nabiz/text.h>

struct parser {
    struct nb_slice text;
    size_t pos;
    unsigned line;
    struct nb_arena *arena;
    const struct nb_config_sink *sink;
    size_t depth;
    unsigned opened[NB_CONFIG_DEPTH]; /* line of each open section */
    size_t name_len[NB_CONFIG_DEPTH]; /* of the name around it */
    char name[NB_CONFIG_NAME_BYTES];  /* of the innermost section with its '.', then the key */
    size_t len;
};

static void wrong(struct parser *p, unsigned line, const char *format, ...) NB_PRINTF(3, 4);

static void wrong(struct parser *p, unsigned line, const char *format, ...)
{
    char text[320];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    p->sink->wrong(p->sink->context, line, NB_ESYNTAX, text);
}

/* '\0' at the end; the text itself holds none. */
static char peek(const struct parser *p, size_t ahead)
{
    return ahead < p->text.len - p->pos ? p->text.p[p->pos + ahead] : '\0';
}

static void step(struct parser *p)
{
    p->line += p->text.p[p->pos] == '\n';
    p->pos++;
}

/* A nested C comment. @return false, at the end of the text, when it is not closed. */
static bool skip_comment(struct parser *p)
{
    unsigned from = p->line;
    size_t depth = 0;
    while (peek(p, 0) != '\0') {
        if (peek(p, 0) == '/' && peek(p, 1) == '*') {
            depth++;
            p->pos += 2;
        } else if (peek(p, 0) == '*' && peek(p, 1) == '/') {
            p->pos += 2;
            if (--depth == 0) {
                return true;
            }
        } else {
            step(p);
        }
    }
    wrong(p, from, "the comment that begins here is not closed; add */");
    return false;
}

/* White space and comments; a newline only where it means nothing. */
static void skip_space(struct parser *p, bool over_lines)
{
    for (;;) {
        char c = peek(p, 0);
        if (c == '#') {
            while (peek(p, 0) != '\n' && peek(p, 0) != '\0') {
                p->pos++;
            }
        } else if (c == '/' && peek(p, 1) == '*') {
            (void)skip_comment(p);
        } else if (nb_ascii_is_space(c) && (over_lines || c != '\n')) {
            step(p);
        } else {
            return;
        }
    }
}

/* Behind the block whose '{' is next. */
static void skip_block(struct parser *p)
{
    size_t depth = 0;
    do {
        skip_space(p, true);
        char c = peek(p, 0);
        if (c == '\0') {
            return;
        }
        depth += c == '{';
        depth -= c == '}';
        step(p);
    } while (depth > 0);
}

/* Behind a statement that could not be read. */
static void recover(struct parser *p)
{
    for (char c; (c = peek(p, 0)) != '\0' && c != '\n' && c != '}';) {
        if (c == '{') {
            skip_block(p);
            return;
        }
        step(p);
        if (c == ';') {
            return;
        }
    }
}

static bool is_name_byte(char c)
{
    return nb_ascii_is_alpha(c) || nb_ascii_is_digit(c) || c == '_' || c == '-';
}

static bool hex4(const struct parser *p, uint32_t *out)
{
    uint32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = nb_ascii_lower(peek(p, i));
        if (!nb_ascii_is_digit(c) && !(c >= 'a' && c <= 'f')) {
            return false;
        }
        value = value * 16 + (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *out = value;
    return true;
}

/* After "\u": four hexadecimal digits, or a surrogate pair of two escapes. */
static bool unicode_escape(struct parser *p, uint32_t *out)
{
    uint32_t high;
    uint32_t low;
    if (!hex4(p, &high) || high == 0) {
        return false;
    }
    p->pos += 4;
    *out = high;
    if (high < 0xD800 || high > 0xDFFF) {
        return true;
    }
    if (high > 0xDBFF || peek(p, 0) != '\\' || peek(p, 1) != 'u') {
        return false;
    }
    p->pos += 2;
    if (!hex4(p, &low) || low < 0xDC00 || low > 0xDFFF) {
        return false;
    }
    p->pos += 4;
    *out = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

/* After the backslash. @return bytes written to out, 0 when there is no such escape. */
static size_t escape(struct parser *p, char quote, char out[4])
{
    static const char from[] = "\"\\/'bfnrt";
    static const char to[] = "\"\\/'\b\f\n\r\t";
    char c = peek(p, 0);
    if (c == '\0') {
        return 0;
    }
    if (quote == '\'') { /* only the quote itself; any other backslash stands for itself */
        out[0] = '\\';
        if (c == '\'') {
            out[0] = c;
            p->pos++;
        }
        return 1;
    }
    if (c == 'u') {
        uint32_t code_point;
        p->pos++;
        return unicode_escape(p, &code_point) ? nb_utf8_put(code_point, out) : 0;
    }
    const char *at = memchr(from, c, sizeof(from) - 1);
    if (!at) {
        return 0;
    }
    p->pos++;
    out[0] = to[at - from];
    return 1;
}

static bool quoted(struct parser *p, struct nb_slice *out)
{
    char quote = peek(p, 0);
    p->pos++;
    struct nb_slice rest = nb_slice_sub(p->text, p->pos, p->text.len);
    size_t end = nb_slice_find_byte(rest, '\n', 0);
    char *value = nb_arena_alloc(p->arena, end == NB_NPOS ? rest.len : end);
    size_t n = 0;
    bool ok = true;
    if (!value) {
        p->sink->wrong(p->sink->context, p->line, NB_ENOMEM, "the values take too much memory");
        return false;
    }
    for (char c; (c = peek(p, 0)) != quote;) {
        if (c == '\0' || c == '\n') {
            wrong(p, p->line,
                  "the text in quotes does not end in its line; add %c, or write \\n "
                  "for a line break",
                  quote);
            return false;
        }
        p->pos++;
        if (c != '\\') {
            value[n++] = c;
            continue;
        }
        size_t bytes = escape(p, quote, value + n); /* never longer than its escape */
        if (bytes == 0 && ok) {
            ok = false;
            wrong(p, p->line,
                  "there is no such escape; write \\\\ for a backslash, and use "
                  "\\\" \\n \\t or \\uXXXX (not 0000) for the rest");
        }
        n += bytes;
    }
    p->pos++;
    *out = nb_slice(value, n);
    return ok;
}

/* Up to ';', '}', the end of the line or a comment. */
static bool bare(struct parser *p, struct nb_slice *out)
{
    size_t from = p->pos;
    for (char c; (c = peek(p, 0)) != '\0' && c != ';' && c != '}' && c != '\n'; p->pos++) {
        bool after_space = p->pos > from && nb_ascii_is_space(p->text.p[p->pos - 1]);
        bool comment = c == '#' || (c == '/' && peek(p, 1) == '*');
        if (comment && (after_space || p->pos == from)) {
            break;
        }
        if (comment || memchr("\"'\\,{[]", c, 7)) {
            wrong(p, p->line, "a value with %c needs double quotes around it", c);
            return false;
        }
    }
    *out = nb_slice_trim(nb_slice_sub(p->text, from, p->pos));
    if (out->len == 0) {
        wrong(p, p->line, "%.*s has no value; write \"\" for the empty one", (int)p->len, p->name);
    }
    return out->len > 0;
}

static bool assignment(struct parser *p)
{
    unsigned line = p->line;
    struct nb_slice value;
    skip_space(p, false);
    char c = peek(p, 0);
    if (!(c == '"' || c == '\'' ? quoted(p, &value) : bare(p, &value))) {
        return false;
    }
    skip_space(p, false);
    c = peek(p, 0);
    if (c != ';' && c != '}' && c != '\n' && c != '\0') {
        wrong(p, p->line, "expected ; after the value of %.*s", (int)p->len, p->name);
        return false;
    }
    p->pos += c == ';';
    p->sink->value(p->sink->context, line, nb_slice(p->name, p->len), value);
    return true;
}

static void open_section(struct parser *p, size_t outer_len)
{
    if (p->depth == NB_CONFIG_DEPTH || p->len + 1 >= sizeof(p->name)) {
        wrong(p, p->line, "sections are nested too deep");
        skip_block(p);
    } else if (!p->sink->section(p->sink->context, p->line, nb_slice(p->name, p->len))) {
        skip_block(p);
    } else {
        p->opened[p->depth] = p->line;
        p->name_len[p->depth] = outer_len;
        p->depth++;
        p->name[p->len++] = '.';
        p->pos++;
        return;
    }
    p->len = outer_len;
}

static void close_section(struct parser *p)
{
    p->pos++;
    if (p->depth == 0) {
        wrong(p, p->line, "} closes nothing; remove it, or look for a } too many above");
    } else {
        p->len = p->name_len[--p->depth];
    }
}

static bool named(struct parser *p)
{
    size_t from = p->pos;
    while (is_name_byte(peek(p, 0))) {
        p->pos++;
    }
    struct nb_slice word = nb_slice_sub(p->text, from, p->pos);
    if (word.len == 0 && peek(p, 0) == '.') {
        wrong(p, p->line, "there are no macros or includes here; write the settings themselves");
        return false;
    }
    if (word.len == 0) {
        wrong(p, p->line, "expected the name of a setting or section; names are of a-z, 0-9 and _");
        return false;
    }
    if (word.len > sizeof(p->name) - p->len) {
        wrong(p, p->line, "the name is too long for any setting");
        return false;
    }
    memcpy(p->name + p->len, word.p, word.len);
    p->len += word.len;
    return true;
}

static void statement(struct parser *p)
{
    size_t outer_len = p->len;
    bool ok = named(p);
    if (ok) {
        struct nb_slice word = nb_slice(p->name + outer_len, p->len - outer_len);
        const struct {
            size_t pos;
            unsigned line;
        } behind_name = {p->pos, p->line};
        skip_space(p, true);
        char c = peek(p, 0);
        if (c == '{') {
            open_section(p, outer_len);
            return;
        }
        if (c == '=' || c == ':') {
            p->pos++;
            ok = assignment(p);
        } else if (c == '.') {
            wrong(p, p->line, "a name has no dot here; write %.*s { ... } around its settings",
                  NB_ARG(word));
            ok = false;
        } else {
            p->pos = behind_name.pos; /* the next line is none of this statement's */
            p->line = behind_name.line;
            wrong(p, p->line, "expected = or { after %.*s", NB_ARG(word));
            ok = false;
        }
    }
    p->len = outer_len;
    if (!ok) {
        recover(p);
    }
}

void nb_config_parse(struct nb_slice text, struct nb_arena *arena,
                     const struct nb_config_sink *sink)
{
    struct parser p = {.text = text, .line = 1, .arena = arena, .sink = sink};
    for (;;) {
        skip_space(&p, true);
        char c = peek(&p, 0);
        if (c == '\0') {
            break;
        }
        if (c == '}') {
            close_section(&p);
        } else if (c == ';') {
            p.pos++;
        } else {
            statement(&p);
        }
    }
    if (p.depth > 0) {
        wrong(&p, p.opened[p.depth - 1], "the section %.*s that begins here is not closed; add }",
              (int)p.len - 1, p.name);
    }
}
