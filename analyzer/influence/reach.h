/**
 * Reach: how many people plausibly see a usual document of an author. Read where it is known,
 * estimated with an interval where others were seen to act, where the thread or the site tells or
 * where followers are known, unknown where nothing is.
 *
 * Views are taken as they were read. Where there are none, those who acted (commented, liked,
 * passed on; reported, or seen by us, whichever is more) are taken for the share q of those who
 * saw: people = acts / q. q is 10 in 1,000 (Nielsen 2006, Participation inequality: 90, 9 and 1 in
 * 100), drawn to what the site's own documents show where both are known, which count against 1,000
 * views of the rule. The interval is 90 %: of a Poisson number of acts (by its square root), and of
 * q, a factor of 3 either way by the rule alone and less the more documents of the site were
 * measured. No more see a post than see its thread; where that is all that is known, half of those
 * do, for a post in the middle misses those before it: between a tenth and all.
 *
 * Of the documents that say anything the median counts. Where few were measured, it is drawn, by
 * logarithms, to what else is known: followers, of whom a tenth see a document, between a fiftieth
 * and a half, as if that were three documents more; else a usual document of the site, as if that
 * were one. Measured views of half of the documents stand alone.
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
    uint64_t seen_n;            /* voices of others who were seen to answer, link, quote or copy */
    struct nb_reach_count thread_views; /* of the thread it stands in */
};

/** What is kept of a document, views apart from all other counts; nobody was seen yet, and its
 * thread is not known. */
struct nb_reach_doc nb_reach_doc_of(const struct nb_author_doc *doc);

/** How many people see something: low <= n <= high. */
struct nb_reach_people {
    uint64_t n, low_n, high_n;
};

/** Documents of a site, whoever's. */
struct nb_reach_site {
    uint64_t views_n, acts_n; /* of those that report both */
    uint32_t docs_n;
    uint32_t usual_docs_n; /* that say anything */
    struct nb_reach_people usual;
};

/** What the estimate rests on most. */
enum nb_reach_basis {
    NB_REACH_VIEWS,     /* read of half of the documents or more */
    NB_REACH_REACTIONS, /* of others, reported or seen */
    NB_REACH_THREADS,   /* views of the threads that documents stand in */
    NB_REACH_FOLLOWERS,
    NB_REACH_SITE /* what a usual document of the site gets */
};

/** "reactions" */
const char *nb_reach_basis_name(enum nb_reach_basis basis);

struct nb_reach {
    bool known;
    bool measured; /* views were read for half of the documents or more */
    enum nb_reach_basis basis;
    uint64_t people_n, low_n, high_n; /* low <= people <= high */
    uint32_t docs_n;                  /* that say anything */
};

/**
 * Estimate for an author.
 * @param site       NULL: nothing is known of it.
 * @param followers  of the author, as last read.
 * @return NB_OK (out may be unknown), NB_ENOMEM.
 */
enum nb_err nb_reach_estimate(const struct nb_reach_doc *docs, size_t n,
                              const struct nb_reach_site *site, struct nb_reach_count followers,
                              struct nb_arena *arena, struct nb_reach *out) NB_MUSTUSE;

/**
 * What a usual document of a site gets: the median, between the first and the last tenth.
 * @param docs  those that were looked at.
 * @param out   [in, out] views_n, acts_n and docs_n are set; the rest is filled in, with
 *              usual_docs_n of 0 when fewer than NB_REACH_SITE_LEAST say anything.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_reach_usual(const struct nb_reach_doc *docs, size_t n, struct nb_arena *arena,
                           struct nb_reach_site *out) NB_MUSTUSE;

enum { NB_REACH_SITE_LEAST = 5 };

#endif
