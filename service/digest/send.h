/**
 * Digests to recipients: as mails, through the outbox, once for each recipient, topic and period
 * however often and by whomever it is asked for.
 *
 * Threads: any; one request belongs to one thread.
 */
#ifndef NABIZ_DIGEST_SEND_H
#define NABIZ_DIGEST_SEND_H

#include <nabiz/arena.h>

#include "service/deliver/recipients.h"
#include "service/digest/make.h"

/** What a mail of a request is addressed with; its id follows from topic and period. */
void nb_digest_address(const struct nb_digest_request *request, struct nb_slice from,
                       struct nb_slice to, struct nb_arena *arena, struct nb_digest_envelope *out);

/** @return NB_OK, NB_ENOTFOUND (no such recipient), NB_EINVAL (it takes no mail). */
enum nb_err nb_digest_recipient(const struct nb_recipients *all, struct nb_slice name,
                                const struct nb_recipient **out, struct nb_error *error) NB_MUSTUSE;

struct nb_digest_parcel {
    const struct nb_config *config;
    struct nb_slice recipient; /* name in the recipients file */
    struct nb_slice key;       /* [out] that it is known by: "digest/acme/2026-11-21" */
};

/**
 * Make the mail of a request for a recipient, in the recipient's language unless the request has
 * one, and leave it with the serving process as an errand.
 * @return NB_OK, NB_ENOTFOUND (no such recipient), NB_EINVAL (it takes no mail, or mail.from is
 *         missing), what nb_digest_make() and nb_errand_message() return.
 */
enum nb_err nb_digest_send(const struct nb_digest_request *request, struct nb_digest_parcel *parcel,
                           struct nb_arena *arena, struct nb_error *error) NB_MUSTUSE;

#endif
