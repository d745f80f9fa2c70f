/*
 * libxml2's tree writer checks neither characters nor failures on our behalf: every call's result
 * is folded into one error, and text passes through clean() first.
 */
#include "service/digest/xml.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlwriter.h>

#include <nabiz/mem.h>
#include <nabiz/text.h>

#define TEXT_MAX_BYTES (1u << 20)

struct nb_xml {
    xmlDoc *doc;
    xmlTextWriter *writer;
    struct nb_buf clean; /* the last text, NUL-terminated */
    enum nb_err err;
    bool ended;
};

static void keep(struct nb_xml *xml, int result)
{
    if (result < 0 && xml->err == NB_OK) {
        xml->err = NB_ENOMEM;
    }
}

struct nb_xml *nb_xml_new(void)
{
    struct nb_xml *xml = nb_calloc(1, sizeof(*xml));
    if (!xml) {
        return NULL;
    }
    nb_buf_init(&xml->clean, TEXT_MAX_BYTES);
    xml->writer = xmlNewTextWriterDoc(&xml->doc, 0);
    if (!xml->writer) {
        nb_xml_free(xml);
        return NULL;
    }
    keep(xml, xmlTextWriterStartDocument(xml->writer, NULL, "UTF-8", NULL));
    return xml;
}

void nb_xml_free(struct nb_xml *xml)
{
    if (!xml) {
        return;
    }
    if (xml->writer && !xml->ended) {
        /* left half-written after a failure: closed first, or libxml2 complains on stderr */
        (void)xmlTextWriterEndDocument(xml->writer);
    }
    xmlFreeTextWriter(xml->writer);
    xmlFreeDoc(xml->doc);
    nb_buf_fini(&xml->clean);
    nb_free(xml);
}

/* XML 1.0, production 2; the controls XML could carry but nobody can see are out as well. */
static bool is_xml_char(uint32_t c)
{
    return c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c <= 0xd7ff) ||
           (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

/* @return the text as libxml2 wants it, or NULL after an error. */
static const xmlChar *clean(struct nb_xml *xml, struct nb_slice text)
{
    nb_buf_reset(&xml->clean);
    size_t from = 0;
    for (size_t pos = 0; pos < text.len;) {
        size_t at = pos;
        uint32_t c = nb_utf8_next(text, &pos);
        if (is_xml_char(c) && (c != NB_REPLACEMENT || pos - at == 3)) {
            continue; /* as it stands; an ill-formed part is never three bytes of U+FFFD */
        }
        nb_buf_add(&xml->clean, nb_slice_sub(text, from, at));
        nb_buf_add_str(&xml->clean, "\xef\xbf\xbd");
        from = pos;
    }
    nb_buf_add(&xml->clean, nb_slice_sub(text, from, text.len));
    nb_buf_add_byte(&xml->clean, '\0');
    struct nb_slice all;
    enum nb_err err = nb_buf_finish(&xml->clean, &all);
    if (err != NB_OK) {
        xml->err = xml->err == NB_OK ? err : xml->err;
        return NULL;
    }
    return (const xmlChar *)all.p;
}

void nb_xml_open(struct nb_xml *xml, const char *element)
{
    if (xml->err == NB_OK) {
        keep(xml, xmlTextWriterStartElement(xml->writer, (const xmlChar *)element));
    }
}

void nb_xml_attr(struct nb_xml *xml, const char *name, struct nb_slice value)
{
    const xmlChar *text = xml->err == NB_OK ? clean(xml, value) : NULL;
    if (text) {
        keep(xml, xmlTextWriterWriteAttribute(xml->writer, (const xmlChar *)name, text));
    }
}

void nb_xml_attr_int(struct nb_xml *xml, const char *name, int64_t value)
{
    if (xml->err == NB_OK) {
        keep(xml, xmlTextWriterWriteFormatAttribute(xml->writer, (const xmlChar *)name, "%lld",
                                                    (long long)value));
    }
}

void nb_xml_text(struct nb_xml *xml, struct nb_slice text)
{
    const xmlChar *cleaned = xml->err == NB_OK && text.len > 0 ? clean(xml, text) : NULL;
    if (cleaned) {
        keep(xml, xmlTextWriterWriteString(xml->writer, cleaned));
    }
}

void nb_xml_close(struct nb_xml *xml)
{
    if (xml->err == NB_OK) {
        keep(xml, xmlTextWriterEndElement(xml->writer));
    }
}

void nb_xml_leaf(struct nb_xml *xml, const char *element, struct nb_slice text)
{
    if (text.len > 0) {
        nb_xml_open(xml, element);
        nb_xml_text(xml, text);
        nb_xml_close(xml);
    }
}

struct _xmlDoc *nb_xml_tree(struct nb_xml *xml)
{
    if (xml->err == NB_OK && !xml->ended) {
        keep(xml, xmlTextWriterEndDocument(xml->writer));
        xml->ended = true;
    }
    return xml->err == NB_OK ? xml->doc : NULL;
}

enum nb_err nb_xml_finish(struct nb_xml *xml, struct nb_buf *out)
{
    xmlDoc *doc = nb_xml_tree(xml);
    if (!doc) {
        return xml->err;
    }
    xmlChar *bytes = NULL;
    int len = 0;
    xmlDocDumpFormatMemoryEnc(doc, &bytes, &len, "UTF-8", 1);
    if (!bytes) {
        return NB_ENOMEM;
    }
    nb_buf_add(out, nb_slice(bytes, (size_t)len));
    xmlFree(bytes);
    return nb_buf_finish(out, NULL);
}

static enum nb_err syntax(const char *name, const xmlError *found, struct nb_error *error)
{
    struct nb_slice message = nb_slice_trim(nb_slice_str(found ? found->message : NULL));
    return nb_error_set(error, NB_ESYNTAX, "%s:%d: %.*s", name, found ? found->line : 0,
                        NB_ARG(message));
}

enum nb_err nb_xml_parse(const char *name, struct nb_slice bytes, struct _xmlDoc **out,
                         struct nb_error *error)
{
    *out = NULL;
    if (bytes.len > INT_MAX) {
        return nb_error_set(error, NB_ETOOBIG, "%s: over the size limit", name);
    }
    xmlParserCtxt *parser = xmlNewParserCtxt();
    if (!parser) {
        return NB_ENOMEM;
    }
    /* without XML_PARSE_HUGE libxml2 stops at 256 levels */
    xmlDoc *doc = xmlCtxtReadMemory(parser, bytes.p ? bytes.p : "", (int)bytes.len, name, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                        XML_PARSE_NOCDATA);
    enum nb_err err = NB_OK;
    if (!doc) {
        err = syntax(name, xmlCtxtGetLastError(parser), error);
    } else if (doc->intSubset || doc->extSubset) {
        xmlFreeDoc(doc);
        doc = NULL;
        err = nb_error_set(error, NB_ESYNTAX,
                           "%s: a document type is not read here; write characters as themselves",
                           name);
    }
    xmlFreeParserCtxt(parser);
    *out = doc;
    return err;
}

void nb_xml_tree_free(struct _xmlDoc *tree)
{
    xmlFreeDoc(tree);
}

static enum nb_err visit_rows(const char *name, xmlDoc *doc, nb_xml_row_fn *fn, void *arg,
                              struct nb_error *error)
{
    xmlNode *root = xmlDocGetRootElement(doc);
    for (xmlNode *node = root ? root->children : NULL; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE) {
            continue;
        }
        xmlChar *id = xmlGetProp(node, (const xmlChar *)"id");
        xmlChar *text = xmlNodeGetContent(node);
        enum nb_err err = NB_ENOMEM;
        if (text && !id) {
            err = nb_error_set(error, NB_ESYNTAX, "%s:%ld: <%s> has no id", name,
                               xmlGetLineNo(node), (const char *)node->name);
        } else if (text) {
            err = fn(arg, nb_slice_str((const char *)node->name), nb_slice_str((const char *)id),
                     nb_slice_str((const char *)text), xmlGetLineNo(node));
        }
        xmlFree(id);
        xmlFree(text);
        if (err != NB_OK) {
            return err;
        }
    }
    return NB_OK;
}

enum nb_err nb_xml_rows(const char *name, struct nb_slice bytes, nb_xml_row_fn *fn, void *arg,
                        struct nb_error *error)
{
    xmlDoc *doc = NULL;
    enum nb_err err = nb_xml_parse(name, bytes, &doc, error);
    if (err == NB_OK) {
        err = visit_rows(name, doc, fn, arg, error);
        xmlFreeDoc(doc);
    }
    return err;
}

enum nb_err nb_xml_load(const char *path, size_t max_bytes, struct nb_buf *out,
                        struct nb_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return nb_error_set(error, errno == ENOENT ? NB_ENOTFOUND : NB_EIO, "%s: %s", path,
                            strerror(errno));
    }
    nb_buf_init(out, max_bytes + 4096);
    for (;;) {
        char *room = nb_buf_reserve(out, 4096);
        ssize_t n = room ? read(fd, room, 4096) : 0;
        if (n <= 0) {
            if (n < 0 && errno == EINTR) {
                continue;
            }
            if (n < 0) {
                out->err = NB_EIO;
            }
            break;
        }
        out->len += (size_t)n;
    }
    (void)close(fd);
    enum nb_err err = out->err != NB_OK ? out->err : (out->len > max_bytes ? NB_ETOOBIG : NB_OK);
    if (err != NB_OK) {
        nb_buf_fini(out);
        return nb_error_set(error, err, "%s: %s", path, nb_strerror(err));
    }
    return NB_OK;
}
