/**
 * Errands: what a command wants sent. Only the serving process writes the desk, so a command leaves
 * a file in DATA/errands, whole or not at all, which is read as soon as serving runs.
 *
 * An errand is done in one transaction of the desk, and its file goes after that: a kill between
 * the two does it again, which changes nothing, for a message is added once.
 *
 * Threads: leaving, any; doing, the one that sends.
 */
#ifndef NABIZ_DELIVER_ERRAND_H
#define NABIZ_DELIVER_ERRAND_H

#include <nabiz/arena.h>
#include <nabiz/config.h>
#include <nabiz/err.h>
#include <nabiz/record.h>

#include "service/deliver/outbox.h"

enum { NB_ERRAND_PATH_BYTES = 4400, NB_ERRAND_FILE_BYTES = NB_OUTBOX_BODY_BYTES + (64 << 10) };

/** Directory of the errands; out has NB_ERRAND_PATH_BYTES. */
void nb_errand_dir(const struct nb_config *config, char *out);

/**
 * Leave an errand.
 * @return NB_OK (it is on the disk), NB_EIO, NB_EFULL, NB_ENOMEM, NB_ESYS.
 */
enum nb_err nb_errand_leave(const struct nb_config *config, const struct nb_errand *errand,
                            struct nb_arena *arena, struct nb_error *error) NB_MUSTUSE;

/** A message to a recipient, as an errand. @return as nb_errand_leave(). */
enum nb_err nb_errand_message(const struct nb_config *config, const struct nb_message *message,
                              struct nb_arena *arena, struct nb_error *error) NB_MUSTUSE;

/**
 * Read a file's bytes.
 * @return NB_OK, NB_ECORRUPT (it says nothing that can be done), NB_ENOMEM.
 */
enum nb_err nb_errand_read(struct nb_slice bytes, struct nb_arena *arena,
                           struct nb_errand **out) NB_MUSTUSE;

#endif
