/*
 * Statuses of Mastodon and what speaks its API (https://docs.joinmastodon.org/entities/Status/):
 * Pleroma, Akkoma, GoToSocial and others.
 *
 * Accounts say whether their posts may be indexed, and what they do not want is not read: it is the
 * wish of a person about their own words, which data protection law (KVKK, GDPR) gives weight.
 * There is no setting against it.
 */
#include "crawler/social/social.h"

#include <nabiz/text.h>

bool nb_mastodon_is(const json_t *item)
{
    const json_t *account = json_object_get(item, "account");
    return json_is_string(json_object_get(item, "uri")) &&
           json_is_string(json_object_get(account, "acct")) &&
           json_is_string(json_object_get(item, "created_at"));
}

/* ---- may it be read ---- */

/*
 * `indexable` since 4.2 is a consent to being searched; `noindex` since 4.0 the wish not to be
 * found by search engines; `discoverable` is all that older and other servers say.
 */
static bool is_account_open(const json_t *account)
{
    const json_t *indexable = json_object_get(account, "indexable");
    if (nb_member_is_true(account, "noindex")) {
        return false;
    }
    if (json_is_boolean(indexable)) {
        return json_is_true(indexable);
    }
    return !json_is_false(json_object_get(account, "discoverable"));
}

static bool is_open(const json_t *status)
{
    struct nb_slice visibility = nb_member_string(status, "visibility");
    return nb_slice_eq(visibility, NB_LIT("public")) &&
           is_account_open(json_object_get(status, "account"));
}

/* ---- who ---- */

static struct nb_slice host_of(struct nb_feed_reader *reader, struct nb_slice text)
{
    struct nb_url url;
    const struct nb_url *base = reader->frames[0].base;
    if (text.len && nb_url_parse(text, base, reader->arena, &url) == NB_OK && url.has_host) {
        return url.host;
    }
    return base ? base->host : (struct nb_slice){NULL, 0};
}

/* user@host everywhere; the API leaves out the host of its own accounts. */
static struct nb_slice handle_of(struct nb_feed_reader *reader, const json_t *account)
{
    struct nb_slice acct = nb_member_line(reader, account, "acct");
    if (acct.len == 0 || nb_slice_find_byte(acct, '@', 0) != NB_NPOS) {
        return acct;
    }
    struct nb_slice host = host_of(reader, nb_member_string(account, "url"));
    char *handle = nb_arena_printf(reader->arena, "%.*s@%.*s", NB_ARG(acct), NB_ARG(host));
    reader->err = handle ? reader->err : NB_ENOMEM;
    return nb_slice_str(handle);
}

/* ---- to whom ---- */

static struct nb_slice mentioned_url(const json_t *status, struct nb_slice id)
{
    size_t i;
    json_t *mention;
    json_array_foreach(json_object_get(status, "mentions"), i, mention)
    {
        if (nb_slice_eq(nb_member_string(mention, "id"), id)) {
            return nb_member_string(mention, "url");
        }
    }
    return (struct nb_slice){NULL, 0};
}

/* Is it an account of the server that was asked, whose posts are below its own address? */
static bool is_local(struct nb_feed_reader *reader, struct nb_slice profile)
{
    const struct nb_url *base = reader->frames[0].base;
    return base && nb_slice_find(profile, NB_LIT("/@"), 0) != NB_NPOS &&
           nb_slice_eq(host_of(reader, profile), base->host);
}

/*
 * What is answered is known by its number on this server only. An account of this server gives its
 * address; of one from elsewhere nothing but this server's own page is known.
 */
static void read_replied(struct nb_feed_reader *reader, const json_t *status)
{
    struct nb_slice id = nb_member_string(status, "in_reply_to_id");
    struct nb_slice whom = nb_member_string(status, "in_reply_to_account_id");
    const json_t *account = json_object_get(status, "account");
    struct nb_slice profile = nb_slice_eq(whom, nb_member_string(account, "id"))
                                  ? nb_member_string(account, "url")
                                  : mentioned_url(status, whom);
    if (id.len == 0) {
        return;
    }
    char *path = is_local(reader, profile)
                     ? nb_arena_printf(reader->arena, "%.*s/%.*s", NB_ARG(profile), NB_ARG(id))
                     : nb_arena_printf(reader->arena, "/web/statuses/%.*s", NB_ARG(id));
    reader->err = path ? reader->err : NB_ENOMEM;
    reader->draft.entry.reply_to = nb_feed_url(reader, nb_slice_str(path));
}

/* ---- a status ---- */

static void read_tags(struct nb_feed_reader *reader, const json_t *status)
{
    size_t i;
    json_t *tag;
    json_array_foreach(json_object_get(status, "tags"), i, tag)
    {
        struct nb_slice name = nb_member_line(reader, tag, "name");
        if (name.len) {
            nb_feed_add_category(reader, name);
        }
    }
}

static void read_attachments(struct nb_feed_reader *reader, const json_t *status)
{
    size_t i;
    json_t *media;
    json_array_foreach(json_object_get(status, "media_attachments"), i, media)
    {
        struct nb_slice url = nb_member_url(reader, media, "url");
        if (url.len) {
            nb_feed_add_enclosure(reader, url, nb_member_line(reader, media, "type"));
        }
    }
}

static struct nb_slice address_of(struct nb_feed_reader *reader, const json_t *status)
{
    struct nb_slice url = nb_member_url(reader, status, "url");
    return url.len ? url : nb_member_url(reader, status, "uri");
}

static struct nb_slice text_of(struct nb_feed_reader *reader, const json_t *status, bool links)
{
    reader->form = NB_FEED_HTML;
    return nb_feed_body(reader, nb_member_string(status, "content"), links);
}

static void read_counts(const json_t *status, struct nb_feed_entry *entry,
                        struct nb_feed_post *post)
{
    entry->comments_n = nb_member_number(status, "replies_count", -1);
    post->shares_n = nb_member_number(status, "reblogs_count", -1);
    post->likes_n = nb_member_number(status, "favourites_count", -1);
}

/* What is passed on, or spoken about: whose, and where. */
static void read_quoted(struct nb_feed_reader *reader, const json_t *quoted,
                        struct nb_feed_post *post)
{
    if (nb_mastodon_is(quoted) && is_open(quoted)) {
        post->quoted_url = address_of(reader, quoted);
        post->quoted_author = handle_of(reader, json_object_get(quoted, "account"));
        post->quoted_text = text_of(reader, quoted, false);
    }
}

static void read_status(struct nb_feed_reader *reader, const json_t *status, int64_t place)
{
    const json_t *account = json_object_get(status, "account");
    const json_t *shared = json_object_get(status, "reblog");
    struct nb_feed_post *post = nb_social_open(reader);
    if (!post) {
        return;
    }
    struct nb_feed_entry *entry = &reader->draft.entry;
    post->kind = NB__KIND__TOOT;
    post->place = place;
    entry->id = nb_member_line(reader, status, "uri");
    entry->url = address_of(reader, status);
    entry->title = nb_member_line(reader, status, "spoiler_text");
    entry->published_ms = nb_member_utc(reader, status, "created_at");
    entry->updated_ms = nb_member_utc(reader, status, "edited_at");
    entry->author = nb_member_line(reader, account, "display_name");
    entry->author_url = nb_member_url(reader, account, "url");
    post->handle = handle_of(reader, account);
    post->language = nb_member_line(reader, status, "language");
    if (json_is_object(shared)) {
        read_quoted(reader, shared, post);
    } else {
        entry->content = text_of(reader, status, true);
        read_quoted(reader, json_object_get(json_object_get(status, "quote"), "quoted_status"),
                    post);
        read_counts(status, entry, post);
        read_tags(reader, status);
        read_attachments(reader, status);
        read_replied(reader, status);
    }
    nb_feed_entry_close(reader);
}

void nb_mastodon_item(struct nb_feed_reader *reader, const json_t *item)
{
    const json_t *shared = json_object_get(item, "reblog");
    int64_t place = nb_member_number(item, "id", -1);
    bool shares = json_is_object(shared);
    bool is_shared_open = shares && nb_mastodon_is(shared) && is_open(shared);
    if (is_open(item) && (!shares || is_shared_open)) {
        read_status(reader, item, place);
    }
    if (is_shared_open) {
        read_status(reader, shared, -1); /* its place is elsewhere */
    }
}
