/*
 * Posts as they are and as people also type them: what sentiment loses, in points of macro-F1.
 *
 *     eval_robust [heldout|train] [rows] [show VARIANT]
 *
 * The interval of a loss is of the difference in 1,000 resamples of the rows, the same for both.
 * show lists the posts that a variant loses. Mistakes are made by a seeded generator
 * (tests/lib/mistype.h).
 */
#include "tests/lib/test.h"

#include <stdbool.h>

#include <nabiz/knowledge.h>
#include <nabiz/series.h>

#include "tests/lib/mistype.h"

enum { ROWS_MAX = 10000, RESAMPLES = 1000, CLASSES = 3, TEXT_BYTES_MAX = 1 << 20 };

struct rows {
    struct nb_slice text[ROWS_MAX];
    uint8_t want[ROWS_MAX], plain[ROWS_MAX], got[ROWS_MAX];
    size_t n;
};

struct eval {
    const struct nb_knowledge *knowledge;
    struct nb_word_cache *words;
    struct nb_arena *arena;
};

static double macro_f1(const uint8_t *want, const uint8_t *got, const uint32_t *pick, size_t n)
{
    size_t table[CLASSES][CLASSES] = {{0}};
    for (size_t i = 0; i < n; i++) {
        size_t at = pick ? pick[i] : i;
        table[want[at]][got[at]]++;
    }
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
        size_t there = 0, found = 0;
        for (int d = 0; d < CLASSES; d++) {
            there += table[c][d];
            found += table[d][c];
        }
        sum += there + found ? 2.0 * (double)table[c][c] / (double)(there + found) : 0;
    }
    return sum / CLASSES;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_loss(enum nbt_mistype kind, const struct rows *rows, const char *data)
{
    static double loss[RESAMPLES];
    static uint32_t pick[ROWS_MAX];
    uint64_t state = 20260101;
    for (int i = 0; i < RESAMPLES; i++) {
        for (size_t k = 0; k < rows->n; k++) {
            pick[k] = (uint32_t)(nb_series_next(&state) % rows->n);
        }
        loss[i] = macro_f1(rows->want, rows->plain, pick, rows->n) -
                  macro_f1(rows->want, rows->got, pick, rows->n);
    }
    qsort(loss, RESAMPLES, sizeof(loss[0]), by_value);
    double plain = macro_f1(rows->want, rows->plain, NULL, rows->n);
    double got = macro_f1(rows->want, rows->got, NULL, rows->n);
    printf("robust-%s loses %.1f [%.1f, %.1f] points: macro-F1 %.3f of %.3f (n %zu, %s; %s)\n",
           nbt_mistype_name(kind), 100 * (plain - got), 100 * loss[25], 100 * loss[974], got, plain,
           rows->n, data, nbt_mistype_words(kind));
}

static uint8_t label_of(struct nb_slice name)
{
    return nb_slice_eq(name, NB_LIT("neg")) ? 0 : nb_slice_eq(name, NB_LIT("pos")) ? 2 : 1;
}

static void read_rows(struct rows *rows, struct nb_slice rest, size_t max)
{
    struct nb_slice line;
    (void)nb_slice_split(&rest, '\n', &line);
    while (rows->n < max && nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice field[8] = {{NULL, 0}};
        for (size_t i = 0; i < 8 && nb_slice_split(&line, '\t', &field[i]); i++) {
        }
        if (line.p) {
            rows->want[rows->n] = label_of(field[1]);
            rows->text[rows->n++] = line;
        }
    }
}

static bool judge(struct eval *e, struct nb_slice text, uint8_t *out)
{
    struct nb_annotation *annotation;
    nb_arena_reset(e->arena);
    struct nb_document *document = nb_document_new(e->arena);
    document->text = nb_arena_strdup(e->arena, text);
    if (nb_annotate_briefly(document, e->knowledge, e->words, e->arena, &annotation) != NB_OK) {
        return false;
    }
    *out = (uint8_t)(annotation->sentiment->label - NB__LABEL__NEGATIVE);
    return true;
}

static bool judge_mistyped(struct eval *e, struct rows *rows, enum nbt_mistype kind, bool show)
{
    struct nb_buf text;
    bool ok = true;
    nb_buf_init(&text, TEXT_BYTES_MAX);
    for (size_t i = 0; ok && i < rows->n; i++) {
        nb_buf_reset(&text);
        nbt_mistype(rows->text[i], kind, 1000003 * (uint64_t)kind + i, &text);
        ok = judge(e, nb_buf_slice(&text), &rows->got[i]);
        if (show && rows->got[i] != rows->plain[i]) {
            printf("%c%d>%d\t%.*s\n", rows->plain[i] == rows->want[i] ? '-' : ' ', rows->plain[i],
                   rows->got[i], (int)text.len, text.p);
        }
    }
    nb_buf_fini(&text);
    return ok;
}

static int eval_part(struct eval *e, const char *part, size_t max, const char *show)
{
    static struct rows rows;
    char name[64];
    (void)snprintf(name, sizeof(name), "posts/%s.tsv", part);
    const char *path = nbt_data(name);
    struct nb_arena *files = nb_arena_new((size_t)64 << 20);
    bool ok = true;
    if (path) {
        read_rows(&rows, nbt_read_file(path, files), max);
    }
    for (size_t i = 0; ok && i < rows.n; i++) {
        ok = judge(e, rows.text[i], &rows.plain[i]);
    }
    for (int kind = 0; ok && rows.n && kind < NBT_MISTYPES_N; kind++) {
        bool shown = show && strcmp(show, nbt_mistype_name((enum nbt_mistype)kind)) == 0;
        if (!show || shown) {
            ok = judge_mistyped(e, &rows, (enum nbt_mistype)kind, shown);
            print_loss((enum nbt_mistype)kind, &rows, name);
        }
    }
    nb_arena_free(files);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : "heldout";
    size_t max = argc > 2 ? (size_t)atoi(argv[2]) : ROWS_MAX;
    struct nb_knowledge *knowledge;
    struct nb_error error = {0};
    if (nb_knowledge_load("lexicons", NULL, &knowledge, NULL, &error) != NB_OK) {
        fprintf(stderr, "eval_robust: %s\n", nb_error_text(&error));
        return 1;
    }
    struct eval e = {.knowledge = knowledge,
                     .words = nb_word_cache_new(),
                     .arena = nb_arena_new((size_t)64 << 20)};
    int code = eval_part(&e, part, max < ROWS_MAX ? max : ROWS_MAX,
                         argc > 4 && strcmp(argv[3], "show") == 0 ? argv[4] : NULL);
    nb_word_cache_free(e.words);
    nb_arena_free(e.arena);
    nb_knowledge_free(knowledge);
    return code;
}
