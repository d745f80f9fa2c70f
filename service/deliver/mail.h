/**
 * Mail: a message as text (RFC 5322), its parts in MIME (RFC 2045 to 2049), ready for
 * nb_outbox_add() or for a file.
 *
 * The same input gives the same bytes. What comes from outside cannot end a header line, start a
 * part or leave one: control characters in headers become spaces, everything beyond ASCII is
 * encoded, boundaries are hashes of what is between them.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_DELIVER_MAIL_H
#define NABIZ_DELIVER_MAIL_H

#include <stddef.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/* A picture that the HTML part shows as <img src="cid:NAME">. */
struct nb_mail_image {
    struct nb_slice cid;  /* letters, digits, '-' and '.' */
    struct nb_slice type; /* "image/png" */
    struct nb_slice bytes;
};

struct nb_mail {
    struct nb_slice from; /* "Name <box@host>" or "box@host": see nb_mail_address() */
    struct nb_slice to;   /* the same */
    struct nb_slice subject;
    int64_t date_ms;
    int32_t utc_offset_min;    /* that Date: is written with */
    struct nb_slice id;        /* "part@host", without <> */
    struct nb_slice thread_id; /* of what it belongs to; empty: nothing */
    struct nb_slice list_id;   /* "alerts.acme.example"; empty: none */
    struct nb_slice leave;     /* mailto: or https: address that ends the subscription; or empty */
    struct nb_slice language;  /* "tr" */
    struct nb_slice text;      /* the plain part, UTF-8 */
    struct nb_slice html;      /* empty: there is only the plain part */
    const struct nb_mail_image *images;
    size_t images_n;
};

/**
 * Write a mail: multipart/alternative with a plain and an HTML part, the latter multipart/related
 * with its images where it has some. It says of itself that no person wrote it (Auto-Submitted,
 * RFC 3834) and how to leave (List-Unsubscribe, RFC 2369; in one click where `leave` is https:,
 * RFC 8058).
 * @param out  lines end in CRLF; its error is kept in it.
 * @return NB_OK, NB_EINVAL (an address, id or image name that cannot be written; the detail says
 *         which), or the buffer's error.
 */
enum nb_err nb_mail_write(const struct nb_mail *mail, struct nb_buf *out,
                          struct nb_error *error) NB_MUSTUSE;

/* An address as the configuration has it. */
struct nb_mail_address {
    struct nb_slice name; /* may be empty; UTF-8 */
    struct nb_slice box;  /* "box@host", ASCII */
    struct nb_slice host;
};

/**
 * Read "Name <box@host>", "\"Name\" <box@host>" or "box@host"; borrows from text.
 * @return NULL, or what is wrong with it, for people.
 */
const char *nb_mail_address(struct nb_slice text, struct nb_mail_address *out);

/** True for what `leave` of a mail may be when it is not empty. */
bool nb_mail_can_leave(struct nb_slice text);

/**
 * The Message-ID, without <>, of a message to a recipient: the same each time. With the thread in
 * place of the key it is what all of a thread refer to.
 * @return in arena; p == NULL at its limit.
 */
struct nb_slice nb_mail_id(struct nb_slice recipient, struct nb_slice key, struct nb_slice host,
                           struct nb_arena *arena);

#endif
