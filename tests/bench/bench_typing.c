/*
 * Speed of what mends typed words, on the words of posts, one core, in CPU time: restoring the
 * diacritics of every word, the normal form of every word, the language of every post; each beside
 * a bare fold-and-hash pass over the same words.
 */
#include "tests/lib/test.h"

#include <sys/resource.h>

#include "analyzer/core.h"
#include "analyzer/normaliser.h"
#include "analyzer/turkish/corpus.h"
#include "analyzer/turkish/table.h"

enum { TEXTS_MAX = 10000 };

struct texts {
    struct tr_token *tokens[TEXTS_MAX];
    size_t tokens_n[TEXTS_MAX];
    size_t n, words_n;
};

static double cpu_s(void)
{
    struct rusage use;
    (void)getrusage(RUSAGE_SELF, &use);
    return (double)use.ru_utime.tv_sec + (double)use.ru_utime.tv_usec / 1e6;
}

static void print(const char *name, const struct texts *t, double s, double bare_s)
{
    printf("typing-%s %.2f million words/s, %.1f times fold and hash (n %zu)\n", name,
           (double)t->words_n / s / 1e6, s / bare_s, t->words_n);
}

static double fold_and_hash(const struct texts *t, uint64_t *sum)
{
    double from = cpu_s();
    for (size_t i = 0; i < t->n; i++) {
        for (size_t w = 0; w < t->tokens_n[i]; w++) {
            char out[512];
            struct nb_slice word = nb_slice_sub(t->tokens[i][w].folded, 0, 256);
            *sum += tr_hash(nb_slice(out, tr_fold_into(word, out)));
        }
    }
    return cpu_s() - from;
}

static double restore(const struct texts *t, const struct nb_normaliser *n, uint64_t *sum)
{
    double from = cpu_s();
    for (size_t i = 0; i < t->n; i++) {
        for (size_t w = 0; w < t->tokens_n[i]; w++) {
            char plain[512];
            struct tr_restored form;
            struct nb_slice word = nb_slice_sub(t->tokens[i][w].folded, 0, 256);
            memcpy(plain, word.p, word.len);
            struct tr_plain_word in = {.word = nb_slice(plain, tr_plain(plain, word.len))};
            *sum += tr_restore(&n->turkish.restorer, &in, &form) ? form.len : 0;
        }
    }
    return cpu_s() - from;
}

static double normalise(const struct texts *t, const struct nb_normaliser *n, uint64_t *sum)
{
    double from = cpu_s();
    for (size_t i = 0; i < t->n; i++) {
        for (size_t w = 0; w < t->tokens_n[i]; w++) {
            struct tr_normal normal;
            *sum += tr_normalise(&n->turkish, &t->tokens[i][w], &normal);
        }
    }
    return cpu_s() - from;
}

static double languages(const struct texts *t, const struct nb_normaliser *n, uint64_t *sum)
{
    double from = cpu_s();
    for (size_t i = 0; i < t->n; i++) {
        struct tr_language_sum seen = {.words_n = 0};
        tr_language_add(&n->languages, t->tokens[i], t->tokens_n[i], &seen);
        *sum += tr_language_judge(&seen);
    }
    return cpu_s() - from;
}

/* Only the words of each text. */
static void add(struct texts *t, struct nb_slice text, struct nb_arena *arena)
{
    struct tr_token *tokens;
    size_t n, words = 0;
    if (tr_tokenise(text, arena, &tokens, &n) != NB_OK) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (tokens[i].kind == TR_WORD) {
            tokens[words++] = tokens[i];
        }
    }
    t->tokens[t->n] = tokens;
    t->tokens_n[t->n++] = words;
    t->words_n += words;
}

int main(void)
{
    static struct texts t;
    const char *path = nbt_data("posts/unlabelled.tsv");
    struct nb_arena *arena = nb_arena_new((size_t)512 << 20);
    struct nb_error error = {0};
    struct tr_core *core;
    struct nb_normaliser n;
    struct tr_corpus corpus;
    struct nb_slice text;
    if (!path || !tr_corpus_open(&corpus, nbt_read_file(path, arena), '\t', NB_LIT("text"))) {
        nb_arena_free(arena);
        return 0;
    }
    if (nb_core_load("lexicons", &core, NULL, &error) != NB_OK ||
        nb_normaliser_init(&n, core, "lexicons", "models", NULL, &error) != NB_OK) {
        fprintf(stderr, "bench_typing: %s\n", nb_error_text(&error));
        return 1;
    }
    while (t.n < TEXTS_MAX && tr_corpus_next(&corpus, arena, &text)) {
        add(&t, text, arena);
    }
    uint64_t sum = 0;
    double bare_s = fold_and_hash(&t, &sum);
    print("restore", &t, restore(&t, &n, &sum), bare_s);
    print("normalise", &t, normalise(&t, &n, &sum), bare_s);
    print("language", &t, languages(&t, &n, &sum), bare_s);
    nb_normaliser_fini(&n);
    tr_core_free(core);
    nb_arena_free(arena);
    return sum == 0;
}
