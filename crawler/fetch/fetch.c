/*
 * The life of fetching, and what is asked of it from outside: settings, loops, polls on their way
 * in.
 */
#include "crawler/fetch/fetch.h"

#include <stdio.h>
#include <unistd.h>

#include <nabiz/hash.h>
#include <nabiz/mem.h>
#include <nabiz/robots.h>
#include <nabiz/url.h>
#include <nabiz/version.h>

#include "crawler/fetch/loop.h"
#include "crawler/sources_line.h"

/*
 * curl reads a file of certificates once, but a directory of them, which Debian's looks into as
 * well, anew for each connection.
 */
static const char *find_ca_file(const char *given)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    if (given[0]) {
        return given;
    }
    return info->cainfo && access(info->cainfo, R_OK) == 0 ? info->cainfo : NULL;
}

static enum nb_err read_settings(const struct nb_config *config, struct nb_fetch_settings *out,
                                 struct nb_error *error)
{
    const char *agent = nb_config_str(config, NB_CFG_USER_AGENT);
    const char *contact = nb_config_str(config, NB_CFG_CONTACT);
    const char *connect_to = nb_config_str(config, NB_CFG_CONNECT_TO);
    if (agent[0]) {
        (void)snprintf(out->user_agent, sizeof(out->user_agent), "%s", agent);
    } else if (contact[0]) {
        (void)snprintf(out->user_agent, sizeof(out->user_agent), "nabiz/%s (+%s)", nb_version(),
                       contact);
    } else {
        (void)snprintf(out->user_agent, sizeof(out->user_agent), "nabiz/%s", nb_version());
    }
    out->allow_private = nb_config_int(config, NB_CFG_ALLOW_PRIVATE) != 0;
    out->proxy = nb_config_str(config, NB_CFG_PROXY);
    const char *wrong = out->proxy[0] ? nb_source_proxy_check(nb_slice_str(out->proxy)) : NULL;
    if (wrong) {
        return nb_error_set(error, NB_EINVAL, "crawl.proxy: %s", wrong);
    }
    out->ca_file = find_ca_file(nb_config_str(config, NB_CFG_CA_FILE));
    out->timeout_ms = (long)nb_config_int(config, NB_CFG_TIMEOUT) * 1000;
    out->stall_s = (long)nb_config_int(config, NB_CFG_STALL);
    out->host_gap_ms = nb_config_int(config, NB_CFG_HOST_GAP);
    out->paces_addresses = !connect_to[0] && nb_config_int(config, NB_CFG_ADDRESS_GAP) > 0;
    out->body_bytes = (size_t)nb_config_int(config, NB_CFG_BODY_MAX);
    out->sessions_bytes =
        (size_t)(nb_config_int(config, NB_CFG_TLS_SESSIONS) / nb_config_int(config, NB_CFG_LOOPS));
    out->obey_robots = nb_config_int(config, NB_CFG_ROBOTS) != 0;
    out->delay_max_ms = nb_config_int(config, NB_CFG_DELAY_MAX) * 1000;
    if (connect_to[0]) {
        char rule[300];
        (void)snprintf(rule, sizeof(rule), "::%s", connect_to);
        out->connect_to = curl_slist_append(NULL, rule);
        return out->connect_to ? NB_OK : NB_ENOMEM;
    }
    return NB_OK;
}

static enum nb_err start_loops(struct nb_fetch *fetch)
{
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < fetch->loops_n; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "fetch-%zu", i);
        err = nb_thread_start(&fetch->loops[i].thread, name, nb_fetch_loop_run, &fetch->loops[i]);
    }
    return err;
}

static void tell_room(void *arg)
{
    struct nb_fetch *fetch = arg;
    for (size_t i = 0; i < fetch->loops_n; i++) {
        atomic_store(&fetch->loops[i].has_room, true);
        nb_fetch_wake(&fetch->loops[i]);
    }
}

enum nb_err nb_fetch_start(const struct nb_config *config, const struct nb_clock *clock,
                           struct nb_store *crawl, struct nb_queue *out_queue,
                           struct nb_fetch **out, struct nb_error *error)
{
    *out = NULL;
    struct nb_error detail = {0};
    struct nb_fetch *fetch = nb_calloc(1, sizeof(*fetch));
    if (!fetch) {
        return nb_error_set(error, NB_ENOMEM, "cannot start fetching: out of memory");
    }
    nb_slow_init(&fetch->slow);
    fetch->clock = clock;
    fetch->store = crawl;
    fetch->out = out_queue;
    fetch->started_mono_ms = nb_mono_ms();
    size_t n = (size_t)nb_config_int(config, NB_CFG_LOOPS);
    fetch->loops = nb_calloc(n, sizeof(*fetch->loops));
    enum nb_err err = fetch->loops ? read_settings(config, &fetch->settings, &detail) : NB_ENOMEM;
    fetch->addresses = nb_addresses_new(nb_config_int(config, NB_CFG_ADDRESS_GAP),
                                        (unsigned)nb_config_int(config, NB_CFG_ADDRESS_MOST));
    fetch->bytes = nb_bytes_new((size_t)nb_config_int(config, NB_CFG_BODIES_MAX),
                                fetch->settings.body_bytes, tell_room, fetch);
    err = fetch->addresses && fetch->bytes ? err : NB_ENOMEM;
    while (err == NB_OK && fetch->loops_n < n) {
        err = nb_fetch_loop_init(&fetch->loops[fetch->loops_n++], fetch);
    }
    if (err == NB_OK) {
        err = start_loops(fetch);
    }
    if (err != NB_OK) {
        nb_fetch_free(fetch);
        return nb_error_set(error, err, "cannot start fetching: %s",
                            detail.text[0] ? detail.text : nb_strerror(err));
    }
    *out = fetch;
    return NB_OK;
}

void nb_fetch_prepare(struct nb_poll *poll)
{
    struct nb_url url;
    poll->host = (struct nb_slice){NULL, 0};
    if (nb_url_parse(nb_slice_str(poll->url), NULL, poll->arena, &url) != NB_OK ||
        !nb_url_is_http(&url)) {
        return;
    }
    char *href = nb_arena_strdup(poll->arena, url.href); /* as our parser reads it, not curl's */
    struct nb_slice origin = nb_url_origin(&url, poll->arena);
    if (href && origin.p) {
        poll->url = href;
        poll->host = url.host;
        poll->origin = origin;
        poll->path = nb_robots_path(&url);
    }
}

void nb_fetch_room(struct nb_fetch *fetch)
{
    for (size_t i = 0; i < fetch->loops_n; i++) {
        if (atomic_load(&fetch->loops[i].is_behind)) {
            nb_fetch_wake(&fetch->loops[i]);
        }
    }
}

void nb_fetch_submit(struct nb_fetch *fetch, struct nb_poll *poll)
{
    struct nb_fetch_loop *loop = &fetch->loops[nb_hash64(poll->host) % fetch->loops_n];
    if (!nb_fetch_loop_send(loop, poll)) {
        nb_poll_free(poll);
    }
}

void nb_fetch_stop(struct nb_fetch *fetch)
{
    if (!fetch) {
        return;
    }
    atomic_store(&fetch->stopping, true);
    for (size_t i = 0; i < fetch->loops_n; i++) {
        nb_fetch_wake(&fetch->loops[i]);
    }
    for (size_t i = 0; i < fetch->loops_n; i++) {
        nb_thread_join(&fetch->loops[i].thread);
    }
}

void nb_fetch_free(struct nb_fetch *fetch)
{
    if (!fetch) {
        return;
    }
    nb_fetch_stop(fetch);
    for (size_t i = 0; i < fetch->loops_n; i++) {
        nb_fetch_loop_fini(&fetch->loops[i]);
    }
    nb_bytes_close(fetch->bytes);
    nb_addresses_free(fetch->addresses);
    curl_slist_free_all(fetch->settings.connect_to);
    nb_slow_fini(&fetch->slow);
    nb_free(fetch->loops);
    nb_free(fetch);
}

size_t nb_fetch_slowest(struct nb_fetch *fetch, struct nb_crawl_slow *out, size_t max_n)
{
    return nb_slow_read(&fetch->slow, out, max_n);
}
