/*
 * The examples in the rules of life events: they are of the rules, not of the second opinion.
 */
#include <nabiz/knowledge.h>

#include <stdio.h>
#include <string.h>

#include "analyzer/knowledge_private.h"

enum { EXAMPLE_BYTES_MAX = 8 << 20, ANSWER_BYTES = 64 };

const char *nb_knowledge_event_lexicon(size_t i)
{
    return i < NB_EVENT_TYPES_N ? nb_event_type_name((enum nb_event_type)i) : NULL;
}

/* "self happened reported" */
static void answer(const struct nb_annotation *a, struct nb_slice type, struct nb_slice want,
                   char *out)
{
    (void)snprintf(out, ANSWER_BYTES, "none");
    for (size_t i = 0; i < a->n_life_events; i++) {
        const Nb__LifeEvent *event = a->life_events[i];
        if (nb_slice_eq(type, nb_slice_str(event->type))) {
            bool hearsay = strcmp(event->evidential, "reported") == 0;
            (void)snprintf(out, ANSWER_BYTES, "%s %s%s", event->subject, event->stage,
                           hearsay && nb_slice_ends(want, NB_LIT("reported")) ? " reported" : "");
        }
    }
}

static enum nb_err annotate_text(const struct nb_knowledge *knowledge, struct nb_slice text,
                                 struct nb_arena *arena, struct nb_annotation **out)
{
    nb_arena_reset(arena);
    struct nb_document *document = nb_document_new(arena);
    if (!document || !(document->text = nb_arena_strdup(arena, text))) {
        return NB_ENOMEM;
    }
    return nb_annotate_briefly(document, knowledge, NULL, arena, out);
}

enum nb_err nb_knowledge_check_events(const struct nb_knowledge *knowledge, struct nb_slice type,
                                      struct nb_slice lexicon, nb_knowledge_fail_fn *fail,
                                      void *context, size_t *examples_n, size_t *failed_n)
{
    struct nb_arena *arena = nb_arena_new(EXAMPLE_BYTES_MAX);
    struct nb_slice line, text, want;
    enum nb_err err = arena ? NB_OK : NB_ENOMEM;
    size_t number = 0;
    nb_events_rules_alone(knowledge->events, true);
    for (struct nb_slice rest = lexicon; err == NB_OK && nb_slice_split(&rest, '\n', &line);) {
        struct nb_slice examples = nb_event_examples(line);
        number++;
        while (err == NB_OK && nb_event_example(&examples, &text, &want) && text.p) {
            struct nb_annotation *a = NULL;
            char got[ANSWER_BYTES];
            err = annotate_text(knowledge, text, arena, &a);
            if (err != NB_OK) {
                break;
            }
            *examples_n += 1;
            answer(a, type, want, got);
            if (!nb_slice_eq(want, nb_slice_str(got))) {
                *failed_n += 1;
                fail(context, number, text, want, got);
            }
        }
    }
    nb_events_rules_alone(knowledge->events, false);
    nb_arena_free(arena);
    return err;
}
