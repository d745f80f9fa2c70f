/**
 * Values of the configuration from their text by the rules of their row, and what the dump needs
 * beyond the public interface.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_COMMON_CONFIG_VALUE_H
#define NABIZ_COMMON_CONFIG_VALUE_H

#include <nabiz/arena.h>
#include <nabiz/config.h>

/* number of an INT, BOOL or ENUM (its index), text of a STRING or PATH. */
struct nb_config_value {
    int64_t number;
    const char *text;
};

/**
 * Read the text of a value.
 * @param base   absolute directory that a relative path starts at.
 * @param arena  owns out->text.
 * @param out    [out] the member of the row's type; the other one stays.
 * @param why    [out] what is wrong, naming the setting, without file and line.
 * @return NB_OK, NB_EINVAL, NB_ENOMEM.
 */
enum nb_err nb_config_value_read(const struct nb_config_row *row, struct nb_slice text,
                                 const char *base, struct nb_arena *arena,
                                 struct nb_config_value *out, struct nb_error *why) NB_MUSTUSE;

/** As nb_config_str, but "" where the directory that comes with the program was filled in. */
const char *nb_config_given(const struct nb_config *config, enum nb_config_id id);

#endif
