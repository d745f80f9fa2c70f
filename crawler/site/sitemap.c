/*
 * Sitemaps are read tag by tag and not by an XML parser: many are broken somewhere, and what is
 * wanted of them is little. An entry is a <url> or <sitemap> element; its address is in <loc>, or
 * in the element itself; <loc> of images and videos has another prefix than the entry.
 */
#include "crawler/site/sitemap.h"

#include <stdlib.h>

#include <nabiz/buf.h>
#include <nabiz/charset.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>

#include "crawler/feed/entity.h"
#include "crawler/site/gunzip.h"
#include "crawler/site/links.h"
#include "crawler/site/readers.h"

enum { TEXT_MAX_BYTES = NB_URL_MAX_BYTES, LOOK_BYTES = 4096 };

struct reader {
    struct nb_slice s;
    size_t at;
    const struct nb_url *base;
    const struct nb_date_context *dates;
    struct nb_arena *arena;
    struct nb_sitemap *out;
    size_t cap;
    struct nb_buf text;     /* since the last tag */
    struct nb_slice prefix; /* of the entry's element */
    bool in_entry;
    bool is_sitemap;
    struct nb_slice loc;
    struct nb_slice own; /* text right in the entry's element */
    int64_t at_ms;
    enum nb_err err;
};

/* ---- entries ---- */

static void add_entry(struct reader *r, struct nb_slice address, int64_t at_ms, bool is_sitemap)
{
    struct nb_url url;
    address = nb_slice_trim(address);
    if (!address.len || r->out->n == NB_SITEMAP_ENTRIES_MAX) {
        return;
    }
    enum nb_err err = nb_url_parse(address, r->base, r->arena, &url);
    if (err != NB_OK || !nb_url_is_http(&url)) {
        r->err = err == NB_ENOMEM ? err : r->err;
        return;
    }
    if (r->out->n == r->cap) {
        size_t more = r->cap ? 2 * r->cap : 64;
        void *grown = nb_arena_grow(r->arena, r->out->entries, r->cap * sizeof(*r->out->entries),
                                    more * sizeof(*r->out->entries));
        if (!grown) {
            r->err = NB_ENOMEM;
            return;
        }
        r->out->entries = grown;
        r->cap = more;
    }
    r->out->entries[r->out->n++] = (struct nb_sitemap_entry){url.href, at_ms, is_sitemap};
}

/* ---- tags ---- */

struct tag {
    struct nb_slice prefix, name;
    bool is_end;
    bool is_empty; /* "<x/>" */
};

static struct nb_slice text_of(struct reader *r)
{
    struct nb_slice text = nb_slice_trim(nb_buf_slice(&r->text));
    struct nb_slice copy = text.len ? nb_arena_copy(r->arena, text) : text;
    r->err = text.len && !copy.p ? NB_ENOMEM : r->err;
    return copy;
}

static void end_entry(struct reader *r)
{
    add_entry(r, r->loc.len ? r->loc : r->own, r->at_ms, r->is_sitemap);
    r->in_entry = false;
}

static void begin_entry(struct reader *r, const struct tag *tag, bool is_sitemap)
{
    if (r->in_entry) { /* the one before never ended */
        end_entry(r);
    }
    r->in_entry = true;
    r->is_sitemap = is_sitemap;
    r->prefix = tag->prefix;
    r->loc = r->own = (struct nb_slice){NULL, 0};
    r->at_ms = -1;
}

static bool is_name(const struct tag *tag, struct nb_slice name)
{
    return nb_slice_eq_ascii_case(tag->name, name);
}

static void take_date(struct reader *r)
{
    int64_t at_ms = -1;
    struct nb_slice text = nb_slice_trim(nb_buf_slice(&r->text));
    if (text.len > 0 && nb_date_parse(text, r->dates, &at_ms) == NB_OK && at_ms > r->at_ms) {
        r->at_ms = at_ms;
    }
}

static void take_tag(struct reader *r, const struct tag *tag)
{
    bool is_sitemap = is_name(tag, NB_LIT("sitemap"));
    bool is_entry = is_sitemap || is_name(tag, NB_LIT("url"));
    if (is_entry && !tag->is_end && !tag->is_empty) {
        begin_entry(r, tag, is_sitemap);
    } else if (r->in_entry && is_entry && tag->is_end && nb_slice_eq(tag->prefix, r->prefix)) {
        r->own = text_of(r);
        end_entry(r);
    } else if (r->in_entry && tag->is_end) {
        if (is_name(tag, NB_LIT("loc")) && nb_slice_eq(tag->prefix, r->prefix)) {
            r->loc = text_of(r);
        } else if (is_name(tag, NB_LIT("lastmod")) || is_name(tag, NB_LIT("publication_date"))) {
            take_date(r);
        }
    }
    nb_buf_reset(&r->text);
}

static bool ends_name(char c)
{
    return nb_ascii_is_space(c) || c == '>' || c == '/';
}

/* Past the '>' of a tag, or its end where there is none. */
static void read_tag(struct reader *r)
{
    struct tag tag = {0};
    size_t at = r->at + 1;
    tag.is_end = at < r->s.len && r->s.p[at] == '/';
    at += tag.is_end;
    size_t from = at;
    while (at < r->s.len && !ends_name(r->s.p[at])) {
        at++;
    }
    tag.name = nb_slice_sub(r->s, from, at);
    size_t colon = nb_slice_find_byte(tag.name, ':', 0);
    if (colon != NB_NPOS) {
        tag.prefix = nb_slice_sub(tag.name, 0, colon);
        tag.name = nb_slice_sub(tag.name, colon + 1, tag.name.len);
    }
    size_t end = nb_slice_find_byte(r->s, '>', at);
    tag.is_empty = end != NB_NPOS && end > at && r->s.p[end - 1] == '/';
    r->at = end == NB_NPOS ? r->s.len : end + 1;
    take_tag(r, &tag);
}

/* ---- text ---- */

static void add_text(struct reader *r, struct nb_slice text)
{
    if (r->in_entry && r->text.len + text.len <= TEXT_MAX_BYTES) {
        nb_buf_add(&r->text, text);
    }
}

static void read_reference(struct reader *r)
{
    uint32_t c = 0;
    char bytes[4];
    size_t n = nb_entity_read(r->s, r->at, &c);
    if (n > 0) {
        add_text(r, nb_slice(bytes, nb_utf8_put(c, bytes)));
    } else {
        add_text(r, nb_slice_sub(r->s, r->at, r->at + 1));
    }
    r->at += n > 0 ? n : 1;
}

/* What ends with a mark, which may be missing: then it hides nothing but its beginning. */
static void read_section(struct reader *r, size_t skip, struct nb_slice mark, bool is_text)
{
    size_t end = nb_slice_find(r->s, mark, r->at + skip);
    if (end == NB_NPOS) {
        r->at += skip;
        r->s.len = is_text ? r->at : r->s.len; /* cut in the middle of it */
        return;
    }
    if (is_text) {
        add_text(r, nb_slice_sub(r->s, r->at + skip, end));
    }
    r->at = end + mark.len;
}

static void read_xml(struct reader *r)
{
    while (r->at < r->s.len && r->err == NB_OK) {
        struct nb_slice rest = nb_slice_sub(r->s, r->at, r->s.len);
        if (nb_slice_starts(rest, NB_LIT("<![CDATA["))) {
            read_section(r, 9, NB_LIT("]]>"), true);
        } else if (nb_slice_starts(rest, NB_LIT("<!--"))) {
            read_section(r, 4, NB_LIT("-->"), false);
        } else if (nb_slice_starts(rest, NB_LIT("<!")) || nb_slice_starts(rest, NB_LIT("<?"))) {
            read_section(r, 2, NB_LIT(">"), false);
        } else if (rest.p[0] == '<') {
            read_tag(r);
        } else if (rest.p[0] == '&') {
            read_reference(r);
        } else {
            size_t n = 0;
            while (n < rest.len && rest.p[n] != '<' && rest.p[n] != '&') {
                n++;
            }
            add_text(r, nb_slice_sub(rest, 0, n));
            r->at += n;
        }
    }
}

static void read_lines(struct reader *r)
{
    struct nb_slice rest = r->s;
    struct nb_slice line;
    while (r->err == NB_OK && nb_slice_split(&rest, '\n', &line)) {
        line = nb_slice_trim(line);
        if (nb_slice_starts(line, NB_LIT("http://")) || nb_slice_starts(line, NB_LIT("https://"))) {
            add_entry(r, line, -1, false);
        }
    }
}

static enum nb_err read_feed(struct reader *r, struct nb_slice content_type, struct nb_error *error)
{
    struct nb_feed feed;
    enum nb_err err =
        nb_feed_parse(r->s, r->base->href, content_type, r->dates, r->arena, &feed, error);
    for (size_t i = 0; err == NB_OK && r->err == NB_OK && i < feed.entries_n; i++) {
        const struct nb_feed_entry *entry = &feed.entries[i];
        int64_t at_ms =
            entry->updated_ms > entry->published_ms ? entry->updated_ms : entry->published_ms;
        add_entry(r, entry->url, at_ms, false);
    }
    return err;
}

static enum nb_err read_text(struct reader *r, struct nb_slice content_type, struct nb_error *error)
{
    struct nb_slice start = nb_slice_sub(r->s, 0, LOOK_BYTES);
    if (nb_slice_find(start, NB_LIT("urlset"), 0) != NB_NPOS ||
        nb_slice_find(start, NB_LIT("sitemapindex"), 0) != NB_NPOS) {
        read_xml(r);
        return NB_OK;
    }
    start = nb_slice_trim(start);
    if (nb_slice_starts(start, NB_LIT("http://")) || nb_slice_starts(start, NB_LIT("https://"))) {
        read_lines(r);
        return NB_OK;
    }
    if (read_feed(r, content_type, error) == NB_OK) {
        return NB_OK;
    }
    return nb_error_set(error, NB_ESYNTAX, "not a sitemap");
}

enum nb_err nb_sitemap_read(struct nb_slice bytes, struct nb_slice content_type,
                            const struct nb_url *url, const struct nb_date_context *dates,
                            struct nb_arena *arena, struct nb_sitemap *out, struct nb_error *error)
{
    struct nb_sitemap sitemap = {0};
    struct reader r = {.base = url, .dates = dates, .arena = arena, .out = &sitemap};
    enum nb_err err = NB_OK;
    nb_buf_init(&r.text, TEXT_MAX_BYTES + 16);
    if (nb_is_gzip(bytes)) {
        err = nb_gunzip(bytes, NB_SITEMAP_MAX_BYTES, arena, &bytes);
        content_type = NB_LIT("");
    }
    bytes = nb_slice_sub(bytes, 0, NB_SITEMAP_MAX_BYTES);
    if (err == NB_OK) {
        err = nb_charset_decode(nb_charset_decide(content_type, bytes), bytes, arena, &r.s);
    }
    err = err == NB_OK ? read_text(&r, content_type, error) : err;
    err = err == NB_OK ? r.err : err;
    nb_buf_fini(&r.text);
    if (err == NB_OK) {
        *out = sitemap;
    }
    return err;
}

/* ---- as a page of a site ---- */

static int by_newest(const void *a, const void *b)
{
    const struct nb_sitemap_entry *x = a;
    const struct nb_sitemap_entry *y = b;
    return (x->at_ms < y->at_ms) - (x->at_ms > y->at_ms);
}

static enum nb_err add_link(const struct nb_site_input *input, const struct nb_sitemap_entry *entry,
                            struct nb_arena *arena, struct nb_site_yield *out)
{
    struct nb_url url;
    struct nb_link link = {.kind = NB__PAGE__KIND__SITEMAP, .url = entry->url};
    enum nb_err err = nb_url_parse(entry->url, NULL, arena, &url);
    if (err == NB_OK && !entry->is_sitemap) {
        err = nb_link_read(input->rules, &url, arena, &link);
    }
    if (err != NB_OK || link.is_skipped || link.is_inner) {
        return err == NB_ENOMEM ? err : NB_OK;
    }
    struct nb_site_link *made = nb_yield_link(out, arena, link.kind, link.url);
    if (made) {
        made->at_ms = entry->at_ms;
        made->page_n = link.page_n;
    }
    return nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
}

enum nb_err nb_site_read_sitemap(const struct nb_site_input *input, struct nb_arena *arena,
                                 struct nb_site_yield *out, struct nb_error *error)
{
    struct nb_sitemap sitemap = {0};
    *out = (struct nb_site_yield){.kind = NB__PAGE__KIND__SITEMAP};
    enum nb_err err = nb_sitemap_read(input->bytes, input->content_type, input->url, input->dates,
                                      arena, &sitemap, error);
    if (err == NB_OK && sitemap.n > NB_YIELD_LINKS_MAX) {
        qsort(sitemap.entries, sitemap.n, sizeof(*sitemap.entries), by_newest);
    }
    for (size_t i = 0; err == NB_OK && i < sitemap.n && out->links_n < NB_YIELD_LINKS_MAX; i++) {
        err = add_link(input, &sitemap.entries[i], arena, out);
    }
    return err;
}
