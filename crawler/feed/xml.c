/*
 * libxml2's SAX2 events to rules. What keeps it safe:
 *
 * - The prolog never gets here: feed.c hands over the text from the root element on and repair.c
 *   drops declarations, so there is no DTD, no entity but the five of XML, and nothing to load.
 *   XML_PARSE_NOENT then only means that &amp; in an attribute arrives as '&'.
 * - Depth is bounded by our frames, below libxml2's own limit of 256. So are the namespaces that
 *   open elements declare: libxml2 walks all of them for each name.
 * - The first failure of ours stops the parser.
 *
 * The first reading is strict. When the markup turns out not to be well-formed, feed.c repairs the
 * text and reads again with recovery: libxml2's own recovery loses items, since a stray end tag
 * closes whatever is open.
 */
#include "crawler/feed/reader.h"

#include <limits.h>
#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "crawler/feed/html_text.h"

enum { NAMESPACES_MAX = 256 };

struct ns_row {
    const char *text;
    enum nb_feed_ns ns;
};

static const struct ns_row uris[] = {
    {"http://www.w3.org/2005/Atom", NB_FEED_NS_ATOM},
    {"http://purl.org/atom/ns#", NB_FEED_NS_ATOM},
    {"http://purl.org/dc/elements/1.1/", NB_FEED_NS_DC},
    {"http://purl.org/dc/elements/1.0/", NB_FEED_NS_DC},
    {"http://purl.org/dc/terms/", NB_FEED_NS_DCTERMS},
    {"http://purl.org/rss/1.0/modules/content/", NB_FEED_NS_CONTENT},
    {"http://purl.org/rss/1.0/modules/slash/", NB_FEED_NS_SLASH},
    {"http://purl.org/rss/1.0/modules/syndication/", NB_FEED_NS_SY},
    {"http://wellformedweb.org/CommentAPI/", NB_FEED_NS_WFW},
    {"http://purl.org/syndication/thread/1.0", NB_FEED_NS_THR},
    {"http://search.yahoo.com/mrss/", NB_FEED_NS_MEDIA},
    {"http://search.yahoo.com/mrss", NB_FEED_NS_MEDIA},
    {"http://www.itunes.com/dtds/podcast-1.0.dtd", NB_FEED_NS_ITUNES},
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", NB_FEED_NS_RDF},
    {"http://www.w3.org/XML/1998/namespace", NB_FEED_NS_XML},
    {"http://www.w3.org/1999/xhtml", NB_FEED_NS_XHTML},
    {"http://purl.org/rss/1.0/", NB_FEED_NS_RSS},
    {"http://my.netscape.com/rdf/simple/0.9/", NB_FEED_NS_RSS},
    {"http://channel.netscape.com/rdf/simple/0.9/", NB_FEED_NS_RSS},
};

/* for prefixes that nobody declared */
static const struct ns_row prefixes[] = {
    {"dc", NB_FEED_NS_DC},       {"content", NB_FEED_NS_CONTENT}, {"atom", NB_FEED_NS_ATOM},
    {"slash", NB_FEED_NS_SLASH}, {"media", NB_FEED_NS_MEDIA},     {"thr", NB_FEED_NS_THR},
    {"wfw", NB_FEED_NS_WFW},     {"itunes", NB_FEED_NS_ITUNES},   {"sy", NB_FEED_NS_SY},
    {"rdf", NB_FEED_NS_RDF},     {"dcterms", NB_FEED_NS_DCTERMS}, {"xml", NB_FEED_NS_XML},
};

static enum nb_feed_ns look_up(const struct ns_row *rows, size_t n, const xmlChar *text)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].text, (const char *)text) == 0) {
            return rows[i].ns;
        }
    }
    /* some spell one with other capitals */
    for (size_t i = 0; i < n; i++) {
        if (nb_slice_eq_ascii_case(nb_slice_str(rows[i].text), nb_slice_str((const char *)text))) {
            return rows[i].ns;
        }
    }
    return NB_FEED_NS_OTHER;
}

static enum nb_feed_ns known_ns(const xmlChar *prefix, const xmlChar *uri)
{
    if (uri) {
        return look_up(uris, sizeof(uris) / sizeof(uris[0]), uri);
    }
    return prefix ? look_up(prefixes, sizeof(prefixes) / sizeof(prefixes[0]), prefix)
                  : NB_FEED_NS_OTHER;
}

/* Without a prefix, or in the namespace of the root, an element belongs to the format. */
static enum nb_feed_ns ns_of(const struct nb_feed_reader *reader, const xmlChar *prefix,
                             const xmlChar *uri)
{
    enum nb_feed_ns ns = known_ns(prefix, uri);
    bool home = !prefix || (uri && reader->home_uri && xmlStrEqual(uri, reader->home_uri));
    return ns == NB_FEED_NS_OTHER && home ? reader->home : ns;
}

/* Equal to a lower-case name but for ASCII case. */
static bool is_name(const char *lower, const xmlChar *name)
{
    size_t i = 0;
    while (lower[i] && nb_ascii_lower((char)name[i]) == lower[i]) {
        i++;
    }
    return lower[i] == '\0' && name[i] == '\0';
}

static struct nb_slice attr_value(const unsigned char **raw)
{
    return nb_slice(raw[3], (size_t)(raw[4] - raw[3]));
}

struct nb_slice nb_feed_attr(const struct nb_feed_attrs *attrs, const char *name)
{
    for (int i = 0; i < attrs->n; i++) {
        const unsigned char **raw = attrs->raw + 5 * i;
        if (!raw[1] && is_name(name, raw[0])) {
            return attr_value(raw);
        }
    }
    return (struct nb_slice){NULL, 0};
}

struct nb_slice nb_feed_attr_ns(const struct nb_feed_attrs *attrs, enum nb_feed_ns ns,
                                const char *name)
{
    for (int i = 0; i < attrs->n; i++) {
        const unsigned char **raw = attrs->raw + 5 * i;
        if (raw[1] && is_name(name, raw[0]) && known_ns(raw[1], raw[2]) == ns) {
            return attr_value(raw);
        }
    }
    return (struct nb_slice){NULL, 0};
}

static const struct nb_feed_rule *find_in(const struct nb_feed_rule *rules, size_t n,
                                          enum nb_feed_ns ns, unsigned place, const xmlChar *name)
{
    for (size_t i = 0; i < n; i++) {
        if (rules[i].ns == ns && (rules[i].in & place) && is_name(rules[i].name, name)) {
            return &rules[i];
        }
    }
    return NULL;
}

static const struct nb_feed_rule *find_rule(enum nb_feed_ns ns, unsigned place, const xmlChar *name)
{
    switch (ns) {
    case NB_FEED_NS_OTHER:
        return NULL;
    case NB_FEED_NS_XHTML:
    case NB_FEED_NS_RSS:
    case NB_FEED_NS_RDF:
        return find_in(nb_feed_rss_rules, nb_feed_rss_rules_n, ns, place, name);
    case NB_FEED_NS_ATOM:
    case NB_FEED_NS_THR:
        return find_in(nb_feed_atom_rules, nb_feed_atom_rules_n, ns, place, name);
    default:
        return find_in(nb_feed_extension_rules, nb_feed_extension_rules_n, ns, place, name);
    }
}

static void stop(xmlParserCtxtPtr ctxt, struct nb_feed_reader *reader, enum nb_err err)
{
    if (reader->err == NB_OK) {
        reader->err = err;
    }
    xmlStopParser(ctxt);
}

static void add_escaped(struct nb_buf *buf, struct nb_slice s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c == '<' || c == '&' || c == '"') {
            nb_buf_add(buf, nb_slice_sub(s, from, i));
            nb_buf_add_str(buf, c == '<' ? "&lt;" : c == '&' ? "&amp;" : "&quot;");
            from = i + 1;
        }
    }
    nb_buf_add(buf, nb_slice_sub(s, from, s.len));
}

static bool markup_counts(const struct nb_feed_reader *reader)
{
    return reader->capture_depth > 0 && reader->form != NB_FEED_PLAIN &&
           reader->form != NB_FEED_BINARY && !reader->base64;
}

/* An address inside markup that has a base of its own; as it is where it has none. */
static struct nb_slice rebased(struct nb_feed_reader *reader, struct nb_slice href)
{
    const struct nb_url *outer = reader->frames[reader->capture_depth - 1].base;
    const struct nb_url *base = reader->frames[reader->depth - 1].base;
    struct nb_url url;
    bool own = base && base != outer;
    return own && nb_url_parse(href, base, reader->arena, &url) == NB_OK ? url.href : href;
}

/* Markup inside a captured element goes back to being markup, for html_text. */
static void add_start_tag(struct nb_feed_reader *reader, const xmlChar *name,
                          const struct nb_feed_attrs *attrs)
{
    static const char *const kept[] = {"href", "alt", "class"};
    nb_buf_add_byte(&reader->text, '<');
    nb_buf_add_str(&reader->text, (const char *)name);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        struct nb_slice value = nb_feed_attr(attrs, kept[i]);
        value = value.p && i == 0 ? rebased(reader, value) : value;
        if (value.p) {
            nb_buf_addf(&reader->text, " %s=\"", kept[i]);
            add_escaped(&reader->text, value);
            nb_buf_add_byte(&reader->text, '"');
        }
    }
    nb_buf_add_byte(&reader->text, '>');
}

static const struct nb_url *base_of(struct nb_feed_reader *reader, const struct nb_url *outer,
                                    const struct nb_feed_attrs *attrs)
{
    struct nb_slice text = nb_feed_attr_ns(attrs, NB_FEED_NS_XML, "base");
    if (!text.p) {
        return outer;
    }
    struct nb_url *url = nb_arena_alloc(reader->arena, sizeof(*url));
    return url && nb_url_parse(text, outer, reader->arena, url) == NB_OK ? url : outer;
}

/* The root decides what elements of its namespace and without one are. */
static void open_root(struct nb_feed_reader *reader, const xmlChar *name, const xmlChar *uri)
{
    bool atom = is_name("feed", name) || is_name("entry", name);
    reader->home = atom ? NB_FEED_NS_ATOM : NB_FEED_NS_RSS;
    reader->home_uri = uri;
}

static void add_text(struct nb_feed_reader *reader, struct nb_slice text)
{
    if (!reader->capture_depth || reader->form == NB_FEED_BINARY || reader->err != NB_OK) {
        return;
    }
    bool nested =
        reader->depth > reader->capture_depth && reader->form == NB_FEED_HTML && !reader->escaped;
    if (reader->form == NB_FEED_XHTML || nested) {
        add_escaped(&reader->text, text);
    } else {
        nb_buf_add(&reader->text, text);
    }
}

/* The texts that were taken out before where the parser is now. */
static void add_gaps(const struct _xmlParserCtxt *ctxt, struct nb_feed_reader *reader)
{
    const xmlParserInput *input = ctxt->input;
    size_t at = input->consumed + (size_t)(input->cur - input->base);
    while (reader->gaps_n > 0 && reader->gaps->at < at) {
        add_text(reader, reader->gaps->text);
        reader->gaps++;
        reader->gaps_n--;
    }
}

static void on_start(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces_n, const xmlChar **namespaces, int attrs_n, int defaulted_n,
                     const xmlChar **raw)
{
    (void)namespaces;
    (void)defaulted_n;
    struct nb_feed_reader *reader = ((xmlParserCtxtPtr)data)->_private;
    struct nb_feed_attrs attrs = {raw, attrs_n};
    add_gaps(data, reader);
    reader->namespaces_n += namespaces_n;
    if (reader->err != NB_OK || reader->depth == NB_FEED_DEPTH ||
        reader->namespaces_n > NAMESPACES_MAX) {
        stop(data, reader, NB_ETOOBIG);
        return;
    }
    if (reader->depth == 0) {
        open_root(reader, name, uri);
    }
    unsigned place = reader->depth ? reader->frames[reader->depth - 1].place : NB_FEED_TOP;
    struct nb_feed_frame *frame = &reader->frames[reader->depth];
    const struct nb_url *outer = reader->depth ? frame[-1].base : frame->base;
    *frame = (struct nb_feed_frame){.base = base_of(reader, outer, &attrs),
                                    .namespaces_n = namespaces_n};
    reader->depth++;
    if (reader->capture_depth) {
        if (markup_counts(reader)) {
            add_start_tag(reader, name, &attrs);
        }
        return;
    }
    frame->rule = find_rule(ns_of(reader, prefix, uri), place, name);
    if (!frame->rule) {
        return;
    }
    frame->place = frame->rule->makes;
    reader->form = NB_FEED_HTML;
    reader->escaped = reader->base64 = false;
    if (frame->rule->start) {
        frame->rule->start(reader, &attrs);
    }
    if (frame->rule->end) {
        reader->capture_depth = reader->depth;
        nb_buf_reset(&reader->text);
    }
    if (reader->err != NB_OK) {
        stop(data, reader, reader->err);
    }
}

static void on_end(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)prefix;
    (void)uri;
    struct nb_feed_reader *reader = ((xmlParserCtxtPtr)data)->_private;
    add_gaps(data, reader);
    if (reader->depth == 0 || reader->err != NB_OK) {
        return;
    }
    const struct nb_feed_rule *rule = reader->frames[reader->depth - 1].rule;
    if (reader->capture_depth == reader->depth) {
        struct nb_slice text;
        enum nb_err err = nb_buf_finish(&reader->text, &text);
        reader->capture_depth = 0;
        if (err != NB_OK) {
            stop(data, reader, err);
            return;
        }
        rule->end(reader, reader->base64 ? nb_feed_base64(reader, text) : text);
    } else if (markup_counts(reader)) {
        nb_buf_add_str(&reader->text, "</");
        nb_buf_add_str(&reader->text, (const char *)name);
        nb_buf_add_byte(&reader->text, '>');
    } else if (rule && rule->makes == NB_FEED_ENTRY && rule->ns != NB_FEED_NS_MEDIA) {
        nb_feed_entry_close(reader);
    }
    reader->depth--;
    reader->namespaces_n -= reader->frames[reader->depth].namespaces_n;
    reader->finished = reader->depth == 0;
    if (reader->err != NB_OK) {
        stop(data, reader, reader->err);
    }
}

static void on_text(void *data, const xmlChar *text, int len)
{
    struct nb_feed_reader *reader = ((xmlParserCtxtPtr)data)->_private;
    add_gaps(data, reader);
    add_text(reader, nb_slice(text, (size_t)len));
}

static void on_error(void *data, xmlErrorPtr error)
{
    struct nb_feed_reader *reader = ((xmlParserCtxtPtr)data)->_private;
    if (error->level < XML_ERR_ERROR && error->code != XML_WAR_UNDECLARED_ENTITY) {
        return;
    }
    bool after_the_end = error->code == XML_ERR_DOCUMENT_END && reader->finished;
    if (!after_the_end && error->domain != XML_FROM_NAMESPACE) {
        reader->fatal = true;
    }
    if (!reader->broken && reader->err == NB_OK) {
        struct nb_slice what = nb_slice_trim(nb_slice_str(error->message));
        char *text = nb_arena_printf(reader->arena, "line %d: %.*s",
                                     reader->line_base + error->line, NB_ARG(what));
        reader->broken = text ? text : "broken markup";
    }
}

enum nb_err nb_feed_xml_read(struct nb_feed_reader *reader, struct nb_slice text, bool recover)
{
    if (text.len == 0 || text.len > INT_MAX) {
        return text.len ? NB_ETOOBIG : NB_ESYNTAX;
    }
    xmlParserCtxtPtr ctxt = xmlCreateMemoryParserCtxt(text.p, (int)text.len);
    if (!ctxt) {
        return NB_ENOMEM;
    }
    (void)xmlCtxtUseOptions(ctxt,
                            XML_PARSE_NONET | XML_PARSE_NOENT | (recover ? XML_PARSE_RECOVER : 0));
    *ctxt->sax = (xmlSAXHandler){
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
        .serror = on_error,
    };
    ctxt->_private = reader;
    (void)xmlParseDocument(ctxt);
    xmlFreeParserCtxt(ctxt);
    return reader->err;
}
