/**
 * An open network among the story's sites, as Mastodon's API has it: accounts with their followers,
 * what they say and what they pass on. From the sections "social-accounts" and "social-posts".
 *
 * Threads: immutable once loaded.
 */
#ifndef SITE_SOCIAL_H
#define SITE_SOCIAL_H

#include "tests/site/http.h"
#include "tests/site/text.h"

#define SOCIAL_HOST "ucurtma.example"

struct social_account {
    struct nb_slice handle, name;
    int64_t followers_n; /* when the story begins; one in a hundred more come each day */
};

struct social_post {
    int64_t at_ms;
    size_t account;
    struct nb_slice text;
    const struct social_post *boosted; /* NULL: it says something itself */
};

struct social {
    const struct social_account *accounts;
    size_t accounts_n;
    const struct social_post *posts; /* by at_ms */
    size_t posts_n;
};

/** @return NB_OK, NB_ESYNTAX (a line that is none), NB_ENOMEM. */
enum nb_err social_load(const struct text *text, struct nb_arena *arena, struct social *out,
                        struct nb_error *error) NB_MUSTUSE;

/** Where account i is read, with the host. */
void social_address(size_t i, struct nb_buf *out);

/** How many posts and boosts an account ever makes. */
size_t social_posts_n(const struct social *social, size_t account);

/** Answer if the host is the network. @return false when it is not. */
bool social_answer(const struct social *social, const struct http_request *request,
                   struct http_reply *reply);

#endif
