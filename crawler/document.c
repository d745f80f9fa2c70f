/*
 * Entries to documents. Feeds list the newest first; documents go oldest first, so that the log
 * reads in the order things were said.
 */
#include "crawler/crawl_impl.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/feed.h>
#include <nabiz/url.h>

#include "crawler/entry.h"

enum { SUMMARY_MAX_BYTES = 2000 }; /* a text that is longer and not cut is all there is */

/* What a feed's documents have in common. */
struct maker {
    struct nb_poll *poll;
    const struct nb_feed *feed;
    struct nb_arena *arena;
    struct nb_entry_maker make;
    uint64_t *urls; /* hashes of the entries' addresses, sorted */
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

/* Is it cut short, so that its page has more? */
static bool is_summary(const struct nb_feed_entry *entry)
{
    static const char *const ends[] = {"\xe2\x80\xa6", "...", "\xe2\x80\xa6]", "...]"};
    if (entry->post && entry->post->kind == NB__KIND__BOOST) {
        return false; /* there is no more of it */
    }
    struct nb_slice text = nb_slice_trim(entry->content.len ? entry->content : entry->summary);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (nb_slice_ends(text, nb_slice_str(ends[i]))) {
            return true;
        }
    }
    return entry->content.len == 0 && text.len < SUMMARY_MAX_BYTES;
}

/* Encode into the poll's arena; what it took to make it stays behind in the scratch arena. */
static enum nb_err add_entry(struct maker *maker, const struct nb_feed_entry *entry)
{
    struct nb_poll *poll = maker->poll;
    struct nb_arena_mark mark = nb_arena_mark(maker->arena);
    struct nb_document *document = NULL;
    struct nb_log_record record;
    enum nb_err err = nb_entry_document(&maker->make, entry, &document);
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
        poll->is_summary[poll->records_n] = is_summary(entry);
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
    struct maker maker = {
        .poll = poll,
        .feed = feed,
        .arena = scratch,
        .make = {.arena = scratch,
                 .site = nb_url_site(poll->host),
                 .language = feed->language,
                 .source = &poll->source,
                 .kind = poll->kind,
                 .format = feed->format,
                 .now_ms = poll->now_ms},
    };
    poll->records = nb_arena_calloc(poll->arena, feed->entries_n, sizeof(*poll->records));
    poll->published_ms = nb_arena_calloc(poll->arena, feed->entries_n, sizeof(*poll->published_ms));
    poll->is_summary = nb_arena_calloc(poll->arena, feed->entries_n, sizeof(*poll->is_summary));
    if (!poll->records || !poll->published_ms || !poll->is_summary) {
        return NB_ENOMEM;
    }
    enum nb_err err = set_urls(&maker);
    for (size_t i = feed->entries_n; err == NB_OK && i > 0; i--) {
        err = add_entry(&maker, &feed->entries[i - 1]);
    }
    return err;
}
