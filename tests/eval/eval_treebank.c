/*
 * Lemmas, parts of speech, features and negation on treebanks, by file and over all, with 95 %
 * bootstrap intervals over sentences (1,000 resamples, a fixed seed).
 *
 *     eval_treebank [heldout|tuning|all] [FILE.conllu...]
 *     eval_treebank errors [N]    the N most frequent errors of each kind, of the tuning part
 *
 * The ranker is the one in models/ beside the program's directory (`make eval` trains it from the
 * tuning part), never the one that is shipped, which has seen everything.
 *
 * Covered is a word with an analysis; what has a root in no lexicon is a guess and is not, also
 * where its apostrophe or its capitals leave no doubt that it is a name. Those are added in a
 * figure of its own.
 *
 * How it is counted: one row of the treebank, one word, also for the parts of a word that is
 * written as one; rows of PUNCT do not count. Lemmas are
 * equal when they fold to the same letters, so case and circumflex do not matter; a verb may carry
 * its infinitive ending. Negation is Polarity=Neg on rows that are VERB or AUX, once over those
 * where the treebank gives a Polarity at all (four of the five leave it off "değil" and nominal
 * predicates), once over all of them.
 */
#include "tests/lib/test.h"

#include <dirent.h>
#include <stdbool.h>

#include "analyzer/turkish/conllu.h"
#include "analyzer/turkish/tagger.h"
#include "analyzer/turkish/text.h"
#include "analyzer/turkish/treebank.h"
#include "analyzer/words.h"

enum { FILES_MAX = 32, RESAMPLES = 1000, SENTENCE_WORDS_MAX = 2048, LEMMA_BYTES = 256 };

enum measure {
    WORDS,
    COVERED,
    NAMED,
    LEMMA,
    WRITTEN,
    UPOS,
    FEATURES,
    PAIRS_THERE,
    PAIRS_FOUND,
    PAIRS_RIGHT,
    NEG_THERE,
    NEG_FOUND,
    NEG_RIGHT,
    ALL_NEG_FOUND,
    MEASURES
};

struct counts {
    uint32_t of[MEASURES];
};

struct file {
    char name[128];
    struct tr_treebank bank;
    struct counts *sentences; /* of the part that is measured */
    size_t sentences_n;
};

enum part { HELD_OUT, TUNING, ALL };

struct eval {
    struct nb_words words;
    struct nb_arena *files_arena, *arena;
    struct file files[FILES_MAX];
    size_t files_n;
    enum part part;
    bool stripped;
};

static size_t fold(struct nb_slice in, char *out)
{
    return tr_fold_into(nb_slice_sub(in, 0, LEMMA_BYTES / 2 - 1), out);
}

static struct nb_slice without_infinitive(struct nb_slice lemma)
{
    bool ends = nb_slice_ends(lemma, NB_LIT("mak")) || nb_slice_ends(lemma, NB_LIT("mek"));
    return ends && lemma.len > 3 ? nb_slice_sub(lemma, 0, lemma.len - 3) : lemma;
}

static bool lemma_right(const struct tr_gold_word *gold, struct nb_slice got)
{
    char a[LEMMA_BYTES], b[LEMMA_BYTES];
    struct nb_slice want = nb_slice(a, fold(gold->lemma, a));
    got = nb_slice(b, fold(got, b));
    return nb_slice_eq(want, got) ||
           (nb_slice_eq(gold->upos, NB_LIT("VERB")) && nb_slice_eq(without_infinitive(want), got));
}

static bool negative(struct nb_slice features)
{
    return nb_slice_eq(tr_conllu_feature(features, NB_LIT("Polarity")), NB_LIT("Neg"));
}

static void count_pairs(struct nb_slice want, struct nb_slice got, struct counts *c)
{
    struct nb_slice one, other;
    for (struct nb_slice rest = want; rest.len && nb_slice_split(&rest, '|', &one);) {
        c->of[PAIRS_THERE]++;
        for (struct nb_slice r = got; r.len && nb_slice_split(&r, '|', &other);) {
            c->of[PAIRS_RIGHT] += nb_slice_eq(one, other);
        }
    }
    while (got.len && nb_slice_split(&got, '|', &one)) {
        c->of[PAIRS_FOUND]++;
    }
}

static void count_word(const struct tr_gold_word *gold, const struct tr_tag *got, struct counts *c)
{
    if (nb_slice_eq(gold->upos, NB_LIT("PUNCT"))) {
        return;
    }
    struct nb_slice lemma = got->lemma, features = got->features;
    c->of[WORDS]++;
    c->of[COVERED] += got->covered;
    c->of[NAMED] += got->covered || got->named;
    c->of[LEMMA] += lemma_right(gold, lemma);
    c->of[WRITTEN] += nb_slice_eq(gold->lemma, lemma);
    c->of[UPOS] += nb_slice_eq(gold->upos, nb_slice_str(got->upos));
    c->of[FEATURES] += nb_slice_eq(gold->features, features);
    count_pairs(gold->features, features, c);
    if (!nb_slice_eq(gold->upos, NB_LIT("VERB")) && !nb_slice_eq(gold->upos, NB_LIT("AUX"))) {
        return;
    }
    bool there = negative(gold->features), found = negative(features);
    c->of[NEG_THERE] += there;
    c->of[NEG_RIGHT] += there && found;
    c->of[ALL_NEG_FOUND] += found;
    c->of[NEG_FOUND] += found && tr_conllu_feature(gold->features, NB_LIT("Polarity")).p;
}

static bool wanted(const struct eval *e, const struct tr_gold_sentence *sentence)
{
    return e->part == ALL || tr_treebank_held_out(sentence->id) == (e->part == HELD_OUT);
}

/* As typed on an English keyboard; case stays as it is. */
static struct nb_slice strip(struct nb_slice in, struct nb_arena *arena)
{
    static const struct {
        char with[3], without;
    } letters[] = {{"ç", 'c'}, {"ğ", 'g'}, {"ı", 'i'}, {"ö", 'o'}, {"ş", 's'}, {"ü", 'u'},
                   {"Ç", 'C'}, {"Ğ", 'G'}, {"İ", 'I'}, {"Ö", 'O'}, {"Ş", 'S'}, {"Ü", 'U'},
                   {"â", 'a'}, {"î", 'i'}, {"û", 'u'}, {"Â", 'A'}, {"Î", 'I'}, {"Û", 'U'}};
    char *out = nb_arena_alloc(arena, in.len + 1);
    size_t n = 0;
    for (size_t at = 0; out && at < in.len;) {
        size_t i = 0, count = sizeof(letters) / sizeof(letters[0]);
        while (i < count &&
               !nb_slice_starts(nb_slice_sub(in, at, in.len), nb_slice_str(letters[i].with))) {
            i++;
        }
        out[n++] = i < count ? letters[i].without : in.p[at];
        at += i < count ? 2 : 1;
    }
    return nb_slice(out, n);
}

/* Tags of one sentence, in e->arena until the next one. */
static const struct tr_tag *tag(const struct eval *e, const struct tr_gold_sentence *s)
{
    nb_arena_reset(e->arena);
    struct tr_form *forms = nb_arena_alloc(e->arena, s->words_n * sizeof(*forms));
    struct tr_tag *tags = nb_arena_alloc(e->arena, s->words_n * sizeof(*tags));
    for (size_t i = 0; forms && i < s->words_n; i++) {
        struct nb_slice form = s->words[i].form;
        forms[i] = (struct tr_form){e->stripped ? strip(form, e->arena) : form, s->words[i].part,
                                    s->words[i].later_part};
    }
    if (!forms || !tags ||
        tr_tag_sentence(&e->words.tagger, forms, s->words_n, e->arena, tags) != NB_OK) {
        fprintf(stderr, "eval_treebank: out of memory\n");
        exit(1);
    }
    return tags;
}

static void measure(struct eval *e)
{
    for (size_t f = 0; f < e->files_n; f++) {
        struct file *file = &e->files[f];
        file->sentences_n = 0;
        for (size_t i = 0; i < file->bank.sentences_n; i++) {
            const struct tr_gold_sentence *s = &file->bank.sentences[i];
            if (!wanted(e, s)) {
                continue;
            }
            struct counts *c = &file->sentences[file->sentences_n++];
            const struct tr_tag *tags = tag(e, s);
            *c = (struct counts){{0}};
            for (size_t w = 0; w < s->words_n; w++) {
                count_word(&s->words[w], &tags[w], c);
            }
        }
    }
}

/* A figure of the summed counts. */
typedef double figure_fn(const uint64_t *of);

static double ratio(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static double harmonic(uint64_t right, uint64_t found, uint64_t there)
{
    return ratio(2 * right, found + there);
}

static double coverage(const uint64_t *of)
{
    return ratio(of[COVERED], of[WORDS]);
}

static double coverage_with_names(const uint64_t *of)
{
    return ratio(of[NAMED], of[WORDS]);
}

static double lemma(const uint64_t *of)
{
    return ratio(of[LEMMA], of[WORDS]);
}

static double lemma_as_written(const uint64_t *of)
{
    return ratio(of[WRITTEN], of[WORDS]);
}

static double upos(const uint64_t *of)
{
    return ratio(of[UPOS], of[WORDS]);
}

static double features_exact(const uint64_t *of)
{
    return ratio(of[FEATURES], of[WORDS]);
}

static double features_f1(const uint64_t *of)
{
    return harmonic(of[PAIRS_RIGHT], of[PAIRS_FOUND], of[PAIRS_THERE]);
}

static double negation_precision(const uint64_t *of)
{
    return ratio(of[NEG_RIGHT], of[NEG_FOUND]);
}

static double negation_recall(const uint64_t *of)
{
    return ratio(of[NEG_RIGHT], of[NEG_THERE]);
}

static double negation_f1(const uint64_t *of)
{
    return harmonic(of[NEG_RIGHT], of[NEG_FOUND], of[NEG_THERE]);
}

static double negation_f1_all_rows(const uint64_t *of)
{
    return harmonic(of[NEG_RIGHT], of[ALL_NEG_FOUND], of[NEG_THERE]);
}

static const struct {
    const char *name;
    figure_fn *fn;
    enum measure n;
} figures[] = {
    {"coverage", coverage, WORDS},
    {"coverage, with names known by their writing", coverage_with_names, WORDS},
    {"lemma", lemma, WORDS},
    {"lemma as written", lemma_as_written, WORDS},
    {"upos", upos, WORDS},
    {"features, all of a word", features_exact, WORDS},
    {"features F1", features_f1, PAIRS_THERE},
    {"negation precision", negation_precision, NEG_FOUND},
    {"negation recall", negation_recall, NEG_THERE},
    {"negation F1", negation_f1, NEG_THERE},
    {"negation F1, also rows without Polarity", negation_f1_all_rows, NEG_THERE},
};

enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };

static void add(uint64_t *sum, const struct counts *c)
{
    for (int m = 0; m < MEASURES; m++) {
        sum[m] += c->of[m];
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

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_over(const char *name, const struct counts *sentences, size_t n, const char *part)
{
    static double values[FIGURES][RESAMPLES];
    uint64_t sum[MEASURES] = {0}, state = 20260101;
    for (size_t i = 0; i < n; i++) {
        add(sum, &sentences[i]);
    }
    for (int k = 0; k < RESAMPLES; k++) {
        uint64_t drawn[MEASURES] = {0};
        for (size_t i = 0; i < n; i++) {
            add(drawn, &sentences[next_random(&state) % n]);
        }
        for (int f = 0; f < FIGURES; f++) {
            values[f][k] = figures[f].fn(drawn);
        }
    }
    for (int f = 0; f < FIGURES; f++) {
        qsort(values[f], RESAMPLES, sizeof(double), by_value);
        printf("treebank-%s %.4f [%.4f, %.4f] (%s, n %llu, %s)\n", figures[f].name,
               figures[f].fn(sum), values[f][25], values[f][974], name,
               (unsigned long long)sum[figures[f].n], part);
    }
}

static int print_all(const struct eval *e, const char *part)
{
    size_t n = 0, at = 0;
    for (size_t f = 0; f < e->files_n; f++) {
        n += e->files[f].sentences_n;
    }
    struct counts *all = nb_arena_alloc(e->files_arena, (n + 1) * sizeof(*all));
    for (size_t f = 0; all && f < e->files_n; f++) {
        const struct file *file = &e->files[f];
        if (!e->stripped) {
            print_over(file->name, file->sentences, file->sentences_n, part);
        }
        memcpy(all + at, file->sentences, file->sentences_n * sizeof(*all));
        at += file->sentences_n;
    }
    if (n && all) {
        print_over("all files", all, n, part);
    }
    return n && all ? 0 : 1;
}

struct errors {
    char **all;
    size_t n, cap;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Is the right lemma among the readings? */
static bool offered(const struct eval *e, const struct tr_gold_word *gold)
{
    struct tr_tag tags[TR_ANALYSE_MAX];
    size_t n = 0;
    if (tr_tag_word(&e->words.tagger, gold->form, e->arena, tags, &n) != NB_OK) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (lemma_right(gold, tags[i].lemma)) {
            return true;
        }
    }
    return false;
}

static void note_error(const struct eval *e, const struct tr_gold_word *gold,
                       const struct tr_tag *got, struct errors *errors)
{
    const char *kind = !got->covered      ? "unknown-word"
                       : offered(e, gold) ? "wrong-choice"
                                          : "missing-analysis";
    bool grow = errors->n == errors->cap;
    if (grow) {
        errors->cap = 2 * errors->cap + 1024;
        errors->all = realloc(errors->all, errors->cap * sizeof(*errors->all));
    }
    char folded[LEMMA_BYTES];
    struct nb_slice form = nb_slice(folded, fold(gold->form, folded));
    if (asprintf(&errors->all[errors->n], "%s\t%.*s\twant %.*s %.*s\tgot %.*s %s", kind,
                 NB_ARG(form), NB_ARG(gold->lemma), NB_ARG(gold->upos), NB_ARG(got->lemma),
                 got->upos) > 0) {
        errors->n++;
    }
}

static void find_errors(const struct eval *e, struct errors *errors)
{
    for (size_t f = 0; f < e->files_n; f++) {
        for (size_t i = 0; i < e->files[f].bank.sentences_n; i++) {
            const struct tr_gold_sentence *s = &e->files[f].bank.sentences[i];
            const struct tr_tag *tags = wanted(e, s) ? tag(e, s) : NULL;
            for (size_t w = 0; tags && w < s->words_n; w++) {
                if (!nb_slice_eq(s->words[w].upos, NB_LIT("PUNCT")) &&
                    !lemma_right(&s->words[w], tags[w].lemma)) {
                    note_error(e, &s->words[w], &tags[w], errors);
                }
            }
        }
    }
}

struct repeated {
    const char *text;
    size_t n;
};

static int by_count(const void *a, const void *b)
{
    const struct repeated *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->text, y->text);
}

/* Lemmas that are wrong, most frequent first, up to `limit` lines of each kind. */
static int list_errors(const struct eval *e, size_t limit)
{
    static const char *const kinds[] = {"unknown-word", "missing-analysis", "wrong-choice"};
    struct errors errors = {NULL, 0, 0};
    find_errors(e, &errors);
    qsort(errors.all, errors.n, sizeof(*errors.all), by_text);
    struct repeated *distinct = calloc(errors.n + 1, sizeof(*distinct));
    size_t distinct_n = 0;
    for (size_t i = 0; distinct && i < errors.n; i++) {
        if (!i || strcmp(errors.all[i], errors.all[i - 1]) != 0) {
            distinct[distinct_n++].text = errors.all[i];
        }
        distinct[distinct_n - 1].n++;
    }
    qsort(distinct, distinct_n, sizeof(*distinct), by_count);
    for (size_t k = 0; k < 3; k++) {
        size_t shown = 0, n = 0;
        for (size_t i = 0; i < distinct_n; i++) {
            bool of_kind = strncmp(distinct[i].text, kinds[k], strlen(kinds[k])) == 0;
            n += of_kind ? distinct[i].n : 0;
            if (of_kind && shown++ < limit) {
                printf("%6zu %s\n", distinct[i].n, distinct[i].text);
            }
        }
        printf("%s: %zu words\n", kinds[k], n);
    }
    for (size_t i = 0; i < errors.n; i++) {
        free(errors.all[i]);
    }
    free(errors.all);
    free(distinct);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static bool add_file(struct eval *e, const char *path)
{
    struct file *file = &e->files[e->files_n];
    const char *name = strrchr(path, '/');
    struct nb_slice text = nbt_read_file(path, e->files_arena);
    if (!text.p || e->files_n + 1 == FILES_MAX ||
        tr_treebank_read(text, e->files_arena, &file->bank) != NB_OK) {
        fprintf(stderr, "eval_treebank: %s cannot be read\n", path);
        return false;
    }
    (void)snprintf(file->name, sizeof(file->name), "%s", name ? name + 1 : path);
    file->sentences =
        nb_arena_alloc(e->files_arena, (file->bank.sentences_n + 1) * sizeof(*file->sentences));
    e->files_n++;
    return file->sentences != NULL;
}

/* Every treebank of the material. @return false when there is none. */
static bool add_directory(struct eval *e)
{
    const char *dir = nbt_data("treebanks");
    DIR *handle = dir ? opendir(dir) : NULL;
    char path[4400];
    bool good = handle != NULL;
    for (struct dirent *entry; good && (entry = readdir(handle));) {
        if (nb_slice_ends(nb_slice_str(entry->d_name), NB_LIT(".conllu"))) {
            (void)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
            good = add_file(e, path);
        }
    }
    if (handle) {
        (void)closedir(handle);
    }
    qsort(e->files, e->files_n, sizeof(e->files[0]), by_name);
    return good && e->files_n;
}

int main(int argc, char **argv)
{
    static struct eval e;
    struct nb_error error = {0};
    const char *what = argc > 1 ? argv[1] : "heldout";
    bool errors = strcmp(what, "errors") == 0;
    char models[4200];
    const char *slash = strrchr(argv[0], '/');
    (void)snprintf(models, sizeof(models), "%.*s/../models", slash ? (int)(slash - argv[0]) : 1,
                   slash ? argv[0] : ".");
    if (nb_words_init(&e.words, "lexicons", models, NULL, &error) != NB_OK) {
        fprintf(stderr, "eval_treebank: %s\n", nb_error_text(&error));
        return 1;
    }
    e.files_arena = nb_arena_new((size_t)1 << 30);
    e.arena = nb_arena_new((size_t)64 << 20);
    e.part = errors || strcmp(what, "tuning") == 0 ? TUNING
             : strcmp(what, "all") == 0            ? ALL
                                                   : HELD_OUT;
    bool there = true;
    for (int i = 2; !errors && i < argc; i++) {
        there = there && add_file(&e, argv[i]);
    }
    there = there && (e.files_n || add_directory(&e));
    int code = 0;
    if (there && errors) {
        code = list_errors(&e, argc > 2 ? (size_t)atoi(argv[2]) : 50);
    }
    for (int k = 0; there && !errors && k < 2; k++) {
        e.stripped = k == 1;
        measure(&e);
        code |= print_all(&e, e.stripped ? "without diacritics" : what);
    }
    nb_arena_free(e.arena);
    nb_arena_free(e.files_arena);
    nb_words_fini(&e.words);
    return code;
}
