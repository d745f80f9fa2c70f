#include <nabiz/zone.h>

#include <stdbool.h>
#include <string.h>

#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include <nabiz/date.h>
#include <nabiz/mem.h>

enum { NAME_MAX_CHARS = 64 };

struct nb_zone {
    UCalendar *calendar; /* NULL: fixed */
    int32_t offset_min;
};

static enum nb_err zone_new(struct nb_zone **out)
{
    *out = nb_calloc(1, sizeof(**out));
    return *out ? NB_OK : NB_ENOMEM;
}

/* ICU takes any name and makes UTC of those it does not know. */
static bool is_known(const UChar *name)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar canonical[NAME_MAX_CHARS * 2];
    UBool system = 0;
    (void)ucal_getCanonicalTimeZoneID(name, -1, canonical, NAME_MAX_CHARS * 2, &system, &status);
    return U_SUCCESS(status) && system;
}

enum nb_err nb_zone_open(const char *name, struct nb_zone **out, struct nb_error *error)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar wide[NAME_MAX_CHARS + 1] = {0};
    *out = NULL;
    bool fits = *name && strlen(name) <= NAME_MAX_CHARS;
    if (fits) {
        (void)u_strFromUTF8(wide, NAME_MAX_CHARS + 1, NULL, name, -1, &status);
    }
    if (!fits || U_FAILURE(status) || !is_known(wide)) {
        return nb_error_set(error, NB_EINVAL,
                            "\"%.64s\" is no time zone; write it as Europe/Istanbul", name);
    }
    struct nb_zone *zone;
    enum nb_err err = zone_new(&zone);
    if (err != NB_OK) {
        return err;
    }
    zone->calendar = ucal_open(wide, -1, "en", UCAL_GREGORIAN, &status);
    if (U_FAILURE(status)) {
        nb_zone_close(zone);
        return status == U_MEMORY_ALLOCATION_ERROR ? NB_ENOMEM : NB_ESYS;
    }
    *out = zone;
    return NB_OK;
}

enum nb_err nb_zone_fixed(int32_t offset_min, struct nb_zone **out)
{
    enum nb_err err = zone_new(out);
    if (err == NB_OK) {
        (*out)->offset_min = offset_min;
    }
    return err;
}

void nb_zone_close(struct nb_zone *zone)
{
    if (zone) {
        if (zone->calendar) {
            ucal_close(zone->calendar);
        }
        nb_free(zone);
    }
}

int32_t nb_zone_offset_min(const struct nb_zone *zone, int64_t at_ms)
{
    if (!zone->calendar) {
        return zone->offset_min;
    }
    UErrorCode status = U_ZERO_ERROR;
    ucal_setMillis(zone->calendar, (UDate)at_ms, &status);
    int32_t ms = ucal_get(zone->calendar, UCAL_ZONE_OFFSET, &status) +
                 ucal_get(zone->calendar, UCAL_DST_OFFSET, &status);
    return U_SUCCESS(status) ? (int32_t)(ms / NB_MINUTE_MS) : 0;
}

static int64_t shown_at(const struct nb_zone *zone, int64_t at_ms)
{
    return at_ms + nb_zone_offset_min(zone, at_ms) * NB_MINUTE_MS;
}

/*
 * The moment at which clocks show a civil time, given as if it were UTC: by the offset of the day
 * before, or of the day after. A time that is left out, when summer begins, is taken by the former:
 * as late after the change as it says.
 */
static int64_t moment_of(const struct nb_zone *zone, int64_t civil_ms)
{
    int64_t before = civil_ms - nb_zone_offset_min(zone, civil_ms - NB_DAY_MS) * NB_MINUTE_MS;
    int64_t after = civil_ms - nb_zone_offset_min(zone, civil_ms + NB_DAY_MS) * NB_MINUTE_MS;
    return shown_at(zone, before) != civil_ms && shown_at(zone, after) == civil_ms ? after : before;
}

/* Start of the civil day, as if it were UTC. */
static int64_t civil_day(const struct nb_zone *zone, int64_t at_ms)
{
    int64_t civil_ms = shown_at(zone, at_ms);
    int64_t into = civil_ms % NB_DAY_MS;
    return civil_ms - (into < 0 ? into + NB_DAY_MS : into);
}

int64_t nb_zone_day(const struct nb_zone *zone, int64_t at_ms, int32_t days)
{
    return moment_of(zone, civil_day(zone, at_ms) + days * NB_DAY_MS);
}

int64_t nb_zone_time(const struct nb_zone *zone, int64_t at_ms, int32_t minute_of_day)
{
    return moment_of(zone, civil_day(zone, at_ms) + minute_of_day * NB_MINUTE_MS);
}
