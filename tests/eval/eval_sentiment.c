/*
 * Sentiment, emotion, intent and irony on posts, and for or against on reviews; each figure with a
 * 95 % bootstrap interval (1,000 resamples of the rows, a fixed seed) and the data it is of.
 *
 * Held-out parts by default. `eval_sentiment train` reads the training parts instead: that is the
 * side to look at while the lexicons are worked on; the learnt model knows those rows.
 */
#include "tests/lib/test.h"

#include <math.h>
#include <stdbool.h>

#include <nabiz/series.h>

#include "analyzer/knowledge_private.h"
#include "analyzer/sentiment/verdict.h"

enum { ROWS_MAX = 100000, RESAMPLES = 1000, CLASSES = 3, BINS = 10, FIELDS = 9, IRONY_FROM = 200 };

struct row {
    uint8_t want, got; /* labels */
    uint8_t emotion_want, emotion_got;
    bool irony_want, irony_got;
    uint32_t intents_want, intents_got; /* by bit */
    float confidence, complaint;        /* the latter the logarithm of its odds */
};

/* Rows, picked; of them a figure is computed. */
struct sample {
    const struct row *rows;
    const uint32_t *pick; /* NULL: each once */
    size_t n;
    unsigned class_; /* what the figure is of */
};

typedef double figure_fn(const struct sample *sample);

struct list {
    struct row *rows;
    size_t n;
};

static const struct row *row_of(const struct sample *s, size_t i)
{
    return &s->rows[s->pick ? s->pick[i] : i];
}

static double f1_of(size_t right, size_t there, size_t found)
{
    return there + found ? 2.0 * (double)right / (double)(there + found) : 0;
}

/* ---- figures ---- */

static double label_f1(const struct sample *s)
{
    size_t table[CLASSES][CLASSES] = {{0}};
    double sum = 0;
    int classes = 0;
    for (size_t i = 0; i < s->n; i++) {
        table[row_of(s, i)->want][row_of(s, i)->got]++;
    }
    for (int c = 0; c < CLASSES; c++) {
        size_t there = 0, found = 0;
        for (int d = 0; d < CLASSES; d++) {
            there += table[c][d];
            found += table[d][c];
        }
        classes += there > 0;
        sum += there ? f1_of(table[c][c], there, found) : 0;
    }
    return classes ? sum / classes : 0;
}

/* Were all classes equally frequent. */
static double balanced_accuracy(const struct sample *s)
{
    double there[CLASSES] = {0}, right[CLASSES] = {0}, sum = 0;
    int classes = 0;
    for (size_t i = 0; i < s->n; i++) {
        there[row_of(s, i)->want]++;
        right[row_of(s, i)->want] += row_of(s, i)->want == row_of(s, i)->got;
    }
    for (int c = 0; c < CLASSES; c++) {
        classes += there[c] > 0;
        sum += there[c] > 0 ? right[c] / there[c] : 0;
    }
    return classes ? sum / classes : 0;
}

/* Expected calibration error over ten bins of confidence (Naeini et al. 2015). */
static double calibration_error(const struct sample *s)
{
    double off[BINS] = {0}, sum = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct row *row = row_of(s, i);
        int bin = row->confidence < 1 ? (int)(row->confidence * BINS) : BINS - 1;
        off[bin] += (double)row->confidence - (row->want == row->got);
    }
    for (int b = 0; b < BINS; b++) {
        sum += fabs(off[b]);
    }
    return s->n ? sum / (double)s->n : 0;
}

static double intent_f1(const struct sample *s)
{
    size_t right = 0, there = 0, found = 0;
    uint32_t bit = UINT32_C(1) << s->class_;
    for (size_t i = 0; i < s->n; i++) {
        bool want = row_of(s, i)->intents_want & bit, got = row_of(s, i)->intents_got & bit;
        right += want && got;
        there += want;
        found += got;
    }
    return f1_of(right, there, found);
}

static double irony_f1(const struct sample *s)
{
    size_t right = 0, there = 0, found = 0;
    for (size_t i = 0; i < s->n; i++) {
        right += row_of(s, i)->irony_want && row_of(s, i)->irony_got;
        there += row_of(s, i)->irony_want;
        found += row_of(s, i)->irony_got;
    }
    return f1_of(right, there, found);
}

static double emotion_f1(const struct sample *s)
{
    size_t right = 0, there = 0, found = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool want = row_of(s, i)->emotion_want == s->class_;
        bool got = row_of(s, i)->emotion_got == s->class_;
        right += want && got;
        there += want;
        found += got;
    }
    return f1_of(right, there, found);
}

static double emotion_macro_f1(const struct sample *s)
{
    double sum = 0;
    for (unsigned e = 0; e < NB_EMOTION_N; e++) {
        struct sample one = {s->rows, s->pick, s->n, e};
        sum += emotion_f1(&one);
    }
    return sum / NB_EMOTION_N;
}

static int by_complaint(const void *a, const void *b)
{
    float x = (*(const struct row *const *)a)->complaint;
    float y = (*(const struct row *const *)b)->complaint;
    return (x < y) - (x > y);
}

/* Precision where the share class_ / 100 of the complaints is found. */
static double complaint_precision(const struct sample *s)
{
    const struct row **rows = malloc(s->n * sizeof(*rows));
    uint32_t bit = UINT32_C(1) << NB_INTENT_COMPLAINT;
    size_t there = 0, found = 0, i = 0;
    for (size_t k = 0; rows && k < s->n; k++) {
        rows[k] = row_of(s, k);
        there += (rows[k]->intents_want & bit) != 0;
    }
    if (!rows || !there) {
        free(rows);
        return 0;
    }
    qsort(rows, s->n, sizeof(const struct row *), by_complaint);
    while (i < s->n && found * 100 < there * s->class_) {
        found += (rows[i++]->intents_want & bit) != 0;
    }
    free(rows);
    return i ? (double)found / (double)i : 0;
}

/* ---- intervals ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_figure(const char *name, figure_fn *figure, unsigned class_, const char *unit,
                         const struct list *list, const char *data)
{
    static double values[RESAMPLES];
    struct sample all = {list->rows, NULL, list->n, class_};
    uint32_t *pick = malloc(list->n * sizeof(*pick));
    uint64_t state = 20260101;
    for (int i = 0; pick && i < RESAMPLES; i++) {
        struct sample some = {list->rows, pick, list->n, class_};
        for (size_t k = 0; k < list->n; k++) {
            pick[k] = (uint32_t)(nb_series_next(&state) % list->n);
        }
        values[i] = figure(&some);
    }
    qsort(values, RESAMPLES, sizeof(values[0]), by_value);
    printf("%s %.3f [%.3f, %.3f] %s (n %zu, %s)\n", name, figure(&all), values[25], values[974],
           unit, list->n, data);
    free(pick);
}

/* ---- rows ---- */

static uint8_t label_of(struct nb_slice name)
{
    return nb_slice_eq(name, NB_LIT("neg")) ? 0 : nb_slice_eq(name, NB_LIT("pos")) ? 2 : 1;
}

static uint32_t intent_of(struct nb_slice name)
{
    unsigned intent = nb_intent_named(name);
    return intent < NB_MODEL_INTENT_N ? UINT32_C(1) << intent : 0;
}

/* How much of a complaint the model sees, which is not a part of an annotation. */
static float complaint_of(const struct nb_knowledge *k, const struct nb_document *document,
                          struct nb_arena *arena)
{
    struct nb_opinion_reading reading;
    struct nb_model_sum sum = {.marks = {0}};
    float scores[NB_MODEL_CLASSES];
    unsigned c = NB_MODEL_INTENT + NB_INTENT_COMPLAINT;
    if (!k->model.header || nb_annotate_reading(document, k, NULL, arena, &reading) != NB_OK) {
        return 0;
    }
    nb_model_add_text(&k->model, &k->features, &k->affect, &reading.text, NULL, &sum);
    nb_model_score(&k->model, &k->features, &sum, &reading.sum, scores);
    return nb_model_odds(&k->model, scores, c);
}

static struct nb_annotation *annotate(const struct nb_knowledge *knowledge, struct nb_slice text,
                                      struct nb_arena *arena, struct nb_document **document)
{
    struct nb_annotation *annotation = NULL;
    *document = nb_document_new(arena);
    (*document)->text = nb_arena_strdup(arena, text);
    return nb_annotate(*document, knowledge, arena, &annotation) == NB_OK ? annotation : NULL;
}

static void judge_post(const struct nb_knowledge *knowledge, struct nb_slice *field,
                       struct nb_arena *arena, struct list *list)
{
    struct nb_document *document;
    struct nb_annotation *a = annotate(knowledge, field[8], arena, &document);
    struct row *row = &list->rows[list->n];
    struct nb_slice part;
    if (!a) {
        return;
    }
    *row = (struct row){.want = label_of(field[1]), .got = (uint8_t)(a->sentiment->label - 1)};
    row->emotion_want = (uint8_t)nb_emotion_named(field[2]);
    struct nb_slice emotion = nb_slice_str(a->n_emotions ? a->emotions[0]->type : "none");
    row->emotion_got = (uint8_t)nb_emotion_named(emotion);
    while (nb_slice_split(&field[3], ',', &part)) {
        row->intents_want |= intent_of(part);
    }
    for (size_t i = 0; i < a->n_intents; i++) {
        row->intents_got |= intent_of(nb_slice_str(a->intents[i]));
    }
    row->irony_want = nb_slice_eq(field[4], NB_LIT("1"));
    row->irony_got = a->has_irony_milli && a->irony_milli >= IRONY_FROM;
    row->confidence = (float)a->sentiment->confidence_milli / 1000;
    row->complaint = complaint_of(knowledge, document, arena);
    list->n++;
}

static void print_classes(const struct list *list)
{
    static const char *const names[] = {"neg", "neu", "pos"};
    for (int c = 0; c < CLASSES; c++) {
        size_t right = 0, there = 0, found = 0;
        for (size_t i = 0; i < list->n; i++) {
            right += list->rows[i].want == c && list->rows[i].got == c;
            there += list->rows[i].want == c;
            found += list->rows[i].got == c;
        }
        printf("  %s precision %.3f recall %.3f (n %zu)\n", names[c],
               found ? (double)right / (double)found : 0, there ? (double)right / (double)there : 0,
               there);
    }
}

static void print_reliability(const struct list *list)
{
    double sure[BINS] = {0}, right[BINS] = {0}, n[BINS] = {0};
    for (size_t i = 0; i < list->n; i++) {
        const struct row *row = &list->rows[i];
        int bin = row->confidence < 1 ? (int)(row->confidence * BINS) : BINS - 1;
        sure[bin] += (double)row->confidence;
        right[bin] += row->want == row->got;
        n[bin]++;
    }
    for (int b = 0; b < BINS; b++) {
        if (n[b] > 0) {
            printf("  confidence %.3f right %.3f (n %.0f)\n", sure[b] / n[b], right[b] / n[b],
                   n[b]);
        }
    }
}

static void print_posts(const struct list *list, const char *data)
{
    char name[64];
    print_figure("posts-sentiment", label_f1, 0, "macro-F1", list, data);
    print_classes(list);
    print_figure("posts-calibration", calibration_error, 0, "expected calibration error", list,
                 data);
    print_reliability(list);
    for (unsigned i = 0; i < NB_MODEL_INTENT_N; i++) {
        (void)snprintf(name, sizeof(name), "posts-intent-%s", nb_intent_name((enum nb_intent)i));
        print_figure(name, intent_f1, i, "F1", list, data);
    }
    print_figure("posts-complaint-recall-85", complaint_precision, 85, "precision", list, data);
    print_figure("posts-complaint-recall-95", complaint_precision, 95, "precision", list, data);
    print_figure("posts-irony", irony_f1, 0, "F1 from a chance of 0.2", list, data);
    print_figure("posts-emotions", emotion_macro_f1, 0, "macro-F1", list, data);
    for (unsigned i = 0; i < NB_EMOTION_N; i++) {
        (void)snprintf(name, sizeof(name), "posts-emotion-%s", nb_emotion_name((enum nb_emotion)i));
        print_figure(name, emotion_f1, i, "F1", list, data);
    }
}

static int eval_posts(const struct nb_knowledge *knowledge, const char *part)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "posts/%s.tsv", part);
    const char *path = nbt_data(name);
    if (!path) {
        return 0;
    }
    struct nb_arena *files = nb_arena_new((size_t)256 << 20);
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    struct list list = {malloc(ROWS_MAX * sizeof(struct row)), 0};
    struct nb_slice line, rest = nbt_read_file(path, files);
    (void)nb_slice_split(&rest, '\n', &line);
    while (nb_slice_split(&rest, '\n', &line) && list.n < ROWS_MAX) {
        struct nb_slice field[FIELDS] = {{NULL, 0}};
        for (size_t i = 0; i + 1 < FIELDS && nb_slice_split(&line, '\t', &field[i]); i++) {
        }
        field[FIELDS - 1] = line;
        if (line.p) {
            judge_post(knowledge, field, arena, &list);
        }
        nb_arena_reset(arena);
    }
    print_posts(&list, name);
    free(list.rows);
    nb_arena_free(arena);
    nb_arena_free(files);
    return list.n ? 0 : 1;
}

/* Two classes: the sign of the score decides, so that every review gets one of them. */
static int eval_reviews(const struct nb_knowledge *knowledge, const char *part)
{
    char name[64], command[4200];
    (void)snprintf(name, sizeof(name), "reviews/%s.tsv.gz", part);
    const char *path = nbt_data(name);
    if (!path) {
        return 0;
    }
    (void)snprintf(command, sizeof(command), "gzip -dc '%s'", path);
    FILE *pipe = popen(command, "r");
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    struct list list = {malloc(ROWS_MAX * sizeof(struct row)), 0};
    char *text = NULL;
    size_t cap = 0;
    for (ssize_t len; pipe && list.n < ROWS_MAX && (len = getline(&text, &cap, pipe)) > 0;) {
        struct nb_slice rest = nb_slice_trim(nb_slice(text, (size_t)len)), label;
        struct nb_document *document;
        (void)nb_slice_split(&rest, '\t', &label);
        struct nb_annotation *a = rest.p ? annotate(knowledge, rest, arena, &document) : NULL;
        if (a) {
            uint8_t got = a->sentiment->score_milli < 0 ? 0 : 2;
            list.rows[list.n++] = (struct row){.want = label_of(label), .got = got};
        }
        nb_arena_reset(arena);
    }
    free(text);
    if (pipe) {
        (void)pclose(pipe);
    }
    print_figure("reviews-polarity", label_f1, 0, "macro-F1", &list, name);
    print_figure("reviews-balanced", balanced_accuracy, 0, "mean of the recalls", &list, name);
    free(list.rows);
    nb_arena_free(arena);
    return list.n ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 && strcmp(argv[1], "train") == 0 ? "train" : "heldout";
    struct nb_knowledge *knowledge;
    struct nb_error error = {0};
    if (nb_knowledge_load("lexicons", NULL, &knowledge, NULL, &error) != NB_OK) {
        fprintf(stderr, "eval_sentiment: %s\n", nb_error_text(&error));
        return 1;
    }
    int failed = eval_posts(knowledge, part) | eval_reviews(knowledge, part);
    nb_knowledge_free(knowledge);
    return failed;
}
