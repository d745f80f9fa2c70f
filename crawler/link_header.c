#include "crawler/link_header.h"

static size_t skip_space(struct nb_slice s, size_t at)
{
    while (at < s.len && nb_ascii_is_space(s.p[at])) {
        at++;
    }
    return at;
}

/* A quoted string at s.p[*at] == '"', its escapes undone. */
static struct nb_slice read_quoted(struct nb_slice s, size_t *at, struct nb_arena *arena)
{
    size_t from = *at + 1;
    size_t i = from;
    bool escaped = false;
    while (i < s.len && s.p[i] != '"') {
        escaped = escaped || s.p[i] == '\\';
        i += s.p[i] == '\\' ? 2 : 1;
    }
    i = i < s.len ? i : s.len;
    *at = i < s.len ? i + 1 : i;
    struct nb_slice raw = nb_slice_sub(s, from, i);
    char *p = escaped ? nb_arena_alloc(arena, raw.len) : NULL;
    if (!p) {
        return raw;
    }
    size_t len = 0;
    for (size_t k = 0; k < raw.len; k++) {
        k += raw.p[k] == '\\' && k + 1 < raw.len;
        p[len++] = raw.p[k];
    }
    return nb_slice(p, len);
}

static struct nb_slice read_value(struct nb_slice s, size_t *at, struct nb_arena *arena)
{
    *at = skip_space(s, *at);
    if (*at < s.len && s.p[*at] == '"') {
        return read_quoted(s, at, arena);
    }
    size_t from = *at;
    while (*at < s.len && s.p[*at] != ';' && s.p[*at] != ',' && !nb_ascii_is_space(s.p[*at])) {
        ++*at;
    }
    return nb_slice_sub(s, from, *at);
}

/* The first value of a parameter counts (RFC 8288, 3.3 and 3.4.1). */
static void keep(struct nb_link *link, struct nb_slice name, struct nb_slice value, bool *anchored)
{
    struct nb_slice *to = NULL;
    if (nb_slice_eq_ascii_case(name, NB_LIT("rel"))) {
        to = &link->rel;
    } else if (nb_slice_eq_ascii_case(name, NB_LIT("type"))) {
        to = &link->type;
    } else if (nb_slice_eq_ascii_case(name, NB_LIT("title"))) {
        to = &link->title;
    } else if (nb_slice_eq_ascii_case(name, NB_LIT("anchor"))) {
        *anchored = true;
    }
    if (to && !to->p) {
        *to = value;
    }
}

/* The parameters after '>', up to the ',' before the next link. @return where that is. */
static size_t read_parameters(struct nb_slice s, size_t at, struct nb_arena *arena,
                              struct nb_link *link, bool *anchored)
{
    for (;;) {
        at = skip_space(s, at);
        if (at >= s.len || s.p[at] == ',') {
            return at;
        }
        if (s.p[at] == ';') {
            at++;
            continue;
        }
        size_t from = at++;
        while (at < s.len && s.p[at] != '=' && s.p[at] != ';' && s.p[at] != ',') {
            at++;
        }
        struct nb_slice name = nb_slice_trim(nb_slice_sub(s, from, at));
        if (at < s.len && s.p[at] == '=') {
            at++;
            keep(link, name, read_value(s, &at, arena), anchored);
        }
    }
}

bool nb_link_next(struct nb_slice *rest, struct nb_arena *arena, struct nb_link *out)
{
    for (;;) {
        size_t open = nb_slice_find_byte(*rest, '<', 0);
        size_t close = open == NB_NPOS ? NB_NPOS : nb_slice_find_byte(*rest, '>', open);
        bool anchored = false;
        if (close == NB_NPOS) {
            *rest = (struct nb_slice){NULL, 0};
            return false;
        }
        struct nb_link link = {.url = nb_slice_trim(nb_slice_sub(*rest, open + 1, close))};
        size_t end = read_parameters(*rest, close + 1, arena, &link, &anchored);
        *rest = nb_slice_sub(*rest, end, rest->len);
        if (!anchored) {
            *out = link;
            return true;
        }
    }
}

bool nb_link_is(struct nb_slice rel, struct nb_slice word)
{
    for (size_t at = 0; at < rel.len;) {
        at = skip_space(rel, at);
        size_t from = at;
        while (at < rel.len && !nb_ascii_is_space(rel.p[at])) {
            at++;
        }
        if (nb_slice_eq_ascii_case(nb_slice_sub(rel, from, at), word)) {
            return true;
        }
    }
    return false;
}
