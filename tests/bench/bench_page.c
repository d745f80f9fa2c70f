/*
 * Reading real pages on one core, and what share of it the HTML parser takes: bytes to a tree, and
 * bytes to an article or a thread. The goal is that extraction costs at most as much as parsing.
 * Material: pages/ (WCXB, development part); without it nothing is measured.
 */
#include "tests/lib/test.h"

#include <dirent.h>
#include <time.h>

#include <nabiz/charset.h>
#include <nabiz/page.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/page/dom.h"
#include "tests/lib/gz.h"

enum { PAGES_MAX = 1000, ROUNDS = 3 };

static struct nb_slice pages[PAGES_MAX];
static size_t pages_n;
static struct nb_page_profiles *profiles;

static size_t load(const char *dir, struct nb_arena *arena)
{
    struct dirent **list;
    size_t bytes = 0;
    int count = scandir(dir, &list, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[1100];
        if (list[i]->d_name[0] != '.' && pages_n < PAGES_MAX) {
            (void)snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
            pages[pages_n] = nbt_read_gz(path, arena);
            bytes += pages[pages_n++].len;
        }
        free(list[i]);
    }
    free(list);
    return bytes;
}

static void decode(struct nb_slice bytes, struct nb_arena *arena)
{
    struct nb_slice html;
    (void)!nb_charset_decode(nb_charset_decide(NB_LIT("text/html"), bytes), bytes, arena, &html);
}

static void parse(struct nb_slice bytes, struct nb_arena *arena)
{
    struct nb_slice html;
    struct nb_dom dom;
    if (nb_charset_decode(nb_charset_decide(NB_LIT("text/html"), bytes), bytes, arena, &html) ==
        NB_OK) {
        (void)!nb_dom_parse(html, arena, &dom);
    }
}

static void extract(struct nb_slice bytes, struct nb_arena *arena)
{
    static const struct nb_date_context dates = {.now_ms = 1782864000000};
    struct nb_page_options options = {.profiles = profiles, .dates = &dates};
    struct nb_page page;
    (void)!nb_page_read(bytes, NB_LIT("https://page.example/"), NB_LIT("text/html"), &options,
                        arena, &page, NULL);
}

/* CPU of the fastest round over all pages. */
static double best_of(void (*work)(struct nb_slice bytes, struct nb_arena *arena),
                      struct nb_arena *arena)
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        struct timespec begin, end;
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
        for (size_t i = 0; i < pages_n; i++) {
            nb_arena_reset(arena);
            work(pages[i], arena);
        }
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        double took =
            (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
        best = took < best ? took : best;
    }
    return best;
}

int main(void)
{
    const char *found = nbt_data("pages/html");
    struct nb_error error = {0};
    if (!found) {
        return 0;
    }
    if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK ||
        nb_page_profiles_load("config/forums", &profiles, &error) != NB_OK) {
        fprintf(stderr, "bench_page: %s\n", nb_error_text(&error));
        return 1;
    }
    struct nb_arena *store = nb_arena_new((size_t)1 << 31);
    struct nb_arena *arena = nb_arena_new((size_t)1 << 30);
    size_t bytes = load(found, store);
    double decoded = best_of(decode, arena);
    double parsed = best_of(parse, arena);
    double whole = best_of(extract, arena);
    double mb = (double)bytes / 1e6;
    printf("page-extract %.0f pages/s (one core, %.0f KB each, %.1f MB/s)\n",
           (double)pages_n / whole, mb * 1000 / (double)pages_n, mb / whole);
    printf("page-parse %.1f MB/s; of extraction: decoding %.0f %%, HTML parser %.0f %%\n",
           mb / (parsed - decoded), 100 * decoded / whole, 100 * (parsed - decoded) / whole);
    printf("page-extract/parse %.2f (goal: at most 1)\n", (whole - parsed) / (parsed - decoded));
    nb_page_profiles_free(profiles);
    nb_arena_free(arena);
    nb_arena_free(store);
    return 0;
}
