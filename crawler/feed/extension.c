/*
 * Elements of other vocabularies that feeds of any format carry: Dublin Core, content, slash,
 * comment API, media, iTunes, syndication.
 */
#include "crawler/feed/reader.h"

#include "crawler/feed/html_text.h"

static void end_content_encoded(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice body = nb_feed_body(reader, text, true);
    if (body.len) {
        reader->draft.entry.content = body;
    }
}

static void end_dc_creator(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_author(reader, 4, nb_feed_person(reader, text));
}

static void end_dc_date(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_published(reader, 2, text);
}

static void end_modified(struct nb_feed_reader *reader, struct nb_slice text)
{
    int64_t at_ms = nb_feed_date(reader, text);
    if (at_ms >= 0 && reader->draft.entry.updated_ms < 0) {
        reader->draft.entry.updated_ms = at_ms;
    }
}

static void end_dc_title(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice *to =
        nb_feed_place(reader) == NB_FEED_ENTRY ? &reader->draft.entry.title : &reader->feed->title;
    if (to->len == 0) {
        *to = nb_feed_line(reader, text);
    }
}

static void end_subject(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_add_category(reader, nb_feed_line(reader, text));
}

static void end_dc_language(struct nb_feed_reader *reader, struct nb_slice text)
{
    if (reader->feed->language.len == 0) {
        reader->feed->language = nb_feed_word(reader, text);
    }
}

static void end_slash_comments(struct nb_feed_reader *reader, struct nb_slice text)
{
    int64_t n = nb_feed_count(text);
    if (n >= 0 && reader->draft.entry.comments_n < 0) {
        reader->draft.entry.comments_n = n;
    }
}

static void end_comment_rss(struct nb_feed_reader *reader, struct nb_slice text)
{
    if (reader->draft.entry.comments_url.len == 0) {
        reader->draft.entry.comments_url = nb_feed_url(reader, text);
    }
}

static void start_media_content(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    struct nb_slice url = nb_feed_url(reader, nb_feed_attr(attrs, "url"));
    nb_feed_add_enclosure(reader, url, nb_feed_word(reader, nb_feed_attr(attrs, "type")));
}

static void end_other_description(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_summary(reader, 1, nb_feed_body(reader, text, false));
}

static void end_itunes_summary(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_slice body = nb_feed_body(reader, text, false);
    if (nb_feed_place(reader) == NB_FEED_ENTRY) {
        nb_feed_set_summary(reader, 2, body);
    } else {
        nb_feed_set_description(reader, 1, body);
    }
}

static void end_itunes_subtitle(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_summary(reader, 1, nb_feed_body(reader, text, false));
}

static void start_itunes_category(struct nb_feed_reader *reader, const struct nb_feed_attrs *attrs)
{
    nb_feed_add_category(reader, nb_feed_line(reader, nb_feed_attr(attrs, "text")));
}

static void end_new_feed_url(struct nb_feed_reader *reader, struct nb_slice text)
{
    reader->feed->new_url = nb_feed_url(reader, text);
}

static void end_keywords(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_add_categories(reader, nb_feed_line(reader, text));
}

static void end_itunes_author(struct nb_feed_reader *reader, struct nb_slice text)
{
    nb_feed_set_author(reader, 1, nb_feed_line(reader, text));
}

static void end_sy_period(struct nb_feed_reader *reader, struct nb_slice text)
{
    static const struct {
        struct nb_slice name;
        int64_t seconds;
    } periods[] = {
        {{"hourly", 6}, 3600},        {{"daily", 5}, 86400},        {{"weekly", 6}, 7 * 86400},
        {{"monthly", 7}, 30 * 86400}, {{"yearly", 6}, 365 * 86400},
    };
    text = nb_slice_trim(text);
    for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++) {
        if (nb_slice_eq_ascii_case(text, periods[i].name)) {
            reader->sy_period_s = periods[i].seconds;
        }
    }
}

static void end_sy_frequency(struct nb_feed_reader *reader, struct nb_slice text)
{
    int64_t n = nb_feed_count(text);
    if (n > 0) {
        reader->sy_frequency = n;
    }
}

const struct nb_feed_rule nb_feed_extension_rules[] = {
    {NB_FEED_NS_CONTENT, "encoded", NB_FEED_ENTRY, 0, NULL, end_content_encoded},
    {NB_FEED_NS_DC, "creator", NB_FEED_ENTRY, 0, NULL, end_dc_creator},
    {NB_FEED_NS_DC, "author", NB_FEED_ENTRY, 0, NULL, end_dc_creator},
    {NB_FEED_NS_DC, "date", NB_FEED_ENTRY, 0, NULL, end_dc_date},
    {NB_FEED_NS_DC, "title", NB_FEED_BODY, 0, NULL, end_dc_title},
    {NB_FEED_NS_DC, "description", NB_FEED_ENTRY, 0, NULL, end_other_description},
    {NB_FEED_NS_DC, "subject", NB_FEED_ENTRY, 0, NULL, end_subject},
    {NB_FEED_NS_DC, "language", NB_FEED_FEED, 0, NULL, end_dc_language},
    {NB_FEED_NS_DCTERMS, "created", NB_FEED_ENTRY, 0, NULL, end_dc_date},
    {NB_FEED_NS_DCTERMS, "issued", NB_FEED_ENTRY, 0, NULL, end_dc_date},
    {NB_FEED_NS_DCTERMS, "modified", NB_FEED_ENTRY, 0, NULL, end_modified},
    {NB_FEED_NS_SLASH, "comments", NB_FEED_ENTRY, 0, NULL, end_slash_comments},
    {NB_FEED_NS_WFW, "commentrss", NB_FEED_ENTRY, 0, NULL, end_comment_rss},
    {NB_FEED_NS_MEDIA, "group", NB_FEED_ENTRY, NB_FEED_ENTRY, NULL, NULL},
    {NB_FEED_NS_MEDIA, "content", NB_FEED_ENTRY, NB_FEED_ENTRY, start_media_content, NULL},
    {NB_FEED_NS_MEDIA, "description", NB_FEED_ENTRY, 0, NULL, end_other_description},
    {NB_FEED_NS_ITUNES, "author", NB_FEED_ENTRY, 0, NULL, end_itunes_author},
    {NB_FEED_NS_ITUNES, "subtitle", NB_FEED_ENTRY, 0, NULL, end_itunes_subtitle},
    {NB_FEED_NS_ITUNES, "title", NB_FEED_ENTRY, 0, NULL, end_dc_title},
    {NB_FEED_NS_ITUNES, "category", NB_FEED_ENTRY, NB_FEED_ENTRY, start_itunes_category, NULL},
    {NB_FEED_NS_ITUNES, "keywords", NB_FEED_ENTRY, 0, NULL, end_keywords},
    {NB_FEED_NS_MEDIA, "keywords", NB_FEED_ENTRY, 0, NULL, end_keywords},
    {NB_FEED_NS_MEDIA, "title", NB_FEED_ENTRY, 0, NULL, end_dc_title},
    {NB_FEED_NS_ITUNES, "new-feed-url", NB_FEED_FEED, 0, NULL, end_new_feed_url},
    {NB_FEED_NS_ITUNES, "summary", NB_FEED_BODY, 0, NULL, end_itunes_summary},
    {NB_FEED_NS_SY, "updateperiod", NB_FEED_FEED, 0, NULL, end_sy_period},
    {NB_FEED_NS_SY, "updatefrequency", NB_FEED_FEED, 0, NULL, end_sy_frequency},
};

const size_t nb_feed_extension_rules_n =
    sizeof(nb_feed_extension_rules) / sizeof(nb_feed_extension_rules[0]);
