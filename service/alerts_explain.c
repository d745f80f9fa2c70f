#include "service/alerts_print.h"

#include <inttypes.h>
#include <unistd.h>

#include <nabiz/analysis.h>
#include <nabiz/date.h>
#include <nabiz/table.h>

#include "analyzer/alerts/why.h"
#include "analyzer/mentions.h"
#include "analyzer/rising.h"
#include "service/deliver/plain.h"

enum { TERMS_SHOWN = 8, PAST_DAYS = 28, LINE_BYTES = 8192 };

enum nb_err nb_alerts_add_terms(struct nb_txn *txn, struct nb_arena *arena,
                                struct nb_incident *incident)
{
    struct nb_rising rising;
    const struct nb_rising_query query = {.topic = nb_field(incident->topic),
                                          .before_ms = incident->start_ms - PAST_DAYS * NB_DAY_MS,
                                          .from_ms = incident->start_ms,
                                          .to_ms = incident->alarm_ms + NB_HOUR_MS};
    enum nb_err err = nb_rising_find(txn, &query, arena, &rising);
    if (err) {
        return err == NB_ENOTFOUND ? NB_OK : err; /* without an index there are no terms */
    }
    size_t n = rising.terms_n < TERMS_SHOWN ? rising.terms_n : TERMS_SHOWN;
    Nb__NameCount *rows = nb_arena_alloc(arena, n * sizeof(*rows));
    incident->terms = nb_arena_calloc(arena, n, sizeof(incident->terms[0]));
    if (!rows || !incident->terms) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        nb__name_count__init(&rows[i]);
        rows[i].has_count = 1;
        rows[i].count = rising.terms[i].n;
        rows[i].name = nb_arena_strdup(arena, rising.terms[i].text);
        if (!rows[i].name) {
            return NB_ENOMEM;
        }
        incident->terms[i] = &rows[i];
    }
    incident->n_terms = n;
    return nb_why(incident, arena);
}

/* A document of the incident, with what the log says of it. */
struct shown {
    uint64_t number;
    int64_t at_ms;
    const char *author;
    const char *label;
    const char *title;
    const char *url;
    bool is_copy;
};

struct documents {
    const struct nb_alert_explain *x;
    struct shown *p;
    size_t n;
    size_t all_n;
};

static enum nb_err take(void *arg, const struct nb_mention_brief *row)
{
    struct documents *d = arg;
    struct nb_document *document;
    const struct nb_alert_explain *x = d->x;
    if (x->incident->cause && row->cluster != x->incident->cause) {
        return NB_OK;
    }
    d->all_n++;
    if (d->n == x->documents_max) {
        return NB_OK;
    }
    struct shown *s = &d->p[d->n++];
    *s = (struct shown){.number = row->number,
                        .at_ms = row->at_ms,
                        .author = nb_arena_strdup(x->arena, row->author),
                        .label = nb_label_name(row->label),
                        .title = "",
                        .url = "",
                        .is_copy = row->cluster != row->number};
    if (!s->author) {
        return NB_ENOMEM;
    }
    if (x->log && nb_log_get(x->log, row->number, x->arena, &document, NULL) == NB_OK) {
        s->title = document->title ? document->title : "";
        s->url = document->url ? document->url : "";
    }
    return NB_OK;
}

/* Its documents until the last alarm, earliest first. */
static enum nb_err read_documents(const struct nb_alert_explain *x, struct documents *out)
{
    *out = (struct documents){.x = x};
    out->p = nb_arena_calloc(x->arena, x->documents_max, sizeof(out->p[0]));
    int64_t to_ms = x->incident->alarm_ms + NB_HOUR_MS;
    return out->p ? nb_mentions_each(x->txn, nb_field(x->incident->topic), x->incident->start_ms,
                                     to_ms, take, out)
                  : NB_ENOMEM;
}

/* What others wrote, as a line that tells a terminal nothing. */
static void add_plain(struct nb_buf *out, const char *text)
{
    char line[LINE_BYTES];
    nb_buf_add(out, nb_plain(nb_slice_str(text), line, sizeof(line)));
}

static const char *shown_name(const char *name)
{
    return name && name[0] ? name : "unknown";
}

static void write_head(const struct nb_alert_explain *x, struct nb_buf *out)
{
    const struct nb_incident *in = x->incident;
    char id[NB_INCIDENT_ID_BYTES], at[NB_ALERTS_TIME_BYTES];
    nb_incident_id_text(in->id, id);
    nb_alerts_time(in->at_ms, x->utc_offset_min, at);
    nb_buf_addf(out, "incident %s: %s, %s, %s, severity %" PRIu32 " of 10\n", id,
                in->topic ? in->topic : "", nb_form_name(in->form), nb_state_name(in->state),
                in->severity);
    nb_buf_addf(out, "tipped by what was published at %s", at);
    nb_alerts_time(in->opened_ms, x->utc_offset_min, at);
    nb_buf_addf(out, ", seen at %s", at);
    nb_alerts_time(in->alarm_ms, x->utc_offset_min, at);
    nb_buf_addf(out, ", last alarm at %s\n\n", at);
    for (size_t i = 0; i < in->n_why; i++) {
        nb_buf_add_str(out, "- ");
        add_plain(out, in->why[i]);
        nb_buf_add_byte(out, '\n');
    }
    if (in->retracted_n) {
        nb_buf_addf(out, "- %" PRIu64 " of its documents were changed or deleted since\n",
                    in->retracted_n);
    }
}

static void write_chain(const struct nb_alert_explain *x, struct nb_buf *out)
{
    const struct nb_incident *in = x->incident;
    if (!in->n_chain) {
        return;
    }
    nb_buf_addf(out, "\nhow the text came round (%" PRIu64 " documents)\n", in->chain_n);
    if (in->chain_shape) {
        const Nb__ClaimShape *shape = in->chain_shape;
        nb_buf_addf(out,
                    "at most %" PRIu32 " step%s from the first, %" PRIu32
                    " document%s at one step; two of them lie %" PRId32 ".%02" PRId32
                    " steps apart on average\n",
                    shape->depth, shape->depth == 1 ? "" : "s", shape->breadth,
                    shape->breadth == 1 ? "" : "s", shape->virality_milli / 1000,
                    shape->virality_milli % 1000 / 10);
    }
    nb_buf_add_byte(out, '\n');
    for (size_t i = 0; i < in->n_chain; i++) {
        const Nb__ClaimStep *step = in->chain[i];
        char at[NB_ALERTS_TIME_BYTES];
        nb_alerts_time(step->at_ms, x->utc_offset_min, at);
        nb_buf_addf(out, "%3zu  %s  ", i + 1, at);
        add_plain(out, shown_name(step->author));
        nb_buf_addf(out, ": %s", step->why ? step->why : "");
        if (step->from) {
            nb_buf_addf(out, ", from %" PRIu32, step->from);
        }
        nb_buf_add_str(out, "\n     ");
        add_plain(out, step->url);
        nb_buf_add_byte(out, '\n');
    }
}

static enum nb_err write_documents(const struct nb_alert_explain *x, const struct documents *d,
                                   struct nb_buf *out)
{
    static const struct nb_column columns[] = {
        {"number", NB_RIGHT, false},   {"published", NB_LEFT, false}, {"author", NB_LEFT, true},
        {"sentiment", NB_LEFT, false}, {"copy", NB_LEFT, false},      {"title", NB_LEFT, true},
        {"url", NB_LEFT, true}};
    struct nb_table *table = nb_table_new(x->arena, columns, sizeof(columns) / sizeof(columns[0]));
    if (!table) {
        return NB_ENOMEM;
    }
    nb_buf_addf(out, "\ndocuments (%zu of %zu)\n\n", d->n, d->all_n);
    for (size_t i = 0; i < d->n; i++) {
        const struct shown *s = &d->p[i];
        char at[NB_ALERTS_TIME_BYTES];
        nb_alerts_time(s->at_ms, x->utc_offset_min, at);
        nb_table_cellf(table, NB_PLAIN, "%" PRIu64, s->number);
        nb_table_cell(table, NB_PLAIN, nb_slice_str(at));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(shown_name(s->author)));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(s->label));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(s->is_copy ? "copy" : ""));
        nb_table_cell(table, NB_PLAIN, nb_slice_str(s->title));
        nb_table_cell(table, NB_DIM, nb_slice_str(s->url));
    }
    return nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                          nb_terminal_colour(STDOUT_FILENO), out);
}

enum nb_err nb_alerts_explain(const struct nb_alert_explain *x, struct nb_buf *out)
{
    struct documents documents;
    enum nb_err err = read_documents(x, &documents);
    if (err) {
        return err;
    }
    write_head(x, out);
    write_chain(x, out);
    return documents.n ? write_documents(x, &documents, out) : NB_OK;
}

enum nb_err nb_alerts_explain_json(const struct nb_alert_explain *x, struct nb_buf *out)
{
    struct nb_json json;
    struct documents documents;
    enum nb_err err = read_documents(x, &documents);
    if (err) {
        return err;
    }
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_alerts_json(&json, x->incident);
    nb_json_key(&json, "items");
    nb_json_array(&json);
    for (size_t i = 0; i < documents.n; i++) {
        const struct shown *s = &documents.p[i];
        nb_json_object(&json);
        nb_json_kint(&json, "document", (int64_t)s->number);
        nb_json_ktime(&json, "at", s->at_ms);
        nb_json_kcstr(&json, "author", s->author);
        nb_json_kcstr(&json, "sentiment", s->label);
        nb_json_kbool(&json, "copy", s->is_copy);
        nb_json_kcstr(&json, "title", s->title);
        nb_json_kcstr(&json, "url", s->url);
        nb_json_end(&json);
    }
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
    return NB_OK;
}
