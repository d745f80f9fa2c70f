/*
 * What tests of fetching share: loops without a scheduler, asked for one URL after the other.
 */
#ifndef NABIZ_TEST_FETCH_WORLD_H
#define NABIZ_TEST_FETCH_WORLD_H

#include "tests/lib/test.h"

#include <nabiz/clock.h>
#include <nabiz/config.h>

#include "crawler/fetch/fetch.h"

enum { FETCH_SETS_MAX = 12 };

struct fetch_world {
    struct nb_config *config;
    struct nb_clock *clock;
    struct nb_queue *answers;
    struct nb_fetch *fetch;
};

/* @param sets  "section.key=value"; NULL ends. robots.txt is not asked for, hosts need no pause. */
static inline struct fetch_world fetch_world_make(const char *const *sets)
{
    struct fetch_world world;
    struct nb_error error = {0};
    const char *list[FETCH_SETS_MAX] = {"crawl.robots=off", "crawl.host_gap=0ms",
                                        "crawl.timeout=20s"};
    size_t n = 3;
    for (; *sets; sets++) {
        assert_true(n < FETCH_SETS_MAX);
        list[n++] = *sets;
    }
    if (nb_config_load(NULL, list, n, &world.config, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    assert_int_equal(nb_clock_open(NULL, &world.clock, &error), NB_OK);
    world.answers = nb_queue_new(64);
    assert_non_null(world.answers);
    assert_int_equal(
        nb_fetch_start(world.config, world.clock, NULL, world.answers, &world.fetch, &error),
        NB_OK);
    return world;
}

static inline void fetch_world_end(struct fetch_world *world)
{
    nb_fetch_free(world->fetch);
    nb_queue_free(world->answers);
    nb_clock_close(world->clock);
    nb_config_free(world->config);
}

/* @param request  borrowed until the answer is freed; NULL: as everybody */
static inline void fetch_submit(struct fetch_world *world, const char *url,
                                const struct nb_source_request *request)
{
    struct nb_poll *poll =
        nb_poll_new(1 << 20, (size_t)nb_config_int(world->config, NB_CFG_BODY_MAX));
    assert_non_null(poll);
    poll->source_url = poll->url = nb_arena_strdup(poll->arena, nb_slice_str(url));
    poll->state = nb_source_new(poll->arena);
    poll->request = request;
    nb_fetch_prepare(poll);
    nb_fetch_submit(world->fetch, poll);
}

static inline struct nb_poll *fetch_take(struct fetch_world *world)
{
    void *item = NULL;
    assert_int_equal(nb_queue_pop(world->answers, 60000, &item), NB_OK);
    nb_fetch_room(world->fetch);
    return item;
}

/* Ask and wait for the answer; the caller frees it. */
static inline struct nb_poll *fetch_ask(struct fetch_world *world, const char *url,
                                        const struct nb_source_request *request)
{
    fetch_submit(world, url, request);
    return fetch_take(world);
}

#endif
