#include "analyzer/influence/surroundings.h"

#include <string.h>

#include <nabiz/analysis.h>
#include <nabiz/mem.h>

#include "analyzer/keys.h"
#include "analyzer/turkish/table.h"

enum {
    KEPT_BYTES = 256 << 20,
    SCRATCH_BYTES = 64 << 20,
    DOCS_MAX = NB_SITE_AUTHORS_MAX * NB_SITE_AUTHOR_DOCS_MAX,
    THREADS_MAX = 1 << 20 /* whose views are remembered */
};

struct nb_surroundings {
    struct nb_txn *txn;
    int64_t from_ms, to_ms;
    struct nb_arena *kept, *scratch;
    struct tr_table sites; /* by index in known */
    struct nb_reach_site *known;
    size_t cap;
    struct tr_table threads;
    struct nb_reach_count *views; /* of each thread */
    size_t views_cap;
};

enum nb_err nb_surroundings_new(struct nb_txn *txn, int64_t from_ms, int64_t to_ms,
                                struct nb_surroundings **out)
{
    struct nb_surroundings *around = nb_calloc(1, sizeof(*around));
    *out = NULL;
    if (!around) {
        return NB_ENOMEM;
    }
    *around = (struct nb_surroundings){.txn = txn,
                                       .from_ms = from_ms,
                                       .to_ms = to_ms,
                                       .kept = nb_arena_new(KEPT_BYTES),
                                       .scratch = nb_arena_new(SCRATCH_BYTES)};
    if (!around->kept || !around->scratch) {
        nb_surroundings_free(around);
        return NB_ENOMEM;
    }
    tr_table_init(&around->sites, around->kept);
    tr_table_init(&around->threads, around->kept);
    *out = around;
    return NB_OK;
}

void nb_surroundings_free(struct nb_surroundings *around)
{
    if (around) {
        nb_arena_free(around->kept);
        nb_arena_free(around->scratch);
        nb_free(around);
    }
}

/* ---- the site ---- */

struct chosen {
    uint64_t hash;
    struct nb_slice author;
};

/* Authors of a site whose names have the lowest hashes, in their order: whoever they are, and
 * always the same ones. */
static enum nb_err choose_authors(struct nb_surroundings *around, struct nb_slice site,
                                  struct chosen *chosen, size_t *n)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_key begin = {0};
    nb_key_add(&begin, site);
    nb_key_add(&begin, NB_LIT("/"));
    *n = 0;
    enum nb_err err = nb_cursor_open(around->txn, NB_TBL_AUTHOR, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_key_slice(&begin), &key, &value);
    while (err == NB_OK && nb_slice_starts(key, nb_key_slice(&begin))) {
        uint64_t hash = nb_hash64(key);
        if (*n < NB_SITE_AUTHORS_MAX || hash < chosen[*n - 1].hash) {
            size_t at = *n < NB_SITE_AUTHORS_MAX ? (*n)++ : *n - 1;
            for (; at > 0 && chosen[at - 1].hash > hash; at--) {
                chosen[at] = chosen[at - 1];
            }
            chosen[at] = (struct chosen){hash, key}; /* keys stay as long as the transaction */
        }
        err = nb_cursor_next(cursor, &key, &value);
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* The newest documents of an author in the window, those that were deleted left out. */
static enum nb_err take_newest(struct nb_surroundings *around, struct nb_cursor *cursor,
                               struct nb_slice author, struct nb_reach_doc *docs, size_t *n)
{
    struct nb_key first, end;
    struct nb_slice key, value;
    nb_key_text(&first, author);
    end = first;
    nb_key_add_u64(&first, nb_key_time(around->from_ms));
    nb_key_add_u64(&end, nb_key_time(around->to_ms));
    enum nb_err err = nb_cursor_seek(cursor, nb_key_slice(&end), &key, &value);
    err = err == NB_ENOTFOUND ? nb_cursor_last(cursor, &key, &value)
          : err               ? err
                              : nb_cursor_prev(cursor, &key, &value);
    for (size_t i = 0; err == NB_OK && i < NB_SITE_AUTHOR_DOCS_MAX &&
                       nb_slice_cmp(key, nb_key_slice(&first)) >= 0;
         i++) {
        struct nb_author_doc *doc;
        struct nb_arena_mark mark = nb_arena_mark(around->scratch);
        err = nb_author_doc_decode(value, around->scratch, &doc);
        if (err == NB_OK && !doc->deleted) {
            docs[(*n)++] = nb_reach_doc_of(doc);
        }
        nb_arena_rewind(around->scratch, mark);
        err = err ? err : nb_cursor_prev(cursor, &key, &value);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err look_at_site(struct nb_surroundings *around, struct nb_slice site,
                                struct nb_reach_site *out)
{
    struct nb_cursor *cursor;
    size_t authors_n, n = 0;
    struct chosen *chosen = nb_arena_alloc(around->scratch, NB_SITE_AUTHORS_MAX * sizeof(*chosen));
    struct nb_reach_doc *docs = nb_arena_alloc(around->scratch, DOCS_MAX * sizeof(*docs));
    *out = (struct nb_reach_site){0};
    enum nb_err err = chosen && docs ? choose_authors(around, site, chosen, &authors_n) : NB_ENOMEM;
    err = err ? err : nb_cursor_open(around->txn, NB_TBL_AUTHOR_DOC, &cursor);
    if (err != NB_OK) {
        return err;
    }
    for (size_t i = 0; err == NB_OK && i < authors_n; i++) {
        err = take_newest(around, cursor, chosen[i].author, docs, &n);
    }
    nb_cursor_close(cursor);
    for (size_t i = 0; i < n; i++) {
        if (docs[i].views.known && docs[i].acts.known) {
            out->views_n += docs[i].views.n;
            out->acts_n += docs[i].acts.n;
            out->docs_n++;
        }
    }
    return err ? err : nb_reach_usual(docs, n, around->scratch, out);
}

enum nb_err nb_surroundings_site(struct nb_surroundings *around, struct nb_slice site,
                                 const struct nb_reach_site **out)
{
    size_t before = around->sites.n;
    *out = NULL;
    if (!site.len || site.len > NB_AUTHOR_ID_BYTES) {
        return NB_OK;
    }
    uint32_t i = tr_table_add(&around->sites, site);
    if (i == TR_NONE) {
        return NB_ENOMEM;
    }
    if (around->sites.n > around->cap) {
        size_t cap = around->cap ? 2 * around->cap : 64;
        struct nb_reach_site *grown = nb_arena_grow(
            around->kept, around->known, around->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        around->known = grown;
        around->cap = cap;
    }
    enum nb_err err = NB_OK;
    if (around->sites.n > before) {
        struct nb_arena_mark mark = nb_arena_mark(around->scratch);
        err = look_at_site(around, site, &around->known[i]);
        nb_arena_rewind(around->scratch, mark);
    }
    *out = &around->known[i];
    return err;
}

/* ---- the thread ---- */

/* The document that a page is now. @return NB_OK (0: there is none), NB_ECORRUPT. */
static enum nb_err find_page(struct nb_surroundings *around, uint64_t page, uint64_t *number)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    uint8_t begin[8];
    nb_key_u64(page, begin);
    *number = 0;
    enum nb_err err = nb_cursor_open(around->txn, NB_TBL_KNOWN, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(begin, sizeof(begin)), &key, &value);
    if (err == NB_OK && nb_slice_starts(key, nb_slice(begin, sizeof(begin)))) {
        err = value.len < 8 ? NB_ECORRUPT : NB_OK;
        *number = err ? 0 : nb_key_to_u64((const uint8_t *)value.p);
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err views_of(struct nb_surroundings *around, uint64_t number,
                            struct nb_reach_count *out)
{
    struct nb_annotation *opening;
    struct nb_author_doc *doc;
    struct nb_slice author, value;
    struct nb_key key;
    enum nb_err err = nb_analysis_annotation(around->txn, number, around->scratch, &opening);
    if (err == NB_OK) {
        err = nb_author_id(nb_field(opening->author), nb_field(opening->site), around->scratch,
                           &author);
    }
    if (err == NB_OK) {
        nb_key_text(&key, author);
        nb_key_add_u64(&key, nb_key_time(opening->at_ms));
        nb_key_add_u64(&key, number);
        err = nb_get(around->txn, NB_TBL_AUTHOR_DOC, nb_key_slice(&key), &value);
    }
    if (err == NB_OK) {
        err = nb_author_doc_decode(value, around->scratch, &doc);
    }
    if (err == NB_OK) {
        *out = nb_reach_doc_of(doc).views;
    }
    return err == NB_ENOTFOUND ? NB_OK : err; /* a page without an author */
}

static enum nb_err look_at_thread(struct nb_surroundings *around, uint64_t page,
                                  struct nb_reach_count *out)
{
    uint64_t number = 0;
    struct nb_arena_mark mark = nb_arena_mark(around->scratch);
    *out = (struct nb_reach_count){.known = false};
    enum nb_err err = find_page(around, page, &number);
    if (err == NB_OK && number) {
        err = views_of(around, number, out);
    }
    nb_arena_rewind(around->scratch, mark);
    return err;
}

enum nb_err nb_surroundings_thread(struct nb_surroundings *around, const struct nb_author_doc *doc,
                                   struct nb_reach_count *out)
{
    uint8_t name[8];
    *out = (struct nb_reach_count){.known = false};
    if (!doc->has_thread) {
        return NB_OK;
    }
    nb_key_u64(doc->thread, name);
    struct nb_slice thread = nb_slice(name, sizeof(name));
    uint32_t i = tr_table_find(&around->threads, thread, tr_hash(thread));
    if (i != TR_NONE) {
        *out = around->views[i];
        return NB_OK;
    }
    enum nb_err err = look_at_thread(around, doc->thread, out);
    if (err || around->threads.n == THREADS_MAX) {
        return err;
    }
    if (around->threads.n == around->views_cap) {
        size_t cap = around->views_cap ? 2 * around->views_cap : 64;
        struct nb_reach_count *grown = nb_arena_grow(
            around->kept, around->views, around->views_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        around->views = grown;
        around->views_cap = cap;
    }
    i = tr_table_add(&around->threads, thread);
    if (i == TR_NONE) {
        return NB_ENOMEM;
    }
    around->views[i] = *out;
    return NB_OK;
}

/* ---- the audience ---- */

enum nb_err nb_surroundings_followers(struct nb_surroundings *around, struct nb_slice author,
                                      struct nb_followers *out)
{
    struct nb_audience *audience;
    struct nb_arena_mark mark = nb_arena_mark(around->scratch);
    *out = (struct nb_followers){.read_ms = 0};
    enum nb_err err = nb_analysis_audience(around->txn, author, around->scratch, &audience);
    if (err == NB_OK && audience->has_followers_n) {
        *out = (struct nb_followers){{true, audience->followers_n}, audience->read_ms};
    }
    nb_arena_rewind(around->scratch, mark);
    return err == NB_ENOTFOUND ? NB_OK : err;
}
