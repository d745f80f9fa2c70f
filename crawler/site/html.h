/**
 * Inside of reading web pages: what html.c puts together.
 *
 * Threads: pure functions on the caller's memory.
 */
#ifndef NABIZ_CRAWLER_SITE_HTML_H
#define NABIZ_CRAWLER_SITE_HTML_H

#include "crawler/page/dom.h"
#include "crawler/site/links.h"
#include "crawler/site/yield.h"

/**
 * The links of a page that may be followed, with what stands beside them: the newest date, the
 * first number and the number of the newest post between one thread's link and the next.
 * @param here  what the page's own address says.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_site_scan(const struct nb_site_input *input, const struct nb_dom *dom,
                         const struct nb_link *here, struct nb_arena *arena,
                         struct nb_site_yield *out) NB_MUSTUSE;

/** The posts of a thread as documents. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_site_thread(const struct nb_site_input *input, const struct nb_link *here,
                           const struct nb_page *page, struct nb_arena *arena,
                           struct nb_site_yield *out) NB_MUSTUSE;

/** An article and the comments below it as documents. @return NB_OK, NB_ENOMEM. */
enum nb_err nb_site_article(const struct nb_site_input *input, const struct nb_link *here,
                            const struct nb_page *page, struct nb_arena *arena,
                            struct nb_site_yield *out) NB_MUSTUSE;

/** What a page that keeps robots out says to people; NULL when it is none. Static. */
const char *nb_site_wall(struct nb_slice bytes);

/** Do two hosts differ by a "www." at most? */
bool nb_site_same_host(struct nb_slice a, struct nb_slice b);

#endif
