/**
 * What `nabiz rank` reads: acts and seeds, a line each.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_RANK_READ_H
#define NABIZ_ANALYZER_INFLUENCE_RANK_READ_H

#include "analyzer/influence/graph.h"

/**
 * Add the act of a line, `from<TAB>to<TAB>kind<TAB>unix_s`; 0 for a time that is not known. The
 * header `from<TAB>to<TAB>kind<TAB>unix_s` and empty lines are passed over.
 * @param latest_s  an act after it is refused: what is newest is now, and acts grow old.
 * @param error     [out] what is wrong with the line; may be NULL.
 * @return NB_OK, NB_ESYNTAX, also what nb_graph_builder_add_named() returns but NB_EINVAL.
 */
enum nb_err nb_rank_read_act(struct nb_graph_builder *builder, struct nb_slice line,
                             int64_t latest_s, struct nb_error *error) NB_MUSTUSE;

/**
 * Read a line of seeds, `author` or `author<TAB>topic`; one that begins with
 * '#' is a comment. A seed without a
 * topic is one of all topics.
 * @param topic   empty: seeds of all topics count.
 * @param author  [out] borrows from line; empty when there is none, or for another topic.
 * @return NB_OK, NB_ESYNTAX.
 */
enum nb_err nb_rank_read_seed(struct nb_slice line, struct nb_slice topic, struct nb_slice *author,
                              struct nb_error *error) NB_MUSTUSE;

#endif
