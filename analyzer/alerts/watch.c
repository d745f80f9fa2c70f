/*
 * Runs inside the committer's transaction, in log order. Incidents are never taken back: one says
 * what was to be seen. What rings while an incident of the topic is open raises that one.
 *
 * A stream is judged for each of the first 32 documents of a bin, then when it grew by a
 * sixteenth; an open incident is rewritten when an alarm of it became rarer or grew by a quarter.
 * So n documents in a bin cost O(n + log n) looks and not n^2.
 */
#include "analyzer/alerts/watch.h"

#include "analyzer/alerts/echo.h"
#include "analyzer/alerts/explain.h"
#include "analyzer/alerts/incident.h"
#include "analyzer/alerts/share.h"
#include "analyzer/alerts/streams.h"
#include "analyzer/alerts/watch_rows.h"
#include "analyzer/keys.h"

enum { ALARMS_MAX = 5, ALL = 0, VOICES = 1, RARER_MILLI = 500 };

/* A topic as one document changes it. */
struct watch {
    struct nb_txn *txn;
    struct nb_arena *arena;
    const struct nb_watched *in;
    struct nb_slice topic;
    struct nb_streams streams;
    struct nb_sighting sighting;
    const Nb__TopicBin *bin;
    Nb__Alarm *alarms[ALARMS_MAX]; /* what rings, or would go on ringing */
    size_t alarms_n;
    Nb__Incident__Form form; /* of the rarest of them */
    int32_t rarity_milli;
    struct nb_echo echo;
};

static bool has_topic(const struct nb_annotation *annotation, size_t n, struct nb_slice topic)
{
    for (size_t i = 0; i < n; i++) {
        if (nb_slice_eq(nb_field(annotation->topics[i]->topic), topic)) {
            return true;
        }
    }
    return false;
}

/* The revision before was counted for the topic in the same bin, or this one was. */
static bool is_counted(const struct nb_watched *in, size_t hit, struct nb_slice topic)
{
    const struct nb_annotation *old = in->old;
    return has_topic(in->kept, hit, topic) ||
           (old && nb_stream_bin(old->at_ms) == nb_stream_bin(in->kept->at_ms) &&
            has_topic(old, old->n_topics, topic));
}

static bool is_negative(const struct nb_annotation *kept, size_t hit)
{
    const Nb__Sentiment *sentiment = nb_topic_sentiment(kept, hit);
    return sentiment && sentiment->label == NB__LABEL__NEGATIVE;
}

static enum nb_err add_alarm(struct watch *w, Nb__Alarm__Stream stream, Nb__Incident__Form form,
                             const struct nb_detection *detection, int64_t at_ms, uint64_t span_ms)
{
    Nb__Alarm *alarm = nb_arena_alloc(w->arena, sizeof(*alarm));
    if (!alarm) {
        return NB_ENOMEM;
    }
    nb__alarm__init(alarm);
    alarm->has_stream = alarm->has_at_ms = alarm->has_span_ms = alarm->has_value_milli = 1;
    alarm->has_expected_milli = alarm->has_limit_milli = alarm->has_rarity_milli = 1;
    alarm->has_deviation_milli = 1;
    alarm->stream = stream;
    alarm->at_ms = at_ms;
    alarm->span_ms = span_ms;
    alarm->value_milli = detection->value_milli;
    alarm->expected_milli = detection->expected_milli;
    alarm->limit_milli = detection->limit_milli;
    alarm->rarity_milli = detection->rarity_milli;
    alarm->deviation_milli = detection->deviation_milli;
    if (!w->alarms_n || alarm->rarity_milli > w->rarity_milli) {
        w->rarity_milli = alarm->rarity_milli;
        w->form = form;
    }
    w->alarms[w->alarms_n++] = alarm;
    return NB_OK;
}

static Nb__Incident__Form form_of(size_t stream, const struct nb_detection *detection)
{
    if (stream == VOICES) {
        return NB__INCIDENT__FORM__VOICES;
    }
    return detection->seen == NB_DETECTOR_RISE ? NB__INCIDENT__FORM__RISE
                                               : NB__INCIDENT__FORM__SPIKE;
}

static bool is_worth_judging(uint64_t n)
{
    return n <= 32 || n % (n / 16) == 0;
}

/* Bins that the last n documents of a stream took, as far as they are open. */
static uint64_t span_of(const struct nb_topic_watch *row, size_t stream, uint64_t bin, uint64_t n)
{
    uint64_t span = 1;
    while (span <= bin - row->open_bin && nb_streams_sum(row, stream, bin, (uint32_t)span) < n) {
        span++;
    }
    return span;
}

static enum nb_err judge_stream(struct watch *w, size_t stream)
{
    struct nb_detector *detector;
    struct nb_detection detection;
    uint64_t bin = w->sighting.bin;
    if (!is_worth_judging(nb_stream_count(w->bin, stream)) ||
        nb_streams_sum(w->streams.row, stream, bin, NB_STREAM_SPAN_BINS) < NB_ALARM_COUNT_MIN) {
        return NB_OK;
    }
    enum nb_err err = nb_watch_detector_get(w->txn, w->topic, stream, &detector);
    if (err) {
        return err == NB_ENOTFOUND ? NB_OK : err; /* nothing was learned yet */
    }
    nb_streams_judge(&w->streams, detector, stream, bin, NB_ALARM_OPEN_MILLI, &detection);
    nb_detector_free(detector);
    if (detection.seen == NB_DETECTOR_NONE || detection.rarity_milli < NB_ALARM_STAY_MILLI ||
        detection.value_milli < NB_ALARM_COUNT_MIN * 1000) {
        return NB_OK;
    }
    uint64_t span = detection.span_bins ? detection.span_bins
                                        : span_of(w->streams.row, stream, bin,
                                                  (uint64_t)detection.value_milli / 1000);
    return add_alarm(w, nb_stream_of(stream), form_of(stream, &detection), &detection,
                     ((int64_t)bin + 1 - (int64_t)span) * NB_STREAM_BIN_MS,
                     span * (uint64_t)NB_STREAM_BIN_MS);
}

static enum nb_err judge_share(struct watch *w)
{
    uint64_t n = 0, k = 0, bin = w->sighting.bin;
    const struct nb_topic_watch *row = w->streams.row;
    for (size_t i = 0; i < row->n_bins; i++) {
        if (row->bins[i]->bin <= bin && row->bins[i]->bin + NB_STREAM_SPAN_BINS > bin) {
            n += row->bins[i]->documents_n;
            k += row->bins[i]->negative_n;
        }
    }
    struct nb_share share = nb_share_judge(row, n, k);
    if (!w->sighting.is_negative || share.rarity_milli < NB_ALARM_STAY_MILLI) {
        return NB_OK;
    }
    struct nb_detection detection = {.value_milli = (int64_t)k * 1000,
                                     .expected_milli = (int64_t)n * share.usual_milli,
                                     .limit_milli = share.limit_milli,
                                     .deviation_milli = share.deviation_milli,
                                     .rarity_milli = share.rarity_milli};
    return add_alarm(w, NB__ALARM__STREAM__NEGATIVE, NB__INCIDENT__FORM__NEGATIVE, &detection,
                     ((int64_t)bin + 1 - NB_STREAM_SPAN_BINS) * NB_STREAM_BIN_MS,
                     (uint64_t)(NB_STREAM_SPAN_BINS * NB_STREAM_BIN_MS));
}

static enum nb_err judge(struct watch *w)
{
    enum nb_err err = judge_stream(w, ALL);
    if (err == NB_OK && w->sighting.is_voice) {
        err = judge_stream(w, VOICES);
    }
    if (err == NB_OK && w->sighting.kind >= NB__KIND__ARTICLE &&
        w->sighting.kind <= NB__KIND__TOOT) {
        err = judge_stream(w, (size_t)w->sighting.kind + VOICES);
    }
    return err == NB_OK ? judge_share(w) : err;
}

/*
 * Where it began: the open bin from which on most documents came beyond what is usual, so
 * that what happened to be written before is not taken for the beginning.
 */
static int64_t start_of(const struct watch *w)
{
    const Nb__Alarm *alarm = w->alarms[0];
    const struct nb_topic_watch *row = w->streams.row;
    uint64_t first = nb_stream_bin(alarm->at_ms), best = first;
    int64_t bins = (int64_t)alarm->span_ms / NB_STREAM_BIN_MS;
    int64_t usual_milli = alarm->expected_milli / (bins > 0 ? bins : 1) + 1;
    int64_t sum = 0, most = 0;
    for (uint64_t bin = w->sighting.bin + 1; bin-- > row->open_bin;) {
        uint64_t n = nb_streams_sum(row, ALL, bin, 1);
        sum += (int64_t)n * 1000 - usual_milli;
        if (n && sum > most) {
            most = sum;
            best = bin;
        }
    }
    return (int64_t)best * NB_STREAM_BIN_MS;
}

/* Alarms of the document take the place of those of the same streams that were no rarer. */
static enum nb_err merge_alarms(struct nb_incident *incident, Nb__Alarm *const *alarms, size_t n,
                                struct nb_arena *arena)
{
    Nb__Alarm **all = nb_arena_calloc(arena, incident->n_alarms + n, sizeof(Nb__Alarm *));
    if (!all) {
        return NB_ENOMEM;
    }
    size_t all_n = incident->n_alarms;
    for (size_t i = 0; i < all_n; i++) {
        all[i] = incident->alarms[i];
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < all_n && all[at]->stream != alarms[i]->stream) {
            at++;
        }
        if (at == all_n || alarms[i]->rarity_milli >= all[at]->rarity_milli) {
            all[at] = alarms[i];
        }
        all_n += at == all_n;
    }
    incident->alarms = all;
    incident->n_alarms = all_n;
    return NB_OK;
}

static int32_t rarest(Nb__Alarm *const *alarms, size_t n)
{
    int32_t rarity_milli = alarms[0]->rarity_milli;
    for (size_t i = 1; i < n; i++) {
        bool is_rarer = alarms[i]->rarity_milli > rarity_milli;
        rarity_milli = is_rarer ? alarms[i]->rarity_milli : rarity_milli;
    }
    return rarity_milli;
}

static enum nb_err raise(struct watch *w, struct nb_incident *incident, Nb__Alarm *const *alarms,
                         size_t n)
{
    uint32_t severity = 0;
    Nb__IncidentChange__What what;
    int64_t due_before_ms = incident->due_ms;
    enum nb_err err = merge_alarms(incident, alarms, n, w->arena);
    if (err == NB_OK) {
        err = nb_explain(w->txn, w->streams.row, w->in->clock_ms, w->arena, incident, &severity);
    }
    if (err) {
        return err;
    }
    bool told = nb_incident_alarm(incident, severity, w->in->clock_ms, &what);
    if (told) {
        err =
            nb_incident_tell(w->txn, incident, what, rarest(alarms, n), w->in->clock_ms, w->arena);
    }
    return err ? err : nb_incident_put(w->txn, incident, due_before_ms, w->arena);
}

static enum nb_err open_incident(struct watch *w, Nb__Incident__Form form, uint64_t cause,
                                 int64_t start_ms, Nb__Alarm *const *alarms, size_t n)
{
    struct nb_incident *incident = nb_incident_new(w->arena);
    if (!incident || !(incident->topic = nb_arena_strdup(w->arena, w->topic))) {
        return NB_ENOMEM;
    }
    incident->has_form = incident->has_at_ms = incident->has_id = incident->has_start_ms = 1;
    incident->form = form;
    incident->at_ms = w->in->kept->at_ms;
    incident->has_cause = cause != 0;
    incident->cause = cause;
    incident->start_ms = start_ms;
    enum nb_err err =
        nb_incident_choose_id(w->txn, incident, (int64_t)w->sighting.bin * NB_STREAM_BIN_MS);
    return err ? err : raise(w, incident, alarms, n);
}

/* Is there something that the incident does not say yet? */
static bool is_news(const struct watch *w, const struct nb_incident *incident,
                    Nb__Alarm *const *alarms, size_t n)
{
    if (incident->state == NB__INCIDENT__STATE__CALM ||
        w->in->clock_ms >= incident->alarm_ms + NB_ALARM_NOTE_MS) {
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        const Nb__Alarm *before = NULL;
        for (size_t k = 0; k < incident->n_alarms; k++) {
            before =
                incident->alarms[k]->stream == alarms[i]->stream ? incident->alarms[k] : before;
        }
        if (!before || alarms[i]->rarity_milli > before->rarity_milli + RARER_MILLI ||
            alarms[i]->value_milli > before->value_milli + before->value_milli / 4) {
            return true;
        }
    }
    return false;
}

static enum nb_err raise_open(struct watch *w, struct nb_incident *incident,
                              Nb__Alarm *const *alarms, size_t n)
{
    if (!is_news(w, incident, alarms, n)) {
        return NB_OK;
    }
    int64_t last_ms = incident->has_raised_ms ? incident->raised_ms : incident->at_ms;
    incident->has_raised_ms = 1;
    incident->raised_ms = w->in->kept->at_ms > last_ms ? w->in->kept->at_ms : last_ms;
    return raise(w, incident, alarms, n);
}

/* What the claim of this document does: an incident of its own. */
static enum nb_err watch_claim(struct watch *w, bool *opened)
{
    struct nb_incident *open;
    if (!w->echo.rings || w->echo.rarity_milli < NB_ALARM_STAY_MILLI) {
        return NB_OK;
    }
    struct nb_detection detection = {.value_milli = (int64_t)w->echo.publishers_n * 1000,
                                     .rarity_milli = w->echo.rarity_milli};
    size_t before = w->alarms_n;
    int64_t first_ms = w->echo.first_ms;
    enum nb_err err = nb_incident_find_open(w->txn, w->topic, w->echo.cluster, w->arena, &open);
    if (err == NB_OK) {
        err = add_alarm(
            w, NB__ALARM__STREAM__CLAIM, NB__INCIDENT__FORM__CLAIM, &detection, first_ms,
            (uint64_t)(w->in->kept->at_ms > first_ms ? w->in->kept->at_ms - first_ms : 0));
    }
    w->alarms_n = before; /* it rings for the claim alone */
    if (err || (!open && w->echo.rarity_milli < NB_ALARM_OPEN_MILLI)) {
        return err;
    }
    Nb__Alarm *const *alarm = &w->alarms[before];
    if (open) {
        return raise_open(w, open, alarm, 1);
    }
    *opened = true;
    return open_incident(w, NB__INCIDENT__FORM__CLAIM, w->echo.cluster, first_ms, alarm, 1);
}

static enum nb_err watch_streams(struct watch *w, bool *opened)
{
    struct nb_incident *open = NULL;
    enum nb_err err = judge(w);
    if (err || !w->alarms_n) {
        return err;
    }
    err = nb_incident_find_open(w->txn, w->topic, 0, w->arena, &open);
    if (err) {
        return err;
    }
    if (open) {
        return raise_open(w, open, w->alarms, w->alarms_n);
    }
    if (w->rarity_milli < NB_ALARM_OPEN_MILLI) {
        return NB_OK;
    }
    *opened = true;
    return open_incident(w, w->form, 0, start_of(w), w->alarms, w->alarms_n);
}

/* Counts the document. @return NB_OK; w->bin is NULL when its bin is closed. */
static enum nb_err count(struct watch *w, size_t hit)
{
    Nb__TopicBin *bin = NULL;
    const struct nb_annotation *kept = w->in->kept;
    enum nb_err err = nb_watch_rows_close(w->txn, w->topic, nb_stream_open_bin(w->in->clock_ms),
                                          &w->streams, w->arena);
    if (err) {
        return err;
    }
    w->sighting = (struct nb_sighting){.bin = nb_stream_bin(kept->at_ms),
                                       .kind = kept->has_kind ? kept->kind : 0,
                                       .is_negative = is_negative(kept, hit)};
    if (w->sighting.bin >= w->streams.row->open_bin && kept->cluster == kept->number) {
        err =
            nb_watch_voice(w->txn, w->topic, w->sighting.bin, w->in->author, &w->sighting.is_voice);
    }
    if (err == NB_OK) {
        err = nb_streams_add(&w->streams, &w->sighting, &bin);
    }
    w->bin = bin;
    return err;
}

/* Undated documents are counted where they were fetched, which says nothing about when. */
static bool is_dated(const struct nb_watched *in)
{
    return in->document->has_published_ms && in->document->has_fetched_ms;
}

int64_t nb_watch_clock(int64_t clock_ms, const struct nb_document *document)
{
    if (!document->has_fetched_ms) {
        return clock_ms;
    }
    int64_t now_ms = document->fetched_ms;
    return now_ms > clock_ms || now_ms < clock_ms - NB_DAY_MS ? now_ms : clock_ms;
}

enum nb_err nb_watch(struct nb_txn *txn, const struct nb_watched *in, size_t hit,
                     struct nb_arena *arena, bool *opened)
{
    struct watch w = {.txn = txn,
                      .arena = arena,
                      .in = in,
                      .topic = nb_field(in->kept->topics[hit]->topic),
                      .streams = {.arena = arena, .calendar = in->calendar}};
    *opened = false;
    if (!is_dated(in) || is_counted(in, hit, w.topic)) {
        return NB_OK;
    }
    enum nb_err err = nb_watch_row_get(txn, w.topic, arena, &w.streams.row);
    if (err == NB_OK) {
        err = count(&w, hit);
    }
    if (err == NB_OK && w.bin) {
        err = nb_echo_look(txn, w.streams.row, in->kept, in->clock_ms, arena, &w.echo);
    }
    if (err == NB_OK) {
        err = nb_watch_row_put(txn, w.topic, w.streams.row, arena);
    }
    if (err == NB_OK && w.bin) {
        err = watch_streams(&w, opened);
    }
    if (err == NB_OK && w.bin) {
        err = watch_claim(&w, opened);
    }
    nb_streams_fini(&w.streams);
    return err;
}

enum nb_err nb_watch_retract(struct nb_txn *txn, const struct nb_annotation *old,
                             struct nb_arena *arena)
{
    const uint64_t causes[] = {0, old->cluster};
    for (size_t i = 0; i < old->n_topics; i++) {
        for (size_t k = 0; k < sizeof(causes) / sizeof(causes[0]); k++) {
            struct nb_incident *open;
            enum nb_err err = nb_incident_find_open(txn, nb_field(old->topics[i]->topic), causes[k],
                                                    arena, &open);
            if (err == NB_OK && open && old->at_ms >= open->start_ms) {
                open->has_retracted_n = 1;
                open->retracted_n++;
                err = nb_incident_put(txn, open, open->due_ms, arena);
            }
            if (err) {
                return err;
            }
        }
    }
    return NB_OK;
}
