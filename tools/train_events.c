/*
 * Train the second opinion on life events. Run by `make models`.
 *
 *     train_events DATA LABELS LEXICONS OUT|--folds [SENTENCES]...
 *
 * The rules of LEXICONS find hits in the posts of DATA (their own labels, and LABELS for those that
 * came without), in own SENTENCES and in the examples behind the rules; how likely a post has an
 * event is what the first model learns, how likely a hit is one what the second does
 * (analyzer/events/second.h). The second is told what the first says of posts that it has not seen:
 * each fold's by what was learnt from the others. Events are more frequent in own posts, and less
 * in our labels, than in the posts of DATA, which were drawn for brands and events as what people
 * follow is: a weight for each takes that up, and is not written. One thread, no clock: the same
 * data give the same bytes.
 *
 * --folds writes nothing and says how many of the hits are right above some chances, each fold
 * judged by what was learnt from the others; copies of a post are in one fold. Hits are counted by
 * the first type of those that share their family, and are right if the event is of any of these.
 * What the first model says of the others was learnt with the fold that is judged, so that the
 * figures flatter a little.
 *
 * A feature that fewer than ROWS_MIN rows have gets no weight, so that no text can be read off.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/events/events.h"
#include "tools/events_rows.h"

enum { ROWS_MIN = 10, PATH_BYTES = 4096 };

/* The penalty on a weight, shared by the rows that have it; words are many and rare. */
static const float PENALTY_OF_POST = 0.2F, PENALTY = 20.0F, PENALTY_OF_WORDS = 133.0F;
static const float RATE_OF_POST = 0.2F, RATE = 0.1F, WRITTEN_MIN = 0.02F;
static const float POST_MAX = 8; /* as the opinion takes it */
enum { EPOCHS = 60 };

struct trainer {
    struct events_reader *reader;
    struct events_rows rows;
    struct events_fit posts, hits;
};

/* Of a kind with lemmas or letters in it that has many names. */
static bool is_of_words(struct nb_slice name)
{
    static const char *const kinds[] = {
        "/w:", "/no:", "/p:", "/t:", "/before:", "/after:", "/met2:", "/formed:"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (nb_slice_find(name, nb_slice_str(kinds[i]), 0) != NB_NPOS) {
            return true;
        }
    }
    return false;
}

static bool *known_of(const struct events_reader *reader, float *penalty)
{
    size_t n = events_features_n();
    bool *known = calloc(2 * n, sizeof(*known));
    for (size_t i = 0; known && i < 2 * n; i++) {
        uint32_t feature = (uint32_t)(i % n);
        struct nb_slice name = events_feature_name(reader, feature);
        float rows = (float)events_feature_rows(reader, feature, i >= n);
        bool of_post = nb_slice_starts(name, NB_LIT("post/"));
        known[i] = rows >= ROWS_MIN;
        penalty[i] = (of_post             ? PENALTY_OF_POST
                      : is_of_words(name) ? PENALTY_OF_WORDS
                                          : PENALTY) /
                     (rows > 0 ? rows : 1);
    }
    return known;
}

static void prepare(struct trainer *t)
{
    size_t n = events_features_n();
    float *penalty = calloc(2 * n, sizeof(*penalty));
    bool *known = penalty ? known_of(t->reader, penalty) : NULL;
    t->rows = events_rows_of(t->reader);
    t->posts = (struct events_fit){.known = known,
                                   .penalty = penalty,
                                   .features_n = n,
                                   .rate = RATE_OF_POST,
                                   .epochs = EPOCHS,
                                   .weights = calloc(2 * n, sizeof(float)),
                                   .squares = calloc(2 * n, sizeof(float)),
                                   .sums = calloc(2 * n, sizeof(float))};
    t->hits = t->posts;
    t->hits.hits = true;
    t->hits.rate = RATE;
    t->hits.weights = calloc(2 * n, sizeof(float));
    if (!known || !t->posts.weights || !t->posts.squares || !t->posts.sums || !t->hits.weights) {
        events_die("out of memory");
    }
}

static void fit(struct events_fit *fit, const struct events_rows *rows, uint8_t without)
{
    if (!events_fit(fit, rows, without)) {
        events_die("out of memory");
    }
}

/* What is added for the source of a row: it is not written. */
static float bias_of(const struct trainer *t, const struct events_fit *fit,
                     const struct events_row *row)
{
    uint32_t last = row->is_hit ? row->features[row->n - 1] : row->beside[row->beside_n - 1];
    return events_is_source(events_feature_name(t->reader, last)) ? events_weight(fit, last) : 0;
}

/* What the first model says of the posts of all hits, each by what it learnt from other folds. */
static void tell_of_posts(struct trainer *t)
{
    for (uint8_t fold = 0; fold < EVENTS_FOLDS; fold++) {
        fit(&t->posts, &t->rows, fold);
        for (size_t i = 0; i < t->rows.n; i++) {
            struct events_row *row = &t->rows.all[i];
            const struct events_row *post = &t->rows.all[row->post];
            if (row->is_hit && row->fold == fold) {
                float odds = events_odds(&t->posts, post) - bias_of(t, &t->posts, post);
                row->beside_value = fmaxf(-POST_MAX, fminf(POST_MAX, odds));
            }
        }
    }
}

/* By the first type of their family, and at last of all. */
static void print_folds(const struct trainer *t, const float *odds, enum events_source source)
{
    static const char *const names[] = {"own", "posts", "labels"};
    static const float chances[] = {0.4F, 0.5F, 0.6F, 0.7F, 0.8F, 0.9F};
    for (int type = 0; type <= NB_EVENT_TYPES_N; type++) {
        size_t rows = 0, found[sizeof(chances) / sizeof(chances[0])] = {0};
        float there = 0, right[sizeof(chances) / sizeof(chances[0])] = {0};
        for (size_t i = 0; i < t->rows.n; i++) {
            const struct events_row *row = &t->rows.all[i];
            bool ours = type == NB_EVENT_TYPES_N || row->type == type;
            if (!ours || !row->is_hit || row->source != source) {
                continue;
            }
            rows++;
            there += row->chance;
            for (size_t c = 0; c < sizeof(chances) / sizeof(chances[0]); c++) {
                bool above = 1 / (1 + expf(-odds[i])) >= chances[c];
                found[c] += above;
                right[c] += above ? row->chance : 0;
            }
        }
        if (!rows) {
            continue;
        }
        printf("%s %s: %.1f of %zu\n", names[source],
               type == NB_EVENT_TYPES_N ? "all" : nb_event_type_name((enum nb_event_type)type),
               (double)there, rows);
        for (size_t c = 0; c < sizeof(chances) / sizeof(chances[0]); c++) {
            printf("  from %.1f: %.1f of %zu right\n", (double)chances[c], (double)right[c],
                   found[c]);
        }
    }
}

static void try_folds(struct trainer *t)
{
    float *odds = calloc(t->rows.n + 1, sizeof(*odds));
    for (uint8_t fold = 0; odds && fold < EVENTS_FOLDS; fold++) {
        fit(&t->hits, &t->rows, fold);
        for (size_t i = 0; i < t->rows.n; i++) {
            const struct events_row *row = &t->rows.all[i];
            if (row->is_hit && row->fold == fold) {
                odds[i] = events_odds(&t->hits, row) - bias_of(t, &t->hits, row);
            }
        }
    }
    if (!odds) {
        events_die("out of memory");
    }
    print_folds(t, odds, EVENTS_OWN);
    print_folds(t, odds, EVENTS_LABELS);
    print_folds(t, odds, EVENTS_POSTS);
    free(odds);
}

struct line {
    struct nb_slice name;
    long milli;
};

static int by_name(const void *a, const void *b)
{
    return nb_slice_cmp(((const struct line *)a)->name, ((const struct line *)b)->name);
}

static void write_weights(const struct trainer *t, const char *path)
{
    size_t n = 0, features_n = events_features_n();
    struct line *lines = malloc(features_n * sizeof(*lines));
    FILE *out = fopen(path, "w");
    if (!lines || !out) {
        events_die("cannot write the weights");
    }
    for (uint32_t i = 0; i < features_n; i++) {
        struct nb_slice name = events_feature_name(t->reader, i);
        bool of_post = nb_slice_starts(name, NB_LIT("post/"));
        float weight = events_weight(of_post ? &t->posts : &t->hits, i);
        if (name.p && !events_is_source(name) && fabsf(weight) >= WRITTEN_MIN) {
            lines[n++] = (struct line){name, lroundf(1000 * weight)};
        }
    }
    qsort(lines, n, sizeof(*lines), by_name);
    fprintf(out, "# The second opinion on life events: a weight in thousandths, and a feature.\n"
                 "# Learnt by tools/train_events.c (`make models`); not to be edited.\n");
    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%ld %.*s\n", lines[i].milli, NB_ARG(lines[i].name));
    }
    free(lines);
    bool bad = ferror(out) != 0;
    if (fclose(out) != 0 || bad) {
        events_die("cannot write the weights");
    }
}

int main(int argc, char **argv)
{
    struct trainer t = {0};
    char path[PATH_BYTES], texts[PATH_BYTES];
    if (argc < 5) {
        events_die("usage: train_events DATA LABELS LEXICONS OUT|--folds [SENTENCES]...");
    }
    t.reader = events_reader_new(argv[3]);
    (void)snprintf(path, sizeof(path), "%s/posts/train.tsv", argv[1]);
    (void)snprintf(texts, sizeof(texts), "%s/posts/unlabelled.tsv", argv[1]);
    events_read_posts(t.reader, path);
    events_read_labels(t.reader, argv[2], texts);
    events_read_examples(t.reader, argv[3]);
    for (int i = 5; i < argc; i++) {
        events_read_sentences(t.reader, argv[i]);
    }
    prepare(&t);
    tell_of_posts(&t);
    if (strcmp(argv[4], "--folds") == 0) {
        try_folds(&t);
    } else {
        fit(&t.posts, &t.rows, EVENTS_FOLDS);
        fit(&t.hits, &t.rows, EVENTS_FOLDS);
        write_weights(&t, argv[4]);
    }
    events_reader_free(t.reader);
    free(t.posts.known);
    free(t.posts.penalty);
    free(t.posts.weights);
    free(t.posts.squares);
    free(t.posts.sums);
    free(t.hits.weights);
    return 0;
}
