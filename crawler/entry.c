#include "crawler/entry.h"

#include <nabiz/log.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

enum { HANDLE_MAX_BYTES = 200, LINKS_MAX = 500, CATEGORIES_MAX = 100 };

/* The permalink form of an absolute URL; what is none stays as it is. */
static enum nb_err permalink(struct nb_slice text, struct nb_arena *arena, struct nb_slice *out,
                             struct nb_slice *site)
{
    struct nb_url url;
    *out = text;
    enum nb_err err = text.len ? nb_url_parse(text, NULL, arena, &url) : NB_ESYNTAX;
    if (err == NB_OK && nb_url_is_http(&url)) {
        if (site) {
            *site = nb_url_site(url.host);
        }
        return nb_url_permalink(&url, arena, out);
    }
    return err == NB_ENOMEM ? err : NB_OK;
}

/* NULL for the empty text: absent, not empty. A lack of memory shows in the arena. */
static char *field(struct nb_arena *arena, struct nb_slice text)
{
    return text.len ? nb_arena_strdup(arena, text) : NULL;
}

static void set_author(const struct nb_entry_maker *maker, const struct nb_feed_entry *entry,
                       struct nb_slice site, struct nb_document *document)
{
    struct nb_slice name = nb_slice_trim(entry->author);
    struct nb_slice handle = entry->post && entry->post->handle.len ? entry->post->handle : name;
    if (handle.len && site.len) {
        document->author_name = field(maker->arena, name.len ? name : handle);
        document->author = nb_entry_author(site, handle, maker->arena);
    }
}

/* An entry without id and address is what it says. */
static struct nb_id identity_of(const struct nb_feed_entry *entry, struct nb_slice site,
                                struct nb_slice url)
{
    if (entry->id.len || url.len) {
        return nb_document_identity(site, entry->id, url);
    }
    struct nb_slice text = entry->content.len ? entry->content : entry->summary;
    return nb_id_of((const struct nb_slice[]){NB_LIT("text"), site, entry->title, text}, 4);
}

static enum nb_err set_links(const struct nb_entry_maker *maker, const struct nb_feed_entry *entry,
                             struct nb_document *document)
{
    size_t n = entry->links_n < LINKS_MAX ? entry->links_n : LINKS_MAX;
    document->links = nb_arena_calloc(maker->arena, n, sizeof(*document->links));
    if (!document->links) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        Nb__Link *link = nb_arena_alloc(maker->arena, sizeof(*link));
        struct nb_slice url;
        if (!link || permalink(entry->links[i].url, maker->arena, &url, NULL) != NB_OK) {
            return NB_ENOMEM;
        }
        nb__link__init(link);
        link->url = field(maker->arena, url);
        link->text = field(maker->arena, entry->links[i].text);
        document->links[document->n_links++] = link;
    }
    return NB_OK;
}

static enum nb_err set_categories(const struct nb_entry_maker *maker,
                                  const struct nb_feed_entry *entry, struct nb_document *document)
{
    size_t n = entry->categories_n < CATEGORIES_MAX ? entry->categories_n : CATEGORIES_MAX;
    document->categories = nb_arena_calloc(maker->arena, n, sizeof(*document->categories));
    if (!document->categories) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        document->categories[i] = nb_arena_strdup(maker->arena, entry->categories[i]);
    }
    document->n_categories = n;
    return NB_OK;
}

static enum nb_err add_count(const struct nb_entry_maker *maker, const char *kind, int64_t n,
                             struct nb_document *document)
{
    if (n < 0) {
        return NB_OK;
    }
    Nb__Engagement *count = nb_arena_alloc(maker->arena, sizeof(*count));
    if (!count) {
        return NB_ENOMEM;
    }
    nb__engagement__init(count);
    count->kind = nb_arena_strdup(maker->arena, nb_slice_str(kind));
    count->has_count = 1;
    count->count = (uint64_t)n;
    count->has_read_ms = 1;
    count->read_ms = maker->now_ms;
    document->engagement[document->n_engagement++] = count;
    return NB_OK;
}

static enum nb_err set_engagement(const struct nb_entry_maker *maker,
                                  const struct nb_feed_entry *entry, struct nb_document *document)
{
    enum { KINDS_N = 4 };
    const struct nb_feed_post *post = entry->post;
    document->engagement = nb_arena_calloc(maker->arena, KINDS_N, sizeof(*document->engagement));
    enum nb_err err = document->engagement ? NB_OK : NB_ENOMEM;
    err = err == NB_OK ? add_count(maker, "comments", entry->comments_n, document) : err;
    if (post) {
        err = err == NB_OK ? add_count(maker, "likes", post->likes_n, document) : err;
        err = err == NB_OK ? add_count(maker, "shares", post->shares_n, document) : err;
        err = err == NB_OK ? add_count(maker, "views", post->views_n, document) : err;
    }
    return err;
}

static void set_times(const struct nb_entry_maker *maker, const struct nb_feed_entry *entry,
                      struct nb_document *document)
{
    int64_t at_ms = entry->published_ms >= 0 ? entry->published_ms : entry->updated_ms;
    if (at_ms >= 0) {
        document->has_published_ms = 1;
        document->published_ms = at_ms;
    }
    document->has_fetched_ms = 1;
    document->fetched_ms = maker->now_ms;
}

/* Names are scoped to their sites; the address says which one it is. */
static char *quoted_author(struct nb_arena *arena, struct nb_slice name, struct nb_slice site)
{
    bool is_whole = !name.len || !site.len || nb_slice_find_byte(name, '/', 0) != NB_NPOS;
    return is_whole ? field(arena, name) : nb_entry_author(site, name, arena);
}

/* What only an API says. */
static enum nb_err set_post(const struct nb_entry_maker *maker, const struct nb_feed_post *post,
                            struct nb_document *document)
{
    struct nb_arena *arena = maker->arena;
    struct nb_slice thread;
    struct nb_slice quoted;
    struct nb_slice site = {NULL, 0};
    if (!post) {
        return NB_OK;
    }
    if (permalink(post->thread, arena, &thread, NULL) != NB_OK ||
        permalink(post->quoted_url, arena, &quoted, &site) != NB_OK ||
        nb_entry_audience(post->followers_n, maker->format, maker->now_ms, arena, document) !=
            NB_OK) {
        return NB_ENOMEM;
    }
    document->kind = post->kind ? post->kind : document->kind;
    document->thread = field(arena, thread);
    document->language = post->language.len ? field(arena, post->language) : document->language;
    if (quoted.len == 0 && post->quoted_author.len == 0) {
        return NB_OK;
    }
    Nb__Quote *quote = nb_arena_alloc(arena, sizeof(*quote));
    document->quotes = nb_arena_calloc(arena, 1, sizeof(*document->quotes));
    if (!quote || !document->quotes) {
        return NB_ENOMEM;
    }
    nb__quote__init(quote);
    quote->author = quoted_author(arena, post->quoted_author, site);
    quote->text = field(arena, post->quoted_text);
    quote->url = field(arena, quoted);
    document->quotes[document->n_quotes++] = quote;
    return NB_OK;
}

/* A boost that has no address of its own was made where its author is. */
static enum nb_err site_of_boost(const struct nb_feed_entry *entry, struct nb_arena *arena,
                                 struct nb_slice *site)
{
    struct nb_slice profile;
    bool is_boost = entry->post && entry->post->kind == NB__KIND__BOOST;
    return is_boost && !entry->url.len ? permalink(entry->author_url, arena, &profile, site)
                                       : NB_OK;
}

static enum nb_err make(const struct nb_entry_maker *maker, const struct nb_feed_entry *entry,
                        struct nb_document *document)
{
    struct nb_arena *arena = maker->arena;
    struct nb_slice site = maker->site;
    struct nb_slice url;
    struct nb_slice reply_to;
    enum nb_err err = permalink(entry->url, arena, &url, &site);
    if (err == NB_OK) {
        err = site_of_boost(entry, arena, &site);
    }
    if (err == NB_OK) {
        err = permalink(entry->reply_to, arena, &reply_to, NULL);
    }
    struct nb_id *identity = nb_arena_alloc(arena, sizeof(*identity));
    if (err != NB_OK || !identity) {
        return NB_ENOMEM;
    }
    *identity = identity_of(entry, site, url);
    document->has_identity = 1;
    document->identity = (ProtobufCBinaryData){NB_ID_BYTES, identity->b};
    document->has_source = 1;
    document->source = (ProtobufCBinaryData){NB_ID_BYTES, (uint8_t *)(uintptr_t)maker->source->b};
    document->has_kind = 1;
    document->kind = maker->kind;
    document->url = field(arena, url);
    document->guid = field(arena, entry->id);
    document->site = field(arena, site);
    document->title = field(arena, entry->title);
    document->text = field(arena, entry->content.len ? entry->content : entry->summary);
    document->language = field(arena, maker->language);
    document->reply_to = field(arena, reply_to);
    set_author(maker, entry, site, document);
    set_times(maker, entry, document);
    err = set_links(maker, entry, document);
    err = err == NB_OK ? set_categories(maker, entry, document) : err;
    err = err == NB_OK ? set_engagement(maker, entry, document) : err;
    err = err == NB_OK ? set_post(maker, entry->post, document) : err;
    return nb_arena_failed(arena) ? NB_ENOMEM : err;
}

enum nb_err nb_entry_document(const struct nb_entry_maker *maker, const struct nb_feed_entry *entry,
                              struct nb_document **out)
{
    struct nb_document *document = nb_document_new(maker->arena);
    enum nb_err err = document ? make(maker, entry, document) : NB_ENOMEM;
    if (err == NB_OK) {
        *out = document;
    }
    return err;
}

char *nb_entry_author(struct nb_slice site, struct nb_slice name, struct nb_arena *arena)
{
    return nb_arena_printf(arena, "%.*s/%.*s", NB_ARG(site),
                           NB_ARG(nb_slice_trim(nb_utf8_cut(name, HANDLE_MAX_BYTES))));
}

enum nb_err nb_entry_audience(int64_t followers_n, const char *source, int64_t now_ms,
                              struct nb_arena *arena, struct nb_document *document)
{
    if (followers_n < 0 || (uint64_t)followers_n > NB_AUDIENCE_MAX) {
        return NB_OK;
    }
    struct nb_audience *audience = nb_audience_new(arena);
    if (!audience) {
        return NB_ENOMEM;
    }
    audience->has_followers_n = audience->has_read_ms = 1;
    audience->followers_n = (uint64_t)followers_n;
    audience->read_ms = now_ms;
    audience->source = field(arena, nb_slice_str(source));
    document->audience = audience;
    return nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
}
