#include "service/source_import.h"

#include <string.h>

#include <nabiz/csv.h>
#include <nabiz/opml.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

enum { SAID_MAX = 20, LINES_MAX = 1 << 20 };

/* ---- reading ---- */

static enum nb_err make(struct nb_import *import, size_t n, struct nb_arena *arena)
{
    import->rows = nb_arena_calloc(arena, n, sizeof(*import->rows));
    import->lines = nb_arena_calloc(arena, n, sizeof(*import->lines));
    import->shown = nb_arena_calloc(arena, n, sizeof(*import->shown));
    import->wrong = nb_arena_calloc(arena, n, sizeof(*import->wrong));
    import->n = 0;
    return import->rows && import->lines && import->shown && import->wrong ? NB_OK : NB_ENOMEM;
}

/*
 * As it will stand in the file: serialised, without fragment, with a scheme. What is no URL stays
 * as it is, and is refused later. @return NULL when out of memory
 */
static const char *normalise(struct nb_slice word, struct nb_arena *arena)
{
    struct nb_url url;
    bool has_scheme = nb_slice_find(word, NB_LIT("://"), 0) != NB_NPOS;
    bool is_bare = !has_scheme && nb_slice_find_byte(word, ':', 0) == NB_NPOS &&
                   nb_slice_find_byte(word, '.', 0) != NB_NPOS;
    const char *text = is_bare ? nb_arena_printf(arena, "https://%.*s", NB_ARG(word))
                               : nb_arena_strdup(arena, word);
    enum nb_err err = text ? nb_url_parse(nb_slice_str(text), NULL, arena, &url) : NB_ENOMEM;
    if (err != NB_OK || !nb_url_is_http(&url)) {
        return err == NB_ENOMEM ? NULL : text;
    }
    struct nb_slice href = url.href;
    href.len -= url.fragment.p ? url.fragment.len + 1 : 0;
    return nb_arena_strdup(arena, href);
}

static enum nb_err read_opml(struct nb_slice text, const struct nb_source_row *model,
                             struct nb_arena *arena, struct nb_import *out, struct nb_error *error)
{
    const struct nb_opml_outline *outlines = NULL;
    size_t n = 0;
    enum nb_err err = nb_opml_read(text, arena, &outlines, &n, error);
    err = err == NB_OK ? make(out, n, arena) : err;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        struct nb_source_row row = *model;
        row.url = normalise(nb_slice_str(outlines[i].url), arena);
        row.title = outlines[i].title;
        row.group = model->group[0] ? model->group : outlines[i].group;
        out->lines[i] = outlines[i].line;
        out->rows[i] = row;
        out->shown[i] = row.url;
        out->n++;
        err = row.url ? NB_OK : NB_ENOMEM;
    }
    return err;
}

static enum nb_err read_line(struct nb_slice line, const struct nb_source_row *model,
                             struct nb_arena *arena, struct nb_import *out)
{
    struct nb_source_row *row = &out->rows[out->n];
    const char **wrong = &out->wrong[out->n];
    const char **shown_text = &out->shown[out->n];
    struct nb_source_row parsed = *model;
    *row = *model;
    *wrong = nb_utf8_valid(line) ? nb_source_row_parse(line, arena, &parsed) : "not valid UTF-8";
    if (*wrong) {
        struct nb_slice shown;
        enum nb_err err = nb_utf8_repair(nb_slice_sub(line, 0, 200), arena, &shown);
        *shown_text = err == NB_OK ? nb_arena_strdup(arena, shown) : NULL;
        return *shown_text ? NB_OK : NB_ENOMEM;
    }
    *shown_text = row->url = normalise(nb_slice_str(parsed.url), arena);
    row->group = model->group[0] ? model->group : parsed.group;
    row->title = parsed.title;
    row->kind = parsed.kind != NB__KIND__ARTICLE ? parsed.kind : model->kind;
    row->every_s = model->every_s ? model->every_s : parsed.every_s;
    row->paused = parsed.paused;
    return row->url ? NB_OK : NB_ENOMEM;
}

static enum nb_err read_lines(struct nb_slice text, const struct nb_source_row *model,
                              struct nb_arena *arena, struct nb_import *out, struct nb_error *error)
{
    struct nb_slice rest = text;
    struct nb_slice line;
    size_t n = 0;
    uint32_t number = 0;
    while (nb_slice_split(&rest, '\n', &line)) {
        n++;
    }
    if (n > LINES_MAX) {
        return nb_error_set(error, NB_ETOOBIG, "over %d lines", LINES_MAX);
    }
    enum nb_err err = make(out, n, arena);
    while (err == NB_OK && nb_slice_split(&text, '\n', &line)) {
        line = nb_slice_trim(line);
        number++;
        if (line.len > 0 && line.p[0] != '#') {
            err = read_line(line, model, arena, out);
            out->lines[out->n++] = number;
        }
    }
    return err;
}

enum nb_err nb_import_read(struct nb_slice text, const struct nb_source_row *model,
                           struct nb_arena *arena, struct nb_import *out, struct nb_error *error)
{
    if (nb_slice_starts(text, NB_LIT("\xef\xbb\xbf"))) {
        text = nb_slice_sub(text, 3, text.len);
    }
    bool is_utf16 =
        nb_slice_starts(text, NB_LIT("\xff\xfe")) || nb_slice_starts(text, NB_LIT("\xfe\xff"));
    if (is_utf16 || nb_slice_starts(nb_slice_trim(text), NB_LIT("<"))) {
        return read_opml(text, model, arena, out, error);
    }
    return read_lines(text, model, arena, out, error);
}

/* ---- saying ---- */

static enum nb_source_outcome outcome_of(const struct nb_import *import,
                                         const struct nb_source_added *added, size_t i)
{
    return import->wrong[i] ? NB_SOURCE_REFUSED : added[i].outcome;
}

static void say_why(const struct nb_import *import, const struct nb_source_added *added, size_t i,
                    struct nb_buf *out)
{
    switch (outcome_of(import, added, i)) {
    case NB_SOURCE_KNOWN:
        nb_buf_addf(out, "line %u of the sources file", added[i].line);
        break;
    case NB_SOURCE_DOUBLE:
        nb_buf_addf(out, "the same as line %u", import->lines[added[i].first]);
        break;
    case NB_SOURCE_REFUSED:
        nb_buf_add_str(out, import->wrong[i] ? import->wrong[i] : added[i].why);
        break;
    case NB_SOURCE_NEW:
        break;
    }
}

static const char *const outcomes[] = {"new", "known", "double", "refused"};

/* Those that were refused first: they may want mending. */
void nb_import_say(const struct nb_import *import, const struct nb_source_added *added,
                   const char *path, bool dry_run, struct nb_buf *out)
{
    static const enum nb_source_outcome order[] = {NB_SOURCE_REFUSED, NB_SOURCE_DOUBLE,
                                                   NB_SOURCE_KNOWN};
    size_t counts[4] = {0};
    size_t said = 0;
    for (size_t i = 0; i < import->n; i++) {
        counts[outcome_of(import, added, i)]++;
    }
    for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
        for (size_t i = 0; i < import->n && said < SAID_MAX; i++) {
            if (outcome_of(import, added, i) == order[k]) {
                nb_buf_addf(out, "line %u: %s: %s: ", import->lines[i], outcomes[order[k]],
                            import->shown[i]);
                say_why(import, added, i, out);
                nb_buf_add_byte(out, '\n');
                said++;
            }
        }
    }
    size_t others = import->n - counts[NB_SOURCE_NEW];
    if (others > said) {
        nb_buf_addf(out, "... and %zu more; --format csv lists all\n", others - said);
    }
    nb_buf_addf(out, "%zu %s %s, %zu known, %zu double, %zu refused\n", counts[NB_SOURCE_NEW],
                dry_run ? "would be added to" : "added to", path, counts[NB_SOURCE_KNOWN],
                counts[NB_SOURCE_DOUBLE], counts[NB_SOURCE_REFUSED]);
}

void nb_import_csv(const struct nb_import *import, const struct nb_source_added *added,
                   struct nb_buf *out)
{
    static const char *const heads[] = {"line", "outcome", "url", "group", "why"};
    struct nb_csv csv;
    struct nb_buf why;
    nb_buf_init(&why, 1024);
    nb_csv_init(&csv, out);
    nb_csv_titles(&csv, heads, sizeof(heads) / sizeof(heads[0]));
    for (size_t i = 0; i < import->n; i++) {
        nb_buf_reset(&why);
        say_why(import, added, i, &why);
        nb_csv_int(&csv, import->lines[i]);
        nb_csv_str(&csv, nb_slice_str(outcomes[outcome_of(import, added, i)]));
        nb_csv_str(&csv, nb_slice_str(import->shown[i]));
        nb_csv_str(&csv, nb_slice_str(import->rows[i].group));
        nb_csv_str(&csv, nb_buf_slice(&why));
        nb_csv_end_row(&csv);
    }
    nb_buf_fini(&why);
}
