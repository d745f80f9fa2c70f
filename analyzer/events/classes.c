#include "analyzer/events/classes.h"

#include <stdio.h>

#include <nabiz/buf.h>
#include <nabiz/file.h>

enum { FILE_BYTES_MAX = 64 << 10 };

static struct nb_slice word(struct nb_slice *rest)
{
    *rest = nb_slice_trim(*rest);
    size_t n = 0;
    while (n < rest->len && !nb_ascii_is_space(rest->p[n])) {
        n++;
    }
    struct nb_slice first = nb_slice_sub(*rest, 0, n);
    *rest = nb_slice_sub(*rest, n, rest->len);
    return first;
}

static const char *read_line(struct nb_slice line, struct nb_event_classes *out)
{
    enum nb_event_type type;
    struct nb_slice name = word(&line), class = word(&line);
    if (!nb_event_type_parse(name, &type)) {
        return "there is no life event of this type";
    }
    bool ordinary = nb_slice_eq(class, NB_LIT("ordinary"));
    if (!ordinary && !nb_slice_eq(class, NB_LIT("sensitive"))) {
        return "a class is ordinary or sensitive";
    }
    if (!nb_slice_trim(line).len) {
        return "expected the reason behind the class";
    }
    out->ordinary[type] = ordinary;
    return NULL;
}

void nb_event_classes_read(struct nb_slice text, tr_report_fn *report, void *context,
                           struct nb_event_classes *out)
{
    struct nb_slice line;
    *out = (struct nb_event_classes){.ordinary = {false}};
    for (uint32_t number = 1; nb_slice_split(&text, '\n', &line); number++) {
        line = nb_slice_trim(line);
        const char *problem = line.len && line.p[0] != '#' ? read_line(line, out) : NULL;
        if (problem && report) {
            report(context, number, problem);
        }
    }
}

enum nb_err nb_event_classes_load(const char *lexicons, struct nb_event_classes *out,
                                  struct nb_error *error)
{
    char path[4096];
    struct nb_buf buf;
    *out = (struct nb_event_classes){.ordinary = {false}};
    int n = snprintf(path, sizeof(path), "%s/" NB_EVENT_CLASSES_FILE, lexicons);
    if (n < 0 || (size_t)n >= sizeof(path)) {
        return nb_error_set(error, NB_EINVAL, "%s: too long", lexicons);
    }
    nb_buf_init(&buf, FILE_BYTES_MAX);
    enum nb_err err = nb_file_read(path, &buf, error);
    if (err == NB_OK) {
        nb_event_classes_read(nb_buf_slice(&buf), NULL, NULL, out);
    }
    nb_buf_fini(&buf);
    return err;
}

enum nb_err nb_event_classes_permit(const struct nb_event_classes *classes,
                                    const struct nb_query *query, struct nb_error *error)
{
    enum nb_event_type type;
    bool asks = query->kind == NB_QUERY_FIELD && query->field == NB_QUERY_EVENT;
    if (asks && nb_event_type_parse(query->text, &type) && !classes->ordinary[type]) {
        return nb_error_set(error, NB_ESYNTAX,
                            "%u:%u: %s is a sensitive life event: such are counted and never "
                            "listed by person; ask for numbers with nabiz events --type %s",
                            (unsigned)query->place.line, (unsigned)query->place.column,
                            nb_event_type_name(type), nb_event_type_name(type));
    }
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < query->children_n; i++) {
        err = nb_event_classes_permit(classes, query->children[i], error);
    }
    return err;
}
