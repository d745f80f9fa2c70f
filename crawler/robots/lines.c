#include "crawler/robots/lines.h"

#include <nabiz/config.h>

/* The longest record name that is taken for a misspelling. */
enum { NAME_MAX_BYTES = 16 };

static struct nb_slice next_text_line(struct nb_slice *rest)
{
    size_t end = 0;
    while (end < rest->len && rest->p[end] != '\n' && rest->p[end] != '\r') {
        end++;
    }
    struct nb_slice line = nb_slice_sub(*rest, 0, end);
    bool crlf = rest->len - end >= 2 && rest->p[end] == '\r' && rest->p[end + 1] == '\n';
    *rest = nb_slice_sub(*rest, end + (crlf ? 2 : 1), rest->len);
    return line;
}

static size_t find_space(struct nb_slice s, size_t from)
{
    while (from < s.len && !nb_ascii_is_space(s.p[from])) {
        from++;
    }
    return from;
}

/*
 * Without a colon a line of exactly two words is read as if the blank were one: more words are
 * prose that happens to begin with a record's name.
 */
static bool split_record(struct nb_slice line, struct nb_slice *name, struct nb_slice *value)
{
    size_t colon = nb_slice_find_byte(line, ':', 0);
    if (colon == NB_NPOS) {
        colon = find_space(line, 0);
        *value = nb_slice_trim(nb_slice_sub(line, colon, line.len));
        if (value->len == 0 || find_space(*value, 0) != value->len) {
            return false;
        }
    } else {
        *value = nb_slice_trim(nb_slice_sub(line, colon + 1, line.len));
    }
    *name = nb_slice_trim(nb_slice_sub(line, 0, colon));
    return name->len > 0;
}

/* Words a person may have meant to be a name; what else stands there is no slip of the hand. */
static bool is_wordlike(struct nb_slice name)
{
    size_t n = 0;
    while (n < name.len && (nb_ascii_is_alpha(name.p[n]) || name.p[n] == '-' || name.p[n] == '_' ||
                            name.p[n] == ' ')) {
        n++;
    }
    return n == name.len && n <= NAME_MAX_BYTES;
}

/*
 * Misspelt names are common enough that other crawlers carry lists of them ("dissalow",
 * "useragent"); distance finds those and the ones not listed yet. Allow must be written right: to
 * misread a Disallow costs a page, to misread something as Allow goes against the owner.
 */
static enum nb_robots_record read_name(struct nb_slice name)
{
    static const char *const names[] = {"user-agent", "allow", "disallow", "crawl-delay",
                                        "sitemap"};
    static const enum nb_robots_record records[] = {NB_ROBOTS_USER_AGENT, NB_ROBOTS_ALLOW_RULE,
                                                    NB_ROBOTS_DISALLOW_RULE, NB_ROBOTS_CRAWL_DELAY,
                                                    NB_ROBOTS_SITEMAP};
    enum { RECORDS = sizeof(names) / sizeof(names[0]) };
    for (size_t i = 0; i < RECORDS; i++) {
        if (nb_slice_eq_ascii_case(name, nb_slice_str(names[i]))) {
            return records[i];
        }
    }
    const char *meant = is_wordlike(name) ? nb_suggest(name, names, RECORDS) : NULL;
    for (size_t i = 0; meant && i < RECORDS; i++) {
        if (meant == names[i] && records[i] != NB_ROBOTS_ALLOW_RULE) {
            return records[i];
        }
    }
    return NB_ROBOTS_OTHER;
}

/* A sitemap's address alone on a line is common too; to the parser "https" is its name. */
static bool is_bare_sitemap(struct nb_slice name, struct nb_slice line)
{
    return (nb_slice_eq_ascii_case(name, NB_LIT("http")) ||
            nb_slice_eq_ascii_case(name, NB_LIT("https"))) &&
           nb_slice_find(line, NB_LIT("sitemap"), 0) != NB_NPOS;
}

bool nb_robots_next_line(struct nb_robots_lines *lines)
{
    if (lines->rest.len == 0) {
        return false;
    }
    struct nb_slice line = next_text_line(&lines->rest);
    struct nb_slice name;
    lines->number++;
    lines->record = NB_ROBOTS_OTHER;
    lines->value = nb_slice(NULL, 0);
    size_t comment = nb_slice_find_byte(line, '#', 0);
    line = nb_slice_trim(nb_slice_sub(line, 0, comment == NB_NPOS ? line.len : comment));
    if (split_record(line, &name, &lines->value)) {
        lines->record = read_name(name);
        if (lines->record == NB_ROBOTS_OTHER && is_bare_sitemap(name, line)) {
            lines->record = NB_ROBOTS_SITEMAP;
            lines->value = line;
        }
    }
    return true;
}

static bool is_token_byte(char c)
{
    return nb_ascii_is_alpha(c) || c == '-' || c == '_';
}

/* The bytes of a product token at the start of s (RFC 9309, "identifier"). */
static struct nb_slice identifier(struct nb_slice s)
{
    size_t n = 0;
    while (n < s.len && is_token_byte(s.p[n])) {
        n++;
    }
    return nb_slice_sub(s, 0, n);
}

/* The first word up to a version: names with digits and dots are no tokens, but they are used. */
static struct nb_slice product(struct nb_slice s)
{
    size_t n = 0;
    while (n < s.len && s.p[n] != '/' && !nb_ascii_is_space(s.p[n])) {
        n++;
    }
    return nb_slice_sub(s, 0, n);
}

size_t nb_robots_rank(struct nb_slice value, struct nb_slice agent)
{
    struct nb_slice name = product(value);
    struct nb_slice token = identifier(value);
    if (nb_slice_eq(name, NB_LIT("*"))) {
        return 1;
    }
    while (agent.len > 0) {
        if (nb_slice_eq_ascii_case(agent, name) || nb_slice_eq_ascii_case(agent, token)) {
            return 1 + agent.len;
        }
        do {
            agent.len--;
        } while (agent.len > 0 && agent.p[agent.len] != '-');
    }
    return 0;
}

struct nb_slice nb_robots_token(struct nb_slice agent)
{
    static const struct nb_slice compatible = {"(compatible;", 12};
    size_t at = nb_slice_find(agent, compatible, 0);
    if (at != NB_NPOS) {
        agent = nb_slice_sub(agent, at + compatible.len, agent.len);
        size_t end = 0;
        agent = nb_slice_trim(agent);
        while (end < agent.len && agent.p[end] != ';' && agent.p[end] != ')') {
            end++;
        }
        agent.len = end;
    }
    struct nb_slice all = nb_slice_trim(agent);
    struct nb_slice name = product(all);
    /* Two words are no token, and the first of them is another crawler's. */
    return name.len == all.len || all.p[name.len] == '/' ? name : nb_slice(NULL, 0);
}
