#include "analyzer/influence/parts.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/url.h>

#include "analyzer/influence/spread.h"
#include "analyzer/keys.h"
#include "analyzer/sentiment/opinion.h"

/* A count is at most this, so that sums stay far from overflow. */
static const uint64_t COUNT_MAX = 1000000000;

enum { VOICE_MILLI = 1000 };

static bool has_sign(uint32_t signs, enum nb_sign sign)
{
    return signs >> sign & 1;
}

/* sum as 0..1000; half is what makes 500. Neither is negative. */
static int32_t saturate(int64_t sum, int64_t half)
{
    const int64_t max = INT64_C(1) << 50; /* 1000 * max fits */
    sum = sum < max ? sum : max;
    return (int32_t)(1000 * sum / (sum + half));
}

static void forget_counts(const struct nb_evidence *evidence)
{
    memset(evidence->per_group, 0, (evidence->groups_n + 1) * sizeof(evidence->per_group[0]));
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;
    return (*x > *y) - (*x < *y);
}

/* A voice that acted upon a document. */
struct acting {
    uint64_t target;
    uint32_t group;
};

static int by_target(const void *a, const void *b)
{
    const struct acting *x = a;
    const struct acting *y = b;
    int order = by_number(&x->target, &y->target);
    return order ? order : (x->group > y->group) - (x->group < y->group);
}

/* The documents acted upon by others, ascending, one for each voice. */
static uint64_t *acted_upon(const struct nb_evidence *evidence, size_t *n)
{
    struct acting *all = nb_arena_calloc(evidence->arena, evidence->n, sizeof(*all));
    uint64_t *targets = nb_arena_calloc(evidence->arena, evidence->n, sizeof(*targets));
    size_t acts_n = 0;
    *n = 0;
    for (size_t i = 0; all && targets && i < evidence->n; i++) {
        const struct nb_row *row = &evidence->rows[i];
        if (row->kind == NB_ROW_ACT && row->target && !row->faked) {
            all[acts_n++] = (struct acting){row->target, row->group};
        }
    }
    if (acts_n) {
        qsort(all, acts_n, sizeof(*all), by_target);
    }
    for (size_t i = 0; i < acts_n; i++) {
        if (i == 0 || by_target(&all[i - 1], &all[i]) != 0) {
            targets[(*n)++] = all[i].target;
        }
    }
    return all ? targets : NULL;
}

static uint64_t count_equal(const uint64_t *numbers, size_t n, uint64_t number)
{
    const uint64_t *found = n ? bsearch(&number, numbers, n, sizeof(number), by_number) : NULL;
    const uint64_t *end = found;
    while (found && found > numbers && found[-1] == number) {
        found--;
    }
    while (end && end < numbers + n && *end == number) {
        end++;
    }
    return (uint64_t)(end - found);
}

/* As reach.h wants them, and what each says. @return how many, SIZE_MAX without memory. */
static size_t take_reach(const struct nb_evidence *evidence, struct nb_reach_doc *docs,
                         int64_t *adds)
{
    size_t acted_n, n = 0;
    const uint64_t *acted = acted_upon(evidence, &acted_n);
    for (size_t i = 0; acted && i < evidence->n; i++) {
        const struct nb_row *row = &evidence->rows[i];
        if (row->kind != NB_ROW_POST) {
            continue;
        }
        struct nb_reach_doc *doc = &docs[n++];
        *doc = nb_reach_doc_of(row->doc);
        doc->seen_n = count_equal(acted, acted_n, row->number);
        if (evidence->thread_views && evidence->thread_views[i] != UINT64_MAX) {
            doc->thread_views = (struct nb_reach_count){true, evidence->thread_views[i]};
        }
        uint64_t acts = doc->acts.n > doc->seen_n ? doc->acts.n : doc->seen_n;
        adds[i] = (int64_t)(doc->views.known ? doc->views.n : 100 * acts);
    }
    return acted ? n : SIZE_MAX;
}

/* Documents that say nothing of themselves, when the estimate rests on what is around them, have
 * the same part in it. */
static void credit_all(const struct nb_evidence *evidence, int64_t *adds)
{
    for (size_t i = 0; i < evidence->n; i++) {
        adds[i] = evidence->rows[i].kind == NB_ROW_POST;
    }
}

int32_t nb_part_reach(struct nb_evidence *evidence, int64_t *adds)
{
    struct nb_reach_doc *docs = nb_arena_calloc(evidence->arena, evidence->n, sizeof(*docs));
    size_t n = docs ? take_reach(evidence, docs, adds) : SIZE_MAX;
    if (n == SIZE_MAX || !n ||
        nb_reach_estimate(docs, n, evidence->site, evidence->followers, evidence->arena,
                          &evidence->reach) != NB_OK ||
        !evidence->reach.known) {
        return NB_UNKNOWN_MILLI;
    }
    int64_t sum = 0;
    for (size_t i = 0; i < evidence->n; i++) {
        sum += adds[i];
    }
    if (!sum) {
        credit_all(evidence, adds);
    }
    uint64_t people = evidence->reach.people_n;
    return saturate((int64_t)(people < COUNT_MAX ? people : COUNT_MAX),
                    evidence->scope->weights->reach_half);
}

int32_t nb_part_expertise(struct nb_evidence *evidence, int64_t *adds)
{
    const struct nb_weights *w = evidence->scope->weights;
    int64_t sum = 0;
    if (!evidence->scope->topic.len || evidence->posts_n < (size_t)w->expertise_least) {
        return NB_UNKNOWN_MILLI;
    }
    for (size_t i = 0; i < evidence->n; i++) {
        const struct nb_row *row = &evidence->rows[i];
        if (row->kind != NB_ROW_POST) {
            continue;
        }
        uint64_t bytes = row->doc->text_bytes < COUNT_MAX ? row->doc->text_bytes : COUNT_MAX;
        int64_t depth = saturate((int64_t)bytes, w->expertise_depth_bytes);
        adds[i] = row->doc->copied ? w->expertise_copied : 500 + depth / 2;
        sum += adds[i];
    }
    int64_t share = (int64_t)(evidence->posts_n * 1000 / evidence->all_posts_n);
    return (int32_t)(saturate(sum, w->expertise_half) * (500 + share / 2) / 1000);
}

/* The first act of an author, or NULL. */
static const struct nb_row *first_act(const struct nb_evidence *evidence, struct nb_slice author)
{
    size_t low = 0, high = evidence->actors_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (nb_slice_cmp(evidence->actors[middle].name, author) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < evidence->actors_n && nb_slice_eq(evidence->actors[low].name, author);
    return found ? &evidence->rows[evidence->actors[low].row] : NULL;
}

int32_t nb_part_trust(struct nb_evidence *evidence, int64_t *adds)
{
    const struct nb_standing *standing = evidence->standing;
    if (!standing || standing->groups_n < (uint32_t)evidence->scope->weights->trust_least) {
        return NB_UNKNOWN_MILLI;
    }
    int64_t sum = 0;
    for (size_t i = 0; i < standing->n_shares; i++) {
        const Nb__TrustShare *share = standing->shares[i];
        const struct nb_row *row = first_act(evidence, nb_field(share->from));
        if (row) {
            adds[row - evidence->rows] += (int64_t)share->points;
            sum += (int64_t)share->points;
        }
    }
    return sum ? standing->trust_milli : 0;
}

static struct nb_slice owner_of(struct nb_slice author)
{
    return nb_url_site(nb_author_site(author));
}

/* What an adoption is worth: nothing by accounts of one's own sites or fakes, half if it was paid.
 */
static uint32_t worth_of(const struct nb_evidence *evidence, const struct nb_row *row)
{
    bool own = row->edge->act != NB__EDGE__ACT__QUOTE && row->edge->act != NB__EDGE__ACT__BOOST &&
               nb_slice_eq(owner_of(row->who), owner_of(evidence->author));
    return own || row->faked ? 0 : has_sign(row->edge->signs, NB_SIGN_PAID) ? 500 : 1000;
}

/* The documents and what took them up, as spread.h wants them. @return false when there is none. */
static bool take_spread(const struct nb_evidence *evidence, struct nb_spread_input *in,
                        size_t *row_of)
{
    const struct nb_scope *scope = evidence->scope;
    struct nb_arena *arena = evidence->arena;
    int64_t *acts_s = nb_arena_calloc(arena, evidence->n, sizeof(*acts_s));
    struct nb_adoption *adoptions = nb_arena_calloc(arena, evidence->n, sizeof(*adoptions));
    int64_t first_ms = INT64_MAX, last_ms = 0;
    for (size_t i = 0; acts_s && adoptions && i < evidence->n; i++) {
        const struct nb_row *row = &evidence->rows[i];
        bool adopts = row->kind == NB_ROW_ACT && nb_act_spreads(row->edge);
        if (row->kind == NB_ROW_POST) {
            acts_s[in->acts_n++] = row->at_ms / 1000;
        } else if (adopts) {
            row_of[in->adoptions_n] = i;
            adoptions[in->adoptions_n++] =
                (struct nb_adoption){row->at_ms / 1000, row->group, worth_of(evidence, row)};
        }
        if (adopts || row->kind == NB_ROW_POST) {
            first_ms = row->at_ms < first_ms ? row->at_ms : first_ms;
            last_ms = row->at_ms;
        }
    }
    in->acts_s = acts_s;
    in->adoptions = adoptions;
    in->from_s =
        (scope->from_ms > first_ms || first_ms == INT64_MAX ? scope->from_ms : first_ms) / 1000;
    in->to_s = last_ms / 1000 + 1;
    in->usual_micro = scope->usual_micro;
    return acts_s && adoptions && in->acts_n && in->adoptions_n;
}

int32_t nb_part_spread(struct nb_evidence *evidence, int64_t *adds)
{
    const struct nb_weights *w = evidence->scope->weights;
    struct nb_spread_input in = {.acts_n = 0};
    struct nb_spread spread;
    size_t *row_of = nb_arena_calloc(evidence->arena, evidence->n, sizeof(*row_of));
    int32_t *worth = nb_arena_calloc(evidence->arena, evidence->n, sizeof(*worth));
    if (!row_of || !worth || !take_spread(evidence, &in, row_of) ||
        nb_spread_estimate(&in, evidence->arena, worth, &spread) != NB_OK || !spread.known ||
        spread.groups_n < (uint32_t)w->spread_least) {
        return NB_UNKNOWN_MILLI;
    }
    int64_t sum = 0;
    for (size_t i = 0; i < in.adoptions_n; i++) {
        adds[row_of[i]] = worth[i];
        sum += worth[i];
    }
    return sum > 0 ? saturate(sum, (int64_t)w->spread_half * 1000) : 0;
}

/* What a row says of how the author is received. @return false: nothing. */
static bool stance_of(const struct nb_row *row, int32_t *out)
{
    if (row->kind == NB_ROW_DELETED) {
        *out = -VOICE_MILLI / 2;
        return true;
    }
    bool answers = row->kind == NB_ROW_ACT && (row->edge->act == NB__EDGE__ACT__REPLY ||
                                               row->edge->act == NB__EDGE__ACT__QUOTE);
    if (row->faked || (!answers && !row->denies)) {
        return false;
    }
    *out = row->denies ? -VOICE_MILLI : row->score_milli;
    return row->denies || row->score_milli != NB_UNKNOWN_MILLI;
}

/* A voice counts once however often it is raised: how often that is, by group. */
static void count_stances(const struct nb_evidence *evidence)
{
    int32_t stance;
    forget_counts(evidence);
    for (size_t i = 0; i < evidence->n; i++) {
        evidence->per_group[evidence->rows[i].group] += stance_of(&evidence->rows[i], &stance);
    }
}

int32_t nb_part_reception(struct nb_evidence *evidence, int64_t *adds)
{
    enum { PRECISION = 1000 };
    const struct nb_weights *w = evidence->scope->weights;
    int64_t sum = 0;
    int64_t voices = 0; /* in PRECISION */
    count_stances(evidence);
    for (size_t i = 0; i < evidence->n; i++) {
        int32_t stance;
        if (!stance_of(&evidence->rows[i], &stance)) {
            continue;
        }
        bool own = evidence->rows[i].group == 0; /* each deletion counts */
        int64_t times = own ? 1 : evidence->per_group[evidence->rows[i].group];
        adds[i] = (int64_t)stance * PRECISION / times;
        sum += adds[i];
        voices += PRECISION / times;
    }
    if (voices < (int64_t)w->reception_least * PRECISION - PRECISION / 2) {
        return NB_UNKNOWN_MILLI;
    }
    return (int32_t)(sum / (voices + (int64_t)w->reception_doubt * PRECISION));
}
