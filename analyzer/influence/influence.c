/*
 * Each part is measured by a function that also says what every row of evidence adds to it. A part
 * of v thousandths with a share of w makes v * w points, which are shared out to the rows in
 * proportion; so every column of the ledger adds up to its part, and all of them to the score. A
 * part that is not known makes no points.
 */
#include <nabiz/influence.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <nabiz/hash.h>

#include "analyzer/influence/authors.h"
#include "analyzer/influence/crowd.h"
#include "analyzer/influence/denial.h"
#include "analyzer/influence/parts.h"
#include "analyzer/influence/surroundings.h"
#include "analyzer/influence/voices.h"
#include "analyzer/keys.h"

enum { SCRATCH_BYTES = 1 << 30, SENTIMENT_LEAST = 1 };

static const char *const part_names[] = {"reach", "expertise", "trust", "spread", "reception"};

const char *nb_part_name(enum nb_part part)
{
    return part_names[part];
}

/* One author as measured: rows of the ledger stand beside rows of evidence. */
struct measured {
    struct nb_evidence evidence;
    struct nb_ledger_row *ledger; /* evidence.n, and two that cut */
    size_t ledger_n;
    int64_t followers_read_ms;
    struct nb_influencer who;
};

static int32_t *part_of(struct nb_influencer *who, size_t part)
{
    int32_t *const parts[NB_PARTS_N] = {&who->reach_milli, &who->expertise_milli, &who->trust_milli,
                                        &who->spread_milli, &who->reception_milli};
    return parts[part];
}

static int32_t share_of(const struct nb_weights *w, size_t part)
{
    const int32_t shares[NB_PARTS_N] = {w->reach, w->expertise, w->trust, w->spread, w->reception};
    return shares[part];
}

static const char *act_of(const struct nb_row *row)
{
    return row->kind == NB_ROW_POST      ? "post"
           : row->kind == NB_ROW_DELETED ? "deleted"
                                         : nb_act_name(row->edge->act);
}

static enum nb_err open_ledger(struct measured *m, struct nb_arena *arena)
{
    const struct nb_evidence *e = &m->evidence;
    m->ledger = nb_arena_calloc(arena, e->n + 2, sizeof(m->ledger[0]));
    for (size_t i = 0; m->ledger && i < e->n; i++) {
        const struct nb_row *row = &e->rows[i];
        m->ledger[i] =
            (struct nb_ledger_row){.at_ms = row->at_ms,
                                   .act = act_of(row),
                                   .who = row->who,
                                   .url = row->edge ? nb_field(row->edge->url) : nb_slice(NULL, 0),
                                   .number = row->number};
    }
    m->ledger_n = e->n;
    return m->ledger ? NB_OK : NB_ENOMEM;
}

static enum nb_err add_part(struct measured *m, size_t part, nb_part_fn *fn, struct nb_arena *arena)
{
    struct nb_evidence *e = &m->evidence;
    int64_t *adds = nb_arena_calloc(arena, e->n, sizeof(*adds));
    int32_t *points = nb_arena_calloc(arena, e->n, sizeof(*points));
    if (!adds || !points) {
        return NB_ENOMEM;
    }
    int32_t value = fn(e, adds);
    *part_of(&m->who, part) = value;
    if (value == NB_UNKNOWN_MILLI) {
        return NB_OK;
    }
    int64_t all = (int64_t)value * share_of(e->scope->weights, part);
    enum nb_err err = nb_share_out(all, adds, e->n, arena, points);
    for (size_t i = 0; err == NB_OK && i < e->n; i++) {
        m->ledger[i].part_milli[part] = points[i];
        m->ledger[i].points_milli += points[i];
    }
    m->who.part_points_milli[part] = all;
    m->who.points_milli += all;
    return err;
}

/* A row at the end that takes points off, or gives back what is below 0. */
static void cut(struct measured *m, const char *why, int64_t points_milli)
{
    const struct nb_evidence *e = &m->evidence;
    m->ledger[m->ledger_n++] = (struct nb_ledger_row){.at_ms = e->n ? e->rows[e->n - 1].at_ms : 0,
                                                      .act = "cut",
                                                      .who = nb_slice_str(why),
                                                      .points_milli = (int32_t)points_milli};
    m->who.points_milli += points_milli;
}

static void finish(struct measured *m)
{
    const struct nb_weights *w = m->evidence.scope->weights;
    int32_t risk = m->who.coordination_milli;
    if (risk != NB_UNKNOWN_MILLI && risk >= w->coordination_from && m->who.points_milli > 0) {
        cut(m, "coordinated", -(m->who.points_milli * risk / 1000));
    }
    if (m->who.points_milli < 0) {
        cut(m, "not below 0", -m->who.points_milli);
    }
    m->who.score_milli = (int32_t)(m->who.points_milli / 1000);
}

static enum nb_err add_interval(struct measured *m, struct nb_arena *arena)
{
    const struct nb_evidence *e = &m->evidence;
    int64_t *points = nb_arena_calloc(arena, e->groups_n + 1, sizeof(*points));
    if (!points) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < m->ledger_n; i++) {
        points[i < e->n ? e->rows[i].group : 0] += m->ledger[i].points_milli;
    }
    if (!nb_interval(points, e->groups_n, e->scope->weights, nb_hash64(e->author), arena,
                     &m->who.low_milli, &m->who.high_milli)) {
        m->who.low_milli = m->who.high_milli = NB_UNKNOWN_MILLI;
    }
    return nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
}

static int32_t mean_sentiment(const struct nb_evidence *e)
{
    int64_t sum = 0;
    int64_t n = 0;
    for (size_t i = 0; i < e->n; i++) {
        if (e->rows[i].kind == NB_ROW_POST && e->rows[i].score_milli != NB_UNKNOWN_MILLI) {
            sum += e->rows[i].score_milli;
            n++;
        }
    }
    return n >= SENTIMENT_LEAST ? (int32_t)(sum / n) : NB_UNKNOWN_MILLI;
}

static uint64_t shouting(const struct nb_evidence *e)
{
    uint64_t n = 0;
    for (size_t i = 0; i < e->n; i++) {
        n += e->rows[i].kind == NB_ROW_POST && nb_shouts(e->rows[i].doc->signs);
    }
    return n;
}

/* Those who act within the window and on the topic. */
static uint64_t count_voices(const struct nb_evidence *e)
{
    uint64_t n = 0;
    memset(e->per_group, 0, (e->groups_n + 1) * sizeof(e->per_group[0]));
    for (size_t i = 0; i < e->n; i++) {
        if (e->rows[i].kind == NB_ROW_ACT) {
            n += e->per_group[e->rows[i].group]++ == 0;
        }
    }
    return n;
}

static enum nb_err describe(struct measured *m, const struct nb_author *row, struct nb_arena *arena)
{
    const struct nb_evidence *e = &m->evidence;
    struct nb_influencer *who = &m->who;
    *who = (struct nb_influencer){.author = e->author,
                                  .site = nb_author_site(e->author),
                                  .name = nb_field(row->name),
                                  .posts_n = e->posts_n,
                                  .shouting_n = shouting(e),
                                  .trust_milli = NB_UNKNOWN_MILLI,
                                  .trust_of = nb_standing_basis(e->scope->standing),
                                  .coordination_milli = NB_UNKNOWN_MILLI,
                                  .sentiment_milli = mean_sentiment(e),
                                  .sites_n = e->sites_n,
                                  .answering_n = e->answering_n,
                                  .boosting_n = e->boosting_n,
                                  .groups_n = count_voices(e)};
    const struct nb_coordination_risk *risk = nb_crowd_risk(e->scope->crowd, e->author);
    if (risk) {
        who->coordination_milli = risk->risk_milli;
        who->coordination = nb_coordination_sign_name(risk->sign);
        who->coordination_number = risk->number;
    }
    if (!who->name.len) {
        struct nb_slice handle = nb_slice_sub(e->author, who->site.len + 1, e->author.len);
        who->name = handle.len ? handle : who->site;
    }
    const char *boosting =
        e->boosting_n ? nb_arena_printf(arena, ", boosting authors: %" PRIu64, e->boosting_n) : "";
    who->evidence =
        boosting ? nb_arena_printf(arena,
                                   "linking sites: %" PRIu64 ", answering authors: %" PRIu64
                                   "%s, independent voices: %" PRIu64 ", documents: %zu",
                                   e->sites_n, e->answering_n, boosting, who->groups_n, e->posts_n)
                 : NULL;
    return who->evidence ? NB_OK : NB_ENOMEM;
}

/* What is known around the author's documents that tells how many see them. */
static enum nb_err look_around(struct measured *m, struct nb_arena *arena)
{
    struct nb_evidence *e = &m->evidence;
    struct nb_surroundings *around = e->scope->around;
    struct nb_followers followers;
    uint64_t *thread_views = nb_arena_alloc(arena, e->n * sizeof(*thread_views));
    enum nb_err err = thread_views
                          ? nb_surroundings_site(around, nb_author_site(e->author), &e->site)
                          : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < e->n; i++) {
        struct nb_reach_count views = {.known = false};
        if (e->rows[i].kind == NB_ROW_POST) {
            err = nb_surroundings_thread(around, e->rows[i].doc, &views);
        }
        thread_views[i] = views.known ? views.n : UINT64_MAX;
    }
    err = err ? err : nb_surroundings_followers(around, e->author, &followers);
    if (err == NB_OK) {
        e->thread_views = thread_views;
        e->followers = followers.count;
        m->followers_read_ms = followers.read_ms;
    }
    return err;
}

static void take_people(struct measured *m)
{
    const struct nb_reach *reach = &m->evidence.reach;
    const struct nb_reach_count *followers = &m->evidence.followers;
    m->who.people =
        (struct nb_people){.known = reach->known,
                           .measured = reach->measured,
                           .n = reach->people_n,
                           .low_n = reach->low_n,
                           .high_n = reach->high_n,
                           .basis = reach->known ? nb_reach_basis_name(reach->basis) : NULL,
                           .followers_known = followers->known,
                           .followers_n = followers->n,
                           .followers_read_ms = m->followers_read_ms};
}

/* Everything about one author. @return also NB_ENOTFOUND. */
static enum nb_err measure(const struct nb_scope *scope, struct nb_slice author,
                           struct nb_arena *arena, struct measured *m)
{
    static nb_part_fn *const parts[NB_PARTS_N] = {[NB_PART_REACH] = nb_part_reach,
                                                  [NB_PART_EXPERTISE] = nb_part_expertise,
                                                  [NB_PART_TRUST] = nb_part_trust,
                                                  [NB_PART_SPREAD] = nb_part_spread,
                                                  [NB_PART_RECEPTION] = nb_part_reception};
    struct nb_author *row;
    *m = (struct measured){0};
    enum nb_err err = nb_analysis_author(scope->txn, author, arena, &row);
    if (err == NB_OK) {
        err = nb_evidence_read(scope, author, arena, &m->evidence);
    }
    if (err == NB_OK) {
        err = look_around(m, arena);
    }
    if (err == NB_OK) {
        err = describe(m, row, arena);
    }
    if (err == NB_OK) {
        err = open_ledger(m, arena);
    }
    for (size_t part = 0; err == NB_OK && part < NB_PARTS_N; part++) {
        if (parts[part]) {
            err = add_part(m, part, parts[part], arena);
        }
    }
    if (err) {
        return err;
    }
    take_people(m);
    finish(m);
    err = add_interval(m, arena);
    return err == NB_OK && nb_arena_failed(arena) ? NB_ENOMEM : err;
}

static int by_score(const void *a, const void *b)
{
    const struct nb_influencer *x = a;
    const struct nb_influencer *y = b;
    if (x->points_milli != y->points_milli) {
        return x->points_milli < y->points_milli ? 1 : -1;
    }
    return nb_slice_cmp(x->author, y->author);
}

/* What outlives the scratch memory. */
static enum nb_err keep(const struct nb_influencer *who, struct nb_slice author,
                        struct nb_arena *arena, struct nb_influencer *out)
{
    *out = *who;
    out->author = author;
    out->site = nb_author_site(author);
    out->name = nb_arena_copy(arena, who->name);
    out->evidence = nb_arena_strdup(arena, nb_slice_str(who->evidence));
    return out->name.p && out->evidence ? NB_OK : NB_ENOMEM;
}

/* A scope with all it refers to. */
struct opened {
    struct nb_scope scope;
    struct nb_weights weights;
    struct nb_crowd crowd;
    struct nb_voices *voices;
    const struct nb_slice *authors; /* of any site */
    size_t authors_n;
};

static enum nb_err open_standing(struct nb_scope *scope, const struct nb_influence_query *query,
                                 struct nb_arena *arena)
{
    uint64_t *numbers = nb_arena_calloc(arena, scope->posts_n, sizeof(*numbers));
    for (size_t i = 0; numbers && i < scope->posts_n; i++) {
        numbers[i] = scope->posts[i].number;
    }
    const struct nb_standing_query asked = {.topic = query->topic,
                                            .from_ms = query->trust_from_ms,
                                            .to_ms = query->to_ms,
                                            .numbers = numbers,
                                            .numbers_n = scope->posts_n};
    return numbers ? nb_standing_open(scope->txn, &asked, &scope->standing) : NB_ENOMEM;
}

static enum nb_err open_scope(struct nb_txn *txn, const struct nb_influence_query *query,
                              struct nb_arena *arena, struct opened *o)
{
    *o = (struct opened){.scope = {.txn = txn,
                                   .topic = query->topic,
                                   .from_ms = query->from_ms,
                                   .to_ms = query->to_ms,
                                   .weights = &o->weights}};
    enum nb_err err = NB_OK;
    if (query->weights) {
        o->weights = *query->weights;
    } else {
        err = nb_weights_in_force(txn, &o->weights);
    }
    if (err == NB_OK) {
        err = nb_scope_posts(&o->scope, arena);
    }
    if (err == NB_OK) {
        err = open_standing(&o->scope, query, arena);
    }
    if (err == NB_OK) {
        err = nb_surroundings_new(txn, query->from_ms, query->to_ms, &o->scope.around);
    }
    if (err == NB_OK) {
        err = nb_crowd_read(&o->scope, arena, &o->crowd);
        o->scope.crowd = &o->crowd;
    }
    if (err == NB_OK) {
        err = nb_scope_authors(&o->scope, arena, &o->authors, &o->authors_n);
    }
    if (err == NB_OK) {
        err = nb_voices_read(&o->scope, o->authors, o->authors_n, NB_VOICES_ACTS_MAX, &o->voices);
        o->scope.voices = o->voices;
    }
    return err ? err : nb_crowd_usual(&o->scope, o->authors, o->authors_n, &o->scope.usual_micro);
}

static void close_scope(struct opened *o)
{
    nb_standing_close(o->scope.standing);
    nb_surroundings_free(o->scope.around);
    nb_voices_free(o->voices);
}

/* Of the authors of the scope, those of the site that is asked for, and not too many. */
static enum nb_err choose_authors(struct opened *o, struct nb_slice site, struct nb_arena *arena)
{
    struct nb_slice *wanted = nb_arena_calloc(arena, o->authors_n, sizeof(*wanted));
    size_t n = 0;
    if (!wanted) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < o->authors_n; i++) {
        if (!site.len || nb_slice_eq(nb_author_site(o->authors[i]), site)) {
            wanted[n++] = o->authors[i];
        }
    }
    o->authors = wanted;
    o->authors_n = n;
    return nb_authors_foremost(o->scope.txn, NB_INFLUENCERS_MAX, arena, &o->authors, &o->authors_n);
}

enum nb_err nb_influence_list(struct nb_txn *txn, const struct nb_influence_query *query,
                              struct nb_arena *arena, const struct nb_influencer **out,
                              size_t *out_n)
{
    struct opened o = {.authors_n = 0};
    size_t n = 0;
    struct nb_arena *scratch = nb_arena_new(SCRATCH_BYTES);
    enum nb_err err = scratch ? open_scope(txn, query, arena, &o) : NB_ENOMEM;
    if (err == NB_OK) {
        err = choose_authors(&o, query->site, arena);
    }
    struct nb_influencer *rows = nb_arena_calloc(arena, o.authors_n, sizeof(rows[0]));
    if (err == NB_OK && !rows) {
        err = NB_ENOMEM;
    }
    for (size_t i = 0; err == NB_OK && i < o.authors_n; i++) {
        struct measured m;
        nb_arena_reset(scratch);
        err = measure(&o.scope, o.authors[i], scratch, &m);
        if (err == NB_OK) {
            err = keep(&m.who, o.authors[i], arena, &rows[n++]);
        }
        err = err == NB_ENOTFOUND ? NB_OK : err; /* all that was posted is deleted */
    }
    nb_arena_free(scratch);
    close_scope(&o);
    if (err) {
        return err;
    }
    if (n) {
        qsort(rows, n, sizeof(rows[0]), by_score);
    }
    *out = rows;
    *out_n = n;
    return NB_OK;
}

/* Acts outside of the window or topic are shown where trust rests on them. @return rows left. */
static size_t drop_idle(struct measured *m)
{
    const struct nb_evidence *e = &m->evidence;
    size_t n = 0;
    for (size_t i = 0; i < m->ledger_n; i++) {
        bool idle = i < e->n && e->rows[i].kind == NB_ROW_SUPPORT && !m->ledger[i].points_milli;
        if (!idle) {
            m->ledger[n++] = m->ledger[i];
        }
    }
    return n;
}

enum nb_err nb_influence_ledger(struct nb_txn *txn, struct nb_slice author,
                                const struct nb_influence_query *query, struct nb_arena *arena,
                                struct nb_influencer *out, const struct nb_ledger_row **out_rows,
                                size_t *out_rows_n)
{
    struct opened o = {.authors_n = 0};
    struct nb_slice id;
    struct measured m;
    enum nb_err err = open_scope(txn, query, arena, &o);
    if (err == NB_OK) {
        err = nb_author_id(author, nb_slice(NULL, 0), arena, &id);
    }
    if (err == NB_OK) {
        err = id.len ? measure(&o.scope, id, arena, &m) : NB_ENOTFOUND;
    }
    close_scope(&o);
    if (err) {
        return err;
    }
    *out = m.who;
    *out_rows = m.ledger;
    *out_rows_n = drop_idle(&m);
    return NB_OK;
}
