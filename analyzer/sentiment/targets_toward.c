/*
 * For each subject by itself the names in the text are divided into its own and others, and every
 * opinion is given to one of them. Others are the places of other subjects, and names that
 * opinions are linked to: that keeps "A berbat, B efsane" apart when only A is asked about.
 */
#include "analyzer/sentiment/targets.h"

#include <string.h>

enum { OWNERS_MAX = 4 };
enum holder { NOBODY, OTHER, MINE };

struct toward {
    const struct nb_reading_text *text;
    const struct nb_links *links;
    uint8_t *holder; /* by token, enum holder */
    uint32_t *left;  /* by token: the nearest one that has a holder, from it to the left; or NONE */
    uint32_t *right; /* and to the right */
};

#define NONE UINT32_MAX

static void set_all(struct toward *t, size_t begin, size_t end, enum holder holder)
{
    for (size_t at = begin; at < end && at < t->text->tokens_n; at++) {
        t->holder[at] = (uint8_t)holder;
    }
}

static void mark(struct toward *t, const struct nb_place *places, size_t n, uint32_t subject)
{
    size_t tokens_n = t->text->tokens_n;
    memset(t->holder, NOBODY, tokens_n);
    for (size_t i = 0; i < t->links->n; i++) {
        const struct nb_phrase *phrase = &t->links->phrases.all[t->links->all[i].phrase];
        if (phrase->named) {
            set_all(t, phrase->begin, phrase->end, OTHER);
        }
    }
    for (int mine = 0; mine < 2; mine++) {
        for (size_t i = 0; i < n; i++) {
            if ((places[i].subject == subject) == (mine != 0)) {
                set_all(t, places[i].begin, places[i].end, mine ? MINE : OTHER);
            }
        }
    }
    uint32_t last = NONE;
    for (size_t at = 0; at < tokens_n; at++) {
        last = t->holder[at] ? (uint32_t)at : last;
        t->left[at] = last;
    }
    last = NONE;
    for (size_t at = tokens_n; at > 0; at--) {
        last = t->holder[at - 1] ? (uint32_t)at - 1 : last;
        t->right[at - 1] = last;
    }
}

/* Mine when the phrase, or whose it is, has a place of mine. */
static enum holder holder_of(const struct toward *t, uint32_t index)
{
    const struct nb_phrases *phrases = &t->links->phrases;
    enum holder best = NOBODY;
    for (int i = 0; i < OWNERS_MAX && index != NB_NO_PHRASE; i++) {
        const struct nb_phrase *phrase = &phrases->all[index];
        for (size_t at = phrase->begin; at < phrase->end; at++) {
            best = t->holder[at] > best ? (enum holder)t->holder[at] : best;
        }
        index = phrase->owner;
    }
    return best;
}

/* Who was named last in the sentence, else who is named next in it, else who was last of all. */
static enum holder holder_near(const struct toward *t, const struct nb_find *find,
                               const struct tr_sentence *sentence)
{
    uint32_t left = t->left[find->begin], right = t->right[find->begin];
    if (left != NONE && left >= sentence->begin) {
        return (enum holder)t->holder[left];
    }
    if (right != NONE && right < sentence->end) {
        return (enum holder)t->holder[right];
    }
    return left != NONE ? (enum holder)t->holder[left] : NOBODY;
}

static void count(struct nb_toward *out, enum holder holder, int32_t milli)
{
    out->milli += holder == MINE ? milli : 0;
    out->finds_n += holder == MINE;
    out->others_n += holder == OTHER;
}

static void add_up(const struct toward *t, struct nb_toward *out)
{
    size_t link = 0, sentence = 0;
    for (size_t i = 0; i < t->links->finds_n; i++) {
        const struct nb_find *find = &t->links->finds[i];
        bool held = false;
        while (t->text->sentences[sentence].end <= find->begin) {
            sentence++;
        }
        for (; link < t->links->n && t->links->all[link].find == i; link++) {
            enum holder holder = holder_of(t, t->links->all[link].phrase);
            held |= holder != NOBODY;
            count(out, holder, t->links->all[link].milli);
        }
        if (!held && find->milli) {
            count(out, holder_near(t, find, &t->text->sentences[sentence]), find->milli);
        }
    }
}

enum nb_err nb_targets_toward(const struct nb_reading_text *text, const struct nb_links *links,
                              const struct nb_place *places, size_t places_n,
                              struct nb_arena *arena, struct nb_toward *toward, size_t toward_n)
{
    struct toward t = {.text = text, .links = links};
    if (!links->finds_n || toward_n > NB_TOWARD_MAX) {
        return NB_OK;
    }
    t.holder = nb_arena_alloc(arena, text->tokens_n);
    t.left = nb_arena_alloc(arena, text->tokens_n * sizeof(*t.left));
    t.right = nb_arena_alloc(arena, text->tokens_n * sizeof(*t.right));
    if (!t.holder || !t.left || !t.right) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < toward_n; i++) {
        mark(&t, places, places_n, (uint32_t)i);
        add_up(&t, &toward[i]);
    }
    return NB_OK;
}
