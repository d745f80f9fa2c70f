/*
 * Compiled rules are one block: the struct, the rules, the sitemaps, the bytes of both. The text
 * is walked twice, once to count and once to fill, so that the block has its exact size and a
 * hostile file never makes anything grow. Rules are sorted so that the first that matches decides.
 */
#include <nabiz/robots.h>

#include <assert.h>
#include <stdlib.h>

#include <nabiz/arena.h>
#include <nabiz/charset.h>
#include <nabiz/mem.h>

#include "crawler/robots/lines.h"
#include "crawler/robots/pattern.h"

/* Room to decode UTF-16 in, per byte of it: the text, its repair, and what the decoder needs. */
enum { DAY_MS = 24 * 60 * 60 * 1000, DECODE_FACTOR = 8 };

struct rule {
    uint32_t at, len; /* the canonical pattern, in the bytes */
    uint32_t line;
    bool allow;
    bool whole; /* "$" at the end */
};

struct nb_robots {
    const char *bytes;
    struct rule *rules;
    size_t rules_n;
    struct nb_slice *sitemaps;
    size_t sitemaps_n;
    int64_t delay_ms;
    size_t block_bytes;
    bool closed; /* nothing is allowed */
};

/* One walk through the text; without `to` it only counts. */
struct walk {
    struct nb_robots *to;
    char *bytes;
    size_t bytes_n;
    size_t rules_n;
    int64_t delay_ms;
    struct nb_slice sitemaps[NB_ROBOTS_MAX_SITEMAPS];
    size_t sitemaps_n;
};

static const struct nb_robots open_to_all = {.closed = false};
static const struct nb_robots closed_to_all = {.closed = true};

static struct nb_slice pattern_of(const struct nb_robots *robots, const struct rule *rule)
{
    return nb_slice(robots->bytes + rule->at, rule->len);
}

/* Octets of the pattern with its "$": RFC 9309's measure of how specific it is. */
static size_t weight(const struct rule *rule)
{
    return (size_t)rule->len + rule->whole;
}

/* Heavier first, Allow before Disallow; then an order in which doubles are neighbours. */
static int compare_rules(const void *a, const void *b, void *robots)
{
    const struct rule *x = a;
    const struct rule *y = b;
    if (weight(x) != weight(y)) {
        return weight(x) > weight(y) ? -1 : 1;
    }
    if (x->allow != y->allow) {
        return x->allow ? -1 : 1;
    }
    int order = nb_slice_cmp(pattern_of(robots, x), pattern_of(robots, y));
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Of equal weight and pattern, two rules end alike. */
static bool is_double(const struct nb_robots *robots, const struct rule *a, const struct rule *b)
{
    return a->allow == b->allow && weight(a) == weight(b) &&
           nb_slice_eq(pattern_of(robots, a), pattern_of(robots, b));
}

static void sort_rules(struct nb_robots *robots)
{
    size_t kept = 0;
    if (robots->rules_n > 1) {
        qsort_r(robots->rules, robots->rules_n, sizeof(robots->rules[0]), compare_rules, robots);
    }
    for (size_t i = 0; i < robots->rules_n; i++) {
        if (kept == 0 || !is_double(robots, &robots->rules[kept - 1], &robots->rules[i])) {
            robots->rules[kept++] = robots->rules[i];
        }
    }
    robots->rules_n = kept;
}

static void add_pattern(struct walk *walk, const struct nb_robots_lines *line,
                        struct nb_slice pattern, bool whole, enum nb_robots_form form)
{
    char *at = walk->to ? walk->bytes + walk->bytes_n : NULL;
    size_t len = nb_robots_canonical(pattern, form, at);
    if (walk->to) {
        walk->to->rules[walk->rules_n] =
            (struct rule){.at = (uint32_t)walk->bytes_n,
                          .len = (uint32_t)len,
                          .line = line->number,
                          .allow = line->record == NB_ROBOTS_ALLOW_RULE,
                          .whole = whole};
    }
    walk->rules_n++;
    walk->bytes_n += len;
}

/*
 * A value that begins with neither "/" nor "*" matches no path. Where a "*" may reach into the
 * query, an escaped slash behind it may stand in the path or in the query, which read it
 * differently: the rule is then kept in both forms.
 */
static void add_rule(struct walk *walk, const struct nb_robots_lines *line)
{
    struct nb_slice pattern = line->value;
    if (pattern.len == 0 || (pattern.p[0] != '/' && pattern.p[0] != '*')) {
        return;
    }
    bool whole = pattern.p[pattern.len - 1] == '$';
    pattern.len -= whole;
    add_pattern(walk, line, pattern, whole, NB_ROBOTS_PATTERN);
    if (nb_robots_canonical(pattern, NB_ROBOTS_PATTERN, NULL) !=
        nb_robots_canonical(pattern, NB_ROBOTS_IN_QUERY, NULL)) {
        add_pattern(walk, line, pattern, whole, NB_ROBOTS_IN_QUERY);
    }
}

/* Seconds with a fraction; the number may be followed by a unit or a remark. -1: no number. */
static int64_t read_delay_ms(struct nb_slice value)
{
    int64_t ms = 0;
    size_t i = 0;
    for (; i < value.len && nb_ascii_is_digit(value.p[i]); i++) {
        ms = ms * 10 + (value.p[i] - '0') * 1000;
        ms = ms > DAY_MS ? DAY_MS : ms;
    }
    bool digits = i > 0;
    if (i < value.len && (value.p[i] == '.' || value.p[i] == ',')) {
        int64_t unit = 100;
        for (i++; i < value.len && nb_ascii_is_digit(value.p[i]); i++) {
            ms += (value.p[i] - '0') * unit;
            unit /= 10;
            digits = true;
        }
    }
    ms = ms > DAY_MS ? DAY_MS : ms;
    return digits ? ms : -1;
}

static void add_sitemap(struct walk *walk, struct nb_slice url)
{
    if (url.len == 0 || url.len > NB_URL_MAX_BYTES || walk->sitemaps_n == NB_ROBOTS_MAX_SITEMAPS) {
        return;
    }
    for (size_t i = 0; i < walk->sitemaps_n; i++) {
        if (nb_slice_eq(walk->sitemaps[i], url)) {
            return;
        }
    }
    if (walk->to) {
        char *copy = walk->bytes + walk->bytes_n;
        memcpy(copy, url.p, url.len);
        walk->to->sitemaps[walk->sitemaps_n] = nb_slice(copy, url.len);
    }
    walk->sitemaps[walk->sitemaps_n++] = url;
    walk->bytes_n += url.len;
}

static size_t best_rank(struct nb_slice text, struct nb_slice agent)
{
    struct nb_robots_lines lines = {.rest = text};
    size_t best = 1;
    while (nb_robots_next_line(&lines)) {
        if (lines.record == NB_ROBOTS_USER_AGENT) {
            size_t rank = nb_robots_rank(lines.value, agent);
            best = rank > best ? rank : best;
        }
    }
    return best;
}

/*
 * User-agent lines that follow one another, whatever stands between them but a rule, head one
 * group. A Crawl-delay between them is said to those named so far.
 */
static void walk_text(struct walk *walk, struct nb_slice text, struct nb_slice agent, size_t best)
{
    struct nb_robots_lines lines = {.rest = text};
    bool heading = false;
    bool ours = false;
    while (nb_robots_next_line(&lines)) {
        switch (lines.record) {
        case NB_ROBOTS_USER_AGENT:
            ours = (heading && ours) || nb_robots_rank(lines.value, agent) == best;
            heading = true;
            break;
        case NB_ROBOTS_ALLOW_RULE:
        case NB_ROBOTS_DISALLOW_RULE:
            heading = false;
            if (ours) {
                add_rule(walk, &lines);
            }
            break;
        case NB_ROBOTS_CRAWL_DELAY: {
            int64_t ms = read_delay_ms(lines.value);
            walk->delay_ms = ours && ms > walk->delay_ms ? ms : walk->delay_ms;
            break;
        }
        case NB_ROBOTS_SITEMAP:
            add_sitemap(walk, lines.value);
            break;
        case NB_ROBOTS_OTHER:
            break;
        }
    }
}

static struct nb_robots *compile(struct nb_slice text, struct nb_slice agent)
{
    struct walk count = {.to = NULL};
    size_t best = best_rank(text, agent);
    walk_text(&count, text, agent, best);
    size_t block_bytes = sizeof(struct nb_robots) + count.rules_n * sizeof(struct rule) +
                         count.sitemaps_n * sizeof(struct nb_slice) + count.bytes_n;
    struct nb_robots *robots = nb_malloc(block_bytes);
    if (!robots) {
        return NULL;
    }
    struct rule *rules = (struct rule *)(robots + 1);
    struct nb_slice *sitemaps = (struct nb_slice *)(rules + count.rules_n);
    char *text_bytes = (char *)(sitemaps + count.sitemaps_n);
    *robots = (struct nb_robots){.bytes = text_bytes,
                                 .rules = rules,
                                 .rules_n = count.rules_n,
                                 .sitemaps = sitemaps,
                                 .sitemaps_n = count.sitemaps_n,
                                 .delay_ms = count.delay_ms,
                                 .block_bytes = block_bytes};
    struct walk fill = {.to = robots, .bytes = text_bytes};
    walk_text(&fill, text, agent, best);
    assert(fill.rules_n == count.rules_n && fill.bytes_n == count.bytes_n);
    sort_rules(robots);
    return robots;
}

/* A line that the limit cuts might say more than its owner meant: it is not read. */
static struct nb_slice limit_text(struct nb_slice text, bool cut)
{
    if (text.len > NB_ROBOTS_MAX_BYTES) {
        text.len = NB_ROBOTS_MAX_BYTES;
        cut = true;
    }
    while (cut && text.len > 0 && text.p[text.len - 1] != '\n' && text.p[text.len - 1] != '\r') {
        text.len--;
    }
    return text;
}

/* What is there of a UTF-8 byte-order mark, even if it was cut. */
static struct nb_slice skip_mark(struct nb_slice text)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t n = 0;
    while (n < 3 && n < text.len && text.p[n] == mark[n]) {
        n++;
    }
    return nb_slice_sub(text, n, text.len);
}

/* NULL unless a byte-order mark says that the text is UTF-16. */
static const char *utf16_name(struct nb_slice text)
{
    if (nb_slice_starts(text, NB_LIT("\xFF\xFE"))) {
        return "utf-16le";
    }
    return nb_slice_starts(text, NB_LIT("\xFE\xFF")) ? "utf-16be" : NULL;
}

/* RFC 9309 wants UTF-8; files saved as "Unicode" by other systems say so and are read all the same.
 */
static enum nb_err widen(const char *utf16, struct nb_slice *text, struct nb_arena *arena)
{
    struct nb_charset charset = {.name = utf16, .source = NB_CHARSET_BOM, .bom_bytes = 2};
    bool cut = text->len > NB_ROBOTS_MAX_BYTES;
    struct nb_slice part = nb_slice_sub(*text, 0, NB_ROBOTS_MAX_BYTES);
    enum nb_err err = nb_charset_decode(charset, part, arena, text);
    *text = err == NB_OK ? limit_text(*text, cut) : *text;
    return err;
}

enum nb_err nb_robots_parse(struct nb_slice text, struct nb_slice agent, struct nb_robots **out)
{
    const char *utf16 = utf16_name(text);
    struct nb_arena *arena = NULL;
    enum nb_err err = NB_OK;
    *out = NULL;
    if (utf16) {
        arena = nb_arena_new(NB_ROBOTS_MAX_BYTES * DECODE_FACTOR);
        err = arena ? widen(utf16, &text, arena) : NB_ENOMEM;
    }
    if (err == NB_OK) {
        *out = compile(skip_mark(limit_text(text, false)), nb_robots_token(agent));
        err = *out ? NB_OK : NB_ENOMEM;
    }
    nb_arena_free(arena);
    return err;
}

void nb_robots_free(struct nb_robots *robots)
{
    nb_free(robots);
}

const struct nb_robots *nb_robots_all(bool allowed)
{
    return allowed ? &open_to_all : &closed_to_all;
}

struct nb_slice nb_robots_path(const struct nb_url *url)
{
    struct nb_slice both = url->path;
    if (url->query.p) {
        both.len = (size_t)(url->query.p + url->query.len - both.p);
    }
    return both;
}

/* The first rule that matches, or NULL. */
static const struct rule *decide(const struct nb_robots *robots, struct nb_slice path)
{
    char canonical[3 * NB_URL_MAX_BYTES];
    struct nb_slice form =
        nb_slice(canonical, nb_robots_canonical(path, NB_ROBOTS_PATH, canonical));
    for (size_t i = 0; i < robots->rules_n; i++) {
        const struct rule *rule = &robots->rules[i];
        if (nb_robots_match(pattern_of(robots, rule), rule->whole, form)) {
            return rule;
        }
    }
    return NULL;
}

/* Rules do not decide on what is not sent to the server, on the file itself and on the overlong. */
static bool is_settled(const struct nb_robots *robots, struct nb_slice *path, bool *allowed)
{
    size_t fragment = nb_slice_find_byte(*path, '#', 0);
    *path = nb_slice_sub(*path, 0, fragment == NB_NPOS ? path->len : fragment);
    *path = path->len ? *path : NB_LIT("/");
    bool own = nb_slice_eq(*path, NB_LIT("/robots.txt"));
    *allowed = own;
    return own || robots->closed || path->len > NB_URL_MAX_BYTES;
}

bool nb_robots_allowed(const struct nb_robots *robots, struct nb_slice path_and_query)
{
    bool allowed;
    if (is_settled(robots, &path_and_query, &allowed)) {
        return allowed;
    }
    const struct rule *rule = decide(robots, path_and_query);
    return !rule || rule->allow;
}

uint32_t nb_robots_line(const struct nb_robots *robots, struct nb_slice path_and_query)
{
    bool allowed;
    if (is_settled(robots, &path_and_query, &allowed)) {
        return 0;
    }
    const struct rule *rule = decide(robots, path_and_query);
    return rule ? rule->line : 0;
}

int64_t nb_robots_delay_ms(const struct nb_robots *robots)
{
    return robots->delay_ms;
}

size_t nb_robots_rules_n(const struct nb_robots *robots)
{
    return robots->rules_n;
}

size_t nb_robots_sitemaps_n(const struct nb_robots *robots)
{
    return robots->sitemaps_n;
}

struct nb_slice nb_robots_sitemap(const struct nb_robots *robots, size_t i)
{
    assert(i < robots->sitemaps_n);
    return robots->sitemaps[i];
}

size_t nb_robots_bytes(const struct nb_robots *robots)
{
    return robots->block_bytes;
}
