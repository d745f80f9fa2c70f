/*
 * What stands around an opinion and turns it: its own suffixes, what follows in its clause, what
 * went before. Everything looks a fixed number of tokens ahead or back.
 */
#include "analyzer/sentiment/opinion_private.h"

enum {
    AHEAD = 4,
    LEANING = 200,
    CARRIED = 2,              /* tokens within which a verb carries a bad word */
    BACK_SUCH = 4,            /* tokens in front where "böyle", "bu kadar", "bundan" may stand */
    BACK_DOUBT = 6,           /* the same for words of doubt, wish and the like */
    NEAR = 64,                /* tokens around in which the other "ne" and who said it may stand */
    UNEQUALLED_NOUN_MIN = 650 /* a noun as strong as this is kept by "such as was never seen" */
};

struct around {
    const struct nb_reader *r;
    struct nb_find *find;
    const struct tr_analysis *analysis;
    uint64_t before; /* cues in front, in the clause */
    bool verb, participle, wished;
};

const struct tr_analysis *nb_verb_of(const struct nb_reader *r, size_t at)
{
    const struct tr_reading *reading = &r->text->readings[at];
    const struct tr_analysis *best = reading->analyses_n ? &reading->analyses[0] : NULL;
    return best && best->root_upos == TR_UPOS_VERB ? best : NULL;
}

static bool ends_clause(const struct nb_reader *r, size_t at)
{
    return at >= r->end || r->text->tokens[at].kind >= TR_EMOJI;
}

/*
 * A bare -mA is a verbal noun unless the clause ends with it. A whole form that denies by what it
 * means is a negator of shifters.txt, not negated.
 */
bool nb_negated(const struct nb_reader *r, size_t at, const struct tr_analysis *analysis)
{
    const struct nb_opinion_features *bits = r->bits;
    if (!(analysis->features & bits->negative) || (analysis->flags & TR_EXCEPTION)) {
        return false;
    }
    bool bare = (analysis->features & bits->command) == bits->command;
    if (bare && !ends_clause(r, at + 1)) {
        return false;
    }
    bool converb = analysis->features & bits->converb;
    return !(converb && nb_is_cue(r, at + 1, NB_CUE_BEFORE));
}

static bool has(uint64_t cues, enum nb_cue cue)
{
    return cues >> cue & 1;
}

/*
 * "bundan iyisi", "böyle bir lezzet", "bu kadar güzelini": with a denial behind it, nothing is more
 * so. A mild noun is denied all the same ("böyle bir sorun yok").
 */
static bool unequalled(const struct around *a)
{
    const struct nb_reader *r = a->r;
    size_t begin = nb_clause_begin(r, a->find->begin);
    bool such = false;
    for (size_t i = 1; i <= BACK_SUCH && a->find->begin >= begin + i; i++) {
        size_t at = a->find->begin - i;
        const struct tr_reading *reading = &r->text->readings[at];
        such |= nb_is_cue(r, at, NB_CUE_SUCH) ||
                (reading->analyses_n && reading->analyses[0].root_upos == TR_UPOS_PRON &&
                 (reading->features & r->bits->ablative));
    }
    bool nominal = a->analysis && a->analysis->root_upos == TR_UPOS_ADJ;
    bool strong = a->find->base >= UNEQUALLED_NOUN_MIN || a->find->base <= -UNEQUALLED_NOUN_MIN;
    bool possessed = a->analysis && nominal && (a->analysis->features & r->bits->possessed);
    return (such && (nominal || strong)) || possessed;
}

static void shift(const struct around *a, enum nb_shift kind, const struct tr_term *term)
{
    nb_find_shift_term(a->find, kind, term);
}

static void turn_by_suffix(const struct around *a, enum nb_shift kind,
                           const struct tr_analysis *analysis)
{
    nb_find_shift(a->find, kind, NB_STEP_SUFFIXES, analysis->line);
}

/* "değil", "elde değil", "yok", "var mı": @return false when nothing of the kind is there. */
static bool look_at_denial(const struct around *a, size_t at)
{
    const struct nb_reader *r = a->r;
    const struct nb_mark *mark = &r->marks[at];
    bool asked = nb_is_cue(r, at + mark->shift_words_n, NB_CUE_QUESTION);
    if (has(mark->cues, NB_CUE_NEGATOR)) {
        if (asked) { /* "değil mi" asks to agree */
            return true;
        }
        if (!has(a->before, NB_CUE_ONLY)) {
            shift(a, NB_SHIFT_NEGATOR, mark->turner);
        }
        return true;
    }
    if (a->verb && !a->participle) {
        return false;
    }
    bool exists = has(mark->cues, NB_CUE_EXISTS) && asked;
    if (!exists && !has(mark->cues, NB_CUE_ABSENT)) {
        return false;
    }
    if (unequalled(a)) {
        shift(a, NB_SHIFT_UNEQUALLED, mark->turner);
    } else if (!exists) {
        shift(a, asked ? NB_SHIFT_QUESTION : NB_SHIFT_ABSENT, mark->turner);
        const struct tr_term *due = r->marks[a->find->begin].due;
        if (!asked && due && a->find->milli < 0 && a->find->milli > -due->value) {
            a->find->milli = -due->value; /* what should be there is missed more than it pleases */
        }
    } else if (a->participle && (a->find->shifts & NB_SHIFT_BIT(NB_SHIFT_SUFFIX))) {
        shift(a, NB_SHIFT_RHETORICAL, mark->turner);
    } else {
        shift(a, NB_SHIFT_QUESTION, mark->turner);
    }
    return true;
}

/* "kursa" may be to a course as well as if it set up. */
static bool maybe_noun(const struct nb_reader *r, size_t at)
{
    const struct tr_reading *reading = &r->text->readings[at];
    for (size_t i = 0; i < reading->analyses_n; i++) {
        if (reading->analyses[i].root_upos == TR_UPOS_NOUN &&
            !(reading->analyses[i].features & r->bits->conditional)) {
            return true;
        }
    }
    return false;
}

/* -sA and what is only possible: hypothetical, or contrary to what is. */
static void look_at_mood(const struct around *a, size_t at, const struct tr_analysis *verb)
{
    const struct nb_opinion_features *bits = a->r->bits;
    bool past = verb->features & bits->past;
    if ((verb->features & bits->conditional) && !maybe_noun(a->r, at)) {
        if (a->wished || nb_is_cue(a->r, at + 1, NB_CUE_TOO)) {
            return;
        }
        bool bare = verb->upos == TR_UPOS_VERB && !(verb->features & bits->habitual) &&
                    !(verb->features & (bits->future | bits->progressive));
        shift(a, past || bare ? NB_SHIFT_UNREAL : NB_SHIFT_CONDITION, NULL);
    } else if ((verb->features & (bits->potential | bits->necessity)) && past &&
               !(verb->features & (bits->negative | bits->participle | bits->verbal_noun))) {
        shift(a, NB_SHIFT_UNREAL, NULL);
    }
}

/* A verb of saying: others say it, or the author does not. */
static void look_at_saying(const struct around *a, size_t at, const struct tr_analysis *verb)
{
    const struct nb_opinion_features *bits = a->r->bits;
    bool own = verb->features & (bits->first | bits->second | bits->passive);
    own |= verb->features & bits->potential;
    if (nb_negated(a->r, at, verb) && (own || (verb->features & bits->habitual))) {
        turn_by_suffix(a, NB_SHIFT_VERB, verb);
    } else if (!own) {
        shift(a, NB_SHIFT_HEARSAY, NULL);
    }
}

/*
 * What is bad is denied only by a verb that carries it ("sorun çıkmadı", "zarar vermedi"), not by
 * any other that is negated near by.
 */
static bool carries(const struct nb_mark *mark, size_t distance)
{
    static const uint64_t carrying = UINT64_C(1) << NB_CUE_LIGHT | UINT64_C(1) << NB_CUE_HAPPEN |
                                     UINT64_C(1) << NB_CUE_EXPERIENCE |
                                     UINT64_C(1) << NB_CUE_CANCEL;
    return (mark->cues & carrying) && distance < CARRIED;
}

/* A verb that the opinion belongs to. @return whether to look on. */
static bool look_at_verb(const struct around *a, size_t at, const struct tr_analysis *verb)
{
    const struct nb_reader *r = a->r;
    const struct nb_mark *mark = &r->marks[at];
    bool negated = nb_negated(r, at, verb);
    bool noun = a->analysis && a->analysis->upos == TR_UPOS_NOUN;
    bool seen = has(mark->cues, NB_CUE_EXPERIENCE);
    uint64_t general = r->bits->habitual | r->bits->potential;
    bool never = negated && (seen || has(a->before, NB_CUE_EVER) ||
                             (has(mark->cues, NB_CUE_HAPPEN) && (verb->features & general)));
    if (has(mark->cues, NB_CUE_RESOLVE) && a->find->base < 0 && !a->verb) {
        if (!negated) {
            shift(a, NB_SHIFT_RESOLVED, NULL);
        }
        look_at_mood(a, at, verb);
    } else if (has(mark->cues, NB_CUE_LESSEN) && noun) {
        if (!negated) {
            shift(a, NB_SHIFT_LESSENED, NULL);
        }
        look_at_mood(a, at, verb);
    } else if (has(mark->cues, NB_CUE_SAYING)) {
        look_at_saying(a, at, verb);
    } else if (never && unequalled(a)) {
        shift(a, NB_SHIFT_UNEQUALLED, NULL);
    } else if (seen && !negated && a->find->base > 0 && has(a->before, NB_CUE_SUCH) &&
               a->analysis && (a->analysis->features & r->bits->possessed)) {
        shift(a, NB_SHIFT_BETTER, NULL);
    } else if (negated && (a->find->milli > 0 || carries(mark, at - a->find->end))) {
        turn_by_suffix(a, NB_SHIFT_VERB, verb);
        if (verb->features & r->bits->conditional) {
            look_at_mood(a, at, verb);
        }
    } else {
        look_at_mood(a, at, verb);
    }
    bool open = verb->features & (r->bits->participle | r->bits->verbal_noun);
    open |= has(mark->cues, NB_CUE_SAYING) && (verb->features & r->bits->conditional);
    return open && !nb_is_cue(r, at + 1, NB_CUE_BEFORE);
}

/* Words that only lean one way ("bile", "artık") do not come between. */
static bool weighs(const struct tr_term *opinion)
{
    return opinion && (opinion->value > LEANING || opinion->value < -LEANING);
}

static void look_ahead(const struct around *a)
{
    const struct nb_reader *r = a->r;
    static const uint64_t shifting = UINT64_C(1) << NB_CUE_NEGATOR | UINT64_C(1) << NB_CUE_ABSENT |
                                     UINT64_C(1) << NB_CUE_RESOLVE | UINT64_C(1) << NB_CUE_LESSEN |
                                     UINT64_C(1) << NB_CUE_CANCEL | UINT64_C(1) << NB_CUE_SAYING |
                                     UINT64_C(1) << NB_CUE_EXPERIENCE;
    size_t behind = a->find->end;
    if (nb_is_cue(r, behind, NB_CUE_EXCEPT) && a->analysis &&
        (a->analysis->features & r->bits->ablative)) {
        shift(a, NB_SHIFT_NOTHING_BUT, NULL);
        return;
    }
    if (nb_is_cue(r, behind, NB_CUE_QUESTION) && !nb_clause_border(r, behind)) {
        shift(a, NB_SHIFT_QUESTION, NULL);
        return;
    }
    size_t at = behind;
    for (size_t i = 0; i < AHEAD && at < r->end; i++, at++) {
        const struct nb_mark *mark = &r->marks[at];
        if (nb_clause_border(r, at) || mark->clause != r->marks[behind - 1].clause ||
            (weighs(mark->opinion) && !(mark->cues & shifting)) ||
            (look_at_denial(a, at) && !nb_is_cue(r, at + 1, NB_CUE_SAYING))) {
            return; /* "memnun değilim dersem yalan olur" goes on */
        }
        const struct tr_analysis *verb = nb_verb_of(r, at);
        if (verb && (!a->verb || has(mark->cues, NB_CUE_CANCEL) || has(mark->cues, NB_CUE_SAYING) ||
                     (a->participle && has(mark->cues, NB_CUE_EXPERIENCE)))) {
            if (!look_at_verb(a, at, verb)) {
                return;
            }
        }
    }
}

/* "olsa güzel olurdu", "olsaydı iyiydi": a condition in front, and what would have been. */
static bool would_be(const struct around *a)
{
    const struct nb_reader *r = a->r;
    const struct nb_opinion_features *bits = r->bits;
    size_t behind = a->find->end, first = a->find->begin;
    uint64_t features = a->analysis ? a->analysis->features : 0;
    const struct tr_analysis *next = behind < r->end ? nb_verb_of(r, behind) : NULL;
    if (next && nb_is_cue(r, behind, NB_CUE_HAPPEN)) {
        features |= next->features;
    }
    if (!(features & bits->past)) {
        return false;
    }
    for (size_t i = 1; i <= BACK_SUCH && first >= r->begin + i; i++) {
        const struct tr_analysis *verb = nb_verb_of(r, first - i);
        if (verb && (verb->features & bits->conditional)) {
            return !nb_is_cue(r, first - i + 1, NB_CUE_TOO);
        }
    }
    return false;
}

/* What went before in the clause and turns or weakens it. */
static void look_back(const struct around *a)
{
    const struct nb_opinion_features *bits = a->r->bits;
    struct nb_find *find = a->find;
    uint64_t features = a->analysis ? a->analysis->features : 0;
    bool happens = a->verb && (features & (bits->habitual | bits->optative));
    if (has(a->before, NB_CUE_WHO) && happens && !(find->shifts & NB_SHIFT_TURNS && !a->verb)) {
        shift(a, NB_SHIFT_RHETORICAL, NULL);
    } else if (has(a->before, NB_CUE_DOUBT) && find->milli > 0) {
        shift(a, NB_SHIFT_DOUBTED, NULL);
    } else if (find->milli > 0 && !a->wished && would_be(a)) {
        shift(a, NB_SHIFT_UNREAL, NULL);
    } else if (has(a->before, NB_CUE_FORMER) && (features & bits->past)) {
        shift(a, NB_SHIFT_FORMERLY, NULL);
    }
    if (a->wished && find->milli > 0 && !has(a->before, NB_CUE_SOONER)) {
        shift(a, NB_SHIFT_WISH, NULL);
    }
    size_t first = find->begin;
    size_t from = first > a->r->begin + NEAR ? first - NEAR : a->r->begin;
    size_t to = a->r->end > find->end + NEAR ? find->end + NEAR : a->r->end;
    if (first > a->r->begin && nb_is_cue(a->r, first - 1, NB_CUE_NEITHER)) {
        size_t n = 0;
        for (size_t at = from; at < to; at++) {
            n += nb_is_cue(a->r, at, NB_CUE_NEITHER) && !a->r->marks[at].degree;
        }
        if (n >= 2) {
            shift(a, NB_SHIFT_NEITHER, NULL);
        }
    }
    if (a->r->marks[first].quoted) {
        uint64_t said = nb_cues_within(a->r, find->end, to) | nb_cues_within(a->r, from, first);
        if (has(said, NB_CUE_SAYING)) {
            shift(a, NB_SHIFT_HEARSAY, NULL);
        }
    }
}

/* A question that wants an answer: "beğendiniz mi?", "en iyi telefon hangisi?" */
static void look_at_question(const struct around *a)
{
    const struct nb_clause *clause = nb_clause_of(a->r, a->find->begin);
    uint64_t asks = a->r->asks & clause->cues;
    uint32_t kept = NB_SHIFT_TURNS | NB_SHIFT_BIT(NB_SHIFT_UNEQUALLED);
    size_t last = clause->end - 1;
    last -= last > clause->begin && nb_clause_border(a->r, last);
    bool asked = has(asks, NB_CUE_QUESTION) && !has(asks, NB_CUE_NEGATOR);
    asked |= nb_is_cue(a->r, last, NB_CUE_QUESTION) && last > a->find->end &&
             nb_is_cue(a->r, last - 1, NB_CUE_EXISTS);
    if (a->find->milli > 0 && (asked || has(asks, NB_CUE_WHICH)) && !(a->find->shifts & kept)) {
        shift(a, NB_SHIFT_QUESTION, NULL);
    }
}

void nb_shift_around(const struct nb_reader *r, struct nb_find *find,
                     const struct tr_analysis *analysis)
{
    size_t last = find->end - 1, begin = nb_clause_begin(r, find->begin);
    size_t from = find->begin > begin + BACK_DOUBT ? find->begin - BACK_DOUBT : begin;
    struct around a = {.r = r, .find = find, .analysis = analysis};
    const struct tr_analysis *own = analysis ? analysis : nb_verb_of(r, last);
    a.verb = own && own->root_upos == TR_UPOS_VERB && own->upos == TR_UPOS_VERB;
    a.participle = a.verb && (own->features & (r->bits->participle | r->bits->future));
    a.before = nb_cues_within(r, from, find->begin);
    a.wished = has(a.before, NB_CUE_WISH);
    if (analysis && nb_negated(r, last, analysis)) {
        /* "hiç bu kadar gülmemiştim" */
        bool never = has(a.before, NB_CUE_EVER) && has(a.before, NB_CUE_SUCH);
        turn_by_suffix(&a, never && a.verb ? NB_SHIFT_UNEQUALLED : NB_SHIFT_SUFFIX, analysis);
    }
    if (analysis && (analysis->flags & TR_PRIVATIVE)) {
        turn_by_suffix(&a, NB_SHIFT_PRIVATIVE, analysis);
    }
    if (analysis) {
        look_at_mood(&a, last, analysis);
    }
    if (find->begin > begin && nb_is_cue(r, find->begin - 1, NB_CUE_QUESTION)) {
        bool noun = own && own->upos == TR_UPOS_NOUN; /* "bu mu kalite" */
        shift(&a, noun && find->milli > 0 ? NB_SHIFT_RHETORICAL : NB_SHIFT_QUESTION, NULL);
    }
    look_ahead(&a);
    look_back(&a);
    look_at_question(&a);
}
