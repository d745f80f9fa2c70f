/**
 * Alerts as a JSON Feed (version 1.1, https://www.jsonfeed.org/version/1.1/), beside Atom: for
 * programs that would rather not read XML.
 *
 * An item's id is that of its entry in the Atom feed. What a program may want beyond the standard
 * is under "_nabiz", as `nabiz alerts --format json` has it. The same alerts give the same bytes.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_DELIVER_JSONFEED_H
#define NABIZ_DELIVER_JSONFEED_H

#include <nabiz/buf.h>
#include <nabiz/record.h>

#include "service/deliver/atom.h"

/** As nb_atom_alerts(). */
enum nb_err nb_jsonfeed_alerts(struct nb_buf *out, const struct nb_incident *const *alerts,
                               size_t alerts_n, const struct nb_atom_options *options) NB_MUSTUSE;

#endif
