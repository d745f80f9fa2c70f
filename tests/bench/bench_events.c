/*
 * What life events cost: annotating posts as `nabiz tag` does, without rules, with those of
 * lexicons/events, and with 50, 500 and 5,000 made-up ones, as ratios of CPU time to that without.
 * "seen" posts were read before, so that nearly all their words are held and events weigh most.
 *
 * A made-up rule wants two words of the posts in either order, each word as likely as the next; so
 * near hits are many, and many more than those of rules that somebody wrote.
 */
#include "tests/lib/posts.h"
#include "tests/lib/test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/buf.h>
#include <nabiz/diag.h>
#include <nabiz/knowledge.h>
#include <nabiz/series.h>

#include "analyzer/knowledge_private.h"

enum { POSTS_MAX = 20000, ROUNDS = 5, WORDS_MAX = 20000, VARIANTS = 5, RULES_BYTES_MAX = 1 << 20 };

static struct nb_slice posts[POSTS_MAX];
static size_t posts_n;
static const char *words[WORDS_MAX];
static size_t words_n;

struct variant {
    const char *name;
    int rules_n; /* made up; -1: the real ones */
    struct nb_knowledge *knowledge;
    int64_t new_us, seen_us;
    size_t events_n;
};

static struct nb_annotation *annotate(const struct nb_knowledge *knowledge,
                                      struct nb_word_cache *cache, struct nb_slice text,
                                      struct nb_arena *arena, bool brief)
{
    struct nb_annotation *out = NULL;
    nb_arena_reset(arena);
    struct nb_document *document = nb_document_new(arena);
    document->text = nb_arena_strdup(arena, text);
    enum nb_err err = brief ? nb_annotate_briefly(document, knowledge, cache, arena, &out)
                            : nb_annotate_with(document, knowledge, cache, arena, &out);
    assert_int_equal(err, NB_OK);
    return out;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every dictionary word of the posts once. */
static void collect_words(const struct nb_knowledge *knowledge, struct nb_arena *files,
                          struct nb_arena *arena)
{
    struct nb_word_cache *cache = nb_word_cache_new();
    size_t n = 0;
    for (size_t i = 0; i < posts_n && words_n < WORDS_MAX; i++) {
        struct nb_annotation *a = annotate(knowledge, cache, posts[i], arena, false);
        for (size_t k = 0; k < a->n_tokens && words_n < WORDS_MAX; k++) {
            struct nb_slice lemma = nb_slice_str(a->tokens[k]->lemma);
            if (tr_lexicon_has_root(knowledge->lexicon, lemma, TR_UPOS_NOUN) ||
                tr_lexicon_has_root(knowledge->lexicon, lemma, TR_UPOS_VERB)) {
                words[words_n++] = nb_arena_strdup(files, lemma);
            }
        }
    }
    qsort(words, words_n, sizeof(words[0]), by_text);
    for (size_t i = 0; i < words_n; i++) {
        if (n == 0 || strcmp(words[i], words[n - 1]) != 0) {
            words[n++] = words[i];
        }
    }
    words_n = n;
    nb_word_cache_free(cache);
}

/* Rules that follow from a fixed seed. */
static void write_rules(const char *dir, int n)
{
    struct nb_buf text;
    uint64_t state = 20261122;
    nb_buf_init(&text, RULES_BYTES_MAX);
    for (int i = 0; i < n; i++) {
        const char *a = words[nb_series_next(&state) % words_n];
        const char *b = words[nb_series_next(&state) % words_n];
        nb_buf_addf(&text, "900 %s <> %s ; subject self ; stage happened\n", a, b);
    }
    char *path = nbt_path(dir, "marriage.txt");
    nbt_write_file(path, nb_buf_slice(&text));
    free(path);
    nb_buf_fini(&text);
}

/* The lexicons with other events. */
static char *write_lexicons(int rules_n)
{
    char *dir = nbt_tmpdir(), *here = realpath("lexicons", NULL), *events = nbt_path(dir, "events");
    DIR *list = opendir(here);
    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "events") != 0) {
            char *from = nbt_path(here, entry->d_name), *to = nbt_path(dir, entry->d_name);
            assert_int_equal(symlink(from, to), 0);
            free(from);
            free(to);
        }
    }
    closedir(list);
    assert_int_equal(mkdir(events, 0700), 0);
    write_rules(events, rules_n);
    free(events);
    free(here);
    return dir;
}

static void load(struct variant *v)
{
    struct nb_error error = {0};
    char *dir = v->rules_n < 0 ? NULL : write_lexicons(v->rules_n);
    if (nb_knowledge_load(dir ? dir : "lexicons", NULL, &v->knowledge, NULL, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    v->new_us = v->seen_us = INT64_MAX;
    if (dir) {
        nbt_rmdir(dir);
    }
}

static int64_t pass(struct variant *v, struct nb_word_cache *cache, struct nb_arena *arena)
{
    int64_t start = nbt_cpu_us();
    v->events_n = 0;
    for (size_t i = 0; i < posts_n; i++) {
        v->events_n += annotate(v->knowledge, cache, posts[i], arena, true)->n_life_events;
    }
    return nbt_cpu_us() - start;
}

static void measure(struct variant *v, struct nb_arena *arena)
{
    struct nb_word_cache *cache = nb_word_cache_new();
    int64_t fresh = pass(v, cache, arena), seen = pass(v, cache, arena);
    v->new_us = fresh < v->new_us ? fresh : v->new_us;
    v->seen_us = seen < v->seen_us ? seen : v->seen_us;
    nb_word_cache_free(cache);
}

int main(void)
{
    struct variant all[VARIANTS] = {{.name = "none"},
                                    {.name = "lexicons", .rules_n = -1},
                                    {.name = "50", .rules_n = 50},
                                    {.name = "500", .rules_n = 500},
                                    {.name = "5000", .rules_n = 5000}};
    struct nb_arena *files = nb_arena_new((size_t)64 << 20);
    struct nb_arena *arena = nb_arena_new((size_t)32 << 20);
    nb_diag_set_level(NB_ERROR);
    if (nbt_data("posts/unlabelled.tsv")) { /* rules of the words of five posts would all be met */
        posts_n = nbt_posts(files, posts, POSTS_MAX);
    }
    if (!posts_n) {
        return 0;
    }
    load(&all[1]);
    collect_words(all[1].knowledge, files, arena);
    for (int i = 0; i < VARIANTS; i++) {
        if (i != 1) {
            load(&all[i]);
        }
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < VARIANTS; i++) {
            measure(&all[i], arena);
        }
    }
    for (int i = 1; i < VARIANTS; i++) {
        printf("events-%s %.3f times without rules (seen posts %.3f), %zu rules, %zu events in %zu "
               "posts\n",
               all[i].name, (double)all[i].new_us / (double)all[0].new_us,
               (double)all[i].seen_us / (double)all[0].seen_us,
               nb_events_rules_n(all[i].knowledge->events), all[i].events_n, posts_n);
    }
    for (int i = 0; i < VARIANTS; i++) {
        nb_knowledge_free(all[i].knowledge);
    }
    nb_arena_free(arena);
    nb_arena_free(files);
    return 0;
}
