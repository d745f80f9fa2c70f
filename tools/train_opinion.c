/*
 * Train the model of opinions. Run by `make models`.
 *
 *     train_opinion DATA LABELS OWN LEXICONS OUT       train on everything
 *     train_opinion DATA LABELS OWN LEXICONS --folds   say how good it is in folds, and no more
 *
 * Labelled posts (LABELS holds the labels of those of DATA/posts/unlabelled.tsv, OWN those that
 * were written for this project), the lexicons' examples and entries, and reviews become rows of
 * features, and the scores of all classes are fitted at once (opinion_fit.h). What scores mean is
 * fitted on scores that each text had no part in: five folds of posts and examples, a tenth of the
 * reviews. Then the scores are fitted anew on everything. One thread, no clock: the same data,
 * lexicons and code give the same bytes.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/opinion_calibrate.h"
#include "tools/opinion_corpus.h"
#include "tools/opinion_room.h"
#include "tools/opinion_write.h"

enum { FOLDS = 5, REVIEW_FOLDS = 10 };

static const struct fit_how how = {
    .epochs = 4,
    .rate = 0.04F,
    .review_rate = 0.3F,
    .own = 0.2F,
    .weight = {[OPINION_DRAWN] = 1,
               [OPINION_STREAM] = 1,
               [OPINION_OWN] = 1,
               [OPINION_EXAMPLE] = 1,
               [OPINION_ENTRY] = 0.5F,
               [OPINION_REVIEW] = 0.5F},
};

/* Frequent features say less. */
static void weigh_columns(struct corpus *c, float *factors)
{
    for (size_t i = 0; i < c->rows.columns_n; i++) {
        double idf = log(1 + (double)c->rows.n / (1 + (double)c->count_of[i]));
        factors[i] = (float)sqrt(idf / 5);
    }
    for (size_t k = 0; k < c->rows.begins[c->rows.n]; k++) {
        c->rows.values[k] *= factors[c->rows.columns[k]];
    }
}

static struct fit_weights new_weights(const struct corpus *c)
{
    return (struct fit_weights){.columns =
                                    opinion_room(c->rows.columns_n, sizeof(float[FIT_WIDTH]))};
}

static bool held_out(const struct corpus *c, size_t row, unsigned fold)
{
    bool review = c->rows.source[row] == OPINION_REVIEW;
    return review ? c->group[row] % REVIEW_FOLDS == 0 : c->group[row] % FOLDS == fold;
}

/* Scores of each row by what the other folds teach; of the reviews, for a tenth. */
static void score_folds(const struct corpus *c, float (*scores)[FIT_WIDTH], bool *use)
{
    for (unsigned fold = 0; fold < FOLDS; fold++) {
        struct fit_weights w = new_weights(c);
        for (size_t i = 0; i < c->rows.n; i++) {
            bool review = c->rows.source[i] == OPINION_REVIEW;
            use[i] = !held_out(c, i, fold) && !(review && fold > 0);
        }
        fit_scores(&c->rows, use, &how, &w);
        for (size_t i = 0; i < c->rows.n; i++) {
            bool review = c->rows.source[i] == OPINION_REVIEW;
            if (held_out(c, i, fold) && !(review && fold > 0)) {
                fit_score(&c->rows, i, &w, scores[i]);
            }
        }
        free(w.columns);
    }
}

static void calibrate_in_folds(const struct corpus *c, struct nb_model_header *header)
{
    float(*scores)[FIT_WIDTH] = opinion_room(c->rows.n, sizeof(*scores));
    bool *use = opinion_room(c->rows.n, 1), *posts = opinion_room(c->rows.n, 1);
    bool *reviews = opinion_room(c->rows.n, 1);
    score_folds(c, scores, use);
    for (size_t i = 0; i < c->rows.n; i++) {
        uint8_t source = c->rows.source[i];
        posts[i] = source != OPINION_REVIEW;
        reviews[i] = source == OPINION_REVIEW && held_out(c, i, 0);
    }
    calibrate(c, scores, posts, reviews, header);
    free(scores);
    free(use);
    free(posts);
    free(reviews);
}

static void train(const struct corpus *c, struct nb_model_header *header, const float *factors,
                  const char *path)
{
    struct fit_weights w = new_weights(c);
    bool *use = opinion_room(c->rows.n, 1);
    memset(use, true, c->rows.n);
    fit_scores(&c->rows, use, &how, &w);
    for (size_t i = 0; i < c->rows.columns_n; i++) {
        for (int k = 0; k < FIT_WIDTH; k++) {
            w.columns[i][k] *= factors[i];
        }
    }
    model_write(c, &w, header, path);
    free(w.columns);
    free(use);
}

int main(int argc, char **argv)
{
    struct nb_error error = {0};
    struct nb_knowledge *knowledge;
    static struct corpus c;
    static struct nb_model_header header;
    if (argc != 6) {
        fprintf(stderr, "usage: train_opinion DATA LABELS OWN LEXICONS OUT|--folds\n");
        return 2;
    }
    if (nb_knowledge_load(argv[4], NULL, &knowledge, NULL, &error) != NB_OK) {
        fprintf(stderr, "train_opinion: %s\n", nb_error_text(&error));
        return 1;
    }
    corpus_read(knowledge, argv[1], argv[2], argv[3], argv[4], &c);
    memcpy(&header.lexicon_hash, &knowledge->lexicons_id, sizeof(header.lexicon_hash));
    float *factors = opinion_room(c.rows.columns_n, sizeof(*factors));
    weigh_columns(&c, factors);
    calibrate_in_folds(&c, &header);
    if (strcmp(argv[5], "--folds") != 0) {
        train(&c, &header, factors, argv[5]);
    }
    free(factors);
    nb_knowledge_free(knowledge);
    return 0;
}
