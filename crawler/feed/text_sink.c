#include "crawler/feed/text_sink.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <nabiz/text.h>

#include "crawler/feed/entity.h"

void nb_sink_gap(struct nb_text_sink *sink, enum nb_gap gap)
{
    /* <br><br> parts paragraphs */
    if (gap == NB_GAP_LINE && sink->gap == NB_GAP_LINE) {
        gap = NB_GAP_PARAGRAPH;
    }
    if (gap > sink->gap) {
        sink->gap = gap;
    }
}

static void flush_gap(struct nb_text_sink *sink)
{
    if (sink->len > 0 && sink->gap != NB_GAP_NONE) {
        if (sink->one_line || sink->gap == NB_GAP_SPACE) {
            sink->p[sink->len++] = ' ';
        } else {
            sink->p[sink->len++] = '\n';
            if (sink->gap == NB_GAP_PARAGRAPH) {
                sink->p[sink->len++] = '\n';
            }
        }
    }
    sink->gap = NB_GAP_NONE;
    if (sink->bullet) {
        sink->bullet = false;
        if (!sink->one_line) {
            sink->p[sink->len++] = '-';
            sink->p[sink->len++] = ' ';
        }
    }
}

static void add_bytes(struct nb_text_sink *sink, struct nb_slice bytes)
{
    if (bytes.len) {
        flush_gap(sink);
        memcpy(sink->p + sink->len, bytes.p, bytes.len);
        sink->len += bytes.len;
    }
}

static bool is_invisible(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x200b || c == 0x2060 ||
           c == 0xfeff || (c & 0xfffe) == 0xfffe;
}

static bool is_wide_space(uint32_t c)
{
    return c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000;
}

/* A C1 control is what windows-1252 has there: an encoder's mistake, as in references. */
static void add_visible(struct nb_text_sink *sink, uint32_t c)
{
    c = c >= 0x80 && c <= 0x9f ? nb_entity_repair(c) : c;
    if (!is_invisible(c)) {
        char bytes[4];
        size_t n = nb_utf8_put(c, bytes);
        add_bytes(sink, nb_slice(bytes, n));
    }
}

void nb_sink_code_point(struct nb_text_sink *sink, uint32_t c)
{
    if (c == '\n' && sink->pre) {
        nb_sink_gap(sink, NB_GAP_LINE);
    } else if (c == ' ' || (c >= '\t' && c <= '\r') || is_wide_space(c)) {
        nb_sink_gap(sink, NB_GAP_SPACE);
    } else if (c == 0x2028) {
        nb_sink_gap(sink, NB_GAP_LINE);
    } else if (c == 0x2029) {
        nb_sink_gap(sink, NB_GAP_PARAGRAPH);
    } else {
        add_visible(sink, c);
    }
}

/* Bytes that can be copied in a run: no white space, no '<' or '&', no lead byte of a space or an
 * invisible character (C2, E2, E3, EF, and from F0 on those of the non-characters). */
static bool is_ordinary(char byte)
{
    unsigned char c = (unsigned char)byte;
    if (c < 0x80) {
        return c > ' ' && c != '<' && c != '&' && c != 0x7f;
    }
    return c != 0xc2 && c != 0xe2 && c != 0xe3 && c != 0xef && c < 0xf0;
}

#ifdef __SSE2__
enum { BLOCK = 16 };

static __m128i same(__m128i block, int byte)
{
    return _mm_cmpeq_epi8(block, _mm_set1_epi8((char)byte));
}

/* How many bytes of a block at p can be copied as they are: ordinary ones, and single spaces. */
static size_t plain_bytes(const char *p)
{
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i small = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(' ')), block);
    __m128i large = _mm_cmpeq_epi8(_mm_max_epu8(block, _mm_set1_epi8((char)0xf0)), block);
    __m128i other = _mm_or_si128(_mm_or_si128(same(block, '<'), same(block, '&')),
                                 _mm_or_si128(same(block, 0x7f), same(block, 0xc2)));
    other = _mm_or_si128(other, _mm_or_si128(same(block, 0xe2), same(block, 0xe3)));
    other = _mm_or_si128(other, _mm_or_si128(same(block, 0xef), _mm_or_si128(small, large)));
    unsigned not_ordinary = (unsigned)_mm_movemask_epi8(other);
    unsigned spaces = (unsigned)_mm_movemask_epi8(same(block, ' '));
    /* a space before an ordinary byte of the same block */
    unsigned stops = not_ordinary & ~(spaces & ~(not_ordinary >> 1) & 0x7fff);
    return stops ? (size_t)__builtin_ctz(stops) : BLOCK;
}
#endif

/*
 * The end of a run that is copied as it is: ordinary bytes, and single spaces between them, which
 * come out as they went in. s[from] is ordinary or the end.
 */
static size_t run_end(struct nb_slice s, size_t from, size_t end)
{
    size_t run = from;
    for (;;) {
#ifdef __SSE2__
        size_t n = BLOCK;
        while (n == BLOCK && end - run >= BLOCK) {
            n = plain_bytes(s.p + run);
            run += n;
        }
#endif
        if (run == end) {
            return run;
        }
        bool single = s.p[run] == ' ' && run > from && run + 1 < end && s.p[run - 1] != ' ' &&
                      is_ordinary(s.p[run + 1]);
        if (!single && !is_ordinary(s.p[run])) {
            return run;
        }
        run++;
    }
}

/* Ordinary text up to `end`; '<' is text here, '&' a reference when decode is set. */
void nb_sink_text(struct nb_text_sink *sink, struct nb_slice s, size_t from, size_t end,
                  bool decode)
{
    s.len = end;
    while (from < end) {
        size_t run = is_ordinary(s.p[from]) ? run_end(s, from, end) : from;
        add_bytes(sink, nb_slice_sub(s, from, run));
        from = run;
        if (from == end) {
            break;
        }
        uint32_t c = 0;
        size_t n = decode && s.p[from] == '&' ? nb_entity_read(s, from, &c) : 0;
        if (n) {
            from += n;
        } else {
            c = nb_utf8_next(s, &from);
        }
        nb_sink_code_point(sink, c);
    }
}

/*
 * Each reference, tag and space gives at most as many bytes as it took, but for a C1 control of two
 * bytes that becomes a windows-1252 character of three, and the "- " of an item at the very end.
 */
static size_t room_for(size_t input_len)
{
    return input_len + input_len / 2 + 8;
}

enum nb_err nb_sink_begin(struct nb_text_sink *sink, size_t input_len, bool one_line,
                          struct nb_buf *scratch)
{
    nb_buf_reset(scratch);
    *sink = (struct nb_text_sink){.p = nb_buf_reserve(scratch, room_for(input_len)),
                                  .one_line = one_line};
    return sink->p ? NB_OK : NB_ENOMEM;
}

enum nb_err nb_sink_end(const struct nb_text_sink *sink, struct nb_arena *arena,
                        struct nb_slice *out)
{
    struct nb_slice copy = nb_arena_copy(arena, nb_slice(sink->p, sink->len));
    return copy.p ? nb_text_nfc(copy, arena, out) : NB_ENOMEM;
}
