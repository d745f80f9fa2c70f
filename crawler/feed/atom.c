/*
 * Atom 1.0 (RFC 4287), Atom 0.3 where it differs, and threading (RFC 4685). Its elements count
 * inside RSS too, where many feeds use them.
 */
#include "crawler/feed/reader.h"

static bool in_entry(const struct nb_feed_reader *reader)
{
    return nb_feed_place(reader) == NB_FEED_ENTRY;
}

static void start_feed(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    reader->feed->format = "atom";
    struct nb_slice language = nb_feed_attr_ns(attrs, NB_FEED_NS_XML, "lang");
    if (language.p) {
        reader->feed->language = nb_feed_word(reader, language);
    }
}

static void start_entry(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    (void)attrs;
    if (!reader->feed->format) {
        reader->feed->format = "atom";
    }
    nb_feed_entry_open(reader);
}

static bool is_binary(struct nb_slice type)
{
    return nb_slice_find_byte(type, '/', 0) != NB_NPOS &&
           !nb_slice_eq_ascii_case(nb_slice_sub(type, 0, 5), NB_LIT("text/")) &&
           !nb_slice_ends(type, NB_LIT("xml"));
}

/*
 * Atom 0.3 says base64 by mode; in Atom 1.0 every media type that is neither text nor XML means it.
 * Of those, octet-stream is what is written for text, and so is base64 without a type.
 */
static void start_base64(struct nb_feed_reader *reader, struct nb_slice type)
{
    bool text =
        !is_binary(type) || nb_slice_eq_ascii_case(type, NB_LIT("application/octet-stream"));
    bool plain = nb_slice_eq_ascii_case(type, NB_LIT("text/plain"));
    reader->base64 = text;
    reader->form = !text ? NB_FEED_BINARY : plain ? NB_FEED_PLAIN : NB_FEED_HTML;
}

/* type of a text construct: text, html, xhtml, or a media type; mode is Atom 0.3's */
static void start_text(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    struct nb_slice type = nb_slice_trim(nb_feed_attr(attrs, "type"));
    struct nb_slice mode = nb_slice_trim(nb_feed_attr(attrs, "mode"));
    if (nb_slice_eq_ascii_case(mode, NB_LIT("base64")) || (is_binary(type) && mode.len == 0)) {
        start_base64(reader, type);
    } else if (nb_slice_eq_ascii_case(type, NB_LIT("xhtml")) ||
               nb_slice_eq_ascii_case(type, NB_LIT("application/xhtml+xml")) ||
               (mode.len && nb_slice_eq_ascii_case(mode, NB_LIT("xml")))) {
        reader->form = NB_FEED_XHTML;
    } else if (nb_slice_eq_ascii_case(type, NB_LIT("html")) ||
               nb_slice_eq_ascii_case(type, NB_LIT("text/html")) ||
               nb_slice_eq_ascii_case(mode, NB_LIT("escaped"))) {
        reader->form = NB_FEED_HTML;
        reader->escaped = true;
    } else {
        reader->form = NB_FEED_PLAIN;
    }
}

static void end_title(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice *to = in_entry(reader) ? &reader->draft.entry.title : &reader->feed->title;
    if (to->len == 0) {
        *to = nb_feed_line(reader, text);
    }
}

static void end_subtitle(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_description(reader, 2, nb_feed_body(reader, text, false));
}

static void end_summary(struct nb_feed_reader *reader, struct nb_slice text)
{
    bool links = reader->draft.entry.content.len == 0;
    nb_feed_set_summary(reader, 4, nb_feed_body(reader, text, links));
}

static void end_content(struct nb_feed_reader *reader, struct nb_slice text)
{
    if (reader->draft.entry.content.len == 0) {
        reader->draft.entry.content = nb_feed_body(reader, text, true);
    }
}

static void end_id(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice id = nb_feed_word(reader, text);
    if (nb_slice_starts(id, NB_LIT("/"))) {
        id = nb_feed_url(reader, id); /* a path alone names nothing */
    }
    if (id.len && (reader->draft.entry.id.len == 0 || reader->home == NB_FEED_NS_ATOM)) {
        reader->draft.entry.id = id;
        if (nb_slice_starts(id, NB_LIT("http://")) || nb_slice_starts(id, NB_LIT("https://"))) {
            reader->draft.permalink = nb_feed_url(reader, id);
        }
    }
}

static void end_published(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_published(reader, 4, text);
}

static void end_issued(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_published(reader, 3, text);
}

static void end_created(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_published(reader, 1, text);
}

static void end_updated(struct nb_feed_reader *reader, struct nb_slice text)
{
    int64_t at_ms = nb_feed_date(reader, text);
    if (at_ms >= 0) {
        reader->draft.entry.updated_ms = at_ms;
    }
}

static void replies(struct nb_feed_reader *reader, struct nb_slice type, struct nb_slice url)
{
    if (reader->draft.entry.comments_url.len == 0 ||
        nb_slice_eq_ascii_case(type, NB_LIT("text/html"))) {
        reader->draft.entry.comments_url = url;
    }
}

/* Of several pages that say the same, the one for people; RSS's own link is better still. */
static unsigned rank_of(struct nb_slice type)
{
    bool html = type.len == 0 || nb_slice_eq_ascii_case(type, NB_LIT("text/html")) ||
                nb_slice_eq_ascii_case(type, NB_LIT("application/xhtml+xml"));
    return html ? 2 : 1;
}

static void add_link(struct nb_feed_reader *reader, struct nb_slice rel, struct nb_slice type,
                     struct nb_slice url)
{
    if (url.len == 0) {
        return;
    }
    if (rel.len == 0 || nb_slice_eq_ascii_case(rel, NB_LIT("alternate"))) {
        nb_feed_set_link(reader, rank_of(type), url);
    } else if (!in_entry(reader)) {
        if (nb_slice_eq_ascii_case(rel, NB_LIT("hub")) && reader->feed->hub.len == 0) {
            reader->feed->hub = url;
        } else if (nb_slice_eq_ascii_case(rel, NB_LIT("self")) && reader->feed->self.len == 0) {
            reader->feed->self = url;
        }
    } else if (nb_slice_eq_ascii_case(rel, NB_LIT("enclosure"))) {
        nb_feed_add_enclosure(reader, url, nb_feed_word(reader, type));
    } else if (nb_slice_eq_ascii_case(rel, NB_LIT("replies"))) {
        replies(reader, type, url);
    }
}

static void start_link(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    struct nb_slice rel = nb_slice_trim(nb_feed_attr(attrs, "rel"));
    struct nb_slice type = nb_slice_trim(nb_feed_attr(attrs, "type"));
    struct nb_slice href = nb_slice_trim(nb_feed_attr(attrs, "href"));
    int64_t n = nb_feed_count(nb_feed_attr_ns(attrs, NB_FEED_NS_THR, "count"));
    reader->link_rel = nb_feed_word(reader, rel);
    reader->link_type = nb_feed_word(reader, type);
    if (n >= 0 && in_entry(reader) && reader->draft.entry.comments_n < 0 &&
        nb_slice_eq_ascii_case(rel, NB_LIT("replies"))) {
        reader->draft.entry.comments_n = n;
    }
    add_link(reader, rel, type, nb_feed_url(reader, href));
}

/* Some write the address as text, as in RSS; where there is a href there is no text. */
static void end_link(struct nb_feed_reader *reader, struct nb_slice text)
{
    add_link(reader, reader->link_rel, reader->link_type, nb_feed_url(reader, text));
}

static void end_name(struct nb_feed_reader *reader, struct nb_slice text)
{
    reader->form = NB_FEED_PLAIN;
    struct nb_slice name = nb_feed_line(reader, text);
    if (reader->draft.open) {
        nb_feed_set_author(reader, 3, name);
    } else if (reader->feed_author.len == 0) {
        reader->feed_author = name;
    }
}

static void end_uri(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice *to =
        reader->draft.open ? &reader->draft.entry.author_url : &reader->feed_author_url;
    if (to->len == 0) {
        *to = nb_feed_url(reader, text);
    }
}

static void end_email(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_author(reader, 1, nb_feed_word(reader, text));
}

static void start_category(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    struct nb_slice label = nb_feed_attr(attrs, "label");
    struct nb_slice term = nb_feed_attr(attrs, "term");
    reader->form = NB_FEED_PLAIN;
    nb_feed_add_category(reader, nb_feed_line(reader, label.len ? label : term));
}

static void start_in_reply_to(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    struct nb_slice href = nb_feed_url(reader, nb_feed_attr(attrs, "href"));
    if (reader->draft.entry.reply_to.len == 0) {
        reader->draft.entry.reply_to =
            href.len ? href : nb_feed_word(reader, nb_feed_attr(attrs, "ref"));
    }
}

static void end_total(struct nb_feed_reader *reader, struct nb_slice text)
{
    int64_t n = nb_feed_count(text);
    if (n >= 0) {
        reader->draft.entry.comments_n = n;
    }
}

#define ATOM NB_FEED_NS_ATOM

const struct nb_feed_rule nb_feed_atom_rules[] = {
    {ATOM, "feed", NB_FEED_TOP, NB_FEED_FEED, start_feed, NULL},
    {ATOM, "entry", NB_FEED_TOP | NB_FEED_FEED, NB_FEED_ENTRY, start_entry, NULL},
    {ATOM, "item", NB_FEED_FEED, NB_FEED_ENTRY, start_entry, NULL}, /* a habit from RSS */
    {ATOM, "title", NB_FEED_BODY, 0, start_text, end_title},
    {ATOM, "subtitle", NB_FEED_FEED, 0, start_text, end_subtitle},
    {ATOM, "tagline", NB_FEED_FEED, 0, start_text, end_subtitle},
    {ATOM, "info", NB_FEED_FEED, 0, start_text, end_subtitle},
    {ATOM, "summary", NB_FEED_ENTRY, 0, start_text, end_summary},
    {ATOM, "content", NB_FEED_ENTRY, 0, start_text, end_content},
    {ATOM, "id", NB_FEED_ENTRY, 0, NULL, end_id},
    {ATOM, "published", NB_FEED_ENTRY, 0, NULL, end_published},
    {ATOM, "issued", NB_FEED_ENTRY, 0, NULL, end_issued},
    {ATOM, "created", NB_FEED_ENTRY, 0, NULL, end_created},
    {ATOM, "updated", NB_FEED_ENTRY, 0, NULL, end_updated},
    {ATOM, "modified", NB_FEED_ENTRY, 0, NULL, end_updated},
    {ATOM, "link", NB_FEED_BODY, 0, start_link, end_link},
    {ATOM, "author", NB_FEED_BODY, NB_FEED_PERSON, NULL, NULL},
    {ATOM, "name", NB_FEED_PERSON, 0, NULL, end_name},
    {ATOM, "uri", NB_FEED_PERSON, 0, NULL, end_uri},
    {ATOM, "url", NB_FEED_PERSON, 0, NULL, end_uri},
    {ATOM, "homepage", NB_FEED_PERSON, 0, NULL, end_uri},
    {ATOM, "email", NB_FEED_PERSON, 0, NULL, end_email},
    {ATOM, "category", NB_FEED_ENTRY, 0, start_category, NULL},
    {NB_FEED_NS_THR, "in-reply-to", NB_FEED_ENTRY, 0, start_in_reply_to, NULL},
    {NB_FEED_NS_THR, "total", NB_FEED_ENTRY, 0, NULL, end_total},
};

const size_t nb_feed_atom_rules_n = sizeof(nb_feed_atom_rules) / sizeof(nb_feed_atom_rules[0]);
