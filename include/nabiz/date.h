/**
 * Dates: what feeds and pages write, as Unix milliseconds; and the formats we print.
 *
 * Words in Turkish (month and day names, "önce", "dün") come from lexicons/dates.txt, which is
 * loaded once; the code holds none of them.
 *
 * Threads: a loaded nb_date_words is immutable and shared; functions are pure.
 */
#ifndef NABIZ_DATE_H
#define NABIZ_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_date_words;

/** Calendar fields of a moment at a given offset from UTC. */
struct nb_civil {
    int32_t year;
    int32_t month; /* 1..12 */
    int32_t day;   /* 1..31 */
    int32_t hour;  /* 0..23 */
    int32_t minute;
    int32_t second; /* 0..59; a leap second is read as 59 */
    int32_t milli;
    int32_t weekday; /* 0 = Monday .. 6 = Sunday; output of nb_civil_of only */
};

/**
 * Load lexicons/dates.txt.
 * @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_ESYNTAX (the detail has file and line), NB_ETOOBIG
 *         (over 64 KiB), NB_ENOMEM.
 */
enum nb_err nb_date_words_load(const char *path, struct nb_date_words **out,
                               struct nb_error *error) NB_MUSTUSE;
void nb_date_words_free(struct nb_date_words *words);

/** What a relative or zone-less date is read against. */
struct nb_date_context {
    const struct nb_date_words *words; /* may be NULL: then only numeric and English forms */
    int64_t now_ms;                    /* for relative dates and missing years */
    int32_t offset_min;                /* zone of dates that name none, minutes east of UTC */
};

/**
 * Read a date as found in the wild. Tried in this order: RFC 3339 and the ISO 8601 forms feeds use
 * (also date only, week-free, with or without zone), RFC 822/2822 with its usual errors (missing or
 * wrong day name, two-digit year, named zones, missing seconds), asctime, numeric day-first forms
 * ("12.01.2024 15:30", "12/01/2024"), Turkish and English month names ("3 Mart 2024, 14:05"), and
 * relative forms ("3 saat önce", "dün 14:30", "bugün", "az önce", "Salı 09:15").
 *
 * A few other words around a date are passed over ("Tarih: ..."), other numbers make it fail. Of a
 * range the first moment is read. A day without a year, and a weekday, is the latest one up to now.
 * @param out_ms  [out] Unix milliseconds, UTC.
 * @return NB_OK, NB_ESYNTAX (no date, impossible day, or year outside 1970..2100).
 */
enum nb_err nb_date_parse(struct nb_slice text, const struct nb_date_context *context,
                          int64_t *out_ms) NB_MUSTUSE;

/** "2026-11-22T01:24:00Z", milliseconds only when not 0. out has NB_RFC3339_BYTES. */
#define NB_RFC3339_BYTES 32
void nb_date_rfc3339(int64_t at_ms, char out[NB_RFC3339_BYTES]);

/** "Sun, 22 Nov 2026 01:24:00 GMT" (RFC 9110). out has NB_HTTP_DATE_BYTES. */
#define NB_HTTP_DATE_BYTES 32
void nb_date_http(int64_t at_ms, char out[NB_HTTP_DATE_BYTES]);

/** "2026-11-22" only, the day at offset_min; for --day and --since options. @return NB_OK,
 * NB_ESYNTAX. */
enum nb_err nb_date_day(struct nb_slice text, int32_t offset_min, int64_t *out_ms) NB_MUSTUSE;

/** Proleptic Gregorian calendar, any year. */
struct nb_civil nb_civil_of(int64_t at_ms, int32_t offset_min);
int64_t nb_civil_to_ms(const struct nb_civil *civil, int32_t offset_min);

/**
 * A Retry-After (RFC 9110, 10.2.3: seconds or a date), at most a day; 0 when it is empty, past or
 * unreadable.
 */
int64_t nb_date_retry_after_s(struct nb_slice value, int64_t now_ms);

#define NB_MINUTE_MS 60000LL
#define NB_HOUR_MS 3600000LL
#define NB_DAY_MS 86400000LL

#endif
