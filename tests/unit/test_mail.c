#include "tests/lib/test.h"

#include "service/deliver/mail.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static struct nb_mail sample(void)
{
    return (struct nb_mail){
        .from = NB_LIT("nabiz <alarm@acme.example>"),
        .to = NB_LIT("\"Kriz masas\xc4\xb1\" <masa@acme.example>"),
        .subject = NB_LIT("acme: 8"),
        .date_ms = 1795353845000, /* 2026-11-22T13:24:05Z, a Sunday */
        .utc_offset_min = 180,
        .id = NB_LIT("00ff@acme.example"),
        .language = NB_LIT("tr"),
        .text = NB_LIT("Merhaba\n"),
    };
}

static struct nb_slice write_ok(const struct nb_mail *mail, struct nb_buf *out)
{
    struct nb_error error = {0};
    nb_buf_init(out, 1 << 20);
    if (nb_mail_write(mail, out, &error) != NB_OK) {
        fail_msg("%s", nb_error_text(&error));
    }
    return nb_buf_slice(out);
}

static bool has(struct nb_slice text, const char *part)
{
    return nb_slice_find(text, nb_slice_str(part), 0) != NB_NPOS;
}

static void a_plain_mail_is_written_to_the_byte(void **state)
{
    (void)state;
    struct nb_buf out;
    struct nb_mail mail = sample();
    assert_slice_equal(write_ok(&mail, &out),
                       "Date: Sun, 22 Nov 2026 16:24:05 +0300\r\n"
                       "From: \"nabiz\" <alarm@acme.example>\r\n"
                       "To: =?UTF-8?B?S3JpeiBtYXNhc8Sx?=\r\n <masa@acme.example>\r\n"
                       "Subject: acme: 8\r\n"
                       "Message-ID: <00ff@acme.example>\r\n"
                       "Content-Language: tr\r\n"
                       "Auto-Submitted: auto-generated\r\n"
                       "X-Auto-Response-Suppress: All\r\n"
                       "MIME-Version: 1.0\r\n"
                       "Content-Type: text/plain; charset=utf-8\r\n"
                       "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                       "Merhaba\r\n\r\n");
    nb_buf_fini(&out);
}

static void a_thread_and_the_way_out_are_named(void **state)
{
    (void)state;
    struct nb_buf out;
    struct nb_mail mail = sample();
    mail.thread_id = NB_LIT("aa@acme.example");
    mail.leave = NB_LIT("https://acme.example/leave?x=1");
    mail.list_id = NB_LIT("alerts.acme.example");
    struct nb_slice text = write_ok(&mail, &out);
    assert_true(
        has(text, "\r\nIn-Reply-To: <aa@acme.example>\r\nReferences: <aa@acme.example>\r\n"));
    assert_true(has(text, "\r\nList-Unsubscribe: <https://acme.example/leave?x=1>\r\n"
                          "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
    assert_true(has(text, "\r\nList-Id: <alerts.acme.example>\r\n"));
    nb_buf_fini(&out);
    mail.leave = NB_LIT("mailto:leave@acme.example");
    mail.thread_id = mail.id; /* the first of its thread refers to nothing */
    text = write_ok(&mail, &out);
    assert_false(has(text, "One-Click"));
    assert_false(has(text, "References"));
    nb_buf_fini(&out);
}

/* Header lines of a mail, from the name on; fails when one is longer than RFC 5322 bears. */
static size_t header_lines(struct nb_slice mail)
{
    size_t n = 0;
    size_t end = nb_slice_find(mail, NB_LIT("\r\n\r\n"), 0);
    assert_true(end != NB_NPOS);
    for (size_t at = 0; at < end; n++) {
        size_t next = nb_slice_find(mail, NB_LIT("\r\n"), at);
        assert_true(next - at <= 78);
        for (size_t i = at; i < next; i++) {
            assert_true(mail.p[i] >= 0x20 && mail.p[i] < 0x7f);
        }
        at = next + 2;
    }
    return n;
}

static void nothing_in_a_subject_or_name_becomes_a_header(void **state)
{
    (void)state;
    static const char *const hostile[] = {
        "x\r\nBcc: all@evil.example",
        "x\nBcc: all@evil.example\n\nbody",
        "x\rBcc: a\r\r\n",
        "=?UTF-8?B?Cg==?=Bcc: a",
        "\xe2\x80\xae.gpj.exe \xe2\x80\xa8 Bcc: a",
        "\x01\x02\x7f\xc2\x85 Bcc: a",
        "\xff\xfe broken \xc3",
    };
    for (size_t i = 0; i < ROWS(hostile); i++) {
        struct nb_buf out;
        char from[200];
        struct nb_mail mail = sample();
        mail.subject = nb_slice_str(hostile[i]);
        size_t lines = 11; /* as many as without */
        struct nb_slice text = write_ok(&mail, &out);
        assert_int_equal(header_lines(text), lines + 1);
        assert_false(has(text, "\r\nBcc"));
        assert_false(has(text, "\nBcc"));
        nb_buf_fini(&out);
        (void)snprintf(from, sizeof(from), "%s <a@b.example>", hostile[i]);
        mail = sample();
        mail.from = nb_slice_str(from);
        nb_buf_init(&out, 1 << 20);
        if (nb_mail_write(&mail, &out, NULL) == NB_OK) {
            assert_false(has(nb_buf_slice(&out), "\nBcc"));
            (void)header_lines(nb_buf_slice(&out));
        }
        nb_buf_fini(&out);
    }
}

static void a_long_subject_is_folded_between_characters(void **state)
{
    (void)state;
    char subject[900] = "";
    for (size_t i = 0; i + 3 < sizeof(subject); i += 2) {
        memcpy(subject + i, "\xc5\x9f", 3); /* s with a cedilla */
    }
    struct nb_buf out;
    struct nb_mail mail = sample();
    mail.subject = nb_slice_str(subject);
    struct nb_slice text = write_ok(&mail, &out);
    (void)header_lines(text);
    assert_true(has(text, "\r\n =?UTF-8?B?xZ/Fn8WfxZ/Fn8Wf")); /* words begin with a whole one */
    assert_true(text.len < 3000);
    nb_buf_fini(&out);
}

static void parts_are_nested_and_closed(void **state)
{
    (void)state;
    const struct nb_mail_image images[] = {
        {NB_LIT("volume.png"), NB_LIT("image/png"), NB_LIT("\x89PNG\r\n\x1a\n")},
        {NB_LIT("mood"), NB_LIT("image/png"), NB_LIT("x")},
    };
    struct nb_buf out;
    struct nb_buf again;
    struct nb_mail mail = sample();
    mail.html = NB_LIT("<p>Merhaba <img src=\"cid:volume.png\"></p>");
    mail.images = images;
    mail.images_n = ROWS(images);
    struct nb_slice text = write_ok(&mail, &out);
    assert_true(has(text, "Content-Type: multipart/alternative;"));
    assert_true(has(text, "Content-Type: multipart/related; type=\"text/html\";"));
    assert_true(has(text, "Content-ID: <volume.png>"));
    assert_true(has(text, "\r\niVBORw0KGgo=\r\n"));
    assert_true(has(text, "src=3D\"cid:volume.png\""));
    size_t closes = 0;
    for (size_t at = 0; (at = nb_slice_find(text, NB_LIT("--\r\n"), at)) != NB_NPOS; at++) {
        closes++;
    }
    assert_int_equal(closes, 2);
    struct nb_slice same = write_ok(&mail, &again);
    assert_int_equal(nb_slice_cmp(text, same), 0);
    nb_buf_fini(&out);
    nb_buf_fini(&again);
}

static void text_is_quoted_so_that_every_line_fits(void **state)
{
#define LINE_15 "fifteen letters"
#define LINE_75 LINE_15 LINE_15 LINE_15 LINE_15 LINE_15
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"a=b", "\r\n\r\na=3Db\r\n"},
        {"blank \nnext\t\r\n", "\r\n\r\nblank=20\r\nnext=09\r\n\r\n"},
        {".\nFrom me\nFine", "\r\n\r\n=2E\r\n=46rom me\r\nFine\r\n"},
        {"\xc4\x9f\r", "\r\n\r\n=C4=9F=0D\r\n"},
        {LINE_75 ".", LINE_75 "=\r\n=2E\r\n"}, /* a line begins where one is broken, too */
        {LINE_75 "From", LINE_75 "=\r\nFrom\r\n"},
        {LINE_75 "From me", LINE_75 "=\r\n=46rom me\r\n"},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_buf out;
        struct nb_mail mail = sample();
        mail.text = nb_slice_str(rows[i].text);
        assert_true(has(write_ok(&mail, &out), rows[i].want));
        nb_buf_fini(&out);
    }
    static char megabyte[300000];
    memset(megabyte, '=', sizeof(megabyte));
    struct nb_buf out;
    struct nb_mail mail = sample();
    mail.text = nb_slice(megabyte, sizeof(megabyte));
    struct nb_slice text = write_ok(&mail, &out);
    for (size_t at = 0; at < text.len;) {
        size_t next = nb_slice_find(text, NB_LIT("\r\n"), at);
        assert_true(next != NB_NPOS && next - at <= 78);
        at = next + 2;
    }
    nb_buf_fini(&out);
}

static void addresses_are_read_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *box; /* box NULL: refused */
    } rows[] = {
        {"a@b.example", "", "a@b.example"},
        {" Acme <a.b+c@b.example> ", "Acme", "a.b+c@b.example"},
        {"\"Acme, Inc.\" <a@b>", "Acme, Inc.", "a@b"},
        {"a", NULL, NULL},
        {"", NULL, NULL},
        {"a@", NULL, NULL},
        {"@b", NULL, NULL},
        {"a b@c.example", NULL, NULL},
        {"a@b.example\r\nX: y", NULL, NULL},
        {"a@b.example, c@d.example", NULL, NULL},
        {"N <a@b.example", NULL, NULL},
        {"N <a@b.example> <c@d.example>", NULL, NULL},
        {".a@b.example", NULL, NULL},
        {"a..a@b.example", NULL, NULL},
        {"a@-b.example", NULL, NULL},
        {"a@b..example", NULL, NULL},
        {"\xc4\xb1@b.example", NULL, NULL},
        {"a@b_c.example", NULL, NULL},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_mail_address address;
        const char *wrong = nb_mail_address(nb_slice_str(rows[i].text), &address);
        assert_int_equal(wrong == NULL, rows[i].box != NULL);
        if (!wrong) {
            assert_slice_equal(address.name, rows[i].name);
            assert_slice_equal(address.box, rows[i].box);
        }
    }
}

static void what_cannot_be_written_is_refused(void **state)
{
    (void)state;
    const struct nb_mail_image image = {NB_LIT("a> b"), NB_LIT("image/png"), NB_LIT("x")};
    for (int i = 0; i < 6; i++) {
        struct nb_buf out;
        struct nb_error error = {0};
        struct nb_mail mail = sample();
        mail.html = NB_LIT("<p>");
        mail.to = i == 0 ? NB_LIT("nobody") : mail.to;
        mail.id = i == 1 ? NB_LIT("a b@c") : mail.id;
        mail.thread_id = i == 2 ? NB_LIT("x>\r\nBcc: y@z") : mail.thread_id;
        mail.leave = i == 3 ? NB_LIT("https://a/>\r\nBcc: y") : mail.leave;
        mail.images = &image;
        mail.images_n = i == 4 ? 1 : 0;
        mail.language = i == 5 ? NB_LIT("tr\r\nBcc: y") : mail.language;
        nb_buf_init(&out, 1 << 20);
        assert_int_equal(nb_mail_write(&mail, &out, &error), NB_EINVAL);
        assert_true(error.text[0]);
        assert_int_equal(out.len, 0);
        nb_buf_fini(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_mail_is_written_to_the_byte),
        cmocka_unit_test(a_thread_and_the_way_out_are_named),
        cmocka_unit_test(nothing_in_a_subject_or_name_becomes_a_header),
        cmocka_unit_test(a_long_subject_is_folded_between_characters),
        cmocka_unit_test(parts_are_nested_and_closed),
        cmocka_unit_test(text_is_quoted_so_that_every_line_fits),
        cmocka_unit_test(addresses_are_read_or_refused),
        cmocka_unit_test(what_cannot_be_written_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
