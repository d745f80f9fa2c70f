/**
 * Forecast: how many documents are still to be expected of an incident.
 *
 * Model: what is above the usual rate dies away as a self-exciting process that is left to itself
 * does, exponentially with a time constant tau. Over the last three hours an excess of e documents
 * came, so e / 3 h * tau more are to be expected. Tau is twice the age of the incident, at least
 * 3 h and at most 24 h: what has lasted goes on lasting (Lindy). The band is from a seventh to
 * three times that, and two standard deviations of a count of this size: its coverage is counted
 * on simulated Hawkes processes by tests/unit/test_forecast.c (chosen on others: 83 in a hundred).
 *
 * Threads: pure function.
 */
#ifndef NABIZ_ANALYZER_FORECAST_H
#define NABIZ_ANALYZER_FORECAST_H

#include <stdint.h>

#include <nabiz/date.h>

#define NB_FORECAST_RECENT_MS (3 * NB_HOUR_MS)

struct nb_forecast {
    uint64_t low, middle, high; /* documents yet to come; four of five times between low and high */
};

/**
 * @param recent_n      documents of the last NB_FORECAST_RECENT_MS.
 * @param usual_milli   documents that are usual in such a time.
 * @param age_ms        since the incident's first document.
 */
struct nb_forecast nb_forecast(uint64_t recent_n, int64_t usual_milli, int64_t age_ms);

#endif
