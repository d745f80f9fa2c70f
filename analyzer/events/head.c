/*
 * The head of a hit is its verb, or the noun that stands for one. Its form says how far the event
 * is and whose it is; where it is no finite verb, what governs it says the rest:
 *
 *   finite verb    stage by tense, mood and negation; subject by person
 *   verbal noun    stage by what is done with it (want, intend, give up); subject by its possessive
 *   participle     stage by its tense; subject by its possessive
 *   converb        stage and subject by the finite verb behind it
 *   nominal        subject by possessive or predicate person; negated by a word behind it
 *
 * In the third person the subject has to be named, by somebody the author knows.
 */
#include "analyzer/events/rules.h"

#include <string.h>

enum {
    GOVERNOR_WORDS = 6,
    WANT_WORDS = 5,
    SUBJECT_WORDS_BEFORE = 8,
    SUBJECT_WORDS_AFTER = 3,
    SAY_WORDS = 5,
    SAYING_WORDS = 9, /* to a participle: "... diyen" */
    HOPE_WORDS = 64,
    QUOTED_TOKENS = 256,
    UNSURE_MILLI = 850,
    INDIRECT_MILLI = 950,
    QUOTED_MILLI = 500,
    ASIDE_MILLI = 700,
    LETTERS_MAX = 192
};

#define NOWHERE UINT32_MAX

struct view {
    const struct nb_events *e;
    const struct nb_event_words *words;
    const struct nb_hit *hit;
    const struct nb_event_rule *rule;
    uint64_t f; /* features of the head */
    int person; /* 1 2 3, 0 not said */
    struct nb_head *out;
};

static bool is_in(const struct view *v, enum nb_event_list_id list, uint32_t word,
                  const struct tr_analysis **analysis)
{
    return nb_word_is(&v->e->patterns, &v->e->known[list], v->words, word, analysis);
}

/* The word that many steps away, NOWHERE outside of the sentence. */
static uint32_t at_distance(const struct view *v, uint32_t from, int distance)
{
    int64_t at = (int64_t)from + distance;
    bool there =
        at >= 0 && at < (int64_t)v->words->n && v->words->sentence[at] == v->words->sentence[from];
    return there ? (uint32_t)at : NOWHERE;
}

static const struct tr_reading *reading_of(const struct view *v, uint32_t word)
{
    return &v->words->text->readings[v->words->token[word]];
}

static int person_of(const uint64_t *persons, uint64_t features)
{
    for (int i = 0; i < 3; i++) {
        if (features & persons[i]) {
            return i + 1;
        }
    }
    return 0;
}

static bool is_finite_verb(const struct view *v, const struct tr_analysis *a)
{
    const struct nb_event_features *f = &v->e->features;
    return a->upos == TR_UPOS_VERB && !(a->features & f->nonfinite) &&
           person_of(f->person, a->features);
}

/* The next finite verb behind a word, NOWHERE for none. */
static uint32_t governor_at(const struct view *v, uint32_t from)
{
    for (int i = 1; i <= GOVERNOR_WORDS; i++) {
        uint32_t at = at_distance(v, from, i);
        const struct tr_reading *r = at == NOWHERE ? NULL : reading_of(v, at);
        if (!r) {
            break;
        }
        if (r->analyses_n && is_finite_verb(v, &r->analyses[0])) {
            return at;
        }
    }
    return NOWHERE;
}

static const struct tr_analysis *governor(const struct view *v, uint32_t from)
{
    uint32_t at = governor_at(v, from);
    return at == NOWHERE ? NULL : &reading_of(v, at)->analyses[0];
}

/* True when the letters of such an ending stand in the head behind its stem: bitirdi is none. */
static bool has_ending(const struct view *v, enum nb_event_ending which)
{
    const struct nb_endings *endings = &v->e->endings[which];
    uint32_t token = v->words->token[v->hit->head];
    struct nb_slice form = v->words->text->readings[token].normal;
    form = form.len ? form : v->words->text->tokens[token].folded;
    form = nb_slice_sub(form, v->hit->analysis->stem_bytes, form.len);
    char plain[LETTERS_MAX];
    if (!endings->n || !form.len || form.len > sizeof(plain)) {
        return false;
    }
    memcpy(plain, form.p, form.len);
    struct nb_slice letters = nb_slice(plain, tr_plain(plain, form.len));
    for (size_t i = 0; i < endings->n; i++) {
        if (nb_slice_find(letters, endings->forms[i], 0) != NB_NPOS) {
            return true;
        }
    }
    return false;
}

/* A setting of the file, unless the rule has one of its own. */
static uint8_t progressive_stage(const struct view *v)
{
    return v->rule->progressive < NB_STAGE_N ? v->rule->progressive
                                             : v->e->files[v->rule->type].progressive;
}

static uint8_t aorist_stage(const struct view *v)
{
    return v->rule->aorist_said ? v->rule->aorist : v->e->files[v->rule->type].aorist;
}

static uint8_t tense_stage(const struct view *v)
{
    const struct nb_event_features *is = &v->e->features;
    uint64_t f = v->f;
    if (f & is->past && !(f & is->hearsay) && has_ending(v, NB_ENDING_UNFULFILLED)) {
        return NB_STAGE_NEGATED;
    }
    if (f & is->past && has_ending(v, NB_ENDING_USUAL)) {
        return NB_STAGE_N;
    }
    if (f & is->future) {
        return NB_STAGE_PLANNED;
    }
    if (f & is->habitual) {
        return f & is->ability ? NB_STAGE_WISHED : aorist_stage(v);
    }
    if (f & is->progressive) {
        return progressive_stage(v);
    }
    if (f & is->past) {
        return NB_STAGE_HAPPENED;
    }
    return f & is->ability ? NB_STAGE_WISHED : NB_STAGE_ONGOING;
}

static uint8_t finite_stage(const struct view *v)
{
    const struct nb_event_features *is = &v->e->features;
    uint64_t f = v->f;
    bool negative = f & is->negative;
    if (f & is->imperative) {
        return v->person == 3 && !negative ? NB_STAGE_WISHED : NB_STAGE_N;
    }
    if (f & is->conditional) {
        return v->person == 1 && !(f & is->past) && !negative ? NB_STAGE_WISHED : NB_STAGE_N;
    }
    if (f & (is->optative | is->necessity)) {
        return negative ? NB_STAGE_NEGATED : NB_STAGE_WISHED;
    }
    return negative ? NB_STAGE_NEGATED : tense_stage(v);
}

/*
 * Of a question only what the author wonders about themself is left: "evlensek mi" is proposed to
 * somebody, "evlensem mi" is a thought.
 */
static uint8_t question_stage(struct view *v, const struct tr_analysis *ask, uint8_t stage)
{
    const struct nb_event_features *is = &v->e->features;
    bool may_be = v->f & (is->conditional | is->optative | is->ability | is->future);
    if (ask && person_of(is->person, ask->features) == 1) {
        v->person = 1;
    }
    bool thought = v->f & is->conditional && v->f & is->singular;
    return v->person == 1 && may_be && !thought && stage < NB_STAGE_N ? NB_STAGE_WISHED
                                                                      : NB_STAGE_N;
}

/* Who says it: 1 2 3 by the verb of saying, 0 unknown, -1 nobody does. */
static int speaker_of(const struct view *v, uint32_t at, const struct tr_analysis *say)
{
    const struct nb_event_features *is = &v->e->features;
    if (say && say->features & (is->ability | is->conditional | is->imperative)) {
        return -1;
    }
    if (say && say->features & is->participle) {
        int owner = person_of(is->owner, say->features);
        uint32_t who = at_distance(v, at, 1);
        bool known = who != NOWHERE && is_in(v, NB_LIST_KIN, who, NULL);
        return owner ? owner : known ? 3 : -1;
    }
    if (!say || !is_finite_verb(v, say) || say->features & is->optative) {
        say = governor(v, at); /* "... diye": by the verb behind it */
    }
    return say ? person_of(is->person, say->features) : 0;
}

/* "de" is hardly ever an imperative of "say", but the particle. */
static bool is_particle(const struct view *v, uint32_t word, const struct tr_analysis *say)
{
    const struct tr_reading *r = &v->words->text->readings[v->words->token[word]];
    return say && say != r->analyses && say->features & v->e->features.imperative;
}

/* Somebody else's words in the first person are about somebody else. */
static uint8_t hear_speaker(struct view *v, uint8_t stage)
{
    for (int i = 1; v->person == 1 && i <= SAYING_WORDS; i++) {
        uint32_t at = at_distance(v, v->hit->head, i);
        const struct tr_analysis *say;
        bool says = at != NOWHERE && is_in(v, NB_LIST_SAY, at, &say) && !is_particle(v, at, say);
        if (says && (i <= SAY_WORDS || (say && say->features & v->e->features.participle))) {
            int speaker = speaker_of(v, at, say);
            v->person = speaker > 1 ? speaker : v->person;
            return speaker < 0 ? NB_STAGE_N : stage;
        }
    }
    return stage;
}

static uint8_t read_finite(struct view *v)
{
    const struct tr_analysis *ask;
    uint32_t behind = at_distance(v, v->hit->head, 1);
    v->person = person_of(v->e->features.person, v->f);
    v->out->reported = v->f & v->e->features.hearsay && !(v->f & v->e->features.witnessed);
    uint8_t stage = finite_stage(v);
    if (behind != NOWHERE && is_in(v, NB_LIST_ASK, behind, &ask)) {
        return question_stage(v, ask, stage);
    }
    bool generic = v->person == 2 && v->f & v->e->features.habitual;
    return generic ? NB_STAGE_N : hear_speaker(v, stage);
}

/* A possessive, or the person of the verb that governs. */
static void take_owner(struct view *v, uint32_t governed_from, const struct tr_analysis *verb)
{
    const struct nb_event_features *is = &v->e->features;
    v->person = person_of(is->owner, v->f);
    if (!v->person) {
        verb = verb && is_finite_verb(v, verb) ? verb : governor(v, governed_from);
        v->person = verb ? person_of(is->person, verb->features) : 0;
    }
}

static uint8_t read_verbal_noun(struct view *v)
{
    static const struct {
        enum nb_event_list_id list;
        uint8_t stage, negated;
    } makes[] = {{NB_LIST_BEFORE, NB_STAGE_PLANNED, NB_STAGE_PLANNED},
                 {NB_LIST_FAIL, NB_STAGE_NEGATED, NB_STAGE_PLANNED},
                 {NB_LIST_INTEND, NB_STAGE_PLANNED, NB_STAGE_NEGATED},
                 {NB_LIST_WANT, NB_STAGE_WISHED, NB_STAGE_NEGATED}};
    for (int i = 1; i <= WANT_WORDS; i++) {
        uint32_t at = at_distance(v, v->hit->head, i);
        for (size_t k = 0; at != NOWHERE && k < sizeof(makes) / sizeof(makes[0]); k++) {
            const struct tr_analysis *a;
            if (is_in(v, makes[k].list, at, &a)) {
                bool negated = a && a->features & v->e->features.negative;
                take_owner(v, at, a);
                return negated ? makes[k].negated : makes[k].stage;
            }
        }
    }
    return NB_STAGE_N; /* of marrying in general */
}

static uint8_t governed_stage(const struct view *v, const struct tr_analysis *verb)
{
    const struct nb_event_features *is = &v->e->features;
    uint32_t at = governor_at(v, v->hit->head);
    uint64_t f = verb ? verb->features : 0;
    if (!verb || f & is->conditional) {
        return NB_STAGE_N;
    }
    if (is_in(v, NB_LIST_WANT, at, NULL)) {
        return f & is->negative ? NB_STAGE_NEGATED : NB_STAGE_WISHED;
    }
    if (f & (is->imperative | is->optative | is->necessity)) {
        return NB_STAGE_WISHED;
    }
    return f & is->past ? NB_STAGE_HAPPENED : NB_STAGE_PLANNED;
}

static uint8_t read_converb(struct view *v)
{
    const struct nb_event_features *is = &v->e->features;
    uint32_t behind = at_distance(v, v->hit->head, 1);
    const struct tr_analysis *verb = governor(v, v->hit->head);
    v->person = verb ? person_of(is->person, verb->features) : 0;
    if (v->f & is->negative) {
        bool before = behind != NOWHERE && is_in(v, NB_LIST_BEFORE, behind, NULL);
        return before ? NB_STAGE_PLANNED : NB_STAGE_NEGATED;
    }
    bool generic = v->person == 2 && !(verb->features & (is->past | is->future));
    return generic ? NB_STAGE_N : governed_stage(v, verb);
}

/* The sentence of the head has a word of hope near it. */
static bool is_hoped(const struct view *v)
{
    for (int i = -HOPE_WORDS; i <= HOPE_WORDS; i++) {
        uint32_t at = at_distance(v, v->hit->head, i);
        if (at != NOWHERE && is_in(v, NB_LIST_HOPE, at, NULL)) {
            return true;
        }
    }
    return false;
}

static uint8_t read_participle(struct view *v)
{
    const struct nb_event_features *is = &v->e->features;
    const struct tr_analysis *verb = governor(v, v->hit->head);
    v->person = person_of(is->owner, v->f);
    if (!v->person && v->f & is->ablative) { /* since then: the subject is the verb's */
        v->person = verb ? person_of(is->person, verb->features) : 0;
    }
    if (v->f & is->negative) { /* says of somebody or something else that it was not so */
        v->out->share_milli = v->out->share_milli * ASIDE_MILLI / 1000;
        return NB_STAGE_NEGATED;
    }
    if (!(v->f & (is->past | is->present | is->future))) { /* "evlenesim var" */
        return NB_STAGE_WISHED;
    }
    if (v->f & is->future) {
        return NB_STAGE_PLANNED;
    }
    if (v->f & (is->locative | is->ablative) && verb) {
        return governed_stage(v, verb);
    }
    return v->f & is->locative && is_hoped(v) ? NB_STAGE_WISHED : NB_STAGE_HAPPENED;
}

static uint8_t read_nominal(struct view *v)
{
    const struct nb_event_features *is = &v->e->features;
    const struct tr_analysis *no, *ask;
    uint32_t behind = at_distance(v, v->hit->head, 1);
    int person = person_of(is->person, v->f);
    v->person = person == 1 || person == 2 ? person : person_of(is->owner, v->f);
    v->out->reported = v->f & is->hearsay && !(v->f & is->witnessed);
    if (behind != NOWHERE && is_in(v, NB_LIST_NO, behind, &no)) {
        int other = no ? person_of(is->person, no->features) : 0;
        v->person = other == 1 || other == 2 ? other : v->person;
        return NB_STAGE_NEGATED;
    }
    if (behind != NOWHERE && is_in(v, NB_LIST_ASK, behind, &ask)) {
        return NB_STAGE_N;
    }
    return v->f & is->conditional ? NB_STAGE_N : NB_STAGE_ONGOING;
}

static bool is_quote(struct nb_slice text)
{
    return nb_slice_eq(text, NB_LIT("\"")) || nb_slice_eq(text, NB_LIT("\xe2\x80\x9c")) ||
           nb_slice_eq(text, NB_LIT("\xe2\x80\x9d")) || nb_slice_eq(text, NB_LIT("\xc2\xab")) ||
           nb_slice_eq(text, NB_LIT("\xc2\xbb")) || nb_slice_eq(text, NB_LIT("'")) ||
           nb_slice_eq(text, NB_LIT("\xe2\x80\x98")) || nb_slice_eq(text, NB_LIT("\xe2\x80\x99"));
}

/* Between quotation marks of its sentence. */
static bool is_quoted(const struct view *v)
{
    const struct nb_reading_text *text = v->words->text;
    const struct tr_sentence *s = &text->sentences[v->words->sentence[v->hit->head]];
    uint32_t head = v->words->token[v->hit->head];
    uint32_t from = head > s->begin + QUOTED_TOKENS ? head - QUOTED_TOKENS : s->begin;
    uint32_t to = s->end > head + QUOTED_TOKENS ? head + QUOTED_TOKENS : s->end;
    size_t before = 0, after = 0;
    for (uint32_t i = from; i < to; i++) {
        *(i < head ? &before : &after) += is_quote(text->tokens[i].folded);
    }
    return before % 2 && after;
}

/* As headlines quote: who, a colon, what was said, and a link to the rest. */
static bool is_headline(const struct view *v)
{
    const struct nb_reading_text *text = v->words->text;
    const struct tr_sentence *s = &text->sentences[v->words->sentence[v->hit->head]];
    uint32_t head = v->words->token[v->hit->head];
    uint32_t from = head > s->begin + QUOTED_TOKENS ? head - QUOTED_TOKENS : s->begin;
    bool quoted = false, linked = false;
    for (uint32_t i = from; i < head; i++) {
        quoted |= nb_slice_eq(text->tokens[i].folded, NB_LIT(":"));
    }
    for (uint32_t i = head; quoted && i < text->tokens_n && i < head + QUOTED_TOKENS; i++) {
        linked |= text->tokens[i].kind == TR_URL;
    }
    return linked;
}

/* The person that a word names, where it can be a subject; NB_SUBJECT_N: nobody. */
static uint8_t named(const struct view *v, uint32_t word)
{
    const struct tr_analysis *a;
    uint64_t oblique = v->e->features.oblique;
    if (is_in(v, NB_LIST_HOUSEHOLD, word, &a) && !(a && a->features & oblique)) {
        return v->e->files[v->rule->type].household;
    }
    if (is_in(v, NB_LIST_KIN, word, &a) && !(a && a->features & oblique)) {
        return NB_SUBJECT_OTHER;
    }
    return NB_SUBJECT_N;
}

/* By the words of the hit: somebody known. */
static uint8_t known_within(const struct view *v)
{
    uint8_t subject = NB_SUBJECT_N;
    for (size_t i = 0; subject == NB_SUBJECT_N && i < v->hit->pattern->elements_n; i++) {
        uint32_t word = v->hit->words[i];
        subject = word == NOWHERE ? NB_SUBJECT_N : named(v, word);
    }
    return subject;
}

/* By the words of the hit: somebody known, or a possessive: my diploma has come. */
static uint8_t subject_within(struct view *v)
{
    const struct nb_event_features *is = &v->e->features;
    for (size_t i = 0; i < v->hit->pattern->elements_n; i++) {
        uint32_t word = v->hit->words[i];
        const struct tr_reading *r = word == NOWHERE ? NULL : reading_of(v, word);
        uint8_t subject = r ? named(v, word) : NB_SUBJECT_N;
        if (subject < NB_SUBJECT_N) {
            return subject;
        }
        int owner = r && r->analyses_n && !is_in(v, NB_LIST_KIN, word, NULL) &&
                            !is_in(v, NB_LIST_HOUSEHOLD, word, NULL)
                        ? person_of(is->owner, r->analyses[0].features)
                        : 0;
        if (owner == 1 || owner == 2) {
            v->out->author = owner == 1;
            return owner == 1 ? NB_SUBJECT_SELF : NB_SUBJECT_OTHER;
        }
    }
    return NB_SUBJECT_N;
}

/* By the words around: the nearest one before the hit, else one behind it. */
static uint8_t subject_around(const struct view *v)
{
    uint8_t subject = NB_SUBJECT_N;
    for (int i = 1; subject == NB_SUBJECT_N && i <= SUBJECT_WORDS_BEFORE; i++) {
        uint32_t at = at_distance(v, v->hit->begin, -i);
        subject = at == NOWHERE ? NB_SUBJECT_N : named(v, at);
    }
    for (int i = 1; subject == NB_SUBJECT_N && i <= SUBJECT_WORDS_AFTER; i++) {
        uint32_t at = at_distance(v, v->hit->end - 1, i);
        subject = at == NOWHERE ? NB_SUBJECT_N : named(v, at);
    }
    return subject;
}

static uint8_t find_subject(struct view *v)
{
    const struct nb_event_features *is = &v->e->features;
    v->out->author = v->person == 1;
    if (v->rule->subject < NB_SUBJECT_N) {
        return v->rule->subject;
    }
    if (v->f & is->nonfinite && !person_of(is->owner, v->f)) { /* before who governs it */
        uint8_t known = known_within(v);
        if (known < NB_SUBJECT_N) {
            v->out->author = false;
            return known;
        }
    }
    if (v->person == 1 || v->person == 2) {
        return v->person == 1 ? NB_SUBJECT_SELF : NB_SUBJECT_OTHER;
    }
    uint8_t subject = subject_within(v);
    if (subject == NB_SUBJECT_N) {
        subject = subject_around(v);
        v->out->share_milli = v->out->share_milli * INDIRECT_MILLI / 1000;
    }
    if (subject == NB_SUBJECT_N) {
        subject = v->rule->third_said ? v->rule->third : v->e->files[v->rule->type].third;
    }
    return subject;
}

/* What the rule says goes before what the form says, but not before "it is not so". */
static uint8_t final_stage(const struct view *v, uint8_t stage)
{
    const struct nb_event_rule *rule = v->rule;
    if (rule->stage < NB_STAGE_N) {
        bool stands = stage == NB_STAGE_NEGATED || stage == NB_STAGE_N;
        return stands && !rule->even_negated ? stage : rule->stage;
    }
    if (stage != NB_STAGE_ONGOING && (stage != NB_STAGE_PLANNED || v->f & v->e->features.future)) {
        return stage;
    }
    return is_hoped(v) ? NB_STAGE_WISHED : stage;
}

void nb_head_read(const struct nb_events *events, const struct nb_event_words *words,
                  const struct nb_hit *hit, const struct nb_event_rule *rule, struct nb_head *out)
{
    const struct nb_event_features *is = &events->features;
    struct view v = {.e = events, .words = words, .hit = hit, .rule = rule, .out = out};
    uint8_t stage;
    *out = (struct nb_head){.share_milli = hit->unsure ? UNSURE_MILLI : 1000};
    v.f = hit->analysis ? hit->analysis->features : 0;
    if (!hit->analysis || hit->analysis->upos != TR_UPOS_VERB) {
        stage = read_nominal(&v);
    } else if (v.f & is->verbal_noun) {
        stage = read_verbal_noun(&v);
    } else if (v.f & is->participle) {
        stage = read_participle(&v);
    } else if (v.f & is->converb) {
        stage = read_converb(&v);
    } else {
        stage = read_finite(&v);
    }
    if (v.f & is->nonfinite) {
        out->share_milli = out->share_milli * INDIRECT_MILLI / 1000;
    }
    out->stage = final_stage(&v, stage);
    out->subject = find_subject(&v);
    if (is_quoted(&v) || is_headline(&v)) {
        out->share_milli = out->share_milli * QUOTED_MILLI / 1000;
    }
}
