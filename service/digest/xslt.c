/*
 * Locked down four times over: all of libxslt's security preferences forbid, for the transformation
 * and (as the library's default, which alone governs imports) for parsing; EXSLT is not registered;
 * a document type in a stylesheet is refused, so there are no entities; depth and XPath work have
 * limits.
 *
 * Messages go to our detail text and not to stderr. The handler for the worst of them is global in
 * libxslt, so one stylesheet is parsed or applied at a time.
 */
#include "service/digest/xslt.h"

#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include <libxml/xpath.h>
#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/xslt.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>

#include "service/digest/xml.h"

#include <nabiz/mem.h>

#define DEPTH_MAX 200
#define WORK_MAX 20000000 /* XPath steps: a digest of a busy day takes some 100,000 */

struct nb_xslt {
    xsltStylesheet *sheet;
    xsltSecurityPrefs *prefs;
};

static pthread_mutex_t messages_mu = PTHREAD_MUTEX_INITIALIZER;

struct message {
    char text[400];
    size_t len;
};

NB_PRINTF(2, 3) static void collect_message(void *arg, const char *format, ...)
{
    struct message *message = arg;
    size_t room = sizeof(message->text) - message->len;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(message->text + message->len, room, format, args);
    va_end(args);
    if (n > 0) {
        message->len += (size_t)n < room ? (size_t)n : room - 1;
    }
}

static void drop_message(void *arg, xmlError *found)
{
    (void)arg;
    (void)found; /* libxslt repeats what matters in words of its own */
}

/* Between the two, messages of both libraries go to message. */
static void begin_messages(struct message *message)
{
    (void)pthread_mutex_lock(&messages_mu);
    xsltSetGenericErrorFunc(message, collect_message);
    xmlSetGenericErrorFunc(message, collect_message); /* this thread's only */
    xmlSetStructuredErrorFunc(NULL, drop_message);    /* this thread's only */
}

static void end_messages(void)
{
    xmlSetStructuredErrorFunc(NULL, NULL);
    xmlSetGenericErrorFunc(NULL, NULL);
    xsltSetGenericErrorFunc(NULL, NULL);
    (void)pthread_mutex_unlock(&messages_mu);
}

/* On one line, for a detail text. */
static struct nb_slice message_line(struct message *message)
{
    for (size_t i = 0; i < message->len; i++) {
        if (message->text[i] == '\n') {
            message->text[i] = ' ';
        }
    }
    return nb_slice_trim(nb_slice(message->text, message->len));
}

static xsltSecurityPrefs *forbid_all(void)
{
    static const xsltSecurityOption options[] = {
        XSLT_SECPREF_READ_FILE, XSLT_SECPREF_WRITE_FILE, XSLT_SECPREF_CREATE_DIRECTORY,
        XSLT_SECPREF_READ_NETWORK, XSLT_SECPREF_WRITE_NETWORK};
    xsltSecurityPrefs *prefs = xsltNewSecurityPrefs();
    for (size_t i = 0; prefs && i < sizeof(options) / sizeof(options[0]); i++) {
        if (xsltSetSecurityPrefs(prefs, options[i], xsltSecurityForbid) != 0) {
            xsltFreeSecurityPrefs(prefs);
            prefs = NULL;
        }
    }
    return prefs;
}

/* Takes the tree over on success only. */
static xsltStylesheet *parse_sheet(xmlDoc *doc, xsltSecurityPrefs *prefs, struct message *message)
{
    begin_messages(message);
    xsltSecurityPrefs *old = xsltGetDefaultSecurityPrefs();
    xsltSetDefaultSecurityPrefs(prefs);
    xsltStylesheet *sheet = xsltParseStylesheetDoc(doc);
    if (sheet && sheet->errors > 0) {
        sheet->doc = NULL; /* the caller frees it, as after any other failure */
        xsltFreeStylesheet(sheet);
        sheet = NULL;
    }
    xsltSetDefaultSecurityPrefs(old);
    end_messages();
    return sheet;
}

enum nb_err nb_xslt_parse(const char *name, struct nb_slice bytes, struct nb_xslt **out,
                          struct nb_error *error)
{
    xmlDoc *doc = NULL;
    struct message message = {.len = 0};
    *out = NULL;
    enum nb_err err = nb_xml_parse(name, bytes, &doc, error);
    if (err != NB_OK) {
        return err;
    }
    struct nb_xslt *xslt = nb_calloc(1, sizeof(*xslt));
    if (xslt) {
        xslt->prefs = forbid_all();
    }
    if (!xslt || !xslt->prefs) {
        nb_xml_tree_free(doc);
        nb_xslt_free(xslt);
        return NB_ENOMEM;
    }
    xslt->sheet = parse_sheet(doc, xslt->prefs, &message);
    if (!xslt->sheet) {
        nb_xml_tree_free(doc);
        nb_xslt_free(xslt);
        struct nb_slice line = message_line(&message);
        return nb_error_set(error, NB_ESYNTAX, "%s: %.*s", name, NB_ARG(line));
    }
    *out = xslt;
    return NB_OK;
}

void nb_xslt_free(struct nb_xslt *xslt)
{
    if (!xslt) {
        return;
    }
    if (xslt->sheet) {
        xsltFreeStylesheet(xslt->sheet);
    }
    if (xslt->prefs) {
        xsltFreeSecurityPrefs(xslt->prefs);
    }
    nb_free(xslt);
}

static enum nb_err write_result(const struct nb_xslt *xslt, xmlDoc *result, struct nb_buf *out)
{
    xmlChar *bytes = NULL;
    int len = 0;
    if (xsltSaveResultToString(&bytes, &len, result, xslt->sheet) != 0) {
        return NB_ENOMEM;
    }
    if (bytes) {
        nb_buf_add(out, nb_slice(bytes, (size_t)len));
        xmlFree(bytes);
    }
    return nb_buf_finish(out, NULL);
}

/* With messages on. */
static enum nb_err transform(const struct nb_xslt *xslt, struct _xmlDoc *tree,
                             struct message *message, struct nb_buf *out, struct nb_error *error)
{
    xsltTransformContext *context = xsltNewTransformContext(xslt->sheet, tree);
    if (!context) {
        return NB_ENOMEM;
    }
    enum nb_err err = NB_OK;
    xmlDoc *result = NULL;
    xsltSetTransformErrorFunc(context, message, collect_message);
    context->maxTemplateDepth = DEPTH_MAX;
    context->opLimit = WORK_MAX;
    context->xpathCtxt->opLimit = WORK_MAX;
    if (xsltSetCtxtSecurityPrefs(xslt->prefs, context) != 0) {
        err = NB_ESYS;
    } else {
        result = xsltApplyStylesheetUser(xslt->sheet, tree, NULL, NULL, NULL, context);
    }
    if (err == NB_OK && (!result || context->state != XSLT_STATE_OK)) {
        struct nb_slice line = message_line(message);
        err = nb_error_set(error, NB_EREFUSED, "the template: %.*s", NB_ARG(line));
    }
    if (err == NB_OK) {
        err = write_result(xslt, result, out);
    }
    xmlFreeDoc(result);
    xsltFreeTransformContext(context);
    return err;
}

enum nb_err nb_xslt_apply(const struct nb_xslt *xslt, struct _xmlDoc *tree, struct nb_buf *out,
                          struct nb_error *error)
{
    struct message message = {.len = 0};
    begin_messages(&message);
    enum nb_err err = transform(xslt, tree, &message, out, error);
    end_messages();
    return err;
}
