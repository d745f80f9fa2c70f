/**
 * The query language of topics, search and API: a parser with positions and readable errors, the
 * tree that everything which answers queries works on, and its canonical printed form.
 *
 *     fatura                  a word in all its inflected forms
 *     ="form" =form           as written; prefix* by its beginning; #hashtag; @handle
 *     "tam ifade"             words in a row as written, the last one also inflected
 *     gel ek:olumsuz          a condition on the form of the word before it; alone, of any word
 *     a b   a AND b           both; NEAR binds tightest, then NOT, AND, OR
 *     a NEAR/5 b  a ONEAR/5 b at most 5 words between them; in this order
 *     (a OR b) NOT c          also VEYA, DEĞİL, VE: spelt in capitals, always
 *     title:word site:x ...   fields; title:( ) is a query on the title, site:(a OR b) alternatives
 *     # ...                   a comment, to the end of the line
 *
 * Names of operators, fields, values and conditions in Turkish come from lexicons/query.txt.
 *
 * Threads: a loaded language and a parsed query are immutable; functions are pure.
 */
#ifndef NABIZ_QUERY_H
#define NABIZ_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

#define NB_QUERY_BYTES_MAX (64 * 1024)
#define NB_QUERY_TERMS_MAX 1000     /* leaves */
#define NB_QUERY_DEPTH_MAX 64       /* of parentheses and operators within each other */
#define NB_QUERY_WORD_BYTES_MAX 96  /* of one folded word */
#define NB_QUERY_PHRASE_WORDS_MAX 8 /* and as many conditions on one word */
#define NB_QUERY_FEATURE_SETS_MAX 8 /* that a condition has a choice of */
#define NB_QUERY_DISTANCE_MAX 100
#define NB_QUERY_PREFIX_MIN 2 /* letters before the star */

enum nb_query_kind {
    NB_QUERY_WORD,    /* text: folded; matches by lemma */
    NB_QUERY_EXACT,   /* text: folded; matches tokens that are written so */
    NB_QUERY_PREFIX,  /* text: folded beginning, at least NB_QUERY_PREFIX_MIN letters */
    NB_QUERY_PHRASE,  /* words: folded, in a row as written; unless exact, the last also by lemma */
    NB_QUERY_HASHTAG, /* text: folded, without # */
    NB_QUERY_HANDLE,  /* text: folded, without @ */
    NB_QUERY_FORM,    /* any word that meets the conditions */
    NB_QUERY_FIELD,   /* field, text, number */
    NB_QUERY_TITLE,   /* one child, matched on the title alone; no TITLE or FIELD within */
    NB_QUERY_AND,     /* two children or more, none of them AND */
    NB_QUERY_OR,      /* two children or more, none of them OR */
    NB_QUERY_NOT,     /* one child */
    NB_QUERY_NEAR     /* two children, each with a place: no AND, NOT, TITLE or FIELD within */
};

enum nb_query_field {
    NB_QUERY_SITE,      /* registrable domain, lower case */
    NB_QUERY_AUTHOR,    /* handle, or site/handle */
    NB_QUERY_SOURCE,    /* as the sources list gives it */
    NB_QUERY_KIND,      /* article post comment review entry toot */
    NB_QUERY_LANG,      /* tr */
    NB_QUERY_SENTIMENT, /* negative neutral positive */
    NB_QUERY_INTENT,    /* as `nabiz tag` names them, like the next two */
    NB_QUERY_EMOTION,
    NB_QUERY_EVENT,
    NB_QUERY_SINCE,   /* number: Unix ms; at or after. A day begins in Turkey (UTC+3) */
    NB_QUERY_UNTIL,   /* number: Unix ms; before. `until:2026-11-22` includes that day */
    NB_QUERY_REACH,   /* number: greater than */
    NB_QUERY_CLUSTER, /* number */
    NB_QUERY_FIELDS_N
};

/** Where a node begins, from 1; columns count code points. */
struct nb_query_place {
    uint32_t line, column;
};

/** What a word's form has to be: one of the alternatives, each a set "Key=Value|Key=Value". */
struct nb_query_condition {
    struct nb_slice group, name; /* as printed: "ek", "olumsuz" */
    const struct nb_slice *features;
    size_t features_n; /* at most NB_QUERY_FEATURE_SETS_MAX */
};

struct nb_query {
    enum nb_query_kind kind;
    struct nb_query_place place;
    struct nb_slice text;
    const struct nb_slice *words; /* of PHRASE */
    size_t words_n;
    bool exact;                                  /* PHRASE: no word by lemma */
    const struct nb_query_condition *conditions; /* of WORD, FORM; all must hold for one reading */
    size_t conditions_n;
    enum nb_query_field field;
    int64_t number;   /* of FIELD */
    uint32_t between; /* NEAR: most words between the two; punctuation does not count */
    bool ordered;     /* NEAR: the first child stands before the second */
    const struct nb_query *const *children;
    size_t children_n;
};

struct nb_query_language;

/** Told of a bad line of query.txt. line counts from 1. */
typedef void nb_query_report_fn(void *context, uint32_t line, const char *message);

/**
 * Read the text of lexicons/query.txt. A bad line costs only that line. Without any text there are
 * the English names, no conditions, and any value of a field is taken.
 * @param arena  owns the language, which borrows nothing.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_query_language_read(struct nb_slice text, struct nb_arena *arena,
                                   nb_query_report_fn *report, void *context,
                                   const struct nb_query_language **out) NB_MUSTUSE;

/**
 * Parse.
 * @param name   in front of messages ("acme.topic"); NULL: none.
 * @param lines  lines are alternatives, as in a topic file, unless one begins or ends with an
 *               operator; else the end of a line is a space.
 * @param out    [out] in arena, as is everything it points to but for conditions, which the
 *               language owns.
 * @return NB_OK, NB_ESYNTAX (detail: "name:line:column: found X, expected Y; try Z"), NB_EUTF8,
 *         NB_ETOOBIG (over a limit above), NB_ENOMEM.
 */
enum nb_err nb_query_parse(const struct nb_query_language *language, const char *name,
                           struct nb_slice text, bool lines, struct nb_arena *arena,
                           const struct nb_query **out, struct nb_error *error) NB_MUSTUSE;

/** The canonical form, on one line: parsing it gives an equal query. */
void nb_query_print(const struct nb_query *query, struct nb_buf *out);

/** Equal but for places. */
bool nb_query_equal(const struct nb_query *a, const struct nb_query *b);

/**
 * True when some document matches only because of what it lacks: such a query finds nearly
 * everything and cannot stand as a topic.
 * @param place  [out] of the part to blame; may be NULL.
 */
bool nb_query_is_negative(const struct nb_query *query, struct nb_query_place *place);

/** "site", or "reach>" */
const char *nb_query_field_name(enum nb_query_field field);

#endif
