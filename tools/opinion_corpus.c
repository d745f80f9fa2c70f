#include "tools/opinion_corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/turkish/table.h"
#include "tools/opinion_room.h"
#include "tools/opinion_vectors.h"

enum {
    ROWS_MAX = 1 << 18,
    SEEN_BITS = 24,
    SEEN_SLOTS = 1 << SEEN_BITS,
    ARENA_BYTES = 64 << 20,
    SEEN_LEAST = 2,       /* a feature of fewer posts is left out */
    SEEN_LEAST_REVIEW = 5 /* or of fewer reviews */
};

/* A feature of the material. */
struct seen {
    uint64_t hash;
    uint32_t posts_n, reviews_n, last_row, column; /* column + 1; 0: none */
    uint8_t group;
};

struct reader {
    const struct nb_knowledge *knowledge;
    struct nb_word_cache *words;
    struct nb_arena *arena;
    struct corpus *corpus;
    struct seen *seen;
    size_t seen_n;
    uint64_t *hashes; /* of the entries, until columns are known */
    size_t entries_n, entries_cap;
    float scale; /* of what is added */
};

static struct seen *seen_of(struct reader *r, uint64_t hash)
{
    size_t i = (size_t)(hash >> (64 - SEEN_BITS));
    while (r->seen[i].hash && r->seen[i].hash != hash) {
        i = (i + 1) & (SEEN_SLOTS - 1);
    }
    return &r->seen[i];
}

static void grow(struct reader *r)
{
    r->entries_cap = r->entries_cap ? r->entries_cap * 2 : 1 << 22;
    r->hashes = realloc(r->hashes, r->entries_cap * sizeof(*r->hashes));
    r->corpus->rows.values =
        realloc(r->corpus->rows.values, r->entries_cap * sizeof(*r->corpus->rows.values));
    if (!r->hashes || !r->corpus->rows.values) {
        opinion_die("out of memory");
    }
}

static struct seen *see(struct reader *r, uint64_t hash, uint8_t group)
{
    struct seen *seen = seen_of(r, hash);
    if (!seen->hash) {
        if (++r->seen_n > SEEN_SLOTS / 4 * 3) {
            opinion_die("more features than there is room for");
        }
        *seen = (struct seen){.hash = hash, .last_row = UINT32_MAX, .group = group};
    }
    return seen;
}

static void add(struct reader *r, const struct nb_feature *features, size_t n, float scale)
{
    struct fit_rows *rows = &r->corpus->rows;
    for (size_t i = 0; i < n; i++) {
        struct seen *seen = see(r, features[i].hash, (uint8_t)features[i].group);
        if (seen->last_row != rows->n) {
            seen->last_row = (uint32_t)rows->n;
            *(rows->source[rows->n] == OPINION_REVIEW ? &seen->reviews_n : &seen->posts_n) += 1;
        }
        if (r->entries_n == r->entries_cap) {
            grow(r);
        }
        r->hashes[r->entries_n] = features[i].hash;
        rows->values[r->entries_n++] = features[i].value * scale;
    }
}

static void add_text(struct reader *r, const struct nb_reading_text *text, float scale)
{
    struct nb_feature features[NB_FEATURES_WORD_MAX];
    struct nb_feature_word words[2] = {nb_feature_edge};
    struct nb_feature_ends ends = {.n = 0};
    const struct nb_feature_reader *reader = &r->knowledge->features;
    for (size_t i = 0; i < text->tokens_n; i++) {
        struct nb_feature_word *word = &words[(i + 1) % 2];
        add(r, features,
            nb_features_of_word(reader, &text->tokens[i], &text->readings[i], features, word),
            scale);
        nb_features_end(&ends, &text->tokens[i], word);
        nb_features_of_pair(&words[i % 2], word, features);
        add(r, features, NB_FEATURES_PAIR_N, scale);
    }
    if (text->tokens_n) {
        nb_features_of_pair(&words[text->tokens_n % 2], &nb_feature_edge, features);
        add(r, features, NB_FEATURES_PAIR_N, scale);
    }
    add(r, features, nb_features_of_ends(&ends, features), scale);
}

static void count_marks(const struct nb_reading_text *text, struct nb_feature_marks *marks)
{
    for (size_t i = 0; i < text->tokens_n; i++) {
        nb_features_count(marks, &text->tokens[i]);
    }
}

static void add_row(void *context, const struct opinion_row *row)
{
    struct reader *r = context;
    struct corpus *c = r->corpus;
    struct nb_opinion_reading reading;
    struct nb_feature features[NB_FEATURES_TEXT_MAX];
    nb_arena_reset(r->arena);
    struct nb_document *document = nb_document_new(r->arena);
    if (!document || c->rows.n == ROWS_MAX) {
        opinion_die("more texts than there is room for");
    }
    document->text = nb_arena_strdup(r->arena, row->text);
    if (nb_annotate_reading(document, r->knowledge, r->words, r->arena, &reading) != NB_OK) {
        opinion_die("out of memory");
    }
    struct corpus_found *found = &c->found[c->rows.n];
    found->sum = reading.sum;
    count_marks(&reading.text, &found->marks);
    nb_features_feel(&r->knowledge->features, &r->knowledge->affect, &reading.text, &found->marks);
    c->rows.source[c->rows.n] = (uint8_t)row->source;
    c->group[c->rows.n] = row->group;
    memcpy(c->rows.known[c->rows.n], row->known, sizeof(row->known));
    memcpy(c->rows.is[c->rows.n], row->is, sizeof(row->is));
    add_text(r, &reading.text, nb_feature_scale(found->marks.tokens_n));
    size_t n =
        nb_features_of_document(&r->knowledge->features, &found->marks, &found->sum, features);
    add(r, features, n, 1);
    c->rows.begins[++c->rows.n] = r->entries_n;
}

/* ---- columns ---- */

static bool is_kept(const struct seen *seen, const struct vectors *vectors)
{
    return seen->hash && (seen->posts_n >= SEEN_LEAST || seen->reviews_n >= SEEN_LEAST_REVIEW ||
                          vectors_find(vectors, seen->hash));
}

static int by_hash(const void *a, const void *b)
{
    uint64_t x = (*(struct seen *const *)a)->hash, y = (*(struct seen *const *)b)->hash;
    return (x > y) - (x < y);
}

/* In the order of their hashes, so that the same material gives the same file. */
static void number_columns(struct reader *r)
{
    struct corpus *c = r->corpus;
    struct seen **list = opinion_room(r->seen_n, sizeof(struct seen *));
    size_t n = 0;
    for (size_t i = 0; i < SEEN_SLOTS; i++) {
        if (is_kept(&r->seen[i], c->vectors)) {
            list[n++] = &r->seen[i];
        }
    }
    qsort(list, n, sizeof(*list), by_hash);
    c->rows.columns_n = n;
    c->hash_of = opinion_room(n, sizeof(*c->hash_of));
    c->group_of = opinion_room(n, sizeof(*c->group_of));
    c->count_of = opinion_room(n, sizeof(*c->count_of));
    for (size_t i = 0; i < n; i++) {
        list[i]->column = (uint32_t)i + 1;
        c->hash_of[i] = list[i]->hash;
        c->group_of[i] = list[i]->group;
        c->count_of[i] = list[i]->posts_n + list[i]->reviews_n;
    }
    free(list);
}

/* Entries of features that are kept, by column; equal ones are added up. */
static void make_entries(struct reader *r)
{
    struct fit_rows *rows = &r->corpus->rows;
    uint32_t *at =
        opinion_room(rows->columns_n, sizeof(*at)); /* place of a column in this row, + 1 */
    size_t n = 0, begin = 0;
    rows->columns = opinion_room(r->entries_n, sizeof(*rows->columns));
    for (size_t row = 0; row < rows->n; row++) {
        size_t first = n;
        for (size_t k = begin; k < rows->begins[row + 1]; k++) {
            uint32_t column = seen_of(r, r->hashes[k])->column;
            if (!column--) {
                continue;
            }
            if (at[column] > first) {
                rows->values[at[column] - 1] += rows->values[k];
            } else {
                rows->columns[n] = column;
                rows->values[n++] = rows->values[k];
                at[column] = (uint32_t)n;
            }
        }
        begin = rows->begins[row + 1];
        rows->begins[row + 1] = n;
    }
    free(at);
    free(r->hashes);
}

/* A text as the sum of its lemmas' vectors. */
static void make_dense(struct corpus *c)
{
    struct fit_rows *rows = &c->rows;
    rows->dense = opinion_room(rows->n, sizeof(*rows->dense));
    for (size_t row = 0; row < rows->n; row++) {
        for (size_t k = rows->begins[row]; k < rows->begins[row + 1]; k++) {
            const float *v = c->group_of[rows->columns[k]] == NB_FEATURE_LEMMA
                                 ? vectors_find(c->vectors, c->hash_of[rows->columns[k]])
                                 : NULL;
            for (int d = 0; v && d < FIT_DENSE; d++) {
                rows->dense[row][d] += rows->values[k] * v[d];
            }
        }
    }
}

void corpus_read(const struct nb_knowledge *knowledge, const char *data, const char *labels,
                 const char *own, const char *lexicons, struct corpus *out)
{
    struct reader r = {.knowledge = knowledge, .corpus = out};
    r.words = nb_word_cache_new();
    r.arena = nb_arena_new(ARENA_BYTES);
    r.seen = opinion_room(SEEN_SLOTS, sizeof(*r.seen));
    *out = (struct corpus){.group = opinion_room(ROWS_MAX, sizeof(*out->group)),
                           .found = opinion_room(ROWS_MAX, sizeof(*out->found))};
    out->rows.begins = opinion_room(ROWS_MAX + 1, sizeof(*out->rows.begins));
    out->rows.source = opinion_room(ROWS_MAX, 1);
    out->rows.known = opinion_room(ROWS_MAX, sizeof(*out->rows.known));
    out->rows.is = opinion_room(ROWS_MAX, sizeof(*out->rows.is));
    if (!r.words || !r.arena) {
        opinion_die("out of memory");
    }
    out->data_hash = opinion_rows_read(data, labels, own, lexicons, add_row, &r);
    if (!out->data_hash) {
        exit(1);
    }
    out->vectors = vectors_learn(knowledge, r.words, data);
    for (size_t i = 0; i < vectors_n(out->vectors); i++) {
        (void)see(&r, vectors_hash(out->vectors, i), NB_FEATURE_LEMMA);
    }
    number_columns(&r);
    make_entries(&r);
    make_dense(out);
    printf("%zu texts, %zu features\n", out->rows.n, out->rows.columns_n);
    free(r.seen);
    nb_word_cache_free(r.words);
    nb_arena_free(r.arena);
}
