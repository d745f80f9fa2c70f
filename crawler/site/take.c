/*
 * What a page brought goes into the frontier: the links that are new, those whose pages changed as
 * the listing says, the page that follows.
 */
#include <string.h>

#include "crawler/site/html.h"
#include "crawler/site/walk_impl.h"

enum {
    DEPTH_MAX = 20,
    BLIND_DEPTH = 1,    /* how deep pages of unknown kind may lead on to others */
    LISTINGS_MAX = 500, /* pages of one listing */
    THREAD_MAX = 20000, /* pages of one thread, or posts where they count those */
    OLD_DAYS = 30,      /* what a sitemap says is older waits for what is not */
};

static int64_t between(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

int64_t nb_walk_due_ms(const Nb__Page *page, int64_t now_ms)
{
    int64_t newest_ms = page->has_newest_ms ? page->newest_ms : page->changed_ms;
    int64_t quiet_ms = now_ms - newest_ms;
    int64_t since_ms = now_ms - page->changed_ms;
    if (page->is_thread) {
        return now_ms + (page->is_inner ? between(quiet_ms, NB_DAY_MS, 90 * NB_DAY_MS)
                                        : between(quiet_ms, NB_HOUR_MS, 30 * NB_DAY_MS));
    }
    switch (page->kind) {
    case NB__PAGE__KIND__ARTICLE:
        return now_ms + between(quiet_ms, NB_HOUR_MS, 60 * NB_DAY_MS);
    case NB__PAGE__KIND__SITEMAP:
        return now_ms + between(since_ms / 2, NB_HOUR_MS, 7 * NB_DAY_MS);
    case NB__PAGE__KIND__UNKNOWN:
        return nb_walk_never_ms(now_ms);
    default:
        return page->page_n > 1 ? nb_walk_never_ms(now_ms)
                                : now_ms + between(since_ms / 2, NB_HOUR_MS / 4, 3 * NB_DAY_MS);
    }
}

/* ---- links ---- */

/* The page of a thread where what is new will be. */
static enum nb_err tail_of(struct nb_walk *walk, struct nb_front_page *head,
                           struct nb_front_page **out)
{
    *out = head;
    if (!head->page->tail) {
        return NB_OK;
    }
    struct nb_front_page *tail = NULL;
    enum nb_err err =
        nb_frontier_find(&walk->frontier, nb_link_id(nb_slice_str(head->page->tail)), &tail);
    *out = tail ? tail : head;
    return err;
}

static bool is_older(const struct nb_walk *walk, const struct nb_site_link *link)
{
    return walk->yield.kind == NB__PAGE__KIND__SITEMAP && link->at_ms >= 0 &&
           link->at_ms < walk->poll->now_ms - OLD_DAYS * NB_DAY_MS;
}

static void take_new(struct nb_walk *walk, const struct nb_site_link *link,
                     struct nb_front_page *page)
{
    page->page->has_kind = 1;
    page->page->kind = link->kind;
    page->page->has_depth = 1;
    page->page->depth = walk->here->page->depth + 1;
    page->page->has_page_n = link->page_n > 1;
    page->page->page_n = link->page_n;
    nb_front_want(page, is_older(walk, link) ? NB_RANK_OLDER : (int64_t)link->rank);
}

/* Does the listing say that the page changed since it was asked for? */
static bool is_said_to_change(const Nb__Page *page, const Nb__Page *tail,
                              const struct nb_site_link *link)
{
    return (link->newest > 0 && page->newest_number > 0 && link->newest > page->newest_number) ||
           (link->count > 0 && page->count > 0 && link->count != page->count) ||
           (link->at_ms >= 0 && tail->has_asked_ms && link->at_ms > tail->asked_ms);
}

static void take_hints(const struct nb_site_link *link, struct nb_front_page *page)
{
    if (link->newest > page->page->newest_number) {
        page->page->has_newest_number = 1;
        page->page->newest_number = link->newest;
        page->is_changed = true;
    }
    if (link->count > 0 && link->count != page->page->count) {
        page->page->has_count = 1;
        page->page->count = link->count;
        page->is_changed = true;
    }
}

static enum nb_err take_known(struct nb_walk *walk, const struct nb_site_link *link,
                              struct nb_front_page *page)
{
    struct nb_front_page *tail = NULL;
    enum nb_err err = tail_of(walk, page, &tail);
    if (err != NB_OK || !is_said_to_change(page->page, tail->page, link)) {
        return err;
    }
    bool has_fewer = link->count > 0 && link->count < page->page->count;
    nb_front_want(tail, link->rank);
    if (has_fewer) { /* something was deleted, maybe at the beginning */
        nb_front_want(page, link->rank);
    }
    return NB_OK;
}

struct tally {
    size_t new_n;   /* that were not known */
    size_t items_n; /* threads and articles, known or not */
};

static bool is_item(Nb__Page__Kind kind)
{
    return kind == NB__PAGE__KIND__THREAD || kind == NB__PAGE__KIND__ARTICLE;
}

/* Where nothing is known to lead anywhere, one does not go on for ever. */
static bool may_follow(const struct nb_walk *walk, const struct nb_site_link *link)
{
    uint32_t depth = walk->here->page->depth;
    return depth < DEPTH_MAX && (link->kind != NB__PAGE__KIND__UNKNOWN || depth <= BLIND_DEPTH ||
                                 walk->yield.kind == NB__PAGE__KIND__SITEMAP);
}

static enum nb_err take_link(struct nb_walk *walk, const struct nb_site_link *link,
                             struct tally *tally)
{
    struct nb_front_page *page = NULL;
    struct nb_url url;
    if (!may_follow(walk, link)) {
        return NB_OK;
    }
    enum nb_err err = nb_url_parse(link->url, NULL, walk->arena, &url);
    if (err != NB_OK || !nb_url_is_http(&url) || !nb_site_same_host(url.host, walk->home)) {
        return err == NB_ENOMEM ? err : NB_OK;
    }
    err = nb_frontier_get(&walk->frontier, link->url, &page);
    if (err != NB_OK || !page || page == walk->here) {
        return err;
    }
    bool is_new = !page->page->has_kind;
    if (is_new) {
        take_new(walk, link, page);
    } else {
        err = take_known(walk, link, page);
    }
    take_hints(link, page);
    tally->new_n += is_new;
    tally->items_n += is_item(link->kind) || is_item(page->page->kind);
    return err;
}

/* ---- the following page ---- */

static const char *head_of(const Nb__Page *page)
{
    return page->head ? page->head : page->url;
}

static enum nb_err want_next(struct nb_walk *walk, int64_t rank, uint32_t most,
                             struct nb_front_page **out)
{
    const Nb__Page *here = walk->here->page;
    uint32_t page_n = here->page_n > 0 ? here->page_n : 1;
    struct nb_front_page *next = NULL;
    *out = NULL;
    if (page_n >= most) {
        return NB_OK;
    }
    enum nb_err err = nb_frontier_get(&walk->frontier, walk->yield.next, &next);
    if (err != NB_OK || !next || next == walk->here) {
        return err;
    }
    if (!next->page->has_kind) {
        next->page->has_kind = next->page->has_page_n = next->page->has_depth = 1;
        next->page->kind = walk->yield.kind;
        next->page->has_is_thread = next->page->is_thread = walk->yield.is_thread;
        next->page->page_n = page_n + 1;
        next->page->depth = here->depth;
        next->page->head = nb_arena_strdup(walk->arena, nb_slice_str(head_of(here)));
        next->page->prev = nb_arena_strdup(walk->arena, nb_slice_str(here->url));
        nb_front_want(next, rank);
    }
    *out = next;
    return NB_OK;
}

/* What is older, as long as there is something new, or it was never looked at. */
static enum nb_err next_listing(struct nb_walk *walk, const struct tally *tally)
{
    struct nb_front_page *next = NULL;
    if (tally->new_n == 0) {
        return NB_OK;
    }
    enum nb_err err = want_next(walk, NB_RANK_OLDER, LISTINGS_MAX, &next);
    if (next && tally->new_n * 2 >= tally->items_n) {
        nb_front_want(next, NB_RANK_OLDER);
    }
    return err;
}

/* What the next listing counts is what was read now. */
static void forget_count(struct nb_front_page *head)
{
    if (head->page->has_count) {
        head->page->has_count = 0;
        head->page->count = 0;
        head->is_changed = true;
    }
}

static enum nb_err next_of_thread(struct nb_walk *walk)
{
    struct nb_front_page *next = NULL;
    struct nb_front_page *head = walk->here;
    Nb__Page *here = walk->here->page;
    enum nb_err err = NB_OK;
    if (here->head) {
        err = nb_frontier_find(&walk->frontier, nb_link_id(nb_slice_str(here->head)), &head);
    }
    here->has_is_inner = here->is_inner = walk->yield.next.len > 0;
    if (err == NB_OK && !here->is_inner && head) {
        forget_count(head);
    }
    if (err == NB_OK && here->is_inner) {
        err = want_next(walk, NB_RANK_MORE, THREAD_MAX, &next);
    }
    if (err == NB_OK && next && head && next->is_new) {
        head->page->tail = nb_arena_strdup(walk->arena, walk->yield.next);
        head->is_changed = true;
    }
    return err;
}

/* ---- the page ---- */

static void take_newest(struct nb_walk *walk)
{
    Nb__Page *page = walk->here->page;
    for (size_t i = 0; i < walk->yield.documents_n; i++) {
        const struct nb_document *document = walk->yield.documents[i];
        if (document->has_published_ms && document->published_ms > page->newest_ms &&
            document->published_ms <= walk->poll->now_ms) {
            page->has_newest_ms = 1;
            page->newest_ms = document->published_ms;
        }
    }
}

static bool is_barren(const struct nb_walk *walk, const struct tally *tally)
{
    return walk->here->page->kind == NB__PAGE__KIND__UNKNOWN && tally->new_n == 0 &&
           walk->yield.documents_n == 0;
}

enum nb_err nb_walk_take(struct nb_walk *walk)
{
    struct tally tally = {0};
    size_t new_n = 0;
    Nb__Page *page = walk->here->page;
    enum nb_err err = nb_walk_compare(walk, &new_n);
    for (size_t i = 0; err == NB_OK && i < walk->yield.links_n; i++) {
        err = take_link(walk, &walk->yield.links[i], &tally);
    }
    if (err != NB_OK) {
        return err;
    }
    bool is_dead = is_barren(walk, &tally);
    page->kind = walk->yield.kind;
    page->has_is_thread = page->is_thread = walk->yield.is_thread;
    tally.new_n += new_n;
    tally.items_n += walk->yield.documents_n;
    take_newest(walk);
    if (tally.new_n > 0 || !page->has_changed_ms) {
        page->has_changed_ms = 1;
        page->changed_ms = walk->poll->now_ms;
    }
    if (page->is_thread) {
        err = next_of_thread(walk);
    } else if (walk->yield.next.len) {
        err = next_listing(walk, &tally);
    }
    if (walk->yield.again.len) {
        page->again = nb_arena_strdup(walk->arena, walk->yield.again);
    }
    page->has_due_ms = 1;
    page->due_ms =
        is_dead ? nb_walk_never_ms(walk->poll->now_ms) : nb_walk_due_ms(page, walk->poll->now_ms);
    return nb_arena_failed(walk->arena) ? NB_ENOMEM : err;
}
