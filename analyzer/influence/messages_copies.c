#include "analyzer/influence/messages_private.h"

#include <stdlib.h>

#include "analyzer/influence/claims.h"
#include "analyzer/influence/denial.h"
#include "analyzer/keys.h"
#include "analyzer/topics/copies.h"

enum { STEPS_MAX = 20000 /* of a chain: copies of one text that are followed */ };

/* ---- the copies of a cluster ---- */

/* What of a chain came from oneself. */
struct following {
    bool *ours;      /* a step of one's own, or whose origin is */
    uint32_t *below; /* how many others took it on */
};

static enum nb_err find_ours(const struct nb_tally *t, const struct nb_claim_chain *chain,
                             bool is_sent, struct following *out)
{
    out->ours = nb_arena_calloc(t->scratch, chain->n, sizeof(*out->ours));
    out->below = nb_arena_calloc(t->scratch, chain->n, sizeof(*out->below));
    if (!out->ours || !out->below) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < chain->n; i++) {
        const struct nb_claim_step *step = &chain->steps[i];
        out->ours[i] = is_sent || nb_own_has(t->own, step->author) ||
                       (step->from != NB_CLAIM_NONE && out->ours[step->from]);
    }
    for (size_t i = chain->n; i-- > 1;) {
        const struct nb_claim_step *step = &chain->steps[i];
        bool counts = step->why != NB_CLAIM_AGAIN && !nb_own_has(t->own, step->author);
        out->below[step->from] += out->below[i] + counts;
    }
    return NB_OK;
}

static enum nb_err count_copy(struct nb_tally *t, const struct nb_claim_step *step,
                              uint32_t onward_n)
{
    struct nb_carrier *carrier = nb_tally_carrier(t, step->author, step->at_ms);
    if (!carrier) {
        return NB_ENOMEM;
    }
    carrier->copies_n++;
    carrier->onward_n += onward_n;
    return nb_tally_note(t, carrier, step->number, step->at_ms, true);
}

static enum nb_err follow(struct nb_tally *t, const struct nb_claim_chain *chain, bool is_sent,
                          uint32_t *others_n)
{
    struct following f;
    enum nb_err err = find_ours(t, chain, is_sent, &f);
    for (size_t i = 0; err == NB_OK && i < chain->n; i++) {
        const struct nb_claim_step *step = &chain->steps[i];
        if (f.ours[i] && step->author.len && nb_tally_is_within(t, step->at_ms) &&
            !nb_own_has(t->own, step->author)) {
            ++*others_n;
            err = count_copy(t, step, f.below[i]);
        }
    }
    return err;
}

/* The place of a cluster among those that were looked at. is_new: it was not. */
static uint32_t *place_of(struct nb_tally *t, uint64_t cluster, bool *is_new)
{
    uint8_t name[8];
    size_t before = t->clusters.n;
    nb_key_u64(cluster, name);
    uint32_t i = tr_table_add(&t->clusters, nb_slice(name, sizeof(name)));
    if (i == TR_NONE) {
        return NULL;
    }
    if (t->clusters.n > t->others_cap) {
        size_t cap = t->others_cap ? t->others_cap * 2 : 64;
        uint32_t *grown = nb_arena_grow(t->arena, t->others_n, t->others_cap * sizeof(*grown),
                                        cap * sizeof(*grown));
        if (!grown) {
            return NULL;
        }
        t->others_n = grown;
        t->others_cap = cap;
    }
    *is_new = t->clusters.n > before;
    return &t->others_n[i];
}

enum nb_err nb_tally_copies(struct nb_tally *t, uint64_t cluster, bool is_sent, uint32_t *others_n)
{
    const struct nb_copy_row *rows;
    struct nb_claim_chain chain;
    size_t n;
    bool is_new;
    uint32_t *others = place_of(t, cluster, &is_new);
    if (!others) {
        return NB_ENOMEM;
    }
    if (!is_new) {
        *others_n = *others;
        return NB_OK;
    }
    *others = *others_n = 0;
    struct nb_arena_mark mark = nb_arena_mark(t->scratch);
    size_t least_n = is_sent ? 1 : 2;
    enum nb_err err = nb_copies_list(t->txn, cluster, least_n, t->scratch, &rows, &n);
    if (err == NB_OK && n == least_n) {
        err = nb_claim_chain(t->txn, cluster, STEPS_MAX, t->scratch, &chain);
        err = err == NB_OK ? follow(t, &chain, is_sent, others_n) : err;
        *others = *others_n;
    }
    nb_arena_rewind(t->scratch, mark);
    return err;
}

enum nb_err nb_tally_texts(struct nb_tally *t, const struct nb_own_texts *texts)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < texts->n; i++) {
        uint64_t clusters[NB_COPIES_ALIKE_MAX];
        size_t n;
        bool found = false;
        struct nb_arena_mark mark = nb_arena_mark(t->scratch);
        err = nb_copies_alike(t->txn, &texts->all[i], t->scratch, clusters, &n);
        nb_arena_rewind(t->scratch, mark);
        for (size_t k = 0; err == NB_OK && k < n; k++) {
            uint32_t others_n;
            err = nb_tally_copies(t, clusters[k], true, &others_n);
            found |= err == NB_OK && others_n > 0;
        }
        t->out.texts_n++;
        t->out.found_n += found;
    }
    return err;
}

/* ---- acts towards copies ---- */

/* A copy, as acts name it: towards its author, or towards the site where the author was not known
 * yet. */
struct copy {
    struct nb_slice to, author;
    uint64_t number;
    int64_t at_ms;
};

/* Those towards one. */
struct copies {
    const struct copy *all;
    struct nb_answerable numbers; /* of each */
};

static int by_target(const void *a, const void *b)
{
    const struct copy *x = a, *y = b;
    int order = nb_slice_cmp(x->to, y->to);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

static enum nb_err count_act_on_copy(struct nb_tally *t, struct nb_slice key, struct nb_slice value,
                                     const void *context)
{
    const struct copies *copies = context;
    const struct nb_answered *found = NULL;
    struct nb_edge *edge;
    (void)key;
    enum nb_err err = nb_edge_decode(value, t->scratch, &edge);
    if (err == NB_OK) {
        err = nb_edge_target(t->txn, edge, &copies->numbers, &found);
    }
    if (err != NB_OK || !found) {
        return err;
    }
    const struct copy *copy = &copies->all[found - copies->numbers.all];
    bool self = nb_slice_eq(nb_field(edge->from), copy->author);
    return self || edge->at_ms < copy->at_ms ? NB_OK : nb_tally_act(t, edge);
}

/* Each copy once or, when it has a byline, twice. @return how many. */
static size_t list_copies(const struct nb_tally *t, struct copy *out)
{
    size_t n = 0;
    for (size_t i = 0; i < t->carryings_n; i++) {
        const struct nb_carrying *carrying = &t->carryings[i];
        struct nb_slice author = t->authors.texts[carrying->carrier];
        size_t site_len = nb_author_site(author).len + 1;
        if (!carrying->is_copy) {
            continue;
        }
        out[n++] = (struct copy){author, author, carrying->number, carrying->at_ms};
        if (author.len > site_len) {
            out[n++] = (struct copy){nb_slice_sub(author, 0, site_len), author, carrying->number,
                                     carrying->at_ms};
        }
    }
    return n;
}

enum nb_err nb_tally_acts_on_copies(struct nb_tally *t)
{
    enum nb_err err = NB_OK;
    struct copy *all = nb_arena_calloc(t->arena, 2 * t->carryings_n, sizeof(*all));
    struct nb_answered *numbers = nb_arena_calloc(t->arena, 2 * t->carryings_n, sizeof(*numbers));
    if (!all || !numbers) {
        return NB_ENOMEM;
    }
    size_t n = list_copies(t, all);
    if (n) {
        qsort(all, n, sizeof(*all), by_target);
    }
    for (size_t i = 0, end; err == NB_OK && i < n; i = end) {
        struct nb_key begin, from;
        int64_t first_ms = all[i].at_ms;
        for (end = i; end < n && nb_slice_eq(all[end].to, all[i].to); end++) {
            numbers[end].number = all[end].number;
            first_ms = all[end].at_ms < first_ms ? all[end].at_ms : first_ms;
        }
        const struct copies copies = {all + i, {numbers + i, end - i}};
        nb_key_text(&begin, all[i].to);
        from = begin;
        nb_key_add_u64(&from, nb_key_time(first_ms));
        err = nb_tally_rows(t, NB_TBL_EDGE, nb_key_slice(&begin), nb_key_slice(&from),
                            count_act_on_copy, &copies);
    }
    return err;
}
