/**
 * A second opinion, learnt from posts that people labelled: how likely it is that a hit of a rule
 * is an event. It can only lower what the rule says.
 *
 * Two logistic models over what is there or not, one upon the other (Wolpert, Stacked
 * Generalization, 1992). The first sees the lemmas of a post, pairs of them and letters of its
 * hashtags and of words that no lexicon has, whatever the rules found, and has learnt from all
 * posts whether there is any event in them; the root of the number of its features divides their
 * sum, so that a long post is no surer.
 * The second has learnt from hits alone: what the first says, the same words, who is spoken of
 * (persons and possessors), what kind of post it is, what the rule was met by, and what the rules
 * made of it: its head, the words around it, subject and stage. Rules of a family are judged alike,
 * whatever their type. Each of its features has a weight for all families and one for the family
 * of the hit, added up (Daume III, Frustratingly Easy Domain Adaptation, 2007). Whole numbers only,
 * so that every machine says the same.
 *
 * Threads: a sealed opinion is immutable.
 */
#ifndef NABIZ_EVENTS_SECOND_H
#define NABIZ_EVENTS_SECOND_H

#include "analyzer/events/pattern.h"
#include "analyzer/turkish/report.h"

enum {
    NB_SECOND_FEATURES_MAX = 4096, /* of a post or hit; what follows is left out */
    NB_SECOND_NAME_BYTES_MAX = 160,
    NB_SECOND_WEIGHTS_MAX = 1 << 20,
    NB_SECOND_POST_KEYS = 2
};

struct nb_second_weight {
    uint64_t key;
    int32_t milli;
};

struct nb_second {
    struct nb_second_weight *all; /* ascending by key */
    uint32_t *begins;             /* by the first bits of a key: the first that is not below */
    size_t n;
};

struct nb_event_features;
struct nb_head;

/** What is judged. */
struct nb_second_case {
    const struct nb_event_features *is;
    const struct nb_event_words *words;
    const struct nb_hit *hit;
    const struct nb_head *head;
    struct nb_slice family; /* of rules that are judged alike, as their option names it */
    uint8_t type;           /* enum nb_event_type */
    int32_t weight_milli;   /* of the rule */
    bool proposed;          /* the rule is no more than a proposal (option `judged`) */
    size_t hits_n;          /* of rules of the type in the post, what was dropped included */
};

/** Features, each once; borrowed from an arena. */
struct nb_second_features {
    struct nb_slice *names; /* NULL unless asked for */
    uint64_t *keys;
    size_t n;
    /* Of a hit: what is multiplied by what the first model says (named FAMILY/post). */
    uint64_t post_keys[NB_SECOND_POST_KEYS];
};

/**
 * Read a file of weights: a weight in thousandths and the name of a feature on each line. A bad
 * line costs only that line. What was read before is forgotten.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_second_read(struct nb_second *second, struct nb_arena *arena, struct nb_slice text,
                           tr_report_fn *report, void *context) NB_MUSTUSE;

/**
 * What the first model sees.
 * @param named  names are wanted too: for training.
 * @return NB_OK, NB_ENOMEM. Cost: proportional to the words of the post.
 */
enum nb_err nb_second_post(const struct nb_event_words *words, const struct nb_event_features *is,
                           bool named, struct nb_arena *arena,
                           struct nb_second_features *out) NB_MUSTUSE;

/** What the second model sees; the rest as above. */
enum nb_err nb_second_hit(const struct nb_second_case *what, bool named, struct nb_arena *arena,
                          struct nb_second_features *out) NB_MUSTUSE;

/** What the first model says: the odds of an event in the post, in thousandths of their logarithm.
 */
int32_t nb_second_post_milli(const struct nb_second *second,
                             const struct nb_second_features *features);

/** How likely it is an event, 0 to 1000; 1000 where nothing was learnt. */
int32_t nb_second_milli(const struct nb_second *second, const struct nb_second_features *features,
                        int32_t post_milli);

#endif
