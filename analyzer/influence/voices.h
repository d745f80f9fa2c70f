/**
 * Voices: who of those that act in a scope speak for one another, so that spread, reception and
 * intervals count them once.
 *
 * Whoever links, quotes or copies elsewhere speaks for the owner of the site (registrable domain);
 * within a site, and who only answers, for oneself. Voices are one where groups.h finds that they
 * act together (seconds apart, twice; nearly the same others), and where one takes four fifths of
 * what it publishes, three documents or more, from the other: a mirror. That is a matter of who
 * they are and not of the topic, so acts at any time before the end of the window tell. When copies
 * are made tells nothing: newspapers print an agency's text the second that it comes, and speak
 * for themselves all the same.
 *
 * Threads: reading is as the transaction; what was read does not change.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_VOICES_H
#define NABIZ_ANALYZER_INFLUENCE_VOICES_H

#include "analyzer/influence/evidence.h"

/* As many acts as a list can wait for. */
enum { NB_VOICES_ACTS_MAX = 1 << 20 };

/**
 * Find them. A store of no more than acts_max acts is looked at whole; in a larger one acts towards
 * the authors of the scope are, of each author the newest of its equal share.
 * @param authors   of the scope, ascending.
 * @param acts_max  usually NB_VOICES_ACTS_MAX.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT. Linear in acts but for sorting. Free with
 *         nb_voices_free().
 */
enum nb_err nb_voices_read(const struct nb_scope *scope, const struct nb_slice *authors, size_t n,
                           size_t acts_max, struct nb_voices **out) NB_MUSTUSE;
void nb_voices_free(struct nb_voices *voices);

/** The one that an act is done by, before it is known who speaks for whom. Borrows from edge. */
struct nb_slice nb_voice_of(const struct nb_edge *edge, struct nb_slice own_site);

/** The one that stands for all that are one with this one. voices may be NULL: each for itself. */
struct nb_slice nb_voices_find(const struct nb_voices *voices, struct nb_slice voice);

#endif
