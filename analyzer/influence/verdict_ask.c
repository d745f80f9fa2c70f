/* The verdict on an author as the store knows them, and on the rows of a list within bounds. */
#include <nabiz/verdict.h>

enum nb_err nb_verdict_ask(struct nb_txn *txn, const struct nb_influencer *who,
                           const struct nb_influence_query *query, uint64_t own_n,
                           struct nb_arena *arena, struct nb_credibility *out_credibility,
                           struct nb_verdict_text *out)
{
    struct nb_weights in_force;
    const struct nb_weights *weights = query->weights ? query->weights : &in_force;
    enum nb_err err = query->weights ? NB_OK : nb_weights_in_force(txn, &in_force);
    if (err == NB_OK) {
        err = nb_credibility(txn, who->author, query->to_ms, weights, arena, out_credibility);
    }
    if (err == NB_OK) {
        err = nb_verdict_of(who, out_credibility, own_n, weights, arena, out);
    }
    return err;
}

/* An author whose acts are too many for scratch is left out, which is no failure of the list. */
static enum nb_err mark_row(struct nb_txn *txn, const struct nb_influencer *row,
                            const struct nb_influence_query *query, struct nb_arena *scratch,
                            struct nb_arena *arena, struct nb_mark *out)
{
    struct nb_credibility credibility;
    struct nb_verdict_text verdict;
    enum nb_err err = nb_verdict_ask(txn, row, query, UINT64_MAX, scratch, &credibility, &verdict);
    if (err) {
        return err == NB_ENOMEM && nb_arena_failed(scratch) ? NB_OK : err;
    }
    out->mark = nb_arena_strdup(arena, nb_slice_str(verdict.mark));
    out->advice = verdict.advice;
    out->finding = verdict.finding;
    return out->mark ? NB_OK : NB_ENOMEM;
}

enum nb_err nb_verdict_marks(struct nb_txn *txn, const struct nb_influencer *const *rows, size_t n,
                             const struct nb_influence_query *query, struct nb_arena *arena,
                             const struct nb_mark **out, size_t *out_unread_n)
{
    struct nb_arena *scratch = nb_arena_new(NB_MARKS_READ_BYTES);
    struct nb_mark *marks = nb_arena_calloc(arena, n, sizeof(*marks));
    enum nb_err err = scratch && marks ? NB_OK : NB_ENOMEM;
    size_t read = 0, marked_n = 0;
    for (size_t i = 0; err == NB_OK && i < n && i < NB_MARKS_MAX && read < NB_MARKS_READ_BYTES;
         i++) {
        nb_arena_reset(scratch);
        err = mark_row(txn, rows[i], query, scratch, arena, &marks[i]);
        read += nb_arena_used(scratch);
        marked_n += marks[i].mark != NULL;
    }
    nb_arena_free(scratch);
    *out = marks;
    if (out_unread_n) {
        *out_unread_n = n - marked_n;
    }
    return err;
}
