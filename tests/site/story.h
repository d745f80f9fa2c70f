/**
 * The story: four weeks of an invented web, every item with its moment, author and text.
 *
 * Built once in memory from the story texts and a fixed seed: the same bytes in every run and on
 * every machine. Four weeks from Monday 2026-03-02 00:00 +03:00: everyday talk, a night delivery
 * (week 2), a delivery crisis that two loud sites spread (3), a false claim that is copied and then
 * corrected (3 and 4), accounts that act as one (4), and a dozen life events.
 *
 * Threads: immutable once built.
 */
#ifndef SITE_STORY_H
#define SITE_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>

#include "tests/site/cast.h"
#include "tests/site/social.h"

#define STORY_SEED 20260302u
#define STORY_DAYS 28
#define STORY_START_MS 1772398800000LL /* 2026-03-02T00:00:00+03:00 */
#define STORY_END_MS (STORY_START_MS + STORY_DAYS * NB_DAY_MS)
#define STORY_OFFSET_MIN 180

/** Moment of the story: day 0 is Monday 2 March. */
#define STORY_AT(day, hour, minute)                                                                \
    (STORY_START_MS + (day)*NB_DAY_MS + (hour)*NB_HOUR_MS + (minute)*NB_MINUTE_MS)

#define STORY_LAUNCH_MS STORY_AT(8, 10, 0)
#define STORY_CRISIS_MS STORY_AT(16, 6, 52)
#define STORY_CLAIM_MS STORY_AT(20, 13, 17)
#define STORY_CORRECTION_MS STORY_AT(22, 10, 5)
#define STORY_FAKE_MS STORY_AT(25, 15, 2)     /* accounts that act as one */
#define STORY_DOWN_FROM_MS STORY_AT(10, 0, 0) /* DOWN_SITE answers 503 */
#define STORY_DOWN_TO_MS STORY_AT(12, 0, 0)
#define STORY_MOVED_MS STORY_AT(9, 9, 0) /* a feed moves for good */
#define STORY_GONE_MS STORY_AT(23, 0, 0) /* a feed is gone for good */
#define STORY_NEVER_MS INT64_MAX

/* Families: what belongs to one conversation. */
enum family { FAM_OTHER, FAM_TURNA, FAM_RIVAL, FAM_LAUNCH, FAM_CRISIS, FAM_CLAIM, FAM_CORRECTION };

/* id, section prefix in the story texts, family, whether all its lines are told in order */
#define TOPICS(X)                                                                                  \
    X(PRAISE, "turna-praise", TURNA, false)                                                        \
    X(COMPLAINT, "turna-complaint", TURNA, false)                                                  \
    X(QUESTION, "turna-question", TURNA, false)                                                    \
    X(PASSING, "turna-passing", TURNA, false)                                                      \
    X(BRAND, "brand", TURNA, false)                                                                \
    X(RIVAL_PRAISE, "rival-praise", RIVAL, false)                                                  \
    X(RIVAL_COMPLAINT, "rival-complaint", RIVAL, false)                                            \
    X(RIVAL_BRAND, "rival-brand", RIVAL, false)                                                    \
    X(COMPARE, "compare", RIVAL, false)                                                            \
    X(LAUNCH_BRAND, "launch-brand", LAUNCH, true)                                                  \
    X(LAUNCH_NEWS, "launch-news", LAUNCH, false)                                                   \
    X(LAUNCH_PRAISE, "launch-praise", LAUNCH, false)                                               \
    X(LAUNCH_COMPLAINT, "launch-complaint", LAUNCH, false)                                         \
    X(LAUNCH_QUESTION, "launch-question", LAUNCH, false)                                           \
    X(CRISIS_FIRST, "crisis-first", CRISIS, true)                                                  \
    X(CRISIS_BRAND, "crisis-brand", CRISIS, true)                                                  \
    X(CRISIS_AMENDS, "crisis-amends", CRISIS, true)                                                \
    X(CRISIS_LOUD, "crisis-loud", CRISIS, false)                                                   \
    X(CRISIS_NEWS, "crisis-news", CRISIS, false)                                                   \
    X(CRISIS_ANGER, "crisis-anger", CRISIS, false)                                                 \
    X(CRISIS_WAIT, "crisis-wait", CRISIS, false)                                                   \
    X(CRISIS_CALM, "crisis-calm", CRISIS, false)                                                   \
    X(CLAIM, "claim", CLAIM, true)                                                                 \
    X(CLAIM_TALK, "claim-talk", CLAIM, false)                                                      \
    X(CLAIM_DOUBT, "claim-doubt", CLAIM, false)                                                    \
    X(CORRECTION_BRAND, "correction-brand", CORRECTION, true)                                      \
    X(CORRECTION_NEWS, "correction-news", CORRECTION, true)                                        \
    X(CORRECTION_TALK, "correction-talk", CORRECTION, false)                                       \
    X(NEWS, "news", OTHER, false)                                                                  \
    X(ECONOMY, "economy", OTHER, false)                                                            \
    X(LIFESTYLE, "lifestyle", OTHER, false)                                                        \
    X(TECH, "tech", OTHER, false)                                                                  \
    X(TECH_TALK, "tech-talk", OTHER, false)                                                        \
    X(FOOD, "food", OTHER, false)                                                                  \
    X(FAMILY, "family", OTHER, false)                                                              \
    X(FOOTBALL, "football", OTHER, false)                                                          \
    X(WEATHER, "weather", OTHER, false)                                                            \
    X(SERIES, "series", OTHER, false)                                                              \
    X(SHOP, "shop", OTHER, false)                                                                  \
    X(WORK, "work", OTHER, false)                                                                  \
    X(CRAFT, "craft", OTHER, false)                                                                \
    X(DEALS, "deals", OTHER, false)                                                                \
    X(GRIPE, "gripe", OTHER, false)                                                                \
    X(COURIER, "courier", OTHER, false)                                                            \
    X(COMMENT_NEWS, "comment-news", OTHER, false)                                                  \
    X(COMMENT_TECH, "comment-tech", OTHER, false)                                                  \
    X(COMMENT_HOME, "comment-home", OTHER, false)                                                  \
    X(COMMENT_SHOP, "comment-shop", OTHER, false)                                                  \
    X(MARRIAGE, "life-marriage", OTHER, true)                                                      \
    X(ENGAGEMENT, "life-engagement", OTHER, true)                                                  \
    X(ENLISTMENT, "life-military-enlistment", OTHER, true)                                         \
    X(DISCHARGE, "life-military-discharge", OTHER, true)                                           \
    X(APPOINTMENT, "life-teacher-appointment", OTHER, true)                                        \
    X(MOVING, "life-moving", OTHER, true)                                                          \
    X(BIRTH, "life-birth", OTHER, true)                                                            \
    X(PREGNANCY, "life-pregnancy", OTHER, true)                                                    \
    X(NEW_JOB, "life-new-job", OTHER, true)                                                        \
    X(RETIREMENT, "life-retirement", OTHER, true)                                                  \
    X(CAR, "life-car-purchase", OTHER, true)                                                       \
    X(HOME, "life-home-purchase", OTHER, true)                                                     \
    X(GRADUATION, "life-graduation", OTHER, true)                                                  \
    X(BUSINESS, "life-business-opening", OTHER, true)                                              \
    X(FAKE, "fake", OTHER, false)

enum topic {
#define X(id, name, family, whole) TOPIC_##id,
    TOPICS(X)
#undef X
        TOPICS_N
};

struct topic_info {
    const char *name;
    enum family family;
    bool whole;
};

extern const struct topic_info topic_infos[TOPICS_N];

enum item_kind { ITEM_ARTICLE, ITEM_COMMENT, ITEM_POST, ITEM_ENTRY, ITEM_REVIEW };

/* What the story is about; one item has at most one. */
enum item_tag {
    TAG_NONE,
    TAG_LAUNCH,
    TAG_CRISIS_FIRST,
    TAG_CRISIS_LOUD,
    TAG_CRISIS_BRAND,
    TAG_CLAIM,
    TAG_COPY,
    TAG_CORRECTION,
    TAG_LIFE,
    TAG_FAKE
};

struct item {
    uint32_t id;
    int64_t at_ms;
    int64_t edit_ms;   /* STORY_NEVER_MS when it stays as it is */
    int64_t delete_ms; /* STORY_NEVER_MS when it stays */
    enum site_id site;
    int channel; /* section or board, -1 where the site has none */
    enum item_kind kind;
    enum topic topic;
    enum item_tag tag;
    const struct person *author;
    const struct item *parent; /* what it answers, or NULL */
    const struct item *thread; /* first of its thread, its article or heading; itself if first */
    const struct item *next;   /* in the thread, by time */
    bool quotes;               /* the body begins with a quote of the parent */
    struct nb_slice title, url, guid;
    struct nb_slice body;   /* paragraphs by \n\n; "> " begins a quote; [text](url) is a link */
    struct nb_slice edited; /* body after edit_ms */
    const struct text_var *bound; /* rows drawn for it: who answers speaks of the same team */
    size_t bound_n;
};

struct story {
    struct text text;
    struct cast cast;
    struct social social;
    const struct item *items; /* by at_ms; items[i].id == STORY_FIRST_ID + i */
    size_t items_n;
    const struct item *const *by_feed[FEEDS_N]; /* what each feed ever shows, by at_ms */
    size_t by_feed_n[FEEDS_N];
};

#define STORY_FIRST_ID 1001u

/**
 * Build it.
 * @param dir    of the story texts.
 * @param arena  owns everything; takes a few MiB.
 * @return NB_OK, or what reading the texts returned.
 */
enum nb_err story_build(const char *dir, struct nb_arena *arena, struct story *out,
                        struct nb_error *error) NB_MUSTUSE;

/** The item with this id, or NULL. */
const struct item *story_item(const struct story *story, uint32_t id);

/** What the item says at a moment; {NULL, 0} when it is not there (yet, or any more). */
struct nb_slice story_body(const struct item *item, int64_t now_ms);

/** The last moment something about the item changed, up to now. */
int64_t story_touched_ms(const struct item *item, int64_t now_ms);

/** Items that answer in a thread, at a moment. */
size_t story_answers_n(const struct item *first, int64_t now_ms);

/** Key facts, one a line: name, then values, by tabs; times as RFC 3339 and in milliseconds. */
void story_describe(const struct story *story, struct nb_buf *out);

#endif
