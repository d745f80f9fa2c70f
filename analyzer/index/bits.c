/*
 * Roaring reads what it is given without looking whether the values ascend and are as many as they
 * say, and later operations rely on both. So every container is looked at once after reading.
 */
#include "analyzer/index/bits.h"

#include <assert.h>

#include <roaring/containers/containers.h>
#include <roaring/roaring.h>

static roaring_bitmap_t *of(struct nb_bits *bits)
{
    return (roaring_bitmap_t *)(void *)bits;
}

static const roaring_bitmap_t *of_const(const struct nb_bits *bits)
{
    return (const roaring_bitmap_t *)(const void *)bits;
}

static struct nb_bits *to(roaring_bitmap_t *bitmap)
{
    return (struct nb_bits *)(void *)bitmap;
}

struct nb_bits *nb_bits_new(void)
{
    return to(roaring_bitmap_create());
}

struct nb_bits *nb_bits_of(const uint32_t *ascending, size_t n)
{
    return to(roaring_bitmap_of_ptr(n, ascending));
}

struct nb_bits *nb_bits_copy(const struct nb_bits *bits)
{
    return to(roaring_bitmap_copy(of_const(bits)));
}

void nb_bits_free(struct nb_bits *bits)
{
    if (bits) {
        roaring_bitmap_free(of(bits));
    }
}

void nb_bits_and(struct nb_bits *bits, const struct nb_bits *other)
{
    roaring_bitmap_and_inplace(of(bits), of_const(other));
}

void nb_bits_without(struct nb_bits *bits, const struct nb_bits *other)
{
    roaring_bitmap_andnot_inplace(of(bits), of_const(other));
}

void nb_bits_or(struct nb_bits *bits, const struct nb_bits *other)
{
    roaring_bitmap_or_inplace(of(bits), of_const(other));
}

void nb_bits_add(struct nb_bits *bits, uint32_t place)
{
    roaring_bitmap_add(of(bits), place);
}

void nb_bits_add_list(struct nb_bits *bits, const uint32_t *places, size_t n)
{
    roaring_bitmap_add_many(of(bits), n, places);
}

bool nb_bits_has(const struct nb_bits *bits, uint32_t place)
{
    return roaring_bitmap_contains(of_const(bits), place);
}

uint64_t nb_bits_count(const struct nb_bits *bits)
{
    return roaring_bitmap_get_cardinality(of_const(bits));
}

uint64_t nb_bits_and_count(const struct nb_bits *bits, const struct nb_bits *other)
{
    return roaring_bitmap_and_cardinality(of_const(bits), of_const(other));
}

const uint32_t *nb_bits_list(const struct nb_bits *bits, struct nb_arena *arena, size_t *out_n)
{
    size_t n = (size_t)nb_bits_count(bits);
    uint32_t *list = nb_arena_alloc(arena, n * sizeof(*list));
    if (list && n) {
        roaring_bitmap_to_uint32_array(of_const(bits), list);
    }
    *out_n = n;
    return list;
}

void nb_leb_write(struct nb_buf *out, uint64_t value)
{
    char bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) {
        bytes[n++] = (char)(value | 0x80);
    }
    bytes[n++] = (char)value;
    nb_buf_add(out, nb_slice(bytes, n));
}

static void write_gaps(const uint32_t *ascending, size_t n, struct nb_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        nb_leb_write(out, i ? ascending[i] - ascending[i - 1] - 1 : ascending[i]);
    }
}

void nb_bits_write(const uint32_t *ascending, size_t n, struct nb_buf *out)
{
    if (n <= NB_GAPS_MAX_N) {
        write_gaps(ascending, n, out);
        return;
    }
    roaring_bitmap_t *bitmap = roaring_bitmap_of_ptr(n, ascending);
    if (!bitmap) {
        out->err = out->err ? out->err : NB_ENOMEM;
        return;
    }
    roaring_bitmap_run_optimize(bitmap);
    size_t bytes = roaring_bitmap_portable_size_in_bytes(bitmap);
    char *p = nb_buf_reserve(out, bytes);
    if (p) {
        out->len += roaring_bitmap_portable_serialize(bitmap, p);
    }
    roaring_bitmap_free(bitmap);
}

static enum nb_err read_gaps(struct nb_slice kept, uint32_t n, uint32_t end, uint32_t *out)
{
    size_t at = 0;
    uint64_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t gap;
        if (!nb_leb_read(kept, &at, &gap) || gap >= end || next + gap >= end) {
            return NB_ECORRUPT;
        }
        out[i] = (uint32_t)(next + gap);
        next += gap + 1;
    }
    return at == kept.len ? NB_OK : NB_ECORRUPT;
}

static bool array_is_sound(const array_container_t *array)
{
    bool ascends = true;
    for (int32_t i = 1; i < array->cardinality; i++) {
        ascends &= array->array[i] > array->array[i - 1];
    }
    return array->cardinality > 0 && ascends;
}

static bool runs_are_sound(const run_container_t *runs)
{
    uint32_t next = 0;
    for (int32_t i = 0; i < runs->n_runs; i++) {
        uint32_t from = runs->runs[i].value, last = from + runs->runs[i].length;
        if (from < next || last > UINT16_MAX) {
            return false;
        }
        next = last + 2;
    }
    return runs->n_runs > 0;
}

static bool bitset_is_sound(const bitset_container_t *bitset)
{
    return bitset->cardinality > DEFAULT_MAX_SIZE &&
           bitset->cardinality == bitset_container_compute_cardinality(bitset);
}

/* Containers ascend, and each is as it says. */
static bool is_sound(const roaring_bitmap_t *bitmap)
{
    const roaring_array_t *all = &bitmap->high_low_container;
    for (int32_t i = 0; i < all->size; i++) {
        const void *container = all->containers[i];
        bool sound = all->typecodes[i] == ARRAY_CONTAINER_TYPE_CODE    ? array_is_sound(container)
                     : all->typecodes[i] == BITSET_CONTAINER_TYPE_CODE ? bitset_is_sound(container)
                     : all->typecodes[i] == RUN_CONTAINER_TYPE_CODE    ? runs_are_sound(container)
                                                                       : false;
        if (!sound || (i && all->keys[i] <= all->keys[i - 1])) {
            return false;
        }
    }
    return true;
}

static enum nb_err read_bitmap(struct nb_slice kept, uint32_t n, uint32_t end,
                               roaring_bitmap_t **out)
{
    if (roaring_bitmap_portable_deserialize_size(kept.p, kept.len) != kept.len) {
        return NB_ECORRUPT;
    }
    roaring_bitmap_t *bitmap = roaring_bitmap_portable_deserialize_safe(kept.p, kept.len);
    if (!bitmap) {
        return NB_ECORRUPT;
    }
    if (!is_sound(bitmap) || roaring_bitmap_get_cardinality(bitmap) != n ||
        roaring_bitmap_maximum(bitmap) >= end) {
        roaring_bitmap_free(bitmap);
        return NB_ECORRUPT;
    }
    *out = bitmap;
    return NB_OK;
}

enum nb_err nb_bits_read(struct nb_slice kept, uint32_t n, uint32_t end, struct nb_bits **out)
{
    *out = NULL;
    if (n > NB_GAPS_MAX_N) {
        roaring_bitmap_t *bitmap = NULL;
        enum nb_err err = read_bitmap(kept, n, end, &bitmap);
        *out = to(bitmap);
        return err;
    }
    uint32_t list[NB_GAPS_MAX_N];
    enum nb_err err = read_gaps(kept, n, end, list);
    if (err == NB_OK) {
        *out = nb_bits_of(list, n);
        err = *out ? NB_OK : NB_ENOMEM;
    }
    return err;
}

enum nb_err nb_bits_read_list(struct nb_slice kept, uint32_t n, uint32_t end, uint32_t *out)
{
    if (n <= NB_GAPS_MAX_N) {
        return read_gaps(kept, n, end, out);
    }
    roaring_bitmap_t *bitmap;
    enum nb_err err = read_bitmap(kept, n, end, &bitmap);
    if (err == NB_OK) {
        roaring_bitmap_to_uint32_array(bitmap, out);
        roaring_bitmap_free(bitmap);
    }
    return err;
}
