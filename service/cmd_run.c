/* nabiz run, crawl, analyze, serve: the processes. */
#include <nabiz/diag.h>

#include "service/commands.h"
#include "service/process.h"
#include "service/supervise.h"

static int run_all(struct nb_args *args)
{
    struct nb_config *config = NULL;
    struct nb_error error = {0};
    enum nb_err err = nb_args_load_config(args, &config, &error);
    if (err == NB_OK) {
        nb_diag_set_process("run");
        nb_diag_set_level((enum nb_level)nb_config_int(config, NB_CFG_LOG_LEVEL));
        err = nb_supervise(args, config, &error);
    }
    nb_config_free(config);
    return err == NB_OK ? NB_EXIT_OK : nb_fail(args, &error);
}

static int run_crawl(struct nb_args *args)
{
    return nb_role_run(args, &nb_role_crawl, nb_args_has(args, "once"));
}

static int run_analyze(struct nb_args *args)
{
    return nb_role_run(args, &nb_role_analyze, nb_args_has(args, "once"));
}

static int run_serve(struct nb_args *args)
{
    return nb_role_run(args, &nb_role_serve, false);
}

const struct nb_command nb_cmd_run = {
    .name = "run",
    .line = "crawl, analyze and serve, until told to stop",
    .usage = "",
    .about = "Starts the three processes and starts again the one that ends. SIGTERM or Ctrl-C "
             "stops all of them within seconds; SIGHUP reads sources, topics, lexicons, log.level "
             "and store.max again, other settings wait for a restart. One instance runs per data "
             "directory.",
    .examples = (const struct nb_example[]){{"nabiz run --config /etc/nabiz/nabiz.conf",
                                             "what the service unit does"},
                                            {NULL, NULL}},
    .run = run_all,
    .is_process = true,
};

const struct nb_command nb_cmd_crawl = {
    .name = "crawl",
    .line = "poll the sources that are due and store what is new",
    .usage = "",
    .about = "One of the processes of `nabiz run`, alone. It writes only the crawl store.",
    .options = (const struct nb_option[]){{"once", NULL, NULL, "stop when nothing is due any more"},
                                          {NULL, NULL, NULL, NULL}},
    .examples =
        (const struct nb_example[]){{"nabiz crawl --once", "poll everything due, then stop"},
                                    {NULL, NULL}},
    .run = run_crawl,
    .is_process = true,
};

const struct nb_command nb_cmd_analyze = {
    .name = "analyze",
    .line = "read what was stored and understand it",
    .usage = "",
    .about = "One of the processes of `nabiz run`, alone. It reads the crawl store and writes only "
             "the analysis store, which can be deleted while nothing writes it: it is built again "
             "from the log.",
    .options = (const struct nb_option[]){{"once", NULL, NULL, "stop at the end of the log"},
                                          {NULL, NULL, NULL, NULL}},
    .examples = (const struct nb_example[]){{"nabiz analyze --once", "catch up, then stop"},
                                            {"rm -r data/analysis && nabiz analyze --once",
                                             "understand everything anew"},
                                            {NULL, NULL}},
    .run = run_analyze,
    .is_process = true,
};

const struct nb_command nb_cmd_serve = {
    .name = "serve",
    .line = "answer over HTTP and write the alert feed",
    .usage = "",
    .about = "One of the processes of `nabiz run`, alone. It writes only the desk store and the "
             "files under data.dir/out.",
    .examples = (const struct nb_example[]){{"nabiz serve --set serve.listen=127.0.0.1:8420",
                                             "answer on another address"},
                                            {NULL, NULL}},
    .run = run_serve,
    .is_process = true,
};
