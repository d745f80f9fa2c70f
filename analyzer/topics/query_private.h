/**
 * What the parts of the query language share: names, tokens and how a query is refused.
 *
 * Threads: a lexer belongs to one thread; a language is immutable.
 */
#ifndef NABIZ_QUERY_PRIVATE_H
#define NABIZ_QUERY_PRIVATE_H

#include <nabiz/query.h>

enum nb_query_operator {
    NB_QUERY_OP_NONE,
    NB_QUERY_OP_AND,
    NB_QUERY_OP_OR,
    NB_QUERY_OP_NOT,
    NB_QUERY_OP_NEAR,
    NB_QUERY_OP_ONEAR,
    NB_QUERY_OPS_N
};

/* Stands where a field does: title:( ) is none, for it has a query and not a value. */
#define NB_QUERY_FIELD_TITLE NB_QUERY_FIELDS_N

/** How something may be spelt. */
struct nb_query_name {
    struct nb_slice spelling; /* as the lexicon has it */
    struct nb_slice plain;    /* folded, without diacritics: what is compared */
    unsigned id;              /* operator, or field, or index of the condition */
    struct nb_slice means;    /* of a value: the canonical one */
    struct nb_slice group;    /* of a condition: plain form of its group */
};

struct nb_query_names {
    struct nb_query_name *p;
    size_t n, cap;
};

struct nb_query_language {
    struct nb_arena *arena;
    struct nb_query_names operators, fields, values, forms;
    struct nb_query_condition *conditions;
    size_t conditions_n, conditions_cap;
};

/** Folded, without diacritics. @return bytes written to out, 0 when the name is too long. */
#define NB_QUERY_NAME_BYTES 64
size_t nb_query_plain(struct nb_slice name, char out[2 * NB_QUERY_NAME_BYTES]);

/** NB_QUERY_OP_NONE unless this is an operator's spelling, all in capitals. */
enum nb_query_operator nb_query_find_operator(const struct nb_query_language *language,
                                              struct nb_slice word);

/** A field by its name without the colon. @return false when there is none. */
bool nb_query_find_field(const struct nb_query_language *language, struct nb_slice name,
                         unsigned *out);

/** True when this is the name of a group of conditions ("ek"). */
bool nb_query_is_group(const struct nb_query_language *language, struct nb_slice name);

/** @return NULL when the group has no condition of that name. */
const struct nb_query_condition *nb_query_find_condition(const struct nb_query_language *language,
                                                         struct nb_slice group,
                                                         struct nb_slice name);

/** The canonical value of a field whose values are listed. @return false when it has none such. */
bool nb_query_find_value(const struct nb_query_language *language, unsigned field,
                         struct nb_slice value, struct nb_slice *out);
bool nb_query_lists_values(const struct nb_query_language *language, unsigned field);

/** For messages: what could have been meant; NULL when nothing is near. In scratch. */
const char *nb_query_suggest_field(const struct nb_query_language *language, struct nb_slice name,
                                   struct nb_arena *scratch);
const char *nb_query_suggest_value(const struct nb_query_language *language, unsigned field,
                                   struct nb_slice value, struct nb_arena *scratch);
const char *nb_query_suggest_condition(const struct nb_query_language *language,
                                       struct nb_slice group, struct nb_slice name,
                                       struct nb_arena *scratch);

/** For messages: all values of a field, or names of a group, with spaces between. In scratch. */
const char *nb_query_list_values(const struct nb_query_language *language, unsigned field,
                                 struct nb_arena *scratch);
const char *nb_query_list_conditions(const struct nb_query_language *language,
                                     struct nb_slice group, struct nb_arena *scratch);

enum nb_query_token_kind {
    NB_QUERY_T_END,
    NB_QUERY_T_LINE, /* the next alternative */
    NB_QUERY_T_OPEN,
    NB_QUERY_T_CLOSE,
    NB_QUERY_T_OPERATOR,
    NB_QUERY_T_WORD,   /* raw: as written, with its signs */
    NB_QUERY_T_PHRASE, /* raw: between the quotes */
    NB_QUERY_T_FIELD,  /* raw: the name with its colon; a value follows */
    NB_QUERY_T_FORM    /* raw: the same, of a group of conditions */
};

struct nb_query_token {
    enum nb_query_token_kind kind;
    struct nb_slice raw;
    struct nb_query_place place;
    enum nb_query_operator op;
    uint32_t between; /* of NEAR and ONEAR */
    unsigned field;
    bool exact;      /* of a phrase: =" */
    bool leads_line; /* an operator that begins a line and so continues the one before */
};

struct nb_query_lexer {
    const struct nb_query_language *language;
    const char *name;
    struct nb_slice text;
    size_t at;
    struct nb_query_place place; /* of at */
    bool lines;
    struct nb_query_token token; /* read last */
    struct nb_arena *arena;
    struct nb_error *error;
};

/** Read the next token into lexer->token. @return NB_OK, NB_ESYNTAX, NB_ENOMEM. */
enum nb_err nb_query_next(struct nb_query_lexer *lexer) NB_MUSTUSE;

/** The same where the value of a field is expected: an opening parenthesis, a phrase, or a word
 *  that may hold any sign. */
enum nb_err nb_query_next_value(struct nb_query_lexer *lexer) NB_MUSTUSE;

/** Refuse: found `found` at `place`, expected `format`. @return NB_ESYNTAX. */
enum nb_err nb_query_refuse(const struct nb_query_lexer *lexer, struct nb_query_place place,
                            struct nb_slice found, const char *format, ...) NB_PRINTF(4, 5);

/** For messages: what the current token looks like. */
struct nb_slice nb_query_found(const struct nb_query_lexer *lexer);

/** A leaf of the current token, a word or a phrase. @return NB_OK, NB_ESYNTAX, NB_ENOMEM. */
enum nb_err nb_query_term(struct nb_query_lexer *lexer, struct nb_query *out) NB_MUSTUSE;

/** The value of a field: the current token, a word or a phrase. */
enum nb_err nb_query_value(struct nb_query_lexer *lexer, unsigned field, struct nb_slice name,
                           struct nb_query *out) NB_MUSTUSE;

#endif
