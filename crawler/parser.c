/*
 * What a source answered: its documents, and what to remember of it. Everything here follows from
 * the answer, the state before and the times of dispatch and answer, so that it is the same in
 * every run.
 */
#include "crawler/crawl_impl.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/feed.h>
#include <nabiz/pack.h>
#include <nabiz/text.h>

#include "crawler/seek.h"
#include "crawler/site/walk.h"
#include "crawler/websub/websub.h"

enum {
    DAY_S = 86400,
    FALL_BACK_AFTER = 3, /* failures at a new address until the old one is asked again */
    TITLE_MAX_BYTES = 1024,
    STATE_BYTES = 64 << 10, /* of a poll's memory, kept for the source's state */
    SCRATCH_BASE_BYTES = 4 << 20,
    SCRATCH_FACTOR = 8, /* memory that reading a body may take, as a multiple of its limit */
};

static void set_string(struct nb_poll *poll, char **to, struct nb_slice value)
{
    *to = value.len ? nb_arena_strdup(poll->arena, value) : NULL;
}

/* The next request is unconditional, and its body counts as new. */
static void forget_body(struct nb_source *state)
{
    state->etag = NULL;
    state->last_modified = NULL;
    state->has_body_id = 0;
}

void nb_crawl_failed(struct nb_poll *poll, const char *why)
{
    struct nb_source *state = poll->state;
    poll->failed = true;
    poll->records_n = 0;
    state->has_failures_n = 1;
    state->failures_n++;
    set_string(poll, &state->failure, nb_slice_str(why));
    if (state->moved_to && state->failures_n >= FALL_BACK_AFTER) {
        forget_body(state); /* it was the other address's */
        state->moved_to = NULL;
    }
    nb_diag(NB_WARN, "crawl", "poll failed", nb_kv_str("source", poll->source_url),
            nb_kv_int("status", poll->status), nb_kv_int("failures", state->failures_n),
            nb_kv_str("why", why));
}

void nb_crawl_succeeded(struct nb_poll *poll)
{
    struct nb_source *state = poll->state;
    int64_t max_age_s = nb_poll_max_age_s(poll, poll->answered_ms);
    state->has_max_age_s = max_age_s > 0;
    state->max_age_s = max_age_s > 0 ? (uint32_t)(max_age_s < DAY_S ? max_age_s : DAY_S) : 0;
    state->has_failures_n = 1;
    state->failures_n = 0;
    state->failure = NULL;
    if (poll->moved_to) {
        set_string(poll, &state->moved_to, nb_slice_str(poll->moved_to));
        nb_diag(NB_INFO, "crawl", "source moved", nb_kv_str("source", poll->source_url),
                nb_kv_str("to", poll->moved_to));
    }
}

static void set_retired(struct nb_poll *poll)
{
    poll->failed = true;
    poll->state->has_retired = 1;
    poll->state->retired = 1;
    set_string(poll, &poll->state->failure, NB_LIT("410 Gone: the source asked not to be polled"));
    nb_diag(NB_WARN, "crawl", "source retired", nb_kv_str("source", poll->source_url));
}

static enum nb_err read_feed(const struct nb_crawl *crawl, struct nb_poll *poll,
                             struct nb_arena *scratch, struct nb_error *error)
{
    struct nb_feed feed;
    struct nb_date_context dates = {crawl->words, poll->now_ms,
                                    (int32_t)nb_config_int(crawl->config, NB_CFG_UTC_OFFSET)};
    enum nb_err err = nb_feed_parse(nb_buf_slice(&poll->body), nb_slice_str(poll->url),
                                    poll->content_type, &dates, scratch, &feed, error);
    struct nb_arena_mark mark = nb_arena_mark(poll->arena);
    if (err == NB_OK) {
        err = nb_crawl_documents(poll, &feed, scratch);
    }
    if (err == NB_OK && crawl->poll_bytes - nb_arena_used(poll->arena) < STATE_BYTES) {
        err = NB_ENOMEM;
    }
    if (err != NB_OK) {
        nb_arena_rewind(poll->arena, mark); /* that it failed must have room */
        return err;
    }
    err = nb_websub_note_hub(poll, &feed);
    if (err != NB_OK) {
        return err;
    }
    set_string(poll, &poll->new_url, feed.new_url);
    set_string(poll, &poll->state->title, nb_utf8_cut(feed.title, TITLE_MAX_BYTES));
    poll->state->has_skip_hours = feed.skip_hours != 0;
    poll->state->skip_hours = feed.skip_hours;
    poll->state->has_skip_days = feed.skip_days != 0;
    poll->state->skip_days = feed.skip_days;
    poll->state->has_ttl_s = feed.ttl_s > 0;
    poll->state->ttl_s = feed.ttl_s > 0 ? (uint32_t)(feed.ttl_s < DAY_S ? feed.ttl_s : DAY_S) : 0;
    return NB_OK;
}

static bool is_same_body(const struct nb_source *state, const struct nb_id *id)
{
    return state->has_body_id && state->body_id.len == NB_ID_BYTES &&
           memcmp(state->body_id.data, id->b, NB_ID_BYTES) == 0;
}

static void keep_validators(struct nb_poll *poll)
{
    set_string(poll, &poll->state->etag, poll->etag);
    set_string(poll, &poll->state->last_modified, poll->last_modified);
    if (poll->status != 304) {
        poll->state->validated_url =
            poll->redirects_n ? nb_arena_strdup(poll->arena, nb_slice_str(poll->url)) : NULL;
    }
}

static void take_body(const struct nb_crawl *crawl, struct nb_poll *poll, struct nb_arena *scratch)
{
    struct nb_error error = {0};
    struct nb_slice body = nb_buf_slice(&poll->body);
    struct nb_id *id = nb_arena_alloc(poll->arena, sizeof(*id));
    if (!id) {
        nb_crawl_failed(poll, nb_strerror(NB_ENOMEM));
        return;
    }
    *id = nb_id_of(&body, 1);
    poll->unchanged = is_same_body(poll->state, id);
    enum nb_err err = poll->unchanged ? NB_OK : read_feed(crawl, poll, scratch, &error);
    if (err != NB_OK) {
        nb_crawl_failed(poll, error.text[0] ? error.text : nb_strerror(err));
        return;
    }
    keep_validators(poll);
    poll->state->has_body_id = 1;
    poll->state->body_id = (ProtobufCBinaryData){NB_ID_BYTES, id->b};
    if (!poll->unchanged) {
        poll->state->has_changed_ms = 1;
        poll->state->changed_ms = poll->now_ms;
    }
    nb_crawl_succeeded(poll);
    nb_seek_follow(poll);
}

static void set_http_failure(struct nb_poll *poll)
{
    char why[64];
    (void)snprintf(why, sizeof(why), "HTTP status %ld", poll->status);
    nb_crawl_failed(poll, why);
}

/* Another answer to the same question: what robots.txt says, or that it says nothing. */
static void set_denied(struct nb_poll *poll)
{
    struct nb_source *state = poll->state;
    state->has_denied = 1;
    state->denied = 1;
    set_string(poll, &state->failure, nb_slice_str(poll->failure));
    nb_diag(NB_INFO, "crawl", "poll denied", nb_kv_str("source", poll->source_url),
            nb_kv_str("why", poll->failure));
}

/* Not asked, and still due. Where a redirect led is remembered, or it would be asked for again. */
static void set_deferred(struct nb_poll *poll)
{
    struct nb_source *state = poll->state;
    if (poll->requests_n == 0 || poll->page) { /* a page comes up by itself */
        return;
    }
    poll->is_changed = true;
    set_string(poll, &state->url, nb_slice_str(poll->source_url));
    set_string(poll, &state->resume_url, nb_slice_str(poll->url));
    state->has_resume_n = 1;
    state->resume_n = (uint32_t)poll->redirects_n;
    state->has_resume_moved = 1;
    state->resume_moved = poll->permanent;
    if (!state->has_due_ms) {
        state->has_due_ms = 1;
        state->due_ms = poll->now_ms;
        poll->due_ms = poll->now_ms;
    }
}

static void set_polled(struct nb_poll *poll)
{
    struct nb_source *state = poll->state;
    set_string(poll, &state->url, nb_slice_str(poll->source_url));
    state->has_polled_ms = 1;
    state->polled_ms = poll->now_ms;
    state->has_denied = 0;
    state->denied = 0;
    state->resume_url = NULL;
    state->has_resume_n = state->has_resume_moved = 0;
    if (poll->outcome == NB_POLL_DENIED && poll->requests_n == 0) {
        return;
    }
    state->has_polls_n = 1;
    state->polls_n++;
    if (!poll->page || poll->is_root) { /* that of another page is its own */
        state->has_status = 1;
        state->status = poll->status > 0 ? (uint32_t)poll->status : 0;
    }
}

/* A poll of the site instead of the source: a failure still, of which the first reason counts. */
static void take_search(struct nb_poll *poll, struct nb_arena *scratch)
{
    struct nb_source *state = poll->state;
    (void)nb_seek_read(poll, scratch);
    if (state->retired) {
        poll->failed = true;
    } else {
        nb_crawl_failed(poll, state->failure ? state->failure : "it was not found again");
    }
}

static void understand_poll(const struct nb_crawl *crawl, struct nb_poll *poll,
                            struct nb_arena *scratch)
{
    if (poll->failure) {
        nb_crawl_failed(poll, poll->failure);
    } else if (poll->status == 410) {
        set_retired(poll);
    } else if (poll->status == 304 || poll->status == 204) {
        poll->unchanged = true;
        nb_crawl_succeeded(poll);
    } else if (poll->status >= 200 && poll->status <= 299) {
        take_body(crawl, poll, scratch);
    } else {
        set_http_failure(poll);
    }
}

static void understand_answer(const struct nb_crawl *crawl, struct nb_poll *poll,
                              struct nb_arena *scratch)
{
    struct nb_source *state = poll->state;
    if (nb_seek_is_search(state)) {
        take_search(poll, scratch);
        return;
    }
    const char *tried = nb_seek_is_trial(state) ? state->found_url : NULL;
    nb_seek_drop(state);
    if (tried && !poll->moved_to) {
        poll->moved_to = tried; /* if it is a feed */
    }
    understand_poll(crawl, poll, scratch);
    if (!poll->failed && poll->is_full) {
        nb_walk_entries(crawl, poll, scratch);
    }
    if (!poll->failed) {
        state->has_retired = state->retired = 0; /* it was, and is found again */
    } else if (!tried) {
        nb_seek_begin(poll, scratch);
    }
}

void nb_crawl_understand(const struct nb_crawl *crawl, struct nb_poll *poll,
                         struct nb_arena *scratch)
{
    int64_t clock_ms = nb_clock_now_ms(crawl->clock);
    /* a clock that went back meanwhile is no reason to come again sooner */
    poll->answered_ms = clock_ms > poll->now_ms ? clock_ms : poll->now_ms;
    nb_arena_reset(scratch);
    if (poll->outcome != NB_POLL_DEFERRED) {
        set_polled(poll);
    }
    switch (poll->outcome) {
    case NB_POLL_ASKED:
        if (poll->page) {
            nb_walk_understand(crawl, poll, scratch);
        } else {
            understand_answer(crawl, poll, scratch);
        }
        break;
    case NB_POLL_DENIED:
        nb_seek_drop(poll->state);
        if (poll->page && !poll->is_root) {
            nb_walk_understand(crawl, poll, scratch);
        } else {
            set_denied(poll);
        }
        break;
    case NB_POLL_UNREACHABLE:
        nb_seek_drop(poll->state);
        nb_crawl_failed(poll, poll->failure);
        break;
    case NB_POLL_DEFERRED:
        set_deferred(poll);
        break;
    }
    nb_poll_drop_body(poll);
}

void nb_crawl_parse(void *arg)
{
    struct nb_crawl *crawl = arg;
    void *item = NULL;
    struct nb_arena *scratch =
        nb_arena_new(crawl->body_bytes * SCRATCH_FACTOR + SCRATCH_BASE_BYTES);
    if (!scratch) {
        struct nb_error error = {0};
        (void)nb_error_set(&error, NB_ENOMEM, "a parser cannot start: out of memory");
        nb_crawl_fail(crawl, &error);
    }
    while (nb_queue_pop(crawl->to_parse, -1, &item) == NB_OK) {
        struct nb_poll *poll = item;
        nb_fetch_room(crawl->fetch);
        if (poll->is_websub) {
            nb_websub_answered(crawl->websub, poll);
            continue;
        }
        if (scratch) {
            nb_crawl_understand(crawl, poll, scratch);
        }
        if (!scratch || nb_queue_push(crawl->to_write, poll) != NB_OK) {
            nb_crawl_drop(crawl, poll);
        }
    }
    nb_arena_free(scratch);
    nb_pack_thread_end();
}
