#include "service/digest/make.h"

#include "service/digest/present.h"
#include "service/digest/render.h"

/* A limit, not a cost: a usual day takes a few hundred KiB, a million documents some 200 MiB. */
#define REPORT_MAX_BYTES ((size_t)4 << 30)
/* Rows of a list of documents that the format shows. */
static size_t list_n_of(enum nb_digest_format format)
{
    switch (format) {
    case NB_DIGEST_JSON:
        return NB_REPORT_LIST_MAX;
    case NB_DIGEST_ROWS:
        return 1; /* they read what they need */
    default:
        return NB_DIGEST_SHOWN;
    }
}

static enum nb_err render(const struct nb_digest_request *request, const struct nb_report *report,
                          struct nb_arena *arena, struct nb_buf *out, struct nb_error *error)
{
    if (request->format == NB_DIGEST_JSON) {
        return nb_digest_json(report, out);
    }
    if (request->format == NB_DIGEST_ROWS) {
        return nb_digest_rows(report, request->rows, request->sink, arena, out, error);
    }
    return nb_digest_present(request, report, arena, out, error);
}

enum nb_err nb_digest_zone(const struct nb_config *config, const char *name, struct nb_zone **out,
                           struct nb_error *error)
{
    return name ? nb_zone_open(name, out, error)
                : nb_zone_fixed((int32_t)nb_config_int(config, NB_CFG_UTC_OFFSET), out);
}

/* With snapshot and zone. */
static enum nb_err make_in(const struct nb_digest_request *request, struct nb_txn *txn,
                           const struct nb_zone *zone, struct nb_arena *arena, struct nb_buf *out,
                           bool *out_empty, struct nb_error *error)
{
    struct nb_report report;
    struct nb_event_classes classes;
    const struct nb_report_options options = {.topic = request->topic,
                                              .day_ms = request->day_ms,
                                              .days_n = request->days_n,
                                              .zone = zone,
                                              .zone_name = request->zone,
                                              .list_n = list_n_of(request->format),
                                              .all_people = request->format == NB_DIGEST_ROWS,
                                              .sections = request->sections,
                                              .classes = &classes};
    /* Without the table everything is sensitive, which is no failure. */
    (void)!nb_event_classes_load(nb_config_str(request->config, NB_CFG_LEXICONS), &classes, NULL);
    enum nb_err err = nb_report_collect(txn, request->log, &options, arena, &report, error);
    if (err == NB_OK) {
        err = render(request, &report, arena, out, error);
    }
    if (err == NB_OK && out_empty) {
        *out_empty = nb_report_empty(&report);
    }
    return err;
}

static enum nb_err make(const struct nb_digest_request *request, struct nb_arena *arena,
                        struct nb_buf *out, bool *out_empty, struct nb_error *error)
{
    struct nb_zone *zone = NULL;
    struct nb_txn *txn = NULL;
    enum nb_err err = nb_digest_zone(request->config, request->zone, &zone, error);
    if (err == NB_OK) {
        err = nb_read_begin(request->analysis, &txn, error);
    }
    if (err == NB_OK) {
        err = make_in(request, txn, zone, arena, out, out_empty, error);
        nb_read_end(txn);
    }
    nb_zone_close(zone);
    return err;
}

enum nb_err nb_digest_make(const struct nb_digest_request *request, struct nb_buf *out,
                           bool *out_empty, struct nb_error *error)
{
    size_t before = out->len;
    struct nb_error detail = {0};
    struct nb_arena *arena = nb_arena_new(REPORT_MAX_BYTES);
    enum nb_err err = arena ? make(request, arena, out, out_empty, &detail) : NB_ENOMEM;
    nb_arena_free(arena);
    if (err != NB_OK) {
        out->len = before;
        return nb_error_set(error, err, "%s",
                            detail.code == err ? nb_error_text(&detail) : nb_strerror(err));
    }
    return NB_OK;
}
