/*
 * The bomb is one block with fixed Huffman codes (RFC 1951, 3.2.6): a literal zero, then matches of
 * length 258 at distance 1 for ever. A match is length code 285 (8 bits, 11000101) and distance
 * code 0 (5 bits, 00000): 13 bits, so after 8 matches the bits are where they were in their byte
 * and the same 13 bytes come again.
 */
#include "tests/site/gzip.h"

#include <stdint.h>

#define STORED_MAX 65535

static const unsigned char head[10] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3};

static void add_le(uint32_t value, unsigned bytes, struct nb_buf *out)
{
    for (unsigned i = 0; i < bytes; i++) {
        nb_buf_add_byte(out, (char)(unsigned char)(value >> (8 * i)));
    }
}

static uint32_t crc32_of(struct nb_slice in)
{
    uint32_t crc = 0xFFFFFFFFu;
    uint32_t table[256];
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++) {
            c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        }
        table[i] = c;
    }
    for (size_t i = 0; i < in.len; i++) {
        crc = table[(crc ^ (unsigned char)in.p[i]) & 0xFF] ^ (crc >> 8);
    }
    return crc ^ 0xFFFFFFFFu;
}

void gzip_stored(struct nb_slice in, struct nb_buf *out)
{
    nb_buf_add(out, nb_slice(head, sizeof(head)));
    size_t at = 0;
    do {
        struct nb_slice block = nb_slice_sub(in, at, at + STORED_MAX);
        at += block.len;
        add_le(at == in.len, 1, out);
        add_le((uint32_t)block.len, 2, out);
        add_le(~(uint32_t)block.len & 0xFFFF, 2, out);
        nb_buf_add(out, block);
    } while (at < in.len);
    add_le(crc32_of(in), 4, out);
    add_le((uint32_t)in.len, 4, out);
}

struct bits {
    uint32_t pending;
    unsigned n;
};

/* Huffman codes go most significant bit first into the stream that is filled from bit 0. */
static void add_code(struct bits *bits, uint32_t code, unsigned n, struct nb_buf *out)
{
    while (n-- > 0) {
        bits->pending |= (code >> n & 1) << bits->n++;
        if (bits->n == 8) {
            nb_buf_add_byte(out, (char)(unsigned char)bits->pending);
            *bits = (struct bits){0, 0};
        }
    }
}

/* Block head (last: no, fixed codes: 01, that is the bits 0 1 0) and a literal zero (00110000). */
static struct bits block_start(struct nb_buf *out)
{
    struct bits bits = {0, 0};
    add_code(&bits, 2, 3, out);
    add_code(&bits, 0x30, 8, out);
    return bits;
}

void gzip_bomb_start(struct nb_buf *out)
{
    nb_buf_add(out, nb_slice(head, sizeof(head)));
    (void)block_start(out); /* the three bits left over open the first of the 13 bytes */
}

void gzip_bomb_more(size_t n, struct nb_buf *out)
{
    struct nb_buf scratch;
    char period[16];
    size_t period_n = 0;
    nb_buf_init(&scratch, 64);
    struct bits bits = block_start(&scratch);
    for (int i = 0; i < 8; i++) {
        add_code(&bits, 0xC5, 8, &scratch);
        add_code(&bits, 0, 5, &scratch);
    }
    /* 11 bits of start fill one byte; the 13 after it are the period */
    if (!scratch.err && scratch.len == 14) {
        period_n = 13;
        memcpy(period, scratch.p + 1, period_n);
    }
    nb_buf_fini(&scratch);
    for (; n > 0; n--) {
        nb_buf_add(out, nb_slice(period, period_n));
    }
}
