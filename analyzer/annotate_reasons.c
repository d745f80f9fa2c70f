/*
 * The opinions of title and text, strongest first, as a list for programs and as one line for
 * people: `negative -435: "berbat" -900 (polarity.txt:432); "harika" +900 -> +450, outweighed by
 * what follows (polarity.txt:204); learnt, for negative: "batarya" +120`.
 */
#include "analyzer/annotate_private.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/text.h>

enum { SHOWN_MAX = 3, WORDS_BYTES_MAX = 120, REASONS_MAX = 256 };

static const char *file_of(uint8_t file)
{
    return file == NB_STEP_SUFFIXES ? "suffixes.txt" : nb_opinion_files[file];
}

/* The words of an entry, as its keys have them. */
static char *entry_of(const struct annotate *a, const struct tr_term *term)
{
    char *entry = nb_arena_printf(a->arena, "%s", "");
    for (size_t i = 0; entry && i < term->words_n; i++) {
        struct nb_slice key = tr_lexicon_key_text(a->knowledge->lexicon, term->keys[i]);
        entry = nb_arena_printf(a->arena, "%s%s%.*s", entry, i ? " " : "", NB_ARG(key));
    }
    return entry;
}

static enum nb_err put_shifts(struct annotate *a, const struct nb_find *find, Nb__Reason *out)
{
    size_t n = find->steps_n;
    Nb__Shift *all = nb_arena_alloc(a->arena, n * sizeof(*all));
    out->shifts = nb_arena_alloc(a->arena, n * sizeof(*out->shifts));
    if (!all || !out->shifts) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct nb_shift_step *step = &find->steps[i];
        const char *words = nb_shift_words((enum nb_shift)step->kind);
        nb__shift__init(&all[i]);
        all[i].what = nb_arena_strdup(a->arena, nb_slice_str(words));
        all[i].has_line = step->line > 0;
        all[i].line = step->line;
        all[i].file =
            all[i].has_line ? nb_arena_strdup(a->arena, nb_slice_str(file_of(step->file))) : NULL;
        if (!all[i].what || (all[i].has_line && !all[i].file)) {
            return NB_ENOMEM;
        }
        out->shifts[i] = &all[i];
    }
    out->n_shifts = n;
    return NB_OK;
}

static Nb__Reason *reason_of(struct annotate *a, const struct nb_find *find)
{
    const struct nb_reading_text *text = find->text == 0 ? &a->title : &a->text;
    uint32_t begin = text->tokens[find->begin].begin, end = text->tokens[find->end - 1].end;
    Nb__Reason *out = nb_arena_alloc(a->arena, sizeof(*out));
    if (!out) {
        return NULL;
    }
    nb__reason__init(out);
    out->words = nb_arena_strdup(a->arena, nb_slice_sub(text->text, begin, end));
    if (text == &a->text) {
        out->span = nb_arena_alloc(a->arena, sizeof(*out->span));
        if (!out->span) {
            return NULL;
        }
        nb_annotate_span(out->span, begin, end);
    }
    out->has_base_milli = out->has_milli = true;
    out->base_milli = find->base;
    out->milli = find->milli;
    if (find->term) {
        out->entry = entry_of(a, find->term);
        out->file = nb_arena_strdup(a->arena, nb_slice_str(nb_opinion_files[find->term->file]));
        out->has_line = true;
        out->line = find->term->line;
    } else {
        const char *words = nb_construct_words((enum nb_construct)find->construct);
        out->entry = nb_arena_strdup(a->arena, nb_slice_str(words));
    }
    bool whole = out->words && out->entry && (out->file || !find->term);
    return whole && put_shifts(a, find, out) == NB_OK ? out : NULL;
}

/* Stronger first; as strong: in the order of the text. */
static int by_strength(const void *a, const void *b)
{
    const struct nb_find *x = *(const struct nb_find *const *)a;
    const struct nb_find *y = *(const struct nb_find *const *)b;
    int32_t by = abs(y->milli) - abs(x->milli);
    return by ? by : (x > y) - (x < y);
}

static enum nb_err put_reasons(struct annotate *a)
{
    size_t n = a->sum.finds_n;
    const struct nb_find **order = nb_arena_alloc(a->arena, n * sizeof(*order));
    if (!order) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = &a->sum.finds[i];
    }
    qsort(order, n, sizeof(*order), by_strength);
    n = n < REASONS_MAX ? n : REASONS_MAX;
    a->out->reasons = nb_arena_alloc(a->arena, n * sizeof(*a->out->reasons));
    if (!a->out->reasons) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        a->out->reasons[i] = reason_of(a, order[i]);
        if (!a->out->reasons[i]) {
            return NB_ENOMEM;
        }
    }
    a->out->n_reasons = n;
    return NB_OK;
}

/* `"guzel" +700 -> -560, turned by its negative suffix (polarity.txt:233)` */
static const char *reason_text(struct annotate *a, const Nb__Reason *reason)
{
    struct nb_slice words = nb_utf8_cut(nb_slice_str(reason->words), WORDS_BYTES_MAX);
    const char *text =
        nb_arena_printf(a->arena, "\"%.*s%s\" %+d", NB_ARG(words),
                        reason->words[words.len] ? "..." : "", (int)reason->base_milli);
    if (text && reason->milli != reason->base_milli) {
        text = nb_arena_printf(a->arena, "%s -> %+d", text, (int)reason->milli);
    }
    for (size_t i = 0; text && i < reason->n_shifts; i++) {
        text = nb_arena_printf(a->arena, "%s, %s", text, reason->shifts[i]->what);
    }
    if (!text) {
        return NULL;
    }
    return reason->file
               ? nb_arena_printf(a->arena, "%s (%s:%u)", text, reason->file, (unsigned)reason->line)
               : nb_arena_printf(a->arena, "%s (%s)", text, reason->entry);
}

/* `; learnt, for negative: "kargo" +310, "yine" +120` */
static char *add_weights(struct annotate *a, char *line)
{
    const struct nb_annotation *out = a->out;
    for (size_t i = 0; line && i < out->n_weights && i < SHOWN_MAX; i++) {
        const Nb__Weight *weight = out->weights[i];
        struct nb_slice word = nb_slice_sub(a->text.text, weight->span->begin, weight->span->end);
        const char *before = i ? "," : "; learnt, for ", *label = "", *colon = "";
        if (!i) {
            label = nb_label_name(out->sentiment->label);
            colon = ":";
        }
        line = nb_arena_printf(a->arena, "%s%s%s%s \"%.*s\" %+d", line, before, label, colon,
                               NB_ARG(nb_utf8_cut(word, WORDS_BYTES_MAX)), (int)weight->milli);
    }
    return line;
}

static enum nb_err put_line(struct annotate *a)
{
    struct nb_annotation *out = a->out;
    int score = out->sentiment->score_milli;
    const char *sign = score > 0 ? "+" : "";
    char *line =
        nb_arena_printf(a->arena, "%s %s%d", nb_label_name(out->sentiment->label), sign, score);
    for (size_t i = 0; line && i < out->n_reasons && i < SHOWN_MAX; i++) {
        const char *text = reason_text(a, out->reasons[i]);
        line = text ? nb_arena_printf(a->arena, "%s%s %s", line, i ? ";" : ":", text) : NULL;
    }
    if (line && a->sum.finds_n > SHOWN_MAX) {
        line = nb_arena_printf(a->arena, "%s; and %zu more", line, a->sum.finds_n - SHOWN_MAX);
    }
    if (line && !out->n_reasons) {
        line = nb_arena_printf(a->arena, "%s: no word of the lexicons is for or against", line);
    }
    line = line ? add_weights(a, line) : NULL;
    out->why_text = line;
    return line ? NB_OK : NB_ENOMEM;
}

enum nb_err nb_annotate_reasons(struct annotate *a)
{
    enum nb_err err = a->sum.finds_n ? put_reasons(a) : NB_OK;
    return err == NB_OK ? put_line(a) : err;
}
