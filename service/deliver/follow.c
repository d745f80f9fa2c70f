/*
 * The cursor in the desk is the number of the last change that was looked at, with the incident and
 * ordinal it had. When the analysis is made again from the log, numbers may lead to other changes:
 * then all are looked at from the first on. Those that were sent are known by their keys and are
 * not sent again; those too old (deliver.alert_age) are passed over.
 */
#include "service/deliver/deliver_impl.h"

#include <inttypes.h>
#include <stdio.h>

#include <nabiz/diag.h>
#include <nabiz/file.h>
#include <nabiz/incident.h>
#include <nabiz/paths.h>

#include "analyzer/alerts/gate.h"

enum {
    BATCH_N = 64,   /* changes in one transaction */
    PAST_N = 4096,  /* before them, that a judgement may look at */
    AHEAD_N = 1024, /* from the first of them on */
    FOLLOW_ARENA_BYTES = 256 << 20
};

#define CURSOR NB_LIT("alerts_cursor")

/* What has been looked at. */
struct place {
    uint64_t number;
    uint64_t incident;
    uint32_t ordinal;
};

static struct place read_place(struct nb_txn *desk)
{
    struct nb_slice text;
    struct place place = {0};
    char copy[80];
    if (nb_get(desk, NB_TBL_DESK_META, CURSOR, &text) == NB_OK && text.len < sizeof(copy)) {
        memcpy(copy, text.p, text.len);
        copy[text.len] = '\0';
        if (sscanf(copy, "%" SCNu64 " %" SCNx64 " %" SCNu32, &place.number, &place.incident,
                   &place.ordinal) != 3) {
            place = (struct place){0};
        }
    }
    return place;
}

static void write_place(struct nb_txn *desk, const struct place *place)
{
    char text[80];
    (void)snprintf(text, sizeof(text), "%" PRIu64 " %016" PRIx64 " %" PRIu32, place->number,
                   place->incident, place->ordinal);
    nb_put(desk, NB_TBL_DESK_META, CURSOR, nb_slice_str(text));
}

/* Is what the cursor names still there under its number? */
static enum nb_err check_place(struct nb_txn *analysis, struct nb_arena *arena, struct place *place)
{
    const struct nb_change_row *rows = NULL;
    size_t n = 0;
    if (place->number == 0) {
        return NB_OK;
    }
    enum nb_err err = nb_incident_changes(analysis, place->number - 1, 1, arena, &rows, &n);
    if (err == NB_OK &&
        (n == 0 || rows[0].number != place->number || rows[0].change->incident != place->incident ||
         rows[0].change->ordinal != place->ordinal)) {
        *place = (struct place){0};
    }
    return err;
}

/* ---- messages ---- */

/* What a team broke in its labels must not keep an alert from it: then those that came with the
 * program do. */
enum nb_err nb_deliver_labels(struct nb_deliver *deliver, const char *language,
                              const struct nb_labels **out, struct nb_error *error)
{
    char path[NB_ERRAND_PATH_BYTES];
    struct nb_labels **labels = &deliver->labels[strcmp(language, "en") == 0];
    enum nb_err err = NB_OK;
    if (!*labels) {
        const char *dir = nb_config_str(deliver->config, NB_CFG_TEMPLATES);
        err = nb_labels_load(dir, language, labels, error);
        if (err != NB_OK && nb_path_share("templates", path, sizeof(path)) == NB_OK &&
            nb_labels_load(path, language, labels, NULL) == NB_OK) {
            nb_diag(NB_ERROR, "deliver", "alerts are written with the labels that came with nabiz",
                    nb_kv_err(error));
            err = NB_OK;
        }
    }
    *out = *labels;
    return err;
}

void nb_deliver_notice(struct nb_deliver *deliver, const struct nb_recipient *to,
                       const struct nb_labels *labels, struct nb_notice *out)
{
    const struct nb_config *config = deliver->config;
    *out = (struct nb_notice){
        .to = to,
        .labels = labels,
        .pages = nb_config_str(config, NB_CFG_DELIVER_PAGES),
        .from = nb_config_str(config, NB_CFG_MAIL_FROM),
        .leave = nb_config_str(config, NB_CFG_MAIL_LEAVE),
        .now_ms = nb_clock_now_ms(deliver->clock),
        .utc_offset_min = (int32_t)nb_config_int(config, NB_CFG_UTC_OFFSET),
    };
}

/* One batch of changes. */
struct batch {
    struct nb_deliver *deliver;
    struct nb_txn *analysis;
    struct nb_log *log;
    struct nb_arena *arena;
    struct nb_error *error;
    const struct nb_change_row *rows; /* those of before that a judgement looks at, then the new */
    size_t rows_n;
    size_t first;      /* of the new ones */
    size_t looked_at;  /* how many new ones */
    uint32_t topics_n; /* that are watched */
    size_t added_n;
};

/* The first of the posts it names; one that is gone from the log is left out. */
static void add_posts(const struct batch *b, const struct nb_incident *incident,
                      struct nb_notice *notice)
{
    size_t n = b->log && incident ? incident->n_samples : 0;
    for (size_t i = 0; i < n && notice->posts_n < NB_NOTICE_POSTS; i++) {
        struct nb_document *document = NULL;
        if (nb_log_get(b->log, incident->samples[i], b->arena, &document, NULL) == NB_OK) {
            notice->posts[notice->posts_n++] =
                (struct nb_notice_post){nb_field(document->title), nb_field(document->author_name),
                                        nb_field(document->url)};
        }
    }
}

static enum nb_err add_for(struct batch *b, struct nb_txn *desk, const struct nb_recipient *to,
                           const struct nb_incident_change *change, struct nb_slice key,
                           int64_t not_before_ms)
{
    struct nb_deliver *deliver = b->deliver;
    const struct nb_labels *labels = NULL;
    struct nb_incident *incident = NULL;
    struct nb_notice notice;
    struct nb_buf body;
    bool added = false;
    enum nb_err err = nb_deliver_labels(deliver, to->language, &labels, b->error);
    if (err == NB_OK) {
        err = nb_incident_get(b->analysis, change->incident, b->arena, &incident);
        err = err == NB_ENOTFOUND ? NB_OK : err;
    }
    if (err != NB_OK) {
        return err;
    }
    nb_deliver_notice(deliver, to, labels, &notice);
    notice.change = change;
    notice.incident = incident;
    notice.key = key;
    notice.thread = nb_notice_thread(change->incident, b->arena);
    add_posts(b, incident, &notice);
    nb_buf_init(&body, NB_NOTICE_BYTES);
    err = nb_notice_write(&notice, b->arena, &body, b->error);
    const struct nb_message message = {.recipient = nb_slice_str(to->name),
                                       .key = notice.key,
                                       .thread = notice.thread,
                                       .subject = nb_notice_subject(&notice, b->arena),
                                       .form = to->form,
                                       .body = nb_buf_slice(&body),
                                       .not_before_ms = not_before_ms};
    if (err == NB_OK) {
        err = nb_outbox_add(desk, &message, deliver->max_bytes, notice.now_ms, b->arena, &added);
    } else if (err != NB_ENOMEM) {
        nb_diag(NB_ERROR, "deliver", "an alert could not be written for a recipient",
                nb_kv_str("recipient", to->name), nb_kv_err(b->error));
        err = NB_OK; /* the others get theirs */
    }
    b->added_n += added;
    nb_buf_fini(&body);
    return err;
}

/* What a recipient bears, as the gate wants it. */
static struct nb_gate_rule rule_of(const struct batch *b, const struct nb_recipient *to)
{
    return (struct nb_gate_rule){
        .min_severity = to->min_severity,
        .budget_milli = to->budget_milli,
        .cooldown_ms = to->cooldown_s * 1000,
        .quiet_from_min = to->quiet_from_min,
        .quiet_to_min = to->quiet_to_min,
        .quiet_severity = to->quiet_severity,
        .utc_offset_min = (int32_t)nb_config_int(b->deliver->config, NB_CFG_UTC_OFFSET),
        .topics_n = to->topics_n ? (uint32_t)to->topics_n : b->topics_n,
    };
}

static bool is_too_old(const struct batch *b, const struct nb_incident_change *change)
{
    const struct nb_deliver *deliver = b->deliver;
    return nb_clock_now_ms(deliver->clock) - change->at_ms >
           nb_config_int(deliver->config, NB_CFG_DELIVER_ALERT_AGE) * 1000;
}

/* One new change, the at-th of those that the recipient hears of. */
static enum nb_err judge(struct batch *b, struct nb_txn *desk, const struct nb_recipient *to,
                         const struct nb_incident_change *const *heard, size_t n, size_t at)
{
    struct nb_gate_rule rule = rule_of(b, to);
    struct nb_gate_answer answer = nb_gate_judge(&rule, heard, n, at);
    bool is_known = answer.what >= 1 && answer.what <= 4;
    if (answer.verdict == NB_GATE_DROP || !is_known || !(to->sends & 1u << (answer.what - 1))) {
        return NB_OK;
    }
    struct nb_arena_mark mark = nb_arena_mark(b->arena); /* there may be a thousand recipients */
    struct nb_incident_change told = *heard[at];
    told.what = answer.what;
    enum nb_err err = add_for(b, desk, to, &told, nb_notice_key(heard[at], b->arena),
                              answer.verdict == NB_GATE_HOLD ? answer.until_ms : 0);
    nb_arena_rewind(b->arena, mark);
    return err;
}

static enum nb_err add_new_for(struct batch *b, struct nb_txn *desk, const struct nb_recipient *to)
{
    const struct nb_incident_change **heard =
        nb_arena_alloc(b->arena, (b->rows_n + 1) * sizeof(*heard));
    size_t n = 0;
    size_t new_from = 0;
    size_t new_to = 0;
    if (!heard) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < b->rows_n; i++) {
        new_from = i == b->first ? n : new_from;
        if (nb_recipient_wants(to, nb_field(b->rows[i].change->topic))) {
            heard[n++] = b->rows[i].change;
        }
        new_to = i + 1 == b->first + b->looked_at ? n : new_to;
    }
    enum nb_err err = NB_OK;
    for (size_t i = new_from; i < new_to && err == NB_OK; i++) {
        if (!is_too_old(b, heard[i])) {
            err = judge(b, desk, to, heard, n, i);
        }
    }
    return err;
}

/* The changes that are new, and those before that judgements look at. */
static enum nb_err read_batch(struct batch *b, const struct place *place)
{
    uint64_t from = place->number > PAST_N ? place->number - PAST_N : 0;
    enum nb_err err =
        nb_incident_changes(b->analysis, from, PAST_N + AHEAD_N, b->arena, &b->rows, &b->rows_n);
    for (b->first = 0;
         err == NB_OK && b->first < b->rows_n && b->rows[b->first].number <= place->number;) {
        b->first++;
    }
    size_t left = err == NB_OK ? b->rows_n - b->first : 0;
    b->looked_at = left < BATCH_N ? left : BATCH_N;
    return err;
}

static enum nb_err write_batch(struct nb_txn *desk, void *arg)
{
    struct batch *b = arg;
    const struct nb_recipients *all = b->deliver->recipients;
    struct place place = read_place(desk);
    b->looked_at = b->added_n = 0;
    nb_arena_reset(b->arena);
    enum nb_err err = check_place(b->analysis, b->arena, &place);
    err = err == NB_OK ? read_batch(b, &place) : err;
    for (size_t i = 0; err == NB_OK && b->looked_at > 0 && i < nb_recipients_n(all); i++) {
        struct nb_arena_mark mark = nb_arena_mark(b->arena);
        const struct nb_recipient *to = nb_recipients_get(all, i);
        err = to->has_alerts ? add_new_for(b, desk, to) : NB_OK;
        nb_arena_rewind(b->arena, mark);
    }
    if (err == NB_OK && b->looked_at > 0) {
        const struct nb_change_row *last = &b->rows[b->first + b->looked_at - 1];
        place = (struct place){last->number, last->change->incident, last->change->ordinal};
        write_place(desk, &place);
    }
    return err == NB_OK ? nb_txn_err(desk) : err;
}

/* Without a write: is there nothing new? Most wake-ups are about something else. */
static enum nb_err is_up_to_date(struct nb_deliver *deliver, struct nb_txn *analysis, bool *out,
                                 struct nb_error *error)
{
    struct nb_txn *desk;
    uint64_t last = 0;
    enum nb_err err = nb_incident_last_change(analysis, &last);
    err = err == NB_OK ? nb_read_begin(deliver->desk, &desk, error) : err;
    if (err == NB_OK) {
        *out = read_place(desk).number == last;
        nb_read_end(desk);
    }
    return err;
}

/* For the budget of who hears of all topics. */
static uint32_t count_topics(const struct nb_config *config, struct nb_arena *arena)
{
    const char *const *names = NULL;
    size_t n = 0;
    enum nb_err err =
        nb_file_names(nb_config_str(config, NB_CFG_TOPICS), ".topic", arena, &names, &n, NULL);
    return err == NB_OK && n > 0 && n < UINT32_MAX ? (uint32_t)n : 1;
}

enum nb_err nb_deliver_follow(struct nb_deliver *deliver, struct nb_store *analysis,
                              struct nb_log *log, struct nb_error *error)
{
    bool is_done = false;
    struct batch b = {.deliver = deliver, .log = log, .error = error};
    enum nb_err err = nb_read_begin(analysis, &b.analysis, error);
    if (err != NB_OK) {
        return err;
    }
    err = is_up_to_date(deliver, b.analysis, &is_done, error);
    b.arena = err == NB_OK && !is_done ? nb_arena_new(FOLLOW_ARENA_BYTES) : NULL;
    b.topics_n = b.arena ? count_topics(deliver->config, b.arena) : 0;
    pthread_mutex_lock(&deliver->mu);
    for (bool more = b.arena != NULL; err == NB_OK && more; more = b.looked_at == BATCH_N) {
        err = nb_store_write(deliver->desk, write_batch, &b, error);
        if (err == NB_OK && b.added_n > 0) {
            nb_deliver_wake(deliver);
        }
    }
    pthread_mutex_unlock(&deliver->mu);
    nb_read_end(b.analysis);
    nb_arena_free(b.arena);
    return err == NB_OK && !is_done && !b.arena ? NB_ENOMEM : err;
}
