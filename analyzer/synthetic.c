/*
 * Points follow the logarithm to base 2 of how much more frequent a class is among words drawn
 * evenly from our own lexicons, with the endings a dictionary lists (tests/lib/shuffle.h), than in
 * everyday posts; `build/tests/eval_synthetic --classes` recounts them. Against a shuffle they are
 * held back to 3 or 4, since a reading may be wrong, and further for what larger dictionaries than
 * ours list too: compounds (owned), small words that are rare, and words that we do not know. For
 * it, nouns that people do write now and then count nothing: lists of things are made of them.
 *
 * A mean over the words, with two words' worth of doubt added, so that short texts need more.
 */
#include "analyzer/synthetic.h"

enum {
    WORDS_LEAST = 2,
    ONE_KIND_LEAST = 3,
    DOUBT_WORDS = 2,
    LISTED_POINTS = 3,
    NAME_POINTS = 0, /* may be what is pushed */
    NOTHING_POINTS = -5,
    SLOGAN_POINTS = 2,  /* something is pushed, or else nothing is */
    REMARK_POINTS = -2, /* what people type: marks, lines, pictures, mentions */
    NUMBER_POINTS = -1,
    ONE_KIND_POINTS = -2, /* each word: things alone are a list */
    EVEN_MILLI = 25,      /* mean points, in thousandths, that are as likely either way */
    STEEP_MILLI = 500,    /* as much above is 750 */
    RARE_BELOW = 5,
    COMMON_BELOW = 9 /* logarithms of counts */
};

static const int8_t points[NB_FORMS_N][NB_FREQUENCIES_N] = {
    [NB_FORM_ADVERB] = {3, 1, -2, -4},       [NB_FORM_BARE] = {4, 0, -1, -3},
    [NB_FORM_FINITE] = {-3, -3, -3, -3},     [NB_FORM_FUNCTION] = {-1, -2, -3, -4},
    [NB_FORM_INFINITIVE] = {5, 2, 0, -2},    [NB_FORM_INFLECTED] = {-2, -3, -3, -3},
    [NB_FORM_PARTICIPLE] = {-3, -3, -3, -3}, [NB_FORM_OWNED] = {1, 1, 0, -2},
    [NB_FORM_UNKNOWN] = {0, 0, -2, -2},
};

static uint64_t features(const struct tr_core *core, const char *const *names)
{
    uint64_t set = 0;
    for (; *names; names++) {
        set |= tr_core_feature(core, *names);
    }
    return set;
}

void nb_synthetic_init(struct nb_synthetic *out, const struct tr_core *core)
{
    static const char *const cases[] = {"Case=Abl", "Case=Acc", "Case=Dat", "Case=Equ",
                                        "Case=Gen", "Case=Ins", "Case=Loc", NULL};
    static const char *const owners[] = {"Person[psor]=1", "Person[psor]=2", NULL};
    static const char *const bound[] = {"VerbForm=Part", "VerbForm=Conv", NULL};
    static const char *const said[] = {"Tense=Past",  "Tense=Pres", "Tense=Fut", "Evident=Fh",
                                       "Evident=Nfh", "Person=1",   "Person=2",  NULL};
    *out = (struct nb_synthetic){
        .verbal_noun = tr_core_feature(core, "VerbForm=Vnoun"),
        .participle = features(core, bound),
        .nominative = tr_core_feature(core, "Case=Nom"),
        .any_case = features(core, cases),
        .owned = tr_core_feature(core, "Person[psor]=3"),
        .owned_by_us = features(core, owners),
        .plural = tr_core_feature(core, "Number=Plur"),
        .finite = features(core, said),
        .imperative = tr_core_feature(core, "Mood=Imp") | tr_core_feature(core, "Mood=ImpPot"),
        .negative = tr_core_feature(core, "Polarity=Neg"),
    };
}

static bool is_function(uint8_t upos)
{
    switch (upos) {
    case TR_UPOS_CCONJ:
    case TR_UPOS_DET:
    case TR_UPOS_ADP:
    case TR_UPOS_PRON:
    case TR_UPOS_AUX:
    case TR_UPOS_INTJ:
    case TR_UPOS_PART:
    case TR_UPOS_SCONJ:
    case TR_UPOS_NUM:
        return true;
    default:
        return false;
    }
}

static enum nb_form nominal_form(const struct nb_synthetic *s, uint64_t f)
{
    if (f & (s->any_case | s->owned_by_us | s->plural)) {
        return NB_FORM_INFLECTED;
    }
    if (f & s->owned) {
        return NB_FORM_OWNED;
    }
    return f & s->finite ? NB_FORM_FINITE : NB_FORM_BARE;
}

/* "Do not" said to one person is written as the verb's name is, and that is what lists mean. */
static enum nb_form form_of(const struct nb_synthetic *s, const struct tr_reading *reading)
{
    if (!reading->known || !reading->analyses_n) {
        return NB_FORM_UNKNOWN;
    }
    const struct tr_analysis *best = &reading->analyses[0];
    uint64_t f = best->features;
    if (is_function(best->upos)) {
        return NB_FORM_FUNCTION;
    }
    bool is_name = f & s->verbal_noun && f & s->nominative && !(f & (s->owned | s->owned_by_us));
    bool is_order =
        best->upos == TR_UPOS_VERB && f & s->imperative && f & s->negative && !(f & s->plural);
    if (is_name || is_order) {
        return NB_FORM_INFINITIVE;
    }
    if (best->upos == TR_UPOS_ADV) {
        return NB_FORM_ADVERB;
    }
    if (f & s->participle) {
        return NB_FORM_PARTICIPLE;
    }
    bool is_nominal = best->upos != TR_UPOS_VERB || f & (s->nominative | s->any_case);
    return is_nominal ? nominal_form(s, f) : NB_FORM_FINITE;
}

enum nb_form nb_synthetic_form(const struct nb_synthetic *synthetic,
                               const struct tr_reading *reading, unsigned *frequency)
{
    unsigned n = reading->frequency;
    *frequency = n == 0 ? 0 : n < RARE_BELOW ? 1 : n < COMMON_BELOW ? 2 : 3;
    return form_of(synthetic, reading);
}

static bool is_capital(const struct tr_token *token)
{
    return token->kind == TR_WORD && token->capital;
}

bool nb_synthetic_counts(const struct tr_token *tokens, size_t n, size_t i)
{
    if (tokens[i].kind != TR_WORD) {
        return false;
    }
    bool opens = i == 0 || tokens[i].after_break;
    return !tokens[i].capital || (opens && i + 1 < n && !is_capital(&tokens[i + 1]));
}

bool nb_synthetic_is_listed(const struct nb_synthetic *synthetic, const struct tr_token *tokens,
                            const struct tr_reading *readings, size_t n, size_t i)
{
    unsigned frequency;
    if (!nb_synthetic_counts(tokens, n, i)) {
        return false;
    }
    enum nb_form form = nb_synthetic_form(synthetic, &readings[i], &frequency);
    return points[form][frequency] >= LISTED_POINTS;
}

/* Kinds of words: a dictionary has all of them, what somebody needs or sells is of one. */
enum { KIND_THING = 1, KIND_QUALITY = 2, KIND_DEED = 4, KIND_UNKNOWN = 8 };

struct sum {
    int64_t points, words_n;
    bool slogan, name;
    unsigned kinds;
};

static unsigned kind_of(enum nb_form form, const struct tr_reading *reading)
{
    switch (form) {
    case NB_FORM_INFINITIVE:
        return KIND_DEED;
    case NB_FORM_ADVERB:
        return KIND_QUALITY;
    case NB_FORM_BARE:
    case NB_FORM_OWNED:
        return reading->analyses[0].upos == TR_UPOS_ADJ ? KIND_QUALITY : KIND_THING;
    case NB_FORM_UNKNOWN:
        return KIND_UNKNOWN;
    default:
        return 0;
    }
}

static void add_word(const struct nb_synthetic *synthetic, const struct tr_reading *reading,
                     struct sum *sum)
{
    unsigned frequency;
    enum nb_form form = nb_synthetic_form(synthetic, reading, &frequency);
    sum->points += points[form][frequency];
    sum->kinds |= kind_of(form, reading);
    sum->words_n++;
}

/* A name with an ending is somebody's sentence; two capitals in a row may be what is pushed. */
static void add_capital(const struct tr_token *token, bool after_capital, struct sum *sum)
{
    bool has_ending = token->stem_len < token->folded.len;
    sum->points += has_ending ? points[NB_FORM_INFLECTED][NB_FREQUENCIES_N - 1] : 0;
    sum->slogan |= after_capital && !has_ending;
    sum->name |= !has_ending;
}

static void add_other(const struct tr_token *token, struct nb_slice text, struct sum *sum)
{
    char first = text.p[token->begin];
    switch (token->kind) {
    case TR_HASHTAG:
        sum->slogan = true;
        break;
    case TR_NUMBER:
        sum->points += NUMBER_POINTS;
        break;
    case TR_PUNCT: /* dictionaries explain words in brackets */
        sum->points += first == '(' || first == ')' ? 0 : REMARK_POINTS;
        break;
    case TR_URL:
        break;
    default:
        sum->points += REMARK_POINTS;
    }
}

/* x / (1 + |x|) between 0 and 1000, in integers. */
static int32_t squash(int64_t mean_milli)
{
    int64_t d = mean_milli - EVEN_MILLI;
    int64_t size = d < 0 ? -d : d;
    return (int32_t)(500 + 500 * d / (size + STEEP_MILLI));
}

int32_t nb_synthetic_judge(const struct nb_synthetic *synthetic, const struct nb_reading_text *text)
{
    struct sum sum = {0};
    bool after_capital = false;
    for (size_t i = 0; i < text->tokens_n; i++) {
        const struct tr_token *token = &text->tokens[i];
        bool counts = nb_synthetic_counts(text->tokens, text->tokens_n, i);
        sum.points += i && token->after_break ? REMARK_POINTS : 0;
        if (counts) {
            add_word(synthetic, &text->readings[i], &sum);
        } else if (is_capital(token)) {
            add_capital(token, after_capital, &sum);
        } else {
            add_other(token, text->text, &sum);
        }
        after_capital = is_capital(token) && !counts;
    }
    bool one_kind = !(sum.kinds & KIND_DEED) && !(sum.kinds & (sum.kinds - 1));
    if (sum.words_n < (one_kind ? ONE_KIND_LEAST : WORDS_LEAST)) {
        return 0;
    }
    sum.points += one_kind ? ONE_KIND_POINTS * sum.words_n : 0;
    sum.points += sum.slogan ? SLOGAN_POINTS : sum.name ? NAME_POINTS : NOTHING_POINTS;
    return squash(sum.points * 1000 / (sum.words_n + DOUBT_WORDS));
}
