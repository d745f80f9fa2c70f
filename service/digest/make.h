/**
 * One digest from stores to bytes: what the command, the pages and the mail have in common.
 *
 * Threads: any; one request belongs to one thread.
 */
#ifndef NABIZ_DIGEST_MAKE_H
#define NABIZ_DIGEST_MAKE_H

#include <stdbool.h>

#include <nabiz/buf.h>
#include <nabiz/config.h>
#include <nabiz/log.h>
#include <nabiz/store.h>
#include <nabiz/zone.h>

struct nb_digest_sink;

enum nb_digest_format {
    NB_DIGEST_HTML,
    NB_DIGEST_TEXT,
    NB_DIGEST_JSON,
    NB_DIGEST_XML,  /* what the stylesheet sees */
    NB_DIGEST_MAIL, /* a whole message: text, page and charts */
    NB_DIGEST_ROWS  /* CSV of one section: see NB_DIGEST_ROW_SETS */
};

/** What of a mail is not in its report; see service/deliver/mail.h. */
struct nb_digest_envelope {
    struct nb_slice from, to;
    struct nb_slice id;      /* of the message, without <> */
    struct nb_slice list_id; /* may be empty, and so may leave */
    struct nb_slice leave;
    int64_t date_ms; /* 0: the end of the period */
};

struct nb_digest_request {
    struct nb_store *analysis;
    struct nb_log *log; /* may be NULL: no titles and texts */
    const struct nb_config *config;
    struct nb_slice topic;
    int64_t day_ms;   /* any moment of the first day */
    size_t days_n;    /* 7: a week; else one day */
    const char *zone; /* IANA name; NULL: that of clock.utc_offset */
    enum nb_digest_format format;
    const char *rows;                          /* for NB_DIGEST_ROWS */
    const struct nb_digest_sink *sink;         /* for NB_DIGEST_ROWS; NULL: all goes to out */
    const char *lang;                          /* "tr", "en", ... */
    uint32_t sections;                         /* that are shown, see sections.h; 0: all */
    const struct nb_digest_envelope *envelope; /* for NB_DIGEST_MAIL */
};

/** The zone of a request: of that name, or of clock.utc_offset. Free with nb_zone_close(). */
enum nb_err nb_digest_zone(const struct nb_config *config, const char *name, struct nb_zone **out,
                           struct nb_error *error) NB_MUSTUSE;

/**
 * @param out        appended to; unchanged on failure.
 * @param out_empty  [out] nothing was said on the day; may be NULL.
 * @return NB_OK, NB_EINVAL (rows, lang, zone), NB_ENOTFOUND, NB_ESYNTAX or NB_EREFUSED (the
 * templates; the detail says which and where), NB_ENOMEM, NB_ETOOBIG, NB_ECORRUPT, NB_EIO.
 */
enum nb_err nb_digest_make(const struct nb_digest_request *request, struct nb_buf *out,
                           bool *out_empty, struct nb_error *error) NB_MUSTUSE;

#endif
