/*
 * An event is a curve over the hours since it began. Where the curve is high, streams with an
 * affinity run faster and more of what they say belongs to the event's family.
 */
#include "tests/site/story_plan.h"

#include <stdlib.h>

enum { FAKES_N = 22 };

/* Shapes of a day; each adds up to 1000. */
static const uint16_t office[24] = {2,  1,  1,  1,  1,  4,  12, 28, 62, 92, 98, 90,
                                    68, 78, 88, 86, 80, 72, 50, 32, 22, 16, 11, 5};
static const uint16_t news[24] = {10, 6,  4,  4,  6,  16, 40, 62, 72, 70, 66, 62,
                                  60, 58, 58, 58, 58, 60, 60, 50, 44, 36, 26, 14};
static const uint16_t talk[24] = {30, 18, 9,  5,  3,  4,  9,  20, 34, 44, 50, 52,
                                  56, 52, 48, 46, 48, 52, 58, 68, 80, 88, 76, 50};
static const uint16_t night[24] = {58, 42, 28, 16, 9,  6,  8,  14, 24, 32, 38, 40,
                                   44, 42, 38, 36, 38, 44, 52, 62, 76, 90, 92, 71};

/* clang-format off */
const struct stream streams[] = {
    {SITE_TURNA, -1, ITEM_ARTICLE, 450, office, 200, 0, {{TOPIC_BRAND, 1}}},
    {SITE_LEYLEK, -1, ITEM_ARTICLE, 450, office, 100, 0, {{TOPIC_RIVAL_BRAND, 1}}},
    {SITE_UFUK, 0, ITEM_ARTICLE, 5500, news, 750, 60, {{TOPIC_NEWS, 8}, {TOPIC_WEATHER, 2}, {TOPIC_FOOTBALL, 2}}},
    {SITE_UFUK, 1, ITEM_ARTICLE, 3500, news, 450, 150, {{TOPIC_ECONOMY, 20}, {TOPIC_COMPARE, 1}}},
    {SITE_UFUK, 2, ITEM_ARTICLE, 3000, news, 900, 0, {{TOPIC_LIFESTYLE, 6}, {TOPIC_SERIES, 2}, {TOPIC_FOOD, 1}}},
    {SITE_UFUK, -1, ITEM_COMMENT, 6000, talk, 1000, 150, {{TOPIC_COMMENT_NEWS, 1}}},
    {SITE_MERKEZ, 0, ITEM_ARTICLE, 5000, news, 700, 60, {{TOPIC_NEWS, 6}, {TOPIC_WEATHER, 2}, {TOPIC_FOOTBALL, 3}}},
    {SITE_MERKEZ, 1, ITEM_ARTICLE, 3000, news, 400, 100, {{TOPIC_ECONOMY, 1}}},
    {SITE_CIP, -1, ITEM_ARTICLE, 2600, office, 500, 80, {{TOPIC_TECH, 14}, {TOPIC_SHOP, 1}}},
    {SITE_CIP, -1, ITEM_COMMENT, 5000, talk, 1100, 0, {{TOPIC_COMMENT_TECH, 1}}},
    {SITE_SEPET, -1, ITEM_ARTICLE, 1100, office, 900, 350, {{TOPIC_SHOP, 5}, {TOPIC_PRAISE, 2}, {TOPIC_COMPARE, 2}, {TOPIC_COMPLAINT, 1}}},
    {SITE_SEPET, -1, ITEM_COMMENT, 5000, talk, 1100, 0, {{TOPIC_COMMENT_SHOP, 1}}},
    {SITE_ESNAF, -1, ITEM_ARTICLE, 700, office, 600, 350, {{TOPIC_CRAFT, 5}, {TOPIC_COMPARE, 2}, {TOPIC_COMPLAINT, 1}}},
    {SITE_ESNAF, -1, ITEM_COMMENT, 2500, talk, 1000, 0, {{TOPIC_COMMENT_SHOP, 1}}},
    {SITE_MUTFAK, -1, ITEM_ARTICLE, 850, talk, 1300, 0, {{TOPIC_FOOD, 1}}},
    {SITE_ANNE, -1, ITEM_ARTICLE, 800, night, 900, 30, {{TOPIC_FAMILY, 7}, {TOPIC_PASSING, 1}}},
    {SITE_ANNE, -1, ITEM_COMMENT, 2500, night, 1000, 0, {{TOPIC_COMMENT_HOME, 1}}},
    {SITE_YOLDA, -1, ITEM_ARTICLE, 500, talk, 1000, 300, {{TOPIC_COURIER, 5}, {TOPIC_RIVAL_COMPLAINT, 1}}},
    {SITE_MANSER, -1, ITEM_ARTICLE, 5500, news, 900, 250, {{TOPIC_NEWS, 6}, {TOPIC_LIFESTYLE, 2}, {TOPIC_FOOTBALL, 2}}},
    {SITE_MANSER, -1, ITEM_COMMENT, 3500, talk, 1000, 700, {{TOPIC_COMMENT_NEWS, 1}}},
    {SITE_PATLAK, -1, ITEM_ARTICLE, 5500, news, 900, 250, {{TOPIC_NEWS, 6}, {TOPIC_WEATHER, 1}, {TOPIC_SERIES, 2}}},
    {SITE_PATLAK, -1, ITEM_COMMENT, 3000, talk, 1000, 700, {{TOPIC_COMMENT_NEWS, 1}}},
    {SITE_RING1, -1, ITEM_ARTICLE, 1400, office, 800, 0, {{TOPIC_DEALS, 1}}},
    {SITE_RING2, -1, ITEM_ARTICLE, 1200, office, 800, 0, {{TOPIC_DEALS, 1}}},
    {SITE_RING3, -1, ITEM_ARTICLE, 1200, office, 800, 0, {{TOPIC_DEALS, 1}}},
    {SITE_RING4, -1, ITEM_ARTICLE, 1000, office, 800, 0, {{TOPIC_DEALS, 1}}},
    {SITE_RING5, -1, ITEM_ARTICLE, 1000, office, 800, 0, {{TOPIC_DEALS, 1}}},
    {SITE_RING6, -1, ITEM_ARTICLE, 1000, office, 800, 0, {{TOPIC_DEALS, 1}}},
    {SITE_FORUM, 0, ITEM_POST, 8500, talk, 1100, 1000, {{TOPIC_SHOP, 8}, {TOPIC_COMPLAINT, 3}, {TOPIC_PRAISE, 3}, {TOPIC_QUESTION, 3}, {TOPIC_PASSING, 2}, {TOPIC_RIVAL_PRAISE, 2}, {TOPIC_RIVAL_COMPLAINT, 2}, {TOPIC_COMPARE, 2}}},
    {SITE_FORUM, 1, ITEM_POST, 9000, night, 1050, 30, {{TOPIC_TECH_TALK, 24}, {TOPIC_PASSING, 1}}},
    {SITE_FORUM, 2, ITEM_POST, 9500, talk, 1150, 60, {{TOPIC_FAMILY, 3}, {TOPIC_FOOD, 3}, {TOPIC_FOOTBALL, 4}, {TOPIC_SERIES, 3}, {TOPIC_WEATHER, 2}, {TOPIC_PASSING, 1}}},
    {SITE_FORUM, 3, ITEM_POST, 6500, talk, 900, 20, {{TOPIC_WORK, 1}}},
    {SITE_SOZLUK, -1, ITEM_ENTRY, 17000, night, 1000, 450, {{TOPIC_SERIES, 5}, {TOPIC_FOOTBALL, 5}, {TOPIC_WEATHER, 3}, {TOPIC_FOOD, 3}, {TOPIC_WORK, 4}, {TOPIC_TECH_TALK, 3}, {TOPIC_PASSING, 1}, {TOPIC_PRAISE, 1}, {TOPIC_COMPLAINT, 1}, {TOPIC_RIVAL_COMPLAINT, 1}}},
    {SITE_DERT, 0, ITEM_REVIEW, 2000, office, 700, 1000, {{TOPIC_COMPLAINT, 1}}},
    {SITE_DERT, 1, ITEM_REVIEW, 1600, office, 700, 0, {{TOPIC_RIVAL_COMPLAINT, 1}}},
    {SITE_DERT, 2, ITEM_REVIEW, 4500, office, 700, 0, {{TOPIC_GRIPE, 1}}},
};

const struct cue cues[] = {
    /* week 1: life goes on */
    {2, 21, 14, SITE_FORUM, 3, ITEM_POST, TOPIC_ENLISTMENT, TAG_LIFE, "celal.tezkere"},
    {5, 22, 3, SITE_FORUM, 2, ITEM_POST, TOPIC_MARRIAGE, TAG_LIFE, "mehtap_34"},
    {6, 13, 40, SITE_SOZLUK, -1, ITEM_ENTRY, TOPIC_MOVING, TAG_LIFE, "kayip corap"},
    /* week 2: the night delivery */
    {8, 10, 0, SITE_TURNA, -1, ITEM_ARTICLE, TOPIC_LAUNCH_BRAND, TAG_LAUNCH, "turna-iletisim"},
    {8, 11, 20, SITE_UFUK, 1, ITEM_ARTICLE, TOPIC_LAUNCH_NEWS, TAG_NONE, "kerem.ozbaris"},
    {8, 12, 40, SITE_CIP, -1, ITEM_ARTICLE, TOPIC_LAUNCH_NEWS, TAG_NONE, "defne.aytug"},
    {8, 14, 5, SITE_MERKEZ, 1, ITEM_ARTICLE, TOPIC_LAUNCH_NEWS, TAG_NONE, "merkez-haber"},
    {8, 16, 30, SITE_SEPET, -1, ITEM_ARTICLE, TOPIC_LAUNCH_PRAISE, TAG_NONE, "sepetci"},
    {9, 20, 51, SITE_FORUM, 3, ITEM_POST, TOPIC_APPOINTMENT, TAG_LIFE, "atama_bekleyen"},
    {10, 23, 37, SITE_ANNE, -1, ITEM_ARTICLE, TOPIC_PREGNANCY, TAG_LIFE, "uykusuzanne"},
    {12, 11, 25, SITE_FORUM, 3, ITEM_POST, TOPIC_NEW_JOB, TAG_LIFE, "yenimezun_24"},
    {13, 19, 9, SITE_FORUM, 2, ITEM_POST, TOPIC_BIRTH, TAG_LIFE, "dogum_izninde"},
    /* week 3: the fire at the hub */
    {16, 6, 52, SITE_FORUM, 0, ITEM_POST, TOPIC_CRISIS_FIRST, TAG_CRISIS_FIRST, "eski_kurye"},
    {16, 8, 6, SITE_MANSER, -1, ITEM_ARTICLE, TOPIC_CRISIS_LOUD, TAG_CRISIS_LOUD, "manset-masasi"},
    {16, 8, 31, SITE_PATLAK, -1, ITEM_ARTICLE, TOPIC_CRISIS_LOUD, TAG_CRISIS_LOUD, "patlak-haber"},
    {16, 9, 18, SITE_MANSER, -1, ITEM_ARTICLE, TOPIC_CRISIS_LOUD, TAG_CRISIS_LOUD, "manset-masasi"},
    {16, 9, 40, SITE_UFUK, 0, ITEM_ARTICLE, TOPIC_CRISIS_NEWS, TAG_NONE, "nilgun.sarica"},
    {16, 9, 55, SITE_PATLAK, -1, ITEM_ARTICLE, TOPIC_CRISIS_LOUD, TAG_CRISIS_LOUD, "patlak-haber"},
    {16, 10, 47, SITE_MANSER, -1, ITEM_ARTICLE, TOPIC_CRISIS_LOUD, TAG_CRISIS_LOUD, "manset-masasi"},
    {16, 11, 30, SITE_TURNA, -1, ITEM_ARTICLE, TOPIC_CRISIS_BRAND, TAG_CRISIS_BRAND, "turna-iletisim"},
    {16, 12, 15, SITE_MERKEZ, 0, ITEM_ARTICLE, TOPIC_CRISIS_NEWS, TAG_NONE, "tahsin.gurel"},
    {16, 12, 50, SITE_PATLAK, -1, ITEM_ARTICLE, TOPIC_CRISIS_LOUD, TAG_CRISIS_LOUD, "patlak-haber"},
    {16, 13, 20, SITE_CIP, -1, ITEM_ARTICLE, TOPIC_CRISIS_NEWS, TAG_NONE, "cip-editor"},
    {16, 15, 5, SITE_SEPET, -1, ITEM_ARTICLE, TOPIC_CRISIS_CALM, TAG_NONE, "sepetci"},
    {16, 18, 22, SITE_MANSER, -1, ITEM_ARTICLE, TOPIC_CRISIS_LOUD, TAG_CRISIS_LOUD, "manset-masasi"},
    {17, 9, 12, SITE_PATLAK, -1, ITEM_ARTICLE, TOPIC_CRISIS_LOUD, TAG_CRISIS_LOUD, "patlak-haber"},
    {17, 10, 30, SITE_ESNAF, -1, ITEM_ARTICLE, TOPIC_CRISIS_ANGER, TAG_NONE, "cirak.usta"},
    {17, 22, 45, SITE_SOZLUK, -1, ITEM_ENTRY, TOPIC_ENGAGEMENT, TAG_LIFE, "ikinci vapur"},
    {18, 17, 0, SITE_TURNA, -1, ITEM_ARTICLE, TOPIC_CRISIS_AMENDS, TAG_CRISIS_BRAND, "turna-iletisim"},
    {18, 20, 26, SITE_FORUM, 3, ITEM_POST, TOPIC_RETIREMENT, TAG_LIFE, "emekli_ogretmen"},
    {19, 21, 33, SITE_FORUM, 1, ITEM_POST, TOPIC_CAR, TAG_LIFE, "bariscan"},
    /* the claim and its copies */
    {20, 13, 17, SITE_YOLDA, -1, ITEM_ARTICLE, TOPIC_CLAIM, TAG_CLAIM, "yoldaki-adam"},
    {20, 14, 26, SITE_RING1, -1, ITEM_ARTICLE, TOPIC_CLAIM, TAG_COPY, "radar-admin"},
    {20, 14, 58, SITE_RING3, -1, ITEM_ARTICLE, TOPIC_CLAIM, TAG_COPY, "ruzgar-editor"},
    {20, 15, 41, SITE_RING2, -1, ITEM_ARTICLE, TOPIC_CLAIM, TAG_COPY, "kapici"},
    {20, 16, 20, SITE_RING6, -1, ITEM_ARTICLE, TOPIC_CLAIM, TAG_COPY, "kuponcu-baba"},
    {20, 17, 33, SITE_RING4, -1, ITEM_ARTICLE, TOPIC_CLAIM, TAG_COPY, "bedavaci"},
    {20, 18, 49, SITE_RING5, -1, ITEM_ARTICLE, TOPIC_CLAIM, TAG_COPY, "liman-reisi"},
    {22, 10, 5, SITE_TURNA, -1, ITEM_ARTICLE, TOPIC_CORRECTION_BRAND, TAG_CORRECTION, "turna-iletisim"},
    {22, 11, 15, SITE_UFUK, 1, ITEM_ARTICLE, TOPIC_CORRECTION_NEWS, TAG_CORRECTION, "nilgun.sarica"},
    {22, 13, 30, SITE_SEPET, -1, ITEM_ARTICLE, TOPIC_CORRECTION_NEWS, TAG_CORRECTION, "sepetci"},
    /* week 4: and life goes on */
    {23, 21, 18, SITE_FORUM, 2, ITEM_POST, TOPIC_HOME, TAG_LIFE, "ev_arayan_memur"},
    {24, 12, 12, SITE_SOZLUK, -1, ITEM_ENTRY, TOPIC_GRADUATION, TAG_LIFE, "kagit gemi"},
    {25, 10, 44, SITE_FORUM, 0, ITEM_POST, TOPIC_BUSINESS, TAG_LIFE, "butik_elif"},
    {26, 19, 57, SITE_FORUM, 3, ITEM_POST, TOPIC_DISCHARGE, TAG_LIFE, "devreci"},
};
/* clang-format on */

const size_t streams_n = sizeof(streams) / sizeof(streams[0]);
const size_t cues_n = sizeof(cues) / sizeof(cues[0]);

/* Curves: hours since the beginning and how much of the talk it fills then. */
struct curve_point {
    int32_t hour;
    uint32_t milli;
};

static const struct curve_point launch_curve[] = {{0, 150},  {2, 550},  {12, 500}, {36, 380},
                                                  {72, 200}, {120, 80}, {216, 0}};
static const struct curve_point crisis_curve[] = {{0, 60},   {2, 700},  {4, 1000}, {16, 850},
                                                  {30, 650}, {54, 360}, {78, 180}, {102, 90},
                                                  {150, 30}, {200, 0}};
static const struct curve_point claim_curve[] = {{0, 20},   {3, 350}, {8, 500}, {24, 350},
                                                 {44, 220}, {50, 60}, {80, 0}};
static const struct curve_point correction_curve[] = {{0, 100}, {3, 300}, {24, 150}, {72, 0}};

static uint32_t on_curve(const struct curve_point *points, size_t n, int64_t since_ms)
{
    for (size_t i = 1; since_ms >= 0 && i < n; i++) {
        int64_t from = points[i - 1].hour * NB_HOUR_MS, to = points[i].hour * NB_HOUR_MS;
        if (since_ms < to) {
            int64_t a = points[i - 1].milli, b = points[i].milli;
            return (uint32_t)(a + (b - a) * (since_ms - from) / (to - from));
        }
    }
    return 0;
}

#define ON(curve, from_ms) on_curve(curve, sizeof(curve) / sizeof(curve[0]), at_ms - (from_ms))

uint32_t plan_intensity(enum family family, int64_t at_ms)
{
    switch (family) {
    case FAM_LAUNCH:
        return ON(launch_curve, STORY_LAUNCH_MS);
    case FAM_CRISIS:
        return ON(crisis_curve, STORY_CRISIS_MS);
    case FAM_CLAIM:
        return ON(claim_curve, STORY_CLAIM_MS);
    case FAM_CORRECTION:
        return ON(correction_curve, STORY_CORRECTION_MS);
    case FAM_OTHER:
    case FAM_TURNA:
    case FAM_RIVAL:
        break;
    }
    return 0;
}

/* Items per hour in millionths. */
static uint64_t rate_micro(const struct stream *stream, int64_t at_ms)
{
    int64_t hour = (at_ms - STORY_START_MS) / NB_HOUR_MS;
    uint64_t rate = (uint64_t)stream->per_day_milli * stream->hours[hour % 24];
    if (hour / 24 % 7 >= 5) {
        rate = rate * stream->weekend_milli / 1000;
    }
    uint64_t boost = 5 * (uint64_t)plan_intensity(FAM_CRISIS, at_ms) +
                     plan_intensity(FAM_LAUNCH, at_ms) + plan_intensity(FAM_CLAIM, at_ms);
    return rate * (1000 + boost * stream->affinity_milli / 1000) / 1000;
}

static bool publishes(const struct stream *stream, int64_t at_ms)
{
    return stream->site != GONE_FEED_SITE || at_ms < STORY_GONE_MS - NB_DAY_MS;
}

static size_t plan_stream(size_t index, struct plan *plans, size_t max)
{
    struct rng rng = rng_for(STORY_SEED, 1000 + index);
    size_t n = 0;
    for (int64_t at = STORY_START_MS; at < STORY_END_MS; at += NB_HOUR_MS) {
        uint64_t due = (rate_micro(&streams[index], at) + rng_below(&rng, 1000000)) / 1000000;
        for (; due > 0; due--) {
            int64_t at_ms = at + (int64_t)rng_below(&rng, 3600) * 1000;
            if (n < max && publishes(&streams[index], at_ms)) {
                plans[n++] = (struct plan){.at_ms = at_ms, .stream = (int)index, .cue = -1};
            }
        }
    }
    return n;
}

/* They are told last, so that nobody else speaks otherwise because of them. */
static size_t plan_fakes(struct plan *plans, size_t max)
{
    struct rng rng = rng_for(STORY_SEED, 999);
    int64_t at_ms = STORY_FAKE_MS;
    size_t n = 0;
    for (; n < FAKES_N && n < max; n++) {
        plans[n] = (struct plan){.at_ms = at_ms, .stream = -1, .cue = -1, .fake = (int)n};
        at_ms += (int64_t)rng_below(&rng, 16) * 1000;
    }
    return n;
}

static int by_time(const void *a, const void *b)
{
    const struct plan *p = a, *q = b;
    if (p->at_ms != q->at_ms) {
        return p->at_ms < q->at_ms ? -1 : 1;
    }
    return p->ordinal < q->ordinal ? -1 : p->ordinal > q->ordinal;
}

#define PLANS_MAX 8000

enum nb_err plan_all(struct nb_arena *arena, struct plan **out, size_t *out_n)
{
    struct plan *plans = nb_arena_calloc(arena, PLANS_MAX, sizeof(*plans));
    size_t n = 0;
    if (!plans) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < cues_n && n < PLANS_MAX; i++) {
        plans[n++] = (struct plan){.at_ms = STORY_AT(cues[i].day, cues[i].hour, cues[i].minute),
                                   .stream = -1,
                                   .cue = (int)i};
    }
    for (size_t i = 0; i < streams_n; i++) {
        n += plan_stream(i, plans + n, PLANS_MAX - n);
    }
    n += plan_fakes(plans + n, PLANS_MAX - n);
    for (size_t i = 0; i < n; i++) {
        plans[i].ordinal = (uint32_t)i;
    }
    qsort(plans, n, sizeof(*plans), by_time);
    *out = plans;
    *out_n = n;
    return NB_OK;
}

static enum topic throw_mix(const struct mix *mix, size_t n, struct rng *rng)
{
    uint32_t total = 0;
    for (size_t i = 0; i < n; i++) {
        total += mix[i].weight;
    }
    uint32_t at = rng_below(rng, total);
    size_t i = 0;
    while (at >= mix[i].weight) {
        at -= mix[i++].weight;
    }
    return mix[i].topic;
}

#define THROW(mix) throw_mix(mix, sizeof(mix) / sizeof(mix[0]), rng)

enum topic plan_talk(enum family family, struct rng *rng)
{
    static const struct mix turna[] = {
        {TOPIC_PRAISE, 4}, {TOPIC_COMPLAINT, 4}, {TOPIC_PASSING, 1}, {TOPIC_QUESTION, 1}};
    static const struct mix rival[] = {
        {TOPIC_RIVAL_PRAISE, 3}, {TOPIC_RIVAL_COMPLAINT, 3}, {TOPIC_COMPARE, 2}};
    static const struct mix launch[] = {
        {TOPIC_LAUNCH_PRAISE, 65}, {TOPIC_LAUNCH_QUESTION, 20}, {TOPIC_LAUNCH_COMPLAINT, 15}};
    static const struct mix crisis[] = {
        {TOPIC_CRISIS_ANGER, 58}, {TOPIC_CRISIS_WAIT, 28}, {TOPIC_CRISIS_CALM, 14}};
    static const struct mix claim[] = {{TOPIC_CLAIM_TALK, 65}, {TOPIC_CLAIM_DOUBT, 35}};
    switch (family) {
    case FAM_RIVAL:
        return THROW(rival);
    case FAM_LAUNCH:
        return THROW(launch);
    case FAM_CRISIS:
        return THROW(crisis);
    case FAM_CLAIM:
        return THROW(claim);
    case FAM_CORRECTION:
        return TOPIC_CORRECTION_TALK;
    case FAM_TURNA:
    case FAM_OTHER:
        break;
    }
    return THROW(turna);
}

/* What an event is called by those who write articles; loud sites go on being loud. */
static enum topic article_topic(const struct stream *stream, enum family family, struct rng *rng)
{
    if (family == FAM_CRISIS) {
        return stream->site == SITE_MANSER || stream->site == SITE_PATLAK ? TOPIC_CRISIS_LOUD
               : stream->site == SITE_UFUK || stream->site == SITE_MERKEZ ||
                       stream->site == SITE_CIP
                   ? TOPIC_CRISIS_NEWS
                   : plan_talk(family, rng);
    }
    return stream->site == SITE_SEPET || stream->site == SITE_ESNAF ? plan_talk(family, rng)
                                                                    : TOPIC_LAUNCH_NEWS;
}

enum topic plan_topic(const struct stream *stream, int64_t at_ms, struct rng *rng)
{
    static const enum family events[] = {FAM_CRISIS, FAM_CLAIM, FAM_CORRECTION, FAM_LAUNCH};
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        uint32_t milli = plan_intensity(events[i], at_ms);
        if (!rng_chance(rng, milli * stream->affinity_milli * 17 / 20 / 1000)) {
            continue;
        }
        if (stream->kind == ITEM_REVIEW && events[i] == FAM_CRISIS) {
            return rng_chance(rng, 700) ? TOPIC_CRISIS_ANGER : TOPIC_CRISIS_WAIT;
        }
        if (stream->kind == ITEM_REVIEW) {
            break; /* nobody files a complaint about a launch or a rumour */
        }
        if (stream->kind != ITEM_ARTICLE) {
            return plan_talk(events[i], rng);
        }
        if (events[i] == FAM_CRISIS || events[i] == FAM_LAUNCH) {
            return article_topic(stream, events[i], rng);
        }
    }
    size_t n = 0;
    while (n < MIX_MAX && stream->mix[n].weight > 0) {
        n++;
    }
    return throw_mix(stream->mix, n, rng);
}
