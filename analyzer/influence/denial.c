#include "analyzer/influence/denial.h"

#include <stdlib.h>

#include "analyzer/keys.h"
#include "analyzer/sentiment/opinion.h"

static const uint32_t denying = UINT32_C(1) << NB_SIGN_DENIAL | UINT32_C(1) << NB_SIGN_CORRECTION;

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;
    return (*x > *y) - (*x < *y);
}

enum nb_err nb_deniable_of(const struct nb_author_doc_row *docs, size_t n, struct nb_arena *arena,
                           struct nb_deniable *out)
{
    *out = (struct nb_deniable){.numbers = nb_arena_calloc(arena, n, sizeof(out->numbers[0]))};
    if (!out->numbers) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (!docs[i].doc->deleted && !(docs[i].doc->signs & denying)) {
            out->numbers[out->n++] = docs[i].number;
        }
    }
    if (out->n) {
        qsort(out->numbers, out->n, sizeof(out->numbers[0]), by_number);
    }
    return NB_OK;
}

enum nb_err nb_edge_target(struct nb_txn *txn, const struct nb_edge *edge, uint64_t *out)
{
    struct nb_slice value;
    *out = edge->target;
    if (!nb_field(edge->url).len) {
        return NB_OK;
    }
    struct nb_id id = nb_known_url(nb_field(edge->url));
    enum nb_err err = nb_get(txn, NB_TBL_KNOWN, nb_slice(id.b, sizeof(id.b)), &value);
    if (err == NB_ENOTFOUND) {
        return NB_OK;
    }
    if (err == NB_OK && value.len < 8) {
        return NB_ECORRUPT;
    }
    if (err == NB_OK) {
        *out = nb_key_to_u64((const uint8_t *)value.p);
    }
    return err;
}

enum nb_err nb_edge_denies(struct nb_txn *txn, const struct nb_edge *edge,
                           const struct nb_deniable *deniable, uint64_t *target)
{
    uint64_t number;
    bool speaks = edge->act == NB__EDGE__ACT__LINK || edge->act == NB__EDGE__ACT__REPLY ||
                  edge->act == NB__EDGE__ACT__QUOTE;
    *target = 0;
    if (!speaks || !(edge->signs & denying)) {
        return NB_OK;
    }
    enum nb_err err = nb_edge_target(txn, edge, &number);
    if (err == NB_OK && deniable->n &&
        bsearch(&number, deniable->numbers, deniable->n, sizeof(number), by_number)) {
        *target = number;
    }
    return err;
}
