/*
 * Bytes of the index as a damaged disk may have them. The first byte says what the rest is: a
 * segment, which is read to its last position and merged with itself, or an entry, of which a sound
 * segment has to come.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "analyzer/index/entry.h"
#include "analyzer/index/plan.h"
#include "analyzer/index/positions.h"

/* @return false when the segment turned out to be damaged. */
static bool read_term(const struct nb_segment *segment, const struct nb_term *term)
{
    struct nb_bits *bits;
    enum nb_err err = nb_term_bits(segment, term, &bits);
    assert(err == NB_OK || err == NB_ECORRUPT);
    if (err != NB_OK) {
        return false;
    }
    assert(nb_bits_count(bits) == term->n);
    nb_bits_free(bits);
    size_t at = 0, skipped = 0;
    for (uint32_t i = 0; i < term->n && term->positions.len; i++) {
        bool more = true;
        uint32_t gap;
        while (more) {
            if (!nb_position_read(term->positions, &at, &gap, &more)) {
                return false;
            }
        }
        assert(nb_positions_skip(term->positions, &skipped, 1) && skipped == at);
    }
    size_t all = 0;
    assert(!term->positions.len ||
           (nb_positions_skip(term->positions, &all, term->n) && all == at));
    return true;
}

/* @return false when the segment turned out to be damaged. */
static bool read_segment(struct nb_slice bytes, struct nb_segment *segment)
{
    struct nb_term_cursor cursor;
    if (nb_segment_open(bytes, 1, segment) != NB_OK || segment->places_n > 1 << 20) {
        return false;
    }
    for (uint32_t place = 0; place < segment->places_n && place < 1000; place++) {
        (void)nb_segment_time_s(segment, place);
        (void)nb_segment_reach(segment, place);
    }
    bool sound = true;
    enum nb_err err = nb_term_seek(&cursor, segment, nb_slice("", 0));
    while (err == NB_OK) {
        sound = read_term(segment, &cursor.term) && sound;
        err = nb_term_next(&cursor);
    }
    assert(err == NB_ENOTFOUND || err == NB_ECORRUPT);
    return sound && err == NB_ENOTFOUND;
}

/* Two of it, one behind the other. */
static void merge(const struct nb_segment *segment, struct nb_segment_writer *writer)
{
    struct nb_segment both[2] = {*segment, *segment}, merged;
    struct nb_slice bytes;
    both[1].first += segment->places_n;
    if (nb_segment_merge(both, 2, 1, writer, &bytes) == NB_OK) {
        assert(nb_segment_open(bytes, 1, &merged) == NB_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_segment segment;
    struct nb_segment_writer *writer = nb_segment_writer_new();
    if (!writer || size < 1) {
        nb_segment_writer_free(writer);
        return 0;
    }
    struct nb_slice rest = nb_slice(data + 1, size - 1), bytes;
    if (data[0] == 's' && read_segment(rest, &segment)) {
        merge(&segment, writer);
    } else if (data[0] != 's') {
        const struct nb_numbered_entry entries[] = {{1, rest}, {2, rest}};
        enum nb_err err = nb_entries_index(entries, 2, writer, &bytes);
        assert(err == NB_OK || err == NB_ECORRUPT);
        if (err == NB_OK) {
            assert(read_segment(bytes, &segment));
        }
    }
    nb_segment_writer_free(writer);
    return 0;
}
