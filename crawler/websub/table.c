#include "crawler/websub/table.h"

#include <string.h>

#include <nabiz/mem.h>

enum { SLOTS_MIN = 64 };

static size_t slot_of(const struct nb_sub_table *table, struct nb_id source)
{
    uint64_t hash;
    memcpy(&hash, source.b, sizeof(hash)); /* an id is a hash already */
    size_t i = (size_t)hash & (table->slots_n - 1);
    while (table->slots[i] && memcmp(table->slots[i]->source.b, source.b, NB_ID_BYTES) != 0) {
        i = (i + 1) & (table->slots_n - 1);
    }
    return i;
}

void nb_sub_table_fini(struct nb_sub_table *table)
{
    for (size_t i = 0; i < table->slots_n; i++) {
        nb_sub_free(table->slots[i]);
    }
    nb_free(table->slots);
    nb_heap_fini(&table->times);
    *table = (struct nb_sub_table){0};
}

struct nb_sub *nb_sub_find(const struct nb_sub_table *table, struct nb_id source)
{
    return table->slots_n ? table->slots[slot_of(table, source)] : NULL;
}

static enum nb_err grow(struct nb_sub_table *table)
{
    struct nb_sub_table old = *table;
    if (old.slots_n >= 2 * (old.n + 1)) {
        return NB_OK;
    }
    size_t slots_n = old.slots_n ? old.slots_n * 2 : SLOTS_MIN;
    struct nb_sub **slots = nb_calloc(slots_n, sizeof(*slots));
    if (!slots) {
        return NB_ENOMEM;
    }
    table->slots = slots;
    table->slots_n = slots_n;
    for (size_t i = 0; i < old.slots_n; i++) {
        if (old.slots[i]) {
            slots[slot_of(table, old.slots[i]->source)] = old.slots[i];
        }
    }
    nb_free(old.slots);
    return NB_OK;
}

enum nb_err nb_sub_moved(struct nb_sub_table *table, struct nb_sub *sub)
{
    const struct nb_heap_item item = {.key = sub->next_ms, .id = sub->source};
    enum nb_err err = sub->queued_ms == sub->next_ms ? NB_OK : nb_heap_push(&table->times, &item);
    sub->queued_ms = err == NB_OK ? sub->next_ms : sub->queued_ms;
    return err;
}

enum nb_err nb_sub_add(struct nb_sub_table *table, struct nb_sub *sub)
{
    enum nb_err err = grow(table);
    sub->queued_ms = -1;
    if (err == NB_OK) {
        err = nb_sub_moved(table, sub);
    }
    if (err == NB_OK) {
        table->slots[slot_of(table, sub->source)] = sub;
        table->n++;
    }
    return err;
}

/* Close the gap: what comes behind it may have been put there because this place was taken. */
void nb_sub_remove(struct nb_sub_table *table, struct nb_sub *sub)
{
    size_t i = slot_of(table, sub->source);
    table->slots[i] = NULL;
    table->n--;
    nb_sub_free(sub);
    for (i = (i + 1) & (table->slots_n - 1); table->slots[i]; i = (i + 1) & (table->slots_n - 1)) {
        struct nb_sub *moved = table->slots[i];
        table->slots[i] = NULL;
        table->slots[slot_of(table, moved->source)] = moved;
    }
}

struct nb_sub *nb_sub_next(struct nb_sub_table *table, int64_t now_ms)
{
    const struct nb_heap_item *top;
    while ((top = nb_heap_top(&table->times)) != NULL && top->key <= now_ms) {
        struct nb_heap_item item = nb_heap_pop(&table->times);
        struct nb_sub *sub = nb_sub_find(table, item.id);
        if (sub && sub->next_ms == item.key && sub->queued_ms == item.key) {
            sub->queued_ms = -1;
            return sub;
        }
    }
    return NULL;
}

int64_t nb_sub_next_ms(const struct nb_sub_table *table)
{
    const struct nb_heap_item *top = nb_heap_top(&table->times);
    return top ? top->key : INT64_MAX;
}
