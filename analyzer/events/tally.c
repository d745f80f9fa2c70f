/*
 * Each cell is read, changed and written back within the caller's write transaction; a cell that is
 * back at 0 is deleted, so that adding and removing cancel out exactly.
 */
#include "analyzer/events/tally.h"

#include <nabiz/hash.h>

#include "analyzer/keys.h"

enum { DAYS_IN_WEEK = 7, THURSDAY = 3, PART_BYTES_MAX = 64, COUNT_BYTES = 8, DAY_BYTES = 4 };

int32_t nb_week_of(int32_t day)
{
    int32_t from = day + THURSDAY;
    return from < 0 ? 0 : from / DAYS_IN_WEEK;
}

int32_t nb_week_day(int32_t week)
{
    return week * DAYS_IN_WEEK - THURSDAY;
}

static void add_part(struct nb_key *key, const char *text)
{
    struct nb_slice part = nb_slice_str(text);
    nb_key_add(key, nb_slice_sub(part, 0, PART_BYTES_MAX));
    nb_key_add(key, nb_slice("", 1));
}

static enum nb_err change(struct nb_txn *txn, const struct nb_key *key, int sign)
{
    struct nb_slice value;
    uint64_t n = 0;
    enum nb_err err = nb_get(txn, NB_TBL_LIFE_EVENT, nb_key_slice(key), &value);
    if (err == NB_OK && value.len != COUNT_BYTES) {
        return NB_ECORRUPT;
    }
    if (err != NB_OK && err != NB_ENOTFOUND) {
        return err;
    }
    n = err == NB_OK ? nb_key_to_u64((const uint8_t *)value.p) : 0;
    if (sign < 0 && n == 0) {
        return NB_ECORRUPT;
    }
    n = sign > 0 ? n + 1 : n - 1;
    if (n) {
        uint8_t bytes[COUNT_BYTES];
        nb_key_u64(n, bytes);
        nb_put(txn, NB_TBL_LIFE_EVENT, nb_key_slice(key), nb_slice(bytes, sizeof(bytes)));
    } else {
        nb_del(txn, NB_TBL_LIFE_EVENT, nb_key_slice(key));
    }
    return nb_txn_err(txn);
}

enum nb_err nb_event_tally(struct nb_txn *txn, const struct nb_annotation *kept,
                           struct nb_slice author, int sign)
{
    enum nb_err err = NB_OK;
    int32_t day = nb_day_of((int64_t)nb_key_time(kept->at_ms));
    for (size_t i = 0; err == NB_OK && i < kept->n_life_events; i++) {
        const Nb__LifeEvent *event = kept->life_events[i];
        struct nb_key key = {.len = 0};
        nb_key_add_u32(&key, (uint32_t)day);
        add_part(&key, event->type);
        add_part(&key, event->subject);
        add_part(&key, event->stage);
        add_part(&key, event->city);
        nb_key_add_u64(&key, author.len ? nb_hash64(author) : 0);
        err = change(txn, &key, sign);
    }
    return err;
}

static bool take_part(struct nb_slice *rest, struct nb_slice *part)
{
    size_t end = nb_slice_find_byte(*rest, '\0', 0);
    if (end == NB_NPOS) {
        return false;
    }
    *part = nb_slice_sub(*rest, 0, end);
    *rest = nb_slice_sub(*rest, end + 1, rest->len);
    return true;
}

static uint32_t day_of_key(struct nb_slice key)
{
    uint32_t day = 0;
    for (size_t i = 0; i < DAY_BYTES; i++) {
        day = day << 8 | (uint8_t)key.p[i];
    }
    return day;
}

static bool read_cell(struct nb_slice key, struct nb_slice value, struct nb_event_cell *cell)
{
    struct nb_slice rest = nb_slice_sub(key, DAY_BYTES, key.len);
    bool good = take_part(&rest, &cell->type) && take_part(&rest, &cell->subject) &&
                take_part(&rest, &cell->stage) && take_part(&rest, &cell->city) && rest.len == 8 &&
                value.len == COUNT_BYTES;
    if (good) {
        cell->day = (int32_t)day_of_key(key);
        cell->person = nb_key_to_u64((const uint8_t *)rest.p);
        cell->documents_n = nb_key_to_u64((const uint8_t *)value.p);
    }
    return good;
}

enum nb_err nb_event_cells(struct nb_txn *txn, int32_t from, int32_t to, nb_event_cell_fn *each,
                           void *context)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    struct nb_key first = {.len = 0};
    nb_key_add_u32(&first, from > 0 ? (uint32_t)from : 0);
    enum nb_err err = nb_cursor_open(txn, NB_TBL_LIFE_EVENT, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_key_slice(&first), &key, &value);
    while (err == NB_OK) {
        struct nb_event_cell cell;
        if (key.len < DAY_BYTES || day_of_key(key) > INT32_MAX || !read_cell(key, value, &cell)) {
            err = NB_ECORRUPT;
            break;
        }
        if (cell.day > to) {
            break;
        }
        err = each(context, &cell);
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}
