/*
 * A line of JSON Lines. Members have the names of record.proto, as a dump prints them, or the
 * shorter ones that people write; those that are not known are passed over.
 */
#include "crawler/social/import.h"

#include <string.h>

#include <nabiz/text.h>

#include "crawler/feed/json_repair.h"

enum { LIST_MAX = 500 };

struct line {
    const json_t *object;
    struct nb_document *document;
    struct nb_arena *arena;
    const struct nb_import_context *context;
    struct nb_error *error;
};

static enum nb_err wrong(struct line *line, const char *key, const char *what)
{
    return nb_error_set(line->error, NB_ESYNTAX, "\"%s\" is %s", key, what);
}

/* ---- values ---- */

/* Of the first key that is there; null and the empty text count as missing. */
static enum nb_err take_text(struct line *line, const json_t *object, const char *key,
                             const char *other, char **out)
{
    const json_t *value = json_object_get(object, key);
    if ((!value || json_is_null(value)) && other) {
        key = other;
        value = json_object_get(object, key);
    }
    if (!value || json_is_null(value)) {
        return NB_OK;
    }
    if (json_is_integer(value)) {
        *out = nb_arena_printf(line->arena, "%lld", (long long)json_integer_value(value));
        return *out ? NB_OK : NB_ENOMEM;
    }
    if (!json_is_string(value)) {
        return wrong(line, key, "no text");
    }
    return nb_import_text(nb_slice(json_string_value(value), json_string_length(value)),
                          line->arena, out);
}

static enum nb_err take_id(struct line *line, const char *key, protobuf_c_boolean *has,
                           ProtobufCBinaryData *out)
{
    const char *hex = json_string_value(json_object_get(line->object, key));
    uint8_t *bytes = nb_arena_alloc(line->arena, NB_ID_BYTES);
    if (!bytes) {
        return NB_ENOMEM;
    }
    if (hex && strlen(hex) == 2 * (size_t)NB_ID_BYTES &&
        nb_unhex(nb_slice_str(hex), bytes, NB_ID_BYTES) == NB_OK) {
        *has = 1;
        *out = (ProtobufCBinaryData){NB_ID_BYTES, bytes};
    }
    return NB_OK;
}

/* Milliseconds, or a date in words or figures. */
static enum nb_err take_time(struct line *line, const char *ms_key, const char *key,
                             protobuf_c_boolean *has, int64_t *out)
{
    const json_t *ms = json_object_get(line->object, ms_key);
    const json_t *text = key ? json_object_get(line->object, key) : NULL;
    if (json_is_integer(ms)) {
        *has = 1;
        *out = (int64_t)json_integer_value(ms);
        return NB_OK;
    }
    if (!text || json_is_null(text)) {
        return NB_OK;
    }
    if (json_is_string(text) &&
        nb_date_parse(nb_slice(json_string_value(text), json_string_length(text)),
                      line->context->dates, out) == NB_OK) {
        *has = 1;
        return NB_OK;
    }
    return wrong(line, key, "no date");
}

static enum nb_err take_kind(struct line *line)
{
    const char *name = json_string_value(json_object_get(line->object, "kind"));
    struct nb_document *document = line->document;
    for (int kind = NB__KIND__ARTICLE; name && kind <= NB__KIND__BOOST; kind++) {
        if (nb_slice_eq_ascii_case(nb_slice_str(name),
                                   nb_slice_str(nb_kind_name((Nb__Kind)kind)))) {
            document->has_kind = 1;
            document->kind = (Nb__Kind)kind;
        }
    }
    return name && !document->has_kind
               ? wrong(line, "kind", "none of article, post, comment, review, entry, toot, boost")
               : NB_OK;
}

/* ---- lists ---- */

static size_t list_n(const json_t *list)
{
    size_t n = json_array_size(list);
    return n < LIST_MAX ? n : LIST_MAX;
}

static enum nb_err take_categories(struct line *line)
{
    const json_t *list = json_object_get(line->object, "categories");
    struct nb_document *document = line->document;
    size_t n = list_n(list);
    document->categories = nb_arena_calloc(line->arena, n, sizeof(*document->categories));
    enum nb_err err = document->categories ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        const json_t *item = json_array_get(list, i);
        char *name = NULL;
        if (json_is_string(item)) {
            err = nb_import_text(nb_slice(json_string_value(item), json_string_length(item)),
                                 line->arena, &name);
        }
        if (name) {
            document->categories[document->n_categories++] = name;
        }
    }
    return err;
}

static enum nb_err take_links(struct line *line)
{
    const json_t *list = json_object_get(line->object, "links");
    struct nb_document *document = line->document;
    size_t n = list_n(list);
    document->links = nb_arena_calloc(line->arena, n, sizeof(*document->links));
    enum nb_err err = document->links ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        const json_t *item = json_array_get(list, i);
        Nb__Link *link = nb_arena_alloc(line->arena, sizeof(*link));
        if (!link) {
            return NB_ENOMEM;
        }
        nb__link__init(link);
        if (json_is_string(item)) {
            err = nb_import_text(nb_slice(json_string_value(item), json_string_length(item)),
                                 line->arena, &link->url);
        } else if (json_is_object(item)) {
            err = take_text(line, item, "url", NULL, &link->url);
            err = err == NB_OK ? take_text(line, item, "text", NULL, &link->text) : err;
        }
        if (link->url) {
            document->links[document->n_links++] = link;
        }
    }
    return err;
}

static enum nb_err take_quotes(struct line *line)
{
    const json_t *list = json_object_get(line->object, "quotes");
    struct nb_document *document = line->document;
    size_t n = list_n(list);
    document->quotes = nb_arena_calloc(line->arena, n, sizeof(*document->quotes));
    enum nb_err err = document->quotes ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        const json_t *item = json_array_get(list, i);
        Nb__Quote *quote = nb_arena_alloc(line->arena, sizeof(*quote));
        if (!quote) {
            return NB_ENOMEM;
        }
        nb__quote__init(quote);
        err = take_text(line, item, "author", NULL, &quote->author);
        err = err == NB_OK ? take_text(line, item, "text", NULL, &quote->text) : err;
        err = err == NB_OK ? take_text(line, item, "url", NULL, &quote->url) : err;
        if (quote->author || quote->text || quote->url) {
            document->quotes[document->n_quotes++] = quote;
        }
    }
    return err;
}

/* A list as a dump has it, or counts by the names of their kinds. */
static enum nb_err take_engagement(struct line *line)
{
    static const char *const kinds[] = {"comments", "likes", "shares", "views"};
    enum { KINDS_N = sizeof(kinds) / sizeof(kinds[0]) };
    const json_t *list = json_object_get(line->object, "engagement");
    struct nb_document *document = line->document;
    size_t n = list_n(list);
    document->engagement = nb_arena_calloc(line->arena, n + KINDS_N, sizeof(*document->engagement));
    enum nb_err err = document->engagement ? NB_OK : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n + KINDS_N; i++) {
        const json_t *item = i < n ? json_array_get(list, i) : NULL;
        const json_t *count =
            i < n ? json_object_get(item, "count") : json_object_get(line->object, kinds[i - n]);
        const json_t *read = json_object_get(item, "read_ms");
        Nb__Engagement *engagement = nb_arena_alloc(line->arena, sizeof(*engagement));
        if (!engagement) {
            return NB_ENOMEM;
        }
        nb__engagement__init(engagement);
        if (i < n) {
            err = take_text(line, item, "kind", NULL, &engagement->kind);
        } else {
            engagement->kind = nb_arena_strdup(line->arena, nb_slice_str(kinds[i - n]));
        }
        if (err == NB_OK && engagement->kind && json_is_integer(count) &&
            json_integer_value(count) >= 0) {
            engagement->has_count = engagement->has_read_ms = 1;
            engagement->count = (uint64_t)json_integer_value(count);
            engagement->read_ms = json_is_integer(read) ? (int64_t)json_integer_value(read)
                                                        : line->context->dates->now_ms;
            document->engagement[document->n_engagement++] = engagement;
        }
    }
    return err;
}

/* ---- a line ---- */

static enum nb_err take_texts(struct line *line)
{
    struct nb_document *document = line->document;
    const struct {
        const char *key, *other;
        char **to;
    } rows[] = {
        {"url", "link", &document->url},
        {"guid", "id", &document->guid},
        {"site", NULL, &document->site},
        {"author", NULL, &document->author},
        {"author_name", NULL, &document->author_name},
        {"title", NULL, &document->title},
        {"text", NULL, &document->text},
        {"language", "lang", &document->language},
        {"reply_to", "in_reply_to", &document->reply_to},
        {"thread", NULL, &document->thread},
    };
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < sizeof(rows) / sizeof(rows[0]); i++) {
        err = take_text(line, line->object, rows[i].key, rows[i].other, rows[i].to);
    }
    return err;
}

static enum nb_err read_document(struct line *line)
{
    struct nb_document *document = line->document;
    char *source = NULL;
    enum nb_err err = take_texts(line);
    err = err == NB_OK ? take_time(line, "published_ms", "published", &document->has_published_ms,
                                   &document->published_ms)
                       : err;
    err = err == NB_OK ? take_time(line, "fetched_ms", NULL, &document->has_fetched_ms,
                                   &document->fetched_ms)
                       : err;
    err = err == NB_OK ? take_kind(line) : err;
    err = err == NB_OK ? take_id(line, "identity", &document->has_identity, &document->identity)
                       : err;
    err = err == NB_OK ? take_id(line, "source", &document->has_source, &document->source) : err;
    err = err == NB_OK ? take_categories(line) : err;
    err = err == NB_OK ? take_links(line) : err;
    err = err == NB_OK ? take_quotes(line) : err;
    err = err == NB_OK ? take_engagement(line) : err;
    if (json_is_true(json_object_get(line->object, "deleted"))) {
        document->has_deleted = document->deleted = 1;
    }
    err = err == NB_OK ? nb_import_boost(line->object, document, line->arena, line->error) : err;
    err = err == NB_OK
              ? nb_import_audience(line->object, line->context->dates, line->arena, document)
              : err;
    if (err == NB_OK && !document->has_source) {
        err = take_text(line, line->object, "source", NULL, &source);
    }
    return err == NB_OK ? nb_import_finish(document, nb_field(source), line->context, line->arena,
                                           line->error)
                        : err;
}

static enum nb_err read_object(struct line *line, struct nb_document **out)
{
    const json_t *value = json_object_get(line->object, "value");
    bool is_dumped = json_is_object(value) && json_object_get(line->object, "table");
    line->object = is_dumped ? value : line->object;
    if (!json_is_object(line->object)) {
        return nb_error_set(line->error, NB_ESYNTAX, "not a JSON object");
    }
    if (nb_activity_is(line->object)) {
        return nb_activity_read(line->object, line->context, line->arena, out, line->error);
    }
    line->document = nb_document_new(line->arena);
    enum nb_err err = line->document ? read_document(line) : NB_ENOMEM;
    if (err == NB_OK) {
        *out = line->document;
    }
    return err;
}

enum nb_err nb_import_line(struct nb_slice text, const struct nb_import_context *context,
                           struct nb_arena *arena, struct nb_document **out, struct nb_error *error)
{
    json_error_t problem;
    if (nb_feed_json_weigh(text) != NB_OK) {
        return nb_error_set(error, NB_ETOOBIG, "JSON nested too deep, or too many values");
    }
    json_t *root = json_loadb(text.p ? text.p : "", text.len, JSON_ALLOW_NUL, &problem);
    if (!root) {
        return nb_error_set(error, NB_ESYNTAX, "not JSON at byte %d: %s", problem.position,
                            problem.text);
    }
    enum nb_err err = nb_import_object(root, context, arena, out, error);
    json_decref(root);
    return err;
}

enum nb_err nb_import_object(const json_t *object, const struct nb_import_context *context,
                             struct nb_arena *arena, struct nb_document **out,
                             struct nb_error *error)
{
    struct line line = {.object = object, .arena = arena, .context = context, .error = error};
    *out = NULL;
    enum nb_err err = read_object(&line, out);
    return err == NB_ENOMEM ? nb_error_set(error, err, "%s", nb_strerror(err)) : err;
}
