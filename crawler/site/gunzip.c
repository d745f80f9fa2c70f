#include "crawler/site/gunzip.h"

#include <zlib.h>

enum { FIRST_BYTES = 64 << 10, GZIP_ONLY = 16 + MAX_WBITS };

bool nb_is_gzip(struct nb_slice bytes)
{
    return bytes.len > 2 && (unsigned char)bytes.p[0] == 0x1f && (unsigned char)bytes.p[1] == 0x8b;
}

/* Room for more at the end of the text. @return false at the limit of the arena */
static bool grow(struct nb_arena *arena, char **text, size_t *room, size_t max_bytes)
{
    size_t more = *room ? *room * 2 : FIRST_BYTES;
    more = more < max_bytes ? more : max_bytes;
    char *grown = nb_arena_grow(arena, *text, *room, more);
    if (grown) {
        *text = grown;
        *room = more;
    }
    return grown != NULL;
}

enum nb_err nb_gunzip(struct nb_slice bytes, size_t max_bytes, struct nb_arena *arena,
                      struct nb_slice *out)
{
    z_stream stream = {0};
    char *text = NULL;
    size_t room = 0;
    size_t len = 0;
    int rc = inflateInit2(&stream, GZIP_ONLY);
    *out = (struct nb_slice){NULL, 0};
    if (rc != Z_OK) {
        return NB_ENOMEM;
    }
    union {
        const char *in;
        Bytef *next; /* zlib does not write to it */
    } input = {bytes.p};
    stream.next_in = input.next;
    stream.avail_in = bytes.len < (1u << 30) ? (uInt)bytes.len : 1u << 30;
    enum nb_err err = NB_OK;
    while (err == NB_OK && rc == Z_OK && len < max_bytes) {
        if (len == room && !grow(arena, &text, &room, max_bytes)) {
            err = NB_ENOMEM;
            break;
        }
        stream.next_out = (Bytef *)text + len;
        stream.avail_out = (uInt)(room - len);
        rc = inflate(&stream, Z_NO_FLUSH);
        len = room - stream.avail_out;
        if (rc == Z_STREAM_END && stream.avail_in > 0) {
            rc = inflateReset(&stream); /* another member */
        }
    }
    (void)inflateEnd(&stream);
    *out = nb_slice(text, len);
    return err;
}
