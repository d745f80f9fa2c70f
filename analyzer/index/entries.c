/*
 * Entries to a segment: every different term gets a row with a chain of the places and positions it
 * was met at, in order; rows are sorted by term and written. All memory is in one arena that goes
 * when the segment is there.
 */
#include "analyzer/index/entry.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/hash.h>

#include "analyzer/index/positions.h"

enum { ARENA_BYTES_MAX = 512 << 20, SLOTS_MIN = 1 << 14 };

/* One place and position at which a term was met. */
struct met {
    struct met *next;
    uint32_t place, position;
};

struct row {
    struct nb_slice text;
    uint64_t hash;
    struct met *first, *last;
};

struct build {
    struct nb_arena *arena;
    struct row **slots; /* by hash, open addressing; a power of two */
    size_t slots_n;
    size_t rows_n;
};

static enum nb_err grow(struct build *b)
{
    size_t n = b->slots_n ? b->slots_n * 2 : SLOTS_MIN;
    struct row **slots = nb_arena_calloc(b->arena, n, sizeof(struct row *));
    if (!slots) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < b->slots_n; i++) {
        if (b->slots[i]) {
            size_t at = (size_t)b->slots[i]->hash & (n - 1);
            while (slots[at]) {
                at = (at + 1) & (n - 1);
            }
            slots[at] = b->slots[i];
        }
    }
    b->slots = slots;
    b->slots_n = n;
    return NB_OK;
}

/* The row of a term, which is made when there is none. @return NULL when out of memory. */
static struct row *row_of(struct build *b, struct nb_slice text)
{
    if (b->rows_n * 2 >= b->slots_n && grow(b) != NB_OK) {
        return NULL;
    }
    uint64_t hash = nb_hash64(text);
    size_t at = (size_t)hash & (b->slots_n - 1);
    while (b->slots[at]) {
        struct row *row = b->slots[at];
        if (row->hash == hash && nb_slice_eq(row->text, text)) {
            return row;
        }
        at = (at + 1) & (b->slots_n - 1);
    }
    struct row *row = nb_arena_alloc(b->arena, sizeof(*row));
    if (row) {
        *row = (struct row){.text = text, .hash = hash};
        b->slots[at] = row;
        b->rows_n++;
    }
    return row;
}

static enum nb_err meet(struct build *b, struct nb_slice text, uint32_t place, uint32_t position)
{
    struct row *row = row_of(b, text);
    if (!row) {
        return NB_ENOMEM;
    }
    bool whole = !nb_term_has_positions(text.p[0]); /* of a document, which has it or not */
    if (row->last && row->last->place == place && (whole || row->last->position == position)) {
        return NB_OK;
    }
    struct met *met = nb_arena_alloc(b->arena, sizeof(*met));
    if (!met) {
        return NB_ENOMEM;
    }
    *met = (struct met){.place = place, .position = position};
    if (row->last) {
        row->last->next = met;
    } else {
        row->first = met;
    }
    row->last = met;
    return NB_OK;
}

static enum nb_err add_entry(struct build *b, struct nb_slice entry, uint32_t place,
                             uint64_t *time_s, uint32_t *reach)
{
    size_t at = 0;
    uint64_t many, len, position = 0;
    if (!nb_leb_read(entry, &at, time_s) || !nb_leb_read(entry, &at, &many)) {
        return NB_ECORRUPT;
    }
    *reach = many < UINT32_MAX ? (uint32_t)many : UINT32_MAX;
    while (at < entry.len) {
        if (!nb_leb_read(entry, &at, &len)) {
            return NB_ECORRUPT;
        }
        if (len == 0) {
            uint64_t steps;
            if (!nb_leb_read(entry, &at, &steps) || steps > UINT32_MAX / 4 - position) {
                return NB_ECORRUPT;
            }
            position += steps;
            continue;
        }
        if (len > NB_TERM_BYTES_MAX || len > entry.len - at) {
            return NB_ECORRUPT;
        }
        enum nb_err err = meet(b, nb_slice(entry.p + at, (size_t)len), place, (uint32_t)position);
        if (err != NB_OK) {
            return err;
        }
        at += (size_t)len;
    }
    return NB_OK;
}

static int by_text(const void *a, const void *b)
{
    const struct row *const *x = a, *const *y = b;
    return nb_slice_cmp((*x)->text, (*y)->text);
}

/* Places of a row, and its positions where it has them. @return how many places. */
static size_t unchain(const struct row *row, uint32_t *places, struct nb_buf *positions)
{
    bool has = nb_term_has_positions(row->text.p[0]);
    size_t n = 0;
    uint32_t before = 0;
    for (const struct met *met = row->first; met; met = met->next) {
        if (n == 0 || places[n - 1] != met->place) {
            places[n++] = met->place;
            before = 0;
        }
        bool more = met->next && met->next->place == met->place;
        if (has) {
            nb_position_write(positions, met->position - before, more);
        }
        before = met->position;
    }
    return n;
}

static enum nb_err write_rows(struct build *b, size_t places_n, struct nb_segment_writer *writer)
{
    struct row **rows = nb_arena_alloc(b->arena, b->rows_n * sizeof(struct row *));
    uint32_t *places = nb_arena_alloc(b->arena, places_n * sizeof(*places));
    if (!rows || !places) {
        return NB_ENOMEM;
    }
    size_t n = 0;
    for (size_t i = 0; i < b->slots_n; i++) {
        if (b->slots[i]) {
            rows[n++] = b->slots[i];
        }
    }
    if (n) {
        qsort(rows, n, sizeof(struct row *), by_text);
    }
    struct nb_buf positions;
    nb_buf_init(&positions, NB_SEGMENT_BYTES_LIMIT);
    for (size_t i = 0; i < n; i++) {
        nb_buf_reset(&positions);
        size_t found_n = unchain(rows[i], places, &positions);
        nb_segment_writer_add(writer, rows[i]->text, places, found_n, nb_buf_slice(&positions));
    }
    enum nb_err err = positions.err;
    nb_buf_fini(&positions);
    return err;
}

enum nb_err nb_entries_index(const struct nb_numbered_entry *entries, size_t n,
                             struct nb_segment_writer *writer, struct nb_slice *out)
{
    uint64_t places_n = entries[n - 1].number - entries[0].number + 1;
    if (places_n > UINT32_MAX) {
        return NB_ETOOBIG;
    }
    struct build b = {.arena = nb_arena_new(ARENA_BYTES_MAX)};
    if (!b.arena) {
        return NB_ENOMEM;
    }
    uint64_t *times_s = nb_arena_calloc(b.arena, (size_t)places_n, sizeof(*times_s));
    uint32_t *reaches = nb_arena_calloc(b.arena, (size_t)places_n, sizeof(*reaches));
    enum nb_err err = times_s && reaches ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        uint32_t place = (uint32_t)(entries[i].number - entries[0].number);
        err = add_entry(&b, entries[i].bytes, place, &times_s[place], &reaches[place]);
    }
    if (err == NB_OK) {
        err = write_rows(&b, (size_t)places_n, writer);
    }
    if (err == NB_OK) {
        err = nb_segment_writer_finish(writer, 0, times_s, reaches, (uint32_t)places_n, out);
    }
    nb_arena_free(b.arena);
    return err;
}
