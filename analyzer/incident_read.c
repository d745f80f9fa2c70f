#include <nabiz/incident.h>

#include <inttypes.h>
#include <stdio.h>

#include <nabiz/date.h>
#include <nabiz/hash.h>

#include "analyzer/alerts/incident.h"
#include "analyzer/keys.h"

void nb_incident_id_text(uint64_t id, char out[NB_INCIDENT_ID_BYTES])
{
    (void)snprintf(out, NB_INCIDENT_ID_BYTES, "%016" PRIx64, id);
}

bool nb_incident_id_parse(struct nb_slice text, uint64_t *out)
{
    uint8_t bytes[8];
    if (text.len != NB_INCIDENT_ID_BYTES - 1 || nb_unhex(text, bytes, sizeof(bytes)) != NB_OK) {
        return false;
    }
    *out = nb_key_to_u64(bytes);
    return true;
}

int64_t nb_incident_id_ms(uint64_t id)
{
    return (int64_t)(id >> 32) * NB_MINUTE_MS;
}

enum nb_err nb_incident_get(struct nb_txn *txn, uint64_t id, struct nb_arena *arena,
                            struct nb_incident **out)
{
    uint8_t key[8];
    struct nb_slice value;
    nb_key_u64(id, key);
    enum nb_err err = nb_get(txn, NB_TBL_INCIDENT, nb_slice(key, sizeof(key)), &value);
    return err ? err : nb_incident_decode(value, arena, out);
}

/* Rows of a table from a number on. @return NB_ENOTFOUND behind the last one. */
static enum nb_err open_at(struct nb_txn *txn, enum nb_table_id table, uint64_t from,
                           struct nb_cursor **cursor, struct nb_slice *key, struct nb_slice *value)
{
    uint8_t first[8];
    nb_key_u64(from, first);
    enum nb_err err = nb_cursor_open(txn, table, cursor);
    if (err) {
        *cursor = NULL;
        return err;
    }
    return nb_cursor_seek(*cursor, nb_slice(first, sizeof(first)), key, value);
}

/* Room for one more pointer or row. */
static bool make_room(struct nb_arena *arena, void **p, size_t n, size_t *cap, size_t row_bytes)
{
    if (n < *cap) {
        return true;
    }
    size_t more = *cap ? *cap * 2 : 16;
    void *grown = nb_arena_grow(arena, *p, n * row_bytes, more * row_bytes);
    if (grown) {
        *p = grown;
        *cap = more;
    }
    return grown != NULL;
}

enum nb_err nb_incident_list(struct nb_txn *txn, struct nb_slice topic, int64_t from_ms,
                             int64_t to_ms, struct nb_arena *arena,
                             const struct nb_incident *const **out, size_t *out_n)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    void *list = NULL;
    size_t n = 0, cap = 0;
    int64_t earliest_ms = from_ms > NB_INCIDENT_BIN_MAX_MS ? from_ms - NB_INCIDENT_BIN_MAX_MS : 0;
    enum nb_err err =
        open_at(txn, NB_TBL_INCIDENT, nb_incident_id_from(earliest_ms), &cursor, &key, &value);
    for (; err == NB_OK; err = nb_cursor_next(cursor, &key, &value)) {
        struct nb_incident *row;
        struct nb_arena_mark mark = nb_arena_mark(arena);
        if (key.len != 8) {
            err = NB_ECORRUPT;
            break;
        }
        if (nb_key_to_u64((const uint8_t *)key.p) >= nb_incident_id_from(to_ms) &&
            to_ms / NB_MINUTE_MS < UINT32_MAX) {
            break;
        }
        if ((err = nb_incident_decode(value, arena, &row)) != NB_OK) {
            break;
        }
        if (row->at_ms < from_ms || row->at_ms >= to_ms ||
            (topic.len && !nb_slice_eq(nb_field(row->topic), topic))) {
            nb_arena_rewind(arena, mark);
            continue;
        }
        if (!make_room(arena, &list, n, &cap, sizeof(row))) {
            err = NB_ENOMEM;
            break;
        }
        ((const struct nb_incident **)list)[n++] = row;
    }
    nb_cursor_close(cursor);
    if (err == NB_OK || err == NB_ENOTFOUND) {
        *out = list;
        *out_n = n;
        return NB_OK;
    }
    return err;
}

enum nb_err nb_incident_changes(struct nb_txn *txn, uint64_t after, size_t max_n,
                                struct nb_arena *arena, const struct nb_change_row **out,
                                size_t *out_n)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    void *list = NULL;
    size_t n = 0, cap = 0;
    enum nb_err err = open_at(txn, NB_TBL_INCIDENT_CHANGE, after < UINT64_MAX ? after + 1 : after,
                              &cursor, &key, &value);
    for (; err == NB_OK && n < max_n; err = nb_cursor_next(cursor, &key, &value)) {
        struct nb_incident_change *change;
        err = key.len == 8 ? nb_incident_change_decode(value, arena, &change) : NB_ECORRUPT;
        if (err == NB_OK && !make_room(arena, &list, n, &cap, sizeof(struct nb_change_row))) {
            err = NB_ENOMEM;
        }
        if (err) {
            break;
        }
        ((struct nb_change_row *)list)[n++] =
            (struct nb_change_row){nb_key_to_u64((const uint8_t *)key.p), change};
    }
    nb_cursor_close(cursor);
    if (err == NB_OK || err == NB_ENOTFOUND) {
        *out = list;
        *out_n = n;
        return NB_OK;
    }
    return err;
}

enum nb_err nb_incident_last_change(struct nb_txn *txn, uint64_t *out)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_INCIDENT_CHANGE, &cursor);
    if (err) {
        return err;
    }
    err = nb_cursor_last(cursor, &key, &value);
    if (err == NB_OK) {
        *out = key.len == 8 ? nb_key_to_u64((const uint8_t *)key.p) : 0;
        err = key.len == 8 ? NB_OK : NB_ECORRUPT;
    } else if (err == NB_ENOTFOUND) {
        *out = 0;
        err = NB_OK;
    }
    nb_cursor_close(cursor);
    return err;
}
