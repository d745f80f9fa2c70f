#include "crawler/page/meta.h"

#include <string.h>

#include "crawler/page/ldjson.h"
#include "crawler/page/render.h"
#include "crawler/page/select.h"
#include "crawler/page/shop.h"

enum { LINE_MAX_BYTES = 1 << 16, TITLE_CUT = 300, TITLE_MIN = 8 };

struct reading {
    const struct nb_dom *dom;
    const struct nb_date_context *dates;
    struct nb_arena *arena;
    struct nb_page_meta *meta;
    struct nb_buf buf;
    bool failed;
};

static struct nb_slice line_of(struct reading *r, uint32_t node)
{
    struct nb_slice text = NB_LIT("");
    nb_buf_reset(&r->buf);
    nb_page_render_line(r->dom, node, NULL, &r->buf);
    r->failed |= nb_page_rendered(&r->buf, r->arena, &text) == NB_ENOMEM;
    return text;
}

/* ---- meta elements ---- */

enum field { TITLE, AUTHOR, PUBLISHED, MODIFIED, LANGUAGE, SITE, CANONICAL, DESCRIPTION, TYPE };

/* The first row of a field that the page has wins. */
static const struct meta_row {
    const char *name;
    enum field field;
} meta_rows[] = {
    {"og:title", TITLE},
    {"twitter:title", TITLE},
    {"dc.title", TITLE},
    {"dcterms.title", TITLE},
    {"citation_title", TITLE},
    {"parsely-title", TITLE},
    {"article:author", AUTHOR},
    {"author", AUTHOR},
    {"dc.creator", AUTHOR},
    {"dcterms.creator", AUTHOR},
    {"citation_author", AUTHOR},
    {"parsely-author", AUTHOR},
    {"sailthru.author", AUTHOR},
    {"twitter:data1", AUTHOR},
    {"article:published_time", PUBLISHED},
    {"og:article:published_time", PUBLISHED},
    {"datepublished", PUBLISHED},
    {"date", PUBLISHED},
    {"pubdate", PUBLISHED},
    {"publishdate", PUBLISHED},
    {"publish_date", PUBLISHED},
    {"dc.date", PUBLISHED},
    {"dc.date.issued", PUBLISHED},
    {"dcterms.created", PUBLISHED},
    {"dcterms.date", PUBLISHED},
    {"citation_publication_date", PUBLISHED},
    {"parsely-pub-date", PUBLISHED},
    {"sailthru.date", PUBLISHED},
    {"article:modified_time", MODIFIED},
    {"og:updated_time", MODIFIED},
    {"datemodified", MODIFIED},
    {"dcterms.modified", MODIFIED},
    {"last-modified", MODIFIED},
    {"og:locale", LANGUAGE},
    {"content-language", LANGUAGE},
    {"dc.language", LANGUAGE},
    {"og:site_name", SITE},
    {"application-name", SITE},
    {"og:url", CANONICAL},
    {"og:description", DESCRIPTION},
    {"description", DESCRIPTION},
    {"dc.description", DESCRIPTION},
    {"og:type", TYPE},
};

enum { ROWS = sizeof(meta_rows) / sizeof(meta_rows[0]) };

static void collect(const struct nb_dom *dom, struct nb_slice values[ROWS])
{
    for (uint32_t i = nb_dom_find(dom, 0, 0, NB_TAG_META); i;
         i = nb_dom_find(dom, 0, i, NB_TAG_META)) {
        static const char *const by[] = {"property", "name", "itemprop", "http-equiv", NULL};
        struct nb_slice content = nb_slice_trim(nb_dom_attr(dom, i, "content"));
        for (size_t k = 0; by[k] && content.len; k++) {
            struct nb_slice name = nb_dom_attr(dom, i, by[k]);
            for (size_t row = 0; name.len && row < ROWS; row++) {
                if (!values[row].len &&
                    nb_slice_eq_ascii_case(name, nb_slice_str(meta_rows[row].name))) {
                    values[row] = content;
                }
            }
        }
    }
}

static struct nb_slice first_of(const struct nb_slice values[ROWS], enum field field)
{
    for (size_t row = 0; row < ROWS; row++) {
        if (meta_rows[row].field == field && values[row].len) {
            return values[row];
        }
    }
    return NB_LIT("");
}

static int64_t first_time(const struct reading *r, const struct nb_slice values[ROWS],
                          enum field field)
{
    int64_t at_ms;
    for (size_t row = 0; row < ROWS; row++) {
        if (meta_rows[row].field == field && values[row].len &&
            nb_date_parse(values[row], r->dates, &at_ms) == NB_OK) {
            return at_ms;
        }
    }
    return -1;
}

static bool is_address(struct nb_slice text)
{
    return nb_slice_starts(text, NB_LIT("http://")) || nb_slice_starts(text, NB_LIT("https://"));
}

/* A name and not an address, as some give for article:author. */
static struct nb_slice first_person(const struct nb_slice values[ROWS])
{
    for (size_t row = 0; row < ROWS; row++) {
        if (meta_rows[row].field == AUTHOR && values[row].len && !is_address(values[row])) {
            return values[row];
        }
    }
    return NB_LIT("");
}

static void fill(struct nb_slice *field, struct nb_slice value)
{
    if (!field->len) {
        *field = value;
    }
}

/* ---- markup ---- */

/* Who wrote a comment or a review, and when, is not said of the page. */
static bool is_in_comment(const struct nb_dom *dom, uint32_t node)
{
    for (uint32_t up = node; up != 0; up = dom->nodes[up].parent) {
        if (nb_dom_has_word(dom, up, "class", NB_LIT("comment")) ||
            nb_dom_has_word(dom, up, "itemprop", NB_LIT("comment")) ||
            nb_dom_has_word(dom, up, "itemprop", NB_LIT("review"))) {
            return true;
        }
    }
    return false;
}

static struct nb_slice by_selector(struct reading *r, const char *text, const char *attr)
{
    const struct nb_selector *selector = NULL;
    enum nb_err err = nb_selector_compile(nb_slice_str(text), r->arena, &selector, NULL);
    r->failed |= err == NB_ENOMEM;
    uint32_t at = 0;
    while (err == NB_OK && (at = nb_selector_next(selector, r->dom, 0, at)) != 0) {
        struct nb_slice value =
            attr ? nb_slice_trim(nb_dom_attr(r->dom, at, attr)) : line_of(r, at);
        if (value.len && value.len < TITLE_CUT && !is_in_comment(r->dom, at)) {
            return value;
        }
    }
    return NB_LIT("");
}

static int64_t time_by(struct reading *r, const char *selector, const char *attr)
{
    int64_t at_ms;
    struct nb_slice value = by_selector(r, selector, attr);
    return value.len && nb_date_parse(value, r->dates, &at_ms) == NB_OK ? at_ms : -1;
}

static const char *const separators[] = {
    " - ", " | ", " \xE2\x80\x93 ", " \xE2\x80\x94 ", " \xC2\xBB ", " :: ", ": "};

enum { SEPARATORS = sizeof(separators) / sizeof(separators[0]) };

/* "What it is about - The site": up to the last separator, when enough is before it. */
static struct nb_slice without_site(struct nb_slice title)
{
    struct nb_slice best = title;
    for (size_t i = 0; i + 1 < SEPARATORS; i++) {
        struct nb_slice separator = nb_slice_str(separators[i]);
        size_t last = NB_NPOS;
        for (size_t at = 0; (at = nb_slice_find(title, separator, at)) != NB_NPOS; at++) {
            last = at;
        }
        if (last != NB_NPOS && last >= TITLE_MIN && last * 2 > title.len && last < best.len) {
            best = nb_slice_trim(nb_slice_sub(title, 0, last));
        }
    }
    return best;
}

/* "The site: What it is about", when one knows what the site is called. */
static struct nb_slice behind_site(struct nb_slice title, struct nb_slice site)
{
    for (size_t i = 0; site.len && nb_slice_starts(title, site) && i < SEPARATORS; i++) {
        struct nb_slice separator = nb_slice_str(separators[i]);
        struct nb_slice rest = nb_slice_sub(title, site.len, title.len);
        if (nb_slice_starts(rest, separator) && rest.len > separator.len) {
            return nb_slice_trim(nb_slice_sub(rest, separator.len, rest.len));
        }
    }
    return without_site(title);
}

/* The first heading that is not the name of the site, which leads to its first page. */
static void fill_title(struct reading *r)
{
    const struct nb_dom *dom = r->dom;
    struct nb_slice site = NB_LIT("");
    for (uint32_t h1 = nb_dom_find(dom, 0, 0, NB_TAG_H1); h1 && !r->meta->title.len;
         h1 = nb_dom_find(dom, 0, h1, NB_TAG_H1)) {
        uint32_t link = nb_dom_find(dom, h1, h1, NB_TAG_A);
        struct nb_slice line = line_of(r, h1);
        if (link && nb_slice_eq(nb_slice_trim(nb_dom_attr(dom, link, "href")), NB_LIT("/"))) {
            site = line;
        } else if (line.len < TITLE_CUT) {
            r->meta->title = line;
        }
    }
    fill(&r->meta->title, behind_site(by_selector(r, "title", NULL), site));
}

static void fill_from_markup(struct reading *r)
{
    struct nb_page_meta *meta = r->meta;
    static const struct {
        const char *selector, *attr;
    } dates[] = {{"[itemprop=datePublished]", "content"},
                 {"[itemprop=datePublished]", "datetime"},
                 {"[itemprop=datePublished]", NULL},
                 {"time[pubdate]", "datetime"},
                 {"time.published", "datetime"},
                 {"time.entry-date", "datetime"},
                 {".wp-block-post-date time", "datetime"},
                 {".hentry .published", "title"},
                 {"article time", "datetime"},
                 {".published", NULL},
                 {".post-date", NULL},
                 {".entry-date", NULL},
                 {"article time", NULL}},
      people[] = {{"[itemprop=author] [itemprop=name]", NULL},
                  {"[itemprop=author]", "content"},
                  {"[itemprop=author]", NULL},
                  {"[rel=author]", NULL},
                  {".vcard .fn", NULL},
                  {".byline a", NULL},
                  {".author-name", NULL},
                  {".post-author a", NULL},
                  {".entry-author", NULL},
                  {".wp-block-post-author__name", NULL},
                  {"article .author", NULL}};
    if (!meta->title.len) {
        fill_title(r);
    }
    for (size_t i = 0; !meta->author.len && i < sizeof(people) / sizeof(people[0]); i++) {
        meta->author = by_selector(r, people[i].selector, people[i].attr);
    }
    for (size_t i = 0; meta->published_ms < 0 && i < sizeof(dates) / sizeof(dates[0]); i++) {
        meta->published_ms = time_by(r, dates[i].selector, dates[i].attr);
    }
    if (meta->modified_ms < 0) {
        meta->modified_ms = time_by(r, "[itemprop=dateModified]", "content");
    }
    fill(&meta->language, by_selector(r, "html", "lang"));
    fill(&meta->language, by_selector(r, "html", "xml:lang"));
}

/* ---- the whole ---- */

static struct nb_slice resolve(struct reading *r, struct nb_slice href, const struct nb_url *base)
{
    struct nb_url url;
    enum nb_err err = href.len ? nb_url_parse(href, base, r->arena, &url) : NB_ESYNTAX;
    r->failed |= err == NB_ENOMEM;
    return err == NB_OK && nb_url_is_http(&url) ? url.href : NB_LIT("");
}

static void find_base(struct reading *r, const struct nb_url *url, struct nb_url *base)
{
    uint32_t node = nb_dom_find(r->dom, 0, 0, NB_TAG_BASE);
    struct nb_slice href = node ? nb_slice_trim(nb_dom_attr(r->dom, node, "href")) : NB_LIT("");
    struct nb_url said;
    *base = *url;
    if (href.len) {
        enum nb_err err = nb_url_parse(href, url, r->arena, &said);
        r->failed |= err == NB_ENOMEM;
        if (err == NB_OK && nb_url_is_http(&said)) {
            *base = said;
        }
    }
}

/* Does the page hold one article by its microdata? A list of them is no article. */
static bool is_one_article(const struct nb_dom *dom)
{
    size_t n = 0;
    for (uint32_t i = 1; i < dom->n; i++) {
        struct nb_slice type = dom->nodes[i].attrs_n ? nb_dom_attr(dom, i, "itemtype") : NB_LIT("");
        n += nb_slice_ends(type, NB_LIT("Article")) || nb_slice_ends(type, NB_LIT("/BlogPosting"));
    }
    return n == 1;
}

/* By OpenGraph and the carts of shops, where JSON-LD says nothing. */
static void decide_type(struct nb_page_meta *meta, const struct nb_dom *dom, struct nb_slice graph)
{
    if (meta->type == NB_PAGE_UNKNOWN && is_one_article(dom)) {
        meta->type = NB_PAGE_ARTICLE;
        meta->is_guess = true;
    } else if (meta->type == NB_PAGE_UNKNOWN && nb_slice_eq_ascii_case(graph, NB_LIT("article"))) {
        meta->type = NB_PAGE_ARTICLE;
        meta->is_guess = true;
    } else if (meta->type == NB_PAGE_UNKNOWN &&
               nb_slice_eq_ascii_case(graph, NB_LIT("product.group"))) {
        meta->type = NB_PAGE_LISTING;
    } else if (meta->type == NB_PAGE_UNKNOWN && nb_slice_starts(graph, NB_LIT("product"))) {
        meta->type = NB_PAGE_PRODUCT;
    } else if (meta->type == NB_PAGE_PRODUCT && meta->products_n >= NB_SHOP_LIST_MIN) {
        meta->type = NB_PAGE_LISTING;
    }
    if (meta->type == NB_PAGE_UNKNOWN || meta->is_guess) {
        enum nb_page_type sold = nb_page_shop(dom);
        meta->is_guess = meta->is_guess && sold == NB_PAGE_UNKNOWN;
        meta->type = sold != NB_PAGE_UNKNOWN ? sold : meta->type;
    }
}

enum nb_err nb_page_meta_read(const struct nb_dom *dom, const struct nb_url *url,
                              const struct nb_date_context *dates, struct nb_arena *arena,
                              struct nb_url *base, struct nb_page_meta *out)
{
    struct nb_page_meta meta = {.published_ms = -1, .modified_ms = -1, .followers = -1};
    struct nb_slice values[ROWS] = {{NULL, 0}};
    struct nb_url resolved;
    struct reading r = {.dom = dom, .dates = dates, .arena = arena, .meta = &meta};
    nb_buf_init(&r.buf, LINE_MAX_BYTES);
    find_base(&r, url, &resolved);
    r.failed |= nb_page_ldjson(dom, dates, arena, &meta) == NB_ENOMEM;
    collect(dom, values);
    fill(&meta.title, first_of(values, TITLE));
    fill(&meta.author, first_person(values));
    fill(&meta.description, first_of(values, DESCRIPTION));
    fill(&meta.site, first_of(values, SITE));
    meta.published_ms =
        meta.published_ms < 0 ? first_time(&r, values, PUBLISHED) : meta.published_ms;
    meta.modified_ms = meta.modified_ms < 0 ? first_time(&r, values, MODIFIED) : meta.modified_ms;
    decide_type(&meta, dom, first_of(values, TYPE));
    fill_from_markup(&r);
    fill(&meta.language, first_of(values, LANGUAGE));
    meta.canonical = resolve(&r, by_selector(&r, "link[rel=canonical]", "href"), &resolved);
    fill(&meta.canonical, resolve(&r, first_of(values, CANONICAL), &resolved));
    nb_buf_fini(&r.buf);
    if (r.failed) {
        return NB_ENOMEM;
    }
    *base = resolved;
    *out = meta;
    return NB_OK;
}
