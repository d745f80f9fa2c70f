#include "analyzer/annotate_private.h"

#include <inttypes.h>

enum { TOLD_MILLI = 500, NAMED_WORDS = 5 };

/* "synthetic 812: 4 of 6 words as dictionaries list them: ..." */
static enum nb_err tell(struct annotate *a, const struct nb_reading_text *text, int32_t milli)
{
    size_t words_n = 0, listed_n = 0;
    const char *words = "";
    for (size_t i = 0; words && i < text->tokens_n; i++) {
        const struct tr_token *token = &text->tokens[i];
        words_n += nb_synthetic_counts(text->tokens, text->tokens_n, i);
        if (nb_synthetic_is_listed(&a->knowledge->synthetic, text->tokens, text->readings,
                                   text->tokens_n, i)) {
            struct nb_slice word = nb_slice_sub(text->text, token->begin, token->end);
            words = listed_n < NAMED_WORDS ? nb_arena_printf(a->arena, "%s%s\"%.*s\"", words,
                                                             listed_n ? ", " : "", NB_ARG(word))
                                           : words;
            listed_n++;
        }
    }
    const char *line =
        words
            ? nb_arena_printf(a->arena,
                              "synthetic %" PRId32 ": %zu of %zu words are as dictionaries list "
                              "them and people hardly write them: %s%s",
                              milli, listed_n, words_n, words, listed_n > NAMED_WORDS ? " ..." : "")
            : NULL;
    return nb_annotate_why(a, line) ? NB_OK : NB_ENOMEM;
}

/* Feeds may have a short post as the title alone. */
enum nb_err nb_annotate_synthetic(struct annotate *a)
{
    const struct nb_reading_text *text = a->text.tokens_n ? &a->text : &a->title;
    bool turkish = tr_language_may_be_turkish(&a->language);
    int32_t milli = turkish ? nb_synthetic_judge(&a->knowledge->synthetic, text) : 0;
    a->out->has_synthetic_milli = true;
    a->out->synthetic_milli = milli;
    return milli >= TOLD_MILLI && !a->sum.brief ? tell(a, text, milli) : NB_OK;
}
