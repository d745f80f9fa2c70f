/**
 * `nabiz alerts silence`: who was not heard for longer than is usual.
 *
 * Threads: main only.
 */
#ifndef NABIZ_SERVICE_ALERTS_SILENCE_H
#define NABIZ_SERVICE_ALERTS_SILENCE_H

#include <stdbool.h>

#include <nabiz/cli.h>

int nb_alerts_silence(struct nb_args *args, bool as_json);

#endif
