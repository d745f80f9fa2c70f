/**
 * Between collect.c, documents.c and stories.c only: the steps that fill a report.
 */
#ifndef NABIZ_DIGEST_REPORT_IMPL_H
#define NABIZ_DIGEST_REPORT_IMPL_H

#include "service/digest/report.h"

/** A document while it is collected: what is shown, and what it is compared by. */
struct nb_report_scan {
    struct nb_report_document shown;
    struct nb_slice address; /* canonical URL whatever its scheme */
    struct nb_slice thread;
    size_t parent; /* union-find over stories */
};

/** Read the documents of the day with their inbound acts into out->documents. */
enum nb_err nb_report_documents(struct nb_txn *analysis, struct nb_log *log, struct nb_arena *arena,
                                struct nb_report *out, struct nb_error *error) NB_MUSTUSE;

/** Number the stories in rows[0..n): equal title, address or thread is one story. */
enum nb_err nb_report_group(struct nb_report_scan *rows, size_t n,
                            struct nb_arena *arena) NB_MUSTUSE;

/** Fill stories, waiting, praise and loudest from out->documents. */
enum nb_err nb_report_lists(struct nb_arena *arena, struct nb_report *out) NB_MUSTUSE;

#endif
