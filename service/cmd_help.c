#include "service/commands.h"

#include <stdio.h>

#include <nabiz/version.h>

enum { TEXT_MAX = 1 << 20 };

static int help(struct nb_args *args)
{
    const char *shell = nb_args_get(args, "completion");
    const char *name = nb_args_word(args, 0);
    bool manual = nb_args_has(args, "man");
    const struct nb_command *command = NULL;
    if (!!shell + !!name + manual > 1) {
        return nb_usage(args, "one of COMMAND, --man and --completion at a time");
    }
    if (name && !(command = nb_cli_find(nb_commands, nb_commands_n, name))) {
        return NB_EXIT_USAGE;
    }
    struct nb_error error = {0};
    struct nb_buf text;
    nb_buf_init(&text, TEXT_MAX);
    if (manual) {
        nb_cli_manual(nb_commands, nb_commands_n, &text);
    } else if (shell) {
        error.code = nb_cli_completion(nb_commands, nb_commands_n, shell, &text);
    } else {
        nb_cli_help(nb_commands, nb_commands_n, command, &text);
    }
    if (error.code == NB_OK) {
        error.code = nb_buf_finish(&text, NULL);
    }
    if (error.code == NB_OK) {
        (void)fwrite(text.p, 1, text.len, stdout);
    }
    nb_buf_fini(&text);
    return error.code == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

static int version(struct nb_args *args)
{
    (void)args;
    printf("nabiz %s\n", nb_version());
    return NB_EXIT_OK;
}

const struct nb_command nb_cmd_help = {
    .name = "help",
    .line = "explain a command; write the manual page or completions",
    .usage = "[COMMAND]",
    .options =
        (const struct nb_option[]){
            {"man", NULL, NULL, "write the manual page (mdoc)"},
            {"completion", "SHELL", "bash|zsh|fish", "write completions for a shell"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"nabiz help config", "the same as nabiz config --help"},
            {"nabiz help --man | man -l -", "read the manual page"},
            {"eval \"$(nabiz help --completion bash)\"", "complete in this shell"},
            {NULL, NULL},
        },
    .max_words = 1,
    .run = help,
};

const struct nb_command nb_cmd_version = {
    .name = "version",
    .line = "say which version this is",
    .usage = "",
    .examples = (const struct nb_example[]){{"nabiz --version", "the same"}, {NULL, NULL}},
    .run = version,
};
