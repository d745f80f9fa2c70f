/*
 * Linear time: every search for an end either moves past what it found, or remembers that there is
 * none in the rest of the page and is not made again.
 */
#include "crawler/discover/tags.h"

#include <nabiz/text.h>

#include "crawler/feed/entity.h"

/* Elements whose content is no markup; those from UNENDING on take the rest when never ended. */
static const struct nb_slice raw_names[NB_TAGS_RAW_N] = {
    {"textarea", 8}, {"xmp", 3},   {"iframe", 6}, {"noembed", 7},
    {"noframes", 8}, {"title", 5}, {"script", 6}, {"style", 5},
};
enum { RAW_TITLE = 5, UNENDING = 6 };

static bool ends_name(char c)
{
    return nb_ascii_is_space(c) || c == '>' || c == '/';
}

/* @return where a quote that opens at `at` closes; NB_NPOS when it never does */
static size_t find_quote(struct nb_tags *tags, size_t at)
{
    char quote = tags->s.p[at];
    bool *none = &tags->no_quote[quote == '\''];
    size_t end = *none ? NB_NPOS : nb_slice_find_byte(tags->s, quote, at + 1);
    *none = end == NB_NPOS;
    return end;
}

/* The '>' of a tag whose attributes begin at `at`; quotes count after '=' only. */
static size_t find_end(struct nb_tags *tags, size_t at)
{
    struct nb_slice s = tags->s;
    bool is_value = false;
    for (; at < s.len && s.p[at] != '>'; at++) {
        char c = s.p[at];
        if (is_value && (c == '"' || c == '\'')) {
            size_t end = find_quote(tags, at);
            at = end == NB_NPOS ? at : end;
        }
        is_value = c == '=' || (is_value && nb_ascii_is_space(c));
    }
    return at;
}

/* "<!-- -->", "<!DOCTYPE >", "<? >"; a comment that never ends hides nothing */
static void skip_declaration(struct nb_tags *tags)
{
    struct nb_slice rest = nb_slice_sub(tags->s, tags->at, tags->s.len);
    struct nb_slice end_mark = NB_LIT(">");
    if (nb_slice_starts(rest, NB_LIT("<!--"))) {
        end_mark = NB_LIT("-->");
        tags->no_comment_end =
            tags->no_comment_end || nb_slice_find(tags->s, end_mark, tags->at + 2) == NB_NPOS;
        if (tags->no_comment_end) {
            tags->at += 4;
            return;
        }
    }
    size_t end = nb_slice_find(tags->s, end_mark, tags->at + 2);
    tags->at = end == NB_NPOS ? tags->s.len : end + end_mark.len;
}

static size_t raw_of(struct nb_slice name)
{
    size_t i = 0;
    while (i < NB_TAGS_RAW_N && !nb_slice_eq_ascii_case(raw_names[i], name)) {
        i++;
    }
    return i;
}

/* The content of a raw element from here on; moves past its end tag. */
static struct nb_slice take_raw(struct nb_tags *tags, size_t raw)
{
    struct nb_slice name = raw_names[raw];
    size_t from = tags->at;
    size_t at = tags->no_raw_end[raw] ? NB_NPOS : from;
    while (at != NB_NPOS && (at = nb_slice_find(tags->s, NB_LIT("</"), at)) != NB_NPOS) {
        size_t end = at + 2 + name.len;
        if (nb_slice_eq_ascii_case(nb_slice_sub(tags->s, at + 2, end), name) &&
            (end >= tags->s.len || ends_name(tags->s.p[end]))) {
            size_t close = nb_slice_find_byte(tags->s, '>', end);
            tags->at = close == NB_NPOS ? tags->s.len : close + 1;
            return nb_slice_sub(tags->s, from, at);
        }
        at += 2;
    }
    tags->no_raw_end[raw] = true;
    if (raw >= UNENDING) {
        tags->at = tags->s.len;
    }
    return nb_slice_sub(tags->s, from, from);
}

struct nb_slice nb_tags_content(struct nb_tags *tags, struct nb_slice name)
{
    size_t raw = raw_of(name);
    return raw < NB_TAGS_RAW_N ? take_raw(tags, raw) : (struct nb_slice){NULL, 0};
}

/* A tag at '<'. @return false when what stands there is none. */
static bool read_tag(struct nb_tags *tags, struct nb_tag *tag)
{
    struct nb_slice s = tags->s;
    size_t at = tags->at + 1;
    tag->closing = at < s.len && s.p[at] == '/';
    at += tag->closing;
    if (at >= s.len || !nb_ascii_is_alpha(s.p[at])) {
        return false;
    }
    size_t from = at;
    while (at < s.len && !ends_name(s.p[at])) {
        at++;
    }
    tag->name = nb_slice_sub(s, from, at);
    size_t end = find_end(tags, at);
    tag->rest = nb_slice_sub(s, at, end);
    tags->at = end < s.len ? end + 1 : s.len;
    return true;
}

bool nb_tags_next(struct nb_tags *tags, struct nb_tag *tag)
{
    size_t from = tags->at;
    *tag = (struct nb_tag){0};
    while ((tags->at = nb_slice_find_byte(tags->s, '<', tags->at)) != NB_NPOS) {
        size_t at = tags->at;
        char next = at + 1 < tags->s.len ? tags->s.p[at + 1] : '\0';
        if (next == '!' || next == '?') {
            bool blank = nb_slice_trim(nb_slice_sub(tags->s, from, at)).len == 0;
            skip_declaration(tags);
            from = blank ? tags->at : from;
        } else if (!read_tag(tags, tag)) {
            tags->at++;
        } else {
            size_t raw = tag->closing ? NB_TAGS_RAW_N : raw_of(tag->name);
            tag->text = nb_slice_sub(tags->s, from, at);
            if (raw < NB_TAGS_RAW_N && raw != RAW_TITLE) {
                (void)take_raw(tags, raw);
            }
            return true;
        }
    }
    tags->at = tags->s.len;
    *tag = (struct nb_tag){.text = nb_slice_sub(tags->s, from, tags->s.len)};
    return false;
}

/* The next attribute of s from *at on. @return false at the end. */
static bool next_attribute(struct nb_slice s, size_t *at, struct nb_slice *name,
                           struct nb_slice *value)
{
    size_t i = *at;
    while (i < s.len && (nb_ascii_is_space(s.p[i]) || s.p[i] == '/')) {
        i++;
    }
    if (i >= s.len) {
        return false;
    }
    size_t from = i++;
    while (i < s.len && !ends_name(s.p[i]) && s.p[i] != '=') {
        i++;
    }
    *name = nb_slice_sub(s, from, i);
    *value = nb_slice_sub(s, i, i);
    while (i < s.len && nb_ascii_is_space(s.p[i])) {
        i++;
    }
    if (i < s.len && s.p[i] == '=') {
        i++;
        while (i < s.len && nb_ascii_is_space(s.p[i])) {
            i++;
        }
        bool quoted = i < s.len && (s.p[i] == '"' || s.p[i] == '\'');
        size_t end = quoted ? nb_slice_find_byte(s, s.p[i], i + 1) : NB_NPOS;
        if (end != NB_NPOS) {
            *value = nb_slice_sub(s, i + 1, end);
            i = end + 1;
        } else {
            from = i; /* a quote that never closes is a character like any other */
            while (i < s.len && !nb_ascii_is_space(s.p[i])) {
                i++;
            }
            *value = nb_slice_sub(s, from, i);
        }
    }
    *at = i;
    return true;
}

/* References decoded; white space collapsed where asked for. */
static enum nb_err decode(struct nb_slice raw, bool collapse, struct nb_arena *arena,
                          struct nb_slice *out)
{
    raw = nb_slice_trim(raw);
    *out = raw;
    if (!collapse && nb_slice_find_byte(raw, '&', 0) == NB_NPOS) {
        return NB_OK;
    }
    char *p = nb_arena_alloc(arena, raw.len + 4);
    if (!p) {
        return NB_ENOMEM;
    }
    size_t len = 0;
    for (size_t i = 0; i < raw.len;) {
        uint32_t c = 0;
        size_t n = raw.p[i] == '&' ? nb_entity_read(raw, i, &c) : 0;
        if (n) {
            len += nb_utf8_put(c == 0xa0 ? ' ' : c, p + len);
            i += n;
        } else if (collapse && nb_ascii_is_space(raw.p[i])) {
            if (len && p[len - 1] != ' ') {
                p[len++] = ' ';
            }
            i++;
        } else {
            p[len++] = raw.p[i++];
        }
    }
    *out = nb_slice_trim(nb_slice(p, len));
    return NB_OK;
}

enum nb_err nb_tag_attribute(const struct nb_tag *tag, struct nb_slice name, struct nb_arena *arena,
                             struct nb_slice *out)
{
    size_t at = 0;
    struct nb_slice found;
    struct nb_slice value;
    *out = (struct nb_slice){NULL, 0};
    while (next_attribute(tag->rest, &at, &found, &value)) {
        if (nb_slice_eq_ascii_case(found, name)) {
            return decode(value, false, arena, out);
        }
    }
    return NB_OK;
}

enum nb_err nb_tag_text(struct nb_slice raw, struct nb_arena *arena, struct nb_slice *out)
{
    return decode(raw, true, arena, out);
}
