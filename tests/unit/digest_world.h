/*
 * A small world for tests of what people meet: documents written by hand, appended to a log and
 * committed as the analyzer would, with both stores in one directory.
 */
#ifndef NABIZ_TEST_DIGEST_WORLD_H
#define NABIZ_TEST_DIGEST_WORLD_H

#include "tests/lib/test.h"

#include <nabiz/config.h>
#include <nabiz/date.h>
#include <nabiz/log.h>
#include <nabiz/store.h>
#include <nabiz/zone.h>

#include "analyzer/commit.h"
#include "analyzer/topics/shingles.h"
#include "tests/unit/story.h"

/* 2026-11-21T00:00:00+03:00, a Saturday: the day that is reported. */
#define THE_DAY_MS (20778 * NB_DAY_MS - 3 * NB_HOUR_MS)
#define OFFSET_MIN 180

struct entry {
    int day; /* 0: the day, -1: the day before, ... */
    int hour, minute;
    const char *topic;
    Nb__Kind kind;
    const char *author; /* site/handle */
    const char *name;
    const char *url;
    const char *title;
    const char *text;
    int32_t score_milli;
    uint64_t comments_n;
    const char *thread;
    Nb__Edge__Act act; /* towards the document at `towards`; 0: none */
    const char *towards;
};

struct digest_world {
    char *dir;
    struct nb_store *crawl;
    struct nb_store *analysis;
    struct nb_log *log;
    struct nb_arena *arena;
    struct nb_config *config;
    struct nb_zone *zone;
    uint64_t last;
};

static void must(enum nb_err err, const struct nb_error *error)
{
    if (err != NB_OK) {
        fail_msg("%s: %s", nb_strerror(err), nb_error_text(error));
    }
}

static void digest_world_open_at(struct digest_world *w, char *dir)
{
    *w = (struct digest_world){.dir = dir};
    const struct nb_store_options options = {.map_bytes = 1u << 24, .max_bytes = 1u << 30};
    struct nb_error error = {0};
    must(nb_store_open(w->dir, NB_STORE_CRAWL, &options, &w->crawl, &error), &error);
    must(nb_store_open(w->dir, NB_STORE_ANALYSIS, &options, &w->analysis, &error), &error);
    must(nb_log_open_local(w->crawl, &w->log, &error), &error);
    w->arena = nb_arena_new(64u << 20);
    must(nb_zone_fixed(OFFSET_MIN, &w->zone), &error);
    char data[4200];
    (void)snprintf(data, sizeof(data), "data.dir=%s", w->dir);
    const char *sets[] = {data, "data.templates=config/templates", "serve.listen=127.0.0.1:0"};
    must(nb_config_load(NULL, sets, sizeof(sets) / sizeof(sets[0]), &w->config, &error), &error);
}

/* Close the stores; the directory stays. */
static void digest_world_leave(struct digest_world *w)
{
    nb_config_free(w->config);
    nb_zone_close(w->zone);
    nb_log_close(w->log);
    nb_store_close(w->analysis);
    nb_store_close(w->crawl);
    nb_arena_free(w->arena);
}

static int64_t entry_at(const struct entry *e)
{
    return THE_DAY_MS + e->day * NB_DAY_MS + e->hour * NB_HOUR_MS + e->minute * NB_MINUTE_MS;
}

static char *entry_text(struct digest_world *w, const char *text)
{
    return text ? nb_arena_strdup(w->arena, nb_slice_str(text)) : NULL;
}

static char *entry_site(struct digest_world *w, const struct entry *e)
{
    return nb_arena_strdup(w->arena, nb_slice(e->author, strcspn(e->author, "/")));
}

static void append_entry(struct digest_world *w, const struct entry *e)
{
    struct nb_error error = {0};
    struct nb_document *d = nb_document_new(w->arena);
    story_identify(d, nb_document_identity(NB_LIT(""), NB_LIT(""), nb_slice_str(e->url)), w->arena);
    d->has_kind = 1;
    d->kind = e->kind;
    d->url = entry_text(w, e->url);
    d->site = entry_site(w, e);
    d->author = entry_text(w, e->author);
    d->author_name = entry_text(w, e->name);
    d->title = entry_text(w, e->title);
    d->text = entry_text(w, e->text);
    d->thread = entry_text(w, e->thread);
    d->has_published_ms = 1;
    d->published_ms = entry_at(e);
    d->has_fetched_ms = 1;
    d->fetched_ms = entry_at(e) + NB_MINUTE_MS;
    struct nb_log_batch *batch = nb_log_batch_new();
    struct nb_log_record record;
    must(nb_log_encode(d, w->arena, &record), &error);
    must(nb_log_batch_add(batch, &record), &error);
    must(nb_log_append(w->log, batch, &error), &error);
    nb_log_batch_free(batch);
    w->last++;
}

/* By these the committer finds near-duplicates. */
static void shingle_entry(struct digest_world *w, const struct entry *e, struct nb_annotation *a)
{
    struct tr_token *tokens;
    struct nb_shingles shingles;
    size_t n;
    if (e->text) {
        must(tr_tokenise(nb_slice_str(e->text), w->arena, &tokens, &n), NULL);
        must(nb_shingles_of(NULL, 0, tokens, n, w->arena, &shingles), NULL);
        must(nb_shingles_note(&shingles, w->arena, a), NULL);
    }
}

static struct nb_annotation *annotate_entry(struct digest_world *w, const struct entry *e)
{
    struct nb_annotation *a = nb_annotation_new(w->arena);
    a->author = entry_text(w, e->author);
    a->site = entry_site(w, e);
    a->has_at_ms = 1;
    a->at_ms = entry_at(e);
    a->has_kind = 1;
    a->kind = e->kind;
    a->has_comments_n = 1;
    a->comments_n = e->comments_n;
    a->sentiment = nb_arena_alloc(w->arena, sizeof(*a->sentiment));
    nb__sentiment__init(a->sentiment);
    a->sentiment->has_label = 1;
    a->sentiment->label = e->score_milli < 0   ? NB__LABEL__NEGATIVE
                          : e->score_milli > 0 ? NB__LABEL__POSITIVE
                                               : NB__LABEL__NEUTRAL;
    a->sentiment->has_score_milli = 1;
    a->sentiment->score_milli = e->score_milli;
    a->n_topics = 1;
    a->topics = nb_arena_alloc(w->arena, sizeof(a->topics[0]));
    a->topics[0] = nb_arena_alloc(w->arena, sizeof(*a->topics[0]));
    nb__topic_hit__init(a->topics[0]);
    a->topics[0]->topic = entry_text(w, e->topic);
    shingle_entry(w, e, a);
    if (e->act) {
        struct nb_edge *edge = nb_edge_new(w->arena);
        edge->from = entry_text(w, e->author);
        edge->to = nb_arena_printf(w->arena, "%s/", entry_site(w, e));
        edge->has_act = 1;
        edge->act = e->act;
        edge->has_at_ms = 1;
        edge->at_ms = entry_at(e);
        edge->url = entry_text(w, e->towards);
        a->n_edges = 1;
        a->edges = nb_arena_alloc(w->arena, sizeof(struct nb_edge *));
        a->edges[0] = edge;
    }
    return a;
}

/* Append to the log and, with analysed, commit to the analysis too. */
static void digest_world_add(struct digest_world *w, const struct entry *entries, size_t n,
                             bool analysed)
{
    struct nb_error error = {0};
    struct nb_arena *scratch = nb_arena_new(16u << 20);
    for (size_t i = 0; i < n; i++) {
        append_entry(w, &entries[i]);
        if (!analysed) {
            continue;
        }
        struct nb_commit_item item = {.annotation = annotate_entry(w, &entries[i])};
        struct nb_document *document = NULL;
        must(nb_log_get(w->log, w->last, w->arena, &document, &error), &error);
        item.document = document;
        struct nb_commit commit = {.items = &item,
                                   .items_n = 1,
                                   .cursor = w->last,
                                   .from = 1,
                                   .arena = scratch,
                                   .detail = &error};
        must(nb_store_write(w->analysis, nb_commit_run, &commit, &error), &error);
    }
    nb_arena_free(scratch);
}

/* For the set-up of a test: a world of its own with the entries, analysed. */
static inline int digest_world_begin(void **state, const struct entry *entries, size_t n)
{
    struct digest_world *w = malloc(sizeof(*w));
    digest_world_open_at(w, nbt_tmpdir());
    digest_world_add(w, entries, n, true);
    *state = w;
    return 0;
}

static inline int digest_world_end(void **state)
{
    struct digest_world *w = *state;
    digest_world_leave(w);
    nbt_rmdir(w->dir);
    free(w);
    return 0;
}

#endif
