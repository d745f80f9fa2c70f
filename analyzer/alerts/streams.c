#include "analyzer/alerts/streams.h"

#include <assert.h>

#include "analyzer/alerts/share.h"

enum { QUIET_BINS_MAX = 4 * 7 * 96, VOICES = 1, FIRST_KIND = 2, KINDS_N = 6 };

static_assert(NB_STREAMS_N == FIRST_KIND + KINDS_N, "a stream for each kind");

Nb__Alarm__Stream nb_stream_of(size_t i)
{
    if (i >= FIRST_KIND) {
        return (Nb__Alarm__Stream)(NB__ALARM__STREAM__ARTICLE + (int)i - FIRST_KIND);
    }
    return i == VOICES ? NB__ALARM__STREAM__VOICES : NB__ALARM__STREAM__ALL;
}

void nb_streams_fini(struct nb_streams *streams)
{
    for (size_t i = 0; i < NB_STREAMS_N; i++) {
        nb_detector_free(streams->detectors[i]);
        streams->detectors[i] = NULL;
    }
}

uint64_t nb_stream_count(const Nb__TopicBin *bin, size_t stream)
{
    if (!bin) {
        return 0;
    }
    if (stream >= FIRST_KIND) {
        size_t kind = stream - FIRST_KIND;
        return kind < bin->n_kinds_n ? bin->kinds_n[kind] : 0;
    }
    return stream == VOICES ? bin->voices_n : bin->documents_n;
}

/* The bin with this number, NULL when it has no documents. */
static const Nb__TopicBin *find_bin(const struct nb_topic_watch *row, uint64_t bin)
{
    for (size_t i = row->n_bins; i > 0 && row->bins[i - 1]->bin >= bin; i--) {
        if (row->bins[i - 1]->bin == bin) {
            return row->bins[i - 1];
        }
    }
    return NULL;
}

uint64_t nb_streams_sum(const struct nb_topic_watch *row, size_t stream, uint64_t bin, uint32_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < row->n_bins; i++) {
        if (row->bins[i]->bin <= bin && row->bins[i]->bin + n > bin) {
            sum += nb_stream_count(row->bins[i], stream);
        }
    }
    return sum;
}

static int64_t milli(uint64_t count)
{
    uint64_t most = (uint64_t)NB_DETECTOR_VALUE_MAX_MILLI / 1000;
    return (int64_t)(count < most ? count : most) * 1000;
}

static int64_t start_ms(uint64_t bin)
{
    return (int64_t)bin * NB_STREAM_BIN_MS;
}

static enum nb_err close_stream(struct nb_streams *s, size_t stream, uint64_t from, uint64_t until)
{
    struct nb_detection detection;
    for (uint64_t bin = from; bin < until; bin++) {
        uint64_t count = nb_stream_count(find_bin(s->row, bin), stream);
        if (!s->detectors[stream]) {
            if (!count) {
                continue;
            }
            enum nb_err err =
                nb_detector_new(NB_STREAM_BIN_MS, NB_STREAM_UTC_MIN, &s->detectors[stream]);
            if (err) {
                return err;
            }
        }
        nb_detector_step(s->detectors[stream], s->calendar, start_ms(bin), milli(count),
                         NB_DETECTOR_RARITY_MILLI, &detection);
    }
    return NB_OK;
}

enum nb_err nb_streams_close(struct nb_streams *s, uint64_t until_bin)
{
    struct nb_topic_watch *row = s->row;
    uint64_t from = row->open_bin;
    if (until_bin <= from) {
        return NB_OK;
    }
    uint64_t busy_until = row->n_bins ? row->bins[row->n_bins - 1]->bin + 1 : from;
    busy_until = busy_until < until_bin ? busy_until : until_bin;
    uint64_t quiet_from = until_bin > busy_until + QUIET_BINS_MAX ? until_bin : busy_until;
    for (size_t i = 0; i < NB_STREAMS_N; i++) {
        enum nb_err err = close_stream(s, i, from, busy_until);
        if (err == NB_OK) {
            err = close_stream(s, i, quiet_from, until_bin);
        }
        if (err) {
            return err;
        }
    }
    size_t closed = 0;
    while (closed < row->n_bins && row->bins[closed]->bin < until_bin) {
        nb_share_learn(row, row->bins[closed]->documents_n, row->bins[closed]->negative_n);
        closed++;
    }
    row->bins += closed;
    row->n_bins -= closed;
    row->has_open_bin = 1;
    row->open_bin = until_bin;
    return NB_OK;
}

/* A bin of its own for this number, in order. */
static Nb__TopicBin *insert_bin(struct nb_streams *s, uint64_t number)
{
    struct nb_topic_watch *row = s->row;
    Nb__TopicBin *bin = nb_arena_alloc(s->arena, sizeof(*bin));
    Nb__TopicBin **bins = nb_arena_calloc(s->arena, row->n_bins + 1, sizeof(Nb__TopicBin *));
    uint64_t *kinds_n = nb_arena_calloc(s->arena, KINDS_N, sizeof(*kinds_n));
    if (!bin || !bins || !kinds_n) {
        return NULL;
    }
    nb__topic_bin__init(bin);
    bin->has_bin = 1;
    bin->bin = number;
    bin->kinds_n = kinds_n;
    bin->n_kinds_n = KINDS_N;
    size_t at = 0;
    while (at < row->n_bins && row->bins[at]->bin < number) {
        bins[at] = row->bins[at];
        at++;
    }
    bins[at] = bin;
    for (size_t i = at; i < row->n_bins; i++) {
        bins[i + 1] = row->bins[i];
    }
    row->bins = bins;
    row->n_bins++;
    return bin;
}

enum nb_err nb_streams_add(struct nb_streams *s, const struct nb_sighting *sighting,
                           Nb__TopicBin **out)
{
    *out = NULL;
    if (!s->row->has_first_bin) {
        s->row->has_first_bin = s->row->has_open_bin = 1;
        s->row->first_bin = s->row->open_bin = sighting->bin;
    }
    if (sighting->bin < s->row->open_bin) {
        return NB_OK;
    }
    Nb__TopicBin *bin = NULL;
    for (size_t i = 0; i < s->row->n_bins; i++) {
        if (s->row->bins[i]->bin == sighting->bin) {
            bin = s->row->bins[i];
        }
    }
    if (!bin && !(bin = insert_bin(s, sighting->bin))) {
        return NB_ENOMEM;
    }
    bin->has_documents_n = bin->has_voices_n = bin->has_negative_n = 1;
    bin->documents_n++;
    bin->voices_n += sighting->is_voice;
    bin->negative_n += sighting->is_negative;
    size_t kind = (size_t)sighting->kind - 1;
    if (sighting->kind >= NB__KIND__ARTICLE && kind < bin->n_kinds_n) {
        bin->kinds_n[kind]++;
    }
    *out = bin;
    return NB_OK;
}

void nb_streams_judge(const struct nb_streams *s, struct nb_detector *detector, size_t stream,
                      uint64_t bin, int32_t rarity_milli, struct nb_detection *out)
{
    const struct nb_topic_watch *row = s->row;
    for (uint64_t b = row->open_bin; b < bin; b++) {
        nb_detector_step(detector, s->calendar, start_ms(b),
                         milli(nb_stream_count(find_bin(row, b), stream)), rarity_milli, out);
    }
    nb_detector_peek(detector, s->calendar, start_ms(bin),
                     milli(nb_stream_count(find_bin(row, bin), stream)), rarity_milli, out);
}
