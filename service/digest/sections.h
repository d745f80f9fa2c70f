/**
 * The sections of a digest by name: a team has those it wants, in the order of the digest.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_DIGEST_SECTIONS_H
#define NABIZ_DIGEST_SECTIONS_H

#include <stdint.h>

#include <nabiz/err.h>
#include <nabiz/slice.h>

/* X(id, "name") in the order in which they are shown. */
#define NB_SECTIONS(X)                                                                             \
    X(ALERTS, "alerts")                                                                            \
    X(FIGURES, "figures")                                                                          \
    X(HOURS, "hours")                                                                              \
    X(STORIES, "stories")                                                                          \
    X(TERMS, "terms")                                                                              \
    X(WAITING, "waiting")                                                                          \
    X(QUESTIONS, "questions")                                                                      \
    X(PRAISE, "praise")                                                                            \
    X(AUTHORS, "authors")                                                                          \
    X(INFLUENCERS, "influencers")                                                                  \
    X(SILENCE, "silence")                                                                          \
    X(SHARE, "share")                                                                              \
    X(EVENTS, "events")

enum nb_section {
#define X(id, name) NB_SECTION_##id,
    NB_SECTIONS(X)
#undef X
        NB_SECTIONS_N
};

/** A set of sections: 1 << enum nb_section. */
#define NB_SECTIONS_ALL ((UINT32_C(1) << NB_SECTIONS_N) - 1)

/**
 * Read names, by spaces or commas; none at all is all.
 * @return NB_OK, NB_EINVAL (the detail says which is none, and what there is).
 */
enum nb_err nb_sections_parse(struct nb_slice text, uint32_t *out,
                              struct nb_error *error) NB_MUSTUSE;

#endif
