/*
 * The syntax is the configuration's (common/config_parse.h); what is known of a recipient is
 * checked when all of it was read. A file with a mistake is refused whole: half a list of
 * recipients looks like a list.
 */
#include "service/deliver/recipients.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/config.h>
#include <nabiz/diag.h>
#include <nabiz/file.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "common/config_parse.h"
#include "service/deliver/mail.h"
#include "service/deliver/outbox.h"
#include "service/deliver/recipients_impl.h"
#include "service/deliver/secret_file.h"

enum {
    FILE_BYTES = 1 << 20,
    ARENA_BYTES = 16 << 20,
    PATH_BYTES = 8192,
    SECRET_FILE_BYTES = 8192,
    REPORTS_MAX = 20
};

struct nb_recipients {
    struct nb_arena *arena;
    struct nb_recipient *rows;
    size_t n;
};

/* What one load goes through. */
struct loader {
    struct nb_recipients *list;
    const char *path;
    const char *dir;
    bool allow_private;
    unsigned reports_n;
    enum nb_err first;
    struct nb_error *error;
    unsigned forms_n; /* that the current recipient gave */
};

static void report(struct loader *l, unsigned line, enum nb_err err, const char *format, ...)
    NB_PRINTF(4, 5);

static void report(struct loader *l, unsigned line, enum nb_err err, const char *format, ...)
{
    char text[360];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (l->reports_n++ == 0) {
        l->first = nb_error_set(l->error, err, "%s:%u: %s", l->path, line, text);
    } else if (l->reports_n <= REPORTS_MAX) {
        nb_diag(NB_ERROR, "recipients", text, nb_kv_str("file", l->path), nb_kv_int("line", line));
    }
}

/* ---- secrets ---- */

/* A file of secrets, by its name in the recipients file. */
static bool read_secret_file(struct loader *l, unsigned line, struct nb_slice name,
                             struct nb_buf *text)
{
    char path[PATH_BYTES];
    struct nb_error why = {0};
    bool is_absolute = name.len > 0 && name.p[0] == '/';
    (void)snprintf(path, sizeof(path), "%s%s%.*s", is_absolute ? "" : l->dir,
                   is_absolute ? "" : "/", NB_ARG(name));
    enum nb_err err = nb_secret_file_read(path, text, &why);
    if (err != NB_OK) {
        report(l, line, err, "%s", nb_error_text(&why));
    }
    return err == NB_OK;
}

/* The next line of a file of secrets that says something. */
static bool next_line(struct nb_slice *rest, struct nb_slice *out)
{
    while (rest->p && nb_slice_split(rest, '\n', out)) {
        *out = nb_slice_trim(*out);
        if (out->len && out->p[0] != '#') {
            return true;
        }
    }
    return false;
}

static void take_secrets(struct loader *l, struct nb_recipient *r, unsigned line,
                         struct nb_slice value)
{
    struct nb_secret all[NB_RECIPIENT_SECRETS];
    struct nb_buf text;
    struct nb_slice secret;
    size_t n = 0;
    nb_buf_init(&text, SECRET_FILE_BYTES);
    if (!read_secret_file(l, line, value, &text)) {
        nb_buf_fini(&text);
        return;
    }
    struct nb_slice rest = nb_buf_slice(&text);
    while (next_line(&rest, &secret)) {
        const char *wrong = n < NB_RECIPIENT_SECRETS ? nb_secret_read(secret, &all[n])
                                                     : "there are too many secrets";
        if (wrong) {
            report(l, line, NB_EINVAL, "%.*s: %s", NB_ARG(value), wrong);
            break;
        }
        n++;
    }
    struct nb_secret *kept = n ? nb_arena_alloc(l->list->arena, n * sizeof(*kept)) : NULL;
    if (kept) {
        memcpy(kept, all, n * sizeof(*kept));
        r->secrets = kept;
        r->secrets_n = n;
    }
    nb_buf_fini(&text);
}

static void take_url_file(struct loader *l, struct nb_recipient *r, unsigned line,
                          struct nb_slice value)
{
    struct nb_buf text;
    struct nb_slice url;
    nb_buf_init(&text, SECRET_FILE_BYTES);
    if (read_secret_file(l, line, value, &text)) {
        struct nb_slice rest = nb_buf_slice(&text);
        if (next_line(&rest, &url)) {
            r->url = nb_arena_strdup(l->list->arena, url);
        } else {
            report(l, line, NB_EINVAL, "%.*s has no address in it", NB_ARG(value));
        }
    }
    nb_buf_fini(&text);
}

/* ---- values ---- */

static const char *const form_names[] = {"webhook", "slack", "teams", "mail"};

const char *nb_delivery_form_name(Nb__Delivery__Form form)
{
    return form >= 1 && form <= 4 ? form_names[form - 1] : "unknown";
}

static void unknown_key(struct loader *l, unsigned line, struct nb_slice key)
{
    static const char *const keys[] = {
        "webhook",  "slack",        "teams",          "mail",   "url_file", "secret_file",
        "topics",   "changes",      "quiet",          "alerts", "private",  "language",
        "cooldown", "min_severity", "quiet_severity", "budget", "leave"};
    const char *near = nb_suggest(key, keys, sizeof(keys) / sizeof(keys[0]));
    report(l, line, NB_EINVAL, "a recipient has no %.*s%s%s%s", NB_ARG(nb_slice_sub(key, 0, 40)),
           near ? "; did you mean " : "; docs/delivery.md lists what it has", near ? near : "",
           near ? "?" : "");
}

/* webhook, slack, teams or mail. @return false when it is none of these */
static bool take_form(struct loader *l, struct nb_recipient *r, struct nb_slice key,
                      struct nb_slice value)
{
    for (int i = 0; i < 4; i++) {
        if (!nb_slice_eq(key, nb_slice_str(form_names[i]))) {
            continue;
        }
        const char *copy = nb_arena_strdup(l->list->arena, value);
        l->forms_n++;
        r->form = (Nb__Delivery__Form)(i + 1);
        const char **place = r->form == NB__DELIVERY__FORM__MAIL ? &r->to : &r->url;
        *place = value.len > 0 || !*place ? copy : *place; /* empty: it is in url_file */
        return true;
    }
    return false;
}

static struct nb_recipient *current(struct loader *l)
{
    return l->list->n ? &l->list->rows[l->list->n - 1] : NULL;
}

static void on_value(void *context, unsigned line, struct nb_slice name, struct nb_slice value)
{
    struct loader *l = context;
    struct nb_recipient *r = current(l);
    size_t dot = nb_slice_find_byte(name, '.', 0);
    if (dot == NB_NPOS || !r) {
        report(l, line, NB_EINVAL, "%.*s stands outside of a recipient; write NAME { ... }",
               NB_ARG(nb_slice_sub(name, 0, 40)));
        return;
    }
    struct nb_slice key = nb_slice_sub(name, dot + 1, name.len);
    bool is_known = true;
    if (nb_slice_find_byte(value, '\0', 0) != NB_NPOS || take_form(l, r, key, value)) {
        return;
    }
    if (nb_slice_eq(key, NB_LIT("secret_file"))) {
        take_secrets(l, r, line, value);
    } else if (nb_slice_eq(key, NB_LIT("url_file"))) {
        take_url_file(l, r, line, value);
    } else if (nb_slice_eq(key, NB_LIT("leave"))) {
        r->leave = nb_arena_strdup(l->list->arena, value);
    } else {
        const char *wrong = nb_recipient_set(r, key, value, l->list->arena, &is_known);
        if (wrong) {
            report(l, line, NB_EINVAL, "%.*s: %s", NB_ARG(key), wrong);
        } else if (!is_known) {
            unknown_key(l, line, key);
        }
    }
}

/* ---- a recipient as a whole ---- */

static const char *check_url(const struct nb_recipient *r, struct nb_arena *arena)
{
    struct nb_url url;
    struct nb_arena_mark mark = nb_arena_mark(arena);
    bool ok = nb_url_parse(nb_slice_str(r->url), NULL, arena, &url) == NB_OK;
    const char *wrong = NULL;
    if (!ok || !nb_url_is_http(&url)) {
        wrong = "the address is no https:// URL";
    } else if (nb_slice_eq(url.scheme, NB_LIT("http")) && !r->is_private) {
        wrong = "the address is http://, which everybody on the way can read; use https://, or "
                "private = on within a company network";
    } else if (url.username.len || url.password.len) {
        wrong = "the address has a user or password in it; messages are signed instead";
    }
    nb_arena_rewind(arena, mark);
    return wrong;
}

static const char *check_leave(const char *leave)
{
    return !leave[0] || nb_mail_can_leave(nb_slice_str(leave))
               ? NULL
               : "leave is no mailto: or https:// address";
}

static void check_last(struct loader *l)
{
    struct nb_recipient *r = current(l);
    struct nb_mail_address address;
    const char *wrong = NULL;
    if (!r) {
        return;
    }
    r->is_private = r->is_private || l->allow_private;
    if (l->forms_n != 1) {
        wrong = "it needs one of webhook, slack, teams and mail";
    } else if (r->form == NB__DELIVERY__FORM__MAIL) {
        wrong = r->to ? nb_mail_address(nb_slice_str(r->to), &address) : "out of memory";
        wrong = wrong ? wrong : check_leave(r->leave ? r->leave : "");
    } else {
        wrong = r->url ? check_url(r, l->list->arena) : "out of memory";
    }
    if (!wrong && r->form == NB__DELIVERY__FORM__WEBHOOK && r->secrets_n == 0 &&
        l->reports_n == 0) {
        wrong = "a webhook needs a secret_file; `nabiz deliver secret` makes a secret";
    }
    if (!wrong && r->form != NB__DELIVERY__FORM__WEBHOOK && r->secrets_n > 0) {
        wrong = "only webhooks are signed; remove secret_file";
    }
    if (wrong) {
        report(l, r->line, NB_EINVAL, "recipient %s: %s", r->name, wrong);
    }
}

static bool on_section(void *context, unsigned line, struct nb_slice name)
{
    struct loader *l = context;
    struct nb_recipients *list = l->list;
    if (nb_slice_find_byte(name, '.', 0) != NB_NPOS) {
        report(l, line, NB_EINVAL, "a recipient has no sections in it; close the one above with }");
        return false;
    }
    check_last(l);
    if (name.len > NB_OUTBOX_NAME_BYTES || list->n == NB_RECIPIENTS_MAX ||
        nb_recipients_find(list, name)) {
        report(l, line, NB_EINVAL, "recipient %.*s: %s", NB_ARG(nb_slice_sub(name, 0, 64)),
               name.len > NB_OUTBOX_NAME_BYTES ? "the name is too long"
               : list->n == NB_RECIPIENTS_MAX  ? "there are too many recipients"
                                               : "there is one of that name above");
        l->forms_n = 1;
        return false;
    }
    l->forms_n = 0;
    list->rows[list->n++] = (struct nb_recipient){
        .name = nb_arena_strdup(list->arena, name),
        .has_alerts = true,
        .sends = NB_SEND_OPENED | NB_SEND_ESCALATED | NB_SEND_CLOSED,
        .min_severity = 1,
        .budget_milli = -1,
        .quiet_from_min = -1,
        .quiet_to_min = -1,
        .quiet_severity = NB_SEVERITY_MAX,
        .language = "tr",
        .line = line,
    };
    return list->rows[list->n - 1].name != NULL;
}

static void on_wrong(void *context, unsigned line, enum nb_err err, const char *text)
{
    report(context, line, err, "%s", text);
}

static void parse(struct loader *l, struct nb_slice text)
{
    const struct nb_config_sink sink = {l, on_section, on_value, on_wrong};
    if (nb_slice_find_byte(text, '\0', 0) != NB_NPOS || !nb_utf8_valid(text)) {
        report(l, 1, NB_ESYNTAX, "not UTF-8 text; save the file as UTF-8");
        return;
    }
    nb_config_parse(text, l->list->arena, &sink);
    check_last(l);
}

/* ---- public ---- */

enum nb_err nb_recipients_read(struct nb_slice text, const char *name, const char *dir,
                               bool allow_private, struct nb_recipients **out,
                               struct nb_error *error)
{
    *out = NULL;
    struct nb_recipients *list = nb_calloc(1, sizeof(*list));
    if (list) {
        list->arena = nb_arena_new(ARENA_BYTES);
    }
    if (list && list->arena) {
        list->rows = nb_arena_calloc(list->arena, NB_RECIPIENTS_MAX, sizeof(*list->rows));
    }
    if (!list || !list->rows) {
        nb_recipients_free(list);
        return nb_error_set(error, NB_ENOMEM, "no memory for the recipients");
    }
    struct loader l = {
        .list = list, .path = name, .dir = dir, .allow_private = allow_private, .error = error};
    parse(&l, text);
    if (l.reports_n > 0) {
        nb_recipients_free(list);
        return l.first;
    }
    *out = list;
    return NB_OK;
}

enum nb_err nb_recipients_load(const char *path, bool allow_private, struct nb_recipients **out,
                               struct nb_error *error)
{
    char dir[PATH_BYTES];
    struct nb_buf text;
    const char *slash = strrchr(path, '/');
    *out = NULL;
    (void)snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    nb_buf_init(&text, FILE_BYTES);
    enum nb_err err = nb_file_read(path, &text, error);
    if (err == NB_OK) {
        err = nb_recipients_read(nb_buf_slice(&text), path, dir, allow_private, out, error);
    }
    nb_buf_fini(&text);
    return err;
}

enum nb_err nb_recipients_check(const struct nb_recipients *recipients,
                                const struct nb_config *config, struct nb_error *error)
{
    struct nb_mail_address from;
    bool has_mail = false;
    for (size_t i = 0; i < nb_recipients_n(recipients); i++) {
        has_mail = has_mail || recipients->rows[i].form == NB__DELIVERY__FORM__MAIL;
    }
    if (!has_mail) {
        return NB_OK;
    }
    struct nb_slice server = nb_slice_str(nb_config_str(config, NB_CFG_MAIL_SERVER));
    if (!nb_slice_starts(server, NB_LIT("smtp://")) &&
        !nb_slice_starts(server, NB_LIT("smtps://"))) {
        return nb_error_set(error, NB_EINVAL,
                            "there are recipients of mail, and mail.server is %s; it wants "
                            "smtp://HOST:PORT or smtps://HOST:PORT",
                            server.len ? "something else" : "not set");
    }
    const char *wrong =
        nb_mail_address(nb_slice_str(nb_config_str(config, NB_CFG_MAIL_FROM)), &from);
    if (wrong) {
        return nb_error_set(error, NB_EINVAL, "there are recipients of mail, and mail.from: %s",
                            wrong);
    }
    wrong = check_leave(nb_config_str(config, NB_CFG_MAIL_LEAVE));
    if (wrong) {
        return nb_error_set(error, NB_EINVAL, "there are recipients of mail, and mail.%s", wrong);
    }
    struct nb_buf password;
    enum nb_err err = NB_OK;
    nb_buf_init(&password, SECRET_FILE_BYTES);
    if (nb_config_str(config, NB_CFG_MAIL_USER)[0]) {
        err =
            nb_secret_file_read(nb_config_str(config, NB_CFG_MAIL_PASSWORD_FILE), &password, error);
    }
    nb_buf_fini(&password);
    return err;
}

void nb_recipients_free(struct nb_recipients *recipients)
{
    if (recipients) {
        nb_arena_free(recipients->arena);
        nb_free(recipients);
    }
}

size_t nb_recipients_n(const struct nb_recipients *recipients)
{
    return recipients ? recipients->n : 0;
}

const struct nb_recipient *nb_recipients_get(const struct nb_recipients *recipients, size_t i)
{
    return &recipients->rows[i];
}

const struct nb_recipient *nb_recipients_find(const struct nb_recipients *recipients,
                                              struct nb_slice name)
{
    for (size_t i = 0; recipients && i < recipients->n; i++) {
        if (nb_slice_eq(nb_slice_str(recipients->rows[i].name), name)) {
            return &recipients->rows[i];
        }
    }
    return NULL;
}

bool nb_recipient_wants(const struct nb_recipient *recipient, struct nb_slice topic)
{
    for (size_t i = 0; i < recipient->topics_n; i++) {
        if (nb_slice_eq(nb_slice_str(recipient->topics[i]), topic)) {
            return true;
        }
    }
    return recipient->topics_n == 0;
}
