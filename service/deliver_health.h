/**
 * How sending to the recipients goes, for `nabiz doctor`.
 *
 * Threads: main's only.
 */
#ifndef NABIZ_SERVICE_DELIVER_HEALTH_H
#define NABIZ_SERVICE_DELIVER_HEALTH_H

#include <nabiz/arena.h>
#include <nabiz/config.h>
#include <nabiz/err.h>

struct nb_deliver_health {
    size_t recipients_n;
    size_t failing_n;    /* whose last attempts failed, or that are gone */
    uint64_t waiting_n;  /* messages */
    const char *worst;   /* of those that fail, the one with most failures in a row; NULL: none */
    const char *failure; /* why; in the arena */
};

/**
 * Read the recipients file and the desk.
 * @return NB_OK, NB_ENOTFOUND (there is no recipients file), or what is wrong with it, with what
 * mail needs, or with the desk; that there is no desk yet is fine.
 */
enum nb_err nb_deliver_health_read(const struct nb_config *config, struct nb_arena *arena,
                                   struct nb_deliver_health *out,
                                   struct nb_error *error) NB_MUSTUSE;

#endif
