/*
 * Opinions that no single word holds: what should have happened and did not, wishes that it were
 * otherwise, questions that blame, advice to take it or leave it, and whether the author would
 * again. Their words are in shifters.txt; the suffixes of the verb decide.
 */
#include "analyzer/sentiment/opinion_private.h"

enum {
    REGRET = -700,
    WISHED = -250,
    SOONER = 550,
    OUTRAGE = -600,
    MUST_TRY = 700,
    WARNING = -650,
    FORBIDDEN = -250,
    AGAIN = 500,
    NEVER_AGAIN = -700,
    NOT_FOR_ME = -350,
    NO_OTHER = 500,
    BLAMED_MAX = 16, /* opinions of its clause that a question of blame turns */
    CONVERB_BACK = 3
};

struct verb {
    size_t at;
    uint64_t features, clause_cues, cues;
    const struct tr_term *due; /* that ends with it */
    bool negated;
};

static bool has(uint64_t cues, enum nb_cue cue)
{
    return cues >> cue & 1;
}

static bool add(struct nb_reader *r, size_t begin, size_t end, enum nb_construct construct,
                int32_t value)
{
    struct nb_find *find = nb_find_new(r, begin, end, value);
    if (!find) {
        return false;
    }
    find->construct = (uint8_t)construct;
    return true;
}

/* "yemeden dönmeyin": something not done stands in front of what not to do. */
static bool not_without(const struct nb_reader *r, size_t at)
{
    for (size_t i = 1; i <= CONVERB_BACK && at >= r->begin + i; i++) {
        const struct tr_analysis *verb = nb_verb_of(r, at - i);
        if (verb && (verb->features & r->bits->converb)) {
            return nb_negated(r, at - i, verb);
        }
    }
    return false;
}

static bool tell_off(struct nb_reader *r, const struct verb *v)
{
    if (not_without(r, v->at)) {
        return add(r, v->at - 1, v->at + 1, NB_CONSTRUCT_MUST_TRY, MUST_TRY);
    }
    if (r->marks[v->at].covered) {
        return true;
    }
    if (has(v->cues, NB_CUE_ACQUIRE)) {
        return add(r, v->at, v->at + 1, NB_CONSTRUCT_WARNING, WARNING);
    }
    return r->loud_milli == 1000 || add(r, v->at, v->at + 1, NB_CONSTRUCT_FORBIDDEN, FORBIDDEN);
}

/* Whether the author would take it again, never again, or nothing else. */
static bool take(struct nb_reader *r, const struct verb *v)
{
    const struct nb_opinion_features *bits = r->bits;
    bool would = v->features & (bits->habitual | bits->future);
    bool first = v->features & bits->first;
    if (!v->negated) {
        return !(would && first && has(v->clause_cues, NB_CUE_AGAIN)) ||
               add(r, v->at, v->at + 1, NB_CONSTRUCT_AGAIN, AGAIN);
    }
    if (has(v->clause_cues, NB_CUE_OTHER) && first) {
        return add(r, v->at, v->at + 1, NB_CONSTRUCT_NO_OTHER, NO_OTHER);
    }
    if (has(v->clause_cues, NB_CUE_NEVER) && would) {
        return add(r, v->at, v->at + 1, NB_CONSTRUCT_NEVER_AGAIN, NEVER_AGAIN);
    }
    return !(would && first) || add(r, v->at, v->at + 1, NB_CONSTRUCT_NEVER_AGAIN, NOT_FOR_ME);
}

/* "bilsem gelmezdim": it was done, for it was not known. */
static bool regrets(const struct nb_reader *r, const struct verb *v)
{
    bool done = v->negated && (v->features & r->bits->past) && has(v->cues, NB_CUE_ACQUIRE);
    for (size_t i = 1; done && i <= CONVERB_BACK && v->at >= r->begin + i; i++) {
        const struct tr_analysis *verb = nb_verb_of(r, v->at - i);
        if (verb && (verb->features & r->bits->conditional)) {
            return verb->features & r->bits->first;
        }
    }
    return false;
}

static bool wish(struct nb_reader *r, const struct verb *v)
{
    if (has(v->clause_cues, NB_CUE_SOONER) && !v->negated) {
        return add(r, v->at, v->at + 1, NB_CONSTRUCT_SOONER, SOONER);
    }
    return add(r, v->at, v->at + 1, NB_CONSTRUCT_REGRET, v->negated ? REGRET : WISHED);
}

/* "böyle hizmet mi olur", "insan böyle yapar mı" */
static bool blames(const struct nb_reader *r, const struct verb *v)
{
    bool asks_before = v->at > r->begin && nb_is_cue(r, v->at - 1, NB_CUE_QUESTION);
    bool asks_behind = nb_is_cue(r, v->at + 1, NB_CUE_QUESTION);
    bool third = !(v->features & (r->bits->first | r->bits->second));
    if (asks_before && has(v->cues, NB_CUE_SAYING) && (v->features & r->bits->second)) {
        return true; /* "buna hizmet mi diyorsunuz" */
    }
    return (v->features & r->bits->habitual) && third && !v->negated &&
           ((asks_before && has(v->cues, NB_CUE_HAPPEN)) ||
            ((asks_before || asks_behind) && has(v->clause_cues, NB_CUE_SUCH)));
}

/* What is good in a clause that blames is meant to be missing. */
static bool blame(struct nb_reader *r, const struct verb *v)
{
    bool found = false;
    size_t n = r->sum->finds_n;
    size_t until = n > r->finds_from + BLAMED_MAX ? n - BLAMED_MAX : r->finds_from;
    for (size_t i = n; i > until; i--) {
        struct nb_find *find = &r->sum->finds[i - 1];
        if (find->clause != r->marks[v->at].clause) {
            break;
        }
        if (!(find->shifts & NB_SHIFT_BIT(NB_SHIFT_UNEQUALLED))) {
            find->milli = find->milli < 0 ? find->milli : -find->milli;
            find->shifts |= NB_SHIFT_BIT(NB_SHIFT_RHETORICAL);
        }
        found |= find->milli <= OUTRAGE / 2 || find->milli > 0;
    }
    return found || add(r, v->at, v->at + 1, NB_CONSTRUCT_OUTRAGE, OUTRAGE);
}

/* What should happen counts when it is said that it did or does not. */
static bool misses(const struct nb_reader *r, const struct verb *v)
{
    const struct nb_opinion_features *bits = r->bits;
    uint64_t unsaid = bits->imperative | bits->optative | bits->conditional | bits->converb |
                      bits->future | bits->necessity;
    return v->negated && !(v->features & unsaid) &&
           (v->features & (bits->past | bits->progressive | bits->present)) &&
           !(v->features & bits->habitual);
}

/* "yapma bunu!": the suffix alone may make a noun, the first place and the shout do not. */
static bool shouts(const struct nb_reader *r, const struct verb *v)
{
    const struct tr_reading *reading = &r->text->readings[v->at];
    bool command = false;
    for (size_t i = 0; i < reading->analyses_n; i++) {
        command |= (reading->analyses[i].features & r->bits->command) == r->bits->command;
    }
    return command && v->at == r->begin && r->loud_milli > 1000;
}

static bool look_at_verb(struct nb_reader *r, const struct verb *v)
{
    const struct nb_mark *mark = &r->marks[v->at];
    uint64_t moods = r->bits->imperative | r->bits->conditional;
    bool command = (v->features & r->bits->imperative) && (v->features & r->bits->second);
    if ((command && v->negated) || shouts(r, v)) {
        return tell_off(r, v);
    }
    if (blames(r, v)) {
        return blame(r, v);
    }
    if (mark->covered) {
        return true;
    }
    uint64_t unreal = r->bits->conditional | r->bits->past | r->bits->first;
    bool rued = v->negated && has(v->cues, NB_CUE_ACQUIRE) && (v->features & unreal) == unreal;
    if (rued || regrets(r, v)) {
        return add(r, v->at, v->at + 1, NB_CONSTRUCT_REGRET, REGRET);
    }
    if (has(v->clause_cues, NB_CUE_WISH) && (v->features & r->bits->conditional)) {
        return wish(r, v);
    }
    if (v->due && misses(r, v)) {
        bool added =
            add(r, v->at + 1 - v->due->words_n, v->at + 1, NB_CONSTRUCT_DUE, -v->due->value);
        if (added) {
            r->sum->finds[r->sum->finds_n - 1].term = v->due;
        }
        return added;
    }
    return !has(v->cues, NB_CUE_ACQUIRE) || (v->features & moods) || take(r, v);
}

/* "internet yok": what should be there is not. The find is what says so, not the thing. */
static bool lacks(struct nb_reader *r, size_t at)
{
    const struct nb_mark *mark = &r->marks[at];
    size_t behind = at + 1;
    if (!mark->due || mark->due->words_n != 1 || !nb_is_cue(r, behind, NB_CUE_ABSENT) ||
        mark->covered || r->marks[behind].covered || nb_is_cue(r, behind + 1, NB_CUE_QUESTION)) {
        return true;
    }
    if (!add(r, behind, behind + 1, NB_CONSTRUCT_DUE, -mark->due->value)) {
        return false;
    }
    r->sum->finds[r->sum->finds_n - 1].term = mark->due;
    return true;
}

bool nb_constructs_find(struct nb_reader *r)
{
    uint32_t clause = UINT32_MAX;
    uint64_t clause_cues = 0;
    const struct tr_term *due = NULL;
    size_t due_end = 0;
    for (size_t at = r->begin; at < r->end; at++) {
        const struct nb_mark *mark = &r->marks[at];
        if (mark->clause != clause) {
            clause = mark->clause;
            clause_cues = nb_clause_of(r, at)->cues;
        }
        if (mark->due) {
            due = mark->due;
            due_end = at + due->words_n;
        }
        const struct tr_analysis *verb = nb_verb_of(r, at);
        if (!verb) {
            if (!lacks(r, at)) {
                return false;
            }
            continue;
        }
        struct verb v = {.at = at,
                         .features = verb->features,
                         .clause_cues = clause_cues,
                         .cues = mark->cues,
                         .due = at + 1 == due_end ? due : NULL,
                         .negated = nb_negated(r, at, verb)};
        if (!look_at_verb(r, &v)) {
            return false;
        }
    }
    return true;
}
