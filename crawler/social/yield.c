/*
 * Addresses of the lists are built so that they are the same at each visit, and carry what the
 * readers want to know (`_embed`: the author's name).
 */
#include "crawler/social/yield.h"

#include <string.h>

#include <jansson.h>

#include "crawler/entry.h"
#include "crawler/feed/json_repair.h"
#include "crawler/feed/reader.h"
#include "crawler/link_header.h"

#define WORDPRESS_POSTS "wp/v2/posts?_embed=author,wp:term&orderby=modified&per_page=50"
#define WORDPRESS_COMMENTS "wp/v2/comments?per_page=100"

enum {
    AGAIN_N = 20, /* statuses of a timeline that are read once more at the next visit */
    TOPIC_N = 20, /* posts on a page of a topic */
};

/* ---- which ---- */

static bool has(struct nb_slice text, const char *part)
{
    return nb_slice_find(text, nb_slice_str(part), 0) != NB_NPOS;
}

static bool is_topic(struct nb_slice path)
{
    return nb_slice_starts(path, NB_LIT("/t/")) && nb_slice_ends(path, NB_LIT(".json"));
}

/* "/api/v1/accounts/14/statuses": what one account said and passed on. */
static bool is_account(struct nb_slice path)
{
    return has(path, "/api/v1/accounts/") && nb_slice_ends(path, NB_LIT("/statuses"));
}

nb_site_kind nb_social_kind(const struct nb_url *url)
{
    struct nb_slice path = url->path;
    struct nb_slice query = url->query.p ? url->query : NB_LIT("");
    if (has(path, "/wp-json/") || nb_slice_ends(path, NB_LIT("/wp-json")) ||
        has(query, "rest_route=")) {
        return NB__PAGE__KIND__WORDPRESS;
    }
    if (has(path, "/api/v1/timelines/") || is_account(path)) {
        return NB__PAGE__KIND__MASTODON;
    }
    if (nb_slice_ends(path, NB_LIT("/latest.json")) || nb_slice_ends(path, NB_LIT("/posts.json")) ||
        is_topic(path)) {
        return NB__PAGE__KIND__DISCOURSE;
    }
    return NB__PAGE__KIND__UNKNOWN;
}

/* ---- documents ---- */

static enum nb_err add_document(const struct nb_entry_maker *maker,
                                const struct nb_feed_entry *entry, struct nb_arena *arena,
                                struct nb_site_yield *out)
{
    struct nb_document *document = NULL;
    enum nb_err err = nb_entry_document(maker, entry, &document);
    if (err == NB_OK && !nb_yield_document(out, arena, document)) {
        return nb_arena_failed(arena) ? NB_ENOMEM : NB_ETOOBIG;
    }
    return err;
}

/* Lists are newest first, topics are not; a yield is oldest first, and before that it has what is
 * passed on, so that it is known when the boost comes. */
static enum nb_err add_documents(const struct nb_site_input *input, const struct nb_feed *feed,
                                 struct nb_arena *arena, struct nb_site_yield *out)
{
    static const struct nb_id nowhere = {{0}};
    const struct nb_entry_maker maker = {.arena = arena,
                                         .site = nb_url_site(input->url->host),
                                         .language = feed->language,
                                         .source = &nowhere,
                                         .kind = input->document_kind,
                                         .format = feed->format,
                                         .now_ms = input->dates->now_ms};
    bool forward = is_topic(input->url->path);
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < 2 * feed->entries_n; i++) {
        size_t k = i % feed->entries_n, at = forward ? k : feed->entries_n - 1 - k;
        const struct nb_feed_post *post = feed->entries[at].post;
        bool in_passing = post && post->in_passing;
        if (in_passing == (i < feed->entries_n)) {
            err = add_document(&maker, &feed->entries[at], arena, out);
            out->passing_n += in_passing;
        }
    }
    return err;
}

/* ---- where to go on ---- */

static struct nb_slice header_link(const struct nb_site_input *input, struct nb_slice rel,
                                   struct nb_arena *arena)
{
    struct nb_slice rest = input->links;
    struct nb_link link;
    struct nb_url url;
    while (nb_link_next(&rest, arena, &link)) {
        if (nb_link_is(link.rel, rel) && nb_url_parse(link.url, input->url, arena, &url) == NB_OK &&
            nb_url_is_http(&url)) {
            return url.href;
        }
    }
    return (struct nb_slice){NULL, 0};
}

static struct nb_slice resolve(const struct nb_site_input *input, const char *ref,
                               struct nb_arena *arena)
{
    struct nb_url url;
    bool is_url = ref && nb_url_parse(nb_slice_str(ref), input->url, arena, &url) == NB_OK;
    return is_url ? url.href : (struct nb_slice){NULL, 0};
}

/* The value of a number in the query; fallback when there is none. */
static int64_t query_number(struct nb_slice query, struct nb_slice name, int64_t fallback)
{
    struct nb_slice part;
    int64_t number;
    while (nb_slice_split(&query, '&', &part)) {
        if (nb_slice_starts(part, name) && part.len > name.len && part.p[name.len] == '=' &&
            nb_slice_to_i64(nb_slice_sub(part, name.len + 1, part.len), &number)) {
            return number;
        }
    }
    return fallback;
}

/* Parts of a query that stay, joined by '&' and with one behind. */
static struct nb_slice query_without(struct nb_slice query, const char *const *names, size_t n,
                                     struct nb_arena *arena)
{
    struct nb_slice part;
    char *p = nb_arena_alloc(arena, query.len + 2);
    size_t len = 0;
    while (p && query.p && nb_slice_split(&query, '&', &part)) {
        bool stays = part.len > 0;
        for (size_t i = 0; i < n; i++) {
            size_t name_len = strlen(names[i]);
            stays = stays && !(nb_slice_starts(part, nb_slice(names[i], name_len)) &&
                               part.len > name_len && part.p[name_len] == '=');
        }
        if (stays) {
            memcpy(p + len, part.p, part.len);
            p[len + part.len] = '&';
            len += part.len + 1;
        }
    }
    return nb_slice(p, p ? len : 0);
}

/* The next visit begins where this one's newest statuses are, and has a few of them again. */
static struct nb_slice mastodon_again(const struct nb_site_input *input, const struct nb_feed *feed,
                                      struct nb_arena *arena)
{
    static const char *const names[] = {"since_id", "min_id", "max_id"};
    int64_t places[AGAIN_N + 1];
    size_t n = 0;
    for (size_t i = 0; i < feed->entries_n && n <= AGAIN_N; i++) {
        const struct nb_feed_post *post = feed->entries[i].post;
        if (post && post->place >= 0) {
            places[n++] = post->place;
        }
    }
    if (n <= AGAIN_N || query_number(input->url->query, NB_LIT("max_id"), -1) >= 0) {
        return (struct nb_slice){NULL, 0};
    }
    struct nb_slice query = query_without(input->url->query, names, 3, arena);
    char *ref =
        nb_arena_printf(arena, "?%.*ssince_id=%lld", NB_ARG(query), (long long)places[AGAIN_N]);
    return resolve(input, ref, arena);
}

/* What is older than a list of the latest posts: its numbers end below the least of them. */
static struct nb_slice posts_before(const struct nb_site_input *input, const struct nb_feed *feed,
                                    struct nb_arena *arena)
{
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < feed->entries_n; i++) {
        const struct nb_feed_post *post = feed->entries[i].post;
        if (post && post->place >= 0 && post->place < least) {
            least = post->place;
        }
    }
    if (least == INT64_MAX || least <= 1) {
        return (struct nb_slice){NULL, 0};
    }
    return resolve(input, nb_arena_printf(arena, "?before=%lld", (long long)least - 1), arena);
}

/* A topic's following page: when the posts it is said to have are more than those so far. */
static struct nb_slice topic_next(const struct nb_site_input *input, const json_t *root,
                                  struct nb_arena *arena)
{
    const json_t *stream = json_object_get(json_object_get(root, "post_stream"), "stream");
    int64_t page = query_number(input->url->query, NB_LIT("page"), 1);
    json_int_t count = json_integer_value(json_object_get(root, "posts_count"));
    int64_t posts_n = json_is_array(stream) ? (int64_t)json_array_size(stream) : (int64_t)count;
    if (page < 1 || page > posts_n / TOPIC_N || page * TOPIC_N >= posts_n) {
        return (struct nb_slice){NULL, 0};
    }
    return resolve(input, nb_arena_printf(arena, "?page=%lld", (long long)page + 1), arena);
}

/* ---- lists of lists ---- */

static bool is_wordpress_root(const json_t *root)
{
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(root, "namespaces"), i, name)
    {
        if (json_is_string(name) && strcmp(json_string_value(name), "wp/v2") == 0) {
            return true;
        }
    }
    return false;
}

static enum nb_err add_link(struct nb_site_yield *out, struct nb_arena *arena, nb_site_kind kind,
                            struct nb_slice url, enum nb_site_rank rank, struct nb_site_link **link)
{
    *link = url.len ? nb_yield_link(out, arena, kind, url) : NULL;
    if (*link) {
        (*link)->rank = rank;
    }
    return nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
}

/* "rest_route=/" in the query is the API's other address, where there are no pretty ones. */
static enum nb_err read_wordpress_root(const struct nb_site_input *input, struct nb_arena *arena,
                                       struct nb_site_yield *out)
{
    static const char *const lists[] = {WORDPRESS_POSTS, WORDPRESS_COMMENTS};
    bool plain = input->url->query.p && has(input->url->query, "rest_route=");
    bool slash = nb_slice_ends(input->url->path, NB_LIT("/"));
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < 2; i++) {
        struct nb_site_link *link;
        char *ref = nb_arena_printf(arena, "%s%s",
                                    plain   ? "?rest_route=/"
                                    : slash ? ""
                                            : "wp-json/",
                                    lists[i]);
        char *query = plain && ref ? strchr(ref + 1, '?') : NULL;
        if (query) {
            *query = '&';
        }
        err = add_link(out, arena, NB__PAGE__KIND__WORDPRESS, resolve(input, ref, arena),
                       NB_RANK_LISTING, &link);
    }
    return err;
}

static int64_t date_of(const struct nb_site_input *input, const json_t *topic)
{
    const json_t *value = json_object_get(topic, "last_posted_at");
    int64_t at_ms = -1;
    if (!json_is_string(value) ||
        nb_date_parse(nb_slice(json_string_value(value), json_string_length(value)), input->dates,
                      &at_ms) != NB_OK) {
        return -1;
    }
    return at_ms;
}

static enum nb_err read_topics(const struct nb_site_input *input, const json_t *list,
                               struct nb_arena *arena, struct nb_site_yield *out)
{
    enum nb_err err = NB_OK;
    size_t i;
    json_t *topic;
    json_array_foreach(json_object_get(list, "topics"), i, topic)
    {
        json_int_t id = json_integer_value(json_object_get(topic, "id"));
        struct nb_site_link *link = NULL;
        if (err == NB_OK && id > 0) {
            char *ref = nb_arena_printf(arena, "/t/%lld.json", (long long)id);
            err = add_link(out, arena, NB__PAGE__KIND__DISCOURSE, resolve(input, ref, arena),
                           NB_RANK_ITEM, &link);
        }
        if (link) {
            link->at_ms = date_of(input, topic);
            link->count = (uint64_t)json_integer_value(json_object_get(topic, "posts_count"));
        }
    }
    int64_t page = query_number(input->url->query, NB_LIT("page"), 0);
    if (err == NB_OK && page >= 0 && page < INT32_MAX &&
        json_is_string(json_object_get(list, "more_topics_url"))) {
        out->next =
            resolve(input, nb_arena_printf(arena, "?page=%lld", (long long)page + 1), arena);
    }
    return nb_arena_failed(arena) ? NB_ENOMEM : err;
}

/* ---- a page ---- */

/* What an API answers besides its lists. @return NB_OK, NB_ESYNTAX (it is neither), NB_ENOMEM */
static enum nb_err read_other(const struct nb_site_input *input, const json_t *root,
                              struct nb_arena *arena, struct nb_site_yield *out)
{
    const json_t *topics = json_object_get(root, "topic_list");
    if (is_wordpress_root(root)) {
        return read_wordpress_root(input, arena, out);
    }
    if (json_is_object(topics)) {
        return read_topics(input, topics, arena, out);
    }
    return NB_ESYNTAX;
}

static enum nb_err read_list(const struct nb_site_input *input, const struct nb_feed *feed,
                             const json_t *root, struct nb_arena *arena, struct nb_site_yield *out)
{
    out->is_whole = true;
    out->is_thread = is_topic(input->url->path);
    if (out->kind == NB__PAGE__KIND__MASTODON) {
        out->next = header_link(input, NB_LIT("next"), arena);
        out->again = mastodon_again(input, feed, arena);
    } else if (out->kind == NB__PAGE__KIND__WORDPRESS) {
        out->next = header_link(input, NB_LIT("next"), arena);
    } else if (is_topic(input->url->path)) {
        out->next = topic_next(input, root, arena);
    } else {
        out->next = posts_before(input, feed, arena);
    }
    enum nb_err err = add_documents(input, feed, arena, out);
    return nb_arena_failed(arena) ? NB_ENOMEM : err;
}

/* UNKNOWN for the formats of feeds. */
static nb_site_kind kind_of(const char *format)
{
    static const struct {
        const char *format;
        nb_site_kind kind;
    } kinds[] = {{"wordpress", NB__PAGE__KIND__WORDPRESS},
                 {"mastodon", NB__PAGE__KIND__MASTODON},
                 {"discourse", NB__PAGE__KIND__DISCOURSE}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].format, format) == 0) {
            return kinds[i].kind;
        }
    }
    return NB__PAGE__KIND__UNKNOWN;
}

static enum nb_err read_posts(const struct nb_site_input *input, const json_t *root,
                              struct nb_arena *arena, struct nb_site_yield *out,
                              struct nb_error *error)
{
    struct nb_feed feed;
    enum nb_err err = nb_feed_parse(input->bytes, input->url->href, input->content_type,
                                    input->dates, arena, &feed, error);
    if (err != NB_OK) {
        return err;
    }
    out->kind = kind_of(feed.format);
    if (out->kind == NB__PAGE__KIND__UNKNOWN) {
        return nb_error_set(error, NB_ESYNTAX, "a feed, and no answer of an API");
    }
    return read_list(input, &feed, root, arena, out);
}

enum nb_err nb_social_yield(const struct nb_site_input *input, struct nb_arena *arena,
                            struct nb_site_yield *out, struct nb_error *error)
{
    struct nb_site_yield yield = {.kind = nb_social_kind(input->url)};
    if (nb_feed_json_weigh(input->bytes) != NB_OK) {
        return nb_error_set(error, NB_ETOOBIG, "JSON nested too deep, or too many values");
    }
    json_t *root = json_loadb(input->bytes.p, input->bytes.len, JSON_ALLOW_NUL, NULL);
    enum nb_err err = root ? read_other(input, root, arena, &yield) : NB_ESYNTAX;
    if (err == NB_ESYNTAX) {
        err = read_posts(input, root, arena, &yield, error);
    }
    json_decref(root);
    if (err == NB_OK) {
        *out = yield;
    }
    return err;
}

bool nb_social_look(struct nb_slice bytes, struct nb_slice address,
                    const struct nb_date_context *dates, struct nb_arena *arena, Nb__Kind *kind)
{
    struct nb_url url;
    struct nb_site_yield yield;
    Nb__Page page;
    nb__page__init(&page);
    if (nb_url_parse(address, NULL, arena, &url) != NB_OK) {
        return false;
    }
    const struct nb_site_input input = {.bytes = bytes,
                                        .url = &url,
                                        .page = &page,
                                        .document_kind = NB__KIND__ARTICLE,
                                        .dates = dates};
    if (nb_social_yield(&input, arena, &yield, NULL) != NB_OK ||
        yield.documents_n + yield.links_n == 0) {
        return false;
    }
    *kind = yield.kind == NB__PAGE__KIND__MASTODON    ? NB__KIND__TOOT
            : yield.kind == NB__PAGE__KIND__DISCOURSE ? NB__KIND__POST
                                                      : NB__KIND__ARTICLE;
    return true;
}
