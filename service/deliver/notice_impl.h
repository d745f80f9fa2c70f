/* Inside of the notice module: the lines that people read, and the forms. See notice.h. */
#ifndef NABIZ_DELIVER_NOTICE_IMPL_H
#define NABIZ_DELIVER_NOTICE_IMPL_H

#include <nabiz/json.h>

#include "service/deliver/notice.h"

enum { NB_NOTICE_LINES = 12, NB_NOTICE_TITLE_BYTES = 300, NB_NOTICE_URL_BYTES = 2000 };

/* A notice in words. Texts are plain (plain.h); URLs are http: or https: and hold no markup. */
struct nb_notice_text {
    struct nb_slice subject;
    struct nb_slice lines[NB_NOTICE_LINES];
    size_t lines_n;
    struct nb_notice_post posts[NB_NOTICE_POSTS];
    size_t posts_n;
    struct nb_slice link;       /* to our pages; empty: none */
    struct nb_slice link_title; /* "Details" */
};

/**
 * A URL that can stand anywhere: normalised, without '|', '<', '>' or white space. Empty when it is
 * none, and when it is longer than NB_NOTICE_URL_BYTES: three long ones would not fit into what a
 * recipient takes, and a post must not keep an alert from being written.
 */
struct nb_slice nb_notice_url(struct nb_slice url, struct nb_arena *arena);

void nb_notice_json(const struct nb_notice *notice, struct nb_arena *arena, struct nb_buf *out);
void nb_notice_slack(const struct nb_notice_text *text, struct nb_buf *out);
void nb_notice_teams(const struct nb_notice_text *text, struct nb_buf *out);
enum nb_err nb_notice_mail(const struct nb_notice *notice, const struct nb_notice_text *text,
                           struct nb_arena *arena, struct nb_buf *out,
                           struct nb_error *error) NB_MUSTUSE;

#endif
