/**
 * Numbers of the configuration with their units, as they are written and as they are counted; and
 * what the dump needs to know beyond the public interface.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_COMMON_CONFIG_UNITS_H
#define NABIZ_COMMON_CONFIG_UNITS_H

#include <nabiz/config.h>

enum { NB_CONFIG_NUMBER_BYTES = 32 };

/**
 * "16m", "1500ms", "3h": a whole number with at most one suffix that fits the unit; without one it
 * counts the unit itself. k, m, g are powers of 1024.
 * @return NULL and *out, or what is wrong with the text.
 */
const char *nb_config_number_parse(struct nb_slice text, enum nb_config_unit unit, int64_t *out);

/** With the largest suffix that leaves a whole number. */
void nb_config_number_print(int64_t number, enum nb_config_unit unit,
                            char out[NB_CONFIG_NUMBER_BYTES]);

/** As nb_config_str, but "" where the directory that comes with the program was filled in. */
const char *nb_config_given(const struct nb_config *config, enum nb_config_id id);

#endif
