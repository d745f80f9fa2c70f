/*
 * Train the ranker: which analysis of a word is meant. Run by `make models`.
 *
 *     train_ranker DATA LEXICONS OUT          train on everything
 *     train_ranker DATA LEXICONS OUT tuning   leave out what evaluations report on
 *     train_ranker DATA LEXICONS --folds      five-fold trial on the tuning part
 *     train_ranker DATA LEXICONS --files      each treebank by what the others teach, tuning parts
 *
 * A conditional log-linear model over the analyses of each word, fitted by AdaGrad in an order
 * drawn from a fixed seed; what counts as right is the analysis nearest to the treebank's: the
 * lemma first, then negation, part of speech and features. Weights are rounded to a byte. One
 * thread, no clock: the same data and lexicons give the same bytes.
 */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/buf.h>
#include <nabiz/file.h>

#include "analyzer/core.h"
#include "analyzer/turkish/conllu.h"
#include "analyzer/turkish/table.h"
#include "analyzer/turkish/tagger.h"
#include "analyzer/turkish/text.h"
#include "analyzer/turkish/treebank.h"
#include "tools/lemma_counts.h"

enum {
    FILES_MAX = 32,
    PATH_BYTES = 4096,
    WEIGHT_BITS = 18,
    WEIGHTS = 1 << WEIGHT_BITS,
    EPOCHS = 10,
    RIGHT_LEMMA = 8000,
    FOLDS = 5,
    LEMMAS = 1 << 16,
    LEMMA_BYTES = 256
};

/* Bits of the features that look at the words around. */
#define AROUND (~(uint64_t)0 << TR_RANK_OWN)

/* One analysis of one word of the treebanks. */
struct option {
    uint32_t features; /* first one in trainer.features */
    uint16_t features_n;
    bool lemma, upos, negative;
    int32_t goodness;
};

struct example {
    uint32_t options, n; /* in trainer.options */
    uint8_t fold;        /* FOLDS: held out */
    uint8_t file;
    bool verbal, negative, polarity;
};

struct trainer {
    struct nb_arena *arena, *scratch;
    struct tr_core *core;
    struct tr_ranker ranker;
    struct example *examples;
    size_t examples_n, examples_cap;
    struct option *options;
    size_t options_n, options_cap;
    uint32_t *features;
    size_t features_n, features_cap;
    char files[FILES_MAX][256];
    size_t files_n;
    double *weights, *squares;
    uint8_t *lemmas; /* the table of the model */
    uint64_t data_hash, lexicon_hash, dropped;
};

static void die(const char *what)
{
    fprintf(stderr, "train_ranker: %s\n", what);
    exit(1);
}

static void *grown(void *old, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return old;
    }
    *cap = 2 * *cap + 4096;
    void *block = realloc(old, *cap * size);
    if (!block) {
        die("out of memory");
    }
    return block;
}

static struct nb_slice folded(struct nb_slice in, char *out)
{
    return nb_slice(out, tr_fold_into(nb_slice_sub(in, 0, LEMMA_BYTES / 2 - 1), out));
}

/* Pairs "A=b" that both have, twice over the sum, in thousandths. */
static int32_t overlap(struct nb_slice a, struct nb_slice b)
{
    int32_t both = 0, all = 0;
    struct nb_slice x, y;
    for (struct nb_slice r = a; r.len && nb_slice_split(&r, '|', &x);) {
        all++;
        for (struct nb_slice q = b; q.len && nb_slice_split(&q, '|', &y);) {
            both += nb_slice_eq(x, y);
        }
    }
    while (b.len && nb_slice_split(&b, '|', &y)) {
        all++;
    }
    return all ? 2000 * both / all : 1000;
}

static bool is_negative(struct nb_slice features)
{
    return nb_slice_eq(tr_conllu_feature(features, NB_LIT("Polarity")), NB_LIT("Neg"));
}

static bool named(struct nb_slice text, const char *name)
{
    return nb_slice_eq(text, nb_slice_str(name));
}

/*
 * Four of the treebanks give participles, verbal nouns and converbs the part of speech they are
 * used as and no verbal features at all; here they are verbs with a VerbForm. And they call a noun
 * that is the predicate a verb.
 */
static bool fits(struct nb_slice upos, const struct tr_analysis *a, struct nb_slice features)
{
    struct nb_slice form = tr_conllu_feature(features, NB_LIT("VerbForm"));
    if (named(upos, tr_upos_name((enum tr_upos)a->upos))) {
        return true;
    }
    if (a->upos != TR_UPOS_VERB) {
        return named(upos, "VERB") && tr_conllu_feature(features, NB_LIT("Tense")).p;
    }
    return (named(upos, "ADV") && named(form, "Conv")) ||
           (named(upos, "ADJ") && named(form, "Part")) ||
           (named(upos, "NOUN") && (named(form, "Vnoun") || named(form, "Part")));
}

/* How near an analysis comes to what the treebank says; whatever else, the lemma first. */
static int32_t goodness_of(const struct tr_gold_word *gold, const struct tr_analysis *a,
                           struct nb_slice features, bool lemma)
{
    bool counts = tr_conllu_feature(gold->features, NB_LIT("Polarity")).p ||
                  named(gold->upos, "VERB") || named(gold->upos, "AUX");
    bool agrees = is_negative(features) == is_negative(gold->features);
    return RIGHT_LEMMA * lemma + 4000 * (agrees && counts) + 2000 * fits(gold->upos, a, features) +
           overlap(features, gold->features);
}

static void add_option(struct trainer *t, const struct tr_gold_word *gold,
                       const struct tr_candidates *c, size_t i)
{
    char lemma[LEMMA_BYTES], want[LEMMA_BYTES], text[512];
    const struct tr_analysis *a = &c->all[i];
    t->options = grown(t->options, t->options_n, &t->options_cap, sizeof(*t->options));
    struct option *o = &t->options[t->options_n++];
    size_t lemma_n = tr_core_lemma(t->core, c->word.folded, a, lemma);
    struct nb_slice features =
        nb_slice(text, tr_core_features_text(t->core, a->features, text, sizeof(text)));
    *o = (struct option){.features = (uint32_t)t->features_n};
    o->lemma = nb_slice_eq(nb_slice(lemma, lemma_n), folded(gold->lemma, want));
    o->upos = nb_slice_eq(nb_slice_str(tr_upos_name((enum tr_upos)a->upos)), gold->upos);
    o->negative = is_negative(features);
    o->goodness = goodness_of(gold, a, features, o->lemma);
    t->features = grown(t->features, t->features_n + TR_RANK_FEATURES_MAX, &t->features_cap,
                        sizeof(*t->features));
    o->features_n = (uint16_t)tr_rank_features(&t->ranker, &c->word, c->all, c->n, i,
                                               t->features + t->features_n);
    t->features_n += o->features_n;
}

static void add_word(struct trainer *t, const struct tr_gold_word *gold, enum tr_shape shape,
                     const struct tr_around *around, uint8_t file, uint8_t fold)
{
    struct tr_candidates c;
    if (tr_tag_candidates(t->core, gold->form, shape, t->scratch, &c) != NB_OK) {
        die("out of memory");
    }
    c.word.around = around;
    t->examples = grown(t->examples, t->examples_n, &t->examples_cap, sizeof(*t->examples));
    struct example *e = &t->examples[t->examples_n++];
    *e = (struct example){.options = (uint32_t)t->options_n, .file = file, .fold = fold};
    e->verbal = nb_slice_eq(gold->upos, NB_LIT("VERB")) || nb_slice_eq(gold->upos, NB_LIT("AUX"));
    e->negative = is_negative(gold->features);
    e->polarity = tr_conllu_feature(gold->features, NB_LIT("Polarity")).p != NULL;
    e->n = (uint32_t)c.n;
    if (c.n) {
        for (size_t i = 0; i < c.n; i++) {
            add_option(t, gold, &c, i);
        }
        return;
    }
    char a[LEMMA_BYTES], b[LEMMA_BYTES];
    t->options = grown(t->options, t->options_n, &t->options_cap, sizeof(*t->options));
    t->options[t->options_n++] =
        (struct option){.lemma = nb_slice_eq(folded(c.fixed.lemma, a), folded(gold->lemma, b)),
                        .upos = nb_slice_eq(nb_slice_str(c.fixed.upos), gold->upos)};
    e->n = 1;
}

static void add_sentence(struct trainer *t, const struct tr_gold_sentence *s, uint8_t file)
{
    nb_arena_reset(t->scratch);
    struct tr_form *forms = nb_arena_alloc(t->scratch, s->words_n * sizeof(*forms));
    enum tr_shape *shapes = nb_arena_alloc(t->scratch, s->words_n * sizeof(*shapes));
    if (!forms || !shapes) {
        die("out of memory");
    }
    for (size_t i = 0; i < s->words_n; i++) {
        forms[i] = (struct tr_form){s->words[i].form, s->words[i].part, s->words[i].later_part};
    }
    tr_tag_shapes(forms, s->words_n, shapes);
    uint8_t fold = tr_treebank_held_out(s->id) ? FOLDS : (uint8_t)(tr_hash(s->id) / 5 % FOLDS);
    for (size_t i = 0; i < s->words_n; i++) {
        if (!nb_slice_eq(s->words[i].upos, NB_LIT("PUNCT"))) {
            struct tr_around around;
            tr_tag_around(forms, s->words_n, i, t->scratch, &around);
            add_word(t, &s->words[i], shapes[i], &around, file, fold);
        }
    }
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_treebank(const struct dirent *entry)
{
    return nb_slice_ends(nb_slice_str(entry->d_name), NB_LIT(".conllu"));
}

static uint64_t read_treebanks(struct trainer *t, const char *data)
{
    char dir[PATH_BYTES], path[PATH_BYTES + 256];
    struct dirent **entries = NULL;
    uint64_t hash = TR_HASH_START;
    (void)snprintf(dir, sizeof(dir), "%s/treebanks", data);
    int n = scandir(dir, &entries, is_treebank, by_name);
    for (int i = 0; i < n && i < FILES_MAX; i++) {
        struct nb_buf text;
        struct nb_error error = {0};
        struct tr_treebank bank;
        nb_buf_init(&text, (size_t)1 << 28);
        (void)snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
        if (nb_file_read(path, &text, &error) != NB_OK ||
            tr_treebank_read(nb_buf_slice(&text), t->arena, &bank) != NB_OK) {
            die(nb_error_text(&error));
        }
        (void)snprintf(t->files[t->files_n++], sizeof(t->files[0]), "%s", entries[i]->d_name);
        hash ^= tr_hash(nb_buf_slice(&text)) * (uint64_t)(2 * i + 1);
        for (size_t k = 0; k < bank.sentences_n; k++) {
            add_sentence(t, &bank.sentences[k], (uint8_t)i);
        }
        nb_buf_fini(&text);
        free(entries[i]);
    }
    free(entries);
    return hash;
}

static double score(const struct trainer *t, const struct option *o)
{
    double sum = 0;
    for (size_t k = 0; k < o->features_n; k++) {
        if (!(t->dropped >> k & 1)) {
            sum += t->weights[t->features[o->features + k] & (WEIGHTS - 1)];
        }
    }
    return sum;
}

static void move(struct trainer *t, const struct option *o, double gradient)
{
    static const double rate = 0.07, soft = 0.3;
    for (size_t k = 0; k < o->features_n; k++) {
        uint32_t at = t->features[o->features + k] & (WEIGHTS - 1);
        if (!(t->dropped >> k & 1)) {
            t->squares[at] += gradient * gradient;
            t->weights[at] += rate * gradient / (soft + sqrt(t->squares[at]));
        }
    }
}

static void learn(struct trainer *t, const struct example *e)
{
    const struct option *o = &t->options[e->options];
    double p[TR_ANALYSE_MAX], most = -HUGE_VAL, sum = 0, sum_right = 0;
    int32_t best = 0;
    for (size_t i = 0; i < e->n; i++) {
        p[i] = score(t, &o[i]);
        most = p[i] > most ? p[i] : most;
        best = o[i].goodness > best ? o[i].goodness : best;
    }
    if (best < RIGHT_LEMMA) {
        return; /* the right one is not among them */
    }
    for (size_t i = 0; i < e->n; i++) {
        p[i] = exp(p[i] - most);
        sum += p[i];
        sum_right += o[i].goodness == best ? p[i] : 0;
    }
    for (size_t i = 0; i < e->n; i++) {
        double want = o[i].goodness == best && sum_right > 0 ? p[i] / sum_right : 0;
        double gradient = want - p[i] / sum;
        if (fabs(gradient) > 0.001) {
            move(t, &o[i], gradient);
        }
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/*
 * What is left out of one step, so that no feature relies on another being there: half of them at
 * random, and every second time all that look at the words around.
 */
static uint64_t draw_dropped(uint64_t *state)
{
    uint64_t dropped = next_random(state);
    return next_random(state) & 1 ? dropped : dropped | AROUND;
}

/* What is not learnt from. */
struct left_out {
    int fold, file; /* -1: none */
    bool all;       /* not even what is held out */
};

static bool is_left_out(const struct left_out *left, const struct example *e)
{
    return e->fold == left->fold || e->file == left->file || (!left->all && e->fold == FOLDS);
}

static void train(struct trainer *t, struct left_out left)
{
    uint32_t *order = malloc(t->examples_n * sizeof(*order));
    uint64_t state = 20260101;
    size_t n = 0;
    if (!order) {
        die("out of memory");
    }
    memset(t->weights, 0, WEIGHTS * sizeof(*t->weights));
    memset(t->squares, 0, WEIGHTS * sizeof(*t->squares));
    for (size_t i = 0; i < t->examples_n; i++) {
        const struct example *e = &t->examples[i];
        if (e->n > 1 && !is_left_out(&left, e)) {
            order[n++] = (uint32_t)i;
        }
    }
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        for (size_t i = n; i > 1; i--) {
            size_t k = next_random(&state) % i;
            uint32_t moved = order[k];
            order[k] = order[i - 1];
            order[i - 1] = moved;
        }
        for (size_t i = 0; i < n; i++) {
            t->dropped = draw_dropped(&state);
            learn(t, &t->examples[order[i]]);
        }
    }
    t->dropped = 0;
    free(order);
}

/* To a byte each, the largest to the end of its range. */
static void round_weights(struct trainer *t, int8_t *out)
{
    double most = 0;
    for (size_t i = 0; i < WEIGHTS; i++) {
        most = fabs(t->weights[i]) > most ? fabs(t->weights[i]) : most;
    }
    for (size_t i = 0; i < WEIGHTS; i++) {
        double w = most > 0 ? rint(t->weights[i] / most * 127) : 0;
        out[i] = (int8_t)w;
        t->weights[i] = w; /* what is tried is what is shipped */
    }
}

struct tally {
    size_t words, lemma, upos, oracle, there, found, right;
};

static void try_on(const struct trainer *t, int fold, int file, struct tally *c)
{
    for (size_t k = 0; k < t->examples_n; k++) {
        const struct example *e = &t->examples[k];
        if (fold >= 0 ? e->fold != fold : e->file != file || e->fold == FOLDS) {
            continue;
        }
        const struct option *o = &t->options[e->options];
        size_t best = 0;
        bool can = false;
        double most = -HUGE_VAL;
        for (size_t i = 0; i < e->n; i++) {
            double s = score(t, &o[i]);
            best = s > most ? i : best;
            most = s > most ? s : most;
            can |= o[i].lemma;
        }
        c->words++;
        c->lemma += o[best].lemma;
        c->upos += o[best].upos;
        c->oracle += can;
        c->there += e->verbal && e->negative;
        c->found += e->verbal && e->polarity && o[best].negative;
        c->right += e->verbal && e->negative && o[best].negative;
    }
}

static void print_tally(const char *name, const struct tally *c)
{
    double n = (double)c->words;
    printf("%s lemma %.4f of at most %.4f, upos %.4f, negation F1 %.4f (n %zu)\n", name,
           (double)c->lemma / n, (double)c->oracle / n, (double)c->upos / n,
           2 * (double)c->right / (double)(c->there + c->found), c->words);
}

static void try_folds(struct trainer *t)
{
    struct tally all = {0}, context = {0}, rounded = {0};
    int8_t *bytes = malloc(WEIGHTS);
    for (int fold = 0; bytes && fold < FOLDS; fold++) {
        train(t, (struct left_out){fold, -1, false});
        t->dropped = AROUND;
        try_on(t, fold, -1, &all);
        t->dropped = 0;
        try_on(t, fold, -1, &context);
        round_weights(t, bytes);
        try_on(t, fold, -1, &rounded);
    }
    print_tally("folds", &all);
    print_tally("folds-context", &context);
    print_tally("folds-rounded", &rounded);
    free(bytes);
}

static void try_files(struct trainer *t)
{
    struct tally all = {0};
    for (int file = 0; file < (int)t->files_n; file++) {
        struct tally one = {0};
        train(t, (struct left_out){-1, file, false});
        try_on(t, -1, file, &one);
        try_on(t, -1, file, &all);
        print_tally(t->files[file], &one);
    }
    print_tally("files", &all);
}

/* Of what decides what features there are, by the directory this is run in: the project's. */
static uint64_t hash_code(void)
{
    static const char *const files[] = {"analyzer/turkish/rank.c", "analyzer/turkish/tagger.c",
                                        "tools/train_ranker.c", "tools/lemma_counts.c"};
    uint64_t hash = TR_HASH_START;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct nb_buf text;
        struct nb_error error = {0};
        nb_buf_init(&text, (size_t)1 << 20);
        if (nb_file_read(files[i], &text, &error) != NB_OK) {
            die(nb_error_text(&error));
        }
        hash = (hash ^ tr_hash(nb_buf_slice(&text))) * 0x100000001b3u;
        nb_buf_fini(&text);
    }
    return hash;
}

static void write_model(struct trainer *t, const char *path)
{
    struct tr_rank_header header = {.version = TR_RANK_VERSION, .weights_n = WEIGHTS};
    size_t size = WEIGHTS + 2 * LEMMAS;
    uint8_t *content = calloc(1, size);
    FILE *file = fopen(path, "wb");
    if (!content || !file) {
        die("the model cannot be written");
    }
    round_weights(t, (int8_t *)content);
    memcpy(header.magic, TR_RANK_MAGIC, sizeof(header.magic));
    header.lemmas_n = LEMMAS;
    memcpy(content + WEIGHTS, t->lemmas, 2 * LEMMAS);
    header.data_hash = t->data_hash;
    header.code_hash = hash_code();
    header.lexicon_hash = t->lexicon_hash;
    header.content_hash = tr_hash(nb_slice(content, size));
    if (fwrite(&header, sizeof(header), 1, file) != 1 || fwrite(content, size, 1, file) != 1 ||
        fclose(file) != 0) {
        die("the model cannot be written");
    }
    free(content);
}

int main(int argc, char **argv)
{
    static struct trainer t;
    struct nb_error error = {0};
    if (argc < 4) {
        die("usage: train_ranker DATA LEXICONS OUT|--folds|--files [tuning]");
    }
    t.arena = nb_arena_new((size_t)1 << 30);
    t.scratch = nb_arena_new((size_t)1 << 28);
    t.weights = calloc(WEIGHTS, sizeof(*t.weights));
    t.squares = calloc(WEIGHTS, sizeof(*t.squares));
    struct nb_core_info info;
    if (nb_core_load(argv[2], &t.core, &info, &error) != NB_OK) {
        die(nb_error_text(&error));
    }
    t.lexicon_hash = info.texts;
    tr_ranker_init_bare(&t.ranker, t.core);
    t.lemmas = calloc(2, LEMMAS);
    t.data_hash = lemma_counts(t.core, argv[1], t.lemmas, LEMMAS);
    t.ranker.lemmas = t.lemmas;
    t.ranker.lemmas_mask = LEMMAS - 1;
    t.data_hash ^= read_treebanks(&t, argv[1]);
    if (strcmp(argv[3], "--folds") == 0) {
        try_folds(&t);
        return 0;
    }
    if (strcmp(argv[3], "--files") == 0) {
        try_files(&t);
        return 0;
    }
    train(&t, (struct left_out){-1, -1, argc < 5});
    write_model(&t, argv[3]);
    return 0;
}
