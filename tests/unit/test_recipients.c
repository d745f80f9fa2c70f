#include "tests/lib/test.h"

#include <sys/stat.h>

#include "service/deliver/recipients.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const char secrets[] = "# old and new\nwhsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n"
                              "\nwhsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=\n";

static char *directory(void)
{
    char *dir = nbt_tmpdir();
    const char *const names[] = {"secret", "open", "empty", "url"};
    const char *const texts[] = {secrets, secrets, "# nothing\n",
                                 "https://hooks.slack.example/T0/B0/x\n"};
    for (size_t i = 0; i < ROWS(names); i++) {
        char *path = nbt_path(dir, names[i]);
        nbt_write_file(path, nb_slice_str(texts[i]));
        assert_int_equal(chmod(path, i == 1 ? 0644 : 0640), 0);
        free(path);
    }
    return dir;
}

static void all_that_can_be_said_is_read(void **state)
{
    (void)state;
    static const char text[] =
        "# who is told\n"
        "desk { webhook = \"https://desk.example/hook\"; secret_file = secret;\n"
        "  topics = \"acme, acme-kargo\"; changes = \"opened closed\"; min_severity = 4;\n"
        "  budget = 2; cooldown = 30min; quiet = \"23:00-07:30\"; quiet_severity = 8;\n"
        "  language = en; private = on }\n"
        "chat { url_file = url; slack = \"\"; alerts = off }\n"
        "team { mail = \"Ekip <ekip@acme.example>\"; leave = \"mailto:x@acme.example\" }\n";
    struct nb_recipients *all = NULL;
    struct nb_error error = {0};
    char *dir = directory();
    if (nb_recipients_read(nb_slice_str(text), "r.conf", dir, false, &all, &error) != NB_OK) {
        fail_msg("%s", error.text);
    }
    assert_int_equal(nb_recipients_n(all), 3);
    const struct nb_recipient *r = nb_recipients_find(all, NB_LIT("desk"));
    assert_int_equal(r->form, NB__DELIVERY__FORM__WEBHOOK);
    assert_int_equal(r->secrets_n, 2);
    assert_true(r->secrets[1].is_ed25519);
    assert_int_equal(r->sends, NB_SEND_OPENED | NB_SEND_CLOSED);
    assert_int_equal(r->min_severity, 4);
    assert_int_equal(r->budget_milli, 2000);
    assert_int_equal(r->cooldown_s, 1800);
    assert_int_equal(r->quiet_from_min, 23 * 60);
    assert_int_equal(r->quiet_to_min, 7 * 60 + 30);
    assert_int_equal(r->quiet_severity, 8);
    assert_true(r->is_private);
    assert_string_equal(r->language, "en");
    assert_true(nb_recipient_wants(r, NB_LIT("acme-kargo")));
    assert_false(nb_recipient_wants(r, NB_LIT("acm")));
    r = nb_recipients_find(all, NB_LIT("chat"));
    assert_string_equal(r->url, "https://hooks.slack.example/T0/B0/x");
    assert_false(r->has_alerts);
    assert_true(nb_recipient_wants(r, NB_LIT("anything")));
    r = nb_recipients_find(all, NB_LIT("team"));
    assert_string_equal(r->to, "Ekip <ekip@acme.example>");
    assert_int_equal(r->budget_milli, -1);
    assert_int_equal(r->quiet_from_min, -1);
    assert_null(nb_recipients_find(all, NB_LIT("des")));
    nb_recipients_free(all);
    nbt_rmdir(dir);
}

static void what_is_wrong_is_said_with_its_line_and_no_secret(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"a { }", "r.conf:1: recipient a: it needs one of webhook"},
        {"a { mail = x@y.example; slack = \"https://z.example/\" }", "one of webhook"},
        {"a { mail = nobody }", "an address has an @"},
        {"\na { webhook = \"https://d.example/\" }", "r.conf:2: recipient a: a webhook needs"},
        {"a { webhook = \"http://d.example/\"; secret_file = secret }", "https://"},
        {"a { webhook = \"ftp://d.example/\"; secret_file = secret }", "no https:// URL"},
        {"a { webhook = \"https://u:p@d.example/\"; secret_file = secret }", "user or password"},
        {"a { webhook = \"https://d.example/\"; secret_file = open }", "everybody can read"},
        {"a { webhook = \"https://d.example/\"; secret_file = missing }", "missing: No such file"},
        {"a { webhook = \"https://d.example/\"; secret_file = url }", "begins with whsec_"},
        {"a { webhook = \"https://d.example/\"; secret_file = empty }", "needs a secret_file"},
        {"a { webhook = \"https://d.example/\"; secret_file = \".\" }", "is no file"},
        {"a { slack = \"https://d.example/\"; secret_file = secret }", "only webhooks are signed"},
        {"a { mail = x@y.example; leave = \"http://y.example/\" }", "leave is no mailto:"},
        {"a { mail = x@y.example; min_severty = 3 }", "did you mean min_severity?"},
        {"a { mail = x@y.example; min_severity = 11 }", "out of range"},
        {"a { mail = x@y.example; quiet = \"25:00-07:00\" }", "23:00-07:00"},
        {"a { mail = x@y.example; changes = \"opened burst\" }", "some of: opened"},
        {"a { mail = x@y.example; language = de }", "tr or en"},
        {"a { mail = x@y.example }\na { mail = x@y.example }", "one of that name above"},
        {"a { b { mail = x@y.example } }", "no sections in it"},
        {"mail = x@y.example", "outside of a recipient"},
        {"a { mail = x@y.example", "not closed"},
        {"a { mail = \"x@y.example\xff\" }", "UTF-8"},
    };
    char *dir = directory();
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_recipients *all = NULL;
        struct nb_error error = {0};
        assert_int_not_equal(
            nb_recipients_read(nb_slice_str(rows[i].text), "r.conf", dir, false, &all, &error),
            NB_OK);
        assert_null(all);
        if (!strstr(error.text, rows[i].says)) {
            fail_msg("%s: %s", rows[i].text, error.text);
        }
        assert_null(strstr(error.text, "MDEyMzQ1"));
        assert_null(strstr(error.text, "T0/B0"));
    }
    nbt_rmdir(dir);
}

static void mail_wants_its_settings(void **state)
{
    (void)state;
    static const struct {
        const char *server, *from, *leave, *says;
    } rows[] = {
        {"mail.server=", "mail.from=a@b.example", "mail.leave=", "mail.server is not set"},
        {"mail.server=http://x", "mail.from=a@b.example", "mail.leave=", "smtp://"},
        {"mail.server=smtp://x:25", "mail.from=", "mail.leave=", "mail.from"},
        {"mail.server=smtp://x:25", "mail.from=a@b.example", "mail.leave=b", "mail.leave is no"},
        {"mail.server=smtp://x:25", "mail.from=a@b.example", "mail.leave=mailto:a@b.example",
         NULL}};
    struct nb_recipients *all = NULL;
    assert_int_equal(
        nb_recipients_read(NB_LIT("a { mail = x@y.example }"), "r", ".", false, &all, NULL), NB_OK);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct nb_error error = {0};
        struct nb_config *config = NULL;
        const char *const sets[] = {rows[i].server, rows[i].from, rows[i].leave};
        assert_int_equal(nb_config_load(NULL, sets, 3, &config, &error), NB_OK);
        enum nb_err err = nb_recipients_check(all, config, &error);
        assert_int_equal(err == NB_OK, rows[i].says == NULL);
        assert_true(!rows[i].says || strstr(error.text, rows[i].says));
        nb_config_free(config);
    }
    nb_recipients_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_can_be_said_is_read),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line_and_no_secret),
        cmocka_unit_test(mail_wants_its_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
