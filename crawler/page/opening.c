#include "crawler/page/opening.h"

#include <nabiz/text.h>

#include "crawler/page/render.h"

enum { NAME_MAX = 80, NAME_SPACES = 4 };

struct reading {
    const struct nb_page_evidence *e;
    struct nb_buf *buf;
    enum nb_err err;
};

/* A title that leads to its author's other work is no name. */
static bool is_short(struct nb_slice name)
{
    size_t spaces = 0;
    for (size_t i = 0; i < name.len; i++) {
        spaces += name.p[i] == ' ';
    }
    return name.len <= NAME_MAX && spaces <= NAME_SPACES;
}

static bool has_date(const struct nb_page_evidence *e, uint32_t begin, uint32_t end)
{
    return e->dates[end] > e->dates[begin];
}

/* The first element from begin up to end that has a name in it. */
static uint32_t name_in(const struct nb_page_evidence *e, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) {
        if (!e->marks.dropped[i] && e->names[i] && e->marks.weights[i].chars <= NAME_MAX &&
            e->marks.weights[i].chars > 0) {
            return i;
        }
    }
    return 0;
}

/* Of the elements in parent and before at, the one with most sentences; dated: and a date. */
static uint32_t fullest_before(const struct nb_page_evidence *e, uint32_t parent, uint32_t at,
                               bool dated)
{
    const struct nb_dom *dom = e->dom;
    uint32_t best = 0;
    for (uint32_t k = parent + 1; k < at; k = dom->nodes[k].end) {
        const struct nb_page_weight *weight = &e->marks.weights[k];
        if (dom->nodes[k].tag != NB_TAG_TEXT && !e->marks.dropped[k] && weight->good > 0 &&
            (!dated || has_date(e, k, dom->nodes[k].end)) &&
            (!best || weight->good > e->marks.weights[best].good)) {
            best = k;
        }
    }
    return best;
}

struct nb_page_opening nb_page_opening_find(const struct nb_page_evidence *evidence, uint32_t first)
{
    const struct nb_dom *dom = evidence->dom;
    for (uint32_t at = first; at != 0; at = dom->nodes[at].parent) {
        uint32_t parent = dom->nodes[at].parent;
        uint32_t whole = fullest_before(evidence, parent, at, true);
        if (whole) {
            return (struct nb_page_opening){whole, dom->nodes[whole].end, whole};
        }
        uint32_t text = fullest_before(evidence, parent, at, false);
        if (text && has_date(evidence, parent + 1, at) && name_in(evidence, parent + 1, text)) {
            return (struct nb_page_opening){parent + 1, at, text};
        }
        if (dom->nodes[parent].tag == NB_TAG_BODY) {
            break;
        }
    }
    return (struct nb_page_opening){0};
}

static struct nb_slice line_of(struct reading *r, uint32_t node)
{
    struct nb_slice text = NB_LIT("");
    nb_buf_reset(r->buf);
    nb_page_render_line(r->e->dom, node, r->e->marks.dropped, r->buf);
    if (nb_page_rendered(r->buf, r->e->arena, &text) == NB_ENOMEM) {
        r->err = NB_ENOMEM;
    }
    return text;
}

static struct nb_slice address(struct reading *r, struct nb_slice href)
{
    struct nb_url url;
    enum nb_err err =
        href.len ? nb_url_parse(href, r->e->context->url, r->e->arena, &url) : NB_ESYNTAX;
    if (err == NB_ENOMEM) {
        r->err = err;
    }
    return err == NB_OK && nb_url_is_http(&url) ? url.href : NB_LIT("");
}

/* The link in an element that is a name, or of which one is, and has a text; 0: none. */
static uint32_t named_link(struct reading *r, uint32_t node, struct nb_slice *name)
{
    const struct nb_dom *dom = r->e->dom;
    uint32_t link =
        dom->nodes[node].tag == NB_TAG_A ? node : nb_dom_find(dom, node, node, NB_TAG_A);
    while (link) {
        *name = line_of(r, link);
        if (name->len || link == node) {
            return link;
        }
        link = nb_dom_find(dom, node, link, NB_TAG_A);
    }
    return 0;
}

static void take_author(struct reading *r, struct nb_page_post *post,
                        const struct nb_page_opening *opening)
{
    const struct nb_dom *dom = r->e->dom;
    for (uint32_t i = opening->begin;
         i < opening->end && !(post->author.len && post->author_url.len); i++) {
        struct nb_slice name = NB_LIT("");
        if (r->e->marks.dropped[i]) {
            i = dom->nodes[i].end - 1;
            continue;
        }
        if (!r->e->names[i] || r->e->marks.weights[i].chars > NAME_MAX) {
            continue;
        }
        uint32_t link = named_link(r, i, &name);
        if (!name.len) {
            name = line_of(r, i);
        }
        if (!post->author.len && is_short(name) && nb_page_may_be_name(name)) {
            post->author = name;
        }
        if (link && post->author.len && !post->author_url.len) {
            post->author_url = address(r, nb_slice_trim(nb_dom_attr(dom, link, "href")));
        }
    }
}

/*
 * The latest date beside the text: who wrote it joined earlier. Where it is a link, that leads to
 * the post.
 */
static void take_date(struct reading *r, struct nb_page_post *post,
                      const struct nb_page_opening *opening, uint32_t text)
{
    const struct nb_dom *dom = r->e->dom;
    const int64_t *date_ms = r->e->date_ms;
    uint32_t best = 0;
    for (int inside = 0; inside <= 1 && !best; inside++) {
        for (uint32_t i = opening->begin; i < opening->end; i++) {
            bool is_inside = text != opening->begin && i >= text && i < dom->nodes[text].end;
            if (date_ms[i] >= 0 && is_inside == (inside != 0) &&
                (!best || date_ms[i] > date_ms[best])) {
                best = i;
            }
        }
    }
    if (!best) {
        return;
    }
    post->published_ms = date_ms[best];
    for (uint32_t up = best; up >= opening->begin; up = dom->nodes[up].parent) {
        if (dom->nodes[up].tag == NB_TAG_A) {
            post->url = address(r, nb_slice_trim(nb_dom_attr(dom, up, "href")));
        }
    }
}

/* The innermost element that still has most of the text. */
static uint32_t text_of(const struct nb_page_evidence *e, uint32_t node)
{
    const struct nb_dom *dom = e->dom;
    const struct nb_page_weight *weights = e->marks.weights;
    for (;;) {
        uint32_t deeper = 0;
        uint64_t all = weights[node].chars - weights[node].link_chars;
        for (uint32_t k = node + 1; k < dom->nodes[node].end; k = dom->nodes[k].end) {
            uint64_t has = weights[k].chars - weights[k].link_chars;
            if (dom->nodes[k].tag != NB_TAG_TEXT && dom->nodes[k].tag != NB_TAG_P &&
                has * 10 >= all * 6) {
                deeper = k;
            }
        }
        if (!deeper) {
            return node;
        }
        node = deeper;
    }
}

enum nb_err nb_page_opening_read(const struct nb_page_evidence *evidence,
                                 const struct nb_page_opening *opening, struct nb_buf *buf,
                                 struct nb_page_post *out)
{
    struct reading r = {.e = evidence, .buf = buf};
    struct nb_page_post post = {.published_ms = -1, .likes = -1, .followers = -1};
    uint32_t text = text_of(evidence, opening->text);
    post.id = nb_utf8_cut(nb_dom_attr(evidence->dom, opening->begin, "id"), NAME_MAX);
    take_author(&r, &post, opening);
    take_date(&r, &post, opening, text);
    nb_buf_reset(buf);
    nb_page_render(evidence->dom, text, evidence->marks.dropped, buf);
    if (nb_page_rendered(buf, evidence->arena, &post.text) == NB_ENOMEM) {
        r.err = NB_ENOMEM;
    }
    if (r.err == NB_OK) {
        *out = post;
    }
    return r.err;
}
