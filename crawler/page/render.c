#include "crawler/page/render.h"

#include <stdio.h>

#include <nabiz/text.h>

struct sink {
    struct nb_buf *out;
    size_t begin;                          /* of this rendering in out */
    unsigned breaks;                       /* newlines owed before the next text: 0 to 2 */
    bool space;                            /* a space is owed */
    bool line;                             /* everything in one line */
    unsigned pre;                          /* depth inside <pre> */
    const char *lead;                      /* what the next text begins with, after the newlines */
    char number[16];                       /* such as "3. " */
    uint32_t counts[NB_DOM_DEPTH_MAX + 1]; /* items so far of the ordered list at each depth */
};

bool nb_page_is_block(enum nb_tag tag)
{
    switch (tag) {
    case NB_TAG_ADDRESS:
    case NB_TAG_ARTICLE:
    case NB_TAG_ASIDE:
    case NB_TAG_BLOCKQUOTE:
    case NB_TAG_BODY:
    case NB_TAG_CAPTION:
    case NB_TAG_DD:
    case NB_TAG_DETAILS:
    case NB_TAG_DIALOG:
    case NB_TAG_DIV:
    case NB_TAG_DL:
    case NB_TAG_DT:
    case NB_TAG_FIELDSET:
    case NB_TAG_FIGCAPTION:
    case NB_TAG_FIGURE:
    case NB_TAG_FOOTER:
    case NB_TAG_FORM:
    case NB_TAG_H1:
    case NB_TAG_H2:
    case NB_TAG_H3:
    case NB_TAG_H4:
    case NB_TAG_H5:
    case NB_TAG_H6:
    case NB_TAG_HEADER:
    case NB_TAG_HR:
    case NB_TAG_HTML:
    case NB_TAG_LI:
    case NB_TAG_MAIN:
    case NB_TAG_MENU:
    case NB_TAG_NAV:
    case NB_TAG_OL:
    case NB_TAG_P:
    case NB_TAG_PRE:
    case NB_TAG_SECTION:
    case NB_TAG_SUMMARY:
    case NB_TAG_TABLE:
    case NB_TAG_TBODY:
    case NB_TAG_TFOOT:
    case NB_TAG_THEAD:
    case NB_TAG_TR:
    case NB_TAG_UL:
        return true;
    default:
        return false;
    }
}

static unsigned breaks_of(enum nb_tag tag)
{
    bool is_line = tag == NB_TAG_LI || tag == NB_TAG_TR || tag == NB_TAG_DD || tag == NB_TAG_DT;
    return is_line ? 1 : nb_page_is_block(tag) ? 2 : 0;
}

static void owe(struct sink *sink, unsigned breaks)
{
    if (breaks > sink->breaks) {
        sink->breaks = breaks;
    }
}

/* What is owed is paid when a text comes. */
static void pay(struct sink *sink)
{
    bool begun = sink->out->len > sink->begin;
    if (sink->line) {
        sink->space |= sink->breaks > 0;
        sink->breaks = 0;
    }
    if (begun && sink->breaks) {
        nb_buf_add(sink->out, nb_slice("\n\n", sink->breaks));
    } else if (begun && sink->space) {
        nb_buf_add_byte(sink->out, ' ');
    }
    if (sink->lead && !sink->line) {
        nb_buf_add_str(sink->out, sink->lead);
    }
    sink->lead = NULL;
    sink->breaks = 0;
    sink->space = false;
}

static bool is_space(uint32_t c)
{
    return c <= 0x20 || c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x3000 || c == 0x7f || (c >= 0x80 && c < 0xa0);
}

static bool is_nothing(uint32_t c)
{
    return c == 0xad || c == 0x200b || c == 0x2060 || c == 0xfeff;
}

static void put_text(struct sink *sink, struct nb_slice text)
{
    size_t at = 0;
    while (at < text.len) {
        size_t begin = at;
        uint32_t c = nb_utf8_next(text, &at);
        if (is_nothing(c)) {
            continue;
        }
        if (sink->pre && c == '\n') {
            sink->breaks += sink->breaks < 2;
        } else if (is_space(c)) {
            sink->space = true;
        } else {
            pay(sink);
            nb_buf_add(sink->out, nb_slice_sub(text, begin, at));
        }
    }
}

/* What an item of a list begins with. */
static void begin_item(struct sink *sink, const struct nb_dom *dom, uint32_t parent)
{
    size_t depth = dom->nodes[parent].depth;
    sink->lead = "- ";
    if (dom->nodes[parent].tag == NB_TAG_OL && depth <= NB_DOM_DEPTH_MAX) {
        (void)snprintf(sink->number, sizeof(sink->number), "%u. ", ++sink->counts[depth]);
        sink->lead = sink->number;
    }
}

static void enter(struct sink *sink, const struct nb_dom *dom, uint32_t node)
{
    enum nb_tag tag = dom->nodes[node].tag;
    owe(sink, breaks_of(tag));
    if (tag == NB_TAG_OL && dom->nodes[node].depth <= NB_DOM_DEPTH_MAX) {
        sink->counts[dom->nodes[node].depth] = 0;
    }
    if (tag == NB_TAG_LI) {
        begin_item(sink, dom, dom->nodes[node].parent);
    } else if (tag == NB_TAG_PRE) {
        sink->pre++;
    } else if (tag == NB_TAG_BR) {
        sink->breaks += sink->breaks < 2;
    } else if (tag == NB_TAG_TD || tag == NB_TAG_TH) {
        sink->space = true;
    }
}

static void leave(struct sink *sink, enum nb_tag tag)
{
    owe(sink, breaks_of(tag));
    if (tag == NB_TAG_LI) {
        sink->lead = NULL;
    } else if (tag == NB_TAG_PRE) {
        sink->pre--;
    } else if (tag == NB_TAG_TD || tag == NB_TAG_TH) {
        sink->space = true;
    }
}

static void render(struct sink *sink, const struct nb_dom *dom, uint32_t root, const bool *dropped)
{
    uint32_t open = root; /* the innermost element that was entered and not left */
    uint32_t i = root;
    while (i < dom->nodes[root].end) {
        const struct nb_dom_node *node = &dom->nodes[i];
        while (i > root && open != node->parent) {
            leave(sink, dom->nodes[open].tag);
            open = dom->nodes[open].parent;
        }
        if (dropped && dropped[i] && i != root) {
            owe(sink, breaks_of(node->tag));
            i = node->end;
        } else if (node->tag == NB_TAG_TEXT) {
            put_text(sink, node->text);
            i++;
        } else {
            enter(sink, dom, i);
            if (i == root) {
                sink->lead = NULL; /* an item by itself is no list */
            }
            open = i++;
        }
    }
}

void nb_page_render(const struct nb_dom *dom, uint32_t root, const bool *dropped,
                    struct nb_buf *out)
{
    struct sink sink = {.out = out, .breaks = out->len ? 2 : 0};
    render(&sink, dom, root, dropped);
}

void nb_page_render_line(const struct nb_dom *dom, uint32_t root, const bool *dropped,
                         struct nb_buf *out)
{
    struct sink sink = {.out = out, .begin = out->len, .line = true};
    render(&sink, dom, root, dropped);
}

enum nb_err nb_page_rendered(struct nb_buf *out, struct nb_arena *arena, struct nb_slice *text)
{
    struct nb_slice raw;
    struct nb_slice nfc;
    enum nb_err err = nb_buf_finish(out, &raw);
    if (err == NB_OK) {
        err = nb_text_nfc(raw, arena, &nfc);
    }
    if (err == NB_OK) {
        nfc = nfc.p == raw.p ? nb_arena_copy(arena, raw) : nfc;
        err = nfc.p || !raw.len ? NB_OK : NB_ENOMEM;
    }
    if (err == NB_OK) {
        *text = nfc;
    }
    return err;
}
