/*
 * A fetch loop of our own, asked one address after the other: the loop keeps to robots.txt, pauses
 * and limits as it does for polls. What is asked for, in order: the address itself; when that is a
 * page, what the page declares; only when that gave no feed, what it links to, then where its
 * software has feeds, then known paths. A candidate that is a page itself (many newspapers have a
 * list of feeds at /rss) may name feeds in its turn, but no further.
 */
#include <nabiz/discover.h>

#include <stdio.h>
#include <string.h>

#include <nabiz/date.h>
#include <nabiz/feed.h>
#include <nabiz/hash.h>
#include <nabiz/mem.h>
#include <nabiz/paths.h>
#include <nabiz/store.h>
#include <nabiz/text.h>

#include "crawler/fetch/fetch.h"
#include "crawler/site/look.h"
#include "crawler/social/yield.h"

enum {
    REQUESTS_MAX = 24,
    NESTED_MAX = 40,
    PRINTS_MAX = 20, /* entries by which two feeds are compared */
    TITLE_MAX_BYTES = 300,
    DEAD_MAX = 2,            /* requests without any answer until a site is left alone */
    ANSWER_WAIT_MS = 600000, /* a transfer is bounded; this is for our own bugs */
    DELAY_WAIT_MS = 30000,   /* the longest Crawl-delay that is sat out */
    POLL_ARENA_BYTES = 1 << 20,
    SCRATCH_BASE_BYTES = 4 << 20,
    SCRATCH_FACTOR = 8,
    QUEUE_N = 4,
};

/* A feed with what tells it apart from another one with the same entries. */
struct found {
    struct nb_found_feed feed;
    uint64_t prints[PRINTS_MAX];
    size_t prints_n;
};

struct search {
    const struct nb_config *config;
    struct nb_clock *clock;
    const struct nb_discover_options *options;
    struct nb_arena *arena;   /* of the result */
    struct nb_arena *scratch; /* of one answer */
    struct nb_store *store;
    struct nb_fetch *fetch;
    struct nb_queue *answers;
    struct nb_date_words *words;
    struct nb_link_rules *link_rules;
    enum nb_source_walk walk; /* of the address that was given */
    size_t body_bytes;
    unsigned requests_n;
    unsigned dead_n;
    struct found found[REQUESTS_MAX];
    size_t found_n;
    size_t articles_n; /* of found: those that are not of comments */
    struct nb_found_feed failed[REQUESTS_MAX];
    size_t failed_n;
    struct nb_candidate nested[NESTED_MAX];
    size_t nested_n;
    struct nb_slice asked[REQUESTS_MAX];
};

/* ---- asking ---- */

static enum nb_err make_poll(const struct search *search, const char *url, struct nb_poll **out)
{
    struct nb_poll *poll = nb_poll_new(POLL_ARENA_BYTES, search->body_bytes);
    if (!poll) {
        return NB_ENOMEM;
    }
    poll->now_ms = nb_clock_now_ms(search->clock);
    poll->state = nb_source_new(poll->arena);
    poll->source_url = nb_arena_strdup(poll->arena, nb_slice_str(url));
    poll->url = poll->source_url;
    if (!poll->state || !poll->source_url) {
        nb_poll_free(poll);
        return NB_ENOMEM;
    }
    nb_fetch_prepare(poll);
    *out = poll;
    return NB_OK;
}

/* Wait for the turn of a host that asks for pauses. @return false when that is too long. */
static bool sit_out(const struct search *search, const struct nb_poll *poll)
{
    int64_t until_ms = 0;
    for (const struct nb_poll_pace *pace = poll->paces; pace; pace = pace->next) {
        int64_t turn_ms = nb_poll_pace_turn_ms(pace);
        until_ms = turn_ms > until_ms ? turn_ms : until_ms;
    }
    int64_t wait_ms = until_ms - nb_clock_now_ms(search->clock);
    if (wait_ms > DELAY_WAIT_MS || nb_clock_is_settable(search->clock)) {
        return false;
    }
    while (nb_clock_now_ms(search->clock) < until_ms) {
        nb_clock_wait(search->clock, nb_clock_seen(search->clock), until_ms, wait_ms + 1);
    }
    return true;
}

/* Ask once. @return NB_OK with *out, whatever came of it; NB_ENOMEM, NB_ETIMEOUT. */
static enum nb_err ask(struct search *search, const char *url, struct nb_poll **out)
{
    void *answer = NULL;
    struct nb_poll *poll = NULL;
    if (search->options->progress) {
        search->options->progress(search->options->arg, url);
    }
    for (bool again = true; again;) {
        enum nb_err err = make_poll(search, url, &poll);
        if (err != NB_OK) {
            return err;
        }
        nb_fetch_submit(search->fetch, poll);
        err = nb_queue_pop(search->answers, ANSWER_WAIT_MS, &answer);
        if (err != NB_OK) {
            return NB_ETIMEOUT;
        }
        poll = answer;
        nb_fetch_room(search->fetch);
        search->requests_n += poll->requests_n;
        again = poll->outcome == NB_POLL_DEFERRED && sit_out(search, poll);
        if (again) {
            nb_poll_free(poll);
        }
    }
    *out = poll;
    return NB_OK;
}

/* @return NULL when there is a body, else why not, for people */
static const char *failure_of(struct nb_poll *poll)
{
    if (poll->outcome == NB_POLL_DEFERRED) {
        return "the site asks for a longer pause between two requests; try again later";
    }
    if (poll->failure) {
        return poll->failure;
    }
    if (poll->status < 200 || poll->status > 299) {
        const char *text = nb_arena_printf(poll->arena, "HTTP status %ld", poll->status);
        return text ? text : nb_strerror(NB_ENOMEM);
    }
    return NULL;
}

/* ---- reading ---- */

static const char *keep(const struct search *search, struct nb_slice text)
{
    return nb_arena_strdup(search->arena, nb_utf8_cut(text, TITLE_MAX_BYTES));
}

/* Every comment has a place on the page of an article: ".../yazi/#comment-7". */
static bool is_of_comments(const struct nb_feed *feed)
{
    size_t n = 0;
    for (size_t i = 0; i < feed->entries_n; i++) {
        n += nb_slice_find(feed->entries[i].url, NB_LIT("#comment"), 0) != NB_NPOS ||
             feed->entries[i].reply_to.len > 0;
    }
    return n > 0 && n * 2 > feed->entries_n;
}

static void take_entries(struct found *found, const struct nb_feed *feed)
{
    found->feed.entries_n = feed->entries_n;
    found->feed.newest_ms = -1;
    for (size_t i = 0; i < feed->entries_n; i++) {
        const struct nb_feed_entry *entry = &feed->entries[i];
        int64_t at_ms = entry->published_ms >= 0 ? entry->published_ms : entry->updated_ms;
        if (at_ms > found->feed.newest_ms) {
            found->feed.newest_ms = at_ms;
        }
        if (found->prints_n < PRINTS_MAX) {
            struct nb_slice mark = entry->url.len ? entry->url : entry->title;
            found->prints[found->prints_n++] = nb_hash64(mark);
        }
    }
}

/* Two feeds of one site say the same when most of the shorter one is in the longer. */
static bool says_the_same(const struct found *a, const struct found *b)
{
    size_t common = 0;
    size_t least = a->prints_n < b->prints_n ? a->prints_n : b->prints_n;
    for (size_t i = 0; i < a->prints_n; i++) {
        for (size_t k = 0; k < b->prints_n; k++) {
            common += a->prints[i] == b->prints[k];
        }
    }
    return least > 0 && common * 5 >= least * 4 && a->feed.comments == b->feed.comments;
}

static enum nb_err add_found(struct search *search, const struct nb_poll *poll,
                             const struct nb_feed *feed, const struct nb_candidate *candidate)
{
    const char *asked = poll->moved_to ? poll->moved_to : poll->source_url;
    struct found *found = &search->found[search->found_n];
    struct nb_slice title = feed->title.len || !candidate ? feed->title : candidate->title;
    *found = (struct found){
        .feed = {.url = nb_arena_strdup(search->arena, nb_slice_str(asked)),
                 .title = keep(search, title),
                 .format = feed->format,
                 .comments = is_of_comments(feed) || (candidate && candidate->comments),
                 .is_given = !candidate,
                 .same_as = -1,
                 .hub = feed->hub.len ? nb_arena_strdup(search->arena, feed->hub) : NULL,
                 .how = candidate ? candidate->how : NB_CANDIDATE_HEADER}};
    take_entries(found, feed);
    for (size_t i = 0; i < search->found_n; i++) {
        if (strcmp(search->found[i].feed.url, asked) == 0) {
            return NB_OK; /* two addresses that lead to one */
        }
        if (found->feed.same_as < 0 && search->found[i].feed.same_as < 0 &&
            says_the_same(&search->found[i], found)) {
            found->feed.same_as = (int32_t)i;
        }
    }
    search->found_n++;
    search->articles_n += !found->feed.comments;
    return nb_arena_failed(search->arena) ? NB_ENOMEM : NB_OK;
}

static enum nb_err add_failed(struct search *search, const struct nb_candidate *candidate,
                              const char *why)
{
    struct nb_found_feed *failed = &search->failed[search->failed_n++];
    *failed = (struct nb_found_feed){.url = nb_arena_strdup(search->arena, candidate->url),
                                     .failure = keep(search, nb_slice_str(why)),
                                     .how = candidate->how,
                                     .newest_ms = -1,
                                     .same_as = -1};
    return failed->url && failed->failure ? NB_OK : NB_ENOMEM;
}

/* The body as a feed. @return NB_OK, NB_ESYNTAX (it is none), NB_ENOMEM, ... */
static enum nb_err read_feed(struct search *search, const struct nb_poll *poll,
                             struct nb_feed *feed, struct nb_error *error)
{
    struct nb_date_context dates = {search->words, poll->now_ms,
                                    (int32_t)nb_config_int(search->config, NB_CFG_UTC_OFFSET)};
    nb_arena_reset(search->scratch);
    return nb_feed_parse(nb_buf_slice(&poll->body), nb_slice_str(poll->url), poll->content_type,
                         &dates, search->scratch, feed, error);
}

/* A candidate that is a page: what it names itself is worth a try later. */
static enum nb_err read_nested(struct search *search, const struct nb_poll *poll)
{
    struct nb_page_feeds feeds;
    nb_arena_reset(search->scratch);
    enum nb_err err = nb_discover_page(nb_buf_slice(&poll->body), poll->content_type, poll->links,
                                       nb_slice_str(poll->url), search->scratch, &feeds);
    for (size_t i = 0; err == NB_OK && i < feeds.n && search->nested_n < NESTED_MAX; i++) {
        const struct nb_candidate *from = &feeds.candidates[i];
        if (from->how <= NB_CANDIDATE_ANCHOR) {
            struct nb_candidate *to = &search->nested[search->nested_n];
            *to = *from;
            to->url = nb_arena_copy(search->arena, from->url);
            to->title = nb_arena_copy(search->arena, from->title);
            err = to->url.p && (to->title.p || !from->title.len) ? NB_OK : NB_ENOMEM;
            search->nested_n++;
        }
    }
    return err == NB_ESYNTAX ? NB_OK : err;
}

static bool was_asked(const struct search *search, struct nb_slice url)
{
    size_t n = search->found_n + search->failed_n;
    for (size_t i = 0; i < n && i < REQUESTS_MAX; i++) {
        if (nb_slice_eq(search->asked[i], url)) {
            return true;
        }
    }
    return false;
}

/* Is there anything more to be asked? */
static bool is_open(const struct search *search)
{
    return search->requests_n < REQUESTS_MAX && search->found_n + search->failed_n < REQUESTS_MAX &&
           search->dead_n < DEAD_MAX;
}

static enum nb_err try_candidate(struct search *search, const struct nb_candidate *candidate)
{
    struct nb_poll *poll = NULL;
    struct nb_feed feed;
    struct nb_error error = {0};
    if (!is_open(search) || was_asked(search, candidate->url)) {
        return NB_OK;
    }
    char *url = nb_arena_strdup(search->arena, candidate->url);
    if (!url) {
        return NB_ENOMEM;
    }
    search->asked[search->found_n + search->failed_n] = nb_slice_str(url);
    enum nb_err err = ask(search, url, &poll);
    if (err != NB_OK) {
        return err;
    }
    const char *why = failure_of(poll);
    search->dead_n += poll->status == 0 && poll->outcome == NB_POLL_ASKED;
    if (!why) {
        err = read_feed(search, poll, &feed, &error);
        why = err == NB_OK ? NULL : nb_error_text(&error);
    }
    if (!why) {
        err = add_found(search, poll, &feed, candidate);
    } else {
        bool is_page = err == NB_ESYNTAX && candidate->how <= NB_CANDIDATE_ANCHOR;
        err = add_failed(search, candidate, why);
        err = err == NB_OK && is_page ? read_nested(search, poll) : err;
    }
    nb_poll_free(poll);
    return err;
}

/* ---- the search ---- */

static bool is_declared(enum nb_candidate_how how)
{
    return how == NB_CANDIDATE_HEADER || how == NB_CANDIDATE_ELEMENT;
}

static enum nb_err try_group(struct search *search, const struct nb_page_feeds *feeds,
                             enum nb_candidate_how first, enum nb_candidate_how last, bool one)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < feeds->n; i++) {
        const struct nb_candidate *candidate = &feeds->candidates[i];
        if (candidate->how >= first && candidate->how <= last && !(one && search->articles_n > 0)) {
            err = try_candidate(search, candidate);
        }
    }
    return err;
}

static enum nb_err try_all(struct search *search, const struct nb_page_feeds *feeds)
{
    enum nb_err err = try_group(search, feeds, NB_CANDIDATE_HEADER, NB_CANDIDATE_ELEMENT, false);
    if (err == NB_OK && search->articles_n == 0) {
        err = try_group(search, feeds, NB_CANDIDATE_ANCHOR, NB_CANDIDATE_ANCHOR, false);
    }
    if (err == NB_OK && search->articles_n == 0 && search->nested_n > 0) {
        struct nb_page_feeds nested = {.candidates = search->nested, .n = search->nested_n};
        err = try_group(search, &nested, NB_CANDIDATE_HEADER, NB_CANDIDATE_ANCHOR, false);
    }
    bool is_known = search->walk == NB_WALK_FORUM || search->walk == NB_WALK_SITEMAP;
    if (err == NB_OK && search->articles_n == 0 && !search->options->declared_only && !is_known) {
        err = try_group(search, feeds, NB_CANDIDATE_SOFTWARE, NB_CANDIDATE_SOFTWARE, true);
        err = err == NB_OK ? try_group(search, feeds, NB_CANDIDATE_GUESS, NB_CANDIDATE_GUESS, true)
                           : err;
    }
    return err;
}

/* Candidates outlive the answer they came from: each answer resets the scratch arena. */
static enum nb_err keep_candidates(const struct search *search, const struct nb_page_feeds *from,
                                   struct nb_page_feeds *to)
{
    struct nb_candidate *list = nb_arena_calloc(search->arena, from->n, sizeof(*list));
    if (!list) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < from->n; i++) {
        list[i] = from->candidates[i];
        list[i].url = nb_arena_copy(search->arena, from->candidates[i].url);
        list[i].title = nb_arena_copy(search->arena, from->candidates[i].title);
    }
    *to = *from;
    to->title = nb_arena_copy(search->arena, from->title);
    to->refresh = nb_arena_copy(search->arena, from->refresh);
    to->api = nb_arena_copy(search->arena, from->api);
    to->candidates = list;
    return nb_arena_failed(search->arena) ? NB_ENOMEM : NB_OK;
}

/* What the site is, beside feeds. */
static enum nb_err look(struct search *search, const struct nb_poll *poll, struct nb_discovery *out)
{
    struct nb_site_look seen = {0};
    struct nb_url url;
    struct nb_date_context dates = {search->words, poll->now_ms,
                                    (int32_t)nb_config_int(search->config, NB_CFG_UTC_OFFSET)};
    nb_arena_reset(search->scratch);
    if (!search->link_rules ||
        nb_url_parse(nb_slice_str(poll->url), NULL, search->arena, &url) != NB_OK) {
        return NB_OK;
    }
    enum nb_err err = nb_site_look(nb_buf_slice(&poll->body), poll->content_type, &url,
                                   search->link_rules, &dates, search->scratch, &seen);
    search->walk = out->walk = seen.walk;
    out->links_n = seen.links_n;
    out->refusal = seen.refusal;
    return err;
}

/* What the address that was given answered. */
static enum nb_err read_given(struct search *search, struct nb_poll *poll, struct nb_discovery *out,
                              struct nb_page_feeds *page, struct nb_error *error)
{
    struct nb_feed feed;
    struct nb_page_feeds feeds;
    const char *why = failure_of(poll);
    out->url = nb_arena_strdup(search->arena, nb_slice_str(poll->url));
    if (!out->url) {
        return NB_ENOMEM;
    }
    if (why) {
        bool is_mute = poll->status == 0 && poll->outcome != NB_POLL_DENIED;
        return nb_error_set(error, is_mute ? NB_ENET : NB_EREFUSED, "%s: %s", poll->source_url,
                            why);
    }
    enum nb_err err = read_feed(search, poll, &feed, NULL);
    if (err == NB_OK) {
        return add_found(search, poll, &feed, NULL);
    }
    if (err != NB_ESYNTAX) {
        return nb_error_set(error, err, "%s: %s", poll->source_url, nb_strerror(err));
    }
    nb_arena_reset(search->scratch);
    err = nb_discover_page(nb_buf_slice(&poll->body), poll->content_type, poll->links,
                           nb_slice_str(poll->url), search->scratch, &feeds);
    err = err == NB_OK ? keep_candidates(search, &feeds, page) : err;
    if (err == NB_OK) {
        out->page_title = keep(search, page->title);
        out->software = page->software;
        err = look(search, poll, out);
    }
    return err;
}

/* The API of the site, if it is open: it says more than feeds do. */
static enum nb_err try_api(struct search *search, const struct nb_page_feeds *page,
                           struct nb_discovery *out)
{
    const char *url = page->api.len ? nb_arena_strdup(search->arena, page->api) : NULL;
    struct nb_poll *poll = NULL;
    if (!url || !is_open(search)) {
        return nb_arena_failed(search->arena) ? NB_ENOMEM : NB_OK;
    }
    enum nb_err err = ask(search, url, &poll);
    if (err == NB_OK && !failure_of(poll)) {
        struct nb_date_context dates = {search->words, poll->now_ms, 0};
        nb_arena_reset(search->scratch);
        if (nb_social_look(nb_buf_slice(&poll->body), nb_slice_str(poll->url), &dates,
                           search->scratch, &out->api_kind)) {
            out->api = url;
        }
    }
    nb_poll_free(poll);
    return err;
}

static bool has_declared(const struct nb_page_feeds *page)
{
    return page->n > 0 && is_declared(page->candidates[0].how);
}

static enum nb_err run(struct search *search, const char *url, struct nb_discovery *out,
                       struct nb_error *error)
{
    struct nb_page_feeds page = {.n = 0};
    enum nb_err err = NB_OK;
    for (int hops = 0; err == NB_OK && hops < 2; hops++) {
        struct nb_poll *poll = NULL;
        page = (struct nb_page_feeds){.n = 0};
        err = ask(search, url, &poll);
        err = err == NB_OK ? read_given(search, poll, out, &page, error) : err;
        nb_poll_free(poll);
        if (search->found_n > 0 || page.refresh.len == 0 || has_declared(&page)) {
            break;
        }
        url = nb_arena_strdup(search->arena, page.refresh);
        err = err == NB_OK && !url ? NB_ENOMEM : err;
    }
    err = err == NB_OK ? try_api(search, &page, out) : err;
    return err == NB_OK && search->found_n == 0 ? try_all(search, &page) : err;
}

/* Best first, those of comments last; the order within is that of finding. */
static enum nb_err finish(struct search *search, struct nb_discovery *out)
{
    struct nb_found_feed *feeds = nb_arena_calloc(search->arena, search->found_n, sizeof(*feeds));
    struct nb_found_feed *failed =
        nb_arena_calloc(search->arena, search->failed_n, sizeof(*failed));
    int32_t places[REQUESTS_MAX];
    size_t n = 0;
    if (!feeds || !failed) {
        return NB_ENOMEM;
    }
    for (int comments = 0; comments <= 1; comments++) {
        for (size_t i = 0; i < search->found_n; i++) {
            if (search->found[i].feed.comments == (comments == 1)) {
                places[i] = (int32_t)n;
                feeds[n++] = search->found[i].feed;
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        feeds[i].same_as = feeds[i].same_as < 0 ? -1 : places[feeds[i].same_as];
    }
    memcpy(failed, search->failed, search->failed_n * sizeof(*failed));
    out->feeds = feeds;
    out->n = n;
    out->failed = failed;
    out->failed_n = search->failed_n;
    out->requests_n = search->requests_n;
    return NB_OK;
}

/* The store of a crawl that never ran is not there, which is no failure. */
static void open_what_helps(struct search *search)
{
    char path[4200];
    struct nb_store_options options = {.read_only = true};
    (void)snprintf(path, sizeof(path), "%s/dates.txt",
                   nb_config_str(search->config, NB_CFG_LEXICONS));
    if (nb_date_words_load(path, &search->words, NULL) != NB_OK) {
        search->words = NULL; /* English and numeric dates are read without */
    }
    if (nb_path_share("forums", path, sizeof(path)) != NB_OK ||
        nb_link_rules_load(path, &search->link_rules, NULL) != NB_OK) {
        search->link_rules = NULL; /* feeds are found without */
    }
    if (nb_store_open(nb_config_str(search->config, NB_CFG_DATA_DIR), NB_STORE_CRAWL, &options,
                      &search->store, NULL) != NB_OK) {
        search->store = NULL;
    }
}

static void close_all(struct search *search)
{
    void *left = NULL;
    nb_fetch_free(search->fetch);
    while (search->answers && nb_queue_pop(search->answers, 0, &left) == NB_OK) {
        nb_poll_free(left);
    }
    if (search->answers) {
        nb_queue_free(search->answers);
    }
    if (search->store) {
        nb_store_close(search->store);
    }
    nb_date_words_free(search->words);
    nb_link_rules_free(search->link_rules);
    nb_arena_free(search->scratch);
    nb_free(search);
}

enum nb_err nb_discover(const struct nb_config *config, struct nb_clock *clock, const char *url,
                        const struct nb_discover_options *options, struct nb_arena *arena,
                        struct nb_discovery *out, struct nb_error *error)
{
    struct nb_discovery found = {.url = url};
    struct search *search = nb_calloc(1, sizeof(*search));
    if (!search) {
        return nb_error_set(error, NB_ENOMEM, "out of memory");
    }
    *search = (struct search){.config = config, .clock = clock, .options = options, .arena = arena};
    search->body_bytes = (size_t)nb_config_int(config, NB_CFG_BODY_MAX);
    search->scratch = nb_arena_new(search->body_bytes * SCRATCH_FACTOR + SCRATCH_BASE_BYTES);
    search->answers = nb_queue_new(QUEUE_N);
    open_what_helps(search);
    enum nb_err err = search->scratch && search->answers ? NB_OK : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_fetch_start(config, clock, search->store, search->answers, &search->fetch, error);
    }
    err = err == NB_OK ? run(search, url, &found, error) : err;
    err = err == NB_OK ? finish(search, &found) : err;
    close_all(search);
    if (err == NB_OK) {
        *out = found;
    } else if (error && error->code == NB_OK) {
        (void)nb_error_set(error, err, "%s: %s", url, nb_strerror(err));
    }
    return err;
}
