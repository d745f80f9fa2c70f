/*
 * Every row is read, changed and written back within the caller's write transaction. A row whose
 * counts are all back at 0 is deleted, so that adding and removing cancel out exactly.
 */
#include "analyzer/tally.h"

#include <assert.h>

#include <nabiz/date.h>

#include "analyzer/events/tally.h"
#include "analyzer/keys.h"
#include "analyzer/mentions.h"

/* load_X: the row, or an empty one when there is none. store_X: write it, or delete it when done.
 */
#define ROW(name, table)                                                                           \
    static enum nb_err load_##name(struct nb_txn *txn, struct nb_slice key,                        \
                                   struct nb_arena *arena, struct nb_##name **out)                 \
    {                                                                                              \
        struct nb_slice value;                                                                     \
        enum nb_err err = nb_get(txn, table, key, &value);                                         \
        if (err == NB_ENOTFOUND) {                                                                 \
            *out = nb_##name##_new(arena);                                                         \
            return *out ? NB_OK : NB_ENOMEM;                                                       \
        }                                                                                          \
        return err ? err : nb_##name##_decode(value, arena, out);                                  \
    }                                                                                              \
    static enum nb_err store_##name(struct nb_txn *txn, struct nb_slice key, bool empty,           \
                                    const struct nb_##name *row, struct nb_arena *arena)           \
    {                                                                                              \
        if (empty) {                                                                               \
            nb_del(txn, table, key);                                                               \
            return nb_txn_err(txn);                                                                \
        }                                                                                          \
        struct nb_slice value;                                                                     \
        enum nb_err err = nb_##name##_encode(row, arena, &value);                                  \
        if (err == NB_OK) {                                                                        \
            nb_put(txn, table, key, value);                                                        \
            err = nb_txn_err(txn);                                                                 \
        }                                                                                          \
        return err;                                                                                \
    }

ROW(author, NB_TBL_AUTHOR)
ROW(topic_hour, NB_TBL_TOPIC_HOUR)
ROW(topic_author, NB_TBL_TOPIC_AUTHOR)

static void count(uint64_t *field, protobuf_c_boolean *has, uint64_t n, int sign)
{
    if (sign > 0) {
        *field += n;
    } else {
        assert(*field >= n);
        *field -= n;
    }
    *has = 1;
}

static void sum(int64_t *field, protobuf_c_boolean *has, int64_t n, int sign)
{
    *field += sign > 0 ? n : -n;
    *has = 1;
}

/* Widens only: the earliest and latest ever seen. */
static void span(int64_t *first, protobuf_c_boolean *has_first, int64_t *last,
                 protobuf_c_boolean *has_last, int64_t at_ms, int sign)
{
    if (sign < 0) {
        return;
    }
    if (!*has_first || at_ms < *first) {
        *first = at_ms;
        *has_first = 1;
    }
    if (!*has_last || at_ms > *last) {
        *last = at_ms;
        *has_last = 1;
    }
}

static bool is_label(const Nb__Sentiment *sentiment, Nb__Label label)
{
    return sentiment && sentiment->has_label && sentiment->label == label;
}

static int64_t score_of(const Nb__Sentiment *sentiment)
{
    return sentiment && sentiment->has_score_milli ? sentiment->score_milli : 0;
}

static bool author_is_empty(const struct nb_author *row)
{
    return !row->documents_n && !row->links_in_n && !row->replies_in_n && !row->mentions_in_n;
}

static enum nb_err tally_author(struct nb_txn *txn, const struct nb_annotation *kept,
                                struct nb_slice author, int sign, struct nb_arena *arena)
{
    struct nb_author *row;
    enum nb_err err = load_author(txn, author, arena, &row);
    if (err) {
        return err;
    }
    span(&row->first_ms, &row->has_first_ms, &row->last_ms, &row->has_last_ms, kept->at_ms, sign);
    if (!nb_is_boost(kept)) { /* of boosts alone no row is kept, so that nothing could be taken */
        count(&row->documents_n, &row->has_documents_n, 1, sign);
        if (kept->has_comments_n) {
            count(&row->comments_n, &row->has_comments_n, kept->comments_n, sign);
        }
    }
    return store_author(txn, author, author_is_empty(row), row, arena);
}

static enum nb_err tally_hour(struct nb_txn *txn, const struct nb_annotation *kept, size_t hit,
                              int sign, struct nb_arena *arena)
{
    const Nb__Sentiment *sentiment = nb_topic_sentiment(kept, hit);
    struct nb_key key;
    nb_key_text(&key, nb_field(kept->topics[hit]->topic));
    nb_key_add_u64(&key, nb_key_time(kept->at_ms) / NB_HOUR_MS);
    struct nb_topic_hour *row;
    enum nb_err err = load_topic_hour(txn, nb_key_slice(&key), arena, &row);
    if (err) {
        return err;
    }
    count(&row->documents_n, &row->has_documents_n, 1, sign);
    count(&row->negative_n, &row->has_negative_n, is_label(sentiment, NB__LABEL__NEGATIVE), sign);
    count(&row->neutral_n, &row->has_neutral_n, is_label(sentiment, NB__LABEL__NEUTRAL), sign);
    count(&row->positive_n, &row->has_positive_n, is_label(sentiment, NB__LABEL__POSITIVE), sign);
    sum(&row->score_sum_milli, &row->has_score_sum_milli, score_of(sentiment), sign);
    return store_topic_hour(txn, nb_key_slice(&key), row->documents_n == 0, row, arena);
}

static enum nb_err tally_topic_author(struct nb_txn *txn, const struct nb_annotation *kept,
                                      size_t hit, struct nb_slice author, int sign,
                                      struct nb_arena *arena)
{
    const Nb__Sentiment *sentiment = nb_topic_sentiment(kept, hit);
    struct nb_key key;
    nb_key_text(&key, nb_field(kept->topics[hit]->topic));
    nb_key_add(&key, author);
    struct nb_topic_author *row;
    enum nb_err err = load_topic_author(txn, nb_key_slice(&key), arena, &row);
    if (err) {
        return err;
    }
    count(&row->documents_n, &row->has_documents_n, 1, sign);
    count(&row->negative_n, &row->has_negative_n, is_label(sentiment, NB__LABEL__NEGATIVE), sign);
    count(&row->positive_n, &row->has_positive_n, is_label(sentiment, NB__LABEL__POSITIVE), sign);
    sum(&row->score_sum_milli, &row->has_score_sum_milli, score_of(sentiment), sign);
    span(&row->first_ms, &row->has_first_ms, &row->last_ms, &row->has_last_ms, kept->at_ms, sign);
    if (kept->has_comments_n) {
        count(&row->comments_n, &row->has_comments_n, kept->comments_n, sign);
    }
    return store_topic_author(txn, nb_key_slice(&key), row->documents_n == 0, row, arena);
}

static enum nb_err tally_mention(struct nb_txn *txn, const struct nb_annotation *kept, size_t hit,
                                 struct nb_slice author, int sign, struct nb_arena *arena)
{
    struct nb_key key;
    nb_key_text(&key, nb_field(kept->topics[hit]->topic));
    nb_key_add_u64(&key, nb_key_time(kept->at_ms));
    nb_key_add_u64(&key, kept->number);
    if (sign < 0) {
        nb_del(txn, NB_TBL_TOPIC_DOC, nb_key_slice(&key));
        return nb_txn_err(txn);
    }
    struct nb_mention *mention = nb_mention_new(arena);
    if (!mention) {
        return NB_ENOMEM;
    }
    if (author.len && !(mention->author = nb_arena_strdup(arena, author))) {
        return NB_ENOMEM;
    }
    mention->has_kind = kept->has_kind;
    mention->kind = kept->kind;
    mention->sentiment = nb_topic_sentiment(kept, hit);
    mention->has_comments_n = kept->has_comments_n;
    mention->comments_n = kept->comments_n;
    nb_mention_fill(mention, kept);
    struct nb_slice value;
    enum nb_err err = nb_mention_encode(mention, arena, &value);
    if (err == NB_OK) {
        nb_put(txn, NB_TBL_TOPIC_DOC, nb_key_slice(&key), value);
        err = nb_txn_err(txn);
    }
    return err;
}

static enum nb_err tally_edge(struct nb_txn *txn, const struct nb_edge *edge, uint32_t ordinal,
                              int sign, struct nb_arena *arena)
{
    struct nb_slice to = nb_field(edge->to);
    struct nb_key key;
    nb_key_text(&key, to);
    nb_key_add_u64(&key, nb_key_time(edge->at_ms));
    nb_key_add_u64(&key, edge->number);
    nb_key_add_u32(&key, ordinal);
    if (sign < 0) {
        nb_del(txn, NB_TBL_EDGE, nb_key_slice(&key));
    } else {
        struct nb_slice value;
        enum nb_err err = nb_edge_encode(edge, arena, &value);
        if (err) {
            return err;
        }
        nb_put(txn, NB_TBL_EDGE, nb_key_slice(&key), value);
    }
    struct nb_author *row;
    enum nb_err err = load_author(txn, to, arena, &row);
    if (err) {
        return err;
    }
    switch (edge->act) {
    case NB__EDGE__ACT__REPLY:
        count(&row->replies_in_n, &row->has_replies_in_n, 1, sign);
        break;
    case NB__EDGE__ACT__MENTION:
        count(&row->mentions_in_n, &row->has_mentions_in_n, 1, sign);
        break;
    default: /* link, quote, copy, boost: each carries the author's words or address further */
        count(&row->links_in_n, &row->has_links_in_n, 1, sign);
        break;
    }
    return store_author(txn, to, author_is_empty(row), row, arena);
}

enum nb_err nb_tally_topic(struct nb_txn *txn, const struct nb_annotation *kept, size_t hit,
                           int sign, struct nb_arena *arena)
{
    struct nb_slice author;
    enum nb_err err = nb_author_id(nb_field(kept->author), nb_field(kept->site), arena, &author);
    if (err == NB_OK) {
        err = tally_hour(txn, kept, hit, sign, arena);
    }
    if (err == NB_OK) {
        err = tally_mention(txn, kept, hit, author, sign, arena);
    }
    if (err == NB_OK && author.len) {
        err = tally_topic_author(txn, kept, hit, author, sign, arena);
    }
    return err;
}

static bool topic_is_repeated(const struct nb_annotation *kept, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (nb_slice_eq(nb_field(kept->topics[k]->topic), nb_field(kept->topics[i]->topic))) {
            return true;
        }
    }
    return false;
}

enum nb_err nb_tally_apply(struct nb_txn *txn, const struct nb_annotation *kept, int sign,
                           struct nb_arena *arena)
{
    struct nb_slice author;
    enum nb_err err = nb_author_id(nb_field(kept->author), nb_field(kept->site), arena, &author);
    if (err == NB_OK && author.len) {
        err = tally_author(txn, kept, author, sign, arena);
    }
    for (size_t i = 0; err == NB_OK && i < kept->n_topics; i++) {
        if (topic_is_repeated(kept, i)) {
            continue;
        }
        err = nb_tally_topic(txn, kept, i, sign, arena);
    }
    for (size_t i = 0; err == NB_OK && i < kept->n_edges; i++) {
        err = tally_edge(txn, kept->edges[i], (uint32_t)i, sign, arena);
    }
    return err == NB_OK ? nb_event_tally(txn, kept, author, sign) : err;
}

enum nb_err nb_tally_name(struct nb_txn *txn, struct nb_slice author, struct nb_slice name,
                          struct nb_arena *arena)
{
    struct nb_author *row;
    if (!author.len || !name.len) {
        return NB_OK;
    }
    enum nb_err err = load_author(txn, author, arena, &row);
    if (err || nb_slice_eq(nb_field(row->name), name)) {
        return err;
    }
    row->name = nb_arena_strdup(arena, name);
    return row->name ? store_author(txn, author, false, row, arena) : NB_ENOMEM;
}
