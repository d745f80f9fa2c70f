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
    STEP_MILLI = 500, /* between two points of the logistic curve below */
    POINTS = 17
};

/* 1000 / (1 + exp(-x)) at x = 0, 0.5, 1 ... 8. */
static const int32_t logistic_milli[POINTS] = {500, 622, 731, 818, 881, 924, 953, 971, 982,
                                               989, 993, 996, 998, 998, 999, 999, 1000};

static int by_key(const void *a, const void *b)
{
    uint64_t x = ((const struct nb_second_weight *)a)->key;
    uint64_t y = ((const struct nb_second_weight *)b)->key;
    return x < y ? -1 : x > y;
}

enum nb_err nb_second_read(struct nb_second *second, struct nb_arena *arena, struct nb_slice text,
                           tr_report_fn *report, void *context)
{
    struct nb_slice line, weight, name;
    for (uint32_t number = 1; nb_slice_split(&text, '\n', &line); number++) {
        int64_t milli;
        line = nb_slice_trim(line);
        if (!line.len || line.p[0] == '#') {
            continue;
        }
        bool good = nb_rule_piece(&line, &weight) && nb_rule_piece(&line, &name) &&
                    !nb_slice_trim(line).len && nb_slice_to_i64(weight, &milli) &&
                    milli >= -WEIGHT_MAX_MILLI && milli <= WEIGHT_MAX_MILLI;
        if (!good || second->n == NB_SECOND_WEIGHTS_MAX) {
            report(context, number, good ? "too many weights" : "expected a weight and a name");
            continue;
        }
        struct nb_second_weight *all =
            nb_events_room(arena, second->all, second->n, &second->cap, sizeof(*all));
        if (!all) {
            return NB_ENOMEM;
        }
        second->all = all;
        all[second->n++] =
            (struct nb_second_weight){.key = nb_hash64(name), .milli = (int32_t)milli};
    }
    if (second->n) {
        qsort(second->all, second->n, sizeof(*second->all), by_key);
    }
    return NB_OK;
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
    struct nb_second_weight wanted = {.key = key};
    const struct nb_second_weight *found =
        second->n ? bsearch(&wanted, second->all, second->n, sizeof(wanted), by_key) : NULL;
    return found ? found->milli : 0;
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
