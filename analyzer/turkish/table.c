#include "analyzer/turkish/table.h"

enum { FIRST_SLOTS = 256 };

uint64_t tr_hash(struct nb_slice text)
{
    uint64_t hash = TR_HASH_START;
    for (size_t i = 0; i < text.len; i++) {
        hash = tr_hash_byte(hash, text.p[i]);
    }
    return hash;
}

static uint32_t fold_hash(uint64_t hash)
{
    return (uint32_t)(hash ^ (hash >> 32));
}

void tr_table_init(struct tr_table *table, struct nb_arena *arena)
{
    *table = (struct tr_table){.arena = arena};
}

uint32_t tr_table_find(const struct tr_table *table, struct nb_slice text, uint64_t hash)
{
    if (!table->slots_n) {
        return TR_NONE;
    }
    uint32_t h = fold_hash(hash);
    for (size_t i = h;; i++) {
        const struct tr_slot *slot = &table->slots[i & (table->slots_n - 1)];
        if (slot->id == TR_NONE) {
            return TR_NONE;
        }
        if (slot->hash == h && nb_slice_eq(table->texts[slot->id], text)) {
            return slot->id;
        }
    }
}

static void place(struct tr_table *table, uint32_t hash, uint32_t id)
{
    size_t i = hash;
    while (table->slots[i & (table->slots_n - 1)].id != TR_NONE) {
        i++;
    }
    table->slots[i & (table->slots_n - 1)] = (struct tr_slot){hash, id};
}

/* Old slots stay in the arena: doubling wastes less than the final table takes. */
static bool widen(struct tr_table *table)
{
    size_t slots_n = table->slots_n ? table->slots_n * 2 : FIRST_SLOTS;
    struct tr_slot *slots = nb_arena_alloc(table->arena, slots_n * sizeof(*slots));
    if (!slots) {
        return false;
    }
    for (size_t i = 0; i < slots_n; i++) {
        slots[i] = (struct tr_slot){0, TR_NONE};
    }
    struct tr_slot *old = table->slots;
    size_t old_n = table->slots_n;
    table->slots = slots;
    table->slots_n = slots_n;
    for (size_t i = 0; i < old_n; i++) {
        if (old[i].id != TR_NONE) {
            place(table, old[i].hash, old[i].id);
        }
    }
    return true;
}

uint32_t tr_table_add(struct tr_table *table, struct nb_slice text)
{
    uint64_t hash = tr_hash(text);
    uint32_t id = tr_table_find(table, text, hash);
    if (id != TR_NONE) {
        return id;
    }
    if (table->n == table->cap) {
        size_t cap = table->cap ? table->cap * 2 : FIRST_SLOTS / 2;
        struct nb_slice *texts = nb_arena_grow(table->arena, table->texts,
                                               table->cap * sizeof(*texts), cap * sizeof(*texts));
        if (!texts) {
            return TR_NONE;
        }
        table->texts = texts;
        table->cap = cap;
    }
    if (3 * (table->n + 1) > 2 * table->slots_n && !widen(table)) {
        return TR_NONE;
    }
    struct nb_slice copy = nb_arena_copy(table->arena, text);
    if (!copy.p) {
        return TR_NONE;
    }
    id = (uint32_t)table->n++;
    table->texts[id] = copy;
    place(table, fold_hash(hash), id);
    return id;
}
