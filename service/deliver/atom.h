/**
 * Alerts as an Atom feed (RFC 4287), for feed readers, chat bridges and incident tools.
 *
 * An entry's id is a tag URI (RFC 4151) made of the incident's id, so that a reader shows an alert
 * once, whichever run or machine wrote the feed. Categories carry severity, form, topic and state
 * for filters. The same alerts give the same bytes.
 *
 * Threads: pure function.
 */
#ifndef NABIZ_DELIVER_ATOM_H
#define NABIZ_DELIVER_ATOM_H

#include <nabiz/buf.h>
#include <nabiz/log.h>
#include <nabiz/record.h>

#define NB_ATOM_ALERTS_MAX 100 /* newest alerts that a feed carries */
#define NB_ATOM_MAX_BYTES (4u << 20)

struct nb_atom_options {
    const char *self_url; /* where the feed will be found; NULL: not said */
    struct nb_log *log;   /* for links to an alert's documents; NULL: no links */
};

/**
 * Append a feed.
 * @param alerts   oldest first, as nb_incident_list() gives them; the newest
 *                 NB_ATOM_ALERTS_MAX are written, newest first.
 * @param options  may be NULL.
 * @return NB_OK, NB_ENOMEM, NB_ETOOBIG (the buffer's limit).
 */
enum nb_err nb_atom_alerts(struct nb_buf *out, const struct nb_incident *const *alerts,
                           size_t alerts_n, const struct nb_atom_options *options) NB_MUSTUSE;

/* What other feeds of the same alerts say in the same words. */
enum { NB_ATOM_TEXT_BYTES = 256 };
void nb_atom_id(const struct nb_incident *alert, char out[NB_ATOM_TEXT_BYTES]);
void nb_atom_title(const struct nb_incident *alert, char out[NB_ATOM_TEXT_BYTES]);

/** When there was last something new to say: a reader shows an entry again when this moved. */
int64_t nb_atom_updated_ms(const struct nb_incident *alert);

#endif
