#include "crawler/page/article.h"

/*
 * The deepest element that still holds this share of the good text, in thousandths: of an article,
 * and of a page that may be a patchwork.
 */
enum { ARTICLE_MILLI = 800, PAGE_MILLI = 950, GOOD_MIN = 400, ARTICLE_MIN = 120, MAIN_MIN = 200 };

static bool is_part(enum nb_tag tag)
{
    return tag == NB_TAG_P || tag == NB_TAG_TD || tag == NB_TAG_LI || tag == NB_TAG_TR ||
           tag == NB_TAG_TEXT || tag == NB_TAG_UL || tag == NB_TAG_OL || tag == NB_TAG_TBODY;
}

static uint32_t deepest_with(const struct nb_dom *dom, const struct nb_page_marks *marks,
                             uint64_t milli, bool good)
{
    const struct nb_page_weight *weights = marks->weights;
    uint64_t all = good ? weights[0].good : weights[0].chars;
    uint32_t best = 0;
    for (;;) {
        uint32_t deeper = 0;
        for (uint32_t k = best + 1; k < dom->nodes[best].end; k = dom->nodes[k].end) {
            uint64_t has = good ? weights[k].good : weights[k].chars;
            if (!is_part(dom->nodes[k].tag) && has * 1000 >= all * milli) {
                deeper = k;
            }
        }
        if (!deeper) {
            return best;
        }
        best = deeper;
    }
}

/* The element of a tag with the most text; 0 when there is none. */
static uint32_t largest(const struct nb_dom *dom, const struct nb_page_marks *marks,
                        enum nb_tag tag)
{
    uint32_t best = 0;
    for (uint32_t i = nb_dom_find(dom, 0, 0, tag); i; i = nb_dom_find(dom, 0, i, tag)) {
        if (!marks->dropped[i] && (!best || marks->weights[i].chars > marks->weights[best].chars)) {
            best = i;
        }
    }
    return best;
}

/* The element with a word in an attribute, if it is most of what reads like sentences. */
static uint32_t body_called(const struct nb_dom *dom, const struct nb_page_marks *marks,
                            uint32_t trait, const char *attr, struct nb_slice word)
{
    for (uint32_t i = 1; nb_dom_may_have(dom, trait) && i < dom->n; i++) {
        bool has = (dom->nodes[i].traits & nb_dom_trait_bit(trait)) != 0;
        if (has && !marks->dropped[i] && marks->weights[i].chars &&
            (uint64_t)marks->weights[i].good * 2 >= marks->weights[0].good &&
            nb_dom_has_word(dom, i, attr, word)) {
            return i;
        }
    }
    return 0;
}

/* What microdata, or WordPress where its themes are made of blocks, call the article's text. */
static uint32_t called_body(const struct nb_dom *dom, const struct nb_page_marks *marks)
{
    struct nb_slice block = NB_LIT("wp-block-post-content");
    uint32_t body = body_called(dom, marks, nb_dom_trait(NB_TRAIT_ATTR, NB_LIT("itemprop")),
                                "itemprop", NB_LIT("articleBody"));
    return body ? body
                : body_called(dom, marks, nb_dom_trait(NB_TRAIT_CLASS, block), "class", block);
}

static uint32_t body_of(const struct nb_dom *dom)
{
    uint32_t body = nb_dom_find(dom, 0, 0, NB_TAG_BODY);
    return body;
}

/* Most of a node reads like sentences of one part of it: an article that does not say so. */
static bool is_article(const struct nb_page_weight *weights, uint32_t part, uint32_t node,
                       unsigned tenths)
{
    const struct nb_page_weight *all = &weights[node];
    uint64_t text = all->chars - all->link_chars / 2;
    return weights[0].good >= GOOD_MIN && (uint64_t)weights[part].good * 10 >= text * tenths;
}

uint32_t nb_page_content(const struct nb_dom *dom, const struct nb_page_marks *marks,
                         enum nb_page_type type)
{
    const struct nb_page_weight *weights = marks->weights;
    const struct nb_page_weight all = weights[0];
    uint32_t main = largest(dom, marks, NB_TAG_MAIN);
    uint32_t tight = deepest_with(dom, marks, ARTICLE_MILLI, true);
    uint32_t called = type != NB_PAGE_LISTING ? called_body(dom, marks) : 0;
    if (type == NB_PAGE_ARTICLE && (called || all.good >= ARTICLE_MIN)) {
        return called ? called : tight;
    }
    if (called && weights[called].good == all.good) { /* and there is no other text */
        return called;
    }
    /* where little of what is there reads like sentences they are not what the page is for */
    bool is_prose = all.good >= GOOD_MIN && (uint64_t)all.good * 5 >= all.chars;
    uint64_t in_main = is_prose ? weights[main].good : weights[main].chars;
    uint64_t anywhere = is_prose ? all.good : all.chars;
    if (main && weights[main].chars > MAIN_MIN && in_main * 10 >= anywhere * 6) {
        bool is_in = tight > main && tight < dom->nodes[main].end;
        return type == NB_PAGE_UNKNOWN && is_in && is_article(weights, tight, main, 6) ? tight
                                                                                       : main;
    }
    if (type != NB_PAGE_LISTING && is_article(weights, tight, 0, 7)) {
        return tight;
    }
    uint32_t wide = deepest_with(dom, marks, PAGE_MILLI, is_prose);
    return wide ? wide : body_of(dom);
}
