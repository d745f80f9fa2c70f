/**
 * Back-test: what would have been told of history, under a budget of false alarms.
 *
 * Stored documents of a topic are committed again, in the order of the log, into an analysis store
 * of their own that is thrown away, so that it is the very code of the analyzer that judges; what
 * others did to their authors outside of the topic is not known there. Then the gate decides.
 *
 * Threads: main only.
 */
#ifndef NABIZ_SERVICE_ALERTS_BACKTEST_H
#define NABIZ_SERVICE_ALERTS_BACKTEST_H

#include <stdbool.h>

#include <nabiz/cli.h>

/** `nabiz alerts backtest [--topic T] [--from D] [--to D] [--budget K] [--csv FILE]`. */
int nb_alerts_backtest(struct nb_args *args, bool as_json);

#endif
