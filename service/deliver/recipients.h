/**
 * The recipients file: who is sent alerts and digests, where to, and what of them. Kept by people.
 *
 *     crisis-desk {
 *         webhook = "https://desk.example/hooks/nabiz";
 *         secret_file = "secrets/crisis-desk";   # whsec_... or whsk_... lines
 *         topics = "acme acme-kargo";
 *         min_severity = 4;
 *     }
 *     team-mail {
 *         mail = "Acme team <team@acme.example>";
 *         quiet = "23:00-07:00";
 *     }
 *
 * One of webhook, slack, teams and mail says the form. An address that is itself a secret, as those
 * of Slack and Teams are, can stand alone in a file: url_file. Relative paths are relative to the
 * recipients file. docs/delivery.md lists all keys.
 *
 * Secrets are never printed: not by messages of these functions, not by dumps.
 *
 * Threads: a loaded list is immutable.
 */
#ifndef NABIZ_DELIVER_RECIPIENTS_H
#define NABIZ_DELIVER_RECIPIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nabiz/config.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>

#include "service/deliver/sign.h"

enum {
    NB_RECIPIENTS_MAX = 1000,
    NB_RECIPIENT_SECRETS = 8, /* of one recipient, so that they can be changed one after another */
    NB_RECIPIENT_TOPICS = 64
};

/* What of an incident's changes is sent. */
enum { NB_SEND_OPENED = 1, NB_SEND_ESCALATED = 2, NB_SEND_CALMED = 4, NB_SEND_CLOSED = 8 };

struct nb_recipient {
    const char *name;
    Nb__Delivery__Form form;
    const char *url; /* of all but mail; it may be a secret */
    const char *to;  /* of mail: "Name <box@host>" */
    const struct nb_secret *secrets;
    size_t secrets_n;
    bool is_private; /* may be at a private address */
    bool has_alerts; /* incidents are sent; off: what names it only, such as a digest */
    const char *const *topics;
    size_t topics_n; /* 0: all topics */
    unsigned sends;  /* of NB_SEND_* */
    uint32_t min_severity;
    int64_t budget_milli;   /* false alarms a week that it bears, in thousandths; -1: not limited */
    int64_t cooldown_s;     /* between two incidents of one topic */
    int32_t quiet_from_min; /* of the day, in the zone of clock.utc_offset; -1: no quiet hours */
    int32_t quiet_to_min;
    uint32_t quiet_severity; /* from this on, quiet hours do not hold it back */
    const char *language;    /* "tr" or "en" */
    const char *leave;       /* of mail: address that ends the subscription; NULL: mail.leave */
    unsigned line;
};

struct nb_recipients;

/**
 * Read the file and the files it names. All that is wrong is reported: the first in *error, the
 * rest through diag.
 * @param allow_private  as if each recipient said `private = on`.
 * @return NB_OK; NB_ENOTFOUND (there is none: nobody is sent anything), NB_EIO, NB_ESYNTAX,
 *         NB_EINVAL (the detail has file and line), NB_ETOOBIG, NB_ENOMEM.
 */
enum nb_err nb_recipients_load(const char *path, bool allow_private, struct nb_recipients **out,
                               struct nb_error *error) NB_MUSTUSE;
/**
 * The same from text.
 * @param name  what messages call it.
 * @param dir   that relative paths in it begin at.
 */
enum nb_err nb_recipients_read(struct nb_slice text, const char *name, const char *dir,
                               bool allow_private, struct nb_recipients **out,
                               struct nb_error *error) NB_MUSTUSE;

/**
 * Are the settings there that its recipients need: where mail goes and whom it comes from?
 * @return NB_OK, NB_EINVAL (the detail has the setting).
 */
enum nb_err nb_recipients_check(const struct nb_recipients *recipients,
                                const struct nb_config *config, struct nb_error *error) NB_MUSTUSE;

void nb_recipients_free(struct nb_recipients *recipients);

size_t nb_recipients_n(const struct nb_recipients *recipients);
const struct nb_recipient *nb_recipients_get(const struct nb_recipients *recipients, size_t i);

/** @return NULL when there is none of that name. */
const struct nb_recipient *nb_recipients_find(const struct nb_recipients *recipients,
                                              struct nb_slice name);

/** Is a topic among those that a recipient wants to hear of? */
bool nb_recipient_wants(const struct nb_recipient *recipient, struct nb_slice topic);

/** "webhook", "slack", "teams", "mail". */
const char *nb_delivery_form_name(Nb__Delivery__Form form);

#endif
