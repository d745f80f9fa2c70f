/**
 * Surroundings: what the store knows around an author's documents that tells how many see them:
 * what a usual document of the site gets, the views of a thread, how many follow the author.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_SURROUNDINGS_H
#define NABIZ_ANALYZER_INFLUENCE_SURROUNDINGS_H

#include <nabiz/record.h>
#include <nabiz/store.h>

#include "analyzer/influence/reach.h"

/* Authors of a site that are looked at, chosen by hashes of their names, and documents of each: the
 * newest of the window. */
enum { NB_SITE_AUTHORS_MAX = 256, NB_SITE_AUTHOR_DOCS_MAX = 4 };

struct nb_surroundings;

/** Of documents in [from_ms, to_ms). @return NB_OK, NB_ENOMEM. */
enum nb_err nb_surroundings_new(struct nb_txn *txn, int64_t from_ms, int64_t to_ms,
                                struct nb_surroundings **out) NB_MUSTUSE;
void nb_surroundings_free(struct nb_surroundings *around);

/**
 * What the documents of a site show, whoever's. A site is looked at once.
 * @param out  [out] borrowed; NULL when the site is not known.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT. Cost: a step for each author of the site, and at most
 *         NB_SITE_AUTHORS_MAX * NB_SITE_AUTHOR_DOCS_MAX documents read.
 */
enum nb_err nb_surroundings_site(struct nb_surroundings *around, struct nb_slice site,
                                 const struct nb_reach_site **out) NB_MUSTUSE;

/** Views of the thread that a document stands in, as its first page states them; asked once for a
 * thread. */
enum nb_err nb_surroundings_thread(struct nb_surroundings *around, const struct nb_author_doc *doc,
                                   struct nb_reach_count *out) NB_MUSTUSE;

/** How many follow an author, and when that was read. */
struct nb_followers {
    struct nb_reach_count count;
    int64_t read_ms;
};

enum nb_err nb_surroundings_followers(struct nb_surroundings *around, struct nb_slice author,
                                      struct nb_followers *out) NB_MUSTUSE;

#endif
