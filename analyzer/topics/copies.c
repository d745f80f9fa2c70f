/*
 * What is in the store is a pure function of the log so far: a document is compared with those
 * before it only, and a key's list forgets its oldest entry when it is full, whoever asks.
 *
 * A hostile stream may share one key among millions of documents; lists and comparisons are
 * bounded, so that it costs others nothing. The price is that a text whose every key is worn out
 * founds a cluster of its own.
 */
#include "analyzer/topics/copies.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/analysis.h>

#include "analyzer/keys.h"
#include "analyzer/topics/shingles.h"

enum { LIST_MAX = 16, COMPARED_MAX = NB_COPIES_ALIKE_MAX, NUMBER_BYTES = 8 };

/* ---- the lists of SHINGLE ---- */

/* The numbers behind a key. @return NB_OK (maybe 0), NB_ECORRUPT, or the transaction's error. */
static enum nb_err list_get(struct nb_txn *txn, uint64_t key, uint64_t *numbers, size_t *n)
{
    uint8_t bytes[NUMBER_BYTES];
    struct nb_slice value;
    nb_key_u64(key, bytes);
    *n = 0;
    enum nb_err err = nb_get(txn, NB_TBL_SHINGLE, nb_slice(bytes, sizeof(bytes)), &value);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    if (value.len % NUMBER_BYTES || value.len > LIST_MAX * NUMBER_BYTES) {
        return NB_ECORRUPT;
    }
    for (size_t i = 0; i < value.len / NUMBER_BYTES; i++) {
        numbers[(*n)++] = nb_key_to_u64((const uint8_t *)value.p + i * NUMBER_BYTES);
    }
    return NB_OK;
}

static void list_put(struct nb_txn *txn, uint64_t key, const uint64_t *numbers, size_t n)
{
    uint8_t bytes[NUMBER_BYTES], list[LIST_MAX * NUMBER_BYTES];
    nb_key_u64(key, bytes);
    for (size_t i = 0; i < n; i++) {
        nb_key_u64(numbers[i], list + i * NUMBER_BYTES);
    }
    if (n) {
        nb_put(txn, NB_TBL_SHINGLE, nb_slice(bytes, sizeof(bytes)),
               nb_slice(list, n * NUMBER_BYTES));
    } else {
        nb_del(txn, NB_TBL_SHINGLE, nb_slice(bytes, sizeof(bytes)));
    }
}

static enum nb_err enter(struct nb_txn *txn, const struct nb_shingles *shingles, uint64_t number)
{
    for (size_t i = 0; i < shingles->keys_n; i++) {
        uint64_t numbers[LIST_MAX];
        size_t n;
        enum nb_err err = list_get(txn, shingles->keys[i], numbers, &n);
        if (err != NB_OK) {
            return err;
        }
        if (n == LIST_MAX) {
            memmove(numbers, numbers + 1, (LIST_MAX - 1) * sizeof(*numbers));
            n--;
        }
        numbers[n] = number;
        list_put(txn, shingles->keys[i], numbers, n + 1);
    }
    return nb_txn_err(txn);
}

static enum nb_err withdraw(struct nb_txn *txn, const struct nb_shingles *shingles, uint64_t number)
{
    for (size_t i = 0; i < shingles->keys_n; i++) {
        uint64_t numbers[LIST_MAX];
        size_t n, kept = 0;
        enum nb_err err = list_get(txn, shingles->keys[i], numbers, &n);
        if (err != NB_OK) {
            return err;
        }
        for (size_t k = 0; k < n; k++) {
            if (numbers[k] != number) {
                numbers[kept++] = numbers[k];
            }
        }
        if (kept < n) {
            list_put(txn, shingles->keys[i], numbers, kept);
        }
    }
    return nb_txn_err(txn);
}

/* ---- whom a document copies ---- */

struct likely {
    uint64_t number;
    uint32_t keys_n; /* that it shares */
    bool rare;       /* one of them is shared by few: no formula, such as a condolence */
};

static int by_keys(const void *a, const void *b)
{
    const struct likely *x = a, *y = b;
    if (x->keys_n != y->keys_n) {
        return x->keys_n < y->keys_n ? 1 : -1;
    }
    return (x->number > y->number) - (x->number < y->number);
}

/* Representatives that share keys, those that share most first. */
static enum nb_err likely_originals(struct nb_txn *txn, const struct nb_shingles *shingles,
                                    struct likely *out, size_t *out_n)
{
    size_t n = 0;
    for (size_t i = 0; i < shingles->keys_n; i++) {
        uint64_t numbers[LIST_MAX];
        size_t listed;
        enum nb_err err = list_get(txn, shingles->keys[i], numbers, &listed);
        if (err != NB_OK) {
            return err;
        }
        for (size_t k = 0; k < listed; k++) {
            size_t at = 0;
            while (at < n && out[at].number != numbers[k]) {
                at++;
            }
            if (at == n) {
                out[n++] = (struct likely){.number = numbers[k]};
            }
            out[at].keys_n++;
            out[at].rare |= listed < LIST_MAX;
        }
    }
    qsort(out, n, sizeof(*out), by_keys);
    *out_n = n < COMPARED_MAX ? n : COMPARED_MAX;
    return NB_OK;
}

/* A cluster whose representative is a copy of a text, or the text of it. */
struct alike {
    uint64_t cluster;
    uint32_t worth;
};

/* Those of the likely originals, which are few, that share keys most first. @param out  room for
 * COMPARED_MAX. */
static enum nb_err find_alike(struct nb_txn *txn, const struct nb_shingles *shingles,
                              struct nb_arena *arena, struct alike *out, size_t *out_n)
{
    struct likely likely[NB_SHINGLE_KEYS_MAX * LIST_MAX];
    size_t n;
    *out_n = 0;
    enum nb_err err = likely_originals(txn, shingles, likely, &n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        struct nb_annotation *other;
        struct nb_shingles theirs;
        if (!likely[i].rare) {
            continue;
        }
        err = nb_analysis_annotation(txn, likely[i].number, arena, &other);
        err = err == NB_OK ? nb_shingles_noted(other, &theirs) : err;
        if (err != NB_OK) {
            return err == NB_ENOTFOUND ? NB_ECORRUPT : err; /* withdrawn before it goes */
        }
        struct nb_likeness likeness = nb_shingles_compare(shingles, &theirs);
        if (nb_shingles_copied(&likeness)) {
            out[(*out_n)++] = (struct alike){other->cluster, likeness.containment_milli +
                                                                 likeness.resemblance_milli};
        }
    }
    return err;
}

/* The cluster of the representative that is most alike; 0 when none is a copy. */
static enum nb_err find_cluster(struct nb_txn *txn, const struct nb_shingles *shingles,
                                struct nb_arena *arena, uint64_t *cluster)
{
    struct alike found[COMPARED_MAX];
    size_t n;
    uint32_t most = 0;
    *cluster = 0;
    enum nb_err err = find_alike(txn, shingles, arena, found, &n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (found[i].worth > most) {
            most = found[i].worth;
            *cluster = found[i].cluster;
        }
    }
    return err;
}

enum nb_err nb_copies_alike(struct nb_txn *txn, const struct nb_shingles *shingles,
                            struct nb_arena *arena, uint64_t clusters[NB_COPIES_ALIKE_MAX],
                            size_t *n)
{
    struct alike found[COMPARED_MAX];
    enum nb_err err = find_alike(txn, shingles, arena, found, n);
    for (size_t i = 0; err == NB_OK && i < *n; i++) {
        clusters[i] = found[i].cluster;
    }
    return err;
}

/* ---- the rows of COPY ---- */

static void row_key(struct nb_key *key, uint64_t cluster, int64_t at_ms, uint64_t number)
{
    key->len = 0;
    nb_key_add_u64(key, cluster);
    nb_key_add_u64(key, nb_key_time(at_ms));
    nb_key_add_u64(key, number);
}

static enum nb_err row_put(struct nb_txn *txn, uint64_t cluster, int64_t at_ms, uint64_t number,
                           const struct nb_copy *copy, struct nb_arena *arena)
{
    struct nb_key key;
    struct nb_slice value;
    row_key(&key, cluster, at_ms, number);
    enum nb_err err = nb_copy_encode(copy, arena, &value);
    if (err == NB_OK) {
        nb_put(txn, NB_TBL_COPY, nb_key_slice(&key), value);
        err = nb_txn_err(txn);
    }
    return err;
}

enum nb_err nb_copies_list(struct nb_txn *txn, uint64_t cluster, size_t max_n,
                           struct nb_arena *arena, const struct nb_copy_row **out, size_t *out_n)
{
    struct nb_key from = {0};
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_copy_row *rows = NULL;
    size_t n = 0, cap = 0;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_COPY, &cursor);
    if (err != NB_OK) {
        return err;
    }
    nb_key_add_u64(&from, cluster);
    err = nb_cursor_seek(cursor, nb_key_slice(&from), &key, &value);
    while (err == NB_OK && n < max_n && nb_slice_starts(key, nb_key_slice(&from))) {
        struct nb_copy *copy;
        if (n == cap) {
            size_t grown = cap ? cap * 2 : 8;
            rows = nb_arena_grow(arena, rows, cap * sizeof(*rows), grown * sizeof(*rows));
            cap = grown;
        }
        err = !rows                         ? NB_ENOMEM
              : key.len != 3 * NUMBER_BYTES ? NB_ECORRUPT
                                            : nb_copy_decode(value, arena, &copy);
        if (err == NB_OK) {
            const uint8_t *p = (const uint8_t *)key.p;
            rows[n++] = (struct nb_copy_row){(int64_t)nb_key_to_u64(p + NUMBER_BYTES),
                                             nb_key_to_u64(p + 2 * NUMBER_BYTES), copy};
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    if (err == NB_OK || err == NB_ENOTFOUND) {
        *out = rows;
        *out_n = n;
        err = NB_OK;
    }
    return err;
}

/* An edge to whoever published the text first, if that was before. */
static enum nb_err credit(const struct nb_copy_row *first, struct nb_annotation *kept,
                          struct nb_slice author, struct nb_arena *arena)
{
    struct nb_edge **edges = nb_arena_alloc(arena, (kept->n_edges + 1) * sizeof(*edges));
    struct nb_edge *edge = nb_edge_new(arena);
    if (!edges || !edge) {
        return NB_ENOMEM;
    }
    if (!author.len || !nb_field(first->copy->author).len || first->at_ms > kept->at_ms) {
        return NB_OK;
    }
    if (kept->n_edges) {
        memcpy(edges, kept->edges, kept->n_edges * sizeof(*edges));
    }
    edge->to = first->copy->author;
    edge->url = first->copy->url;
    edge->has_act = true;
    edge->act = NB__EDGE__ACT__COPY;
    edge->has_target = true;
    edge->target = first->number;
    edges[kept->n_edges++] = edge;
    kept->edges = edges;
    return NB_OK;
}

enum nb_err nb_copies_add(struct nb_txn *txn, const struct nb_document *document,
                          struct nb_annotation *kept, struct nb_slice author,
                          struct nb_arena *arena)
{
    struct nb_shingles shingles;
    const struct nb_copy_row *first;
    size_t n = 0;
    struct nb_copy *copy = nb_copy_new(arena);
    enum nb_err err = copy ? nb_shingles_noted(kept, &shingles) : NB_ENOMEM;
    uint64_t cluster = 0;
    err = err == NB_OK ? find_cluster(txn, &shingles, arena, &cluster) : err;
    if (err == NB_OK && cluster) {
        err = nb_copies_list(txn, cluster, 1, arena, &first, &n);
        err = err == NB_OK && n ? credit(first, kept, author, arena) : err;
    }
    if (err != NB_OK) {
        return err;
    }
    copy->author = author.len ? nb_arena_strdup(arena, author) : NULL;
    copy->url = document->url;
    copy->has_represents = !cluster;
    copy->represents = !cluster;
    if (author.len && !copy->author) {
        return NB_ENOMEM;
    }
    kept->has_cluster = true;
    kept->cluster = cluster ? cluster : kept->number;
    err = row_put(txn, kept->cluster, kept->at_ms, kept->number, copy, arena);
    return err == NB_OK && !cluster ? enter(txn, &shingles, kept->number) : err;
}

/* The earliest that is left is looked up by from now on. */
static enum nb_err hand_over(struct nb_txn *txn, uint64_t cluster, struct nb_arena *arena)
{
    const struct nb_copy_row *next;
    struct nb_annotation *heir;
    struct nb_shingles shingles;
    size_t n;
    enum nb_err err = nb_copies_list(txn, cluster, 1, arena, &next, &n);
    if (err != NB_OK || !n) {
        return err;
    }
    struct nb_copy copy = *next->copy;
    copy.has_represents = copy.represents = true;
    err = nb_analysis_annotation(txn, next->number, arena, &heir);
    err = err == NB_OK ? nb_shingles_noted(heir, &shingles) : err;
    err = err == NB_OK ? row_put(txn, cluster, next->at_ms, next->number, &copy, arena) : err;
    err = err == NB_OK ? enter(txn, &shingles, next->number) : err;
    return err == NB_ENOTFOUND ? NB_ECORRUPT : err;
}

enum nb_err nb_copies_remove(struct nb_txn *txn, const struct nb_annotation *kept,
                             struct nb_arena *arena)
{
    struct nb_shingles shingles;
    struct nb_key key;
    struct nb_slice value;
    struct nb_copy *copy;
    if (!kept->has_cluster) {
        return NB_OK;
    }
    row_key(&key, kept->cluster, kept->at_ms, kept->number);
    enum nb_err err = nb_get(txn, NB_TBL_COPY, nb_key_slice(&key), &value);
    err = err == NB_OK ? nb_copy_decode(value, arena, &copy) : err;
    err = err == NB_OK ? nb_shingles_noted(kept, &shingles) : err;
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_ECORRUPT : err;
    }
    nb_del(txn, NB_TBL_COPY, nb_key_slice(&key));
    if (copy->represents) {
        err = withdraw(txn, &shingles, kept->number);
        err = err == NB_OK ? hand_over(txn, kept->cluster, arena) : err;
    }
    return err == NB_OK ? nb_txn_err(txn) : err;
}
