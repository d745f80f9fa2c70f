#include "crawler/page/trim.h"

#include "crawler/page/render.h"
#include "crawler/page/signs.h"

enum { CARDS_MIN = 3, CARD_MAX = 700, CAPTION_MAX = 300, TWIN_MIN = 8, SQUEEZED_MAX = 300 };

static bool is_open(const struct nb_dom *dom, const struct nb_page_marks *marks, uint32_t node)
{
    enum nb_tag tag = (enum nb_tag)dom->nodes[node].tag;
    return !marks->dropped[node] && tag != NB_TAG_TEXT && tag != NB_TAG_HTML &&
           tag != NB_TAG_BODY && tag != NB_TAG_MAIN && tag != NB_TAG_ARTICLE;
}

/* ---- articles ---- */

static void drop_captions(const struct nb_dom *dom, struct nb_page_marks *marks)
{
    for (uint32_t i = 1; i < dom->n; i++) {
        bool is_called = (marks->signs[i] & NB_SIGN_CAPTION) != 0;
        if (is_open(dom, marks, i) && marks->weights[i].chars < CAPTION_MAX) {
            marks->dropped[i] = is_called || dom->nodes[i].tag == NB_TAG_FIGCAPTION;
        }
    }
}

/* ---- products ---- */

static bool has_below(const struct nb_dom *dom, uint32_t node, enum nb_tag tag)
{
    return dom->nodes[node].tag == tag || nb_dom_find(dom, node, node, tag) != 0;
}

/* A picture or a heading that leads somewhere, and little beside it. */
static bool is_card(const struct nb_dom *dom, const struct nb_page_marks *marks, uint32_t node)
{
    const struct nb_page_weight *at = &marks->weights[node];
    return dom->nodes[node].tag != NB_TAG_TEXT && at->chars <= CARD_MAX &&
           has_below(dom, node, NB_TAG_A) &&
           (at->link_chars * 2 > at->chars || has_below(dom, node, NB_TAG_IMG));
}

static bool is_shelf(const struct nb_dom *dom, const struct nb_page_marks *marks, uint32_t node)
{
    size_t cards = 0;
    size_t others = 0;
    for (uint32_t k = node + 1; k < dom->nodes[node].end; k = dom->nodes[k].end) {
        if (!marks->dropped[k] && marks->weights[k].chars) {
            if (is_card(dom, marks, k)) {
                cards++;
            } else {
                others++;
            }
        }
    }
    return cards >= CARDS_MIN && cards > others * 2;
}

/* Other products, side by side; not where they are the page. */
static void drop_shelves(const struct nb_dom *dom, struct nb_page_marks *marks)
{
    for (uint32_t i = 1; i < dom->n; i++) {
        if (dom->nodes[i].tag == NB_TAG_P) {
            i = dom->nodes[i].end - 1;
        } else if (is_open(dom, marks, i) && marks->weights[i].good * 2 <= marks->weights[0].good &&
                   is_shelf(dom, marks, i)) {
            marks->dropped[i] = true;
            i = dom->nodes[i].end - 1;
        }
    }
}

static void drop_sale(const struct nb_dom *dom, struct nb_page_marks *marks)
{
    const struct nb_page_weight all = marks->weights[0];
    for (uint32_t i = 1; i < dom->n; i++) {
        unsigned signs = marks->signs[i];
        struct nb_page_weight at = marks->weights[i];
        if (is_open(dom, marks, i)) {
            /* what reads like sentences may be the description, whatever it is called */
            bool is_prose = at.good * 4 >= at.chars;
            marks->dropped[i] =
                ((signs & NB_SIGN_REVIEW) != 0 && at.chars < all.chars - all.chars / 10) ||
                ((signs & NB_SIGN_RELATED) != 0 && at.chars * 2 < all.chars && !is_prose) ||
                ((signs & (NB_SIGN_CHOICE | NB_SIGN_DEAL)) != 0 && at.chars * 4 < all.chars &&
                 !is_prose);
        }
    }
}

void nb_page_trim(const struct nb_dom *dom, enum nb_page_type type, struct nb_page_marks *marks)
{
    if (type == NB_PAGE_PRODUCT) {
        drop_sale(dom, marks);
        nb_page_weigh(dom, marks);
        drop_shelves(dom, marks);
        nb_page_weigh(dom, marks);
    } else if (type == NB_PAGE_ARTICLE) {
        drop_captions(dom, marks);
        nb_page_weigh(dom, marks);
    }
}

/* ---- the content ---- */

static uint64_t hash_of(const struct nb_dom *dom, const struct nb_page_marks *marks, uint32_t node)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (uint32_t i = node; i < dom->nodes[node].end; i++) {
        struct nb_slice text = dom->nodes[i].text;
        bool counts = dom->nodes[i].tag == NB_TAG_TEXT && !marks->dropped[i];
        for (size_t k = 0; counts && k < text.len; k++) {
            if (!nb_ascii_is_space(text.p[k])) {
                hash = (hash ^ (unsigned char)text.p[k]) * 1099511628211u;
            }
        }
    }
    return hash | 1; /* 0 is a free place */
}

/* A block without blocks below it; programs and tables repeat themselves for a reason. */
static bool can_be_twin(const struct nb_dom *dom, const struct nb_page_marks *marks, uint32_t node)
{
    enum nb_tag tag = (enum nb_tag)dom->nodes[node].tag;
    return !marks->dropped[node] && nb_page_is_block(tag) && tag != NB_TAG_PRE &&
           marks->own[node].chars >= TWIN_MIN &&
           marks->own[node].chars == marks->weights[node].chars;
}

static enum nb_err drop_twins(const struct nb_dom *dom, uint32_t root, struct nb_arena *arena,
                              struct nb_page_marks *marks)
{
    size_t size = 64;
    while (size < 2 * (size_t)(dom->nodes[root].end - root)) {
        size *= 2;
    }
    uint64_t *seen = nb_arena_calloc(arena, size, sizeof(*seen));
    if (!seen) {
        return NB_ENOMEM;
    }
    for (uint32_t i = root + 1; i < dom->nodes[root].end; i++) {
        if (can_be_twin(dom, marks, i)) {
            uint64_t hash = hash_of(dom, marks, i);
            size_t at = hash & (size - 1);
            while (seen[at] && seen[at] != hash) {
                at = (at + 1) & (size - 1);
            }
            marks->dropped[i] = seen[at] != 0;
            seen[at] = hash;
        }
    }
    return NB_OK;
}

/* The letters and digits of a text, ASCII ones in lower case. */
static size_t squeeze(struct nb_slice text, char *out, size_t at)
{
    for (size_t i = 0; i < text.len && at < SQUEEZED_MAX; i++) {
        unsigned char c = (unsigned char)nb_ascii_lower(text.p[i]);
        if (c >= 0x80 || nb_ascii_is_alpha((char)c) || nb_ascii_is_digit((char)c)) {
            out[at++] = (char)c;
        }
    }
    return at;
}

/* The headline is the title, and not the first sentence, unless there is hardly another one. */
static void drop_headline(const struct nb_dom *dom, uint32_t root, struct nb_slice title,
                          struct nb_page_marks *marks)
{
    char headline[SQUEEZED_MAX];
    char name[SQUEEZED_MAX];
    uint32_t h1 = nb_dom_find(dom, root, root, NB_TAG_H1);
    size_t n = 0;
    for (uint32_t i = h1 + 1; h1 && i < dom->nodes[h1].end; i++) {
        if (dom->nodes[i].tag == NB_TAG_TEXT && !marks->dropped[i]) {
            n = squeeze(dom->nodes[i].text, headline, n);
        }
    }
    struct nb_slice squeezed = nb_slice(name, squeeze(title, name, 0));
    if (n && n * 4 < marks->weights[root].chars &&
        nb_slice_find(squeezed, nb_slice(headline, n), 0) != NB_NPOS) {
        marks->dropped[h1] = true;
    }
}

/* Is a text dropped from here to the next heading as high or higher, and none kept? */
static bool is_emptied(const struct nb_dom *dom, uint32_t root, uint32_t heading,
                       const struct nb_page_marks *marks)
{
    bool lost = false;
    uint32_t i = dom->nodes[heading].end;
    while (i < dom->nodes[root].end) {
        enum nb_tag tag = (enum nb_tag)dom->nodes[i].tag;
        bool blank = tag == NB_TAG_TEXT && !marks->dense[i];
        if (marks->dropped[i]) {
            lost = lost || tag != NB_TAG_TEXT || !blank;
            i = dom->nodes[i].end;
        } else if (tag == NB_TAG_TEXT && !blank) {
            return false;
        } else if (tag >= NB_TAG_H1 && tag <= dom->nodes[heading].tag) {
            return lost;
        } else {
            i++;
        }
    }
    return lost;
}

/* "Others bought", when what others bought has gone. */
static void drop_empty_headings(const struct nb_dom *dom, uint32_t root,
                                struct nb_page_marks *marks)
{
    for (uint32_t i = dom->nodes[root].end; i-- > root + 1;) {
        enum nb_tag tag = (enum nb_tag)dom->nodes[i].tag;
        if (tag >= NB_TAG_H2 && tag <= NB_TAG_H6 && !marks->dropped[i]) {
            marks->dropped[i] = is_emptied(dom, root, i, marks);
        }
    }
}

enum nb_err nb_page_trim_content(const struct nb_dom *dom, const struct nb_page_meta *meta,
                                 uint32_t root, struct nb_arena *arena, struct nb_page_marks *marks)
{
    if (meta->type == NB_PAGE_ARTICLE || meta->type == NB_PAGE_UNKNOWN) {
        drop_headline(dom, root, meta->title, marks);
    }
    if (meta->type == NB_PAGE_PRODUCT) {
        drop_empty_headings(dom, root, marks);
        return drop_twins(dom, root, arena, marks);
    }
    return NB_OK;
}
