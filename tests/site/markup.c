#include "tests/site/markup.h"

#include <nabiz/date.h>
#include <nabiz/text.h>

#include "tests/site/story.h"

void markup_escape(struct nb_slice in, struct nb_buf *out)
{
    for (size_t i = 0; i < in.len; i++) {
        switch (in.p[i]) {
        case '&':
            nb_buf_add_str(out, "&amp;");
            break;
        case '<':
            nb_buf_add_str(out, "&lt;");
            break;
        case '>':
            nb_buf_add_str(out, "&gt;");
            break;
        case '"':
            nb_buf_add_str(out, "&quot;");
            break;
        default:
            nb_buf_add_byte(out, in.p[i]);
        }
    }
}

/* "[text](url)" at `at`. @return the offset after it, or 0 when there is none. */
static size_t link_at(struct nb_slice s, size_t at, struct nb_slice *text, struct nb_slice *url)
{
    size_t middle = nb_slice_find(s, NB_LIT("]("), at);
    size_t end = middle == NB_NPOS ? NB_NPOS : nb_slice_find_byte(s, ')', middle);
    if (s.p[at] != '[' || end == NB_NPOS) {
        return 0;
    }
    *text = nb_slice_sub(s, at + 1, middle);
    *url = nb_slice_sub(s, middle + 2, end);
    return end + 1;
}

static void add_inline(struct nb_slice s, struct nb_buf *out)
{
    struct nb_slice text, url;
    size_t from = 0;
    for (size_t at = 0; at < s.len; at++) {
        size_t end = link_at(s, at, &text, &url);
        if (end == 0) {
            continue;
        }
        markup_escape(nb_slice_sub(s, from, at), out);
        nb_buf_add_str(out, "<a href=\"");
        markup_escape(url, out);
        nb_buf_add_str(out, "\">");
        markup_escape(text, out);
        nb_buf_add_str(out, "</a>");
        from = end;
        at = end - 1;
    }
    markup_escape(nb_slice_sub(s, from, s.len), out);
}

static void add_quote(struct nb_slice text, const char *author, uint32_t id, struct nb_buf *out)
{
    if (!author) {
        nb_buf_add_str(out, "<blockquote><p>");
        add_inline(text, out);
        nb_buf_add_str(out, "</p></blockquote>\n");
        return;
    }
    nb_buf_addf(out,
                "<blockquote class=\"bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote\" "
                "data-quote=\"%s\" data-source=\"post: %u\"><div class=\"bbCodeBlock-title\">"
                "%s dedi:</div><div class=\"bbCodeBlock-content\">",
                author, id, author);
    add_inline(text, out);
    nb_buf_add_str(out, "</div></blockquote>\n");
}

/* Take the next paragraph off *rest. */
static bool take_paragraph(struct nb_slice *rest, struct nb_slice *paragraph)
{
    if (rest->len == 0) {
        return false;
    }
    size_t end = nb_slice_find(*rest, NB_LIT("\n\n"), 0);
    *paragraph = nb_slice_sub(*rest, 0, end == NB_NPOS ? rest->len : end);
    *rest = nb_slice_sub(*rest, end == NB_NPOS ? rest->len : end + 2, rest->len);
    return true;
}

void markup_body(struct nb_slice body, const char *quote_author, uint32_t quote_id,
                 struct nb_buf *out)
{
    struct nb_slice paragraph;
    while (take_paragraph(&body, &paragraph)) {
        if (nb_slice_starts(paragraph, NB_LIT("> "))) {
            add_quote(nb_slice_sub(paragraph, 2, paragraph.len), quote_author, quote_id, out);
            continue;
        }
        nb_buf_add_str(out, "<p>");
        add_inline(paragraph, out);
        nb_buf_add_str(out, "</p>\n");
    }
}

void markup_summary(struct nb_slice body, size_t max, struct nb_buf *out)
{
    struct nb_slice text, url;
    size_t from = out->len;
    for (size_t at = 0; at < body.len && out->len - from < max;) {
        size_t end = link_at(body, at, &text, &url);
        if (end > 0) {
            nb_buf_add(out, text);
            at = end;
        } else {
            char c = body.p[at++];
            nb_buf_add_byte(out, c == '\n' ? ' ' : c);
        }
    }
    if (out->len - from >= max) {
        while (out->len > from && out->p[out->len - 1] != ' ') {
            out->len--;
        }
        nb_buf_add_str(out, "…");
    }
}

void markup_rfc822(int64_t at_ms, struct nb_buf *out)
{
    static const char days[7][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct nb_civil at = nb_civil_of(at_ms, STORY_OFFSET_MIN);
    nb_buf_addf(out, "%s, %02d %s %04d %02d:%02d:%02d +0300", days[at.weekday], at.day,
                months[at.month - 1], at.year, at.hour, at.minute, at.second);
}

void markup_iso(int64_t at_ms, struct nb_buf *out)
{
    struct nb_civil at = nb_civil_of(at_ms, STORY_OFFSET_MIN);
    nb_buf_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d+03:00", at.year, at.month, at.day, at.hour,
                at.minute, at.second);
}

void markup_local(int64_t at_ms, struct nb_buf *out)
{
    struct nb_civil at = nb_civil_of(at_ms, STORY_OFFSET_MIN);
    nb_buf_addf(out, "%02d.%02d.%04d %02d:%02d", at.day, at.month, at.year, at.hour, at.minute);
}

void markup_latin5(struct nb_slice in, struct nb_buf *out)
{
    static const struct {
        uint32_t code_point;
        unsigned char byte;
    } special[] = {
        {0x11E, 0xD0},  {0x11F, 0xF0},  {0x130, 0xDD},  {0x131, 0xFD},  {0x15E, 0xDE},
        {0x15F, 0xFE},  {0x20AC, 0x80}, {0x2026, 0x85}, {0x2018, 0x91}, {0x2019, 0x92},
        {0x201C, 0x93}, {0x201D, 0x94}, {0x2013, 0x96}, {0x2014, 0x97},
    };
    for (size_t at = 0; at < in.len;) {
        uint32_t c = nb_utf8_next(in, &at);
        bool moved = c == 0xD0 || c == 0xDD || c == 0xDE || c == 0xF0 || c == 0xFD || c == 0xFE;
        size_t i = 0;
        while (i < sizeof(special) / sizeof(special[0]) && special[i].code_point != c) {
            i++;
        }
        if (i < sizeof(special) / sizeof(special[0])) {
            nb_buf_add_byte(out, (char)special[i].byte);
        } else if (c < 0x80 || (c >= 0xA0 && c < 0x100 && !moved)) {
            nb_buf_add_byte(out, (char)(unsigned char)c);
        } else {
            nb_buf_addf(out, "&#%u;", c);
        }
    }
}
