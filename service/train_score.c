#include "service/train_score.h"

#include <stdio.h>
#include <stdlib.h>

#include <nabiz/mem.h>
#include <nabiz/series.h>

enum { RESAMPLES = 1000, LOW = 25, HIGH = 974, ROWS_MIN = 10 };

struct counts {
    size_t right, found, there;
};

static double f1_of(const struct counts *c)
{
    size_t all = c->found + c->there;
    return all ? 2.0 * (double)c->right / (double)all : 0;
}

/* Of the labels that rows have. */
static double macro_f1(const struct nb_train_judged *j, const struct nb_opinion_result *results,
                       const uint32_t *pick)
{
    struct counts counts[NB_LOCAL_SENTIMENT_N] = {{0, 0, 0}};
    double sum = 0;
    int classes = 0;
    for (size_t i = 0; i < j->n; i++) {
        size_t at = pick ? pick[i] : i;
        int want = j->wants[at].sentiment, got = (int)results[at].label;
        counts[want].there++;
        counts[got].found++;
        counts[got].right += want == got;
    }
    for (int c = 0; c < NB_LOCAL_SENTIMENT_N; c++) {
        classes += counts[c].there > 0;
        sum += counts[c].there ? f1_of(&counts[c]) : 0;
    }
    return classes ? sum / classes : 0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_row(const char *name, double shipped, double local, size_t n)
{
    printf("%-26s %.3f             %.3f             n %zu\n", name, shipped, local, n);
}

static enum nb_err print_sentiment(const struct nb_train_judged *j, int *better)
{
    double *sums = nb_calloc(3 * RESAMPLES, sizeof(*sums));
    uint32_t *pick = nb_calloc(j->n, sizeof(*pick));
    uint64_t state = 20260101;
    if (sums && pick) {
        double *shipped = sums, *local = sums + RESAMPLES, *gain = sums + 2 * RESAMPLES;
        for (int r = 0; r < RESAMPLES; r++) {
            for (size_t i = 0; i < j->n; i++) {
                pick[i] = (uint32_t)(nb_series_next(&state) % j->n);
            }
            shipped[r] = macro_f1(j, j->shipped, pick);
            local[r] = macro_f1(j, j->local, pick);
            gain[r] = local[r] - shipped[r];
        }
        for (int i = 0; i < 3; i++) {
            qsort(sums + i * RESAMPLES, RESAMPLES, sizeof(*sums), by_value);
        }
        printf("%-26s %.3f [%.3f %.3f] %.3f [%.3f %.3f] n %zu\n", "sentiment, macro-F1",
               macro_f1(j, j->shipped, NULL), shipped[LOW], shipped[HIGH],
               macro_f1(j, j->local, NULL), local[LOW], local[HIGH], j->n);
        printf("%-26s %+.3f [%+.3f %+.3f]\n", "  gained",
               macro_f1(j, j->local, NULL) - macro_f1(j, j->shipped, NULL), gain[LOW], gain[HIGH]);
        *better = (int)(1000 * gain[LOW]);
    }
    enum nb_err err = sums && pick ? NB_OK : NB_ENOMEM;
    nb_free(sums);
    nb_free(pick);
    return err;
}

static int emotion_of(const struct nb_opinion_result *result)
{
    int best = NB_EMOTION_N;
    for (int i = 0; i < NB_EMOTION_N; i++) {
        int32_t most = best < NB_EMOTION_N ? result->emotions_milli[best] : 0;
        best = result->emotions_milli[i] > most ? i : best;
    }
    return best;
}

/* Whether a row is of a class: 1, 0, or -1 when it does not say. */
typedef int wants_fn(const struct nb_local_want *want, int class_);
typedef bool says_fn(const struct nb_opinion_result *result, int class_);

static int wants_label(const struct nb_local_want *want, int class_)
{
    return want->sentiment == class_;
}

static bool says_label(const struct nb_opinion_result *result, int class_)
{
    return (int)result->label == class_;
}

static int wants_emotion(const struct nb_local_want *want, int class_)
{
    return want->emotion < 0 ? -1 : want->emotion == class_;
}

static bool says_emotion(const struct nb_opinion_result *result, int class_)
{
    return emotion_of(result) == class_;
}

static int wants_intent(const struct nb_local_want *want, int class_)
{
    return want->intents < 0 ? -1 : (want->intents >> class_) & 1;
}

static bool says_intent(const struct nb_opinion_result *result, int class_)
{
    return result->intents[class_];
}

static void print_class(const struct nb_train_judged *j, const char *name, int class_,
                        wants_fn *wants, says_fn *says)
{
    struct counts counts[2] = {{0, 0, 0}, {0, 0, 0}};
    for (size_t i = 0; i < j->n; i++) {
        int want = wants(&j->wants[i], class_);
        for (int k = 0; want >= 0 && k < 2; k++) {
            bool said = says(k ? &j->local[i] : &j->shipped[i], class_);
            counts[k].there += want > 0;
            counts[k].found += said;
            counts[k].right += said && want > 0;
        }
    }
    if (counts[0].there >= ROWS_MIN) {
        print_row(name, f1_of(&counts[0]), f1_of(&counts[1]), counts[0].there);
    }
}

enum nb_err nb_train_score_print(const struct nb_train_judged *judged, int *better)
{
    static const char *const labels[] = {"  negative, F1", "  neutral, F1", "  positive, F1"};
    char name[40];
    printf("%-26s shipped           local\n", "");
    enum nb_err err = print_sentiment(judged, better);
    for (int i = 0; i < NB_LOCAL_SENTIMENT_N; i++) {
        print_class(judged, labels[i], i, wants_label, says_label);
    }
    for (int i = 0; i < NB_EMOTION_N; i++) {
        (void)snprintf(name, sizeof(name), "emotion %s, F1", nb_emotion_name((enum nb_emotion)i));
        print_class(judged, name, i, wants_emotion, says_emotion);
    }
    for (int i = 0; i < NB_LOCAL_INTENT_N; i++) {
        (void)snprintf(name, sizeof(name), "intent %s, F1", nb_intent_name((enum nb_intent)i));
        print_class(judged, name, i, wants_intent, says_intent);
    }
    return err;
}
