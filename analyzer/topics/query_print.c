/* What is made of a parsed query: canonical form, comparison, and whether it only denies. */
#include "analyzer/topics/query_private.h"

static void print(const struct nb_query *query, struct nb_buf *out);

static void print_phrase(const struct nb_query *query, struct nb_buf *out)
{
    nb_buf_add_str(out, query->exact ? "=\"" : "\"");
    for (size_t i = 0; i < query->words_n; i++) {
        nb_buf_add_str(out, i ? " " : "");
        nb_buf_add(out, query->words[i]);
    }
    nb_buf_add_byte(out, '"');
}

static void print_conditions(const struct nb_query *query, bool first, struct nb_buf *out)
{
    for (size_t i = 0; i < query->conditions_n; i++) {
        nb_buf_add_str(out, first && i == 0 ? "" : " ");
        nb_buf_add(out, query->conditions[i].group);
        nb_buf_add_byte(out, ':');
        nb_buf_add(out, query->conditions[i].name);
    }
}

/* Quoted where the value would end too early, or be taken for something else. */
static void print_value(const struct nb_query *query, struct nb_buf *out)
{
    bool quoted = query->text.p[0] == '#';
    for (size_t i = 0; i < query->text.len; i++) {
        unsigned char c = (unsigned char)query->text.p[i];
        quoted = quoted || c <= ' ' || c == '(' || c == ')' || c >= 0x80;
    }
    nb_buf_add_str(out, nb_query_field_name(query->field));
    nb_buf_add_byte(out, ':');
    nb_buf_add_str(out, quoted ? "\"" : "");
    nb_buf_add(out, query->text);
    nb_buf_add_str(out, quoted ? "\"" : "");
}

/* A child that is an operator stands in parentheses; a title's that is a word needs none. */
static void print_child(const struct nb_query *child, struct nb_buf *out)
{
    bool inner =
        child->kind == NB_QUERY_AND || child->kind == NB_QUERY_OR || child->kind == NB_QUERY_NEAR;
    nb_buf_add_str(out, inner ? "(" : "");
    print(child, out);
    nb_buf_add_str(out, inner ? ")" : "");
}

static void print_children(const struct nb_query *query, const char *between, struct nb_buf *out)
{
    for (size_t i = 0; i < query->children_n; i++) {
        nb_buf_add_str(out, i ? between : "");
        print_child(query->children[i], out);
    }
}

static void print_title(const struct nb_query *query, struct nb_buf *out)
{
    const struct nb_query *child = query->children[0];
    bool bare = child->kind <= NB_QUERY_HANDLE && !child->conditions_n;
    nb_buf_add_str(out, bare ? "title:" : "title:(");
    print(child, out);
    nb_buf_add_str(out, bare ? "" : ")");
}

static void print_signed(const char *before, struct nb_slice text, const char *behind,
                         struct nb_buf *out)
{
    nb_buf_add_str(out, before);
    nb_buf_add(out, text);
    nb_buf_add_str(out, behind);
}

static void print(const struct nb_query *query, struct nb_buf *out)
{
    switch (query->kind) {
    case NB_QUERY_WORD:
        nb_buf_add(out, query->text);
        print_conditions(query, false, out);
        break;
    case NB_QUERY_EXACT:
        print_signed("=", query->text, "", out);
        break;
    case NB_QUERY_PREFIX:
        print_signed("", query->text, "*", out);
        break;
    case NB_QUERY_HASHTAG:
        print_signed("#", query->text, "", out);
        break;
    case NB_QUERY_HANDLE:
        print_signed("@", query->text, "", out);
        break;
    case NB_QUERY_PHRASE:
        print_phrase(query, out);
        break;
    case NB_QUERY_FORM:
        print_conditions(query, true, out);
        break;
    case NB_QUERY_FIELD:
        print_value(query, out);
        break;
    case NB_QUERY_TITLE:
        print_title(query, out);
        break;
    case NB_QUERY_AND:
        print_children(query, " AND ", out);
        break;
    case NB_QUERY_OR:
        print_children(query, " OR ", out);
        break;
    case NB_QUERY_NOT:
        nb_buf_add_str(out, "NOT ");
        print_child(query->children[0], out);
        break;
    case NB_QUERY_NEAR: {
        print_child(query->children[0], out);
        nb_buf_addf(out, query->ordered ? " ONEAR/%u " : " NEAR/%u ", (unsigned)query->between);
        print_child(query->children[1], out);
        break;
    }
    }
}

void nb_query_print(const struct nb_query *query, struct nb_buf *out)
{
    print(query, out);
}

static bool equal_leaves(const struct nb_query *a, const struct nb_query *b)
{
    for (size_t i = 0; i < a->words_n; i++) {
        if (!nb_slice_eq(a->words[i], b->words[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < a->conditions_n; i++) {
        if (!nb_slice_eq(a->conditions[i].group, b->conditions[i].group) ||
            !nb_slice_eq(a->conditions[i].name, b->conditions[i].name)) {
            return false;
        }
    }
    return nb_slice_eq(a->text, b->text);
}

bool nb_query_equal(const struct nb_query *a, const struct nb_query *b)
{
    if (a->kind != b->kind || a->words_n != b->words_n || a->exact != b->exact ||
        a->conditions_n != b->conditions_n || a->field != b->field || a->number != b->number ||
        a->between != b->between || a->ordered != b->ordered || a->children_n != b->children_n ||
        !equal_leaves(a, b)) {
        return false;
    }
    for (size_t i = 0; i < a->children_n; i++) {
        if (!nb_query_equal(a->children[i], b->children[i])) {
            return false;
        }
    }
    return true;
}

/* Does it match a document that has nothing of what the query names? */
static bool matches_nothing(const struct nb_query *query)
{
    size_t n = 0;
    for (size_t i = 0; i < query->children_n; i++) {
        n += matches_nothing(query->children[i]);
    }
    switch (query->kind) {
    case NB_QUERY_NOT:
        return n == 0;
    case NB_QUERY_AND:
        return n == query->children_n;
    case NB_QUERY_OR:
    case NB_QUERY_TITLE:
        return n > 0;
    default:
        return false;
    }
}

static const struct nb_query *first_not(const struct nb_query *query)
{
    const struct nb_query *found = query->kind == NB_QUERY_NOT ? query : NULL;
    for (size_t i = 0; !found && i < query->children_n; i++) {
        found = first_not(query->children[i]);
    }
    return found;
}

bool nb_query_is_negative(const struct nb_query *query, struct nb_query_place *place)
{
    bool negative = matches_nothing(query);
    const struct nb_query *blamed = negative ? first_not(query) : NULL;
    if (blamed && place) {
        *place = blamed->place;
    }
    return negative;
}
