/*
 * Everything that an analysis store holds, as text: equal dumps, equal stores.
 */
#ifndef NABIZ_TEST_DUMP_H
#define NABIZ_TEST_DUMP_H

#include "tests/lib/test.h"

#include <nabiz/buf.h>
#include <nabiz/hash.h>
#include <nabiz/store.h>

static inline void dump_hex(struct nb_buf *out, struct nb_slice bytes, char end)
{
    char *p = nb_buf_reserve(out, 2 * bytes.len + 1);
    assert_non_null(p);
    nb_hex(bytes, p);
    out->len += 2 * bytes.len;
    nb_buf_add_byte(out, end);
}

/* "table key value" a line, keys and values in hexadecimal. Free with nb_buf_fini(). */
static inline struct nb_buf dump_store(struct nb_store *store)
{
    struct nb_buf out;
    struct nb_txn *txn;
    nb_buf_init(&out, 64u << 20);
    assert_int_equal(nb_read_begin(store, &txn, NULL), NB_OK);
    for (int t = 0; t < NB_TBL_COUNT; t++) {
        if (nb_table_row((enum nb_table_id)t)->store != NB_STORE_ANALYSIS) {
            continue;
        }
        struct nb_cursor *cursor;
        struct nb_slice key;
        struct nb_slice value;
        assert_int_equal(nb_cursor_open(txn, (enum nb_table_id)t, &cursor), NB_OK);
        enum nb_err err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
        for (; err == NB_OK; err = nb_cursor_next(cursor, &key, &value)) {
            nb_buf_addf(&out, "%s ", nb_table_row((enum nb_table_id)t)->name);
            dump_hex(&out, key, ' ');
            dump_hex(&out, value, '\n');
        }
        assert_int_equal(err, NB_ENOTFOUND);
        nb_cursor_close(cursor);
    }
    nb_read_end(txn);
    nb_buf_add_byte(&out, '\0'); /* read as a string */
    assert_int_equal(nb_buf_finish(&out, NULL), NB_OK);
    return out;
}

#endif
