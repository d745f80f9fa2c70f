/*
 * site: the small invented web that demonstrations and tests crawl. See story.h and hostile.h.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tests/site/route.h"

#define ARENA_MAX (64u << 20)
#define TEXT_MAX (1u << 20)

struct options {
    const char *listen;
    const char *port_file;
    const char *clock;
    const char *log;
    const char *story;
    bool describe;
    bool list_hostile;
};

static const char usage[] =
    "usage: site --listen 127.0.0.1:0 --port-file FILE [--clock FILE] [--log FILE] [--story DIR]\n"
    "       site --describe [--story DIR]\n"
    "       site --list-hostile\n"
    "\n"
    "Serves an invented web on loopback; the Host header says which site is meant.\n"
    "  --port-file  the port is written there, in one step, once requests are answered\n"
    "  --clock      a settable clock (as nabiz --set clock.file=FILE): the moment that is shown\n"
    "  --log        one line a request: mono ms, clock ms, host, path, status, conditional or -,\n"
    "               user agent, requests of the host under way with it, by tabs\n"
    "  --story      directory of the story texts (tests/demo/story)\n"
    "  --describe   key facts of the story, one a line\n"
    "  --list-hostile  what hostile.example and its friends do\n";

static bool read_options(int argc, char **argv, struct options *out)
{
    static const struct option table[] = {
        {"listen", required_argument, NULL, 'l'}, {"port-file", required_argument, NULL, 'p'},
        {"clock", required_argument, NULL, 'c'},  {"log", required_argument, NULL, 'o'},
        {"story", required_argument, NULL, 's'},  {"describe", no_argument, NULL, 'd'},
        {"list-hostile", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0},
    };
    *out = (struct options){.story = "tests/demo/story"};
    for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        switch (c) {
        case 'l':
            out->listen = optarg;
            break;
        case 'p':
            out->port_file = optarg;
            break;
        case 'c':
            out->clock = optarg;
            break;
        case 'o':
            out->log = optarg;
            break;
        case 's':
            out->story = optarg;
            break;
        case 'd':
            out->describe = true;
            break;
        case 'h':
            out->list_hostile = true;
            break;
        default:
            return false;
        }
    }
    return optind == argc &&
           (out->describe || out->list_hostile || (out->listen && out->port_file));
}

static enum nb_err write_port(const char *path, int port, struct nb_error *error)
{
    char draft[4096];
    int n = snprintf(draft, sizeof(draft), "%s.%ld", path, (long)getpid());
    FILE *file = n > 0 && (size_t)n < sizeof(draft) ? fopen(draft, "w") : NULL;
    bool ok = file && fprintf(file, "%d\n", port) > 0;
    if (file) {
        ok = fclose(file) == 0 && ok;
    }
    if (!ok || rename(draft, path) != 0) {
        return nb_error_set(error, NB_EIO, "%s: %s", path, strerror(errno));
    }
    return NB_OK;
}

static int stop_signal(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static enum nb_err serve(const struct options *options, struct route *route, struct nb_error *error)
{
    struct nb_clock *clock = NULL;
    struct http_server server = {
        .listen_fd = -1, .stop_fd = stop_signal(), .handler = route_answer, .context = route};
    int port = 0;
    enum nb_err err = server.stop_fd < 0 ? nb_error_set(error, NB_ESYS, "signals") : NB_OK;
    if (!err) {
        err = nb_clock_open(options->clock, &clock, error);
    }
    if (!err && options->log && !(server.log = fopen(options->log, "a"))) {
        err = nb_error_set(error, NB_EIO, "%s: %s", options->log, strerror(errno));
    }
    if (!err) {
        err = http_listen(options->listen, &server.listen_fd, &port, error);
    }
    if (!err) {
        err = write_port(options->port_file, port, error);
    }
    if (!err) {
        server.clock = clock;
        err = http_serve(&server, error);
    }
    if (server.listen_fd >= 0) {
        close(server.listen_fd);
    }
    if (server.stop_fd >= 0) {
        close(server.stop_fd);
    }
    if (server.log) {
        fclose(server.log);
    }
    nb_clock_close(clock);
    return err;
}

static enum nb_err run(const struct options *options, struct nb_arena *arena,
                       struct nb_error *error)
{
    struct route route = {0};
    struct nb_buf out;
    nb_buf_init(&out, TEXT_MAX);
    enum nb_err err = NB_OK;
    if (options->list_hostile) {
        hostile_list(&out);
    } else {
        err = story_build(options->story, arena, &route.story, error);
    }
    if (!err && options->describe) {
        story_describe(&route.story, &out);
    } else if (!err && !options->list_hostile) {
        err = serve(options, &route, error);
    }
    if (!err && (fwrite(out.p ? out.p : "", 1, out.len, stdout) != out.len || fflush(stdout))) {
        err = nb_error_set(error, NB_EIO, "stdout: %s", strerror(errno));
    }
    nb_buf_fini(&out);
    return err;
}

int main(int argc, char **argv)
{
    struct options options;
    struct nb_error error = {0};
    if (!read_options(argc, argv, &options)) {
        (void)fputs(usage, stderr);
        return 2;
    }
    struct nb_arena *arena = nb_arena_new(ARENA_MAX);
    enum nb_err err = arena ? run(&options, arena, &error) : NB_ENOMEM;
    nb_arena_free(arena);
    if (err) {
        fprintf(stderr, "site: %s\n", error.text[0] ? error.text : nb_strerror(err));
    }
    return nb_exit_code(err);
}
