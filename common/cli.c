#include <nabiz/cli.h>

#include "common/cli_options.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <nabiz/diag.h>
#include <nabiz/mem.h>

enum { OPTIONS_MAX = 64 };

struct given {
    const struct nb_option *option;
    const char *value; /* NULL for a flag */
};

struct nb_args {
    const struct nb_command *command;
    struct given *given;
    size_t given_n;
    const char **words;
    size_t words_n;
    const char **sets;
    size_t sets_n;
    const char *config;
    bool help;
};

const struct nb_option nb_cli_common_options[] = {
    {"config", "FILE", NULL,
     "settings file; else $NABIZ_CONFIG, ./nabiz.conf, /etc/nabiz/nabiz.conf"},
    {"set", "SECTION.KEY=VALUE", NULL, "one setting, over the file; may be repeated"},
    {"help", NULL, NULL, "this text"},
    {NULL, NULL, NULL, NULL},
};

static void complain(const struct nb_command *command, const char *text)
{
    if (command) {
        fprintf(stderr, "nabiz %s: %s\n", command->name, text);
    } else {
        fprintf(stderr, "nabiz: %s\n", text);
    }
}

static int usage_list(const struct nb_command *command, const char *format, va_list list)
    NB_PRINTF(2, 0);

static int usage_list(const struct nb_command *command, const char *format, va_list list)
{
    char text[1024];
    (void)vsnprintf(text, sizeof(text), format, list);
    complain(command, text);
    if (command) {
        fprintf(stderr, "Try `nabiz %s --help`.\n", command->name);
    } else {
        fprintf(stderr, "Try `nabiz help`.\n");
    }
    return NB_EXIT_USAGE;
}

static int usage(const struct nb_command *command, const char *format, ...) NB_PRINTF(2, 3);

static int usage(const struct nb_command *command, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int code = usage_list(command, format, list);
    va_end(list);
    return code;
}

int nb_usage(const struct nb_args *args, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int code = usage_list(args->command, format, list);
    va_end(list);
    return code;
}

int nb_fail(const struct nb_args *args, const struct nb_error *error)
{
    complain(args->command, nb_error_text(error));
    return nb_exit_code(error->code);
}

const struct nb_command *nb_args_command(const struct nb_args *args)
{
    return args->command;
}

const char *nb_args_get(const struct nb_args *args, const char *option)
{
    for (size_t i = args->given_n; i > 0; i--) {
        if (strcmp(args->given[i - 1].option->name, option) == 0) {
            return args->given[i - 1].value;
        }
    }
    return NULL;
}

bool nb_args_has(const struct nb_args *args, const char *option)
{
    for (size_t i = 0; i < args->given_n; i++) {
        if (strcmp(args->given[i].option->name, option) == 0) {
            return true;
        }
    }
    return false;
}

bool nb_args_int(const struct nb_args *args, const char *option, int64_t min, int64_t max,
                 int64_t fallback, int64_t *out)
{
    const char *text = nb_args_get(args, option);
    int64_t value = fallback;
    if (text && !nb_slice_to_i64(nb_slice_str(text), &value)) {
        (void)usage(args->command, "--%s takes a whole number, not \"%s\"", option, text);
        return false;
    }
    if (text && (value < min || value > max)) {
        (void)usage(args->command, "--%s is %s, must be from %" PRId64 " to %" PRId64, option, text,
                    min, max);
        return false;
    }
    *out = value;
    return true;
}

size_t nb_args_words_n(const struct nb_args *args)
{
    return args->words_n;
}

const char *nb_args_word(const struct nb_args *args, size_t i)
{
    return i < args->words_n ? args->words[i] : NULL;
}

const char *nb_args_config(const struct nb_args *args)
{
    return args->config;
}

const char *const *nb_args_sets(const struct nb_args *args, size_t *n)
{
    *n = args->sets_n;
    return args->sets;
}

enum nb_err nb_args_load_config(const struct nb_args *args, struct nb_config **out,
                                struct nb_error *error)
{
    static const char *const usual[] = {"nabiz.conf", "/etc/nabiz/nabiz.conf"};
    const char *path = args->config;
    if (!path) {
        const char *named = getenv("NABIZ_CONFIG");
        path = named && *named ? named : NULL;
    }
    for (size_t i = 0; !path && i < sizeof(usual) / sizeof(usual[0]); i++) {
        path = access(usual[i], F_OK) == 0 ? usual[i] : NULL;
    }
    enum nb_err err = nb_config_load(path, args->sets, args->sets_n, out, error);
    if (err == NB_OK) {
        nb_diag_set_level((enum nb_level)nb_config_int(*out, NB_CFG_LOG_LEVEL));
    }
    return err;
}

static const struct nb_option *find_option(const struct nb_option *options, struct nb_slice name)
{
    for (; options && options->name; options++) {
        if (nb_slice_eq(name, nb_slice_str(options->name))) {
            return options;
        }
    }
    return NULL;
}

static const struct nb_option *option_of(const struct nb_command *command, struct nb_slice name)
{
    const struct nb_option *option = command ? find_option(command->options, name) : NULL;
    return option ? option : find_option(nb_cli_common_options, name);
}

static int unknown_option(const struct nb_command *command, struct nb_slice name)
{
    const char *names[OPTIONS_MAX];
    size_t n = 0;
    const struct nb_option *lists[] = {command ? command->options : NULL, nb_cli_common_options};
    for (size_t k = 0; k < 2; k++) {
        for (const struct nb_option *o = lists[k]; o && o->name && n < OPTIONS_MAX; o++) {
            names[n++] = o->name;
        }
    }
    const char *near = nb_suggest(name, names, n);
    if (near) {
        return usage(command, "unknown option --%.*s; did you mean --%s?", NB_ARG(name), near);
    }
    return usage(command, "unknown option --%.*s", NB_ARG(name));
}

/* Is value one of "a|b|c"? */
static bool is_allowed(const char *values, const char *value)
{
    struct nb_slice rest = nb_slice_str(values);
    for (struct nb_slice part; nb_slice_split(&rest, '|', &part);) {
        if (nb_slice_eq(part, nb_slice_str(value))) {
            return true;
        }
    }
    return false;
}

static void keep(struct nb_args *args, const struct nb_option *option, const char *value)
{
    if (option == &nb_cli_common_options[0]) {
        args->config = value;
    } else if (option == &nb_cli_common_options[1]) {
        args->sets[args->sets_n++] = value;
    } else if (option == &nb_cli_common_options[2]) {
        args->help = true;
    } else {
        args->given[args->given_n++] = (struct given){option, value};
    }
}

/* One option at argv[*at], with its value. @return an exit code, 0 to go on. */
static int parse_option(struct nb_args *args, int argc, char **argv, int *at)
{
    struct nb_slice text = nb_slice_str(argv[*at] + 2);
    size_t equals = nb_slice_find_byte(text, '=', 0);
    bool attached = equals != NB_NPOS;
    struct nb_slice name = nb_slice_sub(text, 0, attached ? equals : text.len);
    const struct nb_option *option = option_of(args->command, name);
    if (!option) {
        return unknown_option(args->command, name);
    }
    const char *value = attached ? text.p + equals + 1 : NULL;
    if (!option->value) {
        if (attached) {
            return usage(args->command, "--%s takes no value", option->name);
        }
        keep(args, option, NULL);
        return 0;
    }
    if (!attached) {
        const char *next = *at + 1 < argc ? argv[*at + 1] : NULL;
        if (!next || strcmp(next, "--") == 0 ||
            (strncmp(next, "--", 2) == 0 && option_of(args->command, nb_slice_str(next + 2)))) {
            return usage(args->command, "--%s needs a value: --%s %s", option->name, option->name,
                         option->value);
        }
        value = next;
        *at += 1;
    }
    if (option->values && !is_allowed(option->values, value)) {
        return usage(args->command, "--%s is \"%s\", must be one of %s", option->name, value,
                     option->values);
    }
    keep(args, option, value);
    return 0;
}

/* argv from `at` to the end; args->command may be NULL before the command's name is known. */
static int parse(struct nb_args *args, int argc, char **argv, int at)
{
    bool only_words = false;
    for (; at < argc; at++) {
        const char *arg = argv[at];
        if (only_words || arg[0] != '-' || arg[1] == '\0') {
            args->words[args->words_n++] = arg;
        } else if (strcmp(arg, "--") == 0) {
            only_words = true;
        } else if (strcmp(arg, "-h") == 0) {
            args->help = true;
        } else if (arg[1] != '-') {
            return usage(args->command,
                         "unknown option %s; options are long, as --help, and -- before a word "
                         "that begins with -",
                         arg);
        } else {
            int code = parse_option(args, argc, argv, &at);
            if (code) {
                return code;
            }
        }
    }
    return 0;
}

static int check_words(const struct nb_args *args)
{
    const struct nb_command *command = args->command;
    if (args->words_n < (size_t)command->min_words) {
        return usage(command, "too few arguments; usage: nabiz %s %s", command->name,
                     command->usage ? command->usage : "");
    }
    if (command->max_words >= 0 && args->words_n > (size_t)command->max_words) {
        return usage(command, "unexpected argument \"%s\"",
                     args->words[(size_t)command->max_words]);
    }
    return 0;
}

const struct nb_command *nb_cli_find(const struct nb_command *const *commands, size_t commands_n,
                                     const char *name)
{
    const char *names[OPTIONS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < commands_n; i++) {
        if (!commands[i]->name) {
            continue;
        }
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
        if (n < OPTIONS_MAX) {
            names[n++] = commands[i]->name;
        }
    }
    const char *near = nb_suggest(nb_slice_str(name), names, n);
    if (near) {
        (void)usage(NULL, "unknown command \"%s\"; did you mean `nabiz %s`?", name, near);
    } else {
        (void)usage(NULL, "unknown command \"%s\"", name);
    }
    return NULL;
}

static int print_help(const struct nb_command *const *commands, size_t commands_n,
                      const struct nb_command *command)
{
    struct nb_buf text;
    nb_buf_init(&text, 1 << 20);
    nb_cli_help(commands, commands_n, command, &text);
    fwrite(text.p ? text.p : "", 1, text.len, stdout);
    bool ok = nb_buf_finish(&text, NULL) == NB_OK;
    nb_buf_fini(&text);
    return ok ? NB_EXIT_OK : NB_EXIT_FAILED;
}

/* Where the command's name stands in argv: behind the options that need no command. */
static int command_at(struct nb_args *args, int argc, char **argv, int *code)
{
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        if (strcmp(argv[at], "--version") == 0) {
            return at; /* the command of that name */
        }
        if (strcmp(argv[at], "-h") == 0) {
            args->help = true;
        } else if (strncmp(argv[at], "--", 2) != 0 || strcmp(argv[at], "--") == 0) {
            *code = usage(NULL, "unknown option %s", argv[at]);
            return argc;
        } else if ((*code = parse_option(args, argc, argv, &at)) != 0) {
            return argc;
        }
    }
    return at;
}

static int run(const struct nb_command *const *commands, size_t commands_n, int argc, char **argv,
               struct nb_args *args)
{
    int code = 0;
    int at = command_at(args, argc, argv, &code);
    if (code) {
        return code;
    }
    if (at >= argc) {
        return print_help(commands, commands_n, NULL);
    }
    const char *name = strcmp(argv[at], "--version") == 0 ? "version" : argv[at];
    args->command = nb_cli_find(commands, commands_n, name);
    if (!args->command) {
        return NB_EXIT_USAGE;
    }
    code = parse(args, argc, argv, at + 1);
    if (code) {
        return code;
    }
    if (args->help) {
        return print_help(commands, commands_n, args->command);
    }
    code = check_words(args);
    return code ? code : args->command->run(args);
}

const struct nb_command *nb_cli_peek(const struct nb_command *const *commands, size_t commands_n,
                                     int argc, char **argv)
{
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) { /* as in command_at() */
        struct nb_slice text = nb_slice_str(argv[at]);
        const struct nb_option *option = nb_slice_starts(text, NB_LIT("--"))
                                             ? option_of(NULL, nb_slice_sub(text, 2, text.len))
                                             : NULL;
        at += option && option->value;
    }
    for (size_t i = 0; at < argc && i < commands_n; i++) {
        if (commands[i]->name && strcmp(commands[i]->name, argv[at]) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

int nb_cli_main(const struct nb_command *const *commands, size_t commands_n, int argc, char **argv)
{
    size_t n = argc > 0 ? (size_t)argc : 1;
    struct nb_args args = {
        .given = nb_calloc(n, sizeof(struct given)),
        .words = nb_calloc(n, sizeof(char *)),
        .sets = nb_calloc(n, sizeof(char *)),
    };
    int code = NB_EXIT_FAILED;
    if (args.given && args.words && args.sets) {
        code = run(commands, commands_n, argc, argv, &args);
    } else {
        complain(NULL, "out of memory");
    }
    nb_free(args.given);
    nb_free(args.words);
    nb_free(args.sets);
    return code;
}
