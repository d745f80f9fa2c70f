/**
 * What the attributes of an element say of it: that it is hidden, what role it has, and what the
 * words in its class and its id call it.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_PAGE_SIGNS_H
#define NABIZ_PAGE_SIGNS_H

#include "crawler/page/dom.h"

enum nb_page_sign {
    NB_SIGN_HIDDEN = 1 << 0,
    NB_SIGN_ROLE = 1 << 1,    /* of the frame of a page: navigation, banner, search */
    NB_SIGN_FRAME = 1 << 2,   /* called like what surrounds content: sidebar, share, related */
    NB_SIGN_CONSENT = 1 << 3, /* asks for consent to cookies */
    NB_SIGN_REVIEW = 1 << 4,  /* what others say of a product */
    NB_SIGN_RELATED = 1 << 5, /* leads to other products */
    NB_SIGN_CHOICE = 1 << 6,  /* sizes, colours and how many */
    NB_SIGN_DEAL = 1 << 7,    /* how it is paid and delivered */
    NB_SIGN_CAPTION = 1 << 8  /* below a picture, or whose picture it is */
};

/** @return signs, or-ed. */
unsigned nb_page_signs(const struct nb_dom *dom, uint32_t node);

#endif
