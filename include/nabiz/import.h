/**
 * Documents from files: JSON Lines, tables (CSV) and archives of the Fediverse (ActivityStreams
 * 2.0), on their way into the log.
 *
 * What is read is put into a spool, a file of the data directory. The process that writes the crawl
 * store stores it: the crawler when one runs, else nb_import_hand_over() itself. So the store keeps
 * its one writer, and an import that is cut short by anything is finished at the next start. What
 * was imported before is known by its identity, and not stored twice.
 *
 * Threads: a spool belongs to one thread; the readers are pure functions.
 */
#ifndef NABIZ_IMPORT_H
#define NABIZ_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <nabiz/arena.h>
#include <nabiz/config.h>
#include <nabiz/date.h>
#include <nabiz/err.h>
#include <nabiz/hash.h>
#include <nabiz/record.h>
#include <nabiz/slice.h>

/* What is not in the file. */
struct nb_import_context {
    struct nb_slice source; /* name of the source of what does not name one; scope of what has no
                               address */
    Nb__Kind kind;          /* of what does not say */
    const struct nb_date_context *dates;
};

/** Id of what is imported under a name. */
struct nb_id nb_import_source(struct nb_slice name);

/**
 * One line of JSON Lines: a document as `nabiz dump crawl --table log` prints it, a plain object
 * {"id", "text","title","author","published","url","source"}, or an activity.
 * @param out  [out] in arena; NULL when it is an activity that is left out, as it is not public.
 * @return NB_OK, NB_ESYNTAX (the detail says what is wrong), NB_ETOOBIG (depth), NB_ENOMEM.
 */
enum nb_err nb_import_line(struct nb_slice line, const struct nb_import_context *context,
                           struct nb_arena *arena, struct nb_document **out,
                           struct nb_error *error) NB_MUSTUSE;

/* Called for each item of an archive, or row of a table, from 1; document as from nb_import_line().
 */
typedef enum nb_err nb_import_fn(void *arg, size_t number, enum nb_err err,
                                 struct nb_document *document, const struct nb_error *error);

/**
 * An ActivityStreams collection, as Mastodon's archive has it in outbox.json.
 * @param each  may end it by an error. The document lives until it returns.
 * @return NB_OK, NB_ESYNTAX (it is no collection), NB_ETOOBIG, NB_ENOMEM, or what each returned.
 */
enum nb_err nb_import_collection(struct nb_slice text, const struct nb_import_context *context,
                                 nb_import_fn *each, void *arg, struct nb_error *error) NB_MUSTUSE;

/**
 * A table as spreadsheets write it: the first row names the columns as nb_import_line() names
 * members, in any order, and others, which are passed over; lists have '|' between their parts.
 * @param bytes  in any encoding that has a mark or can be told.
 * @param each   as above; rows are counted with the first one, as spreadsheets do.
 * @return NB_OK, NB_ESYNTAX (no row of names), NB_ENOMEM, or what each returned.
 */
enum nb_err nb_import_table(struct nb_slice bytes, const struct nb_import_context *context,
                            nb_import_fn *each, void *arg, struct nb_error *error) NB_MUSTUSE;

struct nb_spool;

/** Begin a spool in the data directory. @return NB_OK, NB_EIO, NB_ENOMEM. */
enum nb_err nb_spool_begin(const char *data_dir, struct nb_spool **out,
                           struct nb_error *error) NB_MUSTUSE;

/**
 * Add a document. Of several with the same identity the last counts.
 * @return NB_OK, NB_ETOOBIG (this one; the spool goes on), NB_EIO, NB_EFULL, NB_ENOMEM.
 */
enum nb_err nb_spool_add(struct nb_spool *spool, const struct nb_document *document,
                         struct nb_error *error) NB_MUSTUSE;

/** Documents in it that count. */
uint64_t nb_spool_n(const struct nb_spool *spool);

/** Remove a spool that is not to be stored. NULL is allowed. */
void nb_spool_drop(struct nb_spool *spool);

/* What became of the documents of a spool. */
struct nb_import_counts {
    uint64_t new_n, revised_n, known_n;
};

/**
 * Have it stored: by the crawler that runs, or here when none does. Waits until that is done.
 * Takes the spool over.
 * @return NB_OK, NB_EIO, NB_EFULL, NB_ENOMEM; the spool stays and is stored by the next crawler.
 */
enum nb_err nb_import_hand_over(struct nb_spool *spool, const struct nb_config *config,
                                struct nb_import_counts *out, struct nb_error *error) NB_MUSTUSE;

#endif
