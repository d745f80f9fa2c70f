/*
 * One pass over the elements. An address is kept once, at the best place that it was named at; the
 * order among equals is that of the page.
 */
#include <nabiz/discover.h>

#include <stdlib.h>
#include <string.h>

#include <nabiz/charset.h>
#include <nabiz/hash.h>
#include <nabiz/text.h>
#include <nabiz/url.h>

#include "crawler/discover/software.h"
#include "crawler/feed_type.h"
#include "crawler/link_header.h"
#include "crawler/page/dom.h"
#include "crawler/page/render.h"

enum {
    CANDIDATES_MAX = 200,
    ANCHORS_MAX = 100,
    TITLE_MAX_BYTES = 300,
    TEXT_MAX_BYTES = 4096,
    SLOTS = 512
};

struct item {
    struct nb_candidate candidate;
    struct nb_slice key; /* the canonical address */
    bool foreign;        /* an anchor that leads to another site */
    size_t place;
};

struct page {
    struct nb_arena *arena;
    struct nb_dom dom;
    struct nb_buf buf; /* of one text */
    struct nb_url url;
    struct nb_url base;
    bool has_base;
    struct nb_slice title, refresh, generator, api;
    struct item items[CANDIDATES_MAX];
    size_t n;
    size_t anchors_n;
    uint16_t slots[SLOTS]; /* by hash of the key: index + 1 */
};

/* ---- candidates ---- */

static bool ends_with_any(struct nb_slice s, const char *const *ends, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(ends[i]);
        if (s.len >= len &&
            nb_slice_eq_ascii_case(nb_slice_sub(s, s.len - len, s.len), nb_slice(ends[i], len))) {
            return true;
        }
    }
    return false;
}

/* By the address alone; what the feed says itself counts more, see search.c. */
static bool is_of_comments(const struct page *page, const struct nb_url *url)
{
    struct nb_slice path = url->path;
    static const struct nb_slice words[] = {
        {"/comments/", 10}, {"/comment/", 9}, {"/comments.", 10}, {"-comments.", 10}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (nb_slice_find(path, words[i], 0) != NB_NPOS) {
            return true;
        }
    }
    if (nb_slice_ends(path, NB_LIT("/comments")) ||
        (url->query.p && nb_slice_find(url->query, NB_LIT("comments"), 0) != NB_NPOS)) {
        return true;
    }
    /* WordPress: the feed below an article is of its comments */
    struct nb_slice here = page->url.path;
    return here.len > 1 && nb_slice_starts(path, here) &&
           nb_slice_starts(page->generator, NB_LIT("WordPress")) &&
           (nb_slice_eq(nb_slice_sub(path, here.len, path.len), NB_LIT("feed/")) ||
            nb_slice_eq(nb_slice_sub(path, here.len, path.len), NB_LIT("/feed/")));
}

static struct item *find(struct page *page, struct nb_slice key, uint16_t **slot)
{
    size_t i = (size_t)nb_hash64(key) % SLOTS;
    while (page->slots[i] && !nb_slice_eq(page->items[page->slots[i] - 1].key, key)) {
        i = (i + 1) % SLOTS;
    }
    *slot = &page->slots[i];
    return page->slots[i] ? &page->items[page->slots[i] - 1] : NULL;
}

/* Another mention of a known address: the better one counts. */
static void improve(struct item *item, struct nb_slice title, enum nb_candidate_how how)
{
    struct nb_candidate *candidate = &item->candidate;
    if (how < candidate->how) {
        candidate->how = how;
    }
    if (candidate->title.len == 0) {
        candidate->title = title;
    }
}

/* "feed:https://..." and "feed://...", as some sites write. */
static struct nb_slice without_feed_scheme(struct nb_slice ref, struct nb_arena *arena)
{
    struct nb_slice scheme = NB_LIT("feed:");
    if (ref.len <= scheme.len || !nb_slice_eq_ascii_case(nb_slice_sub(ref, 0, 5), scheme)) {
        return ref;
    }
    ref = nb_slice_sub(ref, 5, ref.len);
    char *href = nb_slice_starts(ref, NB_LIT("//"))
                     ? nb_arena_printf(arena, "http:%.*s", NB_ARG(ref))
                     : NULL;
    return href ? nb_slice_str(href) : ref;
}

static enum nb_err add(struct page *page, struct nb_slice ref, struct nb_slice title,
                       enum nb_candidate_how how)
{
    struct nb_url url;
    struct nb_slice key;
    uint16_t *slot;
    if (page->n == CANDIDATES_MAX || ref.len == 0) {
        return NB_OK;
    }
    ref = without_feed_scheme(ref, page->arena);
    enum nb_err err = nb_url_parse(ref, &page->base, page->arena, &url);
    if (err != NB_OK || !nb_url_is_http(&url) || url.username.len || url.password.len) {
        return err == NB_ENOMEM ? err : NB_OK;
    }
    err = nb_url_canonical(&url, page->arena, &key);
    if (err != NB_OK) {
        return err;
    }
    struct item *item = find(page, key, &slot);
    title = nb_utf8_cut(title, TITLE_MAX_BYTES);
    if (item) {
        improve(item, title, how);
        return NB_OK;
    }
    struct nb_slice href = url.href;
    href.len -= url.fragment.p ? url.fragment.len + 1 : 0;
    page->items[page->n] = (struct item){
        .candidate = {href, title, how, false},
        .key = key,
        .foreign = how == NB_CANDIDATE_ANCHOR &&
                   !nb_slice_eq(nb_url_site(url.host), nb_url_site(page->url.host)),
        .place = page->n,
    };
    *slot = (uint16_t)++page->n;
    return NB_OK;
}

/* ---- what looks like a feed ---- */

/* Feed readers that sites link to, for a reader's convenience. */
static bool is_reader(struct nb_slice host)
{
    static const char *const readers[] = {"feedly.com",    "inoreader.com",    "netvibes.com",
                                          "newsblur.com",  "theoldreader.com", "yahoo.com",
                                          "bloglovin.com", "newsgator.com",    "facebook.com",
                                          "twitter.com",   "google.com",       "validator.w3.org"};
    return ends_with_any(host, readers, sizeof(readers) / sizeof(readers[0]));
}

/* Does an anchor look like one to a feed? */
static bool is_feed_like(struct nb_slice ref)
{
    static const char *const ends[] = {
        ".rss",    ".rss2",    ".atom",  ".rdf",     "/rss",     "/rss/",    "/feed",
        "/feed/",  "/atom",    "/atom/", "rss.xml",  "feed.xml", "atom.xml", "feed.json",
        "rss.php", "rss.aspx", "/rdf",   "rss.ashx", "feed.php", "/rss2",    "/rss2/"};
    static const struct nb_slice parts[] = {
        {"feed=rss", 8}, {"feed=atom", 9},   {"format=feed", 11}, {"type=rss", 8},
        {"/feeds/", 7},  {"//feeds.", 8},    {"/rss/", 5},        {"format=rss", 10},
        {"alt=rss", 7},  {"feedburner", 10}, {"feed:", 5},        {"type=atom", 9}};
    size_t end = ref.len;
    for (size_t i = 0; i < ref.len; i++) {
        if (ref.p[i] == '#' || ref.p[i] == '?') {
            end = i < end ? i : end;
        }
    }
    if (ends_with_any(nb_slice_sub(ref, 0, end), ends, sizeof(ends) / sizeof(ends[0]))) {
        return true;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (nb_slice_find(ref, parts[i], 0) != NB_NPOS) {
            return true;
        }
    }
    return false;
}

/* ---- the page ---- */

static struct nb_slice attr(const struct page *page, uint32_t node, const char *name)
{
    return nb_slice_trim(nb_dom_attr(&page->dom, node, name));
}

static enum nb_err text_of(struct page *page, uint32_t node, struct nb_slice *out)
{
    nb_buf_reset(&page->buf);
    nb_page_render_line(&page->dom, node, NULL, &page->buf);
    enum nb_err err = nb_page_rendered(&page->buf, page->arena, out);
    if (err == NB_ETOOBIG) { /* no name of anything */
        *out = NB_LIT("");
        return NB_OK;
    }
    return err;
}

static enum nb_err on_base(struct page *page, uint32_t node)
{
    struct nb_slice href = attr(page, node, "href");
    struct nb_url base;
    if (page->has_base || href.len == 0) {
        return NB_OK;
    }
    enum nb_err err = nb_url_parse(href, &page->url, page->arena, &base);
    if (err == NB_OK && nb_url_is_http(&base)) {
        page->base = base;
        page->has_base = true;
    }
    return err == NB_ENOMEM ? err : NB_OK;
}

/* WordPress says where its API is: https://developer.wordpress.org/rest-api/ */
#define WORDPRESS_REL NB_LIT("https://api.w.org/")

static enum nb_err set_api(struct page *page, struct nb_slice ref, const struct nb_url *base)
{
    struct nb_url url;
    if (page->api.len || ref.len == 0) {
        return NB_OK;
    }
    enum nb_err err = nb_url_parse(ref, base, page->arena, &url);
    if (err == NB_OK && nb_url_is_http(&url) && nb_slice_eq(url.host, page->url.host)) {
        page->api = url.href;
    }
    return err == NB_ENOMEM ? err : NB_OK;
}

static enum nb_err on_link(struct page *page, uint32_t node)
{
    struct nb_slice rel = attr(page, node, "rel");
    struct nb_slice href = attr(page, node, "href");
    bool is_feed = nb_link_is(rel, NB_LIT("feed"));
    if (nb_link_is(rel, WORDPRESS_REL)) {
        return set_api(page, href, &page->base);
    }
    if (nb_link_is(rel, NB_LIT("stylesheet")) ||
        !(is_feed || (nb_link_is(rel, NB_LIT("alternate")) &&
                      nb_is_feed_type(attr(page, node, "type"), href)))) {
        return NB_OK;
    }
    return add(page, href, attr(page, node, "title"), NB_CANDIDATE_ELEMENT);
}

static enum nb_err on_anchor(struct page *page, uint32_t node)
{
    struct nb_slice href = attr(page, node, "href");
    struct nb_slice text;
    struct nb_url url;
    if (page->anchors_n == ANCHORS_MAX || !is_feed_like(href)) {
        return NB_OK;
    }
    enum nb_err err =
        nb_url_parse(without_feed_scheme(href, page->arena), &page->base, page->arena, &url);
    if (err != NB_OK || is_reader(url.host)) {
        return err == NB_ENOMEM ? err : NB_OK;
    }
    page->anchors_n++;
    err = text_of(page, node, &text);
    return err == NB_OK ? add(page, href, text, NB_CANDIDATE_ANCHOR) : err;
}

/* "0; url='/tr/'" */
static struct nb_slice refresh_target(struct nb_slice content)
{
    size_t at = nb_slice_find_byte(content, '=', 0);
    if (at == NB_NPOS || at < 3 ||
        !nb_slice_eq_ascii_case(nb_slice_sub(content, at - 3, at), NB_LIT("url"))) {
        return (struct nb_slice){NULL, 0};
    }
    struct nb_slice url = nb_slice_trim(nb_slice_sub(content, at + 1, content.len));
    if (url.len > 1 && (url.p[0] == '\'' || url.p[0] == '"')) {
        size_t end = nb_slice_find_byte(url, url.p[0], 1);
        url = nb_slice_sub(url, 1, end == NB_NPOS ? url.len : end);
    }
    return url;
}

static enum nb_err on_meta(struct page *page, uint32_t node)
{
    struct nb_slice content = attr(page, node, "content");
    struct nb_url url;
    enum nb_err err = NB_OK;
    if (nb_slice_eq_ascii_case(attr(page, node, "name"), NB_LIT("generator")) &&
        page->generator.len == 0) {
        page->generator = content;
    } else if (nb_slice_eq_ascii_case(attr(page, node, "http-equiv"), NB_LIT("refresh")) &&
               page->refresh.len == 0) {
        struct nb_slice target = refresh_target(content);
        err = target.len ? nb_url_parse(target, &page->base, page->arena, &url) : NB_ESYNTAX;
        if (err == NB_OK && nb_url_is_http(&url)) {
            page->refresh = url.href;
        }
    }
    return err == NB_ENOMEM ? err : NB_OK;
}

static enum nb_err on_title(struct page *page, uint32_t node)
{
    struct nb_slice title;
    enum nb_err err = page->title.len ? NB_OK : text_of(page, node, &title);
    if (err == NB_OK && !page->title.len) {
        page->title = nb_utf8_cut(title, TITLE_MAX_BYTES);
    }
    return err;
}

/*
 * What stands in a title or a field for text is no markup, though libxml2 reads it as such. One
 * that nothing ends is taken for a slip, or it would hide the rest of the page.
 */
static uint32_t last_of_text(const struct nb_dom *dom, uint32_t node)
{
    uint32_t end = dom->nodes[node].end;
    return end < dom->n ? end - 1 : node;
}

static enum nb_err read_elements(struct page *page)
{
    enum nb_err err = NB_OK;
    for (uint32_t i = 1; i < page->dom.n && err == NB_OK; i++) {
        switch (page->dom.nodes[i].tag) {
        case NB_TAG_A:
            err = on_anchor(page, i);
            break;
        case NB_TAG_LINK:
            err = on_link(page, i);
            break;
        case NB_TAG_BASE:
            err = on_base(page, i);
            break;
        case NB_TAG_META:
            err = on_meta(page, i);
            break;
        case NB_TAG_TITLE:
            err = on_title(page, i);
            i = last_of_text(&page->dom, i);
            break;
        case NB_TAG_TEXTAREA:
            i = last_of_text(&page->dom, i);
            break;
        default:
            break;
        }
    }
    return err;
}

static enum nb_err read_headers(struct page *page, struct nb_slice links)
{
    struct nb_link link;
    enum nb_err err = NB_OK;
    while (err == NB_OK && nb_link_next(&links, page->arena, &link)) {
        if (nb_link_is(link.rel, NB_LIT("alternate")) && nb_is_feed_type(link.type, link.url)) {
            err = add(page, link.url, link.title, NB_CANDIDATE_HEADER);
        } else if (nb_link_is(link.rel, WORDPRESS_REL)) {
            err = set_api(page, link.url, &page->url);
        }
    }
    return err;
}

static enum nb_err add_known(struct page *page, const struct nb_software *software)
{
    struct nb_slice none = {NULL, 0};
    struct nb_slice ref;
    enum nb_err err = NB_OK;
    page->base = page->url; /* where a site keeps its feed has nothing to do with <base> */
    for (size_t i = 0; software && err == NB_OK; i++) {
        err = nb_software_feed(software, i, &page->url, page->arena, &ref);
        err = err == NB_OK ? add(page, ref, none, NB_CANDIDATE_SOFTWARE) : err;
    }
    err = err == NB_ENOTFOUND ? NB_OK : err;
    err = err == NB_OK ? set_api(page, nb_software_api(software), &page->url) : err;
    for (size_t i = 0; err == NB_OK && (ref = nb_known_path(i)).p; i++) {
        err = add(page, ref, none, NB_CANDIDATE_GUESS);
    }
    return err;
}

static int by_worth(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    if (x->candidate.comments != y->candidate.comments) {
        return x->candidate.comments ? 1 : -1;
    }
    int how_x = (int)x->candidate.how * 2 + x->foreign;
    int how_y = (int)y->candidate.how * 2 + y->foreign;
    return how_x != how_y ? how_x - how_y : (x->place > y->place) - (x->place < y->place);
}

static enum nb_err finish(struct page *page, const char *software, struct nb_page_feeds *out)
{
    struct nb_candidate *list = nb_arena_calloc(page->arena, page->n, sizeof(*list));
    if (!list) {
        return NB_ENOMEM;
    }
    for (size_t i = 0; i < page->n; i++) {
        struct nb_url url;
        struct item *item = &page->items[i];
        enum nb_err err = nb_url_parse(item->candidate.url, NULL, page->arena, &url);
        if (err == NB_ENOMEM) {
            return err;
        }
        item->candidate.comments = err == NB_OK && is_of_comments(page, &url);
    }
    qsort(page->items, page->n, sizeof(page->items[0]), by_worth);
    for (size_t i = 0; i < page->n; i++) {
        list[i] = page->items[i].candidate;
    }
    *out = (struct nb_page_feeds){.title = page->title,
                                  .refresh = page->refresh,
                                  .software = software,
                                  .api = page->api,
                                  .candidates = list,
                                  .n = page->n};
    return NB_OK;
}

enum nb_err nb_discover_page(struct nb_slice bytes, struct nb_slice content_type,
                             struct nb_slice links, struct nb_slice url, struct nb_arena *arena,
                             struct nb_page_feeds *out)
{
    struct nb_slice text;
    struct nb_slice headers;
    struct page *page = nb_arena_calloc(arena, 1, sizeof(*page));
    if (!page) {
        return NB_ENOMEM;
    }
    page->arena = arena;
    enum nb_err err = nb_url_parse(url, NULL, arena, &page->url);
    if (err != NB_OK || !page->url.has_host) {
        return err == NB_ENOMEM ? err : NB_ESYNTAX;
    }
    page->base = page->url;
    err = nb_charset_decode(nb_charset_decide(content_type, bytes), bytes, arena, &text);
    err = err == NB_OK ? nb_utf8_repair(links, arena, &headers) : err;
    err = err == NB_OK ? read_headers(page, headers) : err;
    err = err == NB_OK ? nb_dom_parse(text, arena, &page->dom) : err;
    nb_buf_init(&page->buf, TEXT_MAX_BYTES);
    err = err == NB_OK ? read_elements(page) : err;
    nb_buf_fini(&page->buf);
    const struct nb_page_signs signs = {page->generator, text};
    const struct nb_software *software = err == NB_OK ? nb_software_find(&page->url, &signs) : NULL;
    err = err == NB_OK ? add_known(page, software) : err;
    return err == NB_OK ? finish(page, software ? nb_software_name(software) : NULL, out) : err;
}

const char *nb_candidate_how_name(enum nb_candidate_how how)
{
    static const char *const names[] = {"Link header", "link element", "link on the page",
                                        "usual place", "known path"};
    return names[how];
}
