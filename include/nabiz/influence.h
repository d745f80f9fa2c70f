/**
 * Influence: who reaches, who knows, who is trusted, who moves others and how they are received, as
 * five parts of one score that opens to dated acts. docs/influence.md has the formulas; the numbers
 * in them are in lexicons/weights.txt.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_INFLUENCE_H
#define NABIZ_INFLUENCE_H

#include <stdbool.h>

#include <nabiz/analysis.h>
#include <nabiz/weights.h>

/* A score that is not known is NB_UNKNOWN_MILLI and printed as "-" or null. */
#define NB_UNKNOWN_MILLI INT32_MIN

/* In the order of the shares in nb_weights. */
enum nb_part {
    NB_PART_REACH,
    NB_PART_EXPERTISE,
    NB_PART_TRUST,
    NB_PART_SPREAD,
    NB_PART_RECEPTION,
    NB_PARTS_N
};

const char *nb_part_name(enum nb_part part);

struct nb_influence_query {
    struct nb_slice topic; /* empty: over everything */
    struct nb_slice site;  /* empty: any */
    int64_t from_ms, to_ms;
    const struct nb_weights *weights; /* NULL: those in force */
    int64_t trust_from_ms;            /* acts before it bring no trust; 0: all up to to_ms do */
};

/* What trust is made of; X(id, name, in English). Beyond the acts of a small store not all can be
 * read for one question. */
#define NB_TRUST_BASES(X)                                                                          \
    X(ACTS, "acts", "all acts up to the end of the window")                                        \
    X(WINDOW, "window", "the acts of the window")                                                  \
    X(TOPIC, "topic", "the acts of documents on the topic, for all acts are too many")             \
    X(STORED, "stored", "all acts, as the analyzer stored it last")                                \
    X(GENERAL, "general", "all acts on everything, as stored, for those asked for are too many")

enum nb_trust_basis {
#define X(id, name, text) NB_TRUST_OF_##id,
    NB_TRUST_BASES(X)
#undef X
};

const char *nb_trust_basis_name(enum nb_trust_basis basis);
const char *nb_trust_basis_text(enum nb_trust_basis basis);

/** How many people plausibly see a usual document. */
struct nb_people {
    bool known;
    bool measured; /* views were read for half of the documents or more; else estimated */
    uint64_t n, low_n, high_n;
    const char *basis; /* "views", "reactions", "followers": see influence/reach.h; or NULL */
    bool followers_known;
    uint64_t followers_n; /* of the author, as read last */
    int64_t followers_read_ms;
};

struct nb_influencer {
    struct nb_slice author; /* site/handle */
    struct nb_slice site;
    struct nb_slice name;
    uint64_t posts_n;     /* on the topic */
    uint64_t shouting_n;  /* of them: they shout, or tell on what they do not vouch for */
    int64_t points_milli; /* 1000 of them are 1 of score_milli */
    int32_t score_milli;  /* what the list is sorted by: 0..1000 */
    int32_t reach_milli;
    int32_t expertise_milli;
    int32_t trust_milli;
    enum nb_trust_basis trust_of;
    int32_t spread_milli;
    int32_t reception_milli; /* -1000..1000 */
    int32_t coordination_milli;
    int32_t low_milli,
        high_milli;               /* interval of the score; NB_UNKNOWN_MILLI when not enough data */
    int32_t sentiment_milli;      /* mean towards the topic, -1000..1000 */
    struct nb_people people;      /* behind reach_milli */
    uint64_t sites_n;             /* other sites that link, quote or copy */
    uint64_t answering_n;         /* other authors who reply or mention */
    uint64_t boosting_n;          /* other authors who boost */
    uint64_t groups_n;            /* independent voices who do any of that: influence/voices.h */
    const char *coordination;     /* what the risk is, in English; NULL or "" for none */
    uint64_t coordination_number; /* the first document that is part of it; 0: none */
    const char *evidence;         /* these and posts_n in one line of English */
    int64_t part_points_milli[NB_PARTS_N]; /* of points_milli; 0 for a part that is not known */
};

/* Authors that are weighed for a list; of more, those with most acts towards them. */
enum { NB_INFLUENCERS_MAX = 20000 };

/**
 * Authors on a topic in [from_ms, to_ms), best first, ties by name.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_influence_list(struct nb_txn *txn, const struct nb_influence_query *query,
                              struct nb_arena *arena, const struct nb_influencer **out,
                              size_t *out_n) NB_MUSTUSE;

/** A dated act that a score counts. */
struct nb_ledger_row {
    int64_t at_ms;
    const char *act; /* "link", "boost", "post", "deleted"; or "cut", which is no act: see below */
    struct nb_slice who;
    struct nb_slice url;            /* what was linked, quoted or answered; may be empty */
    uint64_t number;                /* the document it was done in; 0 for "cut" */
    int32_t part_milli[NB_PARTS_N]; /* points for each part */
    int32_t points_milli;           /* all of them; the rows add up to those of the author */
};

/**
 * Everything counted for one author, oldest first; acts that count nothing (a second link from a
 * group) are listed with 0 points. Each part's column adds up to part_points_milli; "cut" rows at
 * the end take off what coordination costs, and what would be below 0.
 * @return NB_OK, NB_ENOTFOUND (nothing is known of the author), NB_ENOMEM, NB_ECORRUPT.
 */
enum nb_err nb_influence_ledger(struct nb_txn *txn, struct nb_slice author,
                                const struct nb_influence_query *query, struct nb_arena *arena,
                                struct nb_influencer *out, const struct nb_ledger_row **out_rows,
                                size_t *out_rows_n) NB_MUSTUSE;

/**
 * Acts of an author within the window that take up what was published on one's own sites: links,
 * quotes, copies, replies and mentions.
 * @param sites  sites and accounts (site/handle), with commas between them.
 * @return NB_OK, NB_EINVAL (no site), NB_ETOOBIG (too many), NB_ENOMEM, NB_ECORRUPT. Cost: all acts
 *         towards those sites.
 */
enum nb_err nb_influence_own(struct nb_txn *txn, struct nb_slice author, struct nb_slice sites,
                             const struct nb_influence_query *query, struct nb_arena *arena,
                             uint64_t *out_n) NB_MUSTUSE;

#endif
