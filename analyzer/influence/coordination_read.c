#include "analyzer/influence/coordination_read.h"

#include <stdlib.h>

#include <nabiz/date.h>

#include "analyzer/keys.h"
#include "analyzer/mentions.h"
#include "analyzer/topics/shingles.h"

enum {
    USUAL_DAYS = 7,      /* before the set, looked at for what is usual */
    USUAL_AUTHORS = 512, /* at most, evenly chosen among the mentions */
    SHINGLES_MAX = 64,
    DELETED_ROWS = 64,
    SCRATCH_BYTES = 64 << 20,
    PUBLISHERS_MAX = 10, /* of one site: where more have articles, they are a platform's accounts */
    DELETED_DAYS = 7     /* around a document: others of its author that are gone count with it */
};

static const int64_t day_ms = (int64_t)24 * 3600 * 1000;

struct reader {
    struct nb_txn *txn;
    struct nb_arena *arena, *scratch; /* scratch: of one record */
    struct nb_coordination_act *acts;
    struct nb_slice *who; /* by row */
    size_t n;
};

static int by_name(const void *a, const void *b)
{
    const struct nb_slice *x = a, *y = b;
    return nb_slice_cmp(*x, *y);
}

/* The lowest of them: of two texts they are as alike as all are, and memory has an end. */
static enum nb_err take_shingles(struct reader *r, const struct nb_annotation *a,
                                 struct nb_coordination_act *act)
{
    struct nb_shingles found;
    enum nb_err err = nb_shingles_noted(a, &found);
    if (err || !found.n) {
        return err;
    }
    size_t n = found.n < SHINGLES_MAX ? found.n : SHINGLES_MAX;
    struct nb_slice copy =
        nb_arena_copy(r->arena, nb_slice((const char *)found.all, n * sizeof(found.all[0])));
    act->shingles = (const uint32_t *)(const void *)copy.p;
    act->shingles_n = (uint32_t)n;
    return copy.p ? NB_OK : NB_ENOMEM;
}

/* A document without an author adds nothing. Of the annotation nothing stays. */
static enum nb_err add_document(struct reader *r, uint64_t number)
{
    struct nb_annotation *a;
    struct nb_slice who;
    nb_arena_reset(r->scratch);
    enum nb_err err = nb_analysis_annotation(r->txn, number, r->scratch, &a);
    if (err == NB_ENOTFOUND) {
        return NB_OK;
    }
    if (err == NB_OK) {
        err = nb_author_id(nb_field(a->author), nb_field(a->site), r->scratch, &who);
    }
    if (err || !who.len) {
        return err;
    }
    who = nb_arena_copy(r->arena, who);
    if (!who.p) {
        return NB_ENOMEM;
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

/* Whether one of the author's documents of the days around at_ms is gone: some of them are read. */
static enum nb_err look_for_deleted(struct reader *r, struct nb_slice who, int64_t at_ms, bool *out)
{
    struct nb_key key, until;
    struct nb_slice at, value;
    struct nb_cursor *cursor;
    nb_key_text(&key, who);
    until = key;
    nb_key_add_u64(&key, nb_key_time(at_ms - DELETED_DAYS * day_ms));
    nb_key_add_u64(&until, nb_key_time(at_ms + DELETED_DAYS * day_ms));
    enum nb_err err = nb_cursor_open(r->txn, NB_TBL_AUTHOR_DOC, &cursor);
    if (err) {
        return err;
    }
    err = nb_cursor_seek(cursor, nb_key_slice(&key), &at, &value);
    for (int i = 0; err == NB_OK && !*out && i < DELETED_ROWS; i++) {
        struct nb_author_doc *doc;
        if (nb_slice_cmp(at, nb_key_slice(&until)) >= 0) {
            break;
        }
        nb_arena_reset(r->scratch);
        err = nb_author_doc_decode(value, r->scratch, &doc);
        *out = err == NB_OK && doc->deleted;
        err = err == NB_OK ? nb_cursor_next(cursor, &at, &value) : err;
    }
    nb_cursor_close(cursor);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* When an author was first heard of, at_ms at the latest, and whether something is gone since. */
static enum nb_err look_up(struct reader *r, struct nb_slice who, int64_t at_ms, int64_t *first_ms,
                           bool *deleted)
{
    struct nb_author *author;
    *first_ms = at_ms;
    *deleted = false;
    nb_arena_reset(r->scratch);
    enum nb_err err = nb_analysis_author(r->txn, who, r->scratch, &author);
    if (err == NB_OK && author->has_first_ms && author->first_ms < at_ms) {
        *first_ms = author->first_ms;
    }
    return err == NB_OK          ? look_for_deleted(r, who, at_ms, deleted)
           : err == NB_ENOTFOUND ? NB_OK
                                 : err;
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
            enum nb_err err =
                look_up(r, names[author], r->acts[i].at_ms, &first_ms[author], &deleted[author]);
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

/* Authors of mentions, every step-th one: where there are too many, every other one goes. */
struct sample {
    struct nb_slice names[USUAL_AUTHORS];
    size_t n;
    uint64_t step, seen;
    struct nb_arena *arena;
};

static enum nb_err take_sample(void *arg, const struct nb_mention_brief *row)
{
    struct sample *s = arg;
    if (!row->author.len || s->seen++ % s->step) {
        return NB_OK;
    }
    if (s->n == USUAL_AUTHORS) {
        for (size_t i = 0; i < USUAL_AUTHORS / 2; i++) {
            s->names[i] = s->names[2 * i];
        }
        s->n = USUAL_AUTHORS / 2;
        s->step *= 2; /* the one at hand stays: it is the first of the new step */
    }
    s->names[s->n] = nb_arena_copy(s->arena, row->author);
    return s->names[s->n++].p ? NB_OK : NB_ENOMEM;
}

/* Authors of the week before, some of them: how many are new, how many delete. */
static enum nb_err take_usual(struct reader *r, struct nb_slice topic, int64_t before_ms,
                              struct nb_coordination_usual *out)
{
    struct sample *s = nb_arena_calloc(r->arena, 1, sizeof(*s));
    if (!s) {
        return NB_ENOMEM;
    }
    s->step = 1;
    s->arena = r->arena;
    enum nb_err err =
        nb_mentions_each(r->txn, topic, before_ms - USUAL_DAYS * day_ms, before_ms, take_sample, s);
    if (s->n) {
        qsort(s->names, s->n, sizeof(s->names[0]), by_name);
    }
    for (size_t i = 0; err == NB_OK && i < s->n; i++) {
        int64_t first_ms;
        bool deleted;
        if (i && nb_slice_eq(s->names[i], s->names[i - 1])) {
            continue;
        }
        err = look_up(r, s->names[i], before_ms, &first_ms, &deleted);
        out->authors_n++;
        out->new_n += before_ms - first_ms < USUAL_DAYS * day_ms;
        out->deleted_n += deleted;
    }
    return err;
}

static enum nb_err read_set(struct reader *r, struct nb_slice topic, const uint64_t *numbers,
                            size_t n, struct nb_coordination_set *out)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = add_document(r, numbers[i]);
    }
    if (err == NB_OK) {
        err = take_authors(r, out);
    }
    if (err == NB_OK && topic.len && r->n) {
        int64_t first_ms = r->acts[0].at_ms;
        for (size_t i = 1; i < r->n; i++) {
            first_ms = r->acts[i].at_ms < first_ms ? r->acts[i].at_ms : first_ms;
        }
        err = take_usual(r, topic, first_ms, &out->usual);
    }
    return err;
}

enum nb_err nb_coordination_of_documents(struct nb_txn *txn, struct nb_slice topic,
                                         const uint64_t *numbers, size_t n, struct nb_arena *arena,
                                         struct nb_coordination_set *out)
{
    size_t skip = n > NB_COORDINATION_ROWS_MAX ? n - NB_COORDINATION_ROWS_MAX : 0;
    struct reader r = {.txn = txn, .arena = arena, .scratch = nb_arena_new(SCRATCH_BYTES)};
    struct nb_coordination_set set = {0};
    r.acts = nb_arena_calloc(arena, n - skip + 1, sizeof(r.acts[0]));
    r.who = nb_arena_calloc(arena, n - skip + 1, sizeof(r.who[0]));
    enum nb_err err = r.scratch && r.acts && r.who
                          ? read_set(&r, topic, numbers + skip, n - skip, &set)
                          : NB_ENOMEM;
    if (err == NB_OK) {
        set.acts = r.acts;
        set.acts_n = r.n;
        err = nb_coordination_judge(r.acts, r.n, set.authors_n, &set.usual, arena, &set.judged);
    }
    if (err == NB_OK) {
        *out = set;
    }
    nb_arena_free(r.scratch);
    return err;
}
