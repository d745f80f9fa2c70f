/* An alert as mail: as little as can be read on a telephone in the night. */
#include "service/deliver/notice_impl.h"

#include <string.h>

#include "service/deliver/mail.h"

#define FONT "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

static void escaped(struct nb_buf *out, struct nb_slice text)
{
    static const char special[] = "&<>\"'";
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (size_t i = 0; i < text.len; i++) {
        const char *at = text.p[i] ? strchr(special, text.p[i]) : NULL;
        if (at) {
            nb_buf_add_str(out, names[at - special]);
        } else {
            nb_buf_add_byte(out, text.p[i]);
        }
    }
}

static void write_text(const struct nb_notice_text *text, struct nb_buf *out)
{
    nb_buf_addf(out, "%.*s\n\n", NB_ARG(text->subject));
    for (size_t i = 0; i < text->lines_n; i++) {
        nb_buf_addf(out, "%.*s\n", NB_ARG(text->lines[i]));
    }
    for (size_t i = 0; i < text->posts_n; i++) {
        const struct nb_notice_post *post = &text->posts[i];
        nb_buf_addf(out, "\n- %.*s%s%.*s\n  %.*s\n", NB_ARG(post->title),
                    post->author.len ? ", " : "", NB_ARG(post->author), NB_ARG(post->url));
    }
    if (text->link.len) {
        nb_buf_addf(out, "\n%.*s: %.*s\n", NB_ARG(text->link_title), NB_ARG(text->link));
    }
}

static void link_to(struct nb_buf *out, struct nb_slice url, struct nb_slice title)
{
    if (url.len > 0) {
        nb_buf_add_str(out, "<a style=\"color:#0072b2\" href=\"");
        escaped(out, url);
        nb_buf_add_str(out, "\">");
    }
    escaped(out, title.len ? title : url);
    nb_buf_add_str(out, url.len > 0 ? "</a>" : "");
}

static void paragraph(struct nb_buf *out, struct nb_slice text)
{
    nb_buf_add_str(out, "<p style=\"margin:0 0 8px\">");
    escaped(out, text);
    nb_buf_add_str(out, "</p>\n");
}

static void write_html(const struct nb_notice *notice, const struct nb_notice_text *text,
                       struct nb_buf *out)
{
    nb_buf_addf(out,
                "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
                "<meta name=\"viewport\" content=\"width=device-width\">"
                "<meta name=\"color-scheme\" content=\"light dark\">"
                "<meta name=\"supported-color-schemes\" content=\"light dark\"><title>",
                nb_labels_lang(notice->labels));
    escaped(out, text->subject);
    nb_buf_add_str(out, "</title></head>\n<body style=\"margin:0\">"
                        "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "
                        "cellspacing=\"0\"><tr><td style=\"padding:20px;font-size:16px;"
                        "line-height:1.45;" FONT "\">\n<h1 style=\"margin:0 0 14px;font-size:20px;"
                        "line-height:1.25;border-left:5px solid #d55e00;padding-left:12px\">");
    escaped(out, text->subject);
    nb_buf_add_str(out, "</h1>\n");
    for (size_t i = 0; i < text->lines_n; i++) {
        paragraph(out, text->lines[i]);
    }
    for (size_t i = 0; i < text->posts_n; i++) {
        const struct nb_notice_post *post = &text->posts[i];
        nb_buf_add_str(out, "<p style=\"margin:12px 0 0\">");
        link_to(out, post->url, post->title);
        if (post->author.len) {
            nb_buf_add_str(out, "<br><span style=\"font-size:14px\">");
            escaped(out, post->author);
            nb_buf_add_str(out, "</span>");
        }
        nb_buf_add_str(out, "</p>\n");
    }
    if (text->link.len) {
        nb_buf_add_str(out, "<p style=\"margin:18px 0 0\">");
        link_to(out, text->link, text->link_title);
        nb_buf_add_str(out, "</p>\n");
    }
    nb_buf_add_str(out, "</td></tr></table></body></html>\n");
}

enum nb_err nb_notice_mail(const struct nb_notice *notice, const struct nb_notice_text *text,
                           struct nb_arena *arena, struct nb_buf *out, struct nb_error *error)
{
    struct nb_mail_address from;
    struct nb_buf plain;
    struct nb_buf html;
    const struct nb_recipient *to = notice->to;
    const char *wrong = nb_mail_address(nb_slice_str(notice->from), &from);
    if (wrong) {
        return nb_error_set(error, NB_EINVAL, "mail.from: %s", wrong);
    }
    nb_buf_init(&plain, NB_NOTICE_BYTES);
    nb_buf_init(&html, NB_NOTICE_BYTES);
    write_text(text, &plain);
    write_html(notice, text, &html);
    struct nb_slice name = nb_slice_str(to->name);
    const struct nb_mail mail = {
        .from = nb_slice_str(notice->from),
        .to = nb_slice_str(to->to),
        .subject = text->subject,
        .date_ms = notice->now_ms,
        .utc_offset_min = notice->utc_offset_min,
        .id = nb_mail_id(name, notice->key, from.host, arena),
        .thread_id = notice->thread.len ? nb_mail_id(name, notice->thread, from.host, arena)
                                        : nb_slice(NULL, 0),
        .list_id = nb_slice_str(nb_arena_printf(arena, "alerts.%.*s", NB_ARG(from.host))),
        .leave = nb_slice_str(to->leave ? to->leave : notice->leave),
        .language = nb_slice_str(nb_labels_lang(notice->labels)),
        .text = nb_buf_slice(&plain),
        .html = nb_buf_slice(&html),
    };
    enum nb_err err = plain.err ? plain.err : html.err;
    err = err == NB_OK && nb_arena_failed(arena) ? NB_ENOMEM : err;
    err = err == NB_OK ? nb_mail_write(&mail, out, error) : err;
    nb_buf_fini(&plain);
    nb_buf_fini(&html);
    return err;
}
