/**
 * What the tests of feeds share: one feed read at a time, into one arena.
 */
#ifndef NABIZ_TEST_FEED_WORLD_H
#define NABIZ_TEST_FEED_WORLD_H

#include "tests/unit/reading_world.h"

#include <nabiz/date.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

static struct nb_feed feed;

static const struct nb_date_context dates = {NULL, 1767225600000, 180};

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
