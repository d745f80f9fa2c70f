/**
 * The processes a play needs: the loopback site and `nabiz run`, started, watched, killed and
 * stopped by their ids.
 */
#ifndef NABIZ_TESTS_FLEET_H
#define NABIZ_TESTS_FLEET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <nabiz/counters.h>

#define FLEET_SETS_MAX 16

struct fleet {
    const char *nabiz;                /* program */
    const char *site;                 /* program */
    const char *dir;                  /* working directory: data/, clock, port and logs */
    const char *config;               /* configuration file */
    const char *sets[FLEET_SETS_MAX]; /* further "key=value", NULL at the end */
    pid_t site_pid;
    pid_t run_pid;
    int port;
};

/** Start the site and wait for its port. @return false after saying why on stderr. */
bool fleet_start_site(struct fleet *fleet);

/** Start `nabiz run`. @return false after saying why on stderr. */
bool fleet_start_run(struct fleet *fleet);

/** Run `nabiz WORDS...` with the fleet's settings; out_path NULL: our stdout. @return exit code. */
int fleet_command(const struct fleet *fleet, const char *out_path, const char *const *words);

/** Counters of a process ("crawl"). @return false when it has none yet. */
bool fleet_counters(const struct fleet *fleet, const char *name, int64_t out[NB_CTR_COUNT]);

/** kill -9 of "run", "crawl", "analyze" or "serve"; a killed supervisor is started again. */
bool fleet_kill(struct fleet *fleet, const char *name);

/** Has the supervisor ended by itself? */
bool fleet_run_ended(struct fleet *fleet);

/** SIGTERM, wait, SIGKILL. @return false when one did not stop in time or not cleanly. */
bool fleet_stop_run(struct fleet *fleet);
bool fleet_stop_site(struct fleet *fleet);

void fleet_sleep_us(long us);

#endif
