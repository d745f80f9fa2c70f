/**
 * An entry of a feed, or of an API's list, to a document.
 *
 * Threads: a pure function.
 */
#ifndef NABIZ_CRAWLER_ENTRY_H
#define NABIZ_CRAWLER_ENTRY_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/feed.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>

/* What the documents of one answer have in common. */
struct nb_entry_maker {
    struct nb_arena *arena;     /* owns the documents */
    struct nb_slice site;       /* of entries without an address */
    struct nb_slice language;   /* of the feed; may be empty */
    const struct nb_id *source; /* borrowed as long as the documents live */
    Nb__Kind kind;              /* unless the entry says */
    const char *format;         /* what answered: struct nb_feed */
    int64_t now_ms;             /* when the answer came */
};

/**
 * @param out  [out] borrows from the entry; has an identity.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_entry_document(const struct nb_entry_maker *maker, const struct nb_feed_entry *entry,
                              struct nb_document **out) NB_MUSTUSE;

/** Whom the log calls so, "site/name"; long names are cut. @return NULL: no memory. */
char *nb_entry_author(struct nb_slice site, struct nb_slice name, struct nb_arena *arena);

/**
 * Note how many follow the author of a document. A number that cannot be is not noted.
 * @param source  what says so; lives as long as the call.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_entry_audience(int64_t followers_n, const char *source, int64_t now_ms,
                              struct nb_arena *arena, struct nb_document *document) NB_MUSTUSE;

#endif
