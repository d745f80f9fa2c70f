/*
 * Any bytes as title and text, parted by NUL, through the whole of annotation with the lexicons as
 * they are shipped: every span lies within the text between two code points, targets are bounded,
 * scores are within their range, and who asks briefly is told the same.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <nabiz/diag.h>
#include <nabiz/knowledge.h>
#include <nabiz/text.h>

#include "analyzer/sentiment/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct nb_knowledge *knowledge(void)
{
    static struct nb_knowledge *loaded;
    struct nb_error error = {0};
    if (!loaded) {
        nb_diag_set_level(NB_ERROR);
        enum nb_err err = nb_knowledge_load("lexicons", NULL, &loaded, NULL, &error);
        assert(err == NB_OK);
    }
    return loaded;
}

static void check_span(const char *text, const Nb__Span *span)
{
    size_t len = strlen(text);
    assert(span->begin < span->end && span->end <= len);
    assert((text[span->begin] & 0xc0) != 0x80 && (text[span->end] & 0xc0) != 0x80);
}

static void check_score(const Nb__Sentiment *s)
{
    assert(s->score_milli >= -1000 && s->score_milli <= 1000);
    assert(s->label >= NB__LABEL__NEGATIVE && s->label <= NB__LABEL__POSITIVE);
}

static void check(const struct nb_annotation *all, const struct nb_annotation *brief,
                  const char *text)
{
    check_score(all->sentiment);
    assert(all->sentiment->label == brief->sentiment->label);
    assert(all->sentiment->score_milli == brief->sentiment->score_milli);
    assert(all->n_targets <= NB_TARGETS_MAX && all->n_targets == brief->n_targets);
    for (size_t i = 0; i < all->n_targets; i++) {
        check_span(text, all->targets[i]->span);
        check_score(all->targets[i]->sentiment);
        assert(all->targets[i]->span->begin == brief->targets[i]->span->begin);
        assert(all->targets[i]->sentiment->score_milli ==
               brief->targets[i]->sentiment->score_milli);
    }
    for (size_t i = 0; i < all->n_reasons; i++) {
        if (all->reasons[i]->span) {
            check_span(text, all->reasons[i]->span);
        }
    }
    for (size_t i = 0; i < all->n_tokens; i++) {
        check_span(text, all->tokens[i]->span);
    }
    assert(all->why_text && strlen(all->why_text) < 4096);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nb_arena *arena = nb_arena_new((size_t)256 << 20);
    struct nb_slice in = nb_slice(data, size), title, text;
    size_t cut = nb_slice_find_byte(in, '\0', 0);
    assert(arena);
    struct nb_document *document = nb_document_new(arena);
    struct nb_annotation *all, *brief;
    if (document &&
        nb_utf8_repair(nb_slice_sub(in, 0, cut == NB_NPOS ? 0 : cut), arena, &title) == NB_OK &&
        nb_utf8_repair(nb_slice_sub(in, cut == NB_NPOS ? 0 : cut + 1, size), arena, &text) ==
            NB_OK) {
        document->title = nb_arena_strdup(arena, title);
        document->text = nb_arena_strdup(arena, text);
        if (document->title && document->text &&
            nb_annotate(document, knowledge(), arena, &all) == NB_OK &&
            nb_annotate_briefly(document, knowledge(), NULL, arena, &brief) == NB_OK) {
            check(all, brief, document->text);
        }
    }
    nb_arena_free(arena);
    return 0;
}
