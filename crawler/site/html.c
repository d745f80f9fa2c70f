/*
 * A web page: what it turns out to be decides what is taken of it. Where the address says what it
 * is, that is believed; else what is on it.
 */
#include "crawler/site/html.h"

#include "crawler/page/page.h"
#include "crawler/site/readers.h"

enum {
    ARTICLE_MIN_BYTES = 250, /* of text, for a page that does not say that it is an article */
    WALL_BYTES = 64 << 10,   /* a page that keeps robots out is small */
};

static bool wants_threads(const struct nb_site_input *input)
{
    return input->walk == NB_WALK_FORUM || input->walk == NB_WALK_SITEMAP;
}

/* At a forum, only what stands where its threads are. */
static bool wants_articles(const struct nb_site_input *input, const struct nb_link *here)
{
    return input->walk != NB_WALK_FORUM || here->kind == NB__PAGE__KIND__THREAD;
}

static bool may_be(Nb__Page__Kind known, Nb__Page__Kind kind)
{
    return known == kind || known == NB__PAGE__KIND__UNKNOWN;
}

/* Rows of a list look like posts to who looks for what repeats, but they are links. */
static bool is_list_of_links(const struct nb_page *page, const struct nb_site_yield *yield)
{
    size_t items_n = 0;
    size_t chars = 0;
    for (size_t i = 0; i < yield->links_n; i++) {
        items_n += yield->links[i].kind == NB__PAGE__KIND__THREAD;
    }
    for (size_t i = 0; i < page->posts_n; i++) {
        chars += page->posts[i].text.len;
    }
    return !page->engine.len && (items_n >= page->posts_n || chars < 40 * page->posts_n);
}

static bool is_article(const struct nb_page *page, const struct nb_link *here)
{
    bool is_said = here->kind == NB__PAGE__KIND__ARTICLE ||
                   (here->kind == NB__PAGE__KIND__THREAD && page->published_ms >= 0);
    return page->kind == NB_PAGE_KIND_ARTICLE && page->text.len > 0 &&
           (is_said || (page->text.len >= ARTICLE_MIN_BYTES && page->published_ms >= 0));
}

/* Pages that stand in the way of robots: what they are made with. */
const char *nb_site_wall(struct nb_slice bytes)
{
    static const char *const signs[] = {"/cdn-cgi/challenge-platform/", "cf_chl_opt",
                                        "captcha-delivery.com",         "_Incapsula_Resource",
                                        "/_sec/cp_challenge/",          "ddos-guard/js-challenge"};
    for (size_t i = 0; bytes.len <= WALL_BYTES && i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (nb_slice_find(bytes, nb_slice_str(signs[i]), 0) != NB_NPOS) {
            return "a wall against robots";
        }
    }
    return NULL;
}

/* A listing goes on with one, however few and long the texts on its last page are. */
static bool is_listing_on(const Nb__Page *page)
{
    return page->kind == NB__PAGE__KIND__LISTING && page->page_n > 1;
}

/* By what its address says; a complaint has the address of a thread, and may be a single text. */
static enum nb_err read_page(const struct nb_site_input *input, const struct nb_dom *dom,
                             const struct nb_link *here, struct nb_arena *arena,
                             struct nb_page *page)
{
    bool is_thread = here->kind == NB__PAGE__KIND__THREAD;
    struct nb_page_options options = {
        .profiles = input->profiles,
        .dates = input->dates,
        .kind = is_thread ? NB_PAGE_KIND_THREAD : NB_PAGE_KIND_AUTO,
    };
    enum nb_err err = nb_page_read_tree(dom, input->url, &options, arena, page);
    if (err == NB_ENOTFOUND && is_thread) {
        options.kind = NB_PAGE_KIND_AUTO;
        err = nb_page_read_tree(dom, input->url, &options, arena, page);
    }
    return err == NB_ENOTFOUND ? NB_OK : err;
}

enum nb_err nb_site_read_html(const struct nb_site_input *input, struct nb_arena *arena,
                              struct nb_site_yield *out, struct nb_error *error)
{
    struct nb_link here;
    struct nb_dom dom;
    struct nb_page page = {.published_ms = -1, .followers = -1};
    *out = (struct nb_site_yield){.kind = NB__PAGE__KIND__LISTING};
    enum nb_err err = nb_link_read(input->rules, input->url, arena, &here);
    if (err == NB_OK && here.is_skipped) { /* the source's own address: its owner knows better */
        here.first = here.url = here.name = input->url->href;
    }
    if (err == NB_OK && input->page->head && input->page->is_thread) {
        here.first = nb_slice_str(input->page->head);
    }
    bool is_listing = input->is_root || is_listing_on(input->page);
    if (err == NB_OK && is_listing && here.kind == NB__PAGE__KIND__UNKNOWN) {
        here.kind = NB__PAGE__KIND__LISTING;
    }
    err = err == NB_OK ? nb_page_tree(input->bytes, input->content_type, arena, &dom) : err;
    err = err == NB_OK ? read_page(input, &dom, &here, arena, &page) : err;
    bool is_clear = here.kind == NB__PAGE__KIND__THREAD && page.posts_n > 0 && page.next_page.len;
    if (err == NB_OK && !is_clear) {
        err = nb_site_scan(input, &dom, &here, arena, out);
    }
    if (err != NB_OK) {
        return nb_error_set(error, err, "%s", nb_strerror(err));
    }
    struct nb_slice next = out->next;
    if (wants_threads(input) && may_be(here.kind, NB__PAGE__KIND__THREAD) && page.posts_n > 0 &&
        page.kind == NB_PAGE_KIND_THREAD &&
        (here.kind == NB__PAGE__KIND__THREAD || !is_list_of_links(&page, out))) {
        err = nb_site_thread(input, &here, &page, arena, out);
        out->next = out->next.len ? out->next : next;
        out->links_n = 0;
    } else if (wants_articles(input, &here) && here.kind != NB__PAGE__KIND__LISTING &&
               is_article(&page, &here)) {
        err = nb_site_article(input, &here, &page, arena, out);
        out->links_n = 0;
    } else if (out->links_n == 0) {
        out->refusal = nb_site_wall(input->bytes);
    } else if (input->walk == NB_WALK_SITEMAP) { /* what is not listed is not wanted */
        out->links_n = 0;
        out->next = (struct nb_slice){NULL, 0};
    }
    return err;
}
