/*
 * ActivityStreams 2.0 (https://www.w3.org/TR/activitystreams-core/) as servers of the Fediverse
 * write it into the archives that people ask for. An archive is its owner's, and holds letters too:
 * only what was addressed to the public is read.
 */
#include "crawler/social/import.h"

#include <string.h>

#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/feed/html_text.h"

enum { TAGS_MAX = 100, ITEM_BYTES = 64 << 20 };

static bool is_type(const json_t *object, const char *const *names, size_t n)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    for (size_t i = 0; type && i < n; i++) {
        if (strcmp(type, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_activity(const json_t *object)
{
    static const char *const names[] = {"Create", "Update", "Announce"};
    return is_type(object, names, 3) && json_object_get(object, "object");
}

static bool is_note(const json_t *object)
{
    static const char *const names[] = {"Note", "Article", "Page", "Question"};
    return is_type(object, names, 4) && json_is_string(json_object_get(object, "id"));
}

bool nb_activity_is(const json_t *object)
{
    return is_activity(object) || is_note(object);
}

/* ---- to whom ---- */

static bool is_public_name(const json_t *value)
{
    static const char *const names[] = {"https://www.w3.org/ns/activitystreams#Public", "as:Public",
                                        "Public"};
    const char *name = json_string_value(value);
    for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool names_public(const json_t *value)
{
    size_t i;
    json_t *item;
    if (is_public_name(value)) {
        return true;
    }
    json_array_foreach(value, i, item)
    {
        if (is_public_name(item)) {
            return true;
        }
    }
    return false;
}

static bool is_public(const json_t *object)
{
    return names_public(json_object_get(object, "to")) ||
           names_public(json_object_get(object, "cc"));
}

/* ---- values ---- */

static struct nb_slice string_of(const json_t *value)
{
    return json_is_string(value) ? nb_slice(json_string_value(value), json_string_length(value))
                                 : (struct nb_slice){NULL, 0};
}

/* An address, or an object that has one. */
static struct nb_slice address_of(const json_t *value)
{
    if (json_is_array(value)) {
        value = json_array_get(value, 0);
    }
    if (json_is_object(value)) {
        const json_t *href = json_object_get(value, "href");
        value = href ? href : json_object_get(value, "id");
    }
    return string_of(value);
}

static enum nb_err set_text(struct nb_slice raw, struct nb_arena *arena, char **out)
{
    return nb_import_text(raw, arena, out);
}

/* "https://toplu.example/users/ada" and "https://toplu.example/@ada" to ada@toplu.example. */
static enum nb_err set_author(struct nb_slice actor, struct nb_document *document,
                              struct nb_arena *arena)
{
    struct nb_url url;
    if (actor.len == 0 || nb_url_parse(actor, NULL, arena, &url) != NB_OK || !url.has_host) {
        return nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
    }
    struct nb_slice rest = url.path;
    struct nb_slice part;
    struct nb_slice name = {NULL, 0};
    while (nb_slice_split(&rest, '/', &part)) {
        name = part.len ? part : name;
    }
    name = nb_slice_starts(name, NB_LIT("@")) ? nb_slice_sub(name, 1, name.len) : name;
    if (name.len) {
        document->author = nb_arena_printf(arena, "%.*s/%.*s@%.*s", NB_ARG(nb_url_site(url.host)),
                                           NB_ARG(nb_utf8_cut(name, 200)), NB_ARG(url.host));
        document->author_name = nb_arena_strdup(arena, name);
    }
    return nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
}

static enum nb_err set_content(const json_t *note, struct nb_document *document,
                               struct nb_arena *arena)
{
    struct nb_slice html = string_of(json_object_get(note, "content"));
    struct nb_slice text = {NULL, 0};
    struct nb_html_text plain;
    struct nb_buf scratch;
    enum nb_err err = nb_utf8_repair(html, arena, &html);
    nb_buf_init(&scratch, html.len * 2 + 64);
    err = err == NB_OK ? nb_html_text(html, NULL, &scratch, arena, &plain) : err;
    nb_buf_fini(&scratch);
    if (err == NB_OK) {
        text = plain.text;
        document->text = text.len ? nb_arena_strdup(arena, text) : NULL;
        err = nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
    }
    return err;
}

/* The content is in one language in all archives there are; a map with several says nothing. */
static enum nb_err set_language(const json_t *note, struct nb_document *document,
                                struct nb_arena *arena)
{
    json_t *map = json_object_get(note, "contentMap");
    void *first = json_object_size(map) == 1 ? json_object_iter(map) : NULL;
    return first ? set_text(nb_slice_str(json_object_iter_key(first)), arena, &document->language)
                 : NB_OK;
}

static enum nb_err set_tags(const json_t *note, struct nb_document *document,
                            struct nb_arena *arena)
{
    const json_t *list = json_object_get(note, "tag");
    size_t n = json_array_size(list) < TAGS_MAX ? json_array_size(list) : TAGS_MAX;
    static const char *const hashtag = "Hashtag";
    document->categories = nb_arena_calloc(arena, n, sizeof(*document->categories));
    enum nb_err err = document->categories ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        const json_t *tag = json_array_get(list, i);
        struct nb_slice name = string_of(json_object_get(tag, "name"));
        char *text = NULL;
        name = nb_slice_starts(name, NB_LIT("#")) ? nb_slice_sub(name, 1, name.len) : name;
        if (is_type(tag, &hashtag, 1)) {
            err = nb_import_text(name, arena, &text);
        }
        if (text) {
            document->categories[document->n_categories++] = text;
        }
    }
    return err;
}

static enum nb_err set_counts(const json_t *note, int64_t now_ms, struct nb_document *document,
                              struct nb_arena *arena)
{
    static const char *const kinds[] = {"likes", "shares"};
    document->engagement = nb_arena_calloc(arena, 2, sizeof(*document->engagement));
    if (!document->engagement) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < 2; i++) {
        const json_t *total = json_object_get(json_object_get(note, kinds[i]), "totalItems");
        Nb__Engagement *count = nb_arena_alloc(arena, sizeof(*count));
        if (!count) {
            return NB_ENOMEM;
        }
        nb__engagement__init(count);
        if (json_is_integer(total) && json_integer_value(total) >= 0) {
            count->kind = nb_arena_strdup(arena, nb_slice_str(kinds[i]));
            count->has_count = count->has_read_ms = 1;
            count->count = (uint64_t)json_integer_value(total);
            count->read_ms = now_ms;
            document->engagement[document->n_engagement++] = count;
        }
    }
    return nb_arena_failed(arena) ? NB_ENOMEM : NB_OK;
}

static enum nb_err set_date(const json_t *object, const struct nb_import_context *context,
                            struct nb_document *document)
{
    struct nb_slice text = string_of(json_object_get(object, "published"));
    int64_t at_ms;
    if (text.len && nb_date_parse(text, context->dates, &at_ms) == NB_OK) {
        document->has_published_ms = 1;
        document->published_ms = at_ms;
    }
    return NB_OK;
}

/* ---- what was said ---- */

static enum nb_err read_note(const json_t *note, const struct nb_import_context *context,
                             struct nb_arena *arena, struct nb_document *document)
{
    const json_t *url = json_object_get(note, "url");
    enum nb_err err = set_text(string_of(json_object_get(note, "id")), arena, &document->guid);
    err = err == NB_OK
              ? set_text(url ? address_of(url) : nb_field(document->guid), arena, &document->url)
              : err;
    const json_t *title = json_object_get(note, "name");
    title = title ? title : json_object_get(note, "summary");
    err = err == NB_OK ? set_text(string_of(title), arena, &document->title) : err;
    err = err == NB_OK
              ? set_text(address_of(json_object_get(note, "inReplyTo")), arena, &document->reply_to)
              : err;
    err = err == NB_OK
              ? set_author(address_of(json_object_get(note, "attributedTo")), document, arena)
              : err;
    err = err == NB_OK ? set_content(note, document, arena) : err;
    err = err == NB_OK ? set_language(note, document, arena) : err;
    err = err == NB_OK ? set_tags(note, document, arena) : err;
    err = err == NB_OK ? set_counts(note, context->dates->now_ms, document, arena) : err;
    return err == NB_OK ? set_date(note, context, document) : err;
}

/* A boost: only where the words are is in the archive. */
static enum nb_err read_announce(const json_t *activity, const struct nb_import_context *context,
                                 struct nb_arena *arena, struct nb_document *document)
{
    Nb__Quote *quote = nb_arena_alloc(arena, sizeof(*quote));
    document->quotes = nb_arena_calloc(arena, 1, sizeof(*document->quotes));
    if (!quote || !document->quotes) {
        return NB_ENOMEM;
    }
    nb__quote__init(quote);
    enum nb_err err = set_text(string_of(json_object_get(activity, "id")), arena, &document->guid);
    err = err == NB_OK
              ? set_text(address_of(json_object_get(activity, "object")), arena, &quote->url)
              : err;
    err = err == NB_OK ? set_author(address_of(json_object_get(activity, "actor")), document, arena)
                       : err;
    if (quote->url) {
        document->quotes[document->n_quotes++] = quote;
    }
    if (err == NB_OK && document->author) { /* as what the author writes, which has an address */
        struct nb_slice author = nb_field(document->author);
        size_t slash = nb_slice_find_byte(author, '/', 0);
        document->site = nb_arena_strdup(arena, nb_slice_sub(author, 0, slash));
        err = document->site ? NB_OK : NB_ENOMEM;
    }
    return err == NB_OK ? set_date(activity, context, document) : err;
}

enum nb_err nb_activity_read(const json_t *object, const struct nb_import_context *context,
                             struct nb_arena *arena, struct nb_document **out,
                             struct nb_error *error)
{
    static const char *const announce = "Announce";
    const json_t *inner = json_object_get(object, "object");
    const json_t *note = is_note(object) ? object : is_note(inner) ? inner : NULL;
    bool shares = is_type(object, &announce, 1);
    *out = NULL;
    if ((!note && !shares) || !(is_public(object) || (note && is_public(note)))) {
        return NB_OK;
    }
    struct nb_document *document = nb_document_new(arena);
    if (!document) {
        return NB_ENOMEM;
    }
    document->has_kind = 1;
    document->kind = shares ? NB__KIND__BOOST : NB__KIND__TOOT;
    enum nb_err err = shares ? read_announce(object, context, arena, document)
                             : read_note(note, context, arena, document);
    if (err != NB_OK || (!document->text && !document->title && !document->n_quotes)) {
        return err; /* a picture without words */
    }
    err = nb_import_finish(document, (struct nb_slice){NULL, 0}, context, arena, error);
    if (err == NB_OK) {
        *out = document;
    }
    return err;
}

/* ---- an archive ---- */

/* Offset behind the string that begins at `at`. */
static size_t skip_string(struct nb_slice text, size_t at)
{
    for (at++; at < text.len && text.p[at] != '"'; at++) {
        at += text.p[at] == '\\';
    }
    return at < text.len ? at + 1 : text.len;
}

static size_t skip_space(struct nb_slice text, size_t at)
{
    while (at < text.len && nb_ascii_is_space(text.p[at])) {
        at++;
    }
    return at;
}

static bool is_items_key(struct nb_slice key)
{
    return nb_slice_eq(key, NB_LIT("\"orderedItems\"")) || nb_slice_eq(key, NB_LIT("\"items\""));
}

/* Offset of the first item: an archive is read item by item, for it may be large. */
static size_t find_items(struct nb_slice text)
{
    size_t depth = 0;
    size_t at = 0;
    while (at < text.len) {
        char c = text.p[at];
        if (c == '"') {
            size_t end = skip_string(text, at);
            size_t colon = skip_space(text, end);
            size_t value = skip_space(text, colon + 1);
            if (depth == 1 && is_items_key(nb_slice_sub(text, at, end)) && value < text.len &&
                text.p[colon] == ':' && text.p[value] == '[') {
                return value + 1;
            }
            at = end;
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= depth > 0 && (c == '}' || c == ']');
        at++;
    }
    return NB_NPOS;
}

static enum nb_err read_item(const json_t *item, const struct nb_import_context *context,
                             struct nb_arena *arena, size_t number, nb_import_fn *each, void *arg)
{
    struct nb_error error = {0};
    struct nb_document *document = NULL;
    nb_arena_reset(arena);
    enum nb_err err =
        nb_activity_is(item) ? nb_activity_read(item, context, arena, &document, &error) : NB_OK;
    return each(arg, number, err, document, &error);
}

static enum nb_err read_items(struct nb_slice text, size_t at,
                              const struct nb_import_context *context, struct nb_arena *arena,
                              nb_import_fn *each, void *arg, struct nb_error *error)
{
    enum nb_err err = NB_OK;
    for (size_t number = 1; err == NB_OK; number++) {
        json_error_t problem;
        at = skip_space(text, at);
        if (at < text.len && text.p[at] == ']') {
            return NB_OK;
        }
        json_t *item =
            json_loadb(text.p + at, text.len - at,
                       JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY | JSON_ALLOW_NUL, &problem);
        if (!item) {
            return nb_error_set(error, NB_ESYNTAX, "item %zu is not JSON: %s", number,
                                problem.text);
        }
        at = skip_space(text, at + (size_t)problem.position);
        at += at < text.len && text.p[at] == ',';
        err = read_item(item, context, arena, number, each, arg);
        json_decref(item);
    }
    return err;
}

enum nb_err nb_import_collection(struct nb_slice text, const struct nb_import_context *context,
                                 nb_import_fn *each, void *arg, struct nb_error *error)
{
    size_t at = find_items(text);
    if (at == NB_NPOS) {
        return nb_error_set(error, NB_ESYNTAX,
                            "no collection of activities: it has neither orderedItems nor items");
    }
    struct nb_arena *arena = nb_arena_new(ITEM_BYTES);
    enum nb_err err = arena ? read_items(text, at, context, arena, each, arg, error) : NB_ENOMEM;
    nb_arena_free(arena);
    return err;
}
