/*
 * Annotating posts on one core, in posts per second of CPU time and as a ratio to a bare pass over
 * the same text that only cuts at white space, lowers ASCII and hashes the words, and to one that
 * cuts it into the tokens annotation works on, folds them and hashes them. Real posts when they are
 * there, else made-up ones.
 *
 * "new" posts are read once, by who begins with an empty cache of words, as `nabiz tag` does with a
 * file; the caches are emptied between rounds. "seen" posts were read before, so that nearly all
 * their words are held. Also with reasons and with many topics.
 */
#include "tests/lib/posts.h"
#include "tests/lib/test.h"

#include <nabiz/diag.h>
#include <nabiz/knowledge.h>

#include "analyzer/turkish/table.h"
#include "analyzer/turkish/text.h"

enum { POSTS_MAX = 20000, ROUNDS = 3, TOPICS = 2000 };

static struct nb_slice posts[POSTS_MAX];
static size_t posts_n;

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

/* 0 when memory is short. */
static uint64_t token_pass(struct nb_arena *arena)
{
    uint64_t sum = 1;
    for (size_t i = 0; sum && i < posts_n; i++) {
        struct tr_token *tokens;
        size_t n;
        nb_arena_reset(arena);
        if (tr_tokenise(posts[i], arena, &tokens, &n) != NB_OK) {
            return 0;
        }
        for (size_t k = 0; k < n; k++) {
            sum += tr_hash(tokens[k].folded) | 1;
        }
    }
    return sum;
}

typedef enum nb_err annotate_fn(const struct nb_document *, const struct nb_knowledge *,
                                struct nb_word_cache *, struct nb_arena *, struct nb_annotation **);

static bool annotate_all(annotate_fn *annotate, const struct nb_knowledge *knowledge,
                         struct nb_word_cache *words, struct nb_arena *arena)
{
    for (size_t i = 0; i < posts_n; i++) {
        struct nb_annotation *annotation;
        nb_arena_reset(arena);
        struct nb_document *document = nb_document_new(arena);
        document->text = nb_arena_strdup(arena, posts[i]);
        if (annotate(document, knowledge, words, arena, &annotation) != NB_OK) {
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

/* The best rounds of posts that are new and of posts that were seen. */
struct took {
    int64_t new_us, seen_us;
};

static bool best_of(annotate_fn *annotate, const struct nb_knowledge *knowledge,
                    struct nb_arena *arena, struct took *out)
{
    *out = (struct took){INT64_MAX, INT64_MAX};
    for (int round = 0; round < ROUNDS; round++) {
        struct nb_word_cache *words = nb_word_cache_new();
        for (int again = 0; again < 2; again++) {
            int64_t start = nbt_cpu_us();
            if (!words || !annotate_all(annotate, knowledge, words, arena)) {
                return false;
            }
            int64_t took = nbt_cpu_us() - start, *best = again ? &out->seen_us : &out->new_us;
            *best = took < *best ? took : *best;
        }
        nb_word_cache_free(words);
    }
    return true;
}

static int64_t best_bare(struct nb_arena *arena, uint64_t *sum)
{
    int64_t best = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = nbt_cpu_us();
        *sum += arena ? token_pass(arena) : bare_pass();
        int64_t took = nbt_cpu_us() - start;
        best = took < best ? took : best;
    }
    return best > 0 ? best : 1;
}

struct passes {
    int64_t bare_us, tokens_us;
};

static void print(const char *name, int64_t took_us, const struct passes *passes)
{
    printf("%s %lld posts/s, %.1f times a bare cut-and-hash pass, %.1f times tokenise and hash\n",
           name, (long long)((int64_t)posts_n * 1000000 / took_us),
           (double)took_us / (double)passes->bare_us, (double)took_us / (double)passes->tokens_us);
}

int main(void)
{
    struct nb_arena *files = nb_arena_new((size_t)64 << 20);
    struct nb_arena *arena = nb_arena_new((size_t)32 << 20);
    struct nb_knowledge *plain, *many;
    struct nb_error error = {0};
    struct took brief, all, with_topics;
    uint64_t sum = 0;
    posts_n = nbt_posts(files, posts, POSTS_MAX);
    char *topics = write_topics();
    nb_diag_set_level(NB_ERROR);
    int64_t start = nbt_cpu_us();
    if (nb_knowledge_load("lexicons", NULL, &plain, NULL, &error) != NB_OK) {
        fprintf(stderr, "bench_tag: %s\n", nb_error_text(&error));
        return 1;
    }
    int64_t load_us = nbt_cpu_us() - start;
    if (nb_knowledge_load("lexicons", topics, &many, NULL, &error) != NB_OK) {
        fprintf(stderr, "bench_tag: %s\n", nb_error_text(&error));
        return 1;
    }
    struct passes passes = {.bare_us = best_bare(NULL, &sum)};
    passes.tokens_us = best_bare(arena, &sum);
    if (!best_of(nb_annotate_briefly, plain, arena, &brief) ||
        !best_of(nb_annotate_with, plain, arena, &all) ||
        !best_of(nb_annotate_briefly, many, arena, &with_topics) || sum == 0) {
        return 1;
    }
    printf("tag-bare %lld posts/s (%zu posts)\n",
           (long long)((int64_t)posts_n * 1000000 / passes.bare_us), posts_n);
    print("tag-new", brief.new_us, &passes);
    print("tag-seen", brief.seen_us, &passes);
    print("tag-new-reasons", all.new_us, &passes);
    print("tag-seen-reasons", all.seen_us, &passes);
    printf("tag-topics %.2f times with %d topics of 5 terms\n",
           (double)with_topics.seen_us / (double)brief.seen_us, TOPICS);
    printf("tag-load %lld us to load the lexicons\n", (long long)load_us);
    nb_knowledge_free(plain);
    nb_knowledge_free(many);
    nbt_rmdir(topics);
    nb_arena_free(arena);
    nb_arena_free(files);
    return 0;
}
