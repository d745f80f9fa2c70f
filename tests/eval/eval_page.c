/*
 * How much of the main content of real pages is found, and how much else: F1 over words, each
 * counted as often as it stands there, by type of page. Material: pages/ (WCXB, development part);
 * one page there has no gold content and does not count.
 *
 *   eval_page           the figures
 *   eval_page rows      and a line for each page
 *   eval_page FILE_ID   what was found on a page
 */
#include "tests/lib/test.h"

#include <dirent.h>
#include <jansson.h>

#include <nabiz/buf.h>
#include <nabiz/page.h>

#include "tests/lib/gz.h"
#include "tests/lib/words.h"

static const char *const types[] = {"article",    "forum",   "documentation", "listing",
                                    "collection", "service", "product"};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

struct score {
    double f1, precision, recall;
    int n;
};

static struct nb_page_profiles *profiles;

/* The text of an article; of a thread who wrote each post, and its text: so has gold. */
static struct nb_slice content_of(struct nb_slice bytes, const char *url, struct nb_arena *arena)
{
    struct nb_date_context dates = {.now_ms = 1782864000000};
    struct nb_page_options options = {.profiles = profiles, .dates = &dates};
    struct nb_slice address = nb_slice_str(url && url[0] ? url : "https://page.example/");
    struct nb_page page;
    if (nb_page_read(bytes, address, NB_LIT("text/html"), &options, arena, &page, NULL) != NB_OK) {
        return NB_LIT("");
    }
    if (page.kind == NB_PAGE_KIND_ARTICLE) {
        return page.text;
    }
    struct nb_buf buf;
    nb_buf_init(&buf, 1 << 26);
    for (size_t i = 0; i < page.posts_n; i++) {
        nb_buf_add(&buf, page.posts[i].author);
        nb_buf_add_byte(&buf, '\n');
        nb_buf_add(&buf, page.posts[i].text);
        nb_buf_add_str(&buf, "\n\n");
    }
    struct nb_slice copy = nb_arena_copy(arena, nb_buf_slice(&buf));
    nb_buf_fini(&buf);
    return copy;
}

/* One page of gold. @return its type, TYPES when it is none of ours */
static size_t judge(const char *dir, const char *name, struct nb_arena *arena, bool show,
                    struct score *out, json_t **gold)
{
    char path[1100];
    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    *gold = json_load_file(path, 0, NULL);
    json_t *truth = json_object_get(*gold, "ground_truth");
    json_t *internal = json_object_get(json_object_get(*gold, "_internal"), "page_type");
    const char *type = json_string_value(json_object_get(internal, "primary"));
    const char *want = json_string_value(json_object_get(truth, "main_content"));
    (void)snprintf(path, sizeof(path), "%s/../html/%.*s.html.gz", dir, (int)strcspn(name, "."),
                   name);
    struct nb_slice text = content_of(nbt_read_gz(path, arena),
                                      json_string_value(json_object_get(*gold, "url")), arena);
    *out = (struct score){.n = want != NULL};
    if (want) {
        out->f1 = nbt_words_f1(nbt_words_of(text, arena), nbt_words_of(nb_slice_str(want), arena),
                               &out->precision, &out->recall);
    }
    if (show) {
        printf("%.*s\n", NB_ARG(text));
    }
    size_t at = 0;
    while (type && at < TYPES && strcmp(types[at], type) != 0) {
        at++;
    }
    return type ? at : TYPES;
}

static void add(struct score *sum, const struct score *one)
{
    sum->f1 += one->f1;
    sum->precision += one->precision;
    sum->recall += one->recall;
    sum->n += one->n;
}

static void report(const char *what, const struct score *sum)
{
    if (sum->n) {
        printf("pages/ %-13s %3d  F1 %.3f  precision %.3f  recall %.3f\n", what, sum->n,
               sum->f1 / sum->n, sum->precision / sum->n, sum->recall / sum->n);
    }
}

int main(int argc, char **argv)
{
    const char *found = nbt_data("pages/gold");
    struct nb_error error = {0};
    if (!found) {
        return 0;
    }
    char dir[512];
    (void)snprintf(dir, sizeof(dir), "%s", found);
    if (nb_page_profiles_load("config/forums", &profiles, &error) != NB_OK) {
        fprintf(stderr, "%s\n", nb_error_text(&error));
        return 1;
    }
    bool rows = argc > 1 && strcmp(argv[1], "rows") == 0;
    const char *wanted = argc > 1 && !rows ? argv[1] : NULL;
    struct score sums[TYPES + 1] = {{0}};
    struct score all = {0};
    struct dirent **list;
    struct nb_arena *arena = nb_arena_new((size_t)1 << 31);
    int count = scandir(dir, &list, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = list[i]->d_name;
        if (name[0] != '.' && (!wanted || strncmp(name, wanted, strlen(wanted)) == 0)) {
            struct score one;
            json_t *gold;
            nb_arena_reset(arena);
            size_t type = judge(dir, name, arena, wanted != NULL, &one, &gold);
            add(&sums[type], &one);
            add(&all, &one);
            if (rows || wanted) {
                printf("%.4s %-13s F1 %.3f P %.3f R %.3f %s\n", name,
                       type < TYPES ? types[type] : "?", one.f1, one.precision, one.recall,
                       json_string_value(json_object_get(gold, "url")));
            }
            json_decref(gold);
        }
        free(list[i]);
    }
    free(list);
    for (size_t type = 0; type < TYPES; type++) {
        report(types[type], &sums[type]);
    }
    report("all", &all);
    nb_arena_free(arena);
    nb_page_profiles_free(profiles);
    return 0;
}
