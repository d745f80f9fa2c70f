/* A webhook's payload, and the two chats'. All are small: vendors cut or refuse what is long. */
#include "service/deliver/notice_impl.h"

#include <stdio.h>

#include <nabiz/date.h>
#include <nabiz/incident.h>
#include <nabiz/text.h>

#include "service/deliver/plain.h"

enum {
    NAMES_MAX = 5,
    WHY_MAX = 12,
    SLACK_HEADER_CHARS = 150, /* https://docs.slack.dev/reference/block-kit/blocks/header-block */
    SLACK_TEXT_CHARS = 3000   /* .../section-block */
};

/* ---- Standard Webhooks ---- */

static void names(struct nb_json *json, const char *key, Nb__NameCount *const *all, size_t n)
{
    char line[NB_NOTICE_TITLE_BYTES];
    nb_json_key(json, key);
    nb_json_array(json);
    for (size_t i = 0; i < n && i < NAMES_MAX; i++) {
        nb_json_object(json);
        nb_json_kstr(json, "name", nb_plain(nb_field(all[i]->name), line, sizeof(line)));
        nb_json_kint(json, "documents", (int64_t)all[i]->count);
        nb_json_end(json);
    }
    nb_json_end(json);
}

/* The text copied most, and who had it first; null when nothing was copied. */
static void claim_field(struct nb_json *json, const struct nb_incident *incident,
                        struct nb_arena *arena)
{
    char line[NB_NOTICE_TITLE_BYTES];
    nb_json_key(json, "claim");
    if (incident->n_chain == 0) {
        nb_json_null(json);
        return;
    }
    const Nb__ClaimStep *origin = incident->chain[0];
    nb_json_object(json);
    nb_json_kint(json, "documents", (int64_t)incident->chain_n);
    nb_json_kstr(json, "author", nb_plain(nb_field(origin->author), line, sizeof(line)));
    nb_json_kstr(json, "url", nb_notice_url(nb_field(origin->url), arena));
    nb_json_ktime(json, "published", origin->at_ms);
    nb_json_end(json);
}

static void incident_fields(struct nb_json *json, const struct nb_incident *incident,
                            struct nb_arena *arena)
{
    char line[NB_NOTICE_TITLE_BYTES];
    nb_json_kcstr(json, "state", nb_state_name(incident->state));
    nb_json_ktime(json, "opened", incident->opened_ms);
    nb_json_kint(json, "highest_severity", incident->severity);
    nb_json_kint(json, "value", (int64_t)incident->value);
    nb_json_kint(json, "span_ms", (int64_t)incident->span_ms);
    nb_json_kint(json, "expected_milli", incident->expected_milli);
    nb_json_kint(json, "documents", (int64_t)incident->documents_n);
    nb_json_kint(json, "copies", (int64_t)incident->copies_n);
    nb_json_kint(json, "negative", (int64_t)incident->negative_n);
    nb_json_kint(json, "sites_total", (int64_t)incident->sites_n);
    names(json, "sites", incident->sites, incident->n_sites);
    nb_json_kint(json, "authors_total", (int64_t)incident->authors_n);
    names(json, "authors", incident->authors, incident->n_authors);
    names(json, "terms", incident->terms, incident->n_terms);
    names(json, "matters", incident->matters, incident->n_matters);
    claim_field(json, incident, arena);
    nb_json_kcstr(json, "coordination", incident->coordination);
    nb_json_key(json, "first");
    nb_json_object(json);
    nb_json_kstr(json, "author", nb_plain(nb_field(incident->first_author), line, sizeof(line)));
    nb_json_ktime(json, "published", incident->has_first_ms ? incident->first_ms : -1);
    nb_json_end(json);
    nb_json_key(json, "why");
    nb_json_array(json);
    for (size_t i = 0; i < incident->n_why && i < WHY_MAX; i++) {
        nb_json_str(json, nb_plain(nb_slice_str(incident->why[i]), line, sizeof(line)));
    }
    nb_json_end(json);
}

static void posts(struct nb_json *json, const struct nb_notice *notice, struct nb_arena *arena)
{
    char title[NB_NOTICE_TITLE_BYTES];
    char author[NB_NOTICE_TITLE_BYTES];
    nb_json_key(json, "posts");
    nb_json_array(json);
    for (size_t i = 0; i < notice->posts_n; i++) {
        const struct nb_notice_post *post = &notice->posts[i];
        nb_json_object(json);
        nb_json_kstr(json, "title", nb_plain(post->title, title, sizeof(title)));
        nb_json_kstr(json, "author", nb_plain(post->author, author, sizeof(author)));
        nb_json_kstr(json, "url", nb_notice_url(post->url, arena));
        nb_json_end(json);
    }
    nb_json_end(json);
}

static void change_fields(struct nb_json *json, const struct nb_notice *notice,
                          struct nb_arena *arena)
{
    const struct nb_incident_change *change = notice->change;
    char id[NB_INCIDENT_ID_BYTES];
    nb_incident_id_text(change->incident, id);
    nb_json_kcstr(json, "incident", id);
    nb_json_kint(json, "ordinal", change->ordinal);
    nb_json_kcstr(json, "change", nb_change_name(change->what));
    nb_json_kstr(json, "topic", nb_field(change->topic));
    nb_json_kcstr(json, "kind", nb_form_name(change->form));
    nb_json_kint(json, "severity", change->severity);
    nb_json_kint(json, "severity_before", change->severity_before);
    nb_json_kint(json, "rarity_milli", change->rarity_milli);
    if (notice->incident) {
        incident_fields(json, notice->incident, arena);
    }
    posts(json, notice, arena);
}

void nb_notice_json(const struct nb_notice *notice, struct nb_arena *arena, struct nb_buf *out)
{
    struct nb_json json;
    char type[64];
    const struct nb_incident_change *change = notice->change;
    (void)snprintf(type, sizeof(type), "incident.%s", change ? nb_change_name(change->what) : "");
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_json_kcstr(&json, "type", change ? type : "test");
    nb_json_ktime(&json, "timestamp", change ? change->at_ms : notice->now_ms);
    nb_json_key(&json, "data");
    nb_json_object(&json);
    nb_json_kint(&json, "version", NB_NOTICE_VERSION);
    nb_json_kcstr(&json, "recipient", notice->to->name);
    if (change) {
        change_fields(&json, notice, arena);
    }
    if (notice->pages[0]) {
        nb_json_kcstr(&json, "pages", notice->pages);
    }
    nb_json_end(&json);
    nb_json_end(&json);
}

/* ---- Slack ---- */

/* &, < and > are all that Slack's own markup is made of outside of plain_text:
 * https://docs.slack.dev/messaging/formatting-message-text */
static void escaped(struct nb_buf *out, struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.p[i]) {
        case '&':
            nb_buf_add_str(out, "&amp;");
            break;
        case '<':
            nb_buf_add_str(out, "&lt;");
            break;
        case '>':
            nb_buf_add_str(out, "&gt;");
            break;
        default:
            nb_buf_add_byte(out, text.p[i]);
        }
    }
}

static struct nb_slice cut_chars(struct nb_slice text, size_t most)
{
    size_t pos = 0;
    for (size_t n = 0; n < most && pos < text.len; n++) {
        (void)nb_utf8_next(text, &pos);
    }
    return nb_slice_sub(text, 0, pos);
}

static void plain_text(struct nb_json *json, struct nb_slice text, size_t most)
{
    nb_json_object(json);
    nb_json_kcstr(json, "type", "plain_text");
    nb_json_kstr(json, "text", cut_chars(text, most));
    nb_json_kbool(json, "emoji", false);
    nb_json_end(json);
}

/* A block whose text is nothing but text. */
static void slack_text(struct nb_json *json, const char *type, struct nb_slice text, size_t most)
{
    if (text.len > 0) {
        nb_json_object(json);
        nb_json_kcstr(json, "type", type);
        nb_json_key(json, "text");
        plain_text(json, text, most);
        nb_json_end(json);
    }
}

static void slack_link(struct nb_json *json, struct nb_slice url, struct nb_slice title,
                       struct nb_buf *scratch)
{
    if (url.len == 0) {
        return;
    }
    nb_buf_reset(scratch);
    nb_buf_add_byte(scratch, '<');
    escaped(scratch, url);
    if (title.len > 0) {
        nb_buf_add_byte(scratch, '|');
        escaped(scratch, title);
    }
    nb_buf_add_byte(scratch, '>');
    if (scratch->len > SLACK_TEXT_CHARS) {
        return;
    }
    nb_json_object(json);
    nb_json_kcstr(json, "type", "section");
    nb_json_key(json, "text");
    nb_json_object(json);
    nb_json_kcstr(json, "type", "mrkdwn");
    nb_json_kstr(json, "text", nb_buf_slice(scratch));
    nb_json_end(json);
    nb_json_end(json);
}

static void post_line(const struct nb_notice_post *post, struct nb_buf *out)
{
    nb_buf_reset(out);
    nb_buf_add(out, post->title);
    if (post->author.len > 0) {
        nb_buf_addf(out, "%s%.*s", post->title.len ? " \xc2\xb7 " : "", NB_ARG(post->author));
    }
}

static void join_lines(const struct nb_notice_text *text, struct nb_buf *out)
{
    nb_buf_reset(out);
    for (size_t i = 0; i < text->lines_n; i++) {
        nb_buf_add_str(out, i > 0 ? "\n" : "");
        nb_buf_add(out, text->lines[i]);
    }
}

void nb_notice_slack(const struct nb_notice_text *text, struct nb_buf *out)
{
    struct nb_json json;
    struct nb_buf scratch;
    nb_buf_init(&scratch, NB_NOTICE_BYTES);
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    escaped(&scratch, text->subject);
    nb_json_kstr(&json, "text", nb_buf_slice(&scratch)); /* in notifications */
    nb_json_kbool(&json, "mrkdwn", false);
    nb_json_kbool(&json, "unfurl_links", false);
    nb_json_key(&json, "blocks");
    nb_json_array(&json);
    slack_text(&json, "header", text->subject, SLACK_HEADER_CHARS);
    join_lines(text, &scratch);
    slack_text(&json, "section", nb_buf_slice(&scratch), SLACK_TEXT_CHARS);
    for (size_t i = 0; i < text->posts_n; i++) {
        post_line(&text->posts[i], &scratch);
        slack_text(&json, "section", nb_buf_slice(&scratch), SLACK_TEXT_CHARS);
        slack_link(&json, text->posts[i].url, nb_slice(NULL, 0), &scratch);
    }
    slack_link(&json, text->link, text->link_title, &scratch);
    nb_json_end(&json);
    nb_json_end(&json);
    if (scratch.err && out->err == NB_OK) {
        out->err = scratch.err;
    }
    nb_buf_fini(&scratch);
}

/* ---- Teams Workflows ---- */

/* A TextRun is shown as it is; a TextBlock would be read as Markdown. */
static void teams_run(struct nb_json *json, struct nb_slice text, bool is_title)
{
    if (text.len == 0) {
        return;
    }
    nb_json_object(json);
    nb_json_kcstr(json, "type", "RichTextBlock");
    nb_json_key(json, "inlines");
    nb_json_array(json);
    nb_json_object(json);
    nb_json_kcstr(json, "type", "TextRun");
    nb_json_kstr(json, "text", text);
    if (is_title) {
        nb_json_kcstr(json, "size", "Large");
        nb_json_kcstr(json, "weight", "Bolder");
    }
    nb_json_end(json);
    nb_json_end(json);
    nb_json_end(json);
}

static void teams_action(struct nb_json *json, struct nb_slice url, struct nb_slice title)
{
    if (url.len > 0) {
        nb_json_object(json);
        nb_json_kcstr(json, "type", "Action.OpenUrl");
        nb_json_kstr(json, "title", title);
        nb_json_kstr(json, "url", url);
        nb_json_end(json);
    }
}

static void teams_card(struct nb_json *json, const struct nb_notice_text *text)
{
    struct nb_buf line;
    nb_buf_init(&line, NB_NOTICE_BYTES);
    nb_json_kcstr(json, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    nb_json_kcstr(json, "type", "AdaptiveCard");
    nb_json_kcstr(json, "version", "1.4");
    nb_json_key(json, "body");
    nb_json_array(json);
    teams_run(json, text->subject, true);
    for (size_t i = 0; i < text->lines_n; i++) {
        teams_run(json, text->lines[i], false);
    }
    for (size_t i = 0; i < text->posts_n; i++) {
        post_line(&text->posts[i], &line);
        teams_run(json, nb_buf_slice(&line), false);
    }
    nb_json_end(json);
    nb_json_key(json, "actions");
    nb_json_array(json);
    teams_action(json, text->link, text->link_title);
    for (size_t i = 0; i < text->posts_n; i++) {
        const struct nb_notice_post *post = &text->posts[i];
        teams_action(json, post->url, cut_chars(post->title.len ? post->title : post->url, 60));
    }
    nb_json_end(json);
    nb_buf_fini(&line);
}

/* https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/
 * connectors-using#send-adaptive-cards-using-an-incoming-webhook */
void nb_notice_teams(const struct nb_notice_text *text, struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_json_kcstr(&json, "type", "message");
    nb_json_key(&json, "attachments");
    nb_json_array(&json);
    nb_json_object(&json);
    nb_json_kcstr(&json, "contentType", "application/vnd.microsoft.card.adaptive");
    nb_json_key(&json, "contentUrl");
    nb_json_null(&json);
    nb_json_key(&json, "content");
    nb_json_object(&json);
    teams_card(&json, text);
    nb_json_end(&json);
    nb_json_end(&json);
    nb_json_end(&json);
    nb_json_end(&json);
}
