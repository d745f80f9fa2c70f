/* What recipients are told, made of what the worst of authors wrote. */
#include "tests/lib/test.h"

#include <jansson.h>

#include <nabiz/text.h>
#include <nabiz/url.h>

#include "service/deliver/notice.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static char hostile_author[] = "forum.example/<!channel> *x* `y` [z](http://evil.example/)";
static char topic[] = "acme";
static char why[] = "60 documents in the hour <script>alert(1)</script>\r\nBcc: x";

struct world {
    struct nb_arena *arena;
    struct nb_labels *labels;
    struct nb_incident incident;
    struct nb_incident_change change;
    char *reasons[1];
    Nb__NameCount term;
    Nb__NameCount *terms[1];
    Nb__ClaimStep step;
    Nb__ClaimStep *chain[1];
    struct nb_recipient to;
    struct nb_notice notice;
};

static void open_world(struct world *w, Nb__Delivery__Form form, const char *language)
{
    struct nb_error error = {0};
    *w = (struct world){.arena = nb_arena_new(64u << 20)};
    if (nb_labels_load("config/templates", language, &w->labels, &error) != NB_OK) {
        fail_msg("%s", error.text);
    }
    nb__incident__init(&w->incident);
    nb__incident_change__init(&w->change);
    w->reasons[0] = why;
    nb__name_count__init(&w->term);
    nb__claim_step__init(&w->step);
    w->term.name = hostile_author;
    w->term.has_count = 1;
    w->term.count = 7;
    w->terms[0] = &w->term;
    w->step.author = hostile_author;
    w->step.url = hostile_author;
    w->chain[0] = &w->step;
    w->incident.terms = w->terms;
    w->incident.chain = w->chain;
    w->incident.n_terms = w->incident.n_chain = 1;
    w->incident.has_chain_n = w->incident.has_more = w->incident.has_state = 1;
    w->incident.chain_n = 12;
    w->incident.more = 300;
    w->incident.state = NB__INCIDENT__STATE__OPEN;
    w->incident.first_author = hostile_author;
    w->incident.why = w->reasons;
    w->incident.n_why = 1;
    w->incident.has_value = w->incident.has_negative_n = w->incident.has_first_ms = 1;
    w->incident.value = 60;
    w->incident.has_documents_n = w->incident.has_span_ms = 1;
    w->incident.documents_n = 1234;
    w->incident.span_ms = 3600000;
    w->incident.negative_n = 56;
    w->incident.expected_milli = 2500;
    w->incident.first_ms = 1795353845000;
    w->change.topic = topic;
    w->change.has_what = 1;
    w->change.what = NB__INCIDENT_CHANGE__WHAT__OPENED;
    w->change.severity = 8;
    w->change.incident = 0x1234;
    w->change.ordinal = 1;
    w->change.at_ms = 1795353845000;
    w->to = (struct nb_recipient){.name = "desk", .form = form, .to = "Masa <masa@acme.example>"};
    w->notice = (struct nb_notice){
        .change = &w->change,
        .incident = &w->incident,
        .to = &w->to,
        .key = NB_LIT("incident/1234/1-opened"),
        .thread = NB_LIT("incident/1234"),
        .labels = w->labels,
        .pages = "https://nabiz.acme.example/",
        .from = "alarm@acme.example",
        .leave = "",
        .utc_offset_min = 180,
        .posts = {{NB_LIT("<!everyone> & \"quotes\" <b>bold</b>\r\n\xe2\x80\xae*not* _this_"),
                   NB_LIT("<@U123> \x01\x7f"), NB_LIT("https://forum.example/a|b>c?x=<y>&z=1")},
                  {NB_LIT("\xff\xfe"), NB_LIT(""), NB_LIT("javascript:alert(1)")},
                  {NB_LIT(""), NB_LIT(""), NB_LIT("https://forum.example/\n<x")}},
        .posts_n = 3,
    };
}

static void close_world(struct world *w)
{
    nb_labels_free(w->labels);
    nb_arena_free(w->arena);
}

static struct nb_slice write_ok(struct world *w, struct nb_buf *out)
{
    struct nb_error error = {0};
    nb_buf_init(out, NB_NOTICE_BYTES);
    if (nb_notice_write(&w->notice, w->arena, out, &error) != NB_OK) {
        fail_msg("%s", error.text);
    }
    assert_true(nb_utf8_valid(nb_buf_slice(out)));
    return nb_buf_slice(out);
}

static json_t *read_json(struct nb_slice text)
{
    json_error_t error;
    json_t *json = json_loadb(text.p, text.len, 0, &error);
    if (!json) {
        fail_msg("%s: %.*s", error.text, NB_ARG(text));
    }
    return json;
}

static const char *at(json_t *json, const char *a, const char *b)
{
    json_t *inner = b ? json_object_get(json_object_get(json, a), b) : json_object_get(json, a);
    return json_is_string(inner) ? json_string_value(inner) : "";
}

static void a_webhook_is_small_and_has_figures(void **state)
{
    (void)state;
    struct world w;
    struct nb_buf out;
    open_world(&w, NB__DELIVERY__FORM__WEBHOOK, "tr");
    struct nb_slice text = write_ok(&w, &out);
    assert_true(text.len < 20000);
    json_t *json = read_json(text);
    assert_string_equal(at(json, "type", NULL), "incident.opened");
    assert_string_equal(at(json, "timestamp", NULL), "2026-11-22T13:24:05Z");
    assert_string_equal(at(json, "data", "incident"), "0000000000001234");
    assert_string_equal(at(json, "data", "topic"), "acme");
    json_t *data = json_object_get(json, "data");
    assert_int_equal(json_integer_value(json_object_get(data, "version")), NB_NOTICE_VERSION);
    assert_int_equal(json_integer_value(json_object_get(data, "severity")), 8);
    assert_int_equal(json_integer_value(json_object_get(data, "documents")), 1234);
    assert_int_equal(json_array_size(json_object_get(data, "posts")), 3);
    assert_int_equal(json_array_size(json_object_get(data, "terms")), 1);
    json_t *claim = json_object_get(data, "claim");
    assert_string_equal(at(claim, "author", NULL), hostile_author);
    assert_int_equal(json_integer_value(json_object_get(claim, "documents")), 12);
    json_decref(json);
    nb_buf_fini(&out);
    close_world(&w);
}

/* Every text that Slack would look for markup in. */
static void check_mrkdwn(json_t *json)
{
    const char *key;
    json_t *value;
    size_t i;
    if (json_is_array(json)) {
        json_array_foreach(json, i, value)
        {
            check_mrkdwn(value);
        }
    }
    if (!json_is_object(json)) {
        return;
    }
    const char *text = at(json, "text", NULL);
    if (strcmp(at(json, "type", NULL), "mrkdwn") == 0) {
        struct nb_slice link = nb_slice_str(text); /* ours: <https://...> or <https://...|words> */
        assert_true(nb_slice_starts(link, NB_LIT("<https://")));
        assert_int_equal(nb_slice_find_byte(link, '>', 0), link.len - 1);
        assert_true(nb_slice_find_byte(link, '<', 1) == NB_NPOS);
        size_t bar = nb_slice_find_byte(link, '|', 0);
        assert_true(bar == NB_NPOS || nb_slice_find_byte(link, '|', bar + 1) == NB_NPOS);
    }
    if (strcmp(at(json, "type", NULL), "plain_text") == 0) {
        assert_true(nb_utf8_count(nb_slice_str(text)) <= 3000);
        assert_true(json_is_false(json_object_get(json, "emoji")));
        assert_true(text[0]);
    }
    json_object_foreach(json, key, value)
    {
        check_mrkdwn(value);
    }
}

static void slack_finds_no_markup_of_others(void **state)
{
    (void)state;
    struct world w;
    struct nb_buf out;
    open_world(&w, NB__DELIVERY__FORM__SLACK, "tr");
    char longer[4000];
    memset(longer, '*', sizeof(longer));
    memcpy(longer, "<!here> & ", 10);
    longer[sizeof(longer) - 1] = '\0';
    w.change.topic = longer;
    json_t *json = read_json(write_ok(&w, &out));
    const char *text = at(json, "text", NULL);
    assert_true(nb_slice_starts(nb_slice_str(text), NB_LIT("&lt;!here&gt; &amp; ")));
    assert_true(json_is_false(json_object_get(json, "mrkdwn")));
    json_t *blocks = json_object_get(json, "blocks");
    assert_true(json_array_size(blocks) > 3 && json_array_size(blocks) <= 50);
    json_t *lines = json_object_get(json_array_get(blocks, 1), "text");
    assert_non_null(strstr(at(lines, "text", NULL), "1.234 belgenin")); /* of all since it began */
    assert_non_null(strstr(at(lines, "text", NULL), "300 belge daha"));
    json_t *header = json_object_get(json_array_get(blocks, 0), "text");
    assert_true(nb_utf8_count(nb_slice_str(at(header, "text", NULL))) <= 150);
    check_mrkdwn(json);
    json_decref(json);
    nb_buf_fini(&out);
    close_world(&w);
}

static void teams_gets_a_card_without_markdown(void **state)
{
    (void)state;
    struct world w;
    struct nb_buf out;
    json_t *value;
    size_t i;
    open_world(&w, NB__DELIVERY__FORM__TEAMS, "en");
    struct nb_slice text = write_ok(&w, &out);
    assert_true(text.len < 28 << 10);
    json_t *json = read_json(text);
    json_t *attachment = json_array_get(json_object_get(json, "attachments"), 0);
    assert_string_equal(at(json, "type", NULL), "message");
    assert_string_equal(at(attachment, "contentType", NULL),
                        "application/vnd.microsoft.card.adaptive");
    assert_string_equal(at(attachment, "content", "type"), "AdaptiveCard");
    json_t *body = json_object_get(json_object_get(attachment, "content"), "body");
    assert_true(json_array_size(body) > 3);
    json_array_foreach(body, i, value)
    {
        assert_string_equal(at(value, "type", NULL), "RichTextBlock");
    }
    json_t *actions = json_object_get(json_object_get(attachment, "content"), "actions");
    json_array_foreach(actions, i, value)
    {
        assert_string_equal(at(value, "type", NULL), "Action.OpenUrl");
        assert_true(nb_slice_starts(nb_slice_str(at(value, "url", NULL)), NB_LIT("https://")));
    }
    json_decref(json);
    nb_buf_fini(&out);
    close_world(&w);
}

static void mail_shows_it_as_text(void **state)
{
    (void)state;
    struct world w;
    struct nb_buf out;
    open_world(&w, NB__DELIVERY__FORM__MAIL, "tr");
    struct nb_slice text = write_ok(&w, &out);
    static const char *const never[] = {
        "<b>bold", "<script", "\nBcc:", "javascript:", "<!channel", "\xe2\x80\xae"};
    for (size_t i = 0; i < ROWS(never); i++) {
        struct nb_slice html =
            nb_slice_sub(text, nb_slice_find(text, NB_LIT("Content-Type: text/html"), 0), text.len);
        assert_true(nb_slice_find(html, nb_slice_str(never[i]), 0) == NB_NPOS);
    }
    assert_true(nb_slice_find(text, NB_LIT("\r\nReferences: <"), 0) != NB_NPOS);
    nb_buf_fini(&out);
    w.notice.from = "nobody";
    nb_buf_init(&out, NB_NOTICE_BYTES);
    assert_int_equal(nb_notice_write(&w.notice, w.arena, &out, NULL), NB_EINVAL);
    nb_buf_fini(&out);
    close_world(&w);
}

/* Addresses that grow threefold when they are written so that they hold no markup. */
static void long_addresses_keep_no_alert_from_anybody(void **state)
{
    (void)state;
    char url[8000] = "https://forum.example/";
    memset(url + strlen(url), '(', sizeof(url) - 1 - strlen(url));
    for (int form = NB__DELIVERY__FORM__WEBHOOK; form <= NB__DELIVERY__FORM__MAIL; form++) {
        struct world w;
        struct nb_buf out;
        open_world(&w, (Nb__Delivery__Form)form, "tr");
        for (size_t i = 0; i < w.notice.posts_n; i++) {
            w.notice.posts[i] =
                (struct nb_notice_post){NB_LIT("long"), NB_LIT(""), nb_slice(url, sizeof(url) - 1)};
        }
        struct nb_slice text = write_ok(&w, &out);
        assert_true(text.len < 28 << 10); /* what Teams takes */
        assert_true(nb_slice_find(text, NB_LIT("long"), 0) != NB_NPOS);
        nb_buf_fini(&out);
        close_world(&w);
    }
}

static void both_languages_have_every_line(void **state)
{
    (void)state;
    static const char *const languages[] = {"tr", "en"};
    for (size_t i = 0; i < ROWS(languages); i++) {
        for (int what = 0; what <= 4; what++) {
            struct world w;
            struct nb_buf out;
            open_world(&w, NB__DELIVERY__FORM__TEAMS, languages[i]);
            w.change.what = (Nb__IncidentChange__What)(what ? what : 1);
            w.notice.change = what ? &w.change : NULL;
            struct nb_slice text = write_ok(&w, &out);
            assert_true(nb_slice_find(text, NB_LIT("notice."), 0) == NB_NPOS);
            assert_true(nb_slice_find(text, NB_LIT("{severity}"), 0) == NB_NPOS);
            nb_buf_fini(&out);
            close_world(&w);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_webhook_is_small_and_has_figures),
        cmocka_unit_test(slack_finds_no_markup_of_others),
        cmocka_unit_test(teams_gets_a_card_without_markdown),
        cmocka_unit_test(mail_shows_it_as_text),
        cmocka_unit_test(long_addresses_keep_no_alert_from_anybody),
        cmocka_unit_test(both_languages_have_every_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
