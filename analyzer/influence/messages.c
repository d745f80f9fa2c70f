#include "analyzer/influence/messages.h"

#include <stdlib.h>

#include "analyzer/influence/claims.h"
#include "analyzer/keys.h"
#include "analyzer/topics/copies.h"
#include "analyzer/turkish/table.h"

enum { KEY_TAIL = 17 }; /* NUL, time and number behind an author */

/* A document in which somebody carried a message. */
struct carrying {
    uint32_t carrier;
    uint64_t number;
    int64_t at_ms;
};

struct tally {
    struct nb_txn *txn;
    const struct nb_own *own;
    int64_t from_ms, to_ms;
    struct nb_arena *arena;   /* what is kept */
    struct nb_arena *scratch; /* of one row or cluster */
    struct tr_table authors;  /* carriers, by index */
    struct nb_carrier *carriers;
    size_t carriers_cap;
    struct carrying *carryings;
    size_t carryings_n, carryings_cap;
    struct tr_table clusters; /* those that were looked at */
    struct nb_messages out;
};

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

/* @return NULL when out of memory. */
static struct nb_carrier *carrier_of(struct tally *t, struct nb_slice author, int64_t at_ms)
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

static enum nb_err note(struct tally *t, const struct nb_carrier *carrier, uint64_t number,
                        int64_t at_ms)
{
    if (t->carryings_n == t->carryings_cap) {
        size_t cap = t->carryings_cap ? t->carryings_cap * 2 : 64;
        struct carrying *grown = nb_arena_grow(
            t->arena, t->carryings, t->carryings_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        t->carryings = grown;
        t->carryings_cap = cap;
    }
    t->carryings[t->carryings_n++] =
        (struct carrying){(uint32_t)(carrier - t->carriers), number, at_ms};
    return NB_OK;
}

static bool is_within(const struct tally *t, int64_t at_ms)
{
    return at_ms >= t->from_ms && at_ms < t->to_ms;
}

/* ---- links and quotes ---- */

static enum nb_err count_act(struct tally *t, struct nb_slice key, struct nb_slice value)
{
    struct nb_edge *edge;
    enum nb_err err = nb_edge_decode(value, t->scratch, &edge);
    (void)key;
    if (err != NB_OK) {
        return err;
    }
    struct nb_slice from = nb_field(edge->from);
    bool carries = edge->act == NB__EDGE__ACT__LINK || edge->act == NB__EDGE__ACT__QUOTE ||
                   edge->act == NB__EDGE__ACT__BOOST;
    if (!carries || !from.len || !is_within(t, edge->at_ms) || nb_own_has(t->own, from)) {
        return NB_OK;
    }
    struct nb_carrier *carrier = carrier_of(t, from, edge->at_ms);
    if (!carrier) {
        return NB_ENOMEM;
    }
    carrier->links_n += edge->act == NB__EDGE__ACT__LINK;
    carrier->quotes_n += edge->act == NB__EDGE__ACT__QUOTE;
    carrier->boosts_n += edge->act == NB__EDGE__ACT__BOOST;
    return note(t, carrier, edge->number, edge->at_ms);
}

/* ---- copies ---- */

/* What of a chain came from one's own documents: a step that is, or whose origin is. below: how
 * many others took it on. */
static enum nb_err follow(struct tally *t, const struct nb_claim_chain *chain, uint32_t *others_n)
{
    bool *ours = nb_arena_calloc(t->scratch, chain->n, sizeof(*ours));
    uint32_t *below = nb_arena_calloc(t->scratch, chain->n, sizeof(*below));
    enum nb_err err = ours && below ? NB_OK : NB_ENOMEM;
    *others_n = 0;
    for (size_t i = 0; err == NB_OK && i < chain->n; i++) {
        const struct nb_claim_step *step = &chain->steps[i];
        ours[i] =
            nb_own_has(t->own, step->author) || (step->from != NB_CLAIM_NONE && ours[step->from]);
    }
    for (size_t i = chain->n; err == NB_OK && i-- > 1;) {
        const struct nb_claim_step *step = &chain->steps[i];
        bool counts = step->why != NB_CLAIM_AGAIN && !nb_own_has(t->own, step->author);
        below[step->from] += below[i] + counts;
    }
    for (size_t i = 0; err == NB_OK && i < chain->n; i++) {
        const struct nb_claim_step *step = &chain->steps[i];
        if (!ours[i] || !step->author.len || !is_within(t, step->at_ms) ||
            nb_own_has(t->own, step->author)) {
            continue;
        }
        struct nb_carrier *carrier = carrier_of(t, step->author, step->at_ms);
        if (!carrier) {
            return NB_ENOMEM;
        }
        ++*others_n;
        carrier->copies_n++;
        carrier->onward_n += below[i];
        err = note(t, carrier, step->number, step->at_ms);
    }
    return err;
}

static enum nb_err count_copies(struct tally *t, uint64_t cluster)
{
    const struct nb_copy_row *rows;
    struct nb_claim_chain chain;
    size_t n, before = t->clusters.n;
    uint32_t others_n = 0;
    uint8_t name[8];
    nb_key_u64(cluster, name);
    if (tr_table_add(&t->clusters, nb_slice(name, sizeof(name))) == TR_NONE) {
        return NB_ENOMEM;
    }
    if (t->clusters.n == before) {
        return NB_OK;
    }
    enum nb_err err = nb_copies_list(t->txn, cluster, 2, t->scratch, &rows, &n);
    if (err == NB_OK && n > 1) {
        err = nb_claim_chain(t->txn, cluster, 0, t->scratch, &chain);
        err = err == NB_OK ? follow(t, &chain, &others_n) : err;
    }
    t->out.copied_n += others_n > 0;
    return err;
}

static enum nb_err count_document(struct tally *t, struct nb_slice key, struct nb_slice value)
{
    struct nb_author_doc *doc;
    if (key.len < KEY_TAIL) {
        return NB_ECORRUPT;
    }
    const uint8_t *tail = (const uint8_t *)key.p + key.len - (KEY_TAIL - 1);
    if (!is_within(t, (int64_t)nb_key_to_u64(tail))) {
        return NB_OK;
    }
    enum nb_err err = nb_author_doc_decode(value, t->scratch, &doc);
    if (err != NB_OK || doc->deleted) {
        return err;
    }
    t->out.documents_n++;
    return doc->has_cluster ? count_copies(t, doc->cluster) : NB_OK;
}

/* ---- rows of one's own ---- */

typedef enum nb_err row_fn(struct tally *t, struct nb_slice key, struct nb_slice value);

/* The rows of an account, or of everybody of a site: keys begin with it. */
static enum nb_err each_row(struct tally *t, enum nb_table_id table, struct nb_slice name,
                            row_fn *fn)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_key from = {0};
    if (name.len > NB_AUTHOR_ID_BYTES) {
        return NB_OK; /* nobody is called so */
    }
    if (nb_slice_find_byte(name, '/', 0) != NB_NPOS) {
        nb_key_text(&from, name);
    } else {
        nb_key_add(&from, name);
        nb_key_add(&from, NB_LIT("/"));
    }
    enum nb_err err = nb_cursor_open(t->txn, table, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_key_slice(&from), &key, &value);
    while (err == NB_OK && nb_slice_starts(key, nb_key_slice(&from))) {
        err = fn(t, key, value);
        nb_arena_reset(t->scratch);
        err = err == NB_OK ? nb_cursor_next(cursor, &key, &value) : err;
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* ---- reach ---- */

static int by_carrier(const void *a, const void *b)
{
    const struct carrying *x = a, *y = b;
    if (x->carrier != y->carrier) {
        return x->carrier < y->carrier ? -1 : 1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

/* Of one carrier's documents, each once. */
static enum nb_err measure_reach(struct tally *t, const struct carrying *carryings, size_t n)
{
    struct nb_carrier *carrier = &t->carriers[carryings[0].carrier];
    struct nb_reach_doc *docs = nb_arena_calloc(t->arena, n, sizeof(*docs));
    size_t docs_n = 0;
    enum nb_err err = docs ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        struct nb_key key;
        struct nb_slice value;
        struct nb_author_doc *doc;
        if (i && carryings[i].number == carryings[i - 1].number) {
            continue;
        }
        nb_key_text(&key, carrier->author);
        nb_key_add_u64(&key, nb_key_time(carryings[i].at_ms));
        nb_key_add_u64(&key, carryings[i].number);
        err = nb_get(t->txn, NB_TBL_AUTHOR_DOC, nb_key_slice(&key), &value);
        if (err == NB_ENOTFOUND) {
            err = NB_OK;
            continue;
        }
        err = err == NB_OK ? nb_author_doc_decode(value, t->scratch, &doc) : err;
        if (err == NB_OK) {
            docs[docs_n++] = nb_reach_doc_of(doc);
        }
        nb_arena_reset(t->scratch);
    }
    const struct nb_reach_count unknown = {0};
    err = err == NB_OK ? nb_reach_estimate(docs, docs_n, NULL, unknown, t->arena, &carrier->reach)
                       : err;
    if (err == NB_OK && carrier->reach.known) {
        carrier->added_n = carrier->reach.people_n * carrier->reach.docs_n;
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

static enum nb_err finish(struct tally *t)
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

enum nb_err nb_messages_spread(struct nb_txn *txn, const struct nb_own *own, int64_t from_ms,
                               int64_t to_ms, struct nb_arena *arena, struct nb_messages *out)
{
    enum { SCRATCH_BYTES = 64 << 20 };
    struct tally t = {.txn = txn,
                      .own = own,
                      .from_ms = from_ms,
                      .to_ms = to_ms,
                      .arena = arena,
                      .scratch = nb_arena_new(SCRATCH_BYTES)};
    enum nb_err err = t.scratch ? NB_OK : NB_ENOMEM;
    tr_table_init(&t.authors, arena);
    tr_table_init(&t.clusters, arena);
    for (size_t i = 0; err == NB_OK && i < own->n; i++) {
        err = each_row(&t, NB_TBL_EDGE, own->names[i], count_act);
        err = err == NB_OK ? each_row(&t, NB_TBL_AUTHOR_DOC, own->names[i], count_document) : err;
    }
    err = err == NB_OK ? finish(&t) : err;
    nb_arena_free(t.scratch);
    if (err == NB_OK) {
        *out = t.out;
    }
    return err;
}
