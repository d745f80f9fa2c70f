/**
 * What robots.txt lets a loop ask (RFC 9309): the rules of each origin, from memory, from the crawl
 * store, or from the origin itself, and the turns of hosts that ask for a Crawl-delay.
 *
 * The request for a robots.txt is a poll of its own kind (poll->rules is set): it waits for its
 * host, is limited and guarded like any other, and comes home to the loop that sent it even when a
 * redirect took it to another one. Polls that need the rules wait with them meanwhile.
 *
 * Threads: a loop's own.
 */
#ifndef NABIZ_CRAWLER_FETCH_RULES_H
#define NABIZ_CRAWLER_FETCH_RULES_H

#include "crawler/poll.h"

struct nb_fetch_host;
struct nb_fetch_loop;
struct nb_rules;

enum { NB_RULES_BUCKETS = 1024 };

/* Rules by origin; the least used are dropped when they take too much memory. Starts as {0}. */
struct nb_rules_cache {
    struct nb_rules *buckets[NB_RULES_BUCKETS];
    struct nb_rules *newest, *oldest;
    size_t bytes;
    struct nb_arena *scratch;
};

enum nb_ruling {
    NB_RULING_ASK,    /* ask it now */
    NB_RULING_ROBOTS, /* ask *robots, which is the request for robots.txt, instead; poll waits */
    NB_RULING_WAIT,   /* poll waits for rules that are under way */
    NB_RULING_ANSWER  /* poll is answered: denied, deferred or failed, see its outcome */
};

/**
 * Rule on a poll whose host may be asked now.
 * @param robots  [out] set for NB_RULING_ROBOTS; the caller starts it.
 */
enum nb_ruling nb_rules_judge(struct nb_fetch_loop *loop, struct nb_fetch_host *host,
                              struct nb_poll *poll, struct nb_poll **robots);

/** A request of a poll has ended: a Crawl-delay counts from here. */
void nb_rules_asked(struct nb_fetch_loop *loop, struct nb_fetch_host *host, struct nb_poll *poll);

/**
 * Take the answer to a request for robots.txt, and free it.
 * @param waiting  [out] the polls that waited for it, in their order, to be judged again.
 */
void nb_rules_take(struct nb_fetch_loop *loop, struct nb_poll *robots,
                   struct nb_poll_list *waiting);

/** Free all rules and the polls that wait for them. */
void nb_rules_free(struct nb_fetch_loop *loop);

#endif
