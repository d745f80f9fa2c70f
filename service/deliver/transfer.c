/*
 * libcurl's side. Redirects are not followed: a webhook's address is what the team wrote, and a
 * message signed for one host is none for another. What a connection may lead to is checked when
 * the address is known (nabiz/url_guard.h), so a name that changes its address gains nothing. A
 * connection to a recipient that may be private is not kept, so that nobody else is sent over it
 * without that check.
 *
 * Texts of failures are curl's fixed ones: an address can be a secret, and curl's longer texts may
 * hold parts of it.
 */
#include "service/deliver/deliver_impl.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <nabiz/date.h>
#include <nabiz/url.h>
#include <nabiz/url_guard.h>
#include <nabiz/version.h>

#include "service/deliver/mail.h"
#include "service/deliver/secret_file.h"

enum {
    ANSWER_MAX_BYTES = 16 << 10, /* more is not waited for */
    HEADERS_MAX_BYTES = 64 << 10,
    SIGNATURES_BYTES = 2048,
    PASSWORD_BYTES = 1024
};

static curl_socket_t on_open(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct nb_send *send = data;
    (void)purpose;
    if (!send->is_private && nb_address_is_private(&address->addr)) {
        send->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
    struct nb_send *send = data;
    (void)bytes;
    send->answered += size * n;
    return send->answered > ANSWER_MAX_BYTES ? 0 : size * n;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *data)
{
    struct nb_send *send = data;
    struct nb_slice line = nb_slice(bytes, size * n);
    size_t colon = nb_slice_find_byte(line, ':', 0);
    send->answered += line.len;
    if (colon != NB_NPOS &&
        nb_slice_eq_ascii_case(nb_slice_sub(line, 0, colon), NB_LIT("retry-after"))) {
        struct nb_slice value = nb_slice_trim(nb_slice_sub(line, colon + 1, line.len));
        (void)snprintf(send->retry_after, sizeof(send->retry_after), "%.*s", NB_ARG(value));
    }
    return send->answered > HEADERS_MAX_BYTES ? 0 : line.len;
}

static size_t on_read(char *out, size_t size, size_t n, void *data)
{
    struct nb_send *send = data;
    struct nb_slice rest = nb_slice_sub(send->body, send->sent, send->sent + size * n);
    if (rest.len) {
        memcpy(out, rest.p, rest.len);
    }
    send->sent += rest.len;
    return rest.len;
}

static bool add_line(struct nb_send *send, const char *line)
{
    struct curl_slist *more = line ? curl_slist_append(send->lines, line) : NULL;
    send->lines = more ? more : send->lines;
    return more != NULL;
}

/* ---- HTTP ---- */

/* webhook-id, webhook-timestamp and webhook-signature. */
static enum nb_err add_signature(struct nb_send *send, const struct nb_recipient *recipient)
{
    char id[sizeof("msg_") + NB_ID_HEX];
    struct nb_buf signatures;
    int64_t now_s = nb_clock_now_ms(send->deliver->clock) / 1000;
    memcpy(id, "msg_", 4);
    nb_hex(nb_slice(send->delivery->id.data, send->delivery->id.len), id + 4);
    nb_buf_init(&signatures, SIGNATURES_BYTES);
    enum nb_err err = nb_webhook_sign(recipient->secrets, recipient->secrets_n, nb_slice_str(id),
                                      now_s, send->body, &signatures);
    bool ok =
        err == NB_OK && add_line(send, nb_arena_printf(send->arena, "webhook-id: %s", id)) &&
        add_line(send, nb_arena_printf(send->arena, "webhook-timestamp: %lld", (long long)now_s)) &&
        add_line(send, nb_arena_printf(send->arena, "webhook-signature: %.*s",
                                       NB_ARG(nb_buf_slice(&signatures))));
    nb_buf_fini(&signatures);
    return err != NB_OK ? err : ok ? NB_OK : NB_ENOMEM;
}

/* Behind a proxy nobody sees the address that is connected to. */
static enum nb_err check_proxied(struct nb_send *send, const struct nb_recipient *recipient)
{
    struct nb_url url;
    enum nb_err err = nb_url_parse(nb_slice_str(recipient->url), NULL, send->arena, &url);
    if (err == NB_OK && !recipient->is_private && nb_host_is_private(url.host)) {
        send->is_refused = true;
        err = NB_EREFUSED;
    }
    send->is_private = true; /* the proxy's address is the operator's choice */
    return err;
}

static enum nb_err prepare_http(struct nb_send *send, const struct nb_recipient *recipient)
{
    const char *proxy = nb_config_str(send->deliver->config, NB_CFG_DELIVER_PROXY);
    CURL *easy = send->easy;
    send->is_private = recipient->is_private;
    enum nb_err err = proxy[0] ? check_proxied(send, recipient) : NB_OK;
    if (err == NB_OK && recipient->form == NB__DELIVERY__FORM__WEBHOOK) {
        err = add_signature(send, recipient);
    }
    if (err != NB_OK) {
        return err;
    }
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, proxy);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, (long)recipient->is_private);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    (void)curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, send);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)send->body.len);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, send->body.p);
    bool ok = add_line(send, "Content-Type: application/json") && add_line(send, "Expect:") &&
              add_line(send, "Accept: */*") &&
              curl_easy_setopt(easy, CURLOPT_URL, recipient->url) == CURLE_OK;
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, send->lines);
    return ok ? NB_OK : NB_ENOMEM;
}

/* ---- SMTP ---- */

static enum nb_err set_password(struct nb_send *send, const char *path, struct nb_error *error)
{
    struct nb_buf text;
    nb_buf_init(&text, PASSWORD_BYTES);
    enum nb_err err = nb_secret_file_read(path, &text, error);
    if (err == NB_OK) {
        struct nb_slice all = nb_buf_slice(&text);
        size_t end = nb_slice_find_byte(all, '\n', 0);
        struct nb_slice line = nb_slice_sub(all, 0, end == NB_NPOS ? all.len : end);
        line.len -= line.len > 0 && line.p[line.len - 1] == '\r';
        const char *copy = nb_arena_strdup(send->arena, line);
        err = copy && curl_easy_setopt(send->easy, CURLOPT_PASSWORD, copy) == CURLE_OK ? NB_OK
                                                                                       : NB_ENOMEM;
    }
    nb_buf_fini(&text);
    return err;
}

/* Within the machine a password cannot be overheard; anywhere else it could. */
static long tls_of(const struct nb_config *config, const struct nb_url *server)
{
    enum { AUTO, ALWAYS, NEVER };
    int64_t wanted = nb_config_int(config, NB_CFG_MAIL_TLS);
    bool is_here = nb_slice_eq(server->host, NB_LIT("localhost")) ||
                   nb_slice_eq(server->host, NB_LIT("[::1]")) ||
                   nb_slice_starts(server->host, NB_LIT("127."));
    if (wanted == NEVER) {
        return CURLUSESSL_NONE;
    }
    return wanted == AUTO && is_here ? CURLUSESSL_TRY : CURLUSESSL_ALL;
}

static enum nb_err set_server(struct nb_send *send, struct nb_error *error)
{
    const struct nb_config *config = send->deliver->config;
    const char *server = nb_config_str(config, NB_CFG_MAIL_SERVER);
    const char *user = nb_config_str(config, NB_CFG_MAIL_USER);
    struct nb_url url;
    bool ok = nb_url_parse(nb_slice_str(server), NULL, send->arena, &url) == NB_OK &&
              (nb_slice_eq(url.scheme, NB_LIT("smtp")) || nb_slice_eq(url.scheme, NB_LIT("smtps")));
    if (!ok || url.host.len == 0 || url.username.len || url.password.len) {
        return nb_error_set(error, NB_EINVAL,
                            server[0] ? "mail.server is no smtp://HOST:PORT or smtps://HOST:PORT"
                                      : "mail.server is not set");
    }
    (void)curl_easy_setopt(send->easy, CURLOPT_URL, server);
    (void)curl_easy_setopt(send->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    (void)curl_easy_setopt(send->easy, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(send->easy, CURLOPT_USE_SSL, tls_of(config, &url));
    if (!user[0]) {
        return NB_OK;
    }
    (void)curl_easy_setopt(send->easy, CURLOPT_USERNAME, user);
    return set_password(send, nb_config_str(config, NB_CFG_MAIL_PASSWORD_FILE), error);
}

static enum nb_err prepare_mail(struct nb_send *send, const struct nb_recipient *recipient,
                                struct nb_error *error)
{
    struct nb_mail_address from;
    struct nb_mail_address to;
    const struct nb_config *config = send->deliver->config;
    const char *wrong =
        nb_mail_address(nb_slice_str(nb_config_str(config, NB_CFG_MAIL_FROM)), &from);
    if (wrong) {
        return nb_error_set(error, NB_EINVAL, "mail.from: %s", wrong);
    }
    wrong = nb_mail_address(nb_slice_str(recipient->to), &to);
    if (wrong) {
        return nb_error_set(error, NB_EINVAL, "%s", wrong);
    }
    enum nb_err err = set_server(send, error);
    if (err != NB_OK) {
        return err;
    }
    const char *sender = nb_arena_printf(send->arena, "<%.*s>", NB_ARG(from.box));
    bool ok = sender && add_line(send, nb_arena_printf(send->arena, "<%.*s>", NB_ARG(to.box)));
    (void)curl_easy_setopt(send->easy, CURLOPT_MAIL_FROM, sender);
    (void)curl_easy_setopt(send->easy, CURLOPT_MAIL_RCPT, send->lines);
    (void)curl_easy_setopt(send->easy, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(send->easy, CURLOPT_READFUNCTION, on_read);
    (void)curl_easy_setopt(send->easy, CURLOPT_READDATA, send);
    return ok ? NB_OK : NB_ENOMEM;
}

/* ---- both ---- */

static void set_common(struct nb_send *send)
{
    char agent[64];
    CURL *easy = send->easy;
    const struct nb_config *config = send->deliver->config;
    const char *ca_file = nb_config_str(config, NB_CFG_DELIVER_CA_FILE);
    (void)snprintf(agent, sizeof(agent), "nabiz/%s", nb_version());
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, send);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a name that is looked up in vain */
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, agent);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                           (long)nb_config_int(config, NB_CFG_DELIVER_TIMEOUT) * 1000);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, send);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, send);
    if (ca_file[0]) {
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
        (void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
}

enum nb_err nb_send_prepare(struct nb_send *send, const struct nb_recipient *recipient,
                            struct nb_error *error)
{
    send->easy = curl_easy_init();
    if (!send->easy) {
        return NB_ENOMEM;
    }
    set_common(send);
    return recipient->form == NB__DELIVERY__FORM__MAIL ? prepare_mail(send, recipient, error)
                                                       : prepare_http(send, recipient);
}

void nb_send_read(struct nb_send *send, CURLcode code, struct nb_answer *out)
{
    long status = 0;
    (void)curl_easy_getinfo(send->easy, CURLINFO_RESPONSE_CODE, &status);
    *out = (struct nb_answer){
        .status = status > 0 && status < 1000 ? (uint32_t)status : 0,
        .is_broken = code != CURLE_OK,
        .is_refused = send->is_refused && code != CURLE_OK && status == 0,
        .retry_after_s = nb_date_retry_after_s(nb_slice_str(send->retry_after),
                                               nb_clock_now_ms(send->deliver->clock)),
        .failure = code == CURLE_OK || code == CURLE_WRITE_ERROR ? NULL : curl_easy_strerror(code),
    };
}
