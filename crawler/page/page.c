/*
 * One page: decoded, read into a tree, and then what it says of itself, its posts, its text.
 */
#include "crawler/page/page.h"

#include <nabiz/charset.h>
#include <nabiz/file.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>

#include "crawler/feed_type.h"
#include "crawler/page/article.h"
#include "crawler/page/edges.h"
#include "crawler/page/induct.h"
#include "crawler/page/ldthread.h"
#include "crawler/page/render.h"
#include "crawler/page/thread.h"
#include "crawler/page/trim.h"
#include "crawler/page/when.h"

enum {
    TEXT_MAX = 1 << 24,
    PROFILES_MAX = 1 << 20,
    PROFILES_ARENA = 1 << 22,
    FEEDS_MAX = 32,
    PRODUCT_MIN = 350,
    BARE_MAX = 200, /* bytes of text of a page that is none without its programs */
    DESCRIPTION_MIN = 100
};

/* ---- profiles ---- */

struct nb_page_profiles {
    struct nb_arena *arena;
    struct nb_profile *first, *last;
};

static enum nb_err load_file(struct nb_page_profiles *profiles, const char *path,
                             struct nb_error *error)
{
    struct nb_buf buf;
    struct nb_profile *first = NULL;
    nb_buf_init(&buf, PROFILES_MAX);
    enum nb_err err = nb_file_read(path, &buf, error);
    if (err == NB_OK) {
        struct nb_slice text = nb_arena_copy(profiles->arena, nb_buf_slice(&buf));
        err = text.p || !buf.len ? nb_profiles_read(text, path, profiles->arena, &first, error)
                                 : NB_ENOMEM;
    }
    nb_buf_fini(&buf);
    if (err == NB_OK && first) {
        if (profiles->last) {
            profiles->last->next = first;
        } else {
            profiles->first = first;
        }
        while (first->next) {
            first = first->next;
        }
        profiles->last = first;
    }
    return err;
}

enum nb_err nb_page_profiles_load(const char *dir, struct nb_page_profiles **out,
                                  struct nb_error *error)
{
    const char *const *names;
    size_t n;
    *out = NULL;
    struct nb_page_profiles *profiles = nb_calloc(1, sizeof(*profiles));
    if (!profiles || !(profiles->arena = nb_arena_new(PROFILES_ARENA))) {
        nb_page_profiles_free(profiles);
        return NB_ENOMEM;
    }
    enum nb_err err = nb_file_names(dir, ".forum", profiles->arena, &names, &n, error);
    for (size_t i = 0; err == NB_OK && i < n; i++) {
        char *path = nb_arena_printf(profiles->arena, "%s/%s", dir, names[i]);
        err = path ? load_file(profiles, path, error) : NB_ENOMEM;
    }
    if (err != NB_OK) {
        nb_page_profiles_free(profiles);
        return err;
    }
    *out = profiles;
    return NB_OK;
}

void nb_page_profiles_free(struct nb_page_profiles *profiles)
{
    if (profiles) {
        nb_arena_free(profiles->arena);
        nb_free(profiles);
    }
}

/* ---- links ---- */

struct links {
    const struct nb_dom *dom;
    const struct nb_url *base;
    struct nb_arena *arena;
    struct nb_buf *buf;
    struct nb_page_link *all;
    size_t n, cap, max;
};

static enum nb_err add_link(struct links *links, struct nb_slice href, struct nb_slice text)
{
    struct nb_url url;
    if (links->n == links->max) {
        return NB_OK;
    }
    enum nb_err err = nb_url_parse(href, links->base, links->arena, &url);
    if (err != NB_OK || !nb_url_is_http(&url)) {
        return err == NB_ENOMEM ? err : NB_OK;
    }
    if (links->n == links->cap) {
        size_t more = links->cap ? links->cap * 2 : 16;
        void *p = nb_arena_grow(links->arena, links->all, links->cap * sizeof(*links->all),
                                more * sizeof(*links->all));
        if (!p) {
            return NB_ENOMEM;
        }
        links->all = p;
        links->cap = more;
    }
    links->all[links->n++] = (struct nb_page_link){url.href, text};
    return NB_OK;
}

static enum nb_err text_links(struct links *links, uint32_t root, const bool *dropped)
{
    const struct nb_dom *dom = links->dom;
    enum nb_err err = NB_OK;
    for (uint32_t i = nb_dom_find(dom, root, root, NB_TAG_A); i && err == NB_OK;
         i = nb_dom_find(dom, root, i, NB_TAG_A)) {
        struct nb_slice href = nb_slice_trim(nb_dom_attr(dom, i, "href"));
        struct nb_slice text = NB_LIT("");
        if (dropped[i] || !href.len || href.p[0] == '#') {
            continue;
        }
        nb_buf_reset(links->buf);
        nb_page_render_line(dom, i, dropped, links->buf);
        err = nb_page_rendered(links->buf, links->arena, &text);
        err = err == NB_OK ? add_link(links, href, text) : err;
    }
    return err;
}

static enum nb_err feed_links(struct links *links)
{
    const struct nb_dom *dom = links->dom;
    enum nb_err err = NB_OK;
    for (uint32_t i = nb_dom_find(dom, 0, 0, NB_TAG_LINK); i && err == NB_OK;
         i = nb_dom_find(dom, 0, i, NB_TAG_LINK)) {
        struct nb_slice href = nb_slice_trim(nb_dom_attr(dom, i, "href"));
        if (nb_dom_has_word(dom, i, "rel", NB_LIT("alternate")) &&
            nb_is_feed_type(nb_dom_attr(dom, i, "type"), href)) {
            err = add_link(links, href, nb_slice_trim(nb_dom_attr(dom, i, "title")));
        }
    }
    return err;
}

/* ---- the page ---- */

struct work {
    const struct nb_page_options *options;
    struct nb_arena *arena;
    struct nb_buf buf;
    struct nb_dom dom;
    struct nb_url url, base;
    struct nb_page_meta meta;
    struct nb_page *page;
};

static void take_meta(struct work *w)
{
    const struct nb_page_meta *meta = &w->meta;
    struct nb_page *page = w->page;
    page->url = w->url.href;
    page->canonical = meta->canonical;
    page->title = meta->title;
    page->author = meta->author;
    page->followers = meta->followers;
    page->published_ms = meta->published_ms;
    page->modified_ms = meta->modified_ms;
    page->language = meta->language;
    page->site = meta->site;
}

static void take_posts(struct work *w, const struct nb_page_thread *thread)
{
    w->page->engine = thread->engine;
    w->page->posts = thread->posts;
    w->page->posts_n = thread->posts_n;
}

/* Questions and answers of a shop have neither: they are a part of the page like any other. */
static bool has_people(const struct nb_page_thread *thread)
{
    size_t n = 0;
    for (size_t i = 0; i < thread->posts_n; i++) {
        n += thread->posts[i].author.len || thread->posts[i].published_ms >= 0;
    }
    return n * 2 > thread->posts_n;
}

static size_t complete_n(const struct nb_page_thread *thread)
{
    size_t n = 0;
    for (size_t i = 0; i < thread->posts_n; i++) {
        n += thread->posts[i].author.len && thread->posts[i].published_ms >= 0;
    }
    return n;
}

/*
 * A profile that finds posts without names or dates fits an engine that has changed its pages, and
 * one for all engines knows little of any: what repeats on a page of a forum may tell more.
 */
static enum nb_err find_better(struct work *w, const struct nb_page_context *context,
                               struct nb_page_thread *thread)
{
    struct nb_page_thread other = {0};
    size_t n = complete_n(thread);
    bool may_be = (thread->is_fallback && context->is_forum) || n * 2 < thread->posts_n;
    if (!may_be || thread->is_comments) {
        return NB_OK;
    }
    enum nb_err err = nb_page_induct(&w->dom, context, w->arena, &other);
    if (err == NB_OK && complete_n(&other) * 10 >= thread->posts_n * 7 && complete_n(&other) >= n) {
        other.title = thread->title;
        other.next_page = thread->next_page;
        other.counts = thread->counts;
        *thread = other;
    }
    return err == NB_ENOMEM ? err : NB_OK;
}

static enum nb_err find_thread(struct work *w, struct nb_page_thread *thread)
{
    const struct nb_page_options *options = w->options;
    struct nb_page_context context = {
        .url = &w->base,
        .dates = options->dates,
        .profiles = options->profiles ? options->profiles->first : NULL,
        .is_forum = w->meta.type == NB_PAGE_THREAD || options->kind == NB_PAGE_KIND_THREAD ||
                    nb_page_is_talk(w->url.href),
        .month_first = nb_page_month_first(&w->dom),
    };
    enum nb_err err = nb_page_thread_read(&w->dom, &context, w->arena, thread);
    if (err == NB_OK && thread->is_fallback && !has_people(thread)) {
        err = NB_ENOTFOUND;
    }
    if (err == NB_OK) {
        err = find_better(w, &context, thread);
    }
    bool may_repeat = w->meta.type == NB_PAGE_UNKNOWN || w->meta.type == NB_PAGE_THREAD ||
                      options->kind == NB_PAGE_KIND_THREAD || w->meta.is_guess;
    if (err == NB_ENOTFOUND && may_repeat) {
        err = nb_page_induct(&w->dom, &context, w->arena, thread);
    }
    if (err == NB_ENOTFOUND && w->meta.type == NB_PAGE_THREAD) {
        err = nb_page_ldthread(&w->dom, &context, w->arena, thread);
    }
    if (err == NB_OK && !thread->next_page.len) {
        err = nb_page_thread_next(&w->dom, &context, w->arena, &thread->next_page);
    }
    return err;
}

/* What the engine shows comes before what it tells programs: that may be older. */
static enum nb_err take_counts(struct work *w, const struct nb_page_thread *thread)
{
    struct nb_page_counts told;
    enum nb_err err = nb_page_ldcounts(&w->dom, w->arena, &told);
    if (err == NB_OK) {
        const struct nb_page_counts *shown = &thread->counts;
        w->page->views = shown->views >= 0 ? shown->views : told.views;
        w->page->replies = shown->replies >= 0 ? shown->replies : told.replies;
    }
    return err;
}

/* The posts are what people say below an article, and not the content. */
static bool is_below_article(const struct work *w, const struct nb_page_thread *thread)
{
    return w->options->kind != NB_PAGE_KIND_THREAD &&
           (thread->is_comments || w->meta.type == NB_PAGE_PRODUCT ||
            (thread->is_fallback && w->meta.type == NB_PAGE_ARTICLE));
}

/*
 * What a shop writes about a product for search engines is better than its page where the page is
 * many times as long, or has neither that text nor much else, as scripts would have brought it.
 */
static bool is_described(const struct work *w, uint32_t good)
{
    struct nb_slice description = w->meta.description;
    if (w->meta.type != NB_PAGE_PRODUCT) {
        return false;
    }
    if (description.len >= PRODUCT_MIN && w->page->text.len > 4 * description.len) {
        return true;
    }
    return description.len >= DESCRIPTION_MIN && good < 2 * description.len &&
           nb_slice_find(w->page->text, nb_slice_sub(description, 20, 50), 0) == NB_NPOS;
}

/* A thread that programs write into the page: what it says of itself is how it begins. */
static bool is_by_programs(const struct work *w)
{
    bool is_talk = w->meta.type == NB_PAGE_THREAD || nb_page_is_talk(w->url.href);
    return is_talk && w->page->text.len < BARE_MAX && w->meta.description.len >= DESCRIPTION_MIN &&
           w->meta.description.len > w->page->text.len;
}

static enum nb_err take_description(struct work *w)
{
    nb_buf_reset(&w->buf);
    nb_buf_add(&w->buf, w->meta.title);
    nb_buf_add_str(&w->buf, "\n\n");
    nb_buf_add(&w->buf, w->meta.description);
    return nb_page_rendered(&w->buf, w->arena, &w->page->text);
}

static enum nb_err mark(struct work *w, const struct nb_page_thread *comments,
                        struct nb_page_marks *marks)
{
    enum nb_err err = nb_page_mark(&w->dom, w->arena, marks);
    if (err == NB_OK && comments) {
        for (size_t i = 0; i < comments->posts_n; i++) {
            marks->dropped[comments->nodes[i]] = true;
        }
        nb_page_weigh(&w->dom, marks);
    }
    if (err == NB_OK) {
        nb_page_trim(&w->dom, w->meta.type, marks);
    }
    return err;
}

/* @param deck  [out] in front of the content; 0 when there is none */
static enum nb_err trim_content(struct work *w, uint32_t root, struct nb_page_marks *marks,
                                uint32_t *deck)
{
    struct nb_page_edges edges = {&w->dom, w->options->dates, w->arena, &w->buf, root};
    const struct nb_page_weight *at = &marks->weights[root];
    bool is_prose = w->meta.type == NB_PAGE_ARTICLE ||
                    (w->meta.type == NB_PAGE_UNKNOWN && at->good * 2 > at->chars);
    *deck = w->meta.type == NB_PAGE_ARTICLE ? nb_page_deck(&edges, &w->meta, marks) : 0;
    enum nb_err err = is_prose ? nb_page_trim_edges(&edges, &w->meta, marks) : NB_OK;
    w->page->published_ms = w->meta.published_ms;
    w->page->author = w->meta.author;
    return err == NB_OK ? nb_page_trim_content(&w->dom, &w->meta, root, w->arena, marks) : err;
}

/* @param comments  its elements are left out of the text; may be NULL. */
static enum nb_err read_article(struct work *w, const struct nb_page_thread *comments)
{
    struct nb_page_marks marks;
    struct links links = {&w->dom, &w->base, w->arena, &w->buf, NULL, 0, 0, NB_PAGE_LINKS_MAX};
    enum nb_err err = mark(w, comments, &marks);
    if (err != NB_OK) {
        return err;
    }
    uint32_t root = nb_page_content(&w->dom, &marks, w->meta.type);
    uint32_t deck;
    err = trim_content(w, root, &marks, &deck);
    nb_buf_reset(&w->buf);
    if (deck) {
        nb_page_render(&w->dom, deck, marks.dropped, &w->buf);
    }
    nb_page_render(&w->dom, root, marks.dropped, &w->buf);
    err = err == NB_OK ? nb_page_rendered(&w->buf, w->arena, &w->page->text) : err;
    if (err == NB_OK && is_described(w, marks.weights[root].good)) {
        err = take_description(w);
    }
    if (err == NB_OK && is_by_programs(w)) {
        w->page->text = w->meta.description;
    }
    err = err == NB_OK ? text_links(&links, root, marks.dropped) : err;
    w->page->links = links.all;
    w->page->links_n = links.n;
    return err == NB_OK && !w->page->text.len ? NB_ENOTFOUND : err;
}

/*
 * What repeats on a page may be teasers around an article: then most of what reads like sentences
 * is in none of the posts.
 */
static enum nb_err is_teasers(struct work *w, const struct nb_page_thread *thread, bool *out)
{
    struct nb_page_marks marks;
    size_t said = 0;
    *out = false;
    if (thread->engine.len || w->options->kind == NB_PAGE_KIND_THREAD ||
        nb_page_is_talk(w->url.href)) {
        return NB_OK;
    }
    enum nb_err err = nb_page_mark(&w->dom, w->arena, &marks);
    for (size_t i = 0; err == NB_OK && i < thread->posts_n; i++) {
        said += thread->posts[i].text.len;
        for (size_t k = 0; k < thread->posts[i].quotes_n; k++) {
            said += thread->posts[i].quotes[k].text.len;
        }
    }
    if (err == NB_OK) {
        uint32_t root = nb_page_content(&w->dom, &marks, NB_PAGE_ARTICLE);
        *out = said * 2 < marks.weights[root].good;
    }
    return err;
}

static enum nb_err read_content(struct work *w)
{
    struct nb_page_thread thread = {.counts = {-1, -1}};
    enum nb_page_kind wanted = w->options->kind;
    enum nb_err err = find_thread(w, &thread);
    bool found = err == NB_OK;
    if (err != NB_OK && err != NB_ENOTFOUND) {
        return err;
    }
    if (found) {
        bool teasers;
        err = is_teasers(w, &thread, &teasers);
        if (err != NB_OK) {
            return err;
        }
        found = !teasers;
    }
    if (found && (wanted == NB_PAGE_KIND_ARTICLE || is_below_article(w, &thread))) {
        w->page->kind = NB_PAGE_KIND_ARTICLE;
        if (is_below_article(w, &thread)) {
            take_posts(w, &thread);
            /* what has comments is what they are about */
            w->meta.type = w->meta.type == NB_PAGE_UNKNOWN ? NB_PAGE_ARTICLE : w->meta.type;
        }
        return read_article(w, is_below_article(w, &thread) ? &thread : NULL);
    }
    if (found || wanted == NB_PAGE_KIND_THREAD) {
        w->page->kind = NB_PAGE_KIND_THREAD;
        w->page->next_page = thread.next_page;
        w->page->title = thread.title.len ? thread.title : w->page->title;
        take_posts(w, &thread);
        return err == NB_OK ? take_counts(w, &thread) : err;
    }
    w->page->kind = NB_PAGE_KIND_ARTICLE;
    w->page->posts = w->meta.comments;
    w->page->posts_n = w->meta.comments_n;
    return read_article(w, NULL);
}

static enum nb_err read_all(struct work *w)
{
    struct links feeds = {&w->dom, &w->base, w->arena, &w->buf, NULL, 0, 0, FEEDS_MAX};
    enum nb_err err =
        nb_page_meta_read(&w->dom, &w->url, w->options->dates, w->arena, &w->base, &w->meta);
    if (err == NB_OK) {
        take_meta(w);
        err = feed_links(&feeds);
        w->page->feeds = feeds.all;
        w->page->feeds_n = feeds.n;
    }
    return err == NB_OK ? read_content(w) : err;
}

enum nb_err nb_page_tree(struct nb_slice bytes, struct nb_slice content_type,
                         struct nb_arena *arena, struct nb_dom *out)
{
    struct nb_slice html;
    enum nb_err err =
        nb_charset_decode(nb_charset_decide(content_type, bytes), bytes, arena, &html);
    return err == NB_OK ? nb_dom_parse(html, arena, out) : err;
}

enum nb_err nb_page_read_tree(const struct nb_dom *dom, const struct nb_url *url,
                              const struct nb_page_options *options, struct nb_arena *arena,
                              struct nb_page *out)
{
    struct nb_page page = {
        .published_ms = -1, .modified_ms = -1, .followers = -1, .views = -1, .replies = -1};
    struct work w = {.options = options, .arena = arena, .page = &page, .url = *url, .dom = *dom};
    nb_buf_init(&w.buf, TEXT_MAX);
    enum nb_err err = read_all(&w);
    nb_buf_fini(&w.buf);
    if (err == NB_OK) {
        *out = page;
    }
    return err;
}

enum nb_err nb_page_read(struct nb_slice bytes, struct nb_slice url, struct nb_slice content_type,
                         const struct nb_page_options *options, struct nb_arena *arena,
                         struct nb_page *out, struct nb_error *error)
{
    struct nb_url parsed;
    struct nb_dom dom;
    enum nb_err err = nb_url_parse(url, NULL, arena, &parsed);
    if (err != NB_OK) {
        return nb_error_set(error, err == NB_ENOMEM ? err : NB_ESYNTAX,
                            "\"%.*s\" is not an absolute URL", NB_ARG(nb_slice_sub(url, 0, 200)));
    }
    err = nb_page_tree(bytes, content_type, arena, &dom);
    err = err == NB_OK ? nb_page_read_tree(&dom, &parsed, options, arena, out) : err;
    if (err == NB_ENOTFOUND) {
        (void)nb_error_set(error, err, "nothing on the page reads like content");
    } else if (err != NB_OK) {
        (void)nb_error_set(error, err, "%s", nb_strerror(err));
    }
    return err;
}
