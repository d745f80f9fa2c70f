/**
 * One role of nabiz as a process: crawl, analyze or serve, with its signals, clock and counters.
 *
 * Threads: called from main only; signals are blocked before any thread starts and read from one
 * signalfd.
 */
#ifndef NABIZ_SERVICE_PROCESS_H
#define NABIZ_SERVICE_PROCESS_H

#include <stdbool.h>

#include <nabiz/cli.h>
#include <nabiz/clock.h>
#include <nabiz/config.h>
#include <nabiz/crawl.h>
#include <nabiz/err.h>

struct nb_role {
    const char *name;
    enum nb_err (*start)(const struct nb_config *config, struct nb_clock *clock, bool once,
                         void **role, struct nb_error *error);
    int (*done_fd)(const void *role); /* readable when the role ended by itself */
    enum nb_err (*reload)(void *role, const struct nb_config *config, struct nb_error *error);
    enum nb_err (*stop)(void *role, struct nb_error *error);
    /* what there is to watch on a terminal, beside the counters; NULL: nothing */
    void (*status)(void *role, struct nb_crawl_status *out);
};

extern const struct nb_role nb_role_crawl;
extern const struct nb_role nb_role_analyze;
extern const struct nb_role nb_role_serve;

/** Run a role until it is told to stop or is done. @return an enum nb_exit. */
int nb_role_run(struct nb_args *args, const struct nb_role *role, bool once);

/**
 * Let the signals that a process here handles wait until it reads them. A stop that is asked for
 * while the process still starts is then a stop like any other, and not its death.
 */
void nb_signals_hold(void);

/** Hold the signals that a process here handles and open a descriptor to read them. */
enum nb_err nb_signals_open(int *fd, struct nb_error *error) NB_MUSTUSE;

/** Is there a stop among the signals that wait? It stays there. */
bool nb_signals_ask_stop(void);

/** Next signal that waits in the descriptor, or 0. */
int nb_signals_next(int fd);

/** Make DATA and DATA/run. @return NB_OK, NB_EIO, NB_ETOOBIG. */
enum nb_err nb_process_run_dir(const struct nb_config *config, struct nb_error *error) NB_MUSTUSE;

/** Keep this process's counters in DATA/run/NAME.counters. @return NB_OK, NB_EIO, NB_ETOOBIG. */
enum nb_err nb_process_counters(const struct nb_config *config, const char *name,
                                struct nb_error *error) NB_MUSTUSE;

/** Path of another process's counter page. out has at least 4096 bytes. */
void nb_process_page(const struct nb_config *config, const char *name, char *out, size_t out_bytes);

#endif
