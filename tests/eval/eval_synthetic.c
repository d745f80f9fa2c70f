/*
 * synthetic_milli of single texts. Found: texts that pushed faked trends (astroturf/texts.tsv), by
 * year, and shuffles of our own. Raised wrongly: everyday posts, labelled posts, news headlines and
 * reviews. Among the everyday posts are shuffles too, counted as mistakes here: `--list` shows what
 * was raised. `--classes` recounts the points of analyzer/synthetic.c.
 *
 * Nothing was learnt from the faked texts; the rules were looked over on half of their days.
 */
#include "tests/lib/gz.h"
#include "tests/lib/shuffle.h"
#include "tests/lib/test.h"

#include <math.h>

#include <nabiz/buf.h>

#include "analyzer/knowledge_private.h"

enum { RAISED_MILLI = 500, SHUFFLES_N = 5000, ARENA_BYTES = 256 << 20 };

struct eval {
    struct nb_knowledge *knowledge;
    struct nb_word_cache *words;
    struct nb_arena *arena; /* of one text */
    bool list;
};

struct count {
    size_t n, raised_n;
};

static void read_text(struct eval *e, struct nb_slice text, struct nb_opinion_reading *out)
{
    nb_arena_reset(e->arena);
    struct nb_document *document = nb_document_new(e->arena);
    document->text = nb_arena_strdup(e->arena, text);
    assert_int_equal(nb_annotate_reading(document, e->knowledge, e->words, e->arena, out), NB_OK);
}

static int32_t judge(struct eval *e, struct nb_slice text)
{
    struct nb_annotation *out;
    nb_arena_reset(e->arena);
    struct nb_document *document = nb_document_new(e->arena);
    document->text = nb_arena_strdup(e->arena, text);
    assert_int_equal(nb_annotate_briefly(document, e->knowledge, e->words, e->arena, &out), NB_OK);
    return out->synthetic_milli;
}

static void add(struct eval *e, struct nb_slice text, struct count *count)
{
    bool raised = judge(e, text) >= RAISED_MILLI;
    count->n++;
    count->raised_n += raised;
    if (raised && e->list) {
        printf("  %.*s\n", NB_ARG(text));
    }
}

static void print(const char *what, const struct count *count)
{
    double share = count->n ? 100.0 * (double)count->raised_n / (double)count->n : 0;
    printf("  %-44s %6zu texts  %6zu raised  %6.2f %%\n", what, count->n, count->raised_n, share);
}

/* The column of each line, counted from 0; everything behind it belongs to it. */
static struct nb_slice column(struct nb_slice line, int i)
{
    struct nb_slice field;
    for (; i > 0 && nb_slice_split(&line, '\t', &field); i--) {
    }
    return line;
}

static struct nb_slice load(const char *name, struct nb_arena *arena)
{
    const char *path = nbt_data(name);
    if (!path) {
        return nb_slice(NULL, 0);
    }
    return nb_slice_ends(nb_slice_str(name), NB_LIT(".gz")) ? nbt_read_gz(path, arena)
                                                            : nbt_read_file(path, arena);
}

static void eval_file(struct eval *e, const char *name, int text_column, bool has_head)
{
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    struct nb_slice line, rest = load(name, arena);
    struct count count = {0};
    if (has_head) {
        (void)nb_slice_split(&rest, '\n', &line);
    }
    while (nb_slice_split(&rest, '\n', &line)) {
        add(e, column(line, text_column), &count);
    }
    print(name, &count);
    nb_arena_free(arena);
}

/* The text of a headline: the field behind the third comma, with quotes where it has commas. */
static struct nb_slice headline(struct nb_slice line)
{
    struct nb_slice field;
    for (int i = 0; i < 3; i++) {
        (void)nb_slice_split(&line, ',', &field);
    }
    if (line.len && line.p[0] == '"') {
        line = nb_slice_sub(line, 1, line.len);
        (void)nb_slice_split(&line, '"', &field);
        return field;
    }
    (void)nb_slice_split(&line, ',', &field);
    return field;
}

static void eval_headlines(struct eval *e)
{
    static const char *const names[] = {
        "headlines/diken_non-clickbait.csv", "headlines/evrensel_non-clickbait.csv",
        "headlines/limon_clickbait.csv", "headlines/spoiler_clickbait.csv"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
        struct nb_slice line, rest = load(names[i], arena);
        struct count count = {0};
        (void)nb_slice_split(&rest, '\n', &line);
        while (nb_slice_split(&rest, '\n', &line)) {
            add(e, headline(line), &count);
        }
        print(names[i], &count);
        nb_arena_free(arena);
    }
}

static void eval_trends(struct eval *e)
{
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    struct nb_slice line, rest = load("astroturf/texts.tsv", arena);
    struct count all = {0}, years[10] = {{0}};
    bool list = e->list;
    e->list = false;
    while (nb_slice_split(&rest, '\n', &line)) {
        size_t year = line.len > 4 ? (size_t)(line.p[3] - '0') % 10 : 0;
        add(e, column(line, 2), &years[year]);
    }
    for (size_t i = 0; i < 10; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "faked trends of 202%zu", i);
        all.n += years[i].n;
        all.raised_n += years[i].raised_n;
        if (years[i].n) {
            print(name, &years[i]);
        }
    }
    print("faked trends", &all);
    e->list = list;
    nb_arena_free(arena);
}

static void eval_shuffles(struct eval *e)
{
    struct nbt_shuffler shuffler = {e->knowledge->words.core, 1};
    struct count count = {0};
    struct nb_buf text;
    bool list = e->list;
    e->list = false;
    nb_buf_init(&text, 1 << 16);
    for (size_t i = 0; i < SHUFFLES_N; i++) {
        nb_buf_reset(&text);
        nbt_shuffle(&shuffler, 2 + i % 7, i % 2 ? "#TurnaSeninle" : "Turna Kargo", &text);
        add(e, nb_buf_slice(&text), &count);
    }
    nb_buf_fini(&text);
    e->list = list;
    print("shuffles of our own words", &count);
}

/* ---- recounting the points ---- */

typedef size_t form_counts[NB_FORMS_N][NB_FREQUENCIES_N];

static size_t count_forms(struct eval *e, struct nb_slice text, form_counts counts)
{
    struct nb_opinion_reading r;
    size_t n = 0;
    read_text(e, text, &r);
    for (size_t i = 0; i < r.text.tokens_n; i++) {
        if (nb_synthetic_counts(r.text.tokens, r.text.tokens_n, i)) {
            unsigned frequency;
            enum nb_form form =
                nb_synthetic_form(&e->knowledge->synthetic, &r.text.readings[i], &frequency);
            counts[form][frequency]++;
            n++;
        }
    }
    return n;
}

static void print_classes(struct eval *e)
{
    static const char *const names[NB_FORMS_N] = {"adverb",     "bare",       "finite",
                                                  "function",   "infinitive", "inflected",
                                                  "participle", "owned",      "unknown"};
    form_counts drawn = {{0}}, said = {{0}};
    size_t drawn_n = 0, said_n = 0;
    struct nbt_shuffler shuffler = {e->knowledge->words.core, 1};
    struct nb_arena *arena = nb_arena_new(ARENA_BYTES);
    struct nb_slice line, rest = load("posts/train.tsv", arena);
    struct nb_buf text;
    nb_buf_init(&text, 1 << 16);
    for (size_t i = 0; i < SHUFFLES_N; i++) {
        nb_buf_reset(&text);
        nbt_shuffle(&shuffler, 2 + i % 7, NULL, &text);
        drawn_n += count_forms(e, nb_buf_slice(&text), drawn);
    }
    (void)nb_slice_split(&rest, '\n', &line);
    while (nb_slice_split(&rest, '\n', &line)) {
        said_n += count_forms(e, column(line, 8), said);
    }
    printf("log2 of drawn over said, by how frequent the form is\n");
    for (int f = 0; f < NB_FORMS_N; f++) {
        printf("  %-12s", names[f]);
        for (int q = 0; q < NB_FREQUENCIES_N; q++) {
            double a = ((double)drawn[f][q] + 1) / ((double)drawn_n + 1);
            double b = ((double)said[f][q] + 1) / ((double)said_n + 1);
            printf(" %6.1f", log2(a / b));
        }
        printf("\n");
    }
    nb_buf_fini(&text);
    nb_arena_free(arena);
}

int main(int argc, char **argv)
{
    struct nb_error error = {0};
    struct eval e = {.list = argc > 1 && strcmp(argv[1], "--list") == 0};
    if (nb_knowledge_load("lexicons", NULL, &e.knowledge, NULL, &error) != NB_OK) {
        fprintf(stderr, "%s\n", nb_error_text(&error));
        return 1;
    }
    e.words = nb_word_cache_new();
    e.arena = nb_arena_new((size_t)64 << 20);
    if (argc > 1 && strcmp(argv[1], "--classes") == 0) {
        print_classes(&e);
    } else {
        printf("texts that nobody wrote, at %d of 1000\n", RAISED_MILLI);
        eval_trends(&e);
        eval_shuffles(&e);
        eval_file(&e, "posts/unlabelled.tsv", 2, true);
        eval_file(&e, "posts/train.tsv", 8, true);
        eval_file(&e, "reviews/train.tsv.gz", 1, false);
        eval_headlines(&e);
    }
    nb_arena_free(e.arena);
    nb_word_cache_free(e.words);
    nb_knowledge_free(e.knowledge);
    return 0;
}
