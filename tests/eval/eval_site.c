/*
 * What pages of the web are taken for when a site is followed: by their addresses alone, and once
 * they were read. Gold knows the type of each page; `eval_site list` shows those that differ.
 */
#include "tests/lib/test.h"

#include <dirent.h>

#include <jansson.h>

#include <nabiz/url.h>

#include "crawler/site/links.h"
#include "crawler/site/readers.h"
#include "tests/lib/gz.h"

enum { KINDS = NB__PAGE__KIND__UNKNOWN + 1 };

static const char *const types[] = {"forum",         "article", "listing", "collection",
                                    "documentation", "product", "service"};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

struct tally {
    int n;
    int skipped;
    int known[KINDS]; /* by the address */
    int read[KINDS];
    int documents; /* pages with some */
};

static struct nb_link_rules *rules;
static struct nb_page_profiles *profiles;
static const struct nb_date_context dates = {.now_ms = 1782864000000};

static enum nb_err read_page(struct nb_slice bytes, const struct nb_url *url,
                             struct nb_arena *arena, struct nb_site_yield *out)
{
    Nb__Page page = NB__PAGE__INIT;
    struct nb_site_input input = {.bytes = bytes,
                                  .content_type = NB_LIT("text/html"),
                                  .url = url,
                                  .page = &page,
                                  .walk = NB_WALK_SITEMAP,
                                  .document_kind = NB__KIND__ARTICLE,
                                  .host = url->host,
                                  .dates = &dates,
                                  .profiles = profiles,
                                  .rules = rules};
    return nb_site_read_html(&input, arena, out, NULL);
}

static void judge(const char *dir, const char *name, struct nb_arena *arena, bool list,
                  struct tally *tallies)
{
    static const char *const kinds[KINDS] = {"", "listing", "thread", "article", "", "", "unknown"};
    char path[1100];
    struct nb_url url;
    struct nb_link link;
    struct nb_site_yield yield = {0};
    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    json_t *gold = json_load_file(path, 0, NULL);
    json_t *internal = json_object_get(json_object_get(gold, "_internal"), "page_type");
    const char *type = json_string_value(json_object_get(internal, "primary"));
    const char *address = json_string_value(json_object_get(gold, "url"));
    size_t at = 0;
    while (type && at < TYPES && strcmp(types[at], type) != 0) {
        at++;
    }
    (void)snprintf(path, sizeof(path), "%s/../html/%.*s.html.gz", dir, (int)strcspn(name, "."),
                   name);
    if (type && at < TYPES && address &&
        nb_url_parse(nb_slice_str(address), NULL, arena, &url) == NB_OK &&
        nb_link_read(rules, &url, arena, &link) == NB_OK &&
        read_page(nbt_read_gz(path, arena), &url, arena, &yield) == NB_OK) {
        struct tally *tally = &tallies[at];
        tally->n++;
        tally->skipped += link.is_skipped;
        tally->known[link.kind]++;
        tally->read[yield.kind]++;
        tally->documents += yield.documents_n > 0;
        if (list) {
            printf("%-13s %-8s %-8s %3zu %s\n", type, link.is_skipped ? "skip" : kinds[link.kind],
                   kinds[yield.kind], yield.documents_n, address);
        }
    }
    json_decref(gold);
}

static void report(const struct tally *tallies)
{
    printf("%-14s %4s  by address: skip listing thread article unknown;  read: listing thread "
           "article, with documents\n",
           "site: pages/", "n");
    for (size_t i = 0; i < TYPES; i++) {
        const struct tally *t = &tallies[i];
        printf("%-14s %4d  %16d %7d %6d %7d %7d  %13d %6d %7d %8d\n", types[i], t->n, t->skipped,
               t->known[NB__PAGE__KIND__LISTING], t->known[NB__PAGE__KIND__THREAD],
               t->known[NB__PAGE__KIND__ARTICLE], t->known[NB__PAGE__KIND__UNKNOWN] - t->skipped,
               t->read[NB__PAGE__KIND__LISTING], t->read[NB__PAGE__KIND__THREAD],
               t->read[NB__PAGE__KIND__ARTICLE], t->documents);
    }
}

int main(int argc, char **argv)
{
    const char *found = nbt_data("pages/gold");
    static struct tally tallies[TYPES];
    struct nb_error error = {0};
    char dir[512];
    if (!found) {
        return 0;
    }
    (void)snprintf(dir, sizeof(dir), "%s", found);
    if (nb_link_rules_load("config/forums", &rules, &error) != NB_OK ||
        nb_page_profiles_load("config/forums", &profiles, &error) != NB_OK) {
        fprintf(stderr, "%s\n", nb_error_text(&error));
        return 1;
    }
    DIR *pages = opendir(dir);
    struct nb_arena *arena = nb_arena_new((size_t)256 << 20);
    for (struct dirent *entry; pages && arena && (entry = readdir(pages)) != NULL;) {
        if (entry->d_name[0] != '.') {
            nb_arena_reset(arena);
            judge(dir, entry->d_name, arena, argc > 1 && strcmp(argv[1], "list") == 0, tallies);
        }
    }
    if (pages) {
        (void)closedir(pages);
    }
    report(tallies);
    nb_arena_free(arena);
    nb_page_profiles_free(profiles);
    nb_link_rules_free(rules);
    return 0;
}
