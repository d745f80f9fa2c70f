#include "crawler/page/thread.h"

#include <string.h>

#include <nabiz/text.h>

#include "crawler/page/boilerplate.h"
#include "crawler/page/render.h"
#include "crawler/page/when.h"

enum { TEXT_MAX = 1 << 22, FIELD_MAX = 1 << 12 };

struct reading {
    const struct nb_dom *dom;
    const struct nb_page_context *context;
    const struct nb_profile *profile;
    struct nb_arena *arena;
    struct nb_buf buf;
    bool *is_post; /* by node */
    bool *dropped; /* by node */
    enum nb_err err;
};

/* ---- fields of a post ---- */

/* The next match in a post that is not in a post inside it. */
static uint32_t next_in(const struct reading *r, const struct nb_selector *selector, uint32_t root,
                        uint32_t from)
{
    const struct nb_dom *dom = r->dom;
    for (uint32_t i = from + 1; i < dom->nodes[root].end; i++) {
        if (r->is_post[i]) {
            i = dom->nodes[i].end - 1;
        } else if (nb_selector_matches(selector, dom, i)) {
            return i;
        }
    }
    return 0;
}

static struct nb_slice line_of(struct reading *r, uint32_t node)
{
    struct nb_slice text = NB_LIT("");
    nb_buf_reset(&r->buf);
    nb_page_render_line(r->dom, node, r->dropped, &r->buf);
    enum nb_err err = nb_page_rendered(&r->buf, r->arena, &text);
    if (err == NB_ENOMEM) {
        r->err = err;
    }
    return nb_utf8_cut(text, FIELD_MAX);
}

/* What the rules of a key find below root, as one line; empty when nothing. */
static struct nb_slice field(struct reading *r, enum nb_profile_key key, uint32_t root)
{
    for (const struct nb_profile_rule *rule = r->profile->rules[key]; rule; rule = rule->next) {
        uint32_t node = root;
        do {
            node = rule->selector ? next_in(r, rule->selector, root, node) : root;
            if (!node) {
                break;
            }
            struct nb_slice value = rule->attr
                                        ? nb_slice_trim(nb_dom_attr(r->dom, node, rule->attr))
                                        : line_of(r, node);
            if (value.len) {
                return value;
            }
        } while (rule->selector);
    }
    return NB_LIT("");
}

static struct nb_slice address(struct reading *r, struct nb_slice href)
{
    struct nb_url url;
    if (!href.len) {
        return href;
    }
    enum nb_err err = nb_url_parse(href, r->context->url, r->arena, &url);
    if (err == NB_ENOMEM) {
        r->err = err;
    }
    return err == NB_OK && nb_url_is_http(&url) ? url.href : NB_LIT("");
}

static int64_t when(const struct reading *r, struct nb_slice text)
{
    return nb_page_when(text, r->context->dates, r->context->month_first);
}

/* A date by itself, or the first one in a piece of the text, such as "by ann73 » 3 May, 14:05". */
static int64_t date_in(struct reading *r, uint32_t node)
{
    const struct nb_dom *dom = r->dom;
    int64_t at_ms = when(r, line_of(r, node));
    for (uint32_t i = node + 1; i < dom->nodes[node].end && at_ms < 0; i++) {
        if (dom->nodes[i].tag == NB_TAG_TEXT) {
            at_ms = when(r, dom->nodes[i].text);
        }
    }
    return at_ms;
}

static int64_t moment(struct reading *r, uint32_t root)
{
    for (const struct nb_profile_rule *rule = r->profile->rules[NB_PROFILE_DATE]; rule;
         rule = rule->next) {
        uint32_t node = root;
        do {
            int64_t at_ms;
            int64_t unix_s;
            node = rule->selector ? next_in(r, rule->selector, root, node) : root;
            if (!node) {
                break;
            }
            if (!rule->attr) {
                at_ms = date_in(r, node);
                if (at_ms >= 0) {
                    return at_ms;
                }
                continue;
            }
            struct nb_slice value = nb_slice_trim(nb_dom_attr(r->dom, node, rule->attr));
            if (value.len >= 9 && value.len <= 13 && nb_slice_to_i64(value, &unix_s)) {
                return value.len > 10 ? unix_s : unix_s * 1000;
            }
            at_ms = when(r, value);
            if (at_ms >= 0) {
                return at_ms;
            }
        } while (rule->selector);
    }
    return -1;
}

static int64_t number(struct reading *r, enum nb_profile_key key, uint32_t root)
{
    return nb_page_count(field(r, key, root));
}

/* ---- text and quotes ---- */

static void cut(struct reading *r, uint32_t root)
{
    for (const struct nb_profile_rule *rule = r->profile->rules[NB_PROFILE_CUT]; rule;
         rule = rule->next) {
        uint32_t at = root;
        while ((at = next_in(r, rule->selector, root, at)) != 0) {
            r->dropped[at] = true;
        }
    }
}

static struct nb_slice text_of(struct reading *r, uint32_t root)
{
    struct nb_slice text = NB_LIT("");
    nb_buf_reset(&r->buf);
    nb_page_render(r->dom, root, r->dropped, &r->buf);
    enum nb_err err = nb_page_rendered(&r->buf, r->arena, &text);
    if (err == NB_ENOMEM) {
        r->err = err;
    }
    return text;
}

static bool is_quote(const struct reading *r, uint32_t node)
{
    for (const struct nb_profile_rule *rule = r->profile->rules[NB_PROFILE_QUOTE]; rule;
         rule = rule->next) {
        if (rule->selector && nb_selector_matches(rule->selector, r->dom, node)) {
            return true;
        }
    }
    return false;
}

static struct nb_page_quote *add_quote(struct reading *r, struct nb_page_post *post, size_t *cap)
{
    struct nb_page_quote *quotes = (struct nb_page_quote *)(uintptr_t)post->quotes;
    if (post->quotes_n == *cap) {
        size_t more = *cap ? *cap * 2 : 4;
        quotes = nb_arena_grow(r->arena, quotes, *cap * sizeof(*quotes), more * sizeof(*quotes));
        if (!quotes) {
            r->err = NB_ENOMEM;
            return NULL;
        }
        post->quotes = quotes;
        *cap = more;
    }
    return &quotes[post->quotes_n++];
}

/* A quote within a quote is part of it. */
static void take_quotes(struct reading *r, struct nb_page_post *post, uint32_t root)
{
    size_t cap = 0;
    for (uint32_t i = root + 1; i < r->dom->nodes[root].end && r->err == NB_OK; i++) {
        bool is_out = r->is_post[i] || r->dropped[i];
        if (!is_out && !is_quote(r, i)) {
            continue;
        }
        struct nb_page_quote *quote = is_out ? NULL : add_quote(r, post, &cap);
        if (quote) {
            *quote = (struct nb_page_quote){
                .author = field(r, NB_PROFILE_QUOTED, i),
                .post_id = field(r, NB_PROFILE_SOURCE, i),
                .text = text_of(r, i),
            };
            r->dropped[i] = true;
        }
        i = r->dom->nodes[i].end - 1;
    }
}

/* Answers inside a post that is its own text are not that text. */
static void drop_inner(struct reading *r, uint32_t node)
{
    for (uint32_t i = node + 1; i < r->dom->nodes[node].end; i++) {
        r->dropped[i] = r->dropped[i] || r->is_post[i];
    }
}

static void take_text(struct reading *r, struct nb_page_post *post, uint32_t node)
{
    const struct nb_profile_rule *rule = r->profile->rules[NB_PROFILE_TEXT];
    for (; rule && !post->text.len && r->err == NB_OK; rule = rule->next) {
        uint32_t at = rule->selector ? next_in(r, rule->selector, node, node) : node;
        if (at) {
            if (!rule->selector) {
                drop_inner(r, node);
            }
            take_quotes(r, post, at);
            post->text = text_of(r, at);
        }
    }
}

/* A post inside another one answers it. */
static struct nb_slice outer_id(struct reading *r, uint32_t node)
{
    for (uint32_t at = r->dom->nodes[node].parent; at; at = r->dom->nodes[at].parent) {
        if (r->is_post[at]) {
            return field(r, NB_PROFILE_ID, at);
        }
    }
    return (struct nb_slice){NULL, 0};
}

static void take_post(struct reading *r, struct nb_page_post *post, uint32_t node)
{
    post->id = field(r, NB_PROFILE_ID, node);
    post->author = field(r, NB_PROFILE_AUTHOR, node);
    post->author_url = address(r, field(r, NB_PROFILE_PROFILE, node));
    post->published_ms = moment(r, node);
    post->url = address(r, field(r, NB_PROFILE_URL, node));
    post->reply_to = field(r, NB_PROFILE_REPLY, node);
    post->reply_to = post->reply_to.len ? post->reply_to : outer_id(r, node);
    post->likes = number(r, NB_PROFILE_LIKES, node);
    cut(r, node);
    take_text(r, post, node);
}

/* ---- which profile ---- */

static size_t mark_posts(struct reading *r)
{
    const struct nb_dom *dom = r->dom;
    const struct nb_profile_rule *rule = r->profile->rules[NB_PROFILE_POST];
    size_t n = 0;
    memset(r->is_post, 0, dom->n * sizeof(bool));
    for (; rule && !n; rule = rule->next) {
        uint32_t at = 0;
        while (n < NB_PAGE_POSTS_MAX && (at = nb_selector_next(rule->selector, dom, 0, at)) != 0) {
            r->is_post[at] = true;
            n++;
        }
    }
    return n;
}

static uint32_t text_node(const struct reading *r, uint32_t post)
{
    for (const struct nb_profile_rule *rule = r->profile->rules[NB_PROFILE_TEXT]; rule;
         rule = rule->next) {
        uint32_t at = rule->selector ? next_in(r, rule->selector, post, post) : post;
        if (at) {
            return at;
        }
    }
    return 0;
}

/* Posts that have a text where the profile looks for it. */
static size_t count_texts(struct reading *r)
{
    size_t n = 0;
    if (mark_posts(r)) {
        for (uint32_t i = 1; i < r->dom->n; i++) {
            n += r->is_post[i] && text_node(r, i);
        }
    }
    return n;
}

/* The one that finds most; of two that find as much the first in the files. */
static void choose_profile(struct reading *r)
{
    const struct nb_profile *best = NULL;
    size_t most = 0;
    for (const struct nb_profile *at = r->context->profiles; at; at = at->next) {
        r->profile = at;
        size_t n = at->is_fallback && best ? 0 : count_texts(r);
        if (n > most) {
            most = n;
            best = at;
        }
    }
    r->profile = best;
}

/* ---- the page ---- */

static void drop_code(struct reading *r)
{
    for (uint32_t i = 1; i < r->dom->n; i++) {
        switch (r->dom->nodes[i].tag) {
        case NB_TAG_SCRIPT:
        case NB_TAG_STYLE:
        case NB_TAG_TEMPLATE:
        case NB_TAG_BUTTON:
        case NB_TAG_SVG:
            r->dropped[i] = true;
            break;
        default:
            break;
        }
    }
}

/* Who of those that wrote on the page is named in a line, "Quote from: Ada on 3 May 2026"? */
static struct nb_slice named_in(const struct nb_page_thread *thread, struct nb_slice line)
{
    struct nb_slice best = line;
    for (size_t i = 0; i < thread->posts_n; i++) {
        struct nb_slice author = thread->posts[i].author;
        bool is_longer = best.p == line.p || author.len > best.len;
        if (author.len > 1 && author.len < line.len && is_longer &&
            nb_slice_find(line, author, 0) != NB_NPOS) {
            best = author;
        }
    }
    return best;
}

static void tidy_quoted(struct nb_page_thread *thread)
{
    for (size_t i = 0; i < thread->posts_n; i++) {
        const struct nb_page_post *post = &thread->posts[i];
        for (size_t k = 0; k < post->quotes_n; k++) {
            /* the quotes were allocated for this thread, which nobody else has yet */
            struct nb_page_quote *quote = (struct nb_page_quote *)(uintptr_t)&post->quotes[k];
            quote->author = named_in(thread, quote->author);
        }
    }
}

enum nb_err nb_page_thread_read(const struct nb_dom *dom, const struct nb_page_context *context,
                                struct nb_arena *arena, struct nb_page_thread *out)
{
    struct reading r = {.dom = dom, .context = context, .arena = arena};
    r.is_post = nb_arena_calloc(arena, dom->n, sizeof(bool));
    r.dropped = nb_arena_calloc(arena, dom->n, sizeof(bool));
    if (!r.is_post || !r.dropped) {
        return NB_ENOMEM;
    }
    choose_profile(&r);
    if (!r.profile) {
        return NB_ENOTFOUND;
    }
    nb_buf_init(&r.buf, TEXT_MAX);
    drop_code(&r);
    struct nb_page_thread thread = {.engine = r.profile->name,
                                    .is_comments = r.profile->is_comments,
                                    .is_fallback = r.profile->is_fallback};
    size_t n = mark_posts(&r);
    thread.posts = nb_arena_calloc(arena, n, sizeof(*thread.posts));
    thread.nodes = nb_arena_calloc(arena, n, sizeof(*thread.nodes));
    r.err = thread.posts && thread.nodes ? NB_OK : NB_ENOMEM;
    thread.title = field(&r, NB_PROFILE_TITLE, 0);
    thread.next_page = address(&r, field(&r, NB_PROFILE_NEXT, 0));
    thread.counts.views = number(&r, NB_PROFILE_VIEWS, 0);
    thread.counts.replies = number(&r, NB_PROFILE_REPLIES, 0);
    for (uint32_t i = 1; i < dom->n && r.err == NB_OK; i++) {
        if (r.is_post[i] && thread.posts_n < n) {
            struct nb_page_post *post = &thread.posts[thread.posts_n];
            *post = (struct nb_page_post){.published_ms = -1, .likes = -1, .followers = -1};
            take_post(&r, post, i);
            thread.nodes[thread.posts_n] = i;
            thread.posts_n += post->text.len || post->quotes_n;
        }
    }
    nb_buf_fini(&r.buf);
    tidy_quoted(&thread);
    if (r.err == NB_OK && !thread.posts_n) {
        r.err = NB_ENOTFOUND;
    }
    if (r.err == NB_OK) {
        *out = thread;
    }
    return r.err;
}

enum nb_err nb_page_thread_next(const struct nb_dom *dom, const struct nb_page_context *context,
                                struct nb_arena *arena, struct nb_slice *out)
{
    struct nb_url url;
    *out = NB_LIT("");
    for (uint32_t i = 1; i < dom->n; i++) {
        enum nb_tag tag = dom->nodes[i].tag;
        if ((tag != NB_TAG_A && tag != NB_TAG_LINK) ||
            !nb_dom_has_word(dom, i, "rel", NB_LIT("next"))) {
            continue;
        }
        enum nb_err err =
            nb_url_parse(nb_slice_trim(nb_dom_attr(dom, i, "href")), context->url, arena, &url);
        if (err == NB_OK && nb_url_is_http(&url)) {
            *out = url.href;
        }
        if (err == NB_OK || err == NB_ENOMEM) {
            return err;
        }
    }
    return NB_OK;
}
