/*
 * Triggers: atoms without one of which a query cannot match. A query is true only if one atom of
 * its set is there; the set of a part that is denied is the set without which it cannot be false.
 *
 *              to be true               to be false
 *     atom     the atom                 none will do
 *     and      the rarest part's        those of all parts
 *     or       those of all parts       the rarest part's
 *     not      the part's to be false   the part's to be true
 *     near     the rarest part's        none will do
 */
#include "analyzer/topics/topics_private.h"

#define NEVER (UINT64_MAX / 4)

/* About how many of a million words of a text are this one; the lemma stands for all its forms. */
static uint64_t word_weight(const struct nb_topics *t, struct nb_slice word)
{
    unsigned frequency = t->speller ? tr_speller_frequency(t->speller, word) : 0;
    return (uint64_t)1 << (frequency < 30 ? frequency : 30);
}

static uint64_t atom_weight(const struct nb_topics *t, const struct nb_atom *atom)
{
    static const uint64_t fields[NB_QUERY_FIELDS_N] = {
        [NB_QUERY_SITE] = 1 << 12,   [NB_QUERY_AUTHOR] = 1 << 5,   [NB_QUERY_SOURCE] = 1 << 10,
        [NB_QUERY_KIND] = 1 << 24,   [NB_QUERY_LANG] = 1 << 28,    [NB_QUERY_SENTIMENT] = 1 << 26,
        [NB_QUERY_INTENT] = 1 << 22, [NB_QUERY_EMOTION] = 1 << 22, [NB_QUERY_EVENT] = 1 << 12,
    };
    switch (atom->kind) {
    case NB_ATOM_FIELD:
        return fields[atom->field];
    case NB_ATOM_FORM:
        return 1 << 27;
    case NB_ATOM_PREFIX:
        return 1 << 13;
    case NB_ATOM_HASHTAG:
    case NB_ATOM_HANDLE:
        return 1 << 4;
    default:
        return word_weight(t, tr_lexicon_key_text(t->lexicon, atom->key));
    }
}

static bool takes_all(const struct nb_topic_node *node, bool denied)
{
    return node->kind == (denied ? NB_NODE_AND : NB_NODE_OR);
}

static uint64_t weight(const struct nb_topics *t, uint32_t number, bool denied, uint32_t *rarest)
{
    const struct nb_topic_node *node = &t->nodes[number];
    bool word =
        node->kind == NB_NODE_ATOM || node->kind == NB_NODE_PHRASE || node->kind == NB_NODE_NEAR;
    if (node->kind >= NB_NODE_SINCE || (word && denied)) {
        return NEVER;
    }
    if (node->kind == NB_NODE_ATOM) {
        return atom_weight(t, &t->atoms[node->atom]);
    }
    if (node->kind == NB_NODE_NOT) {
        return weight(t, node->child, !denied, rarest);
    }
    uint64_t sum = 0, least = UINT64_MAX;
    for (uint32_t child = node->child; child != TR_NONE; child = t->nodes[child].sibling) {
        uint32_t ignored;
        uint64_t w = weight(t, child, denied, &ignored);
        sum = sum + w < NEVER ? sum + w : NEVER;
        if (w < least) {
            least = w;
            *rarest = child;
        }
    }
    return takes_all(node, denied) ? sum : least;
}

/* Called for each trigger of a part that has a finite weight. */
typedef void trigger_fn(struct nb_topics *t, uint32_t atom, uint32_t topic);

static void each_trigger(struct nb_topics *t, uint32_t number, bool denied, uint32_t topic,
                         trigger_fn *call)
{
    const struct nb_topic_node *node = &t->nodes[number];
    uint32_t rarest = TR_NONE;
    if (node->kind == NB_NODE_ATOM) {
        call(t, node->atom, topic);
    } else if (node->kind == NB_NODE_NOT) {
        each_trigger(t, node->child, !denied, topic, call);
    } else if (takes_all(node, denied)) {
        for (uint32_t child = node->child; child != TR_NONE; child = t->nodes[child].sibling) {
            each_trigger(t, child, denied, topic, call);
        }
    } else if (weight(t, number, denied, &rarest) < NEVER) {
        each_trigger(t, rarest, denied, topic, call);
    }
}

static void count_trigger(struct nb_topics *t, uint32_t atom, uint32_t topic)
{
    (void)topic;
    t->atoms[atom].triggers_end++;
}

/* Filled from behind, so that the end of one becomes its beginning; see fill_triggers(). */
static void put_trigger(struct nb_topics *t, uint32_t atom, uint32_t topic)
{
    t->triggers[--t->atoms[atom].triggers_end] = topic;
}

static bool fill_triggers(struct nb_topics *t)
{
    uint32_t ignored;
    size_t sum = 0;
    t->always = nb_arena_alloc(t->arena, t->n * sizeof(*t->always));
    if (!t->always) {
        return false;
    }
    for (uint32_t topic = 0; topic < t->n; topic++) {
        if (weight(t, t->roots[topic], false, &ignored) >= NEVER) {
            t->always[t->always_n++] = topic;
        } else {
            each_trigger(t, t->roots[topic], false, topic, count_trigger);
        }
    }
    for (size_t i = 0; i < t->atoms_n; i++) {
        sum += t->atoms[i].triggers_end;
        t->atoms[i].triggers_end = (uint32_t)sum;
    }
    t->triggers = nb_arena_alloc(t->arena, sum * sizeof(*t->triggers));
    if (!t->triggers) {
        return false;
    }
    for (uint32_t topic = 0, next = 0; topic < t->n; topic++) {
        if (next < t->always_n && t->always[next] == topic) {
            next++;
        } else {
            each_trigger(t, t->roots[topic], false, topic, put_trigger);
        }
    }
    for (size_t i = 0; i < t->atoms_n;
         i++) { /* each holds its beginning: the end of the one before */
        t->atoms[i].triggers_end =
            i + 1 < t->atoms_n ? t->atoms[i + 1].triggers_end : (uint32_t)sum;
    }
    return true;
}

enum nb_err nb_topics_seal(struct nb_topics *topics)
{
    struct nb_topics *t = topics;
    t->keys_n = tr_lexicon_keys_n(t->lexicon);
    t->by_key = nb_arena_alloc(t->arena, t->keys_n * sizeof(*t->by_key));
    t->forms = nb_arena_alloc(t->arena, t->atoms_n * sizeof(*t->forms));
    if (!t->by_key || !t->forms) {
        return NB_ENOMEM;
    }
    for (size_t key = 0; key < t->keys_n; key++) {
        t->by_key[key] = TR_NONE;
    }
    for (uint32_t i = 0; i < t->atoms_n; i++) {
        struct nb_atom *atom = &t->atoms[i];
        if (atom->kind == NB_ATOM_FORM) {
            t->forms[t->forms_n++] = i;
        } else if (atom->kind <= NB_ATOM_EXACT) {
            atom->next = t->by_key[atom->key];
            t->by_key[atom->key] = i;
        }
    }
    enum nb_err err = fill_triggers(t) ? NB_OK : NB_ENOMEM;
    t->speller = NULL;
    return err;
}
