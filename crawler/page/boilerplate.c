#include "crawler/page/boilerplate.h"

#include <string.h>

#include "crawler/page/render.h"
#include "crawler/page/signs.h"

/* ---- weights ---- */

static uint32_t dense_len(struct nb_slice text)
{
    uint32_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        n += !nb_ascii_is_space(text.p[i]);
    }
    return n;
}

/* A block of text reads like sentences: long enough, and hardly made of links. */
static bool is_good(const struct nb_page_weight *own)
{
    return own->chars >= 60 && own->link_chars * 3 < own->chars;
}

/* What is below something dropped is out as well. */
static void drop_below(const struct nb_dom *dom, bool *dropped)
{
    for (uint32_t i = 1; i < dom->n; i++) {
        if (dropped[i]) {
            for (uint32_t k = i + 1; k < dom->nodes[i].end; k++) {
                dropped[k] = true;
            }
            i = dom->nodes[i].end - 1;
        }
    }
}

/*
 * Backwards, so that children come before parents. `own` is the text of a block without that of
 * the blocks below it; what is in no block below goes up through the elements that are none.
 */
void nb_page_weigh(const struct nb_dom *dom, struct nb_page_marks *marks)
{
    struct nb_page_weight *weights = marks->weights;
    struct nb_page_weight *own = marks->own;
    memset(weights, 0, dom->n * sizeof(*weights));
    memset(own, 0, dom->n * sizeof(*own));
    drop_below(dom, marks->dropped);
    for (uint32_t i = dom->n; i-- > 1;) {
        const struct nb_dom_node *node = &dom->nodes[i];
        struct nb_page_weight *at = &weights[i];
        if (marks->dropped[i]) {
            continue;
        }
        if (node->tag == NB_TAG_TEXT) {
            at->chars = own[i].chars = marks->dense[i];
        } else if (node->tag == NB_TAG_A) {
            at->link_chars = at->chars;
            own[i].link_chars = own[i].chars;
        }
        weights[node->parent].chars += at->chars;
        weights[node->parent].link_chars += at->link_chars;
        if (nb_page_is_block((enum nb_tag)node->tag)) {
            at->good += is_good(&own[i]) ? own[i].chars - own[i].link_chars : 0;
        } else {
            own[node->parent].chars += own[i].chars;
            own[node->parent].link_chars += own[i].link_chars;
        }
        weights[node->parent].good += at->good;
    }
}

/* ---- marks ---- */

static bool is_never_content(enum nb_tag tag)
{
    switch (tag) {
    case NB_TAG_HEAD:
    case NB_TAG_SCRIPT:
    case NB_TAG_STYLE:
    case NB_TAG_NOSCRIPT:
    case NB_TAG_TEMPLATE:
    case NB_TAG_SVG:
    case NB_TAG_IFRAME:
    case NB_TAG_OBJECT:
    case NB_TAG_CANVAS:
    case NB_TAG_AUDIO:
    case NB_TAG_VIDEO:
    case NB_TAG_MAP:
    case NB_TAG_SELECT:
    case NB_TAG_OPTION:
    case NB_TAG_DATALIST:
    case NB_TAG_BUTTON:
    case NB_TAG_TEXTAREA:
    case NB_TAG_INPUT:
    case NB_TAG_DIALOG:
    case NB_TAG_NAV:
    case NB_TAG_MENU:
        return true;
    default:
        return false;
    }
}

/* A navigation that nobody closed holds the page, and so may what stands in for programs. */
static bool holds_page(const struct nb_dom *dom, uint32_t node)
{
    enum nb_tag tag = (enum nb_tag)dom->nodes[node].tag;
    return (tag == NB_TAG_NAV || tag == NB_TAG_MENU || tag == NB_TAG_NOSCRIPT) &&
           (nb_dom_find(dom, node, node, NB_TAG_MAIN) || nb_dom_find(dom, node, node, NB_TAG_H1));
}

static bool is_kept(enum nb_tag tag)
{
    return tag == NB_TAG_HTML || tag == NB_TAG_BODY || tag == NB_TAG_MAIN ||
           tag == NB_TAG_ARTICLE || tag == NB_TAG_TEXT;
}

/* A header or footer of the page, and not of an article in it. */
static bool is_outer(const struct nb_dom *dom, uint32_t node)
{
    for (uint32_t up = dom->nodes[node].parent; up != 0; up = dom->nodes[up].parent) {
        if (dom->nodes[up].tag == NB_TAG_ARTICLE || dom->nodes[up].tag == NB_TAG_MAIN) {
            return false;
        }
    }
    return true;
}

static bool is_frame(const struct nb_dom *dom, uint32_t node)
{
    switch (dom->nodes[node].tag) {
    case NB_TAG_FOOTER:
    case NB_TAG_ASIDE:
        return true;
    case NB_TAG_HEADER:
        return is_outer(dom, node);
    default:
        return false;
    }
}

/* How much is dropped: what can never be content, what frames a page, what is called so. */
enum level { LEVEL_CODE, LEVEL_FRAME, LEVEL_NAMES };

static bool is_dropped(const struct nb_dom *dom, const struct nb_page_marks *marks, uint32_t node,
                       enum level level)
{
    unsigned signs = marks->signs[node];
    return (signs & (NB_SIGN_HIDDEN | NB_SIGN_ROLE)) != 0 ||
           (level >= LEVEL_FRAME && is_frame(dom, node)) ||
           (level >= LEVEL_NAMES && (signs & NB_SIGN_FRAME) != 0);
}

/* What asks for consent is no content, even where it is most of the text that came. */
static void mark_never(const struct nb_dom *dom, struct nb_page_marks *marks)
{
    for (uint32_t i = 1; i < dom->n; i++) {
        enum nb_tag tag = (enum nb_tag)dom->nodes[i].tag;
        bool consents = (marks->signs[i] & NB_SIGN_CONSENT) != 0 && !is_kept(tag);
        marks->dropped[i] = consents || (is_never_content(tag) && !holds_page(dom, i));
    }
}

static void mark(const struct nb_dom *dom, enum level level, struct nb_page_marks *marks)
{
    mark_never(dom, marks);
    nb_page_weigh(dom, marks);
    const struct nb_page_weight all = marks->weights[0];
    for (uint32_t i = 1; i < dom->n; i++) {
        const struct nb_page_weight *at = &marks->weights[i];
        bool is_most = all.good >= 400 ? at->good * 2 > all.good : at->chars * 2 > all.chars;
        if (!marks->dropped[i] && !is_kept((enum nb_tag)dom->nodes[i].tag)) {
            /* a label belongs to a control, unless somebody wrote the page into it */
            bool is_label =
                dom->nodes[i].tag == NB_TAG_LABEL || dom->nodes[i].tag == NB_TAG_FIELDSET;
            marks->dropped[i] = (is_label && at->chars * 3 < all.chars) ||
                                (!is_most && is_dropped(dom, marks, i, level));
        }
    }
    nb_page_weigh(dom, marks);
}

static void read_signs(const struct nb_dom *dom, struct nb_page_marks *marks)
{
    for (uint32_t i = 1; i < dom->n; i++) {
        if (dom->nodes[i].tag == NB_TAG_TEXT) {
            marks->dense[i] = dense_len(dom->nodes[i].text);
        } else {
            marks->signs[i] = (uint16_t)nb_page_signs(dom, i);
        }
    }
}

enum nb_err nb_page_mark_code(const struct nb_dom *dom, struct nb_arena *arena,
                              struct nb_page_marks *out)
{
    struct nb_page_marks marks = {
        .dropped = nb_arena_calloc(arena, dom->n, sizeof(bool)),
        .weights = nb_arena_calloc(arena, dom->n, sizeof(struct nb_page_weight)),
        .own = nb_arena_calloc(arena, dom->n, sizeof(struct nb_page_weight)),
        .dense = nb_arena_calloc(arena, dom->n, sizeof(uint32_t)),
        .signs = nb_arena_calloc(arena, dom->n, sizeof(uint16_t)),
    };
    if (!marks.dropped || !marks.weights || !marks.own || !marks.dense || !marks.signs) {
        return NB_ENOMEM;
    }
    read_signs(dom, &marks);
    mark(dom, LEVEL_CODE, &marks);
    *out = marks;
    return NB_OK;
}

/* When the names would drop nearly all, they mean something else here. */
enum nb_err nb_page_mark(const struct nb_dom *dom, struct nb_arena *arena,
                         struct nb_page_marks *out)
{
    struct nb_page_marks marks;
    enum nb_err err = nb_page_mark_code(dom, arena, &marks);
    if (err != NB_OK) {
        return err;
    }
    const struct nb_page_weight all = marks.weights[0];
    for (int level = LEVEL_NAMES; level >= LEVEL_CODE; level--) {
        mark(dom, (enum level)level, &marks);
        const struct nb_page_weight left = marks.weights[0];
        if (left.good * 3 >= all.good && left.chars * 10 >= all.chars && left.chars > 0) {
            break;
        }
    }
    *out = marks;
    return NB_OK;
}
