/**
 * Feeds with something wrong in them.
 *
 * Threads: pure functions on the caller's buffer.
 */
#ifndef SITE_HOSTILE_FEED_H
#define SITE_HOSTILE_FEED_H

#include <nabiz/buf.h>

enum hostile_oddity {
    ODD_EMPTY,
    ODD_HTML,
    ODD_BROKEN,
    ODD_LATIN5,
    ODD_UTF16,
    ODD_UTF8,
    ODD_NO_IDS,
    ODD_TWICE,
    ODD_DATES,
    ODD_BILLION,
    ODD_EXTERNAL,
    ODD_DEEP,
    ODD_RELATIVE
};

/** A good RSS feed of n items. */
void hostile_feed(size_t n, struct nb_buf *out);

/** Its beginning, up to the first item, and its n-th item. */
void hostile_head(const char *encoding, struct nb_buf *out);
void hostile_item(unsigned n, struct nb_buf *out);

/** @return the Content-Type it is served with. */
const char *hostile_odd_feed(enum hostile_oddity oddity, struct nb_buf *out);

#endif
