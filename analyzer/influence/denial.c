#include "analyzer/influence/denial.h"

#include <stdlib.h>

#include "analyzer/keys.h"
#include "analyzer/sentiment/opinion.h"

/* From this strength on a document has an opinion that an answer can share. */
enum { OPINION_FROM = 200 };

static const uint32_t denying = UINT32_C(1) << NB_SIGN_DENIAL | UINT32_C(1) << NB_SIGN_CORRECTION;

static int by_number(const void *a, const void *b)
{
    const struct nb_answered *x = a;
    const struct nb_answered *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

enum nb_err nb_answerable_of(const struct nb_author_doc_row *docs, size_t n, struct nb_arena *arena,
                             struct nb_answerable *out)
{
    *out = (struct nb_answerable){.all = nb_arena_calloc(arena, n, sizeof(out->all[0]))};
    if (!out->all) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (!docs[i].doc->deleted) {
            out->all[out->n++] = (struct nb_answered){docs[i].number, docs[i].doc->score_milli,
                                                      (docs[i].doc->signs & denying) != 0};
        }
    }
    if (out->n) {
        qsort(out->all, out->n, sizeof(out->all[0]), by_number);
    }
    return NB_OK;
}

static const struct nb_answered *find(const struct nb_answerable *targets, uint64_t number)
{
    const struct nb_answered key = {.number = number};
    return targets->n ? bsearch(&key, targets->all, targets->n, sizeof(key), by_number) : NULL;
}

enum nb_err nb_edge_target(struct nb_txn *txn, const struct nb_edge *edge,
                           const struct nb_answerable *targets, const struct nb_answered **out)
{
    struct nb_slice value;
    *out = edge->has_target ? find(targets, edge->target) : NULL;
    if (*out || !nb_field(edge->url).len) {
        return NB_OK;
    }
    struct nb_id id = nb_known_url(nb_field(edge->url));
    enum nb_err err = nb_get(txn, NB_TBL_KNOWN, nb_slice(id.b, sizeof(id.b)), &value);
    if (err == NB_OK && value.len < 8) {
        return NB_ECORRUPT;
    }
    if (err == NB_OK) {
        *out = find(targets, nb_key_to_u64((const uint8_t *)value.p));
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

bool nb_shouts(uint32_t signs)
{
    return (signs & (UINT32_C(1) << NB_SIGN_SENSATION | UINT32_C(1) << NB_SIGN_HEARSAY)) != 0;
}

bool nb_edge_denies(const struct nb_edge *edge, const struct nb_answered *target)
{
    bool speaks = edge->act == NB__EDGE__ACT__LINK || edge->act == NB__EDGE__ACT__REPLY ||
                  edge->act == NB__EDGE__ACT__QUOTE;
    return speaks && target && !target->denies && (edge->signs & denying);
}

int32_t nb_edge_agrees(const struct nb_edge *edge, const struct nb_answered *target)
{
    int32_t opinion = target ? target->score_milli : 0;
    return opinion >= OPINION_FROM    ? edge->score_milli
           : opinion <= -OPINION_FROM ? -edge->score_milli
                                      : edge->score_milli / 2;
}
