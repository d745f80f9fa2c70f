/**
 * Stylesheets: a tree in, a page out. Owns libxslt.
 *
 * A stylesheet is edited by a team, so its mistakes must not hurt: it can read no file, write no
 * file, use no network, include nothing, and has a limit on depth and on work.
 *
 * Threads: a loaded stylesheet is immutable and may be applied by one thread at a time.
 */
#ifndef NABIZ_DIGEST_XSLT_H
#define NABIZ_DIGEST_XSLT_H

#include <nabiz/buf.h>
#include <nabiz/err.h>
#include <nabiz/slice.h>

struct _xmlDoc;
struct nb_xslt;

/**
 * @param name  of the file, for messages.
 * @return NB_OK, NB_ESYNTAX (the detail says where), NB_ENOMEM.
 */
enum nb_err nb_xslt_parse(const char *name, struct nb_slice bytes, struct nb_xslt **out,
                          struct nb_error *error) NB_MUSTUSE;
void nb_xslt_free(struct nb_xslt *xslt);

/**
 * Apply to a tree and append what comes out, in the form that xsl:output says.
 * @return NB_OK, NB_EREFUSED (it tried what is forbidden, or a limit was reached; the detail says
 *         which), NB_ETOOBIG (the buffer's limit), NB_ENOMEM.
 */
enum nb_err nb_xslt_apply(const struct nb_xslt *xslt, struct _xmlDoc *tree, struct nb_buf *out,
                          struct nb_error *error) NB_MUSTUSE;

#endif
