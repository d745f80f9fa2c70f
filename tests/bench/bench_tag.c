/*
 * Annotating posts on one core, as a ratio to a bare pass over the same text that only cuts at
 * white space, lowers ASCII and hashes the words. Real posts when they are there, else made-up
 * ones. Also with many topics, to see that their number does not matter.
 */
#include "tests/lib/test.h"

#include <nabiz/clock.h>
#include <nabiz/diag.h>
#include <nabiz/knowledge.h>

enum { POSTS_MAX = 20000, ROUNDS = 3, TOPICS = 2000 };

static struct nb_slice posts[POSTS_MAX];
static size_t posts_n;

static void read_posts(struct nb_arena *arena)
{
    const char *path = nbt_data("posts/unlabelled.tsv");
    struct nb_slice line, rest = path ? nbt_read_file(path, arena) : nb_slice(NULL, 0);
    while (posts_n < POSTS_MAX && nb_slice_split(&rest, '\n', &line)) {
        struct nb_slice id, label;
        if (nb_slice_split(&line, '\t', &id) && nb_slice_split(&line, '\t', &label) && line.p) {
            posts[posts_n++] = line;
        }
    }
    static const char *const made_up[] = {
        "kargo iki haftadır gelmedi, müşteri hizmetleri de cevap vermiyor",
        "yeni telefonun ekranı harika ama bataryası çabuk bitiyor :(",
        "bugün hava çok güzel, sahilde yürüyüş yaptık 😊",
        "@deniz faturamı nereden ödeyebilirim acaba?",
        "cok begendim, herkese tavsiye ederim!!!",
    };
    while (posts_n < POSTS_MAX && !path) {
        posts[posts_n] = nb_slice_str(made_up[posts_n % 5]);
        posts_n++;
    }
}

static uint64_t bare_pass(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < posts_n; i++) {
        uint64_t hash = 0xcbf29ce484222325u;
        for (size_t at = 0; at < posts[i].len; at++) {
            char c = posts[i].p[at];
            if (nb_ascii_is_space(c)) {
                sum += hash;
                hash = 0xcbf29ce484222325u;
            } else {
                hash = (hash ^ (unsigned char)nb_ascii_lower(c)) * 0x100000001b3u;
            }
        }
        sum += hash;
    }
    return sum;
}

static bool annotate_all(const struct nb_knowledge *knowledge, struct nb_word_cache *words,
                         struct nb_arena *arena)
{
    for (size_t i = 0; i < posts_n; i++) {
        struct nb_annotation *annotation;
        nb_arena_reset(arena);
        struct nb_document *document = nb_document_new(arena);
        document->text = nb_arena_strdup(arena, posts[i]);
        if (nb_annotate_with(document, knowledge, words, arena, &annotation) != NB_OK) {
            return false;
        }
    }
    return true;
}

/* Topics of made-up words, five a topic. */
static char *write_topics(void)
{
    char *dir = nbt_tmpdir();
    for (unsigned i = 0; i < TOPICS; i++) {
        char name[32], text[128];
        (void)snprintf(name, sizeof(name), "t%u.topic", i);
        (void)snprintf(text, sizeof(text),
                       "kurmaca%u\nuydurma%u\n\"zirve bayi%u\"\nsomut%u\nfatura\n", i, i, i, i);
        char *path = nbt_path(dir, name);
        nbt_write_file(path, nb_slice_str(text));
        free(path);
    }
    return dir;
}

static int64_t best_of(const struct nb_knowledge *knowledge, struct nb_arena *arena)
{
    int64_t best = INT64_MAX;
    struct nb_word_cache *words = nb_word_cache_new();
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = nb_mono_us();
        if (!annotate_all(knowledge, words, arena)) {
            return -1;
        }
        int64_t took = nb_mono_us() - start;
        best = took < best ? took : best;
    }
    nb_word_cache_free(words);
    return best;
}

int main(void)
{
    struct nb_arena *files = nb_arena_new((size_t)64 << 20);
    struct nb_arena *arena = nb_arena_new((size_t)32 << 20);
    struct nb_knowledge *plain, *many;
    struct nb_error error = {0};
    read_posts(files);
    char *topics = write_topics();
    nb_diag_set_level(NB_ERROR);
    int64_t start = nb_mono_us();
    if (nb_knowledge_load("lexicons", NULL, &plain, NULL, &error) != NB_OK) {
        fprintf(stderr, "bench_tag: %s\n", nb_error_text(&error));
        return 1;
    }
    int64_t load_us = nb_mono_us() - start;
    if (nb_knowledge_load("lexicons", topics, &many, NULL, &error) != NB_OK) {
        fprintf(stderr, "bench_tag: %s\n", nb_error_text(&error));
        return 1;
    }
    int64_t bare = INT64_MAX;
    uint64_t sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        start = nb_mono_us();
        sum += bare_pass();
        int64_t took = nb_mono_us() - start;
        bare = took < bare ? took : bare;
    }
    int64_t all = best_of(plain, arena), with_topics = best_of(many, arena);
    if (all < 0 || with_topics < 0 || sum == 0) {
        return 1;
    }
    bare = bare ? bare : 1;
    printf("tag-posts %lld posts/s (one core, %zu posts, explanations on)\n",
           (long long)((int64_t)posts_n * 1000000 / all), posts_n);
    printf("tag-ratio %.1f times a bare cut-and-hash pass over the same text\n",
           (double)all / (double)bare);
    printf("tag-topics %.2f times with %d topics of 5 terms\n", (double)with_topics / (double)all,
           TOPICS);
    printf("tag-load %lld us to load the lexicons\n", (long long)load_us);
    nb_knowledge_free(plain);
    nb_knowledge_free(many);
    nbt_rmdir(topics);
    nb_arena_free(arena);
    nb_arena_free(files);
    return 0;
}
