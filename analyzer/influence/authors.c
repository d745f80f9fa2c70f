#include "analyzer/influence/authors.h"

#include <stdlib.h>

#include "analyzer/keys.h"

struct list {
    struct nb_slice *names;
    size_t n, cap;
    struct nb_arena *arena;
};

static enum nb_err add(struct list *list, struct nb_slice name)
{
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 64;
        struct nb_slice *names =
            nb_arena_grow(list->arena, list->names, list->n * sizeof(*names), cap * sizeof(*names));
        if (!names) {
            return NB_ENOMEM;
        }
        list->names = names;
        list->cap = cap;
    }
    list->names[list->n++] = name;
    return NB_OK;
}

static int by_name(const void *a, const void *b)
{
    return nb_slice_cmp(*(const struct nb_slice *)a, *(const struct nb_slice *)b);
}

static enum nb_err authors_of_posts(const struct nb_scope *scope, struct list *list)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < scope->posts_n; i++) {
        struct nb_slice author = scope->posts[i].author;
        if (author.len) {
            err = add(list, author);
        }
    }
    if (err || !list->n) {
        return err;
    }
    qsort(list->names, list->n, sizeof(list->names[0]), by_name);
    size_t n = 1;
    for (size_t i = 1; i < list->n; i++) {
        if (!nb_slice_eq(list->names[i], list->names[n - 1])) {
            list->names[n++] = list->names[i];
        }
    }
    list->n = n;
    return NB_OK;
}

/* The author whose first document in the window is at the cursor, and where the next one begins.
 * A key is author, NUL, time, number. */
static enum nb_err look(struct nb_cursor *cursor, const struct nb_scope *scope, struct nb_key *at,
                        struct list *list)
{
    struct nb_slice key, value;
    enum nb_err err = nb_cursor_seek(cursor, nb_key_slice(at), &key, &value);
    if (err) {
        return err;
    }
    if (key.len < 17 || key.len > NB_KEY_BYTES) {
        return NB_ECORRUPT;
    }
    struct nb_slice author = nb_arena_copy(list->arena, nb_slice_sub(key, 0, key.len - 17));
    if (!author.p) {
        return NB_ENOMEM;
    }
    struct nb_key from;
    nb_key_text(&from, author);
    nb_key_add_u64(&from, nb_key_time(scope->from_ms));
    err = nb_cursor_seek(cursor, nb_key_slice(&from), &key, &value);
    bool is_inside =
        err == NB_OK && key.len == from.len + 8 &&
        nb_slice_starts(key, nb_slice_sub(nb_key_slice(&from), 0, author.len + 1)) &&
        nb_key_to_u64((const uint8_t *)key.p + author.len + 1) < nb_key_time(scope->to_ms);
    nb_key_text(at, author);
    nb_key_add_u64(at, UINT64_MAX);
    nb_key_add_u64(at, UINT64_MAX);
    if (err && err != NB_ENOTFOUND) {
        return err;
    }
    return is_inside ? add(list, author) : NB_OK;
}

static enum nb_err authors_of_store(const struct nb_scope *scope, struct list *list)
{
    struct nb_cursor *cursor;
    struct nb_key at = {0};
    enum nb_err err = nb_cursor_open(scope->txn, NB_TBL_AUTHOR_DOC, &cursor);
    if (err) {
        return err;
    }
    while (err == NB_OK) {
        err = look(cursor, scope, &at, list);
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_scope_authors(const struct nb_scope *scope, struct nb_arena *arena,
                             const struct nb_slice **out, size_t *out_n)
{
    struct list list = {.arena = arena};
    enum nb_err err =
        scope->topic.len ? authors_of_posts(scope, &list) : authors_of_store(scope, &list);
    if (err == NB_OK) {
        *out = list.names;
        *out_n = list.n;
    }
    return err;
}
