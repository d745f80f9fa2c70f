/**
 * What the processes of a data directory are doing, for `nabiz stats` and `nabiz doctor`.
 */
#ifndef NABIZ_SERVICE_STATUS_H
#define NABIZ_SERVICE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/config.h>
#include <nabiz/counters.h>

#define NB_PROCESSES_N 4

struct nb_process_status {
    const char *name; /* "run", "crawl", "analyze", "serve" */
    bool known;       /* its counters could be read */
    bool alive;
    int64_t counters[NB_CTR_COUNT];
};

/** Read the counter pages of all processes; processes that never ran are not known. */
void nb_status_read(const struct nb_config *config, struct nb_process_status out[NB_PROCESSES_N]);

#endif
