/*
 * The URL parser against the web platform tests, and resolution against a crawler's own cases.
 * Every case that differs is listed.
 */
#include "tests/lib/test.h"

#include <jansson.h>

#include <nabiz/url.h>

enum { SCHEME_HTTP, SCHEME_ALL, GROUPS };

struct tally {
    size_t n;
    size_t right;
};

/*
 * A lone surrogate is no character, and jansson refuses it; the tests mean a string that a browser
 * makes well-formed first. Rewrites \uD800 to \uDFFF that have no partner to \uFFFD.
 */
static void replace_lone_surrogates(char *json, size_t len)
{
    for (size_t i = 0; i + 6 <= len; i++) {
        if (json[i] != '\\') {
            continue;
        }
        unsigned first = 0;
        unsigned second = 0;
        int got = sscanf(json + i, "\\u%4x\\u%4x", &first, &second);
        if (got >= 1 && first >= 0xd800 && first <= 0xdfff) {
            if (got == 2 && first < 0xdc00 && second >= 0xdc00 && second <= 0xdfff) {
                i += 11;
                continue;
            }
            memcpy(json + i, "\\ufffd", 6);
            i += 5;
        } else {
            i++; /* whatever is escaped */
        }
    }
}

static struct nb_slice get(const json_t *test, const char *key)
{
    const json_t *value = json_object_get(test, key);
    return nb_slice(json_string_value(value), json_string_length(value));
}

/* A getter of the URL interface: its name, and what stands before and after the part. */
static bool getter_agrees(const json_t *test, const char *key, const char *before,
                          struct nb_slice part, const char *after)
{
    char got[3 * NB_URL_MAX_BYTES];
    int n = part.len ? snprintf(got, sizeof(got), "%s%.*s%s", before, NB_ARG(part), after) : 0;
    return !json_object_get(test, key) || nb_slice_eq(nb_slice(got, (size_t)n), get(test, key));
}

static bool parts_agree(const json_t *test, const struct nb_url *url)
{
    char port[16] = "";
    char host[NB_URL_MAX_BYTES + 16];
    if (url->port >= 0) {
        (void)snprintf(port, sizeof(port), "%d", (int)url->port);
    }
    (void)snprintf(host, sizeof(host), "%.*s%s%s", NB_ARG(url->host), *port ? ":" : "", port);
    return nb_slice_eq(url->href, get(test, "href")) &&
           getter_agrees(test, "protocol", "", url->scheme, ":") &&
           getter_agrees(test, "username", "", url->username, "") &&
           getter_agrees(test, "password", "", url->password, "") &&
           getter_agrees(test, "host", "", nb_slice_str(host), "") &&
           getter_agrees(test, "hostname", "", url->host, "") &&
           getter_agrees(test, "port", "", nb_slice_str(port), "") &&
           getter_agrees(test, "pathname", "", url->path, "") &&
           getter_agrees(test, "search", "?", url->query, "") &&
           getter_agrees(test, "hash", "#", url->fragment, "");
}

static bool starts_with_http(struct nb_slice s)
{
    s = nb_slice_trim(s);
    return nb_slice_eq_ascii_case(nb_slice_sub(s, 0, 5), NB_LIT("http:")) ||
           nb_slice_eq_ascii_case(nb_slice_sub(s, 0, 6), NB_LIT("https:"));
}

/* What the parser made of it is left in got, for the list of differences. */
static bool case_agrees(const json_t *test, struct nb_arena *arena, const char **got)
{
    struct nb_url base;
    struct nb_url url;
    bool has_base = json_is_string(json_object_get(test, "base"));
    if (has_base && nb_url_parse(get(test, "base"), NULL, arena, &base) != NB_OK) {
        *got = "a base that cannot be read";
        return false;
    }
    enum nb_err err = nb_url_parse(get(test, "input"), has_base ? &base : NULL, arena, &url);
    bool fails = json_is_true(json_object_get(test, "failure"));
    *got = err == NB_OK ? nb_arena_strdup(arena, url.href) : nb_strerror(err);
    return fails ? err == NB_ESYNTAX : err == NB_OK && parts_agree(test, &url);
}

static void print_tally(const char *what, struct tally tally, const char *data)
{
    printf("%s %zu.%02zu %% (%zu of %zu cases, %s)\n", what,
           tally.n ? tally.right * 100 / tally.n : 0,
           tally.n ? tally.right * 10000 / tally.n % 100 : 0, tally.right, tally.n, data);
}

static int evaluate_parser(struct nb_arena *arena)
{
    static const char data[] = "robots-sitemaps/url-utils/wpt-urltestdata.json";
    const char *path = nbt_data(data);
    if (!path) {
        return 0;
    }
    struct nb_slice text = nbt_read_file(path, arena);
    char *json = nb_arena_strdup(arena, text);
    assert_non_null(json);
    replace_lone_surrogates(json, text.len);
    json_error_t error;
    json_t *tests = json_loadb(json, text.len, JSON_ALLOW_NUL, &error);
    if (!tests) {
        fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
        return 1;
    }
    struct tally tallies[GROUPS] = {{0, 0}, {0, 0}};
    size_t i;
    json_t *test;
    json_array_foreach(tests, i, test)
    {
        if (!json_is_object(test)) {
            continue; /* a comment */
        }
        const char *got = NULL;
        bool agrees = case_agrees(test, arena, &got);
        bool http = starts_with_http(get(test, "input")) || starts_with_http(get(test, "base")) ||
                    starts_with_http(get(test, "href"));
        for (size_t group = http ? SCHEME_HTTP : SCHEME_ALL; group < GROUPS; group++) {
            tallies[group].n++;
            tallies[group].right += agrees;
        }
        if (!agrees) {
            printf("  differs: \"%.*s\" on \"%.*s\": got %s, want %.*s\n",
                   NB_ARG(get(test, "input")), NB_ARG(get(test, "base")), got,
                   NB_ARG(json_object_get(test, "href") ? get(test, "href") : NB_LIT("failure")));
        }
    }
    json_decref(tests);
    print_tally("url.agreement.http", tallies[SCHEME_HTTP], data);
    print_tally("url.agreement.all", tallies[SCHEME_ALL], data);
    return 0;
}

/* A field of the simple CSV: trimmed, perhaps in quotes. */
static struct nb_slice field(struct nb_slice *row)
{
    struct nb_slice value = {NULL, 0};
    (void)nb_slice_split(row, ',', &value);
    value = nb_slice_trim(value);
    if (value.len >= 2 && value.p[0] == '"' && value.p[value.len - 1] == '"') {
        value = nb_slice_sub(value, 1, value.len - 1);
    }
    return value;
}

static void evaluate_resolution(struct nb_arena *arena)
{
    static const char data[] = "robots-sitemaps/url-utils/url-resolve.csv";
    const char *path = nbt_data(data);
    if (!path) {
        return;
    }
    struct nb_slice rest = nbt_read_file(path, arena);
    struct tally tally = {0, 0};
    for (struct nb_slice row; nb_slice_split(&rest, '\n', &row);) {
        if (nb_slice_trim(row).len == 0 || row.p[0] == '#') {
            continue;
        }
        struct nb_slice input = field(&row);
        struct nb_slice base_text = field(&row);
        struct nb_slice want = field(&row);
        struct nb_url base;
        struct nb_url url;
        bool based = base_text.len > 0;
        bool agrees = (!based || nb_url_parse(base_text, NULL, arena, &base) == NB_OK) &&
                      nb_url_parse(input, based ? &base : NULL, arena, &url) == NB_OK &&
                      nb_slice_eq(url.href, want);
        tally.n++;
        tally.right += agrees;
        if (!agrees) {
            printf("  differs: \"%.*s\" on \"%.*s\": want %.*s\n", NB_ARG(input), NB_ARG(base_text),
                   NB_ARG(want));
        }
    }
    print_tally("url.resolution", tally, data);
}

int main(void)
{
    struct nb_arena *arena = nb_arena_new((size_t)64 << 20);
    if (!arena) {
        return 1;
    }
    int failed = evaluate_parser(arena);
    evaluate_resolution(arena);
    nb_arena_free(arena);
    return failed;
}
