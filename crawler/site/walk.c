/*
 * What became of a request for a page. The root's failure is the source's; that of another page is
 * its own: it is tried again later, ever more rarely, and the visit goes on unless the site seems
 * to be in trouble.
 */
#include "crawler/site/walk.h"

#include <string.h>

#include <nabiz/diag.h>
#include <nabiz/text.h>

#include "crawler/site/html.h"
#include "crawler/site/readers.h"
#include "crawler/site/walk_impl.h"
#include "crawler/social/yield.h"

enum {
    FAILURES_MAX = 8, /* in a row: it is not asked for any more */
    GONE_AFTER = 2,   /* "not found", on two days */
    CLOSED_DAYS = 30, /* robots.txt, login: looked at again */
    STATE_BYTES = 64 << 10,
};

/* ---- which page ---- */

static Nb__Page__Kind root_kind(const struct nb_poll *poll)
{
    struct nb_url url;
    nb_site_kind kind = NB__PAGE__KIND__UNKNOWN;
    if (nb_url_parse(nb_slice_str(poll->source_url), NULL, poll->arena, &url) == NB_OK) {
        kind = nb_social_kind(&url);
    }
    if (kind != NB__PAGE__KIND__UNKNOWN) {
        return kind;
    }
    return poll->walk == NB_WALK_SITEMAP ? NB__PAGE__KIND__SITEMAP : NB__PAGE__KIND__LISTING;
}

static enum nb_err choose_root(struct nb_txn *txn, struct nb_poll *poll)
{
    struct nb_slice url = nb_slice_str(poll->source_url);
    enum nb_err err =
        nb_frontier_read(txn, poll->source, nb_link_id(url), poll->arena, &poll->page);
    if (err == NB_OK && !poll->page) {
        poll->page = nb_page_record_new(poll->arena);
        if (!poll->page) {
            return NB_ENOMEM;
        }
        poll->page->url = nb_arena_strdup(poll->arena, url);
        poll->page->has_kind = 1;
        poll->page->kind = root_kind(poll);
    }
    poll->is_root = true;
    return err;
}

enum nb_err nb_walk_choose(struct nb_txn *txn, const struct nb_source_row *row,
                           struct nb_poll *poll)
{
    struct nb_source *state = poll->state;
    enum nb_err err = NB_OK;
    poll->walk = row->walk;
    poll->is_full = row->is_full;
    if (row->walk == NB_WALK_NONE && !row->is_full) {
        state->visit_n = 0;
        return NB_OK;
    }
    if (state->visit_n > 0) {
        err = nb_frontier_next(txn, poll->source, poll->now_ms, poll->arena, &poll->page);
    }
    if (err == NB_OK && !poll->page && row->walk == NB_WALK_NONE) {
        state->visit_n = 0; /* the feed itself */
        return NB_OK;
    }
    if (err == NB_OK && !poll->page) {
        state->visit_n = 0;
        err = choose_root(txn, poll);
    }
    if (err != NB_OK) {
        return err;
    }
    const Nb__Page *page = poll->page;
    const struct nb_site_reader *reader = nb_site_reader(page->kind);
    poll->accept = reader ? reader->accept : NULL;
    if (page->again || !poll->is_root) {
        poll->url = page->again ? page->again : page->url;
    }
    return NB_OK;
}

/* ---- what became of it ---- */

static void set_due(struct nb_front_page *page, int64_t due_ms)
{
    page->page->has_due_ms = 1;
    page->page->due_ms = due_ms;
    page->is_changed = true;
}

/* The page cannot be had: later again, or never. */
static void put_off(struct nb_walk *walk, const char *why)
{
    Nb__Page *page = walk->here->page;
    int64_t wait_ms = NB_HOUR_MS << (page->failures_n < 8 ? page->failures_n : 8);
    page->has_failures_n = 1;
    page->failures_n++;
    set_due(walk->here, page->failures_n >= FAILURES_MAX ? nb_walk_never_ms(walk->poll->now_ms)
                                                         : walk->poll->now_ms + wait_ms);
    nb_walk_give_up(walk);
    nb_diag(NB_DEBUG, "crawl", "page failed", nb_kv_str("source", walk->poll->source_url),
            nb_kv_str("page", page->url), nb_kv_int("status", walk->poll->status),
            nb_kv_str("why", why));
    if (walk->poll->is_root) {
        nb_crawl_failed(walk->poll, why);
    }
}

/* It is not for nabiz; the site's own address is, or the source has a problem. */
static void stay_out(struct nb_walk *walk, const char *why)
{
    set_due(walk->here, walk->poll->now_ms + CLOSED_DAYS * NB_DAY_MS);
    walk->here->page->failures_n = FAILURES_MAX;
    nb_walk_give_up(walk);
    nb_diag(NB_INFO, "crawl", "nabiz does not go there",
            nb_kv_str("source", walk->poll->source_url), nb_kv_str("page", walk->here->page->url),
            nb_kv_str("why", why));
    if (walk->poll->is_root) {
        nb_crawl_failed(walk->poll, why);
    }
}

static enum nb_err take_missing(struct nb_walk *walk)
{
    Nb__Page *page = walk->here->page;
    page->has_failures_n = 1;
    page->failures_n++;
    if (page->entry) {
        page->failures_n = FAILURES_MAX;
        nb_walk_give_up(walk);
        return NB_OK;
    }
    if (walk->poll->status != 410 && page->failures_n < GONE_AFTER) {
        set_due(walk->here, walk->poll->now_ms + NB_DAY_MS);
        return NB_OK;
    }
    set_due(walk->here, nb_walk_never_ms(walk->poll->now_ms));
    return nb_walk_gone(walk);
}

/* A redirect: to the same page under another name, to another one, or away. @return go on? */
static enum nb_err follow_redirect(struct nb_walk *walk, bool *goes_on)
{
    struct nb_link link;
    struct nb_poll *poll = walk->poll;
    *goes_on = true;
    if (poll->redirects_n == 0) {
        return NB_OK;
    }
    enum nb_err err = nb_link_read(walk->crawl->link_rules, &walk->url, walk->arena, &link);
    if (err != NB_OK) {
        return err;
    }
    *goes_on = false;
    if (link.is_skipped) {
        stay_out(walk, "it leads to a login or another private page");
        return NB_OK;
    }
    if (poll->is_root) {
        *goes_on = true;
        return NB_OK;
    }
    if (walk->poll->walk == NB_WALK_NONE) { /* where an entry leads is where it is */
        *goes_on = true;
        return NB_OK;
    }
    if (!nb_site_same_host(walk->url.host, walk->home)) {
        set_due(walk->here, nb_walk_never_ms(walk->poll->now_ms));
        return NB_OK;
    }
    if (walk->here->page->is_thread &&
        (link.kind == NB__PAGE__KIND__LISTING || walk->url.path.len == 1)) {
        return take_missing(walk); /* how many forums say that a thread is gone */
    }
    struct nb_front_page *other = NULL;
    err = nb_frontier_get(&walk->frontier, walk->url.href, &other);
    if (err == NB_OK && other && other != walk->here) {
        set_due(walk->here, nb_walk_never_ms(walk->poll->now_ms));
        if (other->is_new) {
            other->page->has_kind = 1;
            other->page->kind = walk->here->page->kind;
            other->page->depth = walk->here->page->depth;
            other->page->has_depth = 1;
        }
        walk->here = other;
    }
    *goes_on = other != NULL;
    return err;
}

static bool has_body_of(const Nb__Page *page, const struct nb_id *id)
{
    return page->has_body_id && page->body_id.len == NB_ID_BYTES &&
           memcmp(page->body_id.data, id->b, NB_ID_BYTES) == 0;
}

static void set_unchanged(struct nb_walk *walk)
{
    walk->poll->unchanged = true;
    set_due(walk->here, nb_walk_due_ms(walk->here->page, walk->poll->now_ms));
}

static void keep_validators(struct nb_walk *walk, struct nb_id *id)
{
    Nb__Page *page = walk->here->page;
    struct nb_poll *poll = walk->poll;
    bool is_direct = poll->redirects_n == 0;
    page->etag = is_direct && poll->etag.len ? nb_arena_strdup(poll->arena, poll->etag) : NULL;
    page->last_modified = is_direct && poll->last_modified.len
                              ? nb_arena_strdup(poll->arena, poll->last_modified)
                              : NULL;
    page->has_body_id = 1;
    page->body_id = (ProtobufCBinaryData){NB_ID_BYTES, id->b};
}

static enum nb_err read_body(struct nb_walk *walk, struct nb_error *error)
{
    struct nb_poll *poll = walk->poll;
    const struct nb_site_reader *reader = nb_site_reader(walk->here->page->kind);
    struct nb_date_context dates = {walk->crawl->words, poll->now_ms,
                                    (int32_t)nb_config_int(walk->crawl->config, NB_CFG_UTC_OFFSET)};
    struct nb_site_input input = {
        .bytes = nb_buf_slice(&poll->body),
        .content_type = poll->content_type,
        .links = poll->links,
        .url = &walk->url,
        .page = walk->here->page,
        .walk = poll->walk == NB_WALK_NONE ? NB_WALK_BLOG : poll->walk,
        .document_kind = poll->kind,
        .is_root = poll->is_root,
        .host = walk->home,
        .dates = &dates,
        .profiles = walk->crawl->profiles,
        .rules = walk->crawl->link_rules,
    };
    if (!reader) {
        return nb_error_set(error, NB_ESYNTAX, "this kind of page cannot be read");
    }
    return reader->read(&input, walk->arena, &walk->yield, error);
}

static enum nb_err take_body(struct nb_walk *walk)
{
    struct nb_error error = {0};
    struct nb_slice body = nb_buf_slice(&walk->poll->body);
    struct nb_id *id = nb_arena_alloc(walk->poll->arena, sizeof(*id));
    if (!id) {
        return NB_ENOMEM;
    }
    *id = nb_id_of(&body, 1);
    if (has_body_of(walk->here->page, id)) {
        walk->here->page->failures_n = 0;
        set_unchanged(walk);
        return NB_OK;
    }
    enum nb_err err = read_body(walk, &error);
    if (err == NB_OK && walk->yield.refusal) {
        stay_out(walk, walk->yield.refusal);
        return NB_OK;
    }
    if (err != NB_OK) {
        put_off(walk, error.text[0] ? error.text : nb_strerror(err));
        return NB_OK;
    }
    walk->here->page->failures_n = 0;
    keep_validators(walk, id);
    if (walk->poll->walk == NB_WALK_NONE) {
        nb_walk_complete(walk);
        return NB_OK;
    }
    return nb_walk_take(walk);
}

static enum nb_err take_answer(struct nb_walk *walk)
{
    struct nb_poll *poll = walk->poll;
    Nb__Page *page = walk->here->page;
    bool goes_on = true;
    page->has_asked_ms = page->has_status = 1;
    page->asked_ms = poll->now_ms;
    page->status = poll->status > 0 ? (uint32_t)poll->status : 0;
    walk->here->is_changed = true;
    if (walk->why_not) {
        put_off(walk, walk->why_not);
        return NB_OK;
    }
    if (poll->outcome == NB_POLL_DENIED) {
        poll->outcome = NB_POLL_ASKED; /* it concerns the page, and not the source */
        stay_out(walk, poll->failure ? poll->failure : "robots.txt");
        return NB_OK;
    }
    if (poll->failure) {
        walk->is_trouble = true;
        put_off(walk, poll->failure);
        return NB_OK;
    }
    if ((poll->status == 404 || poll->status == 410) && !poll->is_root) {
        return take_missing(walk);
    }
    if (poll->status == 401 || poll->status == 403) {
        stay_out(walk, poll->status == 401 ? "HTTP status 401" : "HTTP status 403");
        return NB_OK;
    }
    enum nb_err err = follow_redirect(walk, &goes_on);
    if (err != NB_OK || !goes_on) {
        return err;
    }
    if (poll->status == 304 || poll->status == 204) {
        set_unchanged(walk);
        return NB_OK;
    }
    if (poll->status < 200 || poll->status > 299) {
        walk->is_trouble = poll->status >= 500 || poll->status == 429;
        put_off(walk, nb_arena_printf(poll->arena, "HTTP status %ld", poll->status));
        return NB_OK;
    }
    return take_body(walk);
}

/* ---- the whole ---- */

static void set_visit(struct nb_walk *walk, bool has_due)
{
    struct nb_source *state = walk->poll->state;
    uint32_t most = (uint32_t)nb_config_int(walk->crawl->config, NB_CFG_SITE_PAGES);
    uint32_t n = state->visit_n + 1;
    walk->poll->goes_on = has_due && n < most && !walk->is_trouble && !walk->poll->failed;
    walk->poll->has_more = has_due && !walk->poll->goes_on && !walk->is_trouble;
    state->has_visit_n = 1;
    state->visit_n = walk->poll->goes_on ? n : 0;
}

/* The host to stay on: the page's own; where the source's address leads, if it may. */
static enum nb_err set_home(struct nb_walk *walk)
{
    const struct nb_poll *poll = walk->poll;
    struct nb_url page;
    bool is_near = nb_slice_eq(nb_url_site(walk->url.host), nb_url_site(walk->source_url.host));
    walk->home = walk->source_url.host;
    if (poll->is_root) {
        bool has_moved = poll->moved_to || poll->state->moved_to;
        walk->home = is_near || has_moved ? walk->url.host : walk->home;
        return NB_OK;
    }
    enum nb_err err = nb_url_parse(nb_slice_str(poll->page->url), NULL, walk->arena, &page);
    walk->home = err == NB_OK ? page.host : walk->home;
    return err;
}

static enum nb_err begin(struct nb_walk *walk, struct nb_txn *txn)
{
    struct nb_poll *poll = walk->poll;
    enum nb_err err =
        nb_url_parse(nb_slice_str(poll->source_url), NULL, walk->arena, &walk->source_url);
    if (err == NB_OK) {
        err = nb_url_parse(nb_slice_str(poll->url), NULL, walk->arena, &walk->url);
    }
    if (err == NB_OK) {
        err = nb_frontier_begin(&walk->frontier, txn, poll,
                                (uint64_t)nb_config_int(walk->crawl->config, NB_CFG_SITE_KNOWN),
                                walk->arena);
    }
    err = err == NB_OK ? set_home(walk) : err;
    if (err == NB_OK) {
        err = nb_frontier_get(&walk->frontier, nb_slice_str(poll->page->url), &walk->here);
    }
    if (err != NB_OK || !walk->here) {
        return err == NB_OK ? NB_ETOOBIG : err;
    }
    if (walk->here->is_new) {
        walk->here->page->has_kind = 1;
        walk->here->page->kind = poll->page->kind;
    }
    return NB_OK;
}

static enum nb_err in_transaction(struct nb_walk *walk, struct nb_txn *txn)
{
    bool has_due = false;
    enum nb_err err = begin(walk, txn);
    err = err == NB_OK ? take_answer(walk) : err;
    if (err == NB_OK && walk->poll->is_root) { /* each visit begins with it anyway */
        set_due(walk->here, walk->poll->now_ms + CLOSED_DAYS * NB_DAY_MS);
    }
    if (err == NB_OK) {
        err = nb_frontier_has_due(&walk->frontier, walk->poll->now_ms, &has_due);
    }
    if (err == NB_OK) {
        set_visit(walk, has_due);
        err = nb_frontier_put(&walk->frontier, walk->poll);
    }
    return err;
}

static void take_root_state(struct nb_walk *walk)
{
    struct nb_poll *poll = walk->poll;
    if (poll->failed) {
        return;
    }
    nb_crawl_succeeded(poll);
    if (walk->yield.title.len && poll->is_root) {
        poll->state->title = nb_arena_strdup(poll->arena, nb_utf8_cut(walk->yield.title, 1024));
    }
}

/* @param why_not  the page is beyond a limit and put off unread; NULL: it is read. */
static enum nb_err understand(const struct nb_crawl *crawl, struct nb_poll *poll,
                              struct nb_arena *scratch, const char *why_not, struct nb_walk *out)
{
    struct nb_txn *txn;
    *out = (struct nb_walk){.crawl = crawl, .poll = poll, .arena = scratch, .why_not = why_not};
    enum nb_err err = nb_read_begin(crawl->store, &txn, NULL);
    if (err == NB_OK) {
        err = in_transaction(out, txn);
        nb_read_end(txn);
    }
    err = err == NB_OK ? nb_walk_records(out) : err;
    if (err == NB_OK && crawl->poll_bytes - nb_arena_used(poll->arena) < STATE_BYTES) {
        err = NB_ENOMEM;
    }
    return err;
}

void nb_walk_understand(const struct nb_crawl *crawl, struct nb_poll *poll,
                        struct nb_arena *scratch)
{
    struct nb_walk walk;
    struct nb_arena_mark mark = nb_arena_mark(poll->arena);
    const uint32_t visit_n = poll->state->visit_n;
    const uint64_t pages_n = poll->state->pages_n;
    enum nb_err err = understand(crawl, poll, scratch, NULL, &walk);
    if (err == NB_ENOMEM && !poll->is_root) { /* it must not stand in the way of the others */
        nb_arena_rewind(poll->arena, mark);
        nb_arena_reset(scratch);
        poll->puts = NULL;
        poll->records_n = 0;
        poll->state->visit_n = visit_n;
        poll->state->pages_n = pages_n;
        err = understand(crawl, poll, scratch, nb_strerror(err), &walk);
    }
    if (err != NB_OK) {
        nb_arena_rewind(poll->arena, mark);
        poll->puts = NULL;
        poll->records_n = 0;
        poll->goes_on = poll->has_more = false;
        poll->state->visit_n = 0;
        poll->state->pages_n = pages_n;
        nb_crawl_failed(poll, nb_strerror(err));
    } else if (poll->is_root) {
        take_root_state(&walk);
    }
    if (poll->records_n > 0) {
        poll->state->has_changed_ms = 1;
        poll->state->changed_ms = poll->now_ms;
    }
}
