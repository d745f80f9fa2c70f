/**
 * Threads: the posts of a page of a forum, a question with its answers, comments below an article.
 *
 * Threads (of execution): pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_THREAD_H
#define NABIZ_PAGE_THREAD_H

#include <nabiz/date.h>
#include <nabiz/page.h>
#include <nabiz/url.h>

#include "crawler/page/counts.h"
#include "crawler/page/profile.h"

struct nb_page_thread {
    struct nb_slice engine; /* which profile; empty: by what repeats */
    struct nb_slice title;
    struct nb_slice next_page; /* absolute; empty on the last one */
    struct nb_page_post *posts;
    uint32_t *nodes; /* the element of each */
    size_t posts_n;
    struct nb_page_counts counts;
    bool is_comments; /* by the profile: below an article */
    bool is_fallback; /* by a profile that fits many pages */
};

/** What a page is read against. */
struct nb_page_context {
    const struct nb_url *url;
    const struct nb_date_context *dates;
    const struct nb_profile *profiles;
    bool is_forum;    /* it says so, or its address does: less evidence is enough */
    bool month_first; /* 03/04/2020 is in March on this page */
};

/**
 * Read the posts of a page by the profile that fits it best.
 * @param arena  owns what is found.
 * @return NB_OK, NB_ENOTFOUND (no profile fits), NB_ENOMEM.
 */
enum nb_err nb_page_thread_read(const struct nb_dom *dom, const struct nb_page_context *context,
                                struct nb_arena *arena, struct nb_page_thread *out) NB_MUSTUSE;

/**
 * Where a thread goes on, by what pages call their next one whatever their engine.
 * @param out  [out] absolute; empty when it does not say.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_page_thread_next(const struct nb_dom *dom, const struct nb_page_context *context,
                                struct nb_arena *arena, struct nb_slice *out) NB_MUSTUSE;

#endif
