#include "tests/site/social.h"

#include <inttypes.h>

#include <nabiz/json.h>

#include "tests/site/story.h"

enum { BODY_MAX = 1 << 20, FIRST_ID = 5001 };

/* ---- texts ---- */

static bool number_of(struct nb_slice cell, int64_t max, int64_t *out)
{
    return nb_slice_to_i64(cell, out) && *out >= 0 && *out <= max;
}

static bool read_account(struct nb_slice row, struct social_account *out)
{
    *out = (struct social_account){.handle = text_cell(row, 0), .name = text_cell(row, 1)};
    return out->handle.len && out->name.len &&
           number_of(text_cell(row, 2), 100000000, &out->followers_n);
}

/* posts: those before it. */
static bool read_post(const struct social *social, struct nb_slice row,
                      const struct social_post *posts, size_t n, struct social_post *out)
{
    int64_t day, hour, minute, boosted;
    struct nb_slice handle = text_cell(row, 3), text = text_cell(row, 4);
    *out = (struct social_post){.text = text};
    if (!number_of(text_cell(row, 0), STORY_DAYS - 1, &day) ||
        !number_of(text_cell(row, 1), 23, &hour) || !number_of(text_cell(row, 2), 59, &minute)) {
        return false;
    }
    out->at_ms = STORY_AT(day, hour, minute);
    while (out->account < social->accounts_n &&
           !nb_slice_eq(social->accounts[out->account].handle, handle)) {
        out->account++;
    }
    if (nb_slice_starts(text, NB_LIT(">"))) {
        if (!number_of(nb_slice_sub(text, 1, text.len), (int64_t)n, &boosted) || boosted < 1 ||
            posts[boosted - 1].boosted) {
            return false;
        }
        out->boosted = &posts[boosted - 1];
    }
    return out->account < social->accounts_n && text.len &&
           (n == 0 || posts[n - 1].at_ms < out->at_ms);
}

enum nb_err social_load(const struct text *text, struct nb_arena *arena, struct social *out,
                        struct nb_error *error)
{
    const struct text_section *people = text_section(text, "social-accounts");
    const struct text_section *rows = text_section(text, "social-posts");
    if (!people || !rows) {
        return nb_error_set(error, NB_ESYNTAX, "no [social-accounts] or no [social-posts]");
    }
    struct social_account *accounts = nb_arena_calloc(arena, people->lines_n, sizeof(*accounts));
    struct social_post *posts = nb_arena_calloc(arena, rows->lines_n, sizeof(*posts));
    if (!accounts || !posts) {
        return nb_error_set(error, NB_ENOMEM, "social");
    }
    for (size_t i = 0; i < people->lines_n; i++) {
        if (!read_account(people->lines[i], &accounts[i])) {
            return nb_error_set(error, NB_ESYNTAX, "social: \"%.*s\"", NB_ARG(people->lines[i]));
        }
    }
    *out = (struct social){accounts, people->lines_n, posts, rows->lines_n};
    for (size_t i = 0; i < rows->lines_n; i++) {
        if (!read_post(out, rows->lines[i], posts, i, &posts[i])) {
            return nb_error_set(error, NB_ESYNTAX, "social: \"%.*s\"", NB_ARG(rows->lines[i]));
        }
    }
    return NB_OK;
}

size_t social_posts_n(const struct social *social, size_t account)
{
    size_t n = 0;
    for (size_t i = 0; i < social->posts_n; i++) {
        n += social->posts[i].account == account;
    }
    return n;
}

/* ---- answers ---- */

void social_address(size_t i, struct nb_buf *out)
{
    nb_buf_addf(out, "http://" SOCIAL_HOST "/api/v1/accounts/%zu/statuses?limit=40", i + 1);
}

static void write_account(const struct social *social, size_t i, int64_t now_ms,
                          struct nb_json *json)
{
    const struct social_account *account = &social->accounts[i];
    int64_t days = now_ms > STORY_START_MS ? (now_ms - STORY_START_MS) / NB_DAY_MS : 0;
    char text[256];
    nb_json_key(json, "account");
    nb_json_object(json);
    (void)snprintf(text, sizeof(text), "%zu", i + 1);
    nb_json_kcstr(json, "id", text);
    nb_json_kstr(json, "acct", account->handle);
    (void)snprintf(text, sizeof(text), "http://" SOCIAL_HOST "/@%.*s", NB_ARG(account->handle));
    nb_json_kcstr(json, "url", text);
    nb_json_kstr(json, "display_name", account->name);
    nb_json_kbool(json, "indexable", true);
    nb_json_kint(json, "followers_count", account->followers_n + account->followers_n * days / 100);
    nb_json_end(json);
}

static int64_t boosts_n(const struct social *social, const struct social_post *post, int64_t now_ms)
{
    int64_t n = 0;
    for (size_t i = 0; i < social->posts_n; i++) {
        n += social->posts[i].boosted == post && social->posts[i].at_ms <= now_ms;
    }
    return n;
}

/* Members of a status but for what a boost passes on; the object stays open. */
static void begin_status(const struct social *social, const struct social_post *post,
                         int64_t now_ms, struct nb_json *json)
{
    struct nb_slice handle = social->accounts[post->account].handle;
    size_t id = FIRST_ID + (size_t)(post - social->posts);
    const char *end = post->boosted ? "/activity" : "";
    char text[256];
    nb_json_object(json);
    (void)snprintf(text, sizeof(text), "%zu", id);
    nb_json_kcstr(json, "id", text);
    (void)snprintf(text, sizeof(text), "http://" SOCIAL_HOST "/users/%.*s/statuses/%zu%s",
                   NB_ARG(handle), id, end);
    nb_json_kcstr(json, "uri", text);
    if (!post->boosted) {
        (void)snprintf(text, sizeof(text), "http://" SOCIAL_HOST "/@%.*s/%zu", NB_ARG(handle), id);
    }
    nb_json_kcstr(json, "url", text);
    nb_json_ktime(json, "created_at", post->at_ms);
    nb_json_kcstr(json, "visibility", "public");
    nb_json_kcstr(json, "language", "tr");
    nb_json_kint(json, "reblogs_count", boosts_n(social, post, now_ms));
    nb_json_kstr(json, "content", post->boosted ? post->boosted->text : post->text);
    write_account(social, post->account, now_ms, json);
}

static void write_status(const struct social *social, const struct social_post *post,
                         int64_t now_ms, struct nb_json *json)
{
    begin_status(social, post, now_ms, json);
    nb_json_key(json, "reblog");
    if (post->boosted) {
        begin_status(social, post->boosted, now_ms, json);
        nb_json_end(json);
    } else {
        nb_json_null(json);
    }
    nb_json_end(json);
}

static void write_timeline(const struct social *social, size_t account, int64_t now_ms,
                           struct nb_buf *out)
{
    struct nb_json json;
    nb_json_init(&json, out, false);
    nb_json_array(&json);
    for (size_t i = social->posts_n; i-- > 0;) {
        const struct social_post *post = &social->posts[i];
        if (post->account == account && post->at_ms <= now_ms) {
            write_status(social, post, now_ms, &json);
        }
    }
    nb_json_end(&json);
}

bool social_answer(const struct social *social, const struct http_request *request,
                   struct http_reply *reply)
{
    struct nb_buf address, body;
    size_t i = 0;
    bool found = false;
    if (!nb_slice_eq_ascii_case(request->host, NB_LIT(SOCIAL_HOST))) {
        return false;
    }
    nb_buf_init(&body, BODY_MAX);
    for (; !found && i < social->accounts_n; i++) {
        nb_buf_init(&address, 256);
        social_address(i, &address);
        found = nb_slice_ends(nb_buf_slice(&address), request->path) && request->path.len > 1;
        nb_buf_fini(&address);
    }
    if (found) {
        write_timeline(social, i - 1, request->now_ms, &body);
    }
    http_start(reply, request, found ? 200 : 404);
    http_finish(reply, request, found ? "application/json; charset=utf-8" : "text/plain",
                nb_buf_slice(&body));
    nb_buf_fini(&body);
    return true;
}
