#include "analyzer/topics/topics.h"

#include <stdlib.h>

void nb_topics_init(struct nb_topics *topics, struct tr_lexicon *lexicon, struct nb_arena *arena)
{
    *topics = (struct nb_topics){.lexicon = lexicon, .arena = arena};
    tr_terms_init(&topics->terms, arena);
}

/*
 * Key that stands for a word of a query matched by lemma: the word itself when it is a dictionary
 * form, the lemma of its best reading when it is inflected, a new root when it is unknown.
 */
static tr_key lemma_key(struct nb_topics *topics, const struct tr_token *token,
                        struct nb_arena *scratch)
{
    static const unsigned derived = TR_DERIVED | TR_LEMMA_DERIVED;
    struct tr_reading reading;
    tr_read(topics->lexicon, token, scratch, &reading);
    for (size_t i = 0; i < reading.analyses_n; i++) {
        if (reading.analyses[i].steps == 0 && !(reading.analyses[i].flags & TR_PLAIN)) {
            return reading.keys[i];
        }
    }
    if (reading.analyses_n && !(reading.analyses[0].flags & (TR_PLAIN | derived))) {
        return reading.keys[0];
    }
    if (tr_lexicon_add_root(topics->lexicon, token->folded, TR_UPOS_NOUN) == NB_ENOMEM) {
        return 0;
    }
    return tr_lexicon_key(topics->lexicon, token->folded);
}

static enum nb_err add_term(struct nb_topics *topics, const struct nb_topic_term *from,
                            struct nb_arena *scratch)
{
    struct tr_term term = {.payload = (uint32_t)topics->n,
                           .line = from->line,
                           .pos = TR_TERM_ANY_POS,
                           .words_n = (uint8_t)from->words_n};
    for (size_t i = 0; i < from->words_n; i++) {
        bool last = i + 1 == from->words_n;
        struct tr_token *tokens;
        size_t n;
        if (tr_tokenise(from->words[i], scratch, &tokens, &n) != NB_OK) {
            return NB_ENOMEM;
        }
        bool word = n == 1 && tokens[0].kind == TR_WORD;
        term.keys[i] = last && word ? lemma_key(topics, &tokens[0], scratch)
                                    : tr_lexicon_key(topics->lexicon, from->words[i]);
        term.as_written |= (uint8_t)(!last << i);
        if (!term.keys[i]) {
            return NB_ENOMEM;
        }
    }
    return tr_terms_add(&topics->terms, &term);
}

enum nb_err nb_topics_add(struct nb_topics *topics, struct nb_slice name,
                          const struct nb_topic_query *query, struct nb_arena *scratch)
{
    if (topics->n == topics->cap) {
        size_t cap = topics->cap ? topics->cap * 2 : 64;
        const char **grown = nb_arena_grow(topics->arena, topics->names,
                                           topics->cap * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        topics->names = grown;
        topics->cap = cap;
    }
    topics->names[topics->n] = nb_arena_strdup(topics->arena, name);
    if (!topics->names[topics->n]) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < query->terms_n; i++) {
        enum nb_err err = add_term(topics, &query->terms[i], scratch);
        if (err != NB_OK) {
            return err;
        }
    }
    topics->n++;
    return NB_OK;
}

enum nb_err nb_topics_seal(struct nb_topics *topics)
{
    return tr_terms_seal(&topics->terms, tr_lexicon_keys_n(topics->lexicon));
}

static int by_topic_and_place(const void *a, const void *b)
{
    const struct nb_topic_find *x = a, *y = b;
    if (x->topic != y->topic) {
        return x->topic < y->topic ? -1 : 1;
    }
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    if (x->end != y->end) {
        return x->end > y->end ? -1 : 1;
    }
    return (x->term->line > y->term->line) - (x->term->line < y->term->line);
}

enum nb_err nb_topics_find(const struct nb_topics *topics, const struct tr_reading *readings,
                           size_t readings_n, struct nb_arena *arena, struct nb_topic_find **out,
                           size_t *out_n)
{
    size_t n = 0, cap = 0;
    struct nb_topic_find *all = NULL;
    for (size_t at = 0; at < readings_n && topics->terms.n; at++) {
        struct tr_cursor cursor = {0};
        struct tr_match match;
        while (tr_terms_next(&topics->terms, readings, readings_n, at, TR_ANY_READING, &cursor,
                             &match)) {
            if (n == cap) {
                size_t wider = cap ? cap * 2 : 8;
                struct nb_topic_find *grown =
                    nb_arena_grow(arena, all, cap * sizeof(*all), wider * sizeof(*all));
                if (!grown) {
                    return NB_ENOMEM;
                }
                all = grown;
                cap = wider;
            }
            all[n++] = (struct nb_topic_find){match.term->payload, (uint32_t)at,
                                              (uint32_t)(at + match.term->words_n), match.term};
        }
    }
    if (n > 1) {
        qsort(all, n, sizeof(*all), by_topic_and_place);
    }
    *out = all;
    *out_n = n;
    return NB_OK;
}
