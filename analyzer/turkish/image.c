/*
 * The check: every part inside the file, and every index inside the part it leads to. A walk over
 * a checked image ends, since each step takes a letter of the word.
 */
#include "analyzer/turkish/image.h"

#include <stddef.h>
#include <string.h>

#include "analyzer/turkish/compile.h"

size_t tr_part_item_bytes(enum tr_part part)
{
    static const size_t bytes[TR_PART_N] = {[TR_PART_LETTERS] = 1,
                                            [TR_PART_VARIANTS] = 1,
                                            [TR_PART_TRIE] = sizeof(uint32_t),
                                            [TR_PART_ENTRIES] = sizeof(struct tr_entry),
                                            [TR_PART_KINDS] = sizeof(struct tr_root_kind),
                                            [TR_PART_ROOTS] = sizeof(struct tr_image_root),
                                            [TR_PART_NODES] = sizeof(struct tr_node),
                                            [TR_PART_WAYS] = sizeof(uint32_t),
                                            [TR_PART_EDGES] = sizeof(struct tr_edge),
                                            [TR_PART_ENDS] = sizeof(uint16_t),
                                            [TR_PART_STEPS] = sizeof(struct tr_step),
                                            [TR_PART_WORDS] = sizeof(uint32_t),
                                            [TR_PART_SLOTS] = sizeof(uint32_t),
                                            [TR_PART_FEATURES] = sizeof(uint32_t),
                                            [TR_PART_STRINGS] = 1};
    return bytes[part];
}

uint64_t tr_image_hash(uint64_t hash, struct nb_slice text)
{
    static const uint64_t prime = 0x9e3779b97f4a7c15u;
    size_t at = 0;
    hash = (hash ^ text.len) * prime;
    for (; at + 8 <= text.len; at += 8) {
        uint64_t word;
        memcpy(&word, text.p + at, 8);
        hash = (hash ^ word) * prime;
        hash ^= hash >> 32;
    }
    for (; at < text.len; at++) {
        hash = (hash ^ (unsigned char)text.p[at]) * prime;
        hash ^= hash >> 32;
    }
    return hash;
}

static uint64_t checksum_of(const struct tr_image *image)
{
    size_t from = offsetof(struct tr_image, parts);
    return tr_image_hash(0, nb_slice((const char *)image + from, (size_t)image->bytes - from));
}

void tr_image_seal(struct tr_image *image)
{
    image->checksum = checksum_of(image);
}

static bool parts_fit(const struct tr_image *image)
{
    for (int part = 0; part < TR_PART_N; part++) {
        uint64_t at = image->parts[part].at, n = image->parts[part].n;
        if (at % 8 || at < sizeof(*image) ||
            at + n * tr_part_item_bytes((enum tr_part)part) > image->bytes) {
            return false;
        }
    }
    size_t slots = image->parts[TR_PART_SLOTS].n;
    return image->parts[TR_PART_LETTERS].n == TR_LETTERS_N &&
           image->parts[TR_PART_VARIANTS].n == TR_CODES_MAX + 1 &&
           image->parts[TR_PART_TRIE].n > TR_CODES_MAX &&
           image->parts[TR_PART_WAYS].n > TR_CODES_MAX && image->parts[TR_PART_STEPS].n &&
           image->parts[TR_PART_WORDS].n > 1 && slots && !(slots & (slots - 1)) &&
           image->parts[TR_PART_FEATURES].n >= 1 &&
           image->parts[TR_PART_FEATURES].n <= TR_FEATURES_MAX + 1;
}

/* Offsets that begin at 0, never decrease and end inside the strings. */
static bool strings_fit(const struct tr_image *image, enum tr_part part, uint32_t longest)
{
    const uint32_t *at = tr_image_part(image, part);
    size_t n = image->parts[part].n;
    for (size_t i = 0; i + 1 < n; i++) {
        if (at[i + 1] < at[i] || at[i + 1] - at[i] > longest) {
            return false;
        }
    }
    return at[n - 1] <= image->parts[TR_PART_STRINGS].n;
}

static bool letters_fit(const struct tr_image *image)
{
    const uint8_t *letters = tr_image_part(image, TR_PART_LETTERS);
    const uint8_t *variants = tr_image_part(image, TR_PART_VARIANTS);
    for (size_t i = 0; i < TR_LETTERS_N; i++) {
        if (letters[i] > TR_CODE_OTHER) {
            return false;
        }
    }
    for (size_t i = 0; i <= TR_CODES_MAX; i++) {
        if (variants[i] >= TR_CODE_OTHER) {
            return false;
        }
    }
    return true;
}

/* What the child by code 0 holds is below values_n; a base leaves room for all codes. */
static bool cells_fit(const struct tr_image *image, enum tr_part part, size_t values_n)
{
    const uint32_t *cells = tr_image_part(image, part);
    size_t n = image->parts[part].n;
    for (size_t i = 0; i < n; i++) {
        uint32_t low = TR_TRIE_BASE(cells[i]);
        bool leaf = i > 0 && TR_TRIE_CODE(cells[i]) == 0, alone = cells[i] & TR_TRIE_ALONE;
        if (cells[i] == TR_TRIE_FREE) {
            continue;
        }
        if (leaf || alone ? low >= values_n : (size_t)low + TR_CODES_MAX >= n) {
            return false;
        }
        bool ends = !leaf && !alone && (cells[i] & TR_TRIE_ENDS);
        if (ends &&
            (!low || TR_TRIE_CODE(cells[low]) != 0 || TR_TRIE_BASE(cells[low]) >= values_n)) {
            return false;
        }
    }
    return !(cells[0] & (TR_TRIE_ALONE | TR_TRIE_ENDS));
}

static bool trie_fits(const struct tr_image *image)
{
    const struct tr_entry *entries = tr_image_part(image, TR_PART_ENTRIES);
    size_t entries_n = image->parts[TR_PART_ENTRIES].n;
    if (!cells_fit(image, TR_PART_TRIE, entries_n)) {
        return false;
    }
    for (size_t i = 0; i < entries_n; i++) {
        if (entries[i].root >= image->parts[TR_PART_ROOTS].n ||
            entries[i].node >= image->parts[TR_PART_NODES].n ||
            entries[i].kind / TR_ENTRY_KINDS >= image->parts[TR_PART_KINDS].n) {
            return false;
        }
    }
    return !entries_n || (entries[entries_n - 1].kind & TR_ENTRY_LAST);
}

static bool roots_fit(const struct tr_image *image)
{
    const struct tr_image_root *roots = tr_image_part(image, TR_PART_ROOTS);
    const struct tr_root_kind *kinds = tr_image_part(image, TR_PART_KINDS);
    const uint32_t *slots = tr_image_part(image, TR_PART_SLOTS);
    size_t words_n = image->parts[TR_PART_WORDS].n - 1, used = 0;
    for (size_t i = 0; i < image->parts[TR_PART_KINDS].n; i++) {
        if (kinds[i].upos >= TR_UPOS_N) {
            return false;
        }
    }
    for (size_t i = 0; i < image->parts[TR_PART_ROOTS].n; i++) {
        if (roots[i].lemma >= words_n || roots[i].key >= words_n ||
            roots[i].kind >= image->parts[TR_PART_KINDS].n) {
            return false;
        }
    }
    for (size_t i = 0; i < image->parts[TR_PART_SLOTS].n; i++) {
        used += slots[i] != 0;
        if (slots[i] >= words_n) {
            return false;
        }
    }
    return used < image->parts[TR_PART_SLOTS].n; /* a search ends at a free one */
}

static bool node_fits(const struct tr_image *image, const struct tr_node *node)
{
    return (uint64_t)node->ends + node->ends_n <= image->parts[TR_PART_ENDS].n &&
           (uint64_t)node->ways + TR_CODES_MAX < image->parts[TR_PART_WAYS].n;
}

static bool graph_fits(const struct tr_image *image)
{
    const struct tr_node *nodes = tr_image_part(image, TR_PART_NODES);
    const struct tr_edge *edges = tr_image_part(image, TR_PART_EDGES);
    const uint16_t *ends = tr_image_part(image, TR_PART_ENDS);
    const struct tr_step *steps = tr_image_part(image, TR_PART_STEPS);
    size_t nodes_n = image->parts[TR_PART_NODES].n, steps_n = image->parts[TR_PART_STEPS].n;
    size_t edges_n = image->parts[TR_PART_EDGES].n;
    bool ok = nodes_n <= UINT16_MAX && nodes_n == (size_t)image->states_n * TR_CONTEXTS &&
              cells_fit(image, TR_PART_WAYS, edges_n) && (!edges_n || edges[edges_n - 1].last);
    for (size_t i = 0; ok && i < nodes_n; i++) {
        ok = node_fits(image, &nodes[i]);
    }
    for (size_t i = 0; ok && i < edges_n; i++) {
        ok = edges[i].node < nodes_n && edges[i].step < steps_n;
    }
    for (size_t i = 0; ok && i < image->parts[TR_PART_ENDS].n; i++) {
        ok = ends[i] < steps_n;
    }
    for (size_t i = 0; ok && i < steps_n; i++) {
        ok = steps[i].upos <= TR_UPOS_N;
    }
    for (size_t i = 0; ok && i < TR_STARTS_N; i++) {
        ok = image->start[i] < image->states_n;
    }
    for (size_t i = 0; ok && i < 10; i++) {
        ok = image->digits[i] < TR_CONTEXTS && image->tens[i] < TR_CONTEXTS;
    }
    for (size_t i = 0; ok && i < 5; i++) {
        ok = image->powers[i] < TR_CONTEXTS;
    }
    for (size_t i = 0; ok && i < 26; i++) {
        ok = image->letters[i] < TR_CONTEXTS;
    }
    return ok;
}

enum nb_err tr_image_check(struct nb_slice bytes, struct nb_error *error)
{
    const struct tr_image *image = (const void *)bytes.p;
    if (bytes.len < sizeof(*image) || bytes.len > TR_IMAGE_BYTES_MAX ||
        memcmp(image->magic, TR_IMAGE_MAGIC, sizeof(image->magic)) != 0) {
        return nb_error_set(error, NB_ECORRUPT, "no compiled lexicon");
    }
    if (image->version != TR_IMAGE_VERSION || image->order != TR_IMAGE_ORDER) {
        return nb_error_set(error, NB_ENEWER, "a compiled lexicon of another version or machine");
    }
    if (image->bytes != bytes.len) {
        return nb_error_set(error, NB_ECORRUPT, "cut short: it should have %llu bytes",
                            (unsigned long long)image->bytes);
    }
    if (!parts_fit(image) || image->checksum != checksum_of(image) ||
        !strings_fit(image, TR_PART_WORDS, TR_LEMMA_BYTES_MAX) ||
        !strings_fit(image, TR_PART_FEATURES, 64) || !letters_fit(image) || !trie_fits(image) ||
        !roots_fit(image) || !graph_fits(image)) {
        return nb_error_set(error, NB_ECORRUPT, "damaged");
    }
    return NB_OK;
}
