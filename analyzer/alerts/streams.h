/**
 * Streams: the counts of a topic that are judged, in bins of a quarter of an hour, each by a
 * detector of its own: all documents, independent voices, and the documents of each kind.
 *
 * Documents come late, so a bin stays open for NB_STREAM_LATE_BINS; until then it is judged with
 * what it has (only more can come), and then learned from. The clock is the caller's: that of the
 * log, or of a back-test.
 *
 * Threads: plain state, the caller's.
 */
#ifndef NABIZ_ANALYZER_STREAMS_H
#define NABIZ_ANALYZER_STREAMS_H

#include <stdbool.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/record.h>

#include "analyzer/alerts/detector.h"

#define NB_STREAM_BIN_MS (15 * NB_MINUTE_MS)

enum {
    NB_STREAM_LATE_BINS = 24, /* six hours */
    NB_STREAM_SPAN_BINS = 12, /* the share of negative documents is looked at over so many */
    NB_STREAMS_N = 8,
    NB_STREAM_UTC_MIN = 180 /* Turkish clocks, which have known no summer time since 2016 */
};

/** Which stream the i-th is: all, voices, then kinds. */
Nb__Alarm__Stream nb_stream_of(size_t i);

/** A document as the streams see it. */
struct nb_sighting {
    uint64_t bin;
    Nb__Kind kind; /* 0: unknown */
    bool is_voice; /* an independent one: the first of its author in the bin, and no copy */
    bool is_negative;
};

struct nb_streams {
    struct nb_topic_watch *row;
    struct nb_detector *detectors[NB_STREAMS_N]; /* owned; NULL: without documents so far */
    struct nb_arena *arena;                      /* of the row */
    const struct nb_calendar *calendar;          /* may be NULL */
};

static inline uint64_t nb_stream_bin(int64_t at_ms)
{
    return at_ms > 0 ? (uint64_t)at_ms / (uint64_t)NB_STREAM_BIN_MS : 0;
}

void nb_streams_fini(struct nb_streams *streams);

/**
 * First bin that is open at a time.
 */
static inline uint64_t nb_stream_open_bin(int64_t clock_ms)
{
    uint64_t now = nb_stream_bin(clock_ms);
    return now > NB_STREAM_LATE_BINS ? now - NB_STREAM_LATE_BINS : 0;
}

/**
 * Learn from the bins before until; detectors of streams that have had documents are there or
 * are made. After four weeks without a document the time between counts as not observed.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_streams_close(struct nb_streams *streams, uint64_t until_bin) NB_MUSTUSE;

/**
 * Count a document.
 * @param out  [out] its bin, in the row; NULL when that is closed.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_streams_add(struct nb_streams *streams, const struct nb_sighting *sighting,
                           Nb__TopicBin **out) NB_MUSTUSE;

/** Documents of a stream in a bin; bin may be NULL. */
uint64_t nb_stream_count(const Nb__TopicBin *bin, size_t stream);

/** Documents of a stream in the n bins that end with this one, as far as they are open. */
uint64_t nb_streams_sum(const struct nb_topic_watch *row, size_t stream, uint64_t bin, uint32_t n);

/**
 * Is this stream far above what is usual in this bin? Steps the detector over the open bins before
 * it, so that must be a copy that is thrown away.
 */
void nb_streams_judge(const struct nb_streams *streams, struct nb_detector *detector, size_t stream,
                      uint64_t bin, int32_t rarity_milli, struct nb_detection *out);

#endif
