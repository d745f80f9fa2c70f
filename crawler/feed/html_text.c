/*
 * A tokenizer after the HTML standard's, cut down to what text needs, writing to a text sink.
 *
 * Linear time: every search for an end either moves past what it found, or has seen that there is
 * none in the rest of the input and is not made again.
 */
#include "crawler/feed/html_text.h"

#include <string.h>

#include <nabiz/text.h>

#include "crawler/feed/entity.h"
#include "crawler/feed/text_sink.h"

enum role {
    ROLE_INLINE,
    ROLE_BLOCK,
    ROLE_LINE,
    ROLE_ITEM,
    ROLE_CELL,
    ROLE_PRE,
    ROLE_RAW,    /* its content is no text */
    ROLE_SCRIPT, /* the same, and it needs no end */
    ROLE_A,
    ROLE_IMG
};

struct element {
    struct nb_slice name;
    enum role role;
};

/* clang-format off */
static const struct element elements[] = {
    {{"a", 1}, ROLE_A}, {{"address", 7}, ROLE_BLOCK}, {{"article", 7}, ROLE_BLOCK},
    {{"aside", 5}, ROLE_BLOCK}, {{"blockquote", 10}, ROLE_BLOCK}, {{"body", 4}, ROLE_BLOCK},
    {{"br", 2}, ROLE_LINE}, {{"caption", 7}, ROLE_BLOCK}, {{"center", 6}, ROLE_BLOCK},
    {{"dd", 2}, ROLE_LINE}, {{"details", 7}, ROLE_BLOCK}, {{"div", 3}, ROLE_BLOCK},
    {{"dl", 2}, ROLE_BLOCK}, {{"dt", 2}, ROLE_BLOCK}, {{"fieldset", 8}, ROLE_BLOCK},
    {{"figcaption", 10}, ROLE_BLOCK}, {{"figure", 6}, ROLE_BLOCK}, {{"footer", 6}, ROLE_BLOCK},
    {{"form", 4}, ROLE_BLOCK}, {{"h1", 2}, ROLE_BLOCK}, {{"h2", 2}, ROLE_BLOCK},
    {{"h3", 2}, ROLE_BLOCK}, {{"h4", 2}, ROLE_BLOCK}, {{"h5", 2}, ROLE_BLOCK},
    {{"h6", 2}, ROLE_BLOCK}, {{"header", 6}, ROLE_BLOCK}, {{"hr", 2}, ROLE_BLOCK},
    {{"img", 3}, ROLE_IMG}, {{"li", 2}, ROLE_ITEM},
    {{"main", 4}, ROLE_BLOCK}, {{"nav", 3}, ROLE_BLOCK}, {{"noembed", 7}, ROLE_RAW},
    {{"noframes", 8}, ROLE_RAW}, {{"object", 6}, ROLE_RAW}, {{"ol", 2}, ROLE_BLOCK},
    {{"p", 1}, ROLE_BLOCK}, {{"pre", 3}, ROLE_PRE}, {{"script", 6}, ROLE_SCRIPT},
    {{"section", 7}, ROLE_BLOCK}, {{"select", 6}, ROLE_RAW}, {{"style", 5}, ROLE_SCRIPT},
    {{"summary", 7}, ROLE_BLOCK}, {{"svg", 3}, ROLE_RAW}, {{"table", 5}, ROLE_BLOCK},
    {{"tbody", 5}, ROLE_BLOCK}, {{"td", 2}, ROLE_CELL}, {{"template", 8}, ROLE_RAW},
    {{"textarea", 8}, ROLE_RAW}, {{"tfoot", 5}, ROLE_BLOCK}, {{"th", 2}, ROLE_CELL},
    {{"thead", 5}, ROLE_BLOCK}, {{"title", 5}, ROLE_RAW}, {{"tr", 2}, ROLE_LINE},
    {{"ul", 2}, ROLE_BLOCK},
};
/* clang-format on */

enum { ELEMENTS_N = sizeof(elements) / sizeof(elements[0]) };

/* @return ELEMENTS_N for one that is not listed */
static size_t find_element(struct nb_slice name)
{
    size_t i = 0;
    while (i < ELEMENTS_N && !nb_slice_eq_ascii_case(elements[i].name, name)) {
        i++;
    }
    return i;
}

struct tag {
    struct nb_slice name;
    struct nb_slice href; /* raw, references not decoded; p == NULL when absent */
    struct nb_slice alt;
    struct nb_slice class;
    bool closing;
    bool self_closing;
};

struct tokenizer {
    struct nb_slice s;
    size_t at;
    bool no_quote[2];        /* no more '"', no more '\'' in the rest */
    bool no_end[ELEMENTS_N]; /* no more end tag of this raw element */
    bool no_comment_end;     /* no more "-->" */
};

static size_t find_quote(struct tokenizer *t, size_t from, char quote)
{
    bool *none = &t->no_quote[quote == '\''];
    if (*none) {
        return NB_NPOS;
    }
    size_t end = nb_slice_find_byte(t->s, quote, from);
    *none = end == NB_NPOS;
    return end;
}

static bool ends_name(char c)
{
    return nb_ascii_is_space(c) || c == '>' || c == '/';
}

/* The value after '=' at *at; an unclosed quote counts as part of an unquoted value. */
static struct nb_slice read_value(struct tokenizer *t, size_t *at)
{
    size_t i = *at;
    while (i < t->s.len && nb_ascii_is_space(t->s.p[i])) {
        i++;
    }
    if (i < t->s.len && (t->s.p[i] == '"' || t->s.p[i] == '\'')) {
        size_t end = find_quote(t, i + 1, t->s.p[i]);
        if (end != NB_NPOS) {
            *at = end + 1;
            return nb_slice_sub(t->s, i + 1, end);
        }
    }
    size_t from = i;
    while (i < t->s.len && !nb_ascii_is_space(t->s.p[i]) && t->s.p[i] != '>') {
        i++;
    }
    *at = i;
    return nb_slice_sub(t->s, from, i);
}

static void keep_attribute(struct tag *tag, struct nb_slice name, struct nb_slice value)
{
    struct nb_slice *to = NULL;
    if (nb_slice_eq_ascii_case(name, NB_LIT("href"))) {
        to = &tag->href;
    } else if (nb_slice_eq_ascii_case(name, NB_LIT("alt"))) {
        to = &tag->alt;
    } else if (nb_slice_eq_ascii_case(name, NB_LIT("class"))) {
        to = &tag->class;
    }
    if (to && !to->p) {
        *to = value;
    }
}

/* A tag at '<'. @return false at the end of input inside it: the rest means nothing. */
static bool read_tag(struct tokenizer *t, struct tag *tag)
{
    *tag = (struct tag){0};
    size_t i = t->at + 1;
    if (i < t->s.len && t->s.p[i] == '/') {
        tag->closing = true;
        i++;
    }
    size_t from = i;
    while (i < t->s.len && !ends_name(t->s.p[i])) {
        i++;
    }
    tag->name = nb_slice_sub(t->s, from, i);
    while (i < t->s.len && t->s.p[i] != '>') {
        tag->self_closing = t->s.p[i] == '/';
        if (nb_ascii_is_space(t->s.p[i]) || t->s.p[i] == '/') {
            i++;
            continue;
        }
        from = i++;
        while (i < t->s.len && !ends_name(t->s.p[i]) && t->s.p[i] != '=') {
            i++;
        }
        struct nb_slice name = nb_slice_sub(t->s, from, i);
        while (i < t->s.len && nb_ascii_is_space(t->s.p[i])) {
            i++;
        }
        struct nb_slice value = {"", 0};
        if (i < t->s.len && t->s.p[i] == '=') {
            i++;
            value = read_value(t, &i);
        }
        keep_attribute(tag, name, value);
    }
    t->at = i < t->s.len ? i + 1 : t->s.len;
    return i < t->s.len;
}

/*
 * Move past the end tag of a raw element. Without one a script takes the rest with it, as in a
 * browser; anything else was cut or careless, and what follows is text.
 */
static void skip_raw(struct tokenizer *t, size_t element)
{
    struct nb_slice name = elements[element].name;
    size_t at = t->no_end[element] ? NB_NPOS : t->at;
    while (at != NB_NPOS && (at = nb_slice_find(t->s, NB_LIT("</"), at)) != NB_NPOS) {
        at += 2;
        size_t end = at + name.len;
        if (nb_slice_eq_ascii_case(nb_slice_sub(t->s, at, end), name) &&
            (end >= t->s.len || ends_name(t->s.p[end]))) {
            size_t close = nb_slice_find_byte(t->s, '>', end);
            t->at = close == NB_NPOS ? t->s.len : close + 1;
            return;
        }
    }
    t->no_end[element] = true;
    if (elements[element].role == ROLE_SCRIPT) {
        t->at = t->s.len;
    }
}

/* "<!-- -->", "<![CDATA[ ]]>", "<!DOCTYPE >", "<? ?>" */
static void skip_declaration(struct tokenizer *t)
{
    struct nb_slice rest = nb_slice_sub(t->s, t->at, t->s.len);
    struct nb_slice end_mark = NB_LIT(">");
    size_t from = t->at + 2;
    if (nb_slice_starts(rest, NB_LIT("<!--"))) {
        end_mark = NB_LIT("-->");
        t->no_comment_end = t->no_comment_end || nb_slice_find(t->s, end_mark, from) == NB_NPOS;
        /* one without an end would take the rest of the text with it */
        end_mark = t->no_comment_end ? NB_LIT(">") : end_mark;
    } else if (nb_slice_starts(rest, NB_LIT("<![CDATA["))) {
        t->at += sizeof("<![CDATA[") - 1; /* its content is text in the feeds that nest it */
        return;
    }
    size_t end = nb_slice_find(t->s, end_mark, from);
    t->at = end == NB_NPOS ? t->s.len : end + end_mark.len;
}

struct link_list {
    struct nb_feed_link *links;
    size_t n;
    size_t cap;
    bool open;      /* inside <a> */
    size_t text_at; /* where its text starts in the sink */
};

static void close_link(struct link_list *list, struct nb_text_sink *sink, struct nb_arena *arena)
{
    if (list->open) {
        size_t from = list->text_at < sink->len ? list->text_at : sink->len;
        struct nb_slice text = nb_slice_trim(nb_slice(sink->p + from, sink->len - from));
        list->links[list->n - 1].text = nb_arena_copy(arena, text);
        list->open = false;
    }
}

static enum nb_err decode_attribute(struct nb_slice raw, struct nb_arena *arena,
                                    struct nb_slice *out)
{
    *out = raw;
    if (nb_slice_find_byte(raw, '&', 0) == NB_NPOS) {
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
            len += nb_utf8_put(c, p + len);
            i += n;
        } else {
            p[len++] = raw.p[i++];
        }
    }
    *out = nb_slice(p, len);
    return NB_OK;
}

static enum nb_err open_link(struct link_list *list, const struct tag *tag,
                             struct nb_text_sink *sink, const struct nb_url *base,
                             struct nb_arena *arena)
{
    struct nb_slice href;
    struct nb_url url;
    enum nb_err err = decode_attribute(tag->href, arena, &href);
    if (err == NB_OK) {
        err = nb_url_parse(href, base, arena, &url);
    }
    if (err == NB_ENOMEM) {
        return err;
    }
    if (err != NB_OK || !nb_url_is_http(&url)) {
        return NB_OK; /* a link that leads nowhere is only text */
    }
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 4;
        struct nb_feed_link *grown =
            nb_arena_grow(arena, list->links, list->n * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        list->links = grown;
        list->cap = cap;
    }
    list->links[list->n++] = (struct nb_feed_link){.url = url.href};
    list->open = true;
    list->text_at = sink->len;
    return NB_OK;
}

/* Sites draw emoji as images; their alternative text is the emoji itself. */
static bool is_emoji_image(const struct tag *tag)
{
    return tag->alt.len && (nb_slice_find(tag->class, NB_LIT("emoji"), 0) != NB_NPOS ||
                            nb_slice_find(tag->class, NB_LIT("smiley"), 0) != NB_NPOS);
}

static void pre_changes(struct nb_text_sink *sink, bool closing)
{
    nb_sink_gap(sink, NB_GAP_PARAGRAPH);
    if (!closing) {
        sink->pre++;
    } else if (sink->pre) {
        sink->pre--;
    }
}

static void item_changes(struct nb_text_sink *sink, const struct tag *tag)
{
    nb_sink_gap(sink, sink->gap == NB_GAP_LINE ? NB_GAP_SPACE : NB_GAP_LINE);
    sink->bullet = !tag->closing;
}

static enum nb_err on_tag(struct tokenizer *t, const struct tag *tag, struct nb_text_sink *sink,
                          const struct nb_url *base, struct nb_arena *arena,
                          struct link_list *links)
{
    size_t element = find_element(tag->name);
    switch (element < ELEMENTS_N ? elements[element].role : ROLE_INLINE) {
    case ROLE_BLOCK:
        nb_sink_gap(sink, NB_GAP_PARAGRAPH);
        sink->bullet = false;
        break;
    case ROLE_LINE:
        if (!tag->closing || nb_slice_eq_ascii_case(tag->name, NB_LIT("br"))) {
            nb_sink_gap(sink, NB_GAP_LINE);
        }
        break;
    case ROLE_ITEM:
        item_changes(sink, tag);
        break;
    case ROLE_CELL:
        nb_sink_gap(sink, NB_GAP_SPACE);
        break;
    case ROLE_PRE:
        pre_changes(sink, tag->closing);
        break;
    case ROLE_RAW:
    case ROLE_SCRIPT:
        if (!tag->closing && !tag->self_closing) {
            skip_raw(t, element);
        }
        break;
    case ROLE_A:
        if (links) {
            close_link(links, sink, arena);
            return !tag->closing && tag->href.p ? open_link(links, tag, sink, base, arena) : NB_OK;
        }
        break;
    case ROLE_IMG:
        if (is_emoji_image(tag)) {
            nb_sink_text(sink, tag->alt, 0, tag->alt.len, true);
        }
        break;
    case ROLE_INLINE:
        break;
    }
    return NB_OK;
}

static enum nb_err run(struct nb_slice html, const struct nb_url *base, struct nb_text_sink *sink,
                       struct nb_arena *arena, struct link_list *links)
{
    struct tokenizer t = {.s = html};
    while (t.at < html.len) {
        size_t lt = nb_slice_find_byte(html, '<', t.at);
        size_t end = lt == NB_NPOS ? html.len : lt;
        nb_sink_text(sink, html, t.at, end, true);
        t.at = end;
        if (lt == NB_NPOS) {
            break;
        }
        char next = lt + 1 < html.len ? html.p[lt + 1] : ' ';
        char after = lt + 2 < html.len ? html.p[lt + 2] : ' ';
        if (next == '!' || next == '?') {
            skip_declaration(&t);
        } else if (nb_ascii_is_alpha(next) || (next == '/' && nb_ascii_is_alpha(after))) {
            struct tag tag;
            if (!read_tag(&t, &tag)) {
                break;
            }
            enum nb_err err = on_tag(&t, &tag, sink, base, arena, links);
            if (err != NB_OK) {
                return err;
            }
        } else {
            nb_sink_code_point(sink, '<');
            t.at = lt + 1;
        }
    }
    if (links) {
        close_link(links, sink, arena);
    }
    return NB_OK;
}

enum nb_err nb_html_text(struct nb_slice html, const struct nb_url *base, struct nb_buf *scratch,
                         struct nb_arena *arena, struct nb_html_text *out)
{
    struct nb_text_sink sink;
    struct link_list links = {0};
    struct nb_slice text;
    enum nb_err err = nb_sink_begin(&sink, html.len, false, scratch);
    if (err == NB_OK) {
        err = run(html, base, &sink, arena, &links);
    }
    if (err == NB_OK) {
        err = nb_sink_end(&sink, arena, &text);
    }
    for (size_t i = 0; err == NB_OK && i < links.n; i++) {
        err = links.links[i].text.p ? nb_text_nfc(links.links[i].text, arena, &links.links[i].text)
                                    : NB_ENOMEM;
    }
    if (err == NB_OK) {
        *out = (struct nb_html_text){text, links.links, links.n};
    }
    return err;
}

enum nb_err nb_html_line(struct nb_slice html, struct nb_buf *scratch, struct nb_arena *arena,
                         struct nb_slice *out)
{
    struct nb_text_sink sink;
    enum nb_err err = nb_sink_begin(&sink, html.len, true, scratch);
    if (err == NB_OK) {
        err = run(html, NULL, &sink, arena, NULL);
    }
    return err == NB_OK ? nb_sink_end(&sink, arena, out) : err;
}

static enum nb_err plain(struct nb_slice text, bool one_line, struct nb_buf *scratch,
                         struct nb_arena *arena, struct nb_slice *out)
{
    struct nb_text_sink sink;
    enum nb_err err = nb_sink_begin(&sink, text.len, one_line, scratch);
    if (err != NB_OK) {
        return err;
    }
    size_t at = 0;
    while (at < text.len) {
        size_t line_end = nb_slice_find_byte(text, '\n', at);
        line_end = line_end == NB_NPOS ? text.len : line_end;
        if (nb_slice_trim(nb_slice_sub(text, at, line_end)).len == 0) {
            nb_sink_gap(&sink, NB_GAP_PARAGRAPH);
        } else {
            nb_sink_text(&sink, text, at, line_end, false);
            nb_sink_gap(&sink, NB_GAP_SPACE);
        }
        at = line_end + 1;
    }
    return nb_sink_end(&sink, arena, out);
}

enum nb_err nb_plain_text(struct nb_slice text, struct nb_buf *scratch, struct nb_arena *arena,
                          struct nb_slice *out)
{
    return plain(text, false, scratch, arena, out);
}

enum nb_err nb_plain_line(struct nb_slice text, struct nb_buf *scratch, struct nb_arena *arena,
                          struct nb_slice *out)
{
    return plain(text, true, scratch, arena, out);
}
