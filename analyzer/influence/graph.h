/**
 * Who acted towards whom, as what, and when: authors are numbers (names.h), acts lie in rows by the
 * one acted upon and by the one who acts, both as arrays one behind the other (CSR).
 *
 * An act takes 18 bytes and an author 8, names not counted; a builder takes 16 to 24 for each act
 * added. At most 2^32 - 2 authors and as many acts.
 *
 * Threads: a builder belongs to one thread; a graph does not change and may be read by all.
 */
#ifndef NABIZ_ANALYZER_INFLUENCE_GRAPH_H
#define NABIZ_ANALYZER_INFLUENCE_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

#include "analyzer/influence/names.h"

/* What somebody did: name as in TSV. The numbers of the first five are those of record.proto less
 * one; boost: passed on as it was, under the name of the one acted upon. */
#define NB_ACTS(X)                                                                                 \
    X(LINK, "link")                                                                                \
    X(REPLY, "reply")                                                                              \
    X(MENTION, "mention")                                                                          \
    X(QUOTE, "quote")                                                                              \
    X(COPY, "copy")                                                                                \
    X(BOOST, "boost")

enum nb_act_kind {
#define X(id, name) NB_ACT_##id,
    NB_ACTS(X)
#undef X
        NB_ACTS_N
};

/* Or-ed to a kind: what was acted upon had been there for a week or more. */
enum { NB_ACT_LATE = 0x40 };

/** Does an act of this kind carry on what it leads to: a link, quote, copy or boost, late or not?
 */
bool nb_act_carries(uint8_t kind);

/** @return false when no act is called so. */
bool nb_act_kind_read(struct nb_slice name, enum nb_act_kind *out);

/* The acts of all authors from one side; those of author v are [begin[v], begin[v + 1]), sorted by
 * other, then time, then kind. */
struct nb_acts_by {
    const uint32_t *begin; /* authors_n + 1 */
    const uint32_t *other; /* who acted; or, by who acts, the one acted upon */
    const uint32_t *at_s;  /* Unix seconds; 0: not known */
    const uint8_t *kind;   /* enum nb_act_kind, and NB_ACT_LATE */
};

struct nb_graph {
    uint32_t authors_n;
    uint32_t acts_n;
    struct nb_acts_by in;  /* by the one acted upon: other is who acted */
    struct nb_acts_by out; /* by who acts */
};

struct nb_graph_builder;

enum nb_err nb_graph_builder_new(struct nb_graph_builder **out) NB_MUSTUSE;
void nb_graph_builder_free(struct nb_graph_builder *builder);

/** The authors added so far; borrowed, and may be added to: an author needs no acts. */
struct nb_names *nb_graph_builder_names(struct nb_graph_builder *builder);

/**
 * Number the authors by their names. Seeds, groups and communities are found in the order of
 * numbers, so what is made of the acts then says nothing of the order in which they came.
 * @return NB_OK, NB_ENOMEM, NB_ESYS: nothing was changed.
 */
enum nb_err nb_graph_builder_order_names(struct nb_graph_builder *builder) NB_MUSTUSE;

/** Give the names away; the builder can only be freed after. */
struct nb_names *nb_graph_builder_take_names(struct nb_graph_builder *builder);

/**
 * Add an act. What one does towards oneself is not kept; the same act twice is one.
 * @param kind  enum nb_act_kind, with NB_ACT_LATE where that is known.
 * @param at_s  Unix seconds; outside 1..2^32-1: not known.
 * @return NB_OK, NB_EINVAL (a number without a name), NB_ETOOBIG (2^32 - 2 acts), NB_ENOMEM.
 */
enum nb_err nb_graph_builder_add(struct nb_graph_builder *builder, uint32_t from, uint32_t to,
                                 uint32_t kind, int64_t at_s) NB_MUSTUSE;

/** The same with names, which are added. @return also what nb_names_add() returns. */
enum nb_err nb_graph_builder_add_named(struct nb_graph_builder *builder, struct nb_slice from,
                                       struct nb_slice to, uint32_t kind, int64_t at_s) NB_MUSTUSE;

/** Acts that were added but led to oneself. */
uint64_t nb_graph_builder_selves_n(const struct nb_graph_builder *builder);

/**
 * A graph of everything added so far; more may be added and built again. Linear in authors and
 * acts. The same acts in any order make the same graph, if the authors have the same numbers.
 * @return NB_OK, NB_ENOMEM. Free with nb_graph_free().
 */
enum nb_err nb_graph_build(const struct nb_graph_builder *builder,
                           struct nb_graph **out) NB_MUSTUSE;
void nb_graph_free(struct nb_graph *graph);

/** The newest time of all acts, in Unix seconds; 0 when none is known. */
uint32_t nb_graph_last_s(const struct nb_graph *graph);

/** Memory that the graph takes. */
size_t nb_graph_bytes(const struct nb_graph *graph);

#endif
