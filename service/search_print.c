#include "service/search_print.h"

#include <inttypes.h>
#include <stdio.h>

#include <nabiz/csv.h>
#include <nabiz/date.h>
#include <nabiz/json.h>
#include <nabiz/text.h>

#include "common/unsafe.h"

enum { INDENT = 2, LINES = 3, BEFORE_COLUMNS = 60 };

static const char BOLD[] = "\x1b[1m", DIM[] = "\x1b[2m", PLAIN[] = "\x1b[0m";

static void paint(const struct nb_search_look *look, const char *code, struct nb_buf *out)
{
    if (look->colour) {
        nb_buf_add_str(out, code);
    }
}

/* Without what moves a terminal's cursor. */
static void add_clean(struct nb_slice text, struct nb_buf *out)
{
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        uint32_t c = nb_utf8_next(text, &at);
        if (nb_code_point_is_unsafe(c)) {
            nb_buf_add_byte(out, ' ');
        } else {
            nb_buf_add(out, nb_slice_sub(text, from, at));
        }
    }
}

static const char *label_of(const struct nb_annotation *annotation)
{
    const Nb__Sentiment *sentiment = annotation->sentiment;
    return sentiment && sentiment->has_label ? nb_label_name(sentiment->label) : NULL;
}

static void print_head(const struct nb_search_row *row, const struct nb_search_look *look,
                       struct nb_buf *out)
{
    const struct nb_annotation *a = row->annotation;
    struct nb_civil t = nb_civil_of(a->at_ms, look->offset_min);
    struct nb_slice who = nb_field(a->author).len ? nb_field(a->author) : nb_field(a->site);
    const char *label = label_of(a);
    nb_buf_addf(out, "%04d-%02d-%02d %02d:%02d  ", t.year, t.month, t.day, t.hour, t.minute);
    paint(look, BOLD, out);
    add_clean(nb_text_cut_columns(who, look->width > 40 ? look->width - 40 : 20), out);
    paint(look, PLAIN, out);
    nb_buf_addf(out, "  %s", label ? label : "");
    if (a->has_comments_n && a->comments_n) {
        nb_buf_addf(out, ", %" PRIu64 " answers", a->comments_n);
    }
    nb_buf_add_byte(out, '\n');
}

/* Where to begin so that the first mark is seen: a word's begin at most so far before it. */
static size_t window_begin(struct nb_slice text, const struct nb_search_mark *marks, size_t n)
{
    size_t at = n ? marks[0].begin : 0, from = at;
    if (at <= BEFORE_COLUMNS) {
        return 0;
    }
    from = at - BEFORE_COLUMNS;
    while (from < at && text.p[from] != ' ' && text.p[from] != '\n') {
        from++;
    }
    while (from < at && (text.p[from] == ' ' || text.p[from] == '\n')) {
        from++;
    }
    return from;
}

struct line {
    const struct nb_search_look *look;
    struct nb_buf *out;
    size_t columns, lines;
};

/* @return false when there is no room any more. */
static bool print_word(struct line *line, struct nb_slice word, bool marked)
{
    size_t room = line->look->width - INDENT;
    size_t columns = nb_text_columns(word);
    if (line->columns && line->columns + 1 + columns > room) {
        nb_buf_add_byte(line->out, '\n');
        line->columns = 0;
        line->lines++;
    }
    if (line->lines == LINES) {
        return false;
    }
    if (line->columns) {
        nb_buf_add_byte(line->out, ' ');
        line->columns++;
    } else {
        nb_buf_addf(line->out, "%*s", INDENT, "");
    }
    if (marked) {
        paint(line->look, BOLD, line->out);
    }
    add_clean(nb_text_cut_columns(word, room), line->out);
    if (marked) {
        paint(line->look, PLAIN, line->out);
    }
    line->columns += columns < room ? columns : room;
    return true;
}

static void print_text(struct nb_slice text, const struct nb_search_mark *marks, size_t n,
                       const struct nb_search_look *look, struct nb_buf *out)
{
    struct line line = {.look = look, .out = out};
    size_t at = window_begin(text, marks, n), next = 0;
    bool room = at == 0 || print_word(&line, NB_LIT("..."), false);
    while (room && at < text.len) {
        size_t end = at;
        while (end < text.len && text.p[end] != ' ' && text.p[end] != '\n') {
            end++;
        }
        while (next < n && marks[next].end <= at) {
            next++;
        }
        bool marked = next < n && marks[next].begin < end;
        room = end == at || print_word(&line, nb_slice_sub(text, at, end), marked);
        at = end + 1;
    }
    if (line.columns) {
        nb_buf_add_byte(out, '\n');
    }
}

void nb_search_print(const struct nb_search_row *row, const struct nb_search_look *look,
                     struct nb_buf *out)
{
    const struct nb_document *d = row->document;
    struct nb_slice title = nb_field(d->title), text = nb_field(d->text);
    print_head(row, look, out);
    if (title.len) {
        print_text(title, row->title_marks, row->title_n, look, out);
    }
    if (text.len && !nb_slice_eq(title, text)) {
        print_text(text, row->text_marks, row->text_n, look, out);
    }
    if (nb_field(d->url).len) {
        paint(look, DIM, out);
        nb_buf_addf(out, "%*s", INDENT, "");
        add_clean(nb_text_cut_columns(nb_field(d->url), look->width - INDENT), out);
        paint(look, PLAIN, out);
        nb_buf_add_byte(out, '\n');
    }
    nb_buf_add_byte(out, '\n');
}

static void json_marks(struct nb_json *json, const char *key, const struct nb_search_mark *marks,
                       size_t n)
{
    nb_json_key(json, key);
    nb_json_array(json);
    for (size_t i = 0; i < n; i++) {
        nb_json_object(json);
        nb_json_kint(json, "begin", marks[i].begin);
        nb_json_kint(json, "end", marks[i].end);
        nb_json_end(json);
    }
    nb_json_end(json);
}

static void json_field(struct nb_json *json, const char *key, const char *value)
{
    nb_json_kcstr(json, key, value && value[0] ? value : NULL);
}

static void json_facts(struct nb_json *json, const struct nb_annotation *a)
{
    json_field(json, "language", a->language);
    if (label_of(a)) {
        nb_json_key(json, "sentiment");
        nb_json_object(json);
        nb_json_kcstr(json, "label", label_of(a));
        nb_json_kint(json, "score_milli", a->sentiment->score_milli);
        nb_json_end(json);
    }
    nb_json_key(json, "intents");
    nb_json_array(json);
    for (size_t i = 0; i < a->n_intents; i++) {
        nb_json_cstr(json, a->intents[i]);
    }
    nb_json_end(json);
    nb_json_key(json, "topics");
    nb_json_array(json);
    for (size_t i = 0; i < a->n_topics; i++) {
        nb_json_cstr(json, a->topics[i]->topic);
    }
    nb_json_end(json);
    nb_json_kint(json, "reach", (int64_t)a->comments_n);
    if (a->has_cluster) {
        nb_json_kint(json, "cluster", (int64_t)a->cluster);
    }
}

void nb_search_json(const struct nb_search_row *row, struct nb_buf *out)
{
    const struct nb_document *d = row->document;
    struct nb_json json;
    nb_json_init(&json, out, false);
    nb_json_object(&json);
    nb_json_kint(&json, "number", (int64_t)row->annotation->number);
    nb_json_ktime(&json, "published", row->annotation->at_ms);
    json_field(&json, "site", row->annotation->site);
    json_field(&json, "author", row->annotation->author);
    json_field(&json, "author_name", d->author_name);
    json_field(&json, "kind", d->has_kind ? nb_kind_name(d->kind) : NULL);
    json_field(&json, "url", d->url);
    json_field(&json, "title", d->title);
    json_field(&json, "text", d->text);
    json_facts(&json, row->annotation);
    if (row->influence_milli >= 0) {
        nb_json_kint(&json, "influence_milli", row->influence_milli);
    }
    json_marks(&json, "title_matches", row->title_marks, row->title_n);
    json_marks(&json, "text_matches", row->text_marks, row->text_n);
    nb_json_kcstr(&json, "cursor", row->cursor);
    nb_json_end(&json);
    nb_buf_add_byte(out, '\n');
}

void nb_search_csv_head(struct nb_buf *out)
{
    static const char *const names[] = {"published", "site",  "author", "kind",
                                        "url",       "title", "text",   "label",
                                        "score",     "reach", "number", "cursor"};
    struct nb_csv csv;
    nb_csv_init(&csv, out);
    nb_csv_titles(&csv, names, sizeof(names) / sizeof(names[0]));
}

void nb_search_csv(const struct nb_search_row *row, int32_t offset_min, struct nb_buf *out)
{
    const struct nb_document *d = row->document;
    const struct nb_annotation *a = row->annotation;
    struct nb_csv csv = {.buf = out};
    nb_csv_time(&csv, a->at_ms, offset_min);
    nb_csv_str(&csv, nb_field(a->site));
    nb_csv_str(&csv, nb_field(a->author));
    nb_csv_str(&csv, nb_slice_str(d->has_kind ? nb_kind_name(d->kind) : ""));
    nb_csv_str(&csv, nb_field(d->url));
    nb_csv_str(&csv, nb_field(d->title));
    nb_csv_str(&csv, nb_field(d->text));
    nb_csv_str(&csv, nb_slice_str(label_of(a)));
    nb_csv_milli(&csv, a->sentiment ? a->sentiment->score_milli : 0);
    nb_csv_int(&csv, (int64_t)a->comments_n);
    nb_csv_int(&csv, (int64_t)a->number);
    nb_csv_str(&csv, nb_slice_str(row->cursor));
    nb_csv_end_row(&csv);
}
