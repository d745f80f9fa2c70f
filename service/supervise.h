/**
 * The supervisor behind `nabiz run`: starts crawl, analyze and serve, starts again what ends, with
 * growing pauses, forwards SIGHUP, and stops all of them on SIGTERM or SIGINT.
 *
 * Threads: none; one loop over one signalfd.
 */
#ifndef NABIZ_SERVICE_SUPERVISE_H
#define NABIZ_SERVICE_SUPERVISE_H

#include <nabiz/cli.h>
#include <nabiz/config.h>
#include <nabiz/err.h>

/**
 * Run until told to stop. Only one supervisor runs per data directory.
 * @param args  its --config and --set are passed on to the processes.
 * @return NB_OK, NB_EBUSY (another supervisor; the detail names it), NB_EIO, NB_ESYS.
 */
enum nb_err nb_supervise(struct nb_args *args, const struct nb_config *config,
                         struct nb_error *error) NB_MUSTUSE;

#endif
