#include "analyzer/influence/coordination_read.h"

#include <stdlib.h>

#include <nabiz/date.h>

#include "analyzer/keys.h"
#include "analyzer/topics/shingles.h"

enum {
    USUAL_DAYS = 7,      /* before the set, looked at for what is usual */
    USUAL_AUTHORS = 500, /* at most, evenly chosen among the mentions */
    PUBLISHERS_MAX = 10, /* of one site: where more have articles, they are a platform's accounts */
    DELETED_DAYS = 7     /* around a document: others of its author that are gone count with it */
};

static const int64_t day_ms = (int64_t)24 * 3600 * 1000;

struct reader {
    struct nb_txn *txn;
    struct nb_arena *arena;
    struct nb_coordination_act *acts;
    struct nb_slice *who; /* by row */
    size_t n;
};

static int by_name(const void *a, const void *b)
{
    const struct nb_slice *x = a, *y = b;
    return nb_slice_cmp(*x, *y);
}

static enum nb_err take_shingles(struct reader *r, const struct nb_annotation *a,
                                 struct nb_coordination_act *act)
{
    struct nb_shingles found;
    enum nb_err err = nb_shingles_noted(a, &found);
    if (err || !found.n) {
        return err;
    }
    struct nb_slice copy =
        nb_arena_copy(r->arena, nb_slice((const char *)found.all, found.n * sizeof(found.all[0])));
    act->shingles = (const uint32_t *)(const void *)copy.p;
    act->shingles_n = (uint32_t)found.n;
    return copy.p ? NB_OK : NB_ENOMEM;
}

/* A document without an author adds nothing. */
static enum nb_err add_document(struct reader *r, uint64_t number)
{
    struct nb_annotation *a;
    struct nb_slice who;
    enum nb_err err = nb_analysis_annotation(r->txn, number, r->arena, &a);
    if (err == NB_ENOTFOUND) {
        return NB_OK;
    }
    if (err == NB_OK) {
        err = nb_author_id(nb_field(a->author), nb_field(a->site), r->arena, &who);
    }
    if (err || !who.len) {
        return err;
    }
    struct nb_coordination_act *act = &r->acts[r->n];
    *act = (struct nb_coordination_act){.number = number,
                                        .at_ms = a->at_ms,
                                        .first_seen_ms = a->at_ms,
                                        .cluster = a->cluster,
                                        .synthetic_milli = a->synthetic_milli,
                                        .publisher = a->has_kind && a->kind == NB__KIND__ARTICLE};
    err = take_shingles(r, a, act);
    r->who[r->n++] = who;
    return err;
}

/* When an author was first heard of, and whether something of the days around at_ms is gone. */
static enum nb_err look_up(struct nb_txn *txn, struct nb_slice who, int64_t at_ms,
                           struct nb_arena *arena, int64_t *first_ms, bool *deleted)
{
    struct nb_author *author;
    const struct nb_author_doc_row *rows;
    size_t n = 0;
    struct nb_arena_mark mark = nb_arena_mark(arena);
    enum nb_err err = nb_analysis_author(txn, who, arena, &author);
    if (err == NB_OK) {
        *first_ms = author->has_first_ms && author->first_ms < at_ms ? author->first_ms : at_ms;
        err = nb_analysis_author_docs(txn, who, at_ms - DELETED_DAYS * day_ms,
                                      at_ms + DELETED_DAYS * day_ms, arena, &rows, &n);
    }
    *deleted = false;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        *deleted |= rows[i].doc->deleted != 0;
    }
    nb_arena_rewind(arena, mark);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* Articles are a publisher's where few of its site have some; names are sorted, so are their sites.
 */
static enum nb_err find_publishers(struct reader *r, const struct nb_slice *names, uint32_t n)
{
    bool *platform = nb_arena_alloc(r->arena, (n + 1) * sizeof(*platform));
    if (!platform) {
        return NB_ENOMEM;
    }
    for (uint32_t i = 0, end; i < n; i = end) {
        struct nb_slice site = nb_author_site(names[i]);
        for (end = i + 1; end < n && nb_slice_eq(nb_author_site(names[end]), site);) {
            end++;
        }
        for (uint32_t k = i; k < end; k++) {
            platform[k] = end - i > PUBLISHERS_MAX;
        }
    }
    for (size_t i = 0; i < r->n; i++) {
        r->acts[i].publisher &= !platform[r->acts[i].author];
    }
    return NB_OK;
}

/* Number the authors in the order of their names, and look each of them up once. */
static enum nb_err take_authors(struct reader *r, struct nb_coordination_set *out)
{
    struct nb_slice *names = nb_arena_alloc(r->arena, (r->n + 1) * sizeof(*names));
    int64_t *first_ms = nb_arena_alloc(r->arena, (r->n + 1) * sizeof(*first_ms));
    bool *deleted = nb_arena_alloc(r->arena, (r->n + 1) * sizeof(*deleted));
    uint32_t n = 0;
    if (!names || !first_ms || !deleted) {
        return NB_ENOMEM;
    }
    if (r->n) {
        memcpy(names, r->who, r->n * sizeof(*names));
        qsort(names, r->n, sizeof(*names), by_name);
    }
    for (size_t i = 0; i < r->n; i++) {
        if (n == 0 || !nb_slice_eq(names[n - 1], names[i])) {
            names[n++] = names[i];
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        first_ms[i] = INT64_MIN; /* not looked up */
    }
    for (size_t i = 0; i < r->n; i++) {
        const struct nb_slice *found = bsearch(&r->who[i], names, n, sizeof(*names), by_name);
        uint32_t author = r->acts[i].author = (uint32_t)(found - names);
        if (first_ms[author] == INT64_MIN) {
            enum nb_err err = look_up(r->txn, names[author], r->acts[i].at_ms, r->arena,
                                      &first_ms[author], &deleted[author]);
            if (err) {
                return err;
            }
        }
        bool earlier = first_ms[author] < r->acts[i].at_ms;
        r->acts[i].first_seen_ms = earlier ? first_ms[author] : r->acts[i].at_ms;
        r->acts[i].deleted = deleted[author];
    }
    out->authors = names;
    out->authors_n = n;
    return find_publishers(r, names, n);
}

/* Authors of the week before, some of them: how many are new, how many delete. */
static enum nb_err take_usual(struct reader *r, struct nb_slice topic, int64_t before_ms,
                              struct nb_coordination_usual *out)
{
    const struct nb_mention_row *rows;
    size_t n;
    enum nb_err err = nb_analysis_mentions(r->txn, topic, before_ms - USUAL_DAYS * day_ms,
                                           before_ms, r->arena, &rows, &n);
    struct nb_slice *names =
        err == NB_OK ? nb_arena_alloc(r->arena, (USUAL_AUTHORS + 1) * sizeof(*names)) : NULL;
    if (!names) {
        return err ? err : NB_ENOMEM;
    }
    size_t names_n = 0, taken_n = n < USUAL_AUTHORS ? n : USUAL_AUTHORS;
    for (size_t i = 0; i < taken_n; i++) {
        names[names_n] = nb_field(rows[i * n / taken_n].mention->author);
        names_n += names[names_n].len > 0;
    }
    if (names_n) {
        qsort(names, names_n, sizeof(*names), by_name);
    }
    for (size_t i = 0; err == NB_OK && i < names_n; i++) {
        int64_t first_ms = before_ms;
        bool deleted;
        if (i && nb_slice_eq(names[i], names[i - 1])) {
            continue;
        }
        err = look_up(r->txn, names[i], before_ms, r->arena, &first_ms, &deleted);
        out->authors_n++;
        out->new_n += before_ms - first_ms < USUAL_DAYS * day_ms;
        out->deleted_n += deleted;
    }
    return err;
}

enum nb_err nb_coordination_of_documents(struct nb_txn *txn, struct nb_slice topic,
                                         const uint64_t *numbers, size_t n, struct nb_arena *arena,
                                         struct nb_coordination_set *out)
{
    struct reader r = {.txn = txn, .arena = arena};
    size_t skip = n > NB_COORDINATION_ROWS_MAX ? n - NB_COORDINATION_ROWS_MAX : 0;
    struct nb_coordination_set set = {0};
    r.acts = nb_arena_calloc(arena, n - skip + 1, sizeof(r.acts[0]));
    r.who = nb_arena_calloc(arena, n - skip + 1, sizeof(r.who[0]));
    enum nb_err err = r.acts && r.who ? NB_OK : NB_ENOMEM;
    for (size_t i = skip; err == NB_OK && i < n; i++) {
        err = add_document(&r, numbers[i]);
    }
    if (err == NB_OK) {
        err = take_authors(&r, &set);
    }
    if (err == NB_OK && topic.len && r.n) {
        int64_t first_ms = r.acts[0].at_ms;
        for (size_t i = 1; i < r.n; i++) {
            first_ms = r.acts[i].at_ms < first_ms ? r.acts[i].at_ms : first_ms;
        }
        err = take_usual(&r, topic, first_ms, &set.usual);
    }
    if (err == NB_OK) {
        set.acts = r.acts;
        set.acts_n = r.n;
        err = nb_coordination_judge(r.acts, r.n, set.authors_n, &set.usual, arena, &set.judged);
    }
    if (err == NB_OK) {
        *out = set;
    }
    return err;
}

enum nb_err nb_coordination_of_topic(struct nb_txn *txn, struct nb_slice topic, int64_t from_ms,
                                     int64_t to_ms, struct nb_arena *arena,
                                     struct nb_coordination_set *out)
{
    const struct nb_mention_row *rows;
    size_t n;
    enum nb_err err = nb_analysis_mentions(txn, topic, from_ms, to_ms, arena, &rows, &n);
    uint64_t *numbers = err == NB_OK ? nb_arena_alloc(arena, (n + 1) * sizeof(*numbers)) : NULL;
    if (!numbers) {
        return err ? err : NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        numbers[i] = rows[i].number;
    }
    return nb_coordination_of_documents(txn, topic, numbers, n, arena, out);
}
