#include "common/store_impl.h"

#include <assert.h>

#include <nabiz/mem.h>

enum nb_err nb_read_begin(struct nb_store *store, struct nb_txn **out, struct nb_error *error)
{
    *out = NULL;
    struct nb_txn *txn = nb_calloc(1, sizeof(*txn));
    if (!txn) {
        return NB_ENOMEM;
    }
    txn->store = store;
    nb_store_enter(store);
    int rc = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn->mdb);
    while (rc == MDB_MAP_RESIZED) {
        nb_store_leave(store);
        rc = nb_store_adopt_map(store);
        nb_store_enter(store);
        if (rc == MDB_SUCCESS) {
            rc = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn->mdb);
        }
    }
    if (rc != MDB_SUCCESS) {
        nb_store_leave(store);
        nb_free(txn);
        return nb_store_fail(store, rc, "cannot read", error);
    }
    *out = txn;
    return NB_OK;
}

void nb_read_end(struct nb_txn *txn)
{
    if (txn) {
        assert(!txn->write);
        mdb_txn_abort(txn->mdb);
        nb_store_leave(txn->store);
        nb_free(txn);
    }
}

/* Keep the first error of a transaction. "Not found" is an answer, not an error. */
static enum nb_err keep(struct nb_txn *txn, int rc)
{
    enum nb_err err = nb_store_err(rc);
    if (err != NB_OK && rc != MDB_NOTFOUND && txn->err == NB_OK) {
        txn->err = err;
        txn->rc = rc;
    }
    return err;
}

static MDB_dbi table_dbi(const struct nb_txn *txn, enum nb_table_id table)
{
    assert(nb_table_row(table)->store == txn->store->kind);
    return txn->store->dbi[table];
}

/* LMDB takes what it only reads through a pointer to non-const. */
static MDB_val val(struct nb_slice s)
{
    union {
        const char *in;
        void *out;
    } p = {s.p};
    return (MDB_val){s.len, p.out};
}

static struct nb_slice from_val(MDB_val v)
{
    return nb_slice(v.mv_data, v.mv_size);
}

enum nb_err nb_get(struct nb_txn *txn, enum nb_table_id table, struct nb_slice key,
                   struct nb_slice *value)
{
    if (txn->err != NB_OK) {
        return txn->err;
    }
    MDB_val k = val(key);
    MDB_val v;
    enum nb_err err = keep(txn, mdb_get(txn->mdb, table_dbi(txn, table), &k, &v));
    if (err == NB_OK) {
        *value = from_val(v);
    }
    return err;
}

static void put(struct nb_txn *txn, enum nb_table_id table, struct nb_slice key,
                struct nb_slice value, unsigned flags)
{
    assert(txn->write);
    if (txn->err == NB_OK) {
        MDB_val k = val(key);
        MDB_val v = val(value);
        (void)keep(txn, mdb_put(txn->mdb, table_dbi(txn, table), &k, &v, flags));
    }
}

void nb_put(struct nb_txn *txn, enum nb_table_id table, struct nb_slice key, struct nb_slice value)
{
    put(txn, table, key, value, 0);
}

void nb_put_last(struct nb_txn *txn, enum nb_table_id table, struct nb_slice key,
                 struct nb_slice value)
{
    put(txn, table, key, value, MDB_APPEND);
}

void nb_del(struct nb_txn *txn, enum nb_table_id table, struct nb_slice key)
{
    assert(txn->write);
    if (txn->err == NB_OK) {
        MDB_val k = val(key);
        (void)keep(txn, mdb_del(txn->mdb, table_dbi(txn, table), &k, NULL));
    }
}

enum nb_err nb_txn_err(const struct nb_txn *txn)
{
    return txn->err;
}

uint64_t nb_table_count(struct nb_txn *txn, enum nb_table_id table)
{
    MDB_stat stat;
    if (txn->err != NB_OK || keep(txn, mdb_stat(txn->mdb, table_dbi(txn, table), &stat)) != NB_OK) {
        return 0;
    }
    return stat.ms_entries;
}

enum nb_err nb_cursor_open(struct nb_txn *txn, enum nb_table_id table, struct nb_cursor **out)
{
    *out = NULL;
    if (txn->err != NB_OK) {
        return txn->err;
    }
    struct nb_cursor *cursor = nb_calloc(1, sizeof(*cursor));
    if (!cursor) {
        return NB_ENOMEM;
    }
    cursor->txn = txn;
    enum nb_err err = keep(txn, mdb_cursor_open(txn->mdb, table_dbi(txn, table), &cursor->mdb));
    if (err != NB_OK) {
        nb_free(cursor);
        return err;
    }
    *out = cursor;
    return NB_OK;
}

void nb_cursor_close(struct nb_cursor *cursor)
{
    if (cursor) {
        mdb_cursor_close(cursor->mdb);
        nb_free(cursor);
    }
}

static enum nb_err move(struct nb_cursor *cursor, MDB_val *key, MDB_cursor_op op,
                        struct nb_slice *out_key, struct nb_slice *out_value)
{
    if (cursor->txn->err != NB_OK) {
        return cursor->txn->err;
    }
    MDB_val value;
    enum nb_err err = keep(cursor->txn, mdb_cursor_get(cursor->mdb, key, &value, op));
    if (err == NB_OK) {
        *out_key = from_val(*key);
        *out_value = from_val(value);
    }
    return err;
}

enum nb_err nb_cursor_seek(struct nb_cursor *cursor, struct nb_slice key, struct nb_slice *out_key,
                           struct nb_slice *out_value)
{
    MDB_val k = val(key);
    return move(cursor, &k, key.len ? MDB_SET_RANGE : MDB_FIRST, out_key, out_value);
}

enum nb_err nb_cursor_next(struct nb_cursor *cursor, struct nb_slice *out_key,
                           struct nb_slice *out_value)
{
    MDB_val k = {0};
    return move(cursor, &k, MDB_NEXT, out_key, out_value);
}

enum nb_err nb_cursor_prev(struct nb_cursor *cursor, struct nb_slice *out_key,
                           struct nb_slice *out_value)
{
    MDB_val k = {0};
    return move(cursor, &k, MDB_PREV, out_key, out_value);
}

enum nb_err nb_cursor_last(struct nb_cursor *cursor, struct nb_slice *out_key,
                           struct nb_slice *out_value)
{
    MDB_val k = {0};
    return move(cursor, &k, MDB_LAST, out_key, out_value);
}

enum nb_err nb_cursor_find(struct nb_cursor *cursor, struct nb_slice key, struct nb_slice *value)
{
    MDB_val k = val(key);
    struct nb_slice found;
    return move(cursor, &k, MDB_SET_KEY, &found, value);
}

void nb_cursor_put(struct nb_cursor *cursor, struct nb_slice key, struct nb_slice value)
{
    assert(cursor->txn->write);
    if (cursor->txn->err == NB_OK) {
        MDB_val k = val(key);
        MDB_val v = val(value);
        (void)keep(cursor->txn, mdb_cursor_put(cursor->mdb, &k, &v, 0));
    }
}

void nb_key_u64(uint64_t value, uint8_t out[8])
{
    for (size_t i = 0; i < 8; i++) {
        out[i] = (uint8_t)(value >> (56 - 8 * i));
    }
}

uint64_t nb_key_to_u64(const uint8_t in[8])
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++) {
        value = value << 8 | in[i];
    }
    return value;
}
