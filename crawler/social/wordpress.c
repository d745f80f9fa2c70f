/*
 * Posts and comments of the WordPress REST API, wp/v2
 * (https://developer.wordpress.org/rest-api/reference/). Addresses and guids are those of the
 * site's feeds and pages, so that what was found there already is known.
 */
#include "crawler/social/social.h"

#include "crawler/feed/comment.h"

/* Both kinds have an address and a text; a comment says what post it belongs to. */
static bool is_comment(const json_t *item)
{
    return json_is_integer(json_object_get(item, "post")) &&
           json_is_integer(json_object_get(item, "parent"));
}

bool nb_wordpress_is(const json_t *item)
{
    return json_is_string(json_object_get(item, "link")) &&
           json_is_string(json_object_get(json_object_get(item, "content"), "rendered")) &&
           json_is_string(json_object_get(item, "date"));
}

/* ---- what was embedded ---- */

static const json_t *embedded(const json_t *item, const char *relation)
{
    return json_array_get(json_object_get(json_object_get(item, "_embedded"), relation), 0);
}

/* Groups of terms: one for the categories, one for the tags. */
static void read_terms(struct nb_feed_reader *reader, const json_t *item)
{
    const json_t *groups = json_object_get(json_object_get(item, "_embedded"), "wp:term");
    size_t i;
    size_t k;
    json_t *group;
    json_t *term;
    json_array_foreach(groups, i, group)
    {
        json_array_foreach(group, k, term)
        {
            struct nb_slice name = nb_member_html_line(reader, term, "name");
            if (name.len) {
                nb_feed_add_category(reader, name);
            }
        }
    }
}

/* The text; a post behind a password has none. */
static void read_content(struct nb_feed_reader *reader, const json_t *item)
{
    const json_t *content = json_object_get(item, "content");
    struct nb_feed_entry *entry = &reader->draft.entry;
    if (nb_member_is_true(content, "protected")) {
        return;
    }
    reader->form = NB_FEED_HTML;
    entry->content = nb_feed_body(reader, nb_member_string(content, "rendered"), true);
    reader->form = NB_FEED_HTML;
    entry->summary =
        nb_feed_body(reader, nb_member_string(json_object_get(item, "excerpt"), "rendered"), false);
}

/* The date in UTC; where it is missing, that of the site's own clock. */
static int64_t date_of(struct nb_feed_reader *reader, const json_t *item, const char *utc,
                       const char *local)
{
    int64_t at_ms = nb_member_utc(reader, item, utc);
    return at_ms >= 0 ? at_ms : nb_feed_date(reader, nb_member_string(item, local));
}

/* ---- posts ---- */

static void read_post(struct nb_feed_reader *reader, const json_t *item, struct nb_feed_post *post)
{
    struct nb_feed_entry *entry = &reader->draft.entry;
    const json_t *author = embedded(item, "author");
    entry->id = nb_member_html_line(reader, json_object_get(item, "guid"), "rendered");
    entry->title = nb_member_html_line(reader, json_object_get(item, "title"), "rendered");
    entry->author = nb_member_html_line(reader, author, "name");
    entry->author_url = nb_member_url(reader, author, "link");
    entry->updated_ms = date_of(reader, item, "modified_gmt", "modified");
    post->place = entry->updated_ms;
    read_terms(reader, item);
}

/* ---- comments ---- */

/*
 * A thread of comments is never parted by pages, so a parent's address differs from its answer's in
 * the number only.
 */
static void read_replied(struct nb_feed_reader *reader, const json_t *item,
                         struct nb_feed_post *post)
{
    struct nb_feed_entry *entry = &reader->draft.entry;
    size_t hash = nb_slice_find_byte(entry->url, '#', 0);
    struct nb_slice page = nb_slice_sub(entry->url, 0, hash == NB_NPOS ? entry->url.len : hash);
    int64_t parent = nb_member_number(item, "parent", 0);
    struct nb_slice up = nb_member_url(reader, embedded(item, "up"), "link");
    post->thread = up.len ? up : nb_comment_page(entry->url);
    entry->reply_to = post->thread;
    if (parent > 0 && page.len) {
        char *url =
            nb_arena_printf(reader->arena, "%.*s#comment-%lld", NB_ARG(page), (long long)parent);
        entry->reply_to = nb_slice_str(url);
        reader->err = url ? reader->err : NB_ENOMEM;
    }
}

/* Pings are notes of other sites' links, which nobody wrote here. */
static bool is_ping(const json_t *item)
{
    struct nb_slice type = nb_member_string(item, "type");
    return nb_slice_eq(type, NB_LIT("pingback")) || nb_slice_eq(type, NB_LIT("trackback"));
}

static void read_comment(struct nb_feed_reader *reader, const json_t *item,
                         struct nb_feed_post *post)
{
    struct nb_feed_entry *entry = &reader->draft.entry;
    post->kind = NB__KIND__COMMENT;
    post->place = entry->published_ms;
    entry->author = nb_member_html_line(reader, item, "author_name");
    entry->author_url = nb_member_url(reader, item, "author_url");
    read_replied(reader, item, post);
}

void nb_wordpress_item(struct nb_feed_reader *reader, const json_t *item)
{
    if (is_ping(item)) {
        return;
    }
    struct nb_feed_post *post = nb_social_open(reader);
    if (!post) {
        return;
    }
    struct nb_feed_entry *entry = &reader->draft.entry;
    entry->url = nb_member_url(reader, item, "link");
    entry->published_ms = date_of(reader, item, "date_gmt", "date");
    read_content(reader, item);
    if (is_comment(item)) {
        read_comment(reader, item, post);
    } else {
        read_post(reader, item, post);
    }
    nb_feed_entry_close(reader);
}
