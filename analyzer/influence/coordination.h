/**
 * Coordination: whether a set of documents, such as those of a burst, was posted by accounts that
 * act as one. A verdict with its evidence, made from plain rows; docs/coordination.md says why so.
 *
 * Two kinds of groups are looked for: accounts that post words drawn from a dictionary (synthetic),
 * and accounts that share texts. Each is weighed against what chance would do:
 *
 *   text      so many authors of nonsense, where one text in a hundred is taken for it by mistake
 *   timing    four fifths of the authors of a group within so short a time, where each could have
 *             acted at any time of an hour, or when the others of the set did, whichever makes it
 *             likelier (a scan statistic, Naus 1965; paid for by the places it may begin at)
 *   accounts  so many of them new or deleted since, where as many would be as among the others
 *
 * in bits, by nb_chance_mbits(). Newspapers that print an agency's text are known sites and no
 * accounts; fans who shout at a goal write different texts at the time that all others do; jokes
 * are copied for hours, by people as old as all others. None of that is coordinated.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_COORDINATION_H
#define NABIZ_ANALYZER_INFLUENCE_COORDINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>

enum nb_coordination_verdict {
    NB_COORDINATION_UNKNOWN, /* fewer than five authors, or signs that do not suffice */
    NB_COORDINATION_ORGANIC,
    NB_COORDINATION_COORDINATED
};

/** "organic" */
const char *nb_coordination_name(enum nb_coordination_verdict verdict);

/** One document of the set. */
struct nb_coordination_act {
    uint64_t number; /* of the document */
    int64_t at_ms;
    int64_t first_seen_ms;    /* of the author, by any document before or in the set */
    uint64_t cluster;         /* of near-duplicates; 0: none */
    const uint32_t *shingles; /* of the text, see topics/shingles.h; borrowed, may be NULL */
    uint32_t shingles_n;
    uint32_t author;         /* below authors_n */
    int32_t synthetic_milli; /* below 500 also where it is unknown */
    bool publisher;          /* a site's own article, not an account's post */
    bool deleted;            /* by now */
};

/** What was usual among the authors before; all 0: not known. */
struct nb_coordination_usual {
    uint64_t authors_n;
    uint64_t new_n;     /* of them: first seen within the week before */
    uint64_t deleted_n; /* of them: whose document is gone */
};

enum nb_coordination_kind { NB_COORDINATION_NONSENSE, NB_COORDINATION_SHARED_TEXT };

/** Documents of accounts that may act as one. */
struct nb_coordination_group {
    enum nb_coordination_kind kind;
    enum nb_coordination_verdict verdict;
    const uint32_t *acts; /* indexes of the given rows, in the order of time */
    uint32_t acts_n;
    uint32_t authors_n; /* without established publishers */
    uint32_t new_n, deleted_n;
    uint32_t window_n; /* authors whose first document lies within the window, both ends counted */
    int64_t window_from_ms, window_to_ms;
    int32_t text_mbits, timing_mbits, accounts_mbits;
    bool accounts_known; /* there are others to compare them with */
};

struct nb_coordination {
    enum nb_coordination_verdict verdict; /* of the set: coordinated where a group of it is */
    uint32_t authors_n;
    uint32_t coordinated_n;                     /* authors in coordinated groups */
    const struct nb_coordination_group *groups; /* strongest first; organic ones are left out */
    size_t groups_n;
};

/**
 * @param acts       in any order; the answer does not depend on it. Times are not negative. At most
 *                   2^26.
 * @param usual      may be NULL.
 * @param arena      owns the answer; takes some 100 bytes a row and 32 a shingle.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG. Cost: n log n in rows, linear in shingles.
 */
enum nb_err nb_coordination_judge(const struct nb_coordination_act *acts, size_t n,
                                  uint32_t authors_n, const struct nb_coordination_usual *usual,
                                  struct nb_arena *arena, struct nb_coordination *out) NB_MUSTUSE;

/** Bits of all evidence of a group, in thousandths. */
int64_t nb_coordination_mbits(const struct nb_coordination_group *group);

/** One line of English: how many accounts did what within which time, and how improbable it is. */
const char *nb_coordination_line(const struct nb_coordination_group *group, struct nb_arena *arena);

#endif
