/**
 * Reach: how many people plausibly see a usual document of an author. Read where it is known,
 * estimated with an interval where others were seen to act, unknown where nobody was.
 *
 * Views are taken as they were read. Where there are none, those who acted (commented, liked,
 * passed on; reported, or seen by us, whichever is more) are taken for the share q of those who
 * saw: people = acts / q q is 10 in 1,000 (Nielsen 2006, Participation inequality: 90, 9 and 1 in
 * 100), drawn to what the site's own documents show where both are known, which count against 1,000
 * views of the rule. The interval is 90 %: of a Poisson number of acts (by its square root), and of
 * q, a factor of 3 either way by the rule alone and less the more documents of the site were
 * measured. Where only followers are known, a tenth see a document, between a fiftieth and a half.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_REACH_H
#define NABIZ_ANALYZER_INFLUENCE_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>

/** A count that may be unknown. */
struct nb_reach_count {
    bool known;
    uint64_t n;
};

struct nb_reach_doc {
    struct nb_reach_count views;
    struct nb_reach_count acts; /* comments, likes and shares that the site reports, added up */
    uint64_t seen_n;            /* different others who were seen to answer, link, quote or copy */
};

/** What is kept of a document, views apart from all other counts; nobody was seen yet. */
struct nb_reach_doc nb_reach_doc_of(const struct nb_author_doc *doc);

/** Documents of a site, whoever's, that report views and acts. */
struct nb_reach_site {
    uint64_t views_n, acts_n;
    uint32_t docs_n;
};

struct nb_reach {
    bool known;
    bool measured;                    /* views were read for half of the documents or more */
    uint64_t people_n, low_n, high_n; /* low <= people <= high */
    uint32_t docs_n;                  /* that say anything */
};

/**
 * Estimate: medians over the documents that say anything; without any, by followers.
 * @param site       NULL: none were measured.
 * @param followers  of the author, as last read.
 * @return NB_OK (out may be unknown), NB_ENOMEM.
 */
enum nb_err nb_reach_estimate(const struct nb_reach_doc *docs, size_t n,
                              const struct nb_reach_site *site, struct nb_reach_count followers,
                              struct nb_arena *arena, struct nb_reach *out) NB_MUSTUSE;

#endif
