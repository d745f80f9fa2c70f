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

/* ---- by how many ---- */

/* Some servers say 0 where somebody does not want it told. */
static int64_t followers_of(const json_t *account)
{
    const json_t *pleroma = json_object_get(account, "pleroma");
    return nb_member_is_true(pleroma, "hide_followers_count")
               ? -1
               : nb_member_number(account, "followers_count", -1);
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

static void read_quoted(struct nb_feed_reader *reader, const json_t *quoted,
                        struct nb_feed_post *post)
{
    if (nb_mastodon_is(quoted) && is_open(quoted)) {
        post->quoted_url = address_of(reader, quoted);
        post->quoted_author = handle_of(reader, json_object_get(quoted, "account"));
        post->quoted_text = text_of(reader, quoted, false);
    }
}

static struct nb_feed_post *open_status(struct nb_feed_reader *reader, const json_t *status,
                                        int64_t place)
{
    const json_t *account = json_object_get(status, "account");
    struct nb_feed_post *post = nb_social_open(reader);
    if (!post) {
        return NULL;
    }
    struct nb_feed_entry *entry = &reader->draft.entry;
    post->place = place;
    entry->published_ms = nb_member_utc(reader, status, "created_at");
    entry->author = nb_member_line(reader, account, "display_name");
    entry->author_url = nb_member_url(reader, account, "url");
    post->handle = handle_of(reader, account);
    post->followers_n = followers_of(account);
    return post;
}

/* @param place  -1 for one that is passed on: its place is elsewhere. */
static void read_status(struct nb_feed_reader *reader, const json_t *status, int64_t place,
                        bool in_passing)
{
    struct nb_feed_post *post = open_status(reader, status, place);
    if (!post) {
        return;
    }
    post->in_passing = in_passing;
    struct nb_feed_entry *entry = &reader->draft.entry;
    post->kind = NB__KIND__TOOT;
    entry->id = nb_member_line(reader, status, "uri");
    entry->url = address_of(reader, status);
    entry->title = nb_member_line(reader, status, "spoiler_text");
    entry->updated_ms = nb_member_utc(reader, status, "edited_at");
    post->language = nb_member_line(reader, status, "language");
    entry->content = text_of(reader, status, true);
    read_quoted(reader, json_object_get(json_object_get(status, "quote"), "quoted_status"), post);
    read_counts(status, entry, post);
    read_tags(reader, status);
    read_attachments(reader, status);
    read_replied(reader, status);
    nb_feed_entry_close(reader);
}

/* ---- a boost ---- */

/*
 * Pleroma calls a boost by the id and address of what is passed on, which is another document. Its
 * own name is made of that and of who does it: who does it twice does it once.
 */
static struct nb_slice id_of_boost(struct nb_feed_reader *reader, const json_t *status,
                                   const json_t *shared, struct nb_slice handle)
{
    struct nb_slice id = nb_member_line(reader, status, "uri");
    struct nb_slice other = nb_member_line(reader, shared, "uri");
    if (!nb_slice_eq(id, other)) {
        return id;
    }
    char *own = nb_arena_printf(reader->arena, "%.*s#boost-%.*s", NB_ARG(other), NB_ARG(handle));
    reader->err = own ? reader->err : NB_ENOMEM;
    return nb_slice_str(own);
}

/* Who passes on what, and when; the words are in the document that is passed on. */
static void read_boost(struct nb_feed_reader *reader, const json_t *status, const json_t *shared,
                       int64_t place)
{
    struct nb_feed_post *post = open_status(reader, status, place);
    if (!post) {
        return;
    }
    struct nb_feed_entry *entry = &reader->draft.entry;
    struct nb_slice url = nb_member_url(reader, status, "url");
    post->kind = NB__KIND__BOOST;
    post->quoted_url = address_of(reader, shared);
    post->quoted_author = handle_of(reader, json_object_get(shared, "account"));
    entry->id = id_of_boost(reader, status, shared, post->handle);
    bool is_others = nb_slice_eq(url, post->quoted_url) ||
                     nb_slice_eq(url, nb_member_url(reader, shared, "uri"));
    entry->url = is_others ? (struct nb_slice){NULL, 0} : url;
    nb_feed_entry_close(reader);
}

/* What is passed on in the end, as boosts of boosts are boosts of that; NULL when there is none. */
static const json_t *shared_by(const json_t *status)
{
    enum { BOOSTS_MAX = 8 };
    const json_t *shared = json_object_get(status, "reblog");
    for (int i = 0; json_is_object(json_object_get(shared, "reblog")); i++) {
        if (i == BOOSTS_MAX) {
            return NULL;
        }
        shared = json_object_get(shared, "reblog");
    }
    return nb_mastodon_is(shared) && is_open(shared) ? shared : NULL;
}

void nb_mastodon_item(struct nb_feed_reader *reader, const json_t *item)
{
    const json_t *shared = shared_by(item);
    int64_t place = nb_member_number(item, "id", -1);
    if (is_open(item) && shared) {
        read_boost(reader, item, shared, place);
    } else if (is_open(item) && !json_is_object(json_object_get(item, "reblog"))) {
        read_status(reader, item, place, false);
    }
    if (shared) {
        read_status(reader, shared, -1, true);
    }
}
