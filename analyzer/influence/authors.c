#include "analyzer/influence/authors.h"

#include <stdlib.h>

#include "analyzer/keys.h"

/* A link, quote or copy says more than an answer; documents alone say little. */
enum { LINK_WEIGHT = 4, DOCUMENTS_MAX = 20, SCRATCH_BYTES = 1 << 20 };

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

/* An author with what is quickly known: acts of others towards them, and documents. */
struct candidate {
    struct nb_slice name;
    uint64_t weight;
};

static int by_weight(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    if (x->weight != y->weight) {
        return x->weight > y->weight ? -1 : 1;
    }
    return nb_slice_cmp(x->name, y->name);
}

static enum nb_err weigh(struct nb_txn *txn, struct nb_slice name, struct nb_arena *scratch,
                         uint64_t *out)
{
    struct nb_author *row;
    nb_arena_reset(scratch);
    enum nb_err err = nb_analysis_author(txn, name, scratch, &row);
    if (err == NB_OK) {
        uint64_t documents = row->documents_n < DOCUMENTS_MAX ? row->documents_n : DOCUMENTS_MAX;
        *out = LINK_WEIGHT * row->links_in_n + row->replies_in_n + row->mentions_in_n + documents;
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_authors_foremost(struct nb_txn *txn, size_t most_n, struct nb_arena *arena,
                                const struct nb_slice **authors, size_t *n)
{
    if (*n <= most_n) {
        return NB_OK;
    }
    struct candidate *all = nb_arena_calloc(arena, *n, sizeof(*all));
    struct nb_slice *names = nb_arena_calloc(arena, most_n, sizeof(*names));
    struct nb_arena *scratch = nb_arena_new(SCRATCH_BYTES);
    enum nb_err err = all && names && scratch ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < *n; i++) {
        all[i].name = (*authors)[i];
        err = weigh(txn, all[i].name, scratch, &all[i].weight);
    }
    nb_arena_free(scratch);
    if (err) {
        return err;
    }
    qsort(all, *n, sizeof(*all), by_weight);
    for (size_t i = 0; i < most_n; i++) {
        names[i] = all[i].name;
    }
    qsort(names, most_n, sizeof(*names), by_name);
    *authors = names;
    *n = most_n;
    return NB_OK;
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
