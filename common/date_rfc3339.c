/*
 * Weak until the date module, which formats and reads every other form too, takes its place.
 */
#include <nabiz/date.h>

#include <stdio.h>
#include <time.h>

__attribute__((weak)) void nb_date_rfc3339(int64_t at_ms, char out[NB_RFC3339_BYTES])
{
    int64_t milli = at_ms % 1000;
    milli += milli < 0 ? 1000 : 0;
    time_t seconds = (time_t)((at_ms - milli) / 1000);
    struct tm tm;
    char fraction[8] = "";
    if (milli) {
        (void)snprintf(fraction, sizeof(fraction), ".%03d", (int)milli);
    }
    if (!gmtime_r(&seconds, &tm)) {
        tm = (struct tm){.tm_year = 70, .tm_mday = 1};
    }
    (void)snprintf(out, NB_RFC3339_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u%sZ",
                   (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)(tm.tm_mon + 1) % 100,
                   (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100,
                   (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100, fraction);
}
