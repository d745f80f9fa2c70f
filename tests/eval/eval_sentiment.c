/*
 * Sentiment on posts and reviews: macro-F1 with a 95 % bootstrap interval (1,000 resamples, a
 * fixed seed), intents and emotions on posts. The first form: words and shifts, nothing learnt.
 *
 * Held-out parts by default. `eval_sentiment train` reads the training parts instead: that is the
 * side to look at while the lexicons are worked on.
 */
#include "tests/lib/test.h"

#include <stdbool.h>

#include <nabiz/knowledge.h>

enum { ROWS_MAX = 100000, RESAMPLES = 1000, CLASSES = 3 };

struct rows {
    uint8_t *want, *got;
    size_t n;
};

struct tally {
    char name[24];
    size_t right, found, there;
};

struct tallies {
    struct tally all[64];
    size_t n;
};

static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Macro-F1 over the classes that are there, of rows[pick[i]]. */
static double macro_f1(const struct rows *rows, const uint32_t *pick)
{
    size_t table[CLASSES][CLASSES] = {{0}};
    for (size_t i = 0; i < rows->n; i++) {
        size_t at = pick ? pick[i] : i;
        table[rows->want[at]][rows->got[at]]++;
    }
    double sum = 0;
    int classes = 0;
    for (int c = 0; c < CLASSES; c++) {
        size_t there = 0, found = 0;
        for (int d = 0; d < CLASSES; d++) {
            there += table[c][d];
            found += table[d][c];
        }
        if (there) {
            classes++;
            sum += 2.0 * (double)table[c][c] / (double)(there + found);
        }
    }
    return classes ? sum / classes : 0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_f1(const char *name, const struct rows *rows, const char *data)
{
    static double f1[RESAMPLES];
    uint32_t *pick = malloc(rows->n * sizeof(*pick));
    uint64_t state = 20260101;
    for (int i = 0; pick && i < RESAMPLES; i++) {
        for (size_t k = 0; k < rows->n; k++) {
            pick[k] = (uint32_t)(next_random(&state) % rows->n);
        }
        f1[i] = macro_f1(rows, pick);
    }
    qsort(f1, RESAMPLES, sizeof(f1[0]), by_value);
    printf("%s %.3f [%.3f, %.3f] macro-F1 (n %zu, %s, first form: lexicon only)\n", name,
           macro_f1(rows, NULL), f1[25], f1[974], rows->n, data);
    free(pick);
}

static void print_classes(const struct rows *rows)
{
    static const char *const names[] = {"neg", "neu", "pos"};
    for (int c = 0; c < CLASSES; c++) {
        size_t right = 0, there = 0, found = 0;
        for (size_t i = 0; i < rows->n; i++) {
            right += rows->want[i] == c && rows->got[i] == c;
            there += rows->want[i] == c;
            found += rows->got[i] == c;
        }
        printf("  %s precision %.3f recall %.3f (n %zu)\n", names[c],
               found ? (double)right / (double)found : 0, there ? (double)right / (double)there : 0,
               there);
    }
}

static struct tally *tally_of(struct tallies *t, struct nb_slice name)
{
    for (size_t i = 0; i < t->n; i++) {
        if (nb_slice_eq(nb_slice_str(t->all[i].name), name)) {
            return &t->all[i];
        }
    }
    struct tally *fresh = &t->all[t->n < 63 ? t->n++ : 63];
    (void)snprintf(fresh->name, sizeof(fresh->name), "%.*s", NB_ARG(name));
    return fresh;
}

static bool listed(struct nb_slice list, const char *name)
{
    struct nb_slice part;
    while (nb_slice_split(&list, ',', &part)) {
        if (nb_slice_eq(part, nb_slice_str(name))) {
            return true;
        }
    }
    return false;
}

static void count(struct tallies *t, struct nb_slice want, char *const *got, size_t got_n)
{
    struct nb_slice part;
    for (struct nb_slice rest = want; nb_slice_split(&rest, ',', &part);) {
        tally_of(t, part)->there++;
    }
    for (size_t i = 0; i < got_n; i++) {
        struct tally *one = tally_of(t, nb_slice_str(got[i]));
        one->found++;
        one->right += listed(want, got[i]);
    }
}

static void print_tallies(const char *what, const struct tallies *t, const char *data)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct tally *one = &t->all[i];
        if (one->there && strcmp(one->name, "none") != 0) {
            printf("%s %s %.3f F1 (precision %.3f, recall %.3f, n %zu, %s, first form)\n", what,
                   one->name, 2.0 * (double)one->right / (double)(one->there + one->found),
                   one->found ? (double)one->right / (double)one->found : 0,
                   (double)one->right / (double)one->there, one->there, data);
        }
    }
}

static struct nb_annotation *annotate(const struct nb_knowledge *knowledge, struct nb_slice text,
                                      struct nb_arena *arena)
{
    struct nb_document *document = nb_document_new(arena);
    struct nb_annotation *annotation = NULL;
    document->text = nb_arena_strdup(arena, text);
    if (nb_annotate(document, knowledge, arena, &annotation) != NB_OK) {
        return NULL;
    }
    return annotation;
}

static uint8_t label_of(struct nb_slice name)
{
    return nb_slice_eq(name, NB_LIT("neg")) ? 0 : nb_slice_eq(name, NB_LIT("pos")) ? 2 : 1;
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
    struct rows rows = {malloc(ROWS_MAX), malloc(ROWS_MAX), 0};
    struct tallies intents = {.n = 0}, emotions = {.n = 0};
    struct nb_slice line, rest = nbt_read_file(path, files);
    (void)nb_slice_split(&rest, '\n', &line);
    while (nb_slice_split(&rest, '\n', &line) && rows.n < ROWS_MAX) {
        struct nb_slice field[9] = {{NULL, 0}};
        for (size_t i = 0; i < 8 && nb_slice_split(&line, '\t', &field[i]); i++) {
        }
        field[8] = line;
        struct nb_annotation *a = field[8].p ? annotate(knowledge, field[8], arena) : NULL;
        if (a) {
            rows.want[rows.n] = label_of(field[1]);
            rows.got[rows.n++] = (uint8_t)(a->sentiment->label - 1);
            char *emotion = a->n_emotions ? a->emotions[0]->type : NULL;
            count(&intents, field[3], a->intents, a->n_intents);
            count(&emotions, field[2], &emotion, emotion != NULL);
        }
        nb_arena_reset(arena);
    }
    print_f1("posts-sentiment", &rows, name);
    print_classes(&rows);
    print_tallies("posts-intent", &intents, name);
    print_tallies("posts-emotion", &emotions, name);
    free(rows.want);
    free(rows.got);
    nb_arena_free(arena);
    nb_arena_free(files);
    return rows.n ? 0 : 1;
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
    struct rows rows = {malloc(ROWS_MAX), malloc(ROWS_MAX), 0};
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t len; pipe && rows.n < ROWS_MAX && (len = getline(&line, &cap, pipe)) > 0;) {
        struct nb_slice rest = nb_slice_trim(nb_slice(line, (size_t)len)), label;
        (void)nb_slice_split(&rest, '\t', &label);
        struct nb_annotation *a = rest.p ? annotate(knowledge, rest, arena) : NULL;
        if (a) {
            rows.want[rows.n] = label_of(label);
            rows.got[rows.n++] = a->sentiment->score_milli < 0 ? 0 : 2;
        }
        nb_arena_reset(arena);
    }
    free(line);
    if (pipe) {
        (void)pclose(pipe);
    }
    print_f1("reviews-polarity", &rows, name);
    free(rows.want);
    free(rows.got);
    nb_arena_free(arena);
    return rows.n ? 0 : 1;
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
