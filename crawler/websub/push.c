#include "crawler/websub/websub_impl.h"

#include <string.h>

#include <nabiz/counters.h>
#include <nabiz/diag.h>
#include <nabiz/feed.h>

enum { PUSHES_AT_ONCE = 64 }; /* until events are looked at again */

/* The documents of a push, as those of a poll of its source. */
static void read_content(struct nb_websub *websub, const struct nb_push *push,
                         const struct nb_source_row *row, const char *topic, struct nb_poll *poll)
{
    const struct nb_crawl *crawl = websub->crawl;
    struct nb_feed feed;
    struct nb_error error = {0};
    struct nb_date_context dates = {crawl->words, push->received_ms,
                                    (int32_t)nb_config_int(crawl->config, NB_CFG_UTC_OFFSET)};
    poll->kind = row->kind;
    poll->now_ms = push->received_ms;
    poll->source_url = poll->url = nb_arena_strdup(poll->arena, nb_slice_str(row->url));
    if (!poll->url) {
        return;
    }
    nb_fetch_prepare(poll); /* documents without an address belong to the source's host */
    struct nb_arena_mark mark = nb_arena_mark(poll->arena);
    enum nb_err err =
        nb_feed_parse(nb_slice(push->body.data, push->body.len), nb_slice_str(topic),
                      nb_field(push->content_type), &dates, websub->scratch, &feed, &error);
    if (err == NB_OK) {
        err = nb_crawl_documents(poll, &feed, websub->scratch);
    }
    if (err != NB_OK) {
        poll->records_n = 0;
        nb_arena_rewind(poll->arena, mark);
        nb_counter_add(NB_CTR_PUSHES_DROPPED, 1);
        nb_diag(NB_WARN, "websub", "a push cannot be read", nb_kv_str("source", row->url),
                nb_kv_str("why", error.text[0] ? error.text : nb_strerror(err)));
    }
}

/* What an item of the inbox does to its subscription, and its documents. */
static enum nb_err understand(struct nb_websub *websub, const struct nb_push *push,
                              struct nb_poll *poll)
{
    const struct nb_source_row *row = nb_sources_find(websub->sources, poll->source);
    enum nb_err err = NB_OK;
    char *topic = NULL;
    pthread_mutex_lock(&websub->mu);
    struct nb_sub *sub = nb_websub_find(websub, poll->source, push->token);
    if (!sub) {
        nb_counter_add(NB_CTR_PUSHES_DROPPED, push->form == NB__PUSH__FORM__CONTENT);
    } else if (push->form == NB__PUSH__FORM__ENDED) {
        err = nb_websub_put_removal(poll, sub);
        nb_sub_remove(&websub->subs, sub);
    } else {
        if (push->form == NB__PUSH__FORM__VERIFIED) {
            nb_sub_verified(sub, push->lease_s, push->received_ms);
        } else if (push->form == NB__PUSH__FORM__DENIED) {
            nb_sub_denied(sub, nb_field(push->reason), push->received_ms);
        } else if (row && !row->paused) {
            nb_sub_pushed(sub, push->received_ms);
            topic = nb_arena_strdup(poll->arena, nb_slice_str(sub->topic));
            err = topic ? NB_OK : NB_ENOMEM;
        }
        err = err == NB_OK ? nb_websub_put(poll, sub) : err;
        err = err == NB_OK ? nb_sub_moved(&websub->subs, sub) : err;
    }
    pthread_mutex_unlock(&websub->mu);
    if (err == NB_OK && topic) {
        nb_counter_add(NB_CTR_PUSHES, 1);
        read_content(websub, push, row, topic, poll);
    }
    return err;
}

static enum nb_err take_push(struct nb_websub *websub, const struct nb_push *push, uint64_t number)
{
    struct nb_poll *poll = NULL;
    struct nb_id source = {{0}};
    if (push->source.len == NB_ID_BYTES) {
        memcpy(source.b, push->source.data, NB_ID_BYTES);
    }
    enum nb_err err = nb_websub_note(websub, source, websub->crawl->poll_bytes, &poll);
    if (err != NB_OK) {
        return err;
    }
    err = nb_websub_put_cursor(poll, number);
    err = err == NB_OK ? understand(websub, push, poll) : err;
    return nb_websub_send(websub, poll, err);
}

enum nb_err nb_websub_read_inbox(struct nb_websub *websub, bool *more)
{
    enum nb_err err = NB_OK;
    size_t n = 0;
    while (err == NB_OK && n < PUSHES_AT_ONCE && !atomic_load(&websub->stopping)) {
        struct nb_push *push = NULL;
        uint64_t number = 0;
        nb_arena_reset(websub->scratch);
        err = nb_inbox_next(websub->inbox, websub->scratch, &push, &number);
        if (err == NB_OK) {
            err = take_push(websub, push, number);
            n++;
        }
    }
    *more = n == PUSHES_AT_ONCE;
    return err == NB_ENOTFOUND ? NB_OK : err;
}
