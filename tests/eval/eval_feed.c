/*
 * The feed reader against two collections of real and odd feeds.
 *
 * feed-rs: share of the files with items in which entries are found.
 * feedparser: each file says in a comment what is right, as a Python expression. Those that compare
 * a title, text, id, link or author of the feed or its first entry with a string are held against
 * ours. What is expected may be HTML; it is read to plain text before it is compared, since that is
 * what we promise. --list as argument names what differs.
 */
#include "tests/lib/test.h"

#include <dirent.h>
#include <sys/stat.h>

#include <nabiz/buf.h>
#include <nabiz/charset.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/feed/html_text.h"

enum { PATH_BYTES = 2048 };

static const struct nb_date_context dates = {NULL, 1767225600000, 0};
static struct nb_arena *arena;
static struct nb_buf scratch;
static bool list_misses;

struct tally {
    size_t n;
    size_t right;
};

static void report(const char *name, struct tally tally, const char *data)
{
    printf("%s %.3f share (%zu cases, %s)\n", name,
           tally.n ? (double)tally.right / (double)tally.n : 0.0, tally.n, data);
}

typedef void file_fn(const char *path, struct nb_slice bytes);

/* Every file below a directory, in no order. */
static void walk(const char *dir_path, file_fn *fn)
{
    DIR *dir = opendir(dir_path);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char path[PATH_BYTES];
        struct stat st;
        int n = snprintf(path, sizeof(path), "%s/%s", dir_path, entry->d_name);
        if (entry->d_name[0] == '.' || n < 0 || (size_t)n >= sizeof(path) || stat(path, &st) != 0) {
            continue;
        }
        if (S_ISDIR(st.st_mode)) {
            walk(path, fn);
        } else {
            nb_arena_reset(arena);
            fn(path, nbt_read_file(path, arena));
        }
    }
    if (dir) {
        closedir(dir);
    }
}

/* ---- feed-rs ---- */

static struct tally read_tally;

static bool has_items(struct nb_slice bytes)
{
    static const char *const marks[] = {"<item>", "<item ", "<entry>", "<entry "};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (nb_slice_find(bytes, nb_slice_str(marks[i]), 0) != NB_NPOS) {
            return true;
        }
    }
    return false;
}

static void read_one(const char *path, struct nb_slice bytes)
{
    struct nb_feed feed = {0};
    if (!has_items(bytes)) {
        return;
    }
    enum nb_err err = nb_feed_parse(bytes, NB_LIT("https://a.example/feed"), NB_LIT(""), &dates,
                                    arena, &feed, NULL);
    bool right = err == NB_OK && feed.entries_n > 0;
    read_tally.n++;
    read_tally.right += right;
    if (!right && list_misses) {
        printf("  not read: %s\n", path);
    }
}

/* ---- feedparser ---- */

enum field { TITLE, TEXT, ID, LINK, AUTHOR, FIELDS };

static const char *const field_names[] = {"feed_title", "feed_text", "feed_id", "feed_link",
                                          "feed_author"};
static struct tally tallies[FIELDS];

struct probe {
    const char *expression;
    enum field field;
    bool of_entry;
};

static const struct probe probes[] = {
    {"feed['title']", TITLE, false},
    {"feed['description']", TEXT, false},
    {"feed['tagline']", TEXT, false},
    {"feed['subtitle']", TEXT, false},
    {"feed['link']", LINK, false},
    {"entries[0]['title']", TITLE, true},
    {"entries[0]['title_detail']['value']", TITLE, true},
    {"entries[0]['description']", TEXT, true},
    {"entries[0]['summary']", TEXT, true},
    {"entries[0]['content'][0]['value']", TEXT, true},
    {"entries[0]['id']", ID, true},
    {"entries[0]['guid']", ID, true},
    {"entries[0]['link']", LINK, true},
    {"entries[0]['author']", AUTHOR, true},
    {"entries[0]['author_detail']['name']", AUTHOR, true},
};

/* A Python string literal at the start of s. @return false when it is none we can read. */
static bool python_string(struct nb_slice s, struct nb_buf *out)
{
    s = nb_slice_trim(s);
    if (s.len > 0 && (s.p[0] == 'u' || s.p[0] == 'U')) {
        s = nb_slice_sub(s, 1, s.len);
    }
    if (s.len < 2 || (s.p[0] != '\'' && s.p[0] != '"')) {
        return false;
    }
    for (size_t i = 1; i < s.len; i++) {
        if (s.p[i] == s.p[0]) {
            return true;
        }
        if (s.p[i] != '\\' || i + 1 == s.len) {
            nb_buf_add_byte(out, s.p[i]);
            continue;
        }
        i++;
        size_t digits = s.p[i] == 'x' ? 2 : s.p[i] == 'u' ? 4 : s.p[i] == 'U' ? 8 : 0;
        if (digits && i + digits < s.len) {
            char text[9] = {0};
            char bytes[4];
            memcpy(text, s.p + i + 1, digits);
            uint32_t c = (uint32_t)strtoul(text, NULL, 16);
            nb_buf_add(out, nb_slice(bytes, nb_utf8_put(c, bytes)));
            i += digits;
        } else {
            nb_buf_add_byte(out, s.p[i] == 'n' || s.p[i] == 't' || s.p[i] == 'r' ? ' ' : s.p[i]);
        }
    }
    return false;
}

static struct nb_slice header_of(struct nb_slice text, struct nb_slice name)
{
    size_t at = nb_slice_find(text, name, 0);
    if (at == NB_NPOS) {
        return NB_LIT("");
    }
    at += name.len;
    size_t end = nb_slice_find_byte(text, '\n', at);
    return nb_slice_trim(nb_slice_sub(text, at, end == NB_NPOS ? text.len : end));
}

static struct nb_slice found(const struct nb_feed *feed, const struct probe *probe)
{
    const struct nb_feed_entry *entry = feed->entries_n ? &feed->entries[0] : NULL;
    if (!probe->of_entry) {
        return probe->field == TITLE  ? feed->title
               : probe->field == TEXT ? feed->description
                                      : feed->link;
    }
    if (!entry) {
        return NB_LIT("");
    }
    switch (probe->field) {
    case TITLE:
        return entry->title;
    case ID:
        return entry->id;
    case LINK:
        return entry->url;
    case AUTHOR:
        return entry->author;
    default:
        return strstr(probe->expression, "content") || entry->summary.len == 0 ? entry->content
                                                                               : entry->summary;
    }
}

/* What is promised for the expected value: plain text in one line, or an absolute URL. */
static struct nb_slice as_promised(struct nb_slice value, enum field field)
{
    struct nb_url url;
    struct nb_slice out = value;
    if (field == LINK && nb_url_parse(value, NULL, arena, &url) == NB_OK) {
        return url.href;
    }
    if (nb_html_line(value, &scratch, arena, &out) != NB_OK) {
        out = value;
    }
    return out;
}

static void check(const char *path, const struct nb_feed *feed, const struct probe *probe,
                  struct nb_slice value)
{
    struct nb_buf want;
    nb_buf_init(&want, 1 << 20);
    if (python_string(value, &want)) {
        struct nb_slice expected = as_promised(nb_buf_slice(&want), probe->field);
        struct nb_slice got = found(feed, probe);
        if (probe->field != LINK && nb_plain_line(got, &scratch, arena, &got) != NB_OK) {
            got = NB_LIT("");
        }
        bool right = nb_slice_eq(expected, got);
        tallies[probe->field].n++;
        tallies[probe->field].right += right;
        if (!right && list_misses) {
            printf("  %s %s\n    want %.*s\n    got  %.*s\n", path, probe->expression,
                   NB_ARG(expected), NB_ARG(got));
        }
    }
    nb_buf_fini(&want);
}

static void expect_one(const char *path, struct nb_slice bytes)
{
    struct nb_feed feed = {0};
    struct nb_slice text;
    struct nb_charset charset = nb_charset_decide(NB_LIT(""), bytes);
    if (nb_charset_decode(charset, bytes, arena, &text) != NB_OK) {
        return;
    }
    struct nb_slice expectation = header_of(text, NB_LIT("Expect:"));
    struct nb_slice type = header_of(text, NB_LIT("Content-type:"));
    struct nb_slice location = header_of(text, NB_LIT("Content-Location:"));
    if (expectation.len == 0) {
        return;
    }
    if (nb_feed_parse(bytes, location.len ? location : NB_LIT("http://127.0.0.1:8097/tests/x.xml"),
                      type, &dates, arena, &feed, NULL) != NB_OK) {
        feed = (struct nb_feed){0};
    }
    for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
        char pattern[128];
        (void)snprintf(pattern, sizeof(pattern), "%s == ", probes[i].expression);
        size_t at = nb_slice_find(expectation, nb_slice_str(pattern), 0);
        if (at != NB_NPOS) {
            check(path, &feed, &probes[i],
                  nb_slice_sub(expectation, at + strlen(pattern), expectation.len));
        }
    }
}

int main(int argc, char **argv)
{
    list_misses = argc > 1 && strcmp(argv[1], "--list") == 0;
    if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK) {
        return 1;
    }
    nb_feed_init();
    arena = nb_arena_new((size_t)256 << 20);
    nb_buf_init(&scratch, (size_t)64 << 20);
    const char *path = nbt_data("feeds/feed-rs");
    if (path) {
        walk(path, read_one);
        report("feed_read", read_tally, "feed-rs");
    }
    path = nbt_data("feeds/feedparser");
    if (path) {
        walk(path, expect_one);
        for (size_t i = 0; i < FIELDS; i++) {
            report(field_names[i], tallies[i], "feedparser");
        }
    }
    nb_buf_fini(&scratch);
    nb_arena_free(arena);
    nb_feed_fini();
    nb_url_fini();
    return 0;
}
