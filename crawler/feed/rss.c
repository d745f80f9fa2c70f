/*
 * RSS 0.9x, 1.0 (RDF) and 2.0: https://www.rssboard.org/rss-specification. Titles and descriptions
 * are HTML: the specification leaves it open for titles, but what is written there is.
 */
#include "crawler/feed/reader.h"

enum { MINUTE_S = 60, TTL_MAX_S = 7 * 86400 };
enum { RANK_DESCRIPTION = 3, RANK_SUMMARY = 4 };

static bool in_entry(const struct nb_feed_reader *reader)
{
    return nb_feed_place(reader) == NB_FEED_ENTRY;
}

static void start_rss(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    (void)attrs;
    reader->feed->format = "rss";
}

static void start_rdf(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    (void)attrs;
    reader->feed->format = "rdf";
}

static void start_channel(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    if (!reader->feed->format) {
        reader->feed->format = "rss";
    }
    nb_feed_cdf_attrs(reader, attrs);
}

static void start_item(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    if (!reader->feed->format) {
        reader->feed->format = "rss";
    }
    nb_feed_entry_open(reader);
    nb_feed_cdf_attrs(reader, attrs);
    /* RSS 1.0: the item's address, when it has no link */
    struct nb_slice about = nb_feed_attr_ns(attrs, NB_FEED_NS_RDF, "about");
    if (about.p) {
        reader->draft.entry.id = nb_feed_word(reader, about);
        reader->draft.permalink = nb_feed_url(reader, about);
    }
}

static void end_title(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice *to = in_entry(reader) ? &reader->draft.entry.title : &reader->feed->title;
    if (to->len == 0) {
        *to = nb_feed_line(reader, text);
    }
}

static void end_link(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_link(reader, 3, nb_feed_url(reader, text));
}

/* Some write Atom's link with href into RSS. */
static void start_link(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    struct nb_slice rel = nb_feed_attr(attrs, "rel");
    if (rel.len == 0 || nb_slice_eq_ascii_case(rel, NB_LIT("alternate"))) {
        end_link(reader, nb_feed_attr(attrs, "href"));
    }
}

/* Beside a summary the description is the whole. */
static void end_description(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_feed_draft *draft = &reader->draft;
    if (in_entry(reader) && draft->summary_rank == RANK_SUMMARY && draft->entry.content.len == 0) {
        draft->entry.content = nb_feed_body(reader, text, true);
    } else if (in_entry(reader)) {
        bool links = reader->draft.entry.content.len == 0;
        nb_feed_set_summary(reader, RANK_DESCRIPTION, nb_feed_body(reader, text, links));
    } else {
        nb_feed_set_description(reader, 2, nb_feed_body(reader, text, false));
    }
}

static void end_summary(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_feed_draft *draft = &reader->draft;
    struct nb_slice summary = nb_feed_body(reader, text, false);
    if (summary.len && draft->summary_rank == RANK_DESCRIPTION && draft->entry.content.len == 0) {
        draft->entry.content = draft->entry.summary;
    }
    nb_feed_set_summary(reader, RANK_SUMMARY, summary);
}

/* The whole text, as some early feeds carry it. */
static void end_body(struct nb_feed_reader *reader, struct nb_slice text)
{
    if (reader->draft.entry.content.len == 0) {
        reader->draft.entry.content = nb_feed_body(reader, text, true);
    }
}

static void start_xhtml(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    (void)attrs;
    reader->form = NB_FEED_XHTML;
}

static void start_guid(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    struct nb_slice permalink = nb_feed_attr(attrs, "ispermalink");
    reader->guid_is_permalink = !nb_slice_eq_ascii_case(nb_slice_trim(permalink), NB_LIT("false"));
}

static void end_guid(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice guid = nb_feed_word(reader, text);
    if (guid.len == 0) {
        return;
    }
    reader->draft.entry.id = guid;
    if (reader->guid_is_permalink &&
        (nb_slice_starts(guid, NB_LIT("http://")) || nb_slice_starts(guid, NB_LIT("https://")))) {
        reader->draft.permalink = nb_feed_url(reader, guid);
    }
}

static void end_author(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_author(reader, 2, nb_feed_person(reader, text));
}

static void end_pub_date(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_published(reader, 4, text);
}

static void end_category(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_add_category(reader, nb_feed_line(reader, text));
}

static void end_tags(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_add_categories(reader, nb_feed_line(reader, text));
}

/* CDF: a link inside an item that has none of its own */
static void start_a(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    end_link(reader, nb_feed_attr(attrs, "href"));
}

static void end_comments(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice url = nb_feed_url(reader, text);
    if (url.len) {
        reader->draft.entry.comments_url = url;
    }
}

static void start_enclosure(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    struct nb_slice url = nb_feed_url(reader, nb_feed_attr(attrs, "url"));
    nb_feed_add_enclosure(reader, url, nb_feed_word(reader, nb_feed_attr(attrs, "type")));
}

static void end_language(struct nb_feed_reader *reader, struct nb_slice text)
{
    reader->feed->language = nb_feed_word(reader, text);
}

static void end_ttl(struct nb_feed_reader *reader, struct nb_slice text)
{
    int64_t minutes = nb_feed_count(text);
    if (minutes > 0) {
        int64_t most = TTL_MAX_S / MINUTE_S;
        reader->feed->ttl_s = (minutes < most ? minutes : most) * MINUTE_S;
    }
}

/* 24 is midnight in some feeds (RSS 0.91). */
static void end_hour(struct nb_feed_reader *reader, struct nb_slice text)
{
    int64_t hour = nb_feed_count(text);
    if (hour >= 0 && hour <= 24) {
        reader->feed->skip_hours |= UINT32_C(1) << hour % 24;
    }
}

static void end_day(struct nb_feed_reader *reader, struct nb_slice text)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        if (nb_slice_eq_ascii_case(nb_slice_trim(text), nb_slice_str(days[i]))) {
            reader->feed->skip_days |= UINT32_C(1) << i;
        }
    }
}

#define RSS NB_FEED_NS_RSS
#define ITEM_PLACES (NB_FEED_TOP | NB_FEED_FEED)

const struct nb_feed_rule nb_feed_rss_rules[] = {
    {RSS, "rss", NB_FEED_TOP, NB_FEED_TOP, start_rss, NULL},
    {NB_FEED_NS_RDF, "rdf", NB_FEED_TOP, NB_FEED_TOP, start_rdf, NULL},
    {RSS, "rdf", NB_FEED_TOP, NB_FEED_TOP, start_rdf, NULL},
    {RSS, "channel", NB_FEED_TOP | NB_FEED_FEED, NB_FEED_FEED, start_channel, NULL},
    {RSS, "item", ITEM_PLACES, NB_FEED_ENTRY, start_item, NULL},
    {RSS, "title", NB_FEED_BODY, 0, NULL, end_title},
    {RSS, "link", NB_FEED_BODY, 0, start_link, end_link},
    {RSS, "description", NB_FEED_BODY, 0, NULL, end_description},
    {RSS, "abstract", NB_FEED_BODY, 0, NULL, end_description},
    {RSS, "a", NB_FEED_BODY, 0, start_a, NULL},
    {RSS, "summary", NB_FEED_ENTRY, 0, NULL, end_summary},
    {RSS, "body", NB_FEED_ENTRY, 0, NULL, end_body},
    {RSS, "fullitem", NB_FEED_ENTRY, 0, NULL, end_body},
    {NB_FEED_NS_XHTML, "body", NB_FEED_ENTRY, 0, start_xhtml, end_body},
    {RSS, "guid", NB_FEED_ENTRY, 0, start_guid, end_guid},
    {RSS, "author", NB_FEED_ENTRY, 0, NULL, end_author},
    {RSS, "pubdate", NB_FEED_ENTRY, 0, NULL, end_pub_date},
    {RSS, "category", NB_FEED_ENTRY, 0, NULL, end_category},
    {RSS, "tags", NB_FEED_ENTRY, 0, NULL, end_tags},
    {RSS, "keywords", NB_FEED_ENTRY, 0, NULL, end_tags},
    {RSS, "comments", NB_FEED_ENTRY, 0, NULL, end_comments},
    {RSS, "enclosure", NB_FEED_ENTRY, 0, start_enclosure, NULL},
    {RSS, "language", NB_FEED_FEED, 0, NULL, end_language},
    {RSS, "ttl", NB_FEED_FEED, 0, NULL, end_ttl},
    {RSS, "skiphours", NB_FEED_FEED, NB_FEED_FEED, NULL, NULL},
    {RSS, "hour", NB_FEED_FEED, 0, NULL, end_hour},
    {RSS, "skipdays", NB_FEED_FEED, NB_FEED_FEED, NULL, NULL},
    {RSS, "day", NB_FEED_FEED, 0, NULL, end_day},
};

const size_t nb_feed_rss_rules_n = sizeof(nb_feed_rss_rules) / sizeof(nb_feed_rss_rules[0]);
