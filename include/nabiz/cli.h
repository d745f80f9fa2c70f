/**
 * The command line: one table row per command, from which parsing, --help, the manual page and the
 * shell completions come.
 *
 * Options are `--name value`, `--name=value` and flags; `--` ends them. Every command has --help,
 * --config FILE and --set section.key=value; they need no row.
 */
#ifndef NABIZ_CLI_H
#define NABIZ_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/buf.h>
#include <nabiz/config.h>
#include <nabiz/err.h>

/* Exit codes scripts can use. */
enum nb_exit {
    NB_EXIT_OK = 0,
    NB_EXIT_FAILED = 1,
    NB_EXIT_USAGE = 2,
    NB_EXIT_REFUSED = 3,
    NB_EXIT_NOTHING = 4
};

struct nb_option {
    const char *name;   /* without "--"; NULL ends the list */
    const char *value;  /* what the value is called in help ("N", "FILE"); NULL for a flag */
    const char *values; /* "a|b|c" when only these are allowed, else NULL */
    const char *line;   /* what it does */
};

struct nb_example {
    const char *command; /* NULL ends the list */
    const char *line;
};

struct nb_args;

/* A row without a name is the title, in `line`, of the group of commands that follow it. */
struct nb_command {
    const char *name;  /* "source" */
    const char *line;  /* one line for the list of commands */
    const char *usage; /* arguments: "add URL | list | show URL" */
    const char *about; /* a paragraph or two; may be NULL */
    const struct nb_option *options;
    const struct nb_example *examples;
    int min_words, max_words;         /* arguments that are no options; max -1: any number */
    int (*run)(struct nb_args *args); /* returns enum nb_exit */
    bool is_process; /* it reads its signals itself: none may end it before it does */
};

/** Value of an option, the last one given; NULL when it was not given. */
const char *nb_args_get(const struct nb_args *args, const char *option);
bool nb_args_has(const struct nb_args *args, const char *option);

/**
 * Value of an option as a number within bounds.
 * @return true and *out (fallback when not given), or false after telling the user on stderr.
 */
bool nb_args_int(const struct nb_args *args, const char *option, int64_t min, int64_t max,
                 int64_t fallback, int64_t *out);

size_t nb_args_words_n(const struct nb_args *args);
const char *nb_args_word(const struct nb_args *args, size_t i);

/** The --config file, or NULL; and the --set values. */
const char *nb_args_config(const struct nb_args *args);
const char *const *nb_args_sets(const struct nb_args *args, size_t *n);

/**
 * Load the configuration the user means: --config, else $NABIZ_CONFIG, else ./nabiz.conf, else
 * /etc/nabiz/nabiz.conf, else the defaults; with the --set values over it. Sets the level of
 * diagnostics.
 * @return as nb_config_load().
 */
enum nb_err nb_args_load_config(const struct nb_args *args, struct nb_config **out,
                                struct nb_error *error) NB_MUSTUSE;

/** The command that is being run, for messages. */
const struct nb_command *nb_args_command(const struct nb_args *args);

/** Complain on stderr as "nabiz NAME: text" with a hint at --help. @return NB_EXIT_USAGE. */
int nb_usage(const struct nb_args *args, const char *format, ...) NB_PRINTF(2, 3);

/** Report a failure on stderr. @return the exit code that fits error->code. */
int nb_fail(const struct nb_args *args, const struct nb_error *error);

/**
 * Help as text of at most 80 columns: of one command, or, with command NULL, the grouped list.
 */
void nb_cli_help(const struct nb_command *const *commands, size_t commands_n,
                 const struct nb_command *command, struct nb_buf *out);

/** The command of that name, or NULL after saying so on stderr with the closest one. */
const struct nb_command *nb_cli_find(const struct nb_command *const *commands, size_t commands_n,
                                     const char *name);

/** The command that argv will run, or NULL; says nothing, allocates nothing. */
const struct nb_command *nb_cli_peek(const struct nb_command *const *commands, size_t commands_n,
                                     int argc, char **argv);

/**
 * Parse argv and run. Unknown commands and options are answered with the closest known one.
 * @return the process's exit code.
 */
int nb_cli_main(const struct nb_command *const *commands, size_t commands_n, int argc, char **argv);

/** Manual page (mdoc), and completion for "bash", "zsh" or "fish", from the table. */
void nb_cli_manual(const struct nb_command *const *commands, size_t commands_n, struct nb_buf *out);
enum nb_err nb_cli_completion(const struct nb_command *const *commands, size_t commands_n,
                              const char *shell, struct nb_buf *out) NB_MUSTUSE;

#endif
