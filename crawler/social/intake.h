/**
 * The crawler's side of an import: spools that lie in the data directory are stored as they come.
 *
 * Threads: one that sleeps on the directory and reads spools; nb_intake_start(), _stop() and
 * _free() from main, nb_intake_stored() from the writer.
 */
#ifndef NABIZ_SOCIAL_INTAKE_H
#define NABIZ_SOCIAL_INTAKE_H

#include <nabiz/err.h>

struct nb_crawl;
struct nb_intake;
struct nb_poll;

/** The queue to the writer is there already. @return NB_OK, NB_ENOMEM, NB_ESYS. */
enum nb_err nb_intake_start(struct nb_crawl *crawl, struct nb_intake **out,
                            struct nb_error *error) NB_MUSTUSE;

/** Join the thread; the writer must still run. NULL is allowed. */
void nb_intake_stop(struct nb_intake *intake);

/** After the writer has ended. NULL is allowed. */
void nb_intake_free(struct nb_intake *intake);

/** Documents of a spool are stored; takes the poll over. */
void nb_intake_stored(struct nb_poll *poll);

#endif
