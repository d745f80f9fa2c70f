#include "service/commands.h"

#include <signal.h>
#include <stdio.h>

#include <curl/curl.h>

#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "service/process.h"

const struct nb_command *const nb_commands[] = {
#define GROUP(title) &(const struct nb_command){.line = (title)},
#define COMMAND(name) &nb_cmd_##name,
    NB_COMMANDS(GROUP, COMMAND)
#undef GROUP
#undef COMMAND
};
const size_t nb_commands_n = sizeof(nb_commands) / sizeof(nb_commands[0]);

/*
 * What libraries want done once, before any thread. Everything here together costs 1.5 ms and
 * 0.2 MiB, so that no command has to know which of it it needs.
 */
static enum nb_err set_up(struct nb_error *error)
{
    /* `nabiz dump crawl | head` ends quietly, also below a parent that ignores the signal; the
     * processes of `nabiz run` ignore it themselves. */
    (void)signal(SIGPIPE, SIG_DFL);
    nb_feed_init();
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        return nb_error_set(error, NB_ESYS, "libcurl could not be initialised");
    }
    enum nb_err err = nb_text_init(error);
    return err ? err : nb_url_init(error);
}

static void tear_down(void)
{
    nb_url_fini();
    nb_feed_fini();
    curl_global_cleanup();
}

int main(int argc, char **argv)
{
    struct nb_error error = {0};
    const struct nb_command *command = nb_cli_peek(nb_commands, nb_commands_n, argc, argv);
    if (command && command->is_process) {
        nb_signals_hold(); /* first of all: see process.h */
    }
    if (set_up(&error) != NB_OK) {
        fprintf(stderr, "nabiz: %s\n", nb_error_text(&error));
        return NB_EXIT_FAILED;
    }
    int code = nb_cli_main(nb_commands, nb_commands_n, argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "nabiz: the output could not be written whole\n");
        code = code == NB_EXIT_OK ? NB_EXIT_FAILED : code;
    }
    tear_down();
    return code;
}
