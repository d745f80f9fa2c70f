/*
 * Posts of Discourse: the latest of a site (/posts.json) and those of a topic (/t/ID.json). See
 * https://docs.discourse.org/. What moderators hid and what the software says itself is passed
 * over.
 */
#include "crawler/social/social.h"

#include <nabiz/text.h>

static const json_t *latest_of(const json_t *root)
{
    return json_object_get(root, "latest_posts");
}

static const json_t *stream_of(const json_t *root)
{
    return json_object_get(json_object_get(root, "post_stream"), "posts");
}

bool nb_discourse_is(const json_t *root)
{
    return json_is_array(latest_of(root)) || json_is_array(stream_of(root));
}

static bool is_open(const json_t *post)
{
    enum { REGULAR = 1 };
    return json_is_object(post) && nb_member_number(post, "post_type", REGULAR) == REGULAR &&
           nb_member_number(post, "topic_id", 0) > 0 &&
           nb_member_number(post, "post_number", 0) > 0 && !nb_member_is_true(post, "hidden") &&
           !nb_member_is_true(post, "user_deleted") &&
           !json_is_string(json_object_get(post, "deleted_at")) &&
           json_is_string(json_object_get(post, "cooked"));
}

/* ---- addresses ---- */

static struct nb_slice post_url(struct nb_feed_reader *reader, const json_t *post, int64_t number)
{
    struct nb_slice slug = nb_member_string(post, "topic_slug");
    slug = slug.len ? slug : NB_LIT("-");
    char *path =
        nb_arena_printf(reader->arena, "/t/%.*s/%lld/%lld", NB_ARG(slug),
                        (long long)nb_member_number(post, "topic_id", 0), (long long)number);
    reader->err = path ? reader->err : NB_ENOMEM;
    return nb_feed_url(reader, nb_slice_str(path));
}

/* ---- quotes ---- */

/* Offset behind the end tag of the element that begins at `at`; its own kind may stand in it. */
static size_t skip_aside(struct nb_slice html, size_t at)
{
    size_t depth = 0;
    while (at < html.len) {
        size_t tag = nb_slice_find_byte(html, '<', at);
        if (tag == NB_NPOS) {
            break;
        }
        struct nb_slice rest = nb_slice_sub(html, tag, html.len);
        at = tag + 1;
        if (nb_slice_starts(rest, NB_LIT("<aside"))) {
            depth++;
        } else if (nb_slice_starts(rest, NB_LIT("</aside>"))) {
            at = tag + 8;
            if (--depth == 0) {
                return at;
            }
        }
    }
    return html.len;
}

static struct nb_slice attribute(struct nb_slice tag, struct nb_slice name)
{
    size_t at = nb_slice_find(tag, name, 0);
    size_t from = at == NB_NPOS ? tag.len : at + name.len;
    size_t to = nb_slice_find_byte(tag, '"', from);
    return to == NB_NPOS ? (struct nb_slice){NULL, 0} : nb_slice_sub(tag, from, to);
}

static void read_quote(struct nb_feed_reader *reader, const json_t *item, struct nb_slice aside,
                       struct nb_feed_post *post)
{
    size_t end = nb_slice_find_byte(aside, '>', 0);
    struct nb_slice tag = nb_slice_sub(aside, 0, end == NB_NPOS ? aside.len : end);
    size_t from = nb_slice_find(aside, NB_LIT("<blockquote"), 0);
    int64_t number = 0;
    if (post->quoted_author.len) {
        return; /* the first says whom it is about */
    }
    post->quoted_author = nb_feed_word(reader, attribute(tag, NB_LIT("data-username=\"")));
    if (nb_slice_to_i64(attribute(tag, NB_LIT("data-post=\"")), &number) && number > 0) {
        post->quoted_url = post_url(reader, item, number);
    }
    reader->form = NB_FEED_HTML;
    post->quoted_text = from == NB_NPOS
                            ? (struct nb_slice){NULL, 0}
                            : nb_feed_body(reader, nb_slice_sub(aside, from, aside.len), false);
}

/* What the author wrote: quotes are cut out, and kept as such. */
static void read_text(struct nb_feed_reader *reader, const json_t *item, struct nb_feed_post *post)
{
    struct nb_slice html = nb_member_string(item, "cooked");
    struct nb_slice text = {NULL, 0};
    struct nb_buf own;
    size_t at = 0;
    nb_buf_init(&own, html.len + 1);
    while (at < html.len) {
        size_t aside = nb_slice_find(html, NB_LIT("<aside class=\"quote"), at);
        aside = aside == NB_NPOS ? html.len : aside;
        nb_buf_add(&own, nb_slice_sub(html, at, aside));
        at = aside < html.len ? skip_aside(html, aside) : html.len;
        if (aside < html.len) {
            read_quote(reader, item, nb_slice_sub(html, aside, at), post);
        }
    }
    reader->err = nb_buf_finish(&own, &text) == NB_OK ? reader->err : NB_ENOMEM;
    reader->form = NB_FEED_HTML;
    reader->draft.entry.content = nb_feed_body(reader, text, true);
    nb_buf_fini(&own);
}

/* ---- posts ---- */

static int64_t likes_of(const json_t *item)
{
    enum { LIKE = 2 };
    size_t i;
    json_t *action;
    json_array_foreach(json_object_get(item, "actions_summary"), i, action)
    {
        if (nb_member_number(action, "id", 0) == LIKE) {
            return nb_member_number(action, "count", 0);
        }
    }
    return json_is_array(json_object_get(item, "actions_summary")) ? 0 : -1;
}

static void read_post(struct nb_feed_reader *reader, const json_t *item, struct nb_slice title)
{
    int64_t number = nb_member_number(item, "post_number", 0);
    int64_t answered = nb_member_number(item, "reply_to_post_number", 0);
    struct nb_feed_post *post = nb_social_open(reader);
    if (!post) {
        return;
    }
    struct nb_feed_entry *entry = &reader->draft.entry;
    post->kind = NB__KIND__POST;
    post->place = nb_member_number(item, "id", -1);
    post->handle = nb_member_line(reader, item, "username");
    post->thread = post_url(reader, item, 1);
    post->likes_n = likes_of(item);
    entry->url = post_url(reader, item, number);
    entry->author = nb_member_line(reader, item, "name");
    entry->published_ms = nb_member_utc(reader, item, "created_at");
    entry->updated_ms = nb_member_utc(reader, item, "updated_at");
    entry->comments_n = nb_member_number(item, "reply_count", -1);
    if (number == 1) {
        struct nb_slice own = nb_member_line(reader, item, "topic_title");
        entry->title = own.len ? own : title;
        post->views_n = nb_member_number(item, "reads", -1);
    } else {
        entry->reply_to = answered > 0 ? post_url(reader, item, answered) : post->thread;
    }
    read_text(reader, item, post);
    nb_feed_entry_close(reader);
}

void nb_discourse_read(struct nb_feed_reader *reader, const json_t *root)
{
    const json_t *posts = latest_of(root) ? latest_of(root) : stream_of(root);
    struct nb_slice title = nb_member_line(reader, root, "title");
    size_t i;
    json_t *post;
    json_array_foreach(posts, i, post)
    {
        if (is_open(post) && reader->err == NB_OK) {
            read_post(reader, post, title);
        }
    }
}
