#include "analyzer/alerts/echo.h"

#include <nabiz/fixed.h>

#include "analyzer/alerts/streams.h"
#include "analyzer/keys.h"
#include "analyzer/topics/copies.h"

enum { LOG10_OF_2_MILLI = 301 };

static uint32_t others(const uint32_t *sizes, size_t sizes_n, uint32_t k)
{
    uint32_t n = k - 2 < sizes_n ? sizes[k - 2] : 0;
    return n > 0 ? n - 1 : 0;
}

int32_t nb_echo_rarity(const uint32_t *sizes, size_t sizes_n, uint32_t k, int64_t watched_ms)
{
    int64_t week_ms = 7 * NB_DAY_MS;
    watched_ms = watched_ms > week_ms ? watched_ms : week_ms;
    uint32_t j = k;
    while (j > 2 && !others(sizes, sizes_n, j)) {
        j--;
    }
    uint32_t n = others(sizes, sizes_n, j);
    int32_t weeks = nb_log2_milli((uint64_t)(watched_ms * 1024 / week_ms)) - 10000;
    int32_t twice = nb_log2_milli(n ? 2 * (uint64_t)n : 1); /* never seen: half a time */
    int32_t log2 = weeks + 1000 - twice + 3 * (nb_log2_milli(k) - nb_log2_milli(j));
    return log2 * LOG10_OF_2_MILLI / 1000;
}

/* One more text that reached k publishers. */
static enum nb_err count_size(uint32_t **sizes, size_t *sizes_n, uint32_t k, struct nb_arena *arena)
{
    if (*sizes_n < k - 1) {
        uint32_t *grown = nb_arena_calloc(arena, k - 1, sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        for (size_t i = 0; i < *sizes_n; i++) {
            grown[i] = (*sizes)[i];
        }
        *sizes = grown;
        *sizes_n = k - 1;
    }
    uint32_t *size = &(*sizes)[k - 2];
    *size += *size < UINT32_MAX;
    return NB_OK;
}

/* Counts the text and says how rare it is. */
static enum nb_err judge(struct nb_topic_watch *row, const struct nb_annotation *kept, bool is_new,
                         int64_t clock_ms, struct nb_arena *arena, struct nb_echo *out)
{
    bool is_long = kept->shingles.len / 4 > NB_ECHO_LONG_SHINGLES;
    uint32_t **sizes = is_long ? &row->long_echoes : &row->short_echoes;
    size_t *sizes_n = is_long ? &row->n_long_echoes : &row->n_short_echoes;
    uint32_t k =
        out->publishers_n < NB_ECHO_PUBLISHERS_MAX ? out->publishers_n : NB_ECHO_PUBLISHERS_MAX;
    enum nb_err err = is_new ? count_size(sizes, sizes_n, k, arena) : NB_OK;
    if (err == NB_OK && out->publishers_n >= NB_ECHO_PUBLISHERS_MIN) {
        out->rings = true;
        out->rarity_milli = nb_echo_rarity(*sizes, *sizes_n, k,
                                           clock_ms - (int64_t)row->first_bin * NB_STREAM_BIN_MS);
    }
    return err;
}

static bool is_repeated(const struct nb_copy_row *rows, size_t i, int64_t from_ms)
{
    struct nb_slice author = nb_field(rows[i].copy->author);
    for (size_t k = 0; k < i; k++) {
        if (rows[k].at_ms > from_ms && nb_slice_eq(nb_field(rows[k].copy->author), author)) {
            return true;
        }
    }
    return false;
}

enum nb_err nb_echo_look(struct nb_txn *txn, struct nb_topic_watch *row,
                         const struct nb_annotation *kept, int64_t clock_ms, struct nb_arena *arena,
                         struct nb_echo *out)
{
    const struct nb_copy_row *rows;
    size_t n;
    *out = (struct nb_echo){.cluster = kept->cluster};
    if (kept->cluster == kept->number) {
        return NB_OK; /* nobody else has it */
    }
    enum nb_err err = nb_copies_list(txn, kept->cluster, NB_ECHO_COPIES_MAX, arena, &rows, &n);
    if (err) {
        return err;
    }
    int64_t from_ms = kept->at_ms - NB_ECHO_WINDOW_MS;
    bool is_new = true; /* the document's author among the publishers */
    struct nb_slice author;
    err = nb_author_id(nb_field(kept->author), nb_field(kept->site), arena, &author);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (rows[i].at_ms <= from_ms || rows[i].at_ms > kept->at_ms + NB_ECHO_WINDOW_MS) {
            continue;
        }
        out->first_ms = out->publishers_n ? out->first_ms : rows[i].at_ms;
        out->publishers_n += !is_repeated(rows, i, from_ms);
        if (rows[i].number != kept->number && nb_slice_eq(nb_field(rows[i].copy->author), author)) {
            is_new = false;
        }
    }
    if (err || out->publishers_n < 2) {
        return err;
    }
    return judge(row, kept, is_new, clock_ms, arena, out);
}
