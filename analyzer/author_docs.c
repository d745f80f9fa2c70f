#include "analyzer/author_docs.h"

#include "analyzer/keys.h"

/* Kinds of counts are few; more come from an archive that is not what it says it is. */
enum { COUNTS_MAX = 8 };

static void key_of(struct nb_key *key, struct nb_slice author, const struct nb_annotation *kept)
{
    nb_key_text(key, author);
    nb_key_add_u64(key, nb_key_time(kept->at_ms));
    nb_key_add_u64(key, kept->number);
}

static enum nb_err put(struct nb_txn *txn, const struct nb_key *key,
                       const struct nb_author_doc *row, struct nb_arena *arena)
{
    struct nb_slice value;
    enum nb_err err = nb_author_doc_encode(row, arena, &value);
    if (err == NB_OK) {
        nb_put(txn, NB_TBL_AUTHOR_DOC, nb_key_slice(key), value);
        err = nb_txn_err(txn);
    }
    return err;
}

/* What the acts of a document say of it. */
static void take_acts(struct nb_author_doc *row, const struct nb_annotation *kept)
{
    for (size_t i = 0; i < kept->n_edges; i++) {
        row->links_n += kept->edges[i]->act == NB__EDGE__ACT__LINK;
        row->copied |= kept->edges[i]->act == NB__EDGE__ACT__COPY;
    }
    row->has_links_n = 1;
    row->has_copied = row->copied;
}

/* The page that opens the thread, unless it is that itself. Its number would change whenever it is
 * revised. */
static void take_thread(const struct nb_document *document, struct nb_author_doc *row)
{
    struct nb_slice thread = nb_field(document->thread);
    if (thread.len && !nb_slice_eq(thread, nb_field(document->url))) {
        row->has_thread = 1;
        row->thread = nb_key_to_u64(nb_known_url(thread).b);
    }
}

enum nb_err nb_author_docs_add(struct nb_txn *txn, const struct nb_document *document,
                               const struct nb_annotation *kept, struct nb_slice author,
                               const struct nb_annotation *old, struct nb_arena *arena)
{
    if (!author.len || nb_is_boost(kept)) {
        return NB_OK;
    }
    struct nb_author_doc *row = nb_author_doc_new(arena);
    if (!row) {
        return NB_ENOMEM;
    }
    if (kept->sentiment && kept->sentiment->has_score_milli) {
        row->has_score_milli = 1;
        row->score_milli = kept->sentiment->score_milli;
    }
    row->engagement = document->engagement;
    row->n_engagement = document->n_engagement < COUNTS_MAX ? document->n_engagement : COUNTS_MAX;
    row->has_cluster = kept->has_cluster;
    row->cluster = kept->cluster;
    row->has_signs = kept->has_signs;
    row->signs = kept->signs;
    row->has_synthetic_milli = kept->has_synthetic_milli;
    row->synthetic_milli = kept->synthetic_milli;
    row->has_text_bytes = 1;
    row->text_bytes = nb_field(document->text).len;
    row->has_revised = row->revised = old != NULL;
    take_acts(row, kept);
    take_thread(document, row);
    struct nb_key key;
    key_of(&key, author, kept);
    return put(txn, &key, row, arena);
}

enum nb_err nb_author_docs_remove(struct nb_txn *txn, const struct nb_annotation *kept,
                                  bool deleted, struct nb_arena *arena)
{
    struct nb_slice author;
    struct nb_key key;
    enum nb_err err = nb_author_id(nb_field(kept->author), nb_field(kept->site), arena, &author);
    if (err || !author.len || nb_is_boost(kept)) {
        return err;
    }
    key_of(&key, author, kept);
    if (!deleted) {
        nb_del(txn, NB_TBL_AUTHOR_DOC, nb_key_slice(&key));
        return nb_txn_err(txn);
    }
    struct nb_author_doc *row = nb_author_doc_new(arena);
    if (!row) {
        return NB_ENOMEM;
    }
    row->has_deleted = row->deleted = 1;
    return put(txn, &key, row, arena);
}
