/**
 * In which hours of the week things are published: a histogram of 168 hours (UTC, from Monday). A
 * source's own is drawn towards the one of all sources together, the more the less is known of it.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_CRAWLER_SCHEDULE_PROFILE_H
#define NABIZ_CRAWLER_SCHEDULE_PROFILE_H

#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

enum {
    NB_PROFILE_HOURS = 168,
    NB_PROFILE_ONE = 64,        /* what an item is stored as */
    NB_PROFILE_BYTES = 168 * 4, /* longest stored form */
};

/*
 * What an hour holds until all are halved, so that what is old counts less: of one source, and of
 * all, where thousands may publish within one hour of one week and only time may make them old.
 */
#define NB_PROFILE_OWN_MAX UINT16_MAX
#define NB_PROFILE_SHARED_MAX (UINT32_MAX / 256)

/** Starts as {0}. */
struct nb_profile {
    uint32_t hours[NB_PROFILE_HOURS];
    uint64_t sum;
};

/** Hour of the week of a time. */
int nb_profile_hour(int64_t at_ms);

/** Count an item, or a part of one (weight 0 to 1). @param most  what an hour holds. */
void nb_profile_add(struct nb_profile *profile, int64_t at_ms, double weight, uint32_t most);

/**
 * Let what is old count less as time goes by: by half every half year.
 * @param since_ms  [in, out] the last time; 0: never.
 */
void nb_profile_fade(struct nb_profile *profile, int64_t *since_ms, int64_t now_ms);

/**
 * How much more than usual is published in an hour: 1 when the hour is as any other. Neighbouring
 * hours smooth it; the source's own profile counts as much as its items, the shared one as 20.
 */
double nb_profile_factor(const struct nb_profile *own, const struct nb_profile *shared, int hour);

/** Stored form: three bytes for each hour that is not empty, or two or four for all of them.
 * @return its length. */
size_t nb_profile_encode(const struct nb_profile *profile, uint8_t out[NB_PROFILE_BYTES]);

/** @return NB_OK, NB_ECORRUPT. */
enum nb_err nb_profile_decode(struct nb_slice bytes, struct nb_profile *out) NB_MUSTUSE;

#endif
