#include "crawler/page/profile.h"

static const char *const keys[NB_PROFILE_KEYS_N] = {
    [NB_PROFILE_POST] = "post",       [NB_PROFILE_ID] = "id",
    [NB_PROFILE_AUTHOR] = "author",   [NB_PROFILE_PROFILE] = "profile",
    [NB_PROFILE_DATE] = "date",       [NB_PROFILE_TEXT] = "text",
    [NB_PROFILE_CUT] = "cut",         [NB_PROFILE_QUOTE] = "quote",
    [NB_PROFILE_QUOTED] = "quoted",   [NB_PROFILE_SOURCE] = "source",
    [NB_PROFILE_URL] = "url",         [NB_PROFILE_REPLY] = "reply",
    [NB_PROFILE_LIKES] = "likes",     [NB_PROFILE_TITLE] = "title",
    [NB_PROFILE_NEXT] = "next",       [NB_PROFILE_VIEWS] = "views",
    [NB_PROFILE_REPLIES] = "replies",
};

struct reader {
    struct nb_arena *arena;
    struct nb_profile *first, *last;
    const char *path;
    unsigned line;
    struct nb_error *error;
};

/* Rules of a key stay in their order. */
static void append(const struct nb_profile_rule **list, struct nb_profile_rule *rule)
{
    const struct nb_profile_rule *at = *list;
    if (!at) {
        *list = rule;
        return;
    }
    while (at->next) {
        at = at->next;
    }
    ((struct nb_profile_rule *)(uintptr_t)at)->next = rule;
}

static enum nb_err add_rule(struct reader *r, enum nb_profile_key key, struct nb_slice value)
{
    struct nb_profile_rule *rule = nb_arena_calloc(r->arena, 1, sizeof(*rule));
    struct nb_error detail = {0};
    size_t at = value.len;
    if (!rule) {
        return NB_ENOMEM;
    }
    while (at > 0 && value.p[at - 1] != '@' && value.p[at - 1] != ']' && value.p[at - 1] != ' ') {
        at--;
    }
    struct nb_slice selector = value;
    if (at > 0 && value.p[at - 1] == '@') {
        rule->attr = nb_arena_strdup(r->arena, nb_slice_sub(value, at, value.len));
        selector = nb_slice_trim(nb_slice_sub(value, 0, at - 1));
        if (!rule->attr) {
            return NB_ENOMEM;
        }
    }
    enum nb_err err = NB_OK;
    if (selector.len) {
        err = nb_selector_compile(selector, r->arena, &rule->selector, &detail);
    }
    if (err == NB_OK) {
        append(&r->last->rules[key], rule);
    } else if (err == NB_ESYNTAX) {
        return nb_error_set(r->error, err, "%s:%u: %s", r->path, r->line, detail.text);
    }
    return err;
}

static enum nb_err begin_profile(struct reader *r, struct nb_slice name)
{
    struct nb_profile *profile = nb_arena_calloc(r->arena, 1, sizeof(*profile));
    if (!profile) {
        return NB_ENOMEM;
    }
    profile->name = name;
    if (r->last) {
        r->last->next = profile;
    } else {
        r->first = profile;
    }
    r->last = profile;
    return NB_OK;
}

static enum nb_err read_line(struct reader *r, struct nb_slice line)
{
    size_t space = 0;
    while (space < line.len && !nb_ascii_is_space(line.p[space])) {
        space++;
    }
    struct nb_slice key = nb_slice_sub(line, 0, space);
    struct nb_slice value = nb_slice_trim(nb_slice_sub(line, space, line.len));
    if (nb_slice_eq(key, NB_LIT("engine"))) {
        return begin_profile(r, value);
    }
    if (nb_slice_eq(key, NB_LIT("fallback")) && !value.len && r->last) {
        r->last->is_fallback = true;
        return NB_OK;
    }
    if (nb_slice_eq(key, NB_LIT("comments")) && !value.len && r->last) {
        r->last->is_comments = true;
        return NB_OK;
    }
    for (int i = 0; i < NB_PROFILE_KEYS_N && r->last; i++) {
        bool is_whole = i == NB_PROFILE_TEXT; /* its selector may be missing: the post itself */
        if (nb_slice_eq(key, nb_slice_str(keys[i])) && (value.len || is_whole)) {
            return add_rule(r, (enum nb_profile_key)i, value);
        }
    }
    return nb_error_set(r->error, NB_ESYNTAX, "%s:%u: %s", r->path, r->line,
                        r->last
                            ? "expected a key such as post, author, date or text, and a selector"
                            : "expected \"engine NAME\" first");
}

enum nb_err nb_profiles_read(struct nb_slice text, const char *path, struct nb_arena *arena,
                             struct nb_profile **out, struct nb_error *error)
{
    struct reader r = {.arena = arena, .path = path, .error = error};
    struct nb_slice line;
    enum nb_err err = NB_OK;
    while (err == NB_OK && nb_slice_split(&text, '\n', &line)) {
        r.line++;
        line = nb_slice_trim(line);
        if (line.len && line.p[0] != '#') {
            err = read_line(&r, line);
        }
    }
    if (err == NB_OK) {
        *out = r.first;
    }
    return err;
}
