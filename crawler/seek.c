#include "crawler/seek.h"

#include <string.h>

#include <nabiz/date.h>
#include <nabiz/diag.h>
#include <nabiz/discover.h>
#include <nabiz/failure.h>
#include <nabiz/url.h>

enum { AFTER_FAILURES = 3, AGAIN_DAYS = 30 };

const char *nb_seek_url(const struct nb_source *state)
{
    return state->found_url ? state->found_url : state->search_url;
}

const char *nb_seek_start(const struct nb_source *state, const char *source_url)
{
    const char *url = NULL;
    if (state) {
        url = state->resume_url ? state->resume_url : nb_seek_url(state);
        url = url ? url : state->moved_to;
    }
    return url ? url : source_url;
}

bool nb_seek_is_search(const struct nb_source *state)
{
    return state->search_url && !state->found_url;
}

bool nb_seek_is_trial(const struct nb_source *state)
{
    return state->found_url != NULL;
}

void nb_seek_drop(struct nb_source *state)
{
    state->search_url = state->found_url = NULL;
}

/* What was kept of a body is of another address. */
static void go_elsewhere(struct nb_source *state)
{
    state->etag = NULL;
    state->last_modified = NULL;
    state->validated_url = NULL;
    state->has_body_id = 0;
}

static bool is_lost(const struct nb_poll *poll)
{
    if (poll->state->retired) {
        return true;
    }
    switch (nb_failure_of(poll->state->status, nb_field(poll->state->failure))) {
    case NB_FAILURE_MISSING:
    case NB_FAILURE_GONE:
    case NB_FAILURE_NO_FEED:
        return true;
    default:
        return false;
    }
}

/* Could it be the source? On its site, declared as a feed, and not where it was. */
static bool is_meant(const struct nb_poll *poll, const struct nb_candidate *candidate,
                     struct nb_slice site, struct nb_arena *scratch)
{
    struct nb_url url;
    const char *moved_to = poll->state->moved_to ? poll->state->moved_to : "";
    return candidate->how <= NB_CANDIDATE_ELEMENT && !candidate->comments &&
           nb_url_parse(candidate->url, NULL, scratch, &url) == NB_OK &&
           nb_slice_eq(nb_url_site(url.host), site) &&
           !nb_slice_eq(candidate->url, nb_slice_str(poll->source_url)) &&
           !nb_slice_eq(candidate->url, nb_slice_str(moved_to));
}

/* The one with the source's title, or the only one. */
static const struct nb_candidate *choose(const struct nb_poll *poll,
                                         const struct nb_page_feeds *page, struct nb_slice site,
                                         struct nb_arena *scratch)
{
    const struct nb_candidate *only = NULL;
    size_t n = 0;
    struct nb_slice title = nb_field(poll->state->title);
    for (size_t i = 0; i < page->n; i++) {
        const struct nb_candidate *candidate = &page->candidates[i];
        if (!is_meant(poll, candidate, site, scratch)) {
            continue;
        }
        if (title.len && nb_slice_eq(candidate->title, title)) {
            return candidate;
        }
        only = candidate;
        n++;
    }
    return n == 1 ? only : NULL;
}

/* Read the body as a page. @return true with found_url set */
static bool read_page(struct nb_poll *poll, struct nb_arena *scratch)
{
    struct nb_page_feeds page;
    struct nb_url url;
    nb_arena_reset(scratch);
    if (nb_url_parse(nb_slice_str(poll->source_url), NULL, scratch, &url) != NB_OK ||
        nb_discover_page(nb_buf_slice(&poll->body), poll->content_type, poll->links,
                         nb_slice_str(poll->url), scratch, &page) != NB_OK) {
        return false;
    }
    const struct nb_candidate *candidate = choose(poll, &page, nb_url_site(url.host), scratch);
    if (!candidate) {
        return false;
    }
    poll->state->found_url = nb_arena_strdup(poll->arena, candidate->url);
    if (poll->state->found_url) {
        nb_diag(NB_INFO, "crawl", "a lost source may be elsewhere now",
                nb_kv_str("source", poll->source_url), nb_kv_str("at", poll->state->found_url));
    }
    return poll->state->found_url != NULL;
}

static bool was_sought_lately(const struct nb_poll *poll)
{
    const struct nb_source *state = poll->state;
    return state->has_searched_ms &&
           poll->now_ms - state->searched_ms < AGAIN_DAYS * (int64_t)NB_DAY_MS;
}

static void set_sought(struct nb_poll *poll)
{
    poll->state->has_searched_ms = 1;
    poll->state->searched_ms = poll->now_ms;
}

void nb_seek_follow(struct nb_poll *poll)
{
    struct nb_url url;
    if (!poll->new_url || was_sought_lately(poll) ||
        nb_url_parse(nb_slice_str(poll->new_url), NULL, poll->arena, &url) != NB_OK ||
        !nb_url_is_http(&url) || nb_slice_eq(url.href, nb_slice_str(poll->url))) {
        return;
    }
    poll->state->found_url = nb_arena_strdup(poll->arena, url.href);
    if (poll->state->found_url) {
        set_sought(poll);
        go_elsewhere(poll->state);
        nb_diag(NB_INFO, "crawl", "a source says that it moved",
                nb_kv_str("source", poll->source_url), nb_kv_str("to", poll->state->found_url));
    }
}

void nb_seek_begin(struct nb_poll *poll, struct nb_arena *scratch)
{
    struct nb_source *state = poll->state;
    bool is_enough = state->failures_n >= AFTER_FAILURES || state->retired;
    if (!is_enough || was_sought_lately(poll) || !is_lost(poll)) {
        return;
    }
    set_sought(poll);
    if (poll->body.len > 0 && read_page(poll, scratch)) {
        go_elsewhere(state);
        return;
    }
    struct nb_url url;
    if (nb_url_parse(nb_slice_str(poll->source_url), NULL, poll->arena, &url) == NB_OK) {
        struct nb_url root;
        if (nb_url_parse(NB_LIT("/"), &url, poll->arena, &root) == NB_OK) {
            state->search_url = nb_arena_strdup(poll->arena, root.href);
            go_elsewhere(state);
        }
    }
}

bool nb_seek_read(struct nb_poll *poll, struct nb_arena *scratch)
{
    poll->state->search_url = NULL;
    return poll->status >= 200 && poll->status <= 299 && read_page(poll, scratch);
}
