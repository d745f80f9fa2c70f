#include "crawler/feed/text_sink.h"

#include <string.h>

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

/* Ordinary text up to `end`; '<' is text here, '&' a reference when decode is set. */
void nb_sink_text(struct nb_text_sink *sink, struct nb_slice s, size_t from, size_t end,
                  bool decode)
{
    s.len = end;
    while (from < end) {
        size_t run = from;
        while (run < end && is_ordinary(s.p[run])) {
            run++;
        }
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
