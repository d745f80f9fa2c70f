/**
 * What tests of readers share: the libraries set up, one arena, and the last error.
 */
#ifndef NABIZ_TEST_READING_WORLD_H
#define NABIZ_TEST_READING_WORLD_H

#include "tests/lib/test.h"

#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

static struct nb_arena *arena;
static struct nb_error error;

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(nb_text_init(&error), NB_OK);
    assert_int_equal(nb_url_init(&error), NB_OK);
    nb_feed_init();
    arena = nb_arena_new((size_t)64 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    nb_arena_free(arena);
    nb_feed_fini();
    nb_url_fini();
    return 0;
}

#endif
