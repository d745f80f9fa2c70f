/*
 * libxml2's reader for HTML, whose events build the tree. Its own tree is not built: ours is a
 * third of its size and is walked without pointers.
 *
 * What bounds the work: the number of nodes and attributes, and the depth, because for an end tag
 * that matches nothing libxml2 looks through all open elements.
 */
#include "crawler/page/dom.h"

#include <limits.h>

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include <nabiz/buf.h>

struct builder {
    struct nb_arena *arena;
    struct nb_dom *dom;
    size_t nodes_cap, attrs_cap;
    struct nb_buf text;
    uint32_t open; /* the innermost open element */
    bool is_code;  /* it holds a program or a style */
    bool failed;
    xmlParserCtxtPtr parser;
};

static const char *const names[NB_TAG_N] = {[NB_TAG_TEXT] = "",
                                            [NB_TAG_OTHER] = "",
#define X(name) [NB_TAG_##name] = #name,
                                            NB_TAGS(X)
#undef X
};

static int compare(const char *upper, const char *lower)
{
    while (*upper && (*upper | 0x20) == (*lower | 0x20)) {
        upper++;
        lower++;
    }
    /* '\0' against a digit or letter: any order will do that is the same as in NB_TAGS */
    return (int)(unsigned char)nb_ascii_lower(*upper) - (int)(unsigned char)nb_ascii_lower(*lower);
}

static uint8_t tag_of(const char *name)
{
    size_t low = NB_TAG_OTHER + 1;
    size_t high = NB_TAG_N;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(names[middle], name);
        if (order == 0) {
            return (uint8_t)middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NB_TAG_OTHER;
}

static void stop(struct builder *b)
{
    xmlStopParser(b->parser);
}

static void fail(struct builder *b)
{
    b->failed = true;
    stop(b);
}

/* Room for one more; the arrays double, so the arena holds at most twice what is used. */
static bool grow(struct builder *b, void **array, size_t *cap, size_t n, size_t each)
{
    if (n < *cap) {
        return true;
    }
    size_t more = *cap ? *cap * 2 : 512;
    void *p = nb_arena_grow(b->arena, *array, *cap * each, more * each);
    if (!p) {
        fail(b);
        return false;
    }
    *array = p;
    *cap = more;
    return true;
}

static struct nb_dom_node *add_node(struct builder *b, uint8_t tag)
{
    struct nb_dom *dom = b->dom;
    void *array = dom->nodes;
    if (dom->n >= NB_DOM_NODES_MAX) {
        dom->is_cut = true;
        stop(b);
        return NULL;
    }
    if (!grow(b, &array, &b->nodes_cap, dom->n, sizeof(*dom->nodes))) {
        return NULL;
    }
    dom->nodes = array;
    struct nb_dom_node *node = &dom->nodes[dom->n];
    unsigned depth = dom->n ? dom->nodes[b->open].depth + 1u : 0;
    *node = (struct nb_dom_node){.parent = b->open,
                                 .end = dom->n + 1,
                                 .tag = tag,
                                 .depth = (uint16_t)depth,
                                 .attrs = dom->attrs_n};
    dom->n++;
    return node;
}

/* ---- traits ---- */

uint32_t nb_dom_trait(enum nb_dom_trait kind, struct nb_slice name)
{
    uint32_t hash = 2166136261u + (uint32_t)kind; /* FNV-1a */
    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ (unsigned char)nb_ascii_lower(name.p[i])) * 16777619u;
    }
    return hash ^ hash >> 15;
}

static void add_trait(struct nb_dom *dom, struct nb_dom_node *node, enum nb_dom_trait kind,
                      struct nb_slice name)
{
    uint32_t trait = nb_dom_trait(kind, name);
    uint32_t bit = trait % NB_DOM_TRAITS;
    dom->traits[bit / 64] |= (uint64_t)1 << (bit % 64);
    node->traits |= nb_dom_trait_bit(trait);
}

/* The next of the words that spaces part; empty behind the last. */
static struct nb_slice next_word(struct nb_slice value, size_t *at)
{
    while (*at < value.len && nb_ascii_is_space(value.p[*at])) {
        (*at)++;
    }
    size_t begin = *at;
    while (*at < value.len && !nb_ascii_is_space(value.p[*at])) {
        (*at)++;
    }
    return nb_slice_sub(value, begin, *at);
}

static void add_attr_traits(struct nb_dom *dom, struct nb_dom_node *node, struct nb_slice name,
                            struct nb_slice value)
{
    add_trait(dom, node, NB_TRAIT_ATTR, name);
    if (nb_slice_eq(name, NB_LIT("class"))) {
        size_t at = 0;
        for (struct nb_slice word; (word = next_word(value, &at)).len > 0;) {
            add_trait(dom, node, NB_TRAIT_CLASS, word);
        }
    } else if (nb_slice_eq(name, NB_LIT("id"))) {
        add_trait(dom, node, NB_TRAIT_ID, value);
    }
}

/* ---- the arrays ---- */

static void add_attrs(struct builder *b, struct nb_dom_node *node, const xmlChar **pairs)
{
    struct nb_dom *dom = b->dom;
    for (; pairs && pairs[0] && !b->failed; pairs += 2) {
        void *array = dom->attrs;
        if (dom->attrs_n >= NB_DOM_ATTRS_MAX || node->attrs_n == UINT16_MAX) {
            dom->is_cut = true;
            return;
        }
        if (!grow(b, &array, &b->attrs_cap, dom->attrs_n, sizeof(*dom->attrs))) {
            return;
        }
        dom->attrs = array;
        struct nb_slice name = nb_arena_copy(b->arena, nb_slice_str((const char *)pairs[0]));
        struct nb_slice value = nb_arena_copy(b->arena, nb_slice_str((const char *)pairs[1]));
        if (!name.p || !value.p) {
            fail(b);
            return;
        }
        dom->attrs[dom->attrs_n++] = (struct nb_dom_attr){name, value};
        node->attrs_n++;
        add_attr_traits(dom, node, name, value);
    }
}

/* ---- events ---- */

/* libxml2 gives a text in pieces: it becomes a node when something else comes. */
static void end_text(struct builder *b)
{
    if (!b->text.len || b->failed) {
        return;
    }
    struct nb_slice copy = nb_arena_copy(b->arena, nb_buf_slice(&b->text));
    if (!copy.p || b->text.err != NB_OK) {
        fail(b);
        return;
    }
    struct nb_dom_node *node = add_node(b, NB_TAG_TEXT);
    if (node) {
        node->text = copy;
    }
    nb_buf_reset(&b->text);
}

/* Programs and styles are not kept, but for what pages say of themselves in JSON-LD. */
static bool is_code(const struct nb_dom *dom, uint32_t node)
{
    struct nb_slice type = nb_slice_trim(nb_dom_attr(dom, node, "type"));
    return dom->nodes[node].tag == NB_TAG_STYLE ||
           (dom->nodes[node].tag == NB_TAG_SCRIPT &&
            !nb_slice_eq_ascii_case(type, NB_LIT("application/ld+json")));
}

static void on_start(void *context, const xmlChar *name, const xmlChar **attrs)
{
    struct builder *b = context;
    end_text(b);
    if (b->failed) {
        return;
    }
    if (b->dom->nodes[b->open].depth >= NB_DOM_DEPTH_MAX) {
        b->dom->is_cut = true;
        stop(b);
        return;
    }
    uint8_t tag = tag_of((const char *)name);
    struct nb_slice text = nb_slice_str(names[tag]);
    if (tag == NB_TAG_OTHER) {
        text = nb_arena_copy(b->arena, nb_slice_str((const char *)name));
    }
    struct nb_dom_node *node = text.p ? add_node(b, tag) : NULL;
    if (!text.p) {
        fail(b);
    } else if (node) {
        node->text = text;
        b->open = b->dom->n - 1;
        add_trait(b->dom, node, NB_TRAIT_TAG, text);
        add_attrs(b, node, attrs);
        b->is_code = !b->failed && is_code(b->dom, b->open);
    }
}

static void on_end(void *context, const xmlChar *name)
{
    struct builder *b = context;
    struct nb_dom *dom = b->dom;
    (void)name; /* libxml2 closes what it opened, innermost first */
    end_text(b);
    b->is_code = false;
    if (!b->failed && b->open != 0) {
        dom->nodes[b->open].end = dom->n;
        b->open = dom->nodes[b->open].parent;
    }
}

static void on_text(void *context, const xmlChar *text, int len)
{
    struct builder *b = context;
    if (!b->failed && !b->is_code && len > 0) {
        nb_buf_add(&b->text, nb_slice(text, (size_t)len));
    }
}

static void ignore_error(void *context, xmlErrorPtr error)
{
    (void)context;
    (void)error;
}

enum nb_err nb_dom_parse(struct nb_slice html, struct nb_arena *arena, struct nb_dom *out)
{
    struct nb_dom dom = {.traits = nb_arena_calloc(arena, NB_DOM_TRAITS / 64, sizeof(uint64_t))};
    struct builder b = {.arena = arena, .dom = &dom};
    if (!dom.traits) {
        return NB_ENOMEM;
    }
    if (html.len > INT_MAX) {
        html.len = INT_MAX;
        dom.is_cut = true;
    }
    if (!html.len) {
        html = NB_LIT(" "); /* libxml2 takes no empty document */
    }
    htmlParserCtxtPtr parser = htmlCreateMemoryParserCtxt(html.p, (int)html.len);
    if (!parser) {
        return NB_ENOMEM;
    }
    xmlSAXHandler sax = {.startElement = on_start,
                         .endElement = on_end,
                         .characters = on_text,
                         .ignorableWhitespace = on_text,
                         .cdataBlock = on_text,
                         .serror = ignore_error,
                         .initialized = XML_SAX2_MAGIC};
    xmlSAXHandler *own = parser->sax;
    b.parser = parser;
    nb_buf_init(&b.text,
                html.len * 3 + 64); /* a reference can be longer decoded than it is written */
    if (add_node(&b, NB_TAG_OTHER)) {
        (void)htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NONET |
                                             HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                             HTML_PARSE_NOIMPLIED | HTML_PARSE_IGNORE_ENC);
        (void)xmlSwitchEncoding(parser, XML_CHAR_ENCODING_UTF8);
        parser->sax = &sax;
        parser->userData = &b;
        (void)htmlParseDocument(parser);
        parser->sax = own;
    }
    htmlFreeParserCtxt(parser);
    end_text(&b);
    nb_buf_fini(&b.text);
    if (b.failed) {
        return NB_ENOMEM;
    }
    for (; b.open != 0; b.open = dom.nodes[b.open].parent) {
        dom.nodes[b.open].end = dom.n;
    }
    dom.nodes[0].end = dom.n;
    *out = dom;
    return NB_OK;
}

/* ---- looking ---- */

struct nb_slice nb_dom_attr(const struct nb_dom *dom, uint32_t node, const char *name)
{
    const struct nb_dom_node *at = &dom->nodes[node];
    struct nb_slice wanted = nb_slice_str(name);
    for (uint32_t i = at->attrs; i < at->attrs + at->attrs_n; i++) {
        if (nb_slice_eq(dom->attrs[i].name, wanted)) {
            return dom->attrs[i].value;
        }
    }
    return (struct nb_slice){NULL, 0};
}

bool nb_dom_has_word(const struct nb_dom *dom, uint32_t node, const char *name,
                     struct nb_slice word)
{
    struct nb_slice value = nb_dom_attr(dom, node, name);
    size_t at = 0;
    for (struct nb_slice one; (one = next_word(value, &at)).len > 0;) {
        if (nb_slice_eq_ascii_case(one, word)) {
            return true;
        }
    }
    return false;
}

uint32_t nb_dom_find(const struct nb_dom *dom, uint32_t root, uint32_t from, enum nb_tag tag)
{
    for (uint32_t i = from + 1; i < dom->nodes[root].end; i++) {
        if (dom->nodes[i].tag == tag) {
            return i;
        }
    }
    return 0;
}
