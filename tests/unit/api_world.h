/**
 * An answer of an open API, read as a source that is followed reads it.
 */
#ifndef NABIZ_TEST_API_WORLD_H
#define NABIZ_TEST_API_WORLD_H

#include "tests/unit/reading_world.h"

#include "crawler/social/yield.h"

static const struct nb_date_context dates = {NULL, 1795244400000, 180};

/* What came of the last answer; lives until the next. */
static struct nb_site_yield out;

static enum nb_err read_answer(const char *address, const char *links, const char *json,
                               Nb__Kind kind)
{
    static Nb__Page page;
    nb_arena_reset(arena);
    nb__page__init(&page);
    struct nb_url *url = nb_arena_alloc(arena, sizeof(*url));
    assert_non_null(url);
    assert_int_equal(nb_url_parse(nb_slice_str(address), NULL, arena, url), NB_OK);
    const struct nb_site_input input = {.bytes = nb_slice_str(json),
                                        .content_type = NB_LIT("application/json"),
                                        .links = nb_slice_str(links),
                                        .url = url,
                                        .page = &page,
                                        .document_kind = kind,
                                        .dates = &dates};
    return nb_social_yield(&input, arena, &out, &error);
}

#endif
