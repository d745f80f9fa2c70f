#include "analyzer/influence/messages_private.h"

#include <stdlib.h>

#include "analyzer/keys.h"

enum { KEY_TAIL = 17 }; /* NUL, time and number behind an author */

/* ---- what is one's own ---- */

/* A site includes its accounts. */
static bool includes(struct nb_slice name, struct nb_slice other)
{
    return nb_slice_eq(name, other) || nb_slice_eq(name, nb_author_site(other));
}

/* Whether another name stands for this one, so that its rows would be counted twice. */
static bool is_said_otherwise(const struct nb_own *own, size_t i)
{
    for (size_t j = 0; j < own->n; j++) {
        bool first = j < i || !includes(own->names[i], own->names[j]);
        if (j != i && first && includes(own->names[j], own->names[i])) {
            return true;
        }
    }
    return false;
}

enum nb_err nb_own_read(struct nb_slice list, struct nb_own *out)
{
    struct nb_slice name;
    struct nb_own own = {.n = 0};
    while (nb_slice_split(&list, ',', &name)) {
        name = nb_slice_trim(name);
        if (name.len && own.n == NB_OWN_MAX) {
            return NB_ETOOBIG;
        }
        if (name.len) {
            own.names[own.n++] = name;
        }
    }
    out->n = 0;
    for (size_t i = 0; i < own.n; i++) {
        if (!is_said_otherwise(&own, i)) {
            out->names[out->n++] = own.names[i];
        }
    }
    return out->n ? NB_OK : NB_EINVAL;
}

bool nb_own_has(const struct nb_own *own, struct nb_slice author)
{
    for (size_t i = 0; i < own->n; i++) {
        if (includes(own->names[i], author)) {
            return true;
        }
    }
    return false;
}

/* ---- carriers ---- */

struct nb_carrier *nb_tally_carrier(struct nb_tally *t, struct nb_slice author, int64_t at_ms)
{
    size_t before = t->authors.n;
    uint32_t i = tr_table_add(&t->authors, author);
    if (i == TR_NONE) {
        return NULL;
    }
    if (t->authors.n > t->carriers_cap) {
        size_t cap = t->carriers_cap ? t->carriers_cap * 2 : 64;
        struct nb_carrier *grown = nb_arena_grow(
            t->arena, t->carriers, t->carriers_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NULL;
        }
        t->carriers = grown;
        t->carriers_cap = cap;
    }
    struct nb_carrier *carrier = &t->carriers[i];
    if (t->authors.n > before) {
        *carrier =
            (struct nb_carrier){.author = t->authors.texts[i], .first_ms = at_ms, .last_ms = at_ms};
    }
    carrier->first_ms = at_ms < carrier->first_ms ? at_ms : carrier->first_ms;
    carrier->last_ms = at_ms > carrier->last_ms ? at_ms : carrier->last_ms;
    return carrier;
}

enum nb_err nb_tally_note(struct nb_tally *t, const struct nb_carrier *carrier, uint64_t number,
                          int64_t at_ms, bool is_copy)
{
    if (t->carryings_n == t->carryings_cap) {
        size_t cap = t->carryings_cap ? t->carryings_cap * 2 : 64;
        struct nb_carrying *grown = nb_arena_grow(
            t->arena, t->carryings, t->carryings_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        t->carryings = grown;
        t->carryings_cap = cap;
    }
    t->carryings[t->carryings_n++] =
        (struct nb_carrying){(uint32_t)(carrier - t->carriers), is_copy, number, at_ms};
    return NB_OK;
}

bool nb_tally_is_within(const struct nb_tally *t, int64_t at_ms)
{
    return at_ms >= t->from_ms && at_ms < t->to_ms;
}

/* ---- links, quotes and boosts ---- */

enum nb_err nb_tally_act(struct nb_tally *t, const struct nb_edge *edge)
{
    struct nb_slice from = nb_field(edge->from);
    bool carries = edge->act == NB__EDGE__ACT__LINK || edge->act == NB__EDGE__ACT__QUOTE ||
                   edge->act == NB__EDGE__ACT__BOOST;
    if (!carries || !from.len || !nb_tally_is_within(t, edge->at_ms) || nb_own_has(t->own, from)) {
        return NB_OK;
    }
    struct nb_carrier *carrier = nb_tally_carrier(t, from, edge->at_ms);
    if (!carrier) {
        return NB_ENOMEM;
    }
    carrier->links_n += edge->act == NB__EDGE__ACT__LINK;
    carrier->quotes_n += edge->act == NB__EDGE__ACT__QUOTE;
    carrier->boosts_n += edge->act == NB__EDGE__ACT__BOOST;
    return nb_tally_note(t, carrier, edge->number, edge->at_ms, false);
}

static enum nb_err count_act(struct nb_tally *t, struct nb_slice key, struct nb_slice value,
                             const void *context)
{
    struct nb_edge *edge;
    (void)key;
    (void)context;
    enum nb_err err = nb_edge_decode(value, t->scratch, &edge);
    return err == NB_OK ? nb_tally_act(t, edge) : err;
}

/* ---- rows of one's own ---- */

static enum nb_err count_document(struct nb_tally *t, struct nb_slice key, struct nb_slice value,
                                  const void *context)
{
    struct nb_author_doc *doc;
    uint32_t others_n;
    (void)context;
    if (key.len < KEY_TAIL) {
        return NB_ECORRUPT;
    }
    const uint8_t *tail = (const uint8_t *)key.p + key.len - (KEY_TAIL - 1);
    if (!nb_tally_is_within(t, (int64_t)nb_key_to_u64(tail))) {
        return NB_OK;
    }
    enum nb_err err = nb_author_doc_decode(value, t->scratch, &doc);
    if (err != NB_OK || doc->deleted) {
        return err;
    }
    t->out.documents_n++;
    if (doc->has_cluster) {
        err = nb_tally_copies(t, doc->cluster, false, &others_n);
        t->out.copied_n += err == NB_OK && others_n > 0;
    }
    return err;
}

enum nb_err nb_tally_rows(struct nb_tally *t, enum nb_table_id table, struct nb_slice begin,
                          struct nb_slice from, nb_tally_row_fn *fn, const void *context)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    enum nb_err err = nb_cursor_open(t->txn, table, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, from, &key, &value);
    while (err == NB_OK && nb_slice_starts(key, begin)) {
        struct nb_arena_mark mark = nb_arena_mark(t->scratch);
        err = fn(t, key, value, context);
        nb_arena_rewind(t->scratch, mark);
        err = err == NB_OK ? nb_cursor_next(cursor, &key, &value) : err;
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* The rows of an account, or of everybody of a site: keys begin with it. */
static enum nb_err each_row(struct nb_tally *t, enum nb_table_id table, struct nb_slice name,
                            nb_tally_row_fn *fn)
{
    struct nb_key begin = {0};
    if (name.len > NB_AUTHOR_ID_BYTES) {
        return NB_OK; /* nobody is called so */
    }
    if (nb_slice_find_byte(name, '/', 0) != NB_NPOS) {
        nb_key_text(&begin, name);
    } else {
        nb_key_add(&begin, name);
        nb_key_add(&begin, NB_LIT("/"));
    }
    return nb_tally_rows(t, table, nb_key_slice(&begin), nb_key_slice(&begin), fn, NULL);
}

/* ---- reach ---- */

static int by_carrier(const void *a, const void *b)
{
    const struct nb_carrying *x = a, *y = b;
    if (x->carrier != y->carrier) {
        return x->carrier < y->carrier ? -1 : 1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

/* What one of a carrier's documents says; nothing of a boost, which is no document. */
static enum nb_err look_at(struct nb_tally *t, struct nb_slice author,
                           const struct nb_carrying *carrying, struct nb_reach_doc *out)
{
    struct nb_key key;
    struct nb_slice value;
    struct nb_author_doc *doc;
    *out = (struct nb_reach_doc){.seen_n = 0};
    nb_key_text(&key, author);
    nb_key_add_u64(&key, nb_key_time(carrying->at_ms));
    nb_key_add_u64(&key, carrying->number);
    enum nb_err err = nb_get(t->txn, NB_TBL_AUTHOR_DOC, nb_key_slice(&key), &value);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    struct nb_arena_mark mark = nb_arena_mark(t->scratch);
    err = nb_author_doc_decode(value, t->scratch, &doc);
    if (err == NB_OK) {
        *out = nb_reach_doc_of(doc);
        err = nb_surroundings_thread(t->around, doc, &out->thread_views);
    }
    nb_arena_rewind(t->scratch, mark);
    return err;
}

/* Of one carrier's documents, each once. */
static enum nb_err measure_reach(struct nb_tally *t, const struct nb_carrying *carryings, size_t n)
{
    struct nb_carrier *carrier = &t->carriers[carryings[0].carrier];
    struct nb_reach_doc *docs = nb_arena_calloc(t->arena, n, sizeof(*docs));
    const struct nb_reach_site *site = NULL;
    struct nb_followers followers = {.read_ms = 0};
    size_t docs_n = 0;
    enum nb_err err = docs ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (!i || carryings[i].number != carryings[i - 1].number) {
            err = look_at(t, carrier->author, &carryings[i], &docs[docs_n++]);
        }
    }
    err = err ? err : nb_surroundings_site(t->around, nb_author_site(carrier->author), &site);
    err = err ? err : nb_surroundings_followers(t->around, carrier->author, &followers);
    err = err ? err
              : nb_reach_estimate(docs, docs_n, site, followers.count, t->arena, &carrier->reach);
    if (err == NB_OK && carrier->reach.known) {
        carrier->added_n = carrier->reach.people_n * docs_n;
        t->out.added_n += carrier->added_n;
    }
    return err;
}

static int by_weight(const void *a, const void *b)
{
    const struct nb_carrier *x = a, *y = b;
    uint64_t mine = (uint64_t)x->links_n + x->quotes_n + x->boosts_n + x->copies_n + x->onward_n;
    uint64_t theirs = (uint64_t)y->links_n + y->quotes_n + y->boosts_n + y->copies_n + y->onward_n;
    if (x->added_n != y->added_n) {
        return x->added_n < y->added_n ? 1 : -1;
    }
    if (mine != theirs) {
        return mine < theirs ? 1 : -1;
    }
    return nb_slice_cmp(x->author, y->author);
}

static enum nb_err finish(struct nb_tally *t)
{
    enum nb_err err = NB_OK;
    if (t->carryings_n) {
        qsort(t->carryings, t->carryings_n, sizeof(*t->carryings), by_carrier);
    }
    for (size_t i = 0, end; err == NB_OK && i < t->carryings_n; i = end) {
        for (end = i; end < t->carryings_n && t->carryings[end].carrier == t->carryings[i].carrier;
             end++) {
        }
        err = measure_reach(t, t->carryings + i, end - i);
    }
    if (err == NB_OK && t->authors.n) {
        qsort(t->carriers, t->authors.n, sizeof(*t->carriers), by_weight);
    }
    t->out.carriers = t->carriers;
    t->out.n = t->authors.n;
    return err;
}

enum nb_err nb_messages_spread(struct nb_txn *txn, const struct nb_own *own,
                               const struct nb_own_texts *texts, int64_t from_ms, int64_t to_ms,
                               struct nb_arena *arena, struct nb_messages *out)
{
    enum { SCRATCH_BYTES = 64 << 20 };
    struct nb_tally t = {.txn = txn,
                         .own = own,
                         .from_ms = from_ms,
                         .to_ms = to_ms,
                         .arena = arena,
                         .scratch = nb_arena_new(SCRATCH_BYTES)};
    enum nb_err err = t.scratch ? nb_surroundings_new(txn, from_ms, to_ms, &t.around) : NB_ENOMEM;
    tr_table_init(&t.authors, arena);
    tr_table_init(&t.clusters, arena);
    if (err == NB_OK && texts) {
        err = nb_tally_texts(&t, texts); /* first: all of their copies count */
    }
    for (size_t i = 0; err == NB_OK && i < own->n; i++) {
        err = each_row(&t, NB_TBL_EDGE, own->names[i], count_act);
        err = err == NB_OK ? each_row(&t, NB_TBL_AUTHOR_DOC, own->names[i], count_document) : err;
    }
    err = err == NB_OK ? nb_tally_acts_on_copies(&t) : err;
    err = err == NB_OK ? finish(&t) : err;
    nb_arena_free(t.scratch);
    nb_surroundings_free(t.around);
    if (err == NB_OK) {
        *out = t.out;
    }
    return err;
}
