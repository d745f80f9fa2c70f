#include "analyzer/sentiment/local.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/hash.h>

#include "analyzer/sentiment/chances.h"
#include "analyzer/turkish/table.h"

enum { LETTERS = 4, WORD_BYTES_MAX = 192, CHANCE_MAX_MILLI = 990 };

static const float LETTERS_VALUE = 0.4F, PAIR_VALUE = 0.7F;
static const float CHANCE_LEAST = 0.01F, INTENT_ODDS = 2;

struct features {
    struct nb_local_feature *all;
    size_t n;
};

static void add(struct features *f, uint64_t hash, float value)
{
    if (f->n < NB_LOCAL_FEATURES_MAX) {
        hash ^= hash >> 29;
        hash *= 0xbf58476d1ce4e5b9u;
        hash ^= hash >> 32;
        f->all[f->n++] = (struct nb_local_feature){(uint32_t)hash & (NB_LOCAL_BUCKETS - 1), value};
    }
}

static uint64_t hash_of(char kind, struct nb_slice text)
{
    uint64_t hash = tr_hash_byte(TR_HASH_START, kind);
    for (size_t i = 0; i < text.len; i++) {
        hash = tr_hash_byte(hash, text.p[i]);
    }
    return hash;
}

static uint64_t hash_of_pair(uint64_t a, uint64_t b)
{
    return (a * 0x9e3779b97f4a7c15u) ^ (b + 0x7f4a7c15u);
}

/* The word, its lemma and whether it is denied, its letters, and its lemma behind the last. */
static uint64_t add_word(struct features *f, const struct tr_token *token,
                         const struct tr_reading *reading, uint64_t negative, uint64_t before)
{
    char plain[WORD_BYTES_MAX];
    struct nb_slice word = reading->normal.len ? reading->normal : token->folded;
    word = nb_slice_sub(word, 0, sizeof(plain));
    memcpy(plain, word.p, word.len);
    word = nb_slice(plain, tr_plain(plain, word.len));
    add(f, hash_of('w', word), 1);
    if (token->kind != TR_WORD) {
        return 0;
    }
    struct nb_slice lemma = reading->lemma.len ? reading->lemma : word;
    uint64_t hash = hash_of(reading->features & negative ? 'n' : 'l', lemma);
    add(f, hash, 1);
    for (size_t at = 0; at + LETTERS <= word.len; at++) {
        add(f, hash_of('c', nb_slice_sub(word, at, at + LETTERS)), LETTERS_VALUE);
    }
    if (before) {
        add(f, hash_of_pair(before, hash), PAIR_VALUE);
    }
    return hash;
}

static int by_bucket(const void *a, const void *b)
{
    const struct nb_local_feature *x = a, *y = b;
    return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

/* Sorted, each once, of length 1. */
static void settle(struct features *f)
{
    size_t kept = 0;
    float squares = 0;
    qsort(f->all, f->n, sizeof(*f->all), by_bucket);
    for (size_t i = 0; i < f->n; i++) {
        if (kept && f->all[kept - 1].bucket == f->all[i].bucket) {
            f->all[kept - 1].value += f->all[i].value;
        } else {
            f->all[kept++] = f->all[i];
        }
    }
    for (size_t i = 0; i < kept; i++) {
        squares += f->all[i].value * f->all[i].value;
    }
    float scale = squares > 0 ? 1 / sqrtf(squares) : 1;
    for (size_t i = 0; i < kept; i++) {
        f->all[i].value *= scale;
    }
    f->n = kept;
}

static float log_of(float chance)
{
    return logf(chance > CHANCE_LEAST ? chance : CHANCE_LEAST);
}

/* The chances of the labels follow from that of the best and the score, which is their balance. */
static void set_base(const struct nb_opinion_result *shipped, float *base)
{
    float sure = (float)shipped->confidence_milli / 1000,
          score = (float)shipped->score_milli / 1000;
    float good = (1 - sure + score) / 2, bad = (1 - sure - score) / 2;
    if (shipped->label == NB_OPINION_POSITIVE) {
        good = sure;
        bad = sure - score;
    } else if (shipped->label == NB_OPINION_NEGATIVE) {
        bad = sure;
        good = sure + score;
    }
    base[NB_LOCAL_SENTIMENT + NB_OPINION_NEGATIVE] = log_of(bad);
    base[NB_LOCAL_SENTIMENT + NB_OPINION_NEUTRAL] = log_of(1 - good - bad);
    base[NB_LOCAL_SENTIMENT + NB_OPINION_POSITIVE] = log_of(good);
    /* the shipped label stays the likeliest where a threshold made it so */
    float most = log_of(sure);
    for (int c = 0; c < NB_LOCAL_SENTIMENT_N; c++) {
        if (c != (int)shipped->label && base[c] >= most) {
            base[c] = most - CHANCE_LEAST;
        }
    }
    base[shipped->label] = most;
    bool any = false;
    for (int i = 0; i < NB_EMOTION_N; i++) {
        base[NB_LOCAL_EMOTION + i] = log_of((float)shipped->emotions_milli[i] / 1000);
        any |= shipped->emotions_milli[i] > 0;
    }
    base[NB_LOCAL_EMOTION + NB_EMOTION_N] = log_of(any ? 0 : 1);
    for (int i = 0; i < NB_LOCAL_INTENT_N; i++) {
        base[NB_LOCAL_INTENT + i] = shipped->intents[i] ? INTENT_ODDS : -INTENT_ODDS;
    }
}

enum nb_err nb_local_row_of(const struct nb_reading_text *texts, size_t texts_n, uint64_t negative,
                            const struct nb_opinion_result *shipped, struct nb_arena *arena,
                            struct nb_local_row *out)
{
    struct features f = {.all = nb_arena_alloc(arena, NB_LOCAL_FEATURES_MAX * sizeof(*f.all))};
    if (!f.all) {
        return NB_ENOMEM;
    }
    for (size_t t = 0; t < texts_n; t++) {
        uint64_t before = 0;
        for (size_t i = 0; i < texts[t].tokens_n; i++) {
            unsigned kind = texts[t].tokens[i].kind;
            if (kind != TR_URL && kind != TR_MENTION && kind != TR_NUMBER) {
                before = add_word(&f, &texts[t].tokens[i], &texts[t].readings[i], negative, before);
            }
        }
    }
    settle(&f);
    set_base(shipped, out->base);
    out->features = f.all;
    out->n = f.n;
    return NB_OK;
}

/* ---- chances ---- */

static enum nb_local_group group_of(int class_)
{
    return class_ < NB_LOCAL_EMOTION  ? NB_LOCAL_OF_SENTIMENT
           : class_ < NB_LOCAL_INTENT ? NB_LOCAL_OF_EMOTION
                                      : NB_LOCAL_OF_INTENT;
}

static void start(const float *trust, const float *bias, const struct nb_local_row *row, float *p)
{
    for (int c = 0; c < NB_LOCAL_CLASSES; c++) {
        p[c] = trust[group_of(c)] * row->base[c] + bias[c];
    }
}

static void finish(float *p)
{
    nb_softmax(p + NB_LOCAL_SENTIMENT, NB_LOCAL_SENTIMENT_N);
    nb_softmax(p + NB_LOCAL_EMOTION, NB_LOCAL_EMOTION_N);
    for (int c = NB_LOCAL_INTENT; c < NB_LOCAL_CLASSES; c++) {
        p[c] = nb_logistic(p[c]);
    }
}

void nb_local_chances(const struct nb_local_weights *weights, const struct nb_local_row *row,
                      float *p)
{
    start(weights->trust, weights->bias, row, p);
    for (size_t i = 0; i < row->n; i++) {
        const float *w = weights->weights + (size_t)row->features[i].bucket * NB_LOCAL_CLASSES;
        for (int c = 0; c < NB_LOCAL_CLASSES; c++) {
            p[c] += row->features[i].value * w[c];
        }
    }
    finish(p);
}

void nb_local_score(const struct nb_local *model, const struct nb_local_row *row, float *p)
{
    size_t at = 0;
    start(model->header->trust, model->header->bias, row, p);
    for (size_t i = 0; i < row->n; i++) { /* both ascend */
        size_t high = model->header->rows_n;
        while (at < high) {
            size_t middle = at + (high - at) / 2;
            if (model->buckets[middle] < row->features[i].bucket) {
                at = middle + 1;
            } else {
                high = middle;
            }
        }
        if (at < model->header->rows_n && model->buckets[at] == row->features[i].bucket) {
            const float *w = model->weights + at * NB_LOCAL_CLASSES;
            for (int c = 0; c < NB_LOCAL_CLASSES; c++) {
                p[c] += row->features[i].value * w[c];
            }
        }
    }
    finish(p);
}

static int likeliest(const float *p, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++) {
        best = p[i] > p[best] ? i : best;
    }
    return best;
}

static void judge_intents(const float *p, struct nb_opinion_result *out)
{
    bool any = false;
    for (int i = 0; i < NB_LOCAL_INTENT_N; i++) {
        out->intents[i] = p[NB_LOCAL_INTENT + i] >= 0.5F;
        any |= out->intents[i];
    }
    bool chats = p[NB_LOCAL_INTENT + NB_INTENT_CHAT] > p[NB_LOCAL_INTENT + NB_INTENT_OPINION];
    out->intents[chats ? NB_INTENT_CHAT : NB_INTENT_OPINION] |= !any;
}

void nb_local_judge(const bool *learnt, const float *p, struct nb_opinion_result *out)
{
    if (learnt[NB_LOCAL_OF_SENTIMENT]) {
        int best = likeliest(p + NB_LOCAL_SENTIMENT, NB_LOCAL_SENTIMENT_N);
        int32_t sure = nb_milli_of(p[NB_LOCAL_SENTIMENT + best]);
        out->label = (enum nb_opinion_label)best;
        out->score_milli = nb_milli_of(p[NB_OPINION_POSITIVE] - p[NB_OPINION_NEGATIVE]);
        out->confidence_milli = sure < CHANCE_MAX_MILLI ? sure : CHANCE_MAX_MILLI;
    }
    if (learnt[NB_LOCAL_OF_EMOTION]) {
        int best = likeliest(p + NB_LOCAL_EMOTION, NB_LOCAL_EMOTION_N);
        for (int i = 0; i < NB_EMOTION_N; i++) {
            float half = best < NB_EMOTION_N ? p[NB_LOCAL_EMOTION + best] / 2 : 1;
            float chance = p[NB_LOCAL_EMOTION + i];
            out->emotions_milli[i] = chance > half ? nb_milli_of(chance) : 0;
        }
    }
    if (learnt[NB_LOCAL_OF_INTENT]) {
        judge_intents(p, out);
    }
}

/* ---- files ---- */

static uint64_t content_hash(struct nb_slice file)
{
    enum { FROM = offsetof(struct nb_local_header, learnt) };
    struct nb_slice part = nb_slice_sub(file, FROM, file.len);
    struct nb_id id = nb_id_of(&part, 1);
    uint64_t hash;
    memcpy(&hash, id.b, sizeof(hash));
    return hash;
}

/* One that is not a number makes every score none. */
static bool all_finite(const float *all, size_t n)
{
    bool finite = true;
    for (size_t i = 0; i < n; i++) {
        finite = finite && isfinite(all[i]);
    }
    return finite;
}

enum nb_err nb_local_open(struct nb_local *model, struct nb_slice bytes)
{
    const struct nb_local_header *header = (const void *)bytes.p;
    *model = (struct nb_local){.header = NULL};
    if (bytes.len < sizeof(*header) || memcmp(header->magic, NB_LOCAL_MAGIC, 8) != 0 ||
        header->version != NB_LOCAL_VERSION || header->classes_n != NB_LOCAL_CLASSES ||
        header->buckets_n != NB_LOCAL_BUCKETS || header->rows_n > NB_LOCAL_BUCKETS) {
        return NB_EINVAL;
    }
    struct nb_slice rest = nb_slice_sub(bytes, sizeof(*header), bytes.len);
    size_t row_bytes = sizeof(uint32_t) + NB_LOCAL_CLASSES * sizeof(float);
    if (rest.len != header->rows_n * row_bytes || content_hash(bytes) != header->content_hash) {
        return NB_EINVAL;
    }
    const float *weights = (const void *)(rest.p + header->rows_n * sizeof(uint32_t));
    if (!all_finite(header->trust, NB_LOCAL_GROUPS) ||
        !all_finite(header->bias, NB_LOCAL_CLASSES) ||
        !all_finite(weights, (size_t)header->rows_n * NB_LOCAL_CLASSES)) {
        return NB_EINVAL;
    }
    *model = (struct nb_local){header, (const void *)rest.p, weights};
    return NB_OK;
}

static bool is_used(const float *w)
{
    for (int c = 0; c < NB_LOCAL_CLASSES; c++) {
        if (w[c] != 0) {
            return true;
        }
    }
    return false;
}

void nb_local_write(const struct nb_local_weights *weights, size_t documents_n, struct nb_buf *out)
{
    struct nb_local_header header = {.magic = NB_LOCAL_MAGIC,
                                     .version = NB_LOCAL_VERSION,
                                     .classes_n = NB_LOCAL_CLASSES,
                                     .buckets_n = NB_LOCAL_BUCKETS,
                                     .documents_n = (uint32_t)documents_n};
    for (uint32_t i = 0; i < NB_LOCAL_BUCKETS; i++) {
        header.rows_n += is_used(weights->weights + (size_t)i * NB_LOCAL_CLASSES);
    }
    for (int g = 0; g < NB_LOCAL_GROUPS; g++) {
        header.learnt |= weights->learnt[g] ? 1U << g : 0;
        header.trust[g] = weights->trust[g];
    }
    memcpy(header.bias, weights->bias, sizeof(header.bias));
    size_t from = out->len;
    nb_buf_add(out, nb_slice(&header, sizeof(header)));
    for (int part = 0; part < 2; part++) {
        for (uint32_t i = 0; i < NB_LOCAL_BUCKETS; i++) {
            const float *w = weights->weights + (size_t)i * NB_LOCAL_CLASSES;
            if (is_used(w)) {
                nb_buf_add(out, part ? nb_slice(w, NB_LOCAL_CLASSES * sizeof(*w))
                                     : nb_slice(&i, sizeof(i)));
            }
        }
    }
    struct nb_slice all = nb_slice_sub(nb_buf_slice(out), from, out->len);
    if (all.len >= sizeof(header)) {
        header.content_hash = content_hash(all);
        memcpy(out->p + from, &header, sizeof(header));
    }
}
