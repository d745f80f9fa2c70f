/*
 * Feeds whose entries only carry a summary, of sources that say `full`. Such an entry is not stored
 * but put into the frontier with its page, and the visit goes on there: what is stored then, once,
 * is the entry with the text of the page. An entry whose page cannot be had is stored as it is.
 */
#include <string.h>

#include <nabiz/diag.h>

#include "crawler/site/html.h"
#include "crawler/site/walk.h"
#include "crawler/site/walk_impl.h"

enum { TRIES = 3, ENTRY_MAX_BYTES = 64 << 10, MARGIN_BYTES = 20 };

int64_t nb_walk_never_ms(int64_t now_ms)
{
    return NB_PAGE_NEVER_MS - now_ms / 1000; /* what was done with first is forgotten first */
}

/* ---- from the feed ---- */

static bool has_entry_id(const Nb__Page *page, const struct nb_id *id)
{
    return page->has_entry_id && page->entry_id.len == NB_ID_BYTES &&
           memcmp(page->entry_id.data, id->b, NB_ID_BYTES) == 0;
}

static enum nb_err hold(struct nb_walk *walk, const struct nb_log_record *record,
                        struct nb_document *entry, struct nb_front_page *page)
{
    struct nb_id *ids = nb_arena_calloc(walk->arena, 2, sizeof(*ids));
    if (!ids) {
        return NB_ENOMEM;
    }
    ids[0] = record->identity;
    ids[1] = record->content;
    entry->has_identity = 1;
    entry->identity = (ProtobufCBinaryData){NB_ID_BYTES, ids[0].b};
    page->page->has_kind = 1;
    page->page->kind = NB__PAGE__KIND__ARTICLE;
    page->page->entry = entry;
    page->page->has_entry_id = 1;
    page->page->entry_id = (ProtobufCBinaryData){NB_ID_BYTES, ids[1].b};
    page->page->failures_n = 0;
    page->page->has_body_id = 0;
    page->page->etag = page->page->last_modified = NULL;
    nb_front_want(page, NB_RANK_ITEM);
    return NB_OK;
}

/* @param keep  [out] the entry is stored as it is. */
static enum nb_err take_entry(struct nb_walk *walk, const struct nb_log_record *record, bool *keep)
{
    struct nb_document *entry = NULL;
    struct nb_front_page *page = NULL;
    struct nb_url url;
    *keep = true;
    if (record->bytes.len > ENTRY_MAX_BYTES) {
        return NB_OK;
    }
    enum nb_err err = nb_document_decode(record->bytes, walk->arena, &entry);
    if (err != NB_OK || !entry->url ||
        nb_url_parse(nb_slice_str(entry->url), NULL, walk->arena, &url) != NB_OK ||
        !nb_url_is_http(&url) || url.fragment.len > 0) {
        return err;
    }
    err = nb_frontier_get(&walk->frontier, nb_slice_str(entry->url), &page);
    if (err != NB_OK || !page) {
        return err;
    }
    *keep = false;
    return has_entry_id(page->page, &record->content) ? NB_OK : hold(walk, record, entry, page);
}

static enum nb_err take_entries(struct nb_walk *walk)
{
    struct nb_poll *poll = walk->poll;
    size_t kept_n = 0;
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < poll->records_n; i++) {
        bool keep = true;
        if (poll->is_summary[i]) {
            err = take_entry(walk, &poll->records[i], &keep);
        }
        if (keep) {
            poll->published_ms[kept_n] = poll->published_ms[i];
            poll->records[kept_n++] = poll->records[i];
        }
    }
    poll->records_n = kept_n;
    return err;
}

void nb_walk_entries(const struct nb_crawl *crawl, struct nb_poll *poll, struct nb_arena *scratch)
{
    struct nb_walk walk = {.crawl = crawl, .poll = poll, .arena = scratch};
    struct nb_txn *txn;
    bool has_due = false;
    enum nb_err err = nb_read_begin(crawl->store, &txn, NULL);
    if (err == NB_OK) {
        err = nb_frontier_begin(&walk.frontier, txn, poll,
                                (uint64_t)nb_config_int(crawl->config, NB_CFG_SITE_KNOWN), scratch);
        err = err == NB_OK ? take_entries(&walk) : err;
        if (err == NB_OK) {
            err = nb_frontier_has_due(&walk.frontier, poll->now_ms, &has_due);
        }
        err = err == NB_OK ? nb_frontier_put(&walk.frontier, poll) : err;
        nb_read_end(txn);
    }
    if (err != NB_OK) {
        nb_crawl_failed(poll, nb_strerror(err));
        return;
    }
    poll->goes_on = has_due;
    poll->state->has_visit_n = 1;
    poll->state->visit_n = has_due;
}

/* ---- from the page ---- */

static void set_done(struct nb_walk *walk)
{
    Nb__Page *page = walk->here->page;
    walk->entry = page->entry;
    page->entry = NULL;
    page->has_due_ms = 1;
    page->due_ms = nb_walk_never_ms(walk->poll->now_ms);
    walk->here->is_changed = true;
}

void nb_walk_give_up(struct nb_walk *walk)
{
    if (walk->here->page->entry && walk->here->page->failures_n >= TRIES) {
        set_done(walk);
    }
}

/* The article of the page, if its text is more than the entry's. */
static void complete(struct nb_document *entry, const struct nb_document *article)
{
    if (nb_field(article->text).len > nb_field(entry->text).len + MARGIN_BYTES) {
        entry->text = article->text;
        entry->n_links = article->n_links;
        entry->links = article->links;
    }
    if (!entry->author) {
        entry->author = article->author;
        entry->author_name = article->author_name;
    }
    if (!entry->has_published_ms && article->has_published_ms) {
        entry->has_published_ms = 1;
        entry->published_ms = article->published_ms;
    }
    entry->language = entry->language ? entry->language : article->language;
}

void nb_walk_complete(struct nb_walk *walk)
{
    struct nb_document *entry = walk->here->page->entry;
    bool is_article = walk->yield.kind == NB__PAGE__KIND__ARTICLE && walk->yield.documents_n > 0 &&
                      walk->yield.documents[0]->kind != NB__KIND__COMMENT;
    if (entry && is_article) {
        complete(entry, walk->yield.documents[0]);
    }
    walk->yield = (struct nb_site_yield){.kind = walk->yield.kind};
    set_done(walk);
}
