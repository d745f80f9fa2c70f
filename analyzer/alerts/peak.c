#include "analyzer/alerts/peak.h"

enum {
    NONE_MILLI = -9000,
    DAYS = 14,           /* time constant of what days reach */
    DAYS_MIN = 4,        /* before, only the peak counts */
    SPREADS_TENTHS = 34, /* 3.4 of them above what days reach is odd */
    DAY_SPREADS_MAX = 1  /* no day counts for more: a crisis is not what days are like */
};

void nb_peak_init(struct peak *peak)
{
    *peak = (struct peak){.top_nano = NONE_MILLI * INT64_C(1000000), .day_milli = NONE_MILLI};
}

void nb_peak_learn(struct peak *peak, int32_t seen_milli)
{
    int64_t nano = seen_milli * INT64_C(1000000);
    peak->top_nano = nano > peak->top_nano ? nano : peak->top_nano;
    peak->day_milli = seen_milli > peak->day_milli ? seen_milli : peak->day_milli;
}

void nb_peak_sink(struct peak *peak, int64_t leak_nano)
{
    if (peak->top_nano > NONE_MILLI * INT64_C(1000000)) {
        peak->top_nano -= leak_nano;
    }
}

void nb_peak_end_day(struct peak *peak)
{
    int32_t day = peak->day_milli;
    peak->day_milli = NONE_MILLI;
    if (day == NONE_MILLI) {
        return;
    }
    int32_t most = peak->mean_milli + DAY_SPREADS_MAX * peak->spread_milli;
    if (peak->days_n >= DAYS_MIN && day > most) {
        day = most;
    }
    peak->days_n += peak->days_n < DAYS;
    int32_t n = (int32_t)peak->days_n;
    int32_t away = day > peak->mean_milli ? day - peak->mean_milli : peak->mean_milli - day;
    if (n > 1) {
        peak->spread_milli += (away - peak->spread_milli) / (n - 1);
    }
    peak->mean_milli += (day - peak->mean_milli) / n;
}

int64_t nb_peak_limit(const struct peak *peak, int64_t margin_milli)
{
    int64_t over_top = peak->top_nano / 1000000 + margin_milli;
    int64_t over_days = peak->mean_milli + (int64_t)peak->spread_milli * SPREADS_TENTHS / 10;
    return peak->days_n >= DAYS_MIN && over_days > over_top ? over_days : over_top;
}
