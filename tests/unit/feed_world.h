/**
 * What the tests of feeds share: one feed read at a time, into one arena.
 */
#ifndef NABIZ_TEST_FEED_WORLD_H
#define NABIZ_TEST_FEED_WORLD_H

#include "tests/lib/test.h"

#include <nabiz/date.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

static struct nb_arena *arena;
static struct nb_feed feed;
static struct nb_error error;

static const struct nb_date_context dates = {NULL, 1767225600000, 180};

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

static enum nb_err parse_bytes(struct nb_slice bytes, const char *type)
{
    nb_arena_reset(arena);
    return nb_feed_parse(bytes, NB_LIT("https://blog.example/feed.xml"), nb_slice_str(type), &dates,
                         arena, &feed, &error);
}

static const struct nb_feed_entry *parse(const char *text)
{
    assert_int_equal(parse_bytes(nb_slice_str(text), ""), NB_OK);
    return feed.entries;
}

#endif
