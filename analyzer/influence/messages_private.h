/*
 * Adding up who carries one's own messages. Internal to the messages files.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_MESSAGES_PRIVATE_H
#define NABIZ_ANALYZER_INFLUENCE_MESSAGES_PRIVATE_H

#include "analyzer/influence/messages.h"
#include "analyzer/influence/surroundings.h"
#include "analyzer/turkish/table.h"

/* A document in which somebody carried a message. */
struct nb_carrying {
    uint32_t carrier;
    bool is_copy; /* of the message; else it links, quotes or boosts */
    uint64_t number;
    int64_t at_ms;
};

struct nb_tally {
    struct nb_txn *txn;
    const struct nb_own *own;
    int64_t from_ms, to_ms;
    struct nb_arena *arena;   /* what is kept */
    struct nb_arena *scratch; /* of one row or cluster; rewound by whoever used it */
    struct nb_surroundings *around;
    struct tr_table authors; /* carriers, by index */
    struct nb_carrier *carriers;
    size_t carriers_cap;
    struct nb_carrying *carryings;
    size_t carryings_n, carryings_cap;
    struct tr_table clusters; /* those that were looked at */
    uint32_t *others_n;       /* of each cluster: copies by others */
    size_t others_cap;
    struct nb_messages out;
};

/* Called with a row of the store. */
typedef enum nb_err nb_tally_row_fn(struct nb_tally *t, struct nb_slice key, struct nb_slice value,
                                    const void *context);

bool nb_tally_is_within(const struct nb_tally *t, int64_t at_ms);

/* Rows whose keys begin with these bytes, from a key on. @return NB_OK, or the first failure. */
enum nb_err nb_tally_rows(struct nb_tally *t, enum nb_table_id table, struct nb_slice begin,
                          struct nb_slice from, nb_tally_row_fn *fn,
                          const void *context) NB_MUSTUSE;

/* The carrier that an author is, who did something then. @return NULL when out of memory. */
struct nb_carrier *nb_tally_carrier(struct nb_tally *t, struct nb_slice author, int64_t at_ms);

/* Note that a carrier did something in a document. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_tally_note(struct nb_tally *t, const struct nb_carrier *carrier, uint64_t number,
                          int64_t at_ms, bool is_copy) NB_MUSTUSE;

/* Count a link, quote or boost of a message; other acts are passed over. */
enum nb_err nb_tally_act(struct nb_tally *t, const struct nb_edge *edge) NB_MUSTUSE;

/*
 * Count the copies of a cluster, once for each cluster.
 * is_sent: its text is one that was sent out: all of it came from there, whoever was first.
 * others_n: [out] copies by others, also when they were counted before.
 */
enum nb_err nb_tally_copies(struct nb_tally *t, uint64_t cluster, bool is_sent,
                            uint32_t *others_n) NB_MUSTUSE;

/* The same of all texts that were sent out. */
enum nb_err nb_tally_texts(struct nb_tally *t, const struct nb_own_texts *texts) NB_MUSTUSE;

/* Count the acts towards all copies that were counted: once, for it reads all acts towards each of
 * their authors and sites. */
enum nb_err nb_tally_acts_on_copies(struct nb_tally *t) NB_MUSTUSE;

#endif
