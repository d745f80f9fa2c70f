/*
 * A header line with encoded words has at most 76 characters (RFC 2047, 2). A word holds whole
 * characters: the first of a line less of them, for the header's name is in front of it.
 *
 * Text goes as quoted-printable, which people and filters can still read; pictures as base64.
 */
#include "service/deliver/mail.h"

#include <stdio.h>
#include <string.h>

#include <nabiz/date.h>
#include <nabiz/hash.h>
#include <nabiz/text.h>

#include "service/deliver/outbox.h"
#include "service/deliver/plain.h"

enum {
    SUBJECT_BYTES = 600, /* longer ones are cut */
    BOX_BYTES = 254,     /* RFC 5321, 4.5.3.1.3, less the brackets */
    LOCAL_BYTES = 64,
    WORD_BYTES = 45,  /* in an encoded word: 60 letters and the 12 around them */
    LINE_CHARS = 76,  /* of quoted-printable */
    IMAGE_BYTES = 57, /* a line of base64 */
    BOUNDARY_BYTES = 40
};

/* ---- addresses and ids ---- */

static bool is_atext(char c)
{
    return nb_ascii_is_alpha(c) || nb_ascii_is_digit(c) ||
           (c && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool is_dot_atom(struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool is_dot = text.p[i] == '.';
        bool is_edge = i == 0 || i + 1 == text.len || text.p[i - 1] == '.';
        if (is_dot ? is_edge : !is_atext(text.p[i])) {
            return false;
        }
    }
    return text.len > 0;
}

static bool is_host(struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        if (!nb_ascii_is_alpha(c) && !nb_ascii_is_digit(c) && c != '-' && c != '.') {
            return false;
        }
    }
    return is_dot_atom(text) && text.p[0] != '-';
}

/* "box@host" */
static const char *read_box(struct nb_slice text, struct nb_mail_address *out)
{
    size_t at = nb_slice_find_byte(text, '@', 0);
    if (at == NB_NPOS) {
        return "an address has an @";
    }
    struct nb_slice local = nb_slice_sub(text, 0, at);
    out->box = text;
    out->host = nb_slice_sub(text, at + 1, text.len);
    if (text.len > BOX_BYTES || local.len > LOCAL_BYTES) {
        return "the address is too long";
    }
    if (!is_dot_atom(local)) {
        return "the part before the @ is letters, digits and dots, in ASCII";
    }
    return is_host(out->host) ? NULL : "the part behind the @ is a host's name, in ASCII";
}

const char *nb_mail_address(struct nb_slice text, struct nb_mail_address *out)
{
    struct nb_slice all = nb_slice_trim(text);
    size_t open = nb_slice_find_byte(all, '<', 0);
    *out = (struct nb_mail_address){.name = {NULL, 0}};
    if (open == NB_NPOS) {
        return read_box(all, out);
    }
    if (all.p[all.len - 1] != '>') {
        return "the address does not end with >";
    }
    struct nb_slice name = nb_slice_trim(nb_slice_sub(all, 0, open));
    if (name.len > 1 && name.p[0] == '"' && name.p[name.len - 1] == '"') {
        name = nb_slice_sub(name, 1, name.len - 1);
    }
    if (!nb_utf8_valid(name)) {
        return "the name is not UTF-8";
    }
    out->name = name;
    return read_box(nb_slice_sub(all, open + 1, all.len - 1), out);
}

struct nb_slice nb_mail_id(struct nb_slice recipient, struct nb_slice key, struct nb_slice host,
                           struct nb_arena *arena)
{
    char hex[NB_ID_HEX];
    struct nb_id id = nb_outbox_id(recipient, key);
    nb_hex(nb_slice(id.b, sizeof(id.b)), hex);
    return nb_slice_str(nb_arena_printf(arena, "%s@%.*s", hex, NB_ARG(host)));
}

/* ---- headers ---- */

static bool is_plain(struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.p[i] < 0x20 || (unsigned char)text.p[i] > 0x7e) {
            return false;
        }
    }
    return nb_slice_find(text, NB_LIT("=?"), 0) == NB_NPOS;
}

/* Encoded words, folded; `used` characters are in the line already. */
static void add_words(struct nb_buf *out, struct nb_slice text, size_t used)
{
    size_t most = (LINE_CHARS - used - 12) / 4 * 3;
    while (text.len > 0) {
        char word[NB_BASE64_CHARS(WORD_BYTES) + 1];
        struct nb_slice part = nb_utf8_cut(text, most < WORD_BYTES ? most : WORD_BYTES);
        nb_base64(part, word);
        nb_buf_addf(out, "=?UTF-8?B?%s?=", word);
        text = nb_slice_sub(text, part.len, text.len);
        if (text.len > 0) {
            nb_buf_add_str(out, "\r\n ");
        }
        most = WORD_BYTES;
    }
}

static void add_subject(struct nb_buf *out, struct nb_slice subject)
{
    char text[SUBJECT_BYTES];
    struct nb_slice cleaned = nb_plain(subject, text, sizeof(text));
    nb_buf_add_str(out, "Subject: ");
    if (is_plain(cleaned) && cleaned.len < LINE_CHARS - 9) {
        nb_buf_add(out, cleaned);
    } else {
        add_words(out, cleaned, 9);
    }
    nb_buf_add_str(out, "\r\n");
}

static void add_address(struct nb_buf *out, const char *header,
                        const struct nb_mail_address *address)
{
    char text[SUBJECT_BYTES];
    struct nb_slice name = nb_plain(address->name, text, sizeof(text));
    nb_buf_addf(out, "%s: ", header);
    if (is_plain(name) && name.len < LINE_CHARS / 2) {
        nb_buf_add_str(out, name.len ? "\"" : "");
        for (size_t i = 0; i < name.len; i++) {
            bool is_special = name.p[i] == '"' || name.p[i] == '\\';
            nb_buf_addf(out, is_special ? "\\%c" : "%c", name.p[i]);
        }
        nb_buf_add_str(out, name.len ? "\" " : "");
    } else {
        add_words(out, name, strlen(header) + 2);
        nb_buf_add_str(out, "\r\n ");
    }
    nb_buf_addf(out, "<%.*s>\r\n", NB_ARG(address->box));
}

static void add_date(struct nb_buf *out, int64_t at_ms, int32_t offset_min)
{
    static const char days[] = "Mon\0Tue\0Wed\0Thu\0Fri\0Sat\0Sun";
    static const char months[] = "Jan\0Feb\0Mar\0Apr\0May\0Jun\0Jul\0Aug\0Sep\0Oct\0Nov\0Dec";
    struct nb_civil c = nb_civil_of(at_ms, offset_min);
    int32_t away = offset_min < 0 ? -offset_min : offset_min;
    nb_buf_addf(out, "Date: %s, %d %s %d %02d:%02d:%02d %c%02d%02d\r\n",
                days + (ptrdiff_t)4 * c.weekday, c.day, months + (ptrdiff_t)4 * (c.month - 1),
                c.year, c.hour, c.minute, c.second, offset_min < 0 ? '-' : '+', away / 60,
                away % 60);
}

/* ---- parts ---- */

static void add_hex(struct nb_buf *out, unsigned char byte)
{
    nb_buf_addf(out, "=%02X", (unsigned)byte);
}

static bool ends_line(struct nb_slice text, size_t i)
{
    return i == text.len || text.p[i] == '\n' ||
           (text.p[i] == '\r' && i + 1 < text.len && text.p[i + 1] == '\n');
}

/* RFC 2045, 6.7. Lines of the text end in LF or CRLF. */
static void add_quoted(struct nb_buf *out, struct nb_slice text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (ends_line(text, i)) {
            i += c == '\r';
            nb_buf_add_str(out, "\r\n");
            column = 0;
            continue;
        }
        bool is_blank = c == ' ' || c == '\t';
        bool is_literal =
            (c > 0x20 && c < 0x7f && c != '=') || (is_blank && !ends_line(text, i + 1));
        if (column + (is_literal ? 1 : 3) > LINE_CHARS - 1) {
            nb_buf_add_str(out, "=\r\n");
            column = 0;
        }
        /* a dot alone, or "From ", at the start of a line means something to some servers */
        struct nb_slice rest = nb_slice_sub(text, i, text.len);
        is_literal =
            is_literal && (column > 0 || (c != '.' && !nb_slice_starts(rest, NB_LIT("From "))));
        if (is_literal) {
            nb_buf_add_byte(out, (char)c);
        } else {
            add_hex(out, c);
        }
        column += is_literal ? 1 : 3;
    }
    nb_buf_add_str(out, "\r\n");
}

static void add_base64(struct nb_buf *out, struct nb_slice bytes)
{
    char line[NB_BASE64_CHARS(IMAGE_BYTES) + 1];
    for (size_t at = 0; at < bytes.len; at += IMAGE_BYTES) {
        nb_base64(nb_slice_sub(bytes, at, at + IMAGE_BYTES), line);
        nb_buf_addf(out, "%s\r\n", line);
    }
}

static void add_text_part(struct nb_buf *out, const char *type, struct nb_slice text)
{
    nb_buf_addf(out,
                "Content-Type: text/%s; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                type);
    add_quoted(out, text);
}

/* Nothing between two of them can contain it: it is a hash of that. */
static void boundary_of(const struct nb_mail *mail, const char *which, char *out)
{
    char hex[NB_ID_HEX];
    const struct nb_slice parts[] = {nb_slice_str(which), mail->id, mail->text, mail->html};
    struct nb_id id = nb_id_of(parts, sizeof(parts) / sizeof(parts[0]));
    nb_hex(nb_slice(id.b, sizeof(id.b)), hex);
    (void)snprintf(out, BOUNDARY_BYTES, "nb_%s", hex);
}

static void add_html(const struct nb_mail *mail, struct nb_buf *out)
{
    char boundary[BOUNDARY_BYTES];
    if (mail->images_n == 0) {
        add_text_part(out, "html", mail->html);
        return;
    }
    boundary_of(mail, "related", boundary);
    nb_buf_addf(out,
                "Content-Type: multipart/related; type=\"text/html\";\r\n boundary=\"%s\"\r\n\r\n"
                "--%s\r\n",
                boundary, boundary);
    add_text_part(out, "html", mail->html);
    for (size_t i = 0; i < mail->images_n; i++) {
        const struct nb_mail_image *image = &mail->images[i];
        nb_buf_addf(out,
                    "--%s\r\nContent-Type: %.*s\r\nContent-Transfer-Encoding: base64\r\n"
                    "Content-ID: <%.*s>\r\nContent-Disposition: inline; filename=\"%.*s\"\r\n\r\n",
                    boundary, NB_ARG(image->type), NB_ARG(image->cid), NB_ARG(image->cid));
        add_base64(out, image->bytes);
    }
    nb_buf_addf(out, "--%s--\r\n", boundary);
}

static void add_body(const struct nb_mail *mail, struct nb_buf *out)
{
    char boundary[BOUNDARY_BYTES];
    nb_buf_add_str(out, "MIME-Version: 1.0\r\n");
    if (mail->html.len == 0) {
        add_text_part(out, "plain", mail->text);
        return;
    }
    boundary_of(mail, "alternative", boundary);
    nb_buf_addf(out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n",
                boundary, boundary);
    add_text_part(out, "plain", mail->text);
    nb_buf_addf(out, "--%s\r\n", boundary);
    add_html(mail, out);
    nb_buf_addf(out, "--%s--\r\n", boundary);
}

/* ---- the whole ---- */

bool nb_mail_can_leave(struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c <= ' ' || c > '~' || c == '<' || c == '>' || c == ',') {
            return false;
        }
    }
    return nb_slice_starts(text, NB_LIT("https://")) || nb_slice_starts(text, NB_LIT("mailto:"));
}

static bool is_type(struct nb_slice text)
{
    size_t slash = nb_slice_find_byte(text, '/', 0);
    return slash != NB_NPOS && is_dot_atom(nb_slice_sub(text, 0, slash)) &&
           is_dot_atom(nb_slice_sub(text, slash + 1, text.len));
}

/* @return what cannot be written, or NULL */
static const char *check(const struct nb_mail *mail)
{
    struct nb_mail_address ignored;
    for (size_t i = 0; i < mail->images_n; i++) {
        if (!is_host(mail->images[i].cid) || !is_type(mail->images[i].type)) {
            return "the name or type of an image";
        }
    }
    if (read_box(mail->id, &ignored) ||
        (mail->thread_id.len && read_box(mail->thread_id, &ignored))) {
        return "the id or thread id";
    }
    if (mail->list_id.len && !is_dot_atom(mail->list_id)) {
        return "the list id";
    }
    if (mail->language.len && !is_host(mail->language)) {
        return "the language";
    }
    return mail->leave.len && !nb_mail_can_leave(mail->leave) ? "the address for leaving" : NULL;
}

static void add_optional(const struct nb_mail *mail, struct nb_buf *out)
{
    if (mail->thread_id.len && !nb_slice_eq(mail->thread_id, mail->id)) {
        nb_buf_addf(out, "In-Reply-To: <%.*s>\r\nReferences: <%.*s>\r\n", NB_ARG(mail->thread_id),
                    NB_ARG(mail->thread_id));
    }
    if (mail->list_id.len) {
        nb_buf_addf(out, "List-Id: <%.*s>\r\n", NB_ARG(mail->list_id));
    }
    if (mail->leave.len) {
        nb_buf_addf(out, "List-Unsubscribe: <%.*s>\r\n", NB_ARG(mail->leave));
    }
    if (nb_slice_starts(mail->leave, NB_LIT("https://"))) {
        nb_buf_add_str(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    }
    if (mail->language.len) {
        nb_buf_addf(out, "Content-Language: %.*s\r\n", NB_ARG(mail->language));
    }
}

enum nb_err nb_mail_write(const struct nb_mail *mail, struct nb_buf *out, struct nb_error *error)
{
    struct nb_mail_address from;
    struct nb_mail_address to;
    const char *wrong = nb_mail_address(mail->from, &from);
    if (wrong) {
        return nb_error_set(error, NB_EINVAL, "the sender: %s", wrong);
    }
    wrong = nb_mail_address(mail->to, &to);
    if (wrong) {
        return nb_error_set(error, NB_EINVAL, "the receiver: %s", wrong);
    }
    wrong = check(mail);
    if (wrong) {
        return nb_error_set(error, NB_EINVAL, "%s has a form that a mail cannot carry", wrong);
    }
    add_date(out, mail->date_ms, mail->utc_offset_min);
    add_address(out, "From", &from);
    add_address(out, "To", &to);
    add_subject(out, mail->subject);
    nb_buf_addf(out, "Message-ID: <%.*s>\r\n", NB_ARG(mail->id));
    add_optional(mail, out);
    nb_buf_add_str(out, "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n");
    add_body(mail, out);
    return nb_buf_finish(out, NULL);
}
