#include "analyzer/turkish/tagger.h"

enum { FEATURES_BYTES = 512 };

static const char *const pos_names[TR_POS_N] = {"NOUN", "VERB", "ADJ", "ADV", "PRON", "PART"};

static enum nb_err tag_analysis(const struct tr_lexicon *lexicon, const struct tr_old_analysis *a,
                                struct nb_arena *arena, struct tr_tag *out)
{
    char features[FEATURES_BYTES];
    size_t len = tr_features_text(lexicon, a->features, features, sizeof(features));
    const char *copy = nb_arena_strdup(arena, nb_slice(features, len));
    *out = (struct tr_tag){.lemma = a->root->lemma,
                           .upos = pos_names[a->root->pos],
                           .features = nb_slice(copy, copy ? len : 0),
                           .covered = true};
    return copy ? NB_OK : NB_ENOMEM;
}

static enum nb_err tag_other(const struct tr_token *token, const struct tr_reading *reading,
                             struct tr_tag *out)
{
    const char *upos = token->kind == TR_PUNCT    ? "PUNCT"
                       : token->kind == TR_NUMBER ? "NUM"
                       : token->kind == TR_WORD   ? "NOUN"
                                                  : "X";
    *out = (struct tr_tag){.lemma = reading->lemma, .upos = upos};
    return NB_OK;
}

enum nb_err tr_tag_word(const struct tr_lexicon *lexicon, struct nb_slice form,
                        struct nb_arena *arena, struct tr_tag *out, size_t *out_n)
{
    struct tr_token *tokens;
    struct tr_reading reading;
    size_t tokens_n;
    enum nb_err err = tr_tokenise(form, arena, &tokens, &tokens_n);
    if (err != NB_OK) {
        return err;
    }
    if (tokens_n != 1) {
        *out = (struct tr_tag){.lemma = form, .upos = "X"};
        *out_n = 1;
        return NB_OK;
    }
    tr_read(lexicon, &tokens[0], &reading);
    *out_n = reading.analyses_n ? reading.analyses_n : 1;
    if (!reading.analyses_n) {
        return tag_other(&tokens[0], &reading, out);
    }
    for (size_t i = 0; err == NB_OK && i < reading.analyses_n; i++) {
        err = tag_analysis(lexicon, &reading.analyses[i], arena, &out[i]);
    }
    return err;
}

enum nb_err tr_tag_sentence(const struct tr_lexicon *lexicon, const struct tr_form *forms, size_t n,
                            struct nb_arena *arena, struct tr_tag *out)
{
    struct tr_tag tags[TR_TAGS_MAX];
    size_t tags_n;
    enum nb_err err = NB_OK;
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = tr_tag_word(lexicon, forms[i].text, arena, tags, &tags_n);
        out[i] = tags[0];
    }
    return err;
}
