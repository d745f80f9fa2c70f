#include <nabiz/buf.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <nabiz/mem.h>

enum { FIRST_BYTES = 256 };

void nb_buf_init(struct nb_buf *buf, size_t max_bytes)
{
    *buf = (struct nb_buf){.max = max_bytes};
}

void nb_buf_fini(struct nb_buf *buf)
{
    nb_free(buf->p);
    *buf = (struct nb_buf){.max = buf->max};
}

void nb_buf_reset(struct nb_buf *buf)
{
    buf->len = 0;
    buf->err = NB_OK;
}

char *nb_buf_reserve(struct nb_buf *buf, size_t n)
{
    if (buf->err != NB_OK) {
        return NULL;
    }
    if (n > buf->max - buf->len) {
        buf->err = NB_ETOOBIG;
        return NULL;
    }
    size_t need = buf->len + n;
    if (need > buf->cap || !buf->p) {
        size_t cap = buf->cap ? buf->cap : FIRST_BYTES;
        while (cap < need) {
            cap = cap > buf->max / 2 ? buf->max : cap * 2;
        }
        char *p = nb_realloc(buf->p, cap);
        if (!p) {
            buf->err = NB_ENOMEM;
            return NULL;
        }
        buf->p = p;
        buf->cap = cap;
    }
    return buf->p + buf->len;
}

void nb_buf_add(struct nb_buf *buf, struct nb_slice s)
{
    char *to = nb_buf_reserve(buf, s.len);
    if (to && s.len) {
        memcpy(to, s.p, s.len);
        buf->len += s.len;
    }
}

void nb_buf_add_str(struct nb_buf *buf, const char *text)
{
    nb_buf_add(buf, nb_slice_str(text));
}

void nb_buf_add_byte(struct nb_buf *buf, char byte)
{
    char *to =
        buf->err == NB_OK && buf->len < buf->cap ? buf->p + buf->len : nb_buf_reserve(buf, 1);
    if (to) {
        *to = byte;
        buf->len++;
    }
}

void nb_buf_addf(struct nb_buf *buf, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    if (n < 0) {
        buf->err = buf->err ? buf->err : NB_EINVAL;
        return;
    }
    if ((size_t)n < sizeof(small)) {
        nb_buf_add(buf, nb_slice(small, (size_t)n));
        return;
    }
    char *to = nb_buf_reserve(buf, (size_t)n + 1);
    if (to) {
        va_start(args, format);
        (void)vsnprintf(to, (size_t)n + 1, format, args);
        va_end(args);
        buf->len += (size_t)n;
    }
}

enum nb_err nb_buf_finish(struct nb_buf *buf, struct nb_slice *out)
{
    if (buf->err == NB_OK && out) {
        *out = nb_buf_slice(buf);
    }
    return buf->err;
}
