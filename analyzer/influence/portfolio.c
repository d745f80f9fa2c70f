#include "analyzer/influence/portfolio.h"

#include <math.h>
#include <string.h>

#include <nabiz/series.h>

enum { STEPS_MAX = 64, FIRST_SAMPLES = 1024, DOUBLINGS_MAX = 12 };

/* ln(3 * DOUBLINGS_MAX / 0.001): that none of the bounds fails, see OPIM-C. */
static const double SURENESS = 10.491274;
static const double GREEDY = 0.6321205588; /* 1 - 1/e */
static const double EPSILON = 0.1;

/* Reverse-reachable sets one behind the other, and the sets each author lies in. */
struct sets {
    uint32_t *begin; /* of each set, in nodes; n + 1 */
    uint32_t *nodes;
    uint32_t n, nodes_n, nodes_cap;
    uint32_t *of_begin; /* of each author, in of; authors_n + 1 */
    uint32_t *of;
};

struct picking {
    const struct nb_graph *graph;
    const struct nb_portfolio_options *options;
    struct nb_arena *arena;
    uint32_t *groups; /* authors whose number is that of a group that ever took something up */
    uint32_t groups_n;
    uint32_t *member_begin, *members; /* of each group */
    struct sets found, checked;
    uint64_t series;
};

static uint32_t group_of(const struct picking *p, uint32_t author)
{
    return p->options->group ? p->options->group[author] : author;
}

static bool takes_up(const struct picking *p, uint32_t author)
{
    const struct nb_acts_by *out = &p->graph->out;
    for (uint32_t i = out->begin[author]; i < out->begin[author + 1]; i++) {
        if (nb_act_carries(out->kind[i])) {
            return true;
        }
    }
    return false;
}

/* ---- groups ---- */

static enum nb_err list_members(struct picking *p)
{
    uint32_t authors_n = p->graph->authors_n;
    p->groups = nb_arena_calloc(p->arena, authors_n, sizeof(*p->groups));
    p->members = nb_arena_calloc(p->arena, authors_n, sizeof(*p->members));
    p->member_begin = nb_arena_calloc(p->arena, authors_n + 2u, sizeof(*p->member_begin));
    if (!p->groups || !p->members || !p->member_begin) {
        return NB_ENOMEM;
    }
    for (uint32_t v = 0; v < authors_n; v++) {
        if (group_of(p, v) >= authors_n) {
            return NB_EINVAL;
        }
        p->member_begin[group_of(p, v) + 2] += takes_up(p, v);
    }
    for (uint32_t v = 0; v < authors_n; v++) {
        if (p->member_begin[v + 2]) {
            p->groups[p->groups_n++] = v;
        }
        p->member_begin[v + 2] += p->member_begin[v + 1];
    }
    for (uint32_t v = 0; v < authors_n; v++) {
        if (takes_up(p, v)) {
            p->members[p->member_begin[group_of(p, v) + 1]++] = v;
        }
    }
    return NB_OK;
}

/* ---- sets ---- */

static bool has(const uint32_t *nodes, uint32_t n, uint32_t node)
{
    for (uint32_t i = 0; i < n; i++) {
        if (nodes[i] == node) {
            return true;
        }
    }
    return false;
}

static enum nb_err add_node(struct picking *p, struct sets *sets, uint32_t node)
{
    if (sets->nodes_n == sets->nodes_cap) {
        uint32_t cap = sets->nodes_cap ? sets->nodes_cap * 2 : 4096;
        uint32_t *grown = nb_arena_grow(p->arena, sets->nodes, sets->nodes_cap * sizeof(*grown),
                                        cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        sets->nodes = grown;
        sets->nodes_cap = cap;
    }
    sets->nodes[sets->nodes_n++] = node;
    return NB_OK;
}

/* From a member of a group back to whom it may have taken something from. */
static enum nb_err walk(struct picking *p, struct sets *sets)
{
    const struct nb_acts_by *out = &p->graph->out;
    uint32_t group = p->groups[nb_series_next(&p->series) % p->groups_n];
    uint32_t first = p->member_begin[group], members_n = p->member_begin[group + 1] - first;
    uint32_t at = p->members[first + nb_series_next(&p->series) % members_n];
    uint32_t walked[STEPS_MAX], steps = 0;
    enum nb_err err = NB_OK;
    while (err == NB_OK && steps < STEPS_MAX) {
        walked[steps++] = at;
        uint32_t acts_n = out->begin[at + 1] - out->begin[at];
        uint32_t drawn = (uint32_t)(nb_series_next(&p->series) % ((uint64_t)acts_n + 1));
        if (drawn == acts_n || !nb_act_carries(out->kind[out->begin[at] + drawn])) {
            break;
        }
        at = out->other[out->begin[at] + drawn];
        if (has(walked, steps, at)) {
            break;
        }
        if (group_of(p, at) != group) {
            err = add_node(p, sets, at);
        }
    }
    sets->begin[++sets->n] = sets->nodes_n;
    return err;
}

/* Which sets each author lies in. */
static enum nb_err index_sets(struct picking *p, struct sets *sets)
{
    uint32_t authors_n = p->graph->authors_n;
    sets->of_begin = nb_arena_calloc(p->arena, authors_n + 2u, sizeof(*sets->of_begin));
    sets->of = nb_arena_calloc(p->arena, sets->nodes_n, sizeof(*sets->of));
    if (!sets->of_begin || !sets->of) {
        return NB_ENOMEM;
    }
    for (uint32_t i = 0; i < sets->nodes_n; i++) {
        sets->of_begin[sets->nodes[i] + 2]++;
    }
    for (uint32_t v = 0; v < authors_n; v++) {
        sets->of_begin[v + 2] += sets->of_begin[v + 1];
    }
    for (uint32_t s = 0; s < sets->n; s++) {
        for (uint32_t i = sets->begin[s]; i < sets->begin[s + 1]; i++) {
            sets->of[sets->of_begin[sets->nodes[i] + 1]++] = s;
        }
    }
    return NB_OK;
}

static enum nb_err draw(struct picking *p, struct sets *sets, uint32_t n)
{
    enum nb_err err = NB_OK;
    *sets = (struct sets){.begin = nb_arena_calloc(p->arena, n + 1u, sizeof(*sets->begin))};
    if (!sets->begin) {
        return NB_ENOMEM;
    }
    while (err == NB_OK && sets->n < n) {
        err = walk(p, sets);
    }
    return err == NB_OK ? index_sets(p, sets) : err;
}

static int64_t groups_milli(const struct picking *p, uint64_t sets_n, const struct sets *sets)
{
    return sets->n ? (int64_t)(sets_n * p->groups_n * 1000 / sets->n) : 0;
}

/* ---- picking ---- */

static int64_t cost_of(const struct picking *p, uint32_t author)
{
    return p->options->cost_milli ? p->options->cost_milli[author] : 1000;
}

/* Who gains most for the money left; equals: the lesser number. @return authors_n: nobody. */
static uint32_t next_pick(const struct picking *p, const uint32_t *gain, int64_t left_milli)
{
    uint32_t best = p->graph->authors_n;
    for (uint32_t v = 0; v < p->graph->authors_n; v++) {
        if (!gain[v] || (p->options->eligible && !p->options->eligible[v]) ||
            cost_of(p, v) > left_milli) {
            continue;
        }
        if (best == p->graph->authors_n || (double)gain[v] * (double)cost_of(p, best) >
                                               (double)gain[best] * (double)cost_of(p, v)) {
            best = v;
        }
    }
    return best;
}

/* Mark an author's sets as reached. @return how many were not before. */
static uint32_t reach(const struct sets *sets, uint32_t author, bool *reached, uint32_t *gain)
{
    uint32_t new_n = 0;
    for (uint32_t i = sets->of_begin[author]; i < sets->of_begin[author + 1]; i++) {
        uint32_t s = sets->of[i];
        if (reached[s]) {
            continue;
        }
        reached[s] = true;
        new_n++;
        for (uint32_t k = sets->begin[s]; gain && k < sets->begin[s + 1]; k++) {
            gain[sets->nodes[k]]--;
        }
    }
    return new_n;
}

/* Greedy picks on the first collection. @return NB_OK, NB_ENOMEM. */
static enum nb_err pick(struct picking *p, struct nb_portfolio_pick *picks,
                        struct nb_portfolio *out)
{
    const struct sets *sets = &p->found;
    uint32_t authors_n = p->graph->authors_n;
    uint32_t *gain = nb_arena_calloc(p->arena, authors_n, sizeof(*gain));
    bool *reached = nb_arena_calloc(p->arena, sets->n, sizeof(*reached));
    bool *checked = nb_arena_calloc(p->arena, p->checked.n, sizeof(*checked));
    int64_t left_milli = p->options->budget_milli ? p->options->budget_milli : INT64_MAX;
    uint64_t reached_n = 0, checked_n = 0;
    if (!gain || !reached || !checked) {
        return NB_ENOMEM;
    }
    for (uint32_t v = 0; v < authors_n; v++) {
        gain[v] = sets->of_begin[v + 1] - sets->of_begin[v];
    }
    *out = (struct nb_portfolio){.picks = picks, .groups_n = p->groups_n, .samples_n = sets->n};
    while (out->n < p->options->picks_n) {
        uint32_t v = next_pick(p, gain, left_milli);
        if (v == authors_n) {
            break;
        }
        uint32_t new_n = reach(sets, v, reached, gain);
        reached_n += new_n;
        checked_n += reach(&p->checked, v, checked, NULL);
        picks[out->n++] = (struct nb_portfolio_pick){
            v, cost_of(p, v), groups_milli(p, sets->of_begin[v + 1] - sets->of_begin[v], sets),
            groups_milli(p, new_n, sets)};
        out->reached_milli += picks[out->n - 1].gain_milli;
        out->cost_milli += cost_of(p, v);
        left_milli -= cost_of(p, v);
    }
    out->checked_milli = groups_milli(p, checked_n, &p->checked);
    double lower = sqrt((double)checked_n + 2 * SURENESS / 9) - sqrt(SURENESS / 2);
    double upper = sqrt((double)reached_n / GREEDY + SURENESS / 2) + sqrt(SURENESS / 2);
    lower = lower > 0 ? lower * lower - SURENESS / 18 : 0;
    out->sure = lower >= (GREEDY - EPSILON) * upper * upper;
    return NB_OK;
}

static enum nb_err check(const struct nb_graph *graph, const struct nb_portfolio_options *options)
{
    if (!options->picks_n || options->picks_n > NB_PORTFOLIO_MAX || options->budget_milli < 0) {
        return NB_EINVAL;
    }
    for (uint32_t v = 0; options->cost_milli && v < graph->authors_n; v++) {
        if (options->cost_milli[v] <= 0) {
            return NB_EINVAL;
        }
    }
    return NB_OK;
}

/* More and more sets, until the picks are sure to be good. */
static enum nb_err pick_surely(struct picking *p, struct nb_portfolio_pick *picks,
                               struct nb_portfolio *out)
{
    uint32_t max = p->options->samples_max ? p->options->samples_max : NB_PORTFOLIO_SAMPLES_MAX;
    uint32_t n = FIRST_SAMPLES < max ? FIRST_SAMPLES : max;
    enum nb_err err = NB_OK;
    for (int round = 0; err == NB_OK && round < DOUBLINGS_MAX; round++) {
        struct nb_arena_mark mark = nb_arena_mark(p->arena);
        err = draw(p, &p->found, n);
        err = err == NB_OK ? draw(p, &p->checked, n) : err;
        err = err == NB_OK ? pick(p, picks, out) : err;
        nb_arena_rewind(p->arena, mark);
        if (err == NB_OK && (out->sure || n == max)) {
            break;
        }
        n = n < max / 2 ? n * 2 : max;
    }
    return err;
}

enum nb_err nb_portfolio_pick(const struct nb_graph *graph,
                              const struct nb_portfolio_options *options, struct nb_arena *arena,
                              struct nb_portfolio *out)
{
    struct picking p = {
        .graph = graph, .options = options, .arena = arena, .series = options->seed};
    struct nb_portfolio portfolio = {0};
    enum nb_err err = check(graph, options);
    if (err != NB_OK) {
        return err;
    }
    struct nb_portfolio_pick *picks = nb_arena_calloc(arena, options->picks_n, sizeof(*picks));
    struct nb_arena_mark mark = nb_arena_mark(arena);
    err = picks ? list_members(&p) : NB_ENOMEM;
    if (err == NB_OK && p.groups_n) {
        err = pick_surely(&p, picks, &portfolio);
    }
    nb_arena_rewind(arena, mark);
    if (err == NB_OK) {
        portfolio.picks = picks;
        *out = portfolio;
    }
    return err;
}

enum nb_err nb_portfolio_star(const struct nb_graph *graph,
                              const struct nb_portfolio_options *options, struct nb_arena *arena,
                              struct nb_portfolio *star, struct nb_portfolio *many)
{
    struct nb_portfolio_options one = *options, others = *options;
    struct nb_portfolio first, second = {0};
    one.cost_milli = NULL; /* the most whatever it costs */
    one.budget_milli = 0;
    one.picks_n = 1;
    enum nb_err err = check(graph, options);
    err = err == NB_OK ? nb_portfolio_pick(graph, &one, arena, &first) : err;
    if (err == NB_OK && first.n) {
        uint32_t author = first.picks[0].author;
        bool *eligible = nb_arena_alloc(arena, graph->authors_n * sizeof(*eligible));
        struct nb_portfolio_pick *pick = nb_arena_alloc(arena, sizeof(*pick));
        if (!eligible || !pick) {
            return NB_ENOMEM;
        }
        for (uint32_t v = 0; v < graph->authors_n; v++) {
            eligible[v] = v != author && (!options->eligible || options->eligible[v]);
        }
        *pick = first.picks[0];
        pick->cost_milli = options->cost_milli ? options->cost_milli[author] : 1000;
        first.picks = pick;
        first.cost_milli = pick->cost_milli;
        others.eligible = eligible;
        others.budget_milli = pick->cost_milli;
        err = nb_portfolio_pick(graph, &others, arena, &second);
    }
    if (err == NB_OK) {
        *star = first;
        *many = second;
    }
    return err;
}

int64_t nb_portfolio_cost(int64_t fixed_milli, int64_t price_milli, uint64_t audience_n)
{
    uint64_t audience = audience_n < UINT32_MAX ? audience_n : UINT32_MAX;
    uint64_t price = price_milli > 0 ? (uint64_t)price_milli : 0;
    uint64_t fixed = fixed_milli > 0 ? (uint64_t)fixed_milli : 0;
    const uint64_t max = UINT64_C(1) << 50; /* sums of a portfolio fit */
    uint64_t bought = price && audience > max / price ? max : price * audience;
    return (int64_t)(fixed > max - bought ? max : fixed + bought);
}
