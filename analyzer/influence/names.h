/**
 * Names of authors as dense 32-bit numbers: the first name added is 0, the next new one 1.
 *
 * Threads: adding is the owner's; what does not add may run in several.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_NAMES_H
#define NABIZ_ANALYZER_INFLUENCE_NAMES_H

#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

/* Longer names are refused; no number, and the most names there can be. */
#define NB_NAME_BYTES_MAX 1024
#define NB_NO_NODE UINT32_MAX

struct nb_names;

/** @return NB_OK, NB_ENOMEM, NB_ESYS (no random numbers: the table's key is secret). */
enum nb_err nb_names_new(struct nb_names **out) NB_MUSTUSE;
void nb_names_free(struct nb_names *names);

/**
 * The number of a name, which gets one when it has none; the bytes are copied.
 * @return NB_OK, NB_EINVAL (empty or over NB_NAME_BYTES_MAX), NB_ETOOBIG (more names than numbers),
 *         NB_ENOMEM.
 */
enum nb_err nb_names_add(struct nb_names *names, struct nb_slice name, uint32_t *out) NB_MUSTUSE;

/** @return NB_NO_NODE for a name that was never added. */
uint32_t nb_names_find(const struct nb_names *names, struct nb_slice name);

/** Borrowed until the next name is added. */
struct nb_slice nb_names_at(const struct nb_names *names, uint32_t number);
uint32_t nb_names_n(const struct nb_names *names);

/** @param order  [out] the first n numbers, by their names. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_names_order(const struct nb_names *names, uint32_t n, uint32_t *order) NB_MUSTUSE;

#endif
