/**
 * gzip without a compressor: stored blocks for honest answers, and a bomb.
 *
 * Threads: pure functions.
 */
#ifndef SITE_GZIP_H
#define SITE_GZIP_H

#include <nabiz/buf.h>
#include <nabiz/slice.h>

/** A valid gzip file of stored blocks (RFC 1951, 3.2.4). */
void gzip_stored(struct nb_slice in, struct nb_buf *out);

/** What a bomb begins with: the header and the start of a block of zeros. */
void gzip_bomb_start(struct nb_buf *out);

/**
 * More zeros: `n` times 13 bytes that decode to 2,064 each. It never ends validly; who decodes it
 * to the end has lost already.
 */
void gzip_bomb_more(size_t n, struct nb_buf *out);

#endif
