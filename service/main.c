#include "service/commands.h"

#include <signal.h>
#include <stdio.h>

#include <nabiz/text.h>

const struct nb_command *const nb_commands[] = {
#define GROUP(title) &(const struct nb_command){.line = (title)},
#define COMMAND(name) &nb_cmd_##name,
    NB_COMMANDS(GROUP, COMMAND)
#undef GROUP
#undef COMMAND
};
const size_t nb_commands_n = sizeof(nb_commands) / sizeof(nb_commands[0]);

/* What libraries want done once, before any thread. */
static enum nb_err set_up(struct nb_error *error)
{
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of write() */
    return nb_text_init(error);
}

int main(int argc, char **argv)
{
    struct nb_error error = {0};
    if (set_up(&error) != NB_OK) {
        fprintf(stderr, "nabiz: %s\n", nb_error_text(&error));
        return NB_EXIT_FAILED;
    }
    int code = nb_cli_main(nb_commands, nb_commands_n, argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "nabiz: the output could not be written whole\n");
        code = code == NB_EXIT_OK ? NB_EXIT_FAILED : code;
    }
    return code;
}
