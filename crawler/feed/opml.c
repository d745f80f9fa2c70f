#include <nabiz/opml.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlwriter.h>

#include <nabiz/charset.h>
#include <nabiz/mem.h>
#include <nabiz/text.h>

/* ---- reading ---- */

struct reading {
    struct nb_arena *arena;
    struct nb_opml_outline *outlines;
    size_t n;
    size_t cap;
};

/* An attribute, its name in any case; "" when absent. */
static const char *attribute(struct reading *reading, const xmlNode *node, const char *name)
{
    const char *out = "";
    for (const xmlAttr *attr = node->properties; attr; attr = attr->next) {
        struct nb_slice found = nb_slice_str((const char *)attr->name);
        if (nb_slice_eq_ascii_case(found, nb_slice_str(name)) && attr->children &&
            attr->children->content) {
            struct nb_slice value = nb_slice_str((const char *)attr->children->content);
            out = nb_arena_strdup(reading->arena, nb_slice_trim(value));
        }
    }
    return out;
}

static enum nb_err add_outline(struct reading *reading, const char *url, const char *title,
                               const char *group, long line)
{
    if (reading->n == reading->cap) {
        size_t cap = reading->cap ? reading->cap * 2 : 64;
        struct nb_opml_outline *grown = nb_arena_grow(
            reading->arena, reading->outlines, reading->n * sizeof(*grown), cap * sizeof(*grown));
        if (!grown) {
            return NB_ENOMEM;
        }
        reading->outlines = grown;
        reading->cap = cap;
    }
    reading->outlines[reading->n++] = (struct nb_opml_outline){url, title, group, (uint32_t)line};
    return NB_OK;
}

/* libxml2 bounds the depth of a document to 256, and so this recursion. */
static enum nb_err read_outlines(struct reading *reading, const xmlNode *parent, const char *group)
{
    enum nb_err err = NB_OK;
    for (const xmlNode *node = parent->children; node && err == NB_OK; node = node->next) {
        if (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, "outline") != 0) {
            continue;
        }
        const char *url = attribute(reading, node, "xmlUrl");
        const char *title = attribute(reading, node, "title");
        const char *text = attribute(reading, node, "text");
        if (!url || !title || !text) {
            return NB_ENOMEM;
        }
        const char *name = title[0] ? title : text;
        if (url[0]) {
            err = add_outline(reading, url, name, group, xmlGetLineNo(node));
        } else {
            const char *inner =
                group[0] ? nb_arena_printf(reading->arena, "%s/%s", group, name) : name;
            err = inner ? read_outlines(reading, node, inner) : NB_ENOMEM;
        }
    }
    return err;
}

static const xmlNode *child(const xmlNode *parent, const char *name)
{
    for (const xmlNode *node = parent->children; node; node = node->next) {
        if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0) {
            return node;
        }
    }
    return NULL;
}

static enum nb_err decode(struct nb_slice bytes, struct nb_arena *arena, struct nb_slice *out)
{
    struct nb_slice text;
    enum nb_err err = nb_charset_decode(nb_charset_decide(NB_LIT(""), bytes), bytes, arena, &text);
    return err == NB_OK ? nb_utf8_repair(text, arena, out) : err;
}

enum nb_err nb_opml_read(struct nb_slice bytes, struct nb_arena *arena,
                         const struct nb_opml_outline **out, size_t *out_n, struct nb_error *error)
{
    struct nb_slice text;
    struct reading reading = {.arena = arena};
    if (bytes.len > INT_MAX / 4) {
        return nb_error_set(error, NB_ETOOBIG, "OPML: too large");
    }
    enum nb_err err = decode(bytes, arena, &text);
    if (err != NB_OK) {
        return nb_error_set(error, err, "OPML: %s", nb_strerror(err));
    }
    if (nb_slice_find(text, NB_LIT("<!ENTITY"), 0) != NB_NPOS) {
        return nb_error_set(error, NB_EREFUSED,
                            "OPML: it declares entities, which no feed reader "
                            "writes; remove the DOCTYPE");
    }
    text = nb_slice_trim(text);
    xmlDocPtr doc = xmlReadMemory(text.p ? text.p : "", (int)text.len, NULL, "UTF-8",
                                  XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_BIG_LINES |
                                      XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
    const xmlNode *body =
        root && strcmp((const char *)root->name, "opml") == 0 ? child(root, "body") : NULL;
    if (body) {
        err = read_outlines(&reading, body, "");
        *out = reading.outlines;
        *out_n = reading.n;
    } else {
        err = nb_error_set(error, NB_ESYNTAX, "not OPML: expected <opml> with a <body>");
    }
    xmlFreeDoc(doc);
    return err == NB_ENOMEM ? nb_error_set(error, err, "OPML: %s", nb_strerror(err)) : err;
}

/* ---- writing ---- */

static int by_group(const void *a, const void *b)
{
    const struct nb_source_row *x = *(const struct nb_source_row *const *)a;
    const struct nb_source_row *y = *(const struct nb_source_row *const *)b;
    int order = strcmp(x->group, y->group);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static bool put(xmlTextWriterPtr writer, const char *name, const char *value)
{
    return xmlTextWriterWriteAttribute(writer, (const xmlChar *)name, (const xmlChar *)value) >= 0;
}

static bool start(xmlTextWriterPtr writer, const char *name)
{
    return xmlTextWriterStartElement(writer, (const xmlChar *)name) >= 0;
}

static bool write_row(xmlTextWriterPtr writer, const struct nb_source_row *row)
{
    return start(writer, "outline") && put(writer, "type", "rss") &&
           put(writer, "text", row->title[0] ? row->title : row->url) &&
           put(writer, "xmlUrl", row->url) && xmlTextWriterEndElement(writer) >= 0;
}

static bool write_rows(xmlTextWriterPtr writer, const struct nb_source_row *const *rows, size_t n)
{
    const char *group = "";
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        if (strcmp(rows[i]->group, group) != 0) {
            ok = !group[0] || xmlTextWriterEndElement(writer) >= 0;
            group = rows[i]->group;
            ok = ok && start(writer, "outline") && put(writer, "text", group);
        }
        ok = ok && write_row(writer, rows[i]);
    }
    return ok;
}

static bool write_document(xmlTextWriterPtr writer, const struct nb_source_row *const *rows,
                           size_t n)
{
    (void)xmlTextWriterSetIndent(writer, 1);
    return xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL) >= 0 && start(writer, "opml") &&
           put(writer, "version", "2.0") && start(writer, "head") &&
           xmlTextWriterWriteElement(writer, (const xmlChar *)"title", (const xmlChar *)"nabiz") >=
               0 &&
           xmlTextWriterEndElement(writer) >= 0 && start(writer, "body") &&
           write_rows(writer, rows, n) && xmlTextWriterEndDocument(writer) >= 0;
}

enum nb_err nb_opml_write(const struct nb_sources *sources, struct nb_buf *out)
{
    size_t n = 0;
    const struct nb_source_row **rows = nb_calloc(nb_sources_n(sources), sizeof(*rows));
    xmlBufferPtr buffer = xmlBufferCreate();
    xmlTextWriterPtr writer = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    bool ok = rows && writer;
    if (ok) {
        for (size_t i = 0; i < nb_sources_n(sources); i++) {
            rows[n] = nb_sources_at(sources, i);
            n += rows[n]->walk == NB_WALK_NONE; /* sites are no feeds, and of no use to readers */
        }
        qsort(rows, n, sizeof(*rows), by_group);
        ok = write_document(writer, rows, n);
    }
    if (writer) {
        xmlFreeTextWriter(writer); /* flushes */
    }
    if (ok) {
        nb_buf_add(out, nb_slice(xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer)));
    }
    if (buffer) {
        xmlBufferFree(buffer);
    }
    nb_free(rows);
    return ok ? nb_buf_finish(out, NULL) : NB_ENOMEM;
}
