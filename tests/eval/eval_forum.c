/*
 * Posts of real threads with who wrote them, when and what. Material: forums/ (half of
 * WEB-FORUM-52). A post is right when its text is (similarity of words above 0.95), its user and
 * its date. Gold names a user as the page does, often by the address of the profile.
 *
 * Gold has what a post quotes where it stands in the text, with or without the line that says who
 * is quoted; nabiz keeps text and quotes apart. So a text is right when the text alone is, or the
 * text with its quotes, or the text with its quotes and whom they quote; words in any order. What
 * engines write around quotes ("said:", "Click to expand...") is left out of gold's posts that
 * quote.
 *
 * A second figure is for all engines as if nobody had described them: by what repeats alone.
 *
 *   eval_forum                    the figures
 *   eval_forum rows               and a line for each page
 *   eval_forum bare               the same for pages read without profiles
 *   eval_forum PART_OF_A_NAME     what differs on these pages
 */
#include "tests/lib/test.h"

#include <dirent.h>
#include <jansson.h>

#include <nabiz/page.h>
#include <nabiz/url.h>

#include "crawler/page/when.h"
#include "tests/lib/words.h"

struct tally {
    int posts, found, user, date, all;
};

static struct nb_date_context dates = {.now_ms = 1593600000000}; /* mid 2020, as collected */

static const char *surface(json_t *annotation, const char *key)
{
    return json_string_value(json_object_get(json_object_get(annotation, key), "surface_form"));
}

/* The text with its quotes, whom they quote or not. */
static struct nb_slice with_quotes(const struct nb_page_post *post, bool whom,
                                   struct nb_arena *arena)
{
    struct nb_slice all = post->text;
    for (size_t i = 0; i < post->quotes_n; i++) {
        struct nb_slice author = whom ? post->quotes[i].author : NB_LIT("");
        char *more = nb_arena_printf(arena, "%.*s %.*s %.*s", NB_ARG(all), NB_ARG(author),
                                     NB_ARG(post->quotes[i].text));
        all = more ? nb_slice_str(more) : all;
    }
    return all;
}

/* Gold without what engines write around quotes. */
static struct nb_slice without_frames(struct nb_slice text, struct nb_arena *arena)
{
    static const char *const frames[] = {
        "said:",
        "wrote:",
        "Click to expand...",
        "\xE2\x86\x91",
        "Zitat von",
        "Original zeigen",
        "Klicke in dieses Feld, um es in vollst\xC3\xA4ndiger Gr\xC3\xB6\303\237e anzuzeigen."};
    char *copy = nb_arena_strdup(arena, text);
    for (size_t i = 0; copy && i < sizeof(frames) / sizeof(frames[0]); i++) {
        for (char *at = strstr(copy, frames[i]); at; at = strstr(at, frames[i])) {
            memset(at, ' ', strlen(frames[i]));
        }
    }
    return copy ? nb_slice_str(copy) : text;
}

/* How similar the words are, the way that gold keeps quotes. */
static double similarity(const struct nb_page_post *post, struct nbt_words want,
                         struct nbt_words bare, struct nb_arena *arena)
{
    struct nb_slice forms[] = {post->text, with_quotes(post, false, arena),
                               with_quotes(post, true, arena)};
    double best = 0;
    for (size_t i = 0; i < (post->quotes_n ? 3 : 1); i++) {
        double precision, recall;
        struct nbt_words got = nbt_words_of(forms[i], arena);
        double f = nbt_words_f1(got, want, &precision, &recall);
        best = f > best ? f : best;
        f = post->quotes_n ? nbt_words_f1(got, bare, &precision, &recall) : 0;
        best = f > best ? f : best;
    }
    return best;
}

static bool same_user(const struct nb_page_post *post, const char *want, const struct nb_url *base,
                      struct nb_arena *arena)
{
    struct nb_url url;
    if (!want || nb_slice_eq(post->author, nb_slice_trim(nb_slice_str(want)))) {
        return true;
    }
    while (*want == '.' || *want == '/') { /* relative to a <base> perhaps */
        want++;
    }
    if (*want && nb_slice_ends(post->author_url, nb_slice_str(want))) {
        return true;
    }
    return post->author_url.len && nb_url_parse(nb_slice_str(want), base, arena, &url) == NB_OK &&
           nb_slice_eq(url.href, post->author_url);
}

/* ---- dates ---- */

/* How gold writes its dates on a page. */
struct calendar {
    bool month_first;
    bool is_shifted; /* by shift_ms: when the page was collected, against what we assume */
    int64_t shift_ms;
};

static size_t numbers_in(const char *text)
{
    size_t n = 0;
    for (size_t i = 0; text[i]; i++) {
        n += nb_ascii_is_digit(text[i]) && (i == 0 || !nb_ascii_is_digit(text[i - 1]));
    }
    return n;
}

/* Gold that says less allows more: a day in whatever zone, a month; of "3 days ago" a fifth. */
static bool same_date(const struct nb_page_post *post, const char *want, struct calendar *calendar)
{
    int64_t at_ms = want ? nb_page_when(nb_slice_str(want), &dates, calendar->month_first) : -1;
    struct nb_date_context later = dates;
    later.now_ms += NB_DAY_MS;
    if (at_ms < 0) {
        return true; /* gold that says nothing we could compare with */
    }
    int64_t apart = post->published_ms - at_ms, before = NB_DAY_MS, after = NB_DAY_MS;
    if (post->published_ms < 0) {
        return false;
    }
    if (nb_page_when(nb_slice_str(want), &later, calendar->month_first) == at_ms + NB_DAY_MS) {
        if (!calendar->is_shifted) {
            *calendar = (struct calendar){calendar->month_first, true, apart};
        }
        apart -= calendar->shift_ms;
        before = after = NB_DAY_MS + (dates.now_ms - at_ms) / 5;
    } else if (numbers_in(want) == 1 && strlen(want) > 8) {
        after = 32 * NB_DAY_MS; /* September 2019 */
    } else if (at_ms % NB_DAY_MS == 0) {
        after = 2 * NB_DAY_MS;
    }
    return apart > -before && apart < after;
}

static struct tally compare(const struct nb_page *page, json_t *gold, bool month_first,
                            struct nb_arena *arena, bool show)
{
    struct tally tally = {0};
    struct nb_url base;
    struct calendar calendar = {.month_first = month_first};
    bool *used = nb_arena_calloc(arena, page->posts_n + 1, sizeof(bool));
    if (nb_url_parse(page->url, NULL, arena, &base) != NB_OK) {
        return tally;
    }
    for (size_t i = 0; i < json_array_size(gold); i++) {
        json_t *want = json_array_get(gold, i);
        const char *text = surface(want, "post_text");
        double best = 0;
        size_t at = 0;
        struct nb_slice gold_text = nb_slice_str(text ? text : "");
        struct nbt_words words = nbt_words_of(gold_text, arena);
        struct nbt_words bare = nbt_words_of(without_frames(gold_text, arena), arena);
        for (size_t k = 0; k < page->posts_n; k++) {
            double f = used[k] ? 0 : similarity(&page->posts[k], words, bare, arena);
            if (f > best) {
                best = f;
                at = k;
            }
        }
        bool found = best > 0.95;
        const struct nb_page_post *post = best > 0.5 ? &page->posts[at] : NULL;
        bool user = post && same_user(post, surface(want, "user"), &base, arena);
        bool date = post && same_date(post, surface(want, "datetime"), &calendar);
        if (post) {
            used[at] = true;
        }
        tally.posts++;
        tally.found += found;
        tally.user += user;
        tally.date += date;
        tally.all += found && user && date;
        if (show && !(found && user && date)) {
            printf("-- %zu: F %.2f user %d date %d: want %s | %s\n   WANT %.600s\n", i, best, user,
                   date, surface(want, "user"), surface(want, "datetime"), text ? text : "");
            if (post) {
                printf("   GOT %.*s %.*s %lld: %.*s\n", NB_ARG(post->author),
                       NB_ARG(post->author_url), (long long)post->published_ms,
                       NB_ARG(nb_slice_sub(post->text, 0, 600)));
            }
        }
    }
    return tally;
}

struct run {
    const char *dir, *wanted;
    bool rows;
    const struct nb_page_profiles *profiles; /* NULL: by what repeats alone */
    struct nb_arena *arena;
};

static struct tally judge(const struct run *run, const char *name)
{
    char path[900];
    struct nb_error error;
    nb_arena_reset(run->arena);
    (void)snprintf(path, sizeof(path), "%s/%s", run->dir, name);
    json_t *root = json_load_file(path, 0, NULL);
    struct nb_slice html = nb_slice_str(json_string_value(json_object_get(root, "html")));
    struct nb_dom dom;
    bool month_first = nb_dom_parse(html, run->arena, &dom) == NB_OK && nb_page_month_first(&dom);
    struct nb_page_options options = {
        .profiles = run->profiles, .dates = &dates, .kind = NB_PAGE_KIND_AUTO};
    struct nb_page page = {0};
    if (nb_page_read(html, nb_slice_str(json_string_value(json_object_get(root, "url"))),
                     NB_LIT("text/html; charset=utf-8"), &options, run->arena, &page,
                     &error) != NB_OK) {
        page = (struct nb_page){.url = NB_LIT("http://none.example/")};
    }
    struct tally t = compare(&page, json_object_get(root, "gold_standard_annotation"), month_first,
                             run->arena, run->wanted);
    if (run->rows || run->wanted) {
        printf("%3d/%3d text %3d user %3d date %3d  %zu posts by %.*s  %.60s\n", t.all, t.posts,
               t.found, t.user, t.date, page.posts_n, NB_ARG(page.engine), name);
    }
    json_decref(root);
    return t;
}

static void measure(const struct run *run, const char *how)
{
    struct tally sum = {0};
    struct dirent **list;
    int count = scandir(run->dir, &list, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = list[i]->d_name;
        if (strstr(name, ".json") && (!run->wanted || strstr(name, run->wanted))) {
            struct tally t = judge(run, name);
            sum.posts += t.posts;
            sum.all += t.all;
            sum.found += t.found;
            sum.user += t.user;
            sum.date += t.date;
        }
        free(list[i]);
    }
    free(list);
    printf("forums/ %sposts %d: text %.3f user %.3f date %.3f, all three %.3f\n", how, sum.posts,
           (double)sum.found / sum.posts, (double)sum.user / sum.posts,
           (double)sum.date / sum.posts, (double)sum.all / sum.posts);
}

int main(int argc, char **argv)
{
    const char *data = nbt_data("forums");
    if (!data) {
        return 0;
    }
    char dir[512];
    (void)snprintf(dir, sizeof(dir), "%s", data);
    struct nb_page_profiles *profiles;
    struct nb_error error = {0};
    struct nb_date_words *date_words;
    if (nb_date_words_load("lexicons/dates.txt", &date_words, &error) != NB_OK ||
        nb_page_profiles_load("config/forums", &profiles, &error) != NB_OK) {
        fprintf(stderr, "%s\n", nb_error_text(&error));
        return 1;
    }
    dates.words = date_words;
    bool bare = argc > 1 && strcmp(argv[1], "bare") == 0;
    bool rows = bare || (argc > 1 && strcmp(argv[1], "rows") == 0);
    struct run run = {dir, argc > 1 && !rows ? argv[1] : NULL, rows && !bare, profiles,
                      nb_arena_new((size_t)1 << 31)};
    measure(&run, "");
    if (!run.wanted) {
        run.profiles = NULL;
        run.rows = bare;
        measure(&run, "without profiles, ");
    }
    nb_arena_free(run.arena);
    nb_page_profiles_free(profiles);
    nb_date_words_free(date_words);
    return 0;
}
