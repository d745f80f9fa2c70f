#include "service/deliver_print.h"

#include <stdio.h>
#include <unistd.h>

#include <nabiz/date.h>
#include <nabiz/json.h>
#include <nabiz/table.h>
#include <nabiz/url.h>

#include "service/deliver/outbox.h"

enum { TIME_BYTES = 32 };

static const char *local_time(int64_t at_ms, int32_t offset_min, char out[TIME_BYTES])
{
    struct nb_civil c = nb_civil_of(at_ms, offset_min);
    (void)snprintf(out, TIME_BYTES, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour,
                   c.minute);
    return out;
}

/* Where it goes without what may be secret: of an address only the host. */
static struct nb_slice target_of(const struct nb_recipient *r, struct nb_arena *arena)
{
    struct nb_url url;
    if (r->form == NB__DELIVERY__FORM__MAIL) {
        return nb_slice_str(r->to);
    }
    return nb_url_parse(nb_slice_str(r->url), NULL, arena, &url) == NB_OK ? url.host
                                                                          : nb_slice(NULL, 0);
}

/* ---- recipients ---- */

static enum nb_err state_of(const struct nb_deliver_view *view, const struct nb_recipient *r,
                            struct nb_recipient_state **out)
{
    if (view->desk) {
        return nb_outbox_recipient(view->desk, nb_slice_str(r->name), view->arena, out);
    }
    *out = nb_recipient_state_new(view->arena);
    return *out ? NB_OK : NB_ENOMEM;
}

static const char *health_of(const struct nb_recipient_state *state)
{
    return state->has_gone_ms      ? "gone"
           : state->failures_n > 0 ? "failing"
           : state->has_sent_ms    ? "ok"
                                   : "new";
}

static void recipient_json(struct nb_json *json, const struct nb_recipient *r,
                           const struct nb_recipient_state *state, struct nb_arena *arena)
{
    nb_json_object(json);
    nb_json_kcstr(json, "name", r->name);
    nb_json_kcstr(json, "form", nb_delivery_form_name(r->form));
    nb_json_kstr(json, "to", target_of(r, arena));
    nb_json_kcstr(json, "state", health_of(state));
    nb_json_kint(json, "waiting", (int64_t)state->waiting_n);
    nb_json_kint(json, "waiting_bytes", (int64_t)state->waiting_bytes);
    nb_json_ktime(json, "sent", state->has_sent_ms ? state->sent_ms : -1);
    nb_json_ktime(json, "failed", state->has_failed_ms ? state->failed_ms : -1);
    nb_json_kint(json, "failures_in_a_row", state->failures_n);
    nb_json_kcstr(json, "failure", state->failures_n > 0 ? state->failure : NULL);
    nb_json_end(json);
}

static void recipient_cells(struct nb_table *table, const struct nb_recipient *r,
                            const struct nb_recipient_state *state,
                            const struct nb_deliver_view *view)
{
    char time[TIME_BYTES] = "-";
    const char *health = health_of(state);
    enum nb_paint paint = health[0] == 'o' ? NB_GREEN : health[0] == 'n' ? NB_DIM : NB_RED;
    if (state->has_sent_ms) {
        (void)local_time(state->sent_ms, view->utc_offset_min, time);
    }
    nb_table_cell(table, NB_BOLD, nb_slice_str(r->name));
    nb_table_cell(table, NB_PLAIN, nb_slice_str(nb_delivery_form_name(r->form)));
    nb_table_cell(table, paint, nb_slice_str(health));
    nb_table_cellf(table, NB_PLAIN, "%llu", (unsigned long long)state->waiting_n);
    nb_table_cell(table, NB_PLAIN, nb_slice_str(time));
    nb_table_cell(table, NB_DIM, target_of(r, view->arena));
    nb_table_cell(table, NB_PLAIN, nb_slice_str(state->failures_n > 0 ? state->failure : ""));
}

enum nb_err nb_deliver_print_recipients(const struct nb_deliver_view *view,
                                        const struct nb_recipients *recipients, size_t *shown)
{
    static const struct nb_column columns[] = {
        {"name", NB_LEFT, false},     {"form", NB_LEFT, false},      {"state", NB_LEFT, false},
        {"waiting", NB_RIGHT, false}, {"last sent", NB_LEFT, false}, {"to", NB_LEFT, true},
        {"failure", NB_LEFT, true}};
    struct nb_json json;
    struct nb_table *table =
        nb_table_new(view->arena, columns, sizeof(columns) / sizeof(columns[0]));
    enum nb_err err = table ? NB_OK : NB_ENOMEM;
    nb_json_init(&json, view->out, true);
    if (view->is_json) {
        nb_json_array(&json);
    }
    *shown = nb_recipients_n(recipients);
    for (size_t i = 0; err == NB_OK && i < *shown; i++) {
        const struct nb_recipient *r = nb_recipients_get(recipients, i);
        struct nb_recipient_state *state = NULL;
        err = state_of(view, r, &state);
        if (err == NB_OK && view->is_json) {
            recipient_json(&json, r, state, view->arena);
        } else if (err == NB_OK) {
            recipient_cells(table, r, state, view);
        }
    }
    if (view->is_json) {
        nb_json_end(&json);
        nb_buf_add_byte(view->out, '\n');
        return err;
    }
    return err != NB_OK || *shown == 0
               ? err
               : nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                                nb_terminal_colour(STDOUT_FILENO), view->out);
}

/* ---- messages ---- */

static const char *state_name(const struct nb_delivery *d)
{
    static const char *const names[] = {"unknown", "waiting", "sent", "dead", "replaced"};
    return names[d->state >= 1 && d->state <= 4 ? (int)d->state : 0];
}

static const char *last_failure(const struct nb_delivery *d)
{
    const char *failure = d->n_attempts > 0 ? d->attempts[d->n_attempts - 1]->failure : NULL;
    return failure ? failure : "";
}

static void attempts_json(struct nb_json *json, const struct nb_delivery *d)
{
    nb_json_key(json, "attempts");
    nb_json_array(json);
    for (size_t i = 0; i < d->n_attempts; i++) {
        const Nb__Delivery__Attempt *attempt = d->attempts[i];
        nb_json_object(json);
        nb_json_ktime(json, "at", attempt->at_ms);
        nb_json_kint(json, "took_ms", attempt->took_ms);
        if (attempt->has_status) {
            nb_json_kint(json, "status", attempt->status);
        }
        nb_json_kcstr(json, "failure", attempt->failure);
        nb_json_end(json);
    }
    nb_json_end(json);
}

static void message_json(struct nb_json *json, uint64_t number, const struct nb_delivery *d)
{
    char id[NB_ID_HEX] = "";
    if (d->id.len == NB_ID_BYTES) {
        nb_hex(nb_slice(d->id.data, d->id.len), id);
    }
    nb_json_object(json);
    nb_json_kint(json, "number", (int64_t)number);
    nb_json_kcstr(json, "state", state_name(d));
    nb_json_kcstr(json, "recipient", d->recipient);
    nb_json_kcstr(json, "form", nb_delivery_form_name(d->form));
    nb_json_kcstr(json, "message", d->key);
    nb_json_kcstr(json, "id", id);
    nb_json_kcstr(json, "subject", d->subject);
    nb_json_ktime(json, "created", d->created_ms);
    nb_json_ktime(json, "next", d->has_next_ms ? d->next_ms : -1);
    nb_json_ktime(json, "done", d->has_done_ms ? d->done_ms : -1);
    nb_json_kbool(json, "can_retry", d->state == NB__DELIVERY__STATE__DEAD && d->has_bytes);
    attempts_json(json, d);
    nb_json_end(json);
}

static void message_cells(struct nb_table *table, uint64_t number, const struct nb_delivery *d,
                          const struct nb_deliver_view *view)
{
    char time[TIME_BYTES];
    enum nb_paint paint = d->state == NB__DELIVERY__STATE__SENT   ? NB_GREEN
                          : d->state == NB__DELIVERY__STATE__DEAD ? NB_RED
                                                                  : NB_YELLOW;
    int64_t at_ms = d->state == NB__DELIVERY__STATE__WAITING ? d->next_ms : d->done_ms;
    nb_table_cellf(table, NB_PLAIN, "%llu", (unsigned long long)number);
    nb_table_cell(table, paint, nb_slice_str(state_name(d)));
    nb_table_cell(table, NB_PLAIN, nb_slice_str(local_time(at_ms, view->utc_offset_min, time)));
    nb_table_cell(table, NB_BOLD, nb_slice_str(d->recipient));
    nb_table_cellf(table, NB_PLAIN, "%zu", (size_t)d->attempts_n);
    nb_table_cell(table, NB_PLAIN, nb_slice_str(d->subject));
    nb_table_cell(table, NB_DIM, nb_slice_str(last_failure(d)));
}

static bool is_shown(const struct nb_deliver_filter *filter, const struct nb_delivery *d)
{
    struct nb_slice thread = nb_field(d->thread);
    if (filter->only_dead && d->state != NB__DELIVERY__STATE__DEAD) {
        return false;
    }
    if (filter->recipient.len && !nb_slice_eq(filter->recipient, nb_field(d->recipient))) {
        return false;
    }
    return !filter->incident.len ||
           (nb_slice_starts(thread, NB_LIT("incident/")) &&
            nb_slice_eq(nb_slice_sub(thread, strlen("incident/"), thread.len), filter->incident));
}

static enum nb_err step(const struct nb_deliver_view *view, const struct nb_deliver_filter *filter,
                        uint64_t *number, struct nb_delivery **out)
{
    return filter->is_waiting ? nb_outbox_next(view->desk, *number, view->arena, number, out)
                              : nb_outbox_done(view->desk, *number, view->arena, number, out);
}

enum nb_err nb_deliver_print_messages(const struct nb_deliver_view *view,
                                      const struct nb_deliver_filter *filter, size_t *shown)
{
    static const struct nb_column columns[] = {
        {"number", NB_RIGHT, false},   {"state", NB_LEFT, false},  {"time", NB_LEFT, false},
        {"recipient", NB_LEFT, false}, {"tries", NB_RIGHT, false}, {"subject", NB_LEFT, true},
        {"failure", NB_LEFT, true}};
    struct nb_table *table =
        nb_table_new(view->arena, columns, sizeof(columns) / sizeof(columns[0]));
    struct nb_json json;
    uint64_t number = filter->is_waiting ? 0 : UINT64_MAX;
    enum nb_err err = !table ? NB_ENOMEM : view->desk ? NB_OK : NB_ENOTFOUND;
    *shown = 0;
    while (err == NB_OK && *shown < filter->limit) {
        struct nb_arena_mark mark = nb_arena_mark(view->arena);
        struct nb_delivery *d = NULL;
        err = step(view, filter, &number, &d);
        if (err != NB_OK || !is_shown(filter, d)) {
            nb_arena_rewind(view->arena, mark);
            continue;
        }
        ++*shown;
        if (view->is_json) {
            nb_json_init(&json, view->out, false);
            message_json(&json, number, d);
            nb_buf_add_byte(view->out, '\n');
        } else {
            message_cells(table, number, d, view);
        }
    }
    err = err == NB_ENOTFOUND ? NB_OK : err;
    return err != NB_OK || view->is_json || *shown == 0
               ? err
               : nb_table_write(table, nb_terminal_width(STDOUT_FILENO),
                                nb_terminal_colour(STDOUT_FILENO), view->out);
}
