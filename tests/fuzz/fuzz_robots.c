/*
 * Input: a crawler's name, a path, a robots.txt, each on a line of its own but the last. Holds for
 * whatever is read:
 * the answer is that of the line that is named; how the bytes are written makes no difference (line
 * ends, comments, a byte-order mark, the case of the name, escapes in the path); the bounds hold;
 * and a pattern matches what a matcher that tries everything says it matches.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/robots.h>

enum { TEXT_MAX = 1 << 16, SIMPLE_MAX = 24, BUF_MAX = 1 << 20 };

static struct nb_robots *parse(struct nb_slice text, struct nb_slice agent)
{
    struct nb_robots *robots = NULL;
    if (nb_robots_parse(text, agent, &robots) != NB_OK) {
        abort();
    }
    return robots;
}

static void check_bounds(const struct nb_robots *robots, struct nb_slice text)
{
    assert(nb_robots_delay_ms(robots) >= 0 && nb_robots_delay_ms(robots) <= 86400000);
    assert(nb_robots_sitemaps_n(robots) <= NB_ROBOTS_MAX_SITEMAPS);
    assert(nb_robots_bytes(robots) <= 1024 + 24 * text.len);
    for (size_t i = 0; i < nb_robots_sitemaps_n(robots); i++) {
        struct nb_slice sitemap = nb_robots_sitemap(robots, i);
        assert(sitemap.len > 0);
        assert(nb_slice_find_byte(sitemap, '\n', 0) == NB_NPOS);
    }
    assert(nb_robots_allowed(robots, NB_LIT("/robots.txt")));
}

/* The same file as another tool would have saved it. */
static void rewrite(struct nb_slice text, struct nb_buf *out)
{
    nb_buf_reset(out);
    nb_buf_add_str(out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '\n' || text.p[i] == '\r') {
            bool crlf = text.p[i] == '\r' && i + 1 < text.len && text.p[i + 1] == '\n';
            nb_buf_add_str(out, " # said\r\n");
            i += crlf;
        } else {
            nb_buf_add_byte(out, text.p[i]);
        }
    }
}

/* Every letter as an escape, which it is a needless one of. */
static void escape_letters(struct nb_slice path, struct nb_buf *out)
{
    nb_buf_reset(out);
    for (size_t i = 0; i < path.len; i++) {
        bool escape = i > 0 && path.p[i - 1] == '%';
        escape = escape || (i > 1 && path.p[i - 2] == '%');
        if (!escape && nb_ascii_is_alpha(path.p[i])) {
            nb_buf_addf(out, "%%%02x", (unsigned)path.p[i]);
        } else {
            nb_buf_add_byte(out, path.p[i]);
        }
    }
}

static bool match_slowly(struct nb_slice pattern, struct nb_slice path)
{
    if (pattern.len == 0) {
        return true;
    }
    if (pattern.p[0] == '$' && pattern.len == 1) {
        return path.len == 0;
    }
    struct nb_slice next = nb_slice_sub(pattern, 1, pattern.len);
    if (pattern.p[0] == '*') {
        return match_slowly(next, path) ||
               (path.len > 0 && match_slowly(pattern, nb_slice_sub(path, 1, path.len)));
    }
    return path.len > 0 && path.p[0] == pattern.p[0] &&
           match_slowly(next, nb_slice_sub(path, 1, path.len));
}

/* A short pattern and path of few letters, so that they often nearly match. */
static void check_match(const uint8_t *data, size_t size)
{
    char pattern[SIMPLE_MAX] = "/";
    char path[SIMPLE_MAX] = "/";
    size_t pattern_n = 1;
    size_t path_n = 1;
    for (size_t i = 0; i < size && pattern_n < 10 && path_n < SIMPLE_MAX; i++) {
        if (data[i] & 8) {
            pattern[pattern_n++] = "ab*/"[data[i] & 3];
        } else {
            path[path_n++] = "ab/a"[data[i] & 3];
        }
    }
    if (size > 0 && (data[0] & 16)) {
        pattern[pattern_n++] = '$';
    }
    char text[64] = "user-agent: *\ndisallow: ";
    size_t n = strlen(text);
    memcpy(text + n, pattern, pattern_n);
    struct nb_robots *robots = parse(nb_slice(text, n + pattern_n), NB_LIT("x"));
    bool allowed = nb_robots_allowed(robots, nb_slice(path, path_n));
    assert(allowed != match_slowly(nb_slice(pattern, pattern_n), nb_slice(path, path_n)));
    nb_robots_free(robots);
}

static void check_rewritten(struct nb_slice text, struct nb_slice agent, struct nb_slice path,
                            const struct nb_robots *robots)
{
    static struct nb_buf buf = {.max = BUF_MAX};
    bool allowed = nb_robots_allowed(robots, path);
    bool utf16 = nb_slice_starts(text, NB_LIT("\xFF\xFE")) ||
                 nb_slice_starts(text, NB_LIT("\xFE\xFF")) || nb_slice_starts(text, NB_LIT("\xEF"));
    if (!utf16) {
        char upper[64];
        size_t n = agent.len < sizeof(upper) ? agent.len : 0;
        for (size_t i = 0; i < n; i++) {
            char c = agent.p[i];
            upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        }
        bool shouted = n > 0 && nb_slice_find(agent, NB_LIT("(compatible;"), 0) == NB_NPOS;
        rewrite(text, &buf);
        struct nb_robots *again = parse(nb_buf_slice(&buf), shouted ? nb_slice(upper, n) : agent);
        assert(nb_robots_allowed(again, path) == allowed);
        assert(nb_robots_line(again, path) == nb_robots_line(robots, path));
        assert(nb_robots_rules_n(again) == nb_robots_rules_n(robots));
        assert(nb_robots_delay_ms(again) == nb_robots_delay_ms(robots));
        nb_robots_free(again);
    }
    escape_letters(path, &buf);
    if (path.len < NB_URL_MAX_BYTES / 3 && !nb_slice_eq(path, NB_LIT("/robots.txt")) &&
        nb_slice_find(path, NB_LIT("%%"), 0) == NB_NPOS) {
        assert(nb_robots_allowed(robots, nb_buf_slice(&buf)) == allowed);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_slice rest = nb_slice(data, size);
    struct nb_slice agent;
    struct nb_slice path;
    check_match(data, size);
    if (size > TEXT_MAX || !nb_slice_split(&rest, '\n', &agent) ||
        !nb_slice_split(&rest, '\n', &path)) {
        return 0;
    }
    struct nb_robots *robots = parse(rest, agent);
    check_bounds(robots, rest);
    if (nb_robots_line(robots, path) == 0) {
        bool unruled = path.len <= NB_URL_MAX_BYTES;
        assert(nb_robots_allowed(robots, path) == unruled);
    }
    check_rewritten(rest, agent, path, robots);
    nb_robots_free(robots);
    return 0;
}
