/**
 * Author documents: AUTHOR_DOC, what each author published, in the order of publication, with what
 * influence needs of each document, so that nobody has to read all annotations to find one's own.
 *
 * Threads: as the transaction.
 */
#ifndef NABIZ_ANALYZER_AUTHOR_DOCS_H
#define NABIZ_ANALYZER_AUTHOR_DOCS_H

#include <nabiz/arena.h>
#include <nabiz/err.h>
#include <nabiz/record.h>
#include <nabiz/store.h>

/**
 * Enter a document.
 * @param kept    as stored in ANNOTATION; a boost, no document of its author's, is not entered.
 * @param author  as nb_author_id(); empty: nothing is entered.
 * @param old     the revision that it replaces, or NULL.
 * @return NB_OK, NB_ENOMEM, or the transaction's first error.
 */
enum nb_err nb_author_docs_add(struct nb_txn *txn, const struct nb_document *document,
                               const struct nb_annotation *kept, struct nb_slice author,
                               const struct nb_annotation *old, struct nb_arena *arena) NB_MUSTUSE;

/**
 * Take a document out.
 * @param deleted  it is gone from where it was: that it had been there stays on record.
 * @return as nb_author_docs_add().
 */
enum nb_err nb_author_docs_remove(struct nb_txn *txn, const struct nb_annotation *kept,
                                  bool deleted, struct nb_arena *arena) NB_MUSTUSE;

#endif
