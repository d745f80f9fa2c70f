/*
 * Train the second opinion on life events. Run by `make models`.
 *
 *     train_events DATA LABELS LEXICONS OUT|--folds [SENTENCES]...
 *
 * The rules of LEXICONS propose hits in the posts of DATA (their own labels, and LABELS for those
 * that came without: id, chance in percent, type, subject, stage, part); how likely a post has an
 * event of that type is what is learnt. SENTENCES are own ones: chance, type, subject, stage, text;
 * without the chance they are certain. A logistic model is fitted by AdaGrad with a penalty on
 * squares, rows in an order drawn from a fixed seed. Events are more frequent in own posts, and
 * less in our labels, than in the posts of DATA, which were drawn for brands and events as what
 * people follow is: a weight for each takes that up, and is not written. Features of fewer than
 * five hits are left out, so that no text can be read off the weights. One thread, no clock: the
 * same data give the same bytes.
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
static const float weight_of[SOURCES_N] = {0.5F, 1.0F, 1.0F};

static const struct nb_slice source_names[SOURCES_N] = {
    [SOURCE_OWN] = {"source/own", 10}, [SOURCE_LABELS] = {"source/labels", 13}};

struct row {
    uint32_t *features;
    size_t n;
    uint8_t type; /* the first of its family */
    uint8_t source, fold;
    float chance; /* of its being an event, as readers put it */
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
    float chance;
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
    bool is_of_family = nb_event_type_parse(t->wanted, &wanted) && types >> wanted & 1;
    *row = (struct row){.type = type,
                        .source = (uint8_t)t->source,
                        .fold = t->fold,
                        .chance = is_of_family ? t->chance : 0};
    row->features = nb_arena_alloc(t->keep, (names_n + 1) * sizeof(*row->features));
    if (!row->features) {
        die("out of memory");
    }
    for (size_t i = 0; i < names_n; i++) {
        row->features[row->n++] = feature_of(t, names[i]);
    }
    if (t->source != SOURCE_POSTS) {
        row->features[row->n++] = feature_of(t, source_names[t->source]);
    }
    for (size_t i = 0; i < row->n; i++) {
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

static void read_post(struct trainer *t, struct nb_slice event, float chance, struct nb_slice text)
{
    struct nb_annotation *annotation;
    nb_arena_reset(t->arena);
    struct nb_document *document = nb_document_new(t->arena);
    t->wanted = event;
    t->chance = chance;
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

static bool is_row(struct nb_slice line)
{
    return line.len && line.p[0] != '#' && !nb_slice_starts(line, NB_LIT("id\t"));
}

/* The next fields of a line; what is left of it is the text. */
static bool take_fields(struct nb_slice *line, struct nb_slice *fields, size_t n)
{
    size_t taken = 0;
    while (taken < n && nb_slice_split(line, '\t', &fields[taken])) {
        taken++;
    }
    return taken == n && line->p;
}

static void read_posts(struct trainer *t, const char *path)
{
    enum { EVENT = 5 };
    struct nb_slice line, rest = file_of(t, path), field[COLUMNS - 1];
    t->source = SOURCE_POSTS;
    while (nb_slice_split(&rest, '\n', &line)) {
        if (is_row(line) && take_fields(&line, field, COLUMNS - 1)) {
            read_post(t, field[EVENT], 1, line);
        }
    }
}

static float chance_of(struct nb_slice percent)
{
    int64_t number;
    if (!nb_slice_to_i64(percent, &number) || number < 0 || number > 100) {
        die("a chance is 0 to 100");
    }
    return (float)number / 100;
}

static void read_sentences(struct trainer *t, const char *path)
{
    enum { OWN_COLUMNS = 3 };
    struct nb_slice line, rest = file_of(t, path), field[OWN_COLUMNS];
    t->source = SOURCE_OWN;
    while (nb_slice_split(&rest, '\n', &line)) {
        bool row = is_row(line), rated = row && nb_ascii_is_digit(line.p[0]);
        float chance = 1;
        if (rated && take_fields(&line, field, 1)) {
            chance = chance_of(field[0]);
        }
        if (row && take_fields(&line, field, OWN_COLUMNS)) {
            read_post(t, field[0], chance, line);
        }
    }
}

struct label {
    struct nb_slice event;
    float chance;
};

/* What is kept for the evaluation is left out. */
static void read_labels(struct trainer *t, const char *labels, const char *texts)
{
    enum { LABEL_COLUMNS = 5, TEXT_COLUMNS = 2 };
    struct nb_slice line, rest = file_of(t, labels), field[LABEL_COLUMNS];
    struct label *by_id = calloc(LABELS_MAX, sizeof(*by_id));
    int64_t number;
    while (by_id && nb_slice_split(&rest, '\n', &line)) {
        if (is_row(line) && take_fields(&line, field, LABEL_COLUMNS) &&
            nb_slice_eq(line, NB_LIT("tuning")) && nb_slice_to_i64(field[0], &number) &&
            number >= 0 && number < LABELS_MAX) {
            by_id[number] = (struct label){field[2], chance_of(field[1])};
        }
    }
    t->source = SOURCE_LABELS;
    rest = file_of(t, texts);
    while (by_id && nb_slice_split(&rest, '\n', &line)) {
        if (is_row(line) && take_fields(&line, field, TEXT_COLUMNS) &&
            nb_slice_to_i64(field[0], &number) && number >= 0 && number < LABELS_MAX &&
            by_id[number].event.p) {
            read_post(t, by_id[number].event, by_id[number].chance, line);
        }
    }
    free(by_id);
}

static bool is_source(struct nb_slice name)
{
    return nb_slice_starts(name, NB_LIT("source/"));
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
    float error = 1 / (1 + expf(-odds_of(t, row))) - row->chance;
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

/* Of each type, and at last of all. */
static void print_folds(const struct trainer *t, const float *odds, enum source source)
{
    static const char *const names[] = {"own", "posts", "labels"};
    static const float chances[] = {0.4F, 0.5F, 0.6F, 0.7F, 0.8F, 0.9F};
    for (int type = 0; type <= NB_EVENT_TYPES_N; type++) {
        bool all = type == NB_EVENT_TYPES_N;
        size_t rows = 0;
        float there = 0;
        for (size_t i = 0; i < t->rows_n; i++) {
            bool ours = (all || t->rows[i].type == type) && t->rows[i].source == source;
            rows += ours;
            there += ours ? t->rows[i].chance : 0;
        }
        if (!rows) {
            continue;
        }
        printf("%s %s: %.1f of %zu\n", names[source],
               all ? "all" : nb_event_type_name((enum nb_event_type)type), (double)there, rows);
        for (size_t c = 0; c < sizeof(chances) / sizeof(chances[0]); c++) {
            size_t found = 0;
            float right = 0;
            for (size_t i = 0; i < t->rows_n; i++) {
                bool above = (all || t->rows[i].type == type) && t->rows[i].source == source &&
                             1 / (1 + expf(-odds[i])) >= chances[c];
                found += above;
                right += above ? t->rows[i].chance : 0;
            }
            printf("  from %.1f: %.1f of %zu right\n", (double)chances[c], (double)right, found);
        }
    }
}

/* What is not written. */
static float bias_of(const struct trainer *t, const struct row *row)
{
    uint32_t last = row->features[row->n - 1];
    return is_source(t->names[last]) ? t->weights[last] : 0;
}

static void try_folds(struct trainer *t)
{
    float *odds = calloc(ROWS_MAX, sizeof(*odds));
    for (uint8_t fold = 0; odds && fold < FOLDS; fold++) {
        fit(t, fold);
        for (size_t i = 0; i < t->rows_n; i++) {
            if (t->rows[i].fold == fold) {
                odds[i] = odds_of(t, &t->rows[i]) - bias_of(t, &t->rows[i]);
            }
        }
    }
    print_folds(t, odds, SOURCE_OWN);
    print_folds(t, odds, SOURCE_LABELS);
    print_folds(t, odds, SOURCE_POSTS);
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
        if (t->names[i].p && !is_source(t->names[i]) && fabsf(t->weights[i]) >= WRITTEN_MIN) {
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
    read_posts(&t, path);
    read_labels(&t, argv[2], texts);
    for (int i = 5; i < argc; i++) {
        read_sentences(&t, argv[i]);
    }
    if (strcmp(argv[4], "--folds") == 0) {
        try_folds(&t);
    } else {
        fit(&t, FOLDS);
        write_weights(&t, argv[4]);
    }
    return 0;
}
