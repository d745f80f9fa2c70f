/* nabiz feed: bytes of a feed on stdin, one JSON object on stdout. The stage of the crawler alone.
 */
#include "service/commands.h"

#include <nabiz/feed.h>

#include "service/filter.h"

static void write_urls(struct nb_json *json, const char *key, const struct nb_feed_link *links,
                       size_t n)
{
    nb_json_key(json, key);
    nb_json_array(json);
    for (size_t i = 0; i < n; i++) {
        nb_json_str(json, links[i].url);
    }
    nb_json_end(json);
}

static void write_entry(struct nb_json *json, const struct nb_feed_entry *entry)
{
    nb_json_object(json);
    nb_json_kstr(json, "id", entry->id);
    nb_json_kstr(json, "url", entry->url);
    nb_json_kstr(json, "title", entry->title);
    nb_json_kstr(json, "author", entry->author);
    nb_json_ktime(json, "published", entry->published_ms);
    nb_json_ktime(json, "updated", entry->updated_ms);
    nb_json_kstr(json, "summary_text", entry->summary);
    nb_json_kstr(json, "content_text", entry->content);
    nb_json_key(json, "categories");
    nb_json_array(json);
    for (size_t i = 0; i < entry->categories_n; i++) {
        nb_json_str(json, entry->categories[i]);
    }
    nb_json_end(json);
    write_urls(json, "links", entry->links, entry->links_n);
    nb_json_kstr(json, "comments_url", entry->comments_url);
    write_urls(json, "enclosures", entry->enclosures, entry->enclosures_n);
    nb_json_end(json);
}

static void write_feed(struct nb_json *json, const struct nb_feed *feed)
{
    nb_json_object(json);
    nb_json_kcstr(json, "format", feed->format);
    nb_json_kstr(json, "title", feed->title);
    nb_json_kstr(json, "link", feed->link);
    nb_json_kstr(json, "description", feed->description);
    nb_json_kstr(json, "language", feed->language);
    nb_json_kstr(json, "hub", feed->hub);
    nb_json_key(json, "next_poll_hint_s");
    if (feed->ttl_s >= 0) {
        nb_json_int(json, feed->ttl_s);
    } else {
        nb_json_null(json);
    }
    nb_json_kcstr(json, "bozo", feed->bozo);
    nb_json_key(json, "entries");
    nb_json_array(json);
    for (size_t i = 0; i < feed->entries_n; i++) {
        write_entry(json, &feed->entries[i]);
    }
    nb_json_end(json);
    nb_json_end(json);
}

static enum nb_err read_feed(struct nb_filter *filter, struct nb_error *error)
{
    struct nb_feed feed;
    enum nb_err err = nb_feed_parse(filter->bytes, filter->url, filter->content_type,
                                    &filter->dates, filter->arena, &feed, error);
    if (err == NB_OK) {
        write_feed(filter->json, &feed);
    }
    return err;
}

static int run(struct nb_args *args)
{
    return nb_filter_run(args, read_feed);
}

static const struct nb_option options[] = {
    {"url", "URL", NULL, "where the bytes came from; relative links are resolved against it"},
    {"content-type", "TYPE", NULL, "the Content-Type they were served with"},
    {NULL, NULL, NULL, NULL},
};

static const struct nb_example examples[] = {
    {"nabiz feed --url https://gazete.example/rss < rss.xml", "read a saved feed"},
    {"curl -s URL | nabiz feed --url URL", "read a feed from the network"},
    {NULL, NULL},
};

const struct nb_command nb_cmd_feed = {
    .name = "feed",
    .line = "read a feed on stdin, write it as JSON",
    .usage = "--url URL [--content-type TYPE]",
    .about =
        "Reads RSS, Atom, JSON Feed and CDF in any encoding, repairs broken markup as far as it "
        "can be, and writes one JSON object. \"bozo\" says what was wrong with the bytes. Texts "
        "are "
        "plain, with paragraphs kept.",
    .options = options,
    .examples = examples,
    .min_words = 0,
    .max_words = 0,
    .run = run,
};
