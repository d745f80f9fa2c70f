/*
 * Sentences and tokens as the annotation shows them: recomputed for who asks, never stored.
 */
#include "analyzer/annotate_private.h"

enum { FEATURES_BYTES_MAX = 512 };

static enum nb_err put_sentences(struct annotate *a)
{
    size_t n = a->text.sentences_n;
    Nb__Span *spans = nb_arena_alloc(a->arena, n * sizeof(*spans));
    Nb__Span **list = nb_arena_alloc(a->arena, n * sizeof(*list));
    if (!spans || !list) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct tr_sentence *s = &a->text.sentences[i];
        nb_annotate_span(&spans[i], a->text.tokens[s->begin].begin, a->text.tokens[s->end - 1].end);
        list[i] = &spans[i];
    }
    a->out->sentences = list;
    a->out->n_sentences = n;
    return NB_OK;
}

/* How a word was found that is not in the lexicon as typed. */
static enum nb_err put_stage(const struct annotate *a, const struct tr_reading *reading,
                             Nb__Token *out)
{
    const char *name = tr_stage_name((enum tr_stage)reading->stage);
    if (reading->stage == TR_STAGE_EXACT) {
        return NB_OK;
    }
    out->stage = nb_arena_strdup(a->arena, nb_slice_str(name));
    if (reading->normal.len) {
        out->normal = nb_arena_strdup(a->arena, reading->normal);
    }
    return out->stage && (out->normal || !reading->normal.len) ? NB_OK : NB_ENOMEM;
}

static enum nb_err put_upos(const struct annotate *a, const struct tr_reading *reading,
                            Nb__Token *out)
{
    if (!reading->analyses_n) {
        return NB_OK;
    }
    const char *name = tr_upos_name((enum tr_upos)reading->analyses[0].upos);
    out->upos = nb_arena_strdup(a->arena, nb_slice_str(name));
    return out->upos ? NB_OK : NB_ENOMEM;
}

static enum nb_err put_tokens(struct annotate *a)
{
    size_t n = a->text.tokens_n;
    struct token {
        Nb__Token token;
        Nb__Span span;
    } *all = nb_arena_alloc(a->arena, n * sizeof(*all));
    Nb__Token **list = nb_arena_alloc(a->arena, n * sizeof(*list));
    if (!all || !list) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct tr_reading *reading = &a->text.readings[i];
        nb__token__init(&all[i].token);
        nb_annotate_span(&all[i].span, a->text.tokens[i].begin, a->text.tokens[i].end);
        all[i].token.span = &all[i].span;
        all[i].token.lemma = nb_arena_strdup(a->arena, reading->lemma);
        if (!all[i].token.lemma) {
            return NB_ENOMEM;
        }
        if (put_stage(a, reading, &all[i].token) != NB_OK ||
            put_upos(a, reading, &all[i].token) != NB_OK) {
            return NB_ENOMEM;
        }
        if (reading->features) {
            char text[FEATURES_BYTES_MAX];
            size_t len = tr_core_features_text(tr_lexicon_core(a->knowledge->lexicon),
                                               reading->features, text, sizeof(text));
            all[i].token.features = nb_arena_strdup(a->arena, nb_slice(text, len));
            if (!all[i].token.features) {
                return NB_ENOMEM;
            }
        }
        list[i] = &all[i].token;
    }
    a->out->tokens = list;
    a->out->n_tokens = n;
    return NB_OK;
}

enum nb_err nb_annotate_tokens(struct annotate *a)
{
    enum nb_err err = put_sentences(a);
    return err == NB_OK ? put_tokens(a) : err;
}
