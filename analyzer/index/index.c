#include "analyzer/index/index.h"

#include <nabiz/mem.h>

#include "analyzer/index/entry.h"

static enum nb_err found(enum nb_err err)
{
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static enum nb_err learn_tail(struct nb_txn *txn, struct nb_index_tail *tail)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_INDEX_ENTRY, &cursor);
    if (err != NB_OK) {
        return err;
    }
    *tail = (struct nb_index_tail){.known = true};
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    for (; err == NB_OK; err = nb_cursor_next(cursor, &key, &value)) {
        tail->first = tail->first ? tail->first : nb_key_to_u64((const uint8_t *)key.p);
        tail->bytes += value.len;
    }
    nb_cursor_close(cursor);
    return found(err);
}

/* All entries, which point into the store. */
static enum nb_err read_entries(struct nb_txn *txn, struct nb_numbered_entry **out, size_t *out_n)
{
    size_t n = 0, cap = (size_t)nb_table_count(txn, NB_TBL_INDEX_ENTRY);
    struct nb_numbered_entry *entries = nb_calloc(cap + 1, sizeof(*entries));
    struct nb_cursor *cursor = NULL;
    struct nb_slice key, value;
    enum nb_err err = entries ? nb_cursor_open(txn, NB_TBL_INDEX_ENTRY, &cursor) : NB_ENOMEM;
    if (err != NB_OK) {
        nb_free(entries);
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    for (; err == NB_OK && n < cap; err = nb_cursor_next(cursor, &key, &value)) {
        entries[n++] = (struct nb_numbered_entry){nb_key_to_u64((const uint8_t *)key.p), value};
    }
    nb_cursor_close(cursor);
    if (found(err) != NB_OK) {
        nb_free(entries);
        return err;
    }
    *out = entries;
    *out_n = n;
    return NB_OK;
}

static void put_segment(struct nb_txn *txn, uint64_t first, struct nb_slice bytes)
{
    uint8_t key[8];
    nb_key_u64(first, key);
    nb_put_last(txn, NB_TBL_INDEX, nb_slice(key, sizeof(key)), bytes);
}

static void delete_row(struct nb_txn *txn, enum nb_table_id table, uint64_t number)
{
    uint8_t key[8];
    nb_key_u64(number, key);
    nb_del(txn, table, nb_slice(key, sizeof(key)));
}

/* The last segments, oldest first. @param out_n [out] fewer when there are fewer. */
static enum nb_err last_segments(struct nb_txn *txn, struct nb_segment out[NB_INDEX_FANOUT],
                                 size_t *out_n)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_segment back[NB_INDEX_FANOUT];
    size_t n = 0;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_INDEX, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_last(cursor, &key, &value);
    while (err == NB_OK && n < NB_INDEX_FANOUT) {
        err = nb_segment_open(value, nb_key_to_u64((const uint8_t *)key.p), &back[n++]);
        if (err == NB_OK && n < NB_INDEX_FANOUT) {
            err = nb_cursor_prev(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    for (size_t i = 0; i < n; i++) {
        out[i] = back[n - 1 - i];
    }
    *out_n = n;
    return found(err);
}

static bool may_merge(const struct nb_segment *segments, size_t n)
{
    if (n < NB_INDEX_FANOUT) {
        return false;
    }
    size_t bytes = 0;
    const struct nb_segment *last = &segments[n - 1];
    uint64_t places_n = last->first + last->places_n - segments[0].first;
    for (size_t i = 0; i < n; i++) {
        bytes += segments[i].bytes.len;
        if (segments[i].level != segments[0].level) {
            return false;
        }
    }
    return bytes <= NB_SEGMENT_BYTES_MAX && places_n <= NB_INDEX_PLACES_MAX;
}

static enum nb_err merge_last(struct nb_txn *txn, struct nb_segment_writer *writer)
{
    struct nb_segment last[NB_INDEX_FANOUT];
    size_t n;
    enum nb_err err = last_segments(txn, last, &n);
    while (err == NB_OK && may_merge(last, n)) {
        struct nb_slice bytes;
        err = nb_segment_merge(last, n, last[0].level + 1, writer, &bytes);
        if (err == NB_OK) {
            uint64_t firsts[NB_INDEX_FANOUT];
            for (size_t i = 0; i < n; i++) {
                firsts[i] = last[i].first;
            }
            for (size_t i = 0; i < n; i++) {
                delete_row(txn, NB_TBL_INDEX, firsts[i]);
            }
            put_segment(txn, firsts[0], bytes);
            err = nb_txn_err(txn);
        }
        if (err == NB_OK) {
            err = last_segments(txn, last, &n);
        }
    }
    return err;
}

/* Make a segment of all entries. */
static enum nb_err flush(struct nb_txn *txn)
{
    struct nb_numbered_entry *entries = NULL;
    size_t n = 0;
    struct nb_slice bytes;
    struct nb_segment_writer *writer = nb_segment_writer_new();
    enum nb_err err = writer ? read_entries(txn, &entries, &n) : NB_ENOMEM;
    if (err == NB_OK && n) {
        err = nb_entries_index(entries, n, writer, &bytes);
        if (err == NB_OK) {
            put_segment(txn, entries[0].number, bytes);
        }
        for (size_t i = 0; err == NB_OK && i < n; i++) {
            delete_row(txn, NB_TBL_INDEX_ENTRY, entries[i].number);
        }
        err = err ? err : nb_txn_err(txn);
    }
    if (err == NB_OK) {
        err = merge_last(txn, writer);
    }
    nb_free(entries);
    nb_segment_writer_free(writer);
    return err;
}

enum nb_err nb_index_add(struct nb_txn *txn, struct nb_index_tail *tail, uint64_t number,
                         struct nb_slice entry)
{
    enum nb_err err = tail->known ? NB_OK : learn_tail(txn, tail);
    bool full = tail->first &&
                (number - tail->first >= NB_INDEX_SPAN || tail->bytes >= NB_INDEX_TAIL_BYTES);
    if (err == NB_OK && full) {
        err = flush(txn);
        tail->first = 0;
        tail->bytes = 0;
    }
    if (err == NB_OK) {
        uint8_t key[8];
        nb_key_u64(number, key);
        nb_put_last(txn, NB_TBL_INDEX_ENTRY, nb_slice(key, sizeof(key)), entry);
        tail->first = tail->first ? tail->first : number;
        tail->bytes += entry.len;
        err = nb_txn_err(txn);
    }
    return err;
}

/* A row of index_dead: how many, then a kept set. */
static enum nb_err read_dead(struct nb_slice value, struct nb_bits **out)
{
    size_t at = 0;
    uint64_t n;
    if (!nb_leb_read(value, &at, &n) || n > NB_INDEX_DEAD_CHUNK) {
        return NB_ECORRUPT;
    }
    return nb_bits_read(nb_slice_sub(value, at, value.len), (uint32_t)n, NB_INDEX_DEAD_CHUNK, out);
}

static enum nb_err write_dead(struct nb_txn *txn, struct nb_slice key, const struct nb_bits *dead)
{
    struct nb_buf row;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    size_t n = 0;
    const uint32_t *list = arena ? nb_bits_list(dead, arena, &n) : NULL;
    nb_buf_init(&row, 1 << 20);
    enum nb_err err = list ? NB_OK : NB_ENOMEM;
    if (list) {
        nb_leb_write(&row, n);
        nb_bits_write(list, n, &row);
        err = nb_buf_finish(&row, NULL);
    }
    if (err == NB_OK) {
        nb_put(txn, NB_TBL_INDEX_DEAD, key, nb_buf_slice(&row));
        err = nb_txn_err(txn);
    }
    nb_buf_fini(&row);
    nb_arena_free(arena);
    return err;
}

enum nb_err nb_index_retract(struct nb_txn *txn, uint64_t number)
{
    uint8_t bytes[8];
    struct nb_slice key = nb_slice(bytes, sizeof(bytes)), value;
    struct nb_bits *dead = NULL;
    nb_key_u64(number / NB_INDEX_DEAD_CHUNK, bytes);
    enum nb_err err = nb_get(txn, NB_TBL_INDEX_DEAD, key, &value);
    if (err == NB_OK) {
        err = read_dead(value, &dead);
    } else if (err == NB_ENOTFOUND) {
        dead = nb_bits_new();
        err = dead ? NB_OK : NB_ENOMEM;
    }
    if (err == NB_OK) {
        nb_bits_add(dead, (uint32_t)(number % NB_INDEX_DEAD_CHUNK));
        err = write_dead(txn, key, dead);
    }
    nb_bits_free(dead);
    return err;
}

/* Reading */

static enum nb_err open_segments(struct nb_txn *txn, struct nb_index *index)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_INDEX, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK) {
        err = nb_segment_open(value, nb_key_to_u64((const uint8_t *)key.p),
                              &index->segments[index->segments_n++]);
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return found(err);
}

static enum nb_err open_tail(struct nb_txn *txn, struct nb_index *index)
{
    struct nb_numbered_entry *entries;
    size_t n;
    struct nb_slice bytes;
    enum nb_err err = read_entries(txn, &entries, &n);
    if (err != NB_OK || n == 0) {
        if (err == NB_OK) {
            nb_free(entries);
        }
        return err;
    }
    index->tail = nb_segment_writer_new();
    err = index->tail ? nb_entries_index(entries, n, index->tail, &bytes) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_segment_open(bytes, entries[0].number, &index->segments[index->segments_n++]);
    }
    nb_free(entries);
    return err;
}

static enum nb_err add_dead(struct nb_bits **dead, uint32_t place)
{
    *dead = *dead ? *dead : nb_bits_new();
    if (!*dead) {
        return NB_ENOMEM;
    }
    nb_bits_add(*dead, place);
    return NB_OK;
}

/* Hand the dead of one row to the segments they are in; both ascend. */
static enum nb_err share_dead(struct nb_index *index, uint64_t from, struct nb_slice value,
                              size_t *segment)
{
    struct nb_bits *dead = NULL;
    struct nb_arena *arena = nb_arena_new(1 << 20);
    size_t n = 0;
    enum nb_err err = arena ? read_dead(value, &dead) : NB_ENOMEM;
    const uint32_t *list = err == NB_OK ? nb_bits_list(dead, arena, &n) : NULL;
    err = err == NB_OK && !list ? NB_ENOMEM : err;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        uint64_t number = from + list[i];
        while (*segment + 1 < index->segments_n && index->segments[*segment + 1].first <= number) {
            (*segment)++;
        }
        const struct nb_segment *s = &index->segments[*segment];
        if (number >= s->first && number - s->first < s->places_n) {
            err = add_dead(&index->dead[*segment], (uint32_t)(number - s->first));
        }
    }
    nb_bits_free(dead);
    nb_arena_free(arena);
    return err;
}

static enum nb_err open_dead(struct nb_txn *txn, struct nb_index *index)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    size_t segment = 0;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_INDEX_DEAD, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK && index->segments_n) {
        uint64_t chunk = nb_key_to_u64((const uint8_t *)key.p);
        err = share_dead(index, chunk * NB_INDEX_DEAD_CHUNK, value, &segment);
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return found(err);
}

enum nb_err nb_index_open(struct nb_txn *txn, struct nb_arena *arena, struct nb_index *out)
{
    size_t most = (size_t)nb_table_count(txn, NB_TBL_INDEX) + 1;
    *out = (struct nb_index){.segments = nb_arena_calloc(arena, most, sizeof(*out->segments)),
                             .dead = nb_arena_calloc(arena, most, sizeof(struct nb_bits *))};
    enum nb_err err = out->segments && out->dead ? open_segments(txn, out) : NB_ENOMEM;
    if (err == NB_OK) {
        err = open_tail(txn, out);
    }
    if (err == NB_OK) {
        err = open_dead(txn, out);
    }
    if (err != NB_OK) {
        nb_index_close(out);
    }
    return err;
}

void nb_index_close(struct nb_index *index)
{
    for (size_t i = 0; i < index->segments_n; i++) {
        nb_bits_free(index->dead[i]);
    }
    nb_segment_writer_free(index->tail);
    *index = (struct nb_index){.segments = NULL};
}
