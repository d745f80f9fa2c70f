/*
 * An opinion is worth what its line says, times the degree before it, turned as often as something
 * turns it, times what weakens or stresses it. The constants were set on posts labelled for
 * training.
 */
#include "analyzer/sentiment/opinion_private.h"

enum {
    BACK = 2,                 /* tokens before an opinion that may strengthen or weaken it */
    TURNED_GOOD_MILLI = -800, /* "not good" is a little weaker than "bad" */
    TURNED_BAD_MILLI = -500,  /* "not bad" is much weaker than "good" */
    GOOD_BEFORE_CONTRAST_MILLI = 450,
    BAD_BEFORE_CONTRAST_MILLI = 600,
    ASKED_GOOD_MILLI = 100,
    ASKED_BAD_MILLI = 100,
    GOOD_ON_CONDITION_MILLI = 200,
    BAD_ON_CONDITION_MILLI = 500,
    GOOD_HEARSAY_MILLI = 100,
    BAD_HEARSAY_MILLI = 300,
    QUOTED_MILLI = 200,
    TURNED_BACK_MILLI = -1100, /* "not not good" is nearly "good" */
    UNEQUALLED_MILLI = 1200,
    ASPECT_MILLI = 200,
    CAPITALS_MILLI = 1150,
    ELONGATED_MILLI = 1200,
    STRENGTH_MAX = 2000
};

static const char *const shift_words[] = {
#define X(id, words) words,
    NB_SHIFTS(X)
#undef X
};

static const char *const construct_words[] = {
#define X(id, words) words,
    NB_CONSTRUCTS(X)
#undef X
};

const char *nb_shift_words(enum nb_shift kind)
{
    return shift_words[kind];
}

const char *nb_construct_words(enum nb_construct construct)
{
    return construct_words[construct];
}

int32_t nb_scale(int32_t value, int32_t milli)
{
    int64_t scaled = (int64_t)value * milli / 1000;
    scaled = scaled > STRENGTH_MAX ? STRENGTH_MAX : scaled;
    return (int32_t)(scaled < -STRENGTH_MAX ? -STRENGTH_MAX : scaled);
}

struct nb_find *nb_find_new(struct nb_reader *r, size_t begin, size_t end, int32_t base)
{
    struct nb_opinion_sum *sum = r->sum;
    if (sum->finds_n == sum->finds_cap) {
        size_t cap = sum->finds_cap ? sum->finds_cap * 2 : 8;
        struct nb_find *grown = nb_arena_grow(r->arena, sum->finds, sum->finds_cap * sizeof(*grown),
                                              cap * sizeof(*grown));
        if (!grown) {
            return NULL;
        }
        sum->finds = grown;
        sum->finds_cap = cap;
    }
    struct nb_find *find = &sum->finds[sum->finds_n++];
    *find = (struct nb_find){.begin = (uint32_t)begin,
                             .end = (uint32_t)end,
                             .clause = r->marks[begin].clause,
                             .base = base,
                             .milli = base,
                             .text = (uint8_t)(sum->texts_n - 1)};
    for (size_t at = begin; at < end; at++) {
        r->marks[at].covered = true;
    }
    return find;
}

void nb_find_shift(struct nb_find *find, enum nb_shift kind, uint8_t file, uint32_t line)
{
    bool back = find->shifts & NB_SHIFT_TURNS;
    find->shifts |= NB_SHIFT_BIT(kind);
    if (find->steps_n < NB_STEPS_MAX) {
        find->steps[find->steps_n++] = (struct nb_shift_step){(uint8_t)kind, file, line};
    }
    if (NB_SHIFT_BIT(kind) & NB_SHIFT_TURNS) {
        int32_t turned = find->milli > 0 ? TURNED_GOOD_MILLI : TURNED_BAD_MILLI;
        find->milli = nb_scale(find->milli, back ? TURNED_BACK_MILLI : turned);
    }
}

void nb_find_shift_term(struct nb_find *find, enum nb_shift kind, const struct tr_term *term)
{
    nb_find_shift(find, kind, (uint8_t)(term ? term->file : NB_FILE_SHIFTERS),
                  term ? term->line : 0);
}

/*
 * The nearest word of degree in front. A word that is itself an opinion strengthens only what
 * stands directly behind it ("korkunç güzel", but "korkunç bir hizmet").
 */
static void apply_degree(const struct nb_reader *r, struct nb_find *find)
{
    for (size_t i = 1; i <= BACK && find->begin >= r->begin + i; i++) {
        size_t before = find->begin - i;
        const struct nb_mark *mark = &r->marks[before];
        if (nb_clause_border(r, before)) {
            return;
        }
        if (mark->degree && (i == 1 || !mark->opinion || !mark->opinion->value)) {
            enum nb_shift kind = mark->degree->kind == NB_CUE_INTENSIFIER ? NB_SHIFT_INTENSIFIED
                                                                          : NB_SHIFT_DIMINISHED;
            nb_find_shift_term(find, kind, mark->degree);
            find->milli = nb_scale(find->milli, mark->degree->value);
            return;
        }
    }
}

static void apply_emphasis(const struct nb_reader *r, struct nb_find *find)
{
    int32_t milli = 1000;
    for (size_t at = find->begin; at < find->end; at++) {
        if (r->text->tokens[at].capitals) {
            milli = milli > CAPITALS_MILLI ? milli : CAPITALS_MILLI;
        }
        if (r->text->tokens[at].elongated) {
            milli = ELONGATED_MILLI;
        }
    }
    if (milli > 1000) {
        nb_find_shift_term(find, NB_SHIFT_EMPHASIS, NULL);
    }
    find->milli = nb_scale(nb_scale(find->milli, milli), r->loud_milli);
}

static void apply_weakening(const struct nb_reader *r, struct nb_find *find)
{
    static const struct {
        enum nb_shift kind;
        int32_t good_milli, bad_milli;
    } weak[] = {
        {NB_SHIFT_QUESTION, ASKED_GOOD_MILLI, ASKED_BAD_MILLI},
        {NB_SHIFT_CONDITION, GOOD_ON_CONDITION_MILLI, BAD_ON_CONDITION_MILLI},
        {NB_SHIFT_HEARSAY, GOOD_HEARSAY_MILLI, BAD_HEARSAY_MILLI},
        {NB_SHIFT_CONTRAST, GOOD_BEFORE_CONTRAST_MILLI, BAD_BEFORE_CONTRAST_MILLI},
        {NB_SHIFT_UNEQUALLED, UNEQUALLED_MILLI, UNEQUALLED_MILLI},
        {NB_SHIFT_NEITHER, 0, 0},
    };
    if (nb_clause_of(r, find->begin)->before_contrast) {
        nb_find_shift_term(find, NB_SHIFT_CONTRAST, NULL);
    }
    if (r->marks[find->begin].quoted && (find->shifts & NB_SHIFT_BIT(NB_SHIFT_HEARSAY))) {
        find->milli = nb_scale(find->milli, QUOTED_MILLI);
    }
    for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        if (find->shifts & NB_SHIFT_BIT(weak[i].kind)) {
            find->milli =
                nb_scale(find->milli, find->milli > 0 ? weak[i].good_milli : weak[i].bad_milli);
        }
    }
}

/*
 * "lezzeti berbat": a good noun that the next opinion of its clause speaks of is no praise, nor is
 * what something is better than ("eskisinden daha güzel") said to be so.
 */
static void quiet_aspect(struct nb_reader *r, const struct nb_find *find,
                         const struct tr_analysis *analysis)
{
    struct nb_find *aspect = find - r->sum->finds > (ptrdiff_t)r->finds_from
                                 ? &r->sum->finds[find - r->sum->finds - 1]
                                 : NULL;
    if (!aspect || aspect->clause != find->clause || !analysis ||
        analysis->root_upos != TR_UPOS_ADJ || aspect->end != aspect->begin + 1) {
        return;
    }
    const struct tr_analysis *noun = r->marks[aspect->begin].analysis;
    bool praised = noun && noun->root_upos == TR_UPOS_NOUN && aspect->milli > 0 && find->milli < 0;
    bool compared = noun && noun->upos == TR_UPOS_NOUN && (noun->features & r->bits->ablative) &&
                    (find->begin == aspect->end ||
                     (r->marks[find->begin - 1].cues & (UINT64_C(1) << NB_CUE_SUCH)));
    if (praised || compared) {
        nb_find_shift_term(aspect, NB_SHIFT_ASPECT, NULL);
        aspect->milli = nb_scale(aspect->milli, ASPECT_MILLI);
    }
}

/* A bad word that only strengthens the next: "manyak güzel". */
static bool only_strengthens(const struct nb_reader *r, size_t at, size_t behind)
{
    const struct nb_mark *mark = &r->marks[at];
    return mark->degree && mark->degree->kind == NB_CUE_INTENSIFIER &&
           mark->degree->words_n == mark->opinion->words_n && behind < r->end &&
           r->marks[behind].opinion && r->marks[behind].opinion->value &&
           r->text->tokens[behind].kind == TR_WORD;
}

bool nb_shift_weigh(struct nb_reader *r, size_t at)
{
    const struct nb_mark *mark = &r->marks[at];
    const struct tr_term *term = mark->opinion;
    size_t behind = at + term->words_n;
    if (!term->value) { /* a term of strength 0 shields its words from other readings */
        for (size_t i = at; i < behind; i++) {
            r->marks[i].covered = true;
        }
        return true;
    }
    if (only_strengthens(r, at, behind)) {
        return true;
    }
    struct nb_find *find = nb_find_new(r, at, behind, term->value);
    if (!find) {
        return false;
    }
    find->term = term;
    find->picture = r->text->tokens[at].kind >= TR_EMOJI && r->text->tokens[at].kind < TR_PUNCT;
    if (!find->picture) {
        apply_degree(r, find);
        nb_shift_around(r, find, mark->analysis);
    }
    apply_emphasis(r, find);
    apply_weakening(r, find);
    quiet_aspect(r, find, mark->analysis);
    return true;
}
