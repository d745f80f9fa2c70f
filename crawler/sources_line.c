#include "crawler/sources_line.h"

#include <string.h>

#include <nabiz/config.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

enum { EVERY_MAX_S = 30 * 86400 };

/* The next word: up to white space, a quoted part included. Empty at the end. */
struct nb_slice nb_source_line_word(struct nb_slice line, size_t *at)
{
    while (*at < line.len && nb_ascii_is_space(line.p[*at])) {
        ++*at;
    }
    size_t from = *at;
    bool quoted = false;
    while (*at < line.len && (quoted || !nb_ascii_is_space(line.p[*at]))) {
        if (quoted && line.p[*at] == '\\' && *at + 1 < line.len) {
            ++*at;
        } else if (line.p[*at] == '"') {
            quoted = !quoted;
        }
        ++*at;
    }
    return nb_slice_sub(line, from, *at);
}

/* A value without its quotes; a backslash takes the next byte as it is. */
static const char *unquote(struct nb_slice value, struct nb_arena *arena, struct nb_slice *out)
{
    if (value.len == 0 || value.p[0] != '"') {
        *out = value;
        return NULL;
    }
    if (value.len < 2 || value.p[value.len - 1] != '"') {
        return "a quote is not closed";
    }
    char *p = nb_arena_alloc(arena, value.len);
    if (!p) {
        return "out of memory";
    }
    size_t len = 0;
    for (size_t i = 1; i + 1 < value.len; i++) {
        if (value.p[i] == '\\' && i + 2 < value.len) {
            i++;
        }
        p[len++] = value.p[i];
    }
    *out = nb_slice(p, len);
    return NULL;
}

static bool parse_kind(struct nb_slice name, Nb__Kind *out)
{
    for (int kind = NB__KIND__ARTICLE; kind <= NB__KIND__TOOT; kind++) {
        if (nb_slice_eq(name, nb_slice_str(nb_kind_name((Nb__Kind)kind)))) {
            *out = (Nb__Kind)kind;
            return true;
        }
    }
    return false;
}

const char *nb_walk_name(enum nb_source_walk walk)
{
    static const char *const names[NB_WALKS_N] = {"", "forum", "blog", "sitemap"};
    return names[walk];
}

static const char *set_walk(struct nb_slice value, struct nb_source_line *line)
{
    for (int walk = NB_WALK_NONE + 1; walk < NB_WALKS_N; walk++) {
        if (nb_slice_eq(value, nb_slice_str(nb_walk_name((enum nb_source_walk)walk)))) {
            line->walk = (enum nb_source_walk)walk;
            return NULL;
        }
    }
    return "walk must be one of forum, blog, sitemap";
}

static const char *set_every(struct nb_slice value, struct nb_source_line *line)
{
    const char *wrong = nb_config_number_parse(value, NB_UNIT_S, &line->every_s);
    if (!wrong && (line->every_s < 1 || line->every_s > EVERY_MAX_S)) {
        wrong = "every must be between 1s and 30d";
    }
    return wrong;
}

/* @return NULL, or what is wrong */
static const char *set_request_key(struct nb_slice key, struct nb_slice value,
                                   struct nb_source_line *line)
{
    if (nb_slice_eq(key, NB_LIT("proxy"))) {
        bool none = nb_slice_eq(value, NB_LIT("none"));
        line->has_proxy = true;
        line->proxy = none ? NB_LIT("") : value;
        return none ? NULL : nb_source_proxy_check(value);
    }
    if (nb_slice_eq(key, NB_LIT("cookie"))) {
        line->cookie = value;
        return nb_source_cookie_check(value);
    }
    if (nb_slice_eq(key, NB_LIT("header"))) {
        if (line->headers_n == NB_SOURCE_HEADERS_MAX) {
            return "more than 8 headers";
        }
        line->headers[line->headers_n++] = value;
        return nb_source_header_check(value);
    }
    return "unknown key; known are kind, walk, group, every, title, proxy, header, cookie, and the "
           "words paused, full and private";
}

/* @return NULL, or what is wrong */
static const char *set_key(struct nb_slice key, struct nb_slice value, struct nb_source_line *line)
{
    if (nb_slice_eq(key, NB_LIT("kind"))) {
        return parse_kind(value, &line->kind)
                   ? NULL
                   : "kind must be one of article, post, comment, review, entry, toot";
    }
    if (nb_slice_eq(key, NB_LIT("every"))) {
        return set_every(value, line);
    }
    if (nb_slice_eq(key, NB_LIT("walk"))) {
        return set_walk(value, line);
    }
    if (nb_slice_eq(key, NB_LIT("group"))) {
        line->group = value;
        return NULL;
    }
    if (nb_slice_eq(key, NB_LIT("title"))) {
        line->title = value;
        return NULL;
    }
    return set_request_key(key, value, line);
}

/* A word without '='. @return false when it is none that is known */
static bool set_word(struct nb_slice word, struct nb_source_line *line)
{
    bool *flag = nb_slice_eq(word, NB_LIT("paused"))    ? &line->paused
                 : nb_slice_eq(word, NB_LIT("private")) ? &line->is_private
                 : nb_slice_eq(word, NB_LIT("full"))    ? &line->is_full
                                                        : NULL;
    if (flag) {
        *flag = true;
    }
    return flag != NULL;
}

const char *nb_source_line_parse(struct nb_slice text, struct nb_arena *arena,
                                 struct nb_source_line *out)
{
    size_t at = 0;
    *out = (struct nb_source_line){.kind = NB__KIND__ARTICLE};
    if (nb_slice_find_byte(text, '\0', 0) != NB_NPOS) {
        return "a NUL byte; is this a text file?"; /* as a string it would end there */
    }
    out->url = nb_source_line_word(text, &at);
    for (;;) {
        struct nb_slice word = nb_source_line_word(text, &at);
        if (word.len == 0 || word.p[0] == '#') {
            return NULL;
        }
        if (set_word(word, out)) {
            continue;
        }
        size_t equals = nb_slice_find_byte(word, '=', 0);
        if (equals == NB_NPOS) {
            return "expected key=value, paused, full or private";
        }
        struct nb_slice value;
        const char *wrong = unquote(nb_slice_sub(word, equals + 1, word.len), arena, &value);
        if (!wrong) {
            wrong = set_key(nb_slice_sub(word, 0, equals), value, out);
        }
        if (wrong) {
            return wrong;
        }
    }
}

const char *nb_source_row_parse(struct nb_slice text, struct nb_arena *arena,
                                struct nb_source_row *out)
{
    struct nb_source_line line;
    const char *wrong = nb_source_line_parse(text, arena, &line);
    if (wrong) {
        return wrong;
    }
    if (nb_source_line_has_request(&line)) {
        return "proxies, headers and cookies are not imported: write them into the sources file";
    }
    *out = (struct nb_source_row){
        .url = nb_arena_strdup(arena, line.url),
        .group = nb_arena_strdup(arena, line.group),
        .title = nb_arena_strdup(arena, line.title),
        .kind = line.kind,
        .every_s = line.every_s,
        .paused = line.paused,
        .is_full = line.is_full,
        .walk = line.walk,
    };
    return out->url && out->group && out->title ? NULL : "out of memory";
}

bool nb_source_line_is(struct nb_slice line)
{
    line = nb_slice_trim(line);
    return line.len > 0 && line.p[0] != '#';
}

enum nb_err nb_source_line_id(struct nb_slice url, struct nb_arena *arena, struct nb_id *out,
                              struct nb_error *error)
{
    struct nb_url parsed;
    struct nb_slice canonical;
    enum nb_err err = nb_url_parse(url, NULL, arena, &parsed);
    if (err != NB_OK) {
        return nb_error_set(error, err == NB_ENOMEM ? err : NB_ESYNTAX,
                            "%.*s is not a URL; expected https://HOST/PATH",
                            NB_ARG(nb_utf8_cut(url, 200)));
    }
    if (!nb_url_is_http(&parsed)) {
        return nb_error_set(error, NB_EREFUSED, "%.*s: only http and https can be polled",
                            NB_ARG(nb_utf8_cut(url, 200)));
    }
    err = nb_url_canonical(&parsed, arena, &canonical);
    if (err == NB_OK) {
        *out = nb_id_of(&canonical, 1);
    }
    return err;
}

enum nb_err nb_source_id(struct nb_slice url, struct nb_id *out, struct nb_error *error)
{
    struct nb_arena *arena = nb_arena_new(1 << 20);
    if (!arena) {
        return nb_error_set(error, NB_ENOMEM, "out of memory");
    }
    enum nb_err err = nb_source_line_id(url, arena, out, error);
    nb_arena_free(arena);
    return err;
}
