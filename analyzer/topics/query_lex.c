/*
 * Tokens of a query with their places. The end of a line is a token only where lines are
 * alternatives, and not where an operator on either side of it shows that the query goes on.
 */
#include "analyzer/topics/query_private.h"

#include <stdarg.h>
#include <stdio.h>

#include <nabiz/text.h>

enum { FOUND_BYTES_MAX = 40, BYTE_ORDER_MARK = 0xFEFF, NO_BREAK_SPACE = 0xA0 };

enum nb_err nb_query_refuse(const struct nb_query_lexer *lexer, struct nb_query_place place,
                            struct nb_slice found, const char *format, ...)
{
    char expected[320];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(expected, sizeof(expected), format, args);
    va_end(args);
    struct nb_slice whole = nb_slice_str(expected);
    whole = nb_slice_sub(whole, 0, nb_utf8_valid_prefix(whole));
    found = nb_utf8_cut(found, FOUND_BYTES_MAX);
    return nb_error_set(lexer->error, NB_ESYNTAX, "%s%s%u:%u: found %.*s, expected %.*s",
                        lexer->name ? lexer->name : "", lexer->name ? ":" : "",
                        (unsigned)place.line, (unsigned)place.column, NB_ARG(found), NB_ARG(whole));
}

struct nb_slice nb_query_found(const struct nb_query_lexer *lexer)
{
    switch (lexer->token.kind) {
    case NB_QUERY_T_END:
        return NB_LIT("the end");
    case NB_QUERY_T_LINE:
        return NB_LIT("the end of the line");
    case NB_QUERY_T_PHRASE:
        return NB_LIT("a phrase");
    default:
        return lexer->token.raw;
    }
}

static uint32_t peek(const struct nb_query_lexer *lexer)
{
    size_t at = lexer->at;
    return at < lexer->text.len ? nb_utf8_next(lexer->text, &at) : 0;
}

static void advance(struct nb_query_lexer *lexer)
{
    if (nb_utf8_next(lexer->text, &lexer->at) == '\n') {
        lexer->place.line++;
        lexer->place.column = 1;
    } else {
        lexer->place.column++;
    }
}

static bool is_end(const struct nb_query_lexer *lexer)
{
    return lexer->at == lexer->text.len;
}

static bool is_space(uint32_t c)
{
    return c <= ' ' || c == NO_BREAK_SPACE || c == BYTE_ORDER_MARK || c == 0x2028 || c == 0x2029;
}

/* As keyboards have it, and as word processors put it in its place. */
static bool is_quote(uint32_t c)
{
    return c == '"' || (c >= 0x201C && c <= 0x201F);
}

static bool begins_comment(const struct nb_query_lexer *lexer)
{
    size_t next = lexer->at + 1;
    return peek(lexer) == '#' &&
           (next >= lexer->text.len || is_space((uint32_t)(unsigned char)lexer->text.p[next]) ||
            lexer->text.p[next] == '#');
}

/* @return true when a line ended on the way. */
static bool skip_space(struct nb_query_lexer *lexer)
{
    bool ended = false;
    while (!is_end(lexer)) {
        if (begins_comment(lexer)) {
            while (!is_end(lexer) && peek(lexer) != '\n') {
                advance(lexer);
            }
        } else if (is_space(peek(lexer))) {
            ended = ended || peek(lexer) == '\n';
            advance(lexer);
        } else {
            break;
        }
    }
    return ended;
}

static enum nb_err lex_phrase(struct nb_query_lexer *lexer)
{
    advance(lexer);
    size_t begin = lexer->at;
    while (!is_end(lexer) && !is_quote(peek(lexer)) && peek(lexer) != '\n') {
        advance(lexer);
    }
    lexer->token.kind = NB_QUERY_T_PHRASE;
    lexer->token.raw = nb_slice_sub(lexer->text, begin, lexer->at);
    if (is_end(lexer) || !is_quote(peek(lexer))) {
        return nb_query_refuse(lexer, lexer->token.place, NB_LIT("an open quote"),
                               "a closing \" on the same line");
    }
    advance(lexer);
    return NB_OK;
}

/* "NEAR/5": what follows the slash. */
static enum nb_err lex_distance(struct nb_query_lexer *lexer, struct nb_slice digits)
{
    int64_t n = -1;
    if (!nb_slice_to_i64(digits, &n) || n < 0 || n > NB_QUERY_DISTANCE_MAX ||
        !nb_ascii_is_digit(digits.p[0])) {
        return nb_query_refuse(lexer, lexer->token.place, lexer->token.raw,
                               "the most words between, 0 to %d; try NEAR/5",
                               NB_QUERY_DISTANCE_MAX);
    }
    lexer->token.between = (uint32_t)n;
    return NB_OK;
}

static enum nb_err lex_operator(struct nb_query_lexer *lexer, bool *is_one)
{
    struct nb_slice raw = lexer->token.raw;
    size_t slash = nb_slice_find_byte(raw, '/', 0);
    struct nb_slice name = nb_slice_sub(raw, 0, slash);
    enum nb_query_operator op = nb_query_find_operator(lexer->language, name);
    bool near = op == NB_QUERY_OP_NEAR || op == NB_QUERY_OP_ONEAR;
    bool ascii = nb_slice_eq(name, NB_LIT("NEAR")) || nb_slice_eq(name, NB_LIT("ONEAR"));
    /* Without a distance the other names are words, as they are everywhere else. */
    *is_one = near ? slash != NB_NPOS || ascii : op != NB_QUERY_OP_NONE && slash == NB_NPOS;
    if (!*is_one) {
        return NB_OK;
    }
    lexer->token.kind = NB_QUERY_T_OPERATOR;
    lexer->token.op = op;
    return near ? lex_distance(lexer,
                               nb_slice_sub(raw, slash == NB_NPOS ? raw.len : slash + 1, raw.len))
                : NB_OK;
}

/* Letters up to a colon; "reach>" too. */
static size_t field_end(struct nb_slice raw)
{
    size_t colon = nb_slice_find_byte(raw, ':', 0);
    if (colon == NB_NPOS || colon == 0) {
        return NB_NPOS;
    }
    for (size_t i = 0; i < colon; i++) {
        unsigned char c = (unsigned char)raw.p[i];
        if (!(c >= 0x80 || nb_ascii_is_alpha((char)c) || c == '_' || (c == '>' && i > 0))) {
            return NB_NPOS;
        }
    }
    return colon;
}

static enum nb_err refuse_field(struct nb_query_lexer *lexer, struct nb_slice name)
{
    const char *near = nb_query_suggest_field(lexer->language, name, lexer->arena);
    struct nb_slice found = nb_slice_sub(lexer->token.raw, 0, name.len + 1);
    if (nb_slice_eq(name, NB_LIT("reach")) || nb_slice_starts(name, NB_LIT("http"))) {
        return nb_query_refuse(lexer, lexer->token.place, lexer->token.raw, "%s",
                               name.p[0] == 'r' ? "a field; try reach>:1000"
                                                : "a field; try the address in \"quotes\"");
    }
    return nb_query_refuse(lexer, lexer->token.place, found,
                           "a field: title site author source kind lang sentiment intent emotion "
                           "event since until reach> cluster; %s%s%s",
                           near ? "did you mean " : "text with a colon goes into \"quotes\"",
                           near ? near : "", near ? ":?" : "");
}

/* Back to right behind the name and its colon, where the value begins. */
static enum nb_err lex_field(struct nb_query_lexer *lexer, size_t begin, size_t colon)
{
    struct nb_slice name = nb_slice_sub(lexer->token.raw, 0, colon);
    if (nb_query_find_field(lexer->language, name, &lexer->token.field)) {
        lexer->token.kind = NB_QUERY_T_FIELD;
    } else if (nb_query_is_group(lexer->language, name)) {
        lexer->token.kind = NB_QUERY_T_FORM;
    } else {
        return refuse_field(lexer, name);
    }
    lexer->token.raw = nb_slice_sub(lexer->token.raw, 0, colon + 1);
    lexer->at = begin;
    lexer->place = lexer->token.place;
    while (lexer->at < begin + colon + 1) {
        advance(lexer);
    }
    return NB_OK;
}

static void take_raw(struct nb_query_lexer *lexer)
{
    size_t begin = lexer->at;
    while (!is_end(lexer)) {
        uint32_t c = peek(lexer);
        if (is_space(c) || is_quote(c) || c == '(' || c == ')') {
            break;
        }
        advance(lexer);
    }
    lexer->token.raw = nb_slice_sub(lexer->text, begin, lexer->at);
    lexer->token.kind = NB_QUERY_T_WORD;
}

static enum nb_err lex_word(struct nb_query_lexer *lexer)
{
    size_t begin = lexer->at;
    bool is_operator;
    take_raw(lexer);
    if (nb_slice_eq(lexer->token.raw, NB_LIT("=")) && !is_end(lexer) && is_quote(peek(lexer))) {
        lexer->token.exact = true;
        return lex_phrase(lexer);
    }
    enum nb_err err = lex_operator(lexer, &is_operator);
    if (err != NB_OK || is_operator) {
        return err;
    }
    size_t colon = field_end(lexer->token.raw);
    return colon == NB_NPOS ? NB_OK : lex_field(lexer, begin, colon);
}

static void begin_token(struct nb_query_lexer *lexer)
{
    lexer->token = (struct nb_query_token){.place = lexer->place};
}

static void take_sign(struct nb_query_lexer *lexer, enum nb_query_token_kind kind)
{
    size_t begin = lexer->at;
    advance(lexer);
    lexer->token.kind = kind;
    lexer->token.raw = nb_slice_sub(lexer->text, begin, lexer->at);
}

static enum nb_err lex(struct nb_query_lexer *lexer)
{
    begin_token(lexer);
    if (is_end(lexer)) {
        lexer->token.kind = NB_QUERY_T_END;
        return NB_OK;
    }
    uint32_t c = peek(lexer);
    if (c == '(' || c == ')') {
        take_sign(lexer, c == '(' ? NB_QUERY_T_OPEN : NB_QUERY_T_CLOSE);
        return NB_OK;
    }
    return is_quote(c) ? lex_phrase(lexer) : lex_word(lexer);
}

enum nb_err nb_query_next(struct nb_query_lexer *lexer)
{
    enum nb_query_token_kind before = lexer->token.kind;
    bool open = before == NB_QUERY_T_OPEN || before == NB_QUERY_T_OPERATOR || lexer->at == 0;
    struct nb_query_lexer start = *lexer;
    bool line = skip_space(lexer) && lexer->lines && !open && !is_end(lexer);
    enum nb_err err = lex(lexer);
    const struct nb_query_token *token = &lexer->token;
    if (err != NB_OK || !line || token->kind == NB_QUERY_T_CLOSE) {
        return err;
    }
    if (token->kind == NB_QUERY_T_OPERATOR && token->op != NB_QUERY_OP_NOT) {
        lexer->token.leads_line = true;
        return NB_OK;
    }
    /* Give the end of the line first; what follows it is read again. */
    struct nb_query_place place = start.place;
    lexer->at = start.at;
    lexer->place = start.place;
    (void)skip_space(lexer);
    lexer->token = (struct nb_query_token){.kind = NB_QUERY_T_LINE, .place = place};
    return NB_OK;
}

enum nb_err nb_query_next_value(struct nb_query_lexer *lexer)
{
    while (!is_end(lexer) && is_space(peek(lexer)) && peek(lexer) != '\n') {
        advance(lexer);
    }
    begin_token(lexer);
    if (is_end(lexer) || is_space(peek(lexer))) {
        lexer->token.kind = is_end(lexer) ? NB_QUERY_T_END : NB_QUERY_T_LINE;
        return NB_OK;
    }
    uint32_t c = peek(lexer);
    if (c == '(' || c == ')') {
        take_sign(lexer, c == '(' ? NB_QUERY_T_OPEN : NB_QUERY_T_CLOSE);
        return NB_OK;
    }
    if (is_quote(c)) {
        return lex_phrase(lexer);
    }
    take_raw(lexer);
    return NB_OK;
}
