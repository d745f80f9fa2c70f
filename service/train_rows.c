#include "service/train_rows.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <nabiz/text.h>

#include "service/lang.h"

enum { COLUMNS_MAX = 64 };
enum column { COLUMN_TEXT, COLUMN_SENTIMENT, COLUMN_EMOTION, COLUMN_INTENTS, COLUMNS_N };

static const char *const column_names[COLUMNS_N] = {"text", "sentiment", "emotion", "intents"};

struct reader {
    const char *name;
    struct nb_arena *arena;
    struct nb_train_rows *out;
    bool json;
    size_t column[COLUMNS_N]; /* of the header; SIZE_MAX: not there */
};

static bool is_one_of(struct nb_slice word, const char *whole, const char *brief)
{
    return nb_slice_eq_ascii_case(word, nb_slice_str(whole)) ||
           nb_slice_eq_ascii_case(word, nb_slice_str(brief));
}

static enum nb_err read_sentiment(struct nb_slice word, struct nb_local_want *want,
                                  struct nb_error *error)
{
    if (is_one_of(word, "negative", "neg")) {
        want->sentiment = NB_OPINION_NEGATIVE;
    } else if (is_one_of(word, "neutral", "neu")) {
        want->sentiment = NB_OPINION_NEUTRAL;
    } else if (is_one_of(word, "positive", "pos")) {
        want->sentiment = NB_OPINION_POSITIVE;
    } else {
        return nb_error_set(error, NB_ESYNTAX,
                            "\"%.*s\" is no sentiment: negative, neutral or positive",
                            (int)nb_utf8_cut(word, 40).len, word.p ? word.p : "");
    }
    return NB_OK;
}

static enum nb_err read_emotion(struct nb_slice word, struct nb_local_want *want,
                                struct nb_error *error)
{
    if (!word.len) {
        return NB_OK;
    }
    enum nb_emotion emotion = nb_emotion_named(word);
    if (emotion != NB_EMOTION_N || nb_slice_eq(word, NB_LIT("none"))) {
        want->emotion = (int8_t)emotion;
        return NB_OK;
    }
    return nb_error_set(error, NB_ESYNTAX, "\"%.*s\" is no emotion: anger, joy ... or none",
                        (int)nb_utf8_cut(word, 40).len, word.p);
}

static enum nb_err read_intent(struct nb_slice word, struct nb_local_want *want,
                               struct nb_error *error)
{
    want->intents = want->intents < 0 ? 0 : want->intents;
    if (!word.len || nb_slice_eq(word, NB_LIT("none"))) {
        return NB_OK;
    }
    enum nb_intent intent = nb_intent_named(word);
    if ((int)intent < NB_LOCAL_INTENT_N) {
        want->intents |= 1 << (int)intent;
        return NB_OK;
    }
    return nb_error_set(error, NB_ESYNTAX,
                        "\"%.*s\" is no intent: complaint, praise, question ... or none",
                        (int)nb_utf8_cut(word, 40).len, word.p);
}

static enum nb_err read_intents(struct nb_slice list, struct nb_local_want *want,
                                struct nb_error *error)
{
    struct nb_slice word;
    enum nb_err err = NB_OK;
    while (err == NB_OK && nb_slice_split(&list, ',', &word)) {
        err = read_intent(nb_slice_trim(word), want, error);
    }
    return err;
}

static enum nb_err put_row(struct reader *r, struct nb_slice text, const struct nb_local_want *want,
                           struct nb_error *error)
{
    struct nb_train_rows *out = r->out;
    struct nb_slice clean;
    if (!nb_utf8_valid(text)) {
        return nb_error_set(error, NB_EUTF8, "byte %zu of the text is not UTF-8",
                            nb_utf8_valid_prefix(text) + 1);
    }
    if (!nb_slice_trim(text).len) {
        return nb_error_set(error, NB_ESYNTAX, "the text is empty");
    }
    if (out->n == out->cap) {
        size_t cap = out->cap ? out->cap * 2 : 1024;
        struct nb_train_row *grown =
            nb_arena_grow(r->arena, out->all, out->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        out->all = grown;
        out->cap = cap;
    }
    enum nb_err err = nb_utf8_repair(text, r->arena, &clean);
    if (err == NB_OK) {
        err = nb_text_nfc(clean, r->arena, &clean);
    }
    char *copy = err == NB_OK ? nb_arena_strdup(r->arena, clean) : NULL;
    if (!copy) {
        return err == NB_OK ? NB_ENOMEM : err;
    }
    out->all[out->n++] = (struct nb_train_row){copy, *want};
    return NB_OK;
}

static enum nb_err read_fields(struct reader *r, const struct nb_slice *fields,
                               struct nb_error *error)
{
    struct nb_local_want want = {-1, -1, -1};
    enum nb_err err = read_sentiment(nb_slice_trim(fields[COLUMN_SENTIMENT]), &want, error);
    if (err == NB_OK) {
        err = read_emotion(nb_slice_trim(fields[COLUMN_EMOTION]), &want, error);
    }
    if (err == NB_OK) {
        err = read_intents(fields[COLUMN_INTENTS], &want, error);
    }
    return err == NB_OK ? put_row(r, fields[COLUMN_TEXT], &want, error) : err;
}

/* ---- tab-separated ---- */

static enum nb_err read_header(struct reader *r, struct nb_slice line, struct nb_error *error)
{
    struct nb_slice name;
    for (size_t c = 0; c < COLUMNS_N; c++) {
        r->column[c] = SIZE_MAX;
    }
    for (size_t i = 0; i < COLUMNS_MAX && nb_slice_split(&line, '\t', &name); i++) {
        for (size_t c = 0; c < COLUMNS_N; c++) {
            if (nb_slice_eq_ascii_case(nb_slice_trim(name), nb_slice_str(column_names[c]))) {
                r->column[c] = i;
            }
        }
    }
    if (r->column[COLUMN_TEXT] == SIZE_MAX || r->column[COLUMN_SENTIMENT] == SIZE_MAX) {
        return nb_error_set(error, NB_ESYNTAX,
                            "%s: the first line is to name tab-separated columns, of them \"text\" "
                            "and \"sentiment\"; or every line is a JSON object with these",
                            r->name);
    }
    return NB_OK;
}

static enum nb_err read_tsv(struct reader *r, struct nb_slice line, struct nb_error *error)
{
    struct nb_slice fields[COLUMNS_N] = {{NULL, 0}}, field;
    bool there[COLUMNS_N] = {false};
    for (size_t i = 0; i < COLUMNS_MAX && nb_slice_split(&line, '\t', &field); i++) {
        for (size_t c = 0; c < COLUMNS_N; c++) {
            if (r->column[c] == i) {
                fields[c] = field;
                there[c] = true;
            }
        }
    }
    if (!there[COLUMN_TEXT] || !there[COLUMN_SENTIMENT]) {
        return nb_error_set(error, NB_ESYNTAX, "it has too few columns");
    }
    return read_fields(r, fields, error);
}

/* ---- JSON ---- */

/* A string, or a list of strings joined by commas. */
static enum nb_err get_field(const json_t *object, enum column column, struct nb_arena *arena,
                             struct nb_slice *out, struct nb_error *error)
{
    const json_t *value = json_object_get(object, column_names[column]);
    *out = nb_slice(NULL, 0);
    if (!value || json_is_null(value)) {
        return NB_OK;
    }
    if (json_is_string(value)) {
        *out = nb_arena_copy(arena, nb_slice(json_string_value(value), json_string_length(value)));
        return out->p || !json_string_length(value) ? NB_OK : NB_ENOMEM;
    }
    if (column != COLUMN_INTENTS || !json_is_array(value)) {
        return nb_error_set(error, NB_ESYNTAX, "\"%s\" is not a string", column_names[column]);
    }
    const char *joined = "none";
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *one = json_string_value(json_array_get(value, i));
        if (!one) {
            return nb_error_set(error, NB_ESYNTAX, "\"intents\" is not a list of strings");
        }
        joined = nb_arena_printf(arena, "%s,%s", joined, one);
        if (!joined) {
            return NB_ENOMEM;
        }
    }
    *out = nb_slice_str(joined);
    return NB_OK;
}

static enum nb_err read_json(struct reader *r, struct nb_slice line, struct nb_error *error)
{
    json_error_t problem;
    json_t *object = json_loadb(line.p ? line.p : "", line.len, JSON_REJECT_DUPLICATES, &problem);
    struct nb_slice fields[COLUMNS_N];
    enum nb_err err = NB_OK;
    if (!object) {
        return nb_error_set(error, NB_ESYNTAX, "not JSON at byte %d: %s", problem.position,
                            problem.text);
    }
    if (!json_is_object(object)) {
        err = nb_error_set(error, NB_ESYNTAX, "not a JSON object");
    }
    for (int c = 0; err == NB_OK && c < COLUMNS_N; c++) {
        err = get_field(object, (enum column)c, r->arena, &fields[c], error);
    }
    json_decref(object);
    return err == NB_OK ? read_fields(r, fields, error) : err;
}

/* ---- lines ---- */

static enum nb_err read_line(struct reader *r, struct nb_slice line, size_t number,
                             struct nb_error *error)
{
    if (number == 1 && nb_slice_starts(line, NB_LIT("\xef\xbb\xbf"))) {
        line = nb_slice_sub(line, 3, line.len);
    }
    if (number == 1) {
        r->json = nb_slice_starts(nb_slice_trim(line), NB_LIT("{"));
        if (!r->json) {
            return read_header(r, line, error);
        }
    }
    if (!nb_slice_trim(line).len) {
        return NB_OK;
    }
    return r->json ? read_json(r, line, error) : read_tsv(r, line, error);
}

enum nb_err nb_train_rows_read(int fd, const char *name, bool strict, struct nb_arena *arena,
                               struct nb_train_rows *out, struct nb_error *error)
{
    struct reader r = {.name = name, .arena = arena, .out = out};
    struct nb_lines lines;
    struct nb_slice line;
    bool too_long;
    enum nb_err err;
    *out = (struct nb_train_rows){.all = NULL};
    nb_lines_init(&lines, fd);
    while ((err = nb_lines_next(&lines, &line, &too_long)) == NB_OK) {
        struct nb_error problem = {0};
        enum nb_err bad =
            too_long ? nb_error_set(&problem, NB_ETOOBIG, "over %zu bytes", NB_LINE_BYTES_MAX)
                     : read_line(&r, line, lines.number, &problem);
        bool header = lines.number == 1 && !r.json;
        if (bad == NB_ENOMEM || (bad != NB_OK && header)) {
            err = nb_error_set(error, bad, "%s", nb_error_text(&problem));
            break;
        }
        if (bad != NB_OK) {
            out->bad_n++;
            fprintf(stderr, "nabiz train: %s:%zu: %s\n", name, lines.number,
                    nb_error_text(&problem));
        }
        if ((bad != NB_OK && strict) || out->n > NB_TRAIN_ROWS_MAX) {
            err =
                bad != NB_OK
                    ? nb_error_set(error, NB_ESYNTAX, "%s: a bad row, and --strict", name)
                    : nb_error_set(error, NB_ETOOBIG, "%s: over %d rows", name, NB_TRAIN_ROWS_MAX);
            break;
        }
    }
    nb_lines_fini(&lines);
    if (err == NB_EIO) {
        return nb_error_set(error, err, "%s: cannot be read", name);
    }
    return err == NB_ECLOSED ? NB_OK : err;
}
