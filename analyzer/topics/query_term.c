/*
 * Leaves of a query: words, phrases and the values of fields. Text is cut and folded as documents
 * are. Cutting the folded text again has to give the same words, or the printed form would be
 * another query; the few texts that do not settle are refused.
 */
#include "analyzer/topics/query_private.h"

#include <nabiz/date.h>
#include <nabiz/text.h>

#include "analyzer/turkish/text.h"

enum { TURKEY_MIN = 180, SETTLE_MAX = 3, VALUE_BYTES_MAX = 512 };

static enum nb_err no_memory(struct nb_query_lexer *lexer)
{
    return nb_error_set(lexer->error, NB_ENOMEM, "%s", nb_strerror(NB_ENOMEM));
}

/* The words of a text, without punctuation. */
static enum nb_err cut(struct nb_query_lexer *lexer, struct nb_slice text, struct tr_token **out,
                       size_t *out_n)
{
    size_t n = 0, all_n;
    struct tr_token *all;
    if (tr_tokenise(text, lexer->arena, &all, &all_n) != NB_OK) {
        return no_memory(lexer);
    }
    for (size_t i = 0; i < all_n; i++) {
        if (all[i].kind != TR_PUNCT) {
            all[n++] = all[i];
        }
    }
    *out = all;
    *out_n = n;
    return NB_OK;
}

static const char *sign_of(const struct tr_token *token)
{
    return token->kind == TR_HASHTAG ? "#" : token->kind == TR_MENTION ? "@" : "";
}

static enum nb_err join(struct nb_query_lexer *lexer, const struct tr_token *tokens, size_t n,
                        struct nb_slice *out)
{
    struct nb_buf buf;
    nb_buf_init(&buf, 4 * NB_QUERY_BYTES_MAX);
    for (size_t i = 0; i < n; i++) {
        nb_buf_addf(&buf, "%s%s", i ? " " : "", sign_of(&tokens[i]));
        nb_buf_add(&buf, tokens[i].folded);
    }
    struct nb_slice joined;
    enum nb_err err = nb_buf_finish(&buf, &joined);
    *out = err == NB_OK ? nb_arena_copy(lexer->arena, joined) : nb_slice(NULL, 0);
    nb_buf_fini(&buf);
    return out->p ? NB_OK : no_memory(lexer);
}

/* The same, folded so that cutting it again changes nothing. *out_n is 0 if there is no end. */
static enum nb_err settle(struct nb_query_lexer *lexer, struct nb_slice text, struct tr_token **out,
                          size_t *out_n)
{
    struct nb_slice joined, again;
    enum nb_err err = cut(lexer, text, out, out_n);
    if (err == NB_OK) {
        err = join(lexer, *out, *out_n, &joined);
    }
    for (int round = 0; err == NB_OK && *out_n; round++) {
        err = cut(lexer, joined, out, out_n);
        if (err == NB_OK) {
            err = join(lexer, *out, *out_n, &again);
        }
        if (err != NB_OK || nb_slice_eq(joined, again)) {
            return err;
        }
        if (round == SETTLE_MAX) {
            *out_n = 0;
        }
        joined = again;
    }
    return err;
}

static enum nb_err one_token(struct nb_query_lexer *lexer, struct nb_slice text,
                             struct tr_token *out)
{
    struct tr_token *tokens;
    size_t n;
    enum nb_err err = settle(lexer, text, &tokens, &n);
    if (err != NB_OK) {
        return err;
    }
    struct nb_slice raw = lexer->token.raw;
    if (n == 0) {
        return nb_query_refuse(lexer, lexer->token.place, raw,
                               "a word with a letter or digit in it");
    }
    if (n > 1) {
        return nb_query_refuse(lexer, lexer->token.place, raw, "one word; try it in \"quotes\"");
    }
    if (tokens[0].folded.len > NB_QUERY_WORD_BYTES_MAX) {
        return nb_query_refuse(lexer, lexer->token.place, raw, "a word of at most %d bytes",
                               NB_QUERY_WORD_BYTES_MAX);
    }
    *out = tokens[0];
    return NB_OK;
}

static enum nb_err sign_alone(struct nb_query_lexer *lexer)
{
    return nb_query_refuse(lexer, lexer->token.place, lexer->token.raw,
                           "a word right behind the sign");
}

/* "#tag", "@handle" */
static enum nb_err tagged(struct nb_query_lexer *lexer, struct nb_query *out)
{
    struct tr_token token;
    bool hash = lexer->token.raw.p[0] == '#';
    enum nb_err err = one_token(lexer, lexer->token.raw, &token);
    if (err != NB_OK) {
        return err;
    }
    if (token.kind != (hash ? TR_HASHTAG : TR_MENTION)) {
        return sign_alone(lexer);
    }
    out->kind = hash ? NB_QUERY_HASHTAG : NB_QUERY_HANDLE;
    out->text = token.folded;
    return NB_OK;
}

static enum nb_err prefix(struct nb_query_lexer *lexer, struct nb_slice word, struct nb_query *out)
{
    struct tr_token token;
    if (nb_slice_find_byte(word, '*', 0) + 1 != word.len) {
        return nb_query_refuse(lexer, lexer->token.place, lexer->token.raw,
                               "a star only at the end of a word; try the dictionary form, which "
                               "finds every inflected one");
    }
    enum nb_err err = word.len == 1 ? sign_alone(lexer)
                                    : one_token(lexer, nb_slice_sub(word, 0, word.len - 1), &token);
    if (err != NB_OK) {
        return err;
    }
    if (token.kind != TR_WORD && token.kind != TR_NUMBER) {
        return nb_query_refuse(lexer, lexer->token.place, lexer->token.raw,
                               "letters before the star");
    }
    if (nb_utf8_count(token.folded) < NB_QUERY_PREFIX_MIN) {
        return nb_query_refuse(lexer, lexer->token.place, lexer->token.raw,
                               "at least %d letters before the star", NB_QUERY_PREFIX_MIN);
    }
    out->kind = NB_QUERY_PREFIX;
    out->text = token.folded;
    return NB_OK;
}

static enum nb_err word(struct nb_query_lexer *lexer, struct nb_query *out)
{
    struct nb_slice raw = lexer->token.raw;
    struct tr_token token;
    char first = raw.p[0];
    bool negative = first == '-' && raw.len > 1 && !nb_ascii_is_digit(raw.p[1]);
    if (negative && (unsigned char)raw.p[1] > ' ' && raw.p[1] != '-') {
        return nb_query_refuse(lexer, lexer->token.place, raw, "a word; try NOT %.*s",
                               NB_ARG(nb_utf8_cut(nb_slice_sub(raw, 1, raw.len), 40)));
    }
    if (first == '#' || first == '@') {
        return raw.len == 1 ? sign_alone(lexer) : tagged(lexer, out);
    }
    bool exact = first == '=';
    raw = nb_slice_sub(raw, exact ? 1 : 0, raw.len);
    if (exact && !raw.len) {
        return sign_alone(lexer);
    }
    if (!exact && nb_slice_find_byte(raw, '*', 0) != NB_NPOS) {
        return prefix(lexer, raw, out);
    }
    enum nb_err err = one_token(lexer, raw, &token);
    if (err != NB_OK) {
        return err;
    }
    if (*sign_of(&token) || nb_slice_find_byte(token.folded, '*', 0) != NB_NPOS ||
        token.folded.p[0] == '=' || token.folded.p[0] == '-') {
        return nb_query_refuse(lexer, lexer->token.place, lexer->token.raw,
                               "a word of letters and digits; try it in \"quotes\"");
    }
    out->kind = exact ? NB_QUERY_EXACT : NB_QUERY_WORD;
    out->text = token.folded;
    return NB_OK;
}

static enum nb_err phrase(struct nb_query_lexer *lexer, struct nb_query *out)
{
    struct tr_token *tokens;
    size_t n;
    struct nb_slice raw = lexer->token.raw;
    enum nb_err err = settle(lexer, raw, &tokens, &n);
    if (err != NB_OK) {
        return err;
    }
    if (n == 0) {
        return nb_query_refuse(lexer, lexer->token.place, raw.len ? raw : NB_LIT("an empty phrase"),
                               "a word with a letter or digit in it");
    }
    if (n > NB_QUERY_PHRASE_WORDS_MAX) {
        return nb_query_refuse(lexer, lexer->token.place, raw,
                               "a phrase of at most %d words; try its rarest part",
                               NB_QUERY_PHRASE_WORDS_MAX);
    }
    struct nb_slice *words = nb_arena_alloc(lexer->arena, n * sizeof(*words));
    if (!words) {
        return no_memory(lexer);
    }
    for (size_t i = 0; i < n; i++) {
        words[i] = tokens[i].folded;
        if (words[i].len > NB_QUERY_WORD_BYTES_MAX) {
            return nb_query_refuse(lexer, lexer->token.place, words[i], "words of at most %d bytes",
                                   NB_QUERY_WORD_BYTES_MAX);
        }
        if (*sign_of(&tokens[i])) {
            return nb_query_refuse(lexer, lexer->token.place, raw,
                                   "a phrase of words; try its #tags and @handles beside it");
        }
    }
    out->kind = NB_QUERY_PHRASE;
    out->exact = lexer->token.exact;
    out->words = words;
    out->words_n = n;
    return NB_OK;
}

enum nb_err nb_query_term(struct nb_query_lexer *lexer, struct nb_query *out)
{
    return lexer->token.kind == NB_QUERY_T_PHRASE ? phrase(lexer, out) : word(lexer, out);
}

/* Half a day more or less is what a report is about: a day is the one people there have. */
static enum nb_err moment(struct nb_query_lexer *lexer, unsigned field, struct nb_slice value,
                          struct nb_query *out)
{
    const struct nb_date_context context = {.now_ms = 0, .offset_min = TURKEY_MIN};
    int64_t at_ms = 0;
    if (nb_date_day(value, TURKEY_MIN, &at_ms) == NB_OK) {
        at_ms += field == NB_QUERY_UNTIL ? NB_DAY_MS : 0;
    } else if (value.len < sizeof("2026-11-22T1") || !nb_ascii_is_digit(value.p[3]) ||
               value.p[4] != '-' || nb_date_parse(value, &context, &at_ms) != NB_OK) {
        return nb_query_refuse(lexer, lexer->token.place, value,
                               "a day or a moment; try 2026-11-22 or 2026-11-22T09:30:00Z");
    }
    char text[NB_RFC3339_BYTES];
    nb_date_rfc3339(at_ms, text);
    out->number = at_ms;
    out->text = nb_arena_copy(lexer->arena, nb_slice_str(text));
    return out->text.p ? NB_OK : no_memory(lexer);
}

static enum nb_err number(struct nb_query_lexer *lexer, struct nb_slice value, struct nb_query *out)
{
    if (!value.len || !nb_ascii_is_digit(value.p[0]) || !nb_slice_to_i64(value, &out->number)) {
        return nb_query_refuse(lexer, lexer->token.place, value, "a whole number");
    }
    const char *text = nb_arena_printf(lexer->arena, "%lld", (long long)out->number);
    out->text = nb_slice_str(text);
    return text ? NB_OK : no_memory(lexer);
}

static enum nb_err listed(struct nb_query_lexer *lexer, unsigned field, struct nb_slice name,
                          struct nb_slice value, struct nb_query *out)
{
    if (nb_query_find_value(lexer->language, field, value, &out->text)) {
        return NB_OK;
    }
    const char *near = nb_query_suggest_value(lexer->language, field, value, lexer->arena);
    return nb_query_refuse(lexer, lexer->token.place, value, "behind %.*s one of: %s%s%s%s",
                           NB_ARG(name), nb_query_list_values(lexer->language, field, lexer->arena),
                           near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* Names of the web: their letters are ASCII, and other bytes stay as they are. */
static enum nb_err lower(struct nb_query_lexer *lexer, struct nb_slice value, struct nb_query *out)
{
    char *text = nb_arena_strdup(lexer->arena, value);
    for (size_t i = 0; text && i < value.len; i++) {
        text[i] = nb_ascii_lower(text[i]);
    }
    out->text = nb_slice(text, value.len);
    return text ? NB_OK : no_memory(lexer);
}

enum nb_err nb_query_value(struct nb_query_lexer *lexer, unsigned field, struct nb_slice name,
                           struct nb_query *out)
{
    struct nb_slice value = nb_slice_trim(lexer->token.raw);
    if (!value.len || value.len > VALUE_BYTES_MAX) {
        return nb_query_refuse(lexer, lexer->token.place, value.len ? value : NB_LIT("nothing"),
                               "a value of %.*s of at most %d bytes", NB_ARG(name),
                               VALUE_BYTES_MAX);
    }
    out->kind = NB_QUERY_FIELD;
    out->field = (enum nb_query_field)field;
    if (nb_query_lists_values(lexer->language, field)) {
        return listed(lexer, field, name, value, out);
    }
    switch (out->field) {
    case NB_QUERY_SINCE:
    case NB_QUERY_UNTIL:
        return moment(lexer, field, value, out);
    case NB_QUERY_REACH:
    case NB_QUERY_CLUSTER:
        return number(lexer, value, out);
    case NB_QUERY_SITE:
    case NB_QUERY_LANG:
        return lower(lexer, value, out);
    default:
        out->text = value;
        return NB_OK;
    }
}
