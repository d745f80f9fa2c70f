/*
 * A small world for tests of the analysis store: posts written by hand, committed as the analyzer
 * would, and a dump of everything stored.
 */
#ifndef NABIZ_TEST_WORLD_H
#define NABIZ_TEST_WORLD_H

#include "tests/lib/test.h"

#include <nabiz/analysis.h>
#include <nabiz/date.h>
#include <nabiz/incident.h>
#include <nabiz/log.h>
#include <nabiz/store.h>

#include "analyzer/commit.h"
#include "tests/unit/story.h"

enum { WORLD_ACTS = 4 };

/* The first day of the world. */
#define WORLD_DAY_MS STORY_DAY_MS

struct act {
    Nb__Edge__Act act; /* 0 ends the list */
    const char *to;    /* as nb_annotate() would give it: "site/handle" or "site/" */
    const char *url;
};

struct post {
    int64_t at_ms;
    const char *author; /* "site/handle" or "site/" */
    const char *url;
    const char *topic; /* NULL: none */
    int32_t score_milli;
    int32_t toward_milli; /* toward the topic by itself; 0: as a whole */
    int64_t comments_n;   /* -1: unknown */
    int64_t late_ms;      /* fetched this long after it was published */
    const char *guid;     /* identity is this, or the URL when NULL */
    const char *name;     /* of the author */
    const char *event;    /* type of a life event of the author that happened; NULL: none */
    const char *city;     /* where; NULL: not said */
    int32_t synthetic_milli;
    struct act acts[WORLD_ACTS];
    uint32_t signs;       /* of the text */
    uint64_t followers_n; /* of the author; 0: not known */
    int64_t read_ms;      /* when those were read */
    bool deleted;         /* not there any more */
    bool skipped;
    bool undated;
    const char *thread; /* URL of the page that opens it; NULL: it stands alone */
    int64_t views_n;    /* 0: unknown; instead of comments */
};

struct world {
    char *dir;
    struct nb_store *store;
    struct nb_arena *arena;   /* items and answers */
    struct nb_arena *scratch; /* of the commit */
    uint64_t last;
    uint32_t alerts_n;
    const struct nb_seed_names *seeds; /* whom trust walks from; NULL: nobody is named */
    struct nb_standing_keep *standing; /* NULL: none is kept */
};

static inline void world_open(struct world *w, uint64_t map_bytes)
{
    *w = (struct world){.dir = nbt_tmpdir()};
    const struct nb_store_options options = {.map_bytes = map_bytes, .max_bytes = 1u << 30};
    struct nb_error error = {0};
    if (nb_store_open(w->dir, NB_STORE_ANALYSIS, &options, &w->store, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    w->arena = nb_arena_new(256u << 20);
    w->scratch = nb_arena_new(64u << 20);
}

static inline void world_close(struct world *w)
{
    nb_store_close(w->store);
    nb_arena_free(w->arena);
    nb_arena_free(w->scratch);
    nbt_rmdir(w->dir);
}

static inline char *world_text(struct world *w, const char *text)
{
    return text ? nb_arena_strdup(w->arena, nb_slice_str(text)) : NULL;
}

static inline char *world_site(struct world *w, const char *author)
{
    const char *slash = strchr(author, '/');
    return nb_arena_strdup(w->arena, nb_slice(author, (size_t)(slash - author)));
}

/* The only one that the document has. */
static inline void world_engagement(struct world *w, const char *kind, int64_t n,
                                    struct nb_document *d)
{
    Nb__Engagement *count = nb_arena_alloc(w->arena, sizeof(*count));
    nb__engagement__init(count);
    count->kind = world_text(w, kind);
    count->has_count = 1;
    count->count = (uint64_t)n;
    d->engagement = nb_arena_alloc(w->arena, sizeof(d->engagement[0]));
    d->engagement[0] = count;
    d->n_engagement = 1;
}

static inline Nb__Audience *world_audience(struct world *w, const struct post *post)
{
    struct nb_audience *audience = nb_audience_new(w->arena);
    audience->has_followers_n = audience->has_read_ms = 1;
    audience->followers_n = post->followers_n;
    audience->read_ms = post->read_ms;
    audience->source = world_text(w, "import");
    return audience;
}

static inline struct nb_document *world_document(struct world *w, const struct post *post,
                                                 uint64_t number)
{
    struct nb_document *d = nb_document_new(w->arena);
    d->has_number = 1;
    d->number = number;
    story_identify(d,
                   nb_document_identity(NB_LIT("w.example"), nb_slice_str(post->guid),
                                        nb_slice_str(post->url)),
                   w->arena);
    d->url = world_text(w, post->url);
    d->author_name = world_text(w, post->name);
    d->has_published_ms = !post->undated;
    d->published_ms = post->at_ms;
    d->has_fetched_ms = 1;
    d->fetched_ms = post->at_ms + post->late_ms;
    d->has_deleted = d->deleted = post->deleted;
    if (post->comments_n >= 0) {
        world_engagement(w, "comments", post->comments_n, d);
    }
    if (post->views_n) {
        world_engagement(w, "views", post->views_n, d);
    }
    d->thread = world_text(w, post->thread);
    if (post->followers_n) {
        d->audience = world_audience(w, post);
    }
    return d;
}

static inline struct nb_edge *world_edge(struct world *w, const struct post *post,
                                         const struct act *act)
{
    struct nb_edge *edge = nb_edge_new(w->arena);
    edge->from = world_text(w, post->author);
    edge->to = world_text(w, act->to);
    edge->url = world_text(w, act->url);
    edge->has_act = 1;
    edge->act = act->act;
    return edge;
}

static inline Nb__Sentiment *world_sentiment(struct world *w, int32_t score_milli)
{
    Nb__Sentiment *s = nb_arena_alloc(w->arena, sizeof(*s));
    nb__sentiment__init(s);
    s->has_label = s->has_score_milli = 1;
    s->label = score_milli < 0   ? NB__LABEL__NEGATIVE
               : score_milli > 0 ? NB__LABEL__POSITIVE
                                 : NB__LABEL__NEUTRAL;
    s->score_milli = score_milli;
    return s;
}

static inline void world_event(struct world *w, const struct post *post, struct nb_annotation *a)
{
    Nb__LifeEvent *event = nb_arena_alloc(w->arena, sizeof(*event));
    nb__life_event__init(event);
    event->type = world_text(w, post->event);
    event->subject = world_text(w, "self");
    event->stage = world_text(w, "happened");
    event->city = world_text(w, post->city);
    a->life_events = nb_arena_alloc(w->arena, sizeof(a->life_events[0]));
    a->life_events[0] = event;
    a->n_life_events = 1;
}

static inline struct nb_annotation *world_annotation(struct world *w, const struct post *post)
{
    struct nb_annotation *a = nb_annotation_new(w->arena);
    a->author = world_text(w, post->author);
    a->site = world_site(w, post->author);
    a->has_at_ms = 1;
    a->at_ms = post->at_ms;
    a->has_synthetic_milli = 1;
    a->synthetic_milli = post->synthetic_milli;
    a->has_comments_n = post->comments_n >= 0;
    a->comments_n = post->comments_n >= 0 ? (uint64_t)post->comments_n : 0;
    a->sentiment = world_sentiment(w, post->score_milli);
    if (post->topic) {
        a->n_topics = 1;
        a->topics = nb_arena_alloc(w->arena, sizeof(a->topics[0]));
        a->topics[0] = nb_arena_alloc(w->arena, sizeof(*a->topics[0]));
        nb__topic_hit__init(a->topics[0]);
        a->topics[0]->topic = world_text(w, post->topic);
        a->topics[0]->sentiment =
            post->toward_milli ? world_sentiment(w, post->toward_milli) : NULL;
    }
    if (post->event) {
        world_event(w, post, a);
    }
    a->has_signs = post->signs != 0;
    a->signs = post->signs;
    a->edges = nb_arena_alloc(w->arena, WORLD_ACTS * sizeof(a->edges[0]));
    while (a->n_edges < WORLD_ACTS && post->acts[a->n_edges].act) {
        a->edges[a->n_edges] = world_edge(w, post, &post->acts[a->n_edges]);
        a->n_edges++;
    }
    return a;
}

/* Commit posts as the next documents of the log, batch_n at a time. */
static inline void world_commit(struct world *w, const struct post *posts, size_t n, size_t batch_n)
{
    struct nb_commit_item *items = nb_arena_calloc(w->arena, batch_n, sizeof(*items));
    for (size_t i = 0; i < n;) {
        struct nb_commit commit = {.items = items, .from = w->last + 1, .arena = w->scratch};
        memset(commit.knowledge.b, 7, sizeof(commit.knowledge.b));
        for (; i < n && commit.items_n < batch_n; i++) {
            items[commit.items_n].document = world_document(w, &posts[i], ++w->last);
            items[commit.items_n].annotation =
                posts[i].skipped || posts[i].deleted ? NULL : world_annotation(w, &posts[i]);
            commit.items_n++;
        }
        commit.cursor = w->last;
        struct nb_weights weights;
        nb_weights_usual(&weights);
        commit.weights = w->seeds ? &weights : NULL;
        commit.seeds = w->seeds;
        commit.standing = w->standing;
        struct nb_error error = {0};
        if (nb_store_write(w->store, nb_commit_run, &commit, &error) != NB_OK) {
            fail_msg("%s", nb_error_text(&error));
        }
        w->alerts_n += commit.alerts_n;
    }
}

static inline struct nb_txn *world_read(struct world *w)
{
    struct nb_txn *txn;
    assert_int_equal(nb_read_begin(w->store, &txn, NULL), NB_OK);
    return txn;
}

static inline size_t world_count(struct world *w, enum nb_table_id table)
{
    struct nb_txn *txn = world_read(w);
    size_t n = (size_t)nb_table_count(txn, table);
    nb_read_end(txn);
    return n;
}

/* A stream of posts that touches everything: revisions, topics, acts, names, late and skipped ones;
 * the same for the same seed. The strings live in the world's arena. */
static inline void world_generate(struct world *w, uint32_t seed, struct post *posts, size_t n)
{
    static const char *const topics[] = {NULL, "acme", "rakip", "acme"};
    uint32_t r = seed;
    for (size_t i = 0; i < n; i++) {
        uint32_t d[8];
        for (size_t k = 0; k < 8; k++) {
            r = r * 1664525u + 1013904223u;
            d[k] = r >> 8;
        }
        uint32_t site = d[0] % 5;
        uint32_t author = d[1] % 7;
        struct post *p = &posts[i];
        *p = (struct post){
            .at_ms = WORLD_DAY_MS + (int64_t)i * 20 * NB_MINUTE_MS - (d[2] % 3) * NB_HOUR_MS,
            .author = nb_arena_printf(w->arena, "s%u.example/", site),
            .topic = topics[d[3] % 4],
            .score_milli = (int32_t)(d[4] % 3) * 500 - 500,
            .comments_n = (int64_t)(d[4] % 10) - 2,
            .late_ms = NB_MINUTE_MS,
            .followers_n = d[6] % 3 ? 0 : 1 + d[0] % 900,
            .read_ms = WORLD_DAY_MS + (int64_t)(d[7] % 40) * NB_HOUR_MS,
            .name = d[5] % 2 ? "Bir Ad" : NULL,
            .event = d[7] % 5 == 0   ? "moving"
                     : d[7] % 5 == 1 ? "illness"
                                     : NULL,
            .city = d[2] % 2 ? "Bursa" : NULL,
            .skipped = d[5] % 37 == 0,
        };
        if (author) {
            p->author = nb_arena_printf(w->arena, "s%u.example/a%u", site, author);
        }
        if (p->comments_n < 0) {
            p->comments_n = -1;
        }
        /* One in six is a revision of an earlier one: it has its URL. */
        p->url = i > 10 && d[6] % 6 == 0
                     ? posts[d[7] % i].url
                     : nb_arena_printf(w->arena, "https://s%u.example/p/%zu", site, i);
        size_t acts_n = d[2] % WORLD_ACTS;
        for (size_t k = 0; i > 0 && k < acts_n; k++) {
            const struct post *other = &posts[(d[3] + k * d[6]) % i];
            uint32_t act = 1 + (d[4] + (uint32_t)k) % 6;
            p->acts[k] = (struct act){
                (Nb__Edge__Act)act,
                act == NB__EDGE__ACT__MENTION
                    ? other->author
                    : nb_arena_printf(w->arena, "%s/", world_site(w, other->author)),
                act == NB__EDGE__ACT__MENTION ? NULL : other->url,
            };
        }
    }
}

#endif
