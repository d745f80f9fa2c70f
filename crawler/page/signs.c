#include "crawler/page/signs.h"

#include <string.h>

/* Names in the millions do not say more. */
enum { VALUE_MAX = 512, WORD_MAX = 20, STYLE_MAX = 256 };

#define FRAME NB_SIGN_FRAME
#define CONSENT NB_SIGN_CONSENT
#define REVIEW NB_SIGN_REVIEW
#define RELATED NB_SIGN_RELATED
#define CHOICE NB_SIGN_CHOICE
#define DEAL NB_SIGN_DEAL
#define CAPTION NB_SIGN_CAPTION

/* Words of classes and ids, in the order of their bytes. */
static const struct word_row {
    const char *word;
    unsigned signs;
} words[] = {
    {"accessories", RELATED},
    {"ad", FRAME},
    {"addthis", FRAME},
    {"ads", FRAME},
    {"adsbygoogle", FRAME},
    {"adsense", FRAME},
    {"advert", FRAME},
    {"advertisement", FRAME},
    {"afterpay", DEAL},
    {"also", RELATED},
    {"announcement", FRAME},
    {"atc", DEAL},
    {"availability", DEAL},
    {"backtotop", FRAME},
    {"badge", DEAL},
    {"badges", DEAL},
    {"bazaarvoice", REVIEW},
    {"breadcrumb", FRAME},
    {"breadcrumbs", FRAME},
    {"bundle", RELATED},
    {"bundles", RELATED},
    {"buy", DEAL},
    {"buybox", DEAL},
    {"bv", REVIEW},
    {"byline", FRAME},
    {"caption", CAPTION},
    {"captions", CAPTION},
    {"carousel", RELATED | FRAME},
    {"cart", DEAL},
    {"cky", CONSENT},
    {"cmplz", CONSENT},
    {"comments", FRAME},
    {"configurator", CHOICE},
    {"consent", FRAME | CONSENT},
    {"cookie", FRAME},
    {"cookiebanner", CONSENT},
    {"cookiebot", CONSENT},
    {"cookieconsent", CONSENT},
    {"cookielaw", CONSENT},
    {"cookies", FRAME},
    {"cookieyes", CONSENT},
    {"copyright", FRAME},
    {"credit", CAPTION},
    {"credits", CAPTION},
    {"cross", RELATED},
    {"crosssell", RELATED},
    {"crumb", FRAME},
    {"crumbs", FRAME},
    {"cybot", CONSENT},
    {"delivery", DEAL},
    {"dialog", FRAME},
    {"didomi", CONSENT},
    {"disqus", FRAME},
    {"dropdown", FRAME},
    {"email", FRAME},
    {"facet", FRAME},
    {"facets", FRAME},
    {"feefo", REVIEW},
    {"filter", FRAME},
    {"filters", FRAME},
    {"financing", DEAL},
    {"footer", FRAME},
    {"form", FRAME},
    {"fulfillment", DEAL},
    {"gallery", DEAL},
    {"gdpr", FRAME | CONSENT},
    {"guarantee", DEAL},
    {"invisible", FRAME},
    {"iubenda", CONSENT},
    {"jdgm", REVIEW},
    {"jp", FRAME},
    {"judgeme", REVIEW},
    {"klarna", DEAL},
    {"lightbox", FRAME},
    {"loading", DEAL},
    {"login", FRAME},
    {"masthead", FRAME},
    {"megamenu", FRAME},
    {"menu", FRAME},
    {"modal", FRAME},
    {"nav", FRAME},
    {"navbar", FRAME},
    {"navigation", FRAME},
    {"newsletter", FRAME},
    {"noprint", FRAME},
    {"notify", DEAL},
    {"offcanvas", FRAME},
    {"okendo", REVIEW},
    {"onetrust", CONSENT},
    {"option", CHOICE},
    {"options", CHOICE},
    {"outbrain", FRAME},
    {"pager", FRAME},
    {"pagination", FRAME},
    {"paginator", FRAME},
    {"payment", DEAL},
    {"payments", DEAL},
    {"paywall", FRAME},
    {"picker", CHOICE},
    {"pickup", DEAL},
    {"popular", FRAME},
    {"popup", FRAME},
    {"postmetadata", FRAME},
    {"promo", FRAME},
    {"promoted", FRAME},
    {"protection", DEAL},
    {"qc", CONSENT},
    {"qty", CHOICE},
    {"quantity", CHOICE},
    {"rating", REVIEW | FRAME},
    {"ratings", REVIEW | FRAME},
    {"recently", RELATED},
    {"recommend", FRAME},
    {"recommendation", RELATED},
    {"recommendations", RELATED | FRAME},
    {"recommended", RELATED | FRAME},
    {"recommends", RELATED},
    {"related", RELATED | FRAME},
    {"respond", FRAME},
    {"returns", DEAL},
    {"review", REVIEW | FRAME},
    {"reviews", REVIEW | FRAME},
    {"search", FRAME},
    {"selector", CHOICE},
    {"seller", DEAL},
    {"share", FRAME},
    {"sharebar", FRAME},
    {"sharedaddy", FRAME},
    {"sharing", FRAME},
    {"shipping", DEAL},
    {"shoutbox", FRAME},
    {"sidebar", FRAME},
    {"signature", FRAME},
    {"signin", FRAME},
    {"signup", FRAME},
    {"similar", RELATED},
    {"size", CHOICE},
    {"sizes", CHOICE},
    {"sku", DEAL},
    {"social", FRAME},
    {"sort", FRAME},
    {"sponsor", FRAME},
    {"sponsored", RELATED | FRAME},
    {"stamped", REVIEW},
    {"stars", REVIEW},
    {"stock", DEAL},
    {"store", DEAL},
    {"subscribe", FRAME},
    {"subscription", FRAME},
    {"swatch", CHOICE},
    {"swatches", CHOICE},
    {"syndication", FRAME},
    {"taboola", FRAME},
    {"tagcloud", FRAME},
    {"tags", FRAME},
    {"testimonials", REVIEW},
    {"thumbnails", DEAL},
    {"toolbar", FRAME},
    {"tooltip", FRAME},
    {"topbar", FRAME},
    {"trending", FRAME},
    {"truste", CONSENT},
    {"trustpilot", REVIEW},
    {"ugc", REVIEW},
    {"upsell", RELATED},
    {"upsells", RELATED},
    {"usercentrics", CONSENT},
    {"variant", CHOICE},
    {"variants", CHOICE},
    {"viewed", RELATED},
    {"warranty", DEAL},
    {"wishlist", DEAL},
    {"yotpo", REVIEW},
};

static const char *const roles[] = {
    "alert",   "alertdialog", "banner", "complementary", "contentinfo", "dialog", "menu",
    "menubar", "navigation",  "search", "tablist",       "toolbar",     "tooltip"};

static unsigned signs_of_word(struct nb_slice word)
{
    char low[WORD_MAX + 1];
    if (word.len > WORD_MAX) {
        return 0;
    }
    for (size_t i = 0; i < word.len; i++) {
        low[i] = nb_ascii_lower(word.p[i]);
    }
    low[word.len] = '\0';
    size_t from = 0;
    size_t to = sizeof(words) / sizeof(words[0]);
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(words[middle].word, low);
        if (order == 0) {
            return words[middle].signs;
        }
        if (order < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return 0;
}

/* The next word of a class or id: letters, a capital after a small letter begins a new one. */
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
static unsigned signs_of_names(struct nb_slice value)
{
    unsigned signs = 0;
    size_t at = 0;
    value = nb_slice_sub(value, 0, VALUE_MAX);
    while (at < value.len) {
        size_t begin = at;
        while (at < value.len && !nb_ascii_is_space(value.p[at])) {
            at++;
        }
        struct nb_slice one = nb_slice_sub(value, begin, at);
        struct nb_slice word;
        size_t in = 0;
        while (nb_slice_find_byte(one, ':', 0) == NB_NPOS && next_word(one, &in, &word)) {
            signs |= signs_of_word(word);
        }
        at++;
    }
    return signs;
}

static bool hides(struct nb_slice style)
{
    char dense[STYLE_MAX];
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

static bool is_role(struct nb_slice value)
{
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (nb_slice_eq_ascii_case(value, nb_slice_str(roles[i]))) {
            return true;
        }
    }
    return false;
}

unsigned nb_page_signs(const struct nb_dom *dom, uint32_t node)
{
    const struct nb_dom_node *at = &dom->nodes[node];
    unsigned signs = 0;
    for (uint32_t i = at->attrs; i < at->attrs + at->attrs_n; i++) {
        struct nb_slice name = dom->attrs[i].name;
        struct nb_slice value = dom->attrs[i].value;
        if (nb_slice_eq(name, NB_LIT("class")) || nb_slice_eq(name, NB_LIT("id"))) {
            signs |= signs_of_names(value);
        } else if (nb_slice_eq(name, NB_LIT("style"))) {
            signs |= hides(value) ? NB_SIGN_HIDDEN : 0;
        } else if (nb_slice_eq(name, NB_LIT("role"))) {
            signs |= is_role(value) ? NB_SIGN_ROLE : 0;
        } else if (nb_slice_eq(name, NB_LIT("hidden")) ||
                   (nb_slice_eq(name, NB_LIT("aria-hidden")) &&
                    nb_slice_eq(value, NB_LIT("true")))) {
            signs |= NB_SIGN_HIDDEN;
        }
    }
    return signs;
}
