/*
 * Documents that tests make up: how they get their identity, and a story that can be any length.
 */
#ifndef NABIZ_TEST_STORY_H
#define NABIZ_TEST_STORY_H

#include "tests/lib/test.h"

#include <nabiz/date.h>
#include <nabiz/log.h>

/* 2026-11-01T00:00:00Z: when the first document of the story was published. */
#define STORY_DAY_MS (20758 * NB_DAY_MS)

/* Make a document the one of that identity. */
static inline void story_identify(struct nb_document *document, struct nb_id id,
                                  struct nb_arena *arena)
{
    document->has_identity = 1;
    document->identity.len = NB_ID_BYTES;
    document->identity.data = nb_arena_alloc(arena, NB_ID_BYTES);
    memcpy(document->identity.data, id.b, NB_ID_BYTES);
}

/* Document i: on one of five sites, by one of two authors, half an hour after the one before. The
 * same i with another text is its revision. Takes title and text, which are the arena's. */
static inline struct nb_document *story_document(struct nb_arena *arena, size_t i, char *title,
                                                 char *text)
{
    struct nb_document *d = nb_document_new(arena);
    d->url = nb_arena_printf(arena, "https://s%zu.example/%zu", i % 5, i);
    d->site = nb_arena_printf(arena, "s%zu.example", i % 5);
    d->author = nb_arena_printf(arena, "s%zu.example/%s", i % 5, i % 3 ? "ayla" : "veli");
    d->title = title;
    d->text = text;
    d->has_kind = d->has_published_ms = d->has_fetched_ms = 1;
    d->kind = NB__KIND__POST;
    d->published_ms = STORY_DAY_MS + (int64_t)i * NB_HOUR_MS / 2;
    d->fetched_ms = d->published_ms + NB_MINUTE_MS;
    story_identify(d, nb_document_identity(nb_field(d->site), nb_slice(NULL, 0), nb_field(d->url)),
                   arena);
    return d;
}

#endif
