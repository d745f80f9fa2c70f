/*
 * The HTML Standard's "prescan a byte stream to determine its encoding" (section 13.2.3.2), and the
 * XML declaration in front of it. The markup is not parsed: only comments, tags and attributes are
 * stepped over, so that a label inside a comment or an attribute value is not taken for one.
 */
#include "common/charset_prescan.h"

enum { PRESCAN_BYTES = 1024 };

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static size_t skip_space(struct nb_slice s, size_t i)
{
    while (i < s.len && nb_ascii_is_space(s.p[i])) {
        i++;
    }
    return i;
}

static size_t find_ascii_case(struct nb_slice s, struct nb_slice word, size_t from)
{
    for (size_t i = from; i + word.len <= s.len; i++) {
        if (nb_slice_eq_ascii_case(nb_slice_sub(s, i, i + word.len), word)) {
            return i;
        }
    }
    return NB_NPOS;
}

/* "Extracting a character encoding from a meta element"; headers are read by the same rule. */
struct nb_slice nb_charset_parameter(struct nb_slice s)
{
    size_t at = 0;
    while ((at = find_ascii_case(s, NB_LIT("charset"), at)) != NB_NPOS) {
        at = skip_space(s, at + 7);
        if (at < s.len && s.p[at] == '=') {
            at = skip_space(s, at + 1);
            break;
        }
    }
    if (at == NB_NPOS || at >= s.len) {
        return NB_LIT("");
    }
    if (s.p[at] == '"' || s.p[at] == '\'') {
        size_t end = nb_slice_find_byte(s, s.p[at], at + 1);
        return end == NB_NPOS ? NB_LIT("") : nb_slice_sub(s, at + 1, end);
    }
    size_t end = at;
    while (end < s.len && !nb_ascii_is_space(s.p[end]) && s.p[end] != ';' && s.p[end] != ',') {
        end++;
    }
    return nb_slice_sub(s, at, end);
}

struct attribute {
    struct nb_slice name;
    struct nb_slice value;
};

/* "Get an attribute". @return false at the end of the tag. */
static bool next_attribute(struct nb_slice s, size_t *pos, struct attribute *out)
{
    size_t i = *pos;
    while (i < s.len && (is_space(s.p[i]) || s.p[i] == '/')) {
        i++;
    }
    *pos = i;
    if (i >= s.len || s.p[i] == '>') {
        return false;
    }
    size_t name = i;
    while (i < s.len && !is_space(s.p[i]) && s.p[i] != '/' && s.p[i] != '>' &&
           (s.p[i] != '=' || i == name)) {
        i++;
    }
    out->name = nb_slice_sub(s, name, i);
    out->value = NB_LIT("");
    *pos = i;
    i = skip_space(s, i);
    if (i >= s.len || s.p[i] != '=') {
        return true;
    }
    i = skip_space(s, i + 1);
    if (i < s.len && (s.p[i] == '"' || s.p[i] == '\'')) {
        size_t end = nb_slice_find_byte(s, s.p[i], i + 1);
        *pos = end == NB_NPOS ? s.len : end + 1;
        if (end == NB_NPOS) {
            return false; /* the value goes on beyond what we look at */
        }
        out->value = nb_slice_sub(s, i + 1, end);
        return true;
    }
    size_t value = i;
    while (i < s.len && !is_space(s.p[i]) && s.p[i] != '>') {
        i++;
    }
    out->value = nb_slice_sub(s, value, i);
    *pos = i;
    return true;
}

static bool same_name(struct attribute attribute, struct nb_slice name)
{
    return nb_slice_eq_ascii_case(attribute.name, name);
}

/* The encoding one meta element names. *pos is behind its name. */
static const struct charset_set *read_meta(struct nb_slice s, size_t *pos)
{
    bool is_content_type = false, has_charset = false;
    struct nb_slice charset = NB_LIT(""), content = NB_LIT("");
    struct attribute one;
    while (next_attribute(s, pos, &one)) {
        if (same_name(one, NB_LIT("http-equiv"))) {
            is_content_type = nb_slice_eq_ascii_case(one.value, NB_LIT("content-type"));
        } else if (same_name(one, NB_LIT("content")) && content.len == 0) {
            content = nb_charset_parameter(one.value);
        } else if (same_name(one, NB_LIT("charset")) && !has_charset) {
            charset = one.value;
            has_charset = true;
        }
    }
    if (*pos >= s.len) {
        return NULL; /* the element is not complete */
    }
    if (has_charset) {
        return nb_charset_set_by_label(charset);
    }
    return is_content_type ? nb_charset_set_by_label(content) : NULL;
}

static size_t after_byte(struct nb_slice s, char byte, size_t from)
{
    size_t at = nb_slice_find_byte(s, byte, from);
    return at == NB_NPOS ? s.len : at + 1;
}

static const struct charset_set *find_meta(struct nb_slice s)
{
    size_t i = 0;
    while ((i = nb_slice_find_byte(s, '<', i)) != NB_NPOS) {
        struct nb_slice rest = nb_slice_sub(s, i, s.len);
        char next = rest.len > 1 ? rest.p[1] : '\0';
        if (nb_slice_starts(rest, NB_LIT("<!--"))) {
            /* "<!-->" ends itself: the dashes that open may also close. */
            size_t end = nb_slice_find(s, NB_LIT("-->"), i + 2);
            i = end == NB_NPOS ? s.len : end + 3;
        } else if (rest.len > 5 &&
                   nb_slice_eq_ascii_case(nb_slice_sub(rest, 0, 5), NB_LIT("<meta")) &&
                   (is_space(rest.p[5]) || rest.p[5] == '/')) {
            i += 5;
            const struct charset_set *set = read_meta(s, &i);
            if (set) {
                return set;
            }
        } else if (nb_ascii_is_alpha(next) ||
                   (next == '/' && rest.len > 2 && nb_ascii_is_alpha(rest.p[2]))) {
            struct attribute ignored;
            while (i < s.len && !is_space(s.p[i]) && s.p[i] != '>') {
                i++;
            }
            while (next_attribute(s, &i, &ignored)) {
            }
        } else if (next == '!' || next == '/' || next == '?') {
            i = after_byte(s, '>', i);
        } else {
            i++;
        }
    }
    return NULL;
}

static const struct charset_set *read_declaration(struct nb_slice s)
{
    size_t end = nb_slice_find_byte(s, '>', 0);
    struct nb_slice head = nb_slice_sub(s, 0, end);
    size_t at = nb_slice_find(head, NB_LIT("encoding"), 0);
    if (at == NB_NPOS) {
        return NULL;
    }
    at = skip_space(head, at + 8);
    if (at >= head.len || head.p[at] != '=') {
        return NULL;
    }
    at = skip_space(head, at + 1);
    if (at >= head.len || (head.p[at] != '"' && head.p[at] != '\'')) {
        return NULL;
    }
    size_t close = nb_slice_find_byte(head, head.p[at], at + 1);
    return close == NB_NPOS ? NULL : nb_charset_set_by_label(nb_slice_sub(head, at + 1, close));
}

/* A label that was read byte by byte cannot mean UTF-16; user-defined is windows-1252 by the
 * standard. */
static const struct charset_set *as_written(const struct charset_set *set)
{
    if (set && set->kind == CHARSET_UTF16) {
        return nb_charset_set_by_name("utf-8");
    }
    if (set && set->kind == CHARSET_USER_DEFINED) {
        return nb_charset_set_by_name("windows-1252");
    }
    return set;
}

const struct charset_set *nb_charset_prescan(struct nb_slice body)
{
    struct nb_slice head = nb_slice_sub(body, 0, PRESCAN_BYTES);
    if (nb_slice_starts(head, NB_LIT("<\0?\0x\0"))) {
        return nb_charset_set_by_name("utf-16le");
    }
    if (nb_slice_starts(head, NB_LIT("\0<\0?\0x"))) {
        return nb_charset_set_by_name("utf-16be");
    }
    /* Feeds in the wild begin with blank lines. */
    struct nb_slice text = nb_slice_sub(head, skip_space(head, 0), head.len);
    if (nb_slice_starts(text, NB_LIT("<?xml"))) {
        const struct charset_set *set = read_declaration(text);
        if (set) {
            return as_written(set);
        }
    }
    return as_written(find_meta(head));
}
