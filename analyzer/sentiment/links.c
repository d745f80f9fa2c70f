/*
 * Finds are taken from left to right, so that one without a phrase of its own can take over those
 * of the find before it. All that is known of a clause is read off the tokens around the find:
 * clauses end at punctuation, at conjunctions that do not merely add, and at finite verbs.
 */
#include "analyzer/sentiment/links_private.h"

#include <stdlib.h>
#include <string.h>

enum {
    SCAN_MAX = 16,   /* tokens looked at to the left of a find */
    CARRY_MAX = 24,  /* and beyond the clause */
    AHEAD_MAX = 4,   /* to the right */
    PHRASES_MAX = 8, /* of one clause */
    LINKS_PER_FIND = 4,
    COMPARED_MILLI = -500,
    WEAK_MILLI = 200 /* hints below it colour a text, but are no opinion on a thing */
};

enum slot { SLOT_NOM, SLOT_ACC, SLOT_DAT, SLOT_ABL, SLOT_LOC, SLOT_GEN, SLOT_INS, SLOTS_N };

/* How well a case suits a role; the nearest of the best wins. */
static const uint8_t suits[ROLES_N][SLOTS_N] = {
    /*               nom acc dat abl loc gen ins */
    [ROLE_SUBJECT] = {6, 2, 2, 2, 3, 3, 2}, [ROLE_FEELING] = {3, 6, 5, 5, 1, 2, 4},
    [ROLE_SELF] = {0, 0, 1, 2, 2, 0, 2},    [ROLE_DONE] = {6, 6, 2, 2, 3, 3, 2},
    [ROLE_THING] = {4, 2, 3, 4, 5, 5, 4},   [ROLE_YOU] = {2, 0, 0, 0, 2, 0, 0},
    [ROLE_CARRIED] = {5, 6, 2, 3, 2, 1, 2},
};
enum { TAG_SUITS = 1, POSTPOSED_SUITS = 2, ADDRESSED_SUITS = 6, COMPOUND_SUITS = 7 };

struct found {
    uint32_t phrases[PHRASES_MAX]; /* nearest first */
    size_t n;
    size_t stopped; /* the token that the clause begins behind */
    uint32_t find;  /* the find that the search met first, or NONE */
};

static unsigned suit(const struct linker *l, enum role role, const struct nb_phrase *phrase)
{
    const struct nb_target_features *f = &l->words->features;
    const uint64_t cases[SLOTS_N] = {f->nom, f->acc, f->dat, f->abl, f->loc, f->gen, f->ins};
    unsigned most = 0;
    if (role == ROLE_YOU && (phrase->tag || (phrase->named && (phrase->cases & f->nom)))) {
        return ADDRESSED_SUITS;
    }
    if (phrase->tag || phrase->copula) {
        return phrase->tag ? TAG_SUITS : 0;
    }
    for (size_t i = 0; i < SLOTS_N; i++) {
        if ((phrase->cases & cases[i]) && suits[role][i] > most) {
            most = suits[role][i];
        }
    }
    return phrase->postposed && most > POSTPOSED_SUITS ? POSTPOSED_SUITS : most;
}

/* The phrases of the clause to the left of `at`. */
static struct found look_left(const struct linker *l, size_t begin, size_t at, size_t max)
{
    struct found found = {.find = NONE};
    const struct nb_phrases *phrases = &l->out->phrases;
    size_t from = at;
    while (at > begin && from - at < max) {
        size_t before = at - 1;
        if (phrases->at[before] != NONE) {
            if (found.n == PHRASES_MAX) {
                break;
            }
            found.phrases[found.n++] = phrases->at[before];
            at = phrases->all[phrases->at[before]].begin;
            continue;
        }
        if (l->find_at[before] != NONE && l->out->finds[l->find_at[before]].milli) {
            found.find = l->find_at[before];
            break;
        }
        if (is_border(l, before) || (found.n && is_comma(l, before))) {
            break;
        }
        at--;
    }
    found.stopped = at;
    return found;
}

static uint32_t choose(const struct linker *l, const struct found *found, const struct shape *s,
                       const struct nb_find *find)
{
    unsigned most = 0;
    uint32_t best = NONE;
    for (size_t i = 0; i < found->n; i++) {
        const struct nb_phrase *phrase = &l->out->phrases.all[found->phrases[i]];
        unsigned here = suit(l, s->role, phrase);
        bool compound = s->noun && s->owned && i == 0 && phrase->end == find->begin &&
                        (phrase->cases & l->words->features.nom);
        here = compound ? COMPOUND_SUITS : here;
        if (here > most) {
            most = here;
            best = found->phrases[i];
        }
    }
    return best;
}

static void put(struct linker *l, uint32_t find, uint32_t phrase, int32_t milli)
{
    struct nb_links *out = l->out;
    for (size_t i = l->first_link[find]; i < out->n; i++) {
        if (out->all[i].phrase == phrase) {
            return;
        }
    }
    if (out->n - l->first_link[find] < LINKS_PER_FIND) {
        out->all[out->n++] = (struct nb_link){find, phrase, milli};
    }
}

/* The phrase, and those before it that the same is said of: "ekran, kamera ve batarya". */
static void put_all(struct linker *l, uint32_t find, uint32_t phrase, int32_t milli)
{
    const struct nb_phrases *phrases = &l->out->phrases;
    bool listed = false;
    put(l, find, phrase, milli);
    while (phrases->all[phrase].begin >= 2) {
        size_t between = phrases->all[phrase].begin - 1;
        uint32_t before = phrases->at[between - 1];
        listed |= is_adding(l, between);
        if (before == NONE || !listed || !(is_adding(l, between) || is_comma(l, between)) ||
            phrases->all[before].tag || phrases->all[before].postposed) {
            return;
        }
        put(l, find, before, milli);
        phrase = before;
    }
}

static bool take_over(struct linker *l, uint32_t find, uint32_t from, int32_t milli)
{
    if (from >= find) {
        return false; /* it overlaps this one, and has no links yet */
    }
    size_t end = l->first_link[from + 1], n = 0;
    for (size_t i = l->first_link[from]; i < end; i++) {
        if ((l->out->all[i].milli > 0) == (l->out->finds[from].milli > 0)) {
            put(l, find, l->out->all[i].phrase, milli);
            n++;
        }
    }
    return n > 0;
}

/* What stands in the ablative beside a comparison is said the opposite of. */
static void compare(struct linker *l, uint32_t index, const struct found *found, uint32_t subject)
{
    const struct nb_find *find = &l->out->finds[index];
    for (size_t i = 0; i < found->n; i++) {
        const struct nb_phrase *phrase = &l->out->phrases.all[found->phrases[i]];
        if (found->phrases[i] == subject || phrase->postposed ||
            !(phrase->cases & l->words->features.abl)) {
            continue;
        }
        bool compared = phrase->end == find->begin && subject != NONE;
        for (size_t at = phrase->end; at < find->begin; at++) {
            compared |= is_kind(l, at, NB_TARGET_MORE);
        }
        if (compared) {
            put(l, index, found->phrases[i],
                (int32_t)((int64_t)find->milli * COMPARED_MILLI / 1000));
        }
    }
}

/* The phrase directly to the right, but for words that may stand between. */
static uint32_t look_right(const struct linker *l, size_t at, size_t end, bool attribute)
{
    size_t stop = at + AHEAD_MAX < end ? at + AHEAD_MAX : end;
    for (; at < stop; at++) {
        if (l->out->phrases.at[at] != NONE) {
            return l->out->phrases.at[at];
        }
        const struct tr_analysis *best = best_of(l, at);
        bool article = is_kind(l, at, NB_TARGET_ARTICLE);
        bool between =
            best && (attribute ? best->upos == TR_UPOS_ADJ || is_kind(l, at, NB_TARGET_NEVER)
                               : best->upos == TR_UPOS_DET || best->upos == TR_UPOS_ADV ||
                                     best->upos == TR_UPOS_PRON || best->upos == TR_UPOS_AUX);
        if (l->find_at[at] != NONE || l->text->tokens[at].kind != TR_WORD ||
            !(article || between)) {
            return NONE;
        }
    }
    return NONE;
}

/* A find behind a phrase, with nothing between that ends the clause, will have it as subject. */
static bool is_claimed(const struct linker *l, const struct nb_phrase *phrase, size_t end)
{
    for (size_t at = phrase->end; at < end && at < phrase->end + AHEAD_MAX; at++) {
        if (l->find_at[at] != NONE) {
            return l->out->finds[l->find_at[at]].milli && !l->out->finds[l->find_at[at]].picture;
        }
        if (is_border(l, at) || is_comma(l, at) || l->out->phrases.at[at] != NONE) {
            return false;
        }
    }
    return false;
}

/* What an adjective or participle stands before; "ekran guzel batarya kotu" is two clauses. */
static uint32_t attribute_of(const struct linker *l, uint32_t index, size_t begin, size_t end)
{
    const struct nb_find *find = &l->out->finds[index];
    struct shape s = nb_link_shape(l, find, end);
    const struct nb_phrases *phrases = &l->out->phrases;
    if (!(s.adjective || s.noun || s.verb) || !s.bare || find->end >= end) {
        return NONE;
    }
    size_t next = find->end;
    if (is_adding(l, next) || is_comma(l, next)) {
        next++;
    }
    if (next < end && l->find_at[next] != NONE && (s.adjective || next == find->end)) {
        return l->before[l->find_at[next]];
    }
    uint32_t phrase = look_right(l, find->end, end, true);
    if (phrase == NONE || phrases->all[phrase].tag) {
        return NONE;
    }
    bool adjacent = phrases->all[phrase].begin == find->end;
    bool subject = find->begin > begin && phrases->at[find->begin - 1] != NONE &&
                   (phrases->all[phrases->at[find->begin - 1]].cases & l->words->features.nom);
    return adjacent && subject && is_claimed(l, &phrases->all[phrase], end) ? NONE : phrase;
}

/* Says what the subject is: "bu telefon harika bir urun". */
static bool is_predicate(const struct linker *l, const struct nb_phrase *phrase, size_t end)
{
    if (!(phrase->cases & l->words->features.nom) || phrase->postposed) {
        return false;
    }
    if (phrase->copula) {
        return true;
    }
    const struct tr_analysis *next = phrase->end < end ? best_of(l, phrase->end) : NULL;
    return phrase->end == end || l->text->tokens[phrase->end].kind >= TR_EMOJI ||
           (next && next->upos == TR_UPOS_AUX);
}

/* What the clauses before were about, as far as the sentence before. */
static void carry(struct linker *l, uint32_t index, size_t begin, size_t at)
{
    const struct nb_find *find = &l->out->finds[index];
    struct shape s = {.role = ROLE_CARRIED};
    for (size_t from = at; at > begin && from - at < CARRY_MAX;) {
        struct found found = look_left(l, begin, at, CARRY_MAX);
        uint32_t phrase = choose(l, &found, &s, find);
        if (phrase != NONE && !l->out->phrases.all[phrase].tag) {
            put(l, index, phrase, find->milli);
            return;
        }
        if (found.find != NONE) {
            (void)take_over(l, index, found.find, find->milli);
            return;
        }
        at = found.stopped ? found.stopped - 1 : 0;
    }
}

static void link_attribute(struct linker *l, uint32_t index, size_t begin, size_t end)
{
    const struct nb_find *find = &l->out->finds[index];
    const struct nb_phrase *phrase = &l->out->phrases.all[l->before[index]];
    if (is_predicate(l, phrase, end)) {
        struct found found = look_left(l, begin, find->begin, SCAN_MAX);
        for (size_t i = 0; i < found.n; i++) {
            const struct nb_phrase *subject = &l->out->phrases.all[found.phrases[i]];
            if (index > 0 && l->before[index - 1] == found.phrases[i]) {
                break; /* "lezzetli yemekler, kotu servis" */
            }
            if ((subject->cases & l->words->features.nom) && !subject->postposed) {
                put_all(l, index, found.phrases[i], find->milli);
                return;
            }
        }
    }
    put(l, index, l->before[index], find->milli);
}

static void link_find(struct linker *l, uint32_t index, const struct tr_sentence *sentence,
                      size_t carry_begin)
{
    const struct nb_find *find = &l->out->finds[index];
    size_t begin = sentence->begin, end = sentence->end;
    if (l->before[index] != NONE) {
        link_attribute(l, index, begin, end);
        return;
    }
    if (l->out->phrases.at[find->begin] != NONE) { /* in the entry itself */
        put_all(l, index, l->out->phrases.at[find->begin], find->milli);
        return;
    }
    struct shape s = nb_link_shape(l, find, end);
    struct found found = look_left(l, begin, find->begin, SCAN_MAX);
    uint32_t phrase = choose(l, &found, &s, find);
    if (phrase != NONE && !l->out->phrases.all[phrase].tag) {
        put_all(l, index, phrase, find->milli);
    } else if (found.find != NONE && (find->picture || s.role != ROLE_SELF) &&
               take_over(l, index, found.find, find->milli)) {
        return;
    }
    if (s.role == ROLE_SUBJECT) {
        compare(l, index, &found, phrase);
    }
    if (l->out->n > l->first_link[index] || find->picture) {
        return;
    }
    uint32_t right = look_right(l, find->end, end, false);
    if (right != NONE && suit(l, s.role, &l->out->phrases.all[right]) > 0 &&
        (s.role == ROLE_FEELING || !is_claimed(l, &l->out->phrases.all[right], end))) {
        put(l, index, right, find->milli);
    } else if (phrase != NONE) {
        put(l, index, phrase, find->milli);
    } else if (s.carries) {
        carry(l, index, carry_begin, found.stopped);
    }
}

static bool is_opinion(const struct nb_find *find)
{
    return find->milli && (abs(find->milli) >= WEAK_MILLI || abs(find->base) >= WEAK_MILLI);
}

static void link_sentences(struct linker *l)
{
    struct nb_links *out = l->out;
    size_t carry_begin = 0;
    uint32_t first = 0;
    for (size_t i = 0; i < l->text->sentences_n; i++) {
        const struct tr_sentence *sentence = &l->text->sentences[i];
        uint32_t end = first;
        while (end < out->finds_n && out->finds[end].begin < sentence->end) {
            end++;
        }
        for (uint32_t f = end; f > first; f--) {
            l->before[f - 1] = attribute_of(l, f - 1, sentence->begin, sentence->end);
        }
        for (uint32_t f = first; f < end; f++) {
            l->first_link[f] = (uint32_t)out->n;
            if (is_opinion(&out->finds[f]) && l->find_at[out->finds[f].end - 1] == f) {
                link_find(l, f, sentence, carry_begin);
            }
            l->first_link[f + 1] = (uint32_t)out->n;
        }
        first = end;
        carry_begin = sentence->begin;
    }
}

static int by_place(const void *a, const void *b)
{
    const struct nb_find *x = a, *y = b;
    return x->begin != y->begin ? (x->begin > y->begin) - (x->begin < y->begin)
                                : (x->end > y->end) - (x->end < y->end);
}

/* The finds by their places: those that no single word holds come behind the others. */
static const struct nb_find *in_order(const struct nb_find *finds, size_t n, struct nb_arena *arena)
{
    size_t sorted = 1;
    while (sorted < n && finds[sorted - 1].begin <= finds[sorted].begin) {
        sorted++;
    }
    if (sorted >= n) {
        return finds;
    }
    struct nb_find *copy = nb_arena_alloc(arena, n * sizeof(*copy));
    if (copy) {
        memcpy(copy, finds, n * sizeof(*copy));
        qsort(copy, n, sizeof(*copy), by_place);
    }
    return copy;
}

enum nb_err nb_links_find(const struct nb_target_words *words, const struct nb_reading_text *text,
                          const struct nb_find *finds, size_t finds_n, struct nb_arena *arena,
                          struct nb_links *out)
{
    struct linker l = {.words = words, .text = text, .out = out};
    *out = (struct nb_links){.finds_n = finds_n};
    if (!finds_n) {
        return NB_OK;
    }
    out->finds = in_order(finds, finds_n, arena);
    if (!out->finds) {
        return NB_ENOMEM;
    }
    bool *taken = nb_arena_alloc(arena, text->tokens_n * sizeof(*taken));
    l.find_at = nb_arena_alloc(arena, text->tokens_n * sizeof(*l.find_at));
    l.before = nb_arena_alloc(arena, finds_n * sizeof(*l.before));
    l.first_link = nb_arena_alloc(arena, (finds_n + 1) * sizeof(*l.first_link));
    out->all = nb_arena_alloc(arena, finds_n * LINKS_PER_FIND * sizeof(*out->all));
    if (!taken || !l.find_at || !l.before || !l.first_link || !out->all) {
        return NB_ENOMEM;
    }
    memset(l.before, 0xff, finds_n * sizeof(*l.before));
    nb_link_mark_finds(&l, taken);
    enum nb_err err = nb_phrases_find(words, text, taken, arena, &out->phrases);
    if (err == NB_OK) {
        l.first_link[0] = 0;
        link_sentences(&l);
    }
    return err;
}
