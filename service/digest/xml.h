/**
 * XML: writing it, escaped by construction, and reading the small files people edit. Owns libxml2
 * for everything that is no feed or page.
 *
 * A writer builds a tree; it keeps its first error and ignores what follows. Text that XML cannot
 * carry (ill-formed UTF-8, controls) becomes U+FFFD. Element and attribute names are literals.
 *
 * Threads: a writer belongs to one thread; nb_feed_init() once in main before any thread.
 */
#ifndef NABIZ_DIGEST_XML_H
#define NABIZ_DIGEST_XML_H

#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

struct nb_xml;

/** @return NULL when out of memory. */
struct nb_xml *nb_xml_new(void);
void nb_xml_free(struct nb_xml *xml);

void nb_xml_open(struct nb_xml *xml, const char *element);
void nb_xml_attr(struct nb_xml *xml, const char *name, struct nb_slice value);
void nb_xml_attr_int(struct nb_xml *xml, const char *name, int64_t value);
void nb_xml_text(struct nb_xml *xml, struct nb_slice text);
void nb_xml_close(struct nb_xml *xml);

/** An element with only text, left out when the text is empty. */
void nb_xml_leaf(struct nb_xml *xml, const char *element, struct nb_slice text);

/** Write an indented document. @return NB_OK, NB_ENOMEM, NB_ETOOBIG (the buffer's limit). */
enum nb_err nb_xml_finish(struct nb_xml *xml, struct nb_buf *out) NB_MUSTUSE;

/** The tree, for xslt.c; NULL after an error. Borrowed. */
struct _xmlDoc *nb_xml_tree(struct nb_xml *xml);

/**
 * Parse a file that people edit: no network, no document type (and so no entities), bounded depth.
 * @param name  of the file, for messages.
 * @return NB_OK (free with nb_xml_tree_free), NB_ESYNTAX (the detail has the line), NB_ENOMEM.
 */
enum nb_err nb_xml_parse(const char *name, struct nb_slice bytes, struct _xmlDoc **out,
                         struct nb_error *error) NB_MUSTUSE;
void nb_xml_tree_free(struct _xmlDoc *tree);

/** For each child element of the root, in order; a result other than NB_OK stops. */
typedef enum nb_err nb_xml_row_fn(void *arg, struct nb_slice element, struct nb_slice id,
                                  struct nb_slice text, long line);

/** Read a flat file: a root element whose children have an attribute `id` and text. */
enum nb_err nb_xml_rows(const char *name, struct nb_slice bytes, nb_xml_row_fn *fn, void *arg,
                        struct nb_error *error) NB_MUSTUSE;

/** Read a whole file of at most max_bytes. @return NB_OK, NB_ENOTFOUND, NB_ETOOBIG, NB_EIO, ... */
enum nb_err nb_xml_load(const char *path, size_t max_bytes, struct nb_buf *out,
                        struct nb_error *error) NB_MUSTUSE;

#endif
