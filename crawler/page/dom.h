/**
 * A page as a tree: elements and texts in document order, in one array.
 *
 * What is below node i are the nodes from i + 1 up to nodes[i].end; so a pass over the array meets
 * parents before children, and a pass backwards children before parents. Node 0 is the root, an
 * element without a name. Comments and processing instructions are not in the tree.
 *
 * Threads: a tree is immutable once built; functions are pure.
 */
#ifndef NABIZ_PAGE_DOM_H
#define NABIZ_PAGE_DOM_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

/*
 * The elements that somebody asks for by name; all others are NB_TAG_OTHER. clang-format would
 * indent each line more than the one before.
 */
/* clang-format off */
#define NB_TAGS(X) \
    X(A) X(ABBR) X(ADDRESS) X(ARTICLE) X(ASIDE) X(AUDIO) X(B) X(BASE) X(BLOCKQUOTE) X(BODY) \
    X(BR) X(BUTTON) X(CANVAS) X(CAPTION) X(CITE) X(CODE) X(DATALIST) X(DD) X(DEL) X(DETAILS) \
    X(DIALOG) X(DIV) X(DL) X(DT) X(EM) X(FIELDSET) X(FIGCAPTION) X(FIGURE) X(FONT) X(FOOTER) \
    X(FORM) X(H1) X(H2) X(H3) X(H4) X(H5) X(H6) X(HEAD) X(HEADER) X(HR) X(HTML) X(I) X(IFRAME) \
    X(IMG) X(INPUT) X(INS) X(LABEL) X(LI) X(LINK) X(MAIN) X(MAP) X(MENU) X(META) X(NAV) \
    X(NOSCRIPT) X(OBJECT) X(OL) X(OPTION) X(P) X(PRE) X(Q) X(S) X(SCRIPT) X(SECTION) X(SELECT) \
    X(SMALL) X(SPAN) X(STRONG) X(STYLE) X(SUMMARY) X(SUP) X(SVG) X(TABLE) X(TBODY) X(TD) \
    X(TEMPLATE) X(TEXTAREA) X(TFOOT) X(TH) X(THEAD) X(TIME) X(TITLE) X(TR) X(U) X(UL) X(VIDEO)
/* clang-format on */

enum nb_tag {
    NB_TAG_TEXT, /* no element: a piece of text */
    NB_TAG_OTHER,
#define X(name) NB_TAG_##name,
    NB_TAGS(X)
#undef X
        NB_TAG_N
};

struct nb_dom_attr {
    struct nb_slice name; /* lower case */
    struct nb_slice value;
};

struct nb_dom_node {
    struct nb_slice text; /* of a text: valid UTF-8, references decoded; else the name */
    uint64_t traits;      /* of an element: a bit for each of its traits, several may share one */
    uint32_t parent;      /* of the root: itself */
    uint32_t end;
    uint32_t attrs; /* the first of attrs_n in nb_dom.attrs */
    uint16_t attrs_n;
    uint16_t depth;
    uint8_t tag; /* enum nb_tag */
};

struct nb_dom {
    struct nb_dom_node *nodes;
    uint32_t n;
    struct nb_dom_attr *attrs;
    uint32_t attrs_n;
    uint64_t *traits; /* NB_DOM_TRAITS bits: those that some element has */
    bool is_cut;      /* the page was larger or deeper than what is read of one */
};

enum {
    NB_DOM_NODES_MAX = 1 << 17,
    NB_DOM_ATTRS_MAX = 1 << 18,
    NB_DOM_DEPTH_MAX = 512, /* as browsers */
    NB_DOM_TRAITS = 1 << 14
};

/* What selectors ask for: kept as hashes, so that most questions are answered by a bit or two. */
enum nb_dom_trait { NB_TRAIT_TAG, NB_TRAIT_CLASS, NB_TRAIT_ID, NB_TRAIT_ATTR };

/**
 * Read HTML as tolerantly as the web needs it. What lies beyond a limit is left out.
 * @param html   valid UTF-8.
 * @param arena  owns the tree; nothing points into html.
 * @return NB_OK, NB_ENOMEM.
 */
enum nb_err nb_dom_parse(struct nb_slice html, struct nb_arena *arena,
                         struct nb_dom *out) NB_MUSTUSE;

/** Name of an element, in capitals where it has a tag of its own; of a text, its text. */
static inline struct nb_slice nb_dom_name(const struct nb_dom *dom, uint32_t node)
{
    return dom->nodes[node].text;
}

/** Hash of a trait, whatever the case of its letters; of NB_TRAIT_ATTR the attribute's name. */
uint32_t nb_dom_trait(enum nb_dom_trait kind, struct nb_slice name);

/** The bit of a trait in nb_dom_node.traits. */
static inline uint64_t nb_dom_trait_bit(uint32_t trait)
{
    return (uint64_t)1 << (trait & 63);
}

/** May some element have the trait? No is certain. */
static inline bool nb_dom_may_have(const struct nb_dom *dom, uint32_t trait)
{
    uint32_t bit = trait % NB_DOM_TRAITS;
    return (dom->traits[bit / 64] >> (bit % 64) & 1) != 0;
}

/** Value of an attribute; p == NULL when it is not there. */
struct nb_slice nb_dom_attr(const struct nb_dom *dom, uint32_t node, const char *name);

/** Is there one of the words, which spaces part, in the value of an attribute? ASCII case is
 * ignored. */
bool nb_dom_has_word(const struct nb_dom *dom, uint32_t node, const char *name,
                     struct nb_slice word);

/** The first node after `from` and below `root` with this tag; 0 when there is none. */
uint32_t nb_dom_find(const struct nb_dom *dom, uint32_t root, uint32_t from, enum nb_tag tag);

#endif
