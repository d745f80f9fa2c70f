#include <nabiz/knowledge.h>

#include <string.h>

#include "analyzer/knowledge_private.h"

enum { EXAMPLE_BYTES_MAX = 8 << 20 };

const char *nb_knowledge_lexicon(size_t i)
{
    return i < NB_OPINION_FILES_N ? nb_opinion_files[i] : NULL;
}

/* The sign that is wanted if the annotation has it, else its first one. */
static const char *answer_sign(const struct nb_annotation *a, enum nb_sign wanted)
{
    if (wanted != NB_SIGN_N && (a->signs >> wanted & 1)) {
        return nb_sign_name(wanted);
    }
    for (int i = 0; i < NB_SIGN_N; i++) {
        if (a->signs >> i & 1) {
            return nb_sign_name((enum nb_sign)i);
        }
    }
    return "none";
}

/* What the annotation says where `want` speaks of a label, a sign, an emotion or an intent. */
static const char *answer(const struct nb_annotation *a, struct nb_slice want)
{
    static const Nb__Label labels[] = {NB__LABEL__NEGATIVE, NB__LABEL__NEUTRAL,
                                       NB__LABEL__POSITIVE};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (nb_slice_eq(want, nb_slice_str(nb_label_name(labels[i])))) {
            return nb_label_name(a->sentiment->label);
        }
    }
    if (nb_slice_eq(want, NB_LIT("none")) || nb_sign_named(want) != NB_SIGN_N) {
        return answer_sign(a, nb_sign_named(want));
    }
    for (size_t i = 0; i < a->n_emotions; i++) {
        if (nb_slice_eq(want, nb_slice_str(a->emotions[i]->type))) {
            return a->emotions[i]->type;
        }
    }
    for (size_t i = 0; i < a->n_intents; i++) {
        if (nb_slice_eq(want, nb_slice_str(a->intents[i]))) {
            return a->intents[i];
        }
    }
    if (nb_emotion_named(want) != NB_EMOTION_N) {
        return a->n_emotions ? a->emotions[0]->type : "no emotion";
    }
    return a->n_intents ? a->intents[0] : "no intent";
}

enum nb_err nb_knowledge_check(const struct nb_knowledge *knowledge, struct nb_slice lexicon,
                               nb_knowledge_fail_fn *fail, void *context, size_t *examples_n,
                               size_t *failed_n)
{
    struct nb_arena *arena = nb_arena_new(EXAMPLE_BYTES_MAX);
    struct nb_slice raw, text, want;
    enum nb_err err = arena ? NB_OK : NB_ENOMEM;
    size_t number = 0;
    for (struct nb_slice rest = lexicon; err == NB_OK && nb_slice_split(&rest, '\n', &raw);) {
        struct nb_lexicon_line line;
        number++;
        if (nb_lexicon_line(raw, &line)) {
            continue; /* a bad line, which loading has reported */
        }
        while (err == NB_OK && nb_lexicon_example(&line.examples, &text, &want)) {
            struct nb_annotation *a = NULL;
            nb_arena_reset(arena);
            struct nb_document *document = nb_document_new(arena);
            err = document && (document->text = nb_arena_strdup(arena, text))
                      ? nb_annotate_by_lexicons(document, knowledge, arena, &a)
                      : NB_ENOMEM;
            if (err != NB_OK) {
                break;
            }
            *examples_n += 1;
            const char *got = answer(a, want);
            if (!nb_slice_eq(want, nb_slice_str(got))) {
                *failed_n += 1;
                fail(context, number, text, want, got);
            }
        }
    }
    nb_arena_free(arena);
    return err;
}
