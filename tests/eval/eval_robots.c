/*
 * robots.txt against a crawler's own fixtures: every file is read, for nobody in particular and for
 * every name in it; and where a file says in its comments, names or paths what follows from it,
 * that is checked. Every case that differs is listed.
 */
#include "tests/lib/test.h"

#include <dirent.h>
#include <time.h>

#include <nabiz/robots.h>

#include "crawler/robots/lines.h"

#define DATA "robots-sitemaps/robots"

enum { TIMED_ROUNDS = 2000 };

struct tally {
    size_t n;
    size_t right;
};

/* path NULL: the delay is meant, in ms; else 1 for allowed. Without a file the one before. */
struct expectation {
    const char *file;
    const char *agent;
    const char *path;
    int64_t want;
};

static const struct expectation expectations[] = {
    {"rfc9309-example-simple-robots.txt", "foobot", "/example/page.html", 1},
    {NULL, "foobot", "/example/allowed.gif", 1},
    {NULL, "foobot", "/example/", 0},
    {NULL, "barbot", "/example/page.html", 0},
    {NULL, "bazbot", "/example/page.html", 0},
    {NULL, "bazbot", "/example/", 1},
    {NULL, "quxbot", "/example/page.html", 1},
    {NULL, "other", "/publications/", 1},
    {NULL, "other", "/example/", 0},
    {NULL, "other", "/x.gif", 0},
    {"rfc9309-example-longest-match-robots.txt", "foobot", "/example/page/disallowed.gif", 0},
    {NULL, "foobot", "/example/page/disallow.gif", 1},
    {"rfc9309-example-rule-group-merging.txt", "ExampleBot", "/foo", 0},
    {NULL, "ExampleBot", "/bar", 0},
    {NULL, "ExampleBot", "/baz", 0},
    {NULL, "BazBot", "/foo", 1},
    {NULL, "BazBot", "/baz", 0},
    {NULL, "other", "/baz", 1},
    {NULL, "other", "/foo", 0},
    {"crawl-delay-group-merging.txt", "mybot", "/private/", 0},
    {NULL, "yourbot", "/private/", 0},
    {NULL, "yourbot", "/login/", 0},
    {NULL, "mybot", NULL, 10000},
    {NULL, "yourbot", NULL, 0},
    {NULL, "other", NULL, 30000},
    {NULL, "other", "/private/", 1},
    {"extensions-group-merging.txt", "mybot", "/private/", 0},
    {NULL, "yourbot", "/private/", 0},
    {NULL, "yourbot", "/login/", 0},
    {NULL, "other", "/", 0},
    {NULL, "other", "/llms.txt", 1},
    {"twitter.com-robots.txt", "Slurp", NULL, 1000},
    {NULL, "msnbot", NULL, 10000},
    {NULL, "Googlebot", NULL, 0},
    {NULL, "other", "/a?b", 0},
    {NULL, "other", "/a/with_friends", 0},
    {"astore.amazon.com-robots.txt", "other", NULL, 5000},
    {"dos-line-endings.txt", "other", NULL, 1000},
    {"directive-typos-robots.txt", "bot1", "/desallow/", 0},
    {NULL, "bot1", "/dissalow/", 0},
    {NULL, "bot2", "/useragent/", 0},
    {NULL, "bot3", "/useg-agent/", 0},
    {NULL, "bot4", "/useragent-no-colon/", 0},
    {"format-errors-robots.txt", "bot1", "/whitespace-before-colon/", 0},
    {NULL, "bot1", "/no-colon/", 0},
    {NULL, "bot2", "/no-colon-useragent/", 0},
    {NULL, "bot3", "/whitespace-before-colon", 1},
    {NULL, "bot3", "/", 0},
    {"robots-with-utf8-bom.txt", "other", "/profile", 0},
    {"robots-with-utf16le-bom.txt", "other", "/profile", 0},
    {"robots-with-utf16be-bom.txt", "other", "/profile", 0},
    {"wildcards.txt", "other", "/wishlist/universal-a", 1}, /* leading, trailing, full wildcards */
    {NULL, "other", "/wishlist/a", 0},
    {NULL, "other", "/a/gcrnsts", 0},
    {NULL, "other", "/gp/registry/wishlist/a/reserve", 0},
};

static struct nb_robots *read_file(const char *name, struct nb_slice agent, struct nb_arena *arena,
                                   struct nb_slice *text)
{
    char path[512];
    struct nb_robots *robots = NULL;
    (void)snprintf(path, sizeof(path), DATA "/%s", name);
    const char *found = nbt_data(path);
    *text = found ? nbt_read_file(found, arena) : nb_slice(NULL, 0);
    return text->p && nb_robots_parse(*text, agent, &robots) == NB_OK ? robots : NULL;
}

/* Asks about every path of every rule in the name of every agent of the file. */
static size_t ask_everything(struct nb_slice text, size_t *denied)
{
    struct nb_robots_lines agents = {.rest = text};
    size_t asked = 0;
    while (nb_robots_next_line(&agents)) {
        struct nb_robots *robots = NULL;
        struct nb_robots_lines rules = {.rest = text};
        if (agents.record != NB_ROBOTS_USER_AGENT ||
            nb_robots_parse(text, agents.value, &robots) != NB_OK) {
            continue;
        }
        while (nb_robots_next_line(&rules)) {
            if (rules.record == NB_ROBOTS_ALLOW_RULE || rules.record == NB_ROBOTS_DISALLOW_RULE) {
                *denied += !nb_robots_allowed(robots, rules.value);
                asked++;
            }
        }
        nb_robots_free(robots);
    }
    return asked;
}

static int read_all(struct nb_arena *arena)
{
    const char *path = nbt_data(DATA);
    DIR *dir = path ? opendir(path) : NULL;
    struct tally files = {0, 0};
    size_t rules = 0;
    size_t sitemaps = 0;
    size_t asked = 0;
    size_t denied = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        struct nb_slice text;
        if (entry->d_name[0] == '.') {
            continue;
        }
        nb_arena_reset(arena);
        struct nb_robots *robots = read_file(entry->d_name, NB_LIT("*"), arena, &text);
        files.n++;
        if (robots) {
            files.right++;
            rules += nb_robots_rules_n(robots);
            sitemaps += nb_robots_sitemaps_n(robots);
            asked += ask_everything(text, &denied);
            nb_robots_free(robots);
        }
    }
    if (dir) {
        closedir(dir);
    }
    printf("robots.read %zu files (of %zu, %zu rules for anyone, %zu sitemaps, %zu of %zu "
           "questions denied, " DATA ")\n",
           files.right, files.n, rules, sitemaps, denied, asked);
    return files.right == files.n ? 0 : 1;
}

static void check_expectations(struct nb_arena *arena)
{
    struct tally tally = {0, 0};
    const char *file = NULL;
    for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
        const struct expectation *e = &expectations[i];
        struct nb_slice text;
        file = e->file ? e->file : file;
        nb_arena_reset(arena);
        struct nb_robots *robots = read_file(file, nb_slice_str(e->agent), arena, &text);
        int64_t got = -1;
        if (robots) {
            got = e->path ? nb_robots_allowed(robots, nb_slice_str(e->path))
                          : nb_robots_delay_ms(robots);
        }
        tally.n++;
        tally.right += got == e->want;
        if (got != e->want) {
            printf("  differs: %s, %s, %s: got %lld, want %lld\n", file, e->agent,
                   e->path ? e->path : "crawl-delay", (long long)got, (long long)e->want);
        }
        nb_robots_free(robots);
    }
    printf("robots.agreement %zu.%02zu %% (%zu of %zu cases, " DATA ")\n",
           tally.right * 100 / tally.n, tally.right * 10000 / tally.n % 100, tally.right, tally.n);
}

static int64_t mono_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The file with the most rules for anyone. */
static void measure_speed(struct nb_arena *arena)
{
    struct nb_slice text;
    nb_arena_reset(arena);
    struct nb_robots *robots = read_file("wildcards.txt", NB_LIT("other"), arena, &text);
    if (!robots) {
        return;
    }
    int64_t from = mono_ns();
    size_t allowed = 0;
    for (int i = 0; i < TIMED_ROUNDS; i++) {
        allowed += nb_robots_allowed(robots, NB_LIT("/gp/product/B00/ref=a_b?ie=UTF8&psc=1"));
    }
    int64_t ask_ns = (mono_ns() - from) / TIMED_ROUNDS;
    from = mono_ns();
    for (int i = 0; i < TIMED_ROUNDS; i++) {
        struct nb_robots *again = NULL;
        allowed += nb_robots_parse(text, NB_LIT("other"), &again) == NB_OK;
        nb_robots_free(again);
    }
    int64_t parse_ns = (mono_ns() - from) / TIMED_ROUNDS;
    /* the answers are used, so that asking is not optimised away */
    printf("robots.ask %lld ns (%zu rules, wildcards.txt%s)\n", (long long)ask_ns,
           nb_robots_rules_n(robots), allowed ? "" : ", all denied");
    printf("robots.parse %lld us (%zu bytes to a block of %zu, wildcards.txt)\n",
           (long long)(parse_ns / 1000), text.len, nb_robots_bytes(robots));
    nb_robots_free(robots);
}

int main(void)
{
    struct nb_arena *arena = nb_arena_new((size_t)4 << 20);
    if (!arena || !nbt_data(DATA)) {
        nb_arena_free(arena);
        return arena ? 0 : 1;
    }
    int failed = read_all(arena);
    check_expectations(arena);
    measure_speed(arena);
    nb_arena_free(arena);
    return failed;
}
