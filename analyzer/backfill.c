/*
 * Rows of ANALYSIS_META: "backfill NAME" -> "done until mentions removed" while one is under way,
 * "backfilled NAME" -> the same when it is through.
 *
 * It reaches up to the end of the log at the time it is taken over. Whoever takes it over has the
 * new topics already, so every document behind that end is read with them; what was read with the
 * old ones and is not committed yet lies before it, and is waited for.
 */
#include <nabiz/backfill.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nabiz/analysis.h>
#include <nabiz/mem.h>
#include <nabiz/pack.h>
#include <nabiz/topic.h>

#include "analyzer/commit.h"
#include "analyzer/tally.h"

enum { PATH_BYTES = 4200, STEP_N = 512, META_BYTES = 96, ASKED_MAX = 1000 };

#define UNDER_WAY "backfill "
#define THROUGH "backfilled "

struct found {
    uint64_t number;
    const Nb__TopicHit *hit; /* NULL: the topic does not match */
};

struct nb_backfill {
    size_t document_bytes;
    struct nb_arena *documents, *scratch, *found_arena, *commit;
    struct nb_word_cache *words;
    struct nb_document *batch[STEP_N];
    struct found found[STEP_N];
    size_t n;
    struct nb_backfill_progress now; /* before the step; in the end after it */
    uint64_t done;                   /* looked at up to here */
};

static bool asked_path(const char *data_dir, const char *topic, char out[PATH_BYTES])
{
    int n = snprintf(out, PATH_BYTES, "%s/run/backfill%s%s", data_dir, topic ? "/" : "",
                     topic ? topic : "");
    return n > 0 && n < PATH_BYTES;
}

enum nb_err nb_backfill_ask(const char *data_dir, const char *topic, struct nb_error *error)
{
    char dir[PATH_BYTES], path[PATH_BYTES];
    if (!nb_topic_name_valid(nb_slice_str(topic))) {
        return nb_error_set(error, NB_EINVAL, "\"%s\" is no name of a topic", topic);
    }
    if (!asked_path(data_dir, NULL, dir) || !asked_path(data_dir, topic, path)) {
        return nb_error_set(error, NB_ETOOBIG, "the path of data.dir is too long");
    }
    bool made = mkdir(dir, 0750) == 0 || errno == EEXIST;
    int fd = made ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640) : -1;
    if (fd < 0) {
        return nb_error_set(error, NB_EIO, "cannot write %s: %s", path, strerror(errno));
    }
    (void)close(fd);
    return NB_OK;
}

bool nb_backfill_is_asked(const char *data_dir, const char *topic)
{
    char path[PATH_BYTES];
    return asked_path(data_dir, topic, path) && access(path, F_OK) == 0;
}

struct nb_backfill *nb_backfill_new(size_t document_bytes)
{
    struct nb_backfill *b = nb_calloc(1, sizeof(*b));
    if (b) {
        b->document_bytes = document_bytes;
    }
    return b;
}

static void release(struct nb_backfill *b)
{
    nb_arena_free(b->documents);
    nb_arena_free(b->scratch);
    nb_arena_free(b->found_arena);
    nb_arena_free(b->commit);
    nb_word_cache_free(b->words);
    b->documents = b->scratch = b->found_arena = b->commit = NULL;
    b->words = NULL;
}

void nb_backfill_free(struct nb_backfill *backfill)
{
    if (backfill) {
        release(backfill);
        nb_free(backfill);
    }
}

/* What is only needed while there is something to do. */
static bool prepare(struct nb_backfill *b)
{
    if (b->words) {
        return true;
    }
    b->documents = nb_arena_new(b->document_bytes);
    b->scratch = nb_arena_new(b->document_bytes);
    b->found_arena = nb_arena_new(b->document_bytes);
    b->commit = nb_arena_new(8 * b->document_bytes);
    b->words = nb_word_cache_new();
    if (b->documents && b->scratch && b->found_arena && b->commit && b->words) {
        return true;
    }
    release(b);
    return false;
}

static struct nb_slice meta_key(const char *prefix, struct nb_slice topic, char out[META_BYTES])
{
    int n = snprintf(out, META_BYTES, "%s%.*s", prefix, NB_ARG(topic));
    return nb_slice(out, n > 0 && n < META_BYTES ? (size_t)n : 0);
}

static enum nb_err parse(struct nb_slice topic, struct nb_slice value,
                         struct nb_backfill_progress *out)
{
    int64_t numbers[4];
    struct nb_slice part;
    for (size_t i = 0; i < 4; i++) {
        if (!nb_slice_split(&value, ' ', &part) || !nb_slice_to_i64(part, &numbers[i]) ||
            numbers[i] < 0) {
            return NB_ECORRUPT;
        }
    }
    *out = (struct nb_backfill_progress){.done = (uint64_t)numbers[0],
                                         .until = (uint64_t)numbers[1],
                                         .mentions_n = (uint64_t)numbers[2],
                                         .removed_n = (uint64_t)numbers[3]};
    (void)snprintf(out->topic, sizeof(out->topic), "%.*s", NB_ARG(topic));
    return NB_OK;
}

static enum nb_err read_row(struct nb_txn *txn, const char *prefix, struct nb_slice topic,
                            struct nb_backfill_progress *out)
{
    char key[META_BYTES];
    struct nb_slice value;
    enum nb_err err = nb_get(txn, NB_TBL_ANALYSIS_META, meta_key(prefix, topic, key), &value);
    return err == NB_OK ? parse(topic, value, out) : err;
}

static void put_row(struct nb_txn *txn, const char *prefix, const struct nb_backfill_progress *p)
{
    char key[META_BYTES], value[META_BYTES];
    (void)snprintf(value, sizeof(value), "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, p->done,
                   p->until, p->mentions_n, p->removed_n);
    nb_put(txn, NB_TBL_ANALYSIS_META, meta_key(prefix, nb_slice_str(p->topic), key),
           nb_slice_str(value));
}

enum nb_err nb_backfill_read(struct nb_txn *txn, struct nb_slice topic,
                             struct nb_backfill_progress *out)
{
    return read_row(txn, UNDER_WAY, topic, out);
}

enum nb_err nb_backfill_last(struct nb_txn *txn, struct nb_slice topic,
                             struct nb_backfill_progress *out)
{
    return read_row(txn, THROUGH, topic, out);
}

/* The first one under way. */
static enum nb_err first_row(struct nb_txn *txn, struct nb_backfill_progress *out)
{
    struct nb_cursor *cursor;
    struct nb_slice key, value;
    enum nb_err err = nb_cursor_open(txn, NB_TBL_ANALYSIS_META, &cursor);
    if (err != NB_OK) {
        return err;
    }
    err = nb_cursor_seek(cursor, NB_LIT(UNDER_WAY), &key, &value);
    if (err == NB_OK && !nb_slice_starts(key, NB_LIT(UNDER_WAY))) {
        err = NB_ENOTFOUND;
    }
    if (err == NB_OK) {
        err = parse(nb_slice_sub(key, sizeof(UNDER_WAY) - 1, key.len), value, out);
    }
    nb_cursor_close(cursor);
    return err;
}

struct start {
    const char *topic;
    uint64_t until; /* the end of the log */
    bool alone;
};

/* One that is under way goes on as it was: it has until then what it did. */
static enum nb_err start(struct nb_txn *txn, void *arg)
{
    const struct start *s = arg;
    struct nb_backfill_progress now;
    enum nb_err err = nb_backfill_read(txn, nb_slice_str(s->topic), &now);
    if (err != NB_ENOTFOUND) {
        return err;
    }
    now = (struct nb_backfill_progress){.until = s->until};
    err = s->alone ? nb_analysis_cursor(txn, &now.until) : NB_OK;
    if (err != NB_OK) {
        return err;
    }
    (void)snprintf(now.topic, sizeof(now.topic), "%s", s->topic);
    put_row(txn, UNDER_WAY, &now);
    return nb_txn_err(txn);
}

enum nb_err nb_backfill_take(const char *data_dir, struct nb_store *analysis, struct nb_log *log,
                             bool alone, struct nb_error *error)
{
    char path[PATH_BYTES];
    struct dirent *entry;
    enum nb_err err = NB_OK;
    DIR *dir = asked_path(data_dir, NULL, path) ? opendir(path) : NULL;
    for (int n = 0; dir && err == NB_OK && n < ASKED_MAX && (entry = readdir(dir)) != NULL; n++) {
        struct start s = {.topic = entry->d_name, .alone = alone};
        if (!nb_topic_name_valid(nb_slice_str(s.topic))) {
            continue;
        }
        err = nb_log_last(log, &s.until, error);
        if (err == NB_OK) {
            err = nb_store_write(analysis, start, &s, error);
        }
        if (err == NB_OK) {
            (void)unlinkat(dirfd(dir), s.topic, 0);
        }
    }
    if (dir) {
        (void)closedir(dir);
    }
    return err;
}

static const Nb__TopicHit *hit_of(const struct nb_annotation *a, const char *topic, size_t *at)
{
    for (*at = 0; *at < a->n_topics; ++*at) {
        if (strcmp(a->topics[*at]->topic, topic) == 0) {
            return a->topics[*at];
        }
    }
    return NULL;
}

/* What the documents behind `done` have of the topic. The step ends where memory does. */
static enum nb_err find(struct nb_backfill *b, struct nb_log *log, uint64_t covered,
                        const struct nb_knowledge *knowledge, struct nb_error *error)
{
    uint64_t until = b->now.until < covered ? b->now.until : covered;
    size_t n = 0, at;
    b->n = 0;
    b->done = b->now.done;
    nb_arena_reset(b->documents);
    nb_arena_reset(b->found_arena);
    enum nb_err err = nb_log_next(log, b->now.done, STEP_N, b->documents, b->batch, &n, error);
    if (err == NB_ENOMEM) { /* over the limit: it was skipped when it was analysed, too */
        b->done = b->now.done + 1;
        return NB_OK;
    }
    for (size_t i = 0; err == NB_OK && i < n && b->batch[i]->number <= until; i++) {
        struct nb_annotation *all, *kept = NULL;
        nb_arena_reset(b->scratch);
        struct found found = {.number = b->batch[i]->number};
        enum nb_err one = nb_annotate_briefly(b->batch[i], knowledge, b->words, b->scratch, &all);
        if (one == NB_OK && hit_of(all, b->now.topic, &at)) {
            one = nb_commit_keep(all, b->scratch, b->found_arena, &kept);
        }
        if (one == NB_ENOMEM && nb_arena_failed(b->found_arena) && b->n) {
            break; /* goes on with this one */
        }
        found.hit = kept ? hit_of(kept, b->now.topic, &at) : NULL;
        b->found[b->n++] = found;
        b->done = found.number;
    }
    return err;
}

/* The topics of an annotation with another hit in the place of the old one, or without it. */
static enum nb_err replace(struct nb_annotation *a, const char *topic, const Nb__TopicHit *hit,
                           struct nb_arena *arena)
{
    size_t n = 0;
    bool put = !hit;
    Nb__TopicHit **list = nb_arena_alloc(arena, (a->n_topics + 1) * sizeof(*list));
    Nb__TopicHit *copy = nb_arena_alloc(arena, sizeof(*copy));
    if (!list || !copy) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < a->n_topics; i++) {
        int order = strcmp(a->topics[i]->topic, topic);
        if (!put && order > 0) {
            list[n++] = copy;
            put = true;
        }
        if (order != 0) {
            list[n++] = a->topics[i];
        }
    }
    if (!put) {
        list[n++] = copy;
    }
    if (hit) {
        *copy = *hit;
    }
    a->topics = list;
    a->n_topics = n;
    return NB_OK;
}

static bool same_hit(const Nb__TopicHit *a, const Nb__TopicHit *b)
{
    bool same = a->n_spans == b->n_spans;
    for (size_t i = 0; same && i < a->n_spans; i++) {
        same = a->spans[i]->begin == b->spans[i]->begin && a->spans[i]->end == b->spans[i]->end;
    }
    return same && !a->sentiment == !b->sentiment &&
           (!a->sentiment || (a->sentiment->label == b->sentiment->label &&
                              a->sentiment->score_milli == b->sentiment->score_milli));
}

static enum nb_err put_annotation(struct nb_txn *txn, const struct nb_annotation *a,
                                  struct nb_arena *arena)
{
    struct nb_slice bytes, value;
    uint8_t key[8];
    enum nb_err err = nb_annotation_encode(a, arena, &bytes);
    if (err == NB_OK) {
        err = nb_pack(nb_slice(NULL, 0), bytes, arena, &value);
    }
    if (err == NB_OK) {
        nb_key_u64(a->number, key);
        nb_put(txn, NB_TBL_ANNOTATION, nb_slice(key, sizeof(key)), value);
        err = nb_txn_err(txn);
    }
    return err;
}

static enum nb_err change(struct nb_txn *txn, const struct found *found,
                          struct nb_backfill_progress *now, struct nb_arena *arena)
{
    struct nb_annotation *a;
    size_t at;
    enum nb_err err = nb_analysis_annotation(txn, found->number, arena, &a);
    if (err != NB_OK) {
        return err == NB_ENOTFOUND ? NB_OK : err; /* skipped, deleted or superseded */
    }
    const Nb__TopicHit *old = hit_of(a, now->topic, &at);
    if ((!old && !found->hit) || (old && found->hit && same_hit(old, found->hit))) {
        return NB_OK;
    }
    if (old) {
        err = nb_tally_topic(txn, a, at, -1, arena);
        now->removed_n += !found->hit;
    }
    if (err == NB_OK) {
        err = replace(a, now->topic, found->hit, arena);
    }
    if (err == NB_OK && found->hit) {
        (void)hit_of(a, now->topic, &at);
        err = nb_tally_topic(txn, a, at, 1, arena);
        now->mentions_n += !old;
    }
    return err == NB_OK ? put_annotation(txn, a, arena) : err;
}

static enum nb_err commit(struct nb_txn *txn, void *arg)
{
    struct nb_backfill *b = arg;
    struct nb_backfill_progress now;
    enum nb_err err = nb_backfill_read(txn, nb_slice_str(b->now.topic), &now);
    for (size_t i = 0; err == NB_OK && i < b->n; i++) {
        nb_arena_reset(b->commit);
        err = change(txn, &b->found[i], &now, b->commit);
    }
    if (err != NB_OK) {
        return err;
    }
    now.done = b->done;
    b->now = now;
    if (now.done < now.until) {
        put_row(txn, UNDER_WAY, &now);
    } else {
        char key[META_BYTES];
        nb_del(txn, NB_TBL_ANALYSIS_META, meta_key(UNDER_WAY, nb_slice_str(now.topic), key));
        put_row(txn, THROUGH, &now);
    }
    return nb_txn_err(txn);
}

enum nb_err nb_backfill_step(struct nb_backfill *backfill, struct nb_store *analysis,
                             struct nb_log *log, const struct nb_knowledge *knowledge,
                             struct nb_backfill_progress *now, struct nb_error *error)
{
    struct nb_backfill *b = backfill;
    struct nb_txn *txn;
    uint64_t covered = 0;
    enum nb_err err = nb_read_begin(analysis, &txn, error);
    if (err != NB_OK) {
        return err;
    }
    err = first_row(txn, &b->now);
    if (err == NB_OK) {
        err = nb_analysis_cursor(txn, &covered);
    }
    nb_read_end(txn);
    if (err == NB_OK && b->now.done < b->now.until && b->now.done >= covered) {
        return NB_ENOTFOUND; /* not analysed yet */
    }
    if (err == NB_ENOTFOUND) {
        release(b);
    }
    if (err == NB_OK && !prepare(b)) {
        err = NB_ENOMEM;
    }
    if (err == NB_OK) {
        err = find(b, log, covered, knowledge, error);
    }
    if (err == NB_OK) {
        err = nb_store_write(analysis, commit, b, error);
    }
    if (err == NB_OK && now) {
        *now = b->now;
    }
    return err;
}
