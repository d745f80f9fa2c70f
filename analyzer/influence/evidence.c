#include "analyzer/influence/evidence.h"

#include <stdlib.h>

#include "analyzer/influence/crowd.h"
#include "analyzer/influence/denial.h"
#include "analyzer/influence/voices.h"
#include "analyzer/keys.h"

bool nb_act_spreads(const struct nb_edge *edge)
{
    return edge->act == NB__EDGE__ACT__LINK || edge->act == NB__EDGE__ACT__QUOTE ||
           edge->act == NB__EDGE__ACT__COPY || edge->act == NB__EDGE__ACT__BOOST;
}

static int by_number(const void *a, const void *b)
{
    const struct nb_topic_post *x = a;
    const struct nb_topic_post *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

enum nb_err nb_scope_posts(struct nb_scope *scope, struct nb_arena *arena)
{
    const struct nb_mention_row *rows;
    size_t n;
    if (!scope->topic.len) {
        return NB_OK;
    }
    enum nb_err err = nb_analysis_mentions(scope->txn, scope->topic, scope->from_ms, scope->to_ms,
                                           arena, &rows, &n);
    if (err) {
        return err;
    }
    struct nb_topic_post *posts = nb_arena_calloc(arena, n, sizeof(*posts));
    if (!posts) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct nb_mention *mention = rows[i].mention;
        bool scored = mention->sentiment && mention->sentiment->has_score_milli;
        posts[i] =
            (struct nb_topic_post){rows[i].number, nb_field(mention->author),
                                   scored ? mention->sentiment->score_milli : NB_UNKNOWN_MILLI};
    }
    if (n) {
        qsort(posts, n, sizeof(*posts), by_number);
    }
    scope->posts = posts;
    scope->posts_n = n;
    return NB_OK;
}

static const struct nb_topic_post *post_of(const struct nb_scope *scope, uint64_t number)
{
    const struct nb_topic_post key = {.number = number};
    return scope->posts_n ? bsearch(&key, scope->posts, scope->posts_n, sizeof(key), by_number)
                          : NULL;
}

static bool is_on_topic(const struct nb_scope *scope, const struct nb_edge *edge,
                        const struct nb_answered *target)
{
    return !scope->topic.len || post_of(scope, edge->number) ||
           (target && post_of(scope, target->number));
}

static void add_docs(struct nb_evidence *e, const struct nb_author_doc_row *docs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct nb_author_doc *doc = docs[i].doc;
        struct nb_row row = {.at_ms = docs[i].at_ms,
                             .number = docs[i].number,
                             .kind = doc->deleted ? NB_ROW_DELETED : NB_ROW_POST,
                             .doc = doc,
                             .who = e->author,
                             .score_milli =
                                 doc->has_score_milli ? doc->score_milli : NB_UNKNOWN_MILLI};
        e->all_posts_n += !doc->deleted;
        if (e->scope->topic.len && !doc->deleted) {
            const struct nb_topic_post *post = post_of(e->scope, docs[i].number);
            if (!post) {
                continue;
            }
            row.score_milli = post->score_milli;
        }
        e->posts_n += !doc->deleted;
        e->rows[e->n++] = row;
    }
}

static bool is_faked(const struct nb_scope *scope, struct nb_slice author)
{
    const struct nb_coordination_risk *risk =
        scope->crowd ? nb_crowd_risk(scope->crowd, author) : NULL;
    return risk && risk->risk_milli >= scope->weights->coordination_from;
}

/* An act within the window and on the topic counts for all parts, another one for trust. */
static enum nb_err add_act(struct nb_evidence *e, const struct nb_edge *edge,
                           const struct nb_answerable *targets)
{
    const struct nb_scope *scope = e->scope;
    const struct nb_answered *target;
    enum nb_err err = nb_edge_target(scope->txn, edge, targets, &target);
    if (err) {
        return err;
    }
    bool counts = edge->at_ms >= scope->from_ms && is_on_topic(scope, edge, target);
    e->rows[e->n++] = (struct nb_row){
        .at_ms = edge->at_ms,
        .number = edge->number,
        .kind = counts ? NB_ROW_ACT : NB_ROW_SUPPORT,
        .edge = edge,
        .who = nb_field(edge->from),
        .faked = is_faked(scope, nb_field(edge->from)),
        .denies = nb_edge_denies(edge, target),
        .target = target ? target->number : 0,
        .score_milli = edge->has_score_milli ? nb_edge_agrees(edge, target) : NB_UNKNOWN_MILLI};
    return NB_OK;
}

static enum nb_err add_acts(struct nb_evidence *e, const struct nb_edge *const *edges, size_t n,
                            const struct nb_answerable *targets)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        if (edges[i]->at_ms < e->scope->to_ms &&
            !nb_slice_eq(nb_field(edges[i]->from), e->author)) {
            err = add_act(e, edges[i], targets);
        }
    }
    return err;
}

static int by_time(const void *a, const void *b)
{
    const struct nb_row *x = a;
    const struct nb_row *y = b;
    if (x->at_ms != y->at_ms) {
        return x->at_ms < y->at_ms ? -1 : 1;
    }
    if (x->number != y->number) {
        return x->number < y->number ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return x->edge ? (x->edge->act > y->edge->act) - (x->edge->act < y->edge->act) : 0;
}

static int by_name(const void *a, const void *b)
{
    const struct nb_actor *x = a;
    const struct nb_actor *y = b;
    int order = nb_slice_cmp(x->name, y->name);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

/* Numbers of different names among voices; puts the number of each name to its rows if wanted. */
static uint32_t number_names(struct nb_actor *voices, size_t n, struct nb_row *rows)
{
    uint32_t names_n = 0;
    if (n) {
        qsort(voices, n, sizeof(voices[0]), by_name);
    }
    for (size_t i = 0; i < n; i++) {
        names_n += i == 0 || !nb_slice_eq(voices[i - 1].name, voices[i].name);
        if (rows) {
            rows[voices[i].row].group = names_n;
        }
    }
    return names_n;
}

static enum nb_err count_voices(struct nb_evidence *e, struct nb_arena *arena)
{
    struct nb_slice own_site = nb_author_site(e->author);
    struct nb_actor *all = nb_arena_calloc(arena, e->n, sizeof(*all));
    struct nb_actor *sites = nb_arena_calloc(arena, e->n, sizeof(*sites));
    struct nb_actor *answering = nb_arena_calloc(arena, e->n, sizeof(*answering));
    struct nb_actor *boosting = nb_arena_calloc(arena, e->n, sizeof(*boosting));
    struct nb_actor *actors = nb_arena_calloc(arena, e->n, sizeof(*actors));
    if (!actors || !all || !sites || !answering || !boosting) {
        return NB_ENOMEM;
    }
    size_t all_n = 0, sites_n = 0, answering_n = 0, boosting_n = 0;
    for (size_t i = 0; i < e->n; i++) {
        const struct nb_edge *edge = e->rows[i].edge;
        if (!edge) {
            continue;
        }
        struct nb_slice voice = nb_voice_of(edge, own_site);
        all[all_n++] = (struct nb_actor){nb_voices_find(e->scope->voices, voice), i};
        actors[e->actors_n++] = (struct nb_actor){nb_field(edge->from), i};
        if (e->rows[i].kind == NB_ROW_SUPPORT) {
            continue;
        }
        if (edge->act == NB__EDGE__ACT__BOOST) {
            boosting[boosting_n++] = (struct nb_actor){nb_field(edge->from), i};
        } else if (!nb_act_spreads(edge)) {
            answering[answering_n++] = (struct nb_actor){nb_field(edge->from), i};
        } else if (!nb_slice_eq(nb_author_site(nb_field(edge->from)), own_site)) {
            sites[sites_n++] = (struct nb_actor){voice, i};
        }
    }
    (void)number_names(actors, e->actors_n, NULL);
    e->actors = actors;
    e->groups_n = number_names(all, all_n, e->rows);
    e->per_group = nb_arena_calloc(arena, e->groups_n + 1, sizeof(e->per_group[0]));
    e->sites_n = number_names(sites, sites_n, NULL);
    e->answering_n = number_names(answering, answering_n, NULL);
    e->boosting_n = number_names(boosting, boosting_n, NULL);
    return e->per_group ? NB_OK : NB_ENOMEM;
}

enum nb_err nb_evidence_read(const struct nb_scope *scope, struct nb_slice author,
                             struct nb_arena *arena, struct nb_evidence *out)
{
    const struct nb_author_doc_row *docs;
    const struct nb_edge *const *edges = NULL;
    size_t docs_n, edges_n = 0;
    *out = (struct nb_evidence){.scope = scope, .arena = arena, .author = author};
    enum nb_err err = nb_analysis_author_docs(scope->txn, author, scope->from_ms, scope->to_ms,
                                              arena, &docs, &docs_n);
    if (err == NB_OK) {
        err = nb_analysis_edges_to(scope->txn, author, arena, &edges, &edges_n);
    }
    if (err) {
        return err;
    }
    out->rows = nb_arena_calloc(arena, docs_n + edges_n, sizeof(out->rows[0]));
    if (!out->rows) {
        return NB_ENOMEM;
    }
    struct nb_answerable targets;
    err = nb_answerable_of(docs, docs_n, arena, &targets);
    if (err == NB_OK) {
        add_docs(out, docs, docs_n);
        err = add_acts(out, edges, edges_n, &targets);
    }
    if (err == NB_OK && out->n) {
        qsort(out->rows, out->n, sizeof(out->rows[0]), by_time);
    }
    if (err == NB_OK && scope->standing) {
        struct nb_standing *standing = NULL;
        err = nb_standing_get(scope->standing, author, arena, &standing);
        out->standing = standing;
    }
    return err ? err : count_voices(out, arena);
}
