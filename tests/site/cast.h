/**
 * Who is on the story's web: the sites with their feeds, and the people.
 *
 * The structure is a table in code; names, titles and people come from the story texts
 * (sites.txt, cast.txt).
 *
 * Threads: immutable once loaded.
 */
#ifndef SITE_CAST_H
#define SITE_CAST_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>

#include "tests/site/text.h"

/* key, host, engine, flags: the order is the order of everything that is listed by site */
#define SITES(X)                                                                                   \
    X(TURNA, "turna", "turnakargo.example", BLOG, SITE_ETAG | SITE_MODIFIED)                       \
    X(LEYLEK, "leylek", "leyleklojistik.example", BLOG, SITE_ETAG)                                 \
    X(UFUK, "ufuk", "ufukhaber.example", NEWS, SITE_ETAG | SITE_GZIP)                              \
    X(MERKEZ, "merkez", "www.merkezgazetesi.example", NEWS, 0)                                     \
    X(CIP, "cip", "cipvekart.example", MAGAZINE, SITE_ETAG | SITE_MODIFIED)                        \
    X(SEPET, "sepet", "sepetgunlugu.example", BLOG, SITE_MODIFIED)                                 \
    X(ESNAF, "esnaf", "esnafinsesi.example", BLOG, SITE_ETAG | SITE_MODIFIED | SITE_GZIP)          \
    X(MUTFAK, "mutfak", "mutfaktanesintiler.example", BLOG, SITE_ETAG)                             \
    X(ANNE, "anne", "anneninnotlari.example", BLOG, SITE_MODIFIED)                                 \
    X(YOLDA, "yolda", "yoldabirpaket.example", BLOG, SITE_ETAG)                                    \
    X(MANSER, "manser", "mansetoldu.example", NEWS, SITE_ETAG)                                     \
    X(PATLAK, "patlak", "patlakhaber.example", NEWS, 0)                                            \
    X(RING1, "ring1", "firsatradari.example", BLOG, SITE_ETAG)                                     \
    X(RING2, "ring2", "indirimkapisi.example", BLOG, SITE_ETAG)                                    \
    X(RING3, "ring3", "kampanyaruzgari.example", BLOG, SITE_ETAG)                                  \
    X(RING4, "ring4", "bedavadunya.example", BLOG, SITE_MODIFIED)                                  \
    X(RING5, "ring5", "ucuzlukliman.example", BLOG, SITE_ETAG)                                     \
    X(RING6, "ring6", "kuponsepeti.example", BLOG, SITE_ETAG)                                      \
    X(FORUM, "forum", "forum.sohbetmeydani.example", FORUM, SITE_ETAG | SITE_MODIFIED)             \
    X(SOZLUK, "sozluk", "laflamasozluk.example", DICTIONARY, SITE_ETAG)                            \
    X(DERT, "dert", "dertkutusu.example", COMPLAINTS, SITE_ETAG | SITE_MODIFIED)

enum site_id {
#define X(id, key, host, engine, flags) SITE_##id,
    SITES(X)
#undef X
        SITES_N
};

enum site_engine {
    ENGINE_BLOG,
    ENGINE_NEWS,
    ENGINE_MAGAZINE,
    ENGINE_FORUM,
    ENGINE_DICTIONARY,
    ENGINE_COMPLAINTS
};

/* What the site's feeds are answered with. */
#define SITE_ETAG 1u
#define SITE_MODIFIED 2u
#define SITE_GZIP 4u /* when the client accepts it */

#define CHANNELS_MAX 4

struct site {
    const char *key; /* as cast.txt and sites.txt call it */
    const char *host;
    enum site_engine engine;
    unsigned flags;
    struct nb_slice title; /* from sites.txt */
    struct nb_slice about;
    struct nb_slice channels[CHANNELS_MAX]; /* sections, boards */
    size_t channels_n;
};

enum feed_format { FEED_RSS, FEED_ATOM };
enum feed_body { BODY_SUMMARY, BODY_FULL, BODY_ENCODED /* both, the latter in content:encoded */ };

#define ANY_CHANNEL (-1)

struct feed {
    enum site_id site;
    const char *path; /* with query */
    enum feed_format format;
    enum feed_body body;
    int channel; /* or ANY_CHANNEL */
    bool comments;
    bool latin5;            /* windows-1254 */
    uint32_t window;        /* newest items shown */
    const char *kind;       /* for sources.list */
    const char *moved_from; /* the path it had before it moved, or NULL */
};

#define FEEDS_N 35

extern const struct feed feeds[FEEDS_N];

/* What happens to sites and feeds themselves. */
#define GONE_FEED_SITE SITE_RING4 /* 410 from story_times.gone_ms on */
#define DOWN_SITE SITE_SEPET      /* 503 for two days */

/* Habits of a person */
#define HABIT_STAFF 1u   /* writes articles at home */
#define HABIT_TRUSTED 2u /* linked and answered */
#define HABIT_LOUD 4u    /* posts a lot, nobody answers */
#define HABIT_LOWER 8u   /* no capitals */
#define HABIT_ASCII 16u  /* no Turkish letters */
#define HABIT_BANG 32u   /* !!! */
#define HABIT_EMOJI 64u
#define HABIT_FAKE 128u /* acts with others as one, and never else */

struct person {
    struct nb_slice handle;
    struct nb_slice name; /* displayed; the handle where people use handles */
    unsigned habits;
    uint64_t homes; /* bit per site where he or she writes */
};

struct cast {
    struct site sites[SITES_N];
    const struct person *people;
    size_t people_n;
};

/**
 * Build from the sections "sites" (key|title|about|channel;channel) and "cast"
 * (handle|name|habits|homes). @return NB_OK, NB_ESYNTAX, NB_ENOMEM.
 */
enum nb_err cast_load(const struct text *text, struct nb_arena *arena, struct cast *out,
                      struct nb_error *error) NB_MUSTUSE;

/** @return the site with this host, or SITES_N. */
enum site_id cast_site_of_host(const struct cast *cast, struct nb_slice host);

/** @return the person, or NULL. */
const struct person *cast_person(const struct cast *cast, struct nb_slice handle);

/** Somebody who writes at a site: staff or ordinary people; loud ones come three times as often. */
const struct person *cast_pick(const struct cast *cast, enum site_id site, bool staff,
                               struct rng *rng);

#endif
