/*
 * Thanks and praise next to bad news are not meant ("bravo, üç haftadır gelmedi"); a picture is
 * read by the words it stands with ("rezalet" and tears of laughter). Praise of one thing beside
 * blame of another is meant: "ekran harika, batarya berbat". And what is good and bad in about
 * equal parts is neither.
 */
#include "analyzer/sentiment/opinion_private.h"

#include <stdint.h>
#include <stdlib.h>

enum {
    CUE_WORDS_MAX = 3,
    OTHERS_MAX = 1,     /* words beside an exclamation of praise */
    BAD_NEWS = -300,    /* the sum of what is against, from which praise is not believed */
    PICTURE_FROM = 300, /* the sum of words, for or against, from which pictures follow */
    PICTURE_MILLI = 200,
    MIXED_GOOD_MILLI = 560, /* a fourth over what a contrast leaves of good and bad */
    MIXED_BAD_MILLI = 750,
    NOUN_DISTANCE = 3, /* words between an opinion and the noun that it is about */
    NEAR = 4           /* opinions around praise, of which one may be blame of another thing */
};

struct weighed {
    int64_t words, ironic, curses;
};

/* An exclamation: nothing else is in its clause but what strengthens it. */
static bool alone(const struct nb_reader *r, const struct nb_find *find)
{
    const struct nb_clause *clause = &r->sum->clauses[find->clause];
    size_t others = 0;
    for (size_t at = clause->begin; at < clause->end && others <= OTHERS_MAX; at++) {
        bool inside = at >= find->begin && at < find->end;
        bool word = !inside && r->text->tokens[at].kind == TR_WORD && !r->marks[at].degree;
        others += r->marks[at].covered && word ? OTHERS_MAX + 1 : word;
    }
    return others <= OTHERS_MAX;
}

static bool may_be_ironic(const struct nb_reader *r, const struct nb_find *find)
{
    if (find->milli <= 0 || !find->term || find->construct) {
        return false;
    }
    for (size_t at = find->begin + 1; at < find->end; at++) { /* "çok teşekkürler" */
        if ((r->marks[at].cues >> NB_CUE_IRONIC & 1) && r->marks[at].thanks) {
            return true;
        }
    }
    for (size_t i = 0; i <= find->begin && i < CUE_WORDS_MAX; i++) { /* "ne güzel" begins before */
        const struct nb_mark *mark = &r->marks[find->begin - i];
        if ((mark->cues >> NB_CUE_IRONIC & 1) && (i == 0 || mark->shift_words_n > i) &&
            (mark->thanks || alone(r, find))) {
            return true;
        }
    }
    return false;
}

/* 1: a noun, 0: a word that may stand between it and its adjective, -1: anything else. */
static int noun_at(const struct nb_reader *r, size_t at, const struct nb_find *find)
{
    const struct tr_reading *reading = &r->text->readings[at];
    if (r->text->tokens[at].kind != TR_WORD || r->marks[at].clause != find->clause ||
        r->marks[at].covered) {
        return -1;
    }
    if (!reading->analyses_n) {
        return 1; /* a word that is not known: most likely a name */
    }
    unsigned upos = reading->analyses[0].upos;
    if (upos == TR_UPOS_NOUN || upos == TR_UPOS_PROPN || upos == TR_UPOS_X) {
        return 1;
    }
    return upos == TR_UPOS_ADV || upos == TR_UPOS_CCONJ || upos == TR_UPOS_DET ||
                   upos == TR_UPOS_NUM
               ? 0
               : -1;
}

/* The noun that a predicate or an attribute is about, SIZE_MAX for none. */
static size_t noun_of(const struct nb_reader *r, const struct nb_find *find, bool behind)
{
    size_t at = behind ? find->end : find->begin;
    for (int i = 0; i < NOUN_DISTANCE; i++) {
        if (behind ? at >= r->text->tokens_n : at == 0) {
            return SIZE_MAX;
        }
        size_t here = behind ? at : at - 1;
        int noun = noun_at(r, here, find);
        if (noun != 0) {
            return noun > 0 ? here : SIZE_MAX;
        }
        at = behind ? at + 1 : at - 1;
    }
    return SIZE_MAX;
}

/* "A kargo" and "B kargo" are two things. */
static bool is_same_thing(const struct nb_reader *r, size_t a, const struct nb_find *of_a, size_t b,
                          const struct nb_find *of_b)
{
    const struct tr_reading *readings = r->text->readings;
    if (a == b || !nb_slice_eq(readings[a].lemma, readings[b].lemma)) {
        return a == b;
    }
    bool named = a > 0 && b > 0 && noun_at(r, a - 1, of_a) > 0 && noun_at(r, b - 1, of_b) > 0;
    return !named || nb_slice_eq(readings[a - 1].lemma, readings[b - 1].lemma);
}

/* Praise and blame near it say the same sort of thing of two that differ. */
static bool is_of_another(const struct nb_reader *r, size_t index)
{
    size_t from = index < r->finds_from + NEAR ? r->finds_from : index - NEAR;
    size_t end = index + NEAR < r->sum->finds_n ? index + NEAR : r->sum->finds_n;
    for (int behind = 0; behind < 2; behind++) {
        size_t noun = noun_of(r, &r->sum->finds[index], behind);
        for (size_t i = from; noun != SIZE_MAX && i < end; i++) {
            const struct nb_find *find = &r->sum->finds[i];
            size_t other = find->milli < 0 ? noun_of(r, find, behind) : SIZE_MAX;
            if (other != SIZE_MAX && !is_same_thing(r, noun, &r->sum->finds[index], other, find)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_curse(const struct nb_reader *r, const struct nb_find *find)
{
    return find->milli < 0 && (r->marks[find->begin].cues >> NB_CUE_CURSE & 1);
}

/* "(!)" behind praise says that it is none. */
static bool is_mocked(const struct nb_reader *r)
{
    const struct tr_token *tokens = r->text->tokens;
    for (size_t at = 0; at + 2 < r->text->tokens_n; at++) {
        if (tokens[at].kind == TR_PUNCT && nb_slice_eq(tokens[at].folded, NB_LIT("(")) &&
            nb_slice_eq(tokens[at + 1].folded, NB_LIT("!")) &&
            nb_slice_eq(tokens[at + 2].folded, NB_LIT(")"))) {
            return true;
        }
    }
    return false;
}

static struct weighed weigh(const struct nb_reader *r)
{
    struct weighed w = {0, 0, 0};
    for (size_t i = r->finds_from; i < r->sum->finds_n; i++) {
        const struct nb_find *find = &r->sum->finds[i];
        if (may_be_ironic(r, find)) {
            w.ironic += find->milli;
        } else if (is_curse(r, find)) {
            w.curses += find->milli;
        } else if (!find->picture) {
            w.words += find->milli;
        }
    }
    return w;
}

/*
 * "güzel ama pahalı": what stands before a contrast keeps its weight where what follows is the
 * weaker of the two, up to making even with it.
 */
static void even_out(struct nb_reader *r)
{
    int64_t before = 0, after = 0, in_full = 0;
    for (size_t i = r->finds_from; i < r->sum->finds_n; i++) {
        const struct nb_find *find = &r->sum->finds[i];
        bool weakened = find->shifts & NB_SHIFT_BIT(NB_SHIFT_CONTRAST);
        before += weakened ? find->milli : 0;
        after += weakened ? 0 : find->milli;
    }
    in_full = before * 1000 / (before > 0 ? MIXED_GOOD_MILLI : MIXED_BAD_MILLI);
    if (!before || !after || (before > 0) == (after > 0) || llabs(in_full) < llabs(after) ||
        llabs(before) > llabs(after)) {
        return;
    }
    for (size_t i = r->finds_from; i < r->sum->finds_n; i++) {
        struct nb_find *find = &r->sum->finds[i];
        if (find->shifts & NB_SHIFT_BIT(NB_SHIFT_CONTRAST)) {
            find->milli = nb_scale(find->milli, (int32_t)(1000 * llabs(after) / llabs(before)));
        }
    }
}

void nb_irony_settle(struct nb_reader *r)
{
    even_out(r);
    struct weighed w = weigh(r);
    bool contrast = false;
    for (size_t i = r->finds_from; i < r->sum->finds_n; i++) {
        contrast |= r->sum->clauses[r->sum->finds[i].clause].before_contrast;
    }
    bool ironic = w.ironic > 0 && w.words + w.curses <= BAD_NEWS && !contrast;
    bool mocked = is_mocked(r);
    int64_t words = w.words + w.ironic;
    for (size_t i = r->finds_from; i < r->sum->finds_n; i++) {
        struct nb_find *find = &r->sum->finds[i];
        bool meant_otherwise = ironic && may_be_ironic(r, find) && !is_of_another(r, i);
        if (meant_otherwise || (mocked && find->milli > 0)) {
            nb_find_shift_term(find, NB_SHIFT_IRONY, NULL);
            r->sum->ironic = true;
        } else if (words >= PICTURE_FROM && is_curse(r, find)) {
            nb_find_shift_term(find, NB_SHIFT_CURSE, NULL);
            find->milli = 0;
        } else if (find->picture && ((find->milli > 0 && words <= -PICTURE_FROM) ||
                                     (find->milli < 0 && words >= PICTURE_FROM))) {
            nb_find_shift_term(find, NB_SHIFT_PICTURE, NULL);
            find->milli = nb_scale(find->milli, PICTURE_MILLI);
        }
    }
}
