/**
 * Feeds: bytes of a feed in, its entries out.
 *
 * Reads RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1 and CDF, and the lists
 * that open APIs answer with: WordPress REST, Mastodon-compatible timelines, Discourse. With the
 * extensions that carry content, authors, dates, comments and threads: content:encoded, Dublin
 * Core, media, iTunes, slash, wfw, thr, and Atom inside RSS. Titles and texts come out plain, links
 * absolute. Broken XML and JSON, wrong encodings and undeclared entities are repaired; an item is
 * never dropped for a bad date or a missing id.
 *
 * No network, no external entities, no entity that grows: of those a document declares only short
 * plain texts count, and what they add is bounded. So are depth and, by the arena, size.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_FEED_H
#define NABIZ_FEED_H

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>

struct nb_feed_link {
    struct nb_slice url; /* absolute */
    struct nb_slice text;
};

/* What an open network says of an entry, and a feed cannot. */
struct nb_feed_post {
    Nb__Kind kind;          /* 0: as the source's; BOOST: what is quoted is passed on as it is */
    int64_t place;          /* grows along the list towards what is newer; -1: none */
    struct nb_slice handle; /* of the author, unique in the network; may be empty */
    struct nb_slice language;
    struct nb_slice thread; /* address of what began it; may be empty */
    struct nb_slice quoted_url, quoted_author, quoted_text; /* passed on or quoted */
    int64_t likes_n, shares_n, views_n;                     /* -1 when unknown */
    int64_t followers_n;                                    /* of the author; -1 when unknown */
    bool in_passing; /* it is in the list because another entry boosts it */
};

struct nb_feed_entry {
    struct nb_slice id;    /* as published, but absolute where it is a path; may be empty */
    struct nb_slice url;   /* absolute, not yet canonical; may be empty */
    struct nb_slice title; /* plain text */
    struct nb_slice author;
    struct nb_slice author_url;
    struct nb_slice summary; /* plain text, paragraphs as \n\n */
    struct nb_slice content; /* plain text, paragraphs as \n\n */
    int64_t published_ms;    /* -1 when unknown */
    int64_t updated_ms;      /* -1 when unknown */
    const struct nb_slice *categories;
    size_t categories_n;
    const struct nb_feed_link *links; /* found inside the content; a JSON external_url is first */
    size_t links_n;
    const struct nb_feed_link *enclosures; /* text is the media type */
    size_t enclosures_n;
    struct nb_slice comments_url;
    struct nb_slice reply_to;        /* thr:in-reply-to: href, else ref */
    int64_t comments_n;              /* slash:comments or thr:total; -1 when unknown */
    const struct nb_feed_post *post; /* NULL unless an API answered */
};

struct nb_feed {
    const char *format; /* "rss", "rdf", "atom", "json", "cdf" */
    struct nb_slice title;
    struct nb_slice link;
    struct nb_slice description;
    struct nb_slice language;
    struct nb_slice hub;                 /* WebSub: who pushes what is new; may be empty */
    struct nb_slice self;                /* what the feed calls its own address; may be empty */
    struct nb_slice new_url;             /* itunes:new-feed-url: where it moved; may be empty */
    int64_t ttl_s;                       /* -1 when the feed does not say; a week when it ended */
    uint32_t skip_hours;                 /* RSS skipHours: bit 0 is 00:00 to 01:00 UTC */
    uint32_t skip_days;                  /* RSS skipDays: bit 0 is Monday */
    const char *bozo;                    /* what was wrong with the bytes, or NULL */
    const struct nb_feed_entry *entries; /* as in the file */
    size_t entries_n;
};

/**
 * @param url           where the bytes came from; base of relative links.
 * @param content_type  of the answer, may be empty.
 * @param dates         zone, now and words for dates.
 * @param arena         owns the feed; its limit bounds what a hostile feed can take.
 * @return NB_OK, NB_ESYNTAX (no feed; the detail says what it looks like), NB_ETOOBIG (depth or
 *         entity limits), NB_ENOMEM (arena limit).
 */
enum nb_err nb_feed_parse(struct nb_slice bytes, struct nb_slice url, struct nb_slice content_type,
                          const struct nb_date_context *dates, struct nb_arena *arena,
                          struct nb_feed *out, struct nb_error *error) NB_MUSTUSE;

/** Make libxml2 safe for threads and foreign bytes; once in main before any thread. */
void nb_feed_init(void);
void nb_feed_fini(void);

#endif
