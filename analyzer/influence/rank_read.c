#include "analyzer/influence/rank_read.h"

#include <inttypes.h>

#include <nabiz/text.h>

enum { FIELDS = 4, SHOWN_BYTES = 60 };

/* A name is text without control characters. */
static enum nb_err check_name(struct nb_slice name, const char *what, struct nb_error *error)
{
    if (name.len == 0) {
        return nb_error_set(error, NB_ESYNTAX, "%s is empty", what);
    }
    if (name.len > NB_NAME_BYTES_MAX) {
        return nb_error_set(error, NB_ESYNTAX, "%s is longer than %d bytes", what,
                            NB_NAME_BYTES_MAX);
    }
    if (!nb_utf8_valid(name)) {
        return nb_error_set(error, NB_ESYNTAX, "%s is not UTF-8", what);
    }
    for (size_t i = 0; i < name.len; i++) {
        if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f) {
            return nb_error_set(error, NB_ESYNTAX, "%s has a control character", what);
        }
    }
    return NB_OK;
}

/* For messages: what is shown of a foreign field is plain and short. */
static struct nb_slice shown(struct nb_slice field)
{
    bool plain = nb_utf8_valid(field);
    for (size_t i = 0; i < field.len; i++) {
        plain = plain && (unsigned char)field.p[i] >= ' ' && field.p[i] != 0x7f;
    }
    return plain ? nb_utf8_cut(field, SHOWN_BYTES) : NB_LIT("?");
}

static enum nb_err read_fields(struct nb_slice line, struct nb_slice fields[FIELDS],
                               struct nb_error *error)
{
    struct nb_slice field;
    size_t n = 0;
    while (nb_slice_split(&line, '\t', &field)) {
        if (n < FIELDS) {
            fields[n] = field;
        }
        n++;
    }
    if (n != FIELDS) {
        return nb_error_set(error, NB_ESYNTAX,
                            "%zu field%s where 4 are expected: from, to, kind, unix_s, with tabs "
                            "between them",
                            n, n == 1 ? "" : "s");
    }
    return NB_OK;
}

enum nb_err nb_rank_read_act(struct nb_graph_builder *builder, struct nb_slice line,
                             int64_t latest_s, struct nb_error *error)
{
    struct nb_slice fields[FIELDS];
    enum nb_act_kind kind;
    int64_t at_s;
    if (line.len == 0 || nb_slice_eq(line, NB_LIT("from\tto\tkind\tunix_s"))) {
        return NB_OK;
    }
    enum nb_err err = read_fields(line, fields, error);
    if (err == NB_OK) {
        err = check_name(fields[0], "from", error);
    }
    if (err == NB_OK) {
        err = check_name(fields[1], "to", error);
    }
    if (err != NB_OK) {
        return err;
    }
    if (!nb_act_kind_read(fields[2], &kind)) {
        return nb_error_set(error, NB_ESYNTAX,
                            "\"%.*s\" is no kind of act; there are link, reply, mention, quote, "
                            "copy and boost",
                            NB_ARG(shown(fields[2])));
    }
    if (!nb_slice_to_i64(fields[3], &at_s) || at_s < 0 || at_s > UINT32_MAX) {
        return nb_error_set(error, NB_ESYNTAX,
                            "\"%.*s\" is no time in seconds since 1970; 0 if it is not known",
                            NB_ARG(shown(fields[3])));
    }
    if (at_s > latest_s) {
        return nb_error_set(error, NB_ESYNTAX,
                            "%" PRId64 " lies in the future; 0 if the time is not known", at_s);
    }
    err = nb_graph_builder_add_named(builder, fields[0], fields[1], kind, at_s);
    return err == NB_OK ? NB_OK : nb_error_set(error, err, "%s", nb_strerror(err));
}

enum nb_err nb_rank_read_seed(struct nb_slice line, struct nb_slice topic, struct nb_slice *author,
                              struct nb_error *error)
{
    struct nb_slice name, of_topic = NB_LIT("");
    *author = NB_LIT("");
    line = nb_slice_trim(line);
    if (line.len == 0 || line.p[0] == '#') {
        return NB_OK;
    }
    (void)nb_slice_split(&line, '\t', &name);
    name = nb_slice_trim(name);
    if (line.p && !nb_slice_split(&line, '\t', &of_topic)) {
        of_topic = NB_LIT("");
    }
    of_topic = nb_slice_trim(of_topic);
    if (line.p) {
        return nb_error_set(error, NB_ESYNTAX, "a seed is an author, and a topic behind a tab");
    }
    enum nb_err err = check_name(name, "the author", error);
    if (err == NB_OK && (topic.len == 0 || of_topic.len == 0 || nb_slice_eq(topic, of_topic))) {
        *author = name;
    }
    return err;
}
