/*
 * What tests of crawling share: a crawl that asks the server with bad manners, without robots.txt
 * (see test_politeness.c).
 */
#ifndef NABIZ_TEST_RUDE_WORLD_H
#define NABIZ_TEST_RUDE_WORLD_H

#include "tests/unit/crawl_server.h"
#include "tests/unit/crawl_world.h"

/* @param more  a setting, or NULL. */
static inline struct world make_world(const char *sources, const char *more)
{
    const char *const settings[] = {"crawl.robots=off", more};
    return make_world_at(server.port, sources, settings);
}

static inline int set_up_server(void **state)
{
    (void)state;
    begin_tests();
    start_server();
    return 0;
}

static inline int tear_down_server(void **state)
{
    (void)state;
    stop_server();
    end_tests();
    return 0;
}

#endif
