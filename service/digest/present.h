/**
 * A report in the words and the dress of the templates: page, tree, text, or a whole mail.
 *
 * Templates are read each time: a team that edits them sees the change at once, and a process that
 * serves a digest now and then keeps nothing of it in memory.
 *
 * Threads: any; one report belongs to one thread.
 */
#ifndef NABIZ_DIGEST_PRESENT_H
#define NABIZ_DIGEST_PRESENT_H

#include "service/digest/make.h"
#include "service/digest/report.h"

/**
 * Write a report in one of the formats that speak a language. A mail with templates of a team's own
 * that cannot be used is written with those that come with the program, so that it goes out; what
 * is wrong is said through diag. Other formats fail with it.
 * @return NB_OK, NB_EINVAL (an address, or lang), NB_ENOTFOUND, NB_ESYNTAX or NB_EREFUSED (the
 *         templates), NB_ENOMEM, NB_ETOOBIG.
 */
enum nb_err nb_digest_present(const struct nb_digest_request *request,
                              const struct nb_report *report, struct nb_arena *arena,
                              struct nb_buf *out, struct nb_error *error) NB_MUSTUSE;

#endif
