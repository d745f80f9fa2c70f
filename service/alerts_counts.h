/**
 * Back-test of counts: what a detector would have said of a series, under a budget.
 *
 * Threads: main only.
 */
#ifndef NABIZ_SERVICE_ALERTS_COUNTS_H
#define NABIZ_SERVICE_ALERTS_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/cli.h>

/** Read --csv FILE ("-": stdin). @param budget_milli  false alarms a week; -1: as `detect`. */
int nb_alerts_counts(struct nb_args *args, int64_t budget_milli, bool as_json);

#endif
