/*
 * Reading the rows. Authors are numbered as they come, by a table whose hash is keyed anew for each
 * scan, so that nobody can choose names that meet in it; the numbers do not depend on it.
 */
#include "service/digest/scan.h"

#include <string.h>

#include <nabiz/hash.h>

#include "analyzer/mentions.h"

enum { ROWS_MAX = INT32_MAX, COMMENTS_MAX = 1000000000 };

struct reading {
    struct nb_scan *scan;
    struct nb_arena *arena;
    size_t rows_cap, authors_cap;
};

static uint64_t mix(uint64_t h)
{
    h *= 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}

static uint64_t hash_of(uint64_t secret, struct nb_slice text)
{
    uint64_t h = secret ^ text.len;
    size_t i = 0;
    for (; i + 8 <= text.len; i += 8) {
        uint64_t word;
        memcpy(&word, text.p + i, 8);
        h = mix(h ^ word);
    }
    uint64_t last = 0;
    if (i < text.len) {
        memcpy(&last, text.p + i, text.len - i);
    }
    return mix(mix(h ^ last));
}

static enum nb_err grow_slots(struct reading *r)
{
    size_t n = r->scan->slots_n ? 2 * r->scan->slots_n : 1024;
    uint32_t *slots = nb_arena_alloc(r->arena, n * sizeof(*slots));
    if (!slots) {
        return NB_ENOMEM;
    }
    memset(slots, 0xff, n * sizeof(*slots));
    for (uint32_t i = 0; i < r->scan->authors_n; i++) {
        size_t at = hash_of(r->scan->secret, r->scan->authors[i].id) & (n - 1);
        while (slots[at] != NB_SCAN_NONE) {
            at = (at + 1) & (n - 1);
        }
        slots[at] = i;
    }
    r->scan->slots = slots;
    r->scan->slots_n = n;
    return NB_OK;
}

static enum nb_err add_author(struct reading *r, struct nb_slice id, uint32_t *out)
{
    struct nb_scan *scan = r->scan;
    if (scan->authors_n == r->authors_cap) {
        size_t cap = r->authors_cap ? 2 * r->authors_cap : 256;
        struct nb_scan_author *grown = nb_arena_grow(
            r->arena, scan->authors, r->authors_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        scan->authors = grown;
        r->authors_cap = cap;
    }
    struct nb_slice kept = nb_arena_copy(r->arena, id);
    if (!kept.p) {
        return NB_ENOMEM;
    }
    scan->authors[scan->authors_n] = (struct nb_scan_author){.id = kept};
    *out = scan->authors_n++;
    return NB_OK;
}

/* The slot that has the author, or the empty one where it would be. */
static size_t slot_of_author(const struct nb_scan *scan, struct nb_slice id)
{
    size_t at = hash_of(scan->secret, id) & (scan->slots_n - 1);
    while (scan->slots[at] != NB_SCAN_NONE && !nb_slice_eq(scan->authors[scan->slots[at]].id, id)) {
        at = (at + 1) & (scan->slots_n - 1);
    }
    return at;
}

uint32_t nb_scan_author(const struct nb_scan *scan, struct nb_slice id)
{
    return scan->slots_n ? scan->slots[slot_of_author(scan, id)] : NB_SCAN_NONE;
}

static enum nb_err number_author(struct reading *r, struct nb_slice id, uint32_t *out)
{
    if (2 * (size_t)r->scan->authors_n >= r->scan->slots_n) {
        enum nb_err err = grow_slots(r);
        if (err != NB_OK) {
            return err;
        }
    }
    size_t at = slot_of_author(r->scan, id);
    *out = r->scan->slots[at];
    if (*out != NB_SCAN_NONE) {
        return NB_OK;
    }
    enum nb_err err = add_author(r, id, out);
    if (err == NB_OK) {
        r->scan->slots[at] = *out;
    }
    return err;
}

static enum nb_err new_row(struct reading *r, struct nb_scan_row **out)
{
    struct nb_scan *scan = r->scan;
    if (scan->rows_n == ROWS_MAX) {
        return NB_ETOOBIG;
    }
    if (scan->rows_n == r->rows_cap) {
        size_t cap = r->rows_cap ? 2 * r->rows_cap : 64;
        struct nb_scan_row *grown =
            nb_arena_grow(r->arena, scan->rows, r->rows_cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        scan->rows = grown;
        r->rows_cap = cap;
    }
    *out = &scan->rows[scan->rows_n++];
    return NB_OK;
}

static int16_t score_of(int32_t milli)
{
    return (int16_t)(milli < -1000 ? -1000 : (milli > 1000 ? 1000 : milli));
}

static enum nb_err take(void *arg, const struct nb_mention_brief *mention)
{
    struct reading *r = arg;
    struct nb_scan_row *row = NULL;
    uint32_t author = 0;
    enum nb_err err = number_author(r, mention->author, &author);
    if (err == NB_OK) {
        err = new_row(r, &row);
    }
    if (err != NB_OK) {
        return err;
    }
    uint64_t comments_n = mention->comments_n < COMMENTS_MAX ? mention->comments_n : COMMENTS_MAX;
    *row = (struct nb_scan_row){.number = mention->number,
                                .at_ms = mention->at_ms,
                                .cluster = mention->cluster,
                                .address_key = mention->address_key,
                                .thread_key = mention->thread_key,
                                .title_key = mention->title_key,
                                .author = author,
                                .comments_n = (uint32_t)comments_n,
                                .next_address = NB_SCAN_NONE,
                                .score_milli = score_of(mention->score_milli),
                                .intents = (uint16_t)mention->intents,
                                .label = (uint8_t)mention->label,
                                .kind = (uint8_t)mention->kind,
                                .doubtful = mention->doubtful};
    struct nb_scan_author *who = &r->scan->authors[author];
    who->documents_n++;
    who->negative_n += mention->label == NB__LABEL__NEGATIVE;
    who->positive_n += mention->label == NB__LABEL__POSITIVE;
    who->comments_n += comments_n;
    who->score_sum_milli += mention->score_milli;
    return NB_OK;
}

enum nb_err nb_key_table_init(struct nb_key_table *table, size_t n, struct nb_arena *arena)
{
    size_t cap = 16;
    while (cap < n + n / 2) {
        cap *= 2;
    }
    table->slots = nb_arena_alloc(arena, cap * sizeof(*table->slots));
    table->mask = cap - 1;
    if (!table->slots) {
        return NB_ENOMEM;
    }
    memset(table->slots, 0xff, cap * sizeof(*table->slots));
    return NB_OK;
}

/* Keys may be small numbers: spread them. */
static size_t slot_of(const struct nb_key_table *table, uint64_t key)
{
    return (size_t)(mix(key) >> 7) & table->mask;
}

void nb_key_table_hint(const struct nb_key_table *table, uint64_t key)
{
    __builtin_prefetch(&table->slots[slot_of(table, key)]);
}

uint32_t nb_key_table_get(const struct nb_key_table *table, uint64_t key)
{
    size_t at = slot_of(table, key);
    while (table->slots[at].row != NB_SCAN_NONE) {
        if (table->slots[at].key == key) {
            return table->slots[at].row;
        }
        at = (at + 1) & table->mask;
    }
    return NB_SCAN_NONE;
}

uint32_t nb_key_table_add(struct nb_key_table *table, uint64_t key, uint32_t row)
{
    size_t at = slot_of(table, key);
    while (table->slots[at].row != NB_SCAN_NONE) {
        if (table->slots[at].key == key) {
            return table->slots[at].row;
        }
        at = (at + 1) & table->mask;
    }
    table->slots[at] = (struct nb_key_slot){key, row};
    return row;
}

/* Rows of one address hang on its first one. */
static enum nb_err note_addresses(struct nb_scan *scan, struct nb_arena *arena)
{
    enum nb_err err = nb_key_table_init(&scan->addresses, scan->rows_n, arena);
    for (uint32_t i = 0; err == NB_OK && i < scan->rows_n; i++) {
        struct nb_scan_row *row = &scan->rows[i];
        if (i + NB_SCAN_AHEAD < scan->rows_n) {
            nb_key_table_hint(&scan->addresses, scan->rows[i + NB_SCAN_AHEAD].address_key);
        }
        if (row->address_key == 0) {
            continue;
        }
        uint32_t first = nb_key_table_add(&scan->addresses, row->address_key, i);
        if (first != i) {
            row->next_address = scan->rows[first].next_address;
            scan->rows[first].next_address = i;
        }
    }
    return err;
}

enum nb_err nb_scan_read(struct nb_txn *analysis, struct nb_slice topic, int64_t from_ms,
                         int64_t to_ms, size_t hint_n, struct nb_arena *arena, struct nb_scan *out)
{
    struct nb_scan scan = {.rows_n = 0};
    struct reading reading = {.scan = &scan, .arena = arena, .rows_cap = hint_n + 1};
    scan.rows = nb_arena_alloc(arena, reading.rows_cap * sizeof(*scan.rows));
    enum nb_err err = scan.rows ? nb_random(&scan.secret, sizeof(scan.secret)) : NB_ENOMEM;
    if (err == NB_OK) {
        err = nb_mentions_each(analysis, topic, from_ms, to_ms, take, &reading);
    }
    if (err == NB_OK) {
        err = note_addresses(&scan, arena);
    }
    if (err == NB_OK) {
        err = nb_scan_acts(analysis, from_ms, to_ms, arena, &scan);
    }
    if (err == NB_OK) {
        *out = scan;
    }
    return err;
}

struct nb_slice nb_scan_site(struct nb_slice author)
{
    size_t slash = nb_slice_find_byte(author, '/', 0);
    return slash == NB_NPOS ? nb_slice(NULL, 0) : nb_slice_sub(author, 0, slash);
}

int nb_scan_order(const struct nb_scan_row *x, const struct nb_scan_row *y)
{
    uint64_t a = (uint64_t)x->comments_n + x->links_n;
    uint64_t b = (uint64_t)y->comments_n + y->links_n;
    if (a != b) {
        return a > b ? -1 : 1;
    }
    int feeling = (y->score_milli < 0 ? -y->score_milli : y->score_milli) -
                  (x->score_milli < 0 ? -x->score_milli : x->score_milli);
    if (feeling != 0) {
        return feeling;
    }
    if (x->at_ms != y->at_ms) {
        return x->at_ms < y->at_ms ? -1 : 1;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}
