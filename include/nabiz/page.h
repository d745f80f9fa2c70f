/**
 * Pages: the bytes of an HTML page to an article or a thread of posts.
 *
 * Any bytes give a page or a reason why not; memory is bounded by the arena, time by the size of
 * the page.
 *
 * Threads: profiles are immutable once loaded; a reading belongs to one thread.
 */
#ifndef NABIZ_PAGE_H
#define NABIZ_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_page_profiles;

/**
 * Read the profiles of forums, *.forum in a directory, in the order of their names.
 * @return NB_OK, NB_ENOTFOUND, NB_EIO, NB_ESYNTAX (the error has file and line), NB_ENOMEM.
 */
enum nb_err nb_page_profiles_load(const char *dir, struct nb_page_profiles **out,
                                  struct nb_error *error) NB_MUSTUSE;
void nb_page_profiles_free(struct nb_page_profiles *profiles);

enum nb_page_kind { NB_PAGE_KIND_AUTO, NB_PAGE_KIND_ARTICLE, NB_PAGE_KIND_THREAD };

struct nb_page_link {
    struct nb_slice url; /* absolute, http or https */
    struct nb_slice text;
};

struct nb_page_quote {
    struct nb_slice author; /* who is quoted; empty when it does not say */
    struct nb_slice text;
    struct nb_slice post_id; /* id or address of the post; empty when it does not say */
};

struct nb_page_post {
    struct nb_slice id;
    struct nb_slice author;
    struct nb_slice author_url; /* absolute; empty when there is none */
    int64_t published_ms;       /* -1: not found */
    struct nb_slice text;       /* without what is quoted */
    const struct nb_page_quote *quotes;
    size_t quotes_n;
    struct nb_slice reply_to; /* id or address of a post; empty when it does not say */
    struct nb_slice url;
    int64_t likes;     /* -1: not found */
    int64_t followers; /* of the author; -1: not found */
};

enum { NB_PAGE_POSTS_MAX = 2000, NB_PAGE_LINKS_MAX = 2000 };

/** Every slice is valid UTF-8 in the arena; what is not known is empty, a time or count -1. */
struct nb_page {
    enum nb_page_kind kind; /* article or thread */
    struct nb_slice url;
    struct nb_slice canonical;
    struct nb_slice title;
    struct nb_slice author;
    int64_t followers; /* of the author */
    int64_t published_ms;
    int64_t modified_ms;
    struct nb_slice language;         /* "tr", "en-GB": as the page says */
    struct nb_slice site;             /* name */
    struct nb_slice text;             /* of an article */
    const struct nb_page_link *links; /* in the text */
    size_t links_n;
    const struct nb_page_link *feeds; /* announced by the page */
    size_t feeds_n;
    struct nb_slice engine;           /* whose profile read the posts */
    struct nb_slice next_page;        /* of a thread */
    int64_t views, replies;           /* of a thread, on all its pages; -1: it does not say */
    const struct nb_page_post *posts; /* of a thread, or comments of an article */
    size_t posts_n;
};

struct nb_page_options {
    const struct nb_page_profiles *profiles; /* may be NULL: no threads */
    const struct nb_date_context *dates;
    enum nb_page_kind kind; /* AUTO: decided by what is there */
};

/**
 * @param bytes         the body as it came.
 * @param url           absolute; relative links are resolved against it.
 * @param content_type  the header's value, may be empty.
 * @param arena         owns the page; about ten times the body is needed.
 * @return NB_OK, NB_ESYNTAX (url), NB_ENOTFOUND (nothing on the page is content), NB_ENOMEM (limit
 *         of the arena).
 */
enum nb_err nb_page_read(struct nb_slice bytes, struct nb_slice url, struct nb_slice content_type,
                         const struct nb_page_options *options, struct nb_arena *arena,
                         struct nb_page *out, struct nb_error *error) NB_MUSTUSE;

#endif
