#include "analyzer/alerts/explain.h"

#include <stdlib.h>

#include <nabiz/analysis.h>
#include <nabiz/date.h>

#include "analyzer/alerts/forecast.h"
#include "analyzer/alerts/severity.h"
#include "analyzer/alerts/share.h"
#include "analyzer/alerts/streams.h"
#include "analyzer/alerts/why.h"
#include "analyzer/influence/claims.h"
#include "analyzer/influence/coordination_read.h"
#include "analyzer/keys.h"
#include "analyzer/mentions.h"
#include "analyzer/sentiment/opinion.h"

enum {
    SAMPLES_MAX = 10,
    TOP_MAX = 3,
    HEARD_MAX = 50, /* authors whose standing is looked up, those with most documents */
    ANSWERED_MAX = 3,
    CHAIN_READ_MAX = 200, /* documents of a text that are looked at */
    JUDGED_MAX = 300,     /* newest documents whose authors may act as one */
    GROUPS_MAX = 2
};

/* What can hurt people; the other matters cost money, trust or a trial. */
static const uint32_t GRAVE =
    UINT32_C(1) << NB_SIGN_SAFETY | UINT32_C(1) << NB_SIGN_HEALTH | UINT32_C(1) << NB_SIGN_CHILDREN;

/* A name and how many documents came from it. */
struct name_count {
    struct nb_slice name;
    uint64_t n;
};

struct explain {
    struct nb_txn *txn;
    struct nb_arena *arena;
    struct nb_incident *incident;
    struct nb_mention_brief *rows;
    size_t n;
    size_t authors_n, sites_n; /* names in the lists, most documents first */
    struct name_count *authors, *sites;
    uint64_t all_n; /* with those that are not read */
    uint64_t recent_n;
    int64_t recent_from_ms;
    uint32_t coordinated_n; /* authors who act as one */
};

static enum nb_err take(void *arg, const struct nb_mention_brief *row)
{
    struct explain *x = arg;
    if (x->incident->cause && row->cluster != x->incident->cause) {
        return NB_OK;
    }
    x->all_n++;
    x->recent_n += row->at_ms > x->recent_from_ms;
    if (x->n == NB_EXPLAIN_DOCUMENTS_MAX) {
        return NB_OK;
    }
    struct nb_mention_brief *kept = &x->rows[x->n];
    *kept = *row;
    kept->author = nb_arena_copy(x->arena, row->author);
    if (row->author.len && !kept->author.p) {
        return NB_ENOMEM;
    }
    x->authors[x->n] = (struct name_count){kept->author, 1};
    x->sites[x->n] = (struct name_count){nb_author_site(kept->author), 1};
    x->n++;
    return NB_OK;
}

static int by_name(const void *a, const void *b)
{
    return nb_slice_cmp(((const struct name_count *)a)->name, ((const struct name_count *)b)->name);
}

static int by_count(const void *a, const void *b)
{
    const struct name_count *x = a;
    const struct name_count *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : nb_slice_cmp(x->name, y->name);
}

/* Each name once, most documents first. @return how many. */
static size_t count_names(struct name_count *names, size_t n)
{
    size_t names_n = 0;
    qsort(names, n, sizeof(names[0]), by_name);
    for (size_t i = 0; i < n; i++) {
        if (names_n && nb_slice_eq(names[names_n - 1].name, names[i].name)) {
            names[names_n - 1].n++;
        } else {
            names[names_n++] = names[i];
        }
    }
    qsort(names, names_n, sizeof(names[0]), by_count);
    return names_n;
}

/* @return NULL when out of memory. An empty name has none. */
static Nb__NameCount *name_row(struct nb_slice name, uint64_t n, struct nb_arena *arena)
{
    Nb__NameCount *row = nb_arena_alloc(arena, sizeof(*row));
    if (!row) {
        return NULL;
    }
    nb__name_count__init(row);
    row->has_count = 1;
    row->count = n;
    row->name = name.len ? nb_arena_strdup(arena, name) : NULL;
    return name.len && !row->name ? NULL : row;
}

static Nb__NameCount **top_rows(const struct name_count *names, size_t n, struct nb_arena *arena)
{
    Nb__NameCount **rows = nb_arena_calloc(arena, TOP_MAX, sizeof(Nb__NameCount *));
    for (size_t i = 0; rows && i < n && i < TOP_MAX; i++) {
        rows[i] = name_row(names[i].name, names[i].n, arena);
        if (!rows[i]) {
            return NULL;
        }
    }
    return rows;
}

static enum nb_err fill_names(struct explain *x)
{
    struct nb_incident *in = x->incident;
    x->sites_n = count_names(x->sites, x->n);
    x->authors_n = count_names(x->authors, x->n);
    in->sites = top_rows(x->sites, x->sites_n, x->arena);
    in->n_sites = x->sites_n < TOP_MAX ? x->sites_n : TOP_MAX;
    in->has_sites_n = 1;
    in->sites_n = x->sites_n;
    in->authors = top_rows(x->authors, x->authors_n, x->arena);
    in->n_authors = x->authors_n < TOP_MAX ? x->authors_n : TOP_MAX;
    in->has_authors_n = 1;
    in->authors_n = x->authors_n;
    return in->sites && in->authors ? NB_OK : NB_ENOMEM;
}

/* The author among them that others acted upon most, at any time. */
static enum nb_err fill_loudest(struct explain *x)
{
    struct name_count best = {.n = 0};
    for (size_t i = 0; i < x->authors_n && i < HEARD_MAX; i++) {
        struct nb_author *author;
        struct nb_arena_mark mark = nb_arena_mark(x->arena);
        enum nb_err err = x->authors[i].name.len
                              ? nb_analysis_author(x->txn, x->authors[i].name, x->arena, &author)
                              : NB_ENOTFOUND;
        if (err == NB_OK) {
            uint64_t acts = author->links_in_n + author->replies_in_n + author->mentions_in_n;
            best = acts > best.n ? (struct name_count){x->authors[i].name, acts} : best;
        }
        nb_arena_rewind(x->arena, mark);
        if (err && err != NB_ENOTFOUND) {
            return err;
        }
    }
    x->incident->loudest = best.n ? name_row(best.name, best.n, x->arena) : NULL;
    return best.n && !x->incident->loudest ? NB_ENOMEM : NB_OK;
}

/* The first document, those most answered, then the newest. */
static enum nb_err fill_samples(struct explain *x)
{
    struct nb_incident *in = x->incident;
    uint64_t *samples = nb_arena_calloc(x->arena, SAMPLES_MAX, sizeof(*samples));
    if (!samples) {
        return NB_ENOMEM;
    }
    size_t n = 0;
    uint64_t below = UINT64_MAX;
    for (size_t k = 0; k <= ANSWERED_MAX && n < x->n; k++) {
        const struct nb_mention_brief *best = k == 0 ? &x->rows[0] : NULL;
        for (size_t i = 1; k > 0 && i < x->n; i++) {
            uint64_t answers = x->rows[i].comments_n;
            if (answers > 0 && answers < below && (!best || answers > best->comments_n)) {
                best = &x->rows[i];
            }
        }
        if (best) {
            below = k > 0 ? best->comments_n : below;
            samples[n++] = best->number;
        }
    }
    for (size_t i = x->n; i > 0 && n < SAMPLES_MAX; i--) {
        bool there = false;
        for (size_t k = 0; k < n; k++) {
            there = there || samples[k] == x->rows[i - 1].number;
        }
        if (!there) {
            samples[n++] = x->rows[i - 1].number;
        }
    }
    in->samples = samples;
    in->n_samples = n;
    return NB_OK;
}

static int by_cluster(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The text that most of them carry, if two do; counts the copies. */
static enum nb_err find_text(struct explain *x, uint64_t *cluster)
{
    uint64_t *clusters = nb_arena_calloc(x->arena, x->n, sizeof(*clusters));
    size_t most_n = 1;
    if (!clusters) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < x->n; i++) {
        clusters[i] = x->rows[i].cluster;
        x->incident->copies_n += x->rows[i].cluster != x->rows[i].number;
    }
    x->incident->has_copies_n = 1;
    qsort(clusters, x->n, sizeof(*clusters), by_cluster);
    *cluster = x->incident->cause;
    for (size_t i = 0, run = 0; !x->incident->cause && i < x->n; i++) {
        run = i && clusters[i] == clusters[i - 1] ? run + 1 : 1;
        if (run > most_n) {
            most_n = run;
            *cluster = clusters[i];
        }
    }
    return NB_OK;
}

static enum nb_err fill_step(struct explain *x, const struct nb_claim_step *from,
                             Nb__ClaimStep *step)
{
    nb__claim_step__init(step);
    step->has_number = step->has_at_ms = step->has_from = 1;
    step->number = from->number;
    step->at_ms = from->at_ms;
    step->from = from->from == NB_CLAIM_NONE ? 0 : from->from + 1;
    step->author = nb_arena_strdup(x->arena, from->author);
    step->url = nb_arena_strdup(x->arena, from->url);
    step->why = nb_claim_why_text(from, x->arena);
    return step->author && step->url && step->why ? NB_OK : NB_ENOMEM;
}

static void fill_shape(const struct nb_cascade *shape, Nb__ClaimShape *out)
{
    nb__claim_shape__init(out);
    out->has_depth = out->has_breadth = out->has_virality_milli = 1;
    out->depth = shape->depth;
    out->breadth = shape->breadth;
    out->virality_milli = shape->virality_milli;
}

static enum nb_err fill_chain(struct explain *x)
{
    uint64_t cluster;
    struct nb_claim_chain chain;
    struct nb_incident *in = x->incident;
    enum nb_err err = find_text(x, &cluster);
    if (err || !cluster) {
        return err;
    }
    err = nb_claim_chain(x->txn, cluster, CHAIN_READ_MAX, x->arena, &chain);
    if (err || chain.n < 2) {
        return err == NB_ENOTFOUND ? NB_OK : err;
    }
    in->has_chain_n = 1;
    in->chain_n = chain.n;
    size_t n = chain.n < NB_EXPLAIN_CHAIN_MAX ? chain.n : NB_EXPLAIN_CHAIN_MAX;
    in->chain = nb_arena_calloc(x->arena, n, sizeof(in->chain[0]));
    Nb__ClaimStep *steps = nb_arena_alloc(x->arena, n * sizeof(*steps));
    in->chain_shape = nb_arena_alloc(x->arena, sizeof(*in->chain_shape));
    if (!in->chain || !steps || !in->chain_shape) {
        return NB_ENOMEM;
    }
    fill_shape(&chain.shape, in->chain_shape);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = fill_step(x, &chain.steps[i], &steps[i]);
        in->chain[i] = &steps[i];
    }
    in->n_chain = n;
    return err;
}

/* Whether the accounts act as one, and how many of them do. */
static enum nb_err fill_coordination(struct explain *x)
{
    struct nb_coordination_set set;
    struct nb_incident *in = x->incident;
    size_t n = x->n < JUDGED_MAX ? x->n : JUDGED_MAX;
    uint64_t *numbers = nb_arena_calloc(x->arena, n, sizeof(*numbers));
    if (!numbers) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        numbers[i] = x->rows[x->n - n + i].number;
    }
    enum nb_err err =
        nb_coordination_of_documents(x->txn, nb_field(in->topic), numbers, n, x->arena, &set);
    if (err) {
        return err;
    }
    x->coordinated_n = set.judged.coordinated_n;
    size_t lines_n = set.judged.groups_n < GROUPS_MAX ? set.judged.groups_n : GROUPS_MAX;
    const char *verdict = nb_coordination_name(set.judged.verdict);
    in->coordination = nb_arena_strdup(x->arena, nb_slice_str(verdict));
    in->coordination_why = nb_arena_calloc(x->arena, lines_n, sizeof(in->coordination_why[0]));
    in->n_coordination_why = 0;
    if (!in->coordination || !in->coordination_why) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < lines_n; i++) {
        const char *line = nb_coordination_line(&set.judged.groups[i], x->arena);
        char *copy = line ? nb_arena_strdup(x->arena, nb_slice_str(line)) : NULL;
        if (!copy) {
            return NB_ENOMEM;
        }
        in->coordination_why[in->n_coordination_why++] = copy;
    }
    return NB_OK;
}

/* What the documents speak of, most first. */
static enum nb_err fill_matters(struct explain *x, struct nb_severity_facts *facts)
{
    struct name_count matters[NB_SIGN_N];
    size_t n = 0;
    struct nb_incident *in = x->incident;
    for (unsigned sign = NB_SIGN_MATTERS; sign < NB_SIGN_N; sign++) {
        uint64_t docs_n = 0;
        for (size_t i = 0; i < x->n; i++) {
            docs_n += x->rows[i].signs >> sign & 1;
        }
        if (docs_n) {
            matters[n++] =
                (struct name_count){nb_slice_str(nb_sign_name((enum nb_sign)sign)), docs_n};
        }
    }
    for (size_t i = 0; i < x->n; i++) {
        facts->grave_n += (x->rows[i].signs & GRAVE) != 0;
        facts->serious_n += x->rows[i].signs >> NB_SIGN_MATTERS != 0;
    }
    qsort(matters, n, sizeof(matters[0]), by_count);
    in->matters = nb_arena_calloc(x->arena, n, sizeof(in->matters[0]));
    in->n_matters = in->matters ? n : 0;
    for (size_t i = 0; i < in->n_matters; i++) {
        in->matters[i] = name_row(matters[i].name, matters[i].n, x->arena);
        if (!in->matters[i]) {
            return NB_ENOMEM;
        }
    }
    return in->matters ? NB_OK : NB_ENOMEM;
}

const Nb__Alarm *nb_explain_strongest(const struct nb_incident *incident)
{
    const Nb__Alarm *best = NULL;
    for (size_t i = 0; i < incident->n_alarms; i++) {
        if (!best || incident->alarms[i]->rarity_milli > best->rarity_milli) {
            best = incident->alarms[i];
        }
    }
    return best;
}

/* What was counted, and what it was measured by. */
static void fill_figures(struct explain *x, const struct nb_topic_watch *row)
{
    struct nb_incident *in = x->incident;
    const Nb__Alarm *alarm = nb_explain_strongest(in);
    if (alarm) {
        in->has_value = in->has_expected_milli = in->has_limit_milli = 1;
        in->value = (uint64_t)(alarm->value_milli / 1000);
        in->expected_milli = alarm->expected_milli;
        in->limit_milli = alarm->limit_milli;
        in->has_hour_ms = in->has_span_ms = 1;
        in->hour_ms = alarm->at_ms;
        in->span_ms = alarm->span_ms;
    }
    in->has_documents_n = in->has_read_n = in->has_negative_n = 1;
    in->documents_n = x->all_n;
    in->read_n = x->n;
    in->negative_n = in->copies_n = 0;
    for (size_t i = 0; i < x->n; i++) {
        in->negative_n += x->rows[i].label == NB__LABEL__NEGATIVE;
    }
    in->has_negative_usual_milli = 1;
    in->negative_usual_milli = nb_share_judge(row, x->n, in->negative_n).usual_milli;
}

static enum nb_err fill_first(struct explain *x)
{
    struct nb_incident *in = x->incident;
    if (!x->n) {
        return NB_OK;
    }
    in->has_first = in->has_first_ms = 1;
    in->first = x->rows[0].number;
    in->first_ms = x->rows[0].at_ms;
    in->first_author = nb_arena_strdup(x->arena, x->rows[0].author);
    return in->first_author ? NB_OK : NB_ENOMEM;
}

static void fill_forecast(struct explain *x, int64_t clock_ms)
{
    struct nb_incident *in = x->incident;
    int64_t minutes = (int64_t)in->span_ms / NB_MINUTE_MS; /* of a text, there may be none */
    int64_t usual_milli =
        minutes > 0 ? in->expected_milli * (NB_FORECAST_RECENT_MS / NB_MINUTE_MS) / minutes : 0;
    struct nb_forecast f = nb_forecast(x->recent_n, usual_milli, clock_ms - in->start_ms);
    in->has_more_low = in->has_more = in->has_more_high = 1;
    in->more_low = f.low;
    in->more = f.middle;
    in->more_high = f.high;
}

static bool rings(const struct nb_incident *incident, Nb__Alarm__Stream stream)
{
    for (size_t i = 0; i < incident->n_alarms; i++) {
        if (incident->alarms[i]->stream == stream) {
            return true;
        }
    }
    return false;
}

static enum nb_err judge(struct explain *x, struct nb_severity_facts *facts, uint32_t *severity)
{
    struct nb_points points[NB_POINTS_N];
    struct nb_incident *in = x->incident;
    const Nb__Alarm *alarm = nb_explain_strongest(in);
    facts->rarity_milli = alarm ? alarm->rarity_milli : 0;
    facts->documents_n = (uint32_t)x->n;
    facts->authors_n = (uint32_t)x->authors_n - x->coordinated_n;
    facts->sites_n = (uint32_t)x->sites_n;
    facts->negative_n = (uint32_t)in->negative_n;
    facts->usual_milli = in->negative_usual_milli;
    facts->loudest_n = in->loudest ? in->loudest->count : 0;
    facts->expected_n = in->more;
    facts->voices = rings(in, NB__ALARM__STREAM__VOICES) || rings(in, NB__ALARM__STREAM__CLAIM);
    *severity = nb_severity(facts, points);
    if (*severity < in->severity) {
        return NB_OK; /* the points of its worst moment stay */
    }
    in->points = nb_arena_calloc(x->arena, NB_POINTS_N, sizeof(in->points[0]));
    in->n_points = in->points ? NB_POINTS_N : 0;
    for (size_t i = 0; i < in->n_points; i++) {
        in->points[i] = name_row(nb_slice_str(points[i].name), points[i].n, x->arena);
        if (!in->points[i]) {
            return NB_ENOMEM;
        }
    }
    return in->points ? NB_OK : NB_ENOMEM;
}

enum nb_err nb_explain(struct nb_txn *txn, const struct nb_topic_watch *row, int64_t clock_ms,
                       struct nb_arena *arena, struct nb_incident *incident, uint32_t *severity)
{
    enum { MAX = NB_EXPLAIN_DOCUMENTS_MAX };
    struct explain x = {.txn = txn,
                        .arena = arena,
                        .incident = incident,
                        .recent_from_ms = clock_ms - NB_FORECAST_RECENT_MS};
    struct nb_severity_facts facts = {0};
    x.rows = nb_arena_alloc(arena, MAX * sizeof(x.rows[0]));
    x.authors = nb_arena_alloc(arena, MAX * sizeof(x.authors[0]));
    x.sites = nb_arena_alloc(arena, MAX * sizeof(x.sites[0]));
    if (!x.rows || !x.authors || !x.sites) {
        return NB_ENOMEM;
    }
    enum nb_err err =
        nb_mentions_each(txn, nb_field(incident->topic), incident->start_ms, INT64_MAX, take, &x);
    if (err == NB_OK) {
        fill_figures(&x, row);
        err = fill_first(&x);
    }
    err = err == NB_OK ? fill_names(&x) : err;
    err = err == NB_OK ? fill_loudest(&x) : err;
    err = err == NB_OK ? fill_chain(&x) : err;
    err = err == NB_OK ? fill_coordination(&x) : err;
    err = err == NB_OK ? fill_matters(&x, &facts) : err;
    err = err == NB_OK ? fill_samples(&x) : err;
    if (err == NB_OK) {
        fill_forecast(&x, clock_ms);
        err = judge(&x, &facts, severity);
    }
    return err == NB_OK ? nb_why(incident, arena) : err;
}
