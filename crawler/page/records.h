/**
 * Where the records of a page that repeats itself begin and end: posts of a thread, by the dates
 * that stand in each of them.
 *
 * Dates in elements of one kind anchor the records. Around each, the largest element without the
 * next one's date is the record, together with those beside it that come again with every date: in
 * tables the author, the text and the buttons of a post may be rows of their own. A record is a
 * range of nodes in document order, and so an answer may lie inside what it answers.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_RECORDS_H
#define NABIZ_PAGE_RECORDS_H

#include "crawler/page/boilerplate.h"
#include "crawler/page/thread.h"

/** A node of a kind: what has the same tags and classes at the same place. */
struct nb_page_member {
    uint64_t kind;
    uint32_t node;
};

/** What one knows of a page before looking for records; arrays by node. */
struct nb_page_evidence {
    const struct nb_dom *dom;
    const struct nb_page_context *context;
    struct nb_arena *arena;
    struct nb_page_marks marks;
    uint64_t *looks; /* of the tag and the classes only */
    uint64_t *kinds;
    bool *names;                    /* a class or an address speaks of who wrote something */
    int64_t *date_ms;               /* -1: it is no date */
    uint32_t *dates;                /* how many before the node; one more than there are nodes */
    uint32_t *text;                 /* bytes of text outside links before the node, likewise */
    struct nb_page_member *members; /* by kind, then in document order; nothing dropped */
    size_t members_n;
};

struct nb_page_record {
    uint32_t begin, end; /* nodes: from begin up to end */
    uint32_t anchor;     /* its date */
};

struct nb_page_records {
    struct nb_page_record *all; /* in document order */
    size_t n;
    bool is_ordered; /* the dates ascend or descend */
};

enum { NB_PAGE_CANDIDATES = 4, NB_PAGE_RECORDS_MIN = 2 };

/** @return NB_OK, NB_ENOMEM. Time: n log n of the nodes. */
enum nb_err nb_page_evidence_read(const struct nb_dom *dom, const struct nb_page_context *context,
                                  struct nb_arena *arena, struct nb_page_evidence *out) NB_MUSTUSE;

/**
 * The ways to cut the page into records that promise most, best first.
 * @param n  [out] how many; at most NB_PAGE_CANDIDATES.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_page_records_find(const struct nb_page_evidence *evidence,
                                 struct nb_page_records out[NB_PAGE_CANDIDATES],
                                 size_t *n) NB_MUSTUSE;

/** Members by kind, those of a kind in document order; for qsort(). */
int nb_page_by_kind(const void *a, const void *b);

/** A name without the marks that part it from what stands beside it: "ada \xC2\xB7", "ada:". */
struct nb_slice nb_page_bare_name(struct nb_slice name);

/** Is there more than one byte, with letters, and not a time such as 14h56 or 3 pm? */
bool nb_page_may_be_name(struct nb_slice text);

/** Does a class say that people sign with it? */
bool nb_page_is_signature(const struct nb_dom *dom, uint32_t node);

#endif
