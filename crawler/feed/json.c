/*
 * JSON Feed 1.0 and 1.1 (https://jsonfeed.org/version/1.1). A feed is read when it says its
 * version, or has items and an address of its own; unknown and ill-typed members are passed over,
 * as the specification asks. What is no JSON Feed may be an API's answer: see crawler/social.
 */
#include "crawler/feed/reader.h"

#include <jansson.h>

#include "crawler/feed/html_text.h"
#include "crawler/feed/json_repair.h"
#include "crawler/social/social.h"

enum { FINISHED_POLL_S = 7 * 86400 }; /* a feed that says it has ended */

static struct nb_slice string_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? nb_slice(json_string_value(value), json_string_length(value))
                                 : (struct nb_slice){NULL, 0};
}

/* Titles are plain text by the specification; those who write references into them mean them. */
static struct nb_slice line_of(struct nb_feed_reader *reader, const json_t *object, const char *key)
{
    struct nb_slice text = string_of(object, key);
    bool markup = nb_slice_find_byte(text, '<', 0) != NB_NPOS;
    reader->form = markup ? NB_FEED_PLAIN : NB_FEED_HTML;
    return nb_feed_line(reader, text);
}

static struct nb_slice url_of(struct nb_feed_reader *reader, const json_t *object, const char *key)
{
    return nb_feed_url(reader, string_of(object, key));
}

static struct nb_slice plain_of(struct nb_feed_reader *reader, const json_t *object,
                                const char *key)
{
    reader->form = NB_FEED_PLAIN;
    return nb_feed_body(reader, string_of(object, key), false);
}

/* "The id is a string"; numbers are written all the same, and mean their digits. */
static struct nb_slice id_of(struct nb_feed_reader *reader, const json_t *item)
{
    const json_t *id = json_object_get(item, "id");
    if (json_is_integer(id)) {
        return nb_slice_str(
            nb_arena_printf(reader->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(id)));
    }
    return nb_feed_word(reader, string_of(item, "id"));
}

/* The first author of 1.1's list, else 1.0's only one. A name alone is read as well. */
static void read_author(struct nb_feed_reader *reader, const json_t *of, struct nb_slice *name,
                        struct nb_slice *url)
{
    const json_t *author = json_array_get(json_object_get(of, "authors"), 0);
    if (!author) {
        author = json_object_get(of, "author");
    }
    if (json_is_string(author)) {
        struct nb_slice text = nb_slice(json_string_value(author), json_string_length(author));
        *name = nb_feed_word(reader, text);
        return;
    }
    *name = nb_feed_word(reader, string_of(author, "name"));
    *url = url_of(reader, author, "url");
}

static void read_tags(struct nb_feed_reader *reader, const json_t *item)
{
    size_t i;
    json_t *tag;
    json_array_foreach(json_object_get(item, "tags"), i, tag)
    {
        if (json_is_string(tag)) {
            reader->form = NB_FEED_PLAIN;
            struct nb_slice text = nb_slice(json_string_value(tag), json_string_length(tag));
            nb_feed_add_category(reader, nb_feed_line(reader, text));
        }
    }
}

static void read_attachments(struct nb_feed_reader *reader, const json_t *item)
{
    size_t i;
    json_t *attachment;
    json_array_foreach(json_object_get(item, "attachments"), i, attachment)
    {
        struct nb_slice type = nb_feed_word(reader, string_of(attachment, "mime_type"));
        nb_feed_add_enclosure(reader, url_of(reader, attachment, "url"), type);
    }
}

static void read_content(struct nb_feed_reader *reader, const json_t *item)
{
    struct nb_feed_entry *entry = &reader->draft.entry;
    struct nb_slice html = string_of(item, "content_html");
    if (html.len) {
        reader->form = NB_FEED_HTML;
        entry->content = nb_feed_body(reader, html, true);
    }
    if (entry->content.len == 0) {
        entry->content = plain_of(reader, item, "content_text");
    }
    entry->summary = plain_of(reader, item, "summary");
}

/* The page that an item of a link blog is about: the first of its links. */
static void add_external_link(struct nb_feed_reader *reader, const json_t *item)
{
    struct nb_feed_entry *entry = &reader->draft.entry;
    struct nb_slice url = url_of(reader, item, "external_url");
    for (size_t i = 0; i < entry->links_n; i++) {
        if (nb_slice_eq(entry->links[i].url, url)) {
            return;
        }
    }
    if (url.len == 0) {
        return;
    }
    struct nb_feed_link *links = nb_arena_calloc(reader->arena, entry->links_n + 1, sizeof(*links));
    if (!links) {
        reader->err = NB_ENOMEM;
        return;
    }
    links[0] = (struct nb_feed_link){url, entry->title};
    for (size_t i = 0; i < entry->links_n; i++) {
        links[i + 1] = entry->links[i];
    }
    entry->links = links;
    entry->links_n++;
}

static void read_item(struct nb_feed_reader *reader, const json_t *item)
{
    nb_feed_entry_open(reader);
    struct nb_feed_entry *entry = &reader->draft.entry;
    entry->id = id_of(reader, item);
    entry->url = url_of(reader, item, "url");
    entry->title = line_of(reader, item, "title");
    entry->published_ms = nb_feed_date(reader, string_of(item, "date_published"));
    entry->updated_ms = nb_feed_date(reader, string_of(item, "date_modified"));
    read_author(reader, item, &entry->author, &entry->author_url);
    read_content(reader, item);
    read_tags(reader, item);
    read_attachments(reader, item);
    add_external_link(reader, item);
    if (nb_slice_starts(entry->id, NB_LIT("http://")) ||
        nb_slice_starts(entry->id, NB_LIT("https://"))) {
        reader->draft.permalink = nb_feed_url(reader, entry->id);
    }
    nb_feed_entry_close(reader);
}

static void read_hub(struct nb_feed_reader *reader, const json_t *root)
{
    size_t i;
    json_t *hub;
    json_array_foreach(json_object_get(root, "hubs"), i, hub)
    {
        struct nb_slice type = string_of(hub, "type");
        bool known = type.len == 0 || nb_slice_eq_ascii_case(type, NB_LIT("WebSub")) ||
                     nb_slice_eq_ascii_case(type, NB_LIT("PubSubHubbub"));
        if (known && reader->feed->hub.len == 0) {
            reader->feed->hub = url_of(reader, hub, "url");
        }
    }
}

static void read_root(struct nb_feed_reader *reader, const json_t *root)
{
    struct nb_feed *feed = reader->feed;
    feed->format = "json";
    feed->title = line_of(reader, root, "title");
    feed->link = url_of(reader, root, "home_page_url");
    feed->description = plain_of(reader, root, "description");
    feed->language = nb_feed_word(reader, string_of(root, "language"));
    feed->self = url_of(reader, root, "feed_url");
    read_hub(reader, root);
    read_author(reader, root, &reader->feed_author, &reader->feed_author_url);
    if (json_is_true(json_object_get(root, "expired"))) {
        feed->ttl_s = FINISHED_POLL_S;
    }
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(root, "items"), i, item)
    {
        if (json_is_object(item) && reader->err == NB_OK) {
            read_item(reader, item);
        }
    }
}

static bool is_json_feed(const json_t *root)
{
    struct nb_slice version = string_of(root, "version");
    bool has_items = json_is_array(json_object_get(root, "items"));
    bool has_address = string_of(root, "feed_url").len || string_of(root, "home_page_url").len;
    return nb_slice_find(version, NB_LIT("jsonfeed.org/version/"), 0) != NB_NPOS ||
           (has_items && has_address);
}

static json_t *load_repaired(struct nb_slice text)
{
    struct nb_buf repaired;
    json_t *root = NULL;
    nb_buf_init(&repaired, text.len * 6 + 256);
    if (nb_feed_json_repair(text, &repaired) == NB_OK) {
        root = json_loadb(repaired.p, repaired.len, JSON_ALLOW_NUL, NULL);
    }
    nb_buf_fini(&repaired);
    return root;
}

enum nb_err nb_feed_json_read(struct nb_feed_reader *reader, struct nb_slice text,
                              struct nb_error *error)
{
    json_error_t what;
    if (nb_feed_json_weigh(text) != NB_OK) {
        return nb_error_set(error, NB_ETOOBIG, "feed: JSON nested too deep, or too many values");
    }
    json_t *root = json_loadb(text.p, text.len, JSON_ALLOW_NUL, &what);
    if (!root) {
        root = load_repaired(text);
        const char *broken = nb_arena_printf(reader->arena, "line %d: %s", what.line, what.text);
        reader->broken = broken ? broken : "broken JSON";
    }
    if (!root) {
        return nb_error_set(error, NB_ESYNTAX, "not a feed: JSON that cannot be read, line %d: %s",
                            what.line, what.text);
    }
    reader->depth = 1; /* frames[0] has the base that addresses are resolved against */
    if (is_json_feed(root)) {
        read_root(reader, root);
    } else if (!nb_social_read(reader, reader->frames[0].base, root)) {
        reader->err = NB_ESYNTAX;
    }
    json_decref(root);
    if (reader->err == NB_ESYNTAX) {
        return nb_error_set(error, NB_ESYNTAX,
                            "not a feed: JSON, but neither JSON Feed nor an API that is known");
    }
    return reader->err == NB_OK
               ? NB_OK
               : nb_error_set(error, reader->err, "feed: %s", nb_strerror(reader->err));
}
