/*
 * Entries to documents. Feeds list the newest first; documents go oldest first, so that the log
 * reads in the order things were said.
 */
#include "crawler/crawl_impl.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/counters.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

enum { HANDLE_MAX_BYTES = 200, LINKS_MAX = 500, CATEGORIES_MAX = 100 };

/* What a feed's documents have in common. */
struct maker {
    struct nb_poll *poll;
    const struct nb_feed *feed;
    struct nb_arena *arena;
    struct nb_slice site; /* of the feed */
    uint64_t *urls;       /* hashes of the entries' addresses, sorted */
};

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static enum nb_err set_urls(struct maker *maker)
{
    size_t n = maker->feed->entries_n;
    maker->urls = nb_arena_calloc(maker->arena, n, sizeof(*maker->urls));
    if (!maker->urls) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        maker->urls[i] = nb_hash64(maker->feed->entries[i].url);
    }
    qsort(maker->urls, n, sizeof(*maker->urls), compare_hashes);
    return NB_OK;
}

/* Only one entry of the feed has this address. */
static bool is_alone(const struct maker *maker, struct nb_slice url)
{
    size_t n = maker->feed->entries_n;
    uint64_t hash = nb_hash64(url);
    const uint64_t *hit = bsearch(&hash, maker->urls, n, sizeof(*maker->urls), compare_hashes);
    return hit && (hit == maker->urls || hit[-1] != hash) &&
           (hit + 1 == maker->urls + n || hit[1] != hash);
}

/* The first page of a host. */
static bool is_home(struct nb_slice url)
{
    size_t scheme = nb_slice_find(url, NB_LIT("://"), 0);
    return scheme != NB_NPOS && nb_slice_find_byte(url, '/', scheme + 3) == url.len - 1;
}

/*
 * The permalink is a second name of what has a guid: guids differ between a site's feeds, and some
 * publishers change them. It is none where entries share it, or where it is just the front page.
 */
static void set_alias(const struct maker *maker, const struct nb_feed_entry *entry,
                      struct nb_slice url, struct nb_log_record *record)
{
    if (url.len && !is_home(url) && is_alone(maker, entry->url)) {
        record->alias = nb_document_identity(nb_slice(NULL, 0), nb_slice(NULL, 0), url);
        record->has_alias = true;
    }
}

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

static void set_author(struct maker *maker, const struct nb_feed_entry *entry, struct nb_slice site,
                       struct nb_document *document)
{
    struct nb_slice name = nb_slice_trim(entry->author);
    struct nb_slice handle = entry->post && entry->post->handle.len ? entry->post->handle : name;
    if (handle.len && site.len) {
        document->author_name = field(maker->arena, name.len ? name : handle);
        document->author = nb_arena_printf(maker->arena, "%.*s/%.*s", NB_ARG(site),
                                           NB_ARG(nb_utf8_cut(handle, HANDLE_MAX_BYTES)));
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

static enum nb_err set_links(struct maker *maker, const struct nb_feed_entry *entry,
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

static enum nb_err set_categories(struct maker *maker, const struct nb_feed_entry *entry,
                                  struct nb_document *document)
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

static enum nb_err add_count(struct maker *maker, const char *kind, int64_t n,
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
    count->read_ms = maker->poll->now_ms;
    document->engagement[document->n_engagement++] = count;
    return NB_OK;
}

static enum nb_err set_engagement(struct maker *maker, const struct nb_feed_entry *entry,
                                  struct nb_document *document)
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

static void set_times(struct maker *maker, const struct nb_feed_entry *entry,
                      struct nb_document *document)
{
    int64_t at_ms = entry->published_ms >= 0 ? entry->published_ms : entry->updated_ms;
    if (at_ms >= 0) {
        document->has_published_ms = 1;
        document->published_ms = at_ms;
    }
    document->has_fetched_ms = 1;
    document->fetched_ms = maker->poll->now_ms;
}

/* What only an API says. */
static enum nb_err set_post(struct maker *maker, const struct nb_feed_post *post,
                            struct nb_document *document)
{
    struct nb_arena *arena = maker->arena;
    struct nb_slice thread;
    struct nb_slice quoted;
    if (!post) {
        return NB_OK;
    }
    if (permalink(post->thread, arena, &thread, NULL) != NB_OK ||
        permalink(post->quoted_url, arena, &quoted, NULL) != NB_OK) {
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
    quote->author = field(arena, post->quoted_author);
    quote->text = field(arena, post->quoted_text);
    quote->url = field(arena, quoted);
    document->quotes[document->n_quotes++] = quote;
    return NB_OK;
}

static enum nb_err make_document(struct maker *maker, const struct nb_feed_entry *entry,
                                 struct nb_document *document)
{
    struct nb_arena *arena = maker->arena;
    struct nb_slice site = maker->site;
    struct nb_slice url;
    struct nb_slice reply_to;
    enum nb_err err = permalink(entry->url, arena, &url, &site);
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
    document->source = (ProtobufCBinaryData){NB_ID_BYTES, maker->poll->source.b};
    document->has_kind = 1;
    document->kind = maker->poll->kind;
    document->url = field(arena, url);
    document->guid = field(arena, entry->id);
    document->site = field(arena, site);
    document->title = field(arena, entry->title);
    document->text = field(arena, entry->content.len ? entry->content : entry->summary);
    document->language = field(arena, maker->feed->language);
    document->reply_to = field(arena, reply_to);
    set_author(maker, entry, site, document);
    set_times(maker, entry, document);
    err = set_links(maker, entry, document);
    err = err == NB_OK ? set_categories(maker, entry, document) : err;
    err = err == NB_OK ? set_engagement(maker, entry, document) : err;
    err = err == NB_OK ? set_post(maker, entry->post, document) : err;
    return nb_arena_failed(arena) ? NB_ENOMEM : err;
}

/* Encode into the poll's arena; what it took to make it stays behind in the scratch arena. */
static enum nb_err add_entry(struct maker *maker, const struct nb_feed_entry *entry)
{
    struct nb_poll *poll = maker->poll;
    struct nb_arena_mark mark = nb_arena_mark(maker->arena);
    struct nb_document *document = nb_document_new(maker->arena);
    struct nb_log_record record;
    enum nb_err err = document ? make_document(maker, entry, document) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_log_encode(document, maker->arena, &record);
    }
    if (err == NB_OK) {
        set_alias(maker, entry, nb_field(document->url), &record);
    }
    if (err == NB_ETOOBIG) {
        poll->skipped_n++;
        err = NB_OK;
    } else if (err == NB_OK) {
        record.bytes = nb_arena_copy(poll->arena, record.bytes);
        err = record.bytes.p ? NB_OK : NB_ENOMEM;
        poll->records[poll->records_n] = record;
        poll->published_ms[poll->records_n] =
            document->has_published_ms ? document->published_ms : -1;
        poll->records_n += err == NB_OK;
    }
    if (err == NB_OK) {
        nb_arena_rewind(maker->arena, mark);
    }
    return err;
}

enum nb_err nb_crawl_documents(struct nb_poll *poll, const struct nb_feed *feed,
                               struct nb_arena *scratch)
{
    struct maker maker = {.poll = poll, .feed = feed, .arena = scratch};
    maker.site = nb_url_site(poll->host);
    poll->records = nb_arena_calloc(poll->arena, feed->entries_n, sizeof(*poll->records));
    poll->published_ms = nb_arena_calloc(poll->arena, feed->entries_n, sizeof(*poll->published_ms));
    if (!poll->records || !poll->published_ms) {
        return NB_ENOMEM;
    }
    enum nb_err err = set_urls(&maker);
    for (size_t i = feed->entries_n; err == NB_OK && i > 0; i--) {
        err = add_entry(&maker, &feed->entries[i - 1]);
    }
    return err;
}
