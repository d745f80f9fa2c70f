#include "service/deliver/atom.h"

#include <stdio.h>

#include <nabiz/date.h>
#include <nabiz/incident.h>
#include <nabiz/version.h>

#include "service/digest/xml.h"

#define TAG "tag:nabiz,2026:"
#define LINKS_MAX 5
#define SCRATCH_BYTES (32u << 20)

static void time_leaf(struct nb_xml *xml, const char *element, int64_t at_ms)
{
    char text[NB_RFC3339_BYTES];
    nb_date_rfc3339(at_ms, text);
    nb_xml_leaf(xml, element, nb_slice_str(text));
}

static void category(struct nb_xml *xml, const char *scheme, struct nb_slice term)
{
    nb_xml_open(xml, "category");
    nb_xml_attr(xml, "scheme", nb_slice_str(scheme));
    nb_xml_attr(xml, "term", term);
    nb_xml_close(xml);
}

static void link_to(struct nb_xml *xml, const char *rel, struct nb_slice url, struct nb_slice title)
{
    nb_xml_open(xml, "link");
    nb_xml_attr(xml, "rel", nb_slice_str(rel));
    nb_xml_attr(xml, "href", url);
    if (title.len > 0) {
        nb_xml_attr(xml, "title", title);
    }
    nb_xml_close(xml);
}

/* Documents that the alert names; one that is gone from the log costs only its link. */
static void write_links(struct nb_xml *xml, const struct nb_incident *alert, struct nb_log *log,
                        struct nb_arena *scratch)
{
    for (size_t i = 0; i < alert->n_samples && i < LINKS_MAX; i++) {
        struct nb_document *document = NULL;
        nb_arena_reset(scratch);
        if (nb_log_get(log, alert->samples[i], scratch, &document, NULL) != NB_OK) {
            continue;
        }
        struct nb_slice url = nb_field(document->url);
        if (nb_slice_starts(url, NB_LIT("http://")) || nb_slice_starts(url, NB_LIT("https://"))) {
            link_to(xml, "related", url, nb_field(document->title));
        }
    }
}

static void write_why(struct nb_xml *xml, const struct nb_incident *alert)
{
    nb_xml_open(xml, "content");
    nb_xml_attr(xml, "type", NB_LIT("text"));
    for (size_t i = 0; i < alert->n_why; i++) {
        if (i > 0) {
            nb_xml_text(xml, NB_LIT("\n"));
        }
        nb_xml_text(xml, nb_slice_str(alert->why[i]));
    }
    nb_xml_close(xml);
}

void nb_atom_id(const struct nb_incident *alert, char out[NB_ATOM_TEXT_BYTES])
{
    char id[NB_INCIDENT_ID_BYTES];
    nb_incident_id_text(alert->id, id);
    (void)snprintf(out, NB_ATOM_TEXT_BYTES, TAG "incident/%s", id);
}

void nb_atom_title(const struct nb_incident *alert, char out[NB_ATOM_TEXT_BYTES])
{
    (void)snprintf(out, NB_ATOM_TEXT_BYTES, "%.100s: %s, severity %u/10, %llu documents, %s",
                   alert->topic ? alert->topic : "", nb_form_name(alert->form),
                   (unsigned)alert->severity, (unsigned long long)alert->documents_n,
                   nb_state_name(alert->state));
}

int64_t nb_atom_updated_ms(const struct nb_incident *alert)
{
    int64_t at_ms = alert->has_raised_ms ? alert->raised_ms : alert->at_ms;
    return alert->told_ms > at_ms ? alert->told_ms : at_ms;
}

static void write_alert(struct nb_xml *xml, const struct nb_incident *alert, struct nb_log *log,
                        struct nb_arena *scratch)
{
    char text[NB_ATOM_TEXT_BYTES];
    nb_xml_open(xml, "entry");
    nb_atom_id(alert, text);
    nb_xml_leaf(xml, "id", nb_slice_str(text));
    nb_atom_title(alert, text);
    nb_xml_leaf(xml, "title", nb_slice_str(text));
    time_leaf(xml, "updated", nb_atom_updated_ms(alert));
    time_leaf(xml, "published", alert->at_ms);
    (void)snprintf(text, sizeof(text), "%u", (unsigned)alert->severity);
    category(xml, TAG "severity", nb_slice_str(text));
    category(xml, TAG "form", nb_slice_str(nb_form_name(alert->form)));
    category(xml, TAG "topic", nb_field(alert->topic));
    category(xml, TAG "state", nb_slice_str(nb_state_name(alert->state)));
    if (log) {
        write_links(xml, alert, log, scratch);
    }
    write_why(xml, alert);
    nb_xml_close(xml);
}

static void write_feed(struct nb_xml *xml, const struct nb_incident *const *alerts, size_t n,
                       const struct nb_atom_options *options, struct nb_arena *scratch)
{
    nb_xml_open(xml, "feed");
    nb_xml_attr(xml, "xmlns", NB_LIT("http://www.w3.org/2005/Atom"));
    nb_xml_leaf(xml, "id", NB_LIT(TAG "alerts"));
    nb_xml_leaf(xml, "title", NB_LIT("nabiz alerts"));
    int64_t newest_ms = 0;
    for (size_t i = 0; i < n; i++) {
        newest_ms =
            nb_atom_updated_ms(alerts[i]) > newest_ms ? nb_atom_updated_ms(alerts[i]) : newest_ms;
    }
    time_leaf(xml, "updated", newest_ms);
    nb_xml_open(xml, "author");
    nb_xml_leaf(xml, "name", NB_LIT("nabiz"));
    nb_xml_close(xml);
    nb_xml_open(xml, "generator");
    nb_xml_attr(xml, "version", nb_slice_str(nb_version()));
    nb_xml_text(xml, NB_LIT("nabiz"));
    nb_xml_close(xml);
    if (options && options->self_url) {
        link_to(xml, "self", nb_slice_str(options->self_url), nb_slice(NULL, 0));
    }
    size_t oldest = n > NB_ATOM_ALERTS_MAX ? n - NB_ATOM_ALERTS_MAX : 0;
    for (size_t i = n; i > oldest; i--) {
        write_alert(xml, alerts[i - 1], options ? options->log : NULL, scratch);
    }
    nb_xml_close(xml);
}

enum nb_err nb_atom_alerts(struct nb_buf *out, const struct nb_incident *const *alerts,
                           size_t alerts_n, const struct nb_atom_options *options)
{
    struct nb_xml *xml = nb_xml_new();
    struct nb_arena *scratch = nb_arena_new(SCRATCH_BYTES);
    enum nb_err err = NB_ENOMEM;
    if (xml && scratch) {
        write_feed(xml, alerts, alerts_n, options, scratch);
        err = nb_xml_finish(xml, out);
    }
    nb_arena_free(scratch);
    nb_xml_free(xml);
    return err;
}
