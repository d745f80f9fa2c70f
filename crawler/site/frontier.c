#include "crawler/site/frontier.h"

#include <string.h>

#include "crawler/site/links.h"

enum {
    PAGE_KEY_BYTES = 2 * NB_ID_BYTES,
    DUE_KEY_BYTES = NB_ID_BYTES + 8 + NB_ID_BYTES,
    FORGET_MOST = 64, /* pages with one poll */
};

static void page_key(const struct nb_id *source, const struct nb_id *page,
                     uint8_t out[PAGE_KEY_BYTES])
{
    memcpy(out, source->b, NB_ID_BYTES);
    memcpy(out + NB_ID_BYTES, page->b, NB_ID_BYTES);
}

static void due_key(const struct nb_id *source, int64_t due_ms, const struct nb_id *page,
                    uint8_t out[DUE_KEY_BYTES])
{
    memcpy(out, source->b, NB_ID_BYTES);
    nb_key_u64((uint64_t)due_ms, out + NB_ID_BYTES);
    memcpy(out + NB_ID_BYTES + 8, page->b, NB_ID_BYTES);
}

static bool is_of_source(struct nb_slice key, const struct nb_id *source)
{
    return key.len == DUE_KEY_BYTES && memcmp(key.p, source->b, NB_ID_BYTES) == 0;
}

static int64_t due_of(struct nb_slice key)
{
    return (int64_t)nb_key_to_u64((const uint8_t *)key.p + NB_ID_BYTES);
}

static struct nb_id id_of(struct nb_slice key)
{
    struct nb_id id;
    memcpy(id.b, key.p + key.len - NB_ID_BYTES, NB_ID_BYTES);
    return id;
}

/* ---- pages in memory ---- */

enum nb_err nb_frontier_begin(struct nb_frontier *frontier, struct nb_txn *txn,
                              const struct nb_poll *poll, uint64_t pages_max,
                              struct nb_arena *arena)
{
    *frontier = (struct nb_frontier){.txn = txn,
                                     .source = poll->source,
                                     .arena = arena,
                                     .pages_n = poll->state->pages_n,
                                     .pages_max = pages_max};
    frontier->slots = nb_arena_calloc(arena, NB_FRONT_SLOTS, sizeof(struct nb_front_page *));
    return frontier->slots ? NB_OK : NB_ENOMEM;
}

static struct nb_front_page **slot_of(struct nb_frontier *frontier, const struct nb_id *id)
{
    uint32_t hash;
    memcpy(&hash, id->b, sizeof(hash)); /* an id is a hash already */
    size_t i = hash & (NB_FRONT_SLOTS - 1);
    while (frontier->slots[i] && memcmp(frontier->slots[i]->id.b, id->b, NB_ID_BYTES) != 0) {
        i = (i + 1) & (NB_FRONT_SLOTS - 1);
    }
    return &frontier->slots[i];
}

static enum nb_err keep(struct nb_frontier *frontier, struct nb_front_page **slot, struct nb_id id,
                        Nb__Page *page, bool is_new)
{
    struct nb_front_page *kept = nb_arena_calloc(frontier->arena, 1, sizeof(*kept));
    if (!kept || !page) {
        return NB_ENOMEM;
    }
    *kept = (struct nb_front_page){.next = frontier->first,
                                   .id = id,
                                   .page = page,
                                   .old_due_ms = page->has_due_ms ? page->due_ms : -1,
                                   .is_new = is_new,
                                   .is_changed = is_new};
    frontier->first = kept;
    *slot = kept;
    return NB_OK;
}

static enum nb_err read_page(struct nb_txn *txn, const struct nb_id *source, const struct nb_id *id,
                             struct nb_arena *arena, Nb__Page **out)
{
    uint8_t key[PAGE_KEY_BYTES];
    struct nb_slice value;
    *out = NULL;
    page_key(source, id, key);
    enum nb_err err = nb_get(txn, NB_TBL_PAGE, nb_slice(key, sizeof(key)), &value);
    if (err == NB_OK) {
        err = nb_page_record_decode(value, arena, out);
    }
    return err == NB_ENOTFOUND || err == NB_ECORRUPT ? NB_OK : err;
}

enum nb_err nb_frontier_find(struct nb_frontier *frontier, struct nb_id id,
                             struct nb_front_page **out)
{
    struct nb_front_page **slot = slot_of(frontier, &id);
    Nb__Page *page = NULL;
    enum nb_err err = NB_OK;
    *out = *slot;
    if (*slot) {
        return NB_OK;
    }
    err = read_page(frontier->txn, &frontier->source, &id, frontier->arena, &page);
    if (err == NB_OK && page) {
        err = keep(frontier, slot, id, page, false);
        *out = *slot;
    }
    return err;
}

enum nb_err nb_frontier_get(struct nb_frontier *frontier, struct nb_slice url,
                            struct nb_front_page **out)
{
    struct nb_id id = nb_link_id(url);
    enum nb_err err = nb_frontier_find(frontier, id, out);
    if (err != NB_OK || *out || frontier->pages_n >= frontier->pages_max + FORGET_MOST) {
        return err;
    }
    Nb__Page *page = nb_page_record_new(frontier->arena);
    if (page) {
        page->url = nb_arena_strdup(frontier->arena, url);
    }
    struct nb_front_page **slot = slot_of(frontier, &id);
    err = page && page->url ? keep(frontier, slot, id, page, true) : NB_ENOMEM;
    *out = err == NB_OK ? *slot : NULL;
    frontier->pages_n += err == NB_OK;
    return err;
}

void nb_front_want(struct nb_front_page *page, int64_t due_ms)
{
    if (!page->page->has_due_ms || due_ms < page->page->due_ms) {
        page->page->has_due_ms = 1;
        page->page->due_ms = due_ms;
        page->is_changed = true;
    }
}

/* ---- the order ---- */

static bool is_changed(struct nb_frontier *frontier, struct nb_id id)
{
    const struct nb_front_page *page = *slot_of(frontier, &id);
    return page && page->is_changed;
}

enum nb_err nb_frontier_has_due(struct nb_frontier *frontier, int64_t now_ms, bool *out)
{
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    *out = false;
    for (const struct nb_front_page *at = frontier->first; at; at = at->next) {
        *out = *out || (at->is_changed && at->page->has_due_ms && at->page->due_ms <= now_ms);
    }
    enum nb_err err = *out ? NB_ENOTFOUND : nb_cursor_open(frontier->txn, NB_TBL_PAGE_DUE, &cursor);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    err = nb_cursor_seek(cursor, nb_slice(frontier->source.b, NB_ID_BYTES), &key, &value);
    while (err == NB_OK && !*out && is_of_source(key, &frontier->source) && due_of(key) <= now_ms) {
        *out = !is_changed(frontier, id_of(key));
        err = nb_cursor_next(cursor, &key, &value);
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err put_copy(struct nb_poll *poll, enum nb_table_id table, const uint8_t *key,
                            size_t key_n, struct nb_slice value)
{
    struct nb_slice copy = nb_arena_copy(poll->arena, nb_slice(key, key_n));
    return copy.p ? nb_poll_put(poll, table, copy, value) : NB_ENOMEM;
}

static enum nb_err put_page(struct nb_frontier *frontier, struct nb_poll *poll,
                            const struct nb_front_page *page)
{
    uint8_t key[DUE_KEY_BYTES];
    struct nb_slice value;
    int64_t due_ms = page->page->has_due_ms ? page->page->due_ms : NB_PAGE_NEVER_MS;
    page->page->has_due_ms = 1;
    page->page->due_ms = due_ms;
    enum nb_err err = nb_page_record_encode(page->page, poll->arena, &value);
    page_key(&frontier->source, &page->id, key);
    err = err == NB_OK ? put_copy(poll, NB_TBL_PAGE, key, PAGE_KEY_BYTES, value) : err;
    if (err == NB_OK && due_ms != page->old_due_ms) {
        due_key(&frontier->source, due_ms, &page->id, key);
        err = put_copy(poll, NB_TBL_PAGE_DUE, key, sizeof(key), NB_LIT(""));
        if (err == NB_OK && page->old_due_ms >= 0) {
            due_key(&frontier->source, page->old_due_ms, &page->id, key);
            err = put_copy(poll, NB_TBL_PAGE_DUE, key, sizeof(key), nb_slice(NULL, 0));
        }
    }
    return err;
}

static enum nb_err forget(struct nb_frontier *frontier, struct nb_poll *poll, struct nb_slice key)
{
    uint8_t page[PAGE_KEY_BYTES];
    struct nb_id id = id_of(key);
    page_key(&frontier->source, &id, page);
    enum nb_err err = put_copy(poll, NB_TBL_PAGE, page, sizeof(page), nb_slice(NULL, 0));
    if (err == NB_OK) {
        err = put_copy(poll, NB_TBL_PAGE_DUE, (const uint8_t *)key.p, key.len, nb_slice(NULL, 0));
    }
    frontier->pages_n -= err == NB_OK;
    return err;
}

/* From the end of the order: what is asked for last, if ever. */
static enum nb_err forget_some(struct nb_frontier *frontier, struct nb_poll *poll)
{
    static const struct nb_id last = {
        {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}};
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    uint8_t end[DUE_KEY_BYTES];
    if (frontier->pages_n <= frontier->pages_max) {
        return NB_OK;
    }
    due_key(&frontier->source, INT64_MAX, &last, end);
    enum nb_err err = nb_cursor_open(frontier->txn, NB_TBL_PAGE_DUE, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(end, sizeof(end)), &key, &value);
    err =
        err == NB_OK ? nb_cursor_prev(cursor, &key, &value) : nb_cursor_last(cursor, &key, &value);
    for (int n = 0; err == NB_OK && n < FORGET_MOST && frontier->pages_n > frontier->pages_max &&
                    is_of_source(key, &frontier->source);
         n++) {
        err = is_changed(frontier, id_of(key)) ? NB_OK : forget(frontier, poll, key);
        err = err == NB_OK ? nb_cursor_prev(cursor, &key, &value) : err;
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_frontier_put(struct nb_frontier *frontier, struct nb_poll *poll)
{
    enum nb_err err = NB_OK;
    for (struct nb_front_page *at = frontier->first; err == NB_OK && at; at = at->next) {
        err = at->is_changed ? put_page(frontier, poll, at) : NB_OK;
    }
    err = err == NB_OK ? forget_some(frontier, poll) : err;
    poll->state->has_pages_n = 1;
    poll->state->pages_n = frontier->pages_n;
    return err;
}

enum nb_err nb_frontier_read(struct nb_txn *txn, struct nb_id source, struct nb_id id,
                             struct nb_arena *arena, Nb__Page **out)
{
    return read_page(txn, &source, &id, arena, out);
}

enum nb_err nb_frontier_next(struct nb_txn *txn, struct nb_id source, int64_t now_ms,
                             struct nb_arena *arena, Nb__Page **out)
{
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    *out = NULL;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_PAGE_DUE, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(source.b, NB_ID_BYTES), &key, &value);
    while (err == NB_OK && !*out && is_of_source(key, &source) && due_of(key) <= now_ms) {
        struct nb_id id = id_of(key);
        err = read_page(txn, &source, &id, arena, out);
        err = err == NB_OK && !*out ? nb_cursor_next(cursor, &key, &value) : err;
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}
