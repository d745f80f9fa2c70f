#include "crawler/page/opening.h"

#include <nabiz/text.h>

#include "crawler/page/render.h"

enum { NAME_MAX = 80 };

struct reading {
    const struct nb_page_evidence *e;
    struct nb_buf *buf;
    enum nb_err err;
};

uint32_t nb_page_opening_find(const struct nb_page_evidence *evidence, uint32_t first)
{
    const struct nb_dom *dom = evidence->dom;
    const struct nb_page_marks *marks = &evidence->marks;
    for (uint32_t at = first; at != 0; at = dom->nodes[at].parent) {
        uint32_t parent = dom->nodes[at].parent;
        uint32_t best = 0;
        for (uint32_t k = parent + 1; k < at; k = dom->nodes[k].end) {
            bool has = evidence->dates[dom->nodes[k].end] > evidence->dates[k];
            const struct nb_page_weight *weight = &marks->weights[k];
            if (has && dom->nodes[k].tag != NB_TAG_TEXT && !marks->dropped[k] && weight->good > 0 &&
                (!best || weight->good > marks->weights[best].good)) {
                best = k;
            }
        }
        if (best || dom->nodes[parent].tag == NB_TAG_BODY) {
            return best;
        }
    }
    return 0;
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

static void take_author(struct reading *r, struct nb_page_post *post, uint32_t node)
{
    const struct nb_dom *dom = r->e->dom;
    uint32_t end = dom->nodes[node].end;
    for (uint32_t i = node; i < end && !(post->author.len && post->author_url.len); i++) {
        struct nb_slice name = NB_LIT("");
        if (r->e->marks.dropped[i]) {
            i = dom->nodes[i].end - 1;
            continue;
        }
        if (!nb_page_is_name(dom, i) || r->e->marks.weights[i].chars > NAME_MAX) {
            continue;
        }
        uint32_t link = named_link(r, i, &name);
        if (!name.len) {
            name = line_of(r, i);
        }
        if (!post->author.len && name.len && name.len <= NAME_MAX) {
            post->author = name;
        }
        if (link && !post->author_url.len) {
            post->author_url = address(r, nb_slice_trim(nb_dom_attr(dom, link, "href")));
        }
    }
}

/*
 * The latest date beside the text: who wrote it joined earlier. Where it is a link, that leads to
 * the post.
 */
static void take_date(struct reading *r, struct nb_page_post *post, uint32_t node, uint32_t text)
{
    const struct nb_dom *dom = r->e->dom;
    const int64_t *date_ms = r->e->date_ms;
    uint32_t best = 0;
    for (int inside = 0; inside <= 1 && !best; inside++) {
        for (uint32_t i = node; i < dom->nodes[node].end; i++) {
            bool is_inside = text != node && i >= text && i < dom->nodes[text].end;
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
    for (uint32_t up = best; up > node; up = dom->nodes[up].parent) {
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

enum nb_err nb_page_opening_read(const struct nb_page_evidence *evidence, uint32_t node,
                                 struct nb_buf *buf, struct nb_page_post *out)
{
    struct reading r = {.e = evidence, .buf = buf};
    struct nb_page_post post = {.published_ms = -1, .likes = -1};
    uint32_t text = text_of(evidence, node);
    post.id = nb_utf8_cut(nb_dom_attr(evidence->dom, node, "id"), NAME_MAX);
    take_author(&r, &post, node);
    take_date(&r, &post, node, text);
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
