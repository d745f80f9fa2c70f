#include "analyzer/influence/posts.h"

#include <stdlib.h>

#include <nabiz/influence.h>
#include <nabiz/pack.h>

#include "analyzer/keys.h"

struct list {
    struct nb_post *p;
    size_t n;
    size_t cap;
    struct nb_arena *arena;
};

static enum nb_err add(struct list *list, const struct nb_post *post)
{
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 64;
        struct nb_post *p = nb_arena_grow(list->arena, list->p, list->n * sizeof(list->p[0]),
                                          cap * sizeof(list->p[0]));
        if (!p) {
            return NB_ENOMEM;
        }
        list->p = p;
        list->cap = cap;
    }
    list->p[list->n++] = *post;
    return NB_OK;
}

static int32_t score_of(const struct Nb__Sentiment *sentiment)
{
    return sentiment && sentiment->has_score_milli ? sentiment->score_milli : NB_UNKNOWN_MILLI;
}

static enum nb_err add_mentions(struct nb_txn *txn, struct nb_slice topic, struct nb_slice author,
                                int64_t from_ms, int64_t to_ms, struct list *list)
{
    const struct nb_mention_row *rows;
    size_t n;
    enum nb_err err = nb_analysis_mentions(txn, topic, from_ms, to_ms, list->arena, &rows, &n);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        const struct nb_mention *mention = rows[i].mention;
        struct nb_slice who = nb_field(mention->author);
        if (who.len && (!author.len || nb_slice_eq(who, author))) {
            err = add(list, &(struct nb_post){who, rows[i].at_ms, rows[i].number,
                                              score_of(mention->sentiment),
                                              mention->has_comments_n != 0, mention->comments_n});
        }
    }
    return err;
}

/* Takes one annotation if it is wanted; what is not wanted leaves nothing in the arena. */
static enum nb_err add_annotation(struct nb_slice value, struct nb_slice author, int64_t from_ms,
                                  int64_t to_ms, struct list *list)
{
    struct nb_arena_mark mark = nb_arena_mark(list->arena);
    struct nb_slice bytes;
    struct nb_annotation *a;
    enum nb_err err = nb_unpack(value, list->arena, &bytes);
    if (err == NB_OK) {
        err = nb_annotation_decode(bytes, list->arena, &a);
    }
    if (err) {
        return err;
    }
    struct nb_slice who;
    err = nb_author_id(nb_field(a->author), nb_field(a->site), list->arena, &who);
    if (err) {
        return err;
    }
    if (!who.len || a->at_ms < from_ms || a->at_ms >= to_ms ||
        (author.len && !nb_slice_eq(who, author))) {
        nb_arena_rewind(list->arena, mark);
        return NB_OK;
    }
    return add(list, &(struct nb_post){who, a->at_ms, a->number, score_of(a->sentiment),
                                       a->has_comments_n != 0, a->comments_n});
}

static enum nb_err add_annotations(struct nb_txn *txn, struct nb_slice author, int64_t from_ms,
                                   int64_t to_ms, struct list *list)
{
    struct nb_cursor *cursor;
    struct nb_slice key;
    struct nb_slice value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_ANNOTATION, &cursor);
    if (err) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_slice(NULL, 0), &key, &value);
    while (err == NB_OK) {
        err = add_annotation(value, author, from_ms, to_ms, list);
        if (err == NB_OK) {
            err = nb_cursor_next(cursor, &key, &value);
        }
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

static int by_author(const void *a, const void *b)
{
    const struct nb_post *x = a;
    const struct nb_post *y = b;
    int order = nb_slice_cmp(x->author, y->author);
    if (order == 0) {
        order = (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
    }
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

enum nb_err nb_posts(struct nb_txn *txn, struct nb_slice topic, struct nb_slice author,
                     int64_t from_ms, int64_t to_ms, struct nb_arena *arena, struct nb_post **out,
                     size_t *out_n)
{
    struct list list = {.arena = arena};
    enum nb_err err = topic.len ? add_mentions(txn, topic, author, from_ms, to_ms, &list)
                                : add_annotations(txn, author, from_ms, to_ms, &list);
    if (err == NB_OK) {
        if (list.n) {
            qsort(list.p, list.n, sizeof(list.p[0]), by_author);
        }
        *out = list.p;
        *out_n = list.n;
    }
    return err;
}
