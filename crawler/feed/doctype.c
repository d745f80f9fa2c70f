/*
 * Entities of a document type's internal subset. libxml2 never sees the subset (see xml.c), so this
 * is all there is: short texts that stand for themselves, put in once, within a limit on growth.
 */
#include "crawler/feed/reader.h"

enum { ENTITIES_MAX = 64, VALUE_MAX = 256, GROWTH_BYTES = 64 * 1024 };

struct entity {
    struct nb_slice name, value;
};

static size_t skip_space(struct nb_slice s, size_t i)
{
    while (i < s.len && nb_ascii_is_space(s.p[i])) {
        i++;
    }
    return i;
}

/* "name 'value'" after "<!ENTITY". @return false for anything but a short text. */
static bool read_entity(struct nb_slice s, struct entity *out)
{
    size_t from = skip_space(s, 0), end = from;
    while (end < s.len && !nb_ascii_is_space(s.p[end]) && s.p[end] != '>') {
        end++;
    }
    out->name = nb_slice_sub(s, from, end);
    from = skip_space(s, end);
    if (from >= s.len || (s.p[from] != '"' && s.p[from] != '\'')) {
        return false; /* a parameter entity, or one from elsewhere */
    }
    end = nb_slice_find_byte(s, s.p[from], from + 1);
    out->value = nb_slice_sub(s, from + 1, end);
    return end != NB_NPOS && out->name.len && out->value.len <= VALUE_MAX &&
           nb_slice_find_byte(out->value, '&', 0) == NB_NPOS &&
           nb_slice_find_byte(out->value, '<', 0) == NB_NPOS &&
           nb_slice_find_byte(out->value, '%', 0) == NB_NPOS;
}

static size_t read_entities(struct nb_slice prolog, struct entity entities[ENTITIES_MAX])
{
    static const struct nb_slice mark = {"<!ENTITY", 8};
    size_t n = 0;
    size_t at = nb_slice_find(prolog, mark, 0);
    while (at != NB_NPOS && n < ENTITIES_MAX) {
        struct nb_slice rest = nb_slice_sub(prolog, at + mark.len, prolog.len);
        n += read_entity(nb_slice_sub(rest, 0, VALUE_MAX * 2), &entities[n]);
        at = nb_slice_find(prolog, mark, at + mark.len);
    }
    return n;
}

/* The entity that "&name;" at i is, or NULL. */
static const struct entity *entity_at(struct nb_slice s, size_t i, const struct entity *entities,
                                      size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t end = i + 1 + entities[k].name.len;
        if (end < s.len && s.p[end] == ';' &&
            nb_slice_eq(nb_slice_sub(s, i + 1, end), entities[k].name)) {
            return &entities[k];
        }
    }
    return NULL;
}

enum nb_err nb_feed_entities(struct nb_slice prolog, struct nb_slice body, struct nb_arena *arena,
                             struct nb_slice *out)
{
    struct entity entities[ENTITIES_MAX];
    size_t n = read_entities(prolog, entities);
    *out = body;
    if (n == 0) {
        return NB_OK;
    }
    size_t room = body.len + GROWTH_BYTES, len = 0;
    char *p = nb_arena_alloc(arena, room);
    if (!p) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < body.len;) {
        const struct entity *entity = body.p[i] == '&' ? entity_at(body, i, entities, n) : NULL;
        struct nb_slice part = entity ? entity->value : nb_slice_sub(body, i, i + 1);
        if (part.len > room - len) {
            return NB_ETOOBIG;
        }
        if (part.len) {
            memcpy(p + len, part.p, part.len);
        }
        len += part.len;
        i += entity ? entity->name.len + 2 : 1;
    }
    *out = nb_slice(p, len);
    return NB_OK;
}
