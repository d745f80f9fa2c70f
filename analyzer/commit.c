/*
 * One document at a time, in log order:
 *
 *   1. KNOWN[identity] names the revision in force, if any. What it added is taken away again and
 *      its annotation deleted.
 *   2. Edges are resolved: an act on a URL is credited to the author of the document at that URL,
 *      if the log had it before. Only the log so far counts, so the result does not depend on when
 *      the analyzer ran. The resolved edges are what is stored, so that step 1 can later take away
 *      exactly what was added here. What is done towards an author who is forgotten is left out.
 *   3. The annotation and its tallies are written, and topics that gained a document are watched.
 *      A boost is an act only: nothing finds it, and it stands for no address, as some servers give
 *      it the one of what it passes on.
 *
 * The revision in force is found by identity and not by Document.supersedes: when a revision was
 * skipped for its size, the next one must still replace the one before it.
 */
#include "analyzer/commit.h"

#include <inttypes.h>
#include <stdio.h>

#include <nabiz/analysis.h>
#include <nabiz/date.h>
#include <nabiz/forget.h>
#include <nabiz/log.h>
#include <nabiz/pack.h>
#include <nabiz/url.h>

#include "analyzer/alerts/incident.h"
#include "analyzer/alerts/watch.h"
#include "analyzer/audience.h"
#include "analyzer/author_docs.h"
#include "analyzer/index/entry.h"
#include "analyzer/influence/standing_keep.h"
#include "analyzer/keys.h"
#include "analyzer/mentions.h"
#include "analyzer/tally.h"
#include "analyzer/topics/copies.h"

/* What is taken up after so long is worth more than news; as far as acts have to lie apart. */
static const uint64_t WEEK_MS = 7 * NB_DAY_MS;

/* More comments than this are a mistake of the page; keeps sums far from overflow. */
static const uint64_t COMMENTS_MAX = 1000000000;

/* The hits of topics without what found them, which is not stored. */
static enum nb_err drop_reasons(struct nb_annotation *kept, struct nb_arena *scratch)
{
    size_t n = kept->n_topics;
    Nb__TopicHit *hits = nb_arena_alloc(scratch, n * sizeof(*hits));
    Nb__TopicHit **list = nb_arena_alloc(scratch, n * sizeof(*list));
    if (!hits || !list) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        hits[i] = *kept->topics[i];
        hits[i].n_terms = hits[i].n_readings = 0;
        list[i] = &hits[i];
    }
    kept->topics = list;
    return NB_OK;
}

enum nb_err nb_commit_keep(const struct nb_annotation *annotation, struct nb_arena *scratch,
                           struct nb_arena *arena, struct nb_annotation **out)
{
    struct nb_annotation kept = *annotation;
    kept.n_sentences = 0;
    kept.n_tokens = 0;
    kept.n_reasons = 0;
    kept.n_weights = 0;
    kept.at_ms = (int64_t)nb_key_time(kept.at_ms);
    kept.has_at_ms = 1;
    if (kept.comments_n > COMMENTS_MAX) {
        kept.comments_n = COMMENTS_MAX;
    }
    struct nb_slice bytes;
    enum nb_err err = drop_reasons(&kept, scratch);
    if (err == NB_OK) {
        err = nb_annotation_encode(&kept, scratch, &bytes);
    }
    if (err) {
        return err;
    }
    if (bytes.len > NB_KEPT_MAX_BYTES) {
        return NB_ETOOBIG;
    }
    return nb_annotation_decode(bytes, arena, out);
}

struct known {
    uint64_t number;
    uint64_t at; /* nb_key_time() of when it was published */
    struct nb_slice author;
};

static enum nb_err known_get(struct nb_txn *txn, struct nb_slice id, struct nb_arena *arena,
                             struct known *out)
{
    struct nb_slice value;
    enum nb_err err = nb_get(txn, NB_TBL_KNOWN, id, &value);
    if (err) {
        return err;
    }
    if (value.len < 16) {
        return NB_ECORRUPT;
    }
    out->number = nb_key_to_u64((const uint8_t *)value.p);
    out->at = nb_key_to_u64((const uint8_t *)value.p + 8);
    out->author = nb_arena_copy(arena, nb_slice_sub(value, 16, value.len));
    return out->author.p ? NB_OK : NB_ENOMEM;
}

static void known_put(struct nb_txn *txn, struct nb_slice id, const struct nb_annotation *kept,
                      struct nb_slice author)
{
    struct nb_key value = {0};
    nb_key_add_u64(&value, kept->number);
    nb_key_add_u64(&value, nb_key_time(kept->at_ms));
    nb_key_add(&value, author);
    nb_put(txn, NB_TBL_KNOWN, id, nb_key_slice(&value));
}

static struct nb_slice identity_of(const struct nb_document *document)
{
    if (!document->has_identity || document->identity.len != NB_ID_BYTES) {
        return nb_slice(NULL, 0);
    }
    return nb_slice(document->identity.data, document->identity.len);
}

static enum nb_err annotation_put(struct nb_txn *txn, const struct nb_annotation *kept,
                                  struct nb_arena *arena)
{
    struct nb_slice bytes;
    struct nb_slice value;
    enum nb_err err = nb_annotation_encode(kept, arena, &bytes);
    if (err == NB_OK) {
        err = nb_pack(nb_slice(NULL, 0), bytes, arena, &value);
    }
    if (err == NB_OK) {
        uint8_t key[8];
        nb_key_u64(kept->number, key);
        nb_put_last(txn, NB_TBL_ANNOTATION, nb_slice(key, sizeof(key)), value);
        err = nb_txn_err(txn);
    }
    return err;
}

/* Take away the revision in force. @param old [out] NULL when there was none. */
static enum nb_err retract(struct nb_txn *txn, const struct nb_document *document,
                           struct nb_arena *arena, struct nb_annotation **old)
{
    *old = NULL;
    struct nb_slice identity = identity_of(document);
    struct known known;
    enum nb_err err = identity.len ? known_get(txn, identity, arena, &known) : NB_ENOTFOUND;
    if (err == NB_ENOTFOUND) {
        return NB_OK;
    }
    if (err == NB_OK) {
        err = nb_analysis_annotation(txn, known.number, arena, old);
    }
    if (err == NB_OK) {
        err = nb_tally_apply(txn, *old, -1, arena);
    }
    if (err == NB_OK) {
        err = nb_author_docs_remove(txn, *old, document->deleted, arena);
    }
    if (err == NB_OK) {
        err = nb_copies_remove(txn, *old, arena);
    }
    if (err == NB_OK && !nb_is_boost(*old)) {
        err = nb_index_retract(txn, known.number);
    }
    if (err == NB_OK) {
        uint8_t key[8];
        nb_key_u64(known.number, key);
        nb_del(txn, NB_TBL_ANNOTATION, nb_slice(key, sizeof(key)));
        nb_del(txn, NB_TBL_KNOWN, identity);
        err = nb_txn_err(txn);
    }
    return err == NB_ENOTFOUND ? NB_ECORRUPT
                               : err; /* KNOWN named an annotation that is not there */
}

/* The document that is known under this id, or number 0. */
static enum nb_err known_as(struct nb_txn *txn, struct nb_id id, struct nb_arena *arena,
                            struct known *out)
{
    enum nb_err err = known_get(txn, nb_slice(id.b, sizeof(id.b)), arena, out);
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/*
 * What a URL or guid names, as far as the log went; number 0 when unknown. A URL may name a part of
 * a page, a comment; when that is not known, the page is meant.
 */
static enum nb_err known_behind(struct nb_txn *txn, struct nb_slice site, struct nb_slice target,
                                struct nb_arena *arena, struct known *out)
{
    *out = (struct known){0};
    if (!target.len) {
        return NB_OK;
    }
    enum nb_err err =
        known_as(txn, nb_document_identity(site, target, nb_slice(NULL, 0)), arena, out);
    if (err || out->author.len) {
        return err;
    }
    struct nb_url url;
    struct nb_slice form;
    err = nb_url_parse(target, NULL, arena, &url);
    if (err || !nb_url_is_http(&url)) {
        return err == NB_ENOMEM ? err : NB_OK;
    }
    err = nb_url_permalink(&url, arena, &form);
    if (err == NB_OK) {
        err = known_as(txn, nb_known_url(form), arena, out);
    }
    if (err == NB_OK && !out->author.len && url.fragment.len) {
        err = nb_url_canonical(&url, arena, &form);
        if (err == NB_OK) {
            err = known_as(txn, nb_known_url(form), arena, out);
        }
    }
    return err;
}

static bool edge_is_repeated(const struct nb_edge *const *edges, size_t n, const char *to,
                             Nb__Edge__Act act)
{
    for (size_t i = 0; i < n; i++) {
        if (edges[i]->act == act && strcmp(edges[i]->to, to) == 0) {
            return true;
        }
    }
    return false;
}

/* A site that points at itself is navigation; an author who does is not heard twice. */
static bool is_own(struct nb_slice from, struct nb_slice to)
{
    return nb_slice_eq(from, to) || (to.len && to.p[to.len - 1] == '/' &&
                                     nb_slice_eq(nb_author_site(from), nb_author_site(to)));
}

/* What is known of the document acted upon and of the one it was done in. */
static void take_document(struct nb_edge *edge, const struct nb_annotation *kept,
                          const struct known *target)
{
    if (target->number) {
        edge->has_target = 1;
        edge->target = target->number;
        edge->has_late = edge->late = nb_key_time(kept->at_ms) >= target->at + WEEK_MS;
    }
    if (kept->sentiment && kept->sentiment->has_score_milli) {
        edge->has_score_milli = 1;
        edge->score_milli = kept->sentiment->score_milli;
    }
    edge->has_signs = kept->has_signs;
    edge->signs = kept->signs;
}

/* One edge with its `to` resolved. @param out [out] NULL when it is not kept. */
static enum nb_err resolve(struct nb_txn *txn, const struct nb_annotation *kept,
                           struct nb_slice from, const struct nb_edge *edge,
                           const struct nb_commit *commit, struct nb_edge **out)
{
    struct nb_arena *arena = commit->arena;
    *out = NULL;
    struct nb_slice to = nb_field(edge->to);
    struct known known = {0};
    enum nb_err err = NB_OK;
    if (!edge->has_target) { /* a guid is one on the site that it leads to */
        struct nb_slice scope = to.len ? nb_author_site(to) : nb_field(kept->site);
        err = known_behind(txn, scope, nb_field(edge->url), arena, &known);
    }
    if (known.author.len && (!to.len || to.p[to.len - 1] == '/')) { /* at most the site is known */
        to = known.author;
    }
    if (err == NB_OK && nb_forgotten_has(commit->forgotten, to)) {
        return NB_OK;
    }
    if (err == NB_OK && to.len) {
        err = nb_author_id(to, nb_slice(NULL, 0), arena, &to);
    }
    if (err || !to.len || is_own(from, to)) {
        return err;
    }
    struct nb_edge *resolved = nb_edge_new(arena);
    if (!resolved) {
        return NB_ENOMEM;
    }
    *resolved = *edge;
    resolved->from = nb_arena_strdup(arena, from);
    resolved->to = nb_arena_strdup(arena, to);
    if (!resolved->from || !resolved->to) {
        return NB_ENOMEM;
    }
    resolved->at_ms = kept->at_ms;
    resolved->has_at_ms = 1;
    resolved->number = kept->number;
    resolved->has_number = 1;
    take_document(resolved, kept, &known);
    *out = resolved;
    return NB_OK;
}

static enum nb_err resolve_all(struct nb_txn *txn, struct nb_annotation *kept, struct nb_slice from,
                               const struct nb_commit *commit)
{
    struct nb_arena *arena = commit->arena;
    size_t max_n = kept->n_edges < NB_EDGES_MAX ? kept->n_edges : NB_EDGES_MAX;
    struct nb_edge **edges = nb_arena_calloc(arena, max_n, sizeof(struct nb_edge *));
    if (!edges) {
        return NB_ENOMEM;
    }
    size_t n = 0;
    for (size_t i = 0; from.len && i < kept->n_edges && n < max_n; i++) {
        struct nb_edge *edge;
        enum nb_err err = resolve(txn, kept, from, kept->edges[i], commit, &edge);
        if (err) {
            return err;
        }
        if (edge &&
            !edge_is_repeated((const struct nb_edge *const *)edges, n, edge->to, edge->act)) {
            edges[n++] = edge;
        }
    }
    kept->edges = edges;
    kept->n_edges = n;
    return NB_OK;
}

static enum nb_err watch_topics(struct nb_txn *txn, const struct nb_watched *watched,
                                struct nb_commit *commit)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < watched->kept->n_topics; i++) {
        bool opened = false;
        err = nb_watch(txn, watched, i, commit->arena, &opened);
        commit->alerts_n += opened;
    }
    return err;
}

static enum nb_err index_item(struct nb_txn *txn, const struct nb_commit_item *item,
                              const struct nb_annotation *kept, struct nb_slice author,
                              struct nb_commit *commit)
{
    struct nb_buf entry;
    if (nb_is_boost(kept)) {
        return NB_OK;
    }
    nb_buf_init(&entry, NB_ENTRY_BYTES_MAX + NB_KEPT_MAX_BYTES);
    enum nb_err err = nb_entry_make(item->document, kept, author, item->words, &entry);
    if (err == NB_OK) {
        err = nb_index_add(txn, &commit->tail, kept->number, nb_buf_slice(&entry));
    }
    nb_buf_fini(&entry);
    return err;
}

static enum nb_err commit_item(struct nb_txn *txn, const struct nb_commit_item *item,
                               struct nb_commit *commit)
{
    struct nb_arena *arena = commit->arena;
    const struct nb_document *document = item->document;
    struct nb_annotation *old;
    commit->clock_ms = nb_watch_clock(commit->clock_ms, document);
    enum nb_err err = nb_incident_tick(txn, commit->clock_ms, arena);
    if (err == NB_OK) {
        err = retract(txn, document, arena, &old);
    }
    if (err == NB_OK && old) {
        err = nb_watch_retract(txn, old, arena);
    }
    if (err == NB_OK && old) {
        err = nb_standing_keep_note(commit->standing, old, -1);
    }
    if (err || !item->annotation) {
        return err;
    }
    struct nb_annotation kept = *item->annotation;
    kept.number = document->number;
    kept.has_number = 1;
    nb_story_keys(document, &kept);
    struct nb_slice author;
    err = nb_author_id(nb_field(kept.author), nb_field(kept.site), arena, &author);
    if (err == NB_OK && !nb_is_boost(&kept)) {
        err = nb_copies_add(txn, document, &kept, author, arena);
    }
    if (err == NB_OK) {
        err = resolve_all(txn, &kept, author, commit);
    }
    if (err == NB_OK) {
        err = annotation_put(txn, &kept, arena);
    }
    if (err == NB_OK) {
        err = nb_tally_apply(txn, &kept, 1, arena);
    }
    if (err == NB_OK) {
        err = nb_standing_keep_note(commit->standing, &kept, 1);
    }
    if (err == NB_OK) {
        err = nb_author_docs_add(txn, document, &kept, author, old, arena);
    }
    if (err == NB_OK) {
        err = nb_tally_name(txn, author, nb_field(document->author_name), arena);
    }
    if (err == NB_OK) {
        err = nb_audience_note(txn, document, author, arena);
    }
    if (err == NB_OK) {
        err = index_item(txn, item, &kept, author, commit);
    }
    if (err) {
        return err;
    }
    if (identity_of(document).len) {
        known_put(txn, identity_of(document), &kept, author);
    }
    if (nb_field(document->url).len && !nb_is_boost(&kept)) {
        struct nb_id id = nb_known_url(nb_field(document->url));
        known_put(txn, nb_slice(id.b, sizeof(id.b)), &kept, author);
    }
    const struct nb_watched watched = {.document = document,
                                       .kept = &kept,
                                       .old = old,
                                       .author = author,
                                       .calendar = commit->calendar,
                                       .clock_ms = commit->clock_ms};
    return watch_topics(txn, &watched, commit);
}

static void meta_put(struct nb_txn *txn, const char *key, const char *value)
{
    nb_put(txn, NB_TBL_ANALYSIS_META, nb_slice_str(key), nb_slice_str(value));
}

static void meta_put_int(struct nb_txn *txn, const char *key, int64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    meta_put(txn, key, text);
}

/* What is in use and since which document; earlier ones are not kept. */
static enum nb_err note_use(struct nb_txn *txn, const char *meta, const struct nb_id *id,
                            uint64_t from)
{
    char hex[NB_ID_HEX];
    char text[NB_ID_HEX + 24];
    nb_hex(nb_slice(id->b, sizeof(id->b)), hex);
    (void)snprintf(text, sizeof(text), "%s %" PRIu64, hex, from);
    struct nb_slice value;
    enum nb_err err = nb_get(txn, NB_TBL_ANALYSIS_META, nb_slice_str(meta), &value);
    if (err == NB_OK && nb_slice_starts(value, nb_slice_str(hex))) {
        return NB_OK;
    }
    if (err == NB_OK || err == NB_ENOTFOUND) {
        meta_put(txn, meta, text);
        err = nb_txn_err(txn);
    }
    return err;
}

static enum nb_err meta_get_int(struct nb_txn *txn, struct nb_slice key, int64_t *out)
{
    struct nb_slice value;
    *out = -1;
    enum nb_err err = nb_get(txn, NB_TBL_ANALYSIS_META, key, &value);
    if (err == NB_OK && !nb_slice_to_i64(value, out)) {
        return NB_ECORRUPT;
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

/* A text that is kept as long as it is in use. */
static enum nb_err note_text(struct nb_txn *txn, struct nb_slice key, struct nb_slice text)
{
    struct nb_slice value;
    enum nb_err err = nb_get(txn, NB_TBL_ANALYSIS_META, key, &value);
    if (err == NB_ENOTFOUND || (err == NB_OK && !nb_slice_eq(value, text))) {
        nb_put(txn, NB_TBL_ANALYSIS_META, key, text);
        err = nb_txn_err(txn);
    }
    return err;
}

static enum nb_err note_influence(struct nb_txn *txn, const struct nb_commit *commit)
{
    struct nb_buf text;
    if (!commit->weights) {
        return NB_OK;
    }
    nb_buf_init(&text, NB_WEIGHTS_BYTES_MAX);
    nb_weights_write(commit->weights, &text);
    enum nb_err err = text.err;
    if (err == NB_OK) {
        err = note_text(txn, NB_LIT(NB_META_WEIGHTS), nb_buf_slice(&text));
    }
    nb_buf_fini(&text);
    if (err == NB_OK && commit->seeds) {
        err = note_text(txn, NB_LIT(NB_META_SEEDS),
                        nb_slice(commit->seeds->text, commit->seeds->len));
    }
    return err;
}

static enum nb_err note_watermark(struct nb_txn *txn, const struct nb_commit *commit)
{
    int64_t newest;
    enum nb_err err = meta_get_int(txn, NB_LIT(NB_META_WATERMARK), &newest);
    if (err) {
        return err;
    }
    int64_t before = newest;
    for (size_t i = 0; i < commit->items_n; i++) {
        const struct nb_annotation *annotation = commit->items[i].annotation;
        if (annotation && annotation->at_ms > newest) {
            newest = annotation->at_ms;
        }
    }
    if (newest != before) {
        meta_put_int(txn, NB_META_WATERMARK, newest);
    }
    return nb_txn_err(txn);
}

enum nb_err nb_commit_run(struct nb_txn *txn, void *arg)
{
    struct nb_commit *commit = arg;
    commit->alerts_n = 0; /* may be run again when the map had to grow */
    commit->tail = (struct nb_index_tail){.known = false};
    uint64_t cursor;
    enum nb_err err = meta_get_int(txn, NB_LIT(NB_META_CLOCK), &commit->clock_ms);
    if (err == NB_OK) {
        err = nb_analysis_cursor(txn, &cursor);
    }
    if (err == NB_OK) {
        nb_standing_keep_begin(commit->standing, cursor);
        err = note_influence(txn, commit); /* before the items: a standing is made with them */
    }
    if (err) {
        return err;
    }
    for (size_t i = 0; i < commit->items_n; i++) {
        nb_arena_reset(commit->arena);
        err = commit_item(txn, &commit->items[i], commit);
        if (err == NB_OK) {
            err = nb_standing_keep_step(commit->standing, txn, commit->items[i].document->number);
        }
        if (err) {
            return nb_error_set(commit->detail, err, "document %" PRIu64 " cannot be counted: %s",
                                commit->items[i].document->number, nb_strerror(err));
        }
    }
    nb_arena_reset(commit->arena);
    err = note_use(txn, NB_META_KNOWLEDGE, &commit->knowledge, commit->from);
    if (err == NB_OK) {
        err = note_use(txn, NB_META_READING, &commit->reading, commit->from);
    }
    if (err == NB_OK) {
        err = note_watermark(txn, commit);
    }
    if (err == NB_OK) {
        meta_put_int(txn, NB_META_CLOCK, commit->clock_ms);
        meta_put_int(txn, NB_META_CURSOR, (int64_t)commit->cursor);
        err = nb_txn_err(txn);
        nb_standing_keep_end(commit->standing, commit->cursor);
    }
    return err;
}
