#include "service/digest/present.h"

#include <stdio.h>

#include <nabiz/date.h>
#include <nabiz/diag.h>
#include <nabiz/hash.h>
#include <nabiz/paths.h>

#include "service/deliver/mail.h"
#include "service/digest/render.h"

#define TEMPLATE_MAX_BYTES (1u << 20)
#define PATH_BYTES 4096

static enum nb_err load_stylesheet(const char *dir, struct nb_xslt **out, struct nb_error *error)
{
    char path[PATH_BYTES + 16];
    struct nb_buf bytes;
    (void)snprintf(path, sizeof(path), "%s/digest.xsl", dir);
    enum nb_err err = nb_xml_load(path, TEMPLATE_MAX_BYTES, &bytes, error);
    if (err == NB_OK) {
        err = nb_xslt_parse(path, nb_buf_slice(&bytes), out, error);
        nb_buf_fini(&bytes);
    }
    return err;
}

/* A page stands alone: its pictures are in it. In a mail they are parts of their own. */
static enum nb_err place_charts(struct nb_chart *charts, size_t n, bool mail,
                                struct nb_arena *arena)
{
    for (size_t i = 0; i < n; i++) {
        char *src;
        if (mail) {
            src = nb_arena_printf(arena, "cid:%s", charts[i].id);
        } else {
            size_t chars = NB_BASE64_CHARS(charts[i].png.len);
            char *text = nb_arena_alloc(arena, chars + 1);
            if (!text) {
                return NB_ENOMEM;
            }
            nb_base64(charts[i].png, text);
            src = nb_arena_printf(arena, "data:image/png;base64,%s", text);
        }
        if (!src) {
            return NB_ENOMEM;
        }
        charts[i].src = nb_slice_str(src);
    }
    return NB_OK;
}

/* What is presented, with what it is made of. */
struct dress {
    const char *dir;
    const struct nb_labels *labels;
    struct nb_arena *arena;
    struct nb_chart charts[NB_CHARTS_MAX];
    size_t charts_n;
};

static enum nb_err write_page(const struct dress *dress, const struct nb_report *report,
                              struct nb_buf *out, struct nb_error *error)
{
    const struct nb_page page = {report, dress->labels, dress->charts, dress->charts_n};
    struct nb_xslt *xslt = NULL;
    enum nb_err err = load_stylesheet(dress->dir, &xslt, error);
    if (err == NB_OK) {
        err = nb_digest_html(&page, xslt, dress->arena, out, error);
    }
    nb_xslt_free(xslt);
    return err;
}

static enum nb_err write_tree(const struct dress *dress, const struct nb_report *report,
                              struct nb_buf *out)
{
    const struct nb_page page = {report, dress->labels, dress->charts, dress->charts_n};
    struct nb_xml *xml = nb_xml_new();
    if (!xml) {
        return NB_ENOMEM;
    }
    nb_digest_xml(&page, dress->arena, xml);
    enum nb_err err = nb_xml_finish(xml, out);
    nb_xml_free(xml);
    return err;
}

static struct nb_slice subject_of(const struct nb_report *report, const struct nb_labels *labels,
                                  struct nb_arena *arena)
{
    struct nb_headline lines[NB_HEADLINES_MAX];
    size_t n = nb_digest_headline(report, labels, arena, lines);
    const struct nb_label_value values[] = {{"topic", report->topic},
                                            {"date", nb_digest_date(report, labels, arena)},
                                            {"headline", n > 0 ? lines[0].text : nb_slice(NULL, 0)},
                                            {NULL, {NULL, 0}}};
    const char *id = report->days_n == 7 ? "mail.subject.week" : "mail.subject";
    return nb_label_fill(labels, arena, id, values);
}

static enum nb_err post(const struct dress *dress, const struct nb_digest_request *request,
                        const struct nb_report *report, struct nb_slice text, struct nb_slice html,
                        struct nb_buf *out, struct nb_error *error)
{
    struct nb_mail_image images[NB_CHARTS_MAX];
    const struct nb_digest_envelope *to = request->envelope;
    for (size_t i = 0; i < dress->charts_n; i++) {
        images[i] = (struct nb_mail_image){nb_slice_str(dress->charts[i].id), NB_LIT("image/png"),
                                           dress->charts[i].png};
    }
    const struct nb_mail mail = {
        .from = to->from,
        .to = to->to,
        .subject = subject_of(report, dress->labels, dress->arena),
        .date_ms = to->date_ms ? to->date_ms : report->end_ms,
        .utc_offset_min = nb_report_offset(report, to->date_ms ? to->date_ms : report->end_ms),
        .id = to->id,
        .list_id = to->list_id,
        .leave = to->leave,
        .language = nb_slice_str(request->lang),
        .text = text,
        .html = html,
        .images = images,
        .images_n = dress->charts_n};
    return nb_mail_write(&mail, out, error);
}

static enum nb_err write_mail(const struct dress *dress, const struct nb_digest_request *request,
                              const struct nb_report *report, struct nb_buf *out,
                              struct nb_error *error)
{
    struct nb_buf text, html;
    nb_buf_init(&text, NB_DIGEST_MAX_BYTES);
    nb_buf_init(&html, NB_DIGEST_MAX_BYTES);
    enum nb_err err = nb_digest_text(report, dress->labels, dress->arena, &text);
    if (err == NB_OK) {
        err = write_page(dress, report, &html, error);
    }
    if (err == NB_OK) {
        err = post(dress, request, report, nb_buf_slice(&text), nb_buf_slice(&html), out, error);
    }
    nb_buf_fini(&text);
    nb_buf_fini(&html);
    return err;
}

static enum nb_err present_in(const char *dir, const struct nb_digest_request *request,
                              const struct nb_report *report, struct nb_arena *arena,
                              struct nb_buf *out, struct nb_error *error)
{
    struct nb_labels *labels = NULL;
    struct dress dress = {.dir = dir, .arena = arena};
    enum nb_err err = nb_labels_load(dir, request->lang, &labels, error);
    dress.labels = labels;
    if (err == NB_OK && request->format != NB_DIGEST_TEXT) {
        err = nb_digest_charts(report, labels, arena, dress.charts, &dress.charts_n);
    }
    if (err == NB_OK) {
        err = place_charts(dress.charts, dress.charts_n, request->format == NB_DIGEST_MAIL, arena);
    }
    if (err == NB_OK) {
        switch (request->format) {
        case NB_DIGEST_HTML:
            err = write_page(&dress, report, out, error);
            break;
        case NB_DIGEST_XML:
            err = write_tree(&dress, report, out);
            break;
        case NB_DIGEST_MAIL:
            err = write_mail(&dress, request, report, out, error);
            break;
        default:
            err = nb_digest_text(report, labels, arena, out);
            break;
        }
    }
    nb_labels_free(labels);
    return err;
}

/* Of the templates, not of memory or of an address. */
static bool is_template_error(enum nb_err err)
{
    return err == NB_ENOTFOUND || err == NB_ESYNTAX || err == NB_EREFUSED || err == NB_EEXIST;
}

enum nb_err nb_digest_present(const struct nb_digest_request *request,
                              const struct nb_report *report, struct nb_arena *arena,
                              struct nb_buf *out, struct nb_error *error)
{
    char share[PATH_BYTES];
    const char *own = nb_config_str(request->config, NB_CFG_TEMPLATES);
    struct nb_error detail = {0};
    size_t before = out->len;
    if (*own) {
        enum nb_err err = present_in(own, request, report, arena, out, &detail);
        if (request->format != NB_DIGEST_MAIL || !is_template_error(err)) {
            return err == NB_OK ? NB_OK
                                : nb_error_set(error, err, "%s",
                                               detail.code == err ? nb_error_text(&detail)
                                                                  : nb_strerror(err));
        }
        nb_diag(NB_WARN, "digest", "own templates cannot be used; sent with the built-in ones",
                nb_kv_err(&detail));
        out->len = before;
    }
    enum nb_err err = nb_path_share("templates", share, PATH_BYTES);
    return err == NB_OK ? present_in(share, request, report, arena, out, error) : err;
}
