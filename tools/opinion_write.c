#include "tools/opinion_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/file.h>

#include "analyzer/turkish/table.h"
#include "tools/opinion_room.h"
#include "tools/opinion_vectors.h"

enum { ROWS_MAX = 270000, BUCKET_ROWS = 4, FILE_BYTES_MAX = 8 << 20, CODE_BYTES_MAX = 1 << 20 };

struct row {
    uint32_t column;
    float weight; /* how much it can matter */
};

static int by_weight(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = (x->weight < y->weight) - (x->weight > y->weight);
    return order ? order : (x->column > y->column) - (x->column < y->column);
}

static int by_column(const void *a, const void *b)
{
    uint32_t x = ((const struct row *)a)->column, y = ((const struct row *)b)->column;
    return (x > y) - (x < y);
}

/* The columns that matter most, in the order of their hashes. */
static size_t choose_rows(const struct corpus *c, float (*w)[FIT_WIDTH], struct row *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < c->rows.columns_n; i++) {
        float most = 0;
        for (int k = 0; k < NB_MODEL_CLASSES; k++) {
            most = fabsf(w[i][k]) > most ? fabsf(w[i][k]) : most;
        }
        if (most > 0) {
            rows[n++] = (struct row){(uint32_t)i, most * sqrtf((float)c->count_of[i] + 1)};
        }
    }
    qsort(rows, n, sizeof(*rows), by_weight);
    n = n < ROWS_MAX ? n : ROWS_MAX;
    qsort(rows, n, sizeof(*rows), by_column);
    return n;
}

/* A lemma's vector is a part of its weights from here on. */
static void fold_vectors(const struct corpus *c, const struct fit_weights *weights)
{
    for (size_t i = 0; i < c->rows.columns_n; i++) {
        const float *v =
            c->group_of[i] == NB_FEATURE_LEMMA ? vectors_find(c->vectors, c->hash_of[i]) : NULL;
        for (int d = 0; v && d < FIT_DENSE; d++) {
            for (int k = 0; k < FIT_WIDTH; k++) {
                weights->columns[i][k] += v[d] * weights->dense[d][k];
            }
        }
    }
}

static void round_weights(const struct corpus *c, float (*w)[FIT_WIDTH], const struct row *rows,
                          size_t n, struct nb_model_header *h, int8_t *out)
{
    float most[NB_FEATURE_GROUPS_N][NB_MODEL_CLASSES] = {{0}};
    for (size_t i = 0; i < n; i++) {
        float *of = most[c->group_of[rows[i].column]];
        for (int k = 0; k < NB_MODEL_CLASSES; k++) {
            float size = fabsf(w[rows[i].column][k]);
            of[k] = size > of[k] ? size : of[k];
        }
    }
    for (int g = 0; g < NB_FEATURE_GROUPS_N; g++) {
        for (int k = 0; k < NB_MODEL_CLASSES; k++) {
            h->scale[g][k] = most[g][k] > 0 ? most[g][k] / INT8_MAX : 1;
        }
    }
    for (size_t i = 0; i < n; i++) {
        const float *scale = h->scale[c->group_of[rows[i].column]];
        for (int k = 0; k < NB_MODEL_CLASSES; k++) {
            out[i * NB_MODEL_CLASSES + (size_t)k] =
                (int8_t)lroundf(w[rows[i].column][k] / scale[k]);
        }
    }
}

static uint64_t hash_code(void)
{
    static const char *const files[] = {"analyzer/sentiment/chances.h",
                                        "analyzer/sentiment/features.c",
                                        "analyzer/sentiment/opinion.c",
                                        "analyzer/sentiment/verdict.c",
                                        "common/series.c",
                                        "tools/opinion_calibrate.c",
                                        "tools/opinion_corpus.c",
                                        "tools/opinion_fit.c",
                                        "tools/opinion_rows.c",
                                        "tools/opinion_vectors.c",
                                        "tools/opinion_write.c",
                                        "tools/train_opinion.c"};
    uint64_t hash = TR_HASH_START;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct nb_buf text;
        struct nb_error error = {0};
        nb_buf_init(&text, CODE_BYTES_MAX);
        if (nb_file_read(files[i], &text, &error) != NB_OK) {
            opinion_die(nb_error_text(&error));
        }
        hash = (hash ^ tr_hash(nb_buf_slice(&text))) * 0x100000001b3u;
        nb_buf_fini(&text);
    }
    return hash;
}

static void write_file(const struct nb_model_header *h, struct nb_slice content, const char *path)
{
    size_t head = offsetof(struct nb_model_header, bias);
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(h, head, 1, out) != 1 || fwrite(content.p, content.len, 1, out) != 1 ||
        fclose(out) != 0) {
        opinion_die("cannot write the model");
    }
    printf("%s: %u features, %zu bytes\n", path, h->rows_n, head + content.len);
}

static void add_tables(const struct corpus *c, const struct row *rows, size_t n, unsigned bits,
                       struct nb_buf *file)
{
    uint32_t *buckets = opinion_room(((size_t)1 << bits) + 1, sizeof(*buckets));
    uint16_t *checks = opinion_room(n, sizeof(*checks));
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = c->hash_of[rows[i].column];
        buckets[(hash >> (64 - bits)) + 1]++;
        checks[i] = (uint16_t)hash;
    }
    for (size_t b = 0; b < (size_t)1 << bits; b++) {
        buckets[b + 1] += buckets[b];
    }
    nb_buf_add(file, nb_slice(buckets, (((size_t)1 << bits) + 1) * sizeof(*buckets)));
    nb_buf_add(file, nb_slice(checks, n * sizeof(*checks)));
    free(buckets);
    free(checks);
}

void model_write(const struct corpus *corpus, const struct fit_weights *weights,
                 struct nb_model_header *h, const char *path)
{
    struct row *rows = opinion_room(corpus->rows.columns_n, sizeof(*rows));
    int8_t *bytes = opinion_room(corpus->rows.columns_n, NB_MODEL_CLASSES);
    struct nb_buf file;
    fold_vectors(corpus, weights);
    size_t n = choose_rows(corpus, weights->columns, rows);
    memcpy(h->magic, NB_MODEL_MAGIC, sizeof(h->magic));
    h->version = NB_MODEL_VERSION;
    h->classes_n = NB_MODEL_CLASSES;
    h->rows_n = (uint32_t)n;
    h->bucket_bits = 1;
    while (((size_t)BUCKET_ROWS << h->bucket_bits) < n) {
        h->bucket_bits++;
    }
    h->data_hash = corpus->data_hash;
    h->code_hash = hash_code();
    memcpy(h->bias, weights->bias, sizeof(h->bias));
    round_weights(corpus, weights->columns, rows, n, h, bytes);
    size_t head = offsetof(struct nb_model_header, bias);
    nb_buf_init(&file, FILE_BYTES_MAX);
    nb_buf_add(&file, nb_slice((const char *)h + head, sizeof(*h) - head));
    add_tables(corpus, rows, n, h->bucket_bits, &file);
    nb_buf_add(&file, nb_slice(bytes, n * NB_MODEL_CLASSES));
    if (file.err != NB_OK) {
        opinion_die("the model is too large");
    }
    h->content_hash = tr_hash(nb_buf_slice(&file));
    write_file(h, nb_buf_slice(&file), path);
    nb_buf_fini(&file);
    free(rows);
    free(bytes);
}
