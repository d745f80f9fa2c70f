/*
 * The speed of morphology on one core: all analyses of distinct words, as a ratio to two loops that
 * only lower and hash them, one by the rules of Turkish, letter by letter, and one that lowers the
 * letters of ASCII, byte by byte, and would get every other one wrong; running text through a
 * cache; what the compiled file costs to open and to hold; and, where libhunspell and its Turkish
 * dictionary are installed, the same words through its analyser. Words of real posts when they are
 * there, else made-up ones.
 */
#include "tests/lib/test.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <nabiz/diag.h>
#include <nabiz/text.h>

#include "analyzer/core.h"
#include "analyzer/turkish/cache.h"
#include "analyzer/turkish/table.h"
#include "analyzer/turkish/text.h"

enum { TEXT_WORDS_MAX = 400000, ROUNDS = 5, PEER_WORDS = 4000, CACHE_BYTES = 8 << 20 };

static struct nb_slice text[TEXT_WORDS_MAX], distinct[TEXT_WORDS_MAX];
static size_t text_n, distinct_n;

/* CPU time of this process: the machine may have other things to do. */
static int64_t cpu_us(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

static void read_words(struct nb_arena *arena)
{
    static const char made_up[] = "kargo iki haftadır gelmedi müşteri hizmetleri de cevap vermiyor "
                                  "yeni telefonun ekranı harika ama bataryası çabuk bitiyor";
    const char *path = nbt_data("posts/unlabelled.tsv");
    struct nb_slice rest = path ? nbt_read_file(path, arena) : NB_LIT(made_up), line;
    struct tr_table seen;
    tr_table_init(&seen, arena);
    while (nb_slice_split(&rest, '\n', &line)) {
        struct tr_token *tokens;
        size_t n = 0;
        if (tr_tokenise(line, arena, &tokens, &n) != NB_OK) {
            return;
        }
        for (size_t i = 0; i < n && text_n < TEXT_WORDS_MAX; i++) {
            size_t before = seen.n;
            if (tokens[i].kind != TR_WORD) {
                continue;
            }
            text[text_n++] = tokens[i].folded;
            if (tr_table_add(&seen, tokens[i].folded) == before) {
                distinct[distinct_n++] = tokens[i].folded;
            }
        }
    }
}

static uint64_t lower_and_hash(void)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < distinct_n; i++) {
        uint64_t hash = TR_HASH_START;
        for (size_t at = 0; at < distinct[i].len; at++) {
            hash = tr_hash_byte(hash, nb_ascii_lower(distinct[i].p[at]));
        }
        sum += hash;
    }
    return sum;
}

static uint64_t fold_and_hash(void)
{
    uint64_t sum = 0;
    char folded[2 * TR_ANALYSE_BYTES_MAX];
    for (size_t i = 0; i < distinct_n; i++) {
        struct nb_slice word = nb_utf8_cut(distinct[i], TR_ANALYSE_BYTES_MAX);
        sum += tr_hash(nb_slice(folded, tr_fold_into(word, folded)));
    }
    return sum;
}

static uint64_t analyse_all(const struct tr_core *core, size_t *known_n, size_t *analyses_n)
{
    uint64_t sum = 0;
    *known_n = *analyses_n = 0;
    for (size_t i = 0; i < distinct_n; i++) {
        struct tr_analysis all[TR_ANALYSE_MAX];
        size_t n = tr_analyse(core, distinct[i], all, TR_ANALYSE_MAX);
        *known_n += n > 0;
        *analyses_n += n;
        sum += n ? all[0].features + all[n - 1].path : 0;
    }
    return sum;
}

static uint64_t read_text(struct tr_cache *cache, const struct tr_core *core)
{
    uint64_t sum = 0;
    struct tr_ranked room;
    for (size_t i = 0; i < text_n; i++) {
        const struct tr_ranked *ranked =
            tr_analyse_cached(cache, core, NULL, text[i], TR_SHAPE_SMALL, &room);
        sum += ranked->n ? ranked->analyses[0].features : 0;
    }
    return sum;
}

static long resident_kib(void)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld", &pages, &resident) != 2) {
        resident = 0;
    }
    if (file) {
        (void)fclose(file);
    }
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* libhunspell's functions in C, loaded when they are there. */
typedef void *create_fn(const char *affixes, const char *dictionary);
typedef int analyse_fn(void *hunspell, char ***list, const char *word);
typedef void free_list_fn(void *hunspell, char ***list, int n);

/* @return CPU time per word in ns, 0 when it is not installed. */
static double hunspell_ns(struct nb_arena *arena)
{
    void *library = dlopen("libhunspell-1.7.so.0", RTLD_NOW);
    if (!library || access("/usr/share/hunspell/tr_TR.dic", R_OK) != 0) {
        return 0;
    }
    union {
        void *p;
        create_fn *create;
        analyse_fn *analyse;
        free_list_fn *free_list;
    } create = {dlsym(library, "Hunspell_create")}, analyse = {dlsym(library, "Hunspell_analyze")},
      free_list = {dlsym(library, "Hunspell_free_list")};
    if (!create.p || !analyse.p || !free_list.p) {
        return 0;
    }
    void *hunspell =
        create.create("/usr/share/hunspell/tr_TR.aff", "/usr/share/hunspell/tr_TR.dic");
    size_t words_n = distinct_n < PEER_WORDS ? distinct_n : PEER_WORDS;
    int64_t start = cpu_us();
    for (size_t i = 0; i < words_n; i++) {
        char **list = NULL;
        int n = analyse.analyse(hunspell, &list, nb_arena_strdup(arena, distinct[i]));
        free_list.free_list(hunspell, &list, n);
    }
    return 1000.0 * (double)(cpu_us() - start) / (double)words_n;
}

static int64_t best_bare(uint64_t (*bare)(void), uint64_t *sum)
{
    int64_t best = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = cpu_us();
        for (int i = 0; i < 10; i++) {
            *sum += bare();
        }
        int64_t took = (cpu_us() - start) / 10;
        best = took < best ? took : best;
    }
    return best > 0 ? best : 1;
}

static void bench_file(void)
{
    struct stat st;
    struct tr_core *core;
    struct nb_error error = {0};
    int64_t best = INT64_MAX;
    long before = resident_kib(), after = before;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = cpu_us();
        if (tr_core_open("build/" NB_CORE_FILE, 0, &core, &error) != NB_OK) {
            fprintf(stderr, "bench_morph: %s; run make first\n", nb_error_text(&error));
            return;
        }
        int64_t took = cpu_us() - start;
        best = took < best ? took : best;
        after = resident_kib();
        tr_core_free(core);
    }
    (void)stat("build/" NB_CORE_FILE, &st);
    printf("morph-file %.2f MB, opened and checked in %.1f ms, %ld KiB resident with it\n",
           (double)st.st_size / 1e6, (double)best / 1000, after);
    printf("morph-file-resident %ld KiB more than before\n", after - before);
}

int main(void)
{
    struct nb_arena *arena = nb_arena_new((size_t)512 << 20);
    struct tr_core *core;
    struct nb_error error = {0};
    uint64_t sum = 0;
    size_t known_n = 0, analyses_n = 0;
    nb_diag_set_level(NB_ERROR);
    bench_file();
    read_words(arena);
    int64_t start = cpu_us();
    if (nb_core_load("lexicons", &core, NULL, &error) != NB_OK) {
        fprintf(stderr, "bench_morph: %s\n", nb_error_text(&error));
        return 1;
    }
    printf("morph-load %.1f ms with reading the texts\n", (double)(cpu_us() - start) / 1000);
    int64_t bare = best_bare(lower_and_hash, &sum), folding = best_bare(fold_and_hash, &sum),
            best = INT64_MAX, best_cached = INT64_MAX;
    struct tr_cache *cache = tr_cache_new(CACHE_BYTES);
    for (int round = 0; round < ROUNDS; round++) {
        start = cpu_us();
        sum += analyse_all(core, &known_n, &analyses_n);
        int64_t took = cpu_us() - start;
        best = took < best ? took : best;
        start = cpu_us();
        sum += read_text(cache, core);
        took = cpu_us() - start;
        best_cached = took < best_cached ? took : best_cached;
    }
    double ns = 1000.0 * (double)best / (double)distinct_n;
    printf("morph-words %.2f M words/s (%zu distinct words, %.0f ns, %.3f known, %.1f analyses)\n",
           1000 / ns, distinct_n, ns, (double)known_n / (double)distinct_n,
           (double)analyses_n / (double)known_n);
    printf(
        "morph-ratio %.1f times a loop that folds and hashes (goal 12), %.1f times one that only "
        "lowers ASCII\n",
        (double)best / (double)folding, (double)best / (double)bare);
    printf("morph-text %.2f M words/s with a cache (%zu words of text, goal 8)\n",
           (double)text_n / (double)best_cached, text_n);
    double peer = hunspell_ns(arena);
    if (peer > 0) {
        printf("morph-peer libhunspell's analyser takes %.0f times as long (goal 30)\n", peer / ns);
    } else {
        printf("morph-peer skipped: no libhunspell with a Turkish dictionary here\n");
    }
    tr_cache_free(cache);
    tr_core_free(core);
    nb_arena_free(arena);
    return sum == 42 ? 2 : 0;
}
