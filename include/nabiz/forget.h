/**
 * Forgetting: documents of an author leave the log for good, and none comes in again.
 *
 * What stays of a document is its number, its identity (a hash of what the publisher calls it) and
 * that it is deleted, so that cursors and revisions hold. Revisions of one document go together.
 * Quotes of the author go from the documents of others; what others wrote stays.
 *
 * The order makes it safe to be killed at any moment: the name is noted first, from when on nothing
 * of the author is appended; then frame after frame is written anew; then, by nb_store_compact(),
 * the file is copied without its free pages, which still hold the old bytes, and put in its place.
 * Who is killed begins again, and what is done already is found done.
 *
 * Threads: one, of the process that has the store open for writing.
 */
#ifndef NABIZ_FORGET_H
#define NABIZ_FORGET_H

#include <stdbool.h>

#include <nabiz/hash.h>
#include <nabiz/store.h>

struct nb_forgot {
    uint64_t documents_n; /* that were not forgotten before, revisions counted */
    uint64_t quotes_n;
};

/** Name of an author among those forgotten: a hash, so that the list itself names nobody. */
struct nb_id nb_forget_id(struct nb_slice author);

/** The same for every spelling of a name that differs in the case of its ASCII letters only. */
struct nb_id nb_forget_any_case_id(struct nb_slice author);

enum { NB_AUTHOR_BYTES = 512 }; /* room for a name that is suggested, with its end */

/** How far a stored name is from the one asked for, which it is not; 0: another name altogether. */
typedef unsigned nb_author_distance_fn(struct nb_slice asked, struct nb_slice stored);

/**
 * Whether there is anything to forget: an author, byte for byte, of a document, a quote or a page
 * that waits to be fetched, or one whose forgetting was begun before.
 * @param nearest  [out] the stored name with the least distance; "" when there is none.
 * @return NB_OK, NB_ENOTFOUND (nobody of that name), NB_ENOMEM, NB_ECORRUPT, NB_EIO.
 */
enum nb_err nb_log_find_author(struct nb_store *crawl, struct nb_slice author,
                               nb_author_distance_fn *distance, char nearest[NB_AUTHOR_BYTES],
                               struct nb_error *error) NB_MUSTUSE;

/**
 * Take an author out of the log, and out of what waits to be fetched.
 * @param author  "site/handle", as documents have it.
 * @return NB_OK (also when there is nothing), NB_ENOMEM, NB_ECORRUPT, NB_EFULL, NB_EIO.
 */
enum nb_err nb_log_forget(struct nb_store *crawl, struct nb_slice author, struct nb_forgot *out,
                          struct nb_error *error) NB_MUSTUSE;

struct nb_forgotten;

/**
 * Read the names that are forgotten, to ask for them often. They stay as they were when read.
 * @return NB_OK, NB_ENOMEM, NB_ECORRUPT, NB_EIO. Free with nb_forgotten_free().
 */
enum nb_err nb_forgotten_load(struct nb_store *crawl, struct nb_forgotten **out,
                              struct nb_error *error) NB_MUSTUSE;
void nb_forgotten_free(struct nb_forgotten *forgotten);

/**
 * Whether somebody is forgotten whose name is this, but for the case of its ASCII letters: for what
 * others do, who write "@ayla" when they mean Ayla.
 * @param forgotten  NULL: nobody is.
 */
bool nb_forgotten_has(const struct nb_forgotten *forgotten, struct nb_slice author);

/**
 * Put a copy without free pages, which hold what was deleted, in the place of the file. The store
 * can only be closed after that. Nobody else may have it open: they would go on with the old file.
 */
enum nb_err nb_store_compact(struct nb_store *store, struct nb_error *error) NB_MUSTUSE;

/** Delete the file; as above, but lock_only is enough. The next writer begins with an empty store.
 */
enum nb_err nb_store_discard(struct nb_store *store, struct nb_error *error) NB_MUSTUSE;

#endif
