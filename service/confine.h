/**
 * Confinement of the process that parses what the web sends: system calls it never needs are taken
 * away for good, so that whoever gets in through a parser cannot start programs, look into other
 * processes, open a port, or reach for the kernel's rarer doors.
 *
 * Threads: nb_confine() once, before or after other threads start; it holds for all of them.
 */
#ifndef NABIZ_SERVICE_CONFINE_H
#define NABIZ_SERVICE_CONFINE_H

#include <stdbool.h>

#include <nabiz/err.h>

/**
 * Take the calls away. What is refused fails with EPERM, or as unknown where the C library has
 * another way. Cannot be undone.
 * @return NB_OK, NB_ESYS (error says why it cannot be: the kernel, the machine, a sanitizer).
 */
enum nb_err nb_confine(struct nb_error *error) NB_MUSTUSE;

/** Would nb_confine() work here? @return NULL when it would, else why not. */
const char *nb_confine_obstacle(void);

#endif
