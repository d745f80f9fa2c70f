/*
 * The first form of the query language: words and quoted phrases, any of which matches. Everything
 * that the full language adds is recognised here so that it is refused by name, with its position,
 * instead of being taken for a word.
 */
#include <nabiz/topic.h>

#include <nabiz/text.h>

#include "analyzer/turkish/terms.h"
#include "analyzer/turkish/text.h"

enum { QUERY_BYTES_MAX = 64 * 1024, TERMS_MAX = 1000, NAME_BYTES_MAX = 64 };

struct parse {
    const char *file;
    struct nb_slice text;
    size_t at;
    uint32_t line, column;
    struct nb_arena *arena;
    struct nb_error *error;
    struct nb_topic_term *terms;
    size_t n, cap;
};

static enum nb_err refuse(const struct parse *p, uint32_t line, uint32_t column,
                          struct nb_slice found, const char *advice)
{
    found = nb_utf8_cut(found, 40);
    return nb_error_set(p->error, NB_ESYNTAX, "%s:%u:%u: found %.*s, expected %s", p->file,
                        (unsigned)line, (unsigned)column, NB_ARG(found), advice);
}

static uint32_t peek(const struct parse *p)
{
    size_t at = p->at;
    return at < p->text.len ? nb_utf8_next(p->text, &at) : 0;
}

static void advance(struct parse *p)
{
    if (nb_utf8_next(p->text, &p->at) == '\n') {
        p->line++;
        p->column = 1;
    } else {
        p->column++;
    }
}

static bool is_space(uint32_t c)
{
    return c <= ' ' || c == 0xA0 || c == 0xFEFF;
}

static void skip_space_and_comments(struct parse *p)
{
    while (p->at < p->text.len) {
        if (peek(p) == '#' &&
            (p->at + 1 == p->text.len || is_space((uint32_t)(unsigned char)p->text.p[p->at + 1]) ||
             p->text.p[p->at + 1] == '#')) {
            while (p->at < p->text.len && peek(p) != '\n') {
                advance(p);
            }
        } else if (is_space(peek(p))) {
            advance(p);
        } else {
            return;
        }
    }
}

/* Operators of the full language, in English and Turkish; the spelling is part of the language. */
static bool is_operator(struct nb_slice word)
{
    static const char *const words[] = {"AND", "NOT", "NEAR", "ONEAR", "VE", "DE\xC4\x9E\xC4\xB0L"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (nb_slice_eq(word, nb_slice_str(words[i]))) {
            return true;
        }
    }
    return nb_slice_starts(word, NB_LIT("NEAR/")) || nb_slice_starts(word, NB_LIT("ONEAR/"));
}

static bool is_or(struct nb_slice word)
{
    return nb_slice_eq(word, NB_LIT("OR")) || nb_slice_eq(word, NB_LIT("VEYA"));
}

#define NOT_YET "; the full query language is not there yet"

/* Why a bare word cannot be a term, or NULL. */
static const char *advice_on(struct nb_slice word)
{
    if (is_operator(word)) {
        return "a word or a \"phrase\": terms are alternatives, write one per line" NOT_YET;
    }
    if (word.p[0] == '(' || word.p[0] == ')' || nb_slice_find_byte(word, '(', 0) != NB_NPOS ||
        nb_slice_find_byte(word, ')', 0) != NB_NPOS) {
        return "a word or a \"phrase\"; try without parentheses" NOT_YET;
    }
    if (word.p[0] == '=') {
        return "a word or a \"phrase\"; try the word without =" NOT_YET;
    }
    if (word.p[0] == '#' || word.p[0] == '@') {
        return "a word or a \"phrase\"; try it without its sign" NOT_YET;
    }
    if (nb_slice_find_byte(word, '*', 0) != NB_NPOS) {
        return "a word or a \"phrase\"; try the dictionary form, which finds every inflected "
               "one" NOT_YET;
    }
    if (nb_slice_find_byte(word, ':', 0) != NB_NPOS) {
        return "a word or a \"phrase\"; try without the field" NOT_YET;
    }
    return NULL;
}

static enum nb_err push(struct parse *p, const struct nb_topic_term *term)
{
    if (p->n == TERMS_MAX) {
        return nb_error_set(p->error, NB_ETOOBIG, "%s:%u:%u: more than %d terms; split the topic",
                            p->file, (unsigned)term->line, (unsigned)term->column, TERMS_MAX);
    }
    if (p->n == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 16;
        struct nb_topic_term *grown =
            nb_arena_grow(p->arena, p->terms, p->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return nb_error_set(p->error, NB_ENOMEM, "%s: out of memory", p->file);
        }
        p->terms = grown;
        p->cap = cap;
    }
    p->terms[p->n++] = *term;
    return NB_OK;
}

/* Cut `raw` into folded words; exact says that it was quoted. */
static enum nb_err add_term(struct parse *p, struct nb_slice raw, bool exact, uint32_t line,
                            uint32_t column)
{
    struct tr_token *tokens;
    size_t n, words_n = 0;
    struct nb_slice *words = NULL;
    enum nb_err err = tr_tokenise(raw, p->arena, &tokens, &n);
    if (err == NB_OK) {
        words = nb_arena_alloc(p->arena, n * sizeof(*words));
    }
    if (!words) {
        return nb_error_set(p->error, NB_ENOMEM, "%s: out of memory", p->file);
    }
    for (size_t i = 0; i < n; i++) {
        if (tokens[i].kind != TR_PUNCT) {
            words[words_n++] = tokens[i].folded;
        }
    }
    if (words_n == 0) {
        return refuse(p, line, column, raw, "a word with a letter or digit in it");
    }
    if (words_n > TR_TERM_WORDS_MAX) {
        return refuse(p, line, column, raw, "a phrase of at most 8 words; try its rarest part");
    }
    if (!exact && words_n > 1) {
        return refuse(p, line, column, raw, "one word; try it in \"quotes\"");
    }
    struct nb_topic_term term = {words, words_n, exact, line, column};
    return push(p, &term);
}

static enum nb_err parse_phrase(struct parse *p)
{
    uint32_t line = p->line, column = p->column;
    advance(p);
    size_t begin = p->at;
    while (p->at < p->text.len && peek(p) != '"' && peek(p) != '\n') {
        advance(p);
    }
    struct nb_slice raw = nb_slice_sub(p->text, begin, p->at);
    if (p->at == p->text.len || peek(p) != '"') {
        return refuse(p, line, column, NB_LIT("an open quote"), "a closing \" on the same line");
    }
    advance(p);
    if (p->at < p->text.len && !is_space(peek(p))) {
        size_t next = p->at;
        (void)nb_utf8_next(p->text, &next);
        return refuse(p, p->line, p->column, nb_slice_sub(p->text, p->at, next),
                      "a space behind the phrase" NOT_YET);
    }
    return add_term(p, raw, true, line, column);
}

/* or_before: an OR was read that still waits for its right side. */
static enum nb_err parse_one(struct parse *p, bool *or_before)
{
    uint32_t line = p->line, column = p->column;
    if (peek(p) == '"') {
        *or_before = false;
        return parse_phrase(p);
    }
    size_t begin = p->at;
    while (p->at < p->text.len && !is_space(peek(p)) && peek(p) != '"') {
        advance(p);
    }
    struct nb_slice word = nb_slice_sub(p->text, begin, p->at);
    if (is_or(word)) {
        if (p->n == 0 || *or_before) {
            return refuse(p, line, column, word, "a word or a \"phrase\" before it");
        }
        *or_before = true;
        return NB_OK;
    }
    const char *advice = advice_on(word);
    if (advice) {
        return refuse(p, line, column, word, advice);
    }
    *or_before = false;
    return add_term(p, word, false, line, column);
}

enum nb_err nb_topic_parse(const char *file, struct nb_slice text, struct nb_arena *arena,
                           struct nb_topic_query *out, struct nb_error *error)
{
    struct parse p = {
        .file = file, .text = text, .line = 1, .column = 1, .arena = arena, .error = error};
    if (text.len > QUERY_BYTES_MAX) {
        return nb_error_set(error, NB_ETOOBIG, "%s: over %d bytes; split the topic", file,
                            QUERY_BYTES_MAX);
    }
    if (!nb_utf8_valid(text)) {
        size_t good = nb_utf8_valid_prefix(text);
        return nb_error_set(error, NB_EUTF8, "%s: byte %zu is not UTF-8; save the file as UTF-8",
                            file, good + 1);
    }
    bool or_before = false;
    for (skip_space_and_comments(&p); p.at < text.len; skip_space_and_comments(&p)) {
        enum nb_err err = parse_one(&p, &or_before);
        if (err != NB_OK) {
            return err;
        }
    }
    if (or_before || p.n == 0) {
        return refuse(&p, p.line, p.column, NB_LIT("the end"), "a word or a \"phrase\"");
    }
    *out = (struct nb_topic_query){p.terms, p.n};
    return NB_OK;
}

bool nb_topic_name_valid(struct nb_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || nb_ascii_is_digit(c) || c == '-' || c == '_')) {
            return false;
        }
    }
    return name.len >= 1 && name.len <= NAME_BYTES_MAX;
}
