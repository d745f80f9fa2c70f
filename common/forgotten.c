#include <nabiz/forget.h>

#include <stdlib.h>
#include <string.h>

#include <nabiz/mem.h>

struct nb_forgotten {
    struct nb_id *ids; /* of names, and of names in any case: ascending once read */
    size_t n;
};

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, NB_ID_BYTES);
}

static void add_id(struct nb_forgotten *to, struct nb_slice bytes)
{
    memcpy(to->ids[to->n++].b, bytes.p, NB_ID_BYTES);
}

/* Who was forgotten before there were names in any case has an empty value. */
static enum nb_err read_ids(struct nb_txn *txn, struct nb_forgotten *out)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    size_t most = (size_t)nb_table_count(txn, NB_TBL_FORGOTTEN);
    out->ids = nb_calloc(2 * most + 1, sizeof(out->ids[0]));
    enum nb_err err = out->ids ? nb_cursor_open(txn, NB_TBL_FORGOTTEN, &cursor) : NB_ENOMEM;
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK) {
        if (key.len != NB_ID_BYTES || (value.len && value.len != NB_ID_BYTES) ||
            out->n + 2 > 2 * most) {
            err = NB_ECORRUPT;
            break;
        }
        add_id(out, key);
        if (value.len) {
            add_id(out, value);
        }
        err = nb_cursor_next(cursor, &key, &value);
    }
    nb_cursor_close(cursor);
    if (out->n) {
        qsort(out->ids, out->n, sizeof(out->ids[0]), by_bytes);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_forgotten_load(struct nb_store *crawl, struct nb_forgotten **out,
                              struct nb_error *error)
{
    struct nb_txn *txn;
    *out = NULL;
    struct nb_forgotten *forgotten = nb_calloc(1, sizeof(*forgotten));
    if (!forgotten) {
        return nb_error_set(error, NB_ENOMEM, "no memory for the names that are forgotten");
    }
    enum nb_err err = nb_read_begin(crawl, &txn, error);
    if (err == NB_OK) {
        err = read_ids(txn, forgotten);
        nb_read_end(txn);
        if (err != NB_OK) {
            (void)nb_error_set(error, err, "the names that are forgotten cannot be read: %s",
                               nb_strerror(err));
        }
    }
    if (err != NB_OK) {
        nb_forgotten_free(forgotten);
        return err;
    }
    *out = forgotten;
    return NB_OK;
}

void nb_forgotten_free(struct nb_forgotten *forgotten)
{
    if (forgotten) {
        nb_free(forgotten->ids);
        nb_free(forgotten);
    }
}

static bool has_id(const struct nb_forgotten *forgotten, struct nb_id id)
{
    return bsearch(&id, forgotten->ids, forgotten->n, sizeof(id), by_bytes) != NULL;
}

bool nb_forgotten_has(const struct nb_forgotten *forgotten, struct nb_slice author)
{
    return forgotten && forgotten->n &&
           (has_id(forgotten, nb_forget_any_case_id(author)) ||
            has_id(forgotten, nb_forget_id(author)));
}
