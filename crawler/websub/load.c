#include "crawler/websub/websub_impl.h"

#include <string.h>

static enum nb_err load_sub(struct nb_websub *websub, struct nb_slice key, struct nb_slice value)
{
    struct nb_subscription *record = NULL;
    struct nb_id source;
    nb_arena_reset(websub->scratch);
    enum nb_err err = nb_subscription_decode(value, websub->scratch, &record);
    if (err != NB_OK || key.len != NB_ID_BYTES) {
        return err == NB_ENOMEM ? err : NB_OK;
    }
    memcpy(source.b, key.p, NB_ID_BYTES);
    struct nb_sub *sub = nb_sub_of(source, record);
    if (!sub) {
        return NB_OK;
    }
    bool was_ending = sub->state == NB__SUBSCRIPTION__STATE__ENDING;
    sub->is_listed = !was_ending;
    nb_sub_list(sub, nb_websub_is_listed(websub, source), nb_clock_now_ms(websub->crawl->clock));
    nb_sub_resume(sub, nb_clock_now_ms(websub->crawl->clock));
    err = nb_sub_add(&websub->subs, sub);
    if (err != NB_OK) {
        nb_sub_free(sub);
    }
    return err;
}

static enum nb_err load_subs(struct nb_websub *websub, struct nb_txn *txn)
{
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_SUBSCRIPTION, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, NB_LIT(""), &key, &value);
    while (err == NB_OK) {
        err = load_sub(websub, key, value);
        err = err == NB_OK ? nb_cursor_next(cursor, &key, &value) : err;
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* Feeds that named a hub while WebSub was off: they may never be read again, only be unchanged. */
static enum nb_err load_hubs(struct nb_websub *websub, struct nb_txn *txn)
{
    enum nb_err err = NB_OK;
    int64_t now_ms = nb_clock_now_ms(websub->crawl->clock);
    for (size_t i = 0; err == NB_OK && i < nb_sources_n(websub->sources); i++) {
        const struct nb_source_row *row = nb_sources_at(websub->sources, i);
        struct nb_slice value;
        struct nb_source *state = NULL;
        struct nb_poll *note = NULL;
        nb_arena_reset(websub->scratch);
        err = nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(row->id.b, NB_ID_BYTES), &value);
        if (err == NB_OK) {
            err = nb_source_decode(value, websub->scratch, &state);
        }
        if (err == NB_OK && !row->paused && state->hub && state->topic &&
            !nb_sub_find(&websub->subs, row->id)) {
            err = nb_websub_offer(websub, row->id, state->hub, state->topic, now_ms, &note);
        }
        err = err == NB_ENOTFOUND ? NB_OK : err;
    }
    return err;
}

enum nb_err nb_websub_load(struct nb_websub *websub, uint64_t *cursor, struct nb_error *error)
{
    struct nb_txn *txn;
    struct nb_slice value;
    int64_t number = 0;
    enum nb_err err = nb_read_begin(websub->crawl->store, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    err = load_subs(websub, txn);
    err = err == NB_OK ? load_hubs(websub, txn) : err;
    if (err == NB_OK) {
        err = nb_get(txn, NB_TBL_CRAWL_META, NB_LIT(NB_WEBSUB_CURSOR), &value);
        if (err == NB_OK && !nb_slice_to_i64(value, &number)) {
            err = NB_ECORRUPT;
        }
        err = err == NB_ENOTFOUND ? NB_OK : err;
    }
    nb_read_end(txn);
    *cursor = (uint64_t)number;
    return err;
}
