/**
 * Profiles: how the pages of one kind of forum are built, as data in config/forums/.
 *
 * A profile is a text of lines `KEY SELECTOR[@ATTRIBUTE]`; see config/forums/README.md. A key may
 * stand more than once: the first line that finds something counts.
 *
 * Threads: profiles are immutable once read.
 */
#ifndef NABIZ_PAGE_PROFILE_H
#define NABIZ_PAGE_PROFILE_H

#include "crawler/page/select.h"

enum nb_profile_key {
    NB_PROFILE_POST, /* the element of each post */
    NB_PROFILE_ID,   /* what follows is looked for inside a post */
    NB_PROFILE_AUTHOR,
    NB_PROFILE_PROFILE, /* address of the author's page */
    NB_PROFILE_DATE,
    NB_PROFILE_TEXT,
    NB_PROFILE_CUT, /* not part of the text */
    NB_PROFILE_QUOTE,
    NB_PROFILE_QUOTED, /* inside a quote: who is quoted */
    NB_PROFILE_SOURCE, /* inside a quote: address of the post that is quoted */
    NB_PROFILE_URL,
    NB_PROFILE_REPLY, /* id or address of the post that is answered */
    NB_PROFILE_LIKES,
    NB_PROFILE_TITLE, /* of the thread, in the page */
    NB_PROFILE_NEXT,  /* address of the next page */
    NB_PROFILE_VIEWS, /* how often the thread was seen, in the page */
    NB_PROFILE_REPLIES,
    NB_PROFILE_KEYS_N
};

/** One line: where to look, and what to take there. */
struct nb_profile_rule {
    const struct nb_profile_rule *next;
    const struct nb_selector *selector; /* NULL: the element itself */
    const char *attr;                   /* NULL: its text */
};

struct nb_profile {
    struct nb_profile *next;
    struct nb_slice name;
    bool is_fallback; /* only for pages that no other profile fits */
    bool is_comments; /* the posts are comments below an article */
    const struct nb_profile_rule *rules[NB_PROFILE_KEYS_N];
};

/**
 * Read a file of profiles.
 * @param text   borrowed as long as the profiles are used.
 * @param arena  owns the profiles.
 * @param out    [out] in the order of the file.
 * @return NB_OK, NB_ESYNTAX (the error says where), NB_ENOMEM.
 */
enum nb_err nb_profiles_read(struct nb_slice text, const char *path, struct nb_arena *arena,
                             struct nb_profile **out, struct nb_error *error) NB_MUSTUSE;

#endif
