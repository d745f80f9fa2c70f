/**
 * When somebody says something: the everyday streams and the script of the events.
 *
 * Threads: pure functions on tables.
 */
#ifndef SITE_STORY_PLAN_H
#define SITE_STORY_PLAN_H

#include "tests/site/story.h"

#define STORY_FAKE_MS STORY_AT(25, 15, 2) /* accounts that act as one */

/* One planned item: from a stream (then the topic is thrown later), from the script, or a fake. */
struct plan {
    int64_t at_ms;
    uint32_t ordinal; /* breaks ties, and seeds the item's die */
    int stream;       /* -1: scripted */
    int cue;          /* -1: not from the script */
    int fake;         /* of those without stream and cue: which of the accounts that act as one */
};

#define MIX_MAX 10

struct mix {
    enum topic topic;
    uint32_t weight; /* 0 ends the list */
};

struct stream {
    enum site_id site;
    int channel;
    enum item_kind kind;
    uint32_t per_day_milli;
    const uint16_t *hours;   /* 24 weights that add up to 1000 */
    uint32_t weekend_milli;  /* rate on Saturday and Sunday */
    uint32_t affinity_milli; /* how much the events are talked about here */
    struct mix mix[MIX_MAX];
};

struct cue {
    int day, hour, minute;
    enum site_id site;
    int channel;
    enum item_kind kind;
    enum topic topic;
    enum item_tag tag;
    const char *handle;
};

extern const struct stream streams[];
extern const size_t streams_n;
extern const struct cue cues[];
extern const size_t cues_n;

/** All plans by time. @return NB_OK, NB_ENOMEM. */
enum nb_err plan_all(struct nb_arena *arena, struct plan **out, size_t *out_n) NB_MUSTUSE;

/** How much an event fills the talk at a moment: 0..1000; 0 for families without an event. */
uint32_t plan_intensity(enum family family, int64_t at_ms);

/** Throw a topic. */
enum topic plan_topic(const struct stream *stream, int64_t at_ms, struct rng *rng);

/** What people say about an event. */
enum topic plan_talk(enum family family, struct rng *rng);

#endif
