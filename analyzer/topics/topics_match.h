/**
 * A document on its way through nb_topics_match(): what its steps share.
 *
 * Threads: all state is in one struct match, which one thread works on.
 */
#ifndef NABIZ_TOPICS_MATCH_H
#define NABIZ_TOPICS_MATCH_H

#include "analyzer/topics/topics_private.h"

struct hit {
    uint32_t atom, word; /* word: place in the count */
    uint32_t token;      /* of the title, or of the text */
    int8_t analysis;
};

/* The hits of an atom, by place. */
struct group {
    uint32_t atom; /* TR_NONE: an empty slot */
    uint32_t begin, n;
};

/* Words [begin, end) and the tokens they come from. */
struct span {
    uint32_t begin, end;
    uint32_t first_token, last_token;
    int8_t analysis;
};

struct spans {
    struct span *p;
    size_t n;
};

struct match {
    const struct nb_topics *topics;
    const struct nb_topic_document *document;
    struct nb_arena *arena;
    struct hit *hits;
    size_t hits_n, hits_cap;
    struct group *groups; /* a hash table */
    size_t groups_mask;
    uint32_t title_end; /* words of the title are below */
    uint32_t topic;
    struct nb_topic_find *finds;
    size_t finds_n, finds_cap, finds_from; /* of the topic */
    bool full;                             /* out of memory */
};

/** Room for one more. @return the array, wider or as it was when memory is out. */
void *nb_match_grow(struct match *m, void *array, size_t n, size_t *cap, size_t size);

/** Look every token and field up, and put the hits of each atom side by side. Out of memory: full.
 */
void nb_match_look_up(struct match *m);

/** Hits of a node's atom that count: all, or those in the title. */
struct group nb_match_hits(const struct match *m, const struct nb_topic_node *node);

/** Where a part of a query is found, in order: an atom, a phrase, NEAR or an OR of them.
 *  @return false when out of memory. */
bool nb_match_places(struct match *m, uint32_t node, struct spans *out) NB_MUSTUSE;

#endif
