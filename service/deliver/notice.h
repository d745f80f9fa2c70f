/**
 * Notice: what a recipient is told of a change of an incident, in the form it takes.
 *
 * A webhook gets figures and names as JSON (docs/delivery.md has the schema); people get lines in
 * their language, made of labels (config/templates/labels.LANG.xml). What others wrote, titles and
 * names of authors, is put where Slack, Teams and mail do not look for markup, and as one line
 * each.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_DELIVER_NOTICE_H
#define NABIZ_DELIVER_NOTICE_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/record.h>

#include "service/deliver/recipients.h"
#include "service/digest/labels.h"

enum { NB_NOTICE_POSTS = 3, NB_NOTICE_BYTES = 64 << 10, NB_NOTICE_VERSION = 1 };

/* A post that the incident is about; each may be empty. */
struct nb_notice_post {
    struct nb_slice title;
    struct nb_slice author;
    struct nb_slice url; /* http: or https: */
};

struct nb_notice {
    const struct nb_incident_change *change; /* NULL: a test message */
    const struct nb_incident *incident;      /* NULL: it is gone; the change says what there is */
    struct nb_notice_post posts[NB_NOTICE_POSTS];
    size_t posts_n;
    const struct nb_recipient *to;
    struct nb_slice key;    /* of the message */
    struct nb_slice thread; /* empty: none */
    const struct nb_labels *labels;
    const char *pages; /* address of the pages; "" for no links */
    const char *from;  /* of mail */
    const char *leave; /* of mail; "" for none */
    int64_t now_ms;
    int32_t utc_offset_min;
};

/** "incident/ID", and of a change "incident/ID/ORDINAL-WHAT". In arena. */
struct nb_slice nb_notice_thread(uint64_t incident, struct nb_arena *arena);
struct nb_slice nb_notice_key(const struct nb_incident_change *change, struct nb_arena *arena);

/** One line: what happened, where. In arena. */
struct nb_slice nb_notice_subject(const struct nb_notice *notice, struct nb_arena *arena);

/**
 * Write it in the form of its recipient.
 * @param out  at most NB_NOTICE_BYTES; appended.
 * @return NB_OK, NB_EINVAL (mail that cannot be written; the detail says why), NB_ENOMEM,
 * NB_ETOOBIG.
 */
enum nb_err nb_notice_write(const struct nb_notice *notice, struct nb_arena *arena,
                            struct nb_buf *out, struct nb_error *error) NB_MUSTUSE;

#endif
