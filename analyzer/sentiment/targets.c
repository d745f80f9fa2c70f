#include "analyzer/sentiment/targets.h"

enum { LABEL_FROM = 100, MILLI_MAX = 1000 };

enum nb_opinion_label nb_target_label(int64_t milli)
{
    return milli <= -LABEL_FROM  ? NB_OPINION_NEGATIVE
           : milli >= LABEL_FROM ? NB_OPINION_POSITIVE
                                 : NB_OPINION_NEUTRAL;
}

static bool same_words(const struct nb_reading_text *text, const struct nb_target *target,
                       const struct nb_phrase *phrase)
{
    if (target->end - target->begin != phrase->end - phrase->begin) {
        return false;
    }
    for (uint32_t i = 0; i < target->end - target->begin; i++) {
        if (!nb_slice_eq(text->readings[target->begin + i].lemma,
                         text->readings[phrase->begin + i].lemma)) {
            return false;
        }
    }
    return true;
}

static struct nb_target *target_for(const struct nb_reading_text *text,
                                    const struct nb_phrase *phrase, struct nb_target *all,
                                    size_t *n)
{
    for (size_t i = 0; i < *n; i++) {
        if (same_words(text, &all[i], phrase)) {
            if (phrase->begin < all[i].begin) {
                all[i].begin = phrase->begin;
                all[i].end = phrase->end;
            }
            return &all[i];
        }
    }
    if (*n == NB_TARGETS_MAX) {
        return NULL;
    }
    all[*n] = (struct nb_target){
        .begin = phrase->begin, .end = phrase->end, .lemma = text->readings[phrase->end - 1].lemma};
    return &all[(*n)++];
}

static void sort_by_place(struct nb_target *all, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct nb_target moved = all[i];
        size_t at = i;
        for (; at > 0 && all[at - 1].begin > moved.begin; at--) {
            all[at] = all[at - 1];
        }
        all[at] = moved;
    }
}

enum nb_err nb_targets_of(const struct nb_reading_text *text, const struct nb_links *links,
                          struct nb_arena *arena, struct nb_target **out, size_t *out_n)
{
    size_t cap = links->n < NB_TARGETS_MAX ? links->n : NB_TARGETS_MAX;
    *out_n = 0;
    *out = nb_arena_alloc(arena, cap * sizeof(**out));
    if (!*out) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < links->n; i++) {
        const struct nb_phrase *phrase = &links->phrases.all[links->all[i].phrase];
        struct nb_target *target = target_for(text, phrase, *out, out_n);
        if (target) {
            int32_t sum = target->milli + links->all[i].milli;
            target->milli = sum > MILLI_MAX ? MILLI_MAX : sum < -MILLI_MAX ? -MILLI_MAX : sum;
        }
    }
    for (size_t i = 0; i < *out_n; i++) {
        (*out)[i].label = nb_target_label((*out)[i].milli);
    }
    sort_by_place(*out, *out_n);
    return NB_OK;
}
