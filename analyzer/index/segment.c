/*
 * Reading. All numbers of the header are little-endian u32 unless said otherwise:
 *
 *    0  "nbi1"
 *    4  places, terms, blocks, level
 *   20  earliest time, latest time (u64, seconds)
 *   36  bytes of a time, bytes of a reach (u8), two bytes 0
 *   40  bytes of the dictionary, of the postings, of the positions
 *   52  the parts, in the order of segment.h
 *
 * An entry of the dictionary: bytes shared with the term before, bytes that follow, those bytes,
 * number of documents; then the place when it is one, else the bytes of the postings; then, for
 * kinds that have them, the bytes of the positions. Numbers are LEB128.
 */
#include "analyzer/index/segment.h"

#include <string.h>

#include "analyzer/index/segment_impl.h"

static uint64_t load(const char *p, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++) {
        value |= (uint64_t)(uint8_t)p[i] << (8 * i);
    }
    return value;
}

static uint32_t load_u32(struct nb_slice in, size_t at)
{
    return (uint32_t)load(in.p + at, 4);
}

/* Cut the next part off. @return false when there is not so much. */
static bool take(struct nb_slice *rest, uint64_t bytes, struct nb_slice *out)
{
    if (bytes > rest->len) {
        return false;
    }
    *out = nb_slice_sub(*rest, 0, (size_t)bytes);
    *rest = nb_slice_sub(*rest, (size_t)bytes, rest->len);
    return true;
}

enum nb_err nb_segment_open(struct nb_slice bytes, uint64_t first, struct nb_segment *out)
{
    struct nb_slice head, rest = bytes;
    if (!take(&rest, NB_SEGMENT_HEADER_BYTES, &head) || memcmp(head.p, NB_SEGMENT_MAGIC, 4) != 0) {
        return NB_ECORRUPT;
    }
    struct nb_segment s = {.bytes = bytes,
                           .first = first,
                           .places_n = load_u32(head, 4),
                           .terms_n = load_u32(head, 8),
                           .blocks_n = load_u32(head, 12),
                           .level = load_u32(head, 16),
                           .earliest_s = load(head.p + 20, 8),
                           .latest_s = load(head.p + 28, 8),
                           .time_bytes = (uint8_t)head.p[36],
                           .reach_bytes = (uint8_t)head.p[37]};
    uint64_t blocks_n = ((uint64_t)s.terms_n + NB_BLOCK_TERMS - 1) / NB_BLOCK_TERMS;
    bool sound = s.blocks_n == blocks_n && s.time_bytes <= 8 && s.reach_bytes <= 4 &&
                 take(&rest, (uint64_t)s.places_n * s.time_bytes, &s.times) &&
                 take(&rest, (uint64_t)s.places_n * s.reach_bytes, &s.reaches) &&
                 take(&rest, load_u32(head, 40), &s.dictionary) &&
                 take(&rest, blocks_n * NB_BLOCK_BYTES, &s.blocks) &&
                 take(&rest, load_u32(head, 44), &s.postings) &&
                 take(&rest, load_u32(head, 48), &s.positions) && rest.len == 0;
    if (!sound) {
        return NB_ECORRUPT;
    }
    *out = s;
    return NB_OK;
}

uint64_t nb_segment_time_s(const struct nb_segment *s, uint32_t place)
{
    return s->earliest_s + load(s->times.p + (size_t)place * s->time_bytes, s->time_bytes);
}

uint32_t nb_segment_reach(const struct nb_segment *s, uint32_t place)
{
    return (uint32_t)load(s->reaches.p + (size_t)place * s->reach_bytes, s->reach_bytes);
}

/* Put a cursor in front of the first term of a block. */
static void enter_block(struct nb_term_cursor *cursor, uint32_t block)
{
    const struct nb_segment *s = cursor->segment;
    size_t at = (size_t)block * NB_BLOCK_BYTES;
    cursor->next = block * NB_BLOCK_TERMS;
    cursor->dictionary_at = load_u32(s->blocks, at);
    cursor->postings_at = load_u32(s->blocks, at + 4);
    cursor->positions_at = load_u32(s->blocks, at + 8);
    cursor->text_len = 0;
}

static bool take_part(struct nb_slice from, size_t *at, uint64_t bytes, struct nb_slice *out)
{
    if (*at > from.len || bytes > from.len - *at) {
        return false;
    }
    *out = nb_slice(from.p + *at, (size_t)bytes);
    *at += (size_t)bytes;
    return true;
}

static bool read_text(struct nb_term_cursor *cursor)
{
    struct nb_slice d = cursor->segment->dictionary, tail;
    uint64_t shared, bytes;
    if (!nb_leb_read(d, &cursor->dictionary_at, &shared) ||
        !nb_leb_read(d, &cursor->dictionary_at, &bytes) || shared > cursor->text_len ||
        bytes > NB_TERM_BYTES_MAX - shared || shared + bytes == 0 ||
        !take_part(d, &cursor->dictionary_at, bytes, &tail)) {
        return false;
    }
    memcpy(cursor->text + shared, tail.p, tail.len);
    cursor->text_len = (size_t)(shared + bytes);
    return true;
}

static bool read_term(struct nb_term_cursor *cursor)
{
    const struct nb_segment *s = cursor->segment;
    uint64_t n, value, positions = 0;
    size_t *at = &cursor->dictionary_at;
    if (*at > s->dictionary.len || !read_text(cursor) || !nb_leb_read(s->dictionary, at, &n) ||
        n == 0 || n > s->places_n || !nb_leb_read(s->dictionary, at, &value)) {
        return false;
    }
    bool has = nb_term_has_positions(cursor->text[0]);
    if (has && !nb_leb_read(s->dictionary, at, &positions)) {
        return false;
    }
    cursor->term = (struct nb_term){.n = (uint32_t)n};
    if (n == 1) {
        cursor->term.place = (uint32_t)value;
        if (value >= s->places_n) {
            return false;
        }
    } else if (!take_part(s->postings, &cursor->postings_at, value, &cursor->term.kept)) {
        return false;
    }
    return take_part(s->positions, &cursor->positions_at, positions, &cursor->term.positions);
}

enum nb_err nb_term_next(struct nb_term_cursor *cursor)
{
    if (cursor->next >= cursor->segment->terms_n) {
        return NB_ENOTFOUND;
    }
    if (cursor->next % NB_BLOCK_TERMS == 0) {
        cursor->text_len = 0;
    }
    if (!read_term(cursor)) {
        return NB_ECORRUPT;
    }
    cursor->next++;
    return NB_OK;
}

/* First term of a block, whole as it stands there. */
static bool block_text(const struct nb_segment *s, uint32_t block, struct nb_slice *out)
{
    uint64_t shared, bytes;
    size_t at = load_u32(s->blocks, (size_t)block * NB_BLOCK_BYTES);
    return at < s->dictionary.len && nb_leb_read(s->dictionary, &at, &shared) && shared == 0 &&
           nb_leb_read(s->dictionary, &at, &bytes) && take_part(s->dictionary, &at, bytes, out);
}

enum nb_err nb_term_seek(struct nb_term_cursor *cursor, const struct nb_segment *segment,
                         struct nb_slice text)
{
    uint32_t low = 0, high = segment->blocks_n; /* the last block that begins at or before text */
    while (low + 1 < high) {
        uint32_t middle = low + (high - low) / 2;
        struct nb_slice begins;
        if (!block_text(segment, middle, &begins)) {
            return NB_ECORRUPT;
        }
        if (nb_slice_cmp(begins, text) <= 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    cursor->segment = segment;
    cursor->next = 0;
    if (segment->blocks_n) {
        enter_block(cursor, low);
    }
    enum nb_err err;
    do {
        err = nb_term_next(cursor);
    } while (err == NB_OK && nb_slice_cmp(nb_term_text(cursor), text) < 0);
    return err;
}

enum nb_err nb_segment_find(const struct nb_segment *segment, struct nb_slice text,
                            struct nb_term *out)
{
    struct nb_term_cursor cursor;
    enum nb_err err = nb_term_seek(&cursor, segment, text);
    if (err == NB_OK && !nb_slice_eq(nb_term_text(&cursor), text)) {
        err = NB_ENOTFOUND;
    }
    if (err == NB_OK) {
        *out = cursor.term;
    }
    return err;
}

enum nb_err nb_term_bits(const struct nb_segment *segment, const struct nb_term *term,
                         struct nb_bits **out)
{
    if (term->n > 1) {
        return nb_bits_read(term->kept, term->n, segment->places_n, out);
    }
    *out = nb_bits_of(&term->place, 1);
    return *out ? NB_OK : NB_ENOMEM;
}

enum nb_err nb_term_list(const struct nb_segment *segment, const struct nb_term *term,
                         uint32_t *out)
{
    if (term->n > 1) {
        return nb_bits_read_list(term->kept, term->n, segment->places_n, out);
    }
    out[0] = term->place;
    return NB_OK;
}
