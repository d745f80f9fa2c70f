#include "service/commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include <nabiz/date.h>
#include <nabiz/json.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>

#include "analyzer/events/days.h"
#include "service/line_pool.h"

enum { DOCUMENT_BYTES_MAX = 512 << 20, ID_BYTES = 24 };

struct tag {
    struct nb_knowledge *knowledge;
    bool jsonl, explain;
};

/* Of one thread. */
struct tagger {
    const struct tag *tag;
    struct nb_arena *arena;
    struct nb_word_cache *words;
};

/* Text as the crawler would have stored it. */
static enum nb_err clean(struct nb_slice raw, struct nb_arena *arena, char **out,
                         struct nb_error *error)
{
    struct nb_slice text;
    if (!nb_utf8_valid(raw)) {
        return nb_error_set(error, NB_EUTF8, "byte %zu is not UTF-8",
                            nb_utf8_valid_prefix(raw) + 1);
    }
    enum nb_err err = nb_utf8_repair(raw, arena, &text);
    if (err == NB_OK) {
        err = nb_text_nfc(text, arena, &text);
    }
    if (err == NB_OK && !(*out = nb_arena_strdup(arena, text))) {
        err = NB_ENOMEM;
    }
    return err == NB_OK ? NB_OK : nb_error_set(error, err, "%s", nb_strerror(err));
}

static enum nb_err get_string(const json_t *object, const char *key, struct nb_arena *arena,
                              char **out, struct nb_error *error)
{
    const json_t *value = json_object_get(object, key);
    *out = NULL;
    if (!value || json_is_null(value)) {
        return NB_OK;
    }
    if (!json_is_string(value)) {
        return nb_error_set(error, NB_ESYNTAX, "\"%s\" is not a string", key);
    }
    return clean(nb_slice(json_string_value(value), json_string_length(value)), arena, out, error);
}

static enum nb_err get_id(const json_t *object, struct nb_arena *arena, char **id,
                          struct nb_error *error)
{
    const json_t *value = json_object_get(object, "id");
    if (json_is_integer(value)) {
        *id = nb_arena_printf(arena, "%lld", (long long)json_integer_value(value));
        return *id ? NB_OK : NB_ENOMEM;
    }
    char *text;
    enum nb_err err = get_string(object, "id", arena, &text, error);
    *id = err == NB_OK && text ? text : *id;
    return err;
}

static enum nb_err get_published(const json_t *object, struct nb_arena *arena,
                                 struct nb_document *document, struct nb_error *error)
{
    static const struct nb_date_context context = {.words = NULL};
    char *text = NULL;
    enum nb_err err = get_string(object, "published", arena, &text, error);
    if (err != NB_OK || !text) {
        return err;
    }
    err = nb_date_parse(nb_slice_str(text), &context, &document->published_ms);
    document->has_published_ms = err == NB_OK;
    return err == NB_OK ? err : nb_error_set(error, err, "\"published\" is no date");
}

static enum nb_err read_object(struct tagger *t, struct nb_slice line, struct nb_document *document,
                               char **id, struct nb_error *error)
{
    json_error_t problem;
    json_t *object = json_loadb(line.p ? line.p : "", line.len, JSON_REJECT_DUPLICATES, &problem);
    if (!object) {
        return nb_error_set(error, NB_ESYNTAX, "not JSON at byte %d: %s", problem.position,
                            problem.text);
    }
    enum nb_err err =
        json_is_object(object) ? NB_OK : nb_error_set(error, NB_ESYNTAX, "not a JSON object");
    struct {
        const char *key;
        char **to;
    } fields[] = {{"text", &document->text},
                  {"title", &document->title},
                  {"author", &document->author},
                  {"url", &document->url}};
    for (size_t i = 0; err == NB_OK && i < sizeof(fields) / sizeof(fields[0]); i++) {
        err = get_string(object, fields[i].key, t->arena, fields[i].to, error);
    }
    if (err == NB_OK) {
        err = get_published(object, t->arena, document, error);
    }
    if (err == NB_OK) {
        err = get_id(object, t->arena, id, error);
    }
    if (err == NB_OK && !document->text && !document->title) {
        err = nb_error_set(error, NB_ESYNTAX, "neither \"text\" nor \"title\"");
    }
    json_decref(object);
    return err;
}

/* Days in Istanbul, both included. */
static void write_days(struct nb_json *j, int64_t from_ms, int64_t to_ms)
{
    const int32_t ends[] = {nb_day_of(from_ms), nb_day_of(to_ms - 1)};
    for (int i = 0; i < 2; i++) {
        char text[NB_RFC3339_BYTES];
        nb_date_rfc3339(ends[i] * NB_DAY_MS, text);
        text[sizeof("2027-01-01") - 1] = '\0';
        nb_json_kcstr(j, i ? "to" : "from", text);
    }
}

static void write_details(struct nb_json *j, const Nb__LifeEvent *event)
{
    if (event->has_from_ms) {
        nb_json_key(j, "when");
        nb_json_object(j);
        write_days(j, event->from_ms, event->to_ms);
        nb_json_end(j);
    }
    if (event->next) {
        nb_json_key(j, "next");
        nb_json_object(j);
        nb_json_kcstr(j, "kind", event->next);
        write_days(j, event->next_from_ms, event->next_to_ms);
        nb_json_end(j);
    }
    if (event->city) {
        nb_json_kcstr(j, "city", event->city);
    }
}

static void write_events(struct nb_json *j, const struct nb_annotation *a)
{
    nb_json_key(j, "life_events");
    nb_json_array(j);
    for (size_t i = 0; i < a->n_life_events; i++) {
        const Nb__LifeEvent *event = a->life_events[i];
        nb_json_object(j);
        nb_json_kcstr(j, "type", event->type);
        nb_json_kcstr(j, "subject", event->subject);
        nb_json_kcstr(j, "stage", event->stage);
        nb_json_kcstr(j, "evidential", event->evidential);
        nb_json_kint(j, "confidence_milli", event->confidence_milli);
        nb_json_kint(j, "begin", event->span->begin);
        nb_json_kint(j, "end", event->span->end);
        write_details(j, event);
        nb_json_end(j);
    }
    nb_json_end(j);
}

static void write_shifts(struct nb_json *j, const Nb__Reason *reason)
{
    nb_json_key(j, "shifts");
    nb_json_array(j);
    for (size_t i = 0; i < reason->n_shifts; i++) {
        const Nb__Shift *shift = reason->shifts[i];
        nb_json_object(j);
        nb_json_kcstr(j, "what", shift->what);
        if (shift->has_line) {
            nb_json_kcstr(j, "file", shift->file);
            nb_json_kint(j, "line", shift->line);
        }
        nb_json_end(j);
    }
    nb_json_end(j);
}

static void write_opinions(struct nb_json *j, const struct nb_annotation *a)
{
    nb_json_key(j, "opinions");
    nb_json_array(j);
    for (size_t i = 0; i < a->n_reasons; i++) {
        const Nb__Reason *reason = a->reasons[i];
        nb_json_object(j);
        nb_json_kcstr(j, "text", reason->words);
        if (reason->span) {
            nb_json_kint(j, "begin", reason->span->begin);
            nb_json_kint(j, "end", reason->span->end);
        }
        nb_json_kcstr(j, "entry", reason->entry);
        if (reason->file) {
            nb_json_kcstr(j, "file", reason->file);
            nb_json_kint(j, "line", reason->line);
        }
        nb_json_kint(j, "base_milli", reason->base_milli);
        nb_json_kint(j, "score_milli", reason->milli);
        write_shifts(j, reason);
        nb_json_end(j);
    }
    nb_json_end(j);
}

static void write_weights(struct nb_json *j, const struct nb_annotation *a, struct nb_slice text)
{
    nb_json_key(j, "weights");
    nb_json_array(j);
    for (size_t i = 0; i < a->n_weights; i++) {
        const Nb__Weight *weight = a->weights[i];
        nb_json_object(j);
        nb_json_key(j, "text");
        nb_json_str(j, nb_slice_sub(text, weight->span->begin, weight->span->end));
        nb_json_kint(j, "begin", weight->span->begin);
        nb_json_kint(j, "end", weight->span->end);
        nb_json_kint(j, "score_milli", weight->milli);
        nb_json_end(j);
    }
    nb_json_end(j);
}

static void write_tokens(struct nb_json *j, const struct nb_annotation *a)
{
    nb_json_key(j, "tokens");
    nb_json_array(j);
    for (size_t i = 0; i < a->n_tokens; i++) {
        const Nb__Token *token = a->tokens[i];
        nb_json_object(j);
        nb_json_kint(j, "begin", token->span->begin);
        nb_json_kint(j, "end", token->span->end);
        if (token->normal) {
            nb_json_kcstr(j, "normal", token->normal);
        }
        if (token->stage) {
            nb_json_kcstr(j, "stage", token->stage);
        }
        nb_json_kcstr(j, "lemma", token->lemma);
        if (token->upos) {
            nb_json_kcstr(j, "upos", token->upos);
        }
        if (token->features) {
            nb_json_kcstr(j, "features", token->features);
        }
        nb_json_end(j);
    }
    nb_json_end(j);
}

static void write_why(struct nb_json *j, const struct nb_annotation *a, struct nb_slice text)
{
    nb_json_key(j, "why");
    nb_json_object(j);
    nb_json_kcstr(j, "text", a->why_text);
    write_opinions(j, a);
    write_weights(j, a, text);
    nb_json_key(j, "reasons");
    nb_json_array(j);
    for (size_t i = 0; i < a->n_why; i++) {
        nb_json_cstr(j, a->why[i]);
    }
    nb_json_end(j);
    write_tokens(j, a);
    nb_json_end(j);
}

static void write_targets(struct nb_json *j, const struct nb_annotation *a, struct nb_slice text)
{
    nb_json_key(j, "targets");
    nb_json_array(j);
    for (size_t i = 0; i < a->n_targets; i++) {
        const Nb__Target *target = a->targets[i];
        nb_json_object(j);
        nb_json_key(j, "text");
        nb_json_str(j, nb_slice_sub(text, target->span->begin, target->span->end));
        nb_json_kint(j, "begin", target->span->begin);
        nb_json_kint(j, "end", target->span->end);
        nb_json_kcstr(j, "label", nb_label_name(target->sentiment->label));
        nb_json_kint(j, "score_milli", target->sentiment->score_milli);
        nb_json_end(j);
    }
    nb_json_end(j);
}

static void write_topics(struct nb_json *j, const struct nb_annotation *a)
{
    nb_json_key(j, "topics");
    nb_json_array(j);
    for (size_t i = 0; i < a->n_topics; i++) {
        nb_json_cstr(j, a->topics[i]->topic);
    }
    nb_json_end(j);
    nb_json_key(j, "topic_sentiments");
    nb_json_array(j);
    for (size_t i = 0; i < a->n_topics; i++) {
        const Nb__Sentiment *s = nb_topic_sentiment(a, i);
        nb_json_object(j);
        nb_json_kcstr(j, "topic", a->topics[i]->topic);
        nb_json_kcstr(j, "label", nb_label_name(s->label));
        nb_json_kint(j, "score_milli", s->score_milli);
        nb_json_end(j);
    }
    nb_json_end(j);
}

/* null where it was not looked for */
static void write_number(struct nb_json *j, const char *key, bool is_known, int64_t value)
{
    nb_json_key(j, key);
    if (is_known) {
        nb_json_int(j, value);
    } else {
        nb_json_null(j);
    }
}

static void write_annotation(const char *id, struct nb_slice text, const struct nb_annotation *a,
                             bool explain, struct nb_buf *out)
{
    struct nb_json json, *j = &json;
    nb_json_init(j, out, false);
    nb_json_object(j);
    nb_json_kcstr(j, "id", id);
    nb_json_kcstr(j, "lang", a->language);
    nb_json_key(j, "sentiment");
    nb_json_object(j);
    nb_json_kcstr(j, "label", nb_label_name(a->sentiment->label));
    nb_json_kint(j, "score_milli", a->sentiment->score_milli);
    nb_json_kint(j, "confidence_milli", a->sentiment->confidence_milli);
    nb_json_end(j);
    write_targets(j, a, text);
    nb_json_key(j, "emotions");
    nb_json_array(j);
    for (size_t i = 0; i < a->n_emotions; i++) {
        nb_json_object(j);
        nb_json_kcstr(j, "type", a->emotions[i]->type);
        nb_json_kint(j, "score_milli", a->emotions[i]->score_milli);
        nb_json_end(j);
    }
    nb_json_end(j);
    nb_json_key(j, "intents");
    nb_json_array(j);
    for (size_t i = 0; i < a->n_intents; i++) {
        nb_json_cstr(j, a->intents[i]);
    }
    nb_json_end(j);
    write_number(j, "irony_milli", a->has_irony_milli, a->irony_milli);
    write_number(j, "synthetic_milli", a->has_synthetic_milli, a->synthetic_milli);
    write_events(j, a);
    write_topics(j, a);
    if (explain) {
        write_why(j, a, text);
    }
    nb_json_end(j);
    nb_buf_add_byte(out, '\n');
}

/* As printf would, in less time than all else that one line costs outside of reading it. */
static char *number_text(size_t number, struct nb_arena *arena)
{
    char digits[ID_BYTES];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return nb_arena_strdup(arena, nb_slice(digits + at, sizeof(digits) - at));
}

static enum nb_err tag_line(void *worker, struct nb_slice line, size_t number, struct nb_buf *out,
                            struct nb_error *error)
{
    struct tagger *t = worker;
    const struct nb_knowledge *knowledge = t->tag->knowledge;
    struct nb_annotation *annotation = NULL;
    nb_arena_reset(t->arena);
    struct nb_document *document = nb_document_new(t->arena);
    char *id = number_text(number, t->arena);
    enum nb_err err = document && id ? NB_OK : nb_error_set(error, NB_ENOMEM, "out of memory");
    if (err == NB_OK) {
        err = t->tag->jsonl ? read_object(t, line, document, &id, error)
                            : clean(line, t->arena, &document->text, error);
    }
    if (err != NB_OK) {
        return err;
    }
    err = t->tag->explain
              ? nb_annotate_with(document, knowledge, t->words, t->arena, &annotation)
              : nb_annotate_briefly(document, knowledge, t->words, t->arena, &annotation);
    if (err == NB_OK) {
        write_annotation(id, nb_field(document->text), annotation, t->tag->explain, out);
        err = nb_buf_finish(out, NULL);
    }
    return err == NB_OK ? NB_OK : nb_error_set(error, err, "%s", nb_strerror(err));
}

static void tagger_free(void *worker)
{
    struct tagger *t = worker;
    if (t) {
        nb_arena_free(t->arena);
        nb_word_cache_free(t->words);
        nb_free(t);
    }
}

static void *tagger_new(void *context)
{
    struct tagger *t = nb_calloc(1, sizeof(*t));
    if (!t) {
        return NULL;
    }
    *t = (struct tagger){
        .tag = context, .arena = nb_arena_new(DOCUMENT_BYTES_MAX), .words = nb_word_cache_new()};
    if (!t->arena || !t->words) {
        tagger_free(t);
        return NULL;
    }
    return t;
}

static int tag_lines(struct nb_args *args, struct tag *tag, size_t threads_n)
{
    const struct nb_line_work work = {tagger_new, tagger_free, tag_line, tag};
    struct nb_error error = {0};
    enum nb_err err = nb_line_pool_run(STDIN_FILENO, &work, "tag", threads_n,
                                       nb_args_has(args, "strict"), &error);
    if (err == NB_EINVAL) {
        return NB_EXIT_REFUSED;
    }
    if (err != NB_OK) {
        return ferror(stdout) ? NB_EXIT_FAILED : nb_fail(args, &error); /* main says so */
    }
    return NB_EXIT_OK;
}

static int run(struct nb_args *args)
{
    struct nb_error error = {0};
    struct tag tag = {.jsonl = nb_args_has(args, "jsonl"), .explain = nb_args_has(args, "explain")};
    int64_t threads_n;
    if (!nb_args_int(args, "threads", 1, NB_LINE_POOL_THREADS_MAX,
                     (int64_t)nb_line_pool_processors(), &threads_n)) {
        return NB_EXIT_USAGE;
    }
    if (nb_lang_load(args, &tag.knowledge, NULL, &error) != NB_OK) {
        return nb_fail(args, &error);
    }
    int code = tag_lines(args, &tag, (size_t)threads_n);
    nb_knowledge_free(tag.knowledge);
    return code;
}

const struct nb_command nb_cmd_tag = {
    .name = "tag",
    .line = "read texts, one per line, and say what they mean",
    .usage = "[--jsonl] [--topics DIR] [--model FILE] [--explain] [--strict] [--threads N] < texts",
    .about =
        "One text per line in, one JSON object per line out, in the same order: language, "
        "sentiment, emotions, intents and topics. With --jsonl a line is a JSON object with id, "
        "text, title, author, published and url. A line that cannot be read is reported on "
        "standard error with its number; the others are not affected. Where many lines are there "
        "to be read, all processors work on them.",
    .options =
        (const struct nb_option[]){
            {"jsonl", NULL, NULL, "lines are JSON objects"},
            {"topics", "DIR", NULL, "topics to look for: NAME.topic files, or one such file"},
            {"model", "FILE", NULL, "a local model of nabiz train, in place of data.local_model"},
            {"explain", NULL, NULL, "add why: the reasons, and the tokens with their lemmas"},
            {"strict", NULL, NULL, "stop at the first line that cannot be read"},
            {"threads", "N", NULL, "processors to use, 1 to 64 (all), with up to 50 MiB each"},
            {NULL, NULL, NULL, NULL},
        },
    .examples =
        (const struct nb_example[]){
            {"echo 'kargo hala gelmedi' | nabiz tag --explain", "what one text means, and why"},
            {"nabiz tag --jsonl --topics topics < posts.jsonl", "many, with topics"},
            {NULL, NULL},
        },
    .min_words = 0,
    .max_words = 0,
    .run = run,
};
