/*
 * The syntax is the configuration's (common/config_parse.h); what is known of a recipient is
 * checked when all of it was read. A file with a mistake is refused whole: half a list of
 * recipients looks like a list.
 */
#include "service/deliver/recipients.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

enum {
    FILE_BYTES = 1 << 20,
    ARENA_BYTES = 16 << 20,
    PATH_BYTES = 8192,
    SECRET_FILE_BYTES = 8192,
    REPORTS_MAX = 20,
    SEVERITY_MAX = 10
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

/* A file of secrets: not for everybody's eyes. */
static bool read_secret_file(struct loader *l, unsigned line, struct nb_slice name,
                             struct nb_buf *text)
{
    char path[PATH_BYTES];
    struct stat st;
    (void)snprintf(path, sizeof(path), "%s%s%.*s", name.len && name.p[0] == '/' ? "" : l->dir,
                   name.len && name.p[0] == '/' ? "" : "/", NB_ARG(name));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0) {
        report(l, line, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        report(l, line, NB_EINVAL, "%s is no file", path);
    } else if (st.st_mode & S_IROTH) {
        report(l, line, NB_EREFUSED, "everybody can read %s; chmod 640 it", path);
    } else {
        struct nb_error why = {0};
        enum nb_err err = nb_file_read_fd(fd, path, text, &why);
        if (err != NB_OK) {
            report(l, line, err, "%s", nb_error_text(&why));
        }
        (void)close(fd);
        return err == NB_OK;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return false;
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

/* Parts of a text at spaces and commas. @return how many; `most` + 1 when there are more. */
static size_t split_words(struct nb_slice text, struct nb_slice *out, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len;) {
        size_t from = i;
        while (i < text.len && text.p[i] != ' ' && text.p[i] != ',' && text.p[i] != '\t') {
            i++;
        }
        if (i > from) {
            if (n == most) {
                return most + 1;
            }
            out[n++] = nb_slice_sub(text, from, i);
        }
        i += i == from;
    }
    return n;
}

static const char *take_topics(struct nb_recipient *r, struct nb_slice value,
                               struct nb_arena *arena)
{
    struct nb_slice words[NB_RECIPIENT_TOPICS];
    size_t n = split_words(value, words, NB_RECIPIENT_TOPICS);
    const char **topics = nb_arena_alloc(arena, (NB_RECIPIENT_TOPICS + 1) * sizeof(*topics));
    if (n > NB_RECIPIENT_TOPICS || !topics) {
        return "there are too many topics; leave topics out for all of them";
    }
    for (size_t i = 0; i < n; i++) {
        topics[i] = nb_arena_strdup(arena, words[i]);
        if (!topics[i]) {
            return "out of memory";
        }
    }
    r->topics = topics;
    r->topics_n = n;
    return NULL;
}

static const char *take_sends(struct nb_recipient *r, struct nb_slice value)
{
    static const char *const names[] = {"opened", "escalated", "calmed", "closed"};
    struct nb_slice words[8];
    size_t n = split_words(value, words, 8);
    r->sends = 0;
    for (size_t i = 0; i < n && i < 8; i++) {
        size_t k = 0;
        while (k < 4 && !nb_slice_eq(words[i], nb_slice_str(names[k]))) {
            k++;
        }
        if (k == 4) {
            return "changes are some of: opened escalated calmed closed";
        }
        r->sends |= 1u << k;
    }
    return r->sends ? NULL : "changes are some of: opened escalated calmed closed";
}

static bool read_minute(struct nb_slice text, int32_t *out)
{
    int64_t hour;
    int64_t minute;
    text = nb_slice_trim(text);
    if (text.len != 5 || text.p[2] != ':' || !nb_slice_to_i64(nb_slice_sub(text, 0, 2), &hour) ||
        !nb_slice_to_i64(nb_slice_sub(text, 3, 5), &minute) || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59) {
        return false;
    }
    *out = (int32_t)(hour * 60 + minute);
    return true;
}

static const char *take_quiet(struct nb_recipient *r, struct nb_slice value)
{
    size_t dash = nb_slice_find_byte(value, '-', 0);
    if (dash == NB_NPOS || !read_minute(nb_slice_sub(value, 0, dash), &r->quiet_from_min) ||
        !read_minute(nb_slice_sub(value, dash + 1, value.len), &r->quiet_to_min)) {
        r->quiet_from_min = r->quiet_to_min = -1;
        return "quiet hours are written 23:00-07:00";
    }
    return NULL;
}

static const char *take_number(struct nb_slice value, enum nb_config_unit unit, int64_t min,
                               int64_t max, int64_t *out)
{
    const char *wrong = nb_config_number_parse(value, unit, out);
    return wrong ? wrong : *out < min || *out > max ? "the number is out of range" : NULL;
}

static const char *take_switch(struct nb_slice value, bool *out)
{
    *out = nb_slice_eq(value, NB_LIT("on"));
    return *out || nb_slice_eq(value, NB_LIT("off")) ? NULL : "must be on or off";
}

static const char *take_language(struct nb_recipient *r, struct nb_slice value)
{
    r->language = nb_slice_eq(value, NB_LIT("en")) ? "en" : "tr";
    return nb_slice_eq(value, nb_slice_str(r->language)) ? NULL : "must be tr or en";
}

/* Keys whose value is a number, a switch or a list. @return what is wrong, or NULL. */
static const char *take_choice(struct nb_recipient *r, struct nb_slice key, struct nb_slice value,
                               struct nb_arena *arena, bool *is_known)
{
    int64_t number = 0;
    const char *wrong;
    if (nb_slice_eq(key, NB_LIT("topics"))) {
        return take_topics(r, value, arena);
    }
    if (nb_slice_eq(key, NB_LIT("changes"))) {
        return take_sends(r, value);
    }
    if (nb_slice_eq(key, NB_LIT("quiet"))) {
        return take_quiet(r, value);
    }
    if (nb_slice_eq(key, NB_LIT("alerts"))) {
        return take_switch(value, &r->has_alerts);
    }
    if (nb_slice_eq(key, NB_LIT("private"))) {
        return take_switch(value, &r->is_private);
    }
    if (nb_slice_eq(key, NB_LIT("language"))) {
        return take_language(r, value);
    }
    if (nb_slice_eq(key, NB_LIT("cooldown"))) {
        return take_number(value, NB_UNIT_S, 0, 30 * 86400, &r->cooldown_s);
    }
    if (nb_slice_eq(key, NB_LIT("min_severity"))) {
        wrong = take_number(value, NB_UNIT_NONE, 1, SEVERITY_MAX, &number);
        r->min_severity = (uint32_t)number;
        return wrong;
    }
    if (nb_slice_eq(key, NB_LIT("quiet_severity"))) {
        wrong = take_number(value, NB_UNIT_NONE, 1, SEVERITY_MAX, &number);
        r->quiet_severity = (uint32_t)number;
        return wrong;
    }
    if (nb_slice_eq(key, NB_LIT("budget"))) {
        wrong = take_number(value, NB_UNIT_NONE, 0, 1000, &number);
        r->budget_milli = number * 1000;
        return wrong;
    }
    *is_known = false;
    return NULL;
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
        const char *wrong = take_choice(r, key, value, l->list->arena, &is_known);
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
        .quiet_severity = SEVERITY_MAX,
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
    return wrong ? nb_error_set(error, NB_EINVAL, "there are recipients of mail, and mail.from: %s",
                                wrong)
                 : NB_OK;
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
