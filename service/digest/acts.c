/*
 * What others did towards the documents of a scan. Acts are stored under whom they were done to, an
 * author or a site. Everybody and every site of the scan are sorted, and the table is walked beside
 * them: whoever has no acts costs a comparison, no search. Each act then finds its document by the
 * address that it names.
 */
#include "service/digest/scan.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/keys.h"
#include "analyzer/mentions.h"

enum { SCRATCH_BYTES = 16 << 20, RESET_N = 256 };

struct walk {
    struct nb_scan *scan;
    struct nb_cursor *cursor;
    struct nb_arena *scratch;
    uint64_t from, to; /* times */
    struct nb_slice key, value;
    enum nb_err at; /* of the cursor: NB_OK, or NB_ENOTFOUND past the end */
    size_t read_n;
};

static int by_name(const void *a, const void *b)
{
    const struct nb_slice *x = a, *y = b;
    return nb_slice_cmp(*x, *y);
}

static bool is_site(struct nb_slice id)
{
    return id.len > 0 && id.p[id.len - 1] == '/';
}

/* Authors, and "site/" of each, without doubles. */
static enum nb_err list_targets(const struct nb_scan *scan, struct nb_arena *arena,
                                struct nb_slice **out, size_t *out_n)
{
    struct nb_slice *all = nb_arena_alloc(arena, 2 * scan->authors_n * sizeof(*all));
    size_t n = 0, kept = 0;
    if (!all) {
        return NB_ENOMEM;
    }
    struct nb_slice last = {NULL, 0};
    for (uint32_t i = 0; i < scan->authors_n; i++) {
        struct nb_slice id = scan->authors[i].id;
        struct nb_slice site = nb_scan_site(id);
        if (!is_site(id) && id.len > 0) {
            all[n++] = id;
        }
        if (site.len > 0 && !nb_slice_eq(site, last)) {
            all[n++] = nb_slice_sub(id, 0, site.len + 1); /* with its '/' */
            last = site;
        }
    }
    qsort(all, n, sizeof(*all), by_name);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !nb_slice_eq(all[i], all[i - 1])) {
            all[kept++] = all[i];
        }
    }
    *out = all;
    *out_n = kept;
    return NB_OK;
}

/* To oneself it is neither an answer nor attention. */
static void apply(struct nb_scan *scan, const struct nb_edge *edge)
{
    struct nb_slice from = nb_field(edge->from);
    uint32_t i = nb_key_table_get(&scan->addresses, nb_story_key(nb_field(edge->url)));
    for (; i != NB_SCAN_NONE; i = scan->rows[i].next_address) {
        struct nb_scan_row *row = &scan->rows[i];
        if (nb_slice_eq(from, scan->authors[row->author].id)) {
            continue;
        }
        bool quote = edge->act == NB__EDGE__ACT__QUOTE;
        row->links_n += quote || edge->act == NB__EDGE__ACT__LINK;
        row->replied |= quote || edge->act == NB__EDGE__ACT__REPLY;
    }
}

/* Every act towards one target within the time; the cursor stands at the first or before it. */
static enum nb_err take_target(struct walk *w, const struct nb_key *prefix)
{
    enum nb_err err = NB_OK;
    while (err == NB_OK && w->at == NB_OK && nb_slice_starts(w->key, nb_key_slice(prefix))) {
        struct nb_edge *edge;
        if (w->key.len != prefix->len + 20) {
            return NB_ECORRUPT;
        }
        if (nb_key_to_u64((const uint8_t *)w->key.p + prefix->len) >= w->to) {
            break;
        }
        if (++w->read_n % RESET_N == 0) {
            nb_arena_reset(w->scratch);
        }
        err = nb_edge_decode(w->value, w->scratch, &edge);
        if (err == NB_OK) {
            if (edge->url && *edge->url) {
                apply(w->scan, edge);
            }
            w->at = nb_cursor_next(w->cursor, &w->key, &w->value);
            err = w->at == NB_ENOTFOUND ? NB_OK : w->at;
        }
    }
    return err;
}

static enum nb_err walk_targets(struct walk *w, const struct nb_slice *targets, size_t n)
{
    enum nb_err err = NB_OK;
    w->at = nb_cursor_seek(w->cursor, nb_slice(NULL, 0), &w->key, &w->value);
    for (size_t i = 0; err == NB_OK && w->at == NB_OK && i < n; i++) {
        struct nb_key prefix, from;
        nb_key_text(&prefix, targets[i]);
        from = prefix;
        nb_key_add_u64(&from, w->from);
        if (nb_slice_cmp(w->key, nb_key_slice(&from)) < 0) {
            w->at = nb_cursor_seek(w->cursor, nb_key_slice(&from), &w->key, &w->value);
        }
        err = take_target(w, &prefix);
    }
    return w->at == NB_OK || w->at == NB_ENOTFOUND ? err : w->at;
}

enum nb_err nb_scan_acts(struct nb_txn *analysis, int64_t from_ms, int64_t to_ms,
                         struct nb_arena *arena, struct nb_scan *scan)
{
    struct nb_arena_mark mark = nb_arena_mark(arena);
    struct nb_slice *targets = NULL;
    size_t n = 0;
    struct walk w = {.scan = scan,
                     .scratch = nb_arena_new(SCRATCH_BYTES),
                     .from = nb_key_time(from_ms),
                     .to = nb_key_time(to_ms)};
    enum nb_err err = w.scratch ? list_targets(scan, arena, &targets, &n) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_cursor_open(analysis, NB_TBL_EDGE, &w.cursor);
    }
    if (err == NB_OK) {
        err = walk_targets(&w, targets, n);
        nb_cursor_close(w.cursor);
    }
    nb_arena_free(w.scratch);
    nb_arena_rewind(arena, mark);
    return err;
}
