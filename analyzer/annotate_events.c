/*
 * Life events are found in the text; the title only counts as what stands around.
 */
#include "analyzer/annotate_private.h"

static enum nb_err explain(struct annotate *a, const struct nb_event *event)
{
    if (a->sum.brief) {
        return NB_OK;
    }
    struct nb_slice words = nb_slice_sub(a->text.text, a->text.tokens[event->begin].begin,
                                         a->text.tokens[event->end - 1].end);
    const char *type = nb_event_type_name((enum nb_event_type)event->type);
    const char *line = nb_arena_printf(a->arena, "\"%.*s\" life event %s (events/%s.txt:%u)",
                                       NB_ARG(words), type, type, (unsigned)event->line);
    return nb_annotate_why(a, line) ? NB_OK : NB_ENOMEM;
}

/* When, where, and what follows. The first day's begin and the last one's end. */
static bool put_details(const struct annotate *a, const struct nb_event *event, Nb__LifeEvent *out)
{
    struct nb_event_details details;
    int32_t day = nb_day_of(a->out->at_ms);
    nb_event_details_of(&a->knowledge->event_details, &a->text, event,
                        a->out->has_at_ms ? &day : NULL, &details);
    if (details.has_when) {
        out->has_from_ms = out->has_to_ms = true;
        out->from_ms = nb_day_ms(details.when.from);
        out->to_ms = nb_day_ms(details.when.to + 1);
    }
    if (details.next_kind) {
        out->has_next_from_ms = out->has_next_to_ms = true;
        out->next = nb_arena_strdup(a->arena, nb_slice_str(details.next_kind));
        out->next_from_ms = nb_day_ms(details.next.from);
        out->next_to_ms = nb_day_ms(details.next.to + 1);
    }
    if (details.city) {
        out->city = nb_arena_strdup(a->arena, nb_slice_str(details.city));
    }
    return (out->next || !details.next_kind) && (out->city || !details.city);
}

static enum nb_err put_event(struct annotate *a, const struct nb_event *event, Nb__LifeEvent *out)
{
    Nb__Span *span = nb_arena_alloc(a->arena, sizeof(*span));
    const char *type = nb_event_type_name((enum nb_event_type)event->type);
    const char *subject = nb_event_subject_name((enum nb_event_subject)event->subject);
    const char *stage = nb_event_stage_name((enum nb_event_stage)event->stage);
    nb__life_event__init(out);
    out->type = nb_arena_strdup(a->arena, nb_slice_str(type));
    out->subject = nb_arena_strdup(a->arena, nb_slice_str(subject));
    out->stage = nb_arena_strdup(a->arena, nb_slice_str(stage));
    out->evidential =
        nb_arena_strdup(a->arena, event->reported ? NB_LIT("reported") : NB_LIT("witnessed"));
    out->has_confidence_milli = true;
    out->confidence_milli = event->confidence_milli;
    if (!span || !out->type || !out->subject || !out->stage || !out->evidential) {
        return NB_ENOMEM;
    }
    nb_annotate_span(span, a->text.tokens[event->begin].begin, a->text.tokens[event->end - 1].end);
    out->span = span;
    return put_details(a, event, out) ? explain(a, event) : NB_ENOMEM;
}

enum nb_err nb_annotate_events(struct annotate *a)
{
    struct nb_event *events;
    size_t n;
    enum nb_err err =
        nb_events_find(a->knowledge->events, &a->title, &a->text, a->arena, &events, &n);
    if (err != NB_OK || !n) {
        return err;
    }
    Nb__LifeEvent *all = nb_arena_alloc(a->arena, n * sizeof(*all));
    Nb__LifeEvent **list = nb_arena_alloc(a->arena, n * sizeof(*list));
    if (!all || !list) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        err = put_event(a, &events[i], &all[i]);
        list[i] = &all[i];
    }
    a->out->life_events = list;
    a->out->n_life_events = n;
    return err;
}
