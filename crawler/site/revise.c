/*
 * What was on a page and is there no more.
 *
 * Posts move: when one is deleted, the first of the next page comes to this one. So of a page's
 * documents those are taken for deleted that are missing between others that stayed. Missing at the
 * beginning, they may be on the page before, which is asked to look; missing at the end of a page
 * that is followed by another, they may be there. Where nothing stayed, the page is another one.
 * What is shown in passing, a post that somebody boosts, is no document of the page: that it is not
 * shown any more says nothing of it.
 */
#include <string.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>

#include "crawler/site/walk_impl.h"

struct span {
    const struct nb_id *ids;
    size_t n;
};

static struct span span_of(const ProtobufCBinaryData *bytes)
{
    /* an id is bytes: any address will do */
    return (struct span){(const struct nb_id *)(const void *)bytes->data, bytes->len / NB_ID_BYTES};
}

static bool has(struct span span, const struct nb_id *id)
{
    for (size_t i = 0; i < span.n; i++) {
        if (memcmp(span.ids[i].b, id->b, NB_ID_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

static enum nb_err ids_of(struct nb_walk *walk, struct span *out)
{
    size_t n = walk->yield.documents_n;
    struct nb_id *ids = nb_arena_calloc(walk->arena, n, sizeof(*ids));
    for (size_t i = 0; ids && i < n; i++) {
        memcpy(ids[i].b, walk->yield.documents[i]->identity.data, NB_ID_BYTES);
    }
    *out = (struct span){ids, n};
    return ids ? NB_OK : NB_ENOMEM;
}

static enum nb_err join(struct nb_walk *walk, struct span a, struct span b,
                        ProtobufCBinaryData *out)
{
    uint8_t *bytes = nb_arena_alloc(walk->arena, (a.n + b.n) * NB_ID_BYTES);
    if (!bytes) {
        return NB_ENOMEM;
    }
    memcpy(bytes, a.n ? (const void *)a.ids : "", a.n * NB_ID_BYTES);
    memcpy(bytes + a.n * NB_ID_BYTES, b.n ? (const void *)b.ids : "", b.n * NB_ID_BYTES);
    *out = (ProtobufCBinaryData){(a.n + b.n) * NB_ID_BYTES, bytes};
    return NB_OK;
}

static enum nb_err set_documents(struct nb_walk *walk, struct span ids)
{
    Nb__Page *page = walk->here->page;
    page->has_documents = ids.n > 0;
    page->has_lost = 0;
    return join(walk, ids, (struct span){0}, &page->documents);
}

/* The page before this one is to look for what is missing here. */
static enum nb_err hand_back(struct nb_walk *walk, struct span missing)
{
    struct nb_front_page *prev = NULL;
    const char *url = walk->here->page->prev;
    if (!url || missing.n == 0) {
        return NB_OK;
    }
    enum nb_err err = nb_frontier_find(&walk->frontier, nb_link_id(nb_slice_str(url)), &prev);
    if (err != NB_OK || !prev) {
        return err;
    }
    struct span there = span_of(&prev->page->documents);
    struct span before = span_of(&prev->page->lost);
    struct nb_id *lost = nb_arena_calloc(walk->arena, missing.n, sizeof(*lost));
    size_t lost_n = 0;
    for (size_t i = 0; lost && i < missing.n; i++) {
        if (!has(there, &missing.ids[i])) {
            lost[lost_n++] = missing.ids[i];
        }
    }
    if (!lost || lost_n == 0) {
        return lost ? NB_OK : NB_ENOMEM;
    }
    prev->page->has_body_id = 0; /* the same bytes have another meaning now */
    prev->page->etag = prev->page->last_modified = NULL;
    prev->page->has_lost = 1;
    prev->is_changed = true;
    nb_front_want(prev, NB_RANK_MORE);
    return join(walk, before, (struct span){lost, lost_n}, &prev->page->lost);
}

/* Is what misses at one end maybe on another page? */
static bool may_be_moved(const struct nb_walk *walk, bool is_first, bool is_last, bool has_added)
{
    if (walk->yield.is_thread) {
        return (is_first && walk->here->page->page_n > 1) ||
               (is_last && walk->yield.next.len > 0 && !has_added);
    }
    if (walk->yield.kind == NB__PAGE__KIND__ARTICLE) { /* comments have pages, too */
        return (is_first || is_last) && has_added;
    }
    /* lists of the newest: the oldest leave them, or go to the next page */
    return is_first || (is_last && walk->here->page->page_n > 1);
}

/* Are the page's documents its own? What a listing shows in passing belongs to other pages. */
static bool owns_documents(nb_site_kind kind)
{
    switch (kind) {
    case NB__PAGE__KIND__THREAD:
    case NB__PAGE__KIND__ARTICLE:
    case NB__PAGE__KIND__WORDPRESS:
    case NB__PAGE__KIND__DISCOURSE:
    case NB__PAGE__KIND__MASTODON:
        return true;
    default:
        return false;
    }
}

enum nb_err nb_walk_compare(struct nb_walk *walk, size_t *new_n)
{
    struct span before = span_of(&walk->here->page->documents);
    struct span lost = span_of(&walk->here->page->lost);
    struct span all, now;
    enum nb_err err = ids_of(walk, &all);
    struct nb_id *deleted = nb_arena_calloc(walk->arena, before.n + lost.n, sizeof(*deleted));
    size_t first = before.n; /* those that stayed, from here */
    size_t last = 0;         /* to there */
    *new_n = 0;
    if (err != NB_OK || !deleted) {
        return NB_ENOMEM;
    }
    now = (struct span){all.ids + walk->yield.passing_n, all.n - walk->yield.passing_n};
    for (size_t i = 0; i < now.n; i++) {
        *new_n += !has(before, &now.ids[i]);
    }
    bool is_owner = owns_documents(walk->yield.kind);
    if (!is_owner || !walk->yield.is_whole) {
        return is_owner ? set_documents(walk, now) : NB_OK;
    }
    for (size_t i = 0; i < before.n; i++) {
        if (has(now, &before.ids[i])) {
            first = i < first ? i : first;
            last = i + 1;
        }
    }
    for (size_t i = 0; i < before.n && last > 0; i++) {
        if (!has(all, &before.ids[i]) && !may_be_moved(walk, i<first, i >= last, *new_n> 0)) {
            deleted[walk->deleted_n++] = before.ids[i];
        }
    }
    for (size_t i = 0; i < lost.n && last > 0; i++) {
        if (!has(all, &lost.ids[i])) {
            deleted[walk->deleted_n++] = lost.ids[i];
        }
    }
    walk->deleted = deleted;
    if (last > 0 && walk->yield.is_thread && walk->here->page->page_n > 1) {
        err = hand_back(walk, (struct span){before.ids, first});
    }
    return err == NB_OK ? set_documents(walk, now) : err;
}

enum nb_err nb_walk_gone(struct nb_walk *walk)
{
    Nb__Page *page = walk->here->page;
    struct nb_front_page *tail = NULL;
    ProtobufCBinaryData all = {0};
    enum nb_err err = join(walk, span_of(&page->documents), span_of(&page->lost), &all);
    struct span before = span_of(&all);
    if (err != NB_OK) {
        return err;
    }
    if (page->page_n > 1) { /* a thread that has fewer pages now */
        err = hand_back(walk, before);
    } else {
        walk->deleted = before.ids;
        walk->deleted_n = before.n;
    }
    if (err == NB_OK && page->tail) {
        err = nb_frontier_find(&walk->frontier, nb_link_id(nb_slice_str(page->tail)), &tail);
    }
    if (tail) {
        nb_front_want(tail, NB_RANK_MORE);
    }
    page->has_documents = page->has_lost = 0;
    page->documents = (ProtobufCBinaryData){0};
    return err;
}

/* ---- records ---- */

static enum nb_err add_record(struct nb_walk *walk, struct nb_document *document)
{
    struct nb_poll *poll = walk->poll;
    struct nb_log_record record;
    document->has_source = document->has_fetched_ms = 1;
    document->source = (ProtobufCBinaryData){NB_ID_BYTES, poll->source.b};
    document->fetched_ms = poll->now_ms;
    enum nb_err err = nb_log_encode(document, walk->arena, &record);
    if (err == NB_ETOOBIG) {
        poll->skipped_n++;
        return NB_OK;
    }
    if (err != NB_OK) {
        return err;
    }
    struct nb_slice url = nb_field(document->url);
    bool is_own =
        !document->thread || !document->reply_to || !nb_slice_eq(url, nb_field(document->thread));
    if (url.len && is_own) {
        record.alias = nb_document_identity(nb_slice(NULL, 0), nb_slice(NULL, 0), url);
        record.has_alias = true;
    }
    record.bytes = nb_arena_copy(poll->arena, record.bytes);
    if (!record.bytes.p) {
        return NB_ENOMEM;
    }
    poll->published_ms[poll->records_n] = document->has_published_ms ? document->published_ms : -1;
    poll->records[poll->records_n++] = record;
    return NB_OK;
}

/* A revision that says that the document is not there any more. */
static enum nb_err add_deletion(struct nb_walk *walk, const struct nb_id *id)
{
    struct nb_document *was = NULL;
    struct nb_error error = {0};
    struct nb_document *document = nb_document_new(walk->arena);
    struct nb_id *own = nb_arena_alloc(walk->arena, sizeof(*own));
    enum nb_err err =
        document && own ? nb_log_find(walk->crawl->log, id, walk->arena, &was, &error) : NB_ENOMEM;
    if (err == NB_ENOTFOUND || (err == NB_OK && was->deleted)) {
        return NB_OK;
    }
    if (err != NB_OK) {
        return err;
    }
    *own = *id;
    document->has_identity = 1;
    document->identity = (ProtobufCBinaryData){NB_ID_BYTES, own->b};
    document->has_kind = was->has_kind;
    document->kind = was->kind;
    document->url = was->url;
    document->guid = was->guid;
    document->site = was->site;
    document->author = was->author;
    document->thread = was->thread;
    document->has_deleted = document->deleted = 1;
    nb_diag(NB_DEBUG, "crawl", "document deleted", nb_kv_str("source", walk->poll->source_url),
            nb_kv_str("url", was->url ? was->url : ""));
    return add_record(walk, document);
}

enum nb_err nb_walk_records(struct nb_walk *walk)
{
    struct nb_poll *poll = walk->poll;
    size_t most = walk->yield.documents_n + walk->deleted_n + 1;
    enum nb_err err = NB_OK;
    poll->records = nb_arena_calloc(poll->arena, most, sizeof(*poll->records));
    poll->published_ms = nb_arena_calloc(poll->arena, most, sizeof(*poll->published_ms));
    if (!poll->records || !poll->published_ms) {
        return NB_ENOMEM;
    }
    if (walk->entry) {
        err = add_record(walk, walk->entry);
    }
    for (size_t i = 0; err == NB_OK && i < walk->yield.documents_n; i++) {
        err = add_record(walk, walk->yield.documents[i]);
    }
    for (size_t i = 0; err == NB_OK && i < walk->deleted_n; i++) {
        err = add_deletion(walk, &walk->deleted[i]);
    }
    return err;
}
