/**
 * Strings to small numbers, in order of arrival: the hash table under vocabulary and roots.
 *
 * Threads: immutable once filled.
 */
#ifndef NABIZ_TURKISH_TABLE_H
#define NABIZ_TURKISH_TABLE_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/slice.h>

#define TR_NONE UINT32_MAX
#define TR_HASH_START 0xcbf29ce484222325u

struct tr_slot {
    uint32_t hash;
    uint32_t id; /* TR_NONE when empty */
};

struct tr_table {
    struct tr_slot *slots; /* a power of two, at most two thirds full */
    size_t slots_n;
    struct nb_slice *texts; /* by id */
    size_t n, cap;
    struct nb_arena *arena;
};

/** FNV-1a, one byte further, so that all prefixes of a word cost one pass. */
static inline uint64_t tr_hash_byte(uint64_t hash, char byte)
{
    return (hash ^ (unsigned char)byte) * 0x100000001b3u;
}

uint64_t tr_hash(struct nb_slice text);

void tr_table_init(struct tr_table *table, struct nb_arena *arena);

/** @return the id, or TR_NONE. hash is tr_hash(text). */
uint32_t tr_table_find(const struct tr_table *table, struct nb_slice text, uint64_t hash);

/** Find or add, copying the text. @return the id, or TR_NONE when out of memory. */
uint32_t tr_table_add(struct tr_table *table, struct nb_slice text);

#endif
