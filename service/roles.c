/* The three roles behind one interface, see process.h. */
#include "service/process.h"

#include <nabiz/analyze.h>
#include <nabiz/crawl.h>
#include <nabiz/diag.h>

#include "service/confine.h"
#include "service/serve.h"

/* It parses what the web sends, and nothing that it needs for that is taken away. */
static void confine(const struct nb_config *config)
{
    struct nb_error error = {0};
    if (!nb_config_int(config, NB_CFG_CONFINE)) {
        return;
    }
    const char *obstacle = nb_confine_obstacle(); /* which `nabiz doctor` tells */
    if (obstacle) {
        nb_diag(NB_DEBUG, "crawl", "not confined", nb_kv_str("why", obstacle));
    } else if (nb_confine(&error) != NB_OK) {
        nb_diag(NB_WARN, "crawl", "not confined", nb_kv_err(&error));
    }
}

static enum nb_err start_crawl(const struct nb_config *config, struct nb_clock *clock, bool once,
                               void **role, struct nb_error *error)
{
    struct nb_crawl *crawl = NULL;
    confine(config);
    enum nb_err err =
        nb_crawl_start(config, clock, &(struct nb_crawl_options){.once = once}, &crawl, error);
    *role = crawl;
    return err;
}

static int crawl_done_fd(const void *role)
{
    return nb_crawl_done_fd(role);
}

static enum nb_err reload_crawl(void *role, const struct nb_config *config, struct nb_error *error)
{
    return nb_crawl_reload(role, config, error);
}

static enum nb_err stop_crawl(void *role, struct nb_error *error)
{
    return nb_crawl_stop(role, error);
}

static void crawl_status(void *role, struct nb_crawl_status *out)
{
    nb_crawl_status(role, out);
}

const struct nb_role nb_role_crawl = {.name = "crawl",
                                      .start = start_crawl,
                                      .done_fd = crawl_done_fd,
                                      .reload = reload_crawl,
                                      .stop = stop_crawl,
                                      .status = crawl_status};

static enum nb_err start_analyze(const struct nb_config *config, struct nb_clock *clock, bool once,
                                 void **role, struct nb_error *error)
{
    struct nb_analyze *analyze = NULL;
    enum nb_err err = nb_analyze_start(config, clock, &(struct nb_analyze_options){.once = once},
                                       &analyze, error);
    *role = analyze;
    return err;
}

static int analyze_done_fd(const void *role)
{
    return nb_analyze_done_fd(role);
}

static enum nb_err reload_analyze(void *role, const struct nb_config *config,
                                  struct nb_error *error)
{
    return nb_analyze_reload(role, config, error);
}

static enum nb_err stop_analyze(void *role, struct nb_error *error)
{
    return nb_analyze_stop(role, error);
}

const struct nb_role nb_role_analyze = {.name = "analyze",
                                        .start = start_analyze,
                                        .done_fd = analyze_done_fd,
                                        .reload = reload_analyze,
                                        .stop = stop_analyze};

static enum nb_err start_serve(const struct nb_config *config, struct nb_clock *clock, bool once,
                               void **role, struct nb_error *error)
{
    (void)once;
    struct nb_serve *serve = NULL;
    enum nb_err err = nb_serve_start(config, clock, &serve, error);
    *role = serve;
    return err;
}

static int serve_done_fd(const void *role)
{
    return nb_serve_done_fd(role);
}

/* The rest of what serve works with is opened when it is needed. */
static enum nb_err reload_serve(void *role, const struct nb_config *config, struct nb_error *error)
{
    return nb_serve_reload(role, config, error);
}

static enum nb_err stop_serve(void *role, struct nb_error *error)
{
    return nb_serve_stop(role, error);
}

const struct nb_role nb_role_serve = {.name = "serve",
                                      .start = start_serve,
                                      .done_fd = serve_done_fd,
                                      .reload = reload_serve,
                                      .stop = stop_serve};
