/* What the files of linking share: the text as it is searched, and what a find is in its clause. */
#ifndef NABIZ_LINKS_PRIVATE_H
#define NABIZ_LINKS_PRIVATE_H

#include <string.h>

#include "analyzer/sentiment/links.h"

#define NONE UINT32_MAX

/* What kind of predicate an opinion is decides which case its target stands in. */
enum role {
    ROLE_SUBJECT, /* said of a third: the subject */
    ROLE_FEELING, /* felt by a person: what the word governs */
    ROLE_SELF,    /* said of the author: at most a cause */
    ROLE_DONE,    /* beside a verb: its object or its subject */
    ROLE_THING,   /* a noun that something has: "ekranda sorun" */
    ROLE_YOU,     /* said to the one addressed */
    ROLE_CARRIED, /* looked for in the clause before */
    ROLES_N
};

struct linker {
    const struct nb_target_words *words;
    const struct nb_reading_text *text;
    struct nb_links *out;
    uint32_t *find_at;    /* by token: the find that covers it, or NONE */
    uint32_t *before;     /* by find: the phrase it stands before as an attribute, or NONE */
    uint32_t *first_link; /* by find, and one behind the last */
};

/* What a find is in its clause. */
struct shape {
    enum role role;
    bool adjective, noun, verb, owned, bare;
    bool carries; /* may be about what the clause before was about */
};

static inline const struct tr_analysis *best_of(const struct linker *l, size_t at)
{
    const struct tr_reading *reading = &l->text->readings[at];
    return reading->analyses_n ? &reading->analyses[0] : NULL;
}

static inline bool is_kind(const struct linker *l, size_t at, enum nb_target_word kind)
{
    return nb_target_word_is(l->words, &l->text->readings[at], kind);
}

static inline bool is_finite(const struct linker *l, size_t at)
{
    const struct tr_analysis *best = best_of(l, at);
    return best && best->upos == TR_UPOS_VERB && !(best->features & l->words->features.verb_form);
}

static inline bool is_adding(const struct linker *l, size_t at)
{
    return l->text->tokens[at].kind == TR_WORD && is_kind(l, at, NB_TARGET_AND);
}

static inline bool is_comma(const struct linker *l, size_t at)
{
    return l->text->tokens[at].kind == TR_PUNCT &&
           nb_slice_eq(l->text->tokens[at].folded, NB_LIT(","));
}

/* Ends a clause for sure; a comma may also stand behind a topic or in a list. */
static inline bool is_border(const struct linker *l, size_t at)
{
    const struct tr_token *token = &l->text->tokens[at];
    if (token->kind == TR_PUNCT) {
        return token->folded.len > 0 && memchr(".!?;:", token->folded.p[0], 5) != NULL;
    }
    const struct tr_analysis *best = best_of(l, at);
    if (token->kind != TR_WORD || !best || l->find_at[at] != NONE) {
        return false;
    }
    return is_finite(l, at) || (best->upos == TR_UPOS_CCONJ && !is_adding(l, at));
}

/** @param end  of the sentence. */
struct shape nb_link_shape(const struct linker *l, const struct nb_find *find, size_t end);

/** Fill l->find_at, and by token whether it is part of an opinion. */
void nb_link_mark_finds(struct linker *l, bool *taken);

#endif
