/*
 * Open addressing over the numbers; the bytes of all names lie one behind the other. The hash is
 * keyed with a secret, for names are foreign and many could be made to collide under a known one;
 * no result depends on it.
 */
#include "analyzer/influence/names.h"

#include <stdlib.h>

#include <nabiz/hash.h>
#include <nabiz/mem.h>

enum { SLOTS_LEAST = 1024, BYTES_LEAST = 16384 };

struct nb_names {
    uint32_t *slots; /* number + 1; 0: free; slots_n is a power of two */
    size_t slots_n;
    uint64_t *ends; /* of each name in bytes */
    size_t ends_cap;
    uint32_t n;
    char *bytes;
    size_t bytes_n, bytes_cap;
    uint64_t key[2];
};

/* Both halves of a 128-bit product, folded: every bit of the input reaches every bit. */
static uint64_t fold_product(uint64_t a, uint64_t b)
{
    uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
    uint64_t mid = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
    uint64_t mid2 = (a & UINT32_MAX) * (b >> 32) + (mid & UINT32_MAX);
    uint64_t high = (a >> 32) * (b >> 32) + (mid >> 32) + (mid2 >> 32);
    return high ^ (mid2 << 32 | (low & UINT32_MAX));
}

static uint64_t hash_of(const struct nb_names *names, struct nb_slice name)
{
    uint64_t hash = names->key[0] ^ name.len;
    for (size_t i = 0; i < name.len; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        size_t left = name.len - i;
        memcpy(&word, name.p + i, left < sizeof(word) ? left : sizeof(word));
        hash = fold_product(hash ^ word, names->key[1]) + names->key[0];
    }
    return fold_product(hash, names->key[0] | 1);
}

enum nb_err nb_names_new(struct nb_names **out)
{
    *out = NULL;
    struct nb_names *names = nb_calloc(1, sizeof(*names));
    if (!names) {
        return NB_ENOMEM;
    }
    enum nb_err err = nb_random(names->key, sizeof(names->key));
    names->key[1] |= 1;
    names->slots_n = SLOTS_LEAST;
    names->slots = nb_calloc(names->slots_n, sizeof(names->slots[0]));
    if (err == NB_OK && !names->slots) {
        err = NB_ENOMEM;
    }
    if (err != NB_OK) {
        nb_names_free(names);
        return err;
    }
    *out = names;
    return NB_OK;
}

void nb_names_free(struct nb_names *names)
{
    if (names) {
        nb_free(names->slots);
        nb_free(names->ends);
        nb_free(names->bytes);
        nb_free(names);
    }
}

struct nb_slice nb_names_at(const struct nb_names *names, uint32_t number)
{
    uint64_t begin = number ? names->ends[number - 1] : 0;
    return nb_slice(names->bytes + begin, (size_t)(names->ends[number] - begin));
}

uint32_t nb_names_n(const struct nb_names *names)
{
    return names->n;
}

/* The slot of the name, or the free one where it belongs. */
static size_t slot_of(const struct nb_names *names, struct nb_slice name)
{
    size_t at = (size_t)hash_of(names, name) & (names->slots_n - 1);
    while (names->slots[at] && !nb_slice_eq(nb_names_at(names, names->slots[at] - 1), name)) {
        at = (at + 1) & (names->slots_n - 1);
    }
    return at;
}

uint32_t nb_names_find(const struct nb_names *names, struct nb_slice name)
{
    uint32_t slot = names->slots[slot_of(names, name)];
    return slot ? slot - 1 : NB_NO_NODE;
}

static enum nb_err widen_slots(struct nb_names *names)
{
    uint32_t *old = names->slots;
    uint32_t *slots = nb_calloc(2 * names->slots_n, sizeof(slots[0]));
    if (!slots) {
        return NB_ENOMEM;
    }
    names->slots = slots;
    names->slots_n *= 2;
    for (uint32_t i = 0; i < names->n; i++) {
        names->slots[slot_of(names, nb_names_at(names, i))] = i + 1;
    }
    nb_free(old);
    return NB_OK;
}

/* Room for one more name of so many bytes. */
static enum nb_err reserve(struct nb_names *names, size_t bytes_n)
{
    if (names->n == names->ends_cap) {
        size_t cap = names->ends_cap ? 2 * names->ends_cap : SLOTS_LEAST;
        uint64_t *ends = nb_realloc(names->ends, cap * sizeof(*ends));
        if (!ends) {
            return NB_ENOMEM;
        }
        names->ends = ends;
        names->ends_cap = cap;
    }
    if (names->bytes_cap - names->bytes_n < bytes_n) {
        size_t cap = names->bytes_cap ? 2 * names->bytes_cap : BYTES_LEAST;
        char *bytes = nb_realloc(names->bytes, cap);
        if (!bytes) {
            return NB_ENOMEM;
        }
        names->bytes = bytes;
        names->bytes_cap = cap;
    }
    return 2 * ((size_t)names->n + 1) > names->slots_n ? widen_slots(names) : NB_OK;
}

enum nb_err nb_names_add(struct nb_names *names, struct nb_slice name, uint32_t *out)
{
    if (name.len == 0 || name.len > NB_NAME_BYTES_MAX) {
        return NB_EINVAL;
    }
    uint32_t found = nb_names_find(names, name);
    if (found != NB_NO_NODE) {
        *out = found;
        return NB_OK;
    }
    if (names->n == NB_NO_NODE - 1) {
        return NB_ETOOBIG;
    }
    enum nb_err err = reserve(names, name.len);
    if (err != NB_OK) {
        return err;
    }
    names->slots[slot_of(names, name)] = names->n + 1;
    memcpy(names->bytes + names->bytes_n, name.p, name.len);
    names->bytes_n += name.len;
    names->ends[names->n] = names->bytes_n;
    *out = names->n++;
    return NB_OK;
}

/* qsort has no argument. */
struct named {
    struct nb_slice name;
    uint32_t number;
};

static int by_name(const void *a, const void *b)
{
    return nb_slice_cmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

enum nb_err nb_names_order(const struct nb_names *names, uint32_t n, uint32_t *order)
{
    struct named *named = nb_malloc(((size_t)n + 1) * sizeof(*named));
    if (!named) {
        return NB_ENOMEM;
    }
    for (uint32_t i = 0; i < n; i++) {
        named[i] = (struct named){nb_names_at(names, i), i};
    }
    qsort(named, n, sizeof(named[0]), by_name);
    for (uint32_t i = 0; i < n; i++) {
        order[i] = named[i].number;
    }
    nb_free(named);
    return NB_OK;
}
