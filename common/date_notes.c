#include "common/date_notes.h"

#include "common/date_parse.h"

enum { YEARS_BACK = 8 };

static bool resolve_day(const struct date_notes *said, const struct nb_date_context *context,
                        int32_t offset_min, int64_t *out_ms)
{
    struct nb_civil civil = said->civil;
    if (said->has_year) {
        return nb_date_resolve(civil, offset_min, out_ms);
    }
    /* The latest such day up to now; tomorrow is allowed for clocks that differ. Only the 29th of
     * February takes more than two tries. */
    civil.year = nb_civil_of(context->now_ms, offset_min).year;
    for (int i = 0; i < YEARS_BACK; i++, civil.year--) {
        int64_t ms;
        if (nb_date_resolve(civil, offset_min, &ms) && ms <= context->now_ms + NB_DAY_MS) {
            *out_ms = ms;
            return true;
        }
    }
    return false;
}

/* The time that was said, on that day. */
static struct nb_civil time_on(const struct date_notes *said, struct nb_civil day)
{
    struct nb_civil civil = said->civil;
    civil.year = day.year;
    civil.month = day.month;
    civil.day = day.day;
    return civil;
}

static bool resolve_day_offset(const struct date_notes *said, const struct nb_date_context *context,
                               int32_t offset_min, int32_t days, int64_t *out_ms)
{
    struct nb_civil day = nb_civil_of(context->now_ms + days * NB_DAY_MS, offset_min);
    return nb_date_resolve(time_on(said, day), offset_min, out_ms);
}

static bool resolve_weekday(const struct date_notes *said, const struct nb_date_context *context,
                            int32_t offset_min, int64_t *out_ms)
{
    int32_t today = nb_civil_of(context->now_ms, offset_min).weekday;
    int32_t back = (today - said->weekday + 7) % 7;
    if (!resolve_day_offset(said, context, offset_min, -back, out_ms)) {
        return false;
    }
    return *out_ms <= context->now_ms ||
           resolve_day_offset(said, context, offset_min, -back - 7, out_ms);
}

/* The same day some months earlier, or the last of that month when it has fewer days. */
static bool months_before(int64_t now_ms, int64_t months, int32_t offset_min, int64_t *out_ms)
{
    struct nb_civil civil = nb_civil_of(now_ms, offset_min);
    int64_t month = civil.year * 12LL + civil.month - 1 - months;
    if (months < 0 || month < 0) {
        return false;
    }
    civil.year = (int32_t)(month / 12);
    civil.month = (int32_t)(month % 12) + 1;
    for (int i = 0; i < 4; i++, civil.day--) {
        if (nb_date_resolve(civil, offset_min, out_ms)) {
            return true;
        }
    }
    return false;
}

static bool resolve_ago(const struct date_notes *said, const struct nb_date_context *context,
                        int32_t offset_min, int64_t *out_ms)
{
    static const int64_t halves_ms[UNIT_N] = {
        [UNIT_SECOND] = 500,        [UNIT_MINUTE] = NB_MINUTE_MS / 2, [UNIT_HOUR] = NB_HOUR_MS / 2,
        [UNIT_DAY] = NB_DAY_MS / 2, [UNIT_WEEK] = NB_DAY_MS * 7 / 2,
    };
    int64_t ms = context->now_ms;
    int64_t halves = said->halves[UNIT_YEAR] * 12 + said->halves[UNIT_MONTH];
    if (halves > 0 && !months_before(ms, halves / 2, offset_min, &ms)) {
        return false;
    }
    ms -= halves % 2 * 15 * NB_DAY_MS;
    for (int unit = UNIT_SECOND; unit <= UNIT_WEEK; unit++) {
        ms -= said->halves[unit] * halves_ms[unit];
    }
    bool to_the_day =
        said->halves[UNIT_HOUR] + said->halves[UNIT_MINUTE] + said->halves[UNIT_SECOND] == 0;
    struct nb_civil civil = nb_civil_of(ms, offset_min);
    if (said->has_time && to_the_day) {
        civil = time_on(said, civil);
    }
    return nb_date_resolve(civil, offset_min, out_ms);
}

bool nb_date_notes_resolve(const struct date_notes *said, const struct nb_date_context *context,
                           int64_t *out_ms)
{
    int32_t offset_min = said->has_zone ? said->zone_min : context->offset_min;
    if (said->has_day) {
        return resolve_day(said, context, offset_min, out_ms);
    }
    if (said->has_ago) {
        return resolve_ago(said, context, offset_min, out_ms);
    }
    /* "today", "now" and "Monday" are words of every day: without a time they are a date only when
     * nothing else is said. */
    if (!said->has_time && !said->stands_alone) {
        return false;
    }
    if (said->has_day_offset) {
        return resolve_day_offset(said, context, offset_min, said->day_offset, out_ms);
    }
    if (said->has_now && !said->has_time && !said->has_amount) {
        return nb_date_resolve(nb_civil_of(context->now_ms, offset_min), offset_min, out_ms);
    }
    return said->has_weekday && resolve_weekday(said, context, offset_min, out_ms);
}
