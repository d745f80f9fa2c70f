/*
 * The weights of the second opinion, and what they add up to. Keys are hashes of the names.
 */
#include "analyzer/events/second.h"

#include <stdlib.h>

#include <nabiz/hash.h>

#include "analyzer/events/rules.h"

enum {
    WEIGHT_MAX_MILLI = 100000,
    POST_MAX_MILLI = 8000,
    BUCKET_BITS = 12,
    BUCKETS = 1 << BUCKET_BITS,
    STEP_MILLI = 500, /* between two points of the logistic curve below */
    POINTS = 17
};

/* 1000 / (1 + exp(-x)) at x = 0, 0.5, 1 ... 8. */
static const int32_t logistic_milli[POINTS] = {500, 622, 731, 818, 881, 924, 953, 971, 982,
                                               989, 993, 996, 998, 998, 999, 999, 1000};

/* Of a name that is there twice the lower weight counts, whatever the library's sort does. */
static int by_key(const void *a, const void *b)
{
    const struct nb_second_weight *x = a, *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return (x->milli > y->milli) - (x->milli < y->milli);
}

/* The next line that says something, numbered from 1. */
static bool next_line(struct nb_slice *text, struct nb_slice *line, uint32_t *number)
{
    while (nb_slice_split(text, '\n', line)) {
        *number += 1;
        *line = nb_slice_trim(*line);
        if (line->len && line->p[0] != '#') {
            return true;
        }
    }
    return false;
}

static bool index_weights(struct nb_second *second, struct nb_arena *arena)
{
    second->begins = nb_arena_alloc(arena, (BUCKETS + 1) * sizeof(*second->begins));
    if (!second->begins) {
        second->n = 0;
        return false;
    }
    if (second->n) {
        qsort(second->all, second->n, sizeof(*second->all), by_key);
    }
    size_t at = 0;
    for (uint64_t bucket = 0; bucket <= BUCKETS; bucket++) {
        while (at < second->n && second->all[at].key >> (64 - BUCKET_BITS) < bucket) {
            at++;
        }
        second->begins[bucket] = (uint32_t)at;
    }
    return true;
}

enum nb_err nb_second_read(struct nb_second *second, struct nb_arena *arena, struct nb_slice text,
                           tr_report_fn *report, void *context)
{
    struct nb_slice line, weight, name, rest = text;
    uint32_t number = 0;
    size_t lines_n = 0;
    while (next_line(&rest, &line, &number)) {
        lines_n++;
    }
    lines_n = lines_n < NB_SECOND_WEIGHTS_MAX ? lines_n : NB_SECOND_WEIGHTS_MAX;
    *second = (struct nb_second){.all = nb_arena_alloc(arena, lines_n * sizeof(*second->all))};
    if (!second->all) {
        return NB_ENOMEM;
    }
    for (number = 0; next_line(&text, &line, &number);) {
        int64_t milli;
        bool good = nb_rule_piece(&line, &weight) && nb_rule_piece(&line, &name) &&
                    !nb_slice_trim(line).len && nb_slice_to_i64(weight, &milli) &&
                    milli >= -WEIGHT_MAX_MILLI && milli <= WEIGHT_MAX_MILLI;
        if (!good || second->n == lines_n) {
            report(context, number, good ? "too many weights" : "expected a weight and a name");
            continue;
        }
        second->all[second->n++] =
            (struct nb_second_weight){.key = nb_hash64(name), .milli = (int32_t)milli};
    }
    return index_weights(second, arena) ? NB_OK : NB_ENOMEM;
}

/* Points on the curve, and straight lines between them. */
static int32_t chance_milli(int64_t odds_milli)
{
    int64_t x = odds_milli < 0 ? -odds_milli : odds_milli;
    int64_t at = x / STEP_MILLI;
    int32_t up = logistic_milli[POINTS - 1];
    if (at < POINTS - 1) {
        int64_t rise = logistic_milli[at + 1] - logistic_milli[at];
        up = logistic_milli[at] + (int32_t)(rise * (x % STEP_MILLI) / STEP_MILLI);
    }
    return odds_milli < 0 ? 1000 - up : up;
}

static int64_t weight_of(const struct nb_second *second, uint64_t key)
{
    uint64_t bucket = key >> (64 - BUCKET_BITS);
    for (uint32_t i = second->begins[bucket]; i < second->begins[bucket + 1]; i++) {
        if (second->all[i].key == key) {
            return second->all[i].milli;
        }
    }
    return 0;
}

static int64_t sum_of(const struct nb_second *second, const struct nb_second_features *features)
{
    int64_t sum = 0;
    for (size_t i = 0; i < features->n; i++) {
        sum += weight_of(second, features->keys[i]);
    }
    return sum;
}

/* Rounded down; Newton's. */
static int64_t root(int64_t number)
{
    int64_t x = number, next = number / 2 + 1;
    while (next < x) {
        x = next;
        next = (x + number / x) / 2;
    }
    return x;
}

int32_t nb_second_post_milli(const struct nb_second *second,
                             const struct nb_second_features *features)
{
    enum { MILLI_SQUARED = 1000 * 1000 };
    if (!second->n) {
        return 0;
    }
    int64_t length_milli = root((int64_t)(features->n ? features->n : 1) * MILLI_SQUARED);
    int64_t odds = weight_of(second, nb_hash64(NB_LIT("post/bias"))) +
                   sum_of(second, features) * 1000 / length_milli;
    return (int32_t)(odds > POST_MAX_MILLI    ? POST_MAX_MILLI
                     : odds < -POST_MAX_MILLI ? -POST_MAX_MILLI
                                              : odds);
}

int32_t nb_second_milli(const struct nb_second *second, const struct nb_second_features *features,
                        int32_t post_milli)
{
    if (!second->n) {
        return 1000;
    }
    int64_t of_post = 0;
    for (size_t i = 0; i < NB_SECOND_POST_KEYS; i++) {
        of_post += weight_of(second, features->post_keys[i]);
    }
    return chance_milli(sum_of(second, features) + of_post * post_milli / 1000);
}
