#include "analyzer/alerts/forecast.h"

#include <nabiz/fixed.h>

#define TAU_MIN_MS (3 * NB_HOUR_MS)
#define TAU_MAX_MS (24 * NB_HOUR_MS)

static const uint64_t COUNT_MAX = 1000000;

struct nb_forecast nb_forecast(uint64_t recent_n, int64_t usual_milli, int64_t age_ms)
{
    int64_t recent_milli = (int64_t)(recent_n < COUNT_MAX ? recent_n : COUNT_MAX) * 1000;
    int64_t excess_milli = recent_milli - usual_milli;
    excess_milli = excess_milli > 0 ? excess_milli : 0;
    int64_t tau_ms = age_ms < TAU_MAX_MS / 2 ? 2 * age_ms : TAU_MAX_MS;
    tau_ms = tau_ms > TAU_MIN_MS ? tau_ms : TAU_MIN_MS;
    uint64_t middle = (uint64_t)(excess_milli * (tau_ms / NB_MINUTE_MS) /
                                 (NB_FORECAST_RECENT_MS / NB_MINUTE_MS)) /
                      1000;
    uint64_t noise = 2 * nb_isqrt(middle);
    uint64_t low = middle / 7;
    return (struct nb_forecast){
        .low = low > noise / 2 ? low - noise / 2 : 0,
        .middle = middle,
        .high = 3 * middle + noise + 2,
    };
}
