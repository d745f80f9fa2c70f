/*
 * The figures are of rows that the model had no part in: five models, each learnt from four fifths
 * of the rows and asked about the last fifth. Rows with the same text are in the same fifth. The
 * model that is written learnt from all.
 */
#include "service/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <nabiz/diag.h>
#include <nabiz/hash.h>
#include <nabiz/mem.h>

#include "analyzer/local_rows.h"
#include "service/lang.h"
#include "service/train_rows.h"
#include "service/train_score.h"

enum { FOLDS = 5, ROWS_MIN = 50, CLASS_MIN = 5, LABELS = NB_LOCAL_SENTIMENT_N };
enum { TEXTS_BYTES_MAX = 1 << 30, DOCUMENT_BYTES_MAX = 256 << 20 };

struct train {
    struct nb_args *args;
    const char *file;
    struct nb_knowledge *knowledge;
    struct nb_arena *texts, *scratch;
    struct nb_train_rows rows;
    struct nb_local_row *seen;
    struct nb_local_want *wants;
    struct nb_opinion_result *shipped, *local;
    uint32_t *pick;
    struct nb_local_weights weights;
};

static enum nb_err read_rows(struct train *t, struct nb_error *error)
{
    bool standard = strcmp(t->file, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(t->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return nb_error_set(error, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", t->file,
                            strerror(errno));
    }
    enum nb_err err = nb_train_rows_read(fd, standard ? "standard input" : t->file,
                                         nb_args_has(t->args, "strict"), t->texts, &t->rows, error);
    if (!standard) {
        (void)close(fd);
    }
    return err;
}

/* What cannot be learnt from is refused with what is missing. */
static enum nb_err check_rows(const struct train *t, struct nb_error *error)
{
    static const char *const names[] = {"negative", "neutral", "positive"};
    size_t n[LABELS] = {0}, labels = 0;
    for (size_t i = 0; i < t->rows.n; i++) {
        n[t->rows.all[i].want.sentiment]++;
    }
    if (t->rows.n < ROWS_MIN) {
        return nb_error_set(error, NB_ESYNTAX,
                            "%s: %zu good rows; a local model needs %d at least, and some hundreds "
                            "to be worth it",
                            t->file, t->rows.n, ROWS_MIN);
    }
    for (int i = 0; i < LABELS; i++) {
        labels += n[i] >= CLASS_MIN;
        if (n[i] && n[i] < CLASS_MIN) {
            fprintf(stderr, "nabiz train: %s: only %zu %s rows: too few to learn from\n", t->file,
                    n[i], names[i]);
        }
    }
    if (labels < 2) {
        return nb_error_set(error, NB_ESYNTAX,
                            "%s: %zu negative, %zu neutral, %zu positive rows; of two labels %d "
                            "rows each are needed",
                            t->file, n[0], n[1], n[2], CLASS_MIN);
    }
    printf("%zu rows of %s: %zu negative, %zu neutral, %zu positive; %zu refused\n", t->rows.n,
           t->file, n[0], n[1], n[2], t->rows.bad_n);
    return NB_OK;
}

static bool make_room(struct train *t)
{
    size_t n = t->rows.n;
    t->seen = nb_calloc(n, sizeof(*t->seen));
    t->wants = nb_calloc(n, sizeof(*t->wants));
    t->shipped = nb_calloc(n, sizeof(*t->shipped));
    t->local = nb_calloc(n, sizeof(*t->local));
    t->pick = nb_calloc(n, sizeof(*t->pick));
    t->weights.weights =
        nb_calloc((size_t)NB_LOCAL_BUCKETS * NB_LOCAL_CLASSES, sizeof(*t->weights.weights));
    return t->seen && t->wants && t->shipped && t->local && t->pick && t->weights.weights;
}

/* Each text as the model sees it, and what is said of it without. */
static enum nb_err see_rows(struct train *t)
{
    struct nb_word_cache *words = nb_word_cache_new();
    enum nb_err err = words ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < t->rows.n; i++) {
        struct nb_local_row row;
        nb_arena_reset(t->scratch);
        struct nb_document *document = nb_document_new(t->scratch);
        if (!document) {
            err = NB_ENOMEM;
            break;
        }
        document->text = t->rows.all[i].text;
        err = nb_annotate_row(document, t->knowledge, words, t->scratch, &row, &t->shipped[i]);
        if (err == NB_OK) {
            size_t bytes = row.n * sizeof(row.features[0]);
            t->wants[i] = t->rows.all[i].want;
            t->seen[i] = row;
            t->seen[i].features = nb_arena_alloc(t->texts, bytes);
            err = t->seen[i].features ? NB_OK : NB_ENOMEM;
            if (err == NB_OK && bytes) {
                memcpy(t->seen[i].features, row.features, bytes);
            }
        }
    }
    nb_word_cache_free(words);
    return err;
}

static unsigned fold_of(const char *text)
{
    struct nb_slice part = nb_slice_str(text);
    struct nb_id id = nb_id_of(&part, 1);
    return id.b[0] % FOLDS;
}

/* Learn from all rows outside of a fold, FOLDS for none. */
static enum nb_err learn(struct train *t, unsigned fold)
{
    size_t n = 0;
    for (size_t i = 0; i < t->rows.n; i++) {
        if (fold_of(t->rows.all[i].text) != fold) {
            t->pick[n++] = (uint32_t)i;
        }
    }
    return nb_local_fit(t->seen, t->wants, t->pick, n, &t->weights);
}

static enum nb_err cross_validate(struct train *t)
{
    enum nb_err err = NB_OK;
    for (unsigned fold = 0; err == NB_OK && fold < FOLDS; fold++) {
        err = learn(t, fold);
        for (size_t i = 0; err == NB_OK && i < t->rows.n; i++) {
            float chances[NB_LOCAL_CLASSES];
            if (fold_of(t->rows.all[i].text) == fold) {
                t->local[i] = t->shipped[i];
                nb_local_chances(&t->weights, &t->seen[i], chances);
                nb_local_judge(t->weights.learnt, chances, &t->local[i]);
            }
        }
    }
    return err;
}

/* Written beside and renamed, so that whoever reads it sees the old model or the new one. */
static enum nb_err write_model(const struct train *t, const char *path, struct nb_error *error)
{
    struct nb_buf bytes;
    char part[4096];
    nb_buf_init(&bytes, NB_LOCAL_FILE_BYTES_MAX);
    nb_local_write(&t->weights, t->rows.n, &bytes);
    enum nb_err err = nb_buf_finish(&bytes, NULL);
    if (err == NB_OK && (size_t)snprintf(part, sizeof(part), "%s.part", path) >= sizeof(part)) {
        err = NB_ETOOBIG;
    }
    FILE *file = err == NB_OK ? fopen(part, "wb") : NULL;
    bool written = file && fwrite(bytes.p, 1, bytes.len, file) == bytes.len;
    written = file && fclose(file) == 0 && written && rename(part, path) == 0;
    if (err == NB_OK && !written) {
        err = nb_error_set(error, NB_EIO, "%s: %s", path, strerror(errno));
    } else if (err != NB_OK) {
        (void)nb_error_set(error, err, "%s: %s", path, nb_strerror(err));
    } else {
        printf("written: %s, %zu bytes\n"
               "use it: nabiz tag --model %s, or data.local_model in the configuration\n",
               path, bytes.len, path);
    }
    nb_buf_fini(&bytes);
    return err;
}

static enum nb_err report(struct train *t)
{
    int better = 0;
    const struct nb_train_judged judged = {t->wants, t->shipped, t->local, t->rows.n};
    printf(
        "figures of rows that the local model did not see, five times a fifth; intervals 95 %%\n");
    enum nb_err err = nb_train_score_print(&judged, &better);
    if (err == NB_OK && better <= 0) {
        printf("these rows do not show that the local model is better: more of them may\n");
    }
    return err;
}

static enum nb_err train(struct train *t, struct nb_error *error)
{
    const char *output = nb_args_get(t->args, "output");
    enum nb_err err = read_rows(t, error);
    if (err == NB_OK) {
        err = check_rows(t, error);
    }
    if (err == NB_OK) {
        err = nb_lang_load(t->args, &t->knowledge, NULL, error);
    }
    if (err != NB_OK) {
        return err;
    }
    err = make_room(t) ? see_rows(t) : NB_ENOMEM;
    if (err == NB_OK) {
        err = cross_validate(t);
    }
    if (err == NB_OK) {
        err = report(t);
    }
    if (err == NB_OK && output) {
        err = learn(t, FOLDS);
    }
    if (err != NB_OK) {
        return nb_error_set(error, err, "%s: %s", t->file, nb_strerror(err));
    }
    return output ? write_model(t, output, error) : NB_OK;
}

static int run(struct nb_args *args)
{
    struct nb_error error = {0};
    struct train t = {.args = args,
                      .file = nb_args_word(args, 0),
                      .texts = nb_arena_new(TEXTS_BYTES_MAX),
                      .scratch = nb_arena_new(DOCUMENT_BYTES_MAX)};
    enum nb_err err = t.texts && t.scratch
                          ? train(&t, &error)
                          : nb_error_set(&error, NB_ENOMEM, "%s", nb_strerror(NB_ENOMEM));
    nb_knowledge_free(t.knowledge);
    nb_arena_free(t.texts);
    nb_arena_free(t.scratch);
    nb_free(t.seen);
    nb_free(t.wants);
    nb_free(t.shipped);
    nb_free(t.local);
    nb_free(t.pick);
    nb_free(t.weights.weights);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

const struct nb_command nb_cmd_train = {
    .name = "train",
    .line = "learn from your own labelled texts",
    .usage = "[--output MODEL] [--strict] FILE",
    .about =
        "Learns what your rows say differently from the model that comes with nabiz, and prints "
        "how "
        "right both are on rows that it did not see. FILE is tab-separated with a header that "
        "names "
        "text and sentiment, if wanted also emotion and intents (several with commas between), or "
        "has one JSON object a line with these. Labels are those of nabiz tag: negative, neutral, "
        "positive; anger, joy ...; complaint, praise ...; none. FILE - is standard input. A row "
        "that cannot be read is reported with its line and left out.",
    .options =
        (const struct nb_option[]){
            {"output", "MODEL", NULL, "write the model to this file"},
            {"strict", NULL, NULL, "stop at the first row that cannot be read"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz train rows.tsv", "is a local model worth it?"},
            {"nabiz train --output brand.model rows.tsv", "make it"},
            {"nabiz tag --model brand.model < texts", "use it"},
            {NULL, NULL},
        },
    .min_words = 1,
    .max_words = 1,
    .run = run,
};
