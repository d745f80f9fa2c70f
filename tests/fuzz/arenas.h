/**
 * What fuzz targets of readers share: the libraries set up, and two arenas, so that what is read
 * twice can be compared.
 */
#ifndef NABIZ_FUZZ_ARENAS_H
#define NABIZ_FUZZ_ARENAS_H

#include <stdlib.h>

#include <nabiz/arena.h>
#include <nabiz/feed.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

/** The same two at every call. */
static inline struct nb_arena *const *fuzz_arenas(void)
{
    static struct nb_arena *arenas[2];
    if (!arenas[0]) {
        nb_feed_init();
        if (nb_text_init(NULL) != NB_OK || nb_url_init(NULL) != NB_OK) {
            abort();
        }
        arenas[0] = nb_arena_new((size_t)64 << 20);
        arenas[1] = nb_arena_new((size_t)64 << 20);
    }
    return arenas;
}

#endif
