/*
 * Train the model of languages. Run by `make models`.
 *
 *     train_language DATA LEXICONS OUT
 *
 * Turkish comes from the headlines and posts (without what evaluations report on), the other
 * languages from our own sentences in lexicons/languages. Examples are pieces of 2 to 12 words,
 * some with their diacritics left out as on the web. A multinomial logistic model is fitted by
 * AdaGrad, examples in an order drawn from a fixed seed; weights are rounded to a byte. One thread,
 * no clock: the same data give the same bytes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/file.h>
#include <nabiz/text.h>

#include "analyzer/turkish/corpus.h"
#include "analyzer/turkish/language.h"
#include "analyzer/turkish/table.h"

enum {
    ROW_BITS = 15,
    ROWS = 1 << ROW_BITS,
    CLASSES = TR_LANGUAGE_LATIN_N,
    EXAMPLES = 180000, /* pieces drawn, over all languages alike */
    PIECE_MIN = 2,
    PIECE_MAX = 12,
    PATH_BYTES = 4096,
    FILE_BYTES_MAX = 1 << 28
};

static const float RATE = 0.3F, SHRINK = 2e-6F;

struct text {
    const struct tr_token *tokens;
    size_t n;
};

struct trainer {
    struct nb_arena *arena;
    struct text *texts[CLASSES];
    size_t texts_n[CLASSES], texts_cap[CLASSES];
    float *weights, *squares;
    uint64_t state;
};

static void die(const char *what)
{
    fprintf(stderr, "train_language: %s\n", what);
    exit(1);
}

static uint32_t draw(struct trainer *t, size_t n)
{
    t->state = t->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((t->state >> 33) % n);
}

/* Words only: what is no word tells no language. */
static void add_text(struct trainer *t, enum tr_language language, struct nb_slice text)
{
    struct tr_token *tokens;
    size_t n, words = 0;
    if (tr_tokenise(text, t->arena, &tokens, &n) != NB_OK) {
        die("out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        if (tokens[i].kind == TR_WORD) {
            tokens[words++] = tokens[i];
        }
    }
    if (words < PIECE_MIN) {
        return;
    }
    if (t->texts_n[language] == t->texts_cap[language]) {
        t->texts_cap[language] = 2 * t->texts_cap[language] + 64;
        t->texts[language] =
            realloc(t->texts[language], t->texts_cap[language] * sizeof(*t->texts[language]));
    }
    if (!t->texts[language]) {
        die("out of memory");
    }
    t->texts[language][t->texts_n[language]++] = (struct text){tokens, words};
}

/* The letter as it is typed where the keyboard does not have it. */
static size_t plain_letter(uint32_t c, char *out)
{
    static const struct {
        uint32_t letter;
        char plain;
    } letters[] = {{0xE7, 'c'},  {0x11F, 'g'}, {0x131, 'i'}, {0xF6, 'o'}, {0x15F, 's'},
                   {0xFC, 'u'},  {0x259, 'e'}, {0x18F, 'E'}, {0xEA, 'e'}, {0xEE, 'i'},
                   {0xFB, 'u'},  {0xE4, 'a'},  {0xE9, 'e'},  {0xE8, 'e'}, {0xE0, 'a'},
                   {0xF3, 'o'},  {0xED, 'i'},  {0xE1, 'a'},  {0xFA, 'u'}, {0xF1, 'n'},
                   {0x130, 'I'}, {0x15E, 'S'}, {0xC7, 'C'},  {0xD6, 'O'}, {0xDC, 'U'}};
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        if (letters[i].letter == c) {
            *out = letters[i].plain;
            return 1;
        }
    }
    return nb_utf8_put(c, out);
}

static void add_plain(struct trainer *t, enum tr_language language, struct nb_slice text)
{
    char *out = nb_arena_alloc(t->arena, text.len + 4);
    size_t n = 0;
    if (!out) {
        die("out of memory");
    }
    for (size_t at = 0; at < text.len;) {
        n += plain_letter(nb_utf8_next(text, &at), out + n);
    }
    if (!nb_slice_eq(nb_slice(out, n), text)) {
        add_text(t, language, nb_slice(out, n));
    }
}

static struct nb_slice read_all(struct trainer *t, const char *dir, const char *name)
{
    char path[PATH_BYTES];
    struct nb_buf buf;
    struct nb_error error = {0};
    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    nb_buf_init(&buf, FILE_BYTES_MAX);
    if (nb_file_read(path, &buf, &error) != NB_OK) {
        die(nb_error_text(&error));
    }
    struct nb_slice copy = nb_arena_copy(t->arena, nb_buf_slice(&buf));
    nb_buf_fini(&buf);
    if (!copy.p) {
        die("out of memory");
    }
    return copy;
}

static void add_own(struct trainer *t, enum tr_language language, const char *lexicons,
                    const char *name)
{
    struct nb_slice line, rest = read_all(t, lexicons, name);
    while (nb_slice_split(&rest, '\n', &line)) {
        if (line.len && line.p[0] != '#') {
            add_text(t, language, line);
            add_plain(t, language, line);
        }
    }
}

static void add_turkish(struct trainer *t, const char *data, const char *name, char separator,
                        const char *column)
{
    struct tr_corpus corpus;
    struct nb_slice text;
    size_t i = 0;
    if (!tr_corpus_open(&corpus, read_all(t, data, name), separator, nb_slice_str(column))) {
        die(name);
    }
    while (tr_corpus_next(&corpus, t->arena, &text)) {
        if (!tr_corpus_held_out(text) && tr_corpus_well_typed(text)) {
            add_text(t, TR_LANGUAGE_TR, text);
            if (i++ % 2 == 0) {
                add_plain(t, TR_LANGUAGE_TR, text);
            }
        }
    }
}

static void learn(struct trainer *t, const struct tr_token *tokens, size_t n, size_t want)
{
    uint32_t features[PIECE_MAX * TR_LANGUAGE_FEATURES_MAX];
    size_t features_n = 0;
    for (size_t i = 0; i < n; i++) {
        features_n +=
            tr_language_features(&tokens[i], features + features_n, TR_LANGUAGE_FEATURES_MAX);
    }
    float scores[CLASSES] = {0}, most = -1e30F, all = 0;
    float root = sqrtf((float)features_n);
    for (size_t c = 0; c < CLASSES; c++) {
        for (size_t f = 0; f < features_n; f++) {
            scores[c] += t->weights[(features[f] & (ROWS - 1)) * CLASSES + c];
        }
        scores[c] /= root;
        most = scores[c] > most ? scores[c] : most;
    }
    for (size_t c = 0; c < CLASSES; c++) {
        scores[c] = expf(scores[c] - most);
        all += scores[c];
    }
    for (size_t c = 0; c < CLASSES; c++) {
        float slope = (scores[c] / all - (float)(c == want)) / root;
        for (size_t f = 0; f < features_n; f++) {
            size_t at = (features[f] & (ROWS - 1)) * CLASSES + c;
            float g = slope + SHRINK * t->weights[at];
            t->squares[at] += g * g;
            t->weights[at] -= RATE * g / sqrtf(t->squares[at] + 1e-2F);
        }
    }
}

static void train(struct trainer *t)
{
    for (size_t i = 0; i < EXAMPLES; i++) {
        size_t language = i % CLASSES;
        const struct text *text = &t->texts[language][draw(t, t->texts_n[language])];
        size_t n = PIECE_MIN + draw(t, PIECE_MAX - PIECE_MIN + 1);
        n = n < text->n ? n : text->n;
        learn(t, text->tokens + draw(t, text->n - n + 1), n, language);
    }
}

static void write_model(const struct trainer *t, const char *path)
{
    size_t n = (size_t)ROWS * CLASSES;
    unsigned char *bytes = calloc(TR_LANGUAGE_HEADER + n, 1);
    FILE *file = fopen(path, "wb");
    if (!bytes || !file) {
        die(path);
    }
    memcpy(bytes, TR_LANGUAGE_MAGIC, 8);
    for (size_t i = 0; i < n; i++) {
        float w = t->weights[i] * 32;
        w = w > 127 ? 127 : w < -127 ? -127 : w;
        bytes[TR_LANGUAGE_HEADER + i] = (unsigned char)(int8_t)lrintf(w);
    }
    uint64_t hash = tr_hash(nb_slice(bytes + TR_LANGUAGE_HEADER, n));
    bytes[8] = ROW_BITS;
    memcpy(bytes + 9, &hash, 7);
    if (fwrite(bytes, 1, TR_LANGUAGE_HEADER + n, file) != TR_LANGUAGE_HEADER + n ||
        fclose(file) != 0) {
        die(path);
    }
    printf("%s: texts tr %zu az %zu ku %zu en %zu de %zu other %zu\n", path, t->texts_n[0],
           t->texts_n[1], t->texts_n[2], t->texts_n[3], t->texts_n[4], t->texts_n[5]);
    free(bytes);
}

int main(int argc, char **argv)
{
    static struct trainer t = {.state = 20260101};
    if (argc != 4) {
        die("usage: train_language DATA LEXICONS OUT");
    }
    t.arena = nb_arena_new((size_t)1 << 30);
    t.weights = calloc((size_t)ROWS * CLASSES, sizeof(*t.weights));
    t.squares = calloc((size_t)ROWS * CLASSES, sizeof(*t.squares));
    if (!t.arena || !t.weights || !t.squares) {
        die("out of memory");
    }
    add_turkish(&t, argv[1], "posts/unlabelled.tsv", '\t', "text");
    add_turkish(&t, argv[1], "headlines/limon_clickbait.csv", ',', "full_text");
    add_own(&t, TR_LANGUAGE_AZ, argv[2], "languages/az.txt");
    add_own(&t, TR_LANGUAGE_KU, argv[2], "languages/ku.txt");
    add_own(&t, TR_LANGUAGE_EN, argv[2], "languages/en.txt");
    add_own(&t, TR_LANGUAGE_DE, argv[2], "languages/de.txt");
    add_own(&t, TR_LANGUAGE_OTHER, argv[2], "languages/other.txt");
    train(&t);
    write_model(&t, argv[3]);
    return 0;
}
