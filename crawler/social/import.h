/**
 * Inside of the import: what its readers share.
 *
 * Threads: pure functions.
 */
#ifndef NABIZ_SOCIAL_IMPORT_H
#define NABIZ_SOCIAL_IMPORT_H

#include <jansson.h>

#include <nabiz/import.h>

/* ---- import.c ---- */

/** What nb_import_line() makes of a line, from what the line holds. */
enum nb_err nb_import_object(const json_t *object, const struct nb_import_context *context,
                             struct nb_arena *arena, struct nb_document **out,
                             struct nb_error *error) NB_MUSTUSE;

/* ---- import_text.c ---- */

/** As the crawler stores texts: NFC, line ends as \n, no control characters, trimmed. */
enum nb_err nb_import_text(struct nb_slice raw, struct nb_arena *arena, char **out) NB_MUSTUSE;

/** Scope, identity, source and times of a document that has the rest; see nb_import_context. */
enum nb_err nb_import_finish(struct nb_document *document, struct nb_slice name,
                             const struct nb_import_context *context, struct nb_arena *arena,
                             struct nb_error *error) NB_MUSTUSE;

/* ---- import_boost.c ---- */

/**
 * What a row with "boost_of", or of that kind, passes on; it is left without words of its own. The
 * kind and quotes of the row are read already.
 * @return NB_OK, NB_ESYNTAX (a boost of nothing), NB_ENOMEM.
 */
enum nb_err nb_import_boost(const json_t *object, struct nb_document *document,
                            struct nb_arena *arena, struct nb_error *error) NB_MUSTUSE;

/** "followers", with "followers_read"; what is no such number counts as not known. */
enum nb_err nb_import_audience(const json_t *object, const struct nb_date_context *dates,
                               struct nb_arena *arena, struct nb_document *document) NB_MUSTUSE;

/* ---- activity.c ---- */

/** Is it an activity or an object of ActivityStreams? */
bool nb_activity_is(const json_t *object);

/** @param out  [out] NULL when it is left out: not public, or nothing that was said. */
enum nb_err nb_activity_read(const json_t *object, const struct nb_import_context *context,
                             struct nb_arena *arena, struct nb_document **out,
                             struct nb_error *error) NB_MUSTUSE;

#endif
