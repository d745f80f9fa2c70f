/**
 * Bounded buffer: bytes that grow up to a maximum fixed at birth.
 *
 * A buffer keeps its first error (NB_ENOMEM or NB_ETOOBIG) and ignores what follows, so a writer
 * checks once, at nb_buf_finish().
 *
 * Threads: a buffer belongs to one thread at a time.
 */
#ifndef NABIZ_BUF_H
#define NABIZ_BUF_H

#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_buf {
    char *p; /* NULL while empty; not NUL-terminated */
    size_t len;
    size_t cap;
    size_t max;
    enum nb_err err; /* first error, sticky until reset */
};

/** Empty buffer that never holds more than max_bytes; allocates nothing yet. */
void nb_buf_init(struct nb_buf *buf, size_t max_bytes);
void nb_buf_fini(struct nb_buf *buf);

/** Empty for reuse; the memory stays, the error goes. */
void nb_buf_reset(struct nb_buf *buf);

void nb_buf_add(struct nb_buf *buf, struct nb_slice s);
void nb_buf_add_str(struct nb_buf *buf, const char *text);
void nb_buf_add_byte(struct nb_buf *buf, char byte);
void nb_buf_addf(struct nb_buf *buf, const char *format, ...) NB_PRINTF(2, 3);

/** Room for n more bytes at p + len. @return NULL on error (kept in the buffer). */
char *nb_buf_reserve(struct nb_buf *buf, size_t n);

/** Borrow the content; valid until the next change. */
static inline struct nb_slice nb_buf_slice(const struct nb_buf *buf)
{
    return (struct nb_slice){buf->p, buf->len};
}

/** @return the first error; on NB_OK *out borrows the content. out may be NULL. */
enum nb_err nb_buf_finish(struct nb_buf *buf, struct nb_slice *out) NB_MUSTUSE;

#endif
