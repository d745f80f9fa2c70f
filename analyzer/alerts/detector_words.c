#include "analyzer/alerts/detector.h"

#include <inttypes.h>

#include <nabiz/date.h>

/* "15 minutes", "1 hour", "3 days" */
static char *span_words(int64_t span_ms, struct nb_arena *arena)
{
    static const struct {
        int64_t unit_ms;
        const char *name;
    } UNITS[] = {
        {NB_DAY_MS, "day"}, {NB_HOUR_MS, "hour"}, {NB_MINUTE_MS, "minute"}, {1000, "second"}};
    size_t i = 0;
    while (i < 3 && span_ms % UNITS[i].unit_ms != 0) {
        i++;
    }
    int64_t n = span_ms / UNITS[i].unit_ms;
    return nb_arena_printf(arena, "%" PRId64 " %s%s", n, UNITS[i].name, n == 1 ? "" : "s");
}

/* One decimal where there is one. */
static char *number_words(int64_t value_milli, struct nb_arena *arena)
{
    int64_t tenths = (value_milli + 50) / 100;
    if (tenths % 10 == 0 || tenths >= 1000) {
        return nb_arena_printf(arena, "%" PRId64, (tenths + 5) / 10);
    }
    return nb_arena_printf(arena, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
}

char *nb_detection_why(const struct nb_detection *v, int64_t interval_ms, struct nb_arena *arena)
{
    char *span = span_words(v->span_bins * interval_ms, arena);
    char *value = number_words(v->value_milli, arena);
    char *expected = number_words(v->expected_milli, arena);
    char *limit = number_words(v->limit_milli, arena);
    if (!span || !value || !expected || !limit) {
        return NULL;
    }
    if (v->span_bins == 0) {
        return nb_arena_printf(arena, "%s in a time in which %s is usual", value, expected);
    }
    if (v->seen == NB_DETECTOR_DROP && v->value_milli == 0) {
        return nb_arena_printf(arena, "none in %s; usual is %s", span, expected);
    }
    return nb_arena_printf(arena, "%s in %s; usual is %s, %s %s is ordinary", value, span, expected,
                           v->seen == NB_DETECTOR_DROP ? "down to" : "up to", limit);
}
