/*
 * Writing and merging. A merge reads its segments side by side, smallest term first; postings are
 * decoded, moved and encoded again, positions are copied as they are.
 */
#include "analyzer/index/segment.h"

#include <assert.h>
#include <string.h>

#include <nabiz/mem.h>

#include "analyzer/index/segment_impl.h"

struct nb_segment_writer {
    struct nb_buf dictionary, blocks, postings, positions, out;
    uint32_t terms_n;
    size_t last_len;
    char last[NB_TERM_BYTES_MAX];
    uint32_t *places; /* of a merge */
    size_t places_cap;
    struct nb_buf moved; /* positions of a merge */
};

struct nb_segment_writer *nb_segment_writer_new(void)
{
    struct nb_segment_writer *w = nb_calloc(1, sizeof(*w));
    if (w) {
        struct nb_buf *all[] = {&w->dictionary, &w->blocks, &w->postings,
                                &w->positions,  &w->out,    &w->moved};
        for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
            nb_buf_init(all[i], NB_SEGMENT_BYTES_LIMIT);
        }
    }
    return w;
}

void nb_segment_writer_free(struct nb_segment_writer *w)
{
    if (w) {
        nb_buf_fini(&w->dictionary);
        nb_buf_fini(&w->blocks);
        nb_buf_fini(&w->postings);
        nb_buf_fini(&w->positions);
        nb_buf_fini(&w->out);
        nb_buf_fini(&w->moved);
        nb_free(w->places);
        nb_free(w);
    }
}

static void store(struct nb_buf *out, uint64_t value, size_t bytes)
{
    char p[8];
    for (size_t i = 0; i < bytes; i++) {
        p[i] = (char)(value >> (8 * i));
    }
    nb_buf_add(out, nb_slice(p, bytes));
}

static void begin_block(struct nb_segment_writer *w)
{
    store(&w->blocks, w->dictionary.len, 4);
    store(&w->blocks, w->postings.len, 4);
    store(&w->blocks, w->positions.len, 4);
    w->last_len = 0;
}

static void add_text(struct nb_segment_writer *w, struct nb_slice text)
{
    size_t shared = 0;
    while (shared < text.len && shared < w->last_len && text.p[shared] == w->last[shared]) {
        shared++;
    }
    nb_leb_write(&w->dictionary, shared);
    nb_leb_write(&w->dictionary, text.len - shared);
    nb_buf_add(&w->dictionary, nb_slice_sub(text, shared, text.len));
    memcpy(w->last, text.p, text.len);
    w->last_len = text.len;
}

void nb_segment_writer_add(struct nb_segment_writer *w, struct nb_slice text,
                           const uint32_t *places, size_t n, struct nb_slice positions)
{
    assert(text.len > 0 && text.len <= NB_TERM_BYTES_MAX && n > 0);
    if (w->terms_n++ % NB_BLOCK_TERMS == 0) {
        begin_block(w);
    }
    add_text(w, text);
    nb_leb_write(&w->dictionary, n);
    if (n == 1) {
        nb_leb_write(&w->dictionary, places[0]);
    } else {
        size_t before = w->postings.len;
        nb_bits_write(places, n, &w->postings);
        nb_leb_write(&w->dictionary, w->postings.len - before);
    }
    if (nb_term_has_positions(text.p[0])) {
        nb_leb_write(&w->dictionary, positions.len);
        nb_buf_add(&w->positions, positions);
    }
}

static uint8_t bytes_for(uint64_t value)
{
    uint8_t bytes = 0;
    for (; value; value >>= 8) {
        bytes++;
    }
    return bytes;
}

static void add_header(struct nb_segment_writer *w, uint32_t level, uint32_t places_n,
                       uint64_t earliest_s, uint64_t latest_s, uint8_t time_bytes,
                       uint8_t reach_bytes)
{
    struct nb_buf *out = &w->out;
    nb_buf_add_str(out, NB_SEGMENT_MAGIC);
    store(out, places_n, 4);
    store(out, w->terms_n, 4);
    store(out, (w->terms_n + NB_BLOCK_TERMS - 1) / NB_BLOCK_TERMS, 4);
    store(out, level, 4);
    store(out, earliest_s, 8);
    store(out, latest_s, 8);
    store(out, time_bytes, 1);
    store(out, reach_bytes, 1);
    store(out, 0, 2);
    store(out, w->dictionary.len, 4);
    store(out, w->postings.len, 4);
    store(out, w->positions.len, 4);
}

static void add_columns(struct nb_segment_writer *w, uint32_t level, const uint64_t *times_s,
                        const uint32_t *reaches, uint32_t n)
{
    uint64_t earliest_s = UINT64_MAX, latest_s = 0;
    uint32_t reach = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (times_s[i]) {
            earliest_s = times_s[i] < earliest_s ? times_s[i] : earliest_s;
            latest_s = times_s[i] > latest_s ? times_s[i] : latest_s;
        }
        reach = reaches[i] > reach ? reaches[i] : reach;
    }
    earliest_s = earliest_s <= latest_s ? earliest_s : latest_s;
    uint8_t time_bytes = bytes_for(latest_s - earliest_s), reach_bytes = bytes_for(reach);
    add_header(w, level, n, earliest_s, latest_s, time_bytes, reach_bytes);
    for (uint32_t i = 0; i < n; i++) {
        store(&w->out, times_s[i] ? times_s[i] - earliest_s : 0, time_bytes);
    }
    for (uint32_t i = 0; i < n; i++) {
        store(&w->out, reaches[i], reach_bytes);
    }
}

enum nb_err nb_segment_writer_finish(struct nb_segment_writer *w, uint32_t level,
                                     const uint64_t *times_s, const uint32_t *reaches,
                                     uint32_t places_n, struct nb_slice *out)
{
    struct nb_buf *parts[] = {&w->dictionary, &w->blocks, &w->postings, &w->positions};
    nb_buf_reset(&w->out);
    add_columns(w, level, times_s, reaches, places_n);
    enum nb_err err = NB_OK;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        enum nb_err failed = nb_buf_finish(parts[i], NULL);
        err = err ? err : failed;
        nb_buf_add(&w->out, nb_buf_slice(parts[i]));
        nb_buf_reset(parts[i]);
    }
    w->terms_n = 0;
    return err ? err : nb_buf_finish(&w->out, out);
}

struct merge {
    const struct nb_segment *segments;
    struct nb_term_cursor *cursors;
    bool *spent;
    size_t n;
    struct nb_segment_writer *writer;
};

static enum nb_err advance(struct merge *m, size_t i)
{
    enum nb_err err = nb_term_next(&m->cursors[i]);
    m->spent[i] = err == NB_ENOTFOUND;
    return m->spent[i] ? NB_OK : err;
}

/* The cursor with the smallest term, the first of equal ones; n when all are spent. */
static size_t smallest(const struct merge *m)
{
    size_t best = m->n;
    for (size_t i = 0; i < m->n; i++) {
        if (!m->spent[i] && (best == m->n || nb_slice_cmp(nb_term_text(&m->cursors[i]),
                                                          nb_term_text(&m->cursors[best])) < 0)) {
            best = i;
        }
    }
    return best;
}

static enum nb_err make_room(struct nb_segment_writer *w, size_t n)
{
    if (n > w->places_cap) {
        size_t cap = n + n / 2;
        uint32_t *grown = nb_realloc(w->places, cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        w->places = grown;
        w->places_cap = cap;
    }
    return NB_OK;
}

static enum nb_err merge_term(struct merge *m, size_t from)
{
    struct nb_segment_writer *w = m->writer;
    char text[NB_TERM_BYTES_MAX];
    size_t text_len = m->cursors[from].text_len, n = 0;
    memcpy(text, m->cursors[from].text, text_len);
    nb_buf_reset(&w->moved);
    for (size_t i = from; i < m->n; i++) {
        struct nb_term_cursor *cursor = &m->cursors[i];
        if (m->spent[i] || !nb_slice_eq(nb_term_text(cursor), nb_slice(text, text_len))) {
            continue;
        }
        enum nb_err err = make_room(w, n + cursor->term.n);
        if (err == NB_OK) {
            err = nb_term_list(&m->segments[i], &cursor->term, w->places + n);
        }
        if (err != NB_OK) {
            return err;
        }
        uint32_t moved = (uint32_t)(m->segments[i].first - m->segments[0].first);
        for (size_t k = 0; k < cursor->term.n; k++) {
            w->places[n + k] += moved;
        }
        n += cursor->term.n;
        nb_buf_add(&w->moved, cursor->term.positions);
        err = advance(m, i);
        if (err != NB_OK) {
            return err;
        }
    }
    nb_segment_writer_add(w, nb_slice(text, text_len), w->places, n, nb_buf_slice(&w->moved));
    return w->moved.err;
}

static enum nb_err merge_terms(struct merge *m)
{
    for (size_t i = 0; i < m->n; i++) {
        enum nb_err err = nb_term_seek(&m->cursors[i], &m->segments[i], nb_slice("", 0));
        m->spent[i] = err == NB_ENOTFOUND;
        if (err != NB_OK && err != NB_ENOTFOUND) {
            return err;
        }
    }
    enum nb_err err = NB_OK;
    for (size_t i = smallest(m); err == NB_OK && i < m->n; i = smallest(m)) {
        err = merge_term(m, i);
    }
    return err;
}

static enum nb_err finish_merge(const struct merge *m, uint32_t level, uint32_t places_n,
                                struct nb_slice *out)
{
    uint64_t *times_s = nb_calloc(places_n, sizeof(*times_s));
    uint32_t *reaches = nb_calloc(places_n, sizeof(*reaches));
    enum nb_err err = times_s && reaches ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < m->n; i++) {
        const struct nb_segment *s = &m->segments[i];
        size_t moved = (size_t)(s->first - m->segments[0].first);
        for (uint32_t place = 0; place < s->places_n; place++) {
            times_s[moved + place] = nb_segment_time_s(s, place);
            reaches[moved + place] = nb_segment_reach(s, place);
        }
    }
    if (err == NB_OK) {
        err = nb_segment_writer_finish(m->writer, level, times_s, reaches, places_n, out);
    }
    nb_free(times_s);
    nb_free(reaches);
    return err;
}

enum nb_err nb_segment_merge(const struct nb_segment *segments, size_t n, uint32_t level,
                             struct nb_segment_writer *writer, struct nb_slice *out)
{
    uint64_t places_n = segments[n - 1].first + segments[n - 1].places_n - segments[0].first;
    if (places_n > UINT32_MAX) {
        return NB_ETOOBIG;
    }
    for (size_t i = 1; i < n; i++) {
        if (segments[i].first - segments[i - 1].first < segments[i - 1].places_n) {
            return NB_ECORRUPT;
        }
    }
    struct merge m = {.segments = segments, .n = n, .writer = writer};
    m.cursors = nb_calloc(n, sizeof(*m.cursors));
    m.spent = nb_calloc(n, sizeof(*m.spent));
    enum nb_err err = m.cursors && m.spent ? merge_terms(&m) : NB_ENOMEM;
    if (err == NB_OK) {
        err = finish_merge(&m, level, (uint32_t)places_n, out);
    }
    nb_free(m.cursors);
    nb_free(m.spent);
    return err;
}
