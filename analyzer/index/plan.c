#include "analyzer/index/plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <nabiz/hash.h>
#include <nabiz/text.h>

#include "analyzer/index/entry.h"
#include "analyzer/index/expand.h"
#include "analyzer/topics/query_meaning.h"

struct make {
    const struct nb_index *index;
    struct tr_lexicon *lexicon;
    const struct tr_speller *speller;
    struct nb_arena *arena;
    struct nb_error *error;
    bool in_title;
    bool placed; /* positions are wanted */
};

static enum nb_err make(struct make *m, const struct nb_query *query, struct nb_plan **out);

static enum nb_err new_plan(struct make *m, enum nb_plan_kind kind, size_t children_n,
                            struct nb_plan **out)
{
    struct nb_plan *plan = nb_arena_calloc(m->arena, 1, sizeof(*plan));
    if (!plan) {
        return NB_ENOMEM;
    }
    plan->kind = kind;
    plan->children_n = children_n;
    plan->children = nb_arena_calloc(m->arena, children_n, sizeof(struct nb_plan *));
    *out = plan;
    return plan->children ? NB_OK : NB_ENOMEM;
}

/* @return p == NULL when out of memory. */
static struct nb_slice term_of(struct make *m, enum nb_term_kind kind, struct nb_slice text)
{
    text = nb_utf8_cut(text, NB_TERM_BYTES_MAX - 2); /* as nb_entry_term() does */
    bool titled = m->in_title && nb_term_has_positions((char)kind);
    char *p = nb_arena_printf(m->arena, "%s%c%.*s", titled ? "T" : "", kind, NB_ARG(text));
    return p ? nb_slice_str(p) : nb_slice(NULL, 0);
}

static enum nb_err one_term(struct make *m, enum nb_plan_kind plan_kind, enum nb_term_kind kind,
                            struct nb_slice text, struct nb_plan **out)
{
    struct nb_slice *terms = nb_arena_alloc(m->arena, sizeof(*terms));
    enum nb_err err = terms ? new_plan(m, plan_kind, 0, out) : NB_ENOMEM;
    if (err == NB_OK) {
        *terms = term_of(m, kind, text);
        (*out)->terms = terms;
        (*out)->terms_n = 1;
        err = terms->p ? NB_OK : NB_ENOMEM;
    }
    return err;
}

/* Any of several kinds of one text. */
static enum nb_err any_kind(struct make *m, const char *kinds, struct nb_slice text,
                            struct nb_plan **out)
{
    size_t n = strlen(kinds);
    struct nb_slice *terms = nb_arena_alloc(m->arena, n * sizeof(*terms));
    enum nb_err err = terms ? new_plan(m, NB_PLAN_TERMS, 0, out) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        terms[i] = term_of(m, (enum nb_term_kind)kinds[i], text);
        (*out)->terms = terms;
        (*out)->terms_n = i + 1;
        err = terms[i].p ? NB_OK : NB_ENOMEM;
    }
    return err;
}

/* As written, also without suffixes behind an apostrophe, and however it was typed. */
static const char written[] = {NB_TERM_FORM, NB_TERM_PART, '\0'};
/* A root of the lexicons: the index has every form of it, and it may stand in a hashtag. */
static const char rooted[] = {NB_TERM_LEMMA, NB_TERM_FORM, NB_TERM_PART, '\0'};

/* Tags are often typed without diacritics. */
static enum nb_err make_hashtag(struct make *m, struct nb_slice tag, struct nb_plan **out)
{
    struct nb_slice plain;
    struct nb_slice *terms = nb_arena_alloc(m->arena, 2 * sizeof(*terms));
    char *bytes = nb_arena_strdup(m->arena, tag);
    enum nb_err err = terms && bytes ? new_plan(m, NB_PLAN_TERMS, 0, out) : NB_ENOMEM;
    if (err == NB_OK) {
        plain = nb_slice(bytes, tr_plain(bytes, tag.len));
        terms[0] = term_of(m, NB_TERM_HASHTAG, tag);
        terms[1] = term_of(m, NB_TERM_HASHTAG, plain);
        (*out)->terms = terms;
        (*out)->terms_n = 2;
        err = terms[0].p && terms[1].p ? NB_OK : NB_ENOMEM;
    }
    return err;
}

static enum nb_err make_forms(struct make *m, const struct nb_expansion *wanted,
                              struct nb_plan **out)
{
    static const char *const kinds[] = {"W", "TW"};
    enum nb_err err = new_plan(m, NB_PLAN_TERMS, 0, out);
    if (err == NB_OK) {
        err = nb_expand(m->index, m->lexicon, kinds[m->in_title], wanted, m->arena, &(*out)->terms,
                        &(*out)->terms_n);
    }
    if (err == NB_ETOOBIG) {
        return nb_error_set(
            m->error, err, "%u:%u: this stands for too many words of the index; give more of it",
            (unsigned)wanted->query->place.line, (unsigned)wanted->query->place.column);
    }
    return err;
}

static enum nb_err make_word(struct make *m, const struct nb_query *query, struct nb_slice word,
                             struct nb_plan **out)
{
    struct nb_expansion wanted = {.query = query, .word = word};
    bool known = false;
    enum nb_err err = NB_OK;
    if (word.len) {
        err = nb_expand_root(m->lexicon, &wanted, m->arena, &known);
    }
    if (err != NB_OK) {
        return err;
    }
    if (known && !query->conditions_n) {
        return any_kind(m, rooted, wanted.root, out);
    }
    return make_forms(m, &wanted, out);
}

/*
 * The terms of two words in a row, when there are any: both as written, and with by_root the second
 * by its root. *out is NULL when the words have to be looked for by their positions.
 */
static enum nb_err make_pair(struct make *m, struct nb_slice first, struct nb_slice second,
                             bool by_root, struct nb_plan **out)
{
    static const enum nb_term_kind kinds[] = {NB_TERM_PAIR, NB_TERM_PAIR_ROOT};
    struct nb_slice *terms = nb_arena_alloc(m->arena, 2 * sizeof(*terms)), term;
    struct nb_plan *plan = NULL;
    *out = NULL;
    enum nb_err err = terms ? new_plan(m, NB_PLAN_TERMS, 0, &plan) : NB_ENOMEM;
    for (size_t i = 0; err == NB_OK && i < (by_root ? 2 : 1); i++) {
        char text[NB_TERM_BYTES_MAX];
        if (m->in_title || !nb_entry_pair(m->speller, kinds[i], first, second, text, &term)) {
            return NB_OK;
        }
        terms[i] = nb_arena_copy(m->arena, term);
        plan->terms = terms;
        plan->terms_n = i + 1;
        err = terms[i].p ? NB_OK : NB_ENOMEM;
    }
    *out = plan;
    return err;
}

/* The root that the last word of a phrase is found by; empty when it is found by its forms. */
static enum nb_err last_root(struct make *m, const struct nb_query *query, struct nb_slice *out)
{
    struct nb_expansion wanted = {.query = query, .word = query->words[query->words_n - 1]};
    bool known;
    enum nb_err err = nb_expand_root(m->lexicon, &wanted, m->arena, &known);
    *out = err == NB_OK && known ? wanted.root : nb_slice(NULL, 0);
    return err;
}

/* Pairs of frequent words are all there is to two words, and narrow down more of them. */
static enum nb_err add_pairs(struct make *m, const struct nb_query *query, struct nb_plan **plan)
{
    struct nb_slice last = query->words[query->words_n - 1];
    struct nb_plan *all;
    size_t n = 0;
    enum nb_err err = query->exact ? NB_OK : last_root(m, query, &last);
    if (err == NB_OK) {
        err = new_plan(m, NB_PLAN_AND, query->words_n, &all);
    }
    for (size_t i = 0; err == NB_OK && i + 1 < query->words_n; i++) {
        bool is_last = i + 2 == query->words_n;
        struct nb_slice second = is_last ? last : query->words[i + 1];
        struct nb_plan *pair;
        err = make_pair(m, query->words[i], second, is_last && !query->exact, &pair);
        if (err == NB_OK && pair) {
            all->children[n++] = pair;
        }
    }
    if (err == NB_OK && n && query->words_n == 2) {
        *plan = all->children[0];
    } else if (err == NB_OK && n) {
        all->children[n++] = *plan;
        all->children_n = n;
        *plan = all;
    }
    return err;
}

/* Words as written, but for the last one. */
static enum nb_err make_phrase(struct make *m, const struct nb_query *query, struct nb_plan **out)
{
    size_t n = query->words_n;
    enum nb_err err = new_plan(m, NB_PLAN_RUN, n, out);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        struct nb_plan **child = &(*out)->children[i];
        bool inflected = i + 1 == n && !query->exact;
        err = inflected ? make_word(m, query, query->words[i], child)
                        : any_kind(m, written, query->words[i], child);
    }
    if (err == NB_OK && n == 1) {
        *out = (*out)->children[0];
    } else if (err == NB_OK && !m->placed) {
        err = add_pairs(m, query, out);
    }
    return err;
}

static enum nb_err make_number(struct make *m, enum nb_plan_kind kind, uint64_t number,
                               struct nb_plan **out)
{
    enum nb_err err = new_plan(m, kind, 0, out);
    if (err == NB_OK) {
        (*out)->number = number;
    }
    return err;
}

/* Times are kept in seconds; both limits are rounded up. */
static uint64_t seconds(int64_t ms)
{
    return ms > 0 ? ((uint64_t)ms + 999) / 1000 : 0;
}

static enum nb_err make_source(struct make *m, struct nb_slice address, struct nb_plan **out)
{
    struct nb_id id;
    enum nb_err err = nb_query_source(address, m->arena, &id);
    if (err != NB_OK) {
        return err;
    }
    char hex[NB_ID_HEX];
    nb_hex(nb_slice(id.b, sizeof(id.b)), hex);
    return one_term(m, NB_PLAN_TERMS, NB_TERM_SOURCE, nb_slice_str(hex), out);
}

static enum nb_err make_field(struct make *m, const struct nb_query *query, struct nb_plan **out)
{
    static const enum nb_term_kind kinds[NB_QUERY_FIELDS_N] = {
        [NB_QUERY_SITE] = NB_TERM_SITE,     [NB_QUERY_KIND] = NB_TERM_KIND,
        [NB_QUERY_LANG] = NB_TERM_LANG,     [NB_QUERY_SENTIMENT] = NB_TERM_SENTIMENT,
        [NB_QUERY_INTENT] = NB_TERM_INTENT, [NB_QUERY_EMOTION] = NB_TERM_EMOTION,
        [NB_QUERY_EVENT] = NB_TERM_EVENT};
    uint64_t number = query->number > 0 ? (uint64_t)query->number : 0;
    char text[24];
    switch (query->field) {
    case NB_QUERY_AUTHOR:
        return one_term(m, NB_PLAN_TERMS,
                        nb_slice_find_byte(query->text, '/', 0) == NB_NPOS ? NB_TERM_NAME
                                                                           : NB_TERM_AUTHOR,
                        query->text, out);
    case NB_QUERY_SOURCE:
        return make_source(m, query->text, out);
    case NB_QUERY_SINCE:
        return make_number(m, NB_PLAN_SINCE, seconds(query->number), out);
    case NB_QUERY_UNTIL:
        return make_number(m, NB_PLAN_UNTIL, seconds(query->number), out);
    case NB_QUERY_REACH:
        return make_number(m, NB_PLAN_REACH, number, out);
    case NB_QUERY_CLUSTER:
        (void)snprintf(text, sizeof(text), "%" PRIu64, number);
        return one_term(m, NB_PLAN_TERMS, NB_TERM_CLUSTER, nb_slice_str(text), out);
    case NB_QUERY_SITE:
    case NB_QUERY_KIND:
    case NB_QUERY_LANG:
    case NB_QUERY_SENTIMENT:
    case NB_QUERY_INTENT:
    case NB_QUERY_EMOTION:
    case NB_QUERY_EVENT:
    case NB_QUERY_FIELDS_N:
        break;
    }
    return one_term(m, NB_PLAN_TERMS, kinds[query->field], query->text, out);
}

static int by_kind(const void *a, const void *b)
{
    const struct nb_plan *const *x = a, *const *y = b;
    return ((*x)->kind > (*y)->kind) - ((*x)->kind < (*y)->kind);
}

static enum nb_err make_children(struct make *m, enum nb_plan_kind kind,
                                 const struct nb_query *query, struct nb_plan **out)
{
    enum nb_err err = new_plan(m, kind, query->children_n, out);
    for (size_t i = 0; err == NB_OK && i < query->children_n; i++) {
        err = make(m, query->children[i], &(*out)->children[i]);
    }
    if (err == NB_OK && kind == NB_PLAN_AND) {
        qsort((*out)->children, query->children_n, sizeof(struct nb_plan *), by_kind);
    }
    return err;
}

static enum nb_err make_near(struct make *m, const struct nb_query *query, struct nb_plan **out)
{
    bool before = m->placed;
    m->placed = true;
    enum nb_err err = make_children(m, NB_PLAN_NEAR, query, out);
    m->placed = before;
    if (err == NB_OK) {
        (*out)->between = query->between;
        (*out)->ordered = query->ordered;
    }
    return err;
}

static enum nb_err make_title(struct make *m, const struct nb_query *query, struct nb_plan **out)
{
    m->in_title = true;
    enum nb_err err = make(m, query->children[0], out);
    m->in_title = false;
    return err;
}

static enum nb_err make(struct make *m, const struct nb_query *query, struct nb_plan **out)
{
    switch (query->kind) {
    case NB_QUERY_WORD:
        return make_word(m, query, query->text, out);
    case NB_QUERY_FORM:
        return make_word(m, query, nb_slice(NULL, 0), out);
    case NB_QUERY_EXACT:
        return one_term(m, NB_PLAN_TERMS, NB_TERM_FORM, query->text, out);
    case NB_QUERY_PREFIX:
        return one_term(m, NB_PLAN_PREFIX, NB_TERM_FORM, query->text, out);
    case NB_QUERY_HASHTAG:
        return make_hashtag(m, query->text, out);
    case NB_QUERY_HANDLE:
        return one_term(m, NB_PLAN_TERMS, NB_TERM_HANDLE, query->text, out);
    case NB_QUERY_PHRASE:
        return make_phrase(m, query, out);
    case NB_QUERY_FIELD:
        return make_field(m, query, out);
    case NB_QUERY_TITLE:
        return make_title(m, query, out);
    case NB_QUERY_AND:
        return make_children(m, NB_PLAN_AND, query, out);
    case NB_QUERY_OR:
        return make_children(m, NB_PLAN_OR, query, out);
    case NB_QUERY_NOT:
        return make_children(m, NB_PLAN_NOT, query, out);
    case NB_QUERY_NEAR:
        break;
    }
    return make_near(m, query, out);
}

enum nb_err nb_plan_make(const struct nb_index *index, struct tr_lexicon *lexicon,
                         const struct tr_speller *speller, const struct nb_query *query,
                         struct nb_arena *arena, struct nb_plan **out, struct nb_error *error)
{
    struct make m = {
        .index = index, .lexicon = lexicon, .speller = speller, .arena = arena, .error = error};
    return make(&m, query, out);
}
