/*
 * Recursive descent, one function for each strength of binding:
 *
 *     lines := or { LINE or }          where lines are alternatives; else just or
 *     or    := and { OR and }
 *     and   := not { [AND] not }
 *     not   := NOT not | near
 *     near  := part { NEAR/n part }
 *     part  := ( lines ) | word { form } | form { form } | phrase | field value
 *
 * Children of AND and OR are flattened as they are collected. Recursion is bounded by the depth of
 * parentheses and NOT, the height of the tree is checked where nodes are made.
 */
#include "analyzer/topics/query_private.h"

#include <nabiz/text.h>

struct parser {
    struct nb_query_lexer lexer;
    struct nb_arena *arena;
    size_t terms_n;
    size_t depth;          /* of the recursion */
    size_t alternatives_n; /* lines before this one, on this level */
    bool in_title;
};

struct list {
    const struct nb_query **p;
    size_t n, cap;
};

static enum nb_err parse_lines(struct parser *p, const struct nb_query **out);

static enum nb_err no_memory(struct parser *p)
{
    return nb_error_set(p->lexer.error, NB_ENOMEM, "%s", nb_strerror(NB_ENOMEM));
}

static enum nb_err too_big(struct parser *p, const char *what, int limit)
{
    const struct nb_query_lexer *lexer = &p->lexer;
    return nb_error_set(lexer->error, NB_ETOOBIG, "%s%s%u:%u: more than %d %s; split the query",
                        lexer->name ? lexer->name : "", lexer->name ? ":" : "",
                        (unsigned)lexer->token.place.line, (unsigned)lexer->token.place.column,
                        limit, what);
}

static enum nb_err expected(struct parser *p, const char *what)
{
    return nb_query_refuse(&p->lexer, p->lexer.token.place, nb_query_found(&p->lexer), "%s", what);
}

static bool at(const struct parser *p, enum nb_query_token_kind kind)
{
    return p->lexer.token.kind == kind;
}

static bool at_operator(const struct parser *p, enum nb_query_operator op)
{
    return at(p, NB_QUERY_T_OPERATOR) && p->lexer.token.op == op;
}

static struct nb_query *new_node(struct parser *p, enum nb_query_kind kind)
{
    struct nb_query *node = nb_arena_calloc(p->arena, 1, sizeof(*node));
    if (node) {
        node->kind = kind;
        node->place = p->lexer.token.place;
    }
    return node;
}

static size_t height(const struct nb_query *node)
{
    size_t most = 0;
    for (size_t i = 0; i < node->children_n; i++) {
        size_t h = height(node->children[i]) + 1;
        most = h > most ? h : most;
    }
    return most;
}

static enum nb_err add_child(struct parser *p, struct list *list, const struct nb_query *child)
{
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 4;
        const struct nb_query **grown =
            nb_arena_grow(p->arena, list->p, list->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return no_memory(p);
        }
        list->p = grown;
        list->cap = cap;
    }
    list->p[list->n++] = child;
    return NB_OK;
}

/* Add, or add the children of one that is of the kind the list is for. */
static enum nb_err collect(struct parser *p, struct list *list, enum nb_query_kind kind,
                           const struct nb_query *child)
{
    if (child->kind != kind) {
        return add_child(p, list, child);
    }
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < child->children_n; i++) {
        err = add_child(p, list, child->children[i]);
    }
    return err;
}

static enum nb_err set_children(struct parser *p, struct nb_query *node, const struct list *list)
{
    node->children = list->p;
    node->children_n = list->n;
    return height(node) > NB_QUERY_DEPTH_MAX ? too_big(p, "levels of operators", NB_QUERY_DEPTH_MAX)
                                             : NB_OK;
}

/* The only one, or a node over all. */
static enum nb_err close_list(struct parser *p, const struct list *list, enum nb_query_kind kind,
                              const struct nb_query **out)
{
    if (list->n == 1) {
        *out = list->p[0];
        return NB_OK;
    }
    struct nb_query *node = new_node(p, kind);
    if (!node) {
        return no_memory(p);
    }
    node->place = list->p[0]->place;
    *out = node;
    return set_children(p, node, list);
}

static enum nb_err count_term(struct parser *p)
{
    return ++p->terms_n > NB_QUERY_TERMS_MAX ? too_big(p, "terms", NB_QUERY_TERMS_MAX) : NB_OK;
}

/* "ek:olumsuz" and those that follow it, for a word or for any. */
static enum nb_err parse_conditions(struct parser *p, struct nb_query *node)
{
    struct nb_query_condition all[NB_QUERY_PHRASE_WORDS_MAX];
    size_t n = 0;
    while (at(p, NB_QUERY_T_FORM)) {
        struct nb_slice group = p->lexer.token.raw;
        if (n == NB_QUERY_PHRASE_WORDS_MAX) {
            return too_big(p, "conditions on a word", NB_QUERY_PHRASE_WORDS_MAX);
        }
        enum nb_err err = nb_query_next_value(&p->lexer);
        if (err != NB_OK) {
            return err;
        }
        struct nb_slice name = at(p, NB_QUERY_T_WORD) ? p->lexer.token.raw : nb_slice(NULL, 0);
        const struct nb_query_condition *found =
            nb_query_find_condition(p->lexer.language, nb_slice_sub(group, 0, group.len - 1), name);
        if (!found) {
            const struct nb_query_language *language = p->lexer.language;
            struct nb_slice of = nb_slice_sub(group, 0, group.len - 1);
            const char *near = nb_query_suggest_condition(language, of, name, p->arena);
            return nb_query_refuse(&p->lexer, p->lexer.token.place, nb_query_found(&p->lexer),
                                   "behind %.*s one of: %s%s%s%s", NB_ARG(group),
                                   nb_query_list_conditions(language, of, p->arena),
                                   near ? "; did you mean " : "", near ? near : "",
                                   near ? "?" : "");
        }
        all[n++] = *found;
        err = nb_query_next(&p->lexer);
        if (err != NB_OK) {
            return err;
        }
    }
    if (n) {
        struct nb_query_condition *copy = nb_arena_alloc(p->arena, n * sizeof(*copy));
        if (!copy) {
            return no_memory(p);
        }
        memcpy(copy, all, n * sizeof(*copy));
        node->conditions = copy;
        node->conditions_n = n;
    }
    return NB_OK;
}

static enum nb_err parse_term(struct parser *p, const struct nb_query **out)
{
    struct nb_query *node = new_node(p, NB_QUERY_WORD);
    enum nb_err err = node ? count_term(p) : no_memory(p);
    if (err == NB_OK) {
        err = nb_query_term(&p->lexer, node);
    }
    if (err == NB_OK) {
        err = nb_query_next(&p->lexer);
    }
    if (err == NB_OK && at(p, NB_QUERY_T_FORM)) {
        err = node->kind == NB_QUERY_WORD
                  ? parse_conditions(p, node)
                  : expected(p, "a condition only behind a word in its dictionary form; any word "
                                "of the text is meant by AND in front of it");
    }
    *out = node;
    return err;
}

static enum nb_err parse_form(struct parser *p, const struct nb_query **out)
{
    struct nb_query *node = new_node(p, NB_QUERY_FORM);
    enum nb_err err = node ? count_term(p) : no_memory(p);
    *out = node;
    return err == NB_OK ? parse_conditions(p, node) : err;
}

/* The same parenthesis is named when the query ends without its counterpart. */
static enum nb_err parse_closing(struct parser *p, struct nb_query_place open)
{
    if (!at(p, NB_QUERY_T_CLOSE)) {
        return nb_query_refuse(&p->lexer, p->lexer.token.place, nb_query_found(&p->lexer),
                               "a ) for the ( at %u:%u", (unsigned)open.line,
                               (unsigned)open.column);
    }
    return nb_query_next(&p->lexer);
}

static enum nb_err enter(struct parser *p)
{
    return ++p->depth > NB_QUERY_DEPTH_MAX
               ? too_big(p, "parentheses within each other", NB_QUERY_DEPTH_MAX)
               : NB_OK;
}

static enum nb_err parse_group(struct parser *p, const struct nb_query **out)
{
    struct nb_query_place open = p->lexer.token.place;
    size_t alternatives_n = p->alternatives_n;
    p->alternatives_n = 0;
    enum nb_err err = enter(p);
    if (err == NB_OK) {
        err = nb_query_next(&p->lexer);
    }
    if (err == NB_OK) {
        err = parse_lines(p, out);
    }
    if (err == NB_OK) {
        err = parse_closing(p, open);
    }
    p->alternatives_n = alternatives_n;
    p->depth--;
    return err;
}

/* One value; what follows it stays to be read. */
static enum nb_err parse_value(struct parser *p, unsigned field, struct nb_slice name,
                               struct nb_query_place place, const struct nb_query **out)
{
    if (!at(p, NB_QUERY_T_WORD) && !at(p, NB_QUERY_T_PHRASE)) {
        return nb_query_refuse(&p->lexer, p->lexer.token.place, nb_query_found(&p->lexer),
                               "a value of %.*s", NB_ARG(name));
    }
    struct nb_query *node = new_node(p, NB_QUERY_FIELD);
    enum nb_err err = node ? count_term(p) : no_memory(p);
    if (err == NB_OK) {
        node->place = place;
        err = nb_query_value(&p->lexer, field, name, node);
    }
    *out = node;
    return err;
}

/* "(a OR b)", "(a b)": any of the values. */
static enum nb_err parse_values(struct parser *p, unsigned field, struct nb_slice name,
                                const struct nb_query **out)
{
    struct list list = {NULL, 0, 0};
    struct nb_query_place open = p->lexer.token.place;
    enum nb_err err = nb_query_next_value(&p->lexer);
    while (err == NB_OK && !at(p, NB_QUERY_T_CLOSE) && !at(p, NB_QUERY_T_END) &&
           !at(p, NB_QUERY_T_LINE)) {
        const struct nb_query *value;
        bool between =
            at(p, NB_QUERY_T_WORD) && list.n &&
            nb_query_find_operator(p->lexer.language, p->lexer.token.raw) == NB_QUERY_OP_OR;
        if (!between) {
            err = parse_value(p, field, name, p->lexer.token.place, &value);
            err = err == NB_OK ? add_child(p, &list, value) : err;
        }
        err = err == NB_OK ? nb_query_next_value(&p->lexer) : err;
    }
    if (err == NB_OK && !list.n) {
        return nb_query_refuse(&p->lexer, p->lexer.token.place, nb_query_found(&p->lexer),
                               "a value of %.*s", NB_ARG(name));
    }
    if (err == NB_OK) {
        err = parse_closing(p, open);
    }
    return err == NB_OK ? close_list(p, &list, NB_QUERY_OR, out) : err;
}

static enum nb_err parse_title(struct parser *p, const struct nb_query **out)
{
    struct nb_query *node = new_node(p, NB_QUERY_TITLE);
    const struct nb_query *child = NULL;
    struct list list = {NULL, 0, 0};
    if (p->in_title) {
        return expected(p, "words: this is the title already");
    }
    p->in_title = true;
    enum nb_err err = node ? nb_query_next(&p->lexer) : no_memory(p);
    if (err == NB_OK && at(p, NB_QUERY_T_OPEN)) {
        err = parse_group(p, &child);
    } else if (err == NB_OK && (at(p, NB_QUERY_T_WORD) || at(p, NB_QUERY_T_PHRASE))) {
        err = parse_term(p, &child);
    } else if (err == NB_OK) {
        err = expected(p, "a word, a \"phrase\" or ( behind title:");
    }
    p->in_title = false;
    if (err == NB_OK) {
        err = add_child(p, &list, child);
    }
    *out = node;
    return err == NB_OK ? set_children(p, node, &list) : err;
}

static enum nb_err parse_field(struct parser *p, const struct nb_query **out)
{
    unsigned field = p->lexer.token.field;
    struct nb_slice name = p->lexer.token.raw;
    struct nb_query_place place = p->lexer.token.place;
    if (field == NB_QUERY_FIELD_TITLE) {
        return parse_title(p, out);
    }
    if (p->in_title) {
        return expected(p, "only words within title:( )");
    }
    enum nb_err err = nb_query_next_value(&p->lexer);
    if (err != NB_OK) {
        return err;
    }
    if (at(p, NB_QUERY_T_OPEN)) {
        return parse_values(p, field, name, out);
    }
    err = parse_value(p, field, name, place, out);
    return err == NB_OK ? nb_query_next(&p->lexer) : err;
}

#define OPERAND "a word, a \"phrase\", a field or ("

static enum nb_err parse_part(struct parser *p, const struct nb_query **out)
{
    switch (p->lexer.token.kind) {
    case NB_QUERY_T_OPEN:
        return parse_group(p, out);
    case NB_QUERY_T_WORD:
    case NB_QUERY_T_PHRASE:
        return parse_term(p, out);
    case NB_QUERY_T_FORM:
        return parse_form(p, out);
    case NB_QUERY_T_FIELD:
        return parse_field(p, out);
    case NB_QUERY_T_OPERATOR:
        return expected(p, OPERAND "; an operator meant as a word goes into \"quotes\"");
    default:
        return expected(p, OPERAND);
    }
}

/* What stands on both sides of NEAR has a place in the text. */
static const struct nb_query *without_place(const struct nb_query *node)
{
    if (node->kind >= NB_QUERY_FIELD && node->kind != NB_QUERY_OR && node->kind != NB_QUERY_NEAR) {
        return node;
    }
    for (size_t i = 0; i < node->children_n; i++) {
        const struct nb_query *bad = without_place(node->children[i]);
        if (bad) {
            return bad;
        }
    }
    return NULL;
}

static enum nb_err parse_near(struct parser *p, const struct nb_query **out)
{
    enum nb_err err = parse_part(p, out);
    while (err == NB_OK &&
           (at_operator(p, NB_QUERY_OP_NEAR) || at_operator(p, NB_QUERY_OP_ONEAR))) {
        struct nb_query *node = new_node(p, NB_QUERY_NEAR);
        struct list list = {NULL, 0, 0};
        const struct nb_query *right;
        if (!node) {
            return no_memory(p);
        }
        node->place = (*out)->place;
        node->between = p->lexer.token.between;
        node->ordered = p->lexer.token.op == NB_QUERY_OP_ONEAR;
        err = nb_query_next(&p->lexer);
        err = err == NB_OK ? parse_part(p, &right) : err;
        err = err == NB_OK ? add_child(p, &list, *out) : err;
        err = err == NB_OK ? add_child(p, &list, right) : err;
        err = err == NB_OK ? set_children(p, node, &list) : err;
        const struct nb_query *bad = err == NB_OK ? without_place(node) : NULL;
        if (bad) {
            return nb_query_refuse(&p->lexer, bad->place, NB_LIT("AND, NOT or a field"),
                                   "on both sides of NEAR words, \"phrases\" or an OR of them");
        }
        *out = node;
    }
    return err;
}

static enum nb_err parse_not(struct parser *p, const struct nb_query **out)
{
    if (!at_operator(p, NB_QUERY_OP_NOT)) {
        return parse_near(p, out);
    }
    struct nb_query *node = new_node(p, NB_QUERY_NOT);
    struct list list = {NULL, 0, 0};
    const struct nb_query *child;
    enum nb_err err = node ? enter(p) : no_memory(p);
    err = err == NB_OK ? nb_query_next(&p->lexer) : err;
    err = err == NB_OK ? parse_not(p, &child) : err;
    err = err == NB_OK ? add_child(p, &list, child) : err;
    p->depth--;
    *out = node;
    return err == NB_OK ? set_children(p, node, &list) : err;
}

static bool begins_part(const struct parser *p)
{
    return at(p, NB_QUERY_T_OPEN) || at(p, NB_QUERY_T_WORD) || at(p, NB_QUERY_T_PHRASE) ||
           at(p, NB_QUERY_T_FIELD) || at(p, NB_QUERY_T_FORM) || at_operator(p, NB_QUERY_OP_NOT);
}

static enum nb_err parse_and(struct parser *p, const struct nb_query **out)
{
    struct list list = {NULL, 0, 0};
    const struct nb_query *part;
    enum nb_err err = parse_not(p, &part);
    err = err == NB_OK ? collect(p, &list, NB_QUERY_AND, part) : err;
    while (err == NB_OK && (at_operator(p, NB_QUERY_OP_AND) || begins_part(p))) {
        if (at(p, NB_QUERY_T_FORM)) {
            return expected(p, "a condition only behind a word; any word of the text is meant by "
                               "AND in front of it");
        }
        if (p->lexer.token.leads_line && p->alternatives_n) {
            return expected(p, "one line before it: put the lines that it belongs to into ( )");
        }
        err = at(p, NB_QUERY_T_OPERATOR) && !at_operator(p, NB_QUERY_OP_NOT)
                  ? nb_query_next(&p->lexer)
                  : NB_OK;
        err = err == NB_OK ? parse_not(p, &part) : err;
        err = err == NB_OK ? collect(p, &list, NB_QUERY_AND, part) : err;
    }
    return err == NB_OK ? close_list(p, &list, NB_QUERY_AND, out) : err;
}

static enum nb_err parse_or(struct parser *p, struct list *list)
{
    const struct nb_query *part;
    enum nb_err err = parse_and(p, &part);
    err = err == NB_OK ? collect(p, list, NB_QUERY_OR, part) : err;
    while (err == NB_OK && at_operator(p, NB_QUERY_OP_OR)) {
        err = nb_query_next(&p->lexer);
        err = err == NB_OK ? parse_and(p, &part) : err;
        err = err == NB_OK ? collect(p, list, NB_QUERY_OR, part) : err;
    }
    return err;
}

static enum nb_err parse_lines(struct parser *p, const struct nb_query **out)
{
    struct list list = {NULL, 0, 0};
    enum nb_err err = parse_or(p, &list);
    while (err == NB_OK && at(p, NB_QUERY_T_LINE)) {
        p->alternatives_n++;
        err = nb_query_next(&p->lexer);
        err = err == NB_OK ? parse_or(p, &list) : err;
    }
    return err == NB_OK ? close_list(p, &list, NB_QUERY_OR, out) : err;
}

enum nb_err nb_query_parse(const struct nb_query_language *language, const char *name,
                           struct nb_slice text, bool lines, struct nb_arena *arena,
                           const struct nb_query **out, struct nb_error *error)
{
    const char *what = name ? name : "the query";
    if (text.len > NB_QUERY_BYTES_MAX) {
        return nb_error_set(error, NB_ETOOBIG, "%s: over %d bytes; split it", what,
                            NB_QUERY_BYTES_MAX);
    }
    if (!nb_utf8_valid(text)) {
        return nb_error_set(error, NB_EUTF8, "%s: byte %zu is not UTF-8; save it as UTF-8", what,
                            nb_utf8_valid_prefix(text) + 1);
    }
    struct nb_slice copy = nb_arena_copy(arena, text);
    if (!copy.p) {
        return nb_error_set(error, NB_ENOMEM, "%s: %s", what, nb_strerror(NB_ENOMEM));
    }
    struct parser p = {.arena = arena,
                       .lexer = {.language = language,
                                 .name = name,
                                 .text = copy,
                                 .place = {1, 1},
                                 .lines = lines,
                                 .arena = arena,
                                 .error = error}};
    const struct nb_query *query = NULL;
    enum nb_err err = nb_query_next(&p.lexer);
    err = err == NB_OK ? parse_lines(&p, &query) : err;
    if (err == NB_OK && !at(&p, NB_QUERY_T_END)) {
        err = expected(&p, at(&p, NB_QUERY_T_CLOSE) ? "no ) without a ( before it"
                                                    : "an operator or the end");
    }
    if (err == NB_OK) {
        *out = query;
    }
    return err;
}
