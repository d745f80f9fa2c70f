/**
 * Posts that a page has in JSON-LD: DiscussionForumPosting and its comments, a Question with its
 * answers and theirs, by schema.org. For pages whose programs write the posts.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_PAGE_LDTHREAD_H
#define NABIZ_PAGE_LDTHREAD_H

#include "crawler/page/thread.h"

/**
 * @return NB_OK, NB_ENOTFOUND (no post with a text), NB_ENOMEM.
 */
enum nb_err nb_page_ldthread(const struct nb_dom *dom, const struct nb_page_context *context,
                             struct nb_arena *arena, struct nb_page_thread *out) NB_MUSTUSE;

#endif
