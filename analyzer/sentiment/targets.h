/**
 * Targets: what the opinions of a text are about, each with its own polarity, and what they say of
 * given places of the text, such as those where a topic was found.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_TARGETS_H
#define NABIZ_TARGETS_H

#include "analyzer/sentiment/links.h"

/* Further targets of a text are left out. */
#define NB_TARGETS_MAX 64

struct nb_target {
    uint32_t begin, end;   /* tokens, of where it was first named */
    struct nb_slice lemma; /* of its last word */
    int32_t milli;         /* -1000 .. 1000: opinions on it, added up */
    enum nb_opinion_label label;
};

/**
 * Targets in the order of the text; what is named again by the same words is one.
 * @param out  [out] in arena.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_targets_of(const struct nb_reading_text *text, const struct nb_links *links,
                          struct nb_arena *arena, struct nb_target **out, size_t *out_n) NB_MUSTUSE;

/** A place where something that is asked about was found: tokens [begin, end). */
struct nb_place {
    uint32_t begin, end;
    uint32_t subject; /* whose place it is: index into what is added up */
};

/* With more subjects a text is a list: nothing is added up. */
#define NB_TOWARD_MAX 16

/** What a text says of one subject. Start with all zero; several texts may be added. */
struct nb_toward {
    int64_t milli;     /* sum of the opinions on it */
    uint32_t finds_n;  /* opinions on it */
    uint32_t others_n; /* opinions on other names or subjects */
};

/**
 * Add up what is said of each subject. An opinion belongs to the subject whose place is in the
 * phrase that it is about, or that owns this phrase; else to the name or subject that was last
 * named before it in its sentence, else next, else last of all.
 * @param toward  [in, out] by subject.
 * @return NB_OK, NB_ENOMEM. Linear in the text for each subject.
 */
enum nb_err nb_targets_toward(const struct nb_reading_text *text, const struct nb_links *links,
                              const struct nb_place *places, size_t places_n,
                              struct nb_arena *arena, struct nb_toward *toward,
                              size_t toward_n) NB_MUSTUSE;

/** The label of a sum of opinions on one thing. */
enum nb_opinion_label nb_target_label(int64_t milli);

#endif
