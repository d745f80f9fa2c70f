#include "crawler/page/edges.h"

#include <string.h>

#include "crawler/page/render.h"
#include "crawler/page/when.h"

/* Lines at the edges are short; a date stands at most so many of them from the headline. */
enum {
    LINE_MAX_BYTES = 200,
    NEAR = 16,
    LINKS_MAX = 3,
    DECK_MIN = 30,
    DECK_ALIKE = 60,
    NAME_MIN = 6,
    NAME_MAX = 48
};

static bool is_heading(enum nb_tag tag)
{
    return tag >= NB_TAG_H1 && tag <= NB_TAG_H6;
}

/* A block with text of its own and no blocks below it. */
static bool is_leaf(const struct nb_dom *dom, const struct nb_page_marks *marks, uint32_t node)
{
    return !marks->dropped[node] && dom->nodes[node].tag != NB_TAG_TEXT &&
           nb_page_is_block((enum nb_tag)dom->nodes[node].tag) && marks->own[node].chars > 0 &&
           marks->own[node].chars == marks->weights[node].chars;
}

static bool has_digit(struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (nb_ascii_is_digit(text.p[i])) {
            return true;
        }
    }
    return false;
}

static enum nb_err line_of(const struct nb_page_edges *edges, uint32_t node, const bool *dropped,
                           struct nb_slice *line)
{
    nb_buf_reset(edges->buf);
    nb_page_render_line(edges->dom, node, dropped, edges->buf);
    return nb_page_rendered(edges->buf, edges->arena, line);
}

static int64_t date_in(const struct nb_page_edges *edges, struct nb_slice line)
{
    return line.len <= LINE_MAX_BYTES && has_digit(line) ? nb_page_when(line, edges->dates, false)
                                                         : -1;
}

/* ---- in the content ---- */

static bool is_links(const struct nb_page_marks *marks, uint32_t node)
{
    return marks->weights[node].link_chars * 2 > marks->weights[node].chars;
}

/* Whoever wrote a sentence ended it. */
static bool is_sentence(struct nb_slice line)
{
    char c = line.len ? line.p[line.len - 1] : ' ';
    return c == '.' || c == '!' || c == '?' || c == '"' || c == ':' || (unsigned char)c >= 0x80;
}

/* "12 May 2026 08:30 | read 1842 times", or who wrote it. */
static enum nb_err is_byline(const struct nb_page_edges *edges, const struct nb_page_marks *marks,
                             struct nb_page_meta *meta, uint32_t node, bool *out)
{
    struct nb_slice line;
    *out = false;
    if (marks->weights[node].chars > LINE_MAX_BYTES) {
        return NB_OK;
    }
    enum nb_err err = line_of(edges, node, marks->dropped, &line);
    if (err == NB_OK && !(marks->weights[node].good && is_sentence(line))) {
        int64_t at_ms = date_in(edges, line);
        bool names = meta->author.len && line.len < LINE_MAX_BYTES / 2 &&
                     nb_slice_find(line, meta->author, 0) != NB_NPOS;
        meta->published_ms = meta->published_ms < 0 ? at_ms : meta->published_ms;
        *out = at_ms >= 0 || names;
    }
    return err;
}

/* @param first  [out] the first block of sentences; 0 when there is none */
static enum nb_err trim_head(const struct nb_page_edges *edges, struct nb_page_meta *meta,
                             struct nb_page_marks *marks, uint32_t *first)
{
    const struct nb_dom *dom = edges->dom;
    enum nb_err err = NB_OK;
    size_t links = 0;
    *first = 0;
    for (uint32_t i = edges->root; i < dom->nodes[edges->root].end && err == NB_OK; i++) {
        bool byline = false;
        if (!is_leaf(dom, marks, i) || is_heading((enum nb_tag)dom->nodes[i].tag)) {
            continue;
        }
        err = is_byline(edges, marks, meta, i, &byline);
        if (!byline && marks->weights[i].good) {
            *first = i;
            break;
        }
        /* more than a bar of links is a table of contents */
        marks->dropped[i] = byline || (is_links(marks, i) && links++ < LINKS_MAX);
    }
    return err;
}

/*
 * Links and headings behind the last sentences, unless the page is there for them.
 * @return the last block that stays; 0 when there is none.
 */
static uint32_t trim_tail(const struct nb_page_edges *edges, struct nb_page_marks *marks)
{
    const struct nb_dom *dom = edges->dom;
    uint32_t room = marks->weights[edges->root].chars / 5;
    for (uint32_t i = dom->nodes[edges->root].end; i-- > edges->root + 1;) {
        if (is_leaf(dom, marks, i)) {
            bool goes = is_links(marks, i) || is_heading((enum nb_tag)dom->nodes[i].tag);
            if (!goes || marks->weights[i].chars > room) {
                return i;
            }
            room -= marks->weights[i].chars;
            marks->dropped[i] = true;
        }
    }
    return 0;
}

/* ---- around the headline ---- */

/* "Ada Liman |" in front of a date: two to four words, none of them small, and a separator. */
static struct nb_slice name_before(struct nb_slice text)
{
    static const char separators[] = "|/-,";
    size_t words = 0;
    text = nb_slice_trim(text);
    if (text.len < NAME_MIN || text.len > NAME_MAX ||
        !memchr(separators, text.p[text.len - 1], sizeof(separators) - 1)) {
        return NB_LIT("");
    }
    struct nb_slice name = nb_slice_trim(nb_slice_sub(text, 0, text.len - 1));
    while (nb_slice_ends(name, NB_LIT("\xC2\xA0"))) { /* a space that does not break */
        name = nb_slice_trim(nb_slice_sub(name, 0, name.len - 2));
    }
    for (size_t i = 0; i < name.len; i++) {
        bool begins = i == 0 || name.p[i - 1] == ' ';
        char c = name.p[i];
        words += begins;
        if (nb_ascii_is_digit(c) || c == ':' || c == '#' || (begins && c >= 'a' && c <= 'z')) {
            return NB_LIT("");
        }
    }
    return words >= 2 && words <= 4 ? name : NB_LIT("");
}

/* The first date of few lines from a node on, and who is named in front of it. */
static void find_date(const struct nb_page_edges *edges, uint32_t from, uint32_t to,
                      struct nb_page_meta *meta)
{
    const struct nb_dom *dom = edges->dom;
    struct nb_slice before = NB_LIT("");
    size_t lines = 0;
    for (uint32_t i = from; i < to && lines < NEAR && meta->published_ms < 0; i++) {
        enum nb_tag tag = (enum nb_tag)dom->nodes[i].tag;
        if (tag == NB_TAG_SCRIPT || tag == NB_TAG_STYLE || tag == NB_TAG_OPTION) {
            i = dom->nodes[i].end - 1;
        } else if (tag == NB_TAG_TEXT && nb_slice_trim(dom->nodes[i].text).len) {
            lines++;
            meta->published_ms = date_in(edges, dom->nodes[i].text);
            if (meta->published_ms >= 0 && !meta->author.len) {
                meta->author = name_before(before);
            }
            before = dom->nodes[i].text;
        }
    }
}

enum nb_err nb_page_trim_edges(const struct nb_page_edges *edges, struct nb_page_meta *meta,
                               struct nb_page_marks *marks)
{
    const struct nb_dom *dom = edges->dom;
    uint32_t first;
    enum nb_err err = trim_head(edges, meta, marks, &first);
    uint32_t h1 = nb_dom_find(dom, 0, 0, NB_TAG_H1);
    uint32_t last = first ? trim_tail(edges, marks) : 0;
    if (err == NB_OK && meta->published_ms < 0 && h1 && h1 < first) {
        find_date(edges, dom->nodes[h1].end, first, meta);
    }
    if (err == NB_OK && meta->published_ms < 0 && last) {
        find_date(edges, dom->nodes[last].end, dom->nodes[edges->root].end, meta);
    }
    return err;
}

/* ---- the deck ---- */

static bool begins_alike(struct nb_slice line, struct nb_slice description)
{
    size_t n = description.len < DECK_ALIKE ? description.len : DECK_ALIKE;
    return n >= DECK_MIN && line.len >= n && memcmp(line.p, description.p, n) == 0;
}

uint32_t nb_page_deck(const struct nb_page_edges *edges, const struct nb_page_meta *meta,
                      const struct nb_page_marks *marks)
{
    const struct nb_dom *dom = edges->dom;
    uint32_t h1 = nb_dom_find(dom, 0, 0, NB_TAG_H1);
    size_t lines = 0;
    if (!h1 || meta->description.len < DECK_MIN) {
        return 0;
    }
    for (uint32_t i = dom->nodes[h1].end; i < edges->root && lines < NEAR; i++) {
        struct nb_slice line;
        if (is_leaf(dom, marks, i)) {
            lines++;
            if (line_of(edges, i, marks->dropped, &line) == NB_OK &&
                begins_alike(line, meta->description)) {
                return i;
            }
        }
    }
    return 0;
}
