#include "crawler/page/induct.h"

#include <stdlib.h>
#include <string.h>

#include <nabiz/text.h>

#include "crawler/page/boilerplate.h"
#include "crawler/page/render.h"

enum {
    GROUP_MIN = 2,
    GROUP_MAX = 500,
    TEXT_MIN = 30, /* bytes of text of a post, on average */
    DATE_MAX = 80, /* bytes of a text that may be a date */
    NAME_MAX = 80,
    TEXT_MAX = 1 << 22,
};

struct member {
    uint64_t kind; /* of the element: its tag and classes */
    uint32_t node;
};

struct induction {
    const struct nb_dom *dom;
    const struct nb_page_context *context;
    struct nb_arena *arena;
    struct nb_page_marks marks;
    uint32_t *dates;  /* dates in the nodes before this one */
    uint32_t *names;  /* names of people, likewise */
    int64_t *date_ms; /* by node: -1 when it is none */
    struct member *members;
    size_t members_n;
    struct nb_buf buf;
    enum nb_err err;
};

/* ---- evidence ---- */

static bool has_digit(struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (nb_ascii_is_digit(text.p[i])) {
            return true;
        }
    }
    return false;
}

static int64_t read_date(const struct induction *in, struct nb_slice text)
{
    int64_t at_ms;
    text = nb_slice_trim(text);
    bool may_be = text.len >= 5 && text.len <= DATE_MAX && has_digit(text);
    return may_be && nb_date_parse(text, in->context->dates, &at_ms) == NB_OK ? at_ms : -1;
}

static int64_t date_of(const struct induction *in, uint32_t node)
{
    static const char *const attrs[] = {"datetime", "title", "content", NULL};
    const struct nb_dom *dom = in->dom;
    enum nb_tag tag = dom->nodes[node].tag;
    if (tag == NB_TAG_TEXT) {
        return read_date(in, dom->nodes[node].text);
    }
    for (size_t i = 0; attrs[i]; i++) {
        if (tag == NB_TAG_TIME || tag == NB_TAG_ABBR || tag == NB_TAG_SPAN || tag == NB_TAG_META) {
            int64_t at_ms = read_date(in, nb_dom_attr(dom, node, attrs[i]));
            if (at_ms >= 0) {
                return at_ms;
            }
        }
    }
    return -1;
}

static bool contains_any(struct nb_slice text, const char *const *words)
{
    for (; *words; words++) {
        if (nb_slice_find(text, nb_slice_str(*words), 0) != NB_NPOS) {
            return true;
        }
    }
    return false;
}

/* Names of classes, and of addresses, that speak of who wrote something. */
static bool is_name(const struct nb_dom *dom, uint32_t node)
{
    static const char *const classes[] = {"author", "username", "user-name", "userName", "poster",
                                          "nick",   "member",   "Author",    "postuser", NULL};
    static const char *const addresses[] = {"user",   "member",   "profil", "/u/",
                                            "author", "/people/", "uid=",   NULL};
    const struct nb_dom_node *at = &dom->nodes[node];
    if (at->tag == NB_TAG_TEXT) {
        return false;
    }
    struct nb_slice class = nb_slice_sub(nb_dom_attr(dom, node, "class"), 0, 256);
    if (contains_any(class, classes) ||
        contains_any(nb_slice_sub(nb_dom_attr(dom, node, "itemprop"), 0, 64), classes)) {
        return true;
    }
    struct nb_slice href = at->tag == NB_TAG_A ? nb_dom_attr(dom, node, "href") : NB_LIT("");
    return contains_any(nb_slice_sub(href, 0, 256), addresses);
}

static void gather_evidence(struct induction *in)
{
    uint32_t dates = 0, names = 0;
    for (uint32_t i = 0; i < in->dom->n; i++) {
        in->dates[i] = dates;
        in->names[i] = names;
        in->date_ms[i] = in->marks.dropped[i] ? -1 : date_of(in, i);
        dates += in->date_ms[i] >= 0;
        names += !in->marks.dropped[i] && is_name(in->dom, i);
    }
    in->dates[in->dom->n] = dates;
    in->names[in->dom->n] = names;
}

/* ---- what repeats ---- */

static uint64_t mix(uint64_t hash, struct nb_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.p[i]) * 0x100000001b3u;
    }
    return hash;
}

/* Words of a class that differ from one row to the next. */
static bool is_varying(struct nb_slice word)
{
    static const char *const words[] = {"odd", "even", "alt",    "first",  "last",
                                        "new", "old",  "unread", "active", NULL};
    for (size_t i = 0; words[i]; i++) {
        if (nb_slice_eq_ascii_case(word, nb_slice_str(words[i]))) {
            return true;
        }
    }
    return has_digit(word);
}

static uint64_t kind_of(const struct nb_dom *dom, uint32_t node, const uint64_t *kinds)
{
    const struct nb_dom_node *at = &dom->nodes[node];
    struct nb_slice class = nb_slice_sub(nb_dom_attr(dom, node, "class"), 0, 256);
    uint64_t hash = mix(0xcbf29ce484222325u, at->text);
    uint64_t words = 0;
    size_t k = 0;
    while (k < class.len) {
        size_t begin = k;
        while (k < class.len && !nb_ascii_is_space(class.p[k])) {
            k++;
        }
        struct nb_slice word = nb_slice_sub(class, begin, k);
        if (word.len && !is_varying(word)) {
            words += mix(hash, word); /* in any order */
        }
        k++;
    }
    if (words) {
        return hash ^ (words * 0x9e3779b97f4a7c15u);
    }
    return hash ^ ((kinds[at->parent] + 1) * 0x9e3779b97f4a7c15u);
}

static int by_kind(const void *a, const void *b)
{
    const struct member *x = a;
    const struct member *y = b;
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return x->node < y->node ? -1 : x->node > y->node;
}

static enum nb_err group(struct induction *in)
{
    const struct nb_dom *dom = in->dom;
    uint64_t *kinds = nb_arena_alloc(in->arena, dom->n * sizeof(*kinds));
    in->members = nb_arena_alloc(in->arena, dom->n * sizeof(*in->members));
    if (!kinds || !in->members) {
        return NB_ENOMEM;
    }
    kinds[0] = 0;
    for (uint32_t i = 1; i < dom->n; i++) {
        bool is_element = dom->nodes[i].tag != NB_TAG_TEXT;
        kinds[i] = is_element ? kind_of(dom, i, kinds) : 0;
        if (is_element && !in->marks.dropped[i] && in->marks.weights[i].chars >= TEXT_MIN) {
            in->members[in->members_n++] = (struct member){kinds[i], i};
        }
    }
    qsort(in->members, in->members_n, sizeof(*in->members), by_kind);
    return NB_OK;
}

/* Evidence in a member that is not in the members inside it. `next` is the member after it. */
static uint32_t own(const uint32_t *before, const struct nb_dom *dom, uint32_t node, uint32_t next)
{
    uint32_t end = dom->nodes[node].end;
    end = next && next < end ? next : end;
    return before[end] - before[node];
}

/* How much the members look like posts; 0: they do not. */
static uint64_t score(const struct induction *in, const struct member *first, size_t n)
{
    const struct nb_dom *dom = in->dom;
    uint64_t text = 0;
    size_t dated = 0, named = 0;
    uint32_t outer_end = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t node = first[i].node;
        uint32_t next = i + 1 < n ? first[i + 1].node : 0;
        if (node >= outer_end) { /* what is inside is counted with what is around it */
            text += in->marks.weights[node].chars - in->marks.weights[node].link_chars;
            outer_end = dom->nodes[node].end;
        }
        dated += own(in->dates, dom, node, next) > 0;
        named += own(in->names, dom, node, next) > 0;
    }
    if (n < GROUP_MIN || n > GROUP_MAX || dated * 10 < n * 7 || named * 10 < n * 7 ||
        text < n * TEXT_MIN) {
        return 0;
    }
    uint64_t bits = 1;
    for (size_t k = n; k > 1; k /= 2) {
        bits++;
    }
    return text * (bits + 1);
}

static size_t best_group(const struct induction *in, size_t *out_n)
{
    uint64_t best = 0;
    size_t at = 0;
    *out_n = 0;
    for (size_t i = 0; i < in->members_n;) {
        size_t n = 1;
        while (i + n < in->members_n && in->members[i + n].kind == in->members[i].kind) {
            n++;
        }
        uint64_t s = score(in, &in->members[i], n);
        /* of two with as much, the inner one has less around the posts */
        bool is_inner = best && s * 100 >= best * 97 && *out_n == n &&
                        in->members[i].node > in->members[at].node;
        if (s > best || is_inner) {
            best = s > best ? s : best;
            at = i;
            *out_n = n;
        }
        i += n;
    }
    return at;
}

/* ---- a post ---- */

static struct nb_slice line_of(struct induction *in, uint32_t node)
{
    struct nb_slice text = NB_LIT("");
    nb_buf_reset(&in->buf);
    nb_page_render_line(in->dom, node, in->marks.dropped, &in->buf);
    if (nb_page_rendered(&in->buf, in->arena, &text) == NB_ENOMEM) {
        in->err = NB_ENOMEM;
    }
    return text;
}

static struct nb_slice address(struct induction *in, struct nb_slice href)
{
    struct nb_url url;
    enum nb_err err = href.len ? nb_url_parse(href, in->context->url, in->arena, &url) : NB_ESYNTAX;
    if (err == NB_ENOMEM) {
        in->err = err;
    }
    return err == NB_OK && nb_url_is_http(&url) ? url.href : NB_LIT("");
}

/* The link in an element that is a name, or of which one is, and has a text; 0: none. */
static uint32_t named_link(struct induction *in, uint32_t node, struct nb_slice *name)
{
    const struct nb_dom *dom = in->dom;
    uint32_t link =
        dom->nodes[node].tag == NB_TAG_A ? node : nb_dom_find(dom, node, node, NB_TAG_A);
    while (link) {
        *name = line_of(in, link);
        if (name->len || link == node) {
            return link;
        }
        link = nb_dom_find(dom, node, link, NB_TAG_A);
    }
    return 0;
}

static void take_author(struct induction *in, struct nb_page_post *post, uint32_t node,
                        uint32_t end)
{
    const struct nb_dom *dom = in->dom;
    for (uint32_t i = node; i < end && !(post->author.len && post->author_url.len); i++) {
        struct nb_slice name = NB_LIT("");
        if (in->marks.dropped[i] || !is_name(dom, i)) {
            continue;
        }
        uint32_t link = named_link(in, i, &name);
        if (!name.len) {
            name = line_of(in, i);
        }
        if (!post->author.len && name.len && name.len <= NAME_MAX) {
            post->author = name;
        }
        if (link && !post->author_url.len) {
            post->author_url = address(in, nb_slice_trim(nb_dom_attr(dom, link, "href")));
        }
    }
}

/*
 * The latest date beside the text: who wrote it joined earlier. Where it is a link, that leads to
 * the post.
 */
static void take_date(struct induction *in, struct nb_page_post *post, uint32_t node, uint32_t end,
                      uint32_t text)
{
    const struct nb_dom *dom = in->dom;
    uint32_t best = 0;
    for (int inside = 0; inside <= 1 && !best; inside++) {
        for (uint32_t i = node; i < end; i++) {
            bool is_inside = text != node && i >= text && i < dom->nodes[text].end;
            if (in->date_ms[i] >= 0 && is_inside == (inside != 0) &&
                (!best || in->date_ms[i] > in->date_ms[best])) {
                best = i;
            }
        }
    }
    if (!best) {
        return;
    }
    post->published_ms = in->date_ms[best];
    for (uint32_t up = best; up > node; up = dom->nodes[up].parent) {
        if (dom->nodes[up].tag == NB_TAG_A) {
            post->url = address(in, nb_slice_trim(nb_dom_attr(dom, up, "href")));
        }
    }
}

/* The innermost element that still has most of the text. */
static uint32_t text_of(const struct induction *in, uint32_t node, uint32_t end)
{
    const struct nb_dom *dom = in->dom;
    const struct nb_page_weight *weights = in->marks.weights;
    for (;;) {
        uint32_t deeper = 0;
        uint64_t all = weights[node].chars - weights[node].link_chars;
        for (uint32_t k = node + 1; k < dom->nodes[node].end && k < end; k = dom->nodes[k].end) {
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

static void take_post(struct induction *in, struct nb_page_post *post, uint32_t node, uint32_t next)
{
    const struct nb_dom *dom = in->dom;
    uint32_t end = next && next < dom->nodes[node].end ? next : dom->nodes[node].end;
    *post = (struct nb_page_post){.published_ms = -1, .likes = -1};
    struct nb_slice id = nb_dom_attr(dom, node, "id");
    post->id = nb_utf8_cut(id.len ? id : nb_dom_attr(dom, node, "data-id"), NAME_MAX);
    uint32_t text = text_of(in, node, end);
    take_author(in, post, node, end);
    take_date(in, post, node, end, text);
    nb_buf_reset(&in->buf);
    nb_page_render(dom, text, in->marks.dropped, &in->buf);
    if (nb_page_rendered(&in->buf, in->arena, &post->text) == NB_ENOMEM) {
        in->err = NB_ENOMEM;
    }
}

/*
 * What opens a thread may be built otherwise than the answers: the element before the first of
 * them, beside it or beside what it is in, that has sentences and a date.
 */
static uint32_t opening_of(const struct induction *in, uint32_t first)
{
    const struct nb_dom *dom = in->dom;
    for (uint32_t at = first; at != 0; at = dom->nodes[at].parent) {
        uint32_t parent = dom->nodes[at].parent;
        uint32_t best = 0;
        for (uint32_t k = parent + 1; k < at; k = dom->nodes[k].end) {
            bool has = in->dates[dom->nodes[k].end] > in->dates[k];
            const struct nb_page_weight *weight = &in->marks.weights[k];
            if (has && dom->nodes[k].tag != NB_TAG_TEXT && !in->marks.dropped[k] &&
                weight->good > 0 && (!best || weight->good > in->marks.weights[best].good)) {
                best = k;
            }
        }
        if (best || dom->nodes[parent].tag == NB_TAG_BODY) {
            return best;
        }
    }
    return 0;
}

static enum nb_err take_posts(struct induction *in, const struct member *first, size_t n,
                              struct nb_page_thread *out)
{
    bool *dropped = in->marks.dropped;
    struct nb_page_thread thread = {0};
    uint32_t opening = opening_of(in, first[0].node);
    thread.posts = nb_arena_calloc(in->arena, n + 1, sizeof(*thread.posts));
    if (!thread.posts) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < n; i++) { /* a post inside a post is not its text */
        dropped[first[i].node] = true;
    }
    if (opening) {
        take_post(in, &thread.posts[0], opening, 0);
        thread.posts_n += thread.posts[0].text.len > 0;
    }
    for (size_t i = 0; i < n && in->err == NB_OK; i++) {
        struct nb_page_post *post = &thread.posts[thread.posts_n];
        dropped[first[i].node] = false;
        take_post(in, post, first[i].node, i + 1 < n ? first[i + 1].node : 0);
        dropped[first[i].node] = true;
        thread.posts_n += post->text.len > 0;
    }
    if (in->err == NB_OK) {
        *out = thread;
    }
    return in->err;
}

enum nb_err nb_page_induct(const struct nb_dom *dom, const struct nb_page_context *context,
                           struct nb_arena *arena, struct nb_page_thread *out)
{
    struct induction in = {.dom = dom, .context = context, .arena = arena};
    size_t n;
    enum nb_err err = nb_page_mark_code(dom, arena, &in.marks);
    in.dates = nb_arena_alloc(arena, (dom->n + 1) * sizeof(*in.dates));
    in.names = nb_arena_alloc(arena, (dom->n + 1) * sizeof(*in.names));
    in.date_ms = nb_arena_alloc(arena, dom->n * sizeof(*in.date_ms));
    if (err != NB_OK || !in.dates || !in.names || !in.date_ms) {
        return NB_ENOMEM;
    }
    gather_evidence(&in);
    err = group(&in);
    if (err != NB_OK) {
        return err;
    }
    size_t at = best_group(&in, &n);
    if (!n) {
        return NB_ENOTFOUND;
    }
    nb_buf_init(&in.buf, TEXT_MAX);
    err = take_posts(&in, &in.members[at], n, out);
    nb_buf_fini(&in.buf);
    return err == NB_OK && out->posts_n < GROUP_MIN ? NB_ENOTFOUND : err;
}
