/*
 * Train the second opinion on life events. Run by `make models`.
 *
 *     train_events DATA LABELS LEXICONS OUT|--folds [SENTENCES]...
 *
 * The rules of LEXICONS propose hits in the posts of DATA (their own labels, and LABELS for those
 * that came without); whether a post has an event of that type is what is learnt. SENTENCES are
 * own ones: type, subject, stage, text. A logistic model is fitted by AdaGrad with a penalty on
 * squares, rows in an order drawn from a fixed seed. Features of fewer than five hits are left
 * out, so that no text can be read off the weights. One thread, no clock: the same data give the
 * same bytes.
 *
 * --folds writes nothing and says for each type how many of the hits are right above some chances,
 * each fold judged by what was learnt from the others; copies of a post are in one fold.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/diag.h>
#include <nabiz/file.h>
#include <nabiz/hash.h>
#include <nabiz/knowledge.h>

#include "analyzer/knowledge_private.h"

enum {
    FOLDS = 8,
    EPOCHS = 30,
    ROWS_MAX = 60000,
    FEATURES_BITS = 22,
    FEATURES_MAX = 1 << FEATURES_BITS,
    HITS_MIN = 5,
    LABELS_MAX = 1 << 20,
    COLUMNS = 9,
    SKETCH_BYTES = 48,
    FILE_BYTES_MAX = 1 << 28,
    ARENA_BYTES = 1 << 27,
    PATH_BYTES = 4096
};

enum source { SOURCE_OWN, SOURCE_POSTS, SOURCE_LABELS, SOURCES_N };

/* Words are many and rare, what says who speaks of whom is not. */
static const float RATE = 0.01F, PENALTY = 3e-3F, PENALTY_OF_WORDS = 1e-1F, WRITTEN_MIN = 0.01F;
static const float weight_of[SOURCES_N] = {0.5F, 1.0F, 0.7F};

struct row {
    uint32_t *features;
    size_t n;
    uint8_t type; /* the first of its family */
    uint8_t source, fold;
    bool is;
};

struct trainer {
    struct nb_knowledge *knowledge;
    struct nb_word_cache *words;
    struct nb_arena *arena, *keep;
    struct nb_slice *names; /* by feature; a table by hash */
    uint32_t *hits_n;
    float *penalty;
    struct row *rows;
    size_t rows_n;
    float *weights, *squares;
    /* the post being read */
    struct nb_slice wanted;
    enum source source;
    uint8_t fold;
};

static void die(const char *what)
{
    fprintf(stderr, "train_events: %s\n", what);
    exit(1);
}

/* A lemma, a pair of them, or letters. */
static bool is_of_words(struct nb_slice name)
{
    static const char *const kinds[] = {"/w:", "/no:", "/p:", "/t:", "/before:", "/after:"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (nb_slice_find(name, nb_slice_str(kinds[i]), 0) != NB_NPOS) {
            return true;
        }
    }
    return false;
}

static uint32_t feature_of(struct trainer *t, struct nb_slice name)
{
    uint32_t at = (uint32_t)(nb_hash64(name) >> (64 - FEATURES_BITS));
    for (size_t i = 0; i < FEATURES_MAX; i++, at = (at + 1) % FEATURES_MAX) {
        if (!t->names[at].p) {
            t->names[at] = nb_arena_copy(t->keep, name);
            t->penalty[at] = is_of_words(name) ? PENALTY_OF_WORDS : PENALTY;
        }
        if (nb_slice_eq(t->names[at], name)) {
            return at;
        }
    }
    die("too many features");
    return 0;
}

static void put_row(void *context, uint32_t types, const struct nb_slice *names, size_t names_n)
{
    struct trainer *t = context;
    struct row *row = &t->rows[t->rows_n];
    enum nb_event_type wanted;
    uint8_t type = 0;
    if (t->rows_n == ROWS_MAX) {
        die("too many rows");
    }
    while (type + 1 < NB_EVENT_TYPES_N && !(types >> type & 1)) {
        type++;
    }
    *row = (struct row){.n = names_n,
                        .type = type,
                        .source = (uint8_t)t->source,
                        .fold = t->fold,
                        .is = nb_event_type_parse(t->wanted, &wanted) && types >> wanted & 1};
    row->features = nb_arena_alloc(t->keep, names_n * sizeof(*row->features));
    for (size_t i = 0; row->features && i < names_n; i++) {
        row->features[i] = feature_of(t, names[i]);
        t->hits_n[row->features[i]]++;
    }
    t->rows_n++;
}

/* Equal for copies of a post: its first letters, without handles. */
static uint8_t fold_of(struct nb_slice text)
{
    char letters[SKETCH_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < SKETCH_BYTES; i++) {
        if (text.p[i] == '@') {
            while (i < text.len && text.p[i] != ' ') {
                i++;
            }
        } else if ((unsigned char)text.p[i] > ' ') {
            letters[n++] = text.p[i];
        }
    }
    return (uint8_t)(nb_hash64(nb_slice(letters, n)) / 7 % FOLDS);
}

static void read_post(struct trainer *t, struct nb_slice event, struct nb_slice text)
{
    struct nb_annotation *annotation;
    nb_arena_reset(t->arena);
    struct nb_document *document = nb_document_new(t->arena);
    t->wanted = event;
    t->fold = fold_of(text);
    if (!document || !(document->text = nb_arena_strdup(t->arena, text)) ||
        nb_annotate_briefly(document, t->knowledge, t->words, t->arena, &annotation) != NB_OK) {
        die("out of memory");
    }
}

static struct nb_slice file_of(struct trainer *t, const char *path)
{
    struct nb_buf buf;
    struct nb_error error = {0};
    nb_buf_init(&buf, FILE_BYTES_MAX);
    if (nb_file_read(path, &buf, &error) != NB_OK) {
        die(nb_error_text(&error));
    }
    struct nb_slice text = nb_arena_copy(t->keep, nb_buf_slice(&buf));
    nb_buf_fini(&buf);
    return text;
}

/* Rows of so many columns, the last one the text; the event stands in one of them. */
static void read_rows(struct trainer *t, const char *path, enum source source, size_t columns,
                      size_t event)
{
    struct nb_slice line, rest = file_of(t, path);
    t->source = source;
    while (nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice field[COLUMNS] = {{NULL, 0}};
        size_t n = 0;
        while (n + 1 < columns && nb_slice_split(&line, '\t', &field[n])) {
            n++;
        }
        if (n + 1 == columns && line.p && field[0].len && field[0].p[0] != '#' &&
            !nb_slice_eq(field[0], NB_LIT("id"))) {
            read_post(t, field[event], line);
        }
    }
}

static void read_labels(struct trainer *t, const char *labels, const char *texts)
{
    enum { LABEL_COLUMNS = 8, EVENT = 5 };
    struct nb_slice line, rest = file_of(t, labels), id;
    struct nb_slice *by_id = calloc(LABELS_MAX, sizeof(*by_id));
    int64_t number;
    while (by_id && nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice field[LABEL_COLUMNS] = {{NULL, 0}};
        for (size_t i = 0; i < LABEL_COLUMNS && nb_slice_split(&line, '\t', &field[i]); i++) {
        }
        if (nb_slice_to_i64(field[0], &number) && number >= 0 && number < LABELS_MAX) {
            by_id[number] = field[EVENT];
        }
    }
    t->source = SOURCE_LABELS;
    rest = file_of(t, texts);
    while (by_id && nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice offensive;
        if (nb_slice_split(&line, '\t', &id) && nb_slice_split(&line, '\t', &offensive) &&
            nb_slice_to_i64(id, &number) && number >= 0 && number < LABELS_MAX && by_id[number].p) {
            read_post(t, by_id[number], line);
        }
    }
    free(by_id);
}

static float odds_of(const struct trainer *t, const struct row *row)
{
    float sum = 0;
    for (size_t i = 0; i < row->n; i++) {
        sum += t->weights[row->features[i]];
    }
    return sum;
}

static void learn(struct trainer *t, const struct row *row)
{
    float error = 1 / (1 + expf(-odds_of(t, row))) - (row->is ? 1.0F : 0.0F);
    for (size_t i = 0; i < row->n; i++) {
        uint32_t f = row->features[i];
        if (t->hits_n[f] >= HITS_MIN) {
            float slope = weight_of[row->source] * error + t->penalty[f] * t->weights[f];
            t->squares[f] += slope * slope;
            t->weights[f] -= RATE * slope / sqrtf(t->squares[f] + 1e-6F);
        }
    }
}

/* @param without  fold that is left out, FOLDS for none. */
static void fit(struct trainer *t, uint8_t without)
{
    uint32_t *order = malloc(ROWS_MAX * sizeof(*order));
    uint64_t state = 1;
    if (!order) {
        die("out of memory");
    }
    memset(t->weights, 0, FEATURES_MAX * sizeof(*t->weights));
    memset(t->squares, 0, FEATURES_MAX * sizeof(*t->squares));
    for (uint32_t i = 0; i < t->rows_n; i++) {
        order[i] = i;
    }
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (size_t i = t->rows_n; i > 1; i--) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            size_t k = (size_t)(state >> 33) % i;
            uint32_t other = order[k];
            order[k] = order[i - 1];
            order[i - 1] = other;
        }
        for (size_t i = 0; i < t->rows_n; i++) {
            if (t->rows[order[i]].fold != without) {
                learn(t, &t->rows[order[i]]);
            }
        }
    }
    free(order);
}

static void print_folds(const struct trainer *t, const float *odds, enum source source)
{
    static const float chances[] = {0.5F, 0.6F, 0.7F, 0.8F, 0.9F};
    for (int type = 0; type < NB_EVENT_TYPES_N; type++) {
        size_t rows = 0, there = 0;
        for (size_t i = 0; i < t->rows_n; i++) {
            bool ours = t->rows[i].type == type && t->rows[i].source == source;
            rows += ours;
            there += ours && t->rows[i].is;
        }
        if (!rows) {
            continue;
        }
        printf("%s %s: %zu of %zu\n", source == SOURCE_POSTS ? "posts" : "labels",
               nb_event_type_name((enum nb_event_type)type), there, rows);
        for (size_t c = 0; c < sizeof(chances) / sizeof(chances[0]); c++) {
            size_t found = 0, right = 0;
            for (size_t i = 0; i < t->rows_n; i++) {
                bool above = t->rows[i].type == type && t->rows[i].source == source &&
                             1 / (1 + expf(-odds[i])) >= chances[c];
                found += above;
                right += above && t->rows[i].is;
            }
            printf("  from %.1f: %zu of %zu right\n", (double)chances[c], right, found);
        }
    }
}

static void try_folds(struct trainer *t)
{
    float *odds = calloc(ROWS_MAX, sizeof(*odds));
    for (uint8_t fold = 0; odds && fold < FOLDS; fold++) {
        fit(t, fold);
        for (size_t i = 0; i < t->rows_n; i++) {
            if (t->rows[i].fold == fold) {
                odds[i] = odds_of(t, &t->rows[i]);
            }
        }
    }
    print_folds(t, odds, SOURCE_POSTS);
    print_folds(t, odds, SOURCE_LABELS);
    free(odds);
}

static int by_name(const void *a, const void *b)
{
    return nb_slice_cmp(**(const struct nb_slice *const *)a, **(const struct nb_slice *const *)b);
}

static void write_weights(const struct trainer *t, const char *path)
{
    const struct nb_slice **order = malloc(FEATURES_MAX * sizeof(*order));
    FILE *out = fopen(path, "w");
    size_t n = 0;
    if (!order || !out) {
        die("cannot write the weights");
    }
    for (size_t i = 0; i < FEATURES_MAX; i++) {
        if (t->names[i].p && fabsf(t->weights[i]) >= WRITTEN_MIN) {
            order[n++] = &t->names[i];
        }
    }
    qsort(order, n, sizeof(*order), by_name);
    fprintf(out, "# The second opinion on life events: a weight in thousandths, and a feature.\n"
                 "# Learnt by tools/train_events.c (`make models`); not to be edited.\n");
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%ld %.*s\n", lroundf(1000 * t->weights[order[i] - t->names]),
                NB_ARG(*order[i]));
    }
    free(order);
    if (fclose(out) != 0) {
        die("cannot write the weights");
    }
}

int main(int argc, char **argv)
{
    static struct trainer t;
    struct nb_error error = {0};
    char path[PATH_BYTES], texts[PATH_BYTES];
    if (argc < 5) {
        die("usage: train_events DATA LABELS LEXICONS OUT|--folds [SENTENCES]...");
    }
    if (nb_knowledge_load(argv[3], NULL, &t.knowledge, NULL, &error) != NB_OK) {
        die(nb_error_text(&error));
    }
    t.words = nb_word_cache_new();
    t.arena = nb_arena_new(ARENA_BYTES);
    t.keep = nb_arena_new((size_t)8 * ARENA_BYTES);
    t.names = calloc(FEATURES_MAX, sizeof(*t.names));
    t.hits_n = calloc(FEATURES_MAX, sizeof(*t.hits_n));
    t.penalty = calloc(FEATURES_MAX, sizeof(*t.penalty));
    t.rows = calloc(ROWS_MAX, sizeof(*t.rows));
    t.weights = calloc(FEATURES_MAX, sizeof(*t.weights));
    t.squares = calloc(FEATURES_MAX, sizeof(*t.squares));
    if (!t.names || !t.hits_n || !t.penalty || !t.rows || !t.weights || !t.squares || !t.keep) {
        die("out of memory");
    }
    nb_events_on_judged(t.knowledge->events, put_row, &t);
    (void)snprintf(path, sizeof(path), "%s/posts/train.tsv", argv[1]);
    (void)snprintf(texts, sizeof(texts), "%s/posts/unlabelled.tsv", argv[1]);
    read_rows(&t, path, SOURCE_POSTS, COLUMNS, 5);
    read_labels(&t, argv[2], texts);
    for (int i = 5; i < argc; i++) {
        read_rows(&t, argv[i], SOURCE_OWN, 4, 0);
    }
    if (strcmp(argv[4], "--folds") == 0) {
        try_folds(&t);
    } else {
        fit(&t, FOLDS);
        write_weights(&t, argv[4]);
    }
    return 0;
}
