#include "service/deliver/jsonfeed.h"

#include <nabiz/json.h>

#include "service/alerts_print.h"

enum { LINKS_MAX = 5, SCRATCH_BYTES = 32 << 20 };

/* The first document that can be read; an item has one address. */
static void write_address(struct nb_json *json, const struct nb_incident *alert, struct nb_log *log,
                          struct nb_arena *scratch)
{
    for (size_t i = 0; log && i < alert->n_samples && i < LINKS_MAX; i++) {
        struct nb_document *document = NULL;
        nb_arena_reset(scratch);
        if (nb_log_get(log, alert->samples[i], scratch, &document, NULL) == NB_OK &&
            (nb_slice_starts(nb_field(document->url), NB_LIT("http://")) ||
             nb_slice_starts(nb_field(document->url), NB_LIT("https://")))) {
            nb_json_kcstr(json, "external_url", document->url);
            return;
        }
    }
}

static enum nb_err write_text(struct nb_json *json, const struct nb_incident *alert)
{
    struct nb_buf text;
    struct nb_slice whole;
    nb_buf_init(&text, NB_ATOM_MAX_BYTES);
    for (size_t i = 0; i < alert->n_why; i++) {
        nb_buf_addf(&text, "%s%s", i ? "\n" : "", alert->why[i]);
    }
    enum nb_err err = nb_buf_finish(&text, &whole);
    if (err == NB_OK) {
        nb_json_kstr(json, "content_text", whole);
    }
    nb_buf_fini(&text);
    return err;
}

static enum nb_err write_item(struct nb_json *json, const struct nb_incident *alert,
                              struct nb_log *log, struct nb_arena *scratch)
{
    char text[NB_ATOM_TEXT_BYTES];
    nb_json_object(json);
    nb_atom_id(alert, text);
    nb_json_kcstr(json, "id", text);
    nb_atom_title(alert, text);
    nb_json_kcstr(json, "title", text);
    enum nb_err err = write_text(json, alert);
    nb_json_ktime(json, "date_published", alert->at_ms);
    nb_json_ktime(json, "date_modified", nb_atom_updated_ms(alert));
    write_address(json, alert, log, scratch);
    nb_json_key(json, "tags");
    nb_json_array(json);
    nb_json_cstr(json, alert->topic ? alert->topic : "");
    nb_json_cstr(json, nb_form_name(alert->form));
    nb_json_cstr(json, nb_state_name(alert->state));
    nb_json_end(json);
    nb_json_key(json, "_nabiz");
    nb_json_object(json);
    nb_alerts_json(json, alert);
    nb_json_end(json);
    nb_json_end(json);
    return err;
}

enum nb_err nb_jsonfeed_alerts(struct nb_buf *out, const struct nb_incident *const *alerts,
                               size_t alerts_n, const struct nb_atom_options *options)
{
    struct nb_json json;
    struct nb_arena *scratch = nb_arena_new(SCRATCH_BYTES);
    enum nb_err err = scratch ? NB_OK : NB_ENOMEM;
    size_t oldest = alerts_n > NB_ATOM_ALERTS_MAX ? alerts_n - NB_ATOM_ALERTS_MAX : 0;
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_json_kcstr(&json, "version", "https://jsonfeed.org/version/1.1");
    nb_json_kcstr(&json, "title", "nabiz alerts");
    if (options && options->self_url) {
        nb_json_kcstr(&json, "feed_url", options->self_url);
    }
    nb_json_key(&json, "items");
    nb_json_array(&json);
    for (size_t i = alerts_n; err == NB_OK && i > oldest; i--) {
        err = write_item(&json, alerts[i - 1], options ? options->log : NULL, scratch);
    }
    nb_json_end(&json);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
    nb_arena_free(scratch);
    return err;
}
