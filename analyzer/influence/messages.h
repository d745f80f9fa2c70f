/**
 * One's own messages: who links, quotes, boosts and copies what was published on one's own sites
 * and accounts, or what one sent out as a text, who took it on from them, and how many people that
 * plausibly added.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_MESSAGES_H
#define NABIZ_ANALYZER_INFLUENCE_MESSAGES_H

#include <nabiz/analysis.h>

#include "analyzer/influence/own_texts.h"
#include "analyzer/influence/reach.h"

enum { NB_OWN_MAX = 64 };

/** Sites and accounts that are one's own: "acme.example", "forum.example/acme". Borrowed. */
struct nb_own {
    struct nb_slice names[NB_OWN_MAX];
    size_t n;
};

/**
 * Read a list with commas between; what is said twice, also an account beside its site, is in it
 * once. @return NB_OK, NB_EINVAL (empty), NB_ETOOBIG (NB_OWN_MAX).
 */
enum nb_err nb_own_read(struct nb_slice list, struct nb_own *out) NB_MUSTUSE;

/** Whether an author is one of them, or of a site that is. */
bool nb_own_has(const struct nb_own *own, struct nb_slice author);

/** Somebody else who carried one's messages. */
struct nb_carrier {
    struct nb_slice author;
    uint32_t links_n, quotes_n, boosts_n; /* of one's own documents and of others' copies */
    uint32_t copies_n; /* of texts that one sent out or published first, or from one's own copy */
    uint32_t onward_n; /* copies that others took on from this author's, directly or further */
    int64_t first_ms, last_ms;
    struct nb_reach reach; /* of a usual one of the documents it was done in */
    uint64_t added_n;      /* people, of all of those documents; 0 when reach is not known */
};

struct nb_messages {
    const struct nb_carrier *carriers; /* most people added first, then most acts */
    size_t n;
    uint64_t documents_n; /* one's own in the window */
    uint64_t copied_n;    /* of them, those that somebody copied */
    uint64_t texts_n;     /* that were sent out */
    uint64_t found_n;     /* of them, those that somebody published */
    uint64_t added_n;     /* of all carriers; people who saw it from several count more than once */
};

/**
 * Links, quotes and boosts done in [from_ms, to_ms), copies done then of what was published then,
 * and copies of texts done then.
 * @param own    may have no names.
 * @param texts  NULL: none. Whoever publishes one of them, but for oneself, has copied it.
 * @param out    [out] in the arena.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT. Reads the acts towards all own authors, the clusters of
 *         their documents and of the texts, and the acts towards those who copied, from then on.
 */
enum nb_err nb_messages_spread(struct nb_txn *txn, const struct nb_own *own,
                               const struct nb_own_texts *texts, int64_t from_ms, int64_t to_ms,
                               struct nb_arena *arena, struct nb_messages *out) NB_MUSTUSE;

#endif
