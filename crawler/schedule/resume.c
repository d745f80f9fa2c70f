/*
 * What a process before left under way: its leases, and until when they hold.
 */
#include "crawler/crawl_impl.h"

#include <stdio.h>

#include <nabiz/diag.h>
#include <nabiz/url.h>

#include "crawler/schedule/lease.h"
#include "crawler/schedule/pace.h"
#include "crawler/seek.h"

enum { STATE_ARENA_BYTES = 1 << 20 };

/*
 * The host that a killed process had asked: the answer may not be stored, and may have been that it
 * wants a pause. All its sources wait for as long as the one that was asked.
 */
static enum nb_err hold_host(struct nb_paces *paces, const struct nb_lease_found *found,
                             const char *url_text, struct nb_arena *arena)
{
    struct nb_url url;
    int64_t closed_ms = found->closed_ms > found->until_ms ? found->closed_ms : found->until_ms;
    if (nb_url_parse(nb_slice_str(url_text), NULL, arena, &url) != NB_OK) {
        return NB_OK;
    }
    return nb_pace_close(paces, url.host, found->asked_ms, closed_ms);
}

/* A source that was asked is left alone for as long as after its last poll. */
static enum nb_err hold(const struct nb_crawl *crawl, struct nb_txn *txn, struct nb_paces *paces,
                        int64_t now_ms, struct nb_arena *arena, struct nb_lease_found *found)
{
    const struct nb_source_row *row = nb_sources_find(crawl->sources, found->source);
    int64_t asked_ms = found->asked_ms < now_ms ? found->asked_ms : now_ms;
    int64_t pause_ms = nb_config_int(crawl->config, NB_CFG_INTERVAL) * 1000;
    struct nb_slice value;
    struct nb_source *state = NULL;
    nb_arena_reset(arena);
    enum nb_err err =
        nb_get(txn, NB_TBL_SOURCE_STATE, nb_slice(found->source.b, NB_ID_BYTES), &value);
    err = err == NB_OK ? nb_source_decode(value, arena, &state) : err;
    if (err != NB_OK && err != NB_ENOTFOUND) {
        return err;
    }
    if (row && row->every_s > 0) {
        pause_ms = row->every_s * 1000;
    }
    if (state && state->has_due_ms && state->due_ms > state->polled_ms) {
        pause_ms = state->due_ms - state->polled_ms;
    }
    bool is_stored = state && state->polled_ms >= found->polled_ms;
    if (state && state->visit_n > 0) {
        pause_ms = 0; /* of a site, the next page is another one */
    }
    if (!row || is_stored) {
        nb_lease_settle(crawl->leases, found);
        return NB_OK;
    }
    found->until_ms = asked_ms + pause_ms;
    return hold_host(paces, found, nb_seek_start(state, row->url), arena);
}

enum nb_err nb_crawl_resume(struct nb_crawl *crawl, struct nb_paces *paces, int64_t now_ms,
                            size_t live_max, struct nb_error *error)
{
    struct nb_error detail = {0};
    struct nb_txn *txn;
    char path[4200];
    size_t n = 0;
    if (crawl->ordered) {
        return NB_OK; /* with and without kills it is to be the same */
    }
    (void)snprintf(path, sizeof(path), "%s/crawl/leases",
                   nb_config_str(crawl->config, NB_CFG_DATA_DIR));
    enum nb_err err = nb_leases_open(path, live_max, &crawl->leases, &detail);
    if (err == NB_EIO || err == NB_EFULL) {
        nb_diag(NB_WARN, "crawl", "no leases: after a kill sources may be asked too early",
                nb_kv_err(&detail));
        return NB_OK;
    }
    struct nb_lease_found *found = nb_leases_found(crawl->leases, &n);
    struct nb_arena *arena = err == NB_OK && n > 0 ? nb_arena_new(STATE_ARENA_BYTES) : NULL;
    if (err != NB_OK || n == 0 || !arena) {
        return n > 0 && !arena ? NB_ENOMEM : err;
    }
    err = nb_read_begin(crawl->store, &txn, error);
    if (err == NB_OK) {
        for (size_t i = 0; err == NB_OK && i < n; i++) {
            err = hold(crawl, txn, paces, now_ms, arena, &found[i]);
        }
        nb_read_end(txn);
    }
    nb_arena_free(arena);
    return err;
}
