#include "analyzer/sentiment/links_private.h"

enum { ASIDE_DISTANCE = 2, MILD_MILLI = 500 };

static enum role role_of(const struct linker *l, const struct nb_find *find, struct shape *s,
                         uint64_t person, bool verb_behind)
{
    const struct nb_target_features *f = &l->words->features;
    for (size_t at = find->begin; at < find->end; at++) {
        if (is_kind(l, at, NB_TARGET_FEELING)) {
            s->carries = true;
            return ROLE_FEELING;
        }
    }
    if (person & f->first) {
        return s->verb ? ROLE_FEELING : s->noun && verb_behind ? ROLE_THING : ROLE_SELF;
    }
    if (person & f->second) {
        return ROLE_YOU;
    }
    s->carries = s->adjective || s->verb;
    if (s->noun && (s->owned || verb_behind)) {
        return ROLE_THING;
    }
    return verb_behind || (s->verb && (person & f->plural)) ? ROLE_DONE : ROLE_SUBJECT;
}

struct shape nb_link_shape(const struct linker *l, const struct nb_find *find, size_t end)
{
    const struct nb_target_features *f = &l->words->features;
    const struct tr_analysis *best = best_of(l, find->end - 1);
    struct shape s = {.role = ROLE_SUBJECT};
    if (!best || find->picture) {
        return s;
    }
    s.verb = best->root_upos == TR_UPOS_VERB;
    s.noun = best->upos == TR_UPOS_NOUN || best->upos == TR_UPOS_PROPN;
    s.adjective = best->upos == TR_UPOS_ADJ;
    s.owned = (best->features & f->owned_third) != 0;
    bool part = (best->features & f->participle) != 0;
    uint64_t other = f->acc | f->dat | f->abl | f->loc | f->gen | f->ins;
    s.bare = part || (!is_finite(l, find->end - 1) &&
                      !(best->features & (f->first | f->second | f->tense | f->owned | other)));
    uint64_t person = s.verb || s.adjective ? best->features : best->features & ~f->plural;
    bool verb_behind = false;
    for (size_t at = find->end; at < end && at < find->end + 2; at++) {
        const struct tr_analysis *next = best_of(l, at);
        if (!next || l->find_at[at] != NONE ||
            (next->upos != TR_UPOS_VERB && next->upos != TR_UPOS_AUX &&
             next->upos != TR_UPOS_ADV)) {
            break;
        }
        if (next->upos != TR_UPOS_ADV && !is_finite(l, find->end - 1)) {
            verb_behind |= next->upos == TR_UPOS_VERB;
            person = next->features;
        }
    }
    s.role = role_of(l, find, &s, person, verb_behind);
    return s;
}

/*
 * Not an opinion on something: a mild noun that the next opinion is about ("kalitesi berbat"), or
 * an adverb that only says how much ("hic guzel").
 */
static bool is_aside(const struct linker *l, size_t index)
{
    const struct nb_find *find = &l->out->finds[index];
    const struct nb_find *next = index + 1 < l->out->finds_n ? find + 1 : NULL;
    const struct tr_analysis *best = best_of(l, find->end - 1);
    if (!next || !best || find->end - find->begin != 1 || next->picture ||
        next->begin > find->end + ASIDE_DISTANCE) {
        return false;
    }
    for (size_t at = find->end; at < next->begin; at++) {
        if (is_border(l, at) || is_comma(l, at)) {
            return false;
        }
    }
    const struct nb_target_features *f = &l->words->features;
    bool mild = find->milli > -MILD_MILLI && find->milli < MILD_MILLI;
    bool nominal = best->upos == TR_UPOS_NOUN || (best->features & f->verbal_noun);
    bool owned = (best->features & f->owned_third) && (best->features & f->nom);
    return (best->upos == TR_UPOS_ADV && next->begin == find->end) || (nominal && (mild || owned));
}

/*
 * Nouns that begin an entry of several words and are what it is about: "servis yavas", "fermuari
 * bozuldu", "kargo hala gelmedi", but not the object of a light verb, "ilgi cekti".
 * @return tokens.
 */
static size_t nouns_of(const struct linker *l, const struct nb_find *find)
{
    const struct nb_target_features *f = &l->words->features;
    const struct tr_analysis *last = best_of(l, find->end - 1);
    size_t n = 0;
    while (find->begin + n + 1 < find->end) {
        const struct tr_analysis *best = best_of(l, find->begin + n);
        if (!best || best->upos != TR_UPOS_NOUN || !(best->features & f->nom) ||
            is_kind(l, find->begin + n, NB_TARGET_NEVER)) {
            break;
        }
        n++;
    }
    if (!n || !last || !find->term) {
        return 0;
    }
    const struct tr_analysis *head = best_of(l, find->begin + n - 1);
    bool apart = find->begin + n + 1 < find->end || (last->features & f->negative) ||
                 (head->features & f->owned_third);
    bool said_of_it = is_finite(l, find->end - 1) && apart && (last->features & f->third) &&
                      !(last->features & f->imperative);
    return last->upos == TR_UPOS_ADJ || said_of_it ? n : 0;
}

/* Finds as tokens have them. A construct spans words that are not opinions themselves. */
void nb_link_mark_finds(struct linker *l, bool *taken)
{
    memset(l->find_at, 0xff, l->text->tokens_n * sizeof(*l->find_at));
    memset(taken, 0, l->text->tokens_n * sizeof(*taken));
    for (size_t i = 0; i < l->out->finds_n; i++) {
        const struct nb_find *find = &l->out->finds[i];
        if (is_aside(l, i)) {
            const struct tr_analysis *best = best_of(l, find->begin);
            taken[find->begin] = !best || best->upos == TR_UPOS_ADV;
            continue;
        }
        size_t from = find->term ? find->begin + nouns_of(l, find) : find->end - 1;
        for (size_t at = from; at < find->end; at++) {
            l->find_at[at] = (uint32_t)i;
            taken[at] = true;
        }
    }
}
