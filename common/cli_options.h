/**
 * The options that every command has, for parsing and for help.
 */
#ifndef NABIZ_COMMON_CLI_OPTIONS_H
#define NABIZ_COMMON_CLI_OPTIONS_H

#include <nabiz/cli.h>

/* config, set, help; ends with a NULL name. */
extern const struct nb_option nb_cli_common_options[];

#endif
