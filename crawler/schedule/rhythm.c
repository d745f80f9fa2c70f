#include "crawler/schedule/rhythm.h"

#include <stdbool.h>

#include "crawler/schedule/fade.h"

#define MINUTE_MS 60000
#define WEEK_MS (7 * INT64_C(86400000))
#define YEAR_MS (365 * INT64_C(86400000))

/* Of an item in the profile: the first of a burst counts, those that it draws along less. */
static double weight_of(const struct nb_rate *rate, int64_t item_ms)
{
    enum { HOUR = 1 };
    int64_t apart_ms = item_ms > rate->at_ms ? item_ms - rate->at_ms : rate->at_ms - item_ms;
    double lately = (double)rate->counts[HOUR] / NB_RATE_ONE;
    return 1 / (1 + lately * nb_fade((double)apart_ms / 1000 / nb_rate_fade_s[HOUR]));
}

static void add(struct nb_rhythm *rhythm, int64_t item_ms, struct nb_profile *shared)
{
    double weight = weight_of(&rhythm->rate, item_ms);
    nb_rate_add(&rhythm->rate, item_ms);
    nb_profile_add(&rhythm->profile, item_ms, weight, NB_PROFILE_OWN_MAX);
    nb_profile_add(shared, item_ms, weight, NB_PROFILE_SHARED_MAX);
}

static void read_first(struct nb_rhythm *rhythm, const int64_t *item_ms, size_t n, int64_t now_ms,
                       struct nb_profile *shared)
{
    int64_t oldest_ms = now_ms;
    size_t fresh_n = 0;
    for (size_t i = 0; i < n; i++) {
        bool possible = item_ms[i] > now_ms - YEAR_MS && item_ms[i] <= now_ms;
        fresh_n += possible && item_ms[i] > now_ms - MINUTE_MS;
        oldest_ms = possible && item_ms[i] < oldest_ms ? item_ms[i] : oldest_ms;
    }
    bool made_up = fresh_n > 1 && fresh_n * 2 > n;
    if (rhythm->rate.since_ms > 0) { /* the end of a visit */
        return;
    }
    rhythm->rate.since_ms = made_up ? now_ms : oldest_ms;
    for (size_t i = 0; !made_up && i < n; i++) {
        if (item_ms[i] > oldest_ms && item_ms[i] <= now_ms) {
            add(rhythm, item_ms[i], shared);
        }
    }
}

void nb_rhythm_read(struct nb_rhythm *rhythm, const int64_t *item_ms, size_t n, int64_t now_ms,
                    struct nb_profile *shared)
{
    n = n < NB_RHYTHM_ITEMS_MAX ? n : NB_RHYTHM_ITEMS_MAX;
    if (rhythm->read_ms == 0) {
        read_first(rhythm, item_ms, n, now_ms, shared);
        rhythm->read_ms = now_ms;
        return;
    }
    int64_t from_ms = rhythm->read_ms < now_ms ? rhythm->read_ms : now_ms;
    for (size_t i = 0; i < n; i++) {
        bool possible = item_ms[i] > from_ms && item_ms[i] <= now_ms;
        int64_t part_ms = (now_ms - from_ms) / (int64_t)(n + 1) * (int64_t)(i + 1);
        add(rhythm, possible ? item_ms[i] : from_ms + part_ms, shared);
    }
    rhythm->read_ms = now_ms;
}

void nb_rhythm_visit(struct nb_rhythm *rhythm, const int64_t *item_ms, size_t n, int64_t now_ms,
                     struct nb_profile *shared)
{
    if (rhythm->read_ms == 0 && rhythm->rate.since_ms == 0) {
        rhythm->rate.since_ms = now_ms - WEEK_MS;
    }
    int64_t from_ms = rhythm->read_ms > 0 ? rhythm->read_ms : rhythm->rate.since_ms;
    for (size_t i = 0; i < n && i < NB_RHYTHM_ITEMS_MAX; i++) {
        if (item_ms[i] > from_ms && item_ms[i] <= now_ms) {
            add(rhythm, item_ms[i], shared);
        }
    }
}
