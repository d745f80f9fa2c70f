/*
 * The formula, in thousandths of a point:
 *
 *   points = 1000 * other sites that link to, quote or copy the author
 *          +  500 * other authors who reply to or mention the author
 *          +   50 * documents of the author on the topic, 20 at most
 *   score  = 1000 * points / (points + 5000)
 *
 * all within the window; each site and each author counts once however often it acts. The other
 * columns are measured or unknown, never guessed:
 *
 *   reach      1000 * c / (c + 50), c: comments the documents received, where any were reported
 *   expertise  the author's documents on the topic in 1000 of all the author's, from 3 on
 *   spread     1000 * a / (a + 5), a: other authors who took up what is no older than the first
 *   reception  mean sentiment of the replies, from 3 on
 *
 * Trust, coordination and the interval are unknown in this form.
 */
#include <nabiz/influence.h>

#include <inttypes.h>
#include <stdlib.h>

#include "analyzer/influence/acts.h"
#include "analyzer/influence/posts.h"
#include "analyzer/keys.h"

enum { REACH_HALF = 50, SPREAD_HALF = 5, EXPERTISE_MIN_N = 3, RECEPTION_MIN_N = 3 };

/* n of anything as 0..1000; half is what makes 500. */
static int32_t saturate(uint64_t n, uint64_t half)
{
    const uint64_t max = UINT64_C(1) << 50; /* 1000 * max fits */
    n = n < max ? n : max;
    return (int32_t)(1000 * n / (n + half));
}

static int32_t mean(int64_t sum, size_t n)
{
    return n ? (int32_t)(sum / (int64_t)n) : NB_UNKNOWN_MILLI;
}

static enum nb_err measure_expertise(struct nb_txn *txn, struct nb_slice topic,
                                     const struct nb_author *row, struct nb_arena *arena,
                                     struct nb_influencer *out)
{
    struct nb_key key;
    struct nb_slice value;
    struct nb_topic_author *on_topic;
    out->expertise_milli = NB_UNKNOWN_MILLI;
    if (!topic.len || topic.len > NB_TOPIC_BYTES || row->documents_n < EXPERTISE_MIN_N) {
        return NB_OK;
    }
    nb_key_text(&key, topic);
    nb_key_add(&key, out->author);
    enum nb_err err = nb_get(txn, NB_TBL_TOPIC_AUTHOR, nb_key_slice(&key), &value);
    if (err == NB_ENOTFOUND) {
        out->expertise_milli = 0;
        return NB_OK;
    }
    if (err == NB_OK) {
        err = nb_topic_author_decode(value, arena, &on_topic);
    }
    if (err == NB_OK) {
        out->expertise_milli = (int32_t)(on_topic->documents_n * 1000 / row->documents_n);
    }
    return err;
}

static enum nb_err measure_reception(struct nb_txn *txn, const struct nb_acts *acts,
                                     struct nb_arena *arena, struct nb_influencer *out)
{
    int64_t sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < acts->n; i++) {
        const struct nb_edge *edge = acts->acts[i].edge;
        struct nb_annotation *reply;
        if (edge->act != NB__EDGE__ACT__REPLY) {
            continue;
        }
        struct nb_arena_mark mark = nb_arena_mark(arena);
        enum nb_err err = nb_analysis_annotation(txn, edge->number, arena, &reply);
        if (err) {
            return err == NB_ENOTFOUND ? NB_ECORRUPT : err; /* edges go with their annotation */
        }
        if (reply->sentiment && reply->sentiment->has_score_milli) {
            sum += reply->sentiment->score_milli;
            n++;
        }
        nb_arena_rewind(arena, mark);
    }
    out->reception_milli = n >= RECEPTION_MIN_N ? mean(sum, n) : NB_UNKNOWN_MILLI;
    return NB_OK;
}

static void measure_posts(const struct nb_post *posts, size_t n, struct nb_influencer *out)
{
    int64_t sum = 0;
    size_t scored_n = 0;
    uint64_t comments_n = 0;
    bool has_comments_n = false;
    for (size_t i = 0; i < n; i++) {
        if (posts[i].score_milli != NB_UNKNOWN_MILLI) {
            sum += posts[i].score_milli;
            scored_n++;
        }
        has_comments_n |= posts[i].has_comments_n;
        comments_n += posts[i].comments_n;
    }
    out->posts_n = n;
    out->sentiment_milli = mean(sum, scored_n);
    out->reach_milli = has_comments_n ? saturate(comments_n, REACH_HALF) : NB_UNKNOWN_MILLI;
}

static enum nb_err read_author(struct nb_txn *txn, struct nb_slice author, struct nb_arena *arena,
                               struct nb_influencer *out, struct nb_author **row)
{
    enum nb_err err = nb_analysis_author(txn, author, arena, row);
    if (err) {
        return err;
    }
    out->author = author;
    out->site = nb_author_site(author);
    out->name = nb_field((*row)->name);
    if (!out->name.len) {
        struct nb_slice handle = nb_slice_sub(author, out->site.len + 1, author.len);
        out->name = handle.len ? handle : out->site;
    }
    return NB_OK;
}

/* Everything about one author. posts are the author's; acts are kept for a ledger. */
static enum nb_err measure(struct nb_txn *txn, struct nb_slice author, struct nb_slice topic,
                           int64_t from_ms, int64_t to_ms, const struct nb_post *posts, size_t n,
                           struct nb_arena *arena, struct nb_influencer *out, struct nb_acts *acts)
{
    struct nb_author *row;
    *out = (struct nb_influencer){.trust_milli = NB_UNKNOWN_MILLI,
                                  .coordination_milli = NB_UNKNOWN_MILLI,
                                  .low_milli = NB_UNKNOWN_MILLI,
                                  .high_milli = NB_UNKNOWN_MILLI};
    enum nb_err err = read_author(txn, author, arena, out, &row);
    if (err == NB_OK) {
        err =
            nb_acts_towards(txn, author, from_ms, to_ms, n ? posts[0].at_ms : from_ms, arena, acts);
    }
    if (err == NB_OK) {
        err = measure_expertise(txn, topic, row, arena, out);
    }
    if (err == NB_OK) {
        err = measure_reception(txn, acts, arena, out);
    }
    if (err) {
        return err;
    }
    measure_posts(posts, n, out);
    out->spread_milli = saturate(acts->spreaders_n, SPREAD_HALF);
    size_t counted_n = n < NB_POSTS_MAX ? n : NB_POSTS_MAX;
    out->points_milli = acts->points_milli + (int64_t)counted_n * NB_POINTS_POST;
    out->score_milli = saturate((uint64_t)out->points_milli, NB_POINTS_HALF);
    out->sites_n = acts->sites_n;
    out->answering_n = acts->authors_n;
    out->evidence = nb_arena_printf(
        arena, "linking sites: %" PRIu64 ", answering authors: %" PRIu64 ", documents: %zu",
        acts->sites_n, acts->authors_n, n);
    return out->evidence ? NB_OK : NB_ENOMEM;
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

/* Where the posts of posts[0]'s author end. */
static size_t same_author(const struct nb_post *posts, size_t n)
{
    size_t i = 1;
    while (i < n && nb_slice_eq(posts[i].author, posts[0].author)) {
        i++;
    }
    return i;
}

static size_t count_authors(const struct nb_post *posts, size_t n)
{
    size_t authors_n = 0;
    for (size_t i = 0; i < n; i += same_author(posts + i, n - i)) {
        authors_n++;
    }
    return authors_n;
}

enum nb_err nb_influence_list(struct nb_txn *txn, struct nb_slice topic, struct nb_slice site,
                              int64_t from_ms, int64_t to_ms, struct nb_arena *arena,
                              const struct nb_influencer **out, size_t *out_n)
{
    struct nb_post *posts;
    size_t posts_n;
    enum nb_err err =
        nb_posts(txn, topic, nb_slice(NULL, 0), from_ms, to_ms, arena, &posts, &posts_n);
    if (err) {
        return err;
    }
    struct nb_influencer *rows =
        nb_arena_calloc(arena, count_authors(posts, posts_n), sizeof(rows[0]));
    if (!rows) {
        return NB_ENOMEM;
    }
    size_t n = 0;
    for (size_t i = 0, of_author; i < posts_n; i += of_author) {
        of_author = same_author(posts + i, posts_n - i);
        struct nb_acts acts;
        if (site.len && !nb_slice_eq(nb_author_site(posts[i].author), site)) {
            continue;
        }
        err = measure(txn, posts[i].author, topic, from_ms, to_ms, posts + i, of_author, arena,
                      &rows[n], &acts);
        if (err) {
            return err == NB_ENOTFOUND ? NB_ECORRUPT : err; /* who posted has a row */
        }
        n++;
    }
    if (n) {
        qsort(rows, n, sizeof(rows[0]), by_score);
    }
    *out = rows;
    *out_n = n;
    return NB_OK;
}

static int by_time(const void *a, const void *b)
{
    const struct nb_ledger_row *x = a;
    const struct nb_ledger_row *y = b;
    if (x->at_ms != y->at_ms) {
        return x->at_ms < y->at_ms ? -1 : 1;
    }
    if (x->number != y->number) {
        return x->number < y->number ? -1 : 1;
    }
    return strcmp(x->act, y->act);
}

enum nb_err nb_influence_ledger(struct nb_txn *txn, struct nb_slice author, struct nb_slice topic,
                                int64_t from_ms, int64_t to_ms, struct nb_arena *arena,
                                struct nb_influencer *out, const struct nb_ledger_row **out_rows,
                                size_t *out_rows_n)
{
    struct nb_slice id;
    struct nb_post *posts;
    size_t posts_n;
    struct nb_influencer influencer;
    struct nb_acts acts;
    enum nb_err err = nb_author_id(author, nb_slice(NULL, 0), arena, &id);
    if (err == NB_OK && !id.len) {
        err = NB_ENOTFOUND;
    }
    if (err == NB_OK) {
        err = nb_posts(txn, topic, id, from_ms, to_ms, arena, &posts, &posts_n);
    }
    if (err == NB_OK) {
        err = measure(txn, id, topic, from_ms, to_ms, posts, posts_n, arena, &influencer, &acts);
    }
    if (err) {
        return err;
    }
    size_t n = 0;
    struct nb_ledger_row *rows = nb_arena_calloc(arena, posts_n + acts.n, sizeof(rows[0]));
    if (!rows) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < posts_n; i++) {
        rows[n++] = (struct nb_ledger_row){.at_ms = posts[i].at_ms,
                                           .act = "post",
                                           .who = id,
                                           .number = posts[i].number,
                                           .points_milli = i < NB_POSTS_MAX ? NB_POINTS_POST : 0};
    }
    for (size_t i = 0; i < acts.n; i++) {
        const struct nb_edge *edge = acts.acts[i].edge;
        rows[n++] = (struct nb_ledger_row){.at_ms = edge->at_ms,
                                           .act = nb_act_name(edge->act),
                                           .who = nb_field(edge->from),
                                           .url = nb_field(edge->url),
                                           .number = edge->number,
                                           .points_milli = acts.acts[i].points_milli};
    }
    if (n) {
        qsort(rows, n, sizeof(rows[0]), by_time);
    }
    *out = influencer;
    *out_rows = rows;
    *out_rows_n = n;
    return NB_OK;
}
