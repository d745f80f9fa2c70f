#include "crawler/page/boilerplate.h"

#include <string.h>

#include "crawler/page/render.h"

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

/*
 * Backwards, so that children come before parents. `own` is the text of a block without that of
 * the blocks below it.
 */
void nb_page_weigh(const struct nb_dom *dom, struct nb_page_marks *marks)
{
    struct nb_page_weight *weights = marks->weights;
    memset(weights, 0, dom->n * sizeof(*weights));
    /* forwards: what is below something dropped is out as well */
    for (uint32_t i = 1; i < dom->n; i++) {
        if (marks->dropped[i]) {
            for (uint32_t k = i + 1; k < dom->nodes[i].end; k++) {
                marks->dropped[k] = true;
            }
            i = dom->nodes[i].end - 1;
        }
    }
    for (uint32_t i = dom->n; i-- > 1;) {
        const struct nb_dom_node *node = &dom->nodes[i];
        struct nb_page_weight *at = &weights[i];
        if (marks->dropped[i]) {
            *at = (struct nb_page_weight){0};
            continue;
        }
        if (node->tag == NB_TAG_TEXT) {
            at->chars = dense_len(node->text);
        } else if (node->tag == NB_TAG_A) {
            at->link_chars = at->chars;
        }
        weights[node->parent].chars += at->chars;
        weights[node->parent].link_chars += at->link_chars;
    }
    /* good: by block, its own text only */
    for (uint32_t i = dom->n; i-- > 1;) {
        const struct nb_dom_node *node = &dom->nodes[i];
        if (marks->dropped[i] || node->tag == NB_TAG_TEXT) {
            continue;
        }
        if (nb_page_is_block(node->tag)) {
            struct nb_page_weight own = weights[i];
            for (uint32_t k = i + 1; k < node->end; k = dom->nodes[k].end) {
                if (!marks->dropped[k] && nb_page_is_block(dom->nodes[k].tag)) {
                    own.chars -= weights[k].chars;
                    own.link_chars -= weights[k].link_chars;
                }
            }
            weights[i].good += is_good(&own) ? own.chars - own.link_chars : 0;
        }
        weights[node->parent].good += weights[i].good;
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

static bool has_style(const struct nb_dom *dom, uint32_t node)
{
    struct nb_slice style = nb_dom_attr(dom, node, "style");
    if (!style.p) {
        return false;
    }
    char dense[256];
    size_t n = 0;
    for (size_t i = 0; i < style.len && n < sizeof(dense); i++) {
        if (!nb_ascii_is_space(style.p[i])) {
            dense[n++] = nb_ascii_lower(style.p[i]);
        }
    }
    struct nb_slice flat = nb_slice(dense, n);
    return nb_slice_find(flat, NB_LIT("display:none"), 0) != NB_NPOS ||
           nb_slice_find(flat, NB_LIT("visibility:hidden"), 0) != NB_NPOS;
}

static bool is_hidden(const struct nb_dom *dom, uint32_t node)
{
    return nb_dom_attr(dom, node, "hidden").p || has_style(dom, node) ||
           nb_slice_eq(nb_dom_attr(dom, node, "aria-hidden"), NB_LIT("true"));
}

static bool is_in(struct nb_slice word, const char *const *words)
{
    for (; *words; words++) {
        if (nb_slice_eq_ascii_case(word, nb_slice_str(*words))) {
            return true;
        }
    }
    return false;
}

static const char *const roles[] = {
    "navigation", "banner",  "contentinfo", "complementary", "search",  "dialog", "alertdialog",
    "menu",       "menubar", "toolbar",     "tablist",       "tooltip", "alert",  NULL};

/* Words of classes and ids. */
static const char *const bad_words[] = {
    "share",     "sharing",     "sharebar",        "sharedaddy",  "social",       "addthis",
    "related",   "recommended", "recommendations", "recommend",   "outbrain",     "taboola",
    "promo",     "promoted",    "sponsor",         "sponsored",   "advert",       "advertisement",
    "ads",       "ad",          "adsense",         "adsbygoogle", "cookie",       "cookies",
    "consent",   "gdpr",        "newsletter",      "subscribe",   "breadcrumb",   "breadcrumbs",
    "sidebar",   "comments",    "disqus",          "respond",     "modal",        "popup",
    "menu",      "navbar",      "navigation",      "nav",         "pagination",   "pager",
    "footer",    "masthead",    "login",           "signin",      "signup",       "invisible",
    "tags",      "tagcloud",    "byline",          "popular",     "trending",     "jp",
    "toolbar",   "backtotop",   "copyright",       "offcanvas",   "announcement", "topbar",
    "megamenu",  "dropdown",    "tooltip",         "crumbs",      "crumb",        "paginator",
    "carousel",  "lightbox",    "paywall",         "noprint",     "syndication",  "shoutbox",
    "signature", "dialog",      "filter",          "filters",     "facet",        "facets",
    "sort",      "review",      "reviews",         "rating",      "ratings",      "subscription",
    "email",     "form",        "search",          NULL};

/* The next word of a class or id: letters and digits, a capital begins a new one. */
static bool next_word(struct nb_slice value, size_t *at, struct nb_slice *word)
{
    while (*at < value.len && !nb_ascii_is_alpha(value.p[*at])) {
        (*at)++;
    }
    size_t begin = *at;
    while (*at < value.len && nb_ascii_is_alpha(value.p[*at])) {
        char c = value.p[*at];
        if (*at > begin && c >= 'A' && c <= 'Z' && value.p[*at - 1] >= 'a') {
            break;
        }
        (*at)++;
    }
    *word = nb_slice_sub(value, begin, *at);
    return word->len > 0;
}

/* A class such as "lg:hidden" speaks of one size of screen. */
static bool has_word_of(struct nb_slice value, const char *const *words)
{
    size_t at = 0;
    while (at < value.len) {
        size_t begin = at;
        while (at < value.len && !nb_ascii_is_space(value.p[at])) {
            at++;
        }
        struct nb_slice one = nb_slice_sub(value, begin, at);
        struct nb_slice word;
        size_t in = 0;
        while (nb_slice_find_byte(one, ':', 0) == NB_NPOS && next_word(one, &in, &word)) {
            if (is_in(word, words)) {
                return true;
            }
        }
        at++;
    }
    return false;
}

/* Names in the millions do not say more. */
static struct nb_slice short_value(const struct nb_dom *dom, uint32_t node, const char *name)
{
    return nb_slice_sub(nb_dom_attr(dom, node, name), 0, 512);
}

static bool is_called_bad(const struct nb_dom *dom, uint32_t node)
{
    return has_word_of(short_value(dom, node, "class"), bad_words) ||
           has_word_of(short_value(dom, node, "id"), bad_words);
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

static bool is_dropped(const struct nb_dom *dom, uint32_t node, enum level level)
{
    if (is_hidden(dom, node) || is_in(nb_dom_attr(dom, node, "role"), roles)) {
        return true;
    }
    return (level >= LEVEL_FRAME && is_frame(dom, node)) ||
           (level >= LEVEL_NAMES && is_called_bad(dom, node));
}

static void mark(const struct nb_dom *dom, enum level level, struct nb_page_marks *marks)
{
    for (uint32_t i = 1; i < dom->n; i++) {
        marks->dropped[i] = is_never_content(dom->nodes[i].tag);
    }
    nb_page_weigh(dom, marks);
    const struct nb_page_weight all = marks->weights[0];
    for (uint32_t i = 1; i < dom->n; i++) {
        const struct nb_page_weight *at = &marks->weights[i];
        bool is_most = all.good >= 400 ? at->good * 2 > all.good : at->chars * 2 > all.chars;
        if (!marks->dropped[i] && !is_kept(dom->nodes[i].tag) && !is_most) {
            marks->dropped[i] = is_dropped(dom, i, level);
        }
    }
    nb_page_weigh(dom, marks);
}

enum nb_err nb_page_mark_code(const struct nb_dom *dom, struct nb_arena *arena,
                              struct nb_page_marks *out)
{
    struct nb_page_marks marks = {
        .dropped = nb_arena_calloc(arena, dom->n, sizeof(bool)),
        .weights = nb_arena_calloc(arena, dom->n, sizeof(struct nb_page_weight)),
    };
    if (!marks.dropped || !marks.weights) {
        return NB_ENOMEM;
    }
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
