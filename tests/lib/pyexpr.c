#include "tests/lib/pyexpr.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/text.h>

enum { ITEMS_MAX = 64, DEPTH_MAX = 64 };

struct parser {
    struct nb_slice s;
    size_t at;
    const struct py_host *host;
    struct nb_arena *arena;
    int depth;
};

static struct py read_or(struct parser *p);

struct py py_bool(bool value)
{
    return (struct py){.kind = PY_BOOL, .i = value};
}

struct py py_unknown(struct nb_slice what)
{
    return (struct py){.kind = PY_UNKNOWN, .s = what};
}

struct py py_string(int tag, struct nb_slice s)
{
    return (struct py){.kind = PY_STR, .tag = tag, .s = s};
}

struct py py_host_value(int tag, const void *p)
{
    return (struct py){.kind = PY_HOST, .tag = tag, .p = p};
}

bool py_one_of(struct nb_slice key, const char *words)
{
    struct nb_slice word, rest = nb_slice_str(words);
    while (nb_slice_split(&rest, ' ', &word)) {
        if (nb_slice_eq(key, word)) {
            return true;
        }
    }
    return false;
}

static struct py py_error(const char *what)
{
    return (struct py){.kind = PY_ERROR, .s = nb_slice_str(what)};
}

static bool is_final(struct py value)
{
    return value.kind == PY_ERROR || value.kind == PY_UNKNOWN;
}

static void skip_space(struct parser *p)
{
    while (p->at < p->s.len && nb_ascii_is_space(p->s.p[p->at])) {
        p->at++;
    }
}

static bool in_word(char c)
{
    return nb_ascii_is_alpha(c) || nb_ascii_is_digit(c) || c == '_';
}

static bool next_is(struct parser *p, const char *token)
{
    skip_space(p);
    struct nb_slice t = nb_slice_str(token);
    size_t end = p->at + t.len;
    if (!nb_slice_starts(nb_slice_sub(p->s, p->at, p->s.len), t)) {
        return false;
    }
    return !in_word(t.p[t.len - 1]) || end >= p->s.len || !in_word(p->s.p[end]);
}

static bool take(struct parser *p, const char *token)
{
    bool found = next_is(p, token);
    p->at += found ? strlen(token) : 0;
    return found;
}

static struct nb_slice read_word(struct parser *p)
{
    skip_space(p);
    size_t from = p->at;
    while (p->at < p->s.len && in_word(p->s.p[p->at])) {
        p->at++;
    }
    return nb_slice_sub(p->s, from, p->at);
}

static void add_escape(struct parser *p, struct nb_buf *out)
{
    static const char names[] = "ntr'\"\\", values[] = "\n\t\r'\"\\";
    char c = p->s.p[p->at++];
    size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    const char *simple = strchr(names, c);
    if (digits && p->at + digits <= p->s.len) {
        char text[9] = {0};
        char bytes[4];
        memcpy(text, p->s.p + p->at, digits);
        p->at += digits;
        uint32_t code_point = (uint32_t)strtoul(text, NULL, 16);
        nb_buf_add(out, nb_slice(bytes, nb_utf8_put(code_point, bytes)));
    } else if (c && simple) {
        nb_buf_add_byte(out, values[simple - names]);
    } else {
        nb_buf_add_byte(out, '\\');
        nb_buf_add_byte(out, c);
    }
}

/* At the quote; adjacent literals join. */
static struct py read_string(struct parser *p)
{
    struct nb_buf out;
    nb_buf_init(&out, p->s.len * 4 + 16);
    bool closed = true;
    while (closed && (next_is(p, "'") || next_is(p, "\""))) {
        char quote = p->s.p[p->at++];
        closed = false;
        while (p->at < p->s.len && !closed) {
            char c = p->s.p[p->at++];
            closed = c == quote;
            if (c == '\\' && p->at < p->s.len) {
                add_escape(p, &out);
            } else if (!closed) {
                nb_buf_add_byte(&out, c);
            }
        }
    }
    struct py value = {.kind = PY_STR, .s = nb_arena_copy(p->arena, nb_buf_slice(&out))};
    nb_buf_fini(&out);
    return closed ? value : py_error("string without an end");
}

/* Values up to the closing bracket; in a dict keys and values alternate. */
static struct py read_items(struct parser *p, const char *close, bool pairs)
{
    struct py items[ITEMS_MAX];
    size_t n = 0;
    while (!take(p, close)) {
        if (n + 2 > ITEMS_MAX || p->at >= p->s.len) {
            return py_error("list without an end");
        }
        items[n] = read_or(p);
        if (items[n++].kind == PY_ERROR) {
            return items[n - 1];
        }
        if (pairs && n % 2 == 1) {
            if (!take(p, ":")) {
                return py_error("no ':' in a dict");
            }
        } else if (!take(p, ",") && !next_is(p, close)) {
            return py_error("no ',' in a list");
        }
    }
    struct py *kept = nb_arena_calloc(p->arena, n + 1, sizeof(*kept));
    if (!kept) {
        return py_error("out of memory");
    }
    memcpy(kept, items, n * sizeof(*kept));
    return (struct py){.kind = pairs ? PY_DICT : PY_SEQ, .items = kept, .n = n};
}

static struct py read_parenthesis(struct parser *p)
{
    struct py list = read_items(p, ")", false);
    return list.kind == PY_SEQ && list.n == 1 ? list.items[0] : list;
}

static struct py read_atom(struct parser *p)
{
    skip_space(p);
    char c = p->at < p->s.len ? p->s.p[p->at] : '\0';
    char next = p->at + 1 < p->s.len ? p->s.p[p->at + 1] : '\0';
    if ((c == 'u' || c == 'b') && (next == '\'' || next == '"')) {
        p->at++;
        c = next;
    }
    if (c == '\'' || c == '"') {
        return read_string(p);
    }
    if (take(p, "(")) {
        return read_parenthesis(p);
    }
    if (take(p, "[")) {
        return read_items(p, "]", false);
    }
    if (take(p, "{")) {
        return read_items(p, "}", true);
    }
    bool minus = take(p, "-");
    struct nb_slice word = read_word(p);
    int64_t number = 0;
    if (word.len && nb_ascii_is_digit(word.p[0]) && next_is(p, ".")) {
        p->at++;
        (void)read_word(p);
        return py_unknown(NB_LIT("numbers with a fraction"));
    }
    if (nb_slice_to_i64(word, &number)) {
        return (struct py){.kind = PY_INT, .i = minus ? -number : number};
    }
    if (nb_slice_eq(word, NB_LIT("None"))) {
        return (struct py){.kind = PY_NONE};
    }
    if (nb_slice_eq(word, NB_LIT("True")) || nb_slice_eq(word, NB_LIT("False"))) {
        return py_bool(word.p[0] == 'T');
    }
    return word.len ? p->host->name(p->host->data, word) : py_error("value expected");
}

static struct py item_of(struct parser *p, struct py of, struct py key)
{
    if (is_final(of) || is_final(key)) {
        return is_final(of) ? of : key;
    }
    if (of.kind == PY_SEQ && key.kind == PY_INT) {
        int64_t i = key.i < 0 ? key.i + (int64_t)of.n : key.i;
        return i >= 0 && (size_t)i < of.n ? of.items[i] : (struct py){.kind = PY_NONE};
    }
    if (of.kind == PY_NONE) {
        return of; /* where Python raises: the comparison then fails here as well */
    }
    return of.kind == PY_HOST ? p->host->item(p->host->data, of, key) : py_error("no items");
}

static bool is_true(struct py value)
{
    switch (value.kind) {
    case PY_BOOL:
    case PY_INT:
        return value.i != 0;
    case PY_STR:
        return value.s.len > 0;
    case PY_SEQ:
    case PY_DICT:
        return value.n > 0;
    default:
        return value.kind == PY_HOST;
    }
}

static struct py call(struct nb_slice function, struct py of, struct py args, struct parser *p)
{
    struct py first = args.n ? args.items[0] : (struct py){.kind = PY_NONE};
    if (args.kind == PY_ERROR) {
        return args;
    }
    if (nb_slice_eq(function, NB_LIT("len")) && !is_final(first)) {
        int64_t n = first.kind == PY_STR ? (int64_t)first.s.len : (int64_t)first.n;
        return (struct py){.kind = PY_INT, .i = n};
    }
    if (nb_slice_eq(function, NB_LIT("len"))) {
        return first;
    }
    if (nb_slice_eq(function, NB_LIT("get")) || nb_slice_eq(function, NB_LIT("has_key"))) {
        struct py item = item_of(p, of, first);
        bool asks = function.p[0] == 'h' && !is_final(item);
        return asks ? py_bool(is_true(item)) : item;
    }
    return is_final(of) ? of : p->host->name(p->host->data, function);
}

static struct py read_primary(struct parser *p)
{
    size_t from = (skip_space(p), p->at);
    bool is_len = take(p, "len");
    struct py value = is_len ? (struct py){.kind = PY_NONE} : read_atom(p);
    struct py owner = value;
    struct nb_slice name = is_len ? NB_LIT("len") : nb_slice_trim(nb_slice_sub(p->s, from, p->at));
    while (value.kind != PY_ERROR) {
        if (take(p, "[")) {
            struct py key = read_or(p);
            value = take(p, "]") ? item_of(p, value, key) : py_error("']' expected");
        } else if (take(p, ".")) {
            name = read_word(p);
            owner = value;
            bool called = next_is(p, "(");
            struct py key = {.kind = PY_STR, .s = name};
            value = called ? value : item_of(p, value, key);
        } else if (take(p, "(")) {
            value = call(name, owner, read_items(p, ")", false), p);
        } else {
            break;
        }
    }
    return value;
}

static struct py read_sum(struct parser *p)
{
    struct py left = read_primary(p);
    while (left.kind != PY_ERROR && take(p, "+")) {
        struct py right = read_primary(p);
        if (is_final(right) || is_final(left)) {
            left = left.kind == PY_UNKNOWN ? left : right;
            continue;
        }
        if (left.kind != PY_STR || right.kind != PY_STR) {
            return py_error("sum of what are no strings");
        }
        const char *joined = nb_arena_printf(p->arena, "%.*s%.*s", NB_ARG(left.s), NB_ARG(right.s));
        left.s = nb_slice_str(joined);
    }
    return left;
}

static struct py not(struct py value)
{
    return is_final(value) ? value : py_bool(!is_true(value));
}

/* Three values: what is false stays false beside something unknown. */
static struct py both(struct py a, struct py b)
{
    if (a.kind == PY_ERROR || b.kind == PY_ERROR) {
        return a.kind == PY_ERROR ? a : b;
    }
    if ((a.kind != PY_UNKNOWN && !is_true(a)) || (b.kind != PY_UNKNOWN && !is_true(b))) {
        return py_bool(false);
    }
    return a.kind == PY_UNKNOWN ? a : b;
}

static struct py equal(struct parser *p, struct py a, struct py b);

static struct py equal_items(struct parser *p, struct py a, struct py b)
{
    struct py result = py_bool(a.kind != PY_SEQ || a.n == b.n);
    for (size_t i = 0; i < b.n && is_true(result); i += b.kind == PY_DICT ? 2 : 1) {
        struct py key =
            b.kind == PY_DICT ? b.items[i] : (struct py){.kind = PY_INT, .i = (int64_t)i};
        struct py want = b.kind == PY_DICT ? b.items[i + 1] : b.items[i];
        result = both(result, equal(p, item_of(p, a, key), want));
    }
    return result;
}

static struct py equal(struct parser *p, struct py a, struct py b)
{
    if (is_final(a) || is_final(b)) {
        return is_final(a) ? a : b;
    }
    if ((b.kind == PY_HOST || b.tag) && !(a.kind == PY_HOST || a.tag)) {
        struct py swap = a;
        a = b;
        b = swap;
    }
    if (a.kind == PY_HOST && b.kind == PY_DICT) {
        return equal_items(p, a, b);
    }
    if (a.kind == PY_HOST || a.tag) {
        return p->host->same(p->host->data, a, b);
    }
    if (a.kind == PY_SEQ && b.kind == PY_SEQ) {
        return equal_items(p, a, b);
    }
    if (a.kind == PY_STR && b.kind == PY_STR) {
        return py_bool(nb_slice_eq(a.s, b.s));
    }
    bool numbers =
        (a.kind == PY_INT || a.kind == PY_BOOL) && (b.kind == PY_INT || b.kind == PY_BOOL);
    return py_bool(numbers ? a.i == b.i : a.kind == PY_NONE && b.kind == PY_NONE);
}

static struct py contains(struct parser *p, struct py needle, struct py in)
{
    if (is_final(needle) || is_final(in)) {
        return is_final(needle) ? needle : in;
    }
    if (in.kind == PY_STR && needle.kind == PY_STR) {
        return py_bool(nb_slice_find(in.s, needle.s, 0) != NB_NPOS);
    }
    if (in.kind == PY_HOST) {
        struct py item = item_of(p, in, needle);
        return is_final(item) ? item : py_bool(is_true(item));
    }
    struct py found = py_bool(false);
    for (size_t i = 0; i < in.n && !is_true(found); i++) {
        found = equal(p, needle, in.items[i]);
    }
    return found;
}

static struct py read_comparison(struct parser *p)
{
    struct py left = read_sum(p);
    struct py result = left;
    for (bool first = true; left.kind != PY_ERROR; first = false) {
        enum { SAME, OTHER, IN, NOT_IN, MORE } op;
        if (take(p, "==")) {
            op = SAME;
        } else if (take(p, "is")) {
            op = take(p, "not") ? OTHER : SAME;
        } else if (take(p, "!=")) {
            op = OTHER;
        } else if (take(p, "in")) {
            op = IN;
        } else if (take(p, "not") && take(p, "in")) {
            op = NOT_IN;
        } else if (take(p, ">")) {
            op = MORE;
        } else {
            break;
        }
        struct py right = read_sum(p);
        struct py one = op == SAME || op == OTHER ? equal(p, left, right)
                        : op == MORE              ? py_bool(left.i > right.i)
                                                  : contains(p, left, right);
        one = op == OTHER || op == NOT_IN ? not(one) : one;
        result = first ? one : both(result, one);
        left = right;
    }
    return left.kind == PY_ERROR ? left : result;
}

static struct py read_not(struct parser *p)
{
    return take(p, "not") ? not(read_not(p)) : read_comparison(p);
}

static struct py read_and(struct parser *p)
{
    struct py left = read_not(p);
    while (left.kind != PY_ERROR && take(p, "and")) {
        left = both(left, read_not(p));
    }
    return left;
}

static struct py read_or(struct parser *p)
{
    if (++p->depth > DEPTH_MAX) {
        return py_error("nested too deep");
    }
    struct py left = read_and(p);
    while (left.kind != PY_ERROR && take(p, "or")) {
        struct py right = read_and(p);
        left = not(both(not(left), not(right)));
    }
    p->depth--;
    return left;
}

struct py py_condition(struct nb_slice expression, const struct py_host *host,
                       struct nb_arena *arena)
{
    struct parser p = {.s = expression, .host = host, .arena = arena};
    struct py value = read_or(&p);
    skip_space(&p);
    if (value.kind != PY_ERROR && p.at != expression.len) {
        value = py_error("more than one expression");
    }
    return is_final(value) ? value : py_bool(is_true(value));
}
